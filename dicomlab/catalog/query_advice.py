"""What to write in place of a name that no table has: the column that was meant, or a text in quotes."""

from __future__ import annotations

import re
from collections.abc import Collection

from dicomlab.errors import BadQuery
from dicomlab.suggestions import did_you_mean

_OPERATORS = r"=|==|!=|<>|<=|>=|<|>|(?:NOT\s+)?I?LIKE|(?:NOT\s+)?IN\s*\([^()]*?"
_COMPARED = r"(?<![\w.])\"?(\w+)\"?\s*(" + _OPERATORS + r")\s*\"?{}\b"


def quotes_missing(text: str, word: str, columns: Collection[str]) -> str:
    """A sentence about quotes, where a word is compared with a column and is none; else nothing.

    >>> quotes_missing("Modality = MR", "MR", ["Modality", "KVP"])
    "A text stands in single quotes: Modality = 'MR'."
    """
    found = re.search(_COMPARED.format(re.escape(word)), text, re.IGNORECASE)
    known = {name.casefold(): name for name in columns}
    if found is None or found[1].casefold() not in known:
        return ""
    operator = " ".join(found[2].split())
    shown = f"IN ('{word}')" if operator.upper().startswith(("IN", "NOT IN")) else f"{operator} '{word}'"
    return f"A text stands in single quotes: {known[found[1].casefold()]} {shown}."


def advised(error: BadQuery, query: str, columns: Collection[str]) -> BadQuery:
    """The sentence for a query that names a column which no table has.

    Args:
        error: What was raised, with the name in `missing`.
        query: The query, as it was typed.
        columns: Names that the tables of the query have.

    Returns:
        BadQuery: The same with what to write instead.

    >>> error = BadQuery("Binder Error.", missing="KPV")
    >>> print(advised(error, "SELECT KPV FROM series", ["KVP", "Modality"]))
    The query was not run: its tables have no column 'KPV'. Did you mean 'KVP'?
    """
    word = error.missing or ""
    hint = quotes_missing(query, word, columns) or did_you_mean(word, columns).strip()
    hint = hint or "docs/columns.md lists the columns that exist."
    return BadQuery(f"its tables have no column '{word}'.", missing=word, instead=hint)

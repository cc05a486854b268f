"""What one types to find a tag: words, and conditions with a prefix.

Several words mean all of them. A word is looked for in tag (with or without brackets and comma),
keyword, name, VR, value, meaning and private creator. `group:0018`, `vr:DS`, `private:yes`,
`empty:no`, `phi:yes` (or `phi:X`), `retired:yes`, `meta:no`, `value:>5`, `value:chest`,
`name:`, `keyword:` and `tag:` look at one thing. Words with blanks go into quotes: `value:"b 70"`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dicomlab.tags.rows import Row, Tags

_WORD = re.compile(r'(?:(?P<prefix>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))')
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_YES = ("yes", "y", "1", "true")
PREFIXES = ("tag", "keyword", "name", "vr", "group", "private", "empty", "phi", "retired", "meta", "value")
HAY = 2_000
"""Characters of a value that are searched, at most."""


@dataclass(frozen=True)
class Term:
    """One word of a question; `prefix` is what it looks at, or nothing for all."""

    prefix: str
    text: str

    def fits(self, row: Row, hay: str) -> bool:
        """Whether a row is what the word asks for; `hay` is all the row says, in small letters."""
        if not self.prefix:
            return self.text in hay or (self.text.upper() == row.vr and not row.is_item)
        if row.is_item:
            return False
        return _LOOKS[self.prefix](row, self.text)


def parsed(question: str) -> tuple[Term, ...]:
    """The words of a question.

    >>> parsed("vr:ds slice 12:30")
    (Term(prefix='vr', text='ds'), Term(prefix='', text='slice'), Term(prefix='', text='12:30'))
    """
    terms = []
    for match in _WORD.finditer(question.strip()):
        prefix = (match["prefix"] or "").lower()
        text = match["quoted"] if match["quoted"] is not None else match["plain"]
        if prefix and prefix not in PREFIXES:
            prefix, text = "", match[0].strip('"')
        if text:
            terms.append(Term(prefix, text.lower()))
    return tuple(terms)


def hits(tags: Tags, terms: Iterable[Term]) -> list[int]:
    """The numbers of the rows that fit all words."""
    wanted = tuple(terms)
    rows = tags.rows
    if not wanted:
        return list(range(len(rows)))
    return [i for i, row in enumerate(rows) if all(term.fits(row, hay) for term, hay in _pairs(wanted, row))]


def _pairs(terms: tuple[Term, ...], row: Row) -> Iterable[tuple[Term, str]]:
    said = hay(row) if any(not term.prefix for term in terms) else ""
    return ((term, said) for term in terms)


def hay(row: Row) -> str:
    """All that a row says, in small letters."""
    if row.is_item:
        return ""
    tag = row.tag_text
    bare = tag.strip("()")
    words = (
        tag,
        bare,
        bare.replace(",", ""),
        row.keyword,
        row.name,
        row.value[:HAY],
        row.fact.meaning,
        row.creator,
    )
    return "\n".join(words).lower()


def with_parents(rows: Sequence[Row], found: Iterable[int]) -> list[int]:
    """The rows and all that they belong to, in order."""
    kept = set()
    for number in found:
        at = number
        while at >= 0 and at not in kept:
            kept.add(at)
            at = rows[at].parent
    return sorted(kept)


def _yes_no(is_so: Callable[[Row], bool]) -> Callable[[Row, str], bool]:
    return lambda row, text: is_so(row) is (text in _YES)


def _phi(row: Row, text: str) -> bool:
    if text in (*_YES, "no", "n", "0", "false"):
        return bool(row.action) is (text in _YES)
    return text.upper() in row.action.replace("*", "").split("/")


def _value(row: Row, text: str) -> bool:
    match = re.fullmatch(r"(>=|<=|>|<|=)\s*([-+]?[\d.]+(?:e[-+]?\d+)?)", text)
    if match is None:
        return text.lstrip("=") in row.value[:HAY].lower()
    compared, limit = _COMPARED[match[1]], _number(match[2])
    values = (_number(part) for part in row.value[:HAY].split("\\"))
    return limit is not None and any(value is not None and compared(value, limit) for value in values)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _tag(row: Row, text: str) -> bool:
    return row.tag_text.strip("()").replace(",", "").lower().startswith(re.sub(r"[(),]", "", text))


_LOOKS: dict[str, Callable[[Row, str], bool]] = {
    "tag": _tag,
    "group": lambda row, text: f"{row.tag >> 16:04x}" == text.zfill(4),
    "keyword": lambda row, text: text in row.keyword.lower(),
    "name": lambda row, text: text in row.name.lower(),
    "vr": lambda row, text: row.vr.lower() in text.split(","),
    "private": _yes_no(lambda row: row.is_private),
    "empty": _yes_no(lambda row: row.is_empty),
    "retired": _yes_no(lambda row: row.fact.is_retired),
    "meta": _yes_no(lambda row: row.tag >> 16 == 0x0002),
    "phi": _phi,
    "value": _value,
}

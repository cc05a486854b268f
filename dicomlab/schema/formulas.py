"""Texts that a spreadsheet would take for formulas: made harmless for CSV, and read back as they were."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a text begins with that a spreadsheet would run."""
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"


def harmless(text: str) -> str:
    """The text, with a quote mark before what a spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("-5.2"), harmless("CT")
    ("'=1+1", '-5.2', 'CT')
    """
    if text.lstrip(" ").startswith(FORMULA) and not re.fullmatch(NUMBER, text.strip(" ")):
        return f"'{text}"
    return text


def as_meant(text: str) -> str:
    """The text that `harmless` was given, where it put a quote mark before it.

    >>> as_meant("'=1+1"), as_meant("'tis"), as_meant("CT")
    ('=1+1', "'tis", 'CT')
    """
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text


def harmless_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table for CSV: every text in it, and every name of a column, as `harmless` gives it.

    Columns of numbers, dates and truth values are left as they are.

    >>> import pandas as pd
    >>> harmless_table(pd.DataFrame({"device": ["@1", "CT"], "n": [-1, 2]})).to_csv(index=False).split()
    ['device,n', "'@1,-1", 'CT,2']
    """
    safe = table.rename(columns=lambda name: harmless(str(name)))
    for position, name in enumerate(table.columns):
        if table.iloc[:, position].dtype.kind not in "biufcmM":
            safe[safe.columns[position]] = [
                harmless(value) if isinstance(value, str) else value for value in table[name]
            ]
    return safe

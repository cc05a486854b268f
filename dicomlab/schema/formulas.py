"""Texts that a spreadsheet would take for formulas."""

from __future__ import annotations

import re

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

"""Read numbers as spreadsheets write them: with a decimal comma, with separators, with a unit.

One rule holds for a column. Where both a point and a comma stand in a number, the last one is the
decimal mark. A comma alone is decimal unless each such number could have it between thousands
(1,234), which is not decided here: a column of that kind is not read, unless other columns of the
table have decimal commas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

_CELL = re.compile(r"([+-]?)([\d.,'’\u00a0\u202f ]*\d)((?:[eE][+-]?\d+)?)\s*([^\d\s.,][^\d]{0,11}|%)?")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_BLANKS = re.compile(r"['’\u00a0\u202f ]")
_MISSING = frozenset(("", "n/a", "na", "nan", "none", "null", "#n/a", "<na>", "-", "--"))
_FACTORS = {
    "s": 1.0,
    "sec": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "min": 60.0,
    "gy": 1.0,
    "cgy": 1e-2,
    "mgy": 1e-3,
    "ugy": 1e-6,
    "µgy": 1e-6,
    "μgy": 1e-6,
    "a": 1.0,
    "ma": 1e-3,
    "ua": 1e-6,
    "µa": 1e-6,
    "kv": 1e3,
    "kvp": 1e3,
    "v": 1.0,
    "m": 1.0,
    "cm": 1e-2,
    "mm": 1e-3,
    "kg": 1.0,
    "g": 1e-3,
    "lb": 0.45359237,
    "lbs": 0.45359237,
    "hz": 1.0,
    "khz": 1e3,
    "mhz": 1e6,
    "bq": 1.0,
    "kbq": 1e3,
    "mbq": 1e6,
    "gbq": 1e9,
    "as": 1.0,
    "mas": 1e-3,
    "uas": 1e-6,
    "µas": 1e-6,
    "μas": 1e-6,
    "t": 1.0,
    "mt": 1e-3,
}
_KINDS = (
    "s sec ms msec us µs μs min",
    "gy cgy mgy ugy µgy μgy",
    "a ma ua µa",
    "kv kvp v",
    "m cm mm",
    "kg g lb lbs",
    "hz khz mhz",
    "bq kbq mbq gbq",
    "as mas uas µas μas",
    "t mt",
)
_KIND = {unit: n for n, units in enumerate(_KINDS) for unit in units.split()}


@dataclass(frozen=True)
class ReadNumbers:
    """Numbers of a column, which cells hold something else, and how these were written."""

    numbers: np.ndarray
    is_unread: np.ndarray
    has_comma: bool = False
    is_open: bool = False
    """Whether the commas may stand between thousands."""
    units: tuple[str, ...] = ()


def read_numbers(values: pd.Series, *, unit: str = "", comma_is_decimal: bool | None = None) -> ReadNumbers:
    """The numbers of a column of texts.

    Args:
        values: Texts; empty ones and the usual words for missing are no numbers and no faults.
        unit: The unit that the column is to have. Numbers with another unit of its kind are converted.
        comma_is_decimal: What a comma is where the column does not show it.

    >>> read_numbers(pd.Series(["11,20 mGy", "1.2 cGy"]), unit="mGy").numbers.tolist()
    [11.2, 12.0]
    """
    codes, unique = pd.factorize(values, use_na_sentinel=True)
    cells = [str(cell).strip() for cell in unique]
    found = [None if len(cell) > 64 else _CELL.fullmatch(cell) for cell in cells]
    digits = [_BLANKS.sub("", match[2]) for match in found if match is not None]
    with_comma = [text for text in digits if "," in text and "." not in text]
    is_open = bool(with_comma) and all(_is_open(text) for text in with_comma)
    is_open &= not any(text.isdigit() and len(text) > 3 for text in digits)
    decimal = (not is_open) if comma_is_decimal is None else comma_is_decimal
    numbers = [_number(match, unit, decimal) if match else None for match in found]
    array = np.array([*(np.nan if n is None else n for n in numbers), np.nan])
    missing = [cell.casefold() in _MISSING for cell in cells]
    unread = [n is None and not gone for n, gone in zip(numbers, missing, strict=True)]
    if is_open and comma_is_decimal is None:
        unread = [bad or "," in cell for bad, cell in zip(unread, cells, strict=True)]
        array = np.where([*unread, False], np.nan, array)
    units = tuple(dict.fromkeys(match[4].strip() for match in found if match and match[4]))
    return ReadNumbers(array[codes], np.array([*unread, False])[codes], bool(with_comma), is_open, units)


def _is_open(digits: str) -> bool:
    return _THOUSANDS.fullmatch(digits) is not None


def _number(match: re.Match[str], unit: str, comma_is_decimal: bool) -> float | None:
    sign, digits, power, written = match.groups()
    digits = _BLANKS.sub("", digits)
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        last, other = (",", ".") if comma > point else (".", ",")
        digits = digits.replace(other, "").replace(last, ".")
    elif comma >= 0:
        digits = digits.replace(",", "." if comma_is_decimal and digits.count(",") == 1 else "")
    factor = _factor((written or "").strip(), unit)
    try:
        return None if factor is None else float(f"{sign}{digits}{power}") * factor
    except ValueError:
        return None


def _factor(written: str, unit: str) -> float | None:
    """What a number in the written unit is multiplied by; None where the unit is of another kind."""
    one, other = (text.casefold().rstrip(".") for text in (written, unit))
    if not one or not other or one == other:
        return 1.0
    if one not in _KIND or other not in _KIND:
        return None
    if _KIND[one] != _KIND[other]:
        return None
    return float(f"{_FACTORS[one] / _FACTORS[other]:.12g}")

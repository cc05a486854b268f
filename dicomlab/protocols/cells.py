"""Columns as codes of their distinct values, so that each value is judged once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.devices import column

Cell = float | str | tuple["float | str", ...]
"""One value as rules see it: a number, a text without blanks around it, or several of these."""

NOTHING = -1
"""The code of a cell that is empty."""

_SYNONYMS = {"column": "col"}
"""InPlanePhaseEncodingDirection of enhanced objects, and of classic ones (PS3.3 C.8.13.5.1, C.8.3.1)."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Coded:
    """A column: one code a row, NOTHING where it is empty, and what the codes stand for."""

    codes: np.ndarray
    values: list[Cell]


def coded(table: pd.DataFrame, name: str) -> Coded:
    """A column of a table as codes; one that the table lacks is empty throughout."""
    return coded_values(column(table, name))


def coded_values(values: pd.Series) -> Coded:
    """A column as codes; values that mean the same have the same code."""
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        codes, found = pd.factorize(values.to_numpy(float, na_value=np.nan), use_na_sentinel=True)
        return Coded(codes, [float(value) for value in found])
    if values.dtype == object:
        values = values.map(_hashable, na_action="ignore").astype(object)
    codes, raw = pd.factorize(values, use_na_sentinel=True)
    cells = [cell(value) for value in raw]
    numbers: dict[Cell, int] = {}
    again = [NOTHING if one is None else numbers.setdefault(one, len(numbers)) for one in cells]
    return Coded(np.array([*again, NOTHING])[codes], list(numbers))


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple | np.ndarray) else value


def cell(value: Any) -> Cell | None:
    r"""A value as rules see it; none for what is empty. Several may be written with \ between.

    >>> cell(" SE "), cell(2), cell("1\\2"), cell([]), cell(float("nan"))
    ('SE', 2.0, ('1', '2'), None, None)
    """
    if isinstance(value, list | tuple | np.ndarray):
        parts = tuple(part for part in (cell(one) for one in value) if not isinstance(part, tuple | None))
        return parts or None
    if value is None or (not isinstance(value, str) and bool(pd.isna(value))):
        return None
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | float | np.number):
        return float(value)
    text = str(value).strip()
    return cell(text.split("\\")) if "\\" in text else text or None


def as_number(value: Cell) -> float | None:
    """A cell as a number, also where it is one written as text."""
    if isinstance(value, tuple):
        return as_number(value[0]) if len(value) == 1 else None
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return value


def as_parts(value: Cell) -> tuple[float | str, ...]:
    """A cell as the values that it holds."""
    return value if isinstance(value, tuple) else (value,)


def key(text: object) -> str:
    """A text as it is compared: upper and lower case and blanks count as the same."""
    plain = re.sub(r"[\s_]+", " ", str(text)).strip().casefold()
    return _SYNONYMS.get(plain, plain)


def written(value: Cell | None, unit: str = "") -> str:
    """A cell as a person writes it, with its unit.

    >>> written(2.40000001, "mm"), written(("SE", "IR")), written(None)
    ('2.4 mm', 'SE, IR', 'nothing')
    """
    if value is None:
        return "nothing"
    parts = [part if isinstance(part, str) else f"{part:.6g}" for part in as_parts(value)]
    return ", ".join(parts) + (f" {unit}" if unit and as_number(as_parts(value)[0]) is not None else "")


def alike(columns: Sequence[np.ndarray], n: int) -> tuple[np.ndarray, np.ndarray]:
    """The first row of each kind, and the kind of each row, of rows that have all codes in common."""
    kind = np.zeros(n, np.int64)
    for codes in columns:
        kind = pd.factorize(kind * (int(codes.max(initial=NOTHING)) + 2) + codes + 1)[0]
    first = np.unique(kind, return_index=True)[1]
    return first, kind

"""Limits that the user gives, with where they are from, and whether machines keep to them.

No limit is built in: which one holds is for the law of a country, a guideline or a contract to say,
so each has a citation that is told with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.devices import texts
from dicomlab.drift.base import NotReadable
from dicomlab.drift.signals.parameters import parameters
from dicomlab.drift.signals.signal import Signal
from dicomlab.errors import DicomlabError, WrongArgument
from dicomlab.spreadsheets.text_files import read_text_table
from dicomlab.spreadsheets.written_numbers import read_numbers

SIDES = ("both", "above", "below")

_GIVEN = "parameter device modality stratum reference warn action unit side citation".split()

Tolerances = Mapping[str, float] | pd.DataFrame | str | Path


class NoLimits(DicomlabError):
    """A table of tolerances lacks what each limit must have."""

    def __init__(self, column: str):
        super().__init__(
            f"The table of tolerances has no column '{column}'. Give a row a limit, with parameter, citation "
            "(where the limit is from), and warn or action."
        )


@dataclass(frozen=True)
class Limit:
    """One row of the table of tolerances; empty texts fit anything."""

    parameter: str
    citation: str
    warn: float
    action: float
    unit: str = ""
    reference: float = float("nan")
    side: str = "both"
    device: str = ""
    modality: str = ""
    stratum: str = ""

    @property
    def is_relative(self) -> bool:
        """Whether warn and action are per cent of the reference."""
        return self.unit == "%"

    def fits(self, signal: Signal) -> bool:
        """Whether the limit is for that signal."""
        pairs = (
            (self.parameter, signal.parameter.name),
            (self.device, signal.device),
            (self.modality, signal.modality),
            (self.stratum, signal.stratum),
        )
        return all(not mine or mine.casefold() == its.casefold() for mine, its in pairs)

    def words(self, size: float, reference: float, unit: str) -> str:
        """The limit in words: 20 % of 7.3 mGy, or 2 kV about 120 kV."""
        tail = f" {unit}" if unit else ""
        if self.is_relative:
            return f"{size:g} % of {reference:.4g}{tail}"
        return f"{size:g}{tail} about {reference:.4g}{tail}"


@checked_arguments
def read_tolerances(tolerances: Tolerances | None) -> tuple[dict[str, float], tuple[Limit, ...]]:
    """The smallest changes worth an alarm, and the limits to keep to.

    A mapping gives the first by parameter. A table, or a CSV file, gives the second: its columns are
    parameter, citation, warn and action (one may be empty; both are distances from the reference),
    unit (`%` of the reference, or the unit of the parameter, which is also what an empty one
    means), reference (the baseline if empty), side (both, above, below), device, modality and
    stratum. Raises NoLimits for a table without parameter or citation, WrongArgument for a cell that
    cannot be used, NotReadable for a file that is no such table.

    >>> table = pd.DataFrame({"parameter": ["KVP"], "warn": [5], "unit": ["%"], "citation": ["QC manual"]})
    >>> read_tolerances(table)[1][0].warn
    5.0
    """
    if tolerances is None:
        return {}, ()
    if isinstance(tolerances, Mapping):
        return {str(name): float(size) for name, size in tolerances.items()}, ()
    table = tolerances if isinstance(tolerances, pd.DataFrame) else _read(Path(tolerances))
    for name in ("parameter", "citation"):
        if name not in table:
            raise NoLimits(name)
    for name in table.columns:
        if name not in _GIVEN:
            raise WrongArgument("column of tolerances", str(name), _GIVEN)
    cells = {name: texts(table[name]).fillna("").str.strip().tolist() for name in table.columns}
    return {}, tuple(_limit({name: values[n] for name, values in cells.items()}) for n in range(len(table)))


def _read(path: Path) -> pd.DataFrame:
    try:
        return read_text_table(Path(path), keep_empty=True)
    except (OSError, ValueError, UnicodeError):
        raise NotReadable(path, "a table of tolerances") from None


def _limit(row: dict[str, str]) -> Limit:
    numbers = {name: _number(name, row.get(name, "")) for name in ("warn", "action", "reference")}
    words = {name: row.get(name, "") for name in ("device", "modality", "stratum", "unit")}
    side = row.get("side", "") or "both"
    if side not in SIDES:
        raise WrongArgument("side", side, SIDES)
    limit = Limit(row["parameter"], row["citation"], side=side, **words, **numbers)  # type: ignore[arg-type]
    if not (limit.warn > 0 or limit.action > 0):
        raise WrongArgument(
            "warn or action", row.get("warn", "") or row.get("action", ""), ["a number above 0"]
        )
    units = {p.unit for p in parameters() if p.name == limit.parameter}
    if limit.unit not in {"", "%", *units} and units:
        raise WrongArgument(f"unit of {limit.parameter}", limit.unit, ["%", *sorted(units - {""})])
    return limit


def _number(name: str, text: str) -> float:
    """A number of a table of limits, which may have a decimal comma."""
    read = read_numbers(pd.Series([text], dtype="str"), comma_is_decimal=True)
    if read.is_unread[0] or read.units:
        raise WrongArgument(name, text, ["a number", "an empty cell"])
    return float(read.numbers[0])

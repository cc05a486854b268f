"""Read the values of one parameter on one machine out of the judged series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.devices import column, text_codes, texts
from dicomlab.drift.signals.parameters import Parameter
from dicomlab.drift.signals.strata import stratum_of
from dicomlab.series import numbers


@dataclass(frozen=True)
class Values:
    """The values of one parameter on one machine, and how they may be compared."""

    rows: np.ndarray
    day: np.ndarray
    value: np.ndarray
    text: np.ndarray
    exam: np.ndarray
    stratum: np.ndarray
    names: list[str]
    cell: np.ndarray
    size: np.ndarray
    operator: np.ndarray | None = None
    """Numbers of those who made the images, -1 where that is not told; none if it does not matter."""


class Cells:
    """The columns of the judged series as arrays, each read once."""

    def __init__(self, rows: pd.DataFrame):
        self.table = rows
        self.day = rows["day"].to_numpy().astype("datetime64[D]").astype(int)
        self._numbers: dict[str, np.ndarray] = {}
        self._texts: dict[str, np.ndarray] = {}
        self._codes: dict[str, np.ndarray] = {}
        self._told: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._strata: dict[tuple[str, tuple[str, ...]], tuple[np.ndarray, pd.Index]] = {}
        exam = texts(column(rows, "StudyInstanceUID"))
        has_exam = exam.notna().to_numpy()
        self.exam = np.where(has_exam, pd.factorize(exam)[0], -1 - np.arange(len(rows)))
        number = self.code("AcquisitionNumber")
        self.acquisition = np.where(has_exam & (number >= 0), _crossed(self.exam, number), -1)
        """Numbers of the acquisitions, -1 where a series does not tell."""

    def number(self, name: str) -> np.ndarray:
        """A column as floats."""
        if name not in self._numbers:
            is_there = name in self.table
            self._numbers[name] = numbers(self.table[name]) if is_there else np.full(len(self.day), np.nan)
        return self._numbers[name]

    def is_empty(self, name: str) -> bool:
        """Whether the table lacks a column, or has no value in it."""
        return name not in self.table or not (self.text(name) != None).any()  # noqa: E711

    def text(self, name: str) -> np.ndarray:
        """A column as texts, null where empty."""
        if name not in self._texts:
            codes, told = self._read(name)
            self._texts[name] = told[codes]
        return self._texts[name]

    def code(self, name: str) -> np.ndarray:
        """The texts of a column as numbers, -1 where empty."""
        if name not in self._codes:
            codes, told = self._read(name)
            self._codes[name] = pd.factorize(told)[0][codes]
        return self._codes[name]

    def stratum(self, per: str, strata: Sequence[str] | None) -> tuple[np.ndarray, pd.Index]:
        """The stratum of each series as a number, and the names by number (see `stratum_of`)."""
        key = (per, tuple(strata or ()))
        if key not in self._strata:
            self._strata[key] = pd.factorize(stratum_of(self.table, per, strata), sort=True)
        return self._strata[key]

    def _read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        if name not in self._told:
            nothing = np.full(len(self.day), -1), np.array([None], dtype=object)
            self._told[name] = text_codes(self.table[name]) if name in self.table else nothing
        return self._told[name]


def read_values(
    parameter: Parameter, places: np.ndarray, cells: Cells, strata: tuple[np.ndarray, pd.Index]
) -> Values:
    """The values of a parameter among these series, an acquisition counted once."""
    number, text = cells.number(parameter.name)[places], cells.text(parameter.name)[places]
    keep = np.asarray(text != None)  # noqa: E711
    if parameter.kind == "level":
        keep &= np.isfinite(number) & ((number > 0) | (parameter.scale == "linear"))
    keep[keep] &= _first_of_acquisition(places[keep], parameter.name, strata[0], cells)
    chosen = places[keep]
    used, stratum = _renumbered(strata[0][chosen])
    cell = stratum if len(used) == 1 else pd.factorize(stratum)[0]
    for name in parameter.split:
        cell = _crossed(cell, cells.code(name)[chosen])
    sizes = [cells.number(name)[chosen] for name in parameter.adjust]
    size = next((s for s in sizes if np.isfinite(s).sum() > 0.3 * len(s)), np.full(len(chosen), np.nan))
    names = [str(strata[1][code]) for code in used]
    operator = pd.factorize(cells.code("OperatorsName")[chosen])[0] if parameter.by_hand else None
    return Values(
        *(chosen, cells.day[chosen], number[keep], text[keep], cells.exam[chosen], stratum, names),
        *(cell, size, operator),
    )


def _first_of_acquisition(places: np.ndarray, name: str, stratum: np.ndarray, cells: Cells) -> np.ndarray:
    """Count an acquisition once, however many series were made of it."""
    first = np.ones(len(places), bool)
    told = cells.acquisition[places] >= 0
    where = places[told]
    if len(where):
        key = _paired(_paired(cells.acquisition[where], stratum[where]), cells.code(name)[where])
        first[told] = ~pd.Series(key).duplicated().to_numpy()
    return first


def _paired(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """One number for each pair of two, -1 or more."""
    return one * (int(other.max(initial=0)) + 2) + other + 1


def _crossed(cell: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Groups parted further by another number, numbered as they appear."""
    if len(other) and (other == other[0]).all():
        return cell
    return pd.factorize(_paired(cell, other))[0]


def _renumbered(code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers that are there, in order, and the place of each among them."""
    is_used = np.bincount(code) > 0
    return np.flatnonzero(is_used), (np.cumsum(is_used) - 1)[code]

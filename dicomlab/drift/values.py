"""Read the values of one parameter on one machine out of the judged series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.devices import column, text_objects, texts
from dicomlab.drift.signals import Parameter
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
        exam = texts(column(rows, "StudyInstanceUID"))
        self.has_exam = exam.notna().to_numpy()
        self.exam = np.where(self.has_exam, pd.factorize(exam)[0], -1 - np.arange(len(rows)))
        self.acquisition = self.text("AcquisitionNumber")

    def number(self, name: str) -> np.ndarray:
        """A column as floats."""
        if name not in self._numbers:
            self._numbers[name] = numbers(column(self.table, name))
        return self._numbers[name]

    def text(self, name: str) -> np.ndarray:
        """A column as texts, null where empty."""
        if name not in self._texts:
            self._texts[name] = text_objects(column(self.table, name))
        return self._texts[name]


def read_values(
    parameter: Parameter, places: np.ndarray, cells: Cells, strata: tuple[np.ndarray, pd.Index]
) -> Values:
    """The values of a parameter among these series, an acquisition counted once."""
    number, text = cells.number(parameter.name)[places], cells.text(parameter.name)[places]
    keep = _is_there(text)
    if parameter.kind == "level":
        keep &= np.isfinite(number) & ((number > 0) | (parameter.scale == "linear"))
    keep[keep] &= _first_of_acquisition(places[keep], text[keep], strata[0], cells)
    chosen = places[keep]
    cell = pd.factorize(strata[0][chosen])[0]
    for name in parameter.split:
        cell = _crossed(cell, cells.text(name)[chosen])
    stratum, used = pd.factorize(strata[0][chosen], sort=True)
    sizes = [cells.number(name)[chosen] for name in parameter.adjust]
    size = next((s for s in sizes if np.isfinite(s).sum() > 0.3 * len(s)), np.full(len(chosen), np.nan))
    names = [str(strata[1][code]) for code in used]
    operator = pd.factorize(cells.text("OperatorsName")[chosen])[0] if parameter.by_hand else None
    return Values(
        *(chosen, cells.day[chosen], number[keep], text[keep], cells.exam[chosen], stratum, names),
        *(cell, size, operator),
    )


def _first_of_acquisition(
    places: np.ndarray, text: np.ndarray, stratum: np.ndarray, cells: Cells
) -> np.ndarray:
    """Count an acquisition once, however many series were made of it."""
    first = np.ones(len(places), bool)
    told = cells.has_exam[places] & _is_there(cells.acquisition[places])
    where = places[told]
    keys = {"exam": cells.exam[where], "acquisition": cells.acquisition[where], "stratum": stratum[where]}
    codes = {name: pd.factorize(key)[0] for name, key in (keys | {"text": text[told]}).items()}
    first[told] = ~pd.DataFrame(codes).duplicated().to_numpy()
    return first


def _is_there(text: np.ndarray) -> np.ndarray:
    return np.asarray(text != None)  # noqa: E711


def _crossed(cell: np.ndarray, text: np.ndarray) -> np.ndarray:
    other = pd.factorize(text, use_na_sentinel=False)[0]
    return pd.factorize(cell * (int(other.max(initial=0)) + 1) + other)[0]

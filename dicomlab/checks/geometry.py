"""Geometry that no image can have, or that nobody filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, joined
from dicomlab.volumes.base import TOMOGRAPHIC, is_secondary


@dataclass(frozen=True)
class ImpossibleOrientation(Check):
    """ImageOrientationPatient is not two directions at right angles."""

    tolerance: float = 0.001
    """How far the lengths may be from 1, and their product from 0 (PS3.3 C.7.6.2.1.1); no unit."""

    name: ClassVar[str] = "impossible-orientation"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "error"
    together: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("ImageOrientationPatient",)
    fix: ClassVar[str] = "Do not trust positions, sizes or sides of these images; ask for them anew."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look at the six cosines of each image."""
        told = rows[rows["ImageOrientationPatient"].notna()]
        six = _matrix(told["ImageOrientationPatient"], 6)
        along, down = six[:, :3], six[:, 3:]
        lengths = [np.linalg.norm(along, axis=1) - 1, np.linalg.norm(down, axis=1) - 1]
        off = np.abs(np.column_stack([*lengths, (along * down).sum(axis=1)])).max(axis=1)
        wrong = ~(off <= self.tolerance)  # what is no number is wrong, too
        return self.find(
            told[wrong],
            "The directions of rows and columns of {n_files} files are impossible.",
            off=off[wrong],
        )


@dataclass(frozen=True)
class PlaceholderSize(Check):
    """The distance of pixels, or the number of rows or columns, is not above zero."""

    name: ClassVar[str] = "placeholder-size"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "error"
    together: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("Rows", "Columns", "PixelSpacing")
    wants: ClassVar[tuple[str, ...]] = ("ImagerPixelSpacing",)
    fix: ClassVar[str] = "Measure nothing in these images until the size of a pixel is known from elsewhere."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look at each size that an image has."""
        found = []
        for name in (n for n in ("Rows", "Columns", "PixelSpacing", "ImagerPixelSpacing") if n in rows):
            told = rows[rows[name].notna()]
            value = told[name].to_numpy(float) if name in ("Rows", "Columns") else _least(told[name])
            said = "{attribute} of {n_files} files is zero or negative."
            found.append(self.find(told[value <= 0], said, attribute=name))
        return joined(found)


@dataclass(frozen=True)
class PlaceholderPosition(Check):
    """Slices of a series have no position, or are all at 0, 0, 0."""

    name: ClassVar[str] = "placeholder-position"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = (
        "ImagePositionPatient",
        "Modality",
        "Rows",
        "ImageType",
        "slice_position_mm",
    )
    wants: ClassVar[tuple[str, ...]] = ("NumberOfFrames", "SOPClassUID")
    fix: ClassVar[str] = (
        "Order these slices by nothing but what the source says; ask for them with their geometry."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the slices of each series of CT, MR, PT and NM."""
        slices = rows[rows["Modality"].isin(TOMOGRAPHIC) & rows["Rows"].notna()]
        if "SOPClassUID" in slices:  # a secondary capture has no place in the patient
            slices = slices[~is_secondary(slices["SOPClassUID"])]
        if "NumberOfFrames" in slices:  # frames have their positions elsewhere
            slices = slices[~(slices["NumberOfFrames"] > 1).fillna(False).astype(bool)]
        series = slices["SeriesInstanceUID"]
        has = slices["ImagePositionPatient"].notna()
        share = has.groupby(series).transform("mean")
        at_zero = pd.Series(False, index=slices.index)
        at_zero[has] = (np.abs(_matrix(slices.loc[has, "ImagePositionPatient"], 3)) < 1e-9).all(axis=1)
        several = at_zero & (at_zero.groupby(series).transform("sum") > 1)
        return joined(
            [
                self.find(
                    slices[~has & (share > 0)], "{n_files} slices have no position, where others have one."
                ),
                self.find(slices[several], "{n_files} slices of the series are all at 0, 0, 0."),
            ]
        )


def _matrix(values: pd.Series, width: int) -> np.ndarray:
    """Lists of numbers as rows; one of another length is a row of NaN."""
    flat, length = _flat(values)
    rows = np.full((len(values), width), np.nan)
    rows[length == width] = flat[np.repeat(length == width, length)].reshape(-1, width)
    return rows


def _least(values: pd.Series) -> np.ndarray:
    """The least of each list; NaN of an empty one."""
    flat, length = _flat(values)
    least = np.full(len(values), np.nan)
    first = (np.cumsum(length) - length)[length > 0]
    least[length > 0] = np.minimum.reduceat(flat, first) if len(first) else flat
    return least


def _flat(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """All numbers of lists behind each other, and the length of each list."""
    flat = np.concatenate([*values, np.empty(0)]).astype(float)
    return flat, np.array([len(value) for value in values], dtype=int)

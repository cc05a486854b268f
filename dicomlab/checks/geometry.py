"""Geometry that no image can have, or that nobody filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, joined
from dicomlab.volumes.base import OF_A_RUN, PARTS, TOMOGRAPHIC
from dicomlab.volumes.spacing import LEAST_PLACES


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
    """Slices of a series have no position, or are at 0, 0, 0 where they cannot be."""

    tolerance_mm: float = 1.0
    """How far from the line that the other slices lie on 0, 0, 0 may be."""

    name: ClassVar[str] = "placeholder-position"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = ("ImagePositionPatient", "Modality", "content", "volume")
    wants: ClassVar[tuple[str, ...]] = ("frame",)
    fix: ClassVar[str] = (
        "Order these slices by nothing but what the source says; ask for them with their geometry."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the classic images of each series of CT, MR, PT and NM.

        One slice of each volume may well lie at 0, 0, 0, if the others lie on a line through it.
        """
        wanted = rows["Modality"].isin(TOMOGRAPHIC) & (rows["content"] != "secondary")
        if "frame" in rows:  # frames have their positions elsewhere
            wanted &= rows["frame"].isna()
        at = rows.loc[wanted, list(PARTS["ImagePositionPatient"])].astype(float)
        has = at.notna().all(axis=1)
        share = has.groupby(rows.loc[wanted, "series"]).transform("mean")
        slices = rows.loc[wanted]
        at_zero = has & (at.abs() < _ZERO_MM).all(axis=1)
        group = slices["stack"].fillna(-1 - slices["series"])
        chosen = group.isin(group[at_zero].unique()) & has
        found = [self._odd(slices.loc[of], at.loc[of], at_zero.loc[of]) for of in _groups(group[chosen])]
        odd = np.concatenate([*found, np.empty(0, dtype="int64")]).astype("int64")
        return joined(
            [
                self.find(
                    slices[~has & (share > 0)], "{n_files} slices have no position, where others have one."
                ),
                self.find(slices.loc[odd], "{n_files} slices of the series are all at 0, 0, 0."),
            ]
        )

    def _odd(self, slices: pd.DataFrame, at: pd.DataFrame, at_zero: pd.Series) -> np.ndarray:
        """The slices at 0, 0, 0 of one orientation that cannot be there."""
        zeros, others = slices[at_zero], at[~at_zero].to_numpy()
        if not len(others):
            words = {word for text in zeros["apart_by"] for word in text.split()}
            is_run = bool(words) and words <= {*OF_A_RUN} - _OF_EACH_SLICE
            return zeros.index.to_numpy() if len(zeros) > 1 and not is_run else zeros.index[:0].to_numpy()
        if len(others) > _LEAST_OTHERS or len(zeros) > 1:
            ends = others[[np.argmin(others @ others[-1]), np.argmax(others @ others[-1])]]
            along = ends[1] - ends[0]
            length = np.linalg.norm(along)
            if length > 0 and np.linalg.norm(np.cross(ends[0], along / length)) > self.tolerance_mm:
                return zeros.index.to_numpy()
        return zeros.index[zeros["volume"].notna() & zeros.duplicated("volume", keep=False)].to_numpy()


_ZERO_MM = 1e-9
_LEAST_OTHERS = 2
_OF_EACH_SLICE = {"TriggerTime", "CardiacTrigger"}


def _groups(number: pd.Series) -> list[pd.Index[int]]:
    """The rows of each group."""
    return [rows.index for _, rows in number.groupby(number, sort=False)]


@dataclass(frozen=True)
class ShearedVolume(Check):
    """The slices of a volume are shifted against each other, as with a tilted gantry."""

    degrees: float = 1.0
    """Angle between the line of the positions and the normal of the slices from which on it is told."""

    name: ClassVar[str] = "sheared-volume"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = (
        *("ImagePositionPatient", "ImageOrientationPatient", "Modality", "volume"),
    )
    unless: ClassVar[tuple[str, ...]] = ("placeholder-position",)
    fix: ClassVar[str] = (
        "Resample the slices, or shift each by what ImagePositionPatient says, before they are stacked: as a "
        "straight pile they show a sheared patient."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the first and the last position of each volume with the normal."""
        names = [*PARTS["ImagePositionPatient"], *PARTS["ImageOrientationPatient"]]
        slices = rows[rows["volume"].notna() & rows[names].notna().all(axis=1)]
        of_volume = slices.sort_values(["volume", "position_mm"]).groupby("volume", sort=False)
        n_places = of_volume["place"].nunique()
        first, last = of_volume[names].first().to_numpy(float), of_volume[names].last().to_numpy(float)
        middle = of_volume[names[:3]].median().to_numpy(float)
        way = last[:, :3] - first[:, :3]
        normal = np.cross(first[:, 3:6], first[:, 6:9])
        along = np.abs((way * normal).sum(axis=1))
        aside = np.sqrt(np.maximum((way * way).sum(axis=1) - along**2, 0))
        bent = np.linalg.norm(first[:, :3] + last[:, :3] - 2 * middle, axis=1)
        angle = np.degrees(np.arctan2(aside, along))
        told = (angle >= self.degrees) & (n_places.to_numpy() >= LEAST_PLACES) & (bent <= 0.5 * aside + 0.1)
        odd = slices[slices["volume"].isin(n_places.index[told])]
        degrees = odd["volume"].map(pd.Series(angle.round(1), index=n_places.index))
        return self.find(
            odd,
            "The slices are shifted: their positions run {degrees} degrees off the normal.",
            degrees=degrees,
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

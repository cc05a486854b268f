"""What does not belong into one series, and what one ought to know that it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dicomlab.checks.base import Check, Level, Severity
from dicomlab.volumes.base import APART

_PARTS = ("volume", "stack", "series")

FEW = 0.2
"""Share of the slices of a series up to which those of an orientation are the odd ones."""


@dataclass(frozen=True)
class LocaliserInside(Check):
    """A localiser lies in a series of other images."""

    name: ClassVar[str] = "localiser-inside"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("ImageType", "content")
    fix: ClassVar[str] = "Leave the localisers out before the rest is made a volume."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for localisers, by ImageType, in series that hold images too."""
        has_images = (rows["content"] == "image").groupby(rows["series"]).transform("any")
        return self.find(
            rows[(rows["content"] == "localiser") & has_images],
            "{n_files} localisers lie among the other images of the series (numbers {slices}).",
        )


@dataclass(frozen=True)
class OrientationsMixed(Check):
    """A few slices of a series lie in another orientation than the others."""

    most: float = FEW
    """Share of the slices of a series up to which those of an orientation are the odd ones."""

    name: ClassVar[str] = "orientations-mixed"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("ImageOrientationPatient", "Modality", "stack")
    fix: ClassVar[str] = "Part the series by ImageOrientationPatient; each part is a volume of its own."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the slices of each orientation of a series."""
        slices = rows[rows["stack"].notna()]
        return self.find(
            slices[_is_few(slices, self.most)],
            "{n_slices} slices ({slices}) lie in another orientation than the rest.",
        )


@dataclass(frozen=True)
class SeveralVolumes(Check):
    """A series holds several volumes, such as orientations, echoes or phases."""

    name: ClassVar[str] = "several-volumes"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = (
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "Modality",
        "volume",
    )
    wants: ClassVar[tuple[str, ...]] = APART
    unless: ClassVar[tuple[str, ...]] = ("placeholder-position",)
    fix: ClassVar[str] = "Part the series by what is named, before it is made an array of one more dimension."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count volumes, and say which attributes tell them apart.

        A few slices in another orientation are left to orientations-mixed.
        """
        slices = rows[rows["volume"].notna()]
        slices = slices[~_is_few(slices, FEW)]
        n_volumes, n_stacks = _count_of_series(slices, "volume"), _count_of_series(slices, "stack")
        # One slice an orientation is how a localiser looks, and worth no word.
        has_many = slices.groupby("volume")["place"].transform("size") > 1
        several = slices[(n_volumes > 1) & (has_many | (n_volumes > n_stacks))]
        return self.find(
            several.drop_duplicates("volume"),
            "The series holds {n_volumes} volumes in {n_orientations} orientations.",
            n_volumes=n_volumes,
            n_orientations=n_stacks,
            apart_by=_apart_by(several),
        )


def _is_few(slices: pd.DataFrame, most: float) -> pd.Series:
    """Which slices are of the smaller of two orientations of a series, with no larger share of it."""
    size, of_series = (slices[name].map(slices[name].value_counts()) for name in ("stack", "series"))
    return (size <= most * of_series) & (_count_of_series(slices, "stack") == 2)


def _count_of_series(slices: pd.DataFrame, name: str) -> pd.Series:
    """How many different ones the series of each slice has, of what lies in one series only."""
    return slices["series"].map(slices.drop_duplicates(name)["series"].value_counts())


def _apart_by(slices: pd.DataFrame) -> pd.Series:
    """Which attributes differ between the volumes of a series and not inside them, as words."""
    volume, stack, series = (np.unique(slices[name], return_inverse=True)[1] for name in _PARTS)
    first_of_volume = np.unique(volume, return_index=True)[1]
    first_of_stack = np.unique(stack, return_index=True)[1]
    words = np.full(int(series.max(initial=-1)) + 1, "", dtype=object)
    for name in (n for n in APART if n in slices and n != "FrameOfReferenceUID"):
        code = pd.factorize(slices[name])[0]
        tells, changes = np.zeros(len(words), bool), np.zeros(len(words), bool)
        tells[series[code != code[first_of_stack][stack]]] = True
        changes[series[code != code[first_of_volume][volume]]] = True
        words[tells & ~changes] += f" {name}"
    texts = pd.Series(words[series], index=slices.index, dtype=object)
    by_place = slices["apart_by"].str.endswith("place")
    is_apart = by_place.groupby(slices["series"]).transform("any")
    return texts.str.strip().mask(texts.eq("") & is_apart, "place").replace("", "time or order")

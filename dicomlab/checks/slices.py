"""Slices of a volume that are missing, too many, or not where they should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, joined
from dicomlab.volumes.base import OF_A_RUN

MOST_ODD = 0.2
"""Share of the gaps of a volume that may be unusual; where more are, the spacing is meant to vary."""
_NEARLY_ALL = 0.75
_LEAST_OF_CUT = 2
_NEEDS = ("ImagePositionPatient", "ImageOrientationPatient", "Modality", "gap_mm")


@dataclass(frozen=True)
class MissingSlices(Check):
    """A gap between neighbouring slices is wider than the gaps on either side."""

    most: float = 0.2
    """Share of the gaps of a volume that may be wide; where more are, the spacing is meant to vary."""

    name: ClassVar[str] = "missing-slices"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = _NEEDS
    wants: ClassVar[tuple[str, ...]] = ("InstanceNumber",)
    unless: ClassVar[tuple[str, ...]] = ("placeholder-position",)
    fix: ClassVar[str] = (
        "Fetch the series again from where it came; do not interpolate or measure across the gap."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look at the gaps between positions, along the normal of the slices."""
        lost = rows[_is_rare(rows, "lost", self.most)]
        whole = lost["gap_mm"] / lost["usual_gap_mm"]
        fits = (whole - whole.round()).abs().groupby(lost["SeriesInstanceUID"]).transform("max") < 0.15
        n_missing = lost["n_lost"].groupby(lost["SeriesInstanceUID"]).transform("sum").astype(int)
        said = (
            "About {n_missing} slices are missing after slice {slices}: the next one is {gap_mm} mm away, "
            "where {usual_mm} mm is usual."
        )
        found = [
            self.find(
                lost[fits == is_whole],
                said,
                confidence="high" if is_whole else "medium",
                gap_mm=lost["gap_mm"],
                usual_mm=lost["usual_gap_mm"],
                n_missing=n_missing,
            )
            for is_whole in (True, False)
        ]
        return joined(found)


@dataclass(frozen=True)
class IncompleteVolume(Check):
    """A volume of a series lacks slices that its sister volumes have."""

    most: float = 0.5
    """Share of its places that any volume may lack and still be one that ought to be whole."""

    least: int = 3
    """Whole volumes that there must be for others than echoes, b-values and phases to lack more."""

    name: ClassVar[str] = "incomplete-volume"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = _NEEDS
    unless: ClassVar[tuple[str, ...]] = ("placeholder-position",)
    fix: ClassVar[str] = (
        "Fetch the series again; leave the volume out (an echo, a phase, a b-value) if it was cut."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the number of places of the volumes of one slab of a series.

        A gap inside a volume is left to missing-slices.
        """
        slices = rows[rows["volume"].notna()]
        volumes = slices.groupby("volume", as_index=False).agg(
            slab=("slab", "first"), has=("place", "nunique"), apart_by=("apart_by", "first")
        )
        each = volumes.loc[volumes.index.repeat(volumes["has"]), ["slab", "has"]]
        usual = volumes["slab"].map(each.groupby("slab")["has"].median())
        n_volumes = volumes["slab"].map(volumes["slab"].value_counts())
        is_short = (volumes["has"] < usual) & (usual >= 3) & (n_volumes >= 2)
        is_short &= (volumes["has"] >= (1 - self.most) * usual) | self._was_cut(volumes, usual, n_volumes)
        told = slices.loc[_is_rare(slices, "lost", MOST_ODD), "volume"]
        volumes = volumes.assign(usual=usual, n=n_volumes)[is_short & ~volumes["volume"].isin(told)]
        short = slices[slices["volume"].isin(volumes["volume"])]
        facts = short[["volume"]].join(volumes.set_index("volume"), on="volume")
        return self.find(
            short,
            "Volumes have {n_places} slices, where the others of {n_volumes} have {usual}.",
            n_volumes=facts["n"],
            n_places=facts["has"],
            usual=facts["usual"],
        )

    def _was_cut(self, volumes: pd.DataFrame, usual: pd.Series, n_volumes: pd.Series) -> pd.Series:
        """Which volumes ought to be whole though they have less than half: those of one run.

        Echoes, b-values and phases cover the same slices; passes that differ in what else they are may cover
        fewer by design, unless nearly all others are alike.
        """
        words = volumes["apart_by"].str.split()
        of_a_run = words.map(lambda names: bool({*names} & {*OF_A_RUN, "turn"})).astype(bool)
        n_whole = (volumes["has"] >= usual).groupby(volumes["slab"]).transform("sum")
        alike = (n_whole >= self.least) & (n_whole >= _NEARLY_ALL * n_volumes)
        return (of_a_run | alike) & (volumes["has"] >= _LEAST_OF_CUT) & (n_whole >= 1)


@dataclass(frozen=True)
class DuplicatePositions(Check):
    """Two slices of one volume lie in the same place."""

    name: ClassVar[str] = "duplicate-positions"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = _NEEDS
    unless: ClassVar[tuple[str, ...]] = ("placeholder-position",)
    fix: ClassVar[str] = "See in which attributes the slices differ; keep the one that belongs to the volume."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for places that come twice in a volume whose places come once."""
        twice = rows["volume"].notna() & rows.duplicated(["volume", "place"], keep=False)
        return self.find(rows[twice], "Slices {slices} lie where another one of the same volume lies.")


@dataclass(frozen=True)
class OverlappingSlices(Check):
    """Neighbouring slices are closer together than the others of the volume."""

    most: float = 0.2
    """Share of the gaps of a volume that may be close; where more are, the spacing is meant to vary."""

    name: ClassVar[str] = "overlapping-slices"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = _NEEDS
    fix: ClassVar[str] = "Look whether a slice of another reconstruction or acquisition came into the series."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look at the gaps between positions, along the normal of the slices."""
        return _find_gaps(self, rows[_is_rare(rows, "close", self.most)], "only {gap_mm}")


@dataclass(frozen=True)
class UnevenSpacing(Check):
    """The distance between slices differs in some places, by less than a slice."""

    most: float = 0.2
    """Share of the gaps of a volume that may differ; where more do, the spacing is meant to vary."""

    name: ClassVar[str] = "uneven-spacing"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = _NEEDS
    fix: ClassVar[str] = (
        "Place slices by ImagePositionPatient one by one; a grid of equal steps is wrong here."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look at the gaps between positions, along the normal of the slices."""
        return _find_gaps(self, rows[_is_rare(rows, "uneven", self.most)], "{gap_mm}")


@dataclass(frozen=True)
class VariableSpacing(Check):
    """The distance between slices varies throughout a volume, as if it were meant to."""

    least: float = 0.2
    """Share of the gaps of a volume that differ from those beside them."""

    name: ClassVar[str] = "variable-spacing"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = _NEEDS
    unless: ClassVar[tuple[str, ...]] = ("incomplete-volume",)
    fix: ClassVar[str] = (
        "Place slices by ImagePositionPatient one by one; a grid of equal steps is wrong here."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look at the share of unusual gaps in a volume."""
        told = rows[rows["gap_kind"].ne("") & _varies(rows, self.least)]
        return self.find(
            told,
            "The distance between slices varies in {n_slices} places.",
            confidence="medium",
            least_mm=told["gap_mm"].groupby(told["SeriesInstanceUID"]).transform("min"),
            most_mm=told["gap_mm"].groupby(told["SeriesInstanceUID"]).transform("max"),
        )


def _find_gaps(check: Check, rows: pd.DataFrame, distance: str) -> pd.DataFrame:
    """Findings of the gaps after these slices, with the words for how wide they are."""
    return check.find(
        rows,
        f"After slice {{slices}} the next one is {distance} mm away, where {{usual_mm}} mm is usual.",
        gap_mm=rows["gap_mm"],
        usual_mm=rows["usual_gap_mm"],
    )


def _is_rare(rows: pd.DataFrame, kind: str, most: float) -> pd.Series:
    """Gaps of a kind, in volumes of which no larger share is unusual; one gap is always rare."""
    return (rows["gap_kind"] == kind) & ~_varies(rows, most)


def _varies(rows: pd.DataFrame, most: float) -> pd.Series:
    """Whether more than a share of the gaps of a volume is unusual, and more than two."""
    odd = rows["gap_kind"].ne("").astype(float).groupby(rows["volume"])
    n_gaps = rows["gap_mm"].notna().groupby(rows["volume"]).transform("sum")
    return odd.transform("sum") > np.maximum(most * n_gaps, 2)

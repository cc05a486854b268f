"""InstanceNumbers that are missing or come twice, and series that are shorter than their sisters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, no_findings


@dataclass(frozen=True)
class NumberGap(Check):
    """InstanceNumbers are missing between the first and the last one of a series."""

    name: ClassVar[str] = "number-gap"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = ("InstanceNumber",)
    unless: ClassVar[tuple[str, ...]] = ("missing-slices", "incomplete-volume")
    fix: ClassVar[str] = (
        "Compare with the count where the series came from. Numbers may be left out on purpose, as for "
        "rejected exposures, and volumes whose positions have no gap are whole."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the numbers that lie between those that are there."""
        told = rows[rows["InstanceNumber"].notna()]
        distinct = told.drop_duplicates(["series", "InstanceNumber"]).sort_values(
            ["series", "InstanceNumber"]
        )
        step = distinct["InstanceNumber"].groupby(distinct["series"]).diff().shift(-1).fillna(1)
        before = distinct[step.gt(1) & distinct["series"].eq(distinct["series"].shift(-1))]
        if before.empty:
            return no_findings()
        missing = (step - 1)[before.index]
        n_missing = missing.groupby(before["series"]).transform("sum").astype(int)
        said = "{n_missing} InstanceNumbers are missing, after {slices}."
        return self.find(before, said, confidence="medium", n_missing=n_missing)


@dataclass(frozen=True)
class NumberRepeated(Check):
    """Slices in different places of one volume have the same InstanceNumber."""

    name: ClassVar[str] = "number-repeated"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("InstanceNumber", "volume")
    fix: ClassVar[str] = (
        "Sort the slices by position, not by number; see whether two series lie under one UID."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for a number that comes twice among the classic images of a volume."""
        told = rows[rows["InstanceNumber"].notna() & rows["volume"].notna()]
        told = told[
            ~told.duplicated("file_key", keep=False) & ~told.duplicated(["volume", "place"], keep=False)
        ]
        twice = told[told.duplicated(["volume", "InstanceNumber"], keep=False)]
        return self.find(twice, "{n_files} slices share InstanceNumbers with others: {slices}.")


@dataclass(frozen=True)
class FewerThanSisters(Check):
    """A series has fewer slices than nearly all others of its machine and protocol."""

    least: int = 5
    """Sister series that there must be."""

    share: float = 0.8
    """Share of the series that must agree in their number of slices."""

    name: ClassVar[str] = "fewer-than-sisters"
    table: ClassVar[str] = "series"
    together: ClassVar[tuple[str, ...]] = ("ManufacturerModelName", "ProtocolName")
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = (
        *("Modality", "ManufacturerModelName", "ProtocolName", "SeriesDescription", "n_distinct_instances"),
    )
    wants: ClassVar[tuple[str, ...]] = ("SliceThickness", "DeviceSerialNumber", "StationName", "n_frames")
    unless: ClassVar[tuple[str, ...]] = ("missing-slices", "incomplete-volume", "number-gap")
    fix: ClassVar[str] = (
        "It may have been sent in part, or stopped: compare with the count where it came from."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare counts of series that agree in machine, protocol, description and thickness."""
        alike = ["ManufacturerModelName", "ProtocolName", "SeriesDescription", "Modality"]
        told = rows[rows[alike].notna().all(axis=1)]
        by = [*alike, *(n for n in ("SliceThickness", "DeviceSerialNumber", "StationName") if n in told)]
        if told.empty:
            return no_findings()
        count = told["n_distinct_instances"].astype(int)
        if "n_frames" in told:
            count = count.where(told["n_frames"].astype(int) < 2 * count, told["n_frames"].astype(int))
        group = told.groupby(by, dropna=False, sort=False).ngroup()
        size = group.groupby(group).transform("size")
        usual = count.groupby(group).transform("median")
        agree = count.eq(usual).groupby(group).transform("mean")
        short = told[(count < usual) & (agree >= self.share) & (size > self.least)]
        return self.find(
            short,
            "The series has {n_slices_found} slices, where {n_sisters} others of its protocol have {usual}.",
            confidence="medium",
            n_slices_found=count,
            usual=usual,
            n_sisters=size - 1,
        )

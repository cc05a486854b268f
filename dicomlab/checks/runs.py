"""Series that look like parts of one run, exported as series of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, no_findings

_ALIKE = ("PatientID", "Modality", "SeriesNumber", "SeriesTime", "ProtocolName")
_ALSO = ("SeriesDate", "SOPClassUID", "DeviceSerialNumber", "StationName", "n_slice_positions")


@dataclass(frozen=True)
class RunInSeveralSeries(Check):
    """Series look like parts of one run that an export cut into several."""

    least: int = 3
    """Series that must look alike; two do where they are of different acquisitions."""

    name: ClassVar[str] = "run-in-several-series"
    table: ClassVar[str] = "series"
    together: ClassVar[tuple[str, ...]] = ("PatientID",)
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = (*_ALIKE, "StudyInstanceUID", "SeriesInstanceUID")
    wants: ClassVar[tuple[str, ...]] = (*_ALSO, "AcquisitionNumber")
    fix: ClassVar[str] = (
        "Join them by AcquisitionNumber or time before they are counted or stacked, or export the run again "
        "as one series."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare patient, day, SeriesNumber, SeriesTime, protocol and the number of places."""
        told = rows[rows[list(_ALIKE)].notna().all(axis=1) & (rows["PatientID"].str.strip() != "")]
        if told.empty:
            return no_findings()
        keys = [*_ALIKE, *(name for name in _ALSO if name in told)]
        told = told.drop_duplicates([*keys, "SeriesInstanceUID"])
        run = told.groupby(keys, dropna=False, sort=False).ngroup()
        n_series = run.map(run.value_counts())
        apart = pd.Series(False, index=told.index)
        if "AcquisitionNumber" in told:
            number = told["AcquisitionNumber"].astype("Float64")
            apart = (number.groupby(run).transform("nunique") == n_series).fillna(False).astype(bool)
        odd = told.assign(run=run)[(n_series >= self.least) | ((n_series > 1) & apart)]
        n_studies = odd.groupby("run")["StudyInstanceUID"].transform("nunique")
        return self.find(
            odd,
            "{n_series} series in {n_studies} studies of one patient look like one run: they agree in "
            "SeriesNumber, SeriesTime and protocol.",
            by="run",
            confidence="medium",
            n_series=n_series,
            n_studies=n_studies,
        )

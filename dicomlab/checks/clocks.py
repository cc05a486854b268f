"""Machines whose clocks disagree with those of other computers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, joined


@dataclass(frozen=True)
class ClockOff(Check):
    """The times of a machine disagree day by day, as if one of two clocks were off."""

    seconds: int = 90
    """By how much a time must be too early to count."""

    minutes: int = 45
    """How long after StudyTime the first image must be for its clock, or zone, to be doubted."""

    share: float = 0.8
    """Share of the series, or studies, in which it must be so."""

    least: int = 10
    """Series, or studies, that must be there to judge by, on three days."""

    name: ClassVar[str] = "clock-off"
    table: ClassVar[str] = "clocks"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("StudyInstanceUID", "day", "content_after_s", "study_before_s")
    fix: ClassVar[str] = (
        "Compare the clock of the machine with that of the archive, and see which of the two computers keeps "
        "time from a server. Do not join its times with those of other machines until then."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look at what ought to be in order: study, acquisition, image."""
        studies = rows.sort_values("study_before_s", kind="stable").drop_duplicates(
            ["device", "StudyInstanceUID"]
        )
        content, study = "content_after_s", "study_before_s"
        late = self.minutes * 60
        return joined(
            [
                self._told(
                    rows[rows[content].notna()],
                    content,
                    rows[content] < -self.seconds,
                    "ContentTime is {seconds_off} s before AcquisitionTime in {percent} % of the series.",
                    "warning",
                ),
                self._told(
                    studies[studies[study].notna()],
                    study,
                    studies[study] < -self.seconds,
                    "Images are acquired {seconds_off} s before StudyTime in {percent} % of the studies.",
                    "note",
                ),
                self._told(
                    studies[studies[study].notna()],
                    study,
                    studies[study] > late,
                    "The first image comes {seconds_off} s after StudyTime in {percent} % of the studies.",
                    "note",
                ),
            ]
        )

    def _told(
        self, rows: pd.DataFrame, name: str, wrong: pd.Series, said: str, severity: Severity
    ) -> pd.DataFrame:
        """One finding for each machine of which it is so nearly always."""
        wrong = wrong.reindex(rows.index)
        device = rows["device"]
        share = wrong.groupby(device).transform("mean")
        enough = (device.groupby(device).transform("size") >= self.least) & (
            rows["day"].groupby(device).transform("nunique") >= 3
        )
        odd = rows[wrong & enough & (share >= self.share)]
        off = odd[name].abs().groupby(odd["device"]).transform("median").round()
        percent = (100 * share).round()
        return self.find(odd, said, severity=severity, confidence="low", seconds_off=off, percent=percent)

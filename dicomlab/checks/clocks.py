"""Machines whose clocks disagree with those of other computers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, joined, no_findings

_LEAST_DAYS = 3


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
        """One finding for each machine of which it is so nearly always, or in a part of the time."""
        wrong = wrong.reindex(rows.index)
        device = rows["device"]
        share = wrong.groupby(device).transform("mean")
        enough = (device.groupby(device).transform("size") >= self.least) & (
            rows["day"].groupby(device).transform("nunique") >= _LEAST_DAYS
        )
        odd = rows[wrong & enough & (share >= self.share)]
        off = odd[name].abs().groupby(odd["device"]).transform("median").round()
        percent = (100 * share).round()
        always = self.find(odd, said, severity=severity, confidence="low", seconds_off=off, percent=percent)
        some = rows[enough & (share < self.share) & wrong.groupby(device).transform("any")]
        spans = [self._span(own, wrong[own.index]) for _, own in some.groupby("device", sort=False)]
        return joined([always, *(self._in_span(span, name, said) for span in spans)])

    def _span(self, rows: pd.DataFrame, wrong: pd.Series) -> pd.DataFrame:
        """The rows of the longest time in which it is so nearly always, where it is not so elsewhere."""
        rows = rows.sort_values("day", kind="stable")
        is_wrong = wrong[rows.index].to_numpy()
        gain = np.cumsum(np.where(is_wrong, 1 - self.share, -self.share))
        lowest = np.minimum.accumulate(np.r_[0.0, gain[:-1]])
        last = int(np.argmax(gain - lowest))
        first = int(np.flatnonzero(np.r_[0.0, gain[: last + 1]] == lowest[last])[-1])
        span, inside = rows.iloc[first : last + 1], is_wrong[first : last + 1]
        rest = np.r_[is_wrong[:first], is_wrong[last + 1 :]]
        holds = len(span) >= self.least and span["day"].nunique() >= _LEAST_DAYS and len(rest) >= self.least
        is_told = holds and inside.mean() >= self.share and rest.mean() <= 1 - self.share
        return span[inside] if is_told else rows.head(0)

    def _in_span(self, odd: pd.DataFrame, name: str, said: str) -> pd.DataFrame:
        if odd.empty:
            return no_findings()
        return self.find(
            odd,
            said.partition(" in {percent}")[0] + " from {first_day} to {last_day}, and at no other time.",
            severity="warning",
            confidence="medium",
            seconds_off=float(round(odd[name].abs().median())),
            first_day=f"{odd['day'].min():%Y-%m-%d}",
            last_day=f"{odd['day'].max():%Y-%m-%d}",
        )


@dataclass(frozen=True)
class SeriesTimeLate(Check):
    """SeriesTime of original images is later than their acquisition."""

    seconds: int = 60
    """How much later it may be."""

    name: ClassVar[str] = "series-time-late"
    table: ClassVar[str] = "clocks"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("Modality", "series_after_s")
    unless: ClassVar[tuple[str, ...]] = ("clock-off",)
    fix: ClassVar[str] = (
        "Order series by AcquisitionTime. In PET, do not correct decay to SeriesTime: series that were "
        "processed again have a new one."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare SeriesTime with the first acquisition; a warning in PET, where decay is corrected to it."""
        odd = rows[rows["series_after_s"] > self.seconds]
        of_pet = odd["Modality"] == "PT"
        said = "SeriesTime of {n_files} series is up to {seconds_off} s later than the acquisition."
        most = odd.groupby("device")["series_after_s"].transform("max").round()
        return joined(
            self.find(odd[own], said, severity=severity, seconds_off=most[own])
            for own, severity in ((of_pet, self.severity), (~of_pet, "note"))
        )

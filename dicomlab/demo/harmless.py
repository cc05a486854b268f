"""Changes that are no faults: whoever raises an alarm on them is wrong."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar
from zlib import crc32

import numpy as np
import pandas as pd

from dicomlab.demo.base import Fault, Lasting, Rows, Stage
from dicomlab.demo.sites import START


@dataclass(frozen=True)
class Season(Fault):
    """Patients are larger in winter than in summer."""

    _: KW_ONLY
    size: float = 0.2
    """Half of the difference between winter and summer, in standard deviations of patient size."""

    stage: ClassVar[Stage] = "studies"
    kind: ClassVar[str] = "season"

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        phase = 2 * np.pi * (table["date"].dt.day_of_year - 15) / 365.25
        return table.assign(patient_size=table["patient_size"] + self.size * np.cos(phase))

    def _details(self) -> dict[str, Any]:
        return {"size": self.size, "unit": "SD of patient size"}


@dataclass(frozen=True)
class ProtocolMix(Fault):
    """Doctors ask for one examination where they asked for another."""

    _: KW_ONLY
    exam: str
    instead: str
    share: float = 0.6
    """Share of `exam` that becomes `instead`."""

    stage: ClassVar[Stage] = "studies"
    kind: ClassVar[str] = "protocol-mix"

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        moved = (table["date"] >= self.onset) & (table["exam"] == self.exam) & (table["luck"] < self.share)
        return table.assign(exam=table["exam"].mask(moved, self.instead))

    def _details(self) -> dict[str, Any]:
        return {"size": self.share, "unit": "share of the examination"}


@dataclass(frozen=True)
class StaffRotation(Fault):
    """Two operators leave, and two with the same habits in the mean come."""

    stage: ClassVar[Stage] = "studies"
    kind: ClassVar[str] = "staff"

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        # Operators 0 and 1 hand over to 4 and 5.
        leaves = (table["date"] >= self.onset) & (table["operator"] < 2)
        return table.assign(operator=table["operator"] + 4 * leaves)


@dataclass(frozen=True)
class Outage(Lasting):
    """The device stands still for some days."""

    _: KW_ONLY
    days: int = 12

    stage: ClassVar[Stage] = "studies"
    kind: ClassVar[str] = "outage"

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        return table[~table["date"].between(self.onset, self.last)]

    def truth(self, acquisitions: pd.DataFrame) -> Rows:
        """The row of the answer key, though no acquisition shows it."""
        if len(acquisitions) and acquisitions["date"].max() >= self.onset:
            yield self.row(self.onset, end=self.last, size=float(self.days), unit="days")


@dataclass(frozen=True)
class MissingTag(Lasting):
    """The device leaves an element out for some days."""

    _: KW_ONLY
    days: int = 30

    stage: ClassVar[Stage] = "written"
    kind: ClassVar[str] = "missing"
    needs_parameter: ClassVar[bool] = True

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        return table.assign(**{self.parameter: table[self.parameter].mask(self.affected(table))})

    def affected(self, acquisitions: pd.DataFrame) -> pd.Series:
        """Which acquisitions lack the element for it."""
        return super().affected(acquisitions) & (acquisitions["date"] <= self.last)

    def _details(self) -> dict[str, Any]:
        return {"end": self.last, "size": float(self.days), "unit": "days"}


@dataclass(frozen=True)
class Calibrations(Fault):
    """The device is calibrated now and then, which changes no value."""

    _: KW_ONLY
    parameter: str = "DateOfLastCalibration"
    every: int = 90
    """Days from one calibration to the next; not scaled with the fleet."""

    kind: ClassVar[str] = "calibration"

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        dates = self._dates(table["date"].max() if len(table) else START)
        latest = dates[np.searchsorted(dates, table["date"], side="right") - 1]
        return table.assign(**{self.parameter: latest.strftime("%Y%m%d")})

    def log(self, last: pd.Timestamp) -> Rows:
        """Rows of the service log up to the fleet's last day."""
        for date in self._dates(last)[1:]:
            yield {"device": self.device, "date": date, "kind": "calibration", "text": "Planned calibration."}

    def _dates(self, last: pd.Timestamp) -> pd.DatetimeIndex:
        # Each device has its own turn, and the engineer comes within two weeks of it.
        turn = crc32(self.device.encode()) % 40
        nominal = pd.date_range(START - pd.Timedelta(days=20 + turn), last, freq=f"{self.every}D")
        late = np.array([(7 * i + turn) % 11 for i in range(len(nominal))])
        dates = nominal + pd.to_timedelta(late, unit="D")
        dates = dates + pd.to_timedelta(np.where(dates.day_of_week >= 5, 2, 0), unit="D")
        return dates[dates <= last]


@dataclass(frozen=True)
class Upgrade(Fault):
    """New software, on the day of another fault that it brings about."""

    _: KW_ONLY
    parameter: str = "SoftwareVersions"
    versions: tuple[str, ...]

    kind: ClassVar[str] = "software"

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        is_new = table["date"] >= self.onset
        pairs = zip(is_new, table[self.parameter], strict=True)
        versions = pd.Series([self.versions if new else old for new, old in pairs], table.index, dtype=object)
        return table.assign(**{self.parameter: versions})

    def log(self, last: pd.Timestamp) -> Rows:
        """Rows of the service log up to the fleet's last day."""
        for row in super().log(last):
            yield row | {"kind": "software"}


@dataclass(frozen=True)
class SilentUpgrade(Upgrade):
    """New software that changes no acquisition."""

    kind: ClassVar[str] = "silent-upgrade"


@dataclass(frozen=True)
class Exchange(Fault):
    """A detector is exchanged, on the day of another fault that it brings about."""

    _: KW_ONLY
    parameter: str = "DetectorID"
    old: str
    new: str

    kind: ClassVar[str] = "detector"
    needs_parameter: ClassVar[bool] = True

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Plant it in a copy of the table."""
        is_new = (table["date"] >= self.onset) & (table[self.parameter] == self.old)
        return table.assign(**{self.parameter: table[self.parameter].mask(is_new, self.new)})

    def affected(self, acquisitions: pd.DataFrame) -> pd.Series:
        """Which acquisitions were made with the new detector."""
        return super().affected(acquisitions) & (acquisitions[self.parameter] == self.new)

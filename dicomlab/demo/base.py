"""The promise of a fault: what it is called on, and the rows it adds to the answer key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, replace
from fnmatch import fnmatch
from typing import Any, ClassVar, Literal

import pandas as pd

from dicomlab.demo.sites import START

Stage = Literal["studies", "values", "written"]
"""When a fault acts: on the plan of studies, on what varies, or on what is written in the end."""

Rows = Iterator[dict[str, Any]]

USUAL_DAYS = 547
"""The days of the 18 months for which the days of the faults are meant."""


@dataclass(frozen=True)
class Follower:
    """A parameter that changes with another one by physics, and how far."""

    parameter: str
    size: float
    unit: str = "relative"


@dataclass(frozen=True)
class Fault:
    """Something that happens to one device, or to each whose name fits a pattern.

    The day is meant for a fleet of 18 months; one of another length is scaled to it.
    """

    device: str
    """StationName, or a pattern such as CT-* or *."""

    day: int = 0
    """Days from the fleet's first day to the change."""

    _: KW_ONLY
    stratum: str = ""
    """The ProtocolName that is affected; all where empty."""

    parameter: str = ""
    """The DICOM keyword that changes."""

    why: str = ""
    """What was planted and why it must or must not alarm; the answer key quotes it."""

    service: str = ""
    """What the service log says of it; nothing where empty."""

    follows: tuple[Follower, ...] = ()
    """Parameters that change with it by physics."""

    stage: ClassVar[Stage] = "values"
    kind: ClassVar[str] = ""
    must_alarm: ClassVar[bool] = False
    needs_parameter: ClassVar[bool] = False
    """Whether the parameter must be in the table before; one that is derived comes late."""

    def __call__(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give the table with the fault in it; the one that was given stays as it was."""
        raise NotImplementedError

    @property
    def onset(self) -> pd.Timestamp:
        """The day on which it begins."""
        return START + pd.Timedelta(days=self.day)

    def meets(self, station: str) -> bool:
        """Whether it happens to a device."""
        return fnmatch(station, self.device)

    def fitted(self, station: str, days: int) -> Fault:
        """The same fault for one device and a fleet of some days; it begins on a working day."""
        day = round(self.day * days / USUAL_DAYS)
        weekday = (START + pd.Timedelta(days=day)).weekday()
        return replace(self, device=station, day=day + (7 - weekday if self.day and weekday >= 5 else 0))

    def affected(self, acquisitions: pd.DataFrame) -> pd.Series:
        """Which acquisitions show it; planning views are not counted."""
        return (acquisitions["date"] >= self.onset) & self._concerns(acquisitions)

    def truth(self, acquisitions: pd.DataFrame) -> Rows:
        """Rows of the answer key; none where no acquisition shows the fault.

        A change lies at the first acquisition of the new level.
        """
        dates = acquisitions.loc[self.affected(acquisitions), "date"]
        if dates.empty:
            return
        row = self.row(dates.min(), **self._details())
        yield row
        for other in self.follows:
            change = {"parameter": other.parameter, "size": other.size, "unit": other.unit}
            kind = "step" if self.kind == "setting" else self.kind
            yield row | change | {"kind": kind, "text": f"Follows {self.parameter}. {self.why}"}

    def row(self, onset: pd.Timestamp | None, **more: Any) -> dict[str, Any]:
        """One row of the answer key, with the cells that all faults fill alike."""
        own = ("device", "parameter", "stratum", "kind", "must_alarm")
        blank = {"end": None, "size": None, "unit": "", "path": "", "text": self.why}
        return {name: getattr(self, name) for name in own} | {"onset": onset} | blank | more

    def log(self, last: pd.Timestamp) -> Rows:
        """Rows of the service log up to the fleet's last day."""
        if self.service and self.onset <= last:
            yield {"device": self.device, "date": self.onset, "kind": "service", "text": self.service}

    def _concerns(self, acquisitions: pd.DataFrame) -> pd.Series:
        found = ~acquisitions["is_localiser"]
        return found & (acquisitions["ProtocolName"] == self.stratum) if self.stratum else found

    def _details(self) -> dict[str, Any]:
        """What the answer key says of it beside the common cells."""
        return {}


@dataclass(frozen=True)
class Lasting(Fault):
    """Something that takes some days; they are scaled with the fleet."""

    _: KW_ONLY
    days: int

    def fitted(self, station: str, days: int) -> Fault:
        """As for any fault, and its days by the same share."""
        fault = super().fitted(station, days)
        return replace(fault, days=max(1, round(self.days * days / USUAL_DAYS)))  # type: ignore[call-arg]

    @property
    def last(self) -> pd.Timestamp:
        """The last of its days."""
        return self.onset + pd.Timedelta(days=self.days - 1)

"""What drift hands on: the result of `find_drift`, and the promise of a detector."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pandas as pd

from dicomlab.arguments import checked_methods
from dicomlab.errors import DicomlabError

NOTICE_COLUMNS = (
    "notice_id device modality kind parameter stratum date until before after n text detector"
).split()
LIMIT_COLUMNS = (
    "signal_id device modality stratum parameter unit reference warn action limit_unit side n_days level "
    "level_low level_high verdict citation"
).split()


class NotReadable(DicomlabError):
    """A file that drift keeps cannot be read as what it should be."""

    def __init__(self, path: Path, what: str, why: str = ""):
        reason = f": it {why}" if why else ""
        super().__init__(
            f"{path} cannot be read as {what}{reason}. Mend it, or move it away to begin a new one."
        )


class Detector(Protocol):
    """A chart over one signal; a frozen dataclass whose fields are its settings."""

    @property
    def name(self) -> str:
        """How alarms name the detector."""

    @property
    def kind(self) -> str:
        """What it reads.

        `level` and `share`: date, value, sd; `spread`: date, score; `setting`: date, text.
        """

    @property
    def length(self) -> float:
        """Points between two false alarms; the engine sets it from the budget."""

    def __call__(self, signal: pd.DataFrame, baseline: Baseline) -> pd.DataFrame:
        """Give one row per point of `signal`, in its order: statistic, limit, is_alarm."""


@dataclass(frozen=True)
class Baseline:
    """What is usual for one signal: level, scale, and the span it was learned from."""

    first: pd.Timestamp
    last: pd.Timestamp
    n: int
    center: float
    scale: float
    usual: tuple[str, ...] = ()
    """For settings: the values that were usual; `center` is the share of others."""
    error: float = 0.0
    """Standard error of the centre."""
    steady: float = 0.0
    """The part of it that no further days average out: all of it where the centre is to stay as it is."""
    likeness: float = 0.0
    """Correlation of neighbouring days."""


@checked_methods
@dataclass(frozen=True)
class Drift:
    """What `find_drift` found, as tables.

    A signal is one parameter of one modality of one machine in one stratum. Its `signal_id` is the same in
    every table and every run; series that were not judged at all have a row without one.

    signals: one row per signal; column `reason` says why one is not
        monitored. Columns: signal_id, device, modality, stratum, parameter, kind (level, setting), unit,
        n, first, last, is_monitored, reason, baseline_from, baseline_to, n_baseline, center,
        scale, usual, lower, upper, scatter (share of the scatter that size explained).
    points: one row per acquisition and signal. Columns: signal_id, device, stratum, parameter, date,
        value (float; null for a setting in words), text (the value as written), is_baseline,
        is_alarm, series (SeriesInstanceUID or row label), adjusted (the value with protocol and
        size taken out, in the unit of `center`; null for settings and unwatched signals).
    alarms: signal_id, device, parameter, stratum, date, kind, detector, value, center, z.
    changes: change_id, signal_id, device, modality, stratum, parameter, unit, kind (step, ramp, spread,
        setting, share, unit, identity, tolerance), onset, onset_low, onset_high, before, after,
        before_text, after_text, effect (relative change where it makes sense, else null), effect_sd,
        n_before, n_after, severity (1 to 3), text (plain words), cause (plain words, may be empty), finding
        (changes of one device within 7 days share it), reached (when a ramp ended; else the onset),
        effect_low, effect_high (95 % interval of `effect`), detector. A spread has no level: `effect`
        is how much more values scatter, and the texts hold the standard deviations. A share has none
        either: the texts hold the value whose share moved most, and its shares; those of an identity
        hold the share of examinations in which attributes disagree. A unit is a step by a power of
        ten, or the same values written another way. A tolerance is a level outside a limit that was
        given: `before` is the reference, and citation says where the limit is from. fleet_event is a
        number that changes of one parameter on most machines of a model share, within 14 days, else
        empty; decision (accepted, rejected or empty) and note are what people said of it.
    causes: change_id, date, kind, text, days (event minus onset), coincidence (share of the
        days on which the machine worked that lie as near to any event of that kind).
    events: device, date, kind (software, calibration, detector, station, service, ...), text.
    fleet: device, modality, Manufacturer, ManufacturerModelName, DeviceSerialNumber,
        StationName, InstitutionName, identity (A, B, C), first, last, n_series, software
        (latest), software_epochs (list of version and from), gaps (list of from, to and days),
        replaces, n_changes.
    settings: name, value, meaning.
    notices: what is worth knowing and is no drift. notice_id, device, modality, kind (missing-tag, gap,
        volume, identity, not-judged for what was set aside, ...), parameter (several with commas),
        stratum, date, until (null where it goes on), before and after (shares of examinations without the
        tag; examinations a week), n (examinations; days of a gap), text (plain words), detector.
    limits: whether machines keep to the limits that were given. signal_id, device, modality, stratum,
        parameter, unit, reference, warn, action (distances from the reference, in `limit_unit`), side,
        n_days, level (median of the medians of the last 20 days with data), level_low, level_high (its
        95 % interval), verdict (inside, outside warn, outside action, cannot tell), citation.

    A change lies at the first acquisition of the new level.
    """

    signals: pd.DataFrame
    points: pd.DataFrame
    alarms: pd.DataFrame
    changes: pd.DataFrame
    causes: pd.DataFrame
    events: pd.DataFrame
    fleet: pd.DataFrame
    settings: pd.DataFrame
    notices: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=NOTICE_COLUMNS))
    limits: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=LIMIT_COLUMNS))

    def __repr__(self) -> str:
        monitored = int(self.signals["is_monitored"].sum())
        if not monitored:
            return (
                f"<Drift: nothing could be monitored: none of {len(self.signals)} signals on "
                f"{len(self.fleet)} devices; .signals and .notices say why>"
            )
        return (
            f"<Drift: {len(self.changes)} changes on {self.changes['device'].nunique()} of "
            f"{len(self.fleet)} devices; {monitored} of {len(self.signals)} signals monitored>"
        )

    def _repr_html_(self) -> str:
        from dicomlab.drift.card import drift_html

        return drift_html(self)

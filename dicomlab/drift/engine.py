"""Run the charts over every signal, and gather what they found."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.dates.written_dates import read_day
from dicomlab.devices import Identified, column, identify, texts
from dicomlab.drift.base import Detector, Drift
from dicomlab.drift.dates import without_shifted_dates
from dicomlab.drift.detectors.level import LevelShift
from dicomlab.drift.detectors.missing import MissingTag
from dicomlab.drift.detectors.setting import SettingChange
from dicomlab.drift.detectors.share import ShareShift
from dicomlab.drift.detectors.spread import SpreadGrowth
from dicomlab.drift.detectors.tolerance import ToleranceLimit
from dicomlab.drift.findings.causes import find_events, read_service_log
from dicomlab.drift.findings.notices import Notice, identity_notices, missing_tags
from dicomlab.drift.findings.table_notices import device_notices, stray_notices, table_notices
from dicomlab.drift.findings.volume import VolumeDrop, volume_notices
from dicomlab.drift.kept.baselines import changed_baselines, read_baselines, spans_of
from dicomlab.drift.kept.decisions import read_decisions, with_decisions
from dicomlab.drift.kept.limit_verdicts import judge_limits
from dicomlab.drift.kept.limits import Limit, Tolerances, read_tolerances
from dicomlab.drift.results import Judged, Points, judged_machine, make_drift, not_judged
from dicomlab.drift.signals.identities import with_identities
from dicomlab.drift.signals.making import make_signals
from dicomlab.drift.signals.parameters import Parameter, choose, with_floor
from dicomlab.drift.signals.signal import Rules, Spans
from dicomlab.drift.signals.strata import Judged as JudgedSeries
from dicomlab.drift.signals.strata import judged_series
from dicomlab.drift.signals.values import Cells
from dicomlab.drift.watch import watch
from dicomlab.errors import MissingColumn, WrongArgument
from dicomlab.isolation import set_aside
from dicomlab.schema.masks import shown_table
from dicomlab.series import read_series

DETECTORS: tuple[Detector, ...] = (LevelShift(), SpreadGrowth(), SettingChange(), ShareShift())
"""The detectors of a call that names none."""

BUDGET = 0.5
"""False alarms that a machine may give in a year, over all of its charts together."""


@checked_arguments
def find_drift(
    catalog_or_series: Any,
    parameters: Iterable[str] | None = None,
    *,
    strata: Sequence[str] | None = None,
    detectors: Sequence[Detector] | None = None,
    events: pd.DataFrame | str | Path | None = None,
    tolerances: Tolerances | None = None,
    since: str | int | pd.Timestamp | None = None,
    baselines: str | Path | None = None,
    decisions: str | Path | pd.DataFrame | None = None,
    devices: str | Path | pd.DataFrame | None = None,
    trust_dates: bool = False,
    dayfirst: bool | None = None,
    budget: float = BUDGET,
    points: Points = "all",
) -> Drift:
    """Where and when acquisition parameters changed and stayed changed.

    Takes a catalog or a DataFrame of series (also one made of BIDS sidecars). `parameters` are
    names of columns (default: `list_parameters()`); `strata` columns that say what is comparable
    in place of the protocol; `events` a service log (device, date, kind, text); `tolerances` the
    smallest change worth an alarm by parameter, relative on a log scale, else in the unit, or a table
    of limits to keep to, each with its citation (see `read_tolerances`);
    `since` the day before which changes are not told; `baselines` a file of `freeze_baselines`, whose
    spans are kept; `decisions` a file of `accept` and `reject`; `devices` a table that says which
    machine is which (see `list_devices`);
    `dayfirst` says whether dates such as 03/11/2024 have the day first, in all tables and in `since`
    (default: as each column shows; see docs/drift.md for the forms of dates and numbers that are read);
    `budget` the false alarms that a machine may give in a year, over all of its charts;
    `points` whose acquisitions are kept to be shown: of "all" signals, of those that "changed", of
    "none". A machine is judged after the other, so that without points a fleet takes little more
    memory than its series.

    A machine whose dates were shifted patient by patient is left out with a notice, unless
    `trust_dates`; raises ShiftedDates where no other is left. Series that are dated far from the others of
    their machine are set aside with a notice. Cells that were not understood are counted in a notice.
    Raises ColumnTwice for a table that has a column twice, AmbiguousDates where nothing decides
    whether dates have the day first, UnreadableDates for a `since` that is no date.

    A change lies at the first acquisition of the new level. The budget holds on average, if days
    are as the baseline was; half a false alarm a year is what is given if none is named.

    >>> drift = find_drift(catalog, parameters=["XRayTubeCurrent", "ConvolutionKernel"])
    >>> sorted(drift.changes["parameter"])
    ['ConvolutionKernel', 'XRayTubeCurrent']
    """
    read = read_series(catalog_or_series, dayfirst=dayfirst)
    series = read.series
    chosen = choose(parameters, series.columns)
    floors, limits = read_tolerances(tolerances)
    watched_for = tuple(with_floor(parameter, floors) for parameter in chosen)
    _warn_of_shifted_dates(series)
    rules = Rules()
    frozen = None if baselines is None else read_baselines(baselines)
    decided = None if decisions is None else read_decisions(decisions)
    found = identify(series, devices, dayfirst=dayfirst)
    found, judged, shifted = _judged_of(series, found, strata, trust_dates=trust_dates)
    chosen_detectors = DETECTORS if detectors is None else tuple(detectors)
    how = _How(
        parameters=watched_for,
        rules=rules,
        detectors=chosen_detectors,
        budget=_positive(budget),
        strata=strata,
        frozen=None if frozen is None else spans_of(frozen),
        since=None if since is None else read_day(since, "since", dayfirst=dayfirst),
        points=points,
        limits=limits,
    )
    machines = found.devices
    log = None if events is None else read_service_log(events, machines, dayfirst=dayfirst)
    told = [
        *table_notices(read.remarks, () if log is None else log.remarks, watched_for),
        *stray_notices(series, found, catalog_or_series),
        *device_notices(found),
        *shifted,
    ]
    drift = make_drift(
        [_judge_alone(part, how) for part in judged.by_machine()],
        left_out=judged.left_out,
        devices=machines,
        events=find_events(judged.rows, machines, None if log is None else log.events),
        settings=_settings(rules, chosen_detectors, strata, (floors, limits), how.since, budget),
        since=how.since,
        notices=told,
    )
    if frozen is not None:
        _warn_of_moved_baselines(drift, frozen)
    return replace(drift, changes=with_decisions(drift.changes, decided), fleet=shown_table(drift.fleet))


def _judged_of(
    series: pd.DataFrame, found: Identified, strata: Sequence[str] | None, *, trust_dates: bool
) -> tuple[Identified, JudgedSeries, list[Notice]]:
    """The machines, the series that are judged, and a notice for each machine whose dates were shifted."""
    judged = judged_series(series, found.names, found.is_stray)
    for name in strata or ():
        if name not in judged.rows:
            raise MissingColumn(name, judged.rows.columns)
    judged, shifted = (judged, []) if trust_dates else without_shifted_dates(judged)
    return found.without_dates_of([notice.device for notice in shifted]), judged, shifted


@dataclass(frozen=True)
class _How:
    """What holds for every machine of a call."""

    parameters: tuple[Parameter, ...]
    rules: Rules
    detectors: tuple[Detector, ...]
    budget: float
    strata: Sequence[str] | None
    frozen: Spans | None
    since: pd.Timestamp | None
    points: Points
    limits: tuple[Limit, ...]


def _judge(rows: pd.DataFrame, how: _How) -> Judged:
    """Judge one machine. What it needed goes before the next one comes."""
    rows = with_identities(rows)
    cells = Cells(rows)
    signals = make_signals(cells, how.parameters, how.rules, how.strata, how.frozen)
    watched = watch(signals, how.detectors, how.budget)
    kept = judge_limits(watched, how.limits, detector=ToleranceLimit(), budget=how.budget)
    return judged_machine(watched, _notices(cells, how), kept, rows, since=how.since, points=how.points)


def _judge_alone(rows: pd.DataFrame, how: _How) -> Judged:
    """Judge one machine; one that this raises for is set aside with a notice."""
    try:
        return _judge(rows, how)
    except Exception as error:  # noqa: BLE001 - whatever one machine raises, the others count
        return not_judged(rows, set_aside("its series", error).in_words)


def _notices(cells: Cells, how: _How) -> list[Notice]:
    """What is worth knowing of one machine and is no drift."""
    is_patient = ~cells.table["is_phantom"].to_numpy(bool)
    patients = cells.table if is_patient.all() else cells.table[is_patient]
    if not len(patients):
        return []
    window = how.rules.window(int((patients["day"].iloc[-1] - patients["day"].iloc[0]).days))

    def missing() -> list[Notice]:
        return missing_tags(
            cells,
            np.flatnonzero(is_patient),
            how.parameters,
            rules=how.rules,
            strata=how.strata,
            budget=how.budget,
            detector=MissingTag(),
        )

    def volume() -> list[Notice]:
        return volume_notices(
            patients, window=window, detector=VolumeDrop(), detectors=(LevelShift(),), budget=how.budget
        )

    return [
        *_alone(patients, "the look for missing tags", missing),
        *_alone(patients, "the look at the number of examinations", volume),
        *_alone(patients, "the look for what must agree", lambda: identity_notices(patients, window)),
    ]


def _alone(rows: pd.DataFrame, what: str, look: Callable[[], list[Notice]]) -> list[Notice]:
    """The notices of one kind, or one that they were set aside since looking for them raised."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - whatever one kind raises, the others count
        return not_judged(rows, set_aside(what, error).in_words).notices


def _warn_of_moved_baselines(drift: Drift, frozen: pd.DataFrame) -> None:
    moved = len(changed_baselines(drift.signals, frozen))
    if moved:
        warnings.warn(
            f"{moved} of {len(frozen)} frozen baselines are no longer what they were: series of their spans "
            "have come or gone, or the settings differ. Look at changed_baselines(), and freeze them anew.",
            stacklevel=4,
        )


def _positive(budget: float) -> float:
    if not budget > 0:
        raise WrongArgument("budget", budget, ["0.5", "1", "a number above 0"])
    return budget


def _warn_of_shifted_dates(series: pd.DataFrame) -> None:
    said = texts(column(series, "LongitudinalTemporalInformationModified")).str.upper()
    share = float((said == "MODIFIED").mean()) if len(series) else 0.0
    if share > 0.1:
        warnings.warn(
            f"{share:.0%} of the series say that their dates were modified. If each patient's dates were "
            "shifted by another amount, no change can be dated: judge the originals instead.",
            stacklevel=4,
        )


def _settings(
    rules: Rules,
    detectors: Sequence[Detector],
    strata: Sequence[str] | None,
    tolerances: tuple[dict[str, float], tuple[Limit, ...]],
    since: pd.Timestamp | None,
    budget: float,
) -> list[tuple[str, str, str]]:
    rows = [
        ("budget", f"{budget:g}", "false alarms a machine may give in a year, over all its charts"),
        (
            "baseline",
            f"{rules.least_days} to {rules.most_days} days",
            "a third of the record, within these bounds",
        ),
        ("baseline rows", str(rules.least_rows), "acquisitions a baseline needs at least"),
        ("baseline dates", str(rules.least_dates), "days with data a baseline needs at least"),
        ("strata", ", ".join(strata or ()) or "by parameter", "what makes two acquisitions comparable"),
        (
            "since",
            "" if since is None else f"{since:%Y-%m-%d}",
            "changes before this day are not told",
        ),
    ]
    rows += [
        (f"tolerance {name}", f"{size:g}", "smallest change worth an alarm")
        for name, size in tolerances[0].items()
    ]
    rows += [(f"limit {limit.parameter}", repr(limit), limit.citation) for limit in tolerances[1]]
    return rows + [
        (f"detector {d.name}", repr(d), (type(d).__doc__ or "").splitlines()[0]) for d in detectors
    ]

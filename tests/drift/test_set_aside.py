"""A detector, signal or stage that raises costs only itself; all else is as in a run without that."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift import engine, watch
from dicomlab.drift.base import Drift
from dicomlab.drift.detectors.tolerance import ToleranceLimit
from dicomlab.drift.engine import DETECTORS, find_drift
from dicomlab.drift.findings.notices import NOT_JUDGED
from dicomlab.drift.kept import limit_verdicts
from dicomlab.drift.signals import making
from tests.drift.machines import Room, day_number, make_ct

ROOM = Room(days=420, a_day=6.0)
PARAMETERS = ["XRayTubeCurrent", "CTDIvol", "KVP", "ConvolutionKernel"]
LIMITS = pd.DataFrame({"parameter": ["CTDIvol"], "warn": [5.0], "unit": ["%"], "citation": ["a manual"]})
BAD, LATER = "CT-02", pd.Timedelta(2000, "D")
UNCOUNTED = ["change_id", "finding", "fleet_event", "text", "cause"]
COUNTING = ("_part", "_n_mixed")
"""Functions that share out the budget, and leave it to the stages to say what raises."""
SETTING_ASIDE = ("_alone", "_gathered", "_set_aside")
ONE_SIGNAL = [
    name
    for name, function in sorted(vars(watch).items())
    if inspect.isfunction(function)
    and next(iter(inspect.signature(function).parameters), "") == "signal"
    and name not in COUNTING + SETTING_ASIDE
]
"""The stages of following that take one signal."""


class Injected(Exception):
    """What a test makes something raise; its message must never be seen."""


def injected(*_: Any, **__: Any) -> Any:
    raise Injected("Doe^Jane")


def with_faults(series: pd.DataFrame) -> pd.DataFrame:
    """A change for each detector: level, scatter, value and share."""
    late = day_number(series) >= 260 + (LATER.days if series["StationName"].iloc[0] == BAD else 0)
    rng = np.random.default_rng(3)
    dose = series["CTDIvol"] * np.where(late, 1.4, 1.0)
    current = series["XRayTubeCurrent"] * np.where(late, np.exp(rng.normal(0, 0.4, len(series))), 1.0)
    kernel = series["ConvolutionKernel"].where(~late | (series["ProtocolName"] != "Head"), "Br40d")
    often = rng.random(len(series)) < np.where(late, 0.7, 0.3)
    return series.assign(
        CTDIvol=dose, XRayTubeCurrent=current, ConvolutionKernel=kernel, KVP=np.where(often, 100.0, 120.0)
    )


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    other = make_ct(ROOM, name=BAD, seed=2)
    other = other.assign(first_acquired_at=other["first_acquired_at"] + LATER)
    return pd.concat([with_faults(make_ct(ROOM)), with_faults(other)], ignore_index=True)


@pytest.fixture(scope="module")
def whole(series) -> Drift:
    return find_drift(series, PARAMETERS, tolerances=LIMITS)


def rest(drift: Drift, parameters: list[str]) -> dict[str, pd.DataFrame]:
    """All that was found but for some parameters of the machine for which something raises."""
    tables = {}
    for name in ("signals", "points", "alarms", "changes", "limits"):
        table = getattr(drift, name)
        mine = (table["device"] == BAD) & table["parameter"].isin(parameters)
        tables[name] = table[~mine].drop(columns=UNCOUNTED, errors="ignore").reset_index(drop=True)
    return tables


def assert_alike(found: dict[str, pd.DataFrame], wanted: dict[str, pd.DataFrame]) -> None:
    for name, table in wanted.items():
        pd.testing.assert_frame_equal(found[name], table, check_dtype=False)


def set_aside_in(drift: Drift) -> pd.DataFrame:
    notices = drift.notices[drift.notices["kind"] == NOT_JUDGED]
    assert set(notices["device"]) == {BAD}
    assert notices["text"].str.contains("set aside: Injected").all()
    assert not drift.notices["text"].str.contains("Doe").any()
    return notices


def test_each_detector_has_something_to_find(whole):
    assert {d.name for d in DETECTORS} <= set(whole.alarms["detector"])
    assert set(whole.changes["device"]) == {"CT-01", BAD}
    assert ToleranceLimit().name in set(whole.changes["detector"])


def raising(detector: Any) -> Any:
    """The detector, which raises for the later machine."""
    kind = type(detector)

    @dataclass(frozen=True)
    class Raising(kind):  # type: ignore[misc, valid-type]
        def __call__(self, signal: pd.DataFrame, baseline: Any) -> pd.DataFrame:
            return injected() if baseline.last.year >= 2028 else kind.__call__(self, signal, baseline)

    return Raising(**{field.name: getattr(detector, field.name) for field in fields(detector)})


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_a_detector_that_raises_costs_what_it_would_have_found(detector, series, whole, setting_aside):
    detectors = [raising(d) if d is detector else d for d in DETECTORS]
    found = find_drift(series, PARAMETERS, tolerances=LIMITS, detectors=detectors)
    notices = set_aside_in(found)
    assert notices["text"].str.contains(f"the detector {detector.name}").all()
    assert not ((found.alarms["device"] == BAD) & (found.alarms["detector"] == detector.name)).any()
    others = [p for p in PARAMETERS if p not in set(notices["parameter"])]
    assert others
    assert_alike(rest(found, list(notices["parameter"])), rest(whole, list(notices["parameter"])))
    of_others = whole.alarms[(whole.alarms["device"] == BAD) & (whole.alarms["detector"] != detector.name)]
    kinds = {"spread-growth", "share-shift"} & {detector.name}
    if kinds:  # these find what the others do not look at, so that the others find all that they did
        mine = found.alarms[found.alarms["device"] == BAD]
        pd.testing.assert_frame_equal(mine.reset_index(drop=True), of_others.reset_index(drop=True))


@pytest.mark.parametrize("stage", ONE_SIGNAL)
def test_a_stage_that_raises_for_one_parameter_costs_that_alone(
    stage, series, whole, setting_aside, monkeypatch
):
    work = getattr(watch, stage)

    def bad(signal: Any, *args: Any, **settings: Any) -> Any:
        is_it = signal.device == BAD and signal.parameter.name in ("CTDIvol", "ConvolutionKernel", "KVP")
        return injected() if is_it else work(signal, *args, **settings)

    monkeypatch.setattr(watch, stage, bad)
    found = find_drift(series, PARAMETERS, tolerances=LIMITS)
    notices = set_aside_in(found)
    assert len(notices)
    raised = ["CTDIvol", "ConvolutionKernel", "KVP"]
    assert set(notices["parameter"]) <= set(raised)
    assert_alike(rest(found, raised), rest(whole, raised))


def test_a_parameter_of_which_no_signals_can_be_made_is_set_aside(series, whole, setting_aside, monkeypatch):
    work = making._signals_of

    def bad(device: str, modality: str, parameter: Any, *args: Any) -> Any:
        is_it = device == BAD and parameter.name == "CTDIvol"
        return injected() if is_it else work(device, modality, parameter, *args)

    monkeypatch.setattr(making, "_signals_of", bad)
    found = find_drift(series, PARAMETERS, tolerances=LIMITS)
    assert list(set_aside_in(found)["parameter"]) == ["CTDIvol"]
    mine = found.signals[(found.signals["device"] == BAD) & (found.signals["parameter"] == "CTDIvol")]
    assert mine["reason"].str.startswith("set aside: Injected").tolist() == [True]
    assert not mine["is_monitored"].any()
    others = PARAMETERS  # of that machine: its charts share a budget in which this one has no part
    assert_alike(rest(found, others), rest(whole, others))


def test_a_limit_that_cannot_be_judged_costs_only_its_verdict(series, whole, setting_aside, monkeypatch):
    work = limit_verdicts._Judged.of
    monkeypatch.setattr(
        limit_verdicts._Judged,
        "of",
        staticmethod(lambda one, limit: injected() if one.signal.device == BAD else work(one, limit)),
    )
    found = find_drift(series, PARAMETERS, tolerances=LIMITS)
    assert set(set_aside_in(found)["parameter"]) == {"CTDIvol"}
    assert set(found.limits["device"]) == {"CT-01"}
    wanted = whole.changes[~((whole.changes["device"] == BAD) & (whole.changes["kind"] == "tolerance"))]
    pd.testing.assert_frame_equal(
        found.changes.drop(columns=UNCOUNTED).reset_index(drop=True),
        wanted.drop(columns=UNCOUNTED).reset_index(drop=True),
    )


def test_a_detector_of_limits_that_raises_costs_only_excursions(series, whole, setting_aside, monkeypatch):
    monkeypatch.setattr(engine, "ToleranceLimit", lambda: raising_always(ToleranceLimit()))
    found = find_drift(series, PARAMETERS, tolerances=LIMITS)
    assert not (found.changes["kind"] == "tolerance").any()
    pd.testing.assert_frame_equal(found.limits, whole.limits)
    assert (found.notices["kind"] == NOT_JUDGED).any()


def raising_always(detector: Any) -> Any:
    @dataclass(frozen=True)
    class Raising(type(detector)):  # type: ignore[misc]
        def __call__(self, signal: pd.DataFrame, baseline: Any) -> pd.DataFrame:
            return injected()

    return Raising()


@pytest.mark.parametrize("look", ["missing_tags", "volume_notices", "identity_notices"])
def test_a_look_for_notices_that_raises_costs_only_those(look, series, whole, setting_aside, monkeypatch):
    work = getattr(engine, look)

    def bad(first: Any, *args: Any, **settings: Any) -> Any:
        rows = getattr(first, "table", first)
        return injected() if rows["device"].iloc[0] == BAD else work(first, *args, **settings)

    monkeypatch.setattr(engine, look, bad)
    found = find_drift(series, PARAMETERS, tolerances=LIMITS)
    assert len(set_aside_in(found)) == 1
    assert_alike(rest(found, []), rest(whole, []))

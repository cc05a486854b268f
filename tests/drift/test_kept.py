"""What is kept between runs: decisions, what was told, frozen baselines."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from dicomlab.devices import name_devices
from dicomlab.drift.engine import find_drift
from dicomlab.drift.kept.baselines import changed_baselines, freeze_baselines, read_baselines, spans_of
from dicomlab.drift.kept.decisions import (
    NotReadable,
    accept,
    is_known,
    mark_seen,
    new_changes,
    read_decisions,
    reject,
)
from dicomlab.drift.signals.making import make_signals
from dicomlab.drift.signals.parameters import choose
from dicomlab.drift.signals.signal import Rules
from dicomlab.drift.signals.strata import judged_series
from dicomlab.drift.signals.values import Cells
from dicomlab.errors import MissingColumn, WrongArgument
from dicomlab.series import as_series

from .machines import START, day_number, make_ct

PARAMETERS = ["XRayTubeCurrent", "ConvolutionKernel"]


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    table = make_ct(seed=41)
    late = day_number(table) >= 300
    kernels = [["Br40"] if n else old for n, old in zip(late, table["ConvolutionKernel"], strict=True)]
    current = table["XRayTubeCurrent"].where(~late, 1.3 * table["XRayTubeCurrent"])
    return table.assign(ConvolutionKernel=kernels, XRayTubeCurrent=current)


@pytest.fixture(scope="module")
def drift(series):
    return find_drift(series, PARAMETERS)


def test_a_decision_is_told_with_its_change_from_then_on(series, drift, tmp_path):
    first = drift.changes.iloc[0]
    path = accept(drift, first["change_id"], to=tmp_path / "decisions.csv", note="New dose\nprotocol")
    again = find_drift(series, PARAMETERS, decisions=path).changes
    assert again.loc[again["change_id"] == first["change_id"], "decision"].tolist() == ["accepted"]
    assert again["note"].iloc[0] == "New dose protocol"
    assert (drift.changes["decision"] == "").all()


def test_the_last_decision_counts(drift, tmp_path):
    path = tmp_path / "decisions.csv"
    change = drift.changes["change_id"].iloc[0]
    accept(drift, change, to=path, note="meant")
    reject(drift, change, to=path, note="not meant")
    decided = read_decisions(path)
    assert decided["decision"].tolist() == ["rejected"]
    assert decided["onset"].iloc[0] == drift.changes["onset"].iloc[0]


def test_a_change_that_is_not_there_cannot_be_accepted(drift, tmp_path):
    with pytest.raises(WrongArgument, match="C001"):
        accept(drift, "C999", to=tmp_path / "decisions.csv")
    assert not (tmp_path / "decisions.csv").exists()


@pytest.mark.parametrize("text", ["", "device,parameter\nCT-01,KVP\n", "\x00\x01"])
def test_a_file_that_holds_no_decisions_is_refused(text, tmp_path):
    path = tmp_path / "decisions.csv"
    path.write_text(text)
    with pytest.raises((NotReadable, MissingColumn)):
        read_decisions(path)


def test_a_change_is_new_once(drift, tmp_path):
    seen = tmp_path / "kept" / "seen.csv"
    assert len(new_changes(drift, seen=seen)) == len(drift.changes) > 1
    mark_seen(drift, seen=seen)
    before = seen.read_text()
    assert new_changes(drift, seen=seen).empty
    mark_seen(drift, seen=seen)
    assert seen.read_text() == before


def test_a_change_is_known_again_when_it_is_dated_a_little_otherwise():
    known = pd.DataFrame({"device": ["CT-01"], "parameter": ["KVP"], "stratum": ["Head"], "onset": [START]})
    days = [0, 10, 40]
    changes = pd.DataFrame(
        {
            "device": "CT-01",
            "parameter": "KVP",
            "stratum": ["Head", "all", "Head"],
            "onset": [START + pd.Timedelta(d, "D") for d in days],
        }
    )
    assert is_known(changes, known).tolist() == [True, True, False]
    assert is_known(changes.assign(stratum="Chest"), known).tolist() == [False, False, False]


def test_a_frozen_baseline_keeps_its_span_while_the_archive_grows(series, drift, tmp_path):
    early = series[day_number(series) < 280]
    path = freeze_baselines(find_drift(early, PARAMETERS), to=tmp_path / "baselines.json")
    frozen = read_baselines(path).set_index(["parameter", "stratum"])["baseline_to"]
    later = find_drift(series, PARAMETERS, baselines=path)
    ends = later.signals.set_index(["parameter", "stratum"])["baseline_to"]
    assert (ends[frozen.index] == frozen).all()
    assert ends.max() < drift.signals["baseline_to"].max()
    assert set(later.changes["parameter"]) == set(PARAMETERS)


def test_a_frozen_baseline_is_the_level_that_days_are_held_against(series, drift, tmp_path):
    path = freeze_baselines(drift, to=tmp_path / "baselines.json")
    rows = judged_series(as_series(series), name_devices(series)).rows
    watched = choose(PARAMETERS, series.columns)
    for spans, is_frozen in ((spans_of(read_baselines(path)), True), (None, False)):
        signals = make_signals(Cells(rows), watched, Rules(), frozen=spans)
        levels = [signal for signal in signals if signal.is_monitored and signal.kind == "level"]
        assert levels
        assert {signal.is_frozen for signal in levels} == {is_frozen}


def test_a_baseline_of_which_series_were_lost_is_told(series, tmp_path):
    path = freeze_baselines(find_drift(series, PARAMETERS), to=tmp_path / "baselines.json")
    moved = series.assign(
        XRayTubeCurrent=series["XRayTubeCurrent"].where(
            day_number(series) > 150, series["XRayTubeCurrent"] * 2
        )
    )
    with pytest.warns(UserWarning, match="no longer what they were"):
        drift = find_drift(moved, PARAMETERS, baselines=path)
    table = changed_baselines(drift.signals, read_baselines(path))
    assert "XRayTubeCurrent" in set(table["parameter"])


def test_frozen_baselines_are_readable_and_the_same_twice(drift, tmp_path):
    first, second = (freeze_baselines(drift, to=tmp_path / name).read_text() for name in ("a.json", "b.json"))
    assert first == second
    one = next(s for s in json.loads(first)["signals"] if s["parameter"] == "XRayTubeCurrent")
    assert one["from"] < one["to"]
    assert one["lower"] < one["center"] < one["upper"]
    assert np.isfinite(one["scale"])


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "signals": []}', '{"format": 1, "signals": [{}]}'])
def test_a_file_that_holds_no_baselines_is_refused(text, tmp_path):
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(NotReadable, match=r"b\.json"):
        read_baselines(tmp_path / "b.json")

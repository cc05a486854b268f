"""Sisters and staff: what machines of a model share, and what those who work on them do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.engine import find_drift
from dicomlab.drift.signals.adjustment import adjust, operator_effects

from .machines import Room, day_number, make_ct

ROOM = Room(days=420, a_day=6.0)


def fleet(onsets: list[int | None]) -> pd.DataFrame:
    """One CT an onset, each with a lower dose from then on."""
    tables = []
    for n, onset in enumerate(onsets, start=1):
        table = make_ct(ROOM, name=f"CT-{n:02d}", seed=60 + n)
        late = day_number(table) >= (onset if onset is not None else 10**6)
        tables.append(table.assign(CTDIvol=table["CTDIvol"].where(~late, 0.6 * table["CTDIvol"])))
    return pd.concat(tables, ignore_index=True)


def test_a_change_that_most_sisters_share_is_one_event_of_the_fleet():
    changes = find_drift(fleet([300, 303, 298, None]), ["CTDIvol"]).changes
    assert changes["device"].tolist() == ["CT-01", "CT-02", "CT-03"]
    assert changes["fleet_event"].tolist() == ["E01"] * 3
    assert changes["text"].str.contains("seen on 3 of 4 machines of the model").all()


def test_a_change_of_one_machine_is_none_of_the_fleet():
    changes = find_drift(fleet([300, None, None]), ["CTDIvol"]).changes
    assert changes["fleet_event"].tolist() == [""]
    assert "not seen on 2 other machines of the model" in changes["text"].iloc[0]


def test_new_staff_is_no_change_where_operators_are_named_one_by_one():
    series = make_ct(ROOM, seed=70)
    rng = np.random.default_rng(9)
    join = rng.integers(150, 400, 6)
    operator = np.array([rng.choice(np.r_[[6, 7], np.flatnonzero(join <= d)]) for d in day_number(series)])
    height = 150 + np.array([9, 12, -9, 9, 12, -6, 0, 0])[operator] + rng.normal(0, 6, len(series))
    names = np.array([f"operator {n}" for n in range(8)], dtype=object)[operator]
    named = series.assign(TableHeight=height.round(1), OperatorsName=names)
    assert find_drift(named, ["TableHeight"]).changes.empty


def test_an_operator_counts_once_he_or_she_is_known():
    rng = np.random.default_rng(10)
    operator = np.r_[rng.integers(0, 2, 200), np.tile([0, 1, 2], 60)]
    learn = np.arange(380) < 200
    residual = np.array([-1.0, 1.0, 3.0])[operator] + rng.normal(0, 0.5, 380)
    effect = operator_effects(residual, operator, learn)
    new = np.flatnonzero(operator == 2)
    assert np.isnan(effect[new[:20]]).all()
    assert effect[new[20:]] == pytest.approx(3.0, abs=0.6)
    assert np.abs(np.nanmean(residual[200:] - effect[200:])) < 0.3


def test_a_change_is_not_taken_for_what_a_new_operator_does():
    rng = np.random.default_rng(11)
    operator = np.r_[rng.integers(0, 2, 200), np.tile([0, 1, 2], 60)]
    learn = np.arange(380) < 200
    residual = rng.normal(0, 0.5, 380) + 2.0 * ~learn
    effect = operator_effects(residual, operator, learn)
    assert np.nanmax(np.abs(effect)) < 0.6


def test_protocols_may_depend_on_size_each_in_its_way():
    rng = np.random.default_rng(12)
    cell, size = rng.integers(0, 2, 2000), rng.normal(0, 1, 2000)
    value = np.array([0.1, 0.4])[cell] * size + rng.normal(0, 0.05, 2000)
    learn = np.arange(2000) < 800
    fit = adjust(value, cell, size, learn, day=np.arange(2000) // 5)
    for one in (0, 1):
        mine = (cell == one) & ~learn
        assert abs(np.polyfit(size[mine], fit.residual[mine], 1)[0]) < 0.02


def test_a_patient_without_a_weight_is_taken_for_one_of_the_season():
    rng = np.random.default_rng(13)
    day = np.sort(rng.integers(0, 400, 4000))
    size = np.sin(day / 60) + rng.normal(0, 1, 4000)
    value = 0.3 * size + rng.normal(0, 0.05, 4000)
    told = np.where(rng.random(4000) < 0.5, np.nan, size)
    fit = adjust(value, np.zeros(4000, int), told, day < 200, day=day)
    blank = np.isnan(told) & (day >= 200)
    assert abs(np.corrcoef(fit.residual[blank], np.sin(day[blank] / 60))[0, 1]) < 0.3


def test_a_phantom_has_no_size_and_none_is_made_up():
    rng = np.random.default_rng(14)
    day = np.sort(rng.integers(0, 400, 4000))
    size = np.sin(day / 60) + rng.normal(0, 1, 4000)
    phantom = rng.random(4000) < 0.05
    value = np.where(phantom, 0.0, 0.3 * size) + rng.normal(0, 0.01, 4000)
    told = np.where(phantom, np.nan, size)
    fit = adjust(value, phantom.astype(int), told, day < 200, day=day)
    assert np.abs(fit.residual[phantom]).max() < 0.06

"""Scatter: found when it grows, whatever the level does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.detectors.spread import SpreadGrowth
from dicomlab.drift.engine import find_drift
from dicomlab.drift.sequential.scatter import follow_scatter, make_pairs

from .machines import START, day_number, make_ct


def with_scatter(series: pd.DataFrame, factor: float, onset: int) -> pd.DataFrame:
    """The series with a tube current that scatters more from a day on, about the same level."""
    rng = np.random.default_rng(5)
    later = day_number(series) >= onset
    more = np.exp(rng.normal(0, 0.15 * np.sqrt(factor**2 - 1), len(series)))
    return series.assign(
        XRayTubeCurrent=series["XRayTubeCurrent"].where(~later, series["XRayTubeCurrent"] * more)
    )


def test_a_scatter_that_grew_is_found_dated_and_measured():
    drift = find_drift(with_scatter(make_ct(seed=31), 2.0, 330), ["XRayTubeCurrent"])
    found = drift.changes[drift.changes["kind"] == "spread"]
    assert len(found) == 1
    change = found.iloc[0]
    assert abs((change["onset"] - START).days - 330) <= 14
    assert change["effect_low"] < change["effect"] < change["effect_high"]
    # Twice the scatter at one size of patient; less where the size is not known.
    assert 0.5 < change["effect"] < 1.1
    assert pd.isna(change["before"])
    assert "scatters" in change["text"]
    assert change["before_text"].startswith("SD ")


def test_a_step_in_one_protocol_is_no_growth_of_scatter():
    series = make_ct(seed=32)
    later = (day_number(series) >= 330) & (series["ProtocolName"] == "Chest").to_numpy()
    drift = find_drift(
        series.assign(
            XRayTubeCurrent=series["XRayTubeCurrent"].where(~later, series["XRayTubeCurrent"] * 1.5)
        ),
        ["XRayTubeCurrent"],
    )
    assert set(drift.changes["kind"]) == {"step"}


def test_neighbours_are_paired_within_a_cell_and_a_fortnight():
    day = np.array([0, 0, 1, 1, 2, 40])
    pairs = make_pairs(day, np.array([1.0, 10.0, 1.5, 12.0, 11.0, 2.0]), np.array([0, 1, 0, 1, 1, 1]))
    assert pairs.date.tolist() == [1, 1, 2]
    assert pairs.off.tolist() == [0.5, 2.0, -1.0]


@pytest.mark.parametrize("tails", ["normal", "heavy"])
def test_a_steady_scatter_is_silent_for_as_long_as_promised(tails):
    rng, alarms, points = np.random.default_rng(6), 0, 0
    for _ in range(60):
        value = rng.normal(size=3000) if tails == "normal" else rng.standard_t(3, 3000)
        pairs = make_pairs(np.arange(3000) // 4, value, np.zeros(3000, int))
        alarms += len(follow_scatter(pairs, 150, (SpreadGrowth(length=2000.0),)).growths)
        points += len(pairs.date) - 300
    assert alarms <= points / 2000


def test_a_jump_of_the_level_is_no_growth_of_scatter():
    value = np.random.default_rng(7).normal(size=2000) + 5 * (np.arange(2000) > 1200)
    pairs = make_pairs(np.arange(2000) // 4, value, np.zeros(2000, int))
    assert follow_scatter(pairs, 180, (SpreadGrowth(),)).growths == ()


def test_a_jump_of_the_level_is_none_where_some_values_count_less():
    rng = np.random.default_rng(8)
    value = rng.normal(size=2000) + 50 * (np.arange(2000) > 1200)
    pairs = make_pairs(np.arange(2000) // 4, value, np.zeros(2000, int), rng.choice([0.3, 1.0], 2000))
    assert follow_scatter(pairs, 180, (SpreadGrowth(),)).growths == ()

"""Memory: what judging a machine needs goes before the next one comes."""

from __future__ import annotations

import tracemalloc

import pandas as pd
import pytest

from dicomlab.drift.engine import find_drift

from .machines import Room, make_ct

ROOM = Room(days=200, a_day=6.0)
PARAMETERS = ["CTDIvol", "XRayTubeCurrent", "KVP"]


def fleet(n: int) -> pd.DataFrame:
    return pd.concat([make_ct(ROOM, name=f"CT-{k}", seed=k + 1) for k in range(n)], ignore_index=True)


def peak(series: pd.DataFrame, points: str) -> int:
    """The most bytes that judging held at once, besides the series."""
    tracemalloc.start()
    find_drift(series, PARAMETERS, points=points)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.slow
def test_a_larger_fleet_takes_little_more_than_its_series():
    few, many = fleet(3), fleet(12)
    find_drift(few, PARAMETERS)  # what is loaded or made once does not count
    grown = (peak(many, "none") - peak(few, "none")) / 9
    series = (many.memory_usage(deep=False).sum() - few.memory_usage(deep=False).sum()) / 9
    # Two tables of the series at the most: the signals of a machine alone take three times its series.
    assert grown < 2 * series


@pytest.mark.parametrize("points", ["all", "changed", "none"])
def test_points_are_kept_as_asked_and_nothing_else_differs(points):
    series = fleet(2)
    late = series["first_acquired_at"] > series["first_acquired_at"].median()
    series["CTDIvol"] = series["CTDIvol"].mask(
        late & (series["StationName"] == "CT-0"), 2 * series["CTDIvol"]
    )
    whole, kept = find_drift(series, PARAMETERS), find_drift(series, PARAMETERS, points=points)
    for name in ("signals", "changes", "alarms", "notices", "fleet"):
        pd.testing.assert_frame_equal(getattr(whole, name), getattr(kept, name))
    assert kept.points.columns.tolist() == whole.points.columns.tolist()
    signals = kept.points[["device", "parameter", "stratum"]].drop_duplicates()
    n = {"all": len(whole.signals), "changed": len(whole.changes), "none": 0}[points]
    assert len(signals) == n

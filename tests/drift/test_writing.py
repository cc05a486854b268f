"""Another unit or way of writing is told apart from another machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomlab.drift.engine import find_drift
from dicomlab.drift.findings.changes import UNIT_SEVERITY
from dicomlab.drift.signals.writing import FACTORS, rewritten, unit_factor

from .machines import START, Room, day_number, make_ct

ROOM = Room(days=420, a_day=8.0)


def from_day(series, onset, **columns):
    """The series with columns replaced from a day on."""
    late = day_number(series) >= onset
    both = {
        name: [b if is_late else a for a, b, is_late in zip(series[name], new, late, strict=True)]
        for name, new in columns.items()
    }
    return series.assign(**both)


@given(
    st.floats(1e-6, 1e9),
    st.sampled_from([*FACTORS, *(1 / f for f in FACTORS)]),
    st.floats(-0.02, 0.02),
)
@settings(max_examples=60, deadline=None)
def test_a_power_of_ten_is_known_whatever_the_level(before, factor, off):
    assert unit_factor(before, before * factor * (1 + off)) == pytest.approx(factor)


@given(st.floats(0.2, 8.5))
@settings(max_examples=40, deadline=None)
def test_an_ordinary_change_is_no_unit(factor):
    assert unit_factor(120.0, 120.0 * factor) is None


@pytest.mark.parametrize(("before", "after"), [(0.0, 10.0), (-1.0, 10.0), (np.nan, 1.0), (1.0, np.inf)])
def test_what_has_no_ratio_has_no_factor(before, after):
    assert unit_factor(before, after) is None


@pytest.mark.parametrize("factor", [1000.0, 0.1])
def test_a_level_in_another_unit_is_of_its_own_kind(factor):
    series = make_ct(ROOM, seed=101)
    moved = from_day(series, 260, XRayTubeCurrent=series["XRayTubeCurrent"] * factor)
    late = day_number(series) >= 260
    drift = find_drift(
        moved.assign(SoftwareVersions=np.where(late, "VA50", "VA40")), ["XRayTubeCurrent", "CTDIvol"]
    )
    assert drift.changes["kind"].tolist() == ["unit"]
    change = drift.changes.iloc[0]
    assert abs((change["onset"] - START).days - 260) <= 3
    assert change["severity"] == UNIT_SEVERITY
    assert ("1,000 times what it was" if factor > 1 else "1/10 of what it was") in change["text"]
    assert "another unit or encoding, not to the machine" in change["text"]
    assert change["cause"].startswith("coincides with SoftwareVersions")


def test_a_setting_in_another_unit_is_of_that_kind_in_every_protocol():
    series = make_ct(ROOM, seed=102)
    found = find_drift(
        from_day(series, 260, SliceThickness=series["SliceThickness"] / 10), ["SliceThickness"]
    )
    assert set(found.changes["kind"]) == {"unit"}
    assert len(found.changes) == 3


def test_a_setting_that_is_written_another_way_is_of_that_kind():
    series = make_ct(ROOM, seed=103)
    upper = [[f" {kernel[0].upper()}_"] for kernel in series["ConvolutionKernel"]]
    changes = find_drift(from_day(series, 260, ConvolutionKernel=upper), ["ConvolutionKernel"]).changes
    assert set(changes["kind"]) == {"unit"}
    assert changes["text"].str.contains("written another way").all()


def test_a_setting_that_is_another_is_none():
    assert rewritten(("B30f",), ("B31f",)) is None
    assert rewritten(("3",), ("3", "30")) is None
    assert rewritten(("3", "5"), ("30", "500")) is None
    assert rewritten(("-1024",), ("1024",)) is None
    assert rewritten((), ()) is None
    assert rewritten(("3", "5"), ("0.3", "0.5")) == pytest.approx(0.1)

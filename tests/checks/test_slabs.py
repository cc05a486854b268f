"""Slabs of one orientation, runs that were stopped, and echoes that overwrote each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.checks.engine import CHECKS
from dicomlab.checks.holdings import SeveralVolumes
from dicomlab.checks.overwritten import VolumesOverwritten
from dicomlab.checks.slices import IncompleteVolume

ALL = [check for check in CHECKS if check.table == "slices"]


def names(rows, least="note"):
    order = ["error", "warning", "note"]
    found = pd.concat([check(rows) for check in ALL], ignore_index=True)
    return sorted(found.loc[found["severity"].isin(order[: order.index(least) + 1]), "check"])


def two_slabs(n: int, other: int, lost: int) -> np.ndarray:
    """Positions of two slabs of slices 3 mm apart, with room for `lost` slices between them."""
    return 3.0 * np.r_[np.arange(n), n + lost + np.arange(other)]


@pytest.mark.parametrize(("n", "other", "lost"), [(8, 8, 28), (8, 8, 3), (8, 11, 5), (30, 3, 5)])
def test_slabs_whose_numbers_run_on_are_volumes(slices_of, n, other, lost):
    rows = slices_of(two_slabs(n, other, lost), modality="MR")
    assert names(rows) == ["several-volumes"]
    assert SeveralVolumes()(rows)["evidence"].iloc[0]["apart_by"] == "place"
    assert rows.groupby("volume").size().tolist() == [n, other]


@pytest.mark.parametrize(("n", "other", "lost"), [(8, 8, 2), (8, 11, 4), (30, 2, 5)])
def test_a_small_gap_has_lost_slices_though_numbers_run_on(slices_of, n, other, lost):
    assert names(slices_of(two_slabs(n, other, lost)), "warning") == ["missing-slices"]


@pytest.mark.parametrize("lost", [5, 28])
def test_a_gap_in_the_numbers_too_has_lost_slices(slices_of, lost):
    number = pd.array(np.r_[np.arange(8), 8 + lost + np.arange(8)], dtype="Int64")
    assert names(slices_of(two_slabs(8, 8, lost), InstanceNumber=number), "warning") == ["missing-slices"]
    passes = slices_of(two_slabs(8, 8, lost), InstanceNumber=number, AcquisitionNumber=np.repeat([1, 2], 8))
    assert names(passes, "warning") == ["missing-slices"]


def test_a_lost_slice_inside_a_slab_is_found(slices_of):
    z = np.delete(two_slabs(8, 9, 28), 4)
    number = pd.array(np.delete(np.arange(17), 4), dtype="Int64")
    assert names(slices_of(z, InstanceNumber=number), "warning") == ["missing-slices"]


def test_two_echoes_of_two_slabs_are_four_volumes(slices_of):
    z = np.tile(two_slabs(8, 8, 28), 2)
    rows = slices_of(z, modality="MR", EchoTime=np.repeat([10.0, 90.0], 16))
    assert names(rows) == ["several-volumes"]
    assert rows["volume"].nunique() == 4
    assert rows["slab"].nunique() == 2


@pytest.mark.parametrize("start", [90.0, 31.0, 61.5])
def test_passes_that_lie_apart_or_over_each_other_are_volumes(slices_of, start):
    z = np.r_[3.0 * np.arange(30), start + 3.0 * np.arange(30)]
    rows = slices_of(z, AcquisitionNumber=np.repeat([1, 2], 30))
    assert names(rows, "warning") == []
    assert rows["volume"].nunique() == (1 if start == 90 else 2)  # what lies end to end is one grid


def test_slices_of_another_acquisition_between_others_are_told(slices_of):
    z = np.r_[3.0 * np.arange(30), 31.0, 34.0, 37.0]
    rows = slices_of(z, AcquisitionNumber=np.repeat([1, 2], [30, 3]))
    assert "overlapping-slices" in names(rows, "warning")


def cut(n: int, last: int, volumes: int = 4, **more) -> dict:
    """Volumes of n slices, the last one with fewer."""
    z = 3.0 * np.r_[np.tile(np.arange(n), volumes), np.arange(last)]
    return {"positions_mm": z, "modality": "MR"} | more


@pytest.mark.parametrize("last", [2, 3, 11, 16, 31])
def test_a_phase_that_was_stopped_is_incomplete(slices_of, last):
    for more in ({}, {"TemporalPositionIdentifier": np.repeat([1, 2, 3, 4, 5], [32] * 4 + [last])}):
        found = IncompleteVolume()(slices_of(**cut(32, last, **more)))
        assert found["evidence"].tolist() == [{"n_volumes": 5, "n_places": last, "usual": 32}]
        assert found["n_files"].tolist() == [last]


@pytest.mark.parametrize("sizes", [(24, 24, 6, 6), (24, 6), (24, 3), (24, 2)])
def test_b_values_with_a_few_slices_are_incomplete(slices_of, sizes):
    z = 3.0 * np.concatenate([np.arange(n) for n in sizes])
    b_value = np.repeat(500.0 * np.arange(len(sizes)), sizes)
    rows = slices_of(z, modality="MR", DiffusionBValue=b_value)
    assert "incomplete-volume" in names(rows, "warning")
    assert IncompleteVolume()(rows)["severity"].tolist() == ["error"]


@pytest.mark.parametrize(("whole", "n"), [(2, 0), (3, 1)])
def test_a_short_pass_is_incomplete_only_beside_many_whole_ones(slices_of, whole, n):
    z = 3.0 * np.r_[np.tile(np.arange(24), whole), np.arange(10)]
    number = np.repeat(np.arange(whole + 1), [24] * whole + [10])
    rows = slices_of(z, AcquisitionNumber=number)
    assert len(IncompleteVolume()(rows)) == n


def mixed(value: np.ndarray, name: str = "EchoTime") -> dict:
    return {"positions_mm": 3.0 * np.arange(len(value)), "modality": "MR", name: value}


def at_random(n: int, k: int = 2) -> np.ndarray:
    return np.array([4.92, 7.38, 9.84])[np.random.default_rng(4).integers(0, k, n)]


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("name", ["EchoTime", "DiffusionBValue", "TemporalPositionIdentifier"])
def test_echoes_that_overwrote_each_other_are_an_error(slices_of, k, name):
    found = VolumesOverwritten()(slices_of(**mixed(at_random(30, k), name)))
    assert found["severity"].tolist() == ["error"]
    assert found["evidence"].tolist() == [{"attribute": name, "n_volumes": k, "n_missing": 30 * (k - 1)}]


@pytest.mark.parametrize(
    "value",
    [
        np.repeat([4.92, 7.38], 15),
        np.tile([4.92, 7.38], 15),
        np.tile([4.92, 7.38, 9.84], 10),
        np.repeat([4.92, 7.38, 4.92], 10),
        np.where(np.isin(np.arange(30), [7, 21]), 7.38, 4.92),
        np.full(30, 4.92),
    ],
    ids=["blocks", "by turns", "three by turns", "three blocks", "two odd ones", "one"],
)
def test_echoes_in_an_order_did_not_overwrite_each_other(slices_of, value):
    assert VolumesOverwritten()(slices_of(**mixed(value))).empty


def test_two_whole_echoes_did_not_overwrite_each_other(slices_of):
    rows = slices_of(np.tile(3.0 * np.arange(15), 2), modality="MR", EchoTime=np.repeat([4.92, 7.38], 15))
    assert VolumesOverwritten()(rows).empty

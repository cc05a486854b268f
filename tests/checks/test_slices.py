"""Slices that are missing, too many or out of place, and what only looks like it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.checks.engine import CHECKS
from dicomlab.checks.holdings import SeveralVolumes
from dicomlab.checks.slices import (
    DuplicatePositions,
    IncompleteVolume,
    MissingSlices,
    OverlappingSlices,
    UnevenSpacing,
    VariableSpacing,
)
from dicomlab.volumes.base import WORKED_OUT
from dicomlab.volumes.splitting import split_series

ALL = [check for check in CHECKS if check.table == "slices"]


def names(rows, least="note"):
    """The names of what all checks of slices find."""
    order = ["error", "warning", "note"]
    found = pd.concat([check(rows) for check in ALL], ignore_index=True)
    return sorted(found.loc[found["severity"].isin(order[: order.index(least) + 1]), "check"])


def test_a_lost_slice_is_found(slices_of):
    found = MissingSlices()(slices_of([0, 5, 10, 20, 25, 30]))
    assert found["evidence"].tolist() == [{"gap_mm": 10, "usual_mm": 5, "n_missing": 1}]
    assert found["slices"].tolist() == [[3]]
    assert found["confidence"].tolist() == ["high"]


def test_three_lost_slices_are_counted(slices_of):
    found = MissingSlices()(slices_of([0, 5, 10, 30, 35, 40, 45]))
    assert found["evidence"].iloc[0]["n_missing"] == 3


@pytest.mark.parametrize("degrees", [0, 15, -22.5])
def test_a_lost_slice_is_found_with_a_tilted_gantry(slices_of, degrees):
    tilt = np.radians(degrees)
    direction = (1, 0, 0, 0, np.cos(tilt), np.sin(tilt))
    assert names(slices_of([0, 5, 10, 20, 25, 30], direction=direction)) == ["missing-slices"]
    assert names(slices_of([0, 5, 10, 15, 20, 25], direction=direction)) == []


def test_the_table_feed_of_a_tilted_gantry_is_no_uneven_spacing(slices_of):
    # Positions move along the table, not along the normal: the distance of slices is shorter.
    tilt = np.radians(20)
    rows = slices_of(
        np.zeros(8), direction=(1, 0, 0, 0, np.cos(tilt), np.sin(tilt)), place_z=5.0 * np.arange(8)
    )
    assert names(rows) == ["sheared-volume"]


def test_the_order_of_files_and_numbers_does_not_matter(slices_of):
    shuffled = np.random.default_rng(0).permutation(30)
    assert names(slices_of(shuffled * 1.5, InstanceNumber=pd.array(shuffled + 1, dtype="Int64"))) == []
    assert names(slices_of(np.arange(30)[::-1] * 1.5)) == []


@pytest.mark.parametrize("decimals", [1, 2, 4, 6])
def test_rounded_positions_are_no_finding(slices_of, decimals):
    for step in (0.625, 1.25, 2.999, 3.3):
        assert names(slices_of(np.round(-512.3 + step * np.arange(80), decimals))) == [], step


def test_float_noise_is_no_finding(slices_of):
    noise = np.random.default_rng(1).normal(0, 1e-3, 60)
    assert names(slices_of(0.6 * np.arange(60) + noise)) == []


def test_a_series_with_two_spacings_is_no_finding(slices_of):
    assert names(slices_of(np.r_[np.arange(12) * 2.5, 27.5 + 5.0 * np.arange(1, 12)]), "warning") == []


def test_spacing_that_varies_throughout_is_a_note(slices_of):
    gaps = np.random.default_rng(2).uniform(1, 9, 30)
    rows = slices_of(np.cumsum(gaps))
    assert names(rows) == ["variable-spacing"]
    assert VariableSpacing()(rows)["severity"].tolist() == ["note"]


def test_three_slices_are_too_few_to_tell(slices_of):
    assert names(slices_of([0, 5, 15])) == []


def test_a_slice_that_lies_between_others_overlaps(slices_of):
    found = OverlappingSlices()(slices_of([0, 5, 10, 12, 15, 20, 25, 30, 35]))
    assert found["evidence"].tolist() == [{"gap_mm": [2, 3], "usual_mm": 5}]


def test_thick_slices_with_a_small_step_do_not_overlap_by_mistake(slices_of):
    assert names(slices_of(np.arange(20) * 1.0, SliceThickness=5.0)) == []


def test_a_slice_out_of_place_is_uneven(slices_of):
    positions = np.arange(15) * 5.0
    positions[7] += 3.2
    rows = slices_of(positions)
    assert names(rows) == ["uneven-spacing"]
    assert UnevenSpacing()(rows)["evidence"].tolist() == [{"gap_mm": [8.2, 1.8], "usual_mm": 5}]


def test_two_slices_in_one_place_are_found(slices_of):
    found = DuplicatePositions()(slices_of([0, 5, 10, 10, 15, 20]))
    assert found["slices"].tolist() == [[3, 4]]


def test_a_file_that_came_twice_is_one_slice(slices_of):
    uids = ["1", "2", "3", "3", "4", "5"]
    numbers = pd.array([1, 2, 3, 3, 4, 5], dtype="Int64")
    assert names(slices_of([0, 5, 10, 10, 15, 20], SOPInstanceUID=uids, InstanceNumber=numbers)) == []


def test_echoes_are_volumes_and_no_duplicates(slices_of):
    rows = slices_of(np.tile(np.arange(8) * 3.0, 2), modality="MR", EchoTime=np.repeat([10.0, 90.0], 8))
    assert names(rows) == ["several-volumes"]
    assert rows["volume"].nunique() == 2


def test_phases_without_a_mark_are_told_by_their_turn(slices_of):
    rows = slices_of(np.tile(np.arange(6) * 4.0, 10), modality="MR")
    assert names(rows) == ["several-volumes"]
    assert rows.groupby("volume")["place"].nunique().tolist() == [6] * 10


@pytest.mark.parametrize(
    "apart", [{"DiffusionBValue": [0.0, 1000.0]}, {"AcquisitionNumber": [1, 2]}, {"KVP": [80.0, 140.0]}]
)
def test_what_tells_volumes_apart_is_no_change_inside(slices_of, apart):
    ((name, values),) = apart.items()
    rows = slices_of(np.tile(np.arange(8) * 3.0, 2), **{name: np.repeat(values, 8)})
    assert names(rows, "warning") == []


def test_a_slice_lost_of_one_echo_is_found(slices_of):
    positions = np.tile(np.arange(8) * 3.0, 2)
    echo = np.repeat([10.0, 90.0], 8)
    inside = np.arange(16) != 11
    assert names(slices_of(positions[inside], modality="MR", EchoTime=echo[inside]), "warning") == [
        "missing-slices"
    ]


def test_a_slice_lost_at_the_end_of_one_echo_is_found(slices_of):
    rows = slices_of(
        np.tile(np.arange(8) * 3.0, 2)[:-1], modality="MR", EchoTime=np.repeat([10.0, 90.0], 8)[:-1]
    )
    found = IncompleteVolume()(rows)
    assert found["evidence"].tolist() == [{"n_volumes": 2, "n_places": 7, "usual": 8}]


def test_orientations_are_volumes_of_their_own(slices_of):
    both = pd.concat(
        [
            slices_of(np.arange(6) * 5.0, modality="MR"),
            slices_of(np.arange(6) * 4.0, direction=(0, 1, 0, 0, 0, -1), modality="MR").assign(
                file_key=[f"b{i}" for i in range(6)], SOPInstanceUID=[f"b{i}" for i in range(6)]
            ),
        ],
        ignore_index=True,
    )
    rows = split_series(both.drop(columns=list(WORKED_OUT)))
    assert rows["volume"].nunique() == 2
    assert names(rows) == ["several-volumes"]


def test_a_few_slices_in_another_orientation_are_told_once(slices_of):
    echoes = slices_of(np.tile(np.arange(20) * 3.0, 2), modality="MR", EchoTime=np.repeat([10.0, 90.0], 20))
    odd = slices_of([0, 3, 6], direction=(0, 1, 0, 0, 0, -1), modality="MR", EchoTime=10.0)
    odd = odd.assign(file_key=["a", "b", "c"], SOPInstanceUID=["a", "b", "c"])
    mixed = pd.concat([echoes, odd], ignore_index=True).drop(columns=list(WORKED_OUT))
    alone = names(split_series(mixed[20:]))
    assert "orientations-mixed" in alone
    assert "several-volumes" not in alone
    rows = split_series(mixed)
    assert names(rows) == ["orientations-mixed", "several-volumes"]
    assert SeveralVolumes()(rows)["evidence"].iloc[0]["n_volumes"] == 2


def test_radiographs_have_no_spacing(slices_of):
    assert names(slices_of([0, 5, 100, 101, 350], modality="DX"), "warning") == []


def test_an_empty_position_is_no_slice(slices_of):
    rows = slices_of([0, 5, np.nan, 15, 20, 25])
    assert rows["volume"].isna().sum() == 1

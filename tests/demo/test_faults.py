"""What each part plants, shown on the same machine with and without it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from pydicom.datadict import tag_for_keyword

from dicomlab.demo.base import Fault
from dicomlab.demo.faults import FAULTS, Ramp, Setting, Step
from dicomlab.demo.fleet import simulate
from dicomlab.demo.harmless import (
    Calibrations,
    MissingTag,
    Outage,
    ProtocolMix,
    Season,
    SilentUpgrade,
    StaffRotation,
)
from dicomlab.demo.machines import Machine, machines
from dicomlab.demo.sites import START
from dicomlab.errors import MissingColumn

Sound = dict[str, tuple[Machine, pd.DataFrame]]
PARTS = sorted({type(fault) for fault in FAULTS}, key=lambda part: part.__name__)
TO_BE_FOUND = [fault for fault in FAULTS if fault.must_alarm]


def named(fault: Fault) -> str:
    return f"{fault.device} {type(fault).__name__} {fault.parameter} {fault.stratum}"


def station_of(fault: Fault) -> str:
    return next(m.station for m in machines(12) if fault.meets(m.station))


def with_fault(fault: Fault, sound: Sound, days: pd.DatetimeIndex) -> tuple[pd.DataFrame, pd.DataFrame]:
    machine, before = sound[station_of(fault)]
    return before, simulate(machine, days, seed=3, faults=[fault.fitted(machine.station, len(days))])


@pytest.mark.parametrize("part", PARTS)
def test_a_part_says_in_one_line_what_it_plants(part: type[Fault]) -> None:
    line = (part.__doc__ or "").splitlines()[0]
    assert line.endswith(".")
    assert len(line) <= 79
    assert part.kind


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_is_frozen_and_explains_itself(fault: Fault) -> None:
    with pytest.raises(FrozenInstanceError):
        fault.day = 3  # type: ignore[misc]
    assert fault.why.endswith(".")
    assert ("must alarm" in fault.why) == fault.must_alarm
    names = [fault.parameter, *(other.parameter for other in fault.follows)]
    assert all(tag_for_keyword(name) for name in names if name)


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_leaves_the_table_it_was_given_alone(fault: Fault, sound: Sound) -> None:
    machine, table = sound[station_of(fault)]
    fault = fault.fitted(machine.station, 547)
    copy = table.copy(deep=True)
    fault(table)
    pd.testing.assert_frame_equal(table, copy)


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_takes_an_empty_table(fault: Fault, sound: Sound) -> None:
    machine, table = sound[station_of(fault)]
    empty = table.head(0)
    assert fault(empty).empty
    assert list(fault.fitted(machine.station, 547).truth(empty)) == []


@pytest.mark.parametrize("fault", TO_BE_FOUND, ids=named)
def test_only_the_parameter_and_what_follows_it_changes(
    fault: Fault, sound: Sound, days: pd.DatetimeIndex
) -> None:
    before, after = with_fault(fault, sound, days)
    touched = {fault.parameter, *(other.parameter for other in fault.follows)}
    touched |= {"sar_per_degree2"} & set(before)
    # The maker's older parameters of the same beam move as well.
    same = before.columns.difference([*touched, "mas"])
    pd.testing.assert_frame_equal(before[same], after[same])
    changed = before[fault.parameter].ne(after[fault.parameter]) & before[fault.parameter].notna()
    affected = fault.fitted(station_of(fault), len(days)).affected(after)
    assert changed[affected].mean() > 0.95
    assert not changed[~affected].any()


@pytest.mark.parametrize("fault", TO_BE_FOUND, ids=named)
def test_the_answer_key_says_how_far_it_moves(fault: Fault, sound: Sound, days: pd.DatetimeIndex) -> None:
    before, after = with_fault(fault, sound, days)
    fault = fault.fitted(station_of(fault), len(days))
    rows = pd.DataFrame(fault.truth(after))
    assert rows["onset"].iloc[0] == after.loc[fault.affected(after), "date"].min()
    for row in rows[rows["unit"] != ""].itertuples():
        full = fault.affected(after) & (after["date"] > (row.end or row.onset))
        old, new = before.loc[full, row.parameter], after.loc[full, row.parameter]
        moved = {"dB": new - old, "ppm": 1e6 * (new / old - 1)}.get(row.unit, new / old - 1)
        assert moved.median() == pytest.approx(row.size, rel=0.02, abs=0.06 if row.unit == "dB" else 0.006)


def test_a_ramp_grows_day_by_day() -> None:
    table = pd.DataFrame(
        {"date": pd.date_range(START, periods=6), "ProtocolName": "P", "is_localiser": False}
    )
    ramp = Ramp("DX-01", 1, parameter="ExposureIndex", size=0.4, days=4)
    assert ramp(table.assign(ExposureIndex=100.0))["ExposureIndex"].tolist() == pytest.approx(
        [100, 110, 120, 130, 140, 140]
    )


def test_a_fault_is_scaled_to_a_shorter_fleet_and_begins_on_a_working_day() -> None:
    for day in range(547):
        fault = Step("CT-01", day, parameter="KVP", size=0.1).fitted("CT-01", 60)
        assert abs(fault.day - day * 60 / 547) <= 2.5
        assert fault.day == 0 or fault.onset.day_of_week < 5


def test_a_derived_parameter_can_be_hit_on_its_own(sound: Sound, days: pd.DatetimeIndex) -> None:
    before, after = with_fault(Step("CT-01", 100, parameter="CTDIvol", size=9.0), sound, days)
    late = after["date"] > START + pd.Timedelta(days=103)
    ratio = (after["CTDIvol"] / before["CTDIvol"])[late].dropna()
    assert ratio.median() == pytest.approx(10, abs=0.01)
    assert before["Exposure"].equals(after["Exposure"])


def test_a_parameter_that_the_device_lacks_is_an_error(days: pd.DatetimeIndex) -> None:
    with pytest.raises(MissingColumn, match="Did you mean 'CTDIvol'"):
        simulate(machines(1)[0], days, seed=3, faults=[Step("CT-01", 100, parameter="CTDIvoll", size=1.0)])


def test_a_silent_upgrade_changes_the_version_and_nothing_else(sound: Sound, days: pd.DatetimeIndex) -> None:
    before, after = with_fault(SilentUpgrade("MR-02", 200, versions=("R9",)), sound, days)
    others = before.columns.difference(["SoftwareVersions"])
    pd.testing.assert_frame_equal(before[others], after[others])
    is_new = after["date"] >= START + pd.Timedelta(days=200)
    assert (after["SoftwareVersions"] == ("R9",)).equals(is_new)


def test_calibrations_change_a_date_and_nothing_else(sound: Sound, days: pd.DatetimeIndex) -> None:
    before, after = with_fault(Calibrations("CT-01", every=90), sound, days)
    others = before.columns
    pd.testing.assert_frame_equal(before, after[others])
    dates = pd.to_datetime(after["DateOfLastCalibration"], format="%Y%m%d")
    assert (dates <= after["date"]).all()
    assert dates.is_monotonic_increasing
    assert dates.nunique() in (6, 7, 8)
    log = [row["date"] for row in Calibrations("CT-01", every=90).log(days[-1])]
    assert set(dates) - {dates.min()} == set(log)


def test_another_mix_leaves_each_protocol_as_it_was(sound: Sound, days: pd.DatetimeIndex) -> None:
    fault = next(f for f in FAULTS if isinstance(f, ProtocolMix))
    before, after = with_fault(fault, sound, days)
    late = before["date"] >= fault.onset
    share = after[after["date"] >= fault.onset]["ProtocolName"].value_counts(normalize=True)
    usual = before[late]["ProtocolName"].value_counts(normalize=True)
    assert share["Chest"] > 1.3 * usual["Chest"]
    for name in ("Chest", "Head"):
        old = np.log(before.loc[late & (before["ProtocolName"] == name), "XRayTubeCurrent"])
        new = np.log(
            after.loc[(after["date"] >= fault.onset) & (after["ProtocolName"] == name), "XRayTubeCurrent"]
        )
        standard_error = np.hypot(old.sem(), new.sem())
        # The two runs share no random numbers here, so they also differ as two sister machines do.
        assert abs(new.mean() - old.mean()) < 4 * standard_error + 0.06


def test_a_staff_rotation_moves_no_level(sound: Sound, days: pd.DatetimeIndex) -> None:
    before, after = with_fault(StaffRotation("MG-01", 240), sound, days)
    late = before["date"] > START + pd.Timedelta(days=242)
    assert set(after.loc[late, "operator"]) == {2, 3, 4, 5}
    ratio = after.loc[late, "CompressionForce"].mean() / before.loc[late, "CompressionForce"].mean()
    assert ratio == pytest.approx(1, abs=0.01)


def test_an_outage_leaves_a_gap(sound: Sound, days: pd.DatetimeIndex) -> None:
    _, after = with_fault(Outage("CT-02", 320, days=12), sound, days)
    gap = after["date"].between(START + pd.Timedelta(days=322), START + pd.Timedelta(days=331))
    assert not gap.any()
    assert (after["date"] > START + pd.Timedelta(days=340)).any()


def test_patients_are_larger_in_winter(sound: Sound, days: pd.DatetimeIndex) -> None:
    before, after = with_fault(Season("CT-01", size=0.2), sound, days)
    gain = after["patient_size"] - before["patient_size"]
    months = after["date"].dt.month
    is_patient = after["ProtocolName"] != "QC water phantom"
    assert gain[is_patient & (months == 1)].mean() == pytest.approx(0.2, abs=0.01)
    assert gain[is_patient & (months == 7)].mean() == pytest.approx(-0.2, abs=0.01)


def test_a_missing_tag_comes_back(sound: Sound, days: pd.DatetimeIndex) -> None:
    _, after = with_fault(MissingTag("MR-01", 220, parameter="SAR", days=30), sound, days)
    rows = after.set_index("date").sort_index()["SAR"]
    assert rows[START + pd.Timedelta(days=222) : START + pd.Timedelta(days=248)].isna().all()
    assert rows[START + pd.Timedelta(days=254) :].notna().mean() > 0.95


def test_a_new_detector_starts_its_counter_anew(sound: Sound, days: pd.DatetimeIndex) -> None:
    fault = next(f for f in FAULTS if f.kind == "detector")
    _, after = with_fault(fault, sound, days)
    counts = after.groupby("DetectorID")["ExposuresOnDetectorSinceManufactured"].agg(["min", "max"])
    assert counts.loc["A1-31877", "min"] == 13
    assert counts.loc["A1-30422", "min"] > 20_000


def test_every_kind_of_setting_has_a_fault_to_be_found() -> None:
    planted = {fault.parameter for fault in FAULTS if isinstance(fault, Setting)}
    assert {"ConvolutionKernel", "ReceiveCoilName", "FlipAngle"} <= planted

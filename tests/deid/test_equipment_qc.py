"""Under "equipment QC" machines and their changes stay what they were."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from pydicom import dcmread

import dicomlab as dl
from dicomlab.deid.files import cleaned_file
from dicomlab.deid.keys import Key
from dicomlab.deid.recipe import Recipe
from tests.build import dataset, write

KEY, QC = Key(b"q" * 32), Recipe.load("equipment QC")


def after(tmp_path, recipe=QC, **values):
    path = write(dataset(Modality="CT", **values), tmp_path / "file")
    return dcmread(io.BytesIO(cleaned_file(path.read_bytes(), recipe, KEY).data))


def test_machines_keep_one_pseudonym_and_lose_their_name(tmp_path):
    given = {"Manufacturer": "ACME", "ManufacturerModelName": "One", "StationName": "CT-CELLAR"}
    first = after(tmp_path, DeviceSerialNumber="4711", PatientID="A", **given)
    second = after(tmp_path, DeviceSerialNumber="4711", PatientID="B", **given)
    other = after(tmp_path, DeviceSerialNumber="4712", PatientID="A", **given)
    assert (
        first.DeviceSerialNumber == first.StationName == second.DeviceSerialNumber != other.DeviceSerialNumber
    )
    assert first.PatientID != second.PatientID
    assert (first.Manufacturer, first.ManufacturerModelName) == ("ACME", "One")
    assert b"CELLAR" not in first.StationName.encode()


def test_all_dates_move_alike_by_whole_weeks_calibrations_too(tmp_path):
    dates = {
        "StudyDate": "20240301",
        "DateOfLastCalibration": "20240201",
        "AcquisitionDateTime": "20240301121314.5",
    }
    ds = [after(tmp_path, PatientID=name, **dates) for name in "AB"]
    moved = {pd.Timestamp("2024-03-01") - pd.Timestamp(one.StudyDate) for one in ds}
    moved |= {pd.Timestamp("2024-02-01") - pd.Timestamp(one.DateOfLastCalibration) for one in ds}
    assert len(moved) == 1
    assert moved.pop().days % 7 == 0
    assert ds[0].AcquisitionDateTime.endswith("121314.5")
    apart = {after(tmp_path, Recipe(dates="shift"), PatientID=name, **dates).StudyDate for name in "AB"}
    assert len(apart) == 2


def test_protocols_are_told_apart_without_their_names(tmp_path):
    one, two = (after(tmp_path, ProtocolName=name).ProtocolName for name in ("T2W_TSE ", "t2w tse"))
    assert one == two
    assert "T2W" not in one
    assert after(tmp_path, ProtocolName="T1W").ProtocolName != one


@pytest.mark.parametrize(("name", "is_phantom"), [("Daily QA", True), ("Chest", False)])
def test_phantoms_stay_phantoms(tmp_path, name, is_phantom):
    assert after(tmp_path, ProtocolName=name).ProtocolName.startswith("PHANTOM ") is is_phantom
    assert after(tmp_path, PatientID=name).PatientID.startswith("PHANTOM ") is is_phantom
    assert not str(after(tmp_path, Recipe(), PatientID=name).PatientID).startswith("PHANTOM")


@pytest.mark.parametrize(("age", "kept"), [("089Y", "089Y"), ("090Y", "090Y"), ("101Y", "090Y")])
def test_ages_are_kept_up_to_89(tmp_path, age, kept):
    assert after(tmp_path, PatientAge=age).PatientAge == kept


@pytest.mark.parametrize(("birth", "stays"), [("19340302", True), ("19340301", False)])
def test_a_birth_date_above_89_years_goes(tmp_path, birth, stays):
    recipe = Recipe(dates="shift", tags=((0x00100030, "shift"),))
    ds = after(tmp_path, recipe, PatientBirthDate=birth, StudyDate="20240301")
    assert bool(ds.PatientBirthDate) is stays
    assert ds.PatientBirthDate != birth


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:100% of the series say that their dates were modified")
def test_drift_finds_the_same_changes_before_and_after(tmp_path):
    fleet = dl.demo.make_fleet(tmp_path / "demo", scanners=2, months=9, progress=False)
    before = dl.scan(fleet / "dicom", into=tmp_path / "catalog", progress=False)
    dl.deidentify(fleet / "dicom", tmp_path / "out", recipe="equipment QC", key=KEY, progress=False)
    new = dl.open_catalog(tmp_path / "out" / "catalog")
    first, second = dl.find_drift(before).changes, dl.find_drift(new).changes
    columns = ["parameter", "kind", "before", "after", "effect", "n_before", "n_after"]
    assert len(first) == len(second) > 0
    found = [table[columns].sort_values(columns).reset_index(drop=True) for table in (first, second)]
    pd.testing.assert_frame_equal(*found)
    shift = {*(first.sort_values(columns)["onset"].values - second.sort_values(columns)["onset"].values)}
    assert len(shift) == 1
    assert len(dl.list_devices(before)) == len(dl.list_devices(new))

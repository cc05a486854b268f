"""A physicist's Monday: the files of the night are scanned, judged and reported."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydicom.uid import CTImageStorage

import dicomlab as dl
from dicomlab.drift.engine import find_drift
from tests.build import dataset, write

DAYS = pd.bdate_range("2024-01-08", periods=120)
CHANGED = DAYS[-3]


def write_days(folder: Path, days: pd.DatetimeIndex) -> None:
    """Three head CTs a day, whose dose is a fifth higher in the last three days."""
    rng = np.random.default_rng([2, len(days)])
    for day in days:
        for hour in (8, 10, 12):
            uid = f"1.2.826.0.1.{day:%Y%m%d}.{hour}"
            dose = 50 * np.exp(rng.normal(0, 0.02)) * (1.2 if day >= CHANGED else 1.0)
            head = dataset(
                SOPClassUID=CTImageStorage,
                SOPInstanceUID=f"{uid}.3",
                SeriesInstanceUID=f"{uid}.2",
                StudyInstanceUID=f"{uid}.1",
                PatientID=f"P{day:%m%d}{hour}",
                Modality="CT",
                Manufacturer="Aurora Imaging",
                ManufacturerModelName="Vega 64",
                DeviceSerialNumber="0077123",
                StationName="CT-01",
                ProtocolName="Head",
                ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
                StudyDate=f"{day:%Y%m%d}",
                AcquisitionDate=f"{day:%Y%m%d}",
                AcquisitionTime=f"{hour:02}0000",
                KVP="120",
                CTDIvol=round(float(dose), 3),
            )
            write(head, folder / f"{day:%Y%m%d}-{hour}.dcm")


@pytest.fixture(scope="module")
def monday(tmp_path_factory, dicomlab):
    """What the nightly job said before and after the night, and the folder it worked in."""
    folder = tmp_path_factory.mktemp("monday")
    (folder / "archive").mkdir()
    said = []
    for days in (DAYS[:-3], DAYS[-3:]):
        write_days(folder / "archive", days)
        assert dicomlab("scan", folder / "archive", "--into", folder / "catalog").code == 0
        words = ("drift", folder / "catalog", "--new", "--report", folder / "drift.html", "--json")
        said.append(dicomlab(*words))
    return folder, said


def test_a_quiet_archive_ends_with_0_and_the_change_of_the_night_with_1(monday):
    _, (before, after) = monday
    assert before.code == 0
    assert after.code == 1
    changes = json.loads(after.out)["changes"]
    assert [(c["parameter"], c["device"]) for c in changes] == [("CTDIvol", "CT-01")]
    assert abs(pd.Timestamp(changes[0]["onset"]) - CHANGED) <= pd.Timedelta(days=3)


def test_the_report_has_ten_findings_a_machine_at_the_most(monday):
    folder, _ = monday
    page = (folder / "drift.html").read_text(encoding="utf-8")
    assert "CTDIvol" in page
    assert 1 <= len(re.findall(r'<section class="finding\b', page)) <= 10


def test_each_finding_is_traced_to_its_series_and_files(monday):
    folder, _ = monday
    rows = pd.read_csv(folder / "drift-rows.csv")
    catalog = dl.open_catalog(folder / "catalog")
    assert set(find_drift(catalog).changes["change_id"]) == set(rows["change_id"])
    assert set(rows["series"]) <= set(catalog.series["SeriesInstanceUID"])
    after = rows.loc[rows["side"] == "after", "series"]
    paths = catalog.instances.set_index("SeriesInstanceUID").loc[after]
    assert len(paths) == len(after) >= 6

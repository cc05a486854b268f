"""Series, studies and patients are the same in however many parts they are made."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

import dicomlab as dl
from dicomlab.catalog import groups, rollup
from dicomlab.catalog.place import place_of
from dicomlab.catalog.store import ROLLED_TABLES, Store
from dicomlab.catalog.versions import UNFINISHED, read_state
from tests.build import dataset, write
from tests.header.test_frames import enhanced

CLOCK = ("20240301120000", "20240301080000", None, "20240301120000")


def instance(n: int, **values: object):
    """One of 24 series of two images; times that tie or are not there, and lists."""
    ds = dataset(
        StudyInstanceUID=f"1.{n // 4 % 6}",
        SeriesInstanceUID=f"1.{n % 24}.1",
        SOPInstanceUID=f"1.2.{n}",
        Modality=("CT", "MR")[n // 8 % 2],
        KVP=str(100 + n),
        ImageType=["ORIGINAL", "PRIMARY", "AXIAL" if n % 3 else "LOCALIZER"],
        StudyTime="070809.5",
        PatientSize=f"{1 + n / 100:.2f}",
        **values,
    )
    if CLOCK[n % 4]:
        ds.AcquisitionDateTime = CLOCK[n % 4]
    if n % 5:
        ds.PatientID = f"P{n // 8 % 2}"
    elif "PatientID" in ds:
        del ds.PatientID
    return ds


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """Series, studies and patients in parts of a small archive, some objects with frames."""
    home = tmp_path_factory.mktemp("rolled")
    for n in range(48):
        write(instance(n), home / "archive" / str(n))
    for n in range(3):
        ds = enhanced(
            3,
            frame=lambda i: {"CTExposureSequence": {"XRayTubeCurrentInmA": 100.0 + i}},
            PatientID="P1",
            StudyInstanceUID="1.9",
            SeriesInstanceUID=f"1.9.{n}",
        )
        ds.SOPInstanceUID = f"1.9.{n}.1"
        write(ds, home / "archive" / f"enhanced{n}")
    return dl.scan(home / "archive", into=home / "catalog", progress=False)


def rolled_again(catalog, folder, name: str):
    """The upper tables, made anew in a copy of the catalog."""
    copy = shutil.copytree(catalog.path, folder / name)
    state = rollup.roll_up(place_of(copy), read_state(copy), "again")
    assert not list(copy.glob(f"{UNFINISHED}*"))  # what was set apart is gone
    return state.counts, {table: pq.read_table(copy / table / "again.parquet") for table in ROLLED_TABLES}


def test_parts_give_the_same_rows_in_the_same_order(catalog, tmp_path, monkeypatch):
    counts, whole = rolled_again(catalog, tmp_path, "whole")
    monkeypatch.setattr(groups, "CELLS", 200)
    monkeypatch.setattr(groups, "_FILES", 3)
    made = []
    apart = groups._set_apart
    monkeypatch.setattr(groups, "_set_apart", lambda *a: made.append(apart(*a)) or made[-1])
    counts_of_parts, parts = rolled_again(catalog, tmp_path, "parts")
    assert max(map(len, made)) == 3 < sum(map(len, made))
    assert counts_of_parts == counts
    for table in ROLLED_TABLES:
        assert parts[table].equals(whole[table])


def test_what_fits_is_made_in_one_part(catalog, tmp_path, monkeypatch):
    monkeypatch.setattr(groups, "_set_apart", None)
    _, whole = rolled_again(catalog, tmp_path, "whole")
    assert len(whole["series"]) == len(catalog)


def test_rows_that_a_killed_scan_set_apart_are_dropped(catalog, tmp_path):
    copy = shutil.copytree(catalog.path, tmp_path / "copy")
    (copy / f"{UNFINISHED}left").mkdir()
    (copy / f"{UNFINISHED}left" / "0.arrow").write_bytes(b"rows")
    Store(copy).roll_back(replace(read_state(copy), is_complete=False))
    assert not list(copy.glob(f"{UNFINISHED}*"))

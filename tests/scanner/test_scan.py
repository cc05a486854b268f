"""A scan accounts for every file, again and again."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

import dicomlab as dl
from dicomlab.errors import CatalogBusy, EmptyScan, NoCatalog, NoSuchSource, WrongArgument
from dicomlab.scanner import backends, engine, plan
from tests.build import dataset, write, write_archive
from tests.conftest import SHARED, pydicom_files


def scan(source: Path, into: Path, **options) -> dl.Catalog:
    return dl.scan(source, into=into, progress=False, **options)


@pytest.fixture
def archive(tmp_path) -> Path:
    return write_archive(tmp_path / "archive")


@pytest.fixture
def into(tmp_path) -> Path:
    return tmp_path / "catalog"


def test_a_scan_gives_the_tree(archive, into):
    catalog = scan(archive, into)
    assert catalog.counts == {
        "patients": 2,
        "studies": 2,
        "series": 4,
        "instances": 12,
        "frames": 0,
        "dose": 0,
        "references": 0,
        "slices": 0,
        "volumes": 0,
        "files": 12,
        "errors": 0,
        "problems": 0,
        "directory": 0,
        "media": 0,
    }
    assert catalog.patients["n_series"].tolist() == [2, 2]
    assert catalog.studies["modalities"].tolist()[0].tolist() == ["CT", "MR"]
    assert catalog.is_complete


@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "backend"), [(1, None), (2, "threads"), (2, "processes")])
def test_every_way_to_share_the_work_gives_the_same(archive, into, jobs, backend, monkeypatch):
    monkeypatch.setattr(plan, "UNIT_ROWS", 5)
    catalog = scan(archive, into, jobs=jobs, backend=backend)
    rows = catalog.instances.sort_values("file_key")
    assert rows["SOPInstanceUID"].tolist() == [
        f"1.2.{p}.{s}.{i}" for p in (1, 2) for s in (1, 2) for i in (1, 2, 3)
    ]


def test_rows_and_reasons_are_all_the_files_there_are(tmp_path, into):
    paths = pydicom_files()
    for number, path in enumerate(paths):
        shutil.copy(path, tmp_path / f"{number:03d}")
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    catalog = scan(tmp_path, into)
    files = catalog.files
    assert files["container"].isna().sum() == len(paths) + 1
    assert files["file_key"].is_unique
    assert (files["reason"].isna() == (files["status"] == "read")).all()
    read = files["status"].isin(["read", "partial"])
    assert set(files.loc[read, "file_key"]) == set(catalog.instances["file_key"])
    assert len(catalog.errors) == (~files["status"].isin(["read", "archive", "DICOMDIR"])).sum()


@pytest.mark.real_files
def test_rows_and_reasons_are_all_the_real_files(into):
    catalog = scan(SHARED / "dicom", into)
    met = sum(len(names) for _, _, names in os.walk(SHARED / "dicom"))
    files = catalog.files
    assert files["container"].isna().sum() == met
    assert files["container"].isin(files["file_key"]).sum() == 1  # zipMR.gz holds one
    assert (files["reason"].isna() == (files["status"] == "read")).all()


def test_an_unchanged_archive_is_not_read_again(archive, into, monkeypatch):
    before = scan(archive, into)

    def refuse(*_):
        raise AssertionError("a file was read")

    monkeypatch.setattr(backends, "read_unit", refuse)
    after = scan(archive, into)
    assert after.instances.equals(before.instances)
    assert len(after.versions) == 1


def test_new_changed_and_vanished_files_are_followed(archive, into):
    scan(archive, into)
    write(
        dataset(PatientID="P9", SOPInstanceUID="1.9", StudyInstanceUID="1", SeriesInstanceUID="1"),
        archive / "new",
    )
    changed = archive / "p0" / "s0" / "i0"
    write(
        dataset(PatientID="changed", SOPInstanceUID="1.2.1.1.1", StudyInstanceUID="1", SeriesInstanceUID="1"),
        changed,
    )
    (archive / "p1" / "s1" / "i2").unlink()
    catalog = scan(archive, into)
    rows = catalog.instances.set_index("file_key")
    assert len(rows) == 12
    assert rows.index.is_unique
    assert rows.loc[str(changed), "PatientID"] == "changed"
    assert rows.loc[str(archive / "new"), "PatientID"] == "P9"
    assert str(archive / "p1" / "s1" / "i2") not in rows.index
    assert set(catalog.files["file_key"]) == set(rows.index)
    assert len(catalog.header(str(changed))) == 5
    assert sorted(catalog.patients["PatientID"]) == ["P0", "P1", "P9", "changed"]


def test_an_earlier_version_can_be_opened_again(archive, into):
    first = scan(archive, into)
    shutil.rmtree(archive / "p0")
    assert scan(archive, into).counts["instances"] == 6
    old = dl.open_catalog(into, version=first.versions["id"].iloc[0])
    assert old.counts["instances"] == 12
    assert len(old.series) == 4
    with pytest.raises(NoCatalog, match="no version"):
        dl.open_catalog(into, version="yesterday")


def test_two_archives_share_a_catalog_without_pushing_each_other_out(tmp_path, into):
    one, two = write_archive(tmp_path / "one"), write_archive(tmp_path / "two", patients=3)
    scan(one, into)
    assert scan(two, into).counts["instances"] == 12 + 18
    assert scan(one, into).counts["instances"] == 12 + 18


def test_a_file_that_could_not_be_opened_is_tried_again(archive, into, monkeypatch):
    target = archive / "gone"
    (archive / "link").symlink_to(target)
    assert scan(archive, into).errors["reason"].tolist() == ["the link leads nowhere"]
    write(dataset(StudyInstanceUID="1", SeriesInstanceUID="1"), target)
    assert len(scan(archive, into).errors) == 0


def test_an_empty_scan_is_an_error_and_leaves_nothing(tmp_path, into):
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyScan, match="holds no files"):
        scan(tmp_path / "empty", into)
    (tmp_path / "empty" / "note.txt").write_text("hello")
    with pytest.raises(EmptyScan, match="1 not DICOM: a text file"):
        scan(tmp_path / "empty", into)
    assert not into.exists()


def test_wrong_calls_are_refused_before_anything_is_made(tmp_path, archive, into):
    with pytest.raises(NoSuchSource):
        scan(tmp_path / "nowhere", into)
    with pytest.raises(WrongArgument, match="'threads', 'processes'"):
        scan(archive, into, backend="magic")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(NoCatalog, match="other things in it"):
        scan(archive, tmp_path / "mine")
    assert not into.exists()


def test_a_catalog_inside_its_archive_is_not_scanned(archive):
    assert scan(archive, archive / "catalog").counts["files"] == 12
    assert scan(archive, archive / "catalog").counts["files"] == 12


def test_a_second_scan_at_the_same_time_is_told_so(archive, into):
    scan(archive, into)
    with FileLock(into / ".lock"), pytest.raises(CatalogBusy, match="Wait until it has ended"):
        scan(archive, into)


def test_only_the_owner_can_read_a_catalog(archive, into):
    scan(archive, into)
    assert stat.S_IMODE(into.stat().st_mode) == 0o700
    kept = [*into.rglob("*.parquet"), into / "catalog.json"]
    assert {stat.S_IMODE(p.stat().st_mode) for p in kept} == {0o600}


@pytest.mark.slow
def test_without_into_the_catalog_lasts_for_the_session(archive):
    assert len(dl.scan(archive, progress=False)) == 12
    code = f"import dicomlab as dl; print(dl.scan({str(archive)!r}, progress=False).path)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not Path(run.stdout.strip()).parent.exists()


def test_columns_can_be_named_at_the_first_scan_or_at_a_later_one(archive, into):
    columns = dl.Columns().add("PatientComments")
    catalog = scan(archive, into, columns=columns)
    assert "PatientComments" in catalog.instances
    catalog = scan(archive, into, columns=columns.add("ImageComments"))
    assert "ImageComments" in catalog.instances
    assert catalog.counts["instances"] == 12


def test_a_scan_of_few_columns_still_gives_the_tree(archive, into):
    catalog = scan(archive, into, columns=dl.Columns.only("KVP"))
    assert catalog.counts["series"] == 4
    assert catalog.series["KVP"].tolist() == [120.0] * 4
    assert "SliceThickness" not in catalog.instances
    assert "CT" in catalog._repr_html_()


@pytest.mark.slow
@pytest.mark.parametrize("step", range(8))
@pytest.mark.parametrize("is_new", [True, False])
def test_a_scan_cut_short_at_any_step_loses_and_doubles_nothing(archive, into, monkeypatch, step, is_new):
    if not is_new:
        scan(archive, into)
        write_archive(archive, patients=4)
    calls = []

    def failing(work):
        def stop(*given, **more):
            calls.append(work)
            if len(calls) > step:
                raise KeyboardInterrupt
            return work(*given, **more)

        return stop

    with monkeypatch.context() as cut:
        cut.setattr(engine.Store, "_commit_table", failing(engine.Store._commit_table))
        cut.setattr(engine, "write_state", failing(engine.write_state))
        with pytest.raises(KeyboardInterrupt):
            scan(archive, into)
    catalog = scan(archive, into)
    wanted = 12 if is_new else 24
    assert catalog.counts["files"] == catalog.counts["instances"] == wanted
    assert catalog.sql("SELECT count(*) AS n FROM headers")["n"].iloc[0] == wanted
    assert catalog.instances["file_key"].is_unique


@pytest.mark.slow
def test_a_scan_killed_at_any_moment_is_completed_by_the_next(tmp_path):
    """Twenty kills, the catalog readable after each, and whole in the end."""
    write_archive(tmp_path / "archive", patients=30, series=3, instances=4)
    run = subprocess.run(
        [
            sys.executable,
            Path(__file__).with_name("kill_scans.py"),
            tmp_path / "archive",
            tmp_path / "catalog",
            "20",
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    said = json.loads(run.stdout)
    assert said["killed"] == 20
    assert said["files"] == said["instances"] == said["distinct"] == said["headers"] == 360


def test_an_object_of_no_patient_needs_no_study(tmp_path, into):
    write(dataset(SOPClassUID="1.2.840.10008.5.1.4.39.1"), tmp_path / "archive" / "palette")
    write(dataset(), tmp_path / "archive" / "lacks")
    catalog = scan(tmp_path / "archive", into)
    assert catalog.files["status"].tolist() == ["read", "read"]
    assert catalog.problems["column"].tolist() == ["StudyInstanceUID", "SeriesInstanceUID"]
    assert set(catalog.problems["file_key"]) == {str(tmp_path / "archive" / "lacks")}


@pytest.mark.slow
def test_a_folder_scanned_again_through_its_parent_is_not_there_twice(tmp_path, into):
    write_archive(tmp_path / "all" / "part")
    scan(tmp_path / "all" / "part", into)
    catalog = scan(tmp_path / "all", into)
    assert catalog.counts["instances"] == 12
    (tmp_path / "all" / "part" / "p0" / "s0" / "i0").unlink()
    assert scan(tmp_path / "all", into).counts["instances"] == 11


def test_what_lies_in_a_closed_folder_is_kept(archive, into, monkeypatch):
    scan(archive, into)
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("p0"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("dicomlab.sources.folder.os.scandir", refusing)
    catalog = scan(archive, into)
    assert catalog.counts["instances"] == 12
    assert catalog.errors["reason"].tolist() == ["the folder cannot be opened (Permission denied)"]
    monkeypatch.undo()
    assert len(scan(archive, into).errors) == 0


def test_an_archive_that_has_gone_leaves_the_catalog_as_it_was(archive, into):
    scan(archive, into)
    shutil.rmtree(archive)
    archive.mkdir()
    with pytest.raises(EmptyScan, match="holds no files"):
        scan(archive, into)
    assert dl.open_catalog(into).counts["instances"] == 12

"""`dicomlab doctor`: this computer, and what lies in a folder."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

from dicomlab.cli import machine, survey
from dicomlab.cli.doctor import slow
from dicomlab.sources.engine import open_source
from tests.build import write_archive

from .conftest import CUT, make_archive


def test_the_computer_is_described_and_the_reader_tried(dicomlab, monkeypatch):
    monkeypatch.setattr(machine, "_TRIAL_SECONDS", 0.05)
    said = json.loads(dicomlab("doctor", "--json").out)
    assert said["reader"]["works"]
    assert said["reader"]["files_per_second"] > 100
    assert said["reader"]["cache_is_writable"] == os.access(said["reader"]["cache"], os.W_OK)
    assert said["versions"]["pydicom"].startswith("3.")
    assert said["cores"] >= 1
    assert said["exit_code"] == (1 if said["worries"] else 0)


def test_a_reader_that_fails_is_a_finding(dicomlab, monkeypatch):
    from dicomlab.header import engine

    def fail(*_, **__):
        raise RuntimeError("DOE^JOHN")

    monkeypatch.setattr(engine, "HeaderReader", fail)
    ran = dicomlab("doctor")
    assert ran.code == 1
    assert "The compiled reader fails with RuntimeError" in ran.out
    assert "DOE" not in ran.out + ran.err


def test_a_folder_is_counted_by_kind_machine_and_syntax(archive, dicomlab):
    ran = dicomlab("doctor", archive, "--json")
    said = json.loads(ran.out)
    assert (ran.code, said["files"], said["sample"], said["folders"]) == (3, 7, 7, 7)
    assert said["status"] == {"read": 5, "partial": 1, "not DICOM": 1}
    assert said["not_dicom"] == {"a text file": 1}
    assert [row["reason"] for row in said["broken"]] == ["the file ends inside the header"]
    assert {"modality": "MR", "maker": "TOSHIBA_MEC", "model": "MRT50H1", "files": 2} in said["machines"]
    assert sum(said["transfer_syntaxes"].values()) == sum(row["files"] for row in said["machines"]) == 6
    assert said["bytes"] == sum(p.stat().st_size for p in archive.rglob("*") if p.is_file())


def test_the_survey_counts_what_a_scan_then_counts(archive, dicomlab, tmp_path):
    seen = json.loads(dicomlab("doctor", archive, "--json").out)
    scanned = json.loads(dicomlab("scan", archive, "--into", tmp_path / "catalog", "--json").out)
    assert seen["status"] == {name: n for name, n in scanned["status"].items() if n}


def test_the_survey_names_no_patient(archive, dicomlab, catalog):
    from dicomlab.catalog.catalog import open_catalog

    said = dicomlab("doctor", archive).out + dicomlab("doctor", archive, "--json").out
    table = open_catalog(catalog).read("instances", ["PatientName", "PatientID", "StudyDescription"])
    values = {v for column in table for v in table[column].dropna() if len(v) > 3}
    assert len(values) > 3
    assert not [value for value in values if value in said]


def test_a_large_folder_is_sampled_from_every_folder_first(archive, monkeypatch):
    monkeypatch.setattr(survey, "MOST_FILES", 2)
    seen = survey.survey(archive)
    assert seen.listed.files == 7
    assert seen.read.files < 7
    assert seen.is_sample
    folders = [key.rpartition("/")[0] for key in seen.listed.one_a_folder]
    assert len(set(folders)) == len(folders) == 2


def test_a_listing_that_takes_too_long_is_stopped_and_says_so(archive):
    seen = survey.survey(archive, seconds=0.0)
    assert not seen.listed.is_whole
    assert seen.is_sample


def test_what_will_be_slow_is_told(archive, tmp_path):
    folder = shutil.copytree(archive, tmp_path / "archive")
    make_archive(folder / "deflated", "image_dfl.dcm")
    shutil.make_archive(str(folder / "old"), "zip", archive)
    for number in range(101):
        (folder / "small" / f"{number}").mkdir(parents=True)
    said = " ".join(slow(survey.survey(folder)))
    assert "are deflated, broken or without preamble" in said
    assert "1 archive with 7 files in it: each is read by one worker." in said


def test_many_small_folders_frames_and_a_far_disk_are_told():
    listed = survey.Listed(files=300, folders=200)
    read = survey.Read(files=300, seconds=12.0, waited=9.9, frames=9000, long_headers=60)
    read.status["read"] = 300
    said = " ".join(slow(survey.Survey("x", "/x", listed, read, "ext4")))
    assert "Many small folders: 1.5 files in each" in said
    assert "about 30 rows of frames a file" in said
    assert "20% have headers beyond 16 KiB" in said
    assert "Each file is waited for 33 ms" in said
    assert "over a network (nfs4)" in " ".join(slow(survey.Survey("x", "/x", listed, read, "nfs4")))


def test_a_slow_server_is_told():
    read = survey.Read(files=300, seconds=12.0, waited=9.9)
    read.status["read"] = 300
    seen = survey.Survey("s3://b/a", "s3://b/a", survey.Listed(files=300), read, "")
    assert "waited for 33 ms: a slow or busy server, or a long way to it" in " ".join(slow(seen))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["zip", "tar", "gztar"])
def test_an_archive_is_looked_into_by_its_own_name_and_in_a_folder(archive, dicomlab, tmp_path, kind):
    (tmp_path / "in").mkdir()
    path = Path(shutil.make_archive(str(tmp_path / "in" / "export"), kind, archive))
    plain = json.loads(dicomlab("doctor", archive, "--json").out)
    for source in (path, path.parent):
        said = json.loads(dicomlab("doctor", source, "--json").out)
        assert said["archives"] == {"looked_into": 1, "files": 7, "is_whole": True, "estimated_files": 7}
        assert said["status"] == plain["status"] | {"archive": 1}
        assert said["machines"] == plain["machines"]
        assert said["not_dicom"] == plain["not_dicom"]
        assert not said["is_sample"]
        scanned = json.loads(
            dicomlab("scan", source, "--into", tmp_path / f"c{source.is_dir()}", "--json").out
        )
        assert said["status"] == {name: n for name, n in scanned["status"].items() if n}


def test_a_bucket_is_looked_into_with_the_archives_in_it(archive, dicomlab, tmp_path):
    memory = pytest.importorskip("fsspec").filesystem("memory")
    path = Path(shutil.make_archive(str(tmp_path / "export"), "zip", archive))
    memory.pipe("/doctor/in/export.zip", path.read_bytes())
    memory.pipe("/doctor/in/cut", path.read_bytes()[:200])
    memory.pipe("/doctor/in/CT_small", (archive / "0" / "CT_small.dcm").read_bytes())
    try:
        ran = dicomlab("doctor", "memory://doctor/in", "--seconds", "20")
        said = json.loads(dicomlab("doctor", "memory://doctor/in", "--json").out)
        alone = json.loads(dicomlab("doctor", "memory://doctor/in/export.zip", "--json").out)
    finally:
        memory.rm("/doctor", recursive=True)
    assert ran.code == 3
    assert "  dicomlab scan memory://doctor/in" in ran.out
    assert "the archive is broken or cut short; such as cut" in ran.out
    assert said["files"] == 3
    assert said["archives"] == {"looked_into": 2, "files": 7, "is_whole": True, "estimated_files": 7}
    assert said["status"] == {"read": 6, "partial": 2, "not DICOM": 1, "archive": 1}
    assert said["bytes"] == sum(map(len, (path.read_bytes(), bytes(200)))) + 39_206
    assert alone["status"] == {"read": 5, "partial": 1, "not DICOM": 1, "archive": 1}
    assert not alone["is_sample"]


def test_an_archive_too_large_for_the_time_is_estimated(tmp_path, monkeypatch):
    from dicomlab.cli import inside

    write_archive(tmp_path / "in", patients=4, instances=25)
    path = Path(shutil.make_archive(str(tmp_path / "export"), "tar", tmp_path / "in"))
    clock = iter(range(100_000))
    monkeypatch.setattr(inside.time, "monotonic", lambda: next(clock) * 0.01)
    monkeypatch.setattr(inside, "LEAST_SECONDS", 0.8)
    seen = survey.survey(path, seconds=0.1)
    assert 20 < seen.read.packed.files < 200
    assert not seen.read.packed.is_whole
    assert seen.is_sample
    assert 100 < seen.packed_files < 400  # there are 200


def test_broken_archives_and_packed_texts_are_told(dicomlab, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "cut.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    (tmp_path / "in" / "note.gz").write_bytes(gzip.compress(b"no DICOM"))
    ran = dicomlab("doctor", tmp_path / "in")
    assert ran.code == 3
    assert "1  the archive is broken or cut short; such as cut.zip" in ran.out
    assert "1  gzip data" in ran.out


def test_the_time_to_look_can_be_set(dicomlab, archive, monkeypatch):
    given = []
    monkeypatch.setattr(
        "dicomlab.cli.doctor.survey", lambda *a, seconds: given.append(seconds) or survey.survey(*a)
    )
    assert dicomlab("doctor", archive, "--seconds", "7").code == 3
    assert given == [7.0]
    assert dicomlab("doctor", archive, "--seconds", "0").code == 2


def test_a_listing_that_is_stopped_has_seen_the_upper_folders(tmp_path, monkeypatch):
    for top in "abc":
        for number in range(70):
            make = tmp_path / top / "deep" / f"{number}"
            make.mkdir(parents=True)
            (make / "file").write_text("x")
    ticks = iter(range(1000))
    monkeypatch.setattr(survey.time, "monotonic", lambda: next(ticks))
    listed = survey._list(open_source(tmp_path), 1.5)
    assert not listed.is_whole
    assert {key.removeprefix(str(tmp_path))[1] for key in listed.one_a_folder} > {"a"} or listed.files < 70


def test_the_size_of_the_catalog_is_about_what_it_becomes(dicomlab, tmp_path):
    write_archive(tmp_path / "in", patients=6, series=4, instances=25)
    said = json.loads(dicomlab("doctor", tmp_path / "in", "--json").out)
    dicomlab("scan", tmp_path / "in", "--into", tmp_path / "c")
    size = sum(path.stat().st_size for path in (tmp_path / "c").rglob("*") if path.is_file())
    assert size / 3 < said["catalog_bytes"] < size * 3


@pytest.mark.parametrize("columns", [80, 120])
def test_what_is_told_fits_the_terminal(dicomlab, archive, tmp_path, columns):
    (tmp_path / "in").mkdir()
    shutil.make_archive(str(tmp_path / "in" / "export"), "zip", archive)
    ran = dicomlab("doctor", tmp_path / "in", columns=columns)
    told = [line for line in ran.out.splitlines() if str(tmp_path) not in line]
    assert len(told) > 15
    assert max(map(len, told)) <= columns


def test_whole_files_are_fine_and_no_dicom_is_a_finding(dicomlab, tmp_path):
    assert dicomlab("doctor", make_archive(tmp_path / "whole", "CT_small.dcm")).code == 0
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "note.txt").write_text("no DICOM at all")
    ran = dicomlab("doctor", tmp_path / "none")
    assert ran.code == 1
    assert "no DICOM file" in ran.out


def test_an_empty_folder_is_told_as_such(dicomlab, tmp_path):
    ran = dicomlab("doctor", tmp_path)
    assert ran.code == 1
    assert "0 files" in " ".join(ran.out.split())


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_what_cannot_be_seen_is_counted_with_the_reason(dicomlab, tmp_path):
    make_archive(tmp_path / "archive", "CT_small.dcm")
    (tmp_path / "archive" / "lost.dcm").symlink_to(tmp_path / "nowhere.dcm")
    ran = dicomlab("doctor", tmp_path / "archive")
    assert ran.code == 3
    assert "1  the link leads nowhere" in ran.out


def test_a_broken_file_is_named_below_its_folder(archive, dicomlab):
    assert f"such as 5/{CUT}" in " ".join(dicomlab("doctor", archive).out.split())

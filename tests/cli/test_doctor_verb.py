"""`dicomlab doctor`: this computer, and what lies in a folder."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from dicomlab.cli import machine, survey
from dicomlab.cli.doctor import slow

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
    (folder / "old.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    said = " ".join(slow(survey.survey(folder)))
    assert "are deflated, broken or without preamble" in said
    assert "Packed files (zip, gzip, ...): 1." in said


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
    assert "0 files" in ran.out


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_what_cannot_be_seen_is_counted_with_the_reason(dicomlab, tmp_path):
    make_archive(tmp_path / "archive", "CT_small.dcm")
    (tmp_path / "archive" / "lost.dcm").symlink_to(tmp_path / "nowhere.dcm")
    ran = dicomlab("doctor", tmp_path / "archive")
    assert ran.code == 3
    assert "1  the link leads nowhere" in ran.out


def test_a_broken_file_is_named_below_its_folder(archive, dicomlab):
    assert f"such as 5/{CUT}" in " ".join(dicomlab("doctor", archive).out.split())

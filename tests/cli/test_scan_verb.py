"""`dicomlab scan` accounts for every file."""

from __future__ import annotations

import json
import shutil

import pytest

from .conftest import WHOLE, make_archive


@pytest.mark.slow
def test_every_file_that_was_met_is_accounted_for(archive, dicomlab, tmp_path):
    ran = dicomlab("scan", archive, "--into", tmp_path / "catalog", "--json")
    said = json.loads(ran.out)
    assert said["files"] == len(WHOLE) + 2 == sum(said["status"].values())
    assert said["status"]["read"] == len(WHOLE)
    not_whole = said["files"] - said["status"]["read"]
    assert sum(row["files"] for row in said["reasons"]) == not_whole == 2
    assert said["counts"]["files"] == said["files"]


@pytest.mark.slow
def test_the_summary_counts_what_the_tables_hold(archive, dicomlab, tmp_path):
    out = dicomlab("scan", archive, "--into", tmp_path / "catalog").out
    counted = {line.split()[0]: line.split() for line in out.splitlines() if line.startswith("    ")}
    assert (counted["read"][1], counted["partial"][1], counted["unreadable"][1]) == ("5", "1", "0")
    assert "1  not DICOM: a text file" in out
    assert f"dicomlab show {tmp_path / 'catalog'} errors" in out


@pytest.mark.slow
def test_a_scan_of_whole_files_ends_fine(dicomlab, tmp_path):
    folder = make_archive(tmp_path / "archive", *WHOLE)
    assert dicomlab("scan", folder, "--into", tmp_path / "catalog").code == 0


@pytest.mark.slow
def test_a_text_beside_dicom_is_no_failure(dicomlab, tmp_path):
    folder = make_archive(tmp_path / "archive", "CT_small.dcm")
    (folder / "note.txt").write_text("no DICOM at all")
    ran = dicomlab("scan", folder, "--into", tmp_path / "catalog", "--quiet")
    assert (ran.code, ran.out) == (0, "")


@pytest.mark.slow
def test_quiet_still_tells_what_could_not_be_read(archive, dicomlab, tmp_path):
    ran = dicomlab("scan", archive, "--into", tmp_path / "catalog", "--quiet")
    assert ran.code == 3
    assert "the file ends inside the header" in ran.out


@pytest.mark.slow
def test_a_second_scan_tells_only_what_is_new_or_gone(dicomlab, tmp_path):
    folder = make_archive(tmp_path / "archive", *WHOLE)
    call = ("scan", folder, "--into", tmp_path / "catalog", "--json")
    first = json.loads(dicomlab(*call).out)
    again = json.loads(dicomlab(*call).out)
    make_archive(folder / "more", "SC_rgb_small_odd.dcm")
    shutil.rmtree(folder / "0")
    third = json.loads(dicomlab(*call).out)
    news = [(said["new_or_changed"], said["gone"]) for said in (first, again, third)]
    assert news == [(len(WHOLE), 0), (0, 0), (1, 1)]
    assert third["files"] == len(WHOLE)


@pytest.mark.slow
def test_two_folders_in_one_catalog_are_counted_apart(dicomlab, tmp_path):
    one = make_archive(tmp_path / "one", "CT_small.dcm", "MR_small.dcm")
    two = make_archive(tmp_path / "two", "rtdose.dcm")
    dicomlab("scan", one, "--into", tmp_path / "catalog")
    said = json.loads(dicomlab("scan", two, "--into", tmp_path / "catalog", "--json").out)
    assert (said["files"], said["new_or_changed"], said["counts"]["files"]) == (1, 1, 3)


@pytest.mark.slow
def test_a_column_that_was_added_is_in_the_tables(dicomlab, tmp_path):
    folder = make_archive(tmp_path / "archive", "CT_small.dcm")
    dicomlab("scan", folder, "--into", tmp_path / "catalog", "--add", "PatientComments")
    shown = dicomlab("show", tmp_path / "catalog", "instances", "--columns", "PatientComments", "--phi")
    assert shown.code == 0


@pytest.mark.slow
def test_headers_are_not_kept_when_not_wanted(dicomlab, tmp_path):
    folder = make_archive(tmp_path / "archive", "CT_small.dcm")
    dicomlab("scan", folder, "--into", tmp_path / "catalog", "--no-headers", "--jobs", 1)
    assert "headers not kept" in dicomlab("show", tmp_path / "catalog").out


@pytest.mark.slow
def test_processes_and_threads_give_the_same_account(archive, dicomlab, tmp_path):
    said = [
        json.loads(dicomlab("scan", archive, "--into", tmp_path / b, "--backend", b, "--json").out)
        for b in ("threads", "processes")
    ]
    assert said[0]["status"] == said[1]["status"]
    assert said[0]["counts"] == said[1]["counts"]


def test_a_folder_without_dicom_is_a_wrong_call(dicomlab, tmp_path):
    (tmp_path / "note.txt").write_text("no DICOM at all")
    ran = dicomlab("scan", tmp_path, "--into", tmp_path / "catalog", "--json")
    assert ran.code == 2
    assert json.loads(ran.out)["error"].startswith("No DICOM in")
    assert not (tmp_path / "catalog").exists()

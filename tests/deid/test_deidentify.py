"""Folders, catalogs and cohorts become new folders: whole files, named by nothing of the original's."""

from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile

import pandas as pd
import pytest
from pydicom import dcmread

import dicomlab as dl
from dicomlab.deid import running
from dicomlab.errors import NoSuchSource, UnusableKey, WrongArgument
from tests.build import dataset, write, write_archive

TOKENS = ("Invented", "P0", "P1", "p0", "20240101", "20240102", "1.2.1.1.1")


@pytest.fixture
def archive(tmp_path):
    folder = write_archive(tmp_path / "in" / "Doe^John")
    (folder / "notes.txt").write_text("Doe^John")
    (folder / "cut").write_bytes((folder / "p0" / "s0" / "i0").read_bytes()[:-3])
    return folder


@pytest.fixture
def key(tmp_path):
    return dl.Key.make(tmp_path / "project.key")


def bytes_below(folder) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.slow
def test_each_file_has_an_outcome_and_the_output_is_a_catalog(archive, tmp_path, key):
    before = bytes_below(archive)
    rows = dl.deidentify(archive, tmp_path / "out", key=key, progress=False)
    assert rows["outcome"].value_counts().to_dict() == {"deidentified": 12, "withheld": 1, "left out": 1}
    assert set(rows["reason"]) == {"", "the file ends inside an element", "it is no DICOM file"}
    assert bytes_below(archive) == before
    catalog = dl.open_catalog(tmp_path / "out" / "catalog")
    assert len(catalog.instances) == 12
    assert catalog.patients["PatientID"].nunique() == 2
    assert len(catalog.series) == 4
    assert not dl.check(catalog).empty


def test_no_name_date_or_uid_is_in_anything_that_is_written(archive, tmp_path, key, capfd, caplog):
    dl.deidentify(archive, tmp_path / "out", key=key)
    written = bytes_below(tmp_path / "out" / "files") | bytes_below(tmp_path / "out" / "journal")
    said = capfd.readouterr()
    for token in (*TOKENS, "Doe"):
        assert not [name for name, data in written.items() if token in name or token.encode() in data], token
        assert token not in said.out + said.err + caplog.text


def test_files_and_folders_are_for_their_owner_only(archive, tmp_path, key):
    dl.deidentify(archive, tmp_path / "out", key=key, progress=False)
    for path in (tmp_path / "out").rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        if not path.is_relative_to(tmp_path / "out" / "catalog"):
            assert stat.S_IMODE(path.stat().st_mode) == wanted


def test_two_runs_and_two_machines_give_the_same_bytes(archive, tmp_path, key):
    other = tmp_path / "moved"
    archive.rename(other)
    first = dl.deidentify(other, tmp_path / "a", key=key, progress=False)
    again = dl.deidentify(other, tmp_path / "b", key=tmp_path / "project.key", jobs=1, progress=False)
    assert bytes_below(tmp_path / "a" / "files") == bytes_below(tmp_path / "b" / "files")
    assert first.equals(again)
    elsewhere = dl.deidentify(other, tmp_path / "c", progress=False)
    assert not set(elsewhere["to"]) & set(first["to"]) - {""}


def test_a_split_study_keeps_its_references(tmp_path, key):
    source = tmp_path / "in"
    for n in range(2):
        ds = dataset(PatientID="P", StudyInstanceUID="1.2.9", SeriesInstanceUID="1.2.9.1", Modality="MR")
        ds.SOPInstanceUID, ds.StudyDate = f"1.2.9.1.{n}", "20240101"
        ref = dataset()
        ref.ReferencedSOPClassUID, ref.ReferencedSOPInstanceUID = ds.SOPClassUID, f"1.2.9.1.{1 - n}"
        del ref.SOPClassUID, ref.SOPInstanceUID
        ds.ReferencedImageSequence = [ref]
        write(ds, source / str(n) / "file")
    for n in range(2):
        dl.deidentify(
            source / str(n), tmp_path / f"out{n}", key=key, recipe=dl.Recipe(dates="shift"), progress=False
        )
    new = [dcmread(next((tmp_path / f"out{n}" / "files").rglob("*.dcm"))) for n in range(2)]
    assert new[0].StudyInstanceUID == new[1].StudyInstanceUID
    assert new[0].StudyDate == new[1].StudyDate != "20240101"
    for n in range(2):
        assert new[n].ReferencedImageSequence[0].ReferencedSOPInstanceUID == new[1 - n].SOPInstanceUID


def test_a_second_run_does_only_what_is_new(archive, tmp_path, key, monkeypatch):
    first = dl.deidentify(archive, tmp_path / "out", key=key, progress=False)
    calls = []
    whole = running.cleaned_file
    monkeypatch.setattr(running, "cleaned_file", lambda *given: calls.append(1) or whole(*given))
    assert dl.deidentify(archive, tmp_path / "out", key=key, progress=False).equals(first)
    assert calls == []
    next((tmp_path / "out" / "files").rglob("*.dcm")).unlink()
    assert dl.deidentify(archive, tmp_path / "out", key=key, progress=False).equals(first)
    assert len(calls) == 1


def test_members_of_archives_are_not_done_twice(archive, tmp_path, key, monkeypatch):
    with zipfile.ZipFile(tmp_path / "in" / "x.zip", "w") as packed:
        packed.write(archive / "p0" / "s0" / "i0", "inside/i0")
        packed.write(archive / "notes.txt", "inside/notes.txt")
    first = dl.deidentify(tmp_path / "in", tmp_path / "out", key=key, progress=False)
    monkeypatch.setattr(running, "cleaned_file", None)
    assert dl.deidentify(tmp_path / "in", tmp_path / "out", key=key, progress=False).equals(first)


def test_another_key_or_recipe_in_the_same_folder_is_refused(archive, tmp_path, key):
    dl.deidentify(archive, tmp_path / "out", key=key, progress=False)
    for other in ({"key": None}, {"key": key, "recipe": "strict"}):
        with pytest.raises(WrongArgument, match="same key and recipe"):
            dl.deidentify(archive, tmp_path / "out", progress=False, **other)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(WrongArgument, match="empty folder"):
        dl.deidentify(archive, tmp_path / "full", key=key, progress=False)


def test_the_output_never_lies_in_the_input_nor_the_key_in_the_output(archive, tmp_path, key):
    (tmp_path / "link").symlink_to(archive)
    for to in (archive, archive / "out", archive.parent, tmp_path / "link" / "out"):
        with pytest.raises(WrongArgument, match="outside of the input"):
            dl.deidentify(archive, to, key=key, progress=False)
    dl.Key.make(tmp_path / "out" / "project.key")
    with pytest.raises(UnusableKey, match="to be shared"):
        dl.deidentify(archive, tmp_path / "out", key=tmp_path / "out" / "project.key", progress=False)
    with pytest.raises(NoSuchSource):
        dl.deidentify(tmp_path / "nowhere", tmp_path / "new", key=key, progress=False)
    assert not (tmp_path / "new").exists()


def test_a_dry_run_writes_nothing(archive, tmp_path):
    rows = dl.deidentify(archive, tmp_path / "out", dry_run=True, progress=False)
    assert not (tmp_path / "out").exists()
    assert (rows["outcome"] == "would be deidentified").sum() == 12


@pytest.mark.slow
def test_catalogs_cohorts_and_archives_give_the_same_files(archive, tmp_path, key):
    with zipfile.ZipFile(tmp_path / "in" / "x.zip", "w") as packed:
        packed.write(archive / "p0" / "s0" / "i0", "inside/i0")
    catalog = dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False)
    rows = dl.deidentify(catalog, tmp_path / "a", key=key, progress=False)
    assert (rows["outcome"] == "deidentified").sum() == 13
    cohort = dl.select(catalog, "Modality = 'CT'")
    rows = dl.deidentify(cohort, tmp_path / "b", key=key, progress=False)
    assert (rows["outcome"] == "deidentified").sum() == 7
    folder = dl.deidentify(tmp_path / "in", tmp_path / "c", key=key, progress=False)
    assert (folder["outcome"] == "deidentified").sum() == 13
    with pytest.raises(WrongArgument, match="masked"):
        dl.deidentify(catalog.masked, tmp_path / "d", key=key, progress=False)


def test_what_raises_for_one_file_withholds_it_alone(archive, tmp_path, key, monkeypatch, setting_aside):
    whole = running.cleaned_file

    def breaks(data, recipe, secret):
        if b"1.2.1.1.1" in data:
            raise RuntimeError("Invented^0")
        return whole(data, recipe, secret)

    monkeypatch.setattr(running, "cleaned_file", breaks)
    rows = dl.deidentify(archive, tmp_path / "out", key=key, progress=False)
    reasons = rows[rows["outcome"] == "withheld"]["reason"]
    assert any(reason.startswith("set aside: RuntimeError") for reason in reasons)
    assert not any("Invented" in reason for reason in reasons)
    assert (rows["outcome"] == "deidentified").sum() >= 10


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_whole_files_and_goes_on(tmp_path, key):
    source = write_archive(tmp_path / "in", patients=8, series=4, instances=12)
    code = (
        "import dicomlab as dl, sys; "
        "dl.deidentify(sys.argv[1], sys.argv[2], key=sys.argv[3], jobs=1, progress=False)"
    )
    run = subprocess.Popen([sys.executable, "-c", code, source, tmp_path / "out", tmp_path / "project.key"])
    while run.poll() is None and len(list(tmp_path.glob("out/files/*/*/*/*.dcm"))) < 40:
        time.sleep(0.02)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    for path in tmp_path.glob("out/files/*/*/*/*.dcm"):
        assert dcmread(io.BytesIO(path.read_bytes())).PatientIdentityRemoved == "YES"
    dl.deidentify(source, tmp_path / "out", key=tmp_path / "project.key", progress=False)
    dl.deidentify(source, tmp_path / "whole", key=tmp_path / "project.key", progress=False)
    assert bytes_below(tmp_path / "out" / "files") == bytes_below(tmp_path / "whole" / "files")
    assert (
        pd.read_json(next((tmp_path / "out" / "journal").glob("*.json")))["outcome"].eq("deidentified").all()
    )

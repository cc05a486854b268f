"""Catalogs of older formats are read, and brought up to date by whoever writes into them."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

import dicomlab as dl
from dicomlab.catalog import rebuild
from dicomlab.catalog.versions import FILE, FORMAT, read_state
from dicomlab.errors import NewerCatalog

FORMAT_1 = Path(__file__).with_name("format1.tar.gz")
"""Made by dicomlab 0.1.0: three MR instances, an enhanced one of two frames, a text file."""


@pytest.fixture
def old(tmp_path):
    with tarfile.open(FORMAT_1) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "catalog"


def test_a_catalog_of_format_1_is_read_as_it_is(old):
    catalog = dl.open_catalog(old)
    assert (len(catalog), len(catalog.files), len(catalog.frames)) == (4, 5, 0)
    assert catalog.frames.columns[0] == "file_key"
    assert catalog.instances["varies"].isna().all()
    assert catalog.series["n_instances"].tolist() == [4]
    assert read_state(old).format == 1


def test_writing_into_it_brings_it_up_to_date(old):
    catalog = dl.open_catalog(old).add_columns(["PatientOrientation"], progress=False)
    assert read_state(old).format == FORMAT
    assert catalog.frames["EchoTime"].tolist() == [10.0, 20.0]
    assert catalog.frames["RepetitionTime"].tolist() == [500.0, 500.0]
    enhanced = catalog.instances[catalog.instances["NumberOfFrames"] == 2].iloc[0]
    assert enhanced["RepetitionTime"] == 500.0
    assert enhanced["varies"].tolist() == ["EchoTime"]
    assert catalog.instances["PatientOrientation"].map(len).tolist() == [2, 2, 2, 2]
    assert catalog.series["n_frames"].tolist() == [5]
    assert len(catalog.files) == 5


def test_its_older_versions_can_still_be_opened(old):
    before = dl.open_catalog(old).versions["id"].iloc[0]
    dl.open_catalog(old).add_columns(["PatientOrientation"], progress=False)
    assert len(dl.open_catalog(old, version=before)) == 4


def test_a_kill_while_it_is_brought_up_to_date_changes_nothing(old, monkeypatch):
    monkeypatch.setattr(rebuild, "write_state", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        dl.open_catalog(old).add_columns(["PatientOrientation"], progress=False)
    monkeypatch.undo()
    assert read_state(old).format == 1
    assert len(dl.open_catalog(old)) == 4
    assert len(dl.open_catalog(old).add_columns(["PatientOrientation"], progress=False).frames) == 2


def test_a_catalog_of_a_later_format_is_refused_with_what_to_do(old):
    path = old / FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": FORMAT + 1, "made_by": "9.9"}))
    with pytest.raises(NewerCatalog, match=r"newer dicomlab \(9.9\).*pip install --upgrade"):
        dl.open_catalog(old)

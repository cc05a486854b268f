"""A catalog that is scanned every night stays small and quick, and loses nothing by it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from deltalake import DeltaTable

import dicomlab as dl
from dicomlab.catalog import compaction, store
from dicomlab.catalog.store import PLAIN_TABLES, Store
from dicomlab.catalog.versions import read_state
from dicomlab.errors import CannotWrite, NoCatalog, StateGone, WrongArgument
from tests.build import dataset, write

NIGHTS = 5
TABLES = ("patients", "studies", "series", "instances", "files", "problems")


def night(archive: Path, number: int) -> None:
    """What one day adds: a study of two files, one of which has a value that does not parse."""
    for i in range(2):
        ds = dataset(
            PatientID=f"P{number}",
            StudyInstanceUID=f"1.{number}",
            SeriesInstanceUID=f"1.{number}.1",
            SOPInstanceUID=f"1.{number}.1.{i}",
            Modality="CT",
            PatientComments=f"night {number}",
        )
        if i:
            ds.add_new(0x00180050, "LO", "thick")  # SliceThickness
        write(ds, archive / f"n{number}" / str(i))


@pytest.fixture(scope="module")
def grown(tmp_path_factory) -> Path:
    """An archive, and the catalog of five nights."""
    home = tmp_path_factory.mktemp("grown")
    for number in range(NIGHTS):
        night(home / "archive", number)
        dl.scan(home / "archive", home / "catalog", progress=False)
    return home


@pytest.fixture
def own(grown, tmp_path) -> dl.Catalog:
    """A copy that a test may change."""
    return dl.open_catalog(shutil.copytree(grown / "catalog", tmp_path / "own"))


def same(one: dl.Catalog, other: dl.Catalog) -> bool:
    """Whether two catalogs have the same rows."""
    for table in TABLES:
        frames = [c.read(table) for c in (one, other)]
        by = "file_key" if "file_key" in frames[0] else "PatientID"
        pd.testing.assert_frame_equal(*(f.sort_values(by, ignore_index=True) for f in frames))
    headers = [c.sql("SELECT * FROM headers ORDER BY file_key") for c in (one, other)]
    pd.testing.assert_frame_equal(*headers)
    return True


def parts(catalog: dl.Catalog, table: str) -> int:
    return len(list((catalog.path / table).glob("*.parquet")))


@pytest.mark.slow
def test_small_files_become_one_and_no_row_changes(own, grown):
    assert {parts(own, t) for t in ("files", "instances", "headers")} == {NIGHTS}
    before, size = dl.open_catalog(grown / "catalog"), Store(own.path).on_disk()
    compacted = own.compact(keep=1, progress=False)
    assert same(compacted, before)
    assert {parts(compacted, t) for t in (*PLAIN_TABLES, "series", "studies", "patients")} == {0, 1}
    assert Store(own.path).on_disk() < size
    assert len(compacted.header(compacted.files["file_key"].iloc[0])) > 0


def test_the_last_versions_can_still_be_opened_and_earlier_ones_not(own):
    ids = own.versions["id"].tolist()
    sizes = own.versions["instances"].tolist()
    compacted = own.compact(keep=3, progress=False)
    assert compacted.versions["id"].tolist() == ids[-3:]
    for name, size in zip(ids[-3:], sizes[-3:], strict=True):
        assert len(dl.open_catalog(own.path, version=name).instances) == size
    with pytest.raises(NoCatalog, match="no version"):
        dl.open_catalog(own.path, version=ids[0])


def test_a_catalog_opened_before_says_that_it_is_to_be_opened_anew(own):
    own.compact(keep=1, progress=False)
    with pytest.raises(StateGone, match="Open it anew"):
        own.files  # noqa: B018


def test_a_second_compaction_changes_nothing(own):
    own.compact(keep=2, progress=False)
    names = sorted(str(p) for p in own.path.rglob("*.parquet"))
    state = read_state(own.path)
    dl.open_catalog(own.path).compact(keep=2, progress=False)
    assert sorted(str(p) for p in own.path.rglob("*.parquet")) == names
    assert read_state(own.path).tables == state.tables


@pytest.mark.slow
def test_a_compacted_catalog_is_scanned_and_widened_as_before(own, grown, tmp_path):
    archive = shutil.copytree(grown / "archive", tmp_path / "archive")
    catalog = dl.scan(archive, tmp_path / "new", progress=False).compact(progress=False)
    (archive / "n0" / "0").unlink()
    night(archive, 9)
    catalog = dl.scan(archive, catalog.path, progress=False)
    wider = catalog.add_columns(["PatientComments"], progress=False)
    assert sorted(wider.instances["PatientComments"].unique())[-1] == "night 9"
    assert len(wider) == 2 * NIGHTS + 1
    assert wider.instances["file_key"].is_unique


@pytest.mark.parametrize("keep", [0, -1])
def test_at_least_one_version_is_kept(own, keep):
    with pytest.raises(WrongArgument, match="keep"):
        own.compact(keep=keep)


@pytest.mark.slow
def test_a_scan_writes_small_files_together_when_there_are_many(tmp_path, monkeypatch):
    monkeypatch.setattr(compaction, "MANY", 3)
    made = []
    for number in range(6):
        night(tmp_path / "archive", number)
        made.append(dl.scan(tmp_path / "archive", tmp_path / "catalog", progress=False))
        state = read_state(tmp_path / "catalog")
        assert len(Store(tmp_path / "catalog").parts("instances", state.tables["instances"])) <= 3
    for number, version in enumerate(made[-1].versions["id"]):  # no version is lost by it
        assert len(dl.open_catalog(tmp_path / "catalog", version=version)) == 2 * (number + 1)
    whole = dl.scan(tmp_path / "archive", tmp_path / "whole", progress=False)
    assert same(made[-1], whole)


def test_files_of_many_rows_are_left_as_they_are(own, monkeypatch):
    monkeypatch.setattr(compaction, "PART_ROWS", 4)
    compacted = own.compact(keep=1, progress=False)
    assert parts(compacted, "instances") == NIGHTS  # two rows are no less than half of four


def test_files_grow_to_their_bound_and_not_beyond(own, monkeypatch):
    monkeypatch.setattr(compaction, "PART_ROWS", 6)
    state = read_state(own.compact(keep=1, progress=False).path)
    rows = [part.rows for part in Store(own.path).parts("instances", state.tables["instances"])]
    assert sorted(rows) == [4, 6]


def test_what_killed_scans_left_behind_is_deleted_and_nothing_of_others(own):
    for name in ("instances/stray.parquet", "headers/stray.parquet.part", "files/notes.txt"):
        (own.path / name).write_bytes(b"x")
    own.compact(keep=1, progress=False)
    assert not (own.path / "instances" / "stray.parquet").exists()
    assert not (own.path / "headers" / "stray.parquet.part").exists()
    assert (own.path / "files" / "notes.txt").exists()


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 3, 5, 6, 20])  # commits, catalog.json, deletions
def test_a_compaction_cut_short_at_any_step_leaves_the_catalog_whole(own, grown, monkeypatch, step):
    calls = []

    def failing(work):
        def stop(*given, **more):
            calls.append(work)
            if len(calls) > step:
                raise KeyboardInterrupt
            return work(*given, **more)

        return stop

    with monkeypatch.context() as cut:
        cut.setattr(Store, "_commit_table", failing(Store._commit_table))
        cut.setattr(compaction, "write_state", failing(compaction.write_state))
        cut.setattr(store, "_shorten_log", failing(store._shorten_log))
        cut.setattr(Path, "unlink", failing(Path.unlink))
        with pytest.raises(KeyboardInterrupt):
            own.compact(keep=1, progress=False)
    before = dl.open_catalog(grown / "catalog")
    assert same(dl.open_catalog(own.path), before)
    assert same(dl.open_catalog(own.path).compact(keep=1, progress=False), before)
    assert parts(own, "instances") == parts(own, "series") == 1


def test_earlier_versions_outlive_the_month_that_delta_keeps_its_log(tmp_path, monkeypatch):
    night(tmp_path / "archive", 0)
    catalog = dl.scan(tmp_path / "archive", tmp_path / "catalog", progress=False)
    first = catalog.versions["id"].iloc[0]
    folder, state = Store(catalog.path), read_state(catalog.path)
    often = {"delta.checkpointInterval": "5"}  # Delta looks after its log when it writes a checkpoint
    DeltaTable(str(catalog.path / "problems")).alter.set_table_properties(often)
    for _ in range(16):
        state = folder.commit(state, [], gone={"problems": []})
        for path in (catalog.path / "problems" / "_delta_log").iterdir():
            os.utime(path, (0, 0))
    assert len(dl.open_catalog(catalog.path, version=first).problems) == 1


@pytest.mark.slow
def test_a_disk_that_is_full_leaves_the_catalog_as_it_was(own, grown, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.PartWriter, "write", full)
    with pytest.raises(CannotWrite, match="the disk is full"):
        own.compact(progress=False)
    monkeypatch.undo()
    assert same(dl.open_catalog(own.path), dl.open_catalog(grown / "catalog"))

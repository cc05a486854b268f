"""Catalogs of older formats are read, and brought up to date by whoever writes into them."""

from __future__ import annotations

import json
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import dicomlab as dl
from dicomlab.catalog import rebuild
from dicomlab.catalog.place import place_of
from dicomlab.catalog.rebuild import open_for_writing
from dicomlab.catalog.store import Store
from dicomlab.catalog.versions import FILE, FORMAT, read_state, write_state
from dicomlab.errors import DamagedCatalog, NewerCatalog, NoCatalog
from dicomlab.header.units import RULES
from dicomlab.schema.columns import Columns
from dicomlab.schema.units import unit_columns
from tests.build import dataset, write, write_archive

FORMAT_1 = Path(__file__).with_name("format1.tar.gz")
"""Made by dicomlab 0.1.0: three MR instances, an enhanced one of two frames, a text file."""


@pytest.fixture
def old(tmp_path):
    with tarfile.open(FORMAT_1) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.0 to 3.11.3 have none
        archive.extractall(tmp_path)
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


def test_its_columns_in_one_unit_are_worked_out(old):
    assert dl.open_catalog(old).instances["echo_time_ms"].isna().all()  # nobody wrote it yet
    catalog = dl.open_catalog(old).add_columns(["PatientOrientation"], progress=False)
    assert catalog.frames["echo_time_ms"].tolist() == [10.0, 20.0]
    assert catalog.instances["repetition_time_ms"].dropna().tolist() == [500.0]
    assert catalog.series["echo_time_ms"].tolist() == [15.0]


@pytest.mark.slow
@pytest.mark.parametrize("keep_headers", [True, False])
def test_frames_of_format_2_get_the_columns_that_they_lack(tmp_path, keep_headers):
    new, folder = ["real_world_units", "real_world_labels"], tmp_path / "catalog"
    write(dataset(NumberOfFrames=2, ExposureInmAs=5.0), tmp_path / "archive" / "one")
    dl.scan(tmp_path / "archive", folder, keep_headers=keep_headers, progress=False)
    store, state = Store(folder), read_state(folder)
    for table, drop in (("frames", new), ("instances", [])):
        paths = store.paths(table, state.tables[table])
        rows = pq.read_table(paths).drop_columns(drop)
        if table == "instances":  # what nobody looked for then
            at = rows.schema.get_field_index("Exposure")
            rows = rows.set_column(at, rows.schema.field(at), pa.nulls(len(rows), rows.schema.field(at).type))
        with store.writer(table, f"old-{table}.parquet") as writer:
            writer.write(rows)
        state = store.commit(state, [writer.part], gone={table: [Path(path).name for path in paths]})
    write_state(folder, replace(state, format=2))
    write(dataset(SOPInstanceUID="1.2.4", NumberOfFrames=2), tmp_path / "archive" / "two")
    catalog = dl.scan(tmp_path / "archive", folder, progress=False)
    assert (len(catalog.frames), read_state(folder).format) == (4, FORMAT)
    assert catalog.instances["Exposure"].dropna().tolist() == ([5.0] if keep_headers else [])


def test_without_headers_they_come_from_the_columns_that_are_stored(tmp_path):
    archive, folder = write_archive(tmp_path / "archive"), tmp_path / "catalog"
    dl.scan(archive, folder, keep_headers=False, progress=False)
    ours = [found.column.name for found in unit_columns(Columns().names)]
    store, state = Store(folder), read_state(folder)
    paths = store.paths("instances", state.tables["instances"])
    with store.writer("instances", "old.parquet") as writer:
        writer.write(pq.read_table(paths).drop_columns([*ours, "acquired_at_utc"]))
    state = store.commit(state, [writer.part], gone={"instances": [Path(path).name for path in paths]})
    write_state(folder, replace(state, format=1))
    write(dataset(EchoTime="7", RepetitionTime="500"), archive / "one_more")
    rows = dl.scan(archive, folder, progress=False).instances
    assert read_state(folder).format == FORMAT
    assert sorted(rows["echo_time_ms"].dropna()) == [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 7.0]
    assert rows["acquired_at_utc"].isna().all()


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


def test_what_is_written_down_is_read_again(old):
    state = replace(read_state(old).with_version("a source", 1.5), sources={"/a": {"mounts": ["/a/b"]}})
    write_state(old, state)
    assert read_state(old) == state
    lines = (old / FILE).read_text().splitlines()
    assert sum('"a source"' in line for line in lines) == 1  # a line a version, for those who look into it


def changed(folder: Path, **words: object) -> None:
    path = folder / FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | words))


def test_words_that_a_later_version_added_are_passed_over(old):
    found = json.loads((old / FILE).read_text())
    versions = [version | {"mood": "good"} for version in found["versions"]]
    changed(old, versions=versions, weather="fine")
    assert len(dl.open_catalog(old)) == 4
    assert len(dl.open_catalog(old).add_columns(["PatientOrientation"], progress=False)) == 4


@pytest.mark.parametrize("words", [{"columns": None}, {"versions": [1]}, {"versions": [{"id": "x"}]}])
def test_a_catalog_json_that_is_not_ours_is_refused(old, words):
    changed(old, **words)
    with pytest.raises(NoCatalog, match="is not as dicomlab wrote it"):
        dl.open_catalog(old)


def test_a_catalog_json_that_lacks_what_is_needed_is_refused(old):
    (old / FILE).write_text(json.dumps({"format": FORMAT, "columns": [], "versions": []}))
    with pytest.raises(NoCatalog, match="is not as dicomlab wrote it"):
        dl.open_catalog(old)


def test_tables_without_a_catalog_json_are_not_taken_for_nothing(old, tmp_path):
    (old / FILE).unlink()
    with pytest.raises(DamagedCatalog, match=f"{FILE} is missing. Bring it back from a backup"):
        dl.open_catalog(old)
    with pytest.raises(DamagedCatalog, match="backup, or scan into a new catalog"):
        dl.scan(old.parent, old, progress=False)


@pytest.mark.parametrize("table", ["instances", "files", "headers", "series"])
@pytest.mark.parametrize("damage", ["deleted", "cut short"])
def test_a_part_that_is_missing_or_cut_is_named_with_what_to_do(old, table, damage):
    for path in (old / table).glob("*.parquet"):
        if damage == "deleted":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:100])
    catalog = dl.open_catalog(old)
    said = rf"{table}/\S+\.parquet is missing or cut short\. Bring it back"
    for work in (
        lambda: catalog.sql(f"SELECT * FROM {table}"),
        lambda: dl.scan(Path(__file__).parent, old, progress=False),
        lambda: catalog.compact(progress=False),
        lambda: catalog.add_columns(["PatientOrientation"], progress=False),
    ):
        with pytest.raises(DamagedCatalog, match=said):
            work()


def test_a_log_that_is_missing_is_named(old):
    shutil.rmtree(old / "files" / "_delta_log")
    with pytest.raises(DamagedCatalog, match="the log of files cannot be read"):
        dl.open_catalog(old).files  # noqa: B018
    with pytest.raises(DamagedCatalog, match="the log of files cannot be read"):
        dl.scan(Path(__file__).parent, old, progress=False)


def test_a_catalog_without_headers_of_an_older_format_takes_new_rows(old, tmp_path):
    changed(old, keep_headers=False)
    write_archive(tmp_path / "more", patients=1)
    catalog = dl.scan(tmp_path / "more", old, progress=False)
    assert len(catalog.instances) == 4 + 6
    compacted = catalog.compact(keep=1, progress=False)
    assert compacted.instances.sort_values("file_key", ignore_index=True).equals(
        catalog_rows := dl.open_catalog(old).instances.sort_values("file_key", ignore_index=True)
    )
    assert len(catalog_rows) == len(compacted.files) - 1 == 10


def test_a_cell_that_raises_on_the_way_is_a_problem(tmp_path, monkeypatch, setting_aside):
    folder = tmp_path / "catalog"
    dl.scan(write_archive(tmp_path / "archive"), folder, keep_headers=False, progress=False)
    write_state(folder, replace(read_state(folder), format=1))

    def raises(given):
        raise ZeroDivisionError

    monkeypatch.setitem(RULES, "echo_time_ms", raises)
    state = open_for_writing(place_of(folder), read_state(folder))
    assert state.format == FORMAT
    catalog = dl.open_catalog(folder)
    assert set(catalog.problems["column"]) == {"echo_time_ms"}
    assert sorted(catalog.problems["file_key"]) == sorted(catalog.instances["file_key"])
    assert catalog.problems["reason"].str.startswith("set aside: ZeroDivisionError").all()
    assert catalog.instances["echo_time_ms"].isna().all()
    assert catalog.instances["EchoTime"].notna().all()


def test_what_did_not_parse_in_files_without_a_kept_header_stays_known(tmp_path):
    archive = write_archive(tmp_path / "archive", patients=1)
    write(dataset(EchoTime="7"), archive / "odd")
    odd = archive / "odd"
    odd.write_bytes(odd.read_bytes().replace(b"\x02\x007 ", b"\x02\x00x "))
    catalog = dl.scan(archive, tmp_path / "catalog", progress=False)
    assert (catalog.problems["column"] == "EchoTime").sum() == 1
    store, state = Store(tmp_path / "catalog"), read_state(tmp_path / "catalog")
    with store.writer("headers", "none.parquet") as writer:
        kept = pq.read_table(store.paths("headers", state.tables["headers"]))
        key = catalog.problems.query("column == 'EchoTime'")["file_key"].iloc[0]
        writer.write(kept.filter(pc.not_equal(kept["file_key"], key)))
    gone = {"headers": [Path(path).name for path in store.paths("headers", state.tables["headers"])]}
    write_state(tmp_path / "catalog", store.commit(state, [writer.part], gone=gone))
    after = dl.open_catalog(tmp_path / "catalog").add_columns(["PatientOrientation"], progress=False)
    assert (after.problems["column"] == "EchoTime").sum() == 1
    assert len(after.problems) == len(catalog.problems)
    assert len(after) == len(catalog)

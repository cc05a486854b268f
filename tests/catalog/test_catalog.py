"""What can be asked of a catalog, and what cannot."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

import dicomlab as dl
from dicomlab.catalog.versions import FILE, FORMAT
from dicomlab.errors import (
    BadQuery,
    CatalogBusy,
    MissingColumn,
    NoCatalog,
    NoHeaders,
    NoSuchKey,
    NoSuchTable,
    UnknownColumn,
)
from dicomlab.schema.arrow import instance_schema
from tests.build import dataset, write, write_archive


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    folder = write_archive(tmp_path_factory.mktemp("made") / "archive")
    ds = dataset(
        PatientID="<b>P</b>",
        StudyInstanceUID="1.3",
        SeriesInstanceUID="1.3.1",
        SOPInstanceUID="1.3.1.1",
        Modality="PT",
        AcquisitionTime="235959.999999",
        TimeOfLastCalibration=["010203", "040506"],
        ImageType=["ORIGINAL", "PRIMARY"],
        PatientComments="kept in the header",
        Manufacturer="<script>alert(1)</script>",
    )
    ds.add_new(0x00180088, "DS", "2.5")
    ds.add_new(0x00190010, "LO", "ACME 1")
    ds.add_new(0x00191094, "SS", 42)
    write(ds, folder / "pt")
    (folder / "note.txt").write_text("no DICOM")
    return folder


@pytest.fixture(scope="module")
def catalog(archive, tmp_path_factory) -> dl.Catalog:
    return dl.scan(archive, into=tmp_path_factory.mktemp("made") / "catalog", progress=False)


@pytest.fixture
def own(catalog, tmp_path) -> dl.Catalog:
    """A copy that a test may change."""
    shutil.copytree(catalog.path, tmp_path / "own")
    return dl.open_catalog(tmp_path / "own")


def test_a_series_has_what_its_instances_share_and_says_what_varies(catalog):
    series = catalog.series.set_index("SeriesInstanceUID").loc["1.2.1.1"]
    assert series["n_instances"] == 3
    assert series["SliceThickness"] == 2.5
    assert series["KVP"] == 120.0  # the median of 100, 120, 140
    assert series["varies"].tolist() == []
    assert series["first_acquired_at"] == pd.Timestamp("2024-01-01 10:15")


def test_what_differs_inside_a_series_is_null_and_named(tmp_path):
    for i, kernel in enumerate(["B30", "B70"]):
        ds = dataset(PatientID="P", StudyInstanceUID="1", SeriesInstanceUID="1", ConvolutionKernel=kernel)
        ds.SOPInstanceUID = f"1.{i}"
        ds.PatientWeight = str(70 + i)
        write(ds, tmp_path / "archive" / str(i))
    made = dl.scan(tmp_path / "archive", into=tmp_path / "catalog", progress=False)
    series, study = made.series.iloc[0], made.studies.iloc[0]
    assert series["ConvolutionKernel"] is None
    assert set(series["varies"]) == {"ConvolutionKernel", "PatientWeight"}
    assert pd.isna(study["PatientWeight"])
    assert study["varies"].tolist() == ["PatientWeight"]


def test_tables_have_the_types_that_the_schema_promises(catalog):
    rows = catalog.instances
    assert rows.columns.tolist() == instance_schema(catalog.columns).names
    pt = rows[rows["Modality"] == "PT"].iloc[0]
    assert rows["SeriesNumber"].dtype == "Int64"
    assert rows["StudyDate"].dtype.kind == "M"
    assert pt["AcquisitionTime"] == dt.time(23, 59, 59, 999999)
    assert list(pt["TimeOfLastCalibration"]) == [dt.time(1, 2, 3), dt.time(4, 5, 6)]
    assert list(pt["ImageType"]) == ["ORIGINAL", "PRIMARY"]
    assert pt["SpacingBetweenSlices"] == 2.5
    assert catalog.series["AcquisitionTime"].dropna().iloc[0] == dt.time(23, 59, 59, 999999)


def test_part_of_a_table_can_be_read(catalog):
    found = catalog.read("series", ["Modality", "n_instances"], where="Modality = 'CT'")
    assert found.columns.tolist() == ["Modality", "n_instances"]
    assert found["n_instances"].tolist() == [3, 3]


def test_names_that_do_not_exist_get_the_nearest_one(catalog):
    with pytest.raises(MissingColumn, match="Did you mean 'Modality'"):
        catalog.read("series", ["Modalty"])
    with pytest.raises(NoSuchTable, match="It has: patients, studies"):
        catalog.read("serie")


def test_sql_reads_every_table(catalog):
    for table in ("patients", "studies", "series", "instances", "files", "errors", "problems", "headers"):
        assert catalog.sql(f"SELECT count(*) AS n FROM {table}")["n"].iloc[0] >= 0
    found = catalog.sql("SELECT Modality, sum(n_instances) AS n FROM series GROUP BY 1 ORDER BY 1")
    assert dict(zip(found["Modality"], found["n"], strict=True)) == {"CT": 6, "MR": 6, "PT": 1}


@pytest.mark.parametrize(
    "query",
    [
        "DROP VIEW series",
        "DELETE FROM series",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1; SELECT 2",
        "COPY (SELECT 1) TO '{path}'",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM '{secret}'",
        "ATTACH '{path}' AS other",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "SELECT nonsense FROM series",
        "not sql at all",
        "",
    ],
)
def test_sql_can_neither_write_nor_leave_the_catalog(catalog, tmp_path, query):
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadQuery, match="The query was not run"):
        catalog.sql(query.format(path=tmp_path / "out", secret=tmp_path / "secret.csv"))
    assert not (tmp_path / "out").exists()


def test_a_catalog_whose_path_has_quotes_works(catalog, tmp_path):
    shutil.copytree(catalog.path, tmp_path / 'it\'s "mine"')
    assert len(dl.open_catalog(tmp_path / 'it\'s "mine"').series) == 5


def test_the_header_comes_from_the_catalog_without_the_file(catalog, tmp_path):
    key = catalog.read("instances", ["file_key"], where="Modality = 'PT'")["file_key"].iloc[0]
    found = catalog.header(key)
    assert found.PatientComments == "kept in the header"
    assert found[0x00191094].value == 42
    with pytest.raises(NoSuchKey, match="file_key"):
        catalog.header("nowhere")


def test_columns_are_added_without_the_archive(own):
    columns = own.columns.add("PatientComments").add_private("ACME 1", 0x0019, 0x94, "gain", vr="SS")
    wider = own.add_columns(columns, progress=False)
    pt = wider.read("instances", where="Modality = 'PT'").iloc[0]
    assert (pt["PatientComments"], pt["gain"]) == ("kept in the header", 42)
    assert wider.counts["instances"] == 13
    assert "gain" in wider.series
    assert dl.open_catalog(own.path).columns == columns


@pytest.mark.slow
def test_columns_added_later_are_those_of_a_scan_with_them(own, archive, tmp_path):
    wider = own.add_columns(["PatientComments", "ImageComments"], progress=False)
    again = dl.scan(
        archive,
        tmp_path / "again",
        columns=own.columns.add("PatientComments", "ImageComments"),
        progress=False,
    )
    by_key = [c.instances.sort_values("file_key", ignore_index=True) for c in (wider, again)]
    pd.testing.assert_frame_equal(by_key[0][sorted(by_key[0])], by_key[1][sorted(by_key[1])])


def test_added_columns_survive_the_next_scan(own, archive):
    own.add_columns(["PatientComments"], progress=False)
    write(dataset(PatientComments="new", StudyInstanceUID="1", SeriesInstanceUID="1"), archive / "later")
    try:
        catalog = dl.scan(archive, own.path, progress=False)
    finally:
        (archive / "later").unlink()
    assert sorted(catalog.instances["PatientComments"].dropna()) == ["kept in the header", "new"]


def test_columns_are_not_added_while_somebody_writes(own):
    with FileLock(own.path / ".lock"), pytest.raises(CatalogBusy):
        own.add_columns(["PatientComments"], progress=False)


@pytest.mark.slow
def test_columns_are_not_added_on_top_of_what_a_killed_scan_left(own, archive, monkeypatch):
    write(dataset(PatientComments="new", StudyInstanceUID="1", SeriesInstanceUID="1"), archive / "later")
    calls = []

    def killed(folder, state):
        calls.append(state)
        if len(calls) == 2:
            raise KeyboardInterrupt

    try:
        with monkeypatch.context() as cut:
            cut.setattr("dicomlab.scanner.engine.write_state", killed)
            with pytest.raises(KeyboardInterrupt):
                dl.scan(archive, own.path, progress=False)
    finally:
        (archive / "later").unlink()
    wider = own.add_columns(["PatientComments"], progress=False)
    assert wider.counts["files"] == 14
    assert wider.instances["PatientComments"].dropna().tolist() == ["kept in the header"]


def test_a_word_that_is_no_keyword_is_refused(own):
    with pytest.raises(UnknownColumn, match="Did you mean"):
        own.add_columns(["PatientComment"])


def test_a_catalog_without_headers_says_so(archive, tmp_path):
    catalog = dl.scan(archive, tmp_path / "catalog", keep_headers=False, progress=False)
    assert catalog.counts["instances"] == 13
    with pytest.raises(NoHeaders, match="keep_headers=True"):
        catalog.header(catalog.files["file_key"].iloc[0])
    with pytest.raises(NoHeaders):
        catalog.add_columns(["PatientComments"])


def test_headers_are_far_smaller_than_the_files(catalog, archive):
    kept = sum(p.stat().st_size for p in (catalog.path / "headers").glob("*.parquet"))
    assert kept < sum(p.stat().st_size for p in archive.rglob("*") if p.is_file())


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format": "x"}'])
def test_a_catalog_that_cannot_be_read_says_how_to_make_one(own, damage):
    (own.path / FILE).write_text(damage)
    with pytest.raises(NoCatalog, match="dicomlab scan FOLDER --into"):
        dl.open_catalog(own.path)
    with pytest.raises(NoCatalog):
        dl.open_catalog(own.path / "nowhere")


def test_the_card_is_short_and_escapes_what_it_shows(catalog):
    text, html = repr(catalog), catalog._repr_html_()
    assert "3 patients, 3 studies, 5 series, 13 instances" in text
    assert "1 of 14 files were not wholly read" in text
    assert "not DICOM: a text file" in html
    assert "<script>" not in html
    assert "<b>P</b>" not in html


def test_versions_say_when_and_how_much(catalog):
    (version,) = catalog.versions.to_dict("records")
    assert version["instances"] == 13
    assert version["made"].tzinfo is not None
    assert json.loads((catalog.path / FILE).read_text())["format"] == FORMAT

"""Tables as files for other programs."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import warnings

import pandas as pd
import pyarrow.parquet as pq
import pytest

import dicomlab as dl
from dicomlab.catalog.catalog import SHOWN_TABLES
from dicomlab.catalog.cells import csv_sql
from dicomlab.errors import BadQuery, MissingColumn, NoHeaders, NoSuchTable, WrongArgument
from dicomlab.schema.formulas import harmless
from tests.build import dataset, write

HOSTILE = [
    "=1+1",
    "+SUM(A1)",
    "-5.2",
    "-2+3",
    "@x",
    "  =1",
    "1E5",
    "+",
    "＝1",
    'a "b", c',
    "Große^Ärztin",
    "x;y",
    "plain",
]


def unchecked(**values):
    """A data set with values that pydicom warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dataset(**values)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """An archive of texts that spreadsheets run, lists, and a header that does not fit JSON."""
    folder = tmp_path_factory.mktemp("export")
    for n, text in enumerate(HOSTILE):
        ds = unchecked(
            SpecificCharacterSet="ISO_IR 192",
            PatientID=f"P{n:02d}",
            PatientName="Invented^Name",
            SeriesDescription=text,
            ProtocolName=text,
            Modality="CT",
            StudyInstanceUID=f"1.2.{n + 1}",
            SeriesInstanceUID=f"1.2.{n + 1}.1",
            SOPInstanceUID=f"1.2.{n + 1}.1.1",
            StudyDate="20240131",
            StudyTime="101500.25",
            AcquisitionDate="20240131",
            AcquisitionTime="101501.5",
            ImageType=["ORIGINAL", "PRIMARY", "=AXIAL"],
            PixelSpacing=["0.5", "-0.5"],
            KVP=str(-100 - n),
        )
        write(ds, folder / "archive" / f"{n}")
    (folder / "archive" / "note.txt").write_text("no DICOM")
    return dl.scan(folder / "archive", into=folder / "catalog", progress=False)


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_no_cell_of_a_csv_is_run_and_numbers_stay(catalog, tmp_path):
    rows = rows_of(catalog.export(tmp_path / "x.csv", where="true"))
    assert sorted(row["SeriesDescription"] for row in rows) == sorted(
        harmless(text.strip()) for text in HOSTILE
    )
    assert [row["ProtocolName"][0] for row in rows if row["ProtocolName"].endswith("1+1")] == ["'"]
    assert sorted(float(row["KVP"]) for row in rows)[0] == -100 - len(HOSTILE) + 1
    assert {row["PixelSpacing"] for row in rows} == {"0.5\\-0.5"}
    assert {row["ImageType"] for row in rows} == {"ORIGINAL\\PRIMARY\\=AXIAL"}
    assert {row["StudyDate"] for row in rows} == {"2024-01-31"}
    assert {row["first_acquired_at"] for row in rows} == {"2024-01-31 10:15:01.5"}


@pytest.mark.parametrize(
    "text", [*HOSTILE, "\t=1", "-", "- 5", "-5.2 ", "--5", "1-2", "", "+4.e3", "－5", "\n@"]
)
def test_sql_and_python_agree_on_what_is_harmless(catalog, text):
    import pyarrow as pa

    table = pa.table({"a b": [text]})
    found = catalog.arrow(f"SELECT {csv_sql(table.schema.field(0))} AS x FROM given", {"given": table})
    assert found["x"].to_pylist() == [harmless(text)]


def test_excel_knows_a_csv_for_utf_8(catalog, tmp_path):
    raw = catalog.export(tmp_path / "x.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert "Große^Ärztin" in raw.decode("utf-8-sig")


def test_a_list_that_begins_with_a_formula_is_harmless(catalog, tmp_path):
    flat = rows_of(catalog.export(tmp_path / "x.csv", table="instances", columns=["ImageType"]))
    assert not any(cell.startswith("=") for row in flat for cell in row.values())


def test_json_lines_are_one_object_a_row(catalog, tmp_path):
    lines = catalog.export(tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert len(rows) == len(catalog.series)
    assert list(rows[0]) == catalog.series.columns.tolist()
    assert rows[0]["PixelSpacing"] == [0.5, -0.5]
    assert rows[0]["first_acquired_at"] == "2024-01-31T10:15:01.5"
    assert rows[0]["StudyTime"] == "10:15:00.25"
    assert rows[0]["EchoTime"] is None
    flat = json.loads(catalog.export(tmp_path / "f.jsonl", nested="flat").read_text().splitlines()[0])
    assert flat["PixelSpacing"] == "0.5\\-0.5"


def test_parquet_is_the_table(catalog, tmp_path):
    made = pq.read_table(catalog.export(tmp_path / "x.parquet", table="instances"))
    assert made.schema.equals(catalog.arrow("FROM instances").schema)
    assert made.num_rows == len(catalog)
    flat = pq.read_table(catalog.export(tmp_path / "f.parquet", table="instances", nested="flat"))
    assert set(flat["PixelSpacing"].to_pylist()) == {"0.5\\-0.5"}


def test_sqlite_has_all_tables_with_keys_and_indices(catalog, tmp_path):
    with sqlite3.connect(catalog.export(tmp_path / "x.sqlite")) as made:
        names = [
            name
            for (name,) in made.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
        ]
        keys = made.execute(
            "SELECT name FROM pragma_table_info('series') WHERE pk > 0 ORDER BY pk"
        ).fetchall()
        index = made.execute(
            "SELECT count(*) FROM pragma_index_list('instances') WHERE name LIKE 'idx%'"
        ).fetchone()
        spacing = made.execute("SELECT DISTINCT PixelSpacing FROM series").fetchall()
        kvp = made.execute(
            "SELECT typeof(KVP), typeof(Rows), typeof(StudyDate) FROM series LIMIT 1"
        ).fetchone()
        plan = made.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM instances WHERE SeriesInstanceUID = '1'"
        ).fetchone()
        counts = {name: made.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    made.close()
    assert counts == catalog.counts
    assert names == list(SHOWN_TABLES)
    assert [name for (name,) in keys] == ["PatientID", "StudyInstanceUID", "SeriesInstanceUID"]
    assert index[0] >= 5
    assert spacing == [("[0.5,-0.5]",)]
    assert kvp == ("real", "null", "text")
    assert "INDEX idx_instances_SeriesInstanceUID" in plan[3]


def test_sqlite_has_no_primary_key_where_one_is_missing(tmp_path):
    for n, patient in enumerate([{"PatientID": "P1"}, {}]):
        uids = {"StudyInstanceUID": f"1.2.{n + 1}", "SeriesInstanceUID": f"1.2.{n + 1}.1"}
        ds = dataset(Modality="CT", SOPInstanceUID=f"1.2.{n + 1}.1.1", **uids, **patient)
        write(ds, tmp_path / "archive" / f"{n}")
    catalog = dl.scan(tmp_path / "archive", into=tmp_path / "catalog", progress=False)
    with sqlite3.connect(catalog.export(tmp_path / "x.sqlite")) as made:
        keys = {
            table: made.execute(f"SELECT count(*) FROM pragma_table_info('{table}') WHERE pk > 0").fetchone()[
                0
            ]
            for table in ("patients", "instances")
        }
        indices = [row[1] for row in made.execute("SELECT * FROM pragma_index_list('patients')")]
    made.close()
    assert keys == {"patients": 0, "instances": 1}
    assert indices == ["idx_patients_PatientID"]


def test_a_folder_takes_all_tables(catalog, tmp_path):
    folder = catalog.export(tmp_path / "all", format="csv")
    assert sorted(p.name for p in folder.iterdir()) == sorted(f"{name}.csv" for name in SHOWN_TABLES)
    assert len(rows_of(folder / "files.csv")) == catalog.counts["files"]
    assert oct(os.stat(folder).st_mode & 0o777) == "0o700"


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet", "x.sqlite", "x.json"])
def test_files_are_for_their_owner_and_nothing_else_is_left(catalog, tmp_path, name):
    path = catalog.export(tmp_path / "new" / name)
    assert oct(os.stat(path).st_mode & 0o777) == "0o600"
    assert oct(os.stat(path.parent).st_mode & 0o777) == "0o700"
    assert [p.name for p in path.parent.iterdir()] == [name]


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet", "x.json"])
def test_no_row_gives_an_empty_file(catalog, tmp_path, name):
    path = catalog.export(tmp_path / name, where="false")
    if name == "x.csv":
        assert len(rows_of(path)) == 0
        assert "Modality" in path.read_text(encoding="utf-8-sig")
    elif name == "x.parquet":
        assert pq.read_table(path).num_rows == 0
    else:
        assert json.loads(path.read_text() or "[]") == []


def test_a_failed_export_leaves_what_was_there(catalog, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("before")
    with pytest.raises(BadQuery):
        catalog.export(path, where="KVP = (SELECT content FROM read_text('/etc/passwd'))")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_exported_is_told(catalog, tmp_path):
    with pytest.raises(WrongArgument, match=r"tables\.parquet"):
        catalog.export(tmp_path / "x.xlsx")
    with pytest.raises(WrongArgument, match="format="):
        catalog.export(tmp_path / "x", format="xlsx")
    with pytest.raises(WrongArgument, match="this computer"):
        catalog.export("s3://bucket/x.csv")
    with pytest.raises(NoSuchTable, match="headers"):
        catalog.export(tmp_path / "x.csv", table="headers")
    with pytest.raises(MissingColumn, match="Did you mean 'Modality'"):
        catalog.export(tmp_path / "x.csv", columns=["Modalty"])
    with pytest.raises(WrongArgument, match="table="):
        catalog.export(tmp_path / "x.sqlite", where="true")
    with pytest.raises(WrongArgument, match="nested="):
        catalog.export(tmp_path / "x.csv", nested="maybe")
    with pytest.raises(WrongArgument, match="table="):
        catalog.export(tmp_path / "x.json", table="series")


def test_a_catalog_without_headers_says_so(catalog, tmp_path):
    bare = dl.scan(catalog.path.parent / "archive", into=tmp_path / "c", keep_headers=False, progress=False)
    with pytest.raises(NoHeaders):
        bare.export(tmp_path / "x.json")


def test_a_cohort_is_exported_as_its_catalog_is(catalog, tmp_path):
    cohort = dl.select(catalog, "KVP > -103", level="instance")
    assert len(cohort) == 3
    assert len(rows_of(cohort.export(tmp_path / "x.csv"))) == 3
    assert len(pd.read_parquet(cohort.export(tmp_path / "x.parquet", table="instances"))) == 3
    found = json.loads(cohort.export(tmp_path / "x.json").read_text())
    assert {model["00080018"]["Value"][0] for model in found} == set(cohort.instances["SOPInstanceUID"])
    with sqlite3.connect(cohort.export(tmp_path / "x.sqlite")) as made:
        assert made.execute("SELECT count(*) FROM patients").fetchone() == (3,)
    made.close()


@pytest.mark.slow
def test_a_masked_catalog_is_exported_masked(catalog, tmp_path):
    for name in ("x.csv", "x.json", "x.jsonl"):
        text = catalog.masked.export(tmp_path / name).read_text(encoding="utf-8-sig")
        assert "Invented" not in text
        assert '"P03"' not in text
    cohort = dl.select(catalog.masked, "KVP > -103", level="instance")
    assert len(json.loads(cohort.export(tmp_path / "y.json").read_text())) == 3
    assert "Invented" not in (tmp_path / "y.json").read_text()

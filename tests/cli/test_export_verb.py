"""`dicomlab export` and `dicomlab select`."""

from __future__ import annotations

import json
import sqlite3

import pytest


def test_export_writes_a_table_and_says_how_many_rows(dicomlab, catalog, tmp_path):
    ran = dicomlab("export", catalog, tmp_path / "x.csv", "--columns", "Modality,n_instances")
    assert ran.code == 0
    assert "rows of series" in ran.out
    assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig").startswith('"Modality","n_instances"')


def test_export_takes_all_tables_into_sqlite(dicomlab, catalog, tmp_path):
    ran = dicomlab("export", catalog, tmp_path / "x.sqlite", "--json")
    found = json.loads(ran.out)
    assert found["rows"]["files"] == 7
    with sqlite3.connect(tmp_path / "x.sqlite") as made:
        assert made.execute("SELECT count(*) FROM files").fetchone() == (7,)
    made.close()


@pytest.mark.slow
def test_export_of_headers_lists_what_does_not_fit(dicomlab, tmp_path):
    from tests.cli.conftest import make_archive

    make_archive(tmp_path / "archive", "badVR.dcm", "CT_small.dcm")
    dicomlab("scan", tmp_path / "archive", "--into", tmp_path / "catalog")
    ran = dicomlab("export", tmp_path / "catalog", tmp_path / "x.json")
    assert ran.code == 3
    assert "do not fit the DICOM JSON model" in ran.err
    assert "1A" not in ran.out + ran.err
    assert len(json.loads((tmp_path / "x.json").read_text())) == 2


@pytest.mark.parametrize(
    "words", [("x.xlsx",), ("x.csv", "--columns", "Modalty"), ("x.csv", "--table", "none")]
)
def test_export_says_what_is_wrong(dicomlab, catalog, tmp_path, words):
    name, *options = words
    ran = dicomlab("export", catalog, tmp_path / name, *options)
    assert ran.code == 2
    assert ran.err


@pytest.mark.slow
def test_select_counts_saves_and_compares(dicomlab, catalog, tmp_path):
    ran = dicomlab("select", catalog, "Modality = 'MR'", "--save", tmp_path / "mr.json")
    assert ran.code == 0
    assert ran.out.splitlines()[0].split()[:2] == ["what", "why"]
    again = dicomlab("select", catalog, "--again", tmp_path / "mr.json", "--json")
    assert again.code == 0
    assert json.loads(again.out)["changes"] == []


@pytest.mark.slow
def test_select_says_what_has_changed_since(dicomlab, tmp_path):
    from tests.cli.conftest import make_archive

    make_archive(tmp_path / "archive", "CT_small.dcm")
    dicomlab("scan", tmp_path / "archive", "--into", tmp_path / "catalog")
    dicomlab("select", tmp_path / "catalog", "true", "--save", tmp_path / "all.json")
    make_archive(tmp_path / "archive" / "more", "MR_small.dcm")
    dicomlab("scan", tmp_path / "archive", "--into", tmp_path / "catalog")
    ran = dicomlab("select", tmp_path / "catalog", "--again", tmp_path / "all.json")
    assert ran.code == 1
    assert "1 entered: new in the catalog" in ran.out


def test_select_prints_file_keys_for_other_programs(dicomlab, catalog, archive):
    ran = dicomlab("select", catalog, "Modality = 'CT'", "--files")
    assert [line for line in ran.out.splitlines() if not line.startswith(str(archive))] == []
    assert ran.out


def test_select_wants_a_condition_or_a_saved_cohort(dicomlab, catalog):
    assert dicomlab("select", catalog).code == 2
    ran = dicomlab("select", catalog, "Modalty = 'CT'")
    assert ran.code == 2
    assert "Did you mean 'Modality'" in " ".join(ran.err.split())

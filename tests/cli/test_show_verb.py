"""`dicomlab show` and `dicomlab sql`: tables on a terminal, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json

import pytest

from dicomlab.catalog.catalog import open_catalog

from .conftest import make_archive

TABLES = ("patients", "studies", "series", "instances", "frames", "dose", "files", "errors", "problems")


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_card_counts_modalities_and_reasons(catalog, dicomlab):
    ran = dicomlab("show", catalog)
    assert ran.code == 0
    assert "2 of 7 files not read, or not wholly" in ran.out
    rows = {line.split()[0]: line.split()[1:3] for line in ran.out.splitlines() if line.startswith("  MR ")}
    assert rows == {"MR": ["1", "2"]}


@pytest.mark.slow
def test_the_card_holds_nothing_of_a_patient(catalog, dicomlab):
    said = dicomlab("show", catalog).out + dicomlab("show", catalog, "--json").out
    names = open_catalog(catalog).patients["PatientName"].dropna()
    assert len(names) > 0
    assert not [name for name in names if name in said]


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("style", [(), ("--csv",), ("--json",)])
def test_no_table_names_a_patient_unasked(catalog, dicomlab, table, style):
    opened = open_catalog(catalog)
    said = dicomlab("show", catalog, table, *style, columns=400).out
    identifying = opened.read(
        "instances", ["PatientName", "PatientID", "StudyDescription", "AcquisitionTime"]
    )
    values = {str(v) for column in identifying for v in identifying[column].dropna() if len(str(v)) > 3}
    assert len(values) > 5
    assert not [value for value in values if value in said]


@pytest.mark.slow
def test_identifying_columns_are_shown_when_asked_for_and_named_when_not(catalog, dicomlab):
    hidden = dicomlab("show", catalog, "patients", "--json")
    shown = dicomlab("show", catalog, "patients", "--json", "--phi")
    assert "PatientName" in json.loads(hidden.out)["hidden"]
    assert json.loads(shown.out)["hidden"] == []
    names = {row["PatientName"] for row in json.loads(shown.out)["data"]}
    assert "CompressedSamples^CT1" in names
    assert dicomlab("show", catalog, "patients").out.splitlines()[-1].endswith("are left out: --phi.")
    assert "are left out: --phi." in dicomlab("show", catalog, "patients", "--csv").err


def test_naming_an_identifying_column_without_phi_is_refused(catalog, dicomlab):
    ran = dicomlab("show", catalog, "series", "--columns", "Modality,PatientName")
    assert (ran.code, ran.out) == (2, "")
    assert "--phi" in ran.err


@pytest.mark.slow
def test_columns_condition_and_limit_choose_what_is_shown(catalog, dicomlab):
    call = ("show", catalog, "instances", "--columns", "Modality,Rows")
    ran = dicomlab(*call, "--where", "Modality = 'MR' -- both", "--csv")
    assert read_csv(ran.out) == [{"Modality": "MR", "Rows": "64"}] * 2
    limited = json.loads(dicomlab(*call, "--limit", 1, "--json").out)
    assert (limited["rows"], limited["rows_in_all"]) == (1, 6)


def test_csv_has_every_row_and_text_says_what_it_leaves_out(catalog, dicomlab):
    assert len(read_csv(dicomlab("show", catalog, "files", "--csv").out)) == 7
    assert "3 of 7 rows" in dicomlab("show", catalog, "files", "--limit", 3).out


@pytest.mark.slow
@pytest.mark.parametrize("columns", [60, 80, 132])
def test_no_line_is_wider_than_the_terminal(catalog, dicomlab, columns):
    for table in ("card", *TABLES):
        lines = dicomlab("show", catalog, table, columns=columns).out.splitlines()
        assert max(len(line) for line in lines if str(catalog) not in line) <= columns


def test_a_column_that_is_not_there_is_answered_with_the_nearest(catalog, dicomlab):
    ran = dicomlab("show", catalog, "series", "--columns", "Modalty")
    assert ran.code == 2
    assert "Did you mean 'Modality'?" in ran.err


def test_the_card_takes_no_options_about_rows(catalog, dicomlab):
    assert dicomlab("show", catalog, "--limit", 3).code == 2


def test_a_query_gives_its_rows_in_each_style(catalog, dicomlab):
    query = "SELECT Modality, count(*) AS n FROM instances WHERE Modality = 'MR' GROUP BY 1"
    assert dicomlab("sql", catalog, query).out.splitlines()[2].split() == ["MR", "2"]
    assert read_csv(dicomlab("sql", catalog, query, "--csv").out) == [{"Modality": "MR", "n": "2"}]
    assert json.loads(dicomlab("sql", catalog, query, "--json").out)["data"] == [{"Modality": "MR", "n": 2}]


def test_a_query_is_read_from_stdin(catalog, dicomlab):
    assert dicomlab("sql", catalog, "-", "--csv", stdin="SELECT 1 AS one").out == "one\n1\n"


def test_a_row_that_is_too_wide_is_shown_as_a_list(catalog, dicomlab):
    out = dicomlab("sql", catalog, "SELECT * FROM instances WHERE Modality = 'CT'").out
    assert ["KVP", "120"] in [line.split() for line in out.splitlines()]


def test_an_empty_result_says_so(catalog, dicomlab):
    assert dicomlab("sql", catalog, "SELECT 1 AS one WHERE false").out == "No rows.\n"


@pytest.mark.parametrize(
    "query", ["DROP TABLE files", "SELECT 1; SELECT 2", "SELECT nothing FROM series", "?"]
)
def test_a_query_that_does_not_read_is_a_wrong_call(catalog, dicomlab, query):
    ran = dicomlab("sql", catalog, query)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("The query was not run")


def test_a_query_that_fails_on_a_value_does_not_quote_it(catalog, dicomlab):
    ran = dicomlab("sql", catalog, "SELECT PatientName::INT FROM patients")
    assert ran.code == 2
    assert "Compressed" not in ran.err


@pytest.mark.slow
def test_a_header_cannot_paint_the_terminal(dicomlab, tmp_path):
    from pydicom import dcmread

    folder = make_archive(tmp_path / "archive", "CT_small.dcm")
    file = folder / "0" / "CT_small.dcm"
    dataset = dcmread(file)
    dataset.StationName = "\x1b[31mCT"
    dataset.ManufacturerModelName = "=cmd()"
    dataset.save_as(file)
    dicomlab("scan", folder, "--into", tmp_path / "catalog")
    calls = [("show", tmp_path / "catalog", "series"), ("doctor", folder), ("show", tmp_path / "catalog")]
    styles = [(), ("--json",)]
    everything = [dicomlab(*call, *style) for call in calls for style in styles]
    everything.append(dicomlab("show", tmp_path / "catalog", "series", "--csv"))
    assert not [ran for ran in everything if "\x1b" in ran.out + ran.err]
    assert "\\x1b[31mCT" in everything[0].out
    assert read_csv(everything[-1].out)[0]["ManufacturerModelName"] == "'=cmd()"


def test_a_table_that_is_none_is_told_with_those_there_are(catalog, dicomlab):
    ran = dicomlab("show", catalog, "nonsense")
    assert ran.code == 2
    assert "no table 'nonsense'" in ran.err
    assert "media" in ran.err

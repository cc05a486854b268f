"""What select takes, refuses, and gives."""

from __future__ import annotations

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.errors import BadCondition, BadQuery, DicomlabError, MissingColumn, NoSuchTable, WrongArgument

COUNTED = ["patients", "studies", "series", "instances"]


def counts(cohort):
    return [cohort.counts[name] for name in COUNTED]


def test_a_condition_chooses_series(catalog):
    assert counts(dl.select(catalog, "Modality = 'MR' AND SliceThickness <= 1.5")) == [2, 3, 3, 15]


@pytest.mark.parametrize(
    ("level", "where", "expected"),
    [
        ("patient", "n_studies = 2", [2, 4, 11, 38]),
        ("study", "list_contains(modalities, 'CT')", [2, 2, 4, 4]),
        ("instance", "InstanceNumber <= 2", [3, 5, 13, 22]),
        ("series", "true", [3, 5, 13, 40]),
        ("series", "false", [0, 0, 0, 0]),
    ],
)
def test_each_level_has_its_own_columns(catalog, level, where, expected):
    assert counts(dl.select(catalog, where, level=level)) == expected


@pytest.mark.slow
def test_tables_are_rolled_up_over_what_is_in(catalog):
    first = dl.select(catalog, "InstanceNumber <= 2", level="instance")
    assert sorted(first.series["n_instances"]) == [1] * 4 + [2] * 9
    assert (
        first.patients["n_instances"].sum()
        == first.studies["n_instances"].sum()
        == len(first.instances)
        == 22
    )
    mr = dl.select(catalog, "Modality = 'MR'")
    assert mr.patients.set_index("PatientID").loc["P2", ["n_studies", "n_series"]].tolist() == [1, 3]


def test_what_a_cut_series_has_is_what_its_remaining_instances_have(catalog):
    cohort = dl.select(catalog, "InstanceNumber = 1", level="instance")
    assert cohort.series.columns.tolist() == catalog.series.columns.tolist()
    assert cohort.series.dtypes.astype(str).tolist() == catalog.series.dtypes.astype(str).tolist()


def test_whole_tables_are_those_of_the_catalog(catalog):
    everything = dl.select(catalog, "true")
    for table in COUNTED:
        expected = catalog.read(table)
        keys = [
            k for k in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "file_key") if k in expected
        ]
        ours = getattr(everything, table).sort_values(keys, ignore_index=True)
        pd.testing.assert_frame_equal(ours, expected.sort_values(keys, ignore_index=True))


def test_conditions_see_the_cohort_as_it_is_by_then(catalog):
    mr = dl.select(catalog, "Modality = 'MR'")
    assert counts(mr.keep("n_studies > 1", level="patient")) == [1, 2, 6, 24]
    few = dl.select(catalog, "InstanceNumber > 2", level="instance")
    assert counts(few.drop("n_instances < 3", why="short")) == [2, 3, 3, 9]
    assert counts(few.keep("InstanceNumber > 4", level="instance")) == [2, 3, 3, 3]


def test_series_cut_twice_and_left_whole_keep_the_right_files(catalog):
    cohort = dl.select(catalog, "InstanceNumber > 1", level="instance")
    cohort = cohort.keep("SeriesDescription <> 'localizer'").drop(
        "InstanceNumber = 3 AND SeriesDescription = 'T2 tse'", level="instance", why="motion"
    )
    assert counts(cohort) == [2, 3, 6, 18]
    assert sorted(set(cohort.instances["InstanceNumber"])) == [2, 3, 4, 5]
    assert len(cohort.files()) == 18
    assert cohort.files()["file_key"].is_unique


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT SeriesInstanceUID FROM series WHERE SeriesDescription = 'T1 mprage'", [2, 3, 3, 15]),
        ("SELECT DISTINCT StudyInstanceUID FROM instances WHERE KVP = 120;", [2, 2, 4, 4]),
        ("SELECT PatientID, 'x' AS note FROM patients WHERE n_studies > 1", [2, 4, 11, 38]),
        ("WITH one AS (FROM instances WHERE InstanceNumber = 1) SELECT file_key FROM one", [3, 5, 13, 13]),
        ("FROM (VALUES ('1.2.1.1.2.5'), ('none')) AS t(SOPInstanceUID)", [1, 1, 1, 1]),
    ],
)
def test_a_whole_query_chooses_what_it_names(catalog, query, expected):
    assert counts(dl.select(catalog, query)) == expected


def test_a_query_sees_the_cohort_too(catalog):
    mr = dl.select(catalog, "Modality = 'MR'")
    dropped = mr.drop("SELECT PatientID FROM patients WHERE n_studies = 1", why="no follow-up")
    assert counts(dropped) == [1, 2, 6, 24]
    assert dropped.flow["level"].tolist() == ["", "series", "patient"]


def test_a_wrong_name_suggests_the_right_one(catalog):
    with pytest.raises(MissingColumn, match=r"no column 'SliceThicknes'\. Did you mean 'SliceThickness'"):
        dl.select(catalog, "SliceThicknes < 2")
    with pytest.raises(MissingColumn, match="Did you mean 'Modality'"):
        dl.select(catalog, "Modality = 'MR'").drop("Modalty = 'CT'", why="typo")


def test_a_name_of_another_level_says_which(catalog):
    with pytest.raises(MissingColumn, match="The table 'instances' has it: give level='instance'"):
        dl.select(catalog, "InstanceNumber = 1")
    with pytest.raises(MissingColumn, match="give level='patient'"):
        dl.select(catalog, "n_studies = 1")


@pytest.mark.parametrize(
    "where",
    [
        "",
        "  ",
        "Modality = 'MR'; DROP TABLE series",
        "DROP TABLE series",
        "COPY series TO 'x.csv'",
        "ATTACH 'x.db'",
        "PRAGMA version",
        "SET memory_limit = '1GB'",
        "INSTALL httpfs",
        "DELETE FROM series",
        "SELECT 1; SELECT 2",
        "true) UNION SELECT * FROM series WHERE (true",
        "Modality = 'MR' ORDER BY 1",
        "SELECT Modality FROM series",
        "Modality =",
    ],
)
def test_what_is_neither_condition_nor_query_is_refused(catalog, where):
    with pytest.raises(BadCondition, match="Write a condition such as"):
        dl.select(catalog, where)


@pytest.mark.parametrize(
    "where",
    [
        "Modality IN (SELECT content FROM read_text('/etc/passwd'))",
        "SELECT content AS SeriesInstanceUID FROM read_text('/etc/passwd')",
        "SELECT column0 AS PatientID FROM read_csv('/etc/passwd')",
        "SELECT SeriesInstanceUID FROM 'other.parquet'",
    ],
)
def test_files_elsewhere_are_out_of_reach(catalog, where):
    with pytest.raises(BadQuery):
        dl.select(catalog, where)


def test_a_comment_does_not_swallow_what_comes_after(catalog):
    assert counts(dl.select(catalog, "Modality = 'CT' -- only these")) == [2, 2, 4, 4]


def test_no_error_quotes_a_value(catalog):
    with pytest.raises(DicomlabError) as caught:
        dl.select(catalog, "PatientName::INT > 3", level="patient")
    assert "Invented" not in str(caught.value)


def test_wrong_arguments_are_sentences(catalog):
    with pytest.raises(WrongArgument, match="level='slice'"):
        dl.select(catalog, "true", level="slice")
    cohort = dl.select(catalog, "true")
    with pytest.raises(NoSuchTable, match="headers"):
        cohort.read("headers")
    with pytest.raises(MissingColumn, match="Did you mean 'Modality'"):
        cohort.read("series", ["Modalit"])
    with pytest.raises(WrongArgument, match="by='frame'"):
        cohort.sample(1, seed=1, by="frame")


def test_an_empty_cohort_has_all_tables(catalog):
    nobody = dl.select(catalog, "false")
    for table in ("patients", "studies", "series", "instances", "frames", "dose", "files", "problems"):
        assert nobody.read(table).columns.tolist() == catalog.read(table).columns.tolist()
        assert len(nobody.read(table)) == 0
    assert len(nobody.keep("true").files()) == 0
    assert repr(nobody).startswith("<Cohort: 0 patients, 0 studies, 0 series, 0 instances>")


def test_the_catalog_stays_as_it_was(catalog):
    before = catalog.counts
    dl.select(catalog, "Modality = 'CT'").drop("true", why="all")
    assert dl.open_catalog(catalog.path).counts == before
    assert len(catalog.sql("SELECT * FROM series")) == 13

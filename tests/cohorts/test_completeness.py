"""Who has what a protocol or a schedule expects."""

from __future__ import annotations

import pytest

import dicomlab as dl
from dicomlab.errors import BadCondition, MissingColumn, WrongArgument

PROTOCOL = {
    "T1": "SeriesDescription ILIKE 't1%'",
    "T2": "SeriesDescription ILIKE 't2%' AND SliceThickness > 0",
}


@pytest.fixture
def mr(catalog):
    return dl.select(catalog, "Modality = 'MR'")


def test_each_patient_has_missing_present_and_extra(mr):
    table = mr.completeness(PROTOCOL)
    assert table.columns.tolist() == [
        "PatientID",
        "T1",
        "T2",
        "n_missing",
        "n_extra",
        "n_other",
        "is_complete",
    ]
    assert table.values.tolist() == [
        ["P1", "extra", "extra", 0, 2, 2, True],
        ["P2", "present", "missing", 1, 0, 2, False],
    ]


def test_each_study_has_too(mr):
    table = mr.completeness(PROTOCOL, by="study")
    assert table["StudyInstanceUID"].tolist() == ["1.2.1.1", "1.2.1.2", "1.2.2.1"]
    assert table["T2"].tolist() == ["present", "present", "missing"]


def test_several_can_be_expected(mr):
    table = mr.completeness({"T1": ("SeriesDescription ILIKE 't1%'", 2)})
    assert table["T1"].tolist() == ["present", "missing"]
    assert table["n_missing"].tolist() == [0, 1]


def test_visits_are_days_since_the_first_study(mr):
    # P1 was scanned on 11 January and 11 February, P2 on 12 January.
    table = mr.completeness(PROTOCOL, visits={"baseline": (0, 0), "month": (25, 35)})
    assert table[["PatientID", "visit", "T1", "T2"]].values.tolist() == [
        ["P1", "baseline", "present", "present"],
        ["P1", "month", "present", "present"],
        ["P2", "baseline", "present", "missing"],
        ["P2", "month", "missing", "missing"],
    ]


def test_studies_that_no_visit_takes_have_a_row(mr):
    table = mr.completeness(PROTOCOL, visits={"baseline": (0, 7)})
    outside = table[table["visit"] == "outside"].iloc[0]
    assert outside[["PatientID", "T1", "n_other", "n_extra", "is_complete"]].tolist() == [
        "P1",
        "extra",
        3,
        2,
        True,
    ]
    assert len(table) == 3


def test_studies_alone_can_be_expected(mr):
    table = mr.completeness(visits={"baseline": (0, 0), "month": (25, 35)})
    assert table["studies"].tolist() == ["present", "present", "present", "missing"]


def test_every_series_is_counted_once(mr):
    table = mr.completeness(PROTOCOL)
    expected_and_there = 2 - table["n_missing"]
    assert (expected_and_there + table["n_extra"] + table["n_other"]).sum() == len(mr.series)


def test_an_empty_cohort_gives_no_rows(catalog):
    nobody = dl.select(catalog, "false")
    assert nobody.completeness(PROTOCOL).empty
    assert nobody.completeness(PROTOCOL, visits={"baseline": (0, 0)}).empty


def test_what_cannot_be_expected_is_told(mr):
    with pytest.raises(MissingColumn, match="Did you mean 'SeriesDescription'"):
        mr.completeness({"T1": "SeriesDescripton = 'x'"})
    with pytest.raises(BadCondition, match="query"):
        mr.completeness({"T1": "SELECT SeriesInstanceUID FROM series"})
    with pytest.raises(WrongArgument, match="visits="):
        mr.completeness(PROTOCOL, visits={"a": (0, 10), "b": (10, 20)})
    with pytest.raises(WrongArgument, match="expected="):
        mr.completeness({"PatientID": "true"})
    with pytest.raises(WrongArgument, match="expected="):
        mr.completeness()
    with pytest.raises(WrongArgument, match="by="):
        mr.completeness(PROTOCOL, by="series")
    with pytest.raises(WrongArgument, match="by="):
        mr.completeness(PROTOCOL, by="study", visits={"baseline": (0, 0)})

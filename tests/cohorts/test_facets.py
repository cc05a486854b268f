"""Counts under what was chosen: the same as the cohort's."""

from __future__ import annotations

import pytest

from dicomlab.cohorts.facets import Facets
from dicomlab.errors import MissingColumn, WrongArgument


def looked(facets, choices=(), query="", steps=()):
    moves = facets.moves(steps, query, choices)
    return facets.look(moves), moves


def bars(seen, column):
    return {bar[0]: bar[-1] for f in seen["facets"] if f["column"] == column for bar in f["bars"]}


@pytest.fixture
def facets(catalog):
    return Facets(catalog)


CHOSEN = [
    ([], "", []),
    ([{"column": "Modality", "values": ["MR"]}], "", []),
    ([{"column": "Modality", "values": ["MR"]}, {"column": "SliceThickness", "low": 2}], "", []),
    ([{"column": "SliceThickness", "low": 1, "high": 3, "is_below": True}], "", []),
    ([{"column": "SliceThickness", "values": [None]}], "", []),
    ([{"column": "SliceThickness", "values": [None, 8], "high": 1}], "t1", []),
    ([], "T2 tse", []),
    ([], "50%", []),
    ([{"column": "first_acquired_at", "low": "2024-02-01"}], "", []),
    ([], "", [{"what": "drop", "query": "localizer", "why": "no image"}]),
    (
        [{"column": "KVP", "values": [120]}],
        "",
        [
            {"what": "drop", "choices": [{"column": "SliceThickness", "low": 2}], "why": "thick"},
            {"what": "keep", "choices": [{"column": "Modality", "values": ["CT", "MR"]}]},
        ],
    ),
]


@pytest.mark.parametrize(("choices", "query", "steps"), CHOSEN)
def test_what_is_counted_is_what_the_cohort_holds(catalog, facets, choices, query, steps):
    seen, moves = looked(facets, choices, query, steps)
    cohort = moves.cohort(catalog)
    assert seen["counts"] == cohort.counts
    told = [step["series"] for step in seen["flow"]]
    assert told == cohort.flow.loc[cohort.flow["where"] != "true", "n_series"].tolist()


def test_a_column_is_counted_under_the_choices_of_all_others(facets):
    seen, _ = looked(
        facets, [{"column": "Modality", "values": ["CT"]}, {"column": "SliceThickness", "high": 1}]
    )
    assert bars(seen, "Modality") == {"CT": 2, "MR": 3}
    assert bars(seen, "SliceThickness") == {1: 2, 2: 2, 3: 0, 8: 0}
    thickness = next(f for f in seen["facets"] if f["column"] == "SliceThickness")
    assert thickness["missing"] == 0
    assert next(f for f in looked(facets)[0]["facets"] if f["column"] == "SliceThickness")["missing"] == 1


def test_the_code_makes_the_same_cohort(catalog, facets):
    import dicomlab as dl

    choices = [{"column": "SeriesDescription", "values": ['T1 "mprage"', "T1 mprage", "O'Neil"]}]
    steps = [{"what": "drop", "choices": [{"column": "Modality", "values": ["CT"]}], "why": 'it\'s no "MR"'}]
    seen, moves = looked(facets, choices, "", steps)
    names = {"dl": dl, "catalog": catalog}
    exec(moves.code(), names)
    assert names["cohort"].counts == seen["counts"]
    assert names["cohort"].counts["series"] == 3
    assert names["cohort"].flow["why"].tolist() == ["", "", 'it\'s no "MR"', ""]


@pytest.mark.parametrize(
    "choice",
    [
        {"column": "Modality", "values": ["x' OR true --"]},
        {"column": "SeriesDescription", "values": ["'); DROP TABLE series; --"]},
    ],
)
def test_a_value_is_a_value_whatever_it_says(facets, choice):
    seen, _ = looked(facets, [choice])
    assert seen["counts"]["series"] == 0
    assert looked(facets)[0]["counts"]["series"] == 13


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        ({"column": "Modality) OR true", "values": ["CT"]}, MissingColumn),
        ({"column": "Modality"}, WrongArgument),
        ({"column": "SliceThickness", "low": "1 OR true"}, WrongArgument),
        ({"column": "SliceThickness", "low": float("nan")}, WrongArgument),
        ({"column": "first_acquired_at", "high": "soon"}, WrongArgument),
    ],
)
def test_what_no_column_can_hold_is_refused(facets, choice, error):
    with pytest.raises(error):
        facets.moves([], "", [choice])


def test_a_column_that_is_not_there_is_named(catalog):
    with pytest.raises(MissingColumn, match="Did you mean 'Modality'"):
        Facets(catalog, ["Modalty"])


def test_values_beyond_the_commonest_are_counted_and_found(catalog):
    facets = Facets(catalog, ["SeriesDescription", "PatientID"])
    seen = facets.look(facets.moves([], "", [{"column": "PatientID", "values": ["P3"]}]), most=1)
    patients = next(f for f in seen["facets"] if f["column"] == "PatientID")
    assert patients["bars"] == [["P1", 6], ["P3", 2]]
    assert (patients["n_others"], patients["others"]) == (1, 5)
    assert facets.find_values("SeriesDescription", "ms e") == []
    assert facets.find_values("SeriesDescription", "ts t2") == ["T2 tse"]

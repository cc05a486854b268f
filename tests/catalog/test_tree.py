"""The tree of series: what is seen of it, what is chosen, and that its size does not matter."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dicomlab.catalog.tree import Node, Tree


class Series:
    """A table of series that answers as a catalog does."""

    def __init__(self, rows):
        self.table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows)

    def arrow(self, query):
        import duckdb

        database = duckdb.connect()
        database.register("series", self.table)
        return database.sql(query).to_arrow_table()


def row(patient, study, series, **more):
    words = {"SeriesDescription": f"series {series}", "Modality": "CT", "SeriesNumber": int(series[-1])}
    words |= {"StudyDescription": f"study {study}", "n_instances": 2}
    words |= {"PatientID": patient, "StudyInstanceUID": study, "SeriesInstanceUID": series}
    return words | more


@pytest.fixture
def tree():
    return Tree(
        Series(
            [
                row("A", "a1", "a11"),
                row("A", "a1", "a12", Modality="SR"),
                row("A", "a2", "a21"),
                row("B", "b1", "b11", SeriesDescription="scout"),
                row("B", "b1", "b12"),
            ]
        )
    )


def seen(tree):
    return [f"{row['kind']} {row['number']}" for row in tree.page(0, 100)]


def test_patients_come_first_and_open_into_studies_and_series(tree):
    assert seen(tree) == ["patient 0", "patient 1"]
    tree.open([Node("patient", 0), Node("study", 1)])
    assert seen(tree) == ["patient 0", "study 0", "study 1", "series 2", "patient 1"]
    assert tree.place(Node("study", 1)) == 2
    assert tree.place(Node("series", 0)) is None
    tree.open([Node("patient", 0)], is_open=False)
    assert seen(tree) == ["patient 0", "patient 1"]


def test_a_page_is_what_stands_there_and_no_more(tree):
    tree.open_all()
    assert tree.seen == 10
    assert [r["kind"] for r in tree.page(1, 2)] == ["study", "series"]
    assert tree.page(10, 5) == []


def test_each_row_says_which_of_how_many_it_is(tree):
    tree.open_all()
    places = [(r["kind"], r["position"], r["siblings"]) for r in tree.page(0, 6)]
    assert places == [
        ("patient", 1, 2),
        ("study", 1, 2),
        ("series", 1, 2),
        ("series", 2, 2),
        ("study", 2, 2),
        ("series", 1, 1),
    ]


def test_sums_are_of_what_matches(tree):
    first = tree.page(0, 1)[0]
    assert (first["n_studies"], first["n_series"], first["n_instances"]) == (2, 3, 6)
    assert first["modalities"] == ["CT", "SR"]
    tree.find("sr")
    first = tree.page(0, 1)[0]
    assert (first["n_studies"], first["n_series"], first["modalities"]) == (1, 1, ["SR"])


def test_words_narrow_it_and_all_of_them_count(tree):
    tree.find("b SCOUT")
    assert tree.counts() == {"patients": (1, 2), "studies": (1, 3), "series": (1, 5)}
    tree.find("scout sr")
    assert tree.counts()["series"] == (0, 5)
    assert seen(tree) == []
    tree.find("a1")
    assert tree.counts()["studies"] == (1, 3)
    tree.find("100%_'; DROP TABLE tree")
    tree.find("")
    assert tree.counts()["series"] == (5, 5)


def test_part_of_the_series_is_a_state_of_its_own(tree):
    tree.toggle(Node("series", 0))
    tree.open_all()
    states = {f"{r['kind']} {r['number']}": r["state"] for r in tree.page(0, 100)}
    assert states["patient 0"] == states["study 0"] == "some"
    assert (states["series 0"], states["study 1"], states["patient 1"]) == ("all", "none", "none")
    tree.toggle(Node("study", 0))
    assert tree.chosen_uids() == ["a11", "a12"]
    tree.toggle(Node("study", 0))
    assert tree.chosen_uids() == []


def test_choosing_takes_what_matches_only(tree):
    tree.find("sr")
    tree.toggle(Node("patient", 0))
    tree.find("")
    assert tree.chosen_uids() == ["a12"]
    assert tree.page(0, 1)[0]["state"] == "some"


def test_what_was_chosen_outlasts_a_search(tree):
    tree.choose_uids(["b12", "a11", "unknown"])
    tree.find("scout")
    assert tree.chosen_uids() == ["a11", "b12"]


def test_a_series_that_is_of_two_patients_is_named_once():
    tree = Tree(Series([row("A", "a1", "x1"), row("B", "b1", "x1")]))
    tree.choose_uids(["x1"])
    assert tree.chosen.sum() == 2
    assert tree.chosen_uids() == ["x1"]


def test_missing_keys_and_columns_are_no_trouble():
    rows = [{"SeriesInstanceUID": None, "PatientID": None, "StudyInstanceUID": None, "Modality": None}]
    table = pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in rows[0]]))
    tree = Tree(Series(table))
    tree.open_all()
    assert [r["kind"] for r in tree.page(0, 9)] == ["patient", "study", "series"]
    tree.toggle(Node("series", 0))
    assert tree.chosen_uids() == []
    empty = Tree(Series(table.slice(0, 0)))
    assert (empty.seen, empty.page(0, 9), empty.counts()["series"]) == (0, [], (0, 0))


def test_studies_of_a_patient_come_by_date():
    from datetime import datetime

    rows = [
        row("A", "late", "l1", first_acquired_at=datetime(2024, 5, 1)),
        row("A", "early", "e1", first_acquired_at=datetime(2020, 5, 1)),
        row("A", "undated", "u1", first_acquired_at=None),
    ]
    tree = Tree(Series(rows))
    tree.open_all()
    assert [r["SeriesInstanceUID"] for r in tree.page(0, 9) if r["kind"] == "series"] == ["e1", "l1", "u1"]
    tree.find("2024-05")
    assert tree.counts()["series"] == (1, 3)


def test_three_hundred_thousand_series_are_a_tree_like_any(tmp_path):
    n = 300_000
    patients = [f"P{i // 6}" for i in range(n)]
    table = pa.table(
        {
            "PatientID": patients,
            "StudyInstanceUID": [f"1.{i // 3}" for i in range(n)],
            "SeriesInstanceUID": [f"1.{i // 3}.{i}" for i in range(n)],
            "Modality": ["CT"] * n,
            "SeriesDescription": ["thin" if i % 3 else "scout" for i in range(n)],
        }
    )
    tree = Tree(Series(table))
    assert tree.counts() == {"patients": (50_000, 50_000), "studies": (100_000, 100_000), "series": (n, n)}
    tree.open_all()
    assert tree.seen == 450_000
    assert len(tree.page(449_990, 60)) == 10
    tree.find("thin p49999")
    assert tree.counts()["series"][0] == 4

"""Running checks over a catalog."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.checks import engine
from dicomlab.checks.base import FINDING_COLUMNS, Check
from dicomlab.checks.tables import SOURCES
from dicomlab.errors import WrongArgument


@dataclass(frozen=True)
class AllOfThem(Check):
    """There is a series."""

    name = "all-of-them"
    severity = "note"
    needs = ("SeriesInstanceUID", "InstanceNumber", "KVP")
    fix = "Nothing."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        return self.find(rows, "{n_files} files, {n_slices} slices, {kv} kV.", kv=rows["KVP"], fixed="word")


@dataclass(frozen=True)
class Lacking(AllOfThem):
    """There is a column that there is not."""

    name = "lacking"
    needs = ("NoSuchColumn", "KVP")


@pytest.mark.slow
def test_a_check_of_ones_own_needs_no_list(small_fleet):
    catalog = small_fleet["catalog"]
    found = dl.check(catalog, [AllOfThem()])
    assert found.columns.tolist() == FINDING_COLUMNS
    assert set(found["uid"]) == set(catalog.series["SeriesInstanceUID"])
    assert found["n_files"].sum() == len(catalog)
    assert found.attrs["run"] == ["all-of-them"]


@pytest.mark.slow
def test_a_check_without_its_columns_is_told_as_not_run(small_fleet):
    found = dl.check(small_fleet["catalog"], [AllOfThem(), Lacking()])
    assert found.attrs["not_run"] == [{"check": "lacking", "reason": "The catalog lacks NoSuchColumn."}]
    assert found.attrs["run"] == ["all-of-them"]


def test_a_name_that_is_no_check_says_which_there_are(small_fleet):
    with pytest.raises(WrongArgument, match="Did you mean 'impossible-"):
        dl.check(small_fleet["catalog"], ["impossible"])


@pytest.mark.slow
def test_a_series_is_never_parted_by_blocks(small_fleet, monkeypatch):
    whole = dl.check(small_fleet["catalog"], [AllOfThem()])
    monkeypatch.setattr(engine, "BLOCK", 7)
    parted = dl.check(small_fleet["catalog"], [AllOfThem()])
    pd.testing.assert_frame_equal(parted, whole)


def test_blocks_are_no_longer_than_they_must_be(small_fleet):
    catalog = small_fleet["catalog"]
    query = "SELECT SeriesInstanceUID FROM instances"
    blocks = list(catalog.blocks(query, together=["SeriesInstanceUID"], rows=10))
    assert sum(map(len, blocks)) == len(catalog)
    assert max(map(len, blocks)) < 10 + catalog.series["n_instances"].max()
    assert [len(b) for b in catalog.blocks(query, rows=1000)][:-1] == [1000] * (len(catalog) // 1000)


@pytest.mark.slow
def test_a_table_is_read_once_for_all_checks_that_share_a_pass(small_fleet, monkeypatch):
    asked = []
    monkeypatch.setitem(
        SOURCES,
        "instances",
        engine.SOURCES["instances"].__class__(
            SOURCES["instances"].columns,
            lambda *a, old=SOURCES["instances"].query: asked.append(a) or old(*a),
        ),
    )
    dl.check(small_fleet["catalog"], [AllOfThem(), *[c for c in engine.CHECKS if c.table == "instances"]])
    together = {c.together for c in engine.CHECKS if c.table == "instances"} | {("SeriesInstanceUID",)}
    assert len(asked) == len(together - {()})


def test_a_finding_gathers_what_its_rows_say():
    rows = pd.DataFrame(
        {
            "file_key": ["a", "b", "c"],
            "SeriesInstanceUID": ["1", "1", "2"],
            "InstanceNumber": pd.array([3, 4, None], dtype="Int64"),
            "KVP": [100.0, 120.0, 80.0],
        }
    )
    found = AllOfThem()(rows)
    assert found["message"].tolist() == ["2 files, 2 slices, 100, 120 kV.", "1 file, 0 slices, 80 kV."]
    assert found["evidence"].tolist() == [{"kv": [100, 120], "fixed": "word"}, {"kv": 80, "fixed": "word"}]
    assert found["files"].tolist() == [["a", "b"], ["c"]]
    assert found["slices"].tolist() == [[3, 4], []]


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("1 files are of another kind.", "1 file is of another kind."),
        ("1 files of kind CT Image lack a value.", "1 file of kind CT Image lacks a value."),
        ("KVP of 1 files, in 1 series of 1 studies.", "KVP of 1 file, in 1 series of 1 study."),
        ("21 files are 1.1 files, 1 s late.", "21 files are 1.1 files, 1 s late."),
    ],
)
def test_one_of_a_thing_is_not_told_in_the_plural(plural, singular):
    @dataclass(frozen=True)
    class Said(AllOfThem):
        """It is said."""

        def __call__(self, rows):
            return self.find(rows, plural)

    rows = pd.DataFrame({"file_key": ["a"], "SeriesInstanceUID": ["1"]})
    assert Said()(rows)["message"].tolist() == [singular]

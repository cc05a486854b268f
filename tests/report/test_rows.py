from dataclasses import replace

import pandas as pd
import pytest

from dicomlab.errors import WrongArgument
from dicomlab.report import finding_rows
from dicomlab.report.rows import ROW_COLUMNS, write_rows


@pytest.fixture(scope="module")
def named(drift):
    """The same with a name for each series."""
    return replace(drift, points=drift.points.assign(series=[f"1.2.{n}" for n in range(len(drift.points))]))


def test_the_rows_of_a_change_are_those_of_its_signal_on_either_side(named):
    rows = finding_rows(named, "1", most=None)
    change = named.changes.iloc[0]
    keys = ["device", "parameter", "stratum"]
    points = named.points[(named.points[keys] == change[keys].tolist()).all(axis=1)]
    assert list(rows.columns) == ROW_COLUMNS
    assert set(rows["series"]) == set(points["series"])
    assert (rows.loc[rows["side"] == "before", "date"] < change["onset"]).all()
    assert (rows.loc[rows["side"] == "after", "date"] >= change["onset"]).all()


def test_only_the_nearest_are_kept_on_either_side(named):
    rows = finding_rows(named, "1", most=7)
    assert rows["side"].value_counts().to_dict() == {"before": 7, "after": 7}
    whole = finding_rows(named, "1", most=None)
    assert rows["date"].min() == whole.loc[whole["side"] == "before", "date"].iloc[-7]


def test_a_finding_gives_the_rows_of_all_its_changes(named):
    assert finding_rows(named, "F1")["change_id"].unique().tolist() == [1, 2]


def test_what_lies_on_a_slope_is_on_neither_side(named):
    rows = finding_rows(named, "3", most=None)
    between = rows.loc[rows["side"] == "between", "date"]
    change = named.changes.iloc[2]
    assert between.between(change["onset"], change["reached"], inclusive="left").all()
    assert len(between) > 10


def test_rows_end_where_the_next_change_begins(made):
    drift = made.make_drift(made.Made(faults=tuple(made.Fault("CT-01", "CTDIvol", d) for d in (250, 400))))
    first, second = (finding_rows(drift, name, most=None) for name in ("1", "2"))
    onset = drift.changes["onset"].iloc[1]
    assert (first["date"] < onset).all()
    assert second.loc[second["side"] == "before", "date"].min() >= drift.changes["onset"].iloc[0]
    assert len(second) > 0


def test_a_change_without_points_has_no_rows(named):
    gap = named.changes.iloc[:1].assign(signal_id="", parameter="", kind="gap", change_id="G1")
    assert finding_rows(replace(named, changes=gap)).empty
    assert list(finding_rows(replace(named, changes=gap)).columns) == ROW_COLUMNS


def test_an_unknown_name_is_told_with_what_there_is(named):
    with pytest.raises(WrongArgument, match="'1'"):
        finding_rows(named, "C99")


def test_a_value_that_looks_like_a_formula_is_written_as_text(named, tmp_path):
    hostile = named.points.assign(text='=HYPERLINK("http://x")')
    hostile.loc[::2, "text"] = "-1.5"
    path = write_rows(replace(named, points=hostile), tmp_path / "deep" / "rows.csv")
    assert set(pd.read_csv(path, dtype="str")["text"]) == {'\'=HYPERLINK("http://x")', "-1.5"}
    assert [p.name for p in path.parent.iterdir()] == ["rows.csv"]

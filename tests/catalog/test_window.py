"""A table of any length, looked at through a window."""

from __future__ import annotations

import subprocess
import sys
import threading

import pandas as pd
import pytest

from dicomlab.catalog.window import BARS, PAGE, Filter, Window
from dicomlab.errors import MissingColumn, WrongArgument


@pytest.fixture(scope="module")
def frame():
    return pd.DataFrame(
        {
            "uid": [f"1.2.{i}" for i in range(1000)],
            "Modality": ["CT", "MR"] * 500,
            "KVP": [120.0, None] * 500,
            "InstanceNumber": range(1000),
            "text": ["plain", "per%cent", "under_score", "back\\slash"] * 250,
        }
    )


@pytest.fixture
def window(frame):
    opened = Window.of_frame(frame)
    yield opened
    opened.close()


def test_the_first_page_is_that_of_the_table(window, frame):
    early = window.page(0, 3, "uid")
    window.find()
    assert early == window.page(0, 3, "uid")
    assert early[1] == ["1.2.1", "1.2.1", "MR", None, "1", "per%cent"]
    assert window.page(990, 100)[-1][0] == "999"
    assert len(window.page(0, 10_000)) == PAGE


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ct", 500),
        ("CT 1.2.99", 5),
        ("mr ct", 0),
        ("per%cent", 250),
        ("r_s", 250),
        ("%", 250),
        ("k\\s", 250),
        ("", 1000),
    ],
)
def test_each_word_stands_in_a_column_of_text(window, query, expected):
    window.find(query)
    assert window.matched == expected


@pytest.mark.parametrize(
    ("column", "op", "value", "expected"),
    [
        ("KVP", "=", 120, 500),
        ("KVP", "is missing", None, 500),
        ("KVP", "is present", None, 500),
        ("InstanceNumber", ">=", "990", 10),
        ("Modality", "in", ["CT", "XX"], 500),
        ("Modality", "!=", "CT", 500),
        ("InstanceNumber", "contains", "99", 19),
        ("Modality", "=", "CT' or 1=1 --", 0),
        ("Modality", "in", ["CT') or (1=1"], 0),
    ],
)
def test_a_filter_finds_what_it_says(window, column, op, value, expected):
    window.find(filters=[Filter(column, op, value)])
    assert window.matched == expected


def test_what_was_found_can_be_sorted_and_paged(window):
    window.find("ct", [Filter("InstanceNumber", "<", 10)], ("InstanceNumber", "desc"))
    assert [row[0] for row in window.page(0, 10, "uid")] == ["1.2.8", "1.2.6", "1.2.4", "1.2.2", "1.2.0"]
    assert window.to_pandas()["InstanceNumber"].tolist() == [8, 6, 4, 2, 0]
    assert window.keys(3, 1, "uid") == ["1.2.6", "1.2.4", "1.2.2"]


def test_missing_values_come_last_either_way(window):
    for way in ("asc", "desc"):
        window.find(sort=("KVP", way))
        assert window.page(999, 1)[0][3] is None


def test_a_facet_counts_under_the_other_filters(window):
    facet = window.facet(
        "Modality", filters=[Filter("Modality", "=", "CT"), Filter("InstanceNumber", "<", 100)]
    )
    assert facet["values"] == [["CT", 50], ["MR", 50]]
    assert window.facet("KVP")["missing"] == 500
    bars = window.facet("InstanceNumber")
    assert (bars["low"], bars["high"], sum(bars["bars"]), len(bars["bars"])) == (0, 999, 1000, BARS)


@pytest.mark.parametrize("one", [Filter('x"; drop table rows; --', "=", 1), Filter("nothing", "=", 1)])
def test_a_column_that_is_not_there_is_said(window, one):
    with pytest.raises(MissingColumn):
        window.find(filters=[one])


def test_an_operator_or_value_that_does_not_fit_is_said(window):
    with pytest.raises(WrongArgument):
        window.find(filters=[Filter("KVP", "or", 1)])
    with pytest.raises(WrongArgument) as error:
        window.find(filters=[Filter("KVP", "=", "Doe^Jane")])
    assert "Doe" not in str(error.value)
    assert window.matched == 1000


def test_an_empty_table_has_no_rows():
    empty = Window.of_frame(pd.DataFrame({"a": pd.Series([], dtype=str)}))
    empty.find("x", sort=("a", "desc"))
    assert (empty.total, empty.page(0, 10), empty.keys(0, 5), len(empty.to_pandas())) == (0, [], [], 0)
    empty.close()


def test_cells_that_no_table_has_are_shown_as_text():
    odd = Window.of_frame(pd.DataFrame({"a": [object, {"b": 1}, None], 7: [1, 2, 3]}))
    assert odd.columns == ["a", "7"]
    assert "b" in odd.page(1, 1)[0][1]
    odd.close()


def test_several_threads_may_ask_at_once(window):
    errors = []

    def browse():
        try:
            for i in range(30):
                window.find("ct" if i % 2 else "mr", sort=("uid", "desc"))
                window.page(i, 20)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=browse) for _ in range(3)]
    for one in threads:
        one.start()
    for _ in range(20):
        window.facet("Modality")
    for one in threads:
        one.join()
    assert errors == []
    assert window.matched == 500


LEAVES = """
import pandas as pd
from dicomlab.catalog.window import Window
frame = pd.DataFrame({f"c{k}": [f"{k} {i}" for i in range(200_000)] for k in range(5)})
window = Window.of_frame(frame)
"""


@pytest.mark.slow
@pytest.mark.parametrize("last", ["", "window.close()", "del window", "raise SystemExit(0)"])
def test_a_process_ends_cleanly_while_rows_are_copied(last):
    done = subprocess.run(
        [sys.executable, "-c", LEAVES + last], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")

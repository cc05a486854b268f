"""Cells and lines: what reaches a terminal, a spreadsheet, a JSON reader."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomlab.cli.cells import csv_lines, harmless, plain, records, shown, table_lines
from dicomlab.cli.terminal import aligned, cut, in_bytes, in_time, width_of, wrapped
from dicomlab.tags.text import printable


@given(st.text())
def test_nothing_that_moves_the_cursor_is_printed(text):
    assert all(c.isprintable() or c == "\n" for c in printable(text))


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_text_is_printed_as_it_is(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-cmd", "@sum", "\t=1", "\r=1", " =1+1", "-1+cmd", "-inf", "--5", "=", "＝1"]
)
def test_what_a_spreadsheet_would_run_begins_with_a_quote_mark(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+3.2e-5", "-.5", "CT", "", "a=b", "1-2", "L5-S1"])
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert harmless(text) == text


def test_names_of_columns_are_made_harmless_too():
    assert next(iter(csv_lines(pd.DataFrame({"=1+1": [1]})))) == "'=1+1"


def test_csv_keeps_quotes_lists_and_numbers():
    table = pd.DataFrame({"a": ['say "x", y', None], "b": [["ORIGINAL", "-M"], ["=1"]], "c": [-1.5, np.nan]})
    assert list(csv_lines(table)) == ["a,b,c", '"say ""x"", y",ORIGINAL\\-M,-1.5', ",'=1,"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pd.NA, None),
        (pd.NaT, None),
        (np.nan, None),
        (np.inf, None),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.array(["a", None], object), ["a", None]),
        (np.array([1.0, np.nan]), [1.0, None]),
        (b"\x00\xff", "00ff"),
        (Decimal("3"), 3),
        (pd.Timestamp("2024-05-01 10:00"), "2024-05-01T10:00:00"),
        (dt.time(10, 30), "10:30:00"),
        (dt.date(2024, 5, 1), "2024-05-01"),
        ({"a": np.int64(1)}, {"a": 1}),
        (True, True),
    ],
)
def test_every_kind_of_cell_becomes_json(value, expected):
    assert plain(value) == expected
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == expected


def test_rows_become_json_with_null_for_nothing():
    table = pd.DataFrame({"n": pd.array([1, None], "Int64"), "x": [0.5, np.nan]})
    assert records(table) == [{"n": 1, "x": 0.5}, {"n": None, "x": None}]


def test_cells_read_well():
    values = [pd.Timestamp("2024-05-01"), pd.Timestamp("2024-05-01 10:00:05"), 1 / 3, ["a", "b"], True, None]
    said = ["2024-05-01", "2024-05-01 10:00:05", "0.333333", "a, b", "yes", ""]
    assert [shown(value) for value in values] == said


@given(st.lists(st.lists(st.text(max_size=60), min_size=3, max_size=3), max_size=4))
def test_a_table_stays_within_the_terminal(rows):
    lines = aligned(["one", "two", "three"], rows, right=[False] * 3)
    assert max(width_of(line) for line in lines) <= 80
    assert len(lines) == len(rows) + 2


def test_numbers_stand_under_each_other():
    lines, columns = table_lines(pd.DataFrame({"a": ["x", "yy"], "n": [1, 1000]}))
    assert lines == ["a      n", "--  ----", "x      1", "yy  1000"]
    assert columns == 2


def test_columns_that_have_no_room_are_counted():
    table = pd.DataFrame({f"column_number_{n}": ["a text of some length"] for n in range(20)})
    lines, columns = table_lines(table)
    assert 1 < columns < 20
    assert max(map(len, lines)) <= 80


@given(st.text(max_size=40), st.integers(2, 30), st.booleans())
def test_a_cut_text_fits(text, width, keep_end):
    assert width_of(cut(text, width, keep_end=keep_end)) <= width


def test_a_long_sentence_is_filled_into_lines():
    assert wrapped("word " * 30, first="- ", rest="  ")[1].startswith("  word")
    assert max(len(line) for line in wrapped("word " * 30)) <= 80


def test_sizes_and_durations_read_well():
    assert [in_bytes(n) for n in (0, 999, 1000, 123_456, 5e9)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "123 kB",
        "5.0 GB",
    ]
    assert [in_time(s) for s in (0.01, 9.94, 59, 120, 7200)] == [
        "under 0.1 s",
        "9.9 s",
        "59 s",
        "2 min",
        "2.0 h",
    ]


@pytest.fixture(autouse=True, scope="module")
def eighty_columns():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        yield

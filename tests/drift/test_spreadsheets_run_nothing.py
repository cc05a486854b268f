"""CSV files of drift: no spreadsheet runs a name in them, and what we read back is what was there."""

from __future__ import annotations

import csv
from dataclasses import replace

import pandas as pd
import pytest

from dicomlab.drift.export import export_points
from dicomlab.drift.kept.decisions import accept, mark_seen, new_changes, read_decisions
from dicomlab.report.rows import write_rows
from dicomlab.schema.formulas import FORMULA, as_meant, harmless, harmless_table
from tests.plots import made_drift

HOSTILE = '=HYPERLINK("http://x")'


@pytest.fixture(scope="module")
def drift():
    """A machine that is named like a formula, with a change of a parameter."""
    made = made_drift.make_drift(made_drift.Made(faults=(made_drift.Fault("CT-01", "CTDIvol", 300),)))
    named = {
        name: getattr(made, name).replace({"device": {"CT-01": HOSTILE}})
        for name in ("signals", "points", "changes", "fleet", "events")
    }
    named["changes"] = named["changes"].assign(change_id="C001").head(1)
    return replace(made, **named)


def cells(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


@pytest.mark.parametrize(
    "write",
    [
        lambda drift, path: export_points(drift, to=path),
        lambda drift, path: accept(
            drift, drift.changes["change_id"].iloc[0], to=path, note="+49 is no number"
        ),
        lambda drift, path: mark_seen(drift, seen=path),
        write_rows,
    ],
)
def test_no_cell_begins_like_a_formula(drift, tmp_path, write):
    there = cells(write(drift, tmp_path / "out.csv"))
    assert f"'{HOSTILE}" in there
    assert [cell for cell in there if cell.startswith(FORMULA) and harmless(cell) != cell] == []


def test_decisions_and_what_was_seen_are_read_as_they_were(drift, tmp_path):
    change = drift.changes["change_id"].iloc[0]
    kept = read_decisions(accept(drift, change, to=tmp_path / "kept.csv", note="+49 is no number"))
    assert kept["device"].tolist() == [HOSTILE]
    assert kept["note"].tolist() == ["+49 is no number"]
    seen = mark_seen(drift, seen=tmp_path / "seen.csv")
    assert len(drift.changes)
    assert new_changes(drift, seen=seen).empty
    before = seen.read_bytes()
    mark_seen(drift, seen=seen)
    assert seen.read_bytes() == before


@pytest.mark.parametrize("text", [*(f"{sign}x" for sign in FORMULA), " =x", "'tis", "-1.5", "", "CT"])
def test_a_text_comes_back_as_it_was(text):
    assert as_meant(harmless(text)) == text


def test_only_texts_are_touched():
    table = pd.DataFrame({"=name": [-1.5, None], "b": [True, False], "c": ["-x", None], "d": [["=y"], "z"]})
    safe = harmless_table(table)
    assert safe.columns.tolist() == ["'=name", "b", "c", "d"]
    assert safe["'=name"].equals(table["=name"].rename("'=name"))
    assert safe["c"].iloc[0] == "'-x"
    assert pd.isna(safe["c"].iloc[1])
    assert table["c"].iloc[0] == "-x"

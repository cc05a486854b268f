"""What was set aside makes exit code 3, and a sentence on stderr, whatever the verb."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dicomlab as dl
from dicomlab.catalog import dicomjson, export
from dicomlab.checks.engine import CHECKS
from dicomlab.drift import engine as drifts
from dicomlab.header import values
from dicomlab.report import engine as reports
from dicomlab.report import pictures
from dicomlab.scanner import batch as batches
from tests.isolation.odd import write_plain

pytestmark = pytest.mark.usefixtures("setting_aside")
PARTIAL, NAME = 3, "Doe^John"


def raising(*_: Any, **__: Any) -> Any:
    raise ValueError(NAME)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of two machines with a series a day."""
    folder = tmp_path_factory.mktemp("partial")
    dl.scan(write_plain(folder / "in", days=40), into=folder / "catalog", progress=False)
    return folder / "catalog"


@pytest.fixture(autouse=True)
def quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "draw", lambda *_, **__: pictures.Picture("data:,", "a picture", 1, 1))


def assert_partial(ran: Any, *said: str) -> None:
    assert ran.code == PARTIAL
    words = " ".join(ran.err.split())
    for sentence in said:
        assert sentence in words
    assert "Doe" not in ran.out + ran.err


@pytest.mark.slow
def test_scan_says_which_values_were_set_aside(dicomlab, tmp_path, monkeypatch):
    plain_cells = values._plain

    def bad(cells: Any, j: int, column: Any, *more: Any) -> Any:
        return raising() if column.name == "KVP" else plain_cells(cells, j, column, *more)

    write_plain(tmp_path / "in", machines=1, days=3)
    monkeypatch.setattr(values, "_plain", bad)
    ran = dicomlab("scan", tmp_path / "in", "--into", tmp_path / "catalog", "--jobs", 1)
    assert_partial(ran, "3 values were set aside, since reading them raised an error: dicomlab show")
    monkeypatch.undo()
    again = dicomlab("scan", tmp_path / "in", "--into", tmp_path / "catalog", "--json")
    assert (again.code, json.loads(again.out)["set_aside"]) == (PARTIAL, 3)
    assert dl.open_catalog(tmp_path / "catalog").counts["series"] == 3


def test_scan_says_which_files_were_set_aside(dicomlab, tmp_path, monkeypatch):
    judged = batches.judged

    def bad(batch: Any) -> Any:
        return raising() if "1.2.1.2.1.1" in batch.table["SOPInstanceUID"].to_pylist() else judged(batch)

    write_plain(tmp_path / "in", machines=1, days=3)
    monkeypatch.setattr(batches, "judged", bad)
    ran = dicomlab("scan", tmp_path / "in", "--into", tmp_path / "catalog", "--jobs", 1, "--quiet")
    assert_partial(ran, "1 file was not read, or not wholly; they are listed by: dicomlab show")
    assert "set aside: ValueError in " in ran.out


def test_a_scan_that_read_everything_is_fine(dicomlab, tmp_path):
    write_plain(tmp_path / "in", machines=1, days=3)
    ran = dicomlab("scan", tmp_path / "in", "--into", tmp_path / "catalog", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_check_says_that_a_check_was_set_aside(dicomlab, plain, monkeypatch):
    one = next(one for one in CHECKS if one.name == "age-disagrees")
    monkeypatch.setattr(type(one), "__call__", raising)
    ran = dicomlab("check", plain, "--only", "age-disagrees,missing-slices")
    assert_partial(ran, "1 check raised an error and was set aside")
    assert ran.out.startswith("Nothing found. 1 check ran, 1 could not.")
    assert "age-disagrees: The check was set aside: ValueError" in " ".join(ran.out.split())


def test_check_says_that_its_report_is_not_whole(dicomlab, plain, monkeypatch, tmp_path):
    monkeypatch.setattr(reports, "summarise_checks", raising)
    ran = dicomlab("check", plain, "--only", "missing-slices", "--report", tmp_path / "page.html")
    assert_partial(ran, "Left out of the report: result 1 was set aside: ValueError")
    assert (tmp_path / "page.html").exists()


@pytest.mark.parametrize("words", [("drift",), ("report", "--to")], ids=["drift", "report"])
def test_a_machine_that_raises_makes_drift_and_reports_partial(words, dicomlab, plain, monkeypatch, tmp_path):
    judge = drifts._judge

    def bad(rows: Any, how: Any) -> Any:
        return raising() if rows["device"].iloc[0] == "SN0" else judge(rows, how)

    monkeypatch.setattr(drifts, "_judge", bad)
    verb, *option = words
    to = [*option, tmp_path / "page.html"] if option else []
    ran = dicomlab(verb, plain, *to)
    assert_partial(ran, "1 machine was set aside, and nothing is said of changes there")


@pytest.mark.parametrize("words", [("drift", "--report"), ("report", "--to")], ids=["drift", "report"])
def test_a_picture_that_raises_makes_a_report_partial(words, dicomlab, plain, monkeypatch, tmp_path):
    monkeypatch.setattr(pictures, "draw_map", raising)
    verb, option = words
    ran = dicomlab(verb, plain, option, tmp_path / "page.html")
    assert_partial(ran, "Left out of the report: picture", "was set aside: ValueError")
    assert (tmp_path / "page.html").exists()


@pytest.mark.slow
@pytest.mark.parametrize("words", [("learn", "plain"), ("check", "plain", "agreed")], ids=["learn", "check"])
def test_a_table_that_raises_makes_the_report_of_protocols_partial(
    words, dicomlab, plain, monkeypatch, tmp_path
):
    dicomlab("protocol", "learn", plain, "--to", tmp_path / "agreed.json")
    places = {"plain": plain, "agreed": tmp_path / "agreed.json"}
    verb, *names = words
    monkeypatch.setattr(reports, "summarise_frame", raising)
    page = tmp_path / "page.html"
    ran = dicomlab("protocol", verb, *(places[name] for name in names), "--report", page)
    assert_partial(ran, "Left out of the report: result 1 was set aside: ValueError", "Report written:")


def test_a_table_that_raises_makes_an_export_partial(dicomlab, plain, monkeypatch, tmp_path):
    asked = export._asked

    def bad(tables: Any, wish: Any, *more: Any, **settings: Any) -> str:
        return raising() if wish.table == "studies" else asked(tables, wish, *more, **settings)

    monkeypatch.setattr(export, "_asked", bad)
    ran = dicomlab("export", plain, tmp_path / "all.sqlite")
    assert_partial(ran, "The table studies was set aside: ValueError in ")


def test_a_header_that_raises_makes_an_export_partial(dicomlab, plain, monkeypatch, tmp_path):
    model = dicomjson.json_model

    def bad(header: Any) -> Any:
        return raising() if header.SOPInstanceUID == "1.2.1.1.1.1" else model(header)

    monkeypatch.setattr(dicomjson, "json_model", bad)
    ran = dicomlab("export", plain, tmp_path / "all.json")
    assert_partial(ran, "1 headers could not be written, or not wholly: they are listed in")
    assert len(json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))) == 79


def test_nothing_is_said_to_be_fine_where_nothing_was_looked_at(dicomlab, plain):
    ran = dicomlab("check", plain, "--only", "stale-directory")
    assert ran.code == PARTIAL
    assert ran.out.startswith("There was nothing to look at, so nothing can be said. 1 check ran.")

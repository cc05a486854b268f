"""A worker hands over what it read about once a second, however slow its source is."""

from __future__ import annotations

from itertools import chain, repeat

import pytest

from dicomlab.scanner import plan
from dicomlab.scanner.plan import UNIT_ROWS, Plan
from dicomlab.scanner.unit_pace import FIRST_ROWS, LEAST_ROWS, UNIT_SECONDS, UnitPace


def sizes(rate: float, files: int, first: float = 0.0) -> list[int]:
    """How many files the units have of a source that gives so many in a second; the first takes longer."""
    pace, found = UnitPace(), []
    while files > 0:
        n = min(pace.rows, UNIT_ROWS, files)
        pace.note(n, n / rate + (0 if found else first))
        found.append(n)
        files -= n
    return found


@pytest.mark.parametrize("rate", [100, 300, 1_000, 3_000])
def test_a_unit_takes_about_a_second(rate):
    found = sizes(rate, 40 * rate)
    assert found[0] == FIRST_ROWS
    assert all(0.9 * UNIT_SECONDS <= n / rate <= 1.1 * UNIT_SECONDS for n in found[3:-1])


def test_a_fast_disk_gets_whole_units_at_once():
    assert sizes(20_000, 100_000)[:3] == [512, 2048, 4096]
    assert set(sizes(20_000, 100_000)[2:-1]) == {UNIT_ROWS}


def test_compiling_the_reader_costs_a_few_small_units():
    found = sizes(20_000, 100_000, first=15)
    assert found[:5] == [512, 64, 256, 1024, 4096]


def test_the_slowest_source_gets_a_few_files():
    assert set(sizes(1, 1_000)[1:-1]) == {LEAST_ROWS}


def test_units_are_as_long_as_wanted_and_hold_every_file_once(tmp_path, monkeypatch):
    from dicomlab.catalog.place import Folder
    from dicomlab.sources.folder import FolderSource

    for n in range(100):
        (tmp_path / f"{n:03}").write_bytes(b"x")
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    monkeypatch.setattr(plan, "UNIT_ROWS", 40)
    source = FolderSource(str(tmp_path), leave_out=catalog)
    todo = Plan(Folder(catalog), source, [], progress=False)
    wanted = chain([7, 7], repeat(13))
    units = list(todo.units(lambda: next(wanted)))
    todo.close()
    assert [unit.items.num_rows for unit in units] == [7, 7, 13, 13, 13, 13, 13, 13, 8]
    assert [unit.number for unit in units] == list(range(len(units)))
    keys = [key for unit in units for key in unit.items["file_key"].to_pylist()]
    assert len(keys) == len(set(keys)) == 100

"""A compaction that is stopped keeps what it has done, and the next one goes on from there."""

from __future__ import annotations

import pytest

import dicomlab as dl
from dicomlab.catalog import compaction
from dicomlab.scanner import plan
from tests.build import write_archive


class Stopped(BaseException):
    """Stands for a kill."""


@pytest.fixture
def catalog(tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "UNIT_ROWS", 1)
    return dl.scan(write_archive(tmp_path / "in"), into=tmp_path / "catalog", progress=False, jobs=1)


def rows(catalog: dl.Catalog) -> list[list[str]]:
    """The rows of some tables, in an order of their own."""
    tables = ("files", "instances", "series")
    return [sorted(repr(row) for row in catalog.read(table).to_dict("records")) for table in tables]


@pytest.mark.slow
@pytest.mark.parametrize(("seconds", "kept"), [(0.0, 2), (1e9, 0)])
def test_what_was_written_together_before_a_stop_stays(catalog, seconds, kept, monkeypatch):
    monkeypatch.setattr(compaction, "COMMIT_SECONDS", seconds)
    monkeypatch.setattr(compaction, "PART_ROWS", 4)
    before = rows(catalog)
    real, done = compaction._merged, []

    def merged(*given):
        if len(done) == 2 and not is_second:
            raise Stopped
        done.append(given)
        return real(*given)

    monkeypatch.setattr(compaction, "_merged", merged)
    is_second = False
    with pytest.raises(Stopped):
        catalog.compact(keep=1, progress=False)
    again = dl.open_catalog(catalog.path)
    assert rows(again) == before
    is_second, first = True, [[(part.table, part.name) for part in given[1]] for given in done]
    done.clear()
    again.compact(keep=1, progress=False)
    second = [[(part.table, part.name) for part in given[1]] for given in done]
    assert sum(group in second for group in first) == 2 - kept
    whole = dl.open_catalog(catalog.path)
    assert rows(whole) == before
    assert not list(catalog.path.glob(".writing")) + list(catalog.path.glob(".left"))

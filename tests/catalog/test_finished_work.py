"""A rebuild that was killed: what it had done is taken over by the next one for the same purpose."""

from __future__ import annotations

import json

import pytest

import dicomlab as dl
from dicomlab.catalog import finished_work, rebuild
from dicomlab.catalog.finished_work import FILE
from dicomlab.catalog.store import PLAIN_TABLES, Store
from dicomlab.scanner import plan
from tests.build import write_archive

COLUMNS = ["PatientOrientation", "PatientComments"]


class Killed(BaseException):
    """Stands for a kill: nothing is tidied up for it."""


@pytest.fixture
def catalog(tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "UNIT_ROWS", 4)
    monkeypatch.setattr(finished_work, "_SECONDS_BETWEEN", 0.0)
    return dl.scan(write_archive(tmp_path / "in", patients=3), into=tmp_path / "catalog", progress=False)


@pytest.fixture
def read(monkeypatch):
    """The files of headers that were read, by name; `read.most` is after how many the next one is killed."""

    class Read(list):
        most = 10**9

    found, real = Read(), rebuild._remake

    def remake(store, state, columns, path, name):
        if len(found) == found.most:
            raise Killed
        found.append(path)
        return real(store, state, columns, path, name)

    monkeypatch.setattr(rebuild, "_remake", remake)
    return found


def killed(catalog, read, after, columns=COLUMNS):
    read.most = after
    with pytest.raises(Killed):
        catalog.add_columns(columns, jobs=1, progress=False)
    read.most = 10**9
    done = list(read)
    read.clear()
    return done


def strays(catalog):
    """Parquet files of tables that the catalog's version does not have."""
    state, store = catalog._state, Store(catalog.path)
    known = {
        (t, p.name)
        for t in PLAIN_TABLES
        for v in (state, *state.versions)
        for p in store.parts(t, v.tables[t])
    }
    there = {(t, path.name) for t in PLAIN_TABLES for path in (catalog.path / t).glob("*.parquet*")}
    return there - known


def tables(catalog):
    return {
        name: getattr(catalog, name).sort_values("file_key").reset_index(drop=True)
        for name in ("instances", "frames", "problems")
    }


@pytest.mark.slow
def test_what_was_done_is_not_done_again_and_the_tables_are_the_same(catalog, read, tmp_path):
    files = len(Store(catalog.path).paths("headers", catalog._state.tables["headers"]))
    assert files > 4
    done = killed(catalog, read, 3)
    assert len(done) == 3
    assert (catalog.path / FILE).exists()
    wider = dl.open_catalog(catalog.path).add_columns(COLUMNS, jobs=1, progress=False)
    assert len(read) == files - 3
    assert not {*done} & {*read}
    assert not (catalog.path / FILE).exists()
    assert not strays(wider)
    plain = dl.scan(tmp_path / "in", into=tmp_path / "plain", progress=False).add_columns(
        COLUMNS, progress=False
    )
    for name, table in tables(plain).items():
        assert table.equals(tables(wider)[name]), name


@pytest.mark.slow
@pytest.mark.parametrize("other", ["columns", "scan", "compact"])
def test_another_writer_deletes_what_is_of_no_use_to_it(catalog, read, tmp_path, other):
    counts = catalog.counts
    killed(catalog, read, 3)
    opened = dl.open_catalog(catalog.path)
    if other == "columns":
        opened = opened.add_columns(COLUMNS[:1], jobs=1, progress=False)
        assert len(read) > 4  # all of them
    elif other == "scan":
        opened = dl.scan(tmp_path / "in", into=catalog.path, progress=False)
    else:
        opened = opened.compact(progress=False)
    assert not (catalog.path / FILE).exists()
    assert not strays(opened)
    assert opened.counts == counts


@pytest.mark.slow
def test_parts_that_are_missing_or_cut_short_are_made_again(catalog, read):
    killed(catalog, read, 3)
    done = json.loads((catalog.path / FILE).read_text())["done"]
    (first, second, _) = done.values()
    (catalog.path / first[0][0] / first[0][1]).unlink()
    with open(catalog.path / second[0][0] / second[0][1], "ab") as file:
        file.write(b"\0")
    files = len(Store(catalog.path).paths("headers", catalog._state.tables["headers"]))
    wider = dl.open_catalog(catalog.path).add_columns(COLUMNS, jobs=1, progress=False)
    assert len(read) == files - 1
    assert wider.counts == catalog.counts
    assert not strays(wider)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"[]",
        b'{"purpose": 1, "done": {}}',
        b'{"purpose": "x", "done": {"a": 1}}',
        b'{"purpose": "x", "done": {"a": [["files", "../../x.parquet", 1, 1]]}}',
        b'{"purpose": "x", "done": {"a": [["elsewhere", "x.parquet", 1, 1]]}}',
    ],
)
def test_a_note_that_is_none_of_ours_is_worth_nothing(catalog, read, note):
    (catalog.path / FILE).write_bytes(note)
    (catalog.path.parent / "x.parquet").write_bytes(b"mine")
    wider = catalog.add_columns(COLUMNS, jobs=1, progress=False)
    assert set(COLUMNS) <= {*wider.columns.names}
    assert not (catalog.path / FILE).exists()
    assert (catalog.path.parent / "x.parquet").read_bytes() == b"mine"


def test_a_rebuild_that_raises_leaves_nothing(catalog, monkeypatch):
    real = rebuild._remake
    seen = []

    def remake(*given):
        seen.append(given)
        if len(seen) == 3:
            raise ValueError("broken")
        return real(*given)

    monkeypatch.setattr(rebuild, "_remake", remake)
    with pytest.raises(ValueError, match="broken"):
        catalog.add_columns(COLUMNS, jobs=1, progress=False)
    assert not (catalog.path / FILE).exists()
    assert not strays(dl.open_catalog(catalog.path))

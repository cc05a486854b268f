"""Files of ours that somebody edited or damaged: each is read, or refused with its name and the key."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import dicomlab as dl
from dicomlab.drift import accept, freeze_baselines, mark_seen, new_changes, read_baselines
from dicomlab.drift.base import NotReadable
from dicomlab.drift.kept.decisions import read_decisions
from dicomlab.errors import DamagedCatalog, DicomlabError, NoCatalog, NotACohort
from dicomlab.plain_files import MOST_NESTED, NotPlain, member, parse_json, read_json
from dicomlab.protocols.reference import BadReference
from tests.build import write_archive

BROKEN = {
    "no JSON": b"not JSON at all",
    "binary": bytes(range(256)),
    "empty": b"",
    "zeros": bytes(1000),
    "nested": b"[" * 200_000,
    "nested and closed": b"[" * 500 + b"]" * 500,
    "a list": b"[1, 2]",
    "a number": b"9" * 5000,
    "null": b"null",
}
KINDS = ("cohort", "catalog", "protocol", "baselines", "builder")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("edited")


@pytest.fixture(scope="module")
def catalog(home) -> dl.Catalog:
    return dl.scan(write_archive(home / "archive"), into=home / "catalog", progress=False)


@pytest.fixture(scope="module")
def files(home, catalog, small_drift) -> dict[str, Path]:
    """A file of each kind, as dicomlab writes it."""
    cohort = dl.select(catalog, "Modality = 'CT'").sample(1, seed=1).split({"a": 1.0}, seed=1)["a"]
    protocol = dl.Protocol.from_series(catalog, catalog.series["SeriesInstanceUID"].iloc[0])
    builder = dl.widgets.CohortBuilder(catalog)
    builder.choices = [{"column": "Modality", "values": ["CT"]}]
    builder.leave_out(choices=[{"column": "n_instances", "high": 1}], why="localiser")
    return {
        "cohort": cohort.save(home / "cohort.json"),
        "catalog": home / "catalog" / "catalog.json",
        "protocol": protocol.save(home / "protocol.json"),
        "baselines": freeze_baselines(small_drift, to=home / "baselines.json"),
        "builder": builder.save(home / "builder.json"),
    }


@pytest.fixture(scope="module")
def small_drift() -> dl.Drift:
    days = pd.date_range("2024-01-01", periods=150)
    rows = pd.DataFrame({"first_acquired_at": days, "KVP": [120.0] * 80 + [100.0] * 70, "Modality": "CT"})
    about = {
        "Manufacturer": "ACME",
        "ManufacturerModelName": "X",
        "DeviceSerialNumber": "11",
        "ProtocolName": "a",
    }
    return dl.find_drift(rows.assign(**about, PatientID=[f"P{n}" for n in range(150)]), parameters=["KVP"])


@pytest.fixture
def reads(catalog, home, tmp_path) -> dict[str, Callable[[bytes], tuple[Path, Callable[[], object]]]]:
    """What reads a file of each kind that holds these bytes."""

    def at(name: str, raw: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(raw)
        return path

    def as_catalog(raw: bytes) -> tuple[Path, Callable[[], object]]:
        folder = tmp_path / "catalog"
        if not folder.exists():
            shutil.copytree(home / "catalog", folder)
        (folder / "catalog.json").write_bytes(raw)
        return folder, lambda: used(dl.open_catalog(folder))

    def used(opened: dl.Catalog) -> object:
        return repr(opened), opened.versions, opened.version, opened.columns, opened.is_complete

    def as_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], Any]:
        def prepare(raw: bytes) -> tuple[Path, Callable[[], object]]:
            path = at(name, raw)
            return path, lambda: read(path)

        return prepare

    return {
        "cohort": as_file("c.json", lambda path: repr(dl.Cohort.load(path, catalog))),
        "catalog": as_catalog,
        "protocol": as_file("p.json", lambda path: dl.Protocol.load(path).lint()),
        "baselines": as_file("b.json", read_baselines),
        "builder": as_file("w.json", lambda path: dl.widgets.CohortBuilder.load(path, catalog).value),
    }


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_none_is_refused_by_name(reads, kind, broken):
    path, read = reads[kind](BROKEN[broken])
    with pytest.raises(DicomlabError) as caught:
        read()
    sentence = str(caught.value)
    assert str(path) in sentence or kind == "builder"
    assert "\n" not in sentence
    assert len(sentence) < 500


def changes(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of each value in nested data; of long lists and objects the first two."""
    keys = list(found) if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else []
    for key in list(keys)[: 30 if not path else 12]:
        yield (*path, key)
        if len(path) < 4 and not (isinstance(key, int) and key > 1):
            yield from changes(found[key], (*path, key))


OTHERS = (None, -7, 0.5, "other\x1b[31m", [], {}, True, [[[1]]], {"x": [None]}, 10**30)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_each_key_that_is_missing_or_another_is_no_error_of_python(files, reads, kind):
    whole = json.loads(files[kind].read_text())
    for place in changes(whole):
        for other in ("missing", *OTHERS):
            edited = copy.deepcopy(whole)
            inner = edited
            for key in place[:-1]:
                inner = inner[key]
            if other == "missing":
                del inner[place[-1]]
            else:
                inner[place[-1]] = other
            _, read = reads[kind](json.dumps(edited).encode())
            assert said(read).isprintable(), (place, other)


def said(read: Callable[[], object]) -> str:
    """The sentence of our own that is raised; empty where the file is read."""
    try:
        read()
    except DicomlabError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("kind", "change", "error", "sentence"),
    [
        ("cohort", {"steps": [{"level": "series"}]}, NotACohort, r"'steps\[0\]\.what' is missing"),
        (
            "cohort",
            {"steps": [{"what": "select", "level": "nonsense"}]},
            NotACohort,
            "must be one of patient",
        ),
        ("cohort", {"steps": [{"what": "select", "where": 5}]}, NotACohort, "must be a text, not a number"),
        ("cohort", {"series": {"a": [1]}}, NotACohort, "'series.a' must be a number and a text"),
        (
            "catalog",
            {"tables": {"files": "1"}},
            NoCatalog,
            "'tables.files' must be a whole number, not a text",
        ),
        ("catalog", {"columns": [{"name": "x"}]}, NoCatalog, r"'columns\[0\]\.level' is missing"),
        ("catalog", {"keep_headers": "no"}, NoCatalog, "'keep_headers' must be true or false, not a text"),
        ("catalog", {"tables": {"files": 999}}, DamagedCatalog, "the log of files cannot be read"),
        ("baselines", {"format": 9}, NotReadable, "'format' must be 1"),
        ("baselines", {"signals": [{"device": "a"}]}, NotReadable, r"'signals\[0\]\.modality' is missing"),
        ("protocol", {"acquisitions": 5}, BadReference, "no list of acquisitions"),
    ],
)
def test_the_sentence_names_the_key(files, reads, kind, change, error, sentence):
    edited = json.loads(files[kind].read_text()) | change
    _, read = reads[kind](json.dumps(edited).encode())
    with pytest.raises(error, match=sentence):
        read()


def test_files_as_they_were_written_are_read(files, reads):
    for kind in KINDS:
        reads[kind](files[kind].read_bytes())[1]()


def test_nesting_is_bounded_on_both_sides():
    def nested(depth: int) -> bytes:
        return b"[" * depth + b"]" * depth

    assert parse_json(nested(MOST_NESTED)) is not None
    with pytest.raises(NotPlain, match=f"nested deeper than {MOST_NESTED} levels"):
        parse_json(nested(MOST_NESTED + 1))


def test_size_is_bounded_on_both_sides(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('"' + "a" * 98 + '"')
    assert len(read_json(path, most_bytes=100)) == 98
    with pytest.raises(NotPlain, match="larger than"):
        read_json(path, most_bytes=99)


def test_a_truth_value_is_no_number():
    with pytest.raises(NotPlain, match="'n' must be a whole number, not True or False"):
        member({"n": True}, "n", int)
    assert member({"n": 3}, "n", float) == 3.0


@pytest.mark.parametrize(
    "raw", [b"", bytes(64), b"device,onset\n1,soon\n", b'a,b\n"', "é;x\n1;2".encode("utf-16")]
)
def test_decisions_that_are_none_are_refused_by_name(small_drift, tmp_path, raw):
    path = tmp_path / "decisions.csv"
    path.write_bytes(raw)
    for work in (
        lambda: read_decisions(path),
        lambda: new_changes(small_drift, seen=path),
        lambda: mark_seen(small_drift, seen=path),
        lambda: accept(small_drift, "C001", to=path),
        lambda: dl.find_drift(small_drift.fleet, decisions=path),
    ):
        with pytest.raises(DicomlabError):
            work()


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("machine,when\nCT-1,2024-01-01\n", "no column 'device'"),
        ("", "service log"),
        ("\0\0\0", "no column 'device'|service log"),
    ],
)
def test_a_service_log_that_is_none_says_what_is_missing(small_drift, tmp_path, log, sentence):
    path = tmp_path / "log.csv"
    path.write_text(log)
    rows = pd.DataFrame(
        {"first_acquired_at": pd.date_range("2024-01-01", periods=3), "KVP": 120.0, "Modality": "CT"}
    )
    with pytest.raises(DicomlabError, match=sentence):
        dl.find_drift(rows, events=path)


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def other_bytes(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4:1500] = bytes(b ^ 0x5A for b in raw[4:1500])
    path.write_bytes(raw)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def without_column(path: Path) -> None:
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(table.column_names[1:2]), path)


@pytest.mark.slow
@pytest.mark.parametrize("damage", [zeros, other_bytes, cut_short, without_column])
@pytest.mark.parametrize("table", ["instances", "files"])
def test_a_damaged_table_is_named_with_what_to_do(home, catalog, tmp_path, table, damage):
    own = shutil.copytree(home / "catalog", tmp_path / "catalog")
    for path in (own / table).glob("*.parquet"):
        damage(path)
    opened = dl.open_catalog(own)
    for work in (
        lambda: opened.sql(f"SELECT * FROM {table}"),
        lambda: opened.read(table),
        lambda: opened.masked.read(table),
        lambda: opened.add_columns(["PatientComments"], progress=False),
        lambda: dl.scan(home / "archive", into=own, columns=dl.Columns().add("PatientState"), progress=False),
    ):
        with pytest.raises(
            DamagedCatalog, match=rf"is damaged: {table}/\S+ .*from a backup, or scan into a new"
        ):
            work()


def test_damaged_headers_are_named(home, catalog, tmp_path):
    own = shutil.copytree(home / "catalog", tmp_path / "catalog")
    for path in (own / "headers").glob("*.parquet"):
        other_bytes(path)
    opened = dl.open_catalog(own)
    for work in (
        lambda: opened.header(catalog.files["file_key"].iloc[0]),
        lambda: list(opened.kept_headers()),
        lambda: list(opened.read_headers(dl.Columns.only("KVP"))),
        lambda: opened.presence(["KVP"]),
    ):
        with pytest.raises(
            DamagedCatalog, match=r"headers/\S+ is no Parquet file, or its bytes were changed"
        ):
            work()

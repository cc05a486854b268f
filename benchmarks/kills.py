"""What a kill -9 at any moment costs: scans, added columns, compactions, exports, copies and reports.

    python benchmarks/kills.py [--kills 50] [--seed 7] [--files 6000] [--only scan ...]

Each operation runs in a child that is killed at a random moment, and then runs again to its end. After
each kill the catalog must open with whole tables; after the next run nothing may be lost, doubled or
left over. Work that was finished at the moment of the kill counts as kept where the next run does not
do it again. Kills that came before anything was finished, or after the end, are counted apart.
"""

from __future__ import annotations

import argparse
import csv
import json
import mmap
import os
import random
import shutil
import signal
import statistics
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import deltalake  # noqa: F401 - what a child would have to import itself is there before the fork
import duckdb  # noqa: F401
import pyarrow.compute  # noqa: F401
from archive import dicom_files, distinct_copies

import dicomlab as dl
from dicomlab.catalog import compaction, rebuild
from dicomlab.copies import engine as copies
from dicomlab.scanner import batch

FILES = ("CT_small.dcm", "MR_small.dcm")
COLUMNS = ["PatientOrientation", "PatientComments", "ImageComments", "ContentDate"]


class Counter:
    """A number that a child adds to and its parent reads, also when the child is dead."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)

    @property
    def value(self) -> int:
        """The number."""
        return int(struct.unpack("q", self._shared[:8])[0])

    @value.setter
    def value(self, value: int) -> None:
        self._shared[:8] = struct.pack("q", value)


@dataclass
class Operation:
    """One thing that is killed: what is there before it, what it does, and what must hold after it."""

    prepare: Callable[[Path], None]
    run: Callable[[Path, Counter], None]
    holds: Callable[[Path], None]
    """Raises AssertionError where something was lost, doubled or left over, after the next run."""
    opens: Callable[[Path], None]
    """The same, right after the kill."""


@dataclass
class Result:
    """What came of the kills of one operation."""

    killed: int = 0
    nothing_yet: int = 0
    too_late: int = 0
    finished: int = 0
    kept: int = 0
    shares: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def child(work: Callable[[], object]) -> int:
    """Start some work in a child; nothing here may start threads before the next fork."""
    number = os.fork()
    if number:
        return number
    code = 1
    try:
        work()
        code = 0
    except BaseException as error:
        print(type(error).__name__, str(error)[:300], flush=True)
    finally:
        os._exit(code)


def ended(number: int) -> int:
    """The exit code of a child; negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def done(work: Callable[[], object]) -> bool:
    """Do some work in a child, to its end; whether it raised nothing."""
    return ended(child(work)) == 0


def kills(operation: Operation, home: Path, times: int, chance: random.Random) -> Result:
    """Kill an operation so many times."""
    result, counter = Result(), Counter()
    TOTAL.value = 0
    ready = home / "ready"
    ready.mkdir()
    assert done(lambda: operation.prepare(ready))
    whole = seconds(operation, ready, home, counter)
    while result.killed + result.too_late + result.nothing_yet < times:
        here = home / "here"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(ready, here)
        counter.value = 0
        number = child(partial(operation.run, here, counter))
        time.sleep(chance.uniform(0.0, 1.0) * whole)
        os.kill(number, signal.SIGKILL)
        if ended(number) == 0:
            result.too_late += 1
            continue
        judge(operation, here, counter, result)
        print(
            result.killed + result.nothing_yet,
            "kills,",
            result.kept,
            "of",
            result.finished,
            "kept",
            file=sys.stderr,
        )
    return result


def seconds(operation: Operation, ready: Path, home: Path, counter: Counter) -> float:
    """How long the operation takes when nobody kills it."""
    shutil.rmtree(home / "here", ignore_errors=True)
    shutil.copytree(ready, home / "here")
    began = time.monotonic()
    assert done(lambda: operation.run(home / "here", counter))
    found = time.monotonic() - began
    assert done(lambda: operation.holds(home / "here"))
    return found


def judge(operation: Operation, here: Path, counter: Counter, result: Result) -> None:
    """Look at what a kill left, run again, and look once more."""
    finished = counter.value
    if not done(lambda: operation.opens(here)):
        result.wrong.append("not whole after the kill")
    counter.value = 0
    if not done(lambda: operation.run(here, counter)) or not done(lambda: operation.holds(here)):
        result.wrong.append("not whole after the next run")
    if not finished:
        result.nothing_yet += 1
        return
    result.killed += 1
    again = counter.value
    kept = min(max(TOTAL.value - again, 0), finished)
    result.finished += finished
    result.kept += kept
    result.shares.append(kept / finished)


TOTAL = Counter()
"""How much work the operation has in all."""


# --- the operations ---------------------------------------------------------------------------------


def counting(module: Any, name: str, counter: Counter, units: Callable[..., int]) -> None:
    """Have a function of the package add to a counter what it finished."""
    real, lock = getattr(module, name), threading.Lock()

    def counted(*given: Any, **named: Any) -> Any:
        made = real(*given, **named)
        with lock:
            counter.value += units(made, *given)
        return made

    setattr(module, name, counted)


def whole_catalog(catalog: Path, files: int) -> None:
    """Raise AssertionError unless a catalog has each file once, and nothing beside its tables."""
    opened = dl.open_catalog(catalog)
    keys = opened.files["file_key"]
    assert opened.is_complete, "not complete"
    assert len(keys) == keys.nunique() == files, f"{len(keys)} files"
    assert opened.instances["file_key"].nunique() == opened.counts["instances"], "instances"
    assert int(opened.sql("SELECT count(*) AS n FROM headers")["n"].iloc[0]) == opened.counts["instances"]
    assert opened.series["n_instances"].sum() == opened.counts["instances"], "series"
    no_strays(catalog)


def no_strays(catalog: Path) -> None:
    """Raise AssertionError for a file that no version of the catalog has."""
    from dicomlab.catalog.place import Folder
    from dicomlab.catalog.store import TABLES, Store
    from dicomlab.catalog.versions import FILE, read_state

    place = Folder(catalog)
    state, store = read_state(place), Store(place)
    for table in TABLES:
        versions = {s[table] for s in (state.tables, *(v.tables for v in state.versions)) if table in s}
        known = {part.name for version in versions for part in store.parts(table, version)}
        there = {path.name for path in (catalog / table).iterdir() if path.name != "_delta_log"}
        assert there <= known, f"{len(there - known)} files of no version in {table}"
    beside = {path.name for path in catalog.iterdir()} - {*TABLES, FILE, ".lock"}
    assert not beside, f"left over: {sorted(beside)}"


def opened_whole(catalog: Path) -> None:
    """Raise AssertionError unless a catalog that was left can be read, if there is one."""
    if (catalog / "catalog.json").exists():
        opened = dl.open_catalog(catalog)
        keys = opened.instances["file_key"]
        assert keys.is_unique, "doubled"
        assert len(keys) == opened.counts["instances"] <= opened.counts["files"], "counts"


def operations(archive: Path, files: int) -> dict[str, Operation]:
    """What is killed, by name."""

    def scan(here: Path, counter: Counter) -> None:
        TOTAL.value = files
        counting(batch._UnitRows, "_write_files", counter, lambda made, rows, items, *_: items.num_rows)
        dl.scan(archive, into=here / "catalog", progress=False)

    def add(here: Path, counter: Counter) -> None:
        TOTAL.value = files
        counting(rebuild, "_remake", counter, lambda made, *_: made[2])
        dl.open_catalog(here / "catalog").add_columns(COLUMNS, progress=False)

    def compact(here: Path, counter: Counter) -> None:
        counting(compaction, "_merged", counter, lambda made, *_: made.rows)
        dl.open_catalog(here / "catalog").compact(progress=False)
        TOTAL.value = max(TOTAL.value, counter.value)

    def copy(here: Path, counter: Counter) -> None:
        TOTAL.value = files
        counting(copies, "_one", counter, lambda made, *_: made[0] == "copied")
        dl.copy_files(dl.select(dl.open_catalog(here / "catalog")), here / "copies", progress=False)

    def export(here: Path, counter: Counter) -> None:
        TOTAL.value = 1
        dl.open_catalog(here / "catalog").export(here / "tables", format="csv")
        counter.value += 1

    def report(here: Path, counter: Counter) -> None:
        TOTAL.value = 1
        dl.write_report(dl.find_drift(dl.open_catalog(here / "catalog")), to=here / "report.html")
        counter.value += 1

    def scanned(here: Path) -> None:
        dl.scan(archive, into=here / "catalog", progress=False)

    def exported(here: Path) -> None:
        scanned(here)
        export(here, Counter())

    def reported(here: Path) -> None:
        scanned(here)
        report(here, Counter())

    def in_pieces(here: Path) -> None:
        from dicomlab.scanner import plan

        plan.UNIT_ROWS = max(files // 200, 1)
        compaction.MANY = 10_000
        dl.scan(archive, into=here / "catalog", progress=False)

    def catalog_holds(here: Path) -> None:
        whole_catalog(here / "catalog", files)

    def columns_hold(here: Path) -> None:
        catalog_holds(here)
        assert set(COLUMNS) <= set(dl.open_catalog(here / "catalog").instances.columns)

    def opens(here: Path) -> None:
        opened_whole(here / "catalog")

    def copies_hold(here: Path) -> None:
        there = [path for path in (here / "copies").rglob("*") if path.is_file()]
        assert len(there) == files, f"{len(there)} copies"
        size = next(archive.rglob("*.dcm")).stat().st_size
        assert not any(path.name.startswith(".") for path in there), "left over"
        assert all(path.stat().st_size > size // 2 for path in there), "cut short"

    def tables_are_whole(here: Path) -> None:
        """The earlier tables, or the new ones, which are the same."""
        opened = dl.open_catalog(here / "catalog")
        for table in ("files", "instances", "series"):
            with open(here / "tables" / f"{table}.csv", encoding="utf-8") as lines:
                assert sum(1 for _ in csv.reader(lines)) == opened.counts[table] + 1, table

    def tables_hold(here: Path) -> None:
        tables_are_whole(here)
        assert not list((here / "tables").glob(".*")), "left over"

    def report_is_whole(here: Path) -> None:
        assert (here / "report.html").read_text().rstrip().endswith("</html>"), "cut short"

    def report_holds(here: Path) -> None:
        report_is_whole(here)
        assert not list(here.glob(".*")), "left over"

    return {
        "scan": Operation(lambda here: None, scan, catalog_holds, opens),
        "add_columns": Operation(scanned, add, columns_hold, opens),
        "compact": Operation(in_pieces, compact, catalog_holds, opens),
        "export": Operation(exported, export, tables_hold, tables_are_whole),
        "copy": Operation(scanned, copy, copies_hold, opens),
        "report": Operation(reported, report, report_holds, report_is_whole),
    }


def said(name: str, result: Result) -> dict[str, Any]:
    """A result as plain data."""
    share = result.kept / result.finished if result.finished else None
    return {
        "operation": name,
        "kills": result.killed,
        "before anything was finished": result.nothing_yet,
        "after the end": result.too_late,
        "kept": None if share is None else round(share, 3),
        "median kept": round(statistics.median(result.shares), 3) if result.shares else None,
        "least kept": round(min(result.shares), 3) if result.shares else None,
        "wrong": result.wrong,
    }


def main() -> None:
    """Kill each operation, and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--files", type=int, default=6_000)
    parser.add_argument("--only", nargs="*", default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "files"
        distinct_copies([one for one in dicom_files(None) if Path(one).name in FILES], archive, asked.files)
        archive, files = archive / "archive", asked.files
        dl.read_header(next(archive.rglob("*.dcm")))  # compiled here, and not by each child
        for name, operation in operations(archive, files).items():
            if asked.only is None or name in asked.only:
                home = Path(folder) / name
                home.mkdir()
                chance = random.Random(f"{asked.seed} {name}")
                print(json.dumps(said(name, kills(operation, home, asked.kills, chance))), flush=True)


if __name__ == "__main__":
    main()

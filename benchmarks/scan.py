"""How fast a whole archive becomes tables: dicomlab.scan beside pydicom with joblib.

    python benchmarks/scan.py FOLDER [--files 20000] [--peer-files 1000] [--rounds 3] [--jobs 2]

The folder's files are multiplied into an archive with UIDs of its own. dicomlab scans it into a
committed catalog with every header kept; pydicom reads a part of it with joblib's processes into
one Parquet file of the same columns. Then dicomlab scans the unchanged archive again. Each works
in processes that have read a few files before, so that imports are not timed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import dicom_files, distinct_copies
from contender import Contender, Read, Table, version_of
from machine import as_table, describe, figures, size
from peers import Dicomsdl, Fastdicom, Pydicom
from watch import timed

from dicomlab.schema.columns import Column, Columns

JOBLIB_PEERS: dict[str, Contender] = {
    "pydicom + joblib": Pydicom(),
    "pydicom, specific_tags + joblib": Pydicom(only_wanted=True),
    "fastdicom + joblib": Fastdicom(),
    "dicomsdl + joblib": Dicomsdl(),
}
CHUNK = 64
"""Files that one joblib task reads."""


def into_parquet(name: str, paths: list[str], out: Path, jobs: int) -> None:
    """Read headers in processes and write one Parquet file, as a script with a peer would."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from joblib import Parallel, delayed

    chunks = [paths[first : first + CHUNK] for first in range(0, len(paths), CHUNK)]
    tables = Parallel(n_jobs=jobs)(delayed(_read_chunk)(name, chunk) for chunk in chunks)
    pq.write_table(pa.concat_tables(tables), out, compression="zstd")


_started: dict[str, tuple[Read, list[Column]]] = {}


def _read_chunk(name: str, paths: list[str]) -> Any:
    if name not in _started:  # once a process
        columns = [column for column in Columns() if not column.steps]
        _started[name] = JOBLIB_PEERS[name].start(columns), columns
    read, columns = _started[name]
    return _as_arrow(read(paths), columns)


def _as_arrow(table: Table, columns: Sequence[Column]) -> Any:
    import pyarrow as pa

    types = {"float": (float, pa.float64()), "int": (int, pa.int64())}
    arrays = []
    for column in columns:
        one, kind = types.get(column.kind, (str, pa.string()))
        make = _many if column.is_list else _single
        kind = pa.list_(kind) if column.is_list else kind
        arrays.append(pa.array([make(value, one) for value in table[column.name]], kind))
    return pa.table(arrays, names=[column.name for column in columns])


def _single(value: Any, one: Callable[[Any], Any]) -> Any:
    """A value of the column's type; null where it is empty or does not parse."""
    if value is None or value == "":
        return None
    try:
        return one(value)
    except (TypeError, ValueError):
        return None


def _many(value: Any, one: Callable[[Any], Any]) -> list[Any] | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = value.split("\\")
    return [_single(part, one) for part in (value if hasattr(value, "__iter__") else [value])]


def scan_into(archive: Path, into: Path, jobs: int) -> int:
    """Scan with dicomlab, all headers kept; gives how many files the catalog has."""
    import dicomlab

    catalog = dicomlab.scan(archive, into=into, jobs=jobs, progress=False)
    return int(catalog.sql("SELECT count(*) AS n FROM files")["n"][0])


def _job(job: dict[str, Any]) -> dict[str, Any]:
    """The work of a child process: a little one first, then the one that is timed."""
    with tempfile.TemporaryDirectory(prefix="dicomlab-scan-") as folder:
        few, out = Path(job["few"]), Path(folder)
        if job["name"] in JOBLIB_PEERS:
            paths = job["paths"]
            into_parquet(job["name"], dicom_files(few), out / "few.parquet", job["jobs"])
            return timed(lambda: into_parquet(job["name"], paths, out / "all.parquet", job["jobs"]))
        scan_into(few, out / "few", job["jobs"])
        archive, into = Path(job["archive"]), Path(job["into"])
        return timed(lambda: scan_into(archive, into, job["jobs"]))


@dataclass(frozen=True)
class Speed:
    """Files per second: by the clock on the wall, and of processor time over all workers."""

    wall: float
    cpu: float


def _in_child(files: int, **job: Any) -> Speed:
    """Run a job in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--job"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{job['name']} failed:\n{done.stderr}")
    took = json.loads(done.stdout.splitlines()[-1])
    return Speed(files / took["wall"], files / took["cpu"] if took["cpu"] else 0.0)


def run(archive: Path, few: Path, work: Path, settings: Any) -> dict[str, list[Speed]]:
    """All rounds, in turn."""
    paths = dicom_files(archive)
    part = paths[:: max(1, len(paths) // settings.peer_files)]
    peers = [name for name in JOBLIB_PEERS if any(only in name for only in settings.peers)]
    peers = [name for name in peers if version_of(JOBLIB_PEERS[name])]
    speeds: dict[str, list[Speed]] = {name: [] for name in (*_OURS, *peers)}
    for round_ in range(settings.rounds):
        into = work / f"catalog-{round_}"
        shared = {"few": str(few), "jobs": settings.jobs}
        for name in _OURS:
            speeds[name].append(
                _in_child(len(paths), name=name, archive=str(archive), into=str(into), **shared)
            )
        for name in peers:
            speeds[name].append(_in_child(len(part), name=name, paths=part, **shared))
        shutil.rmtree(into)
    return speeds


_OURS = ("dicomlab, first scan", "dicomlab, unchanged")


def report(speeds: dict[str, list[Speed]]) -> str:
    """Medians of the speeds, and of the ratios within each round."""
    head = ["whole archive", "files/s", "per CPU s", "first scan ÷ it", "low", "high", "by CPU time"]
    first = speeds[_OURS[0]]
    rows = []
    for name, found in speeds.items():
        ratios = [ours.wall / theirs.wall for ours, theirs in zip(first, found, strict=True)]
        by_cpu = [ours.cpu / (theirs.cpu or 1) for ours, theirs in zip(first, found, strict=True)]
        middle = (
            statistics.median(each) for each in ([s.wall for s in found], [s.cpu for s in found], ratios)
        )
        numbers = [*middle, min(ratios), max(ratios), statistics.median(by_cpu)]
        rows.append([name, *map(figures, numbers)])
    return as_table(head, rows)


def sizes(folder: Path, files: int) -> str:
    """Bytes a file in each table of a catalog."""
    rows = []
    for table in sorted(p for p in folder.iterdir() if p.is_dir()):
        total = sum(p.stat().st_size for p in table.rglob("*") if p.is_file())
        rows.append([table.name, size(total), size(total / files)])
    total = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    return as_table(["table", "size", "a file"], [*rows, ["catalog", size(total), size(total / files)]])


def _settings() -> Any:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=Path, help="DICOM files; pydicom's own if not given")
    parser.add_argument("--files", type=int, default=20_000, help="size of the archive that is made")
    parser.add_argument("--peer-files", type=int, default=1_000, help="how many of them the peers read")
    parser.add_argument("--peers", nargs="+", default=["pydicom + joblib"], help="parts of names of peers")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--job", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Make the archive, run all in turn, print the tables."""
    settings = _settings()
    if settings.job:
        print(json.dumps(_job(json.load(sys.stdin))))
        return
    paths = dicom_files(settings.folder)
    with tempfile.TemporaryDirectory(prefix="dicomlab-scan-") as folder:
        work = Path(folder)
        distinct_copies(paths, work / "many", settings.files)
        # Enough that every joblib process has some, and has imported what it needs.
        distinct_copies(paths, work / "few", 4 * CHUNK * settings.jobs)
        print(describe())
        held = sum(os.path.getsize(path) for path in paths)
        made_of = f"{settings.files:,} files from {len(paths):,} ({size(held)})"
        print(f"{made_of}, {settings.jobs} workers, warm cache\n")
        archive, few = work / "many" / "archive", work / "few" / "archive"
        print(report(run(archive, few, work, settings)))
        scan_into(archive, work / "catalog", settings.jobs)
        print(f"\nCatalog, headers kept:\n\n{sizes(work / 'catalog', settings.files)}")


if __name__ == "__main__":
    main()

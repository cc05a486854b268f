"""Whether a large archive fits: speed, memory over time and catalog size of one long scan.

    python benchmarks/scale.py [FOLDER] [--files 1000000] [--distinct] [--jobs 2] [--keep] [--work DISK]

Names are hard links to copies of the folder's files, in folders as an archive has them; with
--distinct each is a file of its own, with UIDs of its own, which takes about 30 kB of disk each.
The scan, the scan of the unchanged archive, a scan after a night that brought a few files, columns
added from the kept headers, a compaction and the queries each run in a process of their own whose
memory is sampled five times a second. Everything is made in a temporary folder, which is removed
at the end, unless --keep is given. The tables are printed as they are done.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from archive import dicom_files, distinct_copies, hard_links
from machine import as_table, describe, figures, size
from scan import sizes
from watch import Watch, watched

QUERIES = {
    "count per modality": "SELECT Modality, count(*) FROM instances GROUP BY 1",
    "slice thickness per model": (
        "SELECT ManufacturerModelName, median(SliceThickness), count(*) AS n "
        "FROM instances GROUP BY 1 ORDER BY n DESC"
    ),
    "largest series": "SELECT * FROM series ORDER BY n_instances DESC LIMIT 20",
    "files that could not be read": "SELECT reason, count(*) FROM files WHERE status <> 'read' GROUP BY 1",
    "one study": (
        "SELECT InstanceNumber, KVP FROM instances WHERE StudyInstanceUID = "
        "(SELECT min(StudyInstanceUID) FROM studies)"
    ),
}


ADDED = ["PatientComments", "ImageComments", "ReferencedImageSequence[0].ReferencedSOPInstanceUID"]
"""Columns that a scan does not write unless asked."""
NIGHT = 10
"""Files that come with a night."""


def _scan(archive: str, into: str, jobs: int) -> dict[str, Any]:
    import dicomlab

    first = time.time()
    dicomlab.scan(archive, into=into, jobs=jobs, progress=False)
    return {"first": first, "last": time.time()}


def _add(into: str, jobs: int) -> dict[str, Any]:
    import dicomlab

    first = time.time()
    catalog = dicomlab.open_catalog(into)
    columns = catalog.columns.add(*ADDED[:2]).add_path(ADDED[2])
    catalog.add_columns(columns, jobs=jobs, progress=False)
    return {"first": first, "last": time.time()}


def _compact(into: str) -> dict[str, Any]:
    import dicomlab

    first = time.time()
    dicomlab.open_catalog(into).compact(keep=1, progress=False)
    return {"first": first, "last": time.time()}


def _query(into: str) -> dict[str, Any]:
    import dicomlab

    first = time.time()
    catalog = dicomlab.open_catalog(into)
    seconds = {"open": time.time() - first}
    for name, query in QUERIES.items():
        start = time.perf_counter()
        catalog.sql(query)
        seconds[name] = time.perf_counter() - start
    start = time.perf_counter()
    catalog.header(catalog.sql("SELECT max(file_key) AS k FROM files")["k"][0])
    seconds["one header, as a pydicom dataset"] = time.perf_counter() - start
    return {"first": first, "last": time.time(), "seconds": seconds}


def _child(*arguments: str) -> tuple[dict[str, Any], Watch, int]:
    """Run a step in a process of its own: its answer, its memory over time, and its peak."""
    said, watch = watched([sys.executable, __file__, "--step", *arguments])
    answer = json.loads(said.splitlines()[-1])
    return answer, watch, answer["peak"]


def _cpu_seconds() -> float:
    """Processor time of this process and its children so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak_bytes() -> int:
    """The most memory that this process, or any child of it, has held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        * unit
    )


def step(arguments: list[str]) -> dict[str, Any]:
    """What a child process does."""
    kind, *rest = arguments
    if kind == "query":
        said = _query(rest[0])
    elif kind == "compact":
        said = _compact(rest[0])
    elif kind == "add":
        said = _add(rest[0], int(rest[1]))
    else:
        said = _scan(rest[0], rest[1], int(rest[2]))
    return {**said, "peak": _peak_bytes(), "cpu": _cpu_seconds()}


def run(archive: Path, into: Path, files: int, jobs: int) -> None:
    """Scan, scan again, add columns, compact, ask; prints a table after each part."""
    scan = ("scan", str(archive), str(into), str(jobs))
    rows = [_row("first scan", files, *scan), _row("scan again", files, *scan)]
    _bring(archive)
    rows.append(_row(f"scan after a night of {NIGHT} files", files + NIGHT, *scan))
    rows.append(_row(f"add {len(ADDED)} columns", files + NIGHT, "add", str(into), str(jobs)))
    head = [
        "",
        "seconds",
        "files/s",
        "per CPU s",
        "peak memory",
        "to 20 %",
        "to 40 %",
        "to 60 %",
        "to 80 %",
        "to 100 %",
    ]
    print(as_table(head, rows), flush=True)
    before, peak = _ask(into)
    held = sizes(into, files + NIGHT)
    rows = [_row("compact", files + NIGHT, "compact", str(into)), _row("scan again", files + NIGHT, *scan)]
    after, peak_after = _ask(into)
    print("\n" + as_table(["then", *head[1:]], rows))
    queries = [[name, figures(1000 * before[name]), figures(1000 * after[name])] for name in before]
    queries.append(["peak memory", size(peak), size(peak_after)])
    print("\n" + as_table(["query: ms", "before compact", "after"], queries))
    print(f"\n{held}\n\nAfter compact:\n\n{sizes(into, files + NIGHT)}", flush=True)


def _row(name: str, files: int, *arguments: str) -> list[str]:
    answer, watch, peak = _child(*arguments)
    seconds = answer["last"] - answer["first"]
    held = watch.fifths(answer["first"], answer["last"])
    shown = [size(most) if most else "" for most in held]  # too short for a sample: nothing
    speed = [figures(files / seconds), figures(files / answer["cpu"])]
    return [name, figures(seconds), *speed, size(peak), *shown]


def _ask(into: Path) -> tuple[dict[str, float], int]:
    answer, _, peak = _child("query", str(into))
    return answer["seconds"], peak


def _bring(archive: Path) -> None:
    """What a night brings: some of the files in a folder of their own."""
    folder = archive / "tonight"
    folder.mkdir()
    first = next(path for path in sorted((archive / "patient-00000").rglob("*")) if path.is_file())
    for number in range(NIGHT):
        shutil.copy(first, folder / f"IM{number:05d}.dcm")


def _settings() -> Any:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=Path, help="DICOM files; pydicom's own if not given")
    parser.add_argument("--files", "--paths", type=int, default=500_000, help="size of the archive")
    parser.add_argument("--distinct", action="store_true", help="files of their own, not hard links")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", type=Path, help="where the archive is made; the system's temporary folder")
    parser.add_argument("--keep", action="store_true", help="leave the archive and its catalog there")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Make the archive, run the steps, print the tables."""
    settings = _settings()
    if settings.step:
        print(json.dumps(step(settings.step)))
        return
    folder = Path(tempfile.mkdtemp(prefix="dicomlab-scale-", dir=settings.work))
    try:
        make = distinct_copies if settings.distinct else hard_links
        make(dicom_files(settings.folder), folder, settings.files)
        kind = "files of their own" if settings.distinct else "hard links"
        print(describe())
        print(f"{settings.files:,} paths ({kind}), {settings.jobs} workers, warm cache\n", flush=True)
        run(folder / "archive", folder / "catalog", settings.files, settings.jobs)
    finally:
        if settings.keep:
            print(f"\nKept: {folder}", flush=True)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

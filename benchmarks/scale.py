"""Whether a large archive fits: speed, memory over time and catalog size of one long scan.

    python benchmarks/scale.py [FOLDER] [--paths 500000] [--distinct] [--jobs 2]

Names are hard links to copies of the folder's files, in folders as an archive has them; with
--distinct each is a file of its own, with UIDs of its own, which takes about 30 kB of disk each.
The scan, the scan of the unchanged archive and the queries each run in a process of their own
whose memory is sampled five times a second. Everything is made in a temporary folder, which is
removed at the end.
"""

from __future__ import annotations

import argparse
import json
import resource
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


def _scan(archive: str, into: str, jobs: int) -> dict[str, Any]:
    import dicomlab

    first = time.time()
    dicomlab.scan(archive, into=into, jobs=jobs, progress=False)
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


def _peak_bytes() -> int:
    """The most memory that this process, or any child of it, has held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        * unit
    )


def step(arguments: list[str]) -> dict[str, Any]:
    """What a child process does."""
    if arguments[0] == "query":
        return {**_query(arguments[1]), "peak": _peak_bytes()}
    return {**_scan(arguments[1], arguments[2], int(arguments[3])), "peak": _peak_bytes()}


def run(archive: Path, into: Path, paths: int, jobs: int) -> str:
    """Scan, scan again, ask; gives the tables."""
    rows = []
    for name in ("first scan", "scan again"):
        answer, watch, peak = _child("scan", str(archive), str(into), str(jobs))
        seconds = answer["last"] - answer["first"]
        held = watch.fifths(answer["first"], answer["last"])
        shown = [size(most) if most else "" for most in held]  # too short for a sample: nothing
        rows.append([name, figures(seconds), figures(paths / seconds), size(peak), *shown])
    head = ["", "seconds", "files/s", "peak memory", "to 20 %", "to 40 %", "to 60 %", "to 80 %", "to 100 %"]
    answer, _, peak = _child("query", str(into))
    queries = [[name, figures(1000 * seconds)] for name, seconds in answer["seconds"].items()]
    return "\n\n".join(
        [
            as_table(head, rows),
            as_table([f"query (peak memory {size(peak)})", "ms"], queries),
            sizes(into, paths),
        ]
    )


def _settings() -> Any:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=Path, help="DICOM files; pydicom's own if not given")
    parser.add_argument("--paths", type=int, default=500_000)
    parser.add_argument("--distinct", action="store_true", help="files of their own, not hard links")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", type=Path, help="where the archive is made; the system's temporary folder")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Make the archive, run the steps, print the tables."""
    settings = _settings()
    if settings.step:
        print(json.dumps(step(settings.step)))
        return
    with tempfile.TemporaryDirectory(prefix="dicomlab-scale-", dir=settings.work) as folder:
        make = distinct_copies if settings.distinct else hard_links
        make(dicom_files(settings.folder), Path(folder), settings.paths)
        kind = "files of their own" if settings.distinct else "hard links"
        print(describe())
        print(f"{settings.paths:,} paths ({kind}), {settings.jobs} workers, warm cache\n", flush=True)
        print(run(Path(folder) / "archive", Path(folder) / "catalog", settings.paths, settings.jobs))


if __name__ == "__main__":
    main()

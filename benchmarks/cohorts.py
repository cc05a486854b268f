"""How long it takes to choose a cohort among a million series.

    python benchmarks/cohorts.py [--made 1000000] [--rounds 5] [--work DISK]

The series are those of the Imaging Data Commons (pip install idc-index-data brings its index, and
needs no network then), or invented ones with `--made`. A catalog is made of them, with an instance a
series and the columns that the index has, and asked as in a notebook. The best of the rounds counts;
the first one is told, too.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from machine import as_table, describe

from dicomlab.catalog.catalog import Catalog, open_catalog
from dicomlab.catalog.place import place_of
from dicomlab.catalog.rollup import roll_up
from dicomlab.catalog.store import Store, plain_schema, stored
from dicomlab.catalog.versions import State, write_state
from dicomlab.cohorts.engine import select
from dicomlab.schema.columns import Columns

TEXTS = (
    "PatientID StudyInstanceUID SeriesInstanceUID Modality SeriesDescription StudyDescription "
    "BodyPartExamined Manufacturer ManufacturerModelName"
).split()
_KEPT = {*TEXTS, "SOPInstanceUID", "SOPClassUID"}
COUNTED = """
SELECT Manufacturer, count(*) AS n, count(DISTINCT PatientID) AS patients
FROM series
WHERE Modality = 'MR' AND Manufacturer ILIKE '%siemens%'
  AND regexp_matches(SeriesDescription, '(?i)t1.*(post|gd|contrast)|mprage')
GROUP BY ALL ORDER BY n DESC
"""
FEW = "Modality = 'MR' AND SeriesDescription ILIKE '%flair%' AND Manufacturer ILIKE '%siemens%'"
BLOCK = 50_000


def of_idc() -> pa.Table:
    """The index that the package brings."""
    import idc_index_data
    import pyarrow.parquet as pq

    return pq.read_table(idc_index_data.IDC_INDEX_PARQUET_FILEPATH, columns=TEXTS)


def invented(rows: int) -> pa.Table:
    """An index of the same shape, made of nothing."""
    words = {
        "Modality": ("CT", "MR", "PT", "SEG"),
        "SeriesDescription": ("t1 mprage", "AX T2 FLAIR", "CHEST 5.0 B30f", "t1 post gd", "recon"),
        "Manufacturer": ("SIEMENS", "Siemens Healthineers", "GE MEDICAL SYSTEMS", "Philips"),
    }
    every = {"PatientID": 12, "StudyInstanceUID": 6, "SeriesInstanceUID": 1}

    def value(name: str, n: int) -> str:
        if name in every:
            return f"1.2.826.0.1.3680043.10.1561.{len(name)}.{n // every[name]}"
        choices = words.get(name, ("one", "another"))
        return choices[n * 7919 % 101 % len(choices)]

    return pa.table({name: pa.array((value(name, n) for n in range(rows)), pa.string()) for name in TEXTS})


def make_catalog(index: pa.Table, folder: Path) -> Catalog:
    """A catalog with one instance for each series of an index."""
    columns = Columns.from_list([one for one in Columns().to_list() if one["name"] in _KEPT])
    store = Store(folder)
    state = State(tuple(columns.to_list()), keep_headers=False, tables=store.create(columns))
    schema = plain_schema("instances", columns)
    with store.writer("instances", "all.parquet") as writer:
        for first in range(0, index.num_rows, BLOCK):
            writer.write(stored(_instances(index.slice(first, BLOCK), schema)))
    state = roll_up(place_of(folder), store.commit(state, [writer.part]), "rolled")
    write_state(folder, state.with_version("index", 0.0))
    return open_catalog(folder)


def _instances(part: pa.Table, schema: pa.Schema) -> pa.Table:
    rows = part.num_rows
    uids = part["SeriesInstanceUID"].combine_chunks()
    own = {name: part[name].combine_chunks() for name in TEXTS} | {"file_key": uids, "SOPInstanceUID": uids}
    columns = [own[f.name].cast(f.type) if f.name in own else pa.nulls(rows, f.type) for f in schema]
    return pa.table(columns, schema=schema)


def timed(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Seconds of the first time, and of the best."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds[0], min(seconds)


def measure(catalog: Catalog, rounds: int) -> list[tuple[str, ...]]:
    """A row a question: how many it gives, and its seconds."""
    few = select(catalog, FEW)
    kept = few.drop("SeriesDescription ILIKE '%motion%'", why="repeated")
    tasks: list[tuple[str, Callable[[], object], object]] = [
        ("counts by maker, in SQL", lambda: catalog.sql(COUNTED), int(catalog.sql(COUNTED)["n"].sum())),
        ("select", lambda: select(catalog, FEW), few.counts["series"]),
        ("select, and its flow", lambda: select(catalog, FEW).flow, few.counts["series"]),
        ("select all", lambda: select(catalog, "true"), len(catalog)),
        (
            "drop from few",
            lambda: few.drop("SeriesDescription ILIKE '%motion%'", why="x"),
            kept.counts["series"],
        ),
        ("its patients", lambda: few.patients, few.counts["patients"]),
        ("sample of 100 patients", lambda: few.sample(100, seed=1), few.sample(100, seed=1).counts["series"]),
    ]
    return [(name, f"{n:,}", *(f"{s:.2f}" for s in timed(work, rounds))) for name, work, n in tasks]


def main() -> None:
    """Make the catalog, ask it, and print what it took."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--made", type=int, help="so many invented series, instead of those of IDC")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--work", type=Path, help="a disk to work on")
    given = words.parse_args()
    work = Path(tempfile.mkdtemp(prefix="cohorts-", dir=given.work))
    try:
        index = invented(given.made) if given.made else of_idc()
        catalog = make_catalog(index, work / "catalog")
        print(f"{describe()}\n\n{len(catalog):,} series, {len(catalog.columns.names)} columns\n")
        print(as_table(["question", "gives", "first (s)", "best (s)"], measure(catalog, given.rounds)))
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        print(f"\nPeak memory, making the catalog with it: {peak / 1e6:,.0f} MB")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()

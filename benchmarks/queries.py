"""How long a query takes over a million instances, the first one and those after it, masked and not.

    python benchmarks/queries.py [--made 1000000] [--rounds 9] [--work DISK]

A catalog with all default columns is made of invented instances, 50 in a series, and asked by
`Catalog.sql`: a count, a group, one instance, a look at all columns. The first query of each kind of
catalog starts a process, and while masked it makes a copy of the table with pseudonyms. The median of
the rounds counts. The script uses public calls only, so that it can be run with another version of
dicomlab in PYTHONPATH.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
from machine import as_table, describe

from dicomlab.catalog.catalog import Catalog, open_catalog
from dicomlab.catalog.place import place_of
from dicomlab.catalog.rollup import roll_up
from dicomlab.catalog.store import Store, plain_schema, stored
from dicomlab.catalog.versions import State, write_state
from dicomlab.schema.columns import Columns

BLOCK = 50_000
_KEYS = {
    "PatientID": 1000,
    "StudyInstanceUID": 200,
    "SeriesInstanceUID": 50,
    "SOPInstanceUID": 1,
    "file_key": 1,
}
_CHOICES = {
    "Modality": ("CT", "MR", "PT", "DX"),
    "Manufacturer": ("SIEMENS", "GE MEDICAL SYSTEMS", "Philips"),
    "ManufacturerModelName": ("one", "another", "a third"),
    "SeriesDescription": ("t1 mprage", "AX T2 FLAIR", "CHEST 5.0 B30f", "recon"),
}
_NUMBERS = ("KVP", "SliceThickness", "RepetitionTime", "EchoTime", "InstanceNumber")


def make_catalog(rows: int, folder: Path) -> Catalog:
    """A catalog of so many invented instances."""
    columns = Columns()
    store = Store(folder)
    state = State(tuple(columns.to_list()), keep_headers=False, tables=store.create(columns))
    schema = plain_schema("instances", columns)
    with store.writer("instances", "all.parquet") as writer:
        for first in range(0, rows, BLOCK):
            writer.write(stored(_instances(np.arange(first, min(rows, first + BLOCK)), schema)))
    state = roll_up(place_of(folder), store.commit(state, [writer.part]), "rolled")
    write_state(folder, state.with_version("made", 0.0))
    return open_catalog(folder)


def _instances(n: np.ndarray, schema: pa.Schema) -> pa.Table:
    own = {
        name: pa.array([f"1.2.826.0.1.{every}.{i}" for i in (n // every).tolist()])
        for name, every in _KEYS.items()
    }
    for name, words in _CHOICES.items():
        own[name] = pa.array([words[i] for i in ((n // 50) * 7919 % 101 % len(words)).tolist()])
    own |= {name: pa.array(n * 31 % 997) for name in _NUMBERS}
    return pa.table(
        [own[f.name].cast(f.type) if f.name in own else pa.nulls(len(n), f.type) for f in schema],
        schema=schema,
    )


QUERIES = {
    "count": "SELECT count(*) AS n FROM instances",
    "group": "SELECT Modality, count(*) AS n, avg(SliceThickness) FROM instances GROUP BY 1",
    "point": "SELECT PatientID, KVP FROM instances WHERE SOPInstanceUID = '1.2.826.0.1.1.4711'",
    "all columns": "SELECT * FROM instances LIMIT 5",
}


def milliseconds(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Of the first time, and the median of the others."""
    taken = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return taken[0], statistics.median(taken[1:])


def measure(folder: Path, rounds: int) -> list[tuple[str, ...]]:
    """A row for each kind of catalog and query."""
    found = []
    for kind in ("plain", "masked"):
        catalog = open_catalog(folder)
        source = catalog.masked if kind == "masked" else catalog
        len(catalog)  # what opening costs is not what a query costs
        for name, query in QUERIES.items():
            first, usual = milliseconds(lambda source=source, query=query: source.sql(query), rounds)
            found.append((kind, name, f"{first:,.0f}", f"{usual:,.1f}"))
    return found


def main() -> None:
    """Make the catalog, ask it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--made", type=int, default=1_000_000, help="instances to invent")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--work", type=Path, help="where to make the catalog; it stays there")
    given = parser.parse_args()
    folder = given.work or Path(tempfile.mkdtemp(prefix="queries-"))
    try:
        if not (folder / "catalog.json").exists():
            make_catalog(given.made, folder)
        print(describe())
        print(as_table(["catalog", "query", "first, ms", "then, ms"], measure(folder, given.rounds)))
    finally:
        if given.work is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

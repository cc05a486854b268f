"""How long a click in the cohort builder takes, by how many series there are.

python benchmarks/clicks.py [--series 10000 200000 1000000]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from machine import as_table, describe

from dicomlab.catalog.catalog import Catalog
from dicomlab.cohorts.facets import Facets
from dicomlab.schema.columns import Columns

VALUES = {
    "Modality": 4,
    "PatientSex": 3,
    "BodyPartExamined": 40,
    "StationName": 200,
    "ManufacturerModelName": 30,
}
VALUES |= {"StudyDescription": 3_000, "ProtocolName": 5_000, "SeriesDescription": 50_000}
"""How many different texts a column has."""
CLICKS = {
    "nothing chosen": ([], ""),
    "a modality": ([{"column": "Modality", "values": ["Modality 1"]}], ""),
    "and a range": ([{"column": "SliceThickness", "low": 1, "high": 3}], ""),
    "two letters": ([], "42"),
    "a word and a range": ([{"column": "patient_age_years", "low": 30, "high": 50}], "series 4"),
}


class Made(Catalog):
    """A catalog whose series are made up, and lie in memory."""

    is_masked, columns = False, Columns()  # type: ignore[assignment]

    def __init__(self, n: int):
        self.table = _series(n)

    @property
    def unmasked(self) -> Catalog:
        """Itself: nobody is in it."""
        return self

    def arrow(self, query: str, beside: object = None) -> pa.Table:
        """What a query gives."""
        database = duckdb.connect()
        database.register("series", self.table)
        return database.sql(query).to_arrow_table()


def _series(n: int) -> pa.Table:
    random = np.random.default_rng(1)

    def texts(name: str, many: int) -> pa.Array:
        some = pa.array([f"{name.removesuffix('Description')} {i}" for i in range(many)])
        return pa.DictionaryArray.from_arrays(
            pa.array(random.integers(0, many, n, dtype="int32")), some
        ).cast(pa.string())

    table = {
        "PatientID": texts("P", max(1, n // 10)),
        "StudyInstanceUID": texts("1.2", max(1, n // 4)),
        "SeriesInstanceUID": pa.array([f"1.2.3.{i}" for i in range(n)]),
        "n_instances": random.integers(1, 600, n),
        **{name: texts(name, many) for name, many in VALUES.items()},
        "patient_age_years": random.normal(60, 15, n),
        "first_acquired_at": np.datetime64("2015-01-01", "us") + random.integers(0, 3 * 10**14, n),
        "SliceThickness": random.choice([0.6, 0.75, 1, 1.5, 2, 3, 5], n),
        "KVP": random.integers(20, 140, n).astype(float),
        "MagneticFieldStrength": random.choice([1.5, 3.0], n),
    }
    return pa.table(table)


def _click(facets: Facets, choices: list[dict[str, Any]], query: str, times: int = 5) -> float:
    """Seconds of a click, the median of some."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        facets.look(facets.moves([], query, choices))
        took.append(time.perf_counter() - start)
        facets._judge.cache_clear()  # the next one chooses what nobody chose before
        facets._with_word.cache_clear()
    return float(np.median(took))


def main() -> None:
    """Print the machine, and a row a number of series."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--series", type=int, nargs="+", default=[10_000, 200_000, 1_000_000])
    rows = []
    for n in asked.parse_args().series:
        catalog = Made(n)
        start = time.perf_counter()
        facets = Facets(catalog)
        opened = time.perf_counter() - start
        clicks = []
        for choices, query in CLICKS.values():
            clicks.append(f"{_click(facets, choices, query):.3f}")
        rows.append([f"{n:,}", f"{opened:.1f}", *clicks])
    print(describe(), "", "Seconds.", "", as_table(["series", "opening", *CLICKS], rows), sep="\n")


if __name__ == "__main__":
    main()

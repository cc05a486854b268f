"""How long it takes to learn the protocols of a million series, and to hold the series against them.

    python benchmarks/protocols.py [--made 1000000]

The series are those of the Imaging Data Commons (pip install idc-index-data brings its index, and
needs no network then), or invented ones with `--made`. The index has no acquisition parameters: ten
are made up, one value a description and model, and another one in a few series in a hundred.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from machine import as_table, describe

from dicomlab.protocols.engine import check_protocol
from dicomlab.protocols.learning import learn_protocols
from dicomlab.protocols.studies import check_studies

INDEX = (
    "PatientID StudyInstanceUID SeriesInstanceUID StudyDate SeriesDate SeriesNumber Modality "
    "BodyPartExamined SeriesDescription Manufacturer ManufacturerModelName"
).split()
VALUES: dict[str, tuple[tuple[object, ...], float]] = {
    "RepetitionTime": ((500.0, 650.0, 2000.0, 2300.0, 4400.0, 9000.0), 0.03),
    "EchoTime": ((2.3, 4.9, 15.0, 30.0, 85.0, 100.0), 0.03),
    "FlipAngle": ((8.0, 12.0, 70.0, 90.0, 150.0, 180.0), 0.03),
    "SliceThickness": ((0.8, 1.0, 2.5, 3.0, 5.0), 0.03),
    "KVP": ((80.0, 100.0, 120.0, 140.0), 0.2),
    "ConvolutionKernel": (("B30f", "B70f", "STANDARD", "BONE", "FC52"), 0.03),
    "PixelSpacing": (((0.5, 0.5), (0.7, 0.7), (0.9766, 0.9766), (1.2, 1.2)), 0.03),
    "Rows": ((256.0, 320.0, 512.0), 0.03),
    "ScanningSequence": ((("SE",), ("GR",), ("EP",)), 0.0),
    "ReceiveCoilName": (("HEAD", "BODY", "SPINE"), 0.03),
}
"""The values that a parameter is made of, and the share of series that have any one of them."""


def of_idc() -> pd.DataFrame:
    """The index that the package brings."""
    import idc_index_data

    return pd.read_parquet(idc_index_data.IDC_INDEX_PARQUET_FILEPATH, columns=INDEX)


def invented(rows: int) -> pd.DataFrame:
    """An index of the same shape, made of nothing: six series a study, two studies a patient."""
    number = np.arange(rows)
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(number // 6 % 1500, unit="D")
    protocol = pd.Series("protocol " + pd.Series(number % 40).astype(str))
    uid = "1.2.826.0.1.3680043.10.1561." + pd.DataFrame({n: number // n for n in (12, 6, 1)}).astype(str)
    return pd.DataFrame(
        {
            "PatientID": uid[12],
            "StudyInstanceUID": uid[6],
            "SeriesInstanceUID": uid[1],
            "StudyDate": day,
            "SeriesDate": day,
            "SeriesNumber": (number % 6).astype(str),
            "Modality": np.where(number % 40 < 20, "MR", "CT"),
            "BodyPartExamined": "HEAD",
            "SeriesDescription": protocol,
            "Manufacturer": np.where(number % 2, "SIEMENS", "GE MEDICAL SYSTEMS"),
            "ManufacturerModelName": "model " + pd.Series(number % 4).astype(str),
        }
    )


def with_parameters(index: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """The index with acquisition parameters: usual ones by description and model, and some others."""
    chance = np.random.default_rng(seed)
    named = index["SeriesDescription"].fillna("") + index["ManufacturerModelName"].fillna("")
    kind = pd.util.hash_pandas_object(named, index=False).to_numpy()
    made = index.copy()
    for place, (name, (values, odd)) in enumerate(VALUES.items()):
        which = ((kind >> np.uint64(3 + 4 * place)) % np.uint64(len(values))).astype(int)
        strays = chance.random(len(index)) < odd
        which[strays] = chance.integers(0, len(values), strays.sum())
        made[name] = pd.Series(list(values)).take(which).set_axis(index.index)
    # TR follows the slices that are needed, so that hardly two series have the same.
    made["RepetitionTime"] = (made["RepetitionTime"] + chance.normal(0, 0.2, len(index))).round(1)
    return made


def timed(work: Callable[[], object]) -> tuple[object, float, float]:
    """What the work gives, and its seconds by the clock and by processor."""
    clock, own = time.perf_counter(), time.process_time()
    given = work()
    return given, time.perf_counter() - clock, time.process_time() - own


def measure(series: pd.DataFrame) -> list[tuple[str, ...]]:
    """A row a verb: what it gives, and its seconds."""
    learned, *learning = timed(lambda: learn_protocols(series))
    held, *checking = timed(lambda: check_protocol(series, learned.reference))
    within, *looking = timed(lambda: check_studies(series))
    tasks = [
        ("learn_protocols", f"{len(learned.groups):,} protocols", learning),
        ("check_protocol", f"{len(held.deviations):,} deviations", checking),
        ("check_studies", f"{len(within):,} findings", looking),
    ]
    return [(name, gives, *(f"{s:.1f}" for s in seconds)) for name, gives, seconds in tasks]


def main() -> None:
    """Make the series, judge them, and print what it took."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--made", type=int, help="so many invented series, instead of those of IDC")
    given = words.parse_args()
    series = with_parameters(invented(given.made) if given.made else of_idc())
    print(f"{describe()}\n\n{len(series):,} series, {len(VALUES)} parameters\n")
    print(as_table(["verb", "gives", "seconds", "CPU seconds"], measure(series)))
    unit = 1 if sys.platform == "darwin" else 1024
    print(f"\nPeak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()

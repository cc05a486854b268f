"""How long drift takes over so many streams of two years, and how its memory goes with the machines.

    python benchmarks/streams.py [--streams 1000 10000 ...] [--days 730] [--a-day 1]

A stream is one parameter of one machine, with a value or more a day: ten to a machine, six that scatter and
four settings. Each size is judged in a process of its own, on one core, with the points of
nothing kept, as a nightly job does it. README.md says what was seen.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

import numpy as np
import pandas as pd
from machine import as_table, describe, figures, one_core, size
from watch import watched

SCATTERING = {
    "XRayTubeCurrent": (300, 30),
    "ExposureTime": (500, 40),
    "Exposure": (150, 15),
    "CTDIvol": (10, 1),
    "TableHeight": (150, 10),
    "DistanceSourceToDetector": (1085, 5),
}
SETTINGS = {"KVP": 120, "SliceThickness": 3, "RevolutionTime": 0.5, "ConvolutionKernel": "B30f"}
PARAMETERS = (*SCATTERING, *SETTINGS)


def make_series(machines: int, days: int, a_day: int) -> pd.DataFrame:
    """A table of series of so many CT machines, in which nothing changes."""
    rng = np.random.default_rng(1)
    n = machines * days * a_day
    machine = np.repeat(np.arange(machines), days * a_day)
    day = np.tile(np.repeat(np.arange(days), a_day), machines)
    minute = day * 1440 + rng.integers(480, 1080, n)
    table = {
        "first_acquired_at": np.datetime64("2024-01-01", "us") + minute.astype("timedelta64[m]"),
        "DeviceSerialNumber": pd.array([f"{100_000 + m}" for m in range(machines)], dtype="str").take(
            machine
        ),
        "SeriesInstanceUID": pd.array([f"1.2.826.0.1.3680043.10.1561.{i}" for i in range(n)], dtype="str"),
        **{name: np.round(rng.normal(*at, n), 1) for name, at in SCATTERING.items()},
    }
    alike = {"Modality": "CT", "Manufacturer": "Aurora Imaging", "ManufacturerModelName": "Vega"}
    return pd.DataFrame(table).assign(**alike, ProtocolName="Head", **SETTINGS)


def judge(streams: int, days: int, a_day: int) -> dict[str, Any]:
    """Judge a fleet of so many streams; gives seconds, and the memory of its table and at most."""
    import resource

    import dicomlab

    series = make_series(max(1, streams // len(PARAMETERS)), days, a_day)
    dicomlab.find_drift(series.iloc[: days * a_day], PARAMETERS, points="none")  # loads what it needs
    unit = 1 if sys.platform == "darwin" else 1024
    first, cpu = time.perf_counter(), time.process_time()
    drift = dicomlab.find_drift(series, PARAMETERS, points="none")
    return {
        "rows": len(series),
        "streams": int(drift.signals["is_monitored"].sum()),
        "wall": time.perf_counter() - first,
        "cpu": time.process_time() - cpu,
        "table": int(series.memory_usage(deep=True).sum()),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        "alarms": len(drift.alarms),
    }


def run(streams: int, days: int, a_day: int) -> list[object]:
    """One line of the table."""
    command = [sys.executable, __file__, "--judge", str(streams), "--days", str(days), "--a-day", str(a_day)]
    told = json.loads(watched(command)[0].splitlines()[-1])
    a_thousand = 1000 * told["cpu"] / max(told["streams"], 1)
    return [
        f"{told['streams']:,}",
        f"{told['rows']:,}",
        figures(told["wall"]),
        figures(told["cpu"]),
        figures(a_thousand),
        size(told["table"]),
        size(told["peak"]),
        told["alarms"],
    ]


HEAD = ["streams", "series", "s", "s of processor", "a thousand streams", "table", "peak memory", "alarms"]


def main() -> None:
    """Judge each size, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--streams", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--a-day", type=int, default=1, help="series of each machine a day")
    parser.add_argument("--judge", type=int, help=argparse.SUPPRESS)
    settings = parser.parse_args()
    core = one_core()
    if core is not None:
        os.sched_setaffinity(0, {core})
    if settings.judge:
        print(json.dumps(judge(settings.judge, settings.days, settings.a_day)))
        return
    print(describe())
    rows = [run(streams, settings.days, settings.a_day) for streams in settings.streams]
    print(as_table(HEAD, rows))


if __name__ == "__main__":
    main()

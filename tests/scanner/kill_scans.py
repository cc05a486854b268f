"""Scan, kill the scan at a random moment, look at the catalog; again and again.

Run by test_scan.py in a process of its own: python kill_scans.py ARCHIVE CATALOG TIMES
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time

import dicomlab as dl
from dicomlab.errors import NoCatalog
from dicomlab.scanner import engine, plan


def one_scan(archive: str, into: str) -> None:
    """A scan that commits often, so that a kill meets every kind of moment."""
    plan.UNIT_ROWS = 7
    engine.COMMIT_SECONDS = (0.0, 0.0)
    dl.scan(archive, into=into, progress=False, jobs=1)


def killed(archive: str, into: str, after: float) -> bool:
    """Scan in a child and kill it; False when it had come to its end before."""
    child = os.fork()
    if child == 0:
        one_scan(archive, into)
        os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def seconds_of_a_scan(archive: str, into: str) -> float:
    """How long a scan takes here, in a child like those that are killed."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        one_scan(archive, into + "-timed")
        os._exit(0)
    os.waitpid(child, 0)
    shutil.rmtree(into + "-timed")
    return time.monotonic() - began


def look(into: str) -> None:
    """Open the catalog in a child: nothing here may start threads before the next fork."""
    child = os.fork()
    if child == 0:
        try:
            catalog = dl.open_catalog(into)
            good = len(catalog.instances) == catalog.counts["instances"] <= catalog.counts["files"]
            os._exit(0 if good and catalog.instances["file_key"].is_unique else 1)
        except NoCatalog:  # killed before there was one
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "the catalog cannot be read"


def main() -> None:
    """Kill as often as asked, then complete, and print what is there."""
    archive, into, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    chance = random.Random(7)
    whole = seconds_of_a_scan(archive, into)
    count = 0
    while count < times:
        if killed(archive, into, chance.uniform(0.05, 1.0) * whole):
            count += 1
            look(into)
        else:
            shutil.rmtree(into)
    one_scan(archive, into)
    catalog = dl.open_catalog(into)
    keys = catalog.instances["file_key"]
    headers = int(catalog.sql("SELECT count(*) AS n FROM headers")["n"].iloc[0])
    counts = catalog.counts
    print(
        json.dumps(
            {
                "killed": count,
                "files": counts["files"],
                "instances": counts["instances"],
                "distinct": int(keys.nunique()),
                "headers": headers,
            }
        )
    )


if __name__ == "__main__":
    main()

"""Several processes write into one catalog at once, and one of them is killed; round after round.

Run by test_at_once.py in a process of its own: python races.py ONE TWO CATALOG ROUNDS
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable

import deltalake  # noqa: F401 - what a child would have to import itself is there before the fork
import duckdb  # noqa: F401

import dicomlab as dl
import dicomlab.header.engine
from dicomlab.catalog import compaction
from dicomlab.errors import CatalogBusy, NoCatalog
from dicomlab.scanner import engine, plan

DONE, BUSY, NOTHING_THERE = 0, 10, 11
COLUMNS = ["PatientOrientation", "PatientComments", "ImageComments", "ContentDate", "BurnedInAnnotation"]


def fork(work: Callable[[], object]) -> int:
    """Do some work in a child: nothing here may start threads before the next fork."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = DONE
    except CatalogBusy:
        code = BUSY
    except NoCatalog:
        code = NOTHING_THERE
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """The exit code of a child; negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def scan(source: str, into: str) -> None:
    """A scan of many steps."""
    plan.UNIT_ROWS, engine.COMMIT_SECONDS, compaction.MANY = 7, (0.0, 0.0), 3
    dl.scan(source, into, progress=False, jobs=1)


def look(into: str) -> None:
    """Fail unless the catalog is of one piece."""
    catalog = dl.open_catalog(into)
    keys = catalog.files["file_key"]
    headers = catalog.sql("SELECT count(*) AS n FROM headers")["n"].iloc[0]
    if not (keys.is_unique and len(keys) == len(catalog.instances) == headers == catalog.counts["files"]):
        raise AssertionError(f"{len(keys)} files, {len(catalog.instances)} instances, {headers} headers")
    if catalog.is_complete and catalog.series["n_instances"].sum() != len(keys):
        raise AssertionError("series do not add up")


def main() -> None:
    """Let them race as often as asked, then complete, and print what came of it."""
    one, two, into, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    chance, outcomes = random.Random(11), Counter()
    for number in range(rounds):
        work: list[Callable[[], object]] = [
            lambda: scan(one, into),
            lambda: scan(two, into),
            lambda: dl.open_catalog(into).compact(keep=2, progress=False),
            lambda n=number: dl.open_catalog(into).add_columns(
                [COLUMNS[n % len(COLUMNS)]], jobs=1, progress=False
            ),
        ]
        chance.shuffle(work)
        children = [fork(one_of_them) for one_of_them in work]
        time.sleep(chance.uniform(0.0, 0.7))
        victim = chance.choice(children)
        os.kill(victim, signal.SIGKILL)
        codes = [ended(child) for child in children]
        if not set(codes) <= {DONE, BUSY, NOTHING_THERE, -signal.SIGKILL}:
            raise AssertionError(f"round {number}: exit codes {codes}")
        outcomes.update(codes)
        code = ended(fork(lambda: look(into)))
        if code not in (DONE, NOTHING_THERE):
            raise AssertionError(f"round {number}: the catalog is not of one piece ({code})")
    for source in (one, two):
        scan(source, into)
    look(into)
    catalog = dl.open_catalog(into)
    said = {"done": outcomes[DONE], "busy": outcomes[BUSY], "killed": outcomes[-signal.SIGKILL]}
    print(json.dumps({**said, "files": len(catalog.files), "is_complete": catalog.is_complete}))


if __name__ == "__main__":
    main()

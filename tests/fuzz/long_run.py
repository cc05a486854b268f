"""Odd headers by the hundred thousand, whole and with bytes changed, read in both ways.

    python -m tests.fuzz.long_run --headers 200000 --mutants 100000 --jobs 2

Prints what was read, and each header of which the two readers say different things, or that one of them
raises for, by its seed. NUMBA_DISABLE_JIT=1 runs the kernel as Python, where a read beyond an array raises;
that is some twenty times slower. The exit code is 1 where anything was found.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from dicomlab.isolation import RAISE_ALL
from tests.fuzz.odd_headers import odd_header
from tests.fuzz.test_corpus import change
from tests.fuzz.twins import compare, twins

AT_ONCE = 200
MOST_SHOWN = 40


@dataclass
class Met:
    """What was met in some headers."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """The header, by its seed, and what is wrong."""

    def add(self, other: Met) -> None:
        """Count others too."""
        self.counts.update(other.counts)
        self.wrong += other.wrong


def header(seed: int, *, is_mutant: bool) -> bytes:
    """The header of a seed, or the same with one to four small changes."""
    raw = bytearray(odd_header(seed, twins()[0]))
    if is_mutant:
        choice = random.Random(f"mutant {seed}")
        for _ in range(choice.randint(1, 4)):
            change(raw, choice)
    return bytes(raw)


def look(first: int, last: int, is_mutant: bool) -> Met:
    """Read the headers of some seeds together, and alone where one of them raises."""
    os.environ[RAISE_ALL] = "1"
    headers = [header(seed, is_mutant=is_mutant) for seed in range(first, last)]
    met, name = Met(), "mutant" if is_mutant else "header"
    try:
        rows = compare(headers)
    except Exception as error:  # that it raises is what is looked for
        if last - first > 1:
            middle = (first + last) // 2
            met.add(look(first, middle, is_mutant))
            met.add(look(middle, last, is_mutant))
            return met
        place = traceback.extract_tb(error.__traceback__)[-1]
        met.counts[f"{name}: raised"] += 1
        met.wrong.append(f"{name} {first}: {type(error).__name__} in {place.filename}, line {place.lineno}")
        return met
    for seed, (row, wrong) in zip(range(first, last), rows, strict=True):
        way = "handed back" if row.is_alone else "by the kernel"
        met.counts[f"{name}: {row.status}, {way}"] += 1
        if wrong:
            met.wrong.append(f"{name} {seed}: {', '.join(wrong[:6])}")
    return met


def main(arguments: list[str] | None = None) -> int:
    """Run, and print what was met; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--headers", type=int, default=10_000)
    parser.add_argument("--mutants", type=int, default=5_000)
    parser.add_argument("--first", type=int, default=0, help="The first seed.")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args(arguments)
    began, met = time.monotonic(), Met()
    first = given.first
    parts = [
        (begin, min(begin + AT_ONCE, first + n), is_mutant)
        for n, is_mutant in ((given.headers, False), (given.mutants, True))
        for begin in range(first, first + n, AT_ONCE)
    ]
    with ProcessPoolExecutor(given.jobs) as pool:
        for number, found in enumerate(pool.map(look, *zip(*parts, strict=True))):
            met.add(found)
            if found.wrong and len(met.wrong) <= MOST_SHOWN:
                print("\n".join(found.wrong), flush=True)
            if number % 50 == 49:
                done = f"{sum(met.counts.values()):,} read, {len(met.wrong)} wrong"
                print(f"{done}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    for name, count in met.counts.most_common():
        print(f"{count:>9,}  {name}")
    print(f"{len(met.wrong):>9,}  wrong, in {time.monotonic() - began:.0f} s")
    return 1 if met.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Does a scan account for every file, whatever is in it? Thousands of spoilt files, scanned for real.

    python benchmarks/mutants.py --files 100000

Each file is one that pydicom ships, changed at one to four places: bits, cuts, impossible lengths, swapped
bytes, sequences put in, pieces of other files. They are scanned some thousands at a time, each time in a
process of its own, so that a crash or a hang is seen; the files of a batch that failed are kept.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

MOST_BYTES = 48 * 1024
"""How much of each of pydicom's files is taken."""
HANG_SECONDS = 600

Change = Callable[[bytearray, random.Random, list[bytes]], None]


def flip(raw: bytearray, choice: random.Random, _: list[bytes]) -> None:
    """Some bits."""
    for _bit in range(choice.randint(1, 8)):
        raw[_place(raw, choice)] ^= 1 << choice.randrange(8)


def cut(raw: bytearray, choice: random.Random, _: list[bytes]) -> None:
    """The end is missing."""
    del raw[_place(raw, choice) :]


def lose(raw: bytearray, choice: random.Random, _: list[bytes]) -> None:
    """Some bytes are missing."""
    at = _place(raw, choice)
    del raw[at : at + choice.randint(1, 64)]


def claim(raw: bytearray, choice: random.Random, _: list[bytes]) -> None:
    """A length that no file has."""
    length = choice.choice([0xFFFFFFFF, 0xFFFFFFFE, 0x80000000, 0x7FFFFFFF, 0x00FFFFFF, 0xFFFF, 0, 1])
    order = choice.choice(["little", "big"])
    at = _element(raw, choice)
    raw[at + 4 : at + 8] = length.to_bytes(4, order)


def swap(raw: bytearray, choice: random.Random, _: list[bytes]) -> None:
    """A stretch in the other byte order."""
    at = _place(raw, choice) & ~1
    part = raw[at : at + 2 * choice.randint(1, 200)]
    part = part[: len(part) & ~1]
    part[::2], part[1::2] = part[1::2], part[::2]
    raw[at : at + len(part)] = part


def nest(raw: bytearray, choice: random.Random, _: list[bytes]) -> None:
    """Sequences in sequences, of undefined length, with or without their ends."""
    depth = choice.choice([1, 3, 40, 60, 2000])
    begin = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    end = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    at = _element(raw, choice)
    raw[at:at] = begin * depth + end * choice.choice([depth, depth, depth - 1, 0])


def splice(raw: bytearray, choice: random.Random, whole: list[bytes]) -> None:
    """A piece of another file."""
    other = choice.choice(whole)
    begin = choice.randrange(len(other))
    at = _place(raw, choice)
    raw[at:at] = other[begin : begin + choice.randint(1, 400)]


CHANGES: tuple[Change, ...] = (flip, flip, cut, lose, claim, claim, swap, nest, splice)


def _place(raw: bytearray, choice: random.Random) -> int:
    """Anywhere, the beginning more often than the rest."""
    return choice.randrange(choice.choice([len(raw), min(len(raw), 600), min(len(raw), 3000)]))


def _element(raw: bytearray, choice: random.Random) -> int:
    """Where an element may begin: before two letters that look like a VR, else anywhere."""
    begin = _place(raw, choice)
    for at in range(begin, min(begin + 400, len(raw) - 8)):
        if raw[at + 4 : at + 6].isalpha() and raw[at + 4 : at + 6].isupper():
            return at
    return begin


def mutant(whole: list[bytes], choice: random.Random) -> bytes:
    """One file with a few changes."""
    raw = bytearray(choice.choice(whole))
    for _ in range(choice.randint(1, 4)):
        if raw:
            choice.choice(CHANGES)(raw, choice, whole)
    return bytes(raw)


def shipped() -> list[bytes]:
    """The beginnings of the files that pydicom ships."""
    import pydicom.data

    root = Path(pydicom.data.__file__).parent
    found = sorted(p for p in root.rglob("*") if p.is_file() and p.suffix not in {".py", ".pyc", ".json"})
    return [data for path in found if (data := path.read_bytes()[:MOST_BYTES])]


def write(folder: Path, files: int, seed: int) -> None:
    """Write so many mutants, the same ones for the same seed."""
    choice, whole = random.Random(seed), shipped()
    for number in range(files):
        place = folder / f"{number // 500:03d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:06d}").write_bytes(mutant(whole, choice))


def account(folder: Path, into: Path) -> dict[str, object]:
    """Scan a folder, and hold the tables against what lies there; gives what was met."""
    import dicomlab as dl

    began = time.monotonic()
    catalog = dl.scan(folder, into=into, progress=False)
    seconds = time.monotonic() - began
    files = catalog.files
    own = files[files["container"].isna()]
    there = {str(path) for path in folder.rglob("*") if path.is_file()}
    # What is left of a broken archive is a row of its own, and no instance.
    is_read = files["status"].isin(["read", "partial"]) & ~files["reason"].str.startswith(
        "the archive", na=False
    )
    read = set(files.loc[is_read, "file_key"])
    return {
        "files": len(there),
        "rows": len(own),
        "is_whole": set(own["file_key"]) == there and files["file_key"].is_unique,
        "has_reasons": bool((files["reason"].isna() == (files["status"] == "read")).all()),
        "has_instances": set(catalog.instances["file_key"]) == read,
        "status": own["status"].value_counts().to_dict(),
        "reasons": own["reason"].value_counts().to_dict(),
        "problems": catalog.counts["problems"],
        "seconds": round(seconds, 2),
    }


def run(folder: Path, into: Path) -> dict[str, object]:
    """Account for a folder in a process of its own. Raises RuntimeError for a crash or a hang."""
    call = [sys.executable, __file__, "--account", str(folder), str(into)]
    try:
        done = subprocess.run(call, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"a hang of {HANG_SECONDS} s") from None
    if done.returncode:
        raise RuntimeError(f"a crash, code {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def main() -> int:
    """Write, scan, account, batch after batch; prints what was met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--account", nargs=2, metavar=("FOLDER", "INTO"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.account:
        print(json.dumps(account(*map(Path, given.account))))
        return 0
    status: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    seconds, slowest, failed, problems = 0.0, 0.0, 0, 0
    for number, first in enumerate(range(0, given.files, given.batch)):
        folder = Path(tempfile.mkdtemp(prefix="mutants-"))
        write(folder / "files", min(given.batch, given.files - first), given.seed * 1_000_003 + number)
        try:
            met = run(folder / "files", folder / "catalog")
            wrong = [name for name in ("is_whole", "has_reasons", "has_instances") if not met[name]]
            if wrong:
                raise RuntimeError(f"not accounted for: {', '.join(wrong)}")
        except RuntimeError as error:
            failed += 1
            print(f"batch {number} failed, its files are kept in {folder}: {error}", flush=True)
            continue
        shutil.rmtree(folder)
        status.update(met["status"])
        reasons.update(met["reasons"])
        seconds, slowest, problems = (
            seconds + met["seconds"],
            max(slowest, met["seconds"]),
            problems + met["problems"],
        )
        print(f"{sum(status.values()):,} files, {seconds:.0f} s of scanning", file=sys.stderr, flush=True)
    print(f"{given.files:,} files, {sum(status.values()):,} rows, {failed} batches failed")
    print(f"{seconds:.0f} s of scanning, at most {slowest:.1f} s for {given.batch:,} files")
    for name, count in [*status.most_common(), ("values that did not parse", problems)]:
        print(f"  {count:>9,}  {name}")
    print("reasons")
    for name, count in reasons.most_common(25):
        print(f"  {count:>9,}  {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

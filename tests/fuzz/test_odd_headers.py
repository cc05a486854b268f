"""Both readers say the same of headers that hardly any file has, and pydicom finds the same elements."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import warnings
from collections import Counter

import pydicom
import pytest

from dicomlab.header.fallback import _parsed
from dicomlab.quiet_pydicom import quiet_pydicom
from tests.fuzz.long_run import look
from tests.fuzz.odd_headers import BIG_ENDIAN, DEFLATED, IMPLICIT, odd_header
from tests.fuzz.odd_values import TOKEN
from tests.fuzz.twins import compare, twins


@pytest.mark.slow
def test_both_readers_say_the_same_of_odd_headers():
    met = look(0, 300, is_mutant=False)
    assert met.wrong == []
    assert met.counts["header: read, by the kernel"] > 140  # else both were the same reader
    assert met.counts["header: read, handed back"] > 20


def test_both_readers_say_the_same_of_odd_headers_with_bytes_changed():
    met = look(0, 100, is_mutant=True)
    assert met.wrong == []
    assert sum(n for name, n in met.counts.items() if "partial" in name) > 10


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 10_000, 1000))
def test_both_readers_say_the_same_of_ten_thousand_odd_headers(first):
    wrong = [line for k in range(first, first + 1000, 200) for line in look(k, k + 200, False).wrong]
    assert wrong == []


@pytest.mark.slow
def test_no_read_of_the_kernel_goes_beyond_an_array():
    """Run as Python, the kernel raises where it does; compiled, it would read whatever lies there."""
    call = [sys.executable, "-m", "tests.fuzz.long_run", "--headers", "300", "--mutants", "100"]
    done = subprocess.run(
        call, env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_difference_is_seen():
    (row, wrong), (other, _) = compare([odd_header(seed, twins()[0]) for seed in (1, 2)])
    assert wrong == row.differs(row) == []
    assert {"header_bytes", "SOPInstanceUID"} <= {*row.differs(other)}


def test_headers_are_of_every_kind_and_the_same_for_a_seed():
    headers = [odd_header(seed, twins()[0]) for seed in range(300)]
    assert headers == [odd_header(seed, twins()[0]) for seed in range(300)]
    has = Counter(
        name
        for raw in headers
        for name, is_there in {
            "implicit": IMPLICIT.encode() + b"\0" in raw,
            "big": BIG_ENDIAN.encode() in raw,
            "deflated": DEFLATED.encode() in raw,
            "no preamble": raw[128:132] != b"DICM",
            "a token": TOKEN.encode() in raw,
            "frames": b"\x00\x52\x30\x92" in raw or b"\x52\x00\x92\x30" in raw,
            "an undefined length": b"\xff\xff\xff\xff" in raw,
            "UN": b"UN\0\0" in raw,
        }.items()
        if is_there
    )
    assert len(has) == 8
    assert min(has.values()) >= 8
    assert sum(map(len, headers)) / len(headers) < 20_000


def test_pydicom_finds_the_same_elements():
    """A witness: where each value lies, in headers that pydicom takes apart."""
    n_headers = n_elements = n_lost = 0
    for seed in range(250):
        raw = odd_header(seed, twins()[0])
        theirs = _as_pydicom(raw)
        parsed = _parsed(raw, len(raw))
        if theirs is None or DEFLATED.encode() in raw or parsed.dataset.reason:
            continue
        ours = {tag: (e.start, e.length) for tag, e in parsed.dataset.elements.items()}
        if set(ours) != set(theirs):
            # It takes items in the other byte order for elements of the file, or ends where one is odd.
            at = [place[0] for _, place in sorted(theirs.items()) if place]
            assert at != sorted(at) or set(theirs) < set(ours), seed
            n_lost += 1
            continue
        differ = [f"{tag:08X}" for tag, place in theirs.items() if place and place != ours[tag]]
        assert not differ, (seed, differ)
        n_headers, n_elements = n_headers + 1, n_elements + sum(p is not None for p in theirs.values())
    assert n_headers > 120
    assert n_elements > 4000
    assert n_lost <= 2


def _as_pydicom(raw: bytes) -> dict[int, tuple[int, int] | None] | None:
    """Where pydicom finds values, None for what it has taken apart already; None where it raises."""
    with quiet_pydicom(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks at some texts when it is asked for their places
        try:
            return _places(pydicom.dcmread(io.BytesIO(raw), stop_before_pixels=True, force=True))
        except Exception:
            return None


def _places(dataset: pydicom.Dataset) -> dict[int, tuple[int, int] | None]:
    found: dict[int, tuple[int, int] | None] = {}
    for tag in dataset.keys():  # noqa: SIM118
        element = dataset.get_item(tag)
        is_plain = hasattr(element, "value_tell") and getattr(element, "length", -1) not in (-1, 0xFFFFFFFF)
        found[int(tag)] = (element.value_tell, element.length) if is_plain else None
    return found

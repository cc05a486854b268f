"""A thousand hostile small files make small tables, and take little more memory than plain ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import dicomlab as dl
from tests.hostile_files import KINDS, deflated_items, deflated_text, file_of, plain_file, text_of

SCAN = """
import json, resource, sys
import dicomlab as dl
catalog = dl.scan(sys.argv[1], into=sys.argv[2], progress=False, jobs=2)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"peak": peak, "counts": catalog.counts}))
"""
COUNT = 1_000


def scanned(folder: Path) -> dict[str, object]:
    """Scan in a process of its own; its largest memory and what it counted."""
    call = [sys.executable, "-c", SCAN, folder, folder.with_name(f"{folder.name}-catalog")]
    run = subprocess.run(call, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout)


@pytest.mark.slow
def test_a_thousand_hostile_files_take_little_more_memory_than_plain_ones(tmp_path):
    kinds = list(KINDS.values())
    for name, content in {
        "plain": plain_file,
        "hostile": lambda n: kinds[n % len(kinds)](n),
        "items": deflated_items,
        "text": deflated_text,
    }.items():
        (tmp_path / name).mkdir()
        for number in range(COUNT):
            (tmp_path / name / f"{number:04}").write_bytes(content(number))
    found = {name: scanned(tmp_path / name) for name in ("plain", "hostile", "items", "text")}
    more = {name: (one["peak"] - found["plain"]["peak"]) / 1e6 for name, one in found.items()}
    print("megabytes more than of plain files:", {name: round(n) for name, n in more.items()})
    assert max(more.values()) < 300, more
    assert found["hostile"]["counts"]["files"] >= COUNT


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_a_small_file_makes_a_small_table(name, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "plain").write_bytes(plain_file(2))
    size = (tmp_path / "in" / "hostile").write_bytes(KINDS[name](1))
    catalog = dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False, jobs=1)
    counts = catalog.counts
    rows = sum(counts[table] for table in ("files", "instances", "frames", "dose", "problems"))
    assert rows + len(catalog.directory) < 200 + 4 * size
    assert counts["files"] >= 2


def test_of_a_deflated_file_as_much_is_inflated_as_fits_its_size(tmp_path):
    from dicomlab.header.engine import HeaderReader
    from dicomlab.header.frame_limits import INFLATED_FROM
    from tests.fuzz.make_corpus import element
    from tests.hostile_files import DEFLATED

    overhead = 12  # of the element itself
    for length, status in ((INFLATED_FROM - overhead, "read"), (INFLATED_FROM - overhead + 2, "partial")):
        path = tmp_path / f"{length}"
        path.write_bytes(file_of(element(0x00204000, "UT", b"A" * length), 1, syntax=DEFLATED))
        (batch,) = HeaderReader().read([str(path)])
        assert batch.status.tolist() == [status], batch.reason
    assert "longer than what is inflated" in batch.reason[0]


@pytest.mark.parametrize("by_path", [True, False])
def test_a_batch_ends_where_odd_headers_hold_very_much(by_path, tmp_path, monkeypatch):
    from dicomlab.header import engine
    from dicomlab.sources.folder import FileHead

    paths = []
    for number in range(6):
        paths.append(str(tmp_path / f"{number}"))
        is_odd = number in (1, 2, 4)
        Path(paths[-1]).write_bytes(text_of(61_000, number) if is_odd else plain_file(number))
    reader = engine.HeaderReader()
    read = reader.read if by_path else lambda names: reader.read_heads(map(FileHead, names))
    (whole,) = read(paths)
    kept = whole.take_headers(range(6)).to_pylist()
    table = whole.table
    monkeypatch.setattr(engine, "MOST_ODD", 60_000)
    tables, headers, counts = [], [], []
    for batch in read(paths):
        counts.append(len(batch.status))
        tables += batch.table.to_pylist()
        headers += batch.take_headers(range(len(batch.status))).to_pylist()
    assert counts == [2, 1, 2, 1]
    assert tables == table.to_pylist()
    assert headers == kept

"""Several processes at one catalog: one writes, the others are told so, all can read."""

from __future__ import annotations

import errno
import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import SoftFileLock

import dicomlab as dl
from dicomlab.catalog.lock import MARK
from dicomlab.errors import CatalogBusy
from tests.build import write_archive

HOLD = """
import sys
from pathlib import Path
from dicomlab.catalog.lock import writing
with writing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def catalog(tmp_path) -> dl.Catalog:
    return dl.scan(write_archive(tmp_path / "archive"), tmp_path / "catalog", progress=False)


def test_nobody_writes_where_another_process_does_and_all_can_when_it_is_killed(catalog):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, catalog.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        for work in (
            lambda: dl.scan(catalog.path.parent / "archive", catalog.path, progress=False),
            lambda: catalog.compact(progress=False),
            lambda: catalog.add_columns(["PatientComments"], progress=False),
        ):
            with pytest.raises(CatalogBusy, match="Wait until it has ended"):
                work()
        assert len(dl.open_catalog(catalog.path).instances) == 12
        holder.kill()
    assert (catalog.path / ".lock").exists()
    assert "PatientComments" in catalog.add_columns(["PatientComments"], progress=False).columns


@pytest.mark.slow
def test_scans_compactions_and_new_columns_race_and_none_breaks_the_catalog(tmp_path):
    one = write_archive(tmp_path / "one", patients=3)
    two = write_archive(tmp_path / "two", patients=2)
    run = subprocess.run(
        [sys.executable, Path(__file__).with_name("races.py"), one, two, tmp_path / "catalog", "4"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    said = json.loads(run.stdout)
    assert said["files"] == 30
    assert said["is_complete"]
    assert said["done"]


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK])
def test_a_disk_without_locks_is_told_and_a_file_stands_for_the_lock(catalog, monkeypatch, number):
    def missing(*_):
        raise OSError(number, "no locks")

    monkeypatch.setattr(fcntl, "flock", missing)
    with pytest.warns(UserWarning, match=r"has no locks. A file named \.locked"):
        wider = catalog.add_columns(["PatientComments"], progress=False)
    assert "PatientComments" in wider.columns
    assert not (catalog.path / MARK).exists()
    lock = SoftFileLock(catalog.path / MARK)
    with lock, pytest.warns(UserWarning, match="no locks"), pytest.raises(CatalogBusy):
        catalog.compact(progress=False)

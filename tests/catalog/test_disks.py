"""Disks that are full, or for reading only: one sentence, and the catalog stays as it was."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dicomlab as dl
from dicomlab.catalog import database
from dicomlab.errors import CannotWrite
from tests.build import write_archive

BIG = """
SELECT count(*) AS n
FROM (SELECT repeat('a', 100) || hash(i) AS y, count(*) FROM range(1_500_000) t(i) GROUP BY y)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """An archive and its catalog."""
    home = tmp_path_factory.mktemp("made")
    dl.scan(write_archive(home / "archive"), home / "catalog", progress=False)
    return home


@pytest.fixture
def read_only(made, tmp_path, monkeypatch) -> Iterator[Path]:
    """The catalog on a disk for reading only, as well as this system can have one."""
    own = shutil.copytree(made / "catalog", tmp_path / "catalog")
    (own / ".lock").unlink()
    if os.geteuid():
        for path in [*own.rglob("*"), own]:
            path.chmod(0o500 if path.is_dir() else 0o400)
        yield own
        for path in [own, *own.rglob("*")]:
            path.chmod(0o700)
    elif subprocess.run(["mount", "--bind", own, own], capture_output=True, check=False).returncode == 0:
        subprocess.run(["mount", "-o", "remount,ro,bind", own], check=True)
        yield own
        subprocess.run(["umount", own], check=True)
    else:
        refuse_to_write(own, monkeypatch)
        yield own


def refuse_to_write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer as the system does, to one who may do everything and may not mount."""
    real_open, real_access = os.open, os.access

    def opened(path, flags, *more, **named):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and str(path).startswith(str(folder)):
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return real_open(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "access", lambda p, how: how != os.W_OK and real_access(p, how))


def test_a_catalog_for_reading_only_is_opened_queried_and_shown(read_only):
    before = sorted(read_only.rglob("*"))
    catalog = dl.open_catalog(read_only)
    assert len(catalog.series) == 4
    assert "12 instances" in repr(catalog)
    assert "dicomlab catalog" in catalog._repr_html_()
    assert catalog.header(catalog.files["file_key"].iloc[0]).Modality == "CT"
    assert len(dl.open_catalog(read_only, version=catalog.versions["id"].iloc[0]).instances) == 12
    assert sorted(read_only.rglob("*")) == before


def test_a_query_beyond_memory_finds_room_elsewhere(read_only, monkeypatch):
    monkeypatch.setattr(database, "MEMORY_LIMIT", "120MB")
    assert dl.open_catalog(read_only).sql(BIG)["n"].iloc[0] == 1_500_000


def test_who_would_write_there_is_told_in_one_sentence(read_only, made):
    catalog = dl.open_catalog(read_only)
    for work in (
        lambda: dl.scan(made / "archive", read_only, progress=False),
        lambda: catalog.compact(progress=False),
        lambda: catalog.add_columns(["PatientComments"], progress=False),
    ):
        with pytest.raises(CannotWrite, match=r"(for reading only|may not write there)\. .*elsewhere\.$"):
            work()


@pytest.mark.slow
def test_a_disk_that_fills_up_stops_a_scan_and_the_next_one_completes_it(made, tmp_path):
    archive = shutil.copytree(made / "archive", tmp_path / "archive")
    write_archive(archive, patients=5)
    into = shutil.copytree(made / "catalog", tmp_path / "catalog")
    script = Path(__file__).with_name("fill_disk.py")
    run = subprocess.run(
        [sys.executable, script, archive, into], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    *stopped, (sentence, instances, _) = json.loads(run.stdout)
    assert (sentence, instances) == ("", 12 + 30)
    assert len(stopped) > 3
    for sentence, instances, strays in stopped:
        assert sentence.endswith("Make room and call again: it goes on from there.")
        assert instances in (12, 12 + 30)  # the rows may be there before series and studies are
        assert strays == 0
    catalog = dl.open_catalog(into)
    assert catalog.is_complete
    assert len(catalog.series) == 10


def test_a_new_catalog_that_does_not_fit_is_begun_anew_by_the_next_scan(made, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as cut:
        cut.setattr("dicomlab.catalog.place.os.fsync", full)
        with pytest.raises(CannotWrite, match="the disk is full"):
            dl.scan(made / "archive", tmp_path / "new", progress=False)
    (tmp_path / "new" / ".catalog.json.4711").write_text("{")  # a kill would leave that
    assert len(dl.scan(made / "archive", tmp_path / "new", progress=False)) == 12


def test_an_error_of_the_archive_is_not_taken_for_one_of_the_catalog(made, tmp_path, monkeypatch):
    def refusing(*_):
        raise PermissionError(errno.EACCES, "Permission denied", str(made / "archive"))

    monkeypatch.setattr("dicomlab.scanner.backends.read_unit", refusing)
    with pytest.raises(PermissionError, match="archive"):
        dl.scan(made / "archive", tmp_path / "new", progress=False, jobs=1)

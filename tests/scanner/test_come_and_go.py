"""Files that go, come back, turn into something else, or only cannot be seen today."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import dicomlab as dl
from dicomlab.errors import EmptyScan
from dicomlab.sources import folder as folder_source
from tests.build import dataset, write, write_archive


@pytest.fixture
def archive(tmp_path) -> Path:
    return write_archive(tmp_path / "archive")


@pytest.fixture
def scan(archive, tmp_path):
    """Scan the archive into its catalog, and look that the tables agree with each other."""

    def again(source: Path = archive) -> dl.Catalog:
        catalog = dl.scan(source, tmp_path / "catalog", progress=False, jobs=1)
        files = catalog.files.set_index("file_key")
        instances, headers = catalog.instances, catalog.sql("SELECT file_key FROM headers")
        assert files.index.is_unique
        assert instances["file_key"].is_unique
        read = set(files[files["status"].isin(["read", "partial"])].index)
        packed = set(files[files.index.str.endswith("/pack")].index)  # an archive may be partial, too
        assert set(instances["file_key"]) == set(headers["file_key"])
        assert set(instances["file_key"]) - packed == read - packed
        assert set(files["container"].dropna()) <= set(files.index)
        assert catalog.series["n_instances"].sum() == len(instances)
        return catalog

    return again


def zipped(path: Path, *patients: str) -> Path:
    """A zip with one instance a patient."""
    with zipfile.ZipFile(path, "w") as out:
        for number, patient in enumerate(patients):
            ds = dataset(
                PatientID=patient,
                StudyInstanceUID=f"1.9.{number}",
                SeriesInstanceUID=f"1.9.{number}.1",
                SOPInstanceUID=f"1.9.{number}.1.1",
            )
            buffer = path.with_suffix(".made")
            out.writestr(f"{patient}.dcm", write(ds, buffer).read_bytes())
            buffer.unlink()
    return path


def patients(catalog: dl.Catalog) -> list[str]:
    return sorted(catalog.patients["PatientID"])


@pytest.mark.slow
def test_a_file_that_comes_back_is_there_again(archive, scan, tmp_path):
    before = scan()
    away = shutil.move(archive / "p0", tmp_path / "away")
    assert patients(scan()) == ["P1"]
    shutil.move(away, archive / "p0")
    after = scan()
    assert after.instances.sort_values("file_key", ignore_index=True).equals(
        before.instances.sort_values("file_key", ignore_index=True)
    )
    assert len(after.versions) == 3


@pytest.mark.slow
def test_a_file_that_comes_back_as_another_is_that_other(archive, scan):
    scan()
    key = archive / "p0" / "s0" / "i0"
    key.unlink()
    assert len(scan()) == 11
    write(dataset(PatientID="other", StudyInstanceUID="1", SeriesInstanceUID="1"), key)
    catalog = scan()
    assert catalog.header(str(key)).PatientID == "other"
    assert len(catalog) == 12


@pytest.mark.slow
def test_a_file_that_moved_is_there_once(archive, scan):
    scan()
    (archive / "p0").rename(archive / "renamed")
    catalog = scan()
    assert len(catalog) == 12
    assert not catalog.files["file_key"].str.contains("/p0/").any()


@pytest.mark.slow
def test_what_turned_into_something_else_is_that(archive, scan):
    scan()
    one, two, three = (archive / "p0" / "s0" / f"i{i}" for i in range(3))
    one.write_text("no DICOM any more")
    two.unlink()
    two.mkdir()  # a file turned into a folder
    write(dataset(PatientID="below", StudyInstanceUID="1", SeriesInstanceUID="1"), two / "in")
    three.unlink()
    os.mkfifo(three)
    catalog = scan()
    status = catalog.files.set_index("file_key")["status"]
    assert (status[str(one)], status[str(two / "in")], status[str(three)]) == (
        "not DICOM",
        "read",
        "unreadable",
    )
    assert str(two) not in status.index
    shutil.rmtree(two)  # and the folder into a file again
    write(dataset(PatientID="again", StudyInstanceUID="1", SeriesInstanceUID="1"), two)
    assert patients(scan()) == ["P0", "P1", "again"]


@pytest.mark.slow
def test_members_go_with_their_archive_and_come_back_with_it(archive, scan, tmp_path):
    pack = zipped(archive / "pack", "A", "B")
    assert patients(scan()) == ["A", "B", "P0", "P1"]
    away = shutil.move(pack, tmp_path / "away")
    assert patients(scan()) == ["P0", "P1"]
    shutil.move(away, pack)
    assert patients(scan()) == ["A", "B", "P0", "P1"]


@pytest.mark.slow
def test_a_replaced_archive_has_its_new_members_alone(archive, scan):
    zipped(archive / "pack", "A", "B")
    scan()
    zipped(archive / "pack", "B", "C", "D")
    catalog = scan()
    assert patients(catalog) == ["B", "C", "D", "P0", "P1"]
    assert catalog.files["container"].notna().sum() == 3


@pytest.mark.slow
def test_an_archive_that_turned_into_a_file_and_back_leaves_no_members_behind(archive, scan):
    pack = zipped(archive / "pack", "A", "B")
    scan()
    write(dataset(PatientID="plain", StudyInstanceUID="1", SeriesInstanceUID="1"), pack)
    catalog = scan()
    assert patients(catalog) == ["P0", "P1", "plain"]
    assert catalog.files["container"].isna().all()
    pack.write_text("and now a text")
    assert patients(scan()) == ["P0", "P1"]
    pack.unlink()
    pack.mkdir()
    write_archive(pack, patients=1)
    assert len(scan()) == 12 + 6
    shutil.rmtree(pack)
    zipped(pack, "A")
    assert patients(scan()) == ["A", "P0", "P1"]


@pytest.mark.slow
def test_an_archive_that_was_cut_and_mended_has_all_its_members_again(archive, scan):
    pack = zipped(archive / "pack", "A", "B")
    whole = pack.read_bytes()
    scan()
    pack.write_bytes(whole[: len(whole) // 2])
    scan()
    pack.write_bytes(whole)
    assert patients(scan()) == ["A", "B", "P0", "P1"]


@pytest.mark.slow
def test_what_lies_below_a_broken_link_is_not_gone(archive, scan, tmp_path):
    share = write_archive(tmp_path / "share", patients=3)
    (archive / "link").symlink_to(share)
    assert len(scan()) == 12 + 18
    share.rename(tmp_path / "elsewhere")
    catalog = scan()
    assert len(catalog) == 12 + 18
    assert catalog.errors["reason"].tolist() == ["the link leads nowhere"]
    (tmp_path / "elsewhere").rename(share)
    assert len(scan().errors) == 0
    (archive / "link").unlink()  # who takes the link away means it
    assert len(scan()) == 12


class Disk:
    """A disk that can be mounted: truly where one may, else as the source would see it."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch, is_real: bool):
        self.path, self._monkeypatch, self._is_real = path, monkeypatch, is_real
        self._is_mounted = False

    def mount(self) -> None:
        if self._is_real:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", self.path], check=True)
        else:
            identity = folder_source._identity
            self._monkeypatch.setattr(
                folder_source,
                "_identity",
                lambda p: (
                    (4711, os.stat(p).st_ino)
                    if str(p).startswith(str(self.path)) and self._is_mounted
                    else identity(p)
                ),
            )
        self._is_mounted = True
        write_archive(self.path, patients=3)

    def unmount(self) -> None:
        if self._is_mounted and self._is_real:
            subprocess.run(["umount", self.path], check=True)
        elif self._is_mounted:
            shutil.rmtree(self.path)
            self.path.mkdir()
        self._is_mounted = False


@pytest.fixture(params=["as seen", "real"])
def disk(request, archive, monkeypatch):
    is_real = request.param == "real" and os.geteuid() == 0 and shutil.which("mount") is not None
    (archive / "disk").mkdir()
    one = Disk(archive / "disk", monkeypatch, is_real)
    try:
        one.mount()
    except subprocess.CalledProcessError:  # a container whose root may not mount
        one = Disk(archive / "disk", monkeypatch, False)
        one.mount()
    yield one
    one.unmount()


@pytest.mark.slow
def test_what_lies_on_a_disk_that_is_not_mounted_today_is_not_gone(archive, scan, disk):
    assert len(scan()) == 12 + 18
    disk.unmount()
    for _ in range(2):
        catalog = scan()
        assert len(catalog) == 12 + 18
        assert catalog.errors["reason"].tolist() == [
            "the folder cannot be opened (what was mounted there is not)"
        ]
    disk.mount()
    catalog = scan()
    assert (len(catalog), len(catalog.errors)) == (12 + 18, 0)
    shutil.rmtree(disk.path / "p0")  # what is taken from a disk that is there is gone
    assert len(scan()) == 12 + 12


@pytest.mark.slow
def test_a_disk_is_known_through_a_parent_folder_too(archive, scan, disk):
    assert len(scan(archive / "disk")) == 18
    disk.unmount()
    assert len(scan(archive)) == 12 + 18


@pytest.mark.slow
def test_the_scanned_folder_itself_may_be_a_disk_that_is_not_mounted(archive, scan, disk):
    scan(archive / "disk")
    disk.unmount()
    catalog = scan(archive / "disk")
    assert len(catalog) == 18
    assert len(catalog.errors) == 1


@pytest.mark.slow
def test_an_emptied_folder_of_the_same_disk_is_empty(archive, scan):
    scan()
    shutil.rmtree(archive / "p0")
    (archive / "p0").mkdir()
    assert len(scan()) == 6


def test_all_gone_is_taken_for_a_mistake(archive, scan):
    scan()
    for path in archive.iterdir():
        shutil.rmtree(path)
    with pytest.raises(EmptyScan):
        scan()

"""Files that lie, change, vanish, or have names made to deceive: each is a row, and none holds a scan up."""

from __future__ import annotations

import os
import socket
import threading
import tracemalloc
import zipfile
from pathlib import Path

import pytest

import dicomlab as dl
from dicomlab.header.engine import HeaderReader
from dicomlab.scanner import batch as batch_module
from dicomlab.sources.folder import FolderSource
from tests.build import dataset, write, write_archive
from tests.fuzz.make_corpus import element, part10, plain

NAMES = (
    "new\nline",
    "quote\"'`$(id)",
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b[2J",
    "\u202egnp.mcd",
    "\x9b31m c1",
    "tab\tbell\x07",
    "%41 %2F",
    "a!" + os.sep + "b",
    "-rf",
    " ",
    "ü" * 60,
)
RAW_NAMES = (b"caf\xe9", b"\xff\xfe", b"lone \xed\xa0\x80 surrogate")


def scan(source: Path, into: Path, **options) -> dl.Catalog:
    return dl.scan(source, into=into, progress=False, **options)


def one(path: Path, **values: object) -> Path:
    uids = {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.2.3"}
    return write(dataset(**uids | values), path)


@pytest.fixture
def folder(tmp_path):
    one(tmp_path / "in" / "good")
    return tmp_path / "in"


def reasons(folder: Path, into: Path) -> dict[str, str]:
    """By the file's own name, why it was not read, or how it was."""
    files = scan(folder, into).files
    names = files["file_key"].str.removeprefix(f"{folder}/")
    return dict(zip(names, files["reason"].fillna(files["status"]), strict=True))


def test_every_name_is_one_row_and_leads_back_to_its_file(folder, tmp_path):
    for number, name in enumerate(NAMES):
        one(folder / name / name if os.sep not in name else folder / name, SOPInstanceUID=f"1.{number}")
    for number, raw in enumerate(RAW_NAMES):
        os.rename(one(folder / "x", SOPInstanceUID=f"2.{number}"), os.fsencode(folder) + b"/" + raw)
    for _ in range(2):  # the second time nothing is new
        catalog = scan(folder, tmp_path / "c")
        assert len(catalog) == 1 + len(NAMES) + len(RAW_NAMES)
        assert catalog.counts["errors"] == 0
        assert len(catalog.versions) == 1
    source = FolderSource(folder)
    for key, uid in zip(catalog.instances["file_key"], catalog.instances["SOPInstanceUID"], strict=True):
        with source.open(key) as file:
            assert uid.encode() in file.read()


@pytest.mark.parametrize(
    "start",
    [
        b"II*\0",
        b"PK\x03\x04",
        b"MZ\x90\0",
        b"<!DOCTYPE html><html>",
        b'{"a":1}',
        b"%PDF-1.7",
        b"\x1f\x8b\x08",
    ],
)
def test_what_stands_in_the_preamble_changes_nothing(folder, tmp_path, start):
    """PS3.10 7.1: the 128 bytes are free, and used for files that are two things at once."""
    (folder / "polyglot").write_bytes(part10(plain(), preamble=start))
    catalog = scan(folder, tmp_path / "c")
    assert catalog.counts["errors"] == 0
    assert len(catalog) == 2


def test_values_of_escapes_and_markup_are_kept_as_they_are(folder, tmp_path):
    name = "\x1b[31m<script>^=1+1"
    (folder / "named").write_bytes(part10(plain(name=name.encode())))
    catalog = scan(folder, tmp_path / "c")
    assert name in catalog.instances["PatientName"].tolist()
    assert "<script>" not in catalog._repr_html_()


# --- what changes while it is read -------------------------------------------------------------------


def replaced(monkeypatch, change) -> None:
    """Let `change` happen after the listing and before the first file is read."""
    real = batch_module.read_unit

    def read(work, unit):
        change()
        return real(work, unit)

    monkeypatch.setattr("dicomlab.scanner.backends.read_unit", read)


def in_time(work, seconds: float = 60.0):
    """What the work gives; fails if it waits for something that never comes."""
    found: list = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, "it waits, or it failed"
    return found[0]


def put_fifo(path: Path) -> None:
    os.mkfifo(path)


def put_socket(path: Path) -> None:
    place = os.getcwd()
    os.chdir(path.parent)  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(place)


CHANGES = {
    "vanished": (lambda path: None, "No such file or directory"),
    "folder": (lambda path: path.mkdir(), "not a regular file"),
    "fifo": (put_fifo, "not a regular file"),
    "socket": (put_socket, "No such device or address"),
    "zeros without end": (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
    "a link to itself": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "empty": (lambda path: path.write_bytes(b""), "the file is empty"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("was", ["file", "archive"])
def test_what_took_a_files_place_is_a_row_with_a_reason(folder, tmp_path, monkeypatch, name, was):
    put, reason = CHANGES[name]
    path = folder / "victim"
    path.write_bytes((folder / "good").read_bytes())

    def change() -> None:
        path.unlink()
        put(path)

    if was == "file":
        replaced(monkeypatch, change)
    else:  # what the kernel saw was a zip
        with zipfile.ZipFile(path, "w") as out:
            out.writestr("a", (folder / "good").read_bytes())
        real = batch_module._Heads.__iter__
        monkeypatch.setattr(batch_module._Heads, "__iter__", lambda self: (change(), real(self))[1])
        reason = "the archive is broken" if name == "empty" else reason
    found = in_time(lambda: reasons(folder, tmp_path / "c"))
    assert found["good"] == "read"
    assert reason in found["victim"]


def test_a_file_that_shrinks_or_grows_is_read_again_next_time(folder, tmp_path, monkeypatch):
    path = one(folder / "victim", ImageComments="x" * 9000)
    whole = path.read_bytes()
    with monkeypatch.context() as patch:
        replaced(patch, lambda: path.write_bytes(whole[:3000]))
        assert reasons(folder, tmp_path / "c")["victim"] == "the file ends inside the header"
    path.write_bytes(whole)
    assert reasons(folder, tmp_path / "c")["victim"] == "read"


def test_a_file_that_is_cut_while_the_kernel_reads_it_is_cut(tmp_path):
    path = one(tmp_path / "a", ImageComments="x" * 10_000, PatientComments="y" * 10_000)
    whole = path.read_bytes()
    stop = threading.Event()

    def saw() -> None:
        while not stop.is_set():
            os.truncate(path, 300)
            path.write_bytes(whole)

    thread = threading.Thread(target=saw)
    thread.start()
    try:
        reader = HeaderReader()
        met = {(b.status[0], b.reason[0]) for _ in range(200) for b in reader.read([str(path)])}
    finally:
        stop.set()
        thread.join()
    assert {status for status, _ in met} <= {"read", "partial", "not DICOM"}
    assert all(reason for status, reason in met if status != "read")


def test_links_that_lead_in_circles_end(folder, tmp_path):
    (folder / "up").symlink_to("..")
    (folder / "here").symlink_to(".")
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    found = reasons(folder, tmp_path / "c")
    assert found["good"] == "read"
    assert "Too many levels" in found["a"]
    assert sum("already listed" in reason for reason in found.values()) >= 1


@pytest.mark.skipif(os.name == "nt", reason="permissions are other ones there")
def test_what_may_not_be_read_is_a_row_with_a_reason(folder, tmp_path, monkeypatch):
    closed = one(folder / "closed")
    closed.chmod(0)
    if os.access(closed, os.R_OK):  # an administrator may read all: let the system refuse by other means
        closed.unlink()
        closed.symlink_to("/proc/1/mem")
    found = reasons(folder, tmp_path / "c")
    assert found["closed"] not in ("read", "partial")
    assert found["good"] == "read"


@pytest.mark.slow
def test_a_file_of_ten_gigabytes_takes_no_memory(folder, tmp_path):
    huge = {
        "zeros": b"",
        "pixels": part10(plain() + element(0x7FE00010, "OW", b"", length=0xFFFFFFF0)),
        "text": part10(plain() + element(0x00204000, "UT", b"", length=0xFFFFFFF0)),
        "private": part10(plain() + element(0x00091010, "OB", b"", length=0xC0000000)),
        "items": part10(plain() + element(0x00081140, "SQ", b"", length=0x80000000)),
        "text cut": bytes(257) + b"ustar",
    }
    for name, begin in huge.items():
        with open(folder / name, "wb") as file:
            file.write(begin)
            file.truncate(10 << 30)
    scan(write_archive(tmp_path / "warm"), tmp_path / "w")
    tracemalloc.start()
    found = reasons(folder, tmp_path / "c")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300 << 20
    assert found.pop("good") == "read"
    assert found.pop("pixels") == "read"
    assert found["zeros"] == "not DICOM: zeros only"
    assert all("longer than" in found[name] for name in ("text", "private"))

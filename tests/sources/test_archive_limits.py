"""What comes of one archive is limited: members, names, bytes; both sides of each limit."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
import zipfile

import pytest

import dicomlab as dl
from dicomlab.sources import archive, archive_limits
from dicomlab.sources.archive import BrokenArchive, members
from dicomlab.sources.archive_limits import list_bytes
from tests.build import dataset, write


def zip_of(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return held.getvalue()


def tar_of(**files: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as out:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return held.getvalue()


def tar_gz_of(**files: bytes) -> bytes:
    return gzip.compress(tar_of(**files))


def zip_in_zip_of(**files: bytes) -> bytes:
    return zip_of(inner=zip_of(**files))


def zip_in_tar_gz_of(**files: bytes) -> bytes:
    return tar_gz_of(inner=zip_of(**files))


KINDS = {
    "zip": zip_of,
    "tar": tar_of,
    "gzip": tar_gz_of,
    "zip in zip": zip_in_zip_of,
    "zip in gzip": zip_in_tar_gz_of,
}


def met(data: bytes, kind: str, size: int = 1_000) -> tuple[list[str], str]:
    """The reason of each member, "" where it is read, and why the archive ends early."""
    found: list[str] = []
    try:
        for member in members(io.BytesIO(data), kind.rpartition(" ")[2], "a"):
            if not member.reason:
                try:
                    member.read(size)
                except OSError as error:
                    member.reason = str(error.strerror)
            found.append(member.reason)
    except BrokenArchive as error:
        return found, error.reason
    return found, ""


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_has_so_many_members_and_no_more(kind, monkeypatch):
    data = KINDS[kind](**{f"m{n}": b"x" for n in range(4)})
    monkeypatch.setattr(archive_limits, "MOST_MEMBERS", 4)
    assert met(data, kind) == ([""] * 4, "")
    monkeypatch.setattr(archive_limits, "MOST_MEMBERS", 3)
    assert met(data, kind) == ([""] * 3, "the archive has more than 3 members")


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_too_long_costs_its_member_alone(kind):
    most = archive_limits.MOST_NAME
    data = KINDS[kind](**{"n" * most: b"x", "n" * (most + 1): b"x", "after": b"x"})
    assert met(data, kind) == (["", f"the name has more than {most:,} characters", ""], "")
    assert all(
        len(member.name) <= most + len("inner!/")
        for member in members(io.BytesIO(data), kind.rpartition(" ")[2], "a")
    )


@pytest.mark.parametrize(("kind", "size"), [("gzip", 10_240), ("zip", 3_000)])
def test_an_archive_unpacks_to_so_much_and_no_more(kind, size, monkeypatch):
    """A tar.gz counts with all its blocks, a zip as far as its members are read."""
    data = KINDS[kind](a=bytes(1_000), b=bytes(1_000), c=bytes(1_000))
    monkeypatch.setattr(archive_limits, "MOST_UNPACKED", size)
    assert met(data, kind) == ([""] * 3, "")
    monkeypatch.setattr(archive_limits, "MOST_UNPACKED", size - 1)
    found, why = met(data, kind)
    assert f"more than {size - 1:,} bytes" in " ".join([why, *found])


def test_headers_that_unpack_to_too_much_are_cut(monkeypatch):
    data = zip_of(a=bytes(50_000), b=bytes(50_000), c=bytes(50_000))
    monkeypatch.setattr(archive_limits, "MOST_HEADER_RATIO", 1)
    monkeypatch.setattr(archive_limits, "HEADERS_FROM", 150_000 - len(data))
    assert met(data, "zip", 50_000) == ([""] * 3, "")
    monkeypatch.setattr(archive_limits, "HEADERS_FROM", 150_000 - len(data) - 1)
    found, why = met(data, "zip", 50_000)
    assert (found[:2], why) == (["", ""], "")
    assert "headers in the archive" in found[2]


def test_the_list_of_a_zip_is_of_a_sensible_length(monkeypatch):
    data = zip_of(a=b"x", b=b"x")
    length = list_bytes(io.BytesIO(data))
    assert length == 2 * (46 + 1)
    monkeypatch.setattr(archive, "MOST_LIST_BYTES", length)
    assert met(data, "zip") == (["", ""], "")
    monkeypatch.setattr(archive, "MOST_LIST_BYTES", length - 1)
    assert met(data, "zip") == ([], f"the list of the archive is longer than {length - 1:,} bytes")


def test_the_list_of_a_zip_with_long_numbers_is_measured(monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    data = bytearray(zip_of(a=b"x" * 20, b=b"x" * 20))
    at = data.rindex(b"PK\x06\x06")
    said = int.from_bytes(data[at + 40 : at + 48], "little")
    assert list_bytes(io.BytesIO(data)) == said > 2 * 46


def test_a_zip_that_is_packed_again_is_held_up_to_a_limit(monkeypatch):
    inner = zip_of(a=b"x")
    data = tar_gz_of(inner=inner)
    monkeypatch.setattr(archive_limits, "MOST_NESTED_RATIO", 0)
    monkeypatch.setattr(archive_limits, "NESTED_FROM", len(inner))
    assert met(data, "gzip") == ([""], "")
    monkeypatch.setattr(archive_limits, "NESTED_FROM", len(inner) - 1)
    assert met(data, "gzip") == (["a zip of this size is not looked into where it lies"], "")


def test_a_small_file_that_says_it_holds_a_huge_zip_takes_little_memory():
    data = tar_gz_of(inner=zip_of(a=b"x").ljust(40 << 20, b"\0"))
    assert len(data) < 100_000
    tracemalloc.start()
    found, _ = met(data, "gzip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ["a zip of this size is not looked into where it lies"]
    assert peak < 38 << 20


def test_what_is_cut_is_a_row_with_a_reason(tmp_path, monkeypatch):
    uids = {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.3"}
    files = {
        f"i{n}": write(dataset(**uids, SOPInstanceUID=f"1.4.{n}"), tmp_path / "one").read_bytes()
        for n in range(4)
    }
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of(**files))
    monkeypatch.setattr(archive_limits, "MOST_MEMBERS", 3)
    catalog = dl.scan(path, into=tmp_path / "catalog", progress=False)
    row = catalog.files.set_index("file_key").loc[str(path)]
    assert row["status"] == "partial"
    assert row["reason"] == "the archive has more than 3 members; 3 files in it were met"
    assert catalog.counts["instances"] == 3

"""Archives are read like folders, without unpacking them; what would do harm is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

import dicomlab as dl
from dicomlab.errors import EmptyScan
from dicomlab.sources import archive as archive_module
from dicomlab.sources.archive import BrokenArchive, kind_of, members
from tests.build import write_archive

TABLES = ("patients", "studies", "series", "instances", "problems")


def zipped(folder: Path, to: Path, **options) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, **options) as out:
        for path in sorted(folder.rglob("*")):
            out.write(path, path.relative_to(folder))
    return to


def tarred(folder: Path, to: Path, pack=lambda data: data) -> Path:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as out:
        out.add(folder, ".")
    to.write_bytes(pack(held.getvalue()))
    return to


def zstd(data: bytes) -> bytes:
    return pa.compress(data, codec="zstd", asbytes=True)


def zip_in_zip(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as out:
        for part in sorted(p for p in folder.iterdir()):
            inner = zipped(part, to.parent / f"{part.name}.zip")
            out.write(inner, f"export/{inner.name}")
            inner.unlink()
    return to


def zip_in_tar_gz(folder: Path, to: Path) -> Path:
    inside = to.parent / "inside"
    inside.mkdir()
    zipped(folder, inside / "all.zip")
    tarred(inside, to, gzip.compress)
    shutil.rmtree(inside)
    return to


KINDS = {
    "export.zip": zipped,
    "export.tar": tarred,
    "export.tar.gz": lambda f, t: tarred(f, t, gzip.compress),
    "export.tar.bz2": lambda f, t: tarred(f, t, bz2.compress),
    "export.tar.xz": lambda f, t: tarred(f, t, lzma.compress),
    "export.tar.zst": lambda f, t: tarred(f, t, zstd),
    "nested.zip": zip_in_zip,
    "nested.tar.gz": zip_in_tar_gz,
    "without_extension": zipped,
}


def rows(catalog: dl.Catalog, table: str) -> list[str]:
    """A table's rows without the keys of files, in some order."""
    found = catalog.read(table).drop(columns=["file_key"], errors="ignore")
    return sorted(repr(row) for row in found.astype(object).where(found.notna(), None).values.tolist())


def scan(source: Path, into: Path, **options) -> dl.Catalog:
    return dl.scan(source, into=into, progress=False, **options)


@pytest.fixture
def folder(tmp_path):
    return write_archive(tmp_path / "in")


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_an_archive_gives_what_the_folder_gives(folder, tmp_path, name):
    packed = tmp_path / "packed"
    packed.mkdir()
    path = KINDS[name](folder, packed / name)
    theirs = scan(folder, tmp_path / "a")
    for source in (path, packed):  # by its own name, and met in a folder
        ours = scan(source, tmp_path / f"b-{source.name}-{source.is_dir()}")
        for table in TABLES:
            assert rows(ours, table) == rows(theirs, table), table
        assert ours.counts["errors"] == 0
        files = ours.files
        assert files["status"].value_counts().to_dict() == {"read": 12, "archive": 1}
        assert files.loc[files["status"] == "read", "container"].eq(str(path)).all()
        assert files["file_key"].str.startswith(f"{path}!/").sum() == 12
        assert "12 files in it" in files.loc[files["status"] == "archive", "reason"].iloc[0]


def test_a_file_that_was_packed_by_itself_is_read(folder, tmp_path):
    plain = next(p for p in folder.rglob("*") if p.is_file())
    packed = tmp_path / "packed"
    packed.mkdir()
    (packed / "image.dcm.gz").write_bytes(gzip.compress(plain.read_bytes()))
    (packed / "notes.txt.gz").write_bytes(gzip.compress(b"nothing to see"))
    catalog = scan(packed, tmp_path / "c")
    assert catalog.instances["file_key"].tolist() == [f"{packed}/image.dcm.gz!/image.dcm"]
    assert catalog.errors["reason"].tolist() == ["not DICOM: gzip data"]


def test_an_office_document_is_no_archive(tmp_path, folder):
    with zipfile.ZipFile(folder / "letter.docx", "w") as out:
        out.writestr("[Content_Types].xml", "<Types/>")
        out.writestr("word/document.xml", "<w/>")
    assert scan(folder, tmp_path / "c").errors["reason"].tolist() == ["not DICOM: a zip archive"]


@pytest.mark.slow
def test_an_archive_is_opened_again_only_when_it_changed(folder, tmp_path, monkeypatch):
    packed = tmp_path / "packed"
    packed.mkdir()
    path = zipped(folder, packed / "a.zip")
    first = scan(packed, tmp_path / "c")
    opened = []
    real = archive_module.members
    monkeypatch.setattr("dicomlab.scanner.batch.members", lambda *a: (opened.append(a[2]), real(*a))[1])
    again = scan(packed, tmp_path / "c")
    assert again.counts == first.counts
    assert not opened
    (folder / "p0" / "s0" / "i0").unlink()
    zipped(folder, path)
    os.utime(path, ns=(1, 1))
    changed = scan(packed, tmp_path / "c")
    assert opened == ["a.zip"]
    assert changed.counts["instances"] == 11
    (packed / "other").write_bytes((folder / "p0" / "s0" / "i1").read_bytes())
    path.unlink()
    assert scan(packed, tmp_path / "c").counts["instances"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["threads", "processes"])
def test_archives_are_read_in_parallel(folder, tmp_path, backend):
    packed = tmp_path / "packed"
    packed.mkdir()
    for number in range(4):
        zipped(folder / "p0", packed / f"{number}.zip")
    catalog = scan(packed, tmp_path / "c", jobs=2, backend=backend)
    assert catalog.counts["instances"] == 24


def test_columns_come_from_the_kept_headers_of_members(folder, tmp_path):
    catalog = scan(zipped(folder, tmp_path / "a.zip"), tmp_path / "c")
    wider = catalog.add_columns(["PatientComments"], progress=False)
    assert len(wider) == 12
    assert wider.header(wider.instances["file_key"].iloc[0]).Manufacturer == "ACME"


def reasons(data: bytes, kind: str) -> list[str]:
    """Read a little of every member."""
    found = []
    for member in members(io.BytesIO(data), kind, f"a.{kind}"):
        if not member.reason:
            member.read(1000)
        found.append(member.reason)
    return found


# --- what is refused, each member in a row of its own -------------------------------------------


def tar_of(*entries: tarfile.TarInfo, data: bytes = b"x") -> io.BytesIO:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as out:
        for entry in entries:
            entry.size = len(data) if entry.isreg() else 0
            out.addfile(entry, io.BytesIO(data) if entry.isreg() else None)
    held.seek(0)
    return held


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/../../b", "C:\\x", "..\\out", "\\\\server\\x"])
def test_names_that_lead_out_are_not_read(name):
    (member,) = members(tar_of(entry(name)), "tar", "a.tar")
    assert member.reason == "the name leads out of the archive"
    with pytest.raises(OSError, match="leads out"):
        member.read(10)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_not_followed(kind):
    (member,) = members(tar_of(entry("a", kind, "/etc/passwd")), "tar", "a.tar")
    assert member.reason in ("a link in an archive is not followed", "not a regular file")


def test_members_of_one_name_are_told_apart(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            out.writestr("a", "2")
    with open(tmp_path / "a.zip", "rb") as file:
        assert [(m.name, m.read(9)[0]) for m in members(file, "zip", "a.zip")] == [("a", b"1"), ("a#2", b"2")]


def test_a_third_archive_inside_is_a_row_with_a_reason():
    data = b"bytes"
    for name in ("c", "b", "a"):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as out:
            out.writestr(f"{name}.zip", data)
        data = held.getvalue()
    (member,) = members(io.BytesIO(data), "zip", "all.zip")
    assert member.name == "a.zip!/b.zip"
    assert "not looked into" in member.reason


def test_an_archive_that_holds_itself_ends():
    quine = io.BytesIO()
    with tarfile.open(fileobj=quine, mode="w") as out:
        out.addfile(tarfile.TarInfo("empty"))
    data = gzip.compress(gzip.compress(gzip.compress(quine.getvalue())))
    found = list(members(io.BytesIO(data), "gzip", "a.gz"))
    assert [bool(m.reason) for m in found] == [True]


def test_a_bomb_is_refused_and_takes_no_memory(monkeypatch):
    monkeypatch.setattr(archive_module, "RATIO_FROM", 1024 * 1024)
    packer = bz2.BZ2Compressor()
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    head = tarfile.TarInfo("huge")
    head.size = 60 << 20
    data = bz2.compress(head.tobuf()) + data + bz2.compress(tarfile.TarInfo("after").tobuf())
    tracemalloc.start()
    with pytest.raises(BrokenArchive, match="inflates to more than"):
        reasons(data, "bzip2")
    assert tracemalloc.get_traced_memory()[1] < 30 << 20
    tracemalloc.stop()


def test_a_large_member_is_not_inflated_beyond_what_is_asked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a", bytes(200 << 20))
    tracemalloc.start()
    with open(tmp_path / "a.zip", "rb") as file:
        (member,) = members(file, "zip", "a.zip")
    with open(tmp_path / "a.zip", "rb") as file:
        for member in members(file, "zip", "a.zip"):
            assert len(member.read(16_000)[0]) == 16_000
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["export.zip", "export.tar", "export.tar.gz", "export.tar.zst"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.95])
def test_an_archive_that_was_cut_is_a_row_and_what_was_met_counts(folder, tmp_path, name, share):
    packed = tmp_path / "packed"
    packed.mkdir()
    (packed / "good").write_bytes((folder / "p0" / "s0" / "i0").read_bytes())
    path = KINDS[name](folder, packed / name)
    path.write_bytes(path.read_bytes()[: 600 + int(share * (path.stat().st_size - 600))])
    catalog = scan(packed, tmp_path / "c")
    row = catalog.files.set_index("file_key").loc[str(path)]
    assert row["status"] in ("partial", "archive", "not DICOM")
    assert row["reason"]
    assert 1 <= catalog.counts["instances"] <= 13


def test_an_encrypted_member_is_a_row_with_a_reason(folder, tmp_path):
    path = zipped(folder, tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    catalog = scan(path, tmp_path / "c")
    assert catalog.errors["reason"].tolist() == [
        "the file cannot be opened (the member of the archive is encrypted)"
    ]
    assert catalog.counts["instances"] == 11


def test_an_archive_without_dicom_is_an_empty_scan(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("a.txt", "text")
    with pytest.raises(EmptyScan):
        scan(tmp_path / "a.zip", tmp_path / "c")


def test_dicom_that_looks_like_an_archive_is_dicom(folder, tmp_path):
    path = next(p for p in folder.rglob("*") if p.is_file())
    path.write_bytes(b"PK\x03\x04".ljust(128, b"\0") + path.read_bytes()[128:])
    assert scan(path, tmp_path / "c").counts["instances"] == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04", "zip"),
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh9", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
    ],
)
def test_what_only_begins_like_an_archive_is_broken(data, kind):
    assert kind_of(data) == kind
    with pytest.raises(BrokenArchive):
        reasons(data, kind)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_entry_of_a_tar_with_a_huge_name_takes_no_memory(kind, pack):
    head = tarfile.TarInfo("name")
    head.type, head.size = kind, 200 << 20
    data = pack(head.tobuf(tarfile.GNU_FORMAT) + bytes(200 << 20) + tarfile.TarInfo("after").tobuf())
    tracemalloc.start()
    with pytest.raises(BrokenArchive):
        reasons(data, "tar" if pack is bytes else "gzip")
    assert tracemalloc.get_traced_memory()[1] < 30 << 20
    tracemalloc.stop()


def test_long_names_and_pax_headers_of_a_sensible_size_are_read():
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        held = io.BytesIO()
        with tarfile.open(fileobj=held, mode="w", format=form) as out:
            info = tarfile.TarInfo("folder/" * 40 + "ü")
            info.size = 1
            out.addfile(info, io.BytesIO(b"x"))
        (member,) = members(io.BytesIO(held.getvalue()), "tar", "a.tar")
        assert member.name == info.name


def test_a_broken_archive_inside_costs_no_other_member(monkeypatch):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        out.writestr("a.zip", b"PK\x03\x04" + bytes(100))
        out.writestr("b.tar", bytes(257) + b"ustar" + bytes(600))
        out.writestr("c", b"good")
    found = {m.name: m.reason for m in members(io.BytesIO(held.getvalue()), "zip", "x.zip")}
    assert found["c"] == ""
    assert "broken" in found["a.zip"]

    def fail(*_):
        raise IndexError

    monkeypatch.setattr(archive_module, "_tarred", fail)
    found = {m.name: m.reason for m in members(io.BytesIO(held.getvalue()), "zip", "x.zip")}
    assert found["b.tar"] == "the archive in the archive cannot be read"
    assert found["c"] == ""

"""Buckets are read by their beginnings, many objects at a time, and what fails is a row."""

from __future__ import annotations

import io
import pickle
import socket
import zipfile
from collections import Counter

import pytest

import dicomlab as dl
from dicomlab.errors import EmptyScan, MissingPackage, NoSuchSource, SourceFailed
from dicomlab.sources import bucket, objects
from dicomlab.sources.base import Unreached
from dicomlab.sources.bucket import BucketSource
from dicomlab.sources.engine import open_source
from dicomlab.sources.objects import stamp_of
from tests.build import dataset, write, write_archive

from .test_archive import TABLES, rows, zipped


@pytest.fixture
def folder(tmp_path):
    return write_archive(tmp_path / "in")


@pytest.fixture
def filled(s3, folder, request):
    """A bucket of its own with the files of the folder."""
    name = f"b{abs(hash(request.node.nodeid)):x}"
    return s3.fill(folder, name)


@pytest.fixture
def scan(s3, tmp_path):
    def run(source, into="catalog", **options):
        options.setdefault("storage_options", s3.options)
        return dl.scan(source, into=tmp_path / into, progress=False, **options)

    return run


def test_a_bucket_gives_what_the_folder_gives(folder, filled, scan, tmp_path):
    ours = scan(filled)
    theirs = dl.scan(folder, into=tmp_path / "other", progress=False)
    for table in TABLES:
        assert rows(ours, table) == rows(theirs, table), table
    assert ours.instances["file_key"].min() == f"{filled}/p0/s0/i0"
    assert ours.files["size"].sum() == theirs.files["size"].sum()
    assert set(ours.files["source"]) == {filled}


def test_a_part_of_a_bucket_is_what_lies_below_its_name(s3, filled, scan):
    s3.fs.pipe_file(f"{filled}/p00/other", b"text")
    found = scan(f"{filled}/p0/")
    assert found.counts["files"] == 6
    assert found.files["file_key"].str.startswith(f"{filled}/p0/").all()
    assert scan(f"{filled}/p1/s0/i0", "one").instances["file_key"].tolist() == [f"{filled}/p1/s0/i0"]


def test_only_the_beginning_of_a_large_object_is_transferred(s3, filled, scan, tmp_path):
    large = dataset(StudyInstanceUID="9", SeriesInstanceUID="9.1", SOPInstanceUID="9.1.1")
    large.add_new(0x7FE00010, "OW", bytes(5_000_000))
    s3.fs.pipe_file(f"{filled}/large", write(large, tmp_path / "large").read_bytes())
    s3.counted.reset()
    found = scan(filled)
    assert found.files.set_index("file_key").loc[f"{filled}/large", "size"] > 5_000_000
    assert found.counts["instances"] == 13
    assert s3.counted.given < 13 * objects.FIRST
    assert set(s3.counted.reads.values()) == {1}


def test_a_longer_header_is_read_on_where_it_was_left(s3, filled, scan, tmp_path):
    long = dataset(StudyInstanceUID="9", SeriesInstanceUID="9.1", SOPInstanceUID="9.1.1", KVP="77")
    long.add_new(0x00080005, "CS", "ISO_IR 192")
    long.add_new(0x00091001, "OB", bytes(60_000))
    s3.fs.pipe_file(f"{filled}/long", write(long, tmp_path / "long").read_bytes())
    s3.counted.reset()
    found = scan(filled)
    assert found.instances.set_index("file_key").loc[f"{filled}/long", "KVP"] == 77
    (path,) = (p for p in s3.counted.ranges if p.endswith("/long"))
    first, second = s3.counted.ranges[path]
    assert first == "bytes=0-16383"
    assert second.startswith("bytes=16384-")


def test_where_headers_are_long_more_is_asked_for_at_first(s3, folder, scan, tmp_path, monkeypatch):
    monkeypatch.setattr(bucket, "IN_FLIGHT", 2)
    data = []
    for number in range(30):
        long = dataset(StudyInstanceUID="9", SeriesInstanceUID="9.1", SOPInstanceUID=f"9.1.{number}")
        long.add_new(0x00091001, "OB", bytes(50_000))
        data.append(write(long, tmp_path / "long" / f"{number:02d}"))
    found = scan(s3.fill(tmp_path / "long", "long-headers"), jobs=1)
    assert found.counts["instances"] == 30
    assert s3.counted.reads.total() < 45
    assert s3.counted.ranges["/long-headers/29"] == [f"bytes=0-{data[0].stat().st_size - 1}"]


def test_many_objects_are_asked_for_at_a_time(s3, filled, scan):
    s3.counted.seconds = 0.3
    try:
        scan(filled, jobs=1)
    finally:
        s3.counted.seconds = 0.0
    assert s3.counted.most == 12


def test_the_objects_on_their_way_are_bounded(s3, filled, monkeypatch):
    monkeypatch.setattr(bucket, "IN_FLIGHT", 3)
    source = BucketSource(filled, options=s3.options)
    keys = [row["file_key"] for table in source.listing() for row in table.to_pylist()]
    s3.counted.reset()
    heads = source.heads(keys, [None] * len(keys))
    taken = [next(heads) for _ in range(4)]
    assert all(head.read(4)[0] for head in taken)
    heads.close()
    assert s3.counted.reads.total() <= 4 + 3


def test_an_object_that_went_since_it_was_listed_says_so(s3, filled):
    gone = f"{filled}/p0/s0/i1"
    source = BucketSource(filled, options=s3.options)
    keys = [row["file_key"] for table in source.listing() for row in table.to_pylist()]
    s3.fs.rm_file(gone)
    for key, head in zip(keys, source.heads(keys, [None] * len(keys)), strict=True):
        if key != gone:
            assert head.read(200)[0][128:132] == b"DICM"
            continue
        with pytest.raises(OSError, match="it is not there any more") as caught:
            head.read(200)
        assert caught.value.strerror == "it is not there any more"


def test_an_object_that_cannot_be_read_is_a_row_and_tried_again(s3, filled, scan, monkeypatch):
    real = objects.ObjectHead.read
    refused = f"{filled[5:]}/p0/s0/i1"

    def read(self, size):
        if refused in str(self._fetch.args):
            raise Unreached("access is denied, AccessDenied")
        return real(self, size)

    monkeypatch.setattr(objects.ObjectHead, "read", read)
    found = scan(filled)
    assert found.counts["instances"] == 11
    assert found.errors["reason"].tolist() == ["the file cannot be opened (access is denied, AccessDenied)"]
    monkeypatch.undo()
    s3.counted.reset()
    assert scan(filled).counts["errors"] == 0
    assert s3.counted.reads.total() == 1


def test_only_what_changed_is_read_again(s3, filled, scan, tmp_path):
    scan(filled)
    s3.counted.reset()
    assert scan(filled).counts["instances"] == 12
    assert not s3.counted.reads
    changed = dataset(StudyInstanceUID="1.2.1", SeriesInstanceUID="1.2.1.1", SOPInstanceUID="1", KVP="55")
    s3.fs.pipe_file(f"{filled}/p0/s0/i0", write(changed, tmp_path / "new").read_bytes())
    s3.fs.rm_file(f"{filled}/p0/s0/i1")
    s3.counted.reset()
    found = scan(filled)
    assert sum(s3.counted.reads.values()) == 1
    assert found.counts["instances"] == 11
    assert found.instances.set_index("file_key").loc[f"{filled}/p0/s0/i0", "KVP"] == 55


def test_an_object_of_the_same_size_has_another_stamp_when_it_was_written_again(s3, filled):
    def stamp():
        source = BucketSource(f"{filled}/p0/s0/i0", options=s3.options)
        return next(source.listing())["stamp"][0].as_py()

    before = stamp()
    assert stamp() == before
    data = s3.fs.cat_file(f"{filled}/p0/s0/i0")
    s3.fs.pipe_file(f"{filled}/p0/s0/i0", data[:-1] + b"\0")
    assert stamp() != before
    assert stamp_of({"size": 1}) is None


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["threads", "processes"])
def test_workers_read_a_bucket_in_parallel(filled, scan, backend, monkeypatch):
    monkeypatch.setattr("dicomlab.scanner.plan.UNIT_ROWS", 5)
    assert scan(filled, jobs=2, backend=backend).counts["instances"] == 12


def test_a_listing_of_many_pages_is_whole(s3, filled, monkeypatch):
    source = BucketSource(filled, options=s3.options)
    real = type(source._fs)._call_s3
    pages = []

    async def paged(fs, method, **given):
        pages.append(given)
        return await real(fs, method, **given, MaxKeys=5)

    monkeypatch.setattr(type(source._fs), "_call_s3", paged)
    monkeypatch.setattr(bucket, "CHUNK", 4)
    tables = list(source.listing())
    assert [t.num_rows for t in tables] == [4, 4, 4]
    assert len(pages) == 3


def test_whatever_the_name_of_an_object_is_it_is_read(s3, folder, scan):
    data = (folder / "p0" / "s0" / "i0").read_bytes()
    names = ["a b", "a%20b", "a+b", "ä/ö", "x#y", "[1]*", "a//b", "q?r=1", "quote'\"<b>"]
    s3.fs.call_s3("create_bucket", Bucket="names")
    for name in names:
        s3.fs.call_s3("put_object", Bucket="names", Key=name, Body=data)
    s3.fs.call_s3("put_object", Bucket="names", Key="marker/", Body=b"")
    s3.fs.call_s3("put_object", Bucket="names", Key="odd/", Body=b"x")
    found = scan("s3://names")
    assert sorted(found.instances["file_key"]) == sorted(f"s3://names/{name}" for name in names)
    assert found.errors["reason"].tolist() == ["the name of the object ends like that of a folder"]


# --- archives in buckets --------------------------------------------------------------------------


def test_an_archive_in_a_bucket_is_read_where_it_lies(s3, folder, scan, tmp_path):
    packed = tmp_path / "packed"
    packed.mkdir()
    zipped(folder, packed / "all.zip")
    url = s3.fill(packed, "packed")
    found = scan(url)
    assert found.counts["instances"] == 12
    assert found.instances["file_key"].str.startswith(f"{url}/all.zip!/").all()
    assert scan(f"{url}/all.zip", "other").counts["instances"] == 12


def test_of_an_archive_of_large_members_not_all_is_transferred(s3, scan, tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        for number in range(4):
            ds = dataset(StudyInstanceUID="9", SeriesInstanceUID="9.1", SOPInstanceUID=f"9.{number}")
            ds.add_new(0x7FE00010, "OW", bytes(6_000_000))
            out.write(write(ds, tmp_path / "large"), f"{number}")
    s3.fs.call_s3("create_bucket", Bucket="large-members")
    s3.fs.pipe_file("large-members/a.zip", held.getvalue())
    s3.counted.reset()
    found = scan("s3://large-members/a.zip")
    assert found.counts["instances"] == 4
    assert s3.counted.given < 8_000_000 < len(held.getvalue())


@pytest.mark.parametrize("at", [1, 3])
def test_an_archive_whose_connection_is_lost_is_tried_again(s3, folder, scan, tmp_path, monkeypatch, at):
    packed = tmp_path / f"packed{at}"
    packed.mkdir()
    zipped(folder, packed / "all.zip")
    url = s3.fill(packed, f"lost{at}")
    seeks = Counter()
    real = objects.OpenObject._tried

    def losing(self, work, *given):
        seeks["n"] += 1
        if seeks["n"] >= at:
            return real(self, lambda *_: (_ for _ in ()).throw(ConnectionResetError("to 10.0.0.1")))
        return real(self, work, *given)

    monkeypatch.setattr(objects.OpenObject, "_tried", losing)
    with pytest.raises(EmptyScan, match="the server cannot be reached"):
        scan(url)
    monkeypatch.undo()
    assert scan(url).counts["instances"] == 12


# --- what does not answer -------------------------------------------------------------------------


def test_a_bucket_that_is_not_there_is_one_sentence(scan, tmp_path):
    with pytest.raises(NoSuchSource, match=r"^s3://nowhere/a does not exist. Check the address.$"):
        scan("s3://nowhere/a")
    assert not (tmp_path / "catalog").exists()


def test_no_secret_is_in_an_error_or_in_the_catalog(s3, filled, scan, tmp_path, monkeypatch):
    scan(filled)
    kept = b"".join(p.read_bytes() for p in (tmp_path / "catalog").rglob("*") if p.is_file())
    assert b"invented-secret" not in kept
    assert b"AKIAINVENTED" not in kept
    assert "invented-secret" not in repr(BucketSource(filled, options=s3.options))

    async def denied(*given, **named):
        raise PermissionError("The key AKIAINVENTED is not known")

    monkeypatch.setattr(type(s3.fs), "_call_s3", denied)
    with pytest.raises(SourceFailed, match="cannot be listed: access is denied") as caught:
        scan(filled, "other")
    assert "AKIA" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_server_that_is_not_there_is_one_sentence(s3, scan, monkeypatch):
    monkeypatch.setattr(type(s3.fs), "retries", 1)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        options = s3.options | {
            "client_kwargs": {"endpoint_url": url},
            "config_kwargs": {"retries": {"max_attempts": 0}},
        }
        with pytest.raises(SourceFailed, match="cannot be reached"):
            scan("s3://anything", storage_options=options)


def test_options_that_do_not_fit_are_one_sentence(scan):
    with pytest.raises(SourceFailed, match="storage_options holds what the file system does not take"):
        scan("s3://anything", storage_options={"anon": True, "retries": 1})


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("gopher://x/y", r"Give a folder, or one of s3://, gs://"),
        ("s3://user:secret@bucket/x", "holds a user name or a password"),
        ("https://host/a.zip?X-Amz-Signature=secret", "has a query, which may hold a secret"),
        ("zip://a::s3://bucket/a.zip", "names more than one address"),
        ("file:///nowhere/at/all", "does not exist"),
    ],
)
def test_addresses_that_cannot_be_scanned_are_refused(url, said):
    with pytest.raises(NoSuchSource, match=said) as caught:
        open_source(url)
    assert "secret@" not in str(caught.value)
    assert "=secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://a/b", r's3:// needs s3fs: pip install "dicomlab\[cloud\]"$'),
        ("gs://a/b", r'gs:// needs gcsfs: pip install "dicomlab\[cloud\]" gcsfs$'),
    ],
)
def test_a_package_that_is_missing_is_named(url, said, monkeypatch):
    def missing(scheme):
        raise ImportError(f"Install something to access {scheme}")

    monkeypatch.setattr("fsspec.get_filesystem_class", missing)
    with pytest.raises(MissingPackage, match=said):
        open_source(url)


# --- others that fsspec knows -----------------------------------------------------------------------


@pytest.fixture
def memory(folder):
    fsspec = pytest.importorskip("fsspec")
    fs = fsspec.filesystem("memory")
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        fs.pipe_file(f"/pile/{path.relative_to(folder).as_posix()}", path.read_bytes())
    yield fs
    fs.rm("/pile", recursive=True)


@pytest.mark.slow
def test_what_fsspec_lists_by_folders_is_read_too(memory, folder, tmp_path, scan):
    ours = scan("memory://pile", storage_options=None)
    theirs = dl.scan(folder, into=tmp_path / "other", progress=False)
    for table in TABLES:
        assert rows(ours, table) == rows(theirs, table), table
    assert ours.instances["file_key"].min() == "memory://pile/p0/s0/i0"
    memory.rm("/pile/p0", recursive=True)
    assert scan("memory://pile", storage_options=None).counts["instances"] == 6


def test_a_folder_that_cannot_be_listed_is_a_row_and_its_files_stay(memory, scan, monkeypatch):
    scan("memory://pile", storage_options=None)
    real = type(memory).ls

    def refusing(self, path, detail=True, **named):
        if path.endswith("/p0"):
            raise PermissionError("no")
        return real(self, path, detail=detail, **named)

    monkeypatch.setattr(type(memory), "ls", refusing)
    found = scan("memory://pile", storage_options=None)
    assert found.errors["reason"].tolist() == ["the folder cannot be opened (access is denied)"]
    assert found.counts["instances"] == 12


def test_a_source_is_sent_to_workers_without_its_connections(s3, filled):
    source = pickle.loads(pickle.dumps(BucketSource(filled, options=s3.options)))
    assert sum(t.num_rows for t in source.listing()) == 12

"""A catalog in a bucket is the catalog that a folder would hold."""

from __future__ import annotations

import json
import logging
import os
import pickle
import subprocess
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.catalog import lease
from dicomlab.catalog.bucket import Bucket
from dicomlab.catalog.catalog import SHOWN_TABLES
from dicomlab.catalog.lease import LOCK, Lease
from dicomlab.catalog.lock import writing
from dicomlab.catalog.objects import PartFiles
from dicomlab.catalog.place import place_of
from dicomlab.catalog.store import TABLES, Store
from dicomlab.catalog.versions import FILE, read_state
from dicomlab.errors import (
    BadQuery,
    CannotWrite,
    CatalogBusy,
    CatalogUnreached,
    DamagedCatalog,
    EmptyScan,
    NoCatalog,
    NoSuchPlace,
    SourceFailed,
    StateGone,
)
from dicomlab.scanner import backends, engine, plan
from dicomlab.scanner.batch import Work
from tests.build import dataset, write, write_archive
from tests.conftest import REPOSITORY
from tests.sources.served import S3

pytestmark = pytest.mark.slow

SECRET = "invented-secret"
_NUMBERS = count()


SERVE = """
import logging, sys
from tests.sources.served import s3_server
logging.getLogger("werkzeug").setLevel(logging.ERROR)
with s3_server() as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def s3():
    """An S3 server in a process of its own: Delta asks some things with the interpreter held."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    paths = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with server:
        yield S3(server.stdout.readline().strip(), None)
        server.stdin.close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    folder = write_archive(tmp_path_factory.mktemp("in") / "archive")
    (folder / "note.txt").write_text("no DICOM")
    return folder


@pytest.fixture
def bucket(s3) -> str:
    """The address of a new bucket."""
    name = f"bucket-{next(_NUMBERS)}"
    s3.fs.call_s3("create_bucket", Bucket=name)
    return f"s3://{name}"


@pytest.fixture
def scan(s3):
    """Scan into a bucket."""

    def scanned(source: str | Path, into: str, **more: object) -> dl.Catalog:
        return dl.scan(source, into, progress=False, jobs=1, storage_options=s3.options, **more)

    return scanned


@pytest.fixture(scope="module")
def kept(s3, archive) -> dl.Catalog:
    """A catalog that no test changes, of two units."""
    s3.fs.call_s3("create_bucket", Bucket="kept")
    s3.fs.pipe_file("kept/other.txt", b"of somebody else")
    into = "s3://kept/below/catalog"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "UNIT_ROWS", 7)
        return dl.scan(archive, into, progress=False, jobs=1, storage_options=s3.options)


@pytest.fixture
def own(kept, bucket, s3) -> dl.Catalog:
    """A copy of it that a test may change."""
    for name in s3.fs.find("kept/below/catalog"):
        s3.fs.copy(name, name.replace("kept/below", bucket.removeprefix("s3://")))
    return dl.open_catalog(f"{bucket}/catalog", storage_options=s3.options)


def rows(catalog: dl.Catalog, table: str) -> list[str]:
    return sorted(repr(row) for row in catalog.read(table).itertuples(index=False))


def parquet(s3, catalog: dl.Catalog) -> set[str]:
    return {
        name for name in s3.fs.find(catalog.path) if name.endswith(".parquet") and "_delta_log" not in name
    }


def needed(catalog: dl.Catalog, s3) -> set[str]:
    """The Parquet files of all versions that can be opened, and of the state that counts."""
    place = place_of(catalog.path, s3.options)
    state, store = read_state(place), Store(place)
    states = [state.tables, *(version.tables for version in state.versions)]
    paths = {path for tables in states for t, v in tables.items() for path in store.paths(t, v)}
    return {path.removeprefix("s3://") for path in paths}


def test_a_bucket_holds_the_tables_that_a_folder_holds(kept, archive, tmp_path, s3):
    local = dl.scan(archive, tmp_path / "catalog", progress=False, jobs=1)
    again = dl.open_catalog(kept.path, storage_options=s3.options)
    for table in SHOWN_TABLES:
        assert rows(kept, table) == rows(local, table) == rows(again, table)
        assert kept.read(table).dtypes.tolist() == local.read(table).dtypes.tolist()
    assert kept.counts == local.counts
    assert kept.path == "s3://kept/below/catalog"
    assert "s3://kept/below/catalog" in repr(kept)
    key = local.instances["file_key"].iloc[0]
    assert again.header(key) == local.header(key)


def test_a_second_scan_reads_what_is_new_and_what_is_gone_leaves(tmp_path, bucket, scan, monkeypatch):
    folder, into = write_archive(tmp_path / "archive"), f"{bucket}/catalog"
    read: list[int] = []
    real = backends.read_unit
    monkeypatch.setattr(
        backends, "read_unit", lambda work, unit: read.append(unit.items.num_rows) or real(work, unit)
    )
    first = scan(folder, into)
    assert read == [12]
    assert len(scan(folder, into).versions) == 1
    assert read == [12]
    write(dataset(PatientID="P9", StudyInstanceUID="1.9", SeriesInstanceUID="1.9.1"), folder / "new")
    (folder / "p0" / "s0" / "i0").unlink()
    write(
        dataset(PatientID="P0b", StudyInstanceUID="1.2.1", SeriesInstanceUID="1.2.1.1"), folder / "p0/s0/i1"
    )
    second = scan(folder, into)
    assert read == [12, 2]
    assert dl.scan(folder, tmp_path / "local", progress=False, jobs=1).counts == second.counts
    assert set(second.instances["PatientID"]) == {"P0", "P0b", "P1", "P9"}
    assert len(first.instances) == 12, "what was opened stays as it was"


def test_columns_are_added_and_versions_are_opened(own, s3):
    catalog = own
    wider = catalog.add_columns(["EchoNumbers", "PatientComments"], progress=False)
    assert "PatientComments" in wider.read("instances").columns
    assert wider.counts == catalog.counts
    first = wider.versions["id"].iloc[0]
    before = dl.open_catalog(catalog.path, version=first, storage_options=s3.options)
    assert "PatientComments" not in before.columns or before.instances["PatientComments"].isna().all()
    with pytest.raises(NoCatalog, match="has no version"):
        dl.open_catalog(catalog.path, version="1", storage_options=s3.options)


def test_compaction_writes_files_together_and_deletes_what_nobody_needs(own, s3):
    catalog = own
    s3.fs.pipe_file(f"{catalog.path}/instances/stray.parquet", b"left by a worker that died")
    files, _ = Store(place_of(catalog.path, s3.options)).on_disk()
    before = {table: rows(catalog, table) for table in SHOWN_TABLES}
    small = catalog.compact(keep=1, progress=False)
    for table in SHOWN_TABLES:
        assert rows(small, table) == before[table]
    assert parquet(s3, small) == needed(small, s3)
    assert Store(place_of(small.path, s3.options)).on_disk()[0] < files - 1
    earlier = dl.Catalog(place_of(catalog.path, s3.options), catalog._state)
    with pytest.raises(StateGone):
        _ = earlier.instances


def test_a_lost_object_is_told(own, archive, scan, s3):
    catalog = own
    s3.fs.rm_file(next(name for name in parquet(s3, catalog) if "/instances/" in name))
    with pytest.raises(DamagedCatalog, match=r"instances/.* is missing"):
        _ = dl.open_catalog(catalog.path, storage_options=s3.options).instances
    with pytest.raises(DamagedCatalog):
        scan(archive, catalog.path)
    s3.fs.rm_file(f"{catalog.path}/{FILE}")
    with pytest.raises(DamagedCatalog, match=r"catalog\.json is missing"):
        dl.open_catalog(catalog.path, storage_options=s3.options)


KILLED = """
import json, os, signal, sys
import dicomlab as dl
from dicomlab.scanner import engine, plan
source, into, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
plan.UNIT_ROWS, engine.COMMIT_SECONDS = 4, (0.0, 0.0)
real, turns = engine.write_state, iter(range(9))
def die_in_the_third(place, state):
    if next(turns) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    real(place, state)
engine.write_state = die_in_the_third
dl.scan(source, into, progress=False, jobs=1, storage_options=options)
"""


def test_a_killed_scan_leaves_the_last_good_state_and_the_next_one_goes_on(
    archive, bucket, scan, s3, monkeypatch
):
    into = f"{bucket}/catalog"
    call = [sys.executable, "-c", KILLED, str(archive), into, json.dumps(s3.options)]
    assert subprocess.run(call, timeout=120, check=False).returncode == -9
    left = dl.open_catalog(into, storage_options=s3.options)
    assert not left.is_complete
    assert left.counts["files"] == 4
    assert len(left.series) == 1
    with pytest.raises(CatalogBusy, match="killed holds it for 2 minutes"):
        scan(archive, into)
    monkeypatch.setattr(lease, "STALE", -10.0)
    done = scan(archive, into)
    assert done.is_complete
    assert done.counts["files"] == 13
    assert done.instances["file_key"].is_unique
    assert parquet(s3, done) == needed(done, s3)
    assert not s3.fs.exists(f"{into}/{LOCK}")


@pytest.mark.parametrize("at", [1, 3])
def test_a_scan_may_break_at_any_write_of_the_state(at, archive, bucket, scan, s3, monkeypatch):
    into, turns = f"{bucket}/catalog", count()
    monkeypatch.setattr(plan, "UNIT_ROWS", 7)
    monkeypatch.setattr(engine, "COMMIT_SECONDS", (0.0, 0.0))
    real = engine.write_state

    def broken(place, state):
        if next(turns) == at:
            raise KeyboardInterrupt
        real(place, state)

    with monkeypatch.context() as cut:
        cut.setattr(engine, "write_state", broken)
        try:
            scan(archive, into)
        except KeyboardInterrupt:
            good = dl.open_catalog(into, storage_options=s3.options)
            assert good.counts["files"] in (0, 7, 13)
    done = scan(archive, into)  # at once: the one before could still say that it has ended
    assert done.is_complete
    assert done.counts["files"] == 13
    assert parquet(s3, done) == needed(done, s3)


def test_one_writes_and_the_others_are_told_so(own, archive, scan, s3):
    catalog = own
    with writing(place_of(catalog.path, s3.options)):
        for work in (
            lambda: scan(archive, catalog.path),
            lambda: catalog.compact(progress=False),
            lambda: catalog.add_columns(["PatientComments"], progress=False),
        ):
            with pytest.raises(CatalogBusy, match="Wait until it has ended"):
                work()
        assert len(dl.open_catalog(catalog.path, storage_options=s3.options).instances) == 12
    with writing(place_of(catalog.path, s3.options)):
        pass


def test_who_lost_the_lock_commits_nothing(own, tmp_path, scan, s3, monkeypatch):
    catalog = own
    before = dl.open_catalog(catalog.path, storage_options=s3.options)
    folder = write_archive(tmp_path / "more", patients=3)
    real = backends.read_unit
    other = place_of(catalog.path, s3.options)

    def overtaken(work, unit):
        monkeypatch.setattr(lease, "STALE", -10.0)
        Lease(other)._ended.set()
        return real(work, unit)

    with monkeypatch.context() as cut:
        cut.setattr(backends, "read_unit", overtaken)
        with pytest.raises(CatalogBusy):
            scan(folder, catalog.path)
    after = dl.open_catalog(catalog.path, storage_options=s3.options)
    assert read_state(other).tables == before._state.tables
    assert rows(after, "files") == rows(before, "files")


def test_the_lock_is_written_anew_all_the_time(bucket, s3, monkeypatch):
    monkeypatch.setattr(lease, "RENEW", 0.05)
    place = Bucket(f"{bucket}/catalog", s3.options)
    held = Lease(place)
    first = held._mark
    held._ended.wait(0.5)
    assert held._mark != first
    held.release(is_left=False)
    assert held._read() is None
    assert not held._thread.is_alive()


def test_an_answer_that_was_lost_does_not_lose_the_lock(bucket, s3):
    """The call is made again by itself, and then the object is there: our own."""
    held = Lease(Bucket(bucket, s3.options))
    held._mark = '"another"'
    held.confirm()
    held._acquire()
    held.release(is_left=False)


@pytest.mark.parametrize("unheard", ["IfNoneMatch", "IfMatch"])
def test_a_store_without_conditions_is_refused(unheard, archive, bucket, scan, s3, monkeypatch):
    real = Lease._call

    def deaf(self, name, **given):
        given.pop(unheard, None)
        return real(self, name, **given)

    monkeypatch.setattr(Lease, "_call", deaf)
    with pytest.raises(CannotWrite, match="takes no notice of conditions"):
        scan(archive, f"{bucket}/catalog")
    assert s3.fs.find(bucket) == []


OUTSIDE = (
    "SELECT * FROM read_text('s3://kept/other.txt')",
    "SELECT * FROM 's3://kept/below/catalog/../../other.txt'",
    "SELECT * FROM read_text('s3://kept/below/catalog/./../../other.txt')",
    "SELECT * FROM read_text('s3://kept/below/catalog/..%2f..%2fother.txt')",
    "SELECT * FROM read_text('s3://kept/below/catalog/*/../../../*.txt')",
    "SELECT * FROM read_text('s3://kept/below/catalog/../../other.txt')",
    "SELECT * FROM read_text('s3a://kept/other.txt')",
    "SELECT * FROM read_text('s3://kept/below/catalog-2/x.txt')",
    "SELECT * FROM glob('s3://kept/*')",
    "SELECT * FROM read_text('file:///etc/hostname')",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_text('https://localhost/x')",
    "COPY files TO 's3://kept/below/catalog/x.csv'",
    "ATTACH 's3://kept/below/catalog/x.db'",
    "INSTALL httpfs",
)


@pytest.mark.parametrize("query", OUTSIDE)
def test_a_query_does_not_leave_the_catalog(query, kept, s3):
    before = s3.fs.find("kept")
    with suppress(BadQuery):  # refused, or found to be nothing
        assert kept.sql(query).empty
    assert s3.fs.find("kept") == before


@pytest.mark.parametrize(
    "name", ["kept/other.txt", "kept/below/catalog/../../other.txt", "kept/below/catalog-2"]
)
def test_what_reads_for_queries_knows_nothing_else(name, kept):
    files = kept._place.duckdb
    assert files.glob(f"s3://{name}") == []
    assert not files.exists(name)
    for work in (files.ls, files.modified, files.open):
        with pytest.raises(FileNotFoundError):
            work(name)
    with pytest.raises(PermissionError):
        files.open("kept/below/catalog/catalog.json", "wb")
    assert json.loads(files.open("s3://kept/below/catalog/catalog.json").read())["is_complete"]


def test_no_secret_is_written_or_said(kept, archive, s3, caplog):
    caplog.set_level(logging.DEBUG, logger="dicomlab")
    for name in s3.fs.find("kept"):
        assert SECRET.encode() not in s3.fs.cat_file(name)
    place = place_of(kept.path, s3.options)
    work = Work(place, None, dl.Columns(), True, "tag")
    assert SECRET not in repr(place) + repr(work) + repr(kept) + kept._repr_html_() + caplog.text
    far = {**s3.options, "client_kwargs": {"endpoint_url": "http://127.0.0.1:1"}, "config_kwargs": ONCE}
    with pytest.raises(CatalogUnreached, match="the server cannot be reached") as met:
        dl.open_catalog(kept.path, storage_options=far)
    assert met.value.__cause__ is None
    assert SECRET not in str(met.value)


ONCE = {"retries": {"max_attempts": 1}, "connect_timeout": 1}


def test_what_the_store_refuses_is_one_sentence(own, archive, scan, s3, monkeypatch):
    with pytest.raises(CatalogUnreached, match="there is no such bucket"):
        scan(archive, "s3://no-such-bucket/catalog")
    with pytest.raises(CatalogUnreached, match="there is no such bucket"):
        dl.open_catalog("s3://no-such-bucket/catalog", storage_options=s3.options)
    with pytest.raises(NoCatalog, match="is not a dicomlab catalog"):
        dl.open_catalog("s3://kept/nothing", storage_options=s3.options)
    opened = own

    def denied(*_, **__):
        raise PermissionError(f"The key {SECRET} may not")

    monkeypatch.setattr(PartFiles, "fetch", denied)
    with pytest.raises(CatalogUnreached, match="access is denied") as met:
        _ = opened.series
    assert SECRET not in str(met.value)
    with pytest.raises(CatalogUnreached, match="access is denied") as met:
        opened.add_columns(["PatientComments"], progress=False)
    assert SECRET not in str(met.value)


def test_a_scan_without_dicom_leaves_the_bucket_as_it_was(tmp_path, bucket, scan, s3):
    (tmp_path / "note.txt").write_text("no DICOM")
    with pytest.raises(EmptyScan):
        scan(tmp_path, f"{bucket}/catalog")
    assert s3.fs.find(bucket) == []
    s3.fs.pipe_file(f"{bucket}/other.txt", b"of somebody else")
    with pytest.raises(NoCatalog, match="with other things in it"):
        scan(tmp_path, bucket)
    assert [name.rpartition("/")[2] for name in s3.fs.find(bucket)] == ["other.txt"]


def test_a_catalog_in_the_bucket_it_was_scanned_from_is_not_scanned(archive, bucket, scan, s3):
    for path in sorted(p for p in archive.rglob("*") if p.is_file()):
        s3.fs.pipe_file(f"{bucket}/{path.relative_to(archive).as_posix()}", path.read_bytes())
    catalog = scan(bucket, f"{bucket}/catalog")
    assert catalog.counts["files"] == 13
    assert len(scan(bucket, f"{bucket}/catalog").versions) == 1
    assert set(catalog.files["source"]) == {bucket}


def test_settings_of_a_server_are_not_taken_for_those_of_the_catalog(s3):
    ours = s3.options
    assert engine._options_for_both("/archive", ours) == ours
    assert engine._options_for_both("s3://bucket/archive", ours) == ours
    assert engine._options_for_both("dicomweb+https://host/dicom-web", ours) is None


def test_two_buckets_may_have_settings_of_their_own(own, bucket, s3):
    """The source takes none, and says so; the catalog was reached by its own."""
    with pytest.raises(SourceFailed, match="storage_options"):
        dl.scan(
            f"{bucket}/x", own.path, progress=False, storage_options={"no": 1}, catalog_options=s3.options
        )
    with writing(place_of(own.path, s3.options)):
        pass


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("gs://bucket/catalog", "is of no kind that a catalog can lie in"),
        ("https://host/catalog?sign=invented-secret", "is of no kind"),
        ("s3://key:invented-secret@bucket/catalog", "holds a user name or a password"),
        (Path("s3://bucket/catalog"), "Give an address as text"),
    ],
)
def test_where_no_catalog_can_lie_is_told(where, words, archive):
    for work in (lambda: dl.open_catalog(where), lambda: dl.scan(archive, where, progress=False)):
        with pytest.raises(NoSuchPlace, match=words) as met:
            work()
        assert SECRET not in str(met.value)


def test_errors_come_from_workers_as_they_were():
    error = pickle.loads(pickle.dumps(CatalogUnreached("s3://bucket", "access is denied")))
    assert isinstance(error, CatalogUnreached)
    assert str(error).startswith("s3://bucket cannot be reached: access is denied.")
    assert str(pickle.loads(pickle.dumps(CatalogBusy("here")))) == str(CatalogBusy("here"))


def test_workers_need_nothing_but_the_bucket(archive, bucket, scan, monkeypatch):
    """What is sent to a worker leads to the bucket from anywhere."""
    real, met = backends.read_unit, []

    def elsewhere(work, unit):
        sent = pickle.loads(pickle.dumps(work))
        met.append(sent.place)
        return pickle.loads(pickle.dumps(real(sent, unit)))

    monkeypatch.setattr(backends, "read_unit", elsewhere)
    catalog = scan(archive, f"{bucket}/catalog")
    assert catalog.counts["instances"] == 12
    assert met[0].lease is None
    assert met[0].path == catalog.path


def test_the_shell_takes_an_address(archive, bucket, s3, monkeypatch, capsys):
    """Credentials come from where other programs have them."""
    from fsspec.config import conf as fsspec_settings
    from typer.testing import CliRunner

    from dicomlab.cli.main import app

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.options["key"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setitem(fsspec_settings, "s3", {"endpoint_url": s3.url})
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    into = f"{bucket}/catalog"

    def run(*words: str) -> str:
        ran = CliRunner().invoke(app, [*words])
        assert ran.exit_code == 0, ran.output
        assert SECRET not in ran.output
        return ran.output

    assert f"{into} now holds 2 patients" in run("scan", str(archive), "--into", into).replace("\n", " ")
    assert "nothing new" in run("scan", str(archive), "--into", into)
    assert into in run("show", into)
    assert "12" in run("sql", into, "SELECT count(*) AS n FROM instances")
    assert "Parquet file" in run("compact", into, "--keep", "1")
    assert CliRunner().invoke(app, ["drift", into]).exit_code == 3


def test_tables_are_frames_all_the_same(kept):
    assert all(isinstance(kept.read(table), pd.DataFrame) for table in ("series", "errors"))
    assert set(TABLES) >= {name.split("/")[-2] for name in Store(kept._place).paths("files", 1)}

"""The process that runs a query is bounded, ends when it should, and costs its query only."""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import dicomlab as dl
from dicomlab.catalog import query_process
from dicomlab.catalog.database import temporary
from dicomlab.errors import (
    BadQuery,
    DicomlabError,
    QueryEnded,
    QueryTooLarge,
    QueryTooSlow,
    StateGone,
    WrongArgument,
)
from dicomlab.masking import Options, options
from tests.build import write_archive

LONG = "SELECT sum(a.range * b.range) FROM range(1000000) a, range(10000000) b"
POSIX = os.name == "posix"


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    return write_archive(tmp_path_factory.mktemp("process") / "archive")


@pytest.fixture(scope="module")
def catalog(archive) -> dl.Catalog:
    return dl.scan(archive, into=archive.parent / "catalog", progress=False)


@pytest.fixture
def limits(monkeypatch):
    """Set limits for one test."""

    def set_limits(seconds: float = 600, memory_mb: int = 2048) -> None:
        monkeypatch.setattr(options, "_query_seconds", seconds)
        monkeypatch.setattr(options, "_query_memory_mb", memory_mb)

    return set_limits


def _idle() -> list[query_process._Child]:
    return list(query_process._pool._idle)


def _until(holds, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        threading.Event().wait(0.02)
    return holds()


def _is_running(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_long_query_is_stopped_in_one_sentence(catalog, limits) -> None:
    limits(seconds=0.5)
    with pytest.raises(QueryTooSlow, match=r"longer than 0.5 seconds.*query_seconds"):
        catalog.sql(LONG)
    limits()
    assert catalog.sql("SELECT 1 AS one")["one"].tolist() == [1]


def test_time_counts_while_rows_are_waited_for_only(catalog, limits) -> None:
    catalog.sql("SELECT 1")
    limits(seconds=5)
    n = 0
    for block in catalog.arrow_blocks("FROM range(500000)", rows=100_000):
        n += block.num_rows
    assert n == 500_000


@pytest.mark.skipif(sys.platform != "linux", reason="the address space is bounded on Linux only")
@pytest.mark.parametrize(
    "query",
    [
        "SELECT repeat('x', 2000000000)",
        "SELECT length(repeat('x', 500000000))",
        "SELECT list(a.range || b.range) FROM range(100000) a, range(10000) b",
    ],
)
def test_a_query_that_needs_too_much_memory_is_stopped(query, catalog, limits) -> None:
    limits(memory_mb=256)
    with pytest.raises(QueryTooLarge, match=r"more than the 256 MB.*query_memory_mb"):
        catalog.sql(query)
    limits()
    assert catalog.sql("SELECT 1 AS one")["one"].tolist() == [1]


def test_rows_without_end_are_stopped_too(catalog, limits) -> None:
    limits(memory_mb=64)
    with pytest.raises(QueryTooLarge):
        catalog.sql("FROM range(100000000000)")


def test_limits_come_from_the_environment_or_are_set(monkeypatch) -> None:
    monkeypatch.setenv("DICOMLAB_QUERY_SECONDS", "12.5")
    monkeypatch.setenv("DICOMLAB_QUERY_MEMORY_MB", "99")
    own = Options()
    assert (own.query_seconds, own.query_memory_mb) == (12.5, 99)
    own.query_seconds, own.query_memory_mb = 3, 4
    assert (own.query_seconds, own.query_memory_mb) == (3, 4)
    for wrong in (0, -1, float("inf"), "soon", True):
        with pytest.raises(WrongArgument):
            own.query_seconds = wrong
    monkeypatch.setenv("DICOMLAB_QUERY_SECONDS", "soon")
    with pytest.raises(WrongArgument, match="DICOMLAB_QUERY_SECONDS"):
        _ = Options().query_seconds


def test_a_process_that_is_killed_costs_its_query_only(catalog) -> None:
    catalog.sql("SELECT 1")
    before = {child.process_id for child in query_process._pool._all}
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            catalog.sql(LONG)
        except DicomlabError as error:
            failed.append(error)

    busy = threading.Thread(target=ask)
    waiting = _idle()
    busy.start()
    assert _until(lambda: len(_idle()) < len(waiting) or len(query_process._pool._all) > len(before))
    at_work = next(child for child in query_process._pool._all if child.is_alive and child not in _idle())
    os.kill(at_work.process_id, signal.SIGTERM)
    busy.join()
    assert isinstance(failed[0], QueryEnded)
    assert "Run it again" in str(failed[0])
    assert catalog.sql("SELECT 1 AS one")["one"].tolist() == [1]


def test_a_process_that_ended_while_it_waited_is_replaced(catalog) -> None:
    catalog.sql("SELECT 1")
    for child in _idle():
        child._process.kill()
        child._process.wait()
    assert catalog.sql("SELECT 1 AS one")["one"].tolist() == [1]


def test_a_warm_process_is_used_again(catalog) -> None:
    catalog.sql("SELECT 1")
    first = {child.process_id for child in _idle()}
    catalog.sql("SELECT 2")
    catalog.sql("FROM series")
    assert {child.process_id for child in _idle()} == first


def test_a_query_that_is_refused_leaves_its_process_as_it_was(catalog) -> None:
    catalog.sql("SELECT 1")
    first = {child.process_id for child in _idle()}
    for query in (
        "SELECT nothing FROM series",
        "SELECT Modality::INT FROM series",
        "SELECT Modality + 1 FROM series",
    ):
        with pytest.raises(BadQuery):
            catalog.sql(query)
    assert {child.process_id for child in _idle()} == first


def test_threads_ask_at_the_same_time(catalog) -> None:
    expected = len(catalog.instances)

    def ask(n: int) -> tuple[int, int]:
        source = catalog.masked if n % 2 else catalog
        return n, int(source.sql(f"SELECT {n} + count(*) AS n FROM instances")["n"].iloc[0])

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(24)))
    assert found == [(n, n + expected) for n in range(24)]
    assert len(_idle()) <= query_process.MOST_IDLE


def _ask_in_fork(catalog: dl.Catalog, answers) -> None:
    try:
        answers.put(int(catalog.sql("SELECT count(*) AS n FROM series")["n"].iloc[0]))
    except BaseException as error:
        answers.put(repr(error))
        raise


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_asks_processes_of_its_own(catalog) -> None:
    catalog.sql("SELECT 1")
    first = {child.process_id for child in _idle()}
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    forked = context.Process(target=_ask_in_fork, args=(catalog, answers))
    forked.start()
    assert answers.get(timeout=120) == len(catalog.series)
    forked.join()
    assert catalog.sql("SELECT 1 AS one")["one"].tolist() == [1]
    assert first & {child.process_id for child in _idle()} == first


_ASKS_AND = """
import os, sys, signal
import dicomlab as dl
from dicomlab.catalog import query_process
catalog = dl.open_catalog(sys.argv[1])
catalog.sql("SELECT 1")
print(query_process._pool._idle[0].process_id, flush=True)
{then}
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    "then",
    [
        "pass",
        "os._exit(0)",
        "os.kill(os.getpid(), signal.SIGKILL)",
        f"import threading; threading.Timer(0.3, os._exit, (1,)).start(); catalog.sql({LONG!r})",
    ],
)
def test_no_process_outlives_the_one_that_asked(then, catalog) -> None:
    code = _ASKS_AND.format(then=then)
    ran = subprocess.run(
        [sys.executable, "-c", code, str(catalog.path)], capture_output=True, text=True, check=False
    )
    process_id = int(ran.stdout.split()[0])
    assert _until(lambda: not _is_running(process_id))


def test_a_process_ends_when_nobody_asks(catalog, monkeypatch) -> None:
    monkeypatch.setattr(query_process, "IDLE_S", 0.2)
    query_process._pool.end()
    catalog.sql("SELECT 1")
    child = _idle()[-1]
    assert _until(lambda: not child.is_alive)
    monkeypatch.undo()
    assert catalog.sql("SELECT 1 AS one")["one"].tolist() == [1]


@pytest.mark.slow
def test_a_catalog_that_is_gone_leaves_nothing(archive, tmp_path) -> None:
    own = dl.scan(archive, into=tmp_path / "catalog", progress=False)
    own.masked.sql("FROM series")
    child = _idle()[-1]
    folder = own._snapshot._own.folder()
    assert list(folder.iterdir())
    del own
    gc.collect()
    assert not folder.exists()
    query_process._pool.give(query_process._pool.take("another"))
    assert _until(lambda: not child.is_alive or child.opened == "another")


def test_what_a_process_wrote_goes_with_it(catalog) -> None:
    query_process._pool.end()
    before = set(temporary().glob("query-*"))  # forked processes leave theirs
    catalog.sql("SELECT 1")
    assert set(temporary().glob("query-*")) > before
    query_process._pool.end()
    assert set(temporary().glob("query-*")) == before


@pytest.mark.slow
def test_a_snapshot_stays_as_it_was_opened(archive, tmp_path) -> None:
    from tests.build import dataset, write

    source = Path(shutil.copytree(archive, tmp_path / "archive"))
    first = dl.scan(source, into=tmp_path / "catalog", progress=False)
    n = int(first.sql("SELECT count(*) AS n FROM instances")["n"].iloc[0])
    masked_n = int(first.masked.sql("SELECT count(*) AS n FROM instances")["n"].iloc[0])
    write(
        dataset(PatientID="new", StudyInstanceUID="9", SeriesInstanceUID="9.1", SOPInstanceUID="9.1.1"),
        source / "new",
    )
    second = dl.scan(source, into=tmp_path / "catalog", progress=False)
    for catalog, more in ((first, 0), (second, 1), (first, 0)):
        assert catalog.sql("SELECT count(*) AS n FROM instances")["n"].tolist() == [n + more]
        assert catalog.masked.sql("SELECT count(*) AS n FROM instances")["n"].tolist() == [masked_n + more]
    third = second.compact(keep=1, progress=False)
    assert third.sql("SELECT count(*) AS n FROM instances")["n"].tolist() == [n + 1]
    with pytest.raises(StateGone, match="Open it anew"):
        first.sql("SELECT sum(InstanceNumber) FROM instances")


def test_a_block_that_is_not_taken_ends_its_query(catalog) -> None:
    blocks = catalog.arrow_blocks("FROM range(50000000)", rows=1000)
    assert next(blocks).num_rows
    blocks.close()
    assert catalog.sql("SELECT 1 AS one")["one"].tolist() == [1]


def test_two_queries_may_be_read_side_by_side(catalog) -> None:
    one = catalog.arrow_blocks("FROM range(300000)", rows=100_000)
    other = catalog.arrow_blocks("FROM range(300000)", rows=100_000)
    assert [a.num_rows == b.num_rows for a, b in zip(one, other, strict=True)] == [True] * 3


@pytest.mark.slow
@pytest.mark.skipif(not POSIX, reason="signals")
def test_ctrl_c_stops_a_query_of_the_shell_calmly(catalog) -> None:
    code = (
        "import signal, sys, threading\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored by background jobs
        "from dicomlab.catalog import query_process\n"
        "from dicomlab.cli.main import main\n"
        "send = query_process._Child._send\n"
        "def tell(self, *args):\n"
        "    send(self, *args)\n"
        "    print(self.process_id, file=sys.stderr, flush=True)\n"
        "query_process._Child._send = tell\n"
        "sys.argv = ['dicomlab', 'sql', *sys.argv[1:]]\n"
        "main()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(catalog.path), LONG],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as shell:
        assert shell.stderr is not None
        process_id = int(shell.stderr.readline())
        shell.send_signal(signal.SIGINT)
        out, err = shell.communicate(timeout=120)
    assert shell.returncode == 130, err
    assert not out
    assert re.sub(r"\s+", " ", err).strip() == "Stopped. Call again to complete it."
    assert _until(lambda: not _is_running(process_id))

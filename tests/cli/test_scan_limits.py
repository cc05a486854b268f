"""`dicomlab scan` takes from a server at most what its options say."""

from __future__ import annotations

import pytest
import typer

from dicomlab.cli.server_limits import size_in_bytes, time_in_seconds
from tests.build import dataset, write
from tests.sources.test_limits import say, web

from .conftest import make_archive

pytest.importorskip("aiohttp")


@pytest.fixture
def images(tmp_path):
    """A web server with a file on a page, and another one on the page below it."""
    uids = {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.3", "SOPInstanceUID": "1.4"}
    image = write(dataset(**uids), tmp_path / "image.dcm").read_bytes()
    pages = {"/in/": b'<a href="a.dcm">a</a><a href="more/">more</a>', "/in/more/": b'<a href="b.dcm">b</a>'}

    def answer(handler):
        say(handler, pages.get(handler.path, image))

    with web(answer) as url:
        yield f"{url}/in"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "value", "code", "reason"),
    [
        ("--max-pages", 2, 0, ""),
        ("--max-pages", 1, 3, "the limit of 1 pages is reached"),
        pytest.param("--max-requests", 60, 0, "", marks=pytest.mark.slow),
        pytest.param("--max-bytes", "1MB", 0, "", marks=pytest.mark.slow),
        pytest.param("--max-time", "5m", 0, "", marks=pytest.mark.slow),
    ],
)
def test_a_limit_is_held_on_both_sides(images, dicomlab, tmp_path, option, value, code, reason):
    ran = dicomlab("scan", images, "--into", tmp_path / "catalog", "--jobs", 1, option, value, columns=200)
    assert ran.code == code
    assert bool(ran.err) == bool(code)  # where something is missing, stderr says so too
    assert reason in ran.out


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--max-requests", 3, "the limit of 3 requests is reached"),
        ("--max-bytes", 10, "the limit of 10 bytes is reached"),
        ("--max-time", "0.000001s", "the limit of 0 seconds is reached"),
    ],
)
def test_a_limit_that_leaves_nothing_says_so(images, dicomlab, tmp_path, option, value, reason):
    ran = dicomlab("scan", images, "--into", tmp_path / "catalog", option, value, columns=200)
    assert ran.code != 0
    assert reason in " ".join((ran.out + ran.err).split())


@pytest.mark.parametrize("given", ["--max-bytes=much", "--max-bytes=0", "--max-time=-1", "--max-pages=0"])
def test_what_is_no_limit_is_a_wrong_call(dicomlab, tmp_path, given):
    ran = dicomlab("scan", "https://127.0.0.1/in", "--into", tmp_path / "catalog", given)
    assert ran.code == 2
    assert given.partition("=")[0] in ran.err


@pytest.mark.slow
def test_limits_of_servers_do_not_hold_for_folders(dicomlab, tmp_path):
    folder = make_archive(tmp_path / "archive", "CT_small.dcm")
    ran = dicomlab("scan", folder, "--into", tmp_path / "catalog", "--max-bytes", 1)
    assert ran.code == 0
    assert "for servers, not for folders" in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("text", "size"),
    [("1", 1), ("1k", 1000), ("2KiB", 2048), ("1.5 MB", 1_500_000), ("3gib", 3 << 30), ("1TB", 10**12)],
)
def test_sizes_are_read_as_people_write_them(text, size):
    assert size_in_bytes(text) == size


@pytest.mark.parametrize("text", ["", "MB", "1 PB", "1e3", "-1", "١"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(typer.BadParameter):
        size_in_bytes(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("1", 1), ("90s", 90), ("1.5m", 90), ("2H", 7200), ("1 d", 86_400)]
)
def test_times_are_read_as_people_write_them(text, seconds):
    assert time_in_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "1w", "0", "1:30"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(typer.BadParameter):
        time_in_seconds(text)

"""Servers that drip, that never end and that pack bombs: each is left within its limits."""

from __future__ import annotations

import gzip
import io
import json
import time
import zlib

import pytest

import dicomlab as dl
from dicomlab.sources.base import Unreached
from dicomlab.sources.bucket import BucketSource
from dicomlab.sources.limits import LimitReached, Limits, Spent
from dicomlab.sources.unpacking import PIECE, Unpacker
from dicomlab.sources.webserver import Server, Settings

from .test_limits import listed, say, web

QUICK = 0.4
"""How long one answer may take in these tests, in seconds."""
LIMIT = {"request_seconds": QUICK}
PATIENCE = 20.0
"""Within what time such a server is left, on a computer that is busy; without limits it never is."""


def drip(handler, piece: bytes, seconds: float = 0.02) -> None:
    """Write the same few bytes until the other side goes, or a minute is over."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        handler.wfile.write(piece)
        handler.wfile.flush()
        time.sleep(seconds)
    raise AssertionError("nobody ended it")


def headers_that_drip(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    drip(handler, b"x")


def interim_answers(handler):
    drip(handler, b"HTTP/1.1 103 Early Hints\r\n\r\n")


def body_that_drips(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    drip(handler, b" ")


def chunks_that_drip(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    drip(handler, b"1\r\n \r\n")


def packed_nothing(handler):
    """A gzip file whose name never ends: nothing is ever unpacked."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100000\r\n\r\n")
    handler.wfile.write(b"\x1f\x8b\x08\x08\0\0\0\0\0\x03")
    drip(handler, b"n")


DRIPS = [headers_that_drip, interim_answers, body_that_drips, chunks_that_drip, packed_nothing]


@pytest.mark.parametrize("answer", DRIPS)
def test_a_web_server_that_drips_is_left(answer):
    began = time.monotonic()
    with web(answer) as url, pytest.raises(dl.errors.SourceFailed, match="takes longer than 0 seconds"):
        listed(f"{url}/in", **LIMIT)
    assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize("answer", DRIPS)
def test_a_dicomweb_server_that_drips_is_left(answer):
    began = time.monotonic()
    with web(answer) as url, Server(url, Settings.of({"limits": LIMIT})) as server:
        found, why = server.items(f"{url}/studies")
    assert (found, why) == ([], "the answer takes longer than 0 seconds")
    assert time.monotonic() - began < PATIENCE


def test_the_time_of_the_scan_ends_an_answer_too():
    settings = Settings.of({"limits": {"seconds": QUICK}})
    with (
        web(body_that_drips) as url,
        Server(url, settings) as server,
        pytest.raises(LimitReached, match="limit of 0 seconds"),
    ):
        server.items(f"{url}/studies")


def test_an_answer_that_drips_costs_no_other():
    """Of two that are asked at the same time, one drips; and the next one comes as usual."""
    from concurrent.futures import ThreadPoolExecutor

    def answer(handler):
        if handler.path == "/drip":
            body_that_drips(handler)
        time.sleep(0.1)
        say(handler, b'[{"n": 1}]')

    with web(answer) as url, Server(url, Settings.of({"limits": LIMIT})) as server:
        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(server.items, [f"{url}/drip", f"{url}/1", f"{url}/2", f"{url}/3"]))
        assert [items for items, _ in found] == [[], *[[{"n": 1}]] * 3]
        assert server.items(f"{url}/4") == ([{"n": 1}], "")


@pytest.mark.parametrize("answer", [headers_that_drip, body_that_drips])
def test_a_bucket_that_drips_is_left(answer):
    pytest.importorskip("s3fs")
    with web(answer) as url:
        source = BucketSource("s3://bucket/in", options={**s3_options(url), "limits": LIMIT})
        with pytest.raises(dl.errors.SourceFailed, match="takes longer than 0 seconds"):
            list(source.listing())


def s3_options(url: str) -> dict[str, object]:
    return {"key": "AKIAINVENTED", "secret": "invented", "client_kwargs": {"endpoint_url": url}}


def test_of_an_object_without_end_only_what_was_asked_for_is_taken():
    pytest.importorskip("s3fs")

    def answer(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
        while True:
            handler.wfile.write(bytes(65_536))

    with web(answer) as url:
        source = BucketSource("s3://bucket/in", options=s3_options(url))
        (head,) = source.heads(["s3://bucket/in/a"], [None])
        with pytest.raises(Unreached, match="more than was asked for"):
            head.read(1_000)


def test_a_page_of_a_bucket_without_end_is_not_held(one_try, monkeypatch):
    from dicomlab.sources import s3_connections

    monkeypatch.setattr(s3_connections, "MOST_ANSWER", 100_000)

    def answer(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<ListBucketResult>")
        while True:
            handler.wfile.write(b"<Contents><Key>in/a</Key></Contents>" * 1_000)

    with web(answer) as url, pytest.raises(dl.errors.SourceFailed, match="longer than 100,000 bytes"):
        list(BucketSource("s3://bucket/in", options=s3_options(url)).listing())


@pytest.fixture
def one_try(monkeypatch):
    """Let s3fs ask once."""
    s3fs = pytest.importorskip("s3fs")
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)


@pytest.mark.parametrize("status", [301, 308])
def test_a_bucket_leads_to_no_other_host(status, one_try):
    asked = []

    def other(handler):
        asked.append(handler.path)
        say(handler, b"<ListBucketResult></ListBucketResult>")

    with web(other) as there:

        def answer(handler):
            say(handler, b"", status, Location=f"{there}{handler.path}")

        with web(answer) as url, pytest.raises(dl.errors.SourceFailed, match="to another address"):
            list(BucketSource("s3://bucket/in", options=s3_options(url)).listing())
    assert asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_dicomweb_leads_to_no_other_host(status):
    asked = []

    def other(handler):
        asked.append(handler.path)
        say(handler, b"[]")

    with web(other) as there:

        def answer(handler):
            say(handler, b"", status, Location=f"{there}/studies")

        with web(answer) as url, Server(url, Settings.of({"headers": {"Authorization": "secret"}})) as server:
            assert server.items(f"{url}/studies") == ([], f"the server sends us to another address, {status}")
    assert asked == []


# --- bombs ------------------------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb") as out:
        for _ in range(size // (1 << 20)):
            out.write(b" " * (1 << 20))
    return held.getvalue()


def test_what_is_unpacked_counts_on_both_sides_of_the_limit():
    packed = gzip.compress(b"[" + b" " * 999_998 + b"]", mtime=0)
    assert len(packed) < 2_000

    def answer(handler):
        say(handler, packed, Content_Encoding="gzip")

    for limits, why in (
        ({"page_bytes": 1_000_000}, ""),
        ({"page_bytes": 999_999}, "the answer is longer than 999,999 bytes"),
    ):
        with web(answer) as url, Server(url, Settings.of({"limits": limits})) as server:
            assert server.items(f"{url}/studies") == ([], why)


def test_the_sum_of_what_is_unpacked_counts_too():
    spent, packed = Spent(Limits(total_bytes=3 << 20)), bomb(1 << 20)
    for _ in range(3):
        assert sum(map(len, spent.answer([packed], Unpacker("gzip")))) == 1 << 20
    with pytest.raises(LimitReached, match="limit of 3,145,728 bytes"):
        list(spent.answer([packed], Unpacker("gzip")))


def test_a_bomb_that_dicomweb_sends_ends(tmp_path):
    packed = bomb(64 << 20)

    def answer(handler):
        say(handler, packed, Content_Encoding="gzip")

    with web(answer) as url, Server(url, Settings.of({"limits": {"page_bytes": 1 << 20}})) as server:
        found, why = server.items(f"{url}/studies")
    assert (found, why) == ([], "the answer is longer than 1,048,576 bytes")


def test_a_bomb_that_a_web_server_sends_ends():
    packed = bomb(64 << 20)

    def answer(handler):
        say(handler, packed, Content_Encoding="gzip")

    with web(answer) as url, pytest.raises(dl.errors.SourceFailed, match="longer than 1,048,576 bytes"):
        listed(f"{url}/in", page_bytes=1 << 20)


def test_a_bomb_is_unpacked_a_piece_at_a_time():
    unpacker = Unpacker("gzip")
    pieces = unpacker.pieces(bomb(64 << 20))
    assert len(next(pieces)) <= PIECE


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        (None, b"[1, 2]"),
        ("identity", b"[1, 2]"),
        ("gzip", gzip.compress(b"[1, 2]", mtime=0)),
        ("x-gzip", gzip.compress(b"[1,", mtime=0) + gzip.compress(b" 2]", mtime=0)),
        ("deflate", zlib.compress(b"[1, 2]")),
        ("Deflate", raw_deflate(b"[1, 2]")),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_what_servers_pack_is_unpacked_however_it_arrives(encoding, packed, step):
    unpacker = Unpacker(encoding)
    chunks = [packed[at : at + step] for at in range(0, len(packed), step)]
    assert b"".join(piece for chunk in chunks for piece in unpacker.pieces(chunk)) == b"[1, 2]"


def test_other_packings_and_broken_ones_are_reasons():
    with pytest.raises(Unreached, match="not known"):
        Unpacker("br")
    with pytest.raises(Unreached, match="broken"):
        list(Unpacker("gzip").pieces(b"no gzip at all"))


# --- DICOMweb servers that never come to an end -------------------------------------------------------


def study(n: int) -> dict[str, object]:
    return {"0020000D": {"vr": "UI", "Value": [f"9.{n}"]}}


def test_the_same_page_again_and_again_ends(odd):
    pages = json.dumps([study(n) for n in range(5)]).encode()
    server = odd(answer=lambda path, times: (200, {}, pages if path == "/web/studies" else b"[]"))
    rows = listed_dicomweb(server, page=5)
    assert "the same page again and again" in rows[-1]["reason"]


def test_a_total_that_grows_ends_at_the_limit_of_pages(odd):
    """Each page says that there are more instances, and has one."""

    def answer(path, times):
        if path.endswith("/series"):
            return 200, {}, json.dumps([{"0020000E": {"vr": "UI", "Value": ["1.0.0"]}}]).encode()
        if path.endswith("/instances"):
            return 200, {}, json.dumps([{"00080018": {"vr": "UI", "Value": [f"5.{times}"]}}]).encode()
        return None

    server = odd(studies={"1.0": {}}, answer=answer)
    rows = listed_dicomweb(server, limits={"pages": 20})
    assert any("limit of 20 pages" in (row["reason"] or "") for row in rows)
    assert len(server.asked) <= 20


def test_more_than_a_series_can_have_ends(odd, monkeypatch):
    from dicomlab.sources import dicomweb

    monkeypatch.setitem(dicomweb.MOST_LISTED, dicomweb.INSTANCE, 3)
    studies = {"1.0": {"1.0.0": [f"1.0.0.{n}" for n in range(3)], "1.0.1": [f"1.0.1.{n}" for n in range(4)]}}
    rows = listed_dicomweb(odd(studies=studies))
    reasons = [row["reason"] for row in rows if row["reason"]]
    assert len(rows) == 3 + 3 + 1
    assert len(reasons) == 1
    assert "more than 3" in reasons[0]


def listed_dicomweb(server, **options):
    from dicomlab.sources.dicomweb import DicomwebSource

    source = DicomwebSource(server.url, options=options)
    return [row for table in source.listing() for row in table.to_pylist()]

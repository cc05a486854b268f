"""No server keeps a scan for ever: bytes, requests, pages and time are limited, and hosts kept apart."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import dicomlab as dl
from dicomlab.errors import WrongArgument
from dicomlab.sources import limits
from dicomlab.sources.base import Unreached
from dicomlab.sources.bucket import BucketSource
from dicomlab.sources.limits import LimitReached, Limits, Spent, may_follow
from tests.build import dataset, write

from .served import odd_server


@contextmanager
def web(answer):
    """A web server; `answer(handler)` writes what it likes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            try:
                answer(self)
            except OSError:  # who asked has gone
                self.close_connection = True

        do_HEAD = do_GET

        def log_message(self, *given):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def say(handler, body, status=200, **headers):
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), "Content-Type": "text/html", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body if handler.command == "GET" else b"")


def listed(url, **given):
    source = BucketSource(url, options={"limits": given} if given else None)
    return [row for table in source.listing() for row in table.to_pylist()]


def test_a_page_that_links_to_itself_ends():
    asked = []

    def answer(handler):
        asked.append(handler.path)
        say(handler, b'<a href="again/">again</a>')

    with web(answer) as url:
        rows = listed(f"{url}/in")
    assert [row["reason"] for row in rows] == ["the folder cannot be opened (pages link to themselves)"]
    assert len(asked) < 20


def test_pages_without_end_are_cut_off_and_the_rest_stays():
    def answer(handler):
        n = handler.path.count("/")
        say(handler, f'<a href="d{n}/">d</a>'.encode())

    with web(answer) as url:
        rows = listed(f"{url}/in", pages=5)
    assert rows[-1]["file_key"] == f"{url}/in"
    assert rows[-1]["reason"] == "the folder cannot be opened (the limit of 5 pages is reached)"


def test_a_page_without_end_is_not_held():
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        while True:
            handler.wfile.write(b"<p>" * 10_000)

    with web(answer) as url, pytest.raises(dl.errors.SourceFailed, match="longer than 100,000 bytes"):
        listed(f"{url}/in", page_bytes=100_000)


def test_of_a_file_without_end_only_the_beginning_is_taken(tmp_path):
    uids = {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.3", "SOPInstanceUID": "1.4"}
    good = write(dataset(**uids), tmp_path / "good.dcm").read_bytes()

    def answer(handler):
        if handler.path == "/in/":
            return say(handler, b'<a href="a.dcm">a</a><a href="b.dcm">b</a>')
        if handler.path == "/in/b.dcm" or handler.command == "HEAD":
            return say(handler, good)
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(bytes(65_536))

    with web(answer) as url:
        cat = dl.scan(f"{url}/in", into=tmp_path / "cat", progress=False)
    status = dict(zip(cat.files["file_key"].str[-5:], cat.files["status"], strict=True))
    assert status == {"a.dcm": "not DICOM", "b.dcm": "read"}


def test_no_redirect_leads_to_another_host():
    asked = []

    def other(handler):
        asked.append(handler.path)
        say(handler, b'<a href="a.dcm">a</a>')

    with web(other) as there:

        def answer(handler):
            say(handler, b"", 302, Location=f"{there}/in/")

        with web(answer) as url, pytest.raises(dl.errors.SourceFailed, match="to another host"):
            listed(f"{url}/in")
    assert asked == []


@pytest.mark.parametrize(
    ("start", "to", "may"),
    [
        ("http://a/x", "http://a/y", True),
        ("http://a/x", "http://a:80/y", True),
        ("http://a/x", "https://a/y", True),
        ("https://a/x", "http://a/y", False),
        ("https://a/x", "https://a:444/y", False),
        ("https://a/x", "https://a.b/y", False),
        ("https://a/x", "https://u@a/y", False),
    ],
)
def test_a_redirect_stays_where_it_was(start, to, may):
    assert may_follow(start, to) is may


@pytest.mark.slow
def test_dicomweb_pages_without_end_are_a_row_with_a_reason(tmp_path):
    def answer(path, times):
        if path == "/web/studies":
            return 200, {}, json.dumps([{"0020000D": {"vr": "UI", "Value": [f"9.{times}"]}}]).encode()
        return None if path.startswith("/web/studies/1.") else (200, {}, b"[]")

    with odd_server() as odd:
        cat = dl.scan(odd.url, into=tmp_path / "cat", progress=False)
        before = cat.counts["instances"]
        odd.answer = answer
        how = {"limits": {"pages": 8}}
        cat = dl.scan(odd.url, into=tmp_path / "cat", progress=False, storage_options=how)
    cut = cat.files[cat.files["status"] == "unreadable"]
    assert cut["reason"].str.contains("the limit of 8 pages is reached").any()
    assert cat.counts["instances"] == before == 12


def test_an_answer_that_drips_ends(monkeypatch):
    now = iter(range(0, 100_000, 100))
    monkeypatch.setattr(limits.time, "monotonic", lambda: float(next(now)))
    spent = Spent(Limits(request_seconds=250))
    with pytest.raises(Unreached, match="takes longer than 250 seconds"):
        list(spent.answer(b"x" for _ in range(1_000)))


def test_each_limit_holds_on_both_sides(monkeypatch):
    for name, count in {"requests": Spent.request, "pages": Spent.page}.items():
        spent = Spent(Limits(**{name: 2}))
        count(spent), count(spent)
        with pytest.raises(LimitReached, match=f"limit of 2 {name}"):
            count(spent)
    spent = Spent(Limits(total_bytes=10))
    spent.took(10)
    with pytest.raises(LimitReached, match="limit of 10 bytes"):
        spent.took(1)
    now = iter([0.0, 5.0, 5.1])
    monkeypatch.setattr(limits.time, "monotonic", lambda: next(now))
    spent = Spent(Limits(seconds=5))
    spent.time(), spent.time()
    with pytest.raises(LimitReached, match="limit of 5 seconds"):
        spent.time()


def test_the_usual_limits_let_a_million_instances_pass():
    usual = Limits()
    assert usual.requests >= 10 * 1_000_000
    assert usual.pages >= 1_000_000
    assert usual.total_bytes >= 1_000_000 * 1024 * 1024


@pytest.mark.parametrize("given", [{"byte": 1}, {"pages": 0}, {"seconds": "1"}])
def test_limits_that_are_none_are_refused(given):
    with pytest.raises(WrongArgument):
        Limits.of(given)

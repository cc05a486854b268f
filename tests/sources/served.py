"""Servers on this computer: S3 that counts what is asked of it, DICOMweb as odd as wished, and Orthanc."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Counted:
    """A web application in another one: what was asked, how much was given, and how many at a time."""

    def __init__(self, application: Any):
        self._application = application
        self._lock = threading.Lock()
        self._now = 0
        self.seconds = 0.0
        """How long each answer to a read is held back."""
        self.before: Callable[[str, str], None] = lambda method, path: None
        self.reset()

    def reset(self) -> None:
        """Forget what was counted."""
        self.reads: Counter[str] = Counter()
        self.ranges: dict[str, list[str]] = {}
        self.given, self.most = 0, 0

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        is_read = method == "GET" and path.count("/") > 1
        with self._lock:
            self.before(method, path)
            if is_read:
                self._now += 1
                self.most = max(self.most, self._now)
                self.reads[path] += 1
                self.ranges.setdefault(path, []).append(environ.get("HTTP_RANGE", "all"))
        try:
            if is_read and self.seconds:
                time.sleep(self.seconds)
            body = b"".join(self._application(environ, start))
        finally:
            with self._lock:
                self._now -= is_read
        if is_read:
            self.given += len(body)
        return [body]


class S3:
    """A server with one bucket, the options that lead to it, and what was counted."""

    def __init__(self, url: str, counted: Counted):
        import s3fs

        self.url, self.counted = url, counted
        self.options = {
            "key": "AKIAINVENTED",
            "secret": "invented-secret",
            "client_kwargs": {"endpoint_url": url, "region_name": "us-east-1"},
        }
        self.fs = s3fs.S3FileSystem(**self.options, use_listings_cache=False)

    def fill(self, folder: Path, bucket: str) -> str:
        """Put a folder into a new bucket; gives its address."""
        self.fs.call_s3("create_bucket", Bucket=bucket)
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            self.fs.pipe_file(f"{bucket}/{path.relative_to(folder).as_posix()}", path.read_bytes())
        self.counted.reset()
        return f"s3://{bucket}"


@contextmanager
def s3_server() -> Iterator[S3]:
    """Start the server on a free port, and end it."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    counted = Counted(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, counted, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield S3(f"http://127.0.0.1:{server.server_port}", counted)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Odd:
    """A DICOMweb server of invented studies, with the ways of those that exist.

    `answer` may give another answer to a path than the usual one: a status, headers and bytes.
    """

    studies: dict[str, dict[str, list[str]]]
    """Instances of each series of each study."""
    uses_limit: bool = True
    uses_offset: bool = True
    cap: int = 10_000
    counts: bool = True
    """Whether the number of what is below is given."""
    answer: Callable[[str, int], tuple[int, dict[str, str], bytes] | None] = lambda path, times: None
    said_of: dict[str, dict[str, Any]] = field(default_factory=dict)
    """More attributes of an instance's metadata."""
    study_says: dict[str, Any] = field(default_factory=dict)
    authorization: str | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    most: int = 0
    seconds: float = 0.0
    url: str = ""
    _now: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    @property
    def metadata_asked(self) -> list[str]:
        """The series whose metadata were asked for."""
        return [path for path, _ in self.asked if path.endswith("/metadata")]

    def respond(self, path: str, query: dict[str, str], headers: Any) -> tuple[int, dict[str, str], bytes]:
        """The answer to one request."""
        with self._lock:
            self.asked.append((path, query))
            times = sum(1 for p, _ in self.asked if p == path)
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            if self.authorization and headers.get("Authorization") != self.authorization:
                return 401, {}, b"who is there?"
            if odd := self.answer(path, times):
                return odd
            time.sleep(self.seconds)
            rows = self._found(path.removeprefix("/web").strip("/").split("/"), query)
            return (200, {}, json.dumps(rows).encode()) if rows is not None else (404, {}, b"")
        finally:
            with self._lock:
                self._now -= 1

    def _found(self, parts: list[str], query: dict[str, str]) -> list[dict[str, Any]] | None:
        match parts:
            case ["studies"]:
                rows = [self._study(uid) for uid in self.studies if query.get("StudyInstanceUID", uid) == uid]
            case ["studies", study, "series"]:
                rows = [self._series(study, uid) for uid in self.studies[study]]
            case ["studies", study, "series", series, "instances"]:
                rows = [{"00080018": _ui(uid)} for uid in self.studies[study][series]]
            case ["studies", study, "series", series, "metadata"]:
                return [self._instance(study, series, uid) for uid in self.studies[study][series]]
            case _:
                return None
        start = int(query["offset"]) if self.uses_offset else 0
        length = min(self.cap, int(query["limit"])) if self.uses_limit else self.cap
        return rows[start : start + length]

    def _study(self, uid: str) -> dict[str, Any]:
        count = {"00201206": {"vr": "IS", "Value": [len(self.studies[uid])]}} if self.counts else {}
        return {"0020000D": _ui(uid), **self.study_says, **count}

    def _series(self, study: str, uid: str) -> dict[str, Any]:
        many = len(self.studies[study][uid])
        count = {"00201209": {"vr": "IS", "Value": [many]}} if self.counts else {}
        return {"0020000E": _ui(uid), **count}

    def _instance(self, study: str, series: str, uid: str) -> dict[str, Any]:
        return {
            "00080016": _ui("1.2.840.10008.5.1.4.1.1.4"),
            "00080018": _ui(uid),
            "0020000D": _ui(study),
            "0020000E": _ui(series),
            **self.study_says,
            **self.said_of.get(uid, {}),
        }


def _ui(uid: str) -> dict[str, Any]:
    return {"vr": "UI", "Value": [uid]}


def studies_of(studies: int = 2, series: int = 2, instances: int = 3) -> dict[str, dict[str, list[str]]]:
    """Invented UIDs."""
    return {
        f"1.{p}": {f"1.{p}.{s}": [f"1.{p}.{s}.{i}" for i in range(instances)] for s in range(series)}
        for p in range(studies)
    }


@contextmanager
def odd_server(**ways: Any) -> Iterator[Odd]:
    """Start a server of these ways, and end it."""
    odd = Odd(**{"studies": studies_of(), **ways})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, headers, body = odd.respond(parts.path, dict(parse_qsl(parts.query)), self.headers)
            try:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # who asked has gone
                self.close_connection = True

        def log_message(self, *given: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    odd.url = f"dicomweb+http://127.0.0.1:{server.server_port}/web"
    try:
        yield odd
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


ORTHANC = shutil.which("Orthanc", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


@dataclass(frozen=True)
class Orthanc:
    """A real server: where it is, and who may use it."""

    host: str
    authorization: str

    @property
    def url(self) -> str:
        """What a scan takes."""
        return f"dicomweb+{self.host}/dicom-web"

    def store(self, *files: Path) -> int:
        """Send files; gives how many the server took."""
        return sum(self._called("/instances", path.read_bytes()) is not None for path in files)

    def delete_all(self) -> None:
        """Take everything out."""
        for patient in self._called("/patients"):
            self._called(f"/patients/{patient}", method="DELETE")

    def _called(self, path: str, data: bytes | None = None, method: str | None = None) -> Any:
        request = urllib.request.Request(self.host + path, data, method=method)
        request.add_header("Authorization", self.authorization)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            return None


@contextmanager
def orthanc_server(folder: Path) -> Iterator[Orthanc]:
    """Start Orthanc with its DICOMweb plugin on a free port, and end it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "HttpPort": port,
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {"tester": "invented"},
        "Plugins": [str(PLUGIN)],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([str(ORTHANC), str(folder / "orthanc.json")], stdout=log, stderr=log)
    try:
        server = Orthanc(f"http://127.0.0.1:{port}", f"Basic {b64encode(b'tester:invented').decode()}")
        _until(lambda: server._called("/system") is not None, process)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _until(is_there: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"Orthanc ended with {process.returncode}")
        try:
            if is_there():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError("Orthanc does not answer")

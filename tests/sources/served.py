"""An S3 server on this computer that counts what is asked of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


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

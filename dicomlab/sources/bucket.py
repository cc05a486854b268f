"""Objects in a bucket, or wherever else fsspec can list: s3, gs, az, http and more.

Of each object only the beginning is transferred, many of them at a time.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import chain
from typing import IO, Any, cast

import pyarrow as pa

from dicomlab.errors import MissingPackage, NoSuchSource, SourceFailed
from dicomlab.sources.base import CLOSED, ListingRows, Unreached
from dicomlab.sources.bounded_calls import IN_FLIGHT, BoundedCalls
from dicomlab.sources.limits import LimitReached, Limits, Spent
from dicomlab.sources.objects import Amount, ObjectHead, OpenObject, stamp_of, why_of

CHUNK = 4096
BLOCK, MOST_BLOCKS = 1024 * 1024, 16
"""How much of an archive is transferred at a time, and how many such blocks are held."""

PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "http": "aiohttp",
    "https": "aiohttp",
}
"""Which package fsspec needs for a scheme."""
_WEB = ("http", "https")
_MOST_DEPTH = 64
"""How deep folders of a web server are looked into."""
_SAME_NAMES = 3
"""How many folders, one in the other, may list the same names: a page that links to itself has no end."""
_WITH_EXTRA = ("s3fs", "aiohttp")


class BucketSource:
    """Lists every object below an address, or the one object it is given.

    Keys are whole addresses, such as s3://bucket/folder/object. `options` go to fsspec as they
    are, but for `limits`, which are those of `Limits`. They may hold secrets, and are written
    nowhere. `leave_out` is an address that is not listed. Raises MissingPackage, and SourceFailed for
    options that do not fit.
    """

    def __init__(self, url: str, *, options: Mapping[str, Any] | None = None, leave_out: str | None = None):
        scheme, _, rest = url.partition("://")
        self._scheme = scheme.lower()
        self._url = f"{self._scheme}://{rest.rstrip('/')}"
        self._options = dict(options or {})
        self._spent = Spent(Limits.of(self._options.pop("limits", None)))
        self._leave_out = leave_out
        self._system: Any = self._connected()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_system": None}

    @property
    def root(self) -> str:
        """The address, without a slash at the end."""
        return self._url

    def listing(self) -> Iterator[pa.Table]:
        """Give every object with its size; the stamp is made of its time of change and its ETag.

        Raises NoSuchSource when nothing is there, SourceFailed when it cannot be listed, or no longer.
        """
        rows = ListingRows()
        try:
            hidden = self._hidden()
            for name, size, stamp, reason in self._items():
                if hidden and name.startswith(hidden):
                    continue
                rows.add(self._url + name, size, stamp, reason)
                if len(rows) >= CHUNK:
                    yield rows.as_table()
                    rows = ListingRows()
        except LimitReached as error:
            rows.add(self._url, None, None, f"{CLOSED} ({error.strerror})")
        except SourceFailed:
            raise
        except Exception as error:  # noqa: BLE001 - each file system has errors of its own
            raise _failed(self._url, error) from None
        if len(rows):
            yield rows.as_table()

    def paths(self, keys: Sequence[str]) -> None:
        """Objects are no files on disk."""

    def open(self, key: str) -> IO[bytes]:
        """Open an object; blocks of it are transferred as they are read."""
        options = {"maxblocks": MOST_BLOCKS}
        try:
            file = self._calls.open(
                self._path(key), block_size=BLOCK, cache_type="blockcache", cache_options=options
            )
        except SourceFailed:
            raise
        except Exception as error:  # noqa: BLE001 - each file system has errors of its own
            raise Unreached(why_of(error)) from None
        is_counted = self._calls.is_s3 or self._scheme in _WEB
        return cast(IO[bytes], OpenObject(file, self._spent, is_counted=is_counted))

    def heads(self, keys: Sequence[str], sizes: Sequence[int | None]) -> Iterator[ObjectHead]:
        """Give the beginnings of objects, IN_FLIGHT of which are on their way at any time."""
        amount = Amount()
        waiting: deque[ObjectHead] = deque()
        with self._calls.at_once() as call:
            try:
                for key, size in zip(keys, sizes, strict=True):
                    waiting.append(ObjectHead(partial(self._calls.part, call, self._path(key)), size, amount))
                    if len(waiting) >= IN_FLIGHT:
                        yield waiting.popleft()
                while waiting:
                    yield waiting.popleft()
            finally:
                for head in waiting:
                    head.cancel()

    @property
    def _fs(self) -> Any:
        if self._system is None:
            self._system = self._connected()
        return self._system

    @property
    def _calls(self) -> BoundedCalls:
        return BoundedCalls(self._fs, self._spent, is_web=self._scheme in _WEB)

    def _connected(self) -> Any:
        """The file system; that of a web server is bounded answer by answer."""
        more: dict[str, Any] = {}
        if self._scheme in _WEB:
            from dicomlab.sources.webpages import bounded_client

            more = {"get_client": partial(bounded_client, spent=self._spent), "skip_instance_cache": True}
        return file_system(self._scheme, self._url, {**more, **self._options})

    def _hidden(self) -> str:
        """How the names begin of what is left out; empty where nothing is."""
        if self._leave_out is None:
            return ""
        ours, theirs = (re.sub(r"^s3a?://", "s3://", url) for url in (self._url, self._leave_out))
        return f"{theirs[len(ours) :]}/" if theirs.startswith(f"{ours}/") else ""

    @property
    def _base(self) -> str:
        """The address as the file system writes it."""
        return str(self._fs._strip_protocol(self._url)).rstrip("/")

    def _path(self, key: str) -> str:
        return self._base + key[len(self._url) :]

    def _items(self) -> Iterator[tuple[str, int | None, int | None, str | None]]:
        """What follows the address in each key, with size, stamp and reason."""
        base = self._base
        found = self._s3_items() if self._calls.is_s3 else self._folder_items()
        first = next(found, None)
        if first is not None:
            yield from chain([first], found)
            return
        info = self._calls.now("info", base)
        if info.get("type") == "file":
            yield "", info.get("size"), stamp_of(info), None

    def _s3_items(self) -> Iterator[tuple[str, int | None, int | None, str | None]]:
        """A thousand objects a request, whatever folders their names seem to lie in."""
        fs = self._fs
        bucket, prefix, _ = fs.split_path(self._base)
        prefix = f"{prefix}/" if prefix else ""
        cut = len(prefix) - 1 if prefix else 0
        more: dict[str, str] = {}
        last = ""
        while True:
            self._spent.page()
            page = self._calls.now("call_s3", "list_objects_v2", Bucket=bucket, Prefix=prefix, **more)
            for item in page.get("Contents", ()):
                name, size = item["Key"], item["Size"]
                name = name[cut:] if prefix else f"/{name}"
                if not name.endswith("/"):
                    yield name, size, stamp_of(item), None
                elif size:
                    yield name, size, None, "the name of the object ends like that of a folder"
            if not page.get("IsTruncated"):
                return
            names = [item["Key"] for item in page.get("Contents", ())]
            if not names or max(names) == last:
                raise LimitReached("the bucket gives pages that hold nothing new")
            last, more = max(names), {"ContinuationToken": page["NextContinuationToken"]}

    def _folder_items(self) -> Iterator[tuple[str, int | None, int | None, str | None]]:
        base = self._base
        folders: list[tuple[str, frozenset[str], int]] = [(base, frozenset(), 0)]
        while folders:
            folder, above, same = folders.pop()
            try:
                self._spent.page()
                # Some web servers show a folder only by its name with a slash.
                items = self._calls.now("ls", folder + "/" if "://" in folder else folder, detail=True)
            except Exception as error:
                if folder == base or isinstance(error, LimitReached):
                    raise
                yield folder[len(base) :], None, None, f"{CLOSED} ({why_of(error)})"
                continue
            below = [item for item in items if _is_below(item["name"], folder)]
            names = frozenset(item["name"][len(folder) :].strip("/") for item in below)
            same = same + 1 if names == above else 0
            if self._scheme in _WEB and (
                same >= _SAME_NAMES or folder.count("/") - base.count("/") > _MOST_DEPTH
            ):
                why = "pages link to themselves" if same >= _SAME_NAMES else "folders lie too deep"
                yield folder[len(base) :], None, None, f"{CLOSED} ({why})"
                continue
            inner = sorted((i["name"].rstrip("/") for i in below if i["type"] == "directory"), reverse=True)
            folders += [(name, names, same) for name in inner]
            files = sorted((i for i in below if i["type"] != "directory"), key=lambda item: str(item["name"]))
            yield from self._with_sizes(files, len(base))

    def _with_sizes(
        self, files: list[dict[str, Any]], cut: int
    ) -> Iterator[tuple[str, int | None, int | None, str | None]]:
        """Web servers list names alone: size and time are asked for, one by one."""
        waiting: deque[tuple[str, Future[dict[str, Any]]]] = deque()
        with self._calls.at_once() as call:
            for item in files:
                if item.get("size") is not None:
                    yield item["name"][cut:], item["size"], stamp_of(item), None
                    continue
                waiting.append((item["name"][cut:], call("info", item["name"])))
                if len(waiting) >= IN_FLIGHT:
                    yield _informed(*waiting.popleft())
            while waiting:
                yield _informed(*waiting.popleft())


def file_system(scheme: str, url: str, options: Mapping[str, Any]) -> Any:
    """The file system of fsspec for an address. Raises MissingPackage, and SourceFailed for wrong options."""
    package = PACKAGES.get(scheme, f"a package for {scheme}")
    try:
        from fsspec import get_filesystem_class
        from fsspec.asyn import AsyncFileSystem

        kind = get_filesystem_class(scheme)
    except ImportError:
        also = "" if package in _WITH_EXTRA else f" {package}" if scheme in PACKAGES else ""
        raise MissingPackage(f"Reading {scheme}://", package, "cloud", also) from None
    settings: dict[str, Any] = {**kind._get_kwargs_from_urls(url), **options}
    if issubclass(kind, AsyncFileSystem):
        settings.setdefault("use_listings_cache", False)
    if PACKAGES.get(scheme) == "s3fs":
        from dicomlab.sources.s3_connections import staying_session

        # botocore keeps ten connections unless another number is set.
        settings["config_kwargs"] = {
            "max_pool_connections": IN_FLIGHT,
            "http_session_cls": staying_session(),
            **(options.get("config_kwargs") or {}),
        }
    try:
        return kind(**settings)
    except Exception as error:  # noqa: BLE001 - each file system has errors of its own
        raise _failed(url, error) from None


def _informed(name: str, coming: Future[dict[str, Any]]) -> tuple[str, int | None, int | None, str | None]:
    try:
        info = coming.result()
    except Exception as error:  # noqa: BLE001 - each file system has errors of its own
        return name, None, None, f"the file cannot be seen ({why_of(error)})"
    return name, info.get("size"), stamp_of(info), None


def _is_below(name: str, folder: str) -> bool:
    """Whether a name is one of something in a folder: web pages link to anything."""
    rest = name[len(folder) + 1 :]
    return (
        name.startswith(f"{folder}/") and rest.strip("/") not in ("", ".", "..") and not {"?", "#"} & {*rest}
    )


def _failed(url: str, error: Exception) -> NoSuchSource | SourceFailed:
    if isinstance(error, FileNotFoundError):
        return NoSuchSource(url, "does not exist", "Check the address.")
    is_wrong_option = isinstance(error, TypeError)
    why = "storage_options holds what the file system does not take" if is_wrong_option else why_of(error)
    instead = "docs/sources.md says where credentials and other settings come from."
    return SourceFailed(url, f"cannot be listed: {why}", instead)

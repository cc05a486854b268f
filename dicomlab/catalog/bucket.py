"""A catalog in an S3 bucket, or wherever else that speaks S3.

An object is there whole or not at all, so workers write Parquet files under their final names: what
no commit names is of no table, and is cleared away. fsspec reads and writes, the Delta log is
written by Delta itself with the same credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from dicomlab.errors import CatalogUnreached, DicomlabError
from dicomlab.sources.bucket import file_system
from dicomlab.sources.objects import code_of, why_of

if TYPE_CHECKING:
    from dicomlab.catalog.lease import Lease

AHEAD = 16
BLOCK = 8 * 1024 * 1024
"""How much is transferred at a time, of what is longer than that."""
_MOST_DELETED = 1000
_STORE = ("botocore", "aiobotocore", "s3fs", "fsspec", "aiohttp", "deltalake", "_internal")
_ENCRYPTION = {
    "ServerSideEncryption": "aws_server_side_encryption",
    "SSEKMSKeyId": "aws_sse_kms_key_id",
}


class Bucket:
    """A catalog below an address such as s3://bucket/folder.

    `options` go to s3fs as they are, and from there to Delta. They may hold secrets, and are
    written nowhere. Raises MissingPackage, and SourceFailed for options that do not fit.
    """

    ahead = AHEAD

    def __init__(self, url: str, options: Mapping[str, Any] | None = None):
        rest = url.partition("://")[2].strip("/")
        self._url = f"s3://{rest}"
        self.bucket, _, prefix = rest.partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._options = {"default_block_size": BLOCK, **(options or {})}
        self._system: Any = None
        self._delta: dict[str, str] | None = None
        self._sizes: dict[str, int] = {}
        self.lease: Lease | None = None
        _ = self.fs

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_system": None, "_delta": None, "_sizes": {}, "lease": None}

    def __repr__(self) -> str:
        return self._url

    @property
    def path(self) -> str:
        """The address, without a slash at the end."""
        return self._url

    @property
    def fs(self) -> Any:
        """The file system of fsspec."""
        if self._system is None:
            self._system = file_system("s3", self._url, self._options)
        return self._system

    @property
    def arrow(self) -> Any:
        """The file system for pyarrow."""
        from pyarrow.fs import FSSpecHandler, PyFileSystem

        return PyFileSystem(FSSpecHandler(self.duckdb))

    @property
    def duckdb(self) -> Any:
        """The file system to register with DuckDB: no extension is loaded."""
        from dicomlab.catalog.objects import PartFiles

        return PartFiles(self.fs, self._url.removeprefix("s3://"), self._sizes)

    def note(self, table: str, sizes: Mapping[str, int]) -> None:
        """Remember how long Parquet files are, so that nobody has to ask for it."""
        self._sizes.update((f"{self.bucket}/{self.key(table, name)}", size) for name, size in sizes.items())

    @property
    def delta(self) -> dict[str, str]:
        """What s3fs found out, in Delta's words; credentials that end are asked for anew each time."""
        if self._delta is None:
            self._delta = self._place_settings()
        return self._delta | self._credentials()

    def _place_settings(self) -> dict[str, str]:
        fs = self.fs
        found = fs.call_s3("head_bucket", Bucket=self.bucket)  # connects, too
        meta = fs.s3.meta
        settings = {
            "aws_region": found.get("BucketRegion") or meta.region_name or "us-east-1",
            "aws_conditional_put": "etag",
        }
        if not re.search(r"\.amazonaws\.com(\.cn)?/?$", meta.endpoint_url):
            settings["aws_endpoint_url"] = meta.endpoint_url
            settings["aws_allow_http"] = str(meta.endpoint_url.startswith("http://")).lower()
        extra = fs.s3_additional_kwargs or {}
        settings |= {ours: str(extra[name]) for name, ours in _ENCRYPTION.items() if name in extra}
        return settings

    def _credentials(self) -> dict[str, str]:
        fs = self.fs
        if fs.anon:
            return {"aws_skip_signature": "true"}
        key, secret, token = fs.key, fs.secret, fs.token
        if not key:
            from fsspec.asyn import sync

            key, secret, token = sync(fs.loop, _frozen, fs.session)
        found = {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}
        return {name: value for name, value in found.items() if value}

    @property
    def was_left(self) -> bool:
        """Whether whoever wrote here last was stopped."""
        return self.lease is not None and self.lease.was_left

    # --- files ---

    def at(self, *names: str) -> str:
        """The address of a file or a table."""
        return "/".join([self._url, *names])

    def key(self, *names: str) -> str:
        """The name of an object in its bucket."""
        return self._prefix + "/".join(names)

    def exists(self, *names: str) -> bool:
        """Whether there is such an object, or one below that name."""
        name = self.key(*names)
        page = self.fs.call_s3("list_objects_v2", Bucket=self.bucket, Prefix=name, MaxKeys=1)
        found = [item["Key"] for item in page.get("Contents", ())]
        return any(key == name or key.startswith(f"{name}/") for key in found)

    def sizes(self, *names: str) -> dict[str, int]:
        """The objects right below a name, with their bytes."""
        start = self.key(*names, "")
        pages = self._pages(start, Delimiter="/")
        return {
            item["Key"][len(start) :]: item["Size"] for page in pages for item in page.get("Contents", ())
        }

    def all_sizes(self) -> Iterator[tuple[str, str, int]]:
        """Every object of the catalog: its folder, its name and its bytes."""
        for page in self._pages(self._prefix):
            for item in page.get("Contents", ()):
                folder, _, name = item["Key"].rpartition("/")
                yield folder.rpartition("/")[2], name, item["Size"]

    def top(self) -> list[str]:
        """The first parts of the names below the address."""
        found: list[str] = []
        for page in self._pages(self._prefix, Delimiter="/"):
            keys = [item["Key"] for item in page.get("Contents", ())]
            keys += [item["Prefix"].rstrip("/") for item in page.get("CommonPrefixes", ())]
            found += [key[len(self._prefix) :] for key in keys]
        return [name for name in found if name]

    def _pages(self, start: str, **more: str) -> Iterator[dict[str, Any]]:
        while True:
            page = self.fs.call_s3("list_objects_v2", Bucket=self.bucket, Prefix=start, **more)
            yield page
            if not page.get("IsTruncated"):
                return
            more["ContinuationToken"] = page["NextContinuationToken"]

    def read(self, name: str) -> bytes:
        """Read a small object."""
        return bytes(self.fs.cat_file(self.at(name)))

    def replace(self, name: str, data: bytes) -> None:
        """Write a small object, in one step."""
        self.confirm()
        extra = self.fs.s3_additional_kwargs or {}
        self.fs.call_s3("put_object", Bucket=self.bucket, Key=self.key(name), Body=data, **extra)

    def delete(self, folder: str, names: Iterable[str]) -> list[str]:
        """Delete objects; gives those that are gone."""
        todo = list(names)
        self._delete([self.key(*filter(None, (folder, name))) for name in todo])
        return todo

    def clear(self, tables: Iterable[str]) -> None:
        """Delete these tables."""
        for table in tables:
            for page in self._pages(self.key(table, "")):
                self._delete([item["Key"] for item in page.get("Contents", ())])

    def clear_all(self) -> None:
        """Delete what a catalog is made of, and nothing else; the lock goes when it is let go."""
        from dicomlab.catalog.store import TABLES
        from dicomlab.catalog.versions import FILE

        self.clear(TABLES)
        self._delete([self.key(FILE)])
        if self.lease is not None:
            self.lease.leaves_nothing = True

    def _delete(self, keys: list[str]) -> None:
        for first in range(0, len(keys), _MOST_DELETED):
            some = [{"Key": key} for key in keys[first : first + _MOST_DELETED]]
            self.fs.call_s3("delete_objects", Bucket=self.bucket, Delete={"Objects": some, "Quiet": True})

    # --- Parquet files ---

    def unfinished(self, table: str, name: str) -> str:
        """Where a Parquet file lies that is not of a table yet: under its final name."""
        return self.at(table, name)

    def open_new(self, table: str, name: str) -> tuple[str, IO[bytes]]:
        """What to write a Parquet file to; it is there when that was closed."""
        address = self.at(table, name)
        return address, cast(IO[bytes], self.fs.open(address, "wb"))

    def finish(self, table: str, name: str) -> int:
        """How many bytes a Parquet file has; its name is final from the start."""
        return int(self.fs.info(self.at(table, name))["size"])

    # --- the rest ---

    def scratch(self) -> Path:
        """A folder of this process that nobody else can look into."""
        from dicomlab.catalog.database import temporary

        return temporary()

    def confirm(self) -> None:
        """Raise CatalogBusy if somebody else has taken the lock over."""
        if self.lease is not None:
            self.lease.confirm()

    @contextmanager
    def reaching(self) -> Iterator[None]:
        """Turn what the store says into one sentence: its own words may hold secrets."""
        try:
            yield
        except DicomlabError:
            raise
        except Exception as raised:
            error = _of_store(raised)
            if error is None:
                raise
            is_missing = code_of(error) == "NoSuchBucket"
            raise CatalogUnreached(
                self._url, "there is no such bucket" if is_missing else why_of(error)
            ) from None


def _of_store(error: Exception) -> Exception | None:
    """The error, if it is one of the store and not of our own code."""
    kind = type(error)
    if kind.__module__ in ("duckdb", "_duckdb") and kind.__name__ == "Error":
        from dicomlab.catalog.database import of_file_system

        return of_file_system(str(error))
    return error if isinstance(error, OSError) or kind.__module__.startswith(_STORE) else None


async def _frozen(session: Any) -> tuple[str | None, str | None, str | None]:
    """The credentials that botocore finds: environment, profile, role."""
    found = await session.get_credentials()
    if found is None:
        return None, None, None
    frozen = await found.get_frozen_credentials()
    return frozen.access_key, frozen.secret_key, frozen.token

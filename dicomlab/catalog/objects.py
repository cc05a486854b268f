"""The files of a catalog in a bucket, for reading, and nothing beside them.

No Parquet file is ever changed, and the log says how long each is: so no request is spent on asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.spec import AbstractBufferedFile

WHOLE = 1024 * 1024
"""Up to how many bytes a file is transferred whole, at the first look into it."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class PartFiles(AbstractFileSystem):
    """A file system for DuckDB and Arrow of what lies below a name, of which it knows some sizes.

    DuckDB itself keeps queries to the catalog, but takes `..` in a name for a folder's or for nothing.
    What a store makes of it is not tried.
    """

    protocol = ("s3", "s3a")
    cachable = False

    def __init__(self, fs: Any, root: str, sizes: Mapping[str, int], **_: Any):  # fsspec adds settings
        super().__init__()
        self._fs, self._root, self._sizes = fs, root, sizes

    def _name(self, path: str) -> str:
        name: str = self._strip_protocol(path)
        if not f"{name}/".startswith(f"{self._root}/") or {".", ".."} & {*name.split("/")}:
            raise FileNotFoundError
        return name

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Name, size and type of an object."""
        name = self._name(path)
        if name in self._sizes:
            return {"name": name, "size": self._sizes[name], "type": "file"}
        return dict(self._fs.info(name))

    def modified(self, path: str) -> datetime:
        """When an object was written; always the same for one that does not change."""
        name = self._name(path)
        found: datetime = _LONG_AGO if name in self._sizes else self._fs.modified(name)
        return found

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """What lies below a name."""
        return list(self._fs.ls(self._name(path), detail=detail))

    def glob(self, path: str, **_: Any) -> list[str]:
        """The objects that a pattern fits."""
        try:
            name = self._name(path)
        except FileNotFoundError:
            return []
        return [name] if name in self._sizes else list(self._fs.glob(name))

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode != "rb":
            raise PermissionError("for reading only")
        size = self._sizes.get(self._name(path))
        if size is None:
            return self._fs.open(path, "rb")
        return PartFile(self, path, size=size, cache_type="all" if size <= WHOLE else "readahead")

    def fetch(self, path: str, start: int, end: int) -> bytes:
        """Some bytes of an object."""
        return bytes(self._fs.cat_file(path, start=start, end=end))


class PartFile(AbstractBufferedFile):
    """A Parquet file in a bucket, open for reading."""

    def _fetch_range(self, start: int, end: int) -> bytes:
        found: bytes = self.fs.fetch(self.path, start, end)
        return found

"""Where a catalog lies: in a folder, or in a bucket.

Whatever reads or writes a catalog asks its place: how a file is named there, how it is listed,
replaced and deleted, and how Arrow, Delta and DuckDB get at it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any, Protocol

from dicomlab.errors import DicomlabError, NoSuchPlace
from dicomlab.new_files import PART, create, make_folder, sync, write_bytes

_SCHEMES = ("s3", "s3a")


class Place(Protocol):
    """Where the files of a catalog lie. Names are given by their parts: a table, and a file in it."""

    ahead: int
    """How many files are worth reading at a time."""

    @property
    def was_left(self) -> bool:
        """Whether whoever wrote here last was stopped, and left what only a look at all files finds."""

    @property
    def path(self) -> Path | str:
        """The folder, or the address of the bucket."""

    @property
    def arrow(self) -> Any:
        """The file system for pyarrow; None for that of the computer."""

    @property
    def delta(self) -> dict[str, str] | None:
        """The settings by which Delta gets there."""

    @property
    def duckdb(self) -> Any:
        """The file system to register with DuckDB; None for that of the computer."""

    def at(self, *names: str) -> str:
        """A file or a table, as Arrow, Delta and DuckDB take it."""

    def exists(self, *names: str) -> bool:
        """Whether there is such a file, or a folder with something in it."""

    def sizes(self, *names: str) -> dict[str, int]:
        """The files right in a folder by name, with their bytes."""

    def all_sizes(self) -> Iterator[tuple[str, str, int]]:
        """Every file of the catalog: its folder, its name and its bytes."""

    def top(self) -> list[str]:
        """The names of what lies right in the place."""

    def read(self, name: str) -> bytes:
        """Read a small file. Raises FileNotFoundError, and OSError for what cannot be read."""

    def replace(self, name: str, data: bytes) -> None:
        """Write a small file for its owner only, in one step that survives a crash."""

    def delete(self, folder: str, names: Iterable[str]) -> list[str]:
        """Delete files of a folder, or right in the place for ""; gives those that are gone."""

    def clear(self, tables: Iterable[str]) -> None:
        """Delete these tables."""

    def clear_all(self) -> None:
        """Delete the catalog."""

    def unfinished(self, table: str, name: str) -> str:
        """Where a Parquet file lies that is not of a table yet."""

    def open_new(self, table: str, name: str) -> tuple[str, IO[bytes] | None]:
        """Where to write a Parquet file, and what to write it to if it is no file on disk."""

    def finish(self, table: str, name: str) -> int:
        """Give a Parquet file its name in the table; gives its bytes."""

    def note(self, table: str, sizes: Mapping[str, int]) -> None:
        """Remember how long Parquet files are that will be read."""

    def scratch(self) -> Path:
        """A folder on this computer for what nobody keeps."""

    def confirm(self) -> None:
        """Raise CatalogBusy if somebody else writes here by now; called before each commit."""

    def reaching(self) -> AbstractContextManager[None]:
        """Turn the errors of a place elsewhere into one sentence without secrets."""


LEFT = ".left"
"""There from when somebody finds that the one who wrote before was stopped, until that is put right."""


class Folder:
    """A catalog in a folder of this computer."""

    ahead = 1
    arrow = None
    delta = None
    duckdb = None

    def __init__(self, path: Path):
        self._path = path

    @property
    def path(self) -> Path:
        """The folder."""
        return self._path

    @property
    def was_left(self) -> bool:
        """Whether whoever wrote here last was stopped."""
        return (self._path / LEFT).exists()

    def __repr__(self) -> str:
        return str(self._path)

    def at(self, *names: str) -> str:
        """The path of a file or a table."""
        return str(self._path.joinpath(*names))

    def exists(self, *names: str) -> bool:
        """Whether there is such a file or folder."""
        return self._path.joinpath(*names).exists()

    def sizes(self, *names: str) -> dict[str, int]:
        """The files right in a folder by name, with their bytes."""
        with suppress(FileNotFoundError), os.scandir(self._path.joinpath(*names)) as found:
            return {entry.name: entry.stat().st_size for entry in found if entry.is_file()}
        return {}

    def all_sizes(self) -> Iterator[tuple[str, str, int]]:
        """Every file of the catalog: its folder, its name and its bytes."""
        for path in self._path.rglob("*"):
            if path.is_file():
                yield path.parent.name, path.name, path.stat().st_size

    def top(self) -> list[str]:
        """The names of what lies right in the folder."""
        return [path.name for path in self._path.iterdir()] if self._path.exists() else []

    def read(self, name: str) -> bytes:
        """Read a small file."""
        return (self._path / name).read_bytes()

    def replace(self, name: str, data: bytes) -> None:
        """Write a small file beside the old one, then give it the name."""
        write_bytes(self._path / name, data)

    def delete(self, folder: str, names: Iterable[str]) -> list[str]:
        """Delete files of a folder; gives those that are gone."""
        gone = []
        for name in names:
            with suppress(OSError):  # a system that does not delete what somebody reads
                (self._path / folder / name).unlink()
                gone.append(name)
        return gone

    def clear(self, tables: Iterable[str]) -> None:
        """Delete these tables."""
        for table in tables:
            shutil.rmtree(self._path / table, ignore_errors=True)

    def clear_all(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self._path, ignore_errors=True)

    def unfinished(self, table: str, name: str) -> str:
        """Where a Parquet file lies that is not of a table yet: beside the others, by another name."""
        return f"{self._path / table / name}{PART}"

    def open_new(self, table: str, name: str) -> tuple[str, None]:
        """Where to write a Parquet file."""
        make_folder(self._path / table)
        path = self.unfinished(table, name)
        os.close(create(path))
        return path, None

    def finish(self, table: str, name: str) -> int:
        """Give a Parquet file its name in the table; gives its bytes."""
        path = self._path / table / name
        sync(f"{path}{PART}")
        os.replace(f"{path}{PART}", path)
        return path.stat().st_size

    def note(self, table: str, sizes: Mapping[str, int]) -> None:
        """The system knows."""

    def scratch(self) -> Path:
        """The folder itself."""
        return self._path

    def confirm(self) -> None:
        """The system keeps the lock."""

    def reaching(self) -> AbstractContextManager[None]:
        """The errors of a folder are told where they arise."""
        return nullcontext()


def place_of(where: str | Path | Place, options: Mapping[str, Any] | None = None) -> Place:
    """Give the place for a path or an address; one that is given is given back.

    `options` are those of a bucket, as fsspec takes them. Raises NoSuchPlace for an address at
    which no catalog can lie, MissingPackage when a package is not installed.
    """
    if not isinstance(where, str | Path):
        return where
    text = os.fspath(where)
    if isinstance(where, Path):
        if re.match(r"(s3a?|gs|gcs|az|abfss?|https?):/[^/]", text):
            raise NoSuchPlace(text, "has lost a slash", "Give an address as text, not as a Path.")
        return Folder(where)
    scheme, is_address, rest = text.partition("://")
    if not is_address:
        return Folder(Path(text))
    scheme = scheme.lower()
    if scheme == "file":
        from urllib.parse import unquote

        return Folder(Path(unquote(rest)))
    if "@" in rest.partition("/")[0]:
        shown = f"{scheme}://{rest.rpartition('@')[2]}"
        instead = "Give it without, and the rest as storage_options (docs/scale.md)."
        raise NoSuchPlace(shown, "holds a user name or a password", instead)
    if scheme not in _SCHEMES:
        raise NoSuchPlace(text.partition("?")[0])
    from dicomlab.catalog.bucket import Bucket

    return Bucket(f"{scheme}://{rest}", options)


def is_address(where: str | Path | Place) -> bool:
    """Whether a catalog lies elsewhere, and not in a folder."""
    try:
        return not isinstance(place_of(where), Folder)
    except DicomlabError:
        return True

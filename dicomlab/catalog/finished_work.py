"""What a rebuild has done and not committed yet, written down so that a killed one need not begin again.

A rebuild reads the files of kept headers one by one, and commits what it made of all of them at once. The
note beside catalog.json names, for each file of headers that is done, the Parquet files made of it. The
next rebuild that would make the same of the same headers takes them over; any other writer deletes them.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from dicomlab.catalog.place import Place
from dicomlab.catalog.store import PLAIN_TABLES, Part, Store
from dicomlab.catalog.versions import FORMAT, State
from dicomlab.errors import DicomlabError
from dicomlab.plain_files import NotPlain, is_object, member, parse_json
from dicomlab.schema.columns import Columns

FILE = "rebuild.json"
_SECONDS_BETWEEN = 0.25
"""Between two times that the note is written: a catalog can have thousands of files of headers."""


def purpose(state: State, columns: Columns) -> str:
    """What a rebuild makes, of which headers, by which code; the same text means the same rows."""
    from dicomlab import __version__

    read = [state.tables.get("headers"), state.tables.get("files")]
    said = json.dumps([columns.to_list(), read, FORMAT, __version__], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass
class FinishedWork:
    """The parts that are made of each file of headers, by the name of that file."""

    place: Place
    purpose: str
    done: dict[str, list[Part]] = field(default_factory=dict)
    _written: float = 0.0

    @classmethod
    def left(cls, place: Place, purpose: str) -> FinishedWork:
        """What a rebuild that was stopped left for this purpose; what is left of another is deleted."""
        found = _read(place)
        if found is not None and found.purpose == purpose:
            sizes = {table: place.sizes(table) for table in PLAIN_TABLES}
            found.done = {
                name: parts
                for name, parts in found.done.items()
                if all(sizes[part.table].get(part.name) == part.size for part in parts)
            }
            return found
        if found is not None:
            found.forget(with_parts=True)
        return cls(place, purpose)

    @property
    def parts(self) -> list[Part]:
        """All parts that are made."""
        return [part for parts in self.done.values() for part in parts]

    def add(self, name: str, parts: Iterable[Part], store: Store) -> list[Part]:
        """Note what was made of a file of headers; gives the parts with their sizes."""
        made = self.done[name] = [store.finished(part) for part in parts]
        if time.monotonic() - self._written > _SECONDS_BETWEEN:
            self._write()
            self._written = time.monotonic()
        return made

    def _write(self) -> None:
        done = {name: [[p.table, p.name, p.rows, p.size] for p in parts] for name, parts in self.done.items()}
        self.place.replace(FILE, json.dumps({"purpose": self.purpose, "done": done}).encode())

    def forget(self, *, with_parts: bool = False) -> None:
        """Delete the note, and the parts too where they are of no use."""
        for table in PLAIN_TABLES if with_parts else ():
            if names := [part.name for part in self.parts if part.table == table]:
                self.place.delete(table, names)
        self.place.delete("", [FILE])


def _read(place: Place) -> FinishedWork | None:
    """The note of an earlier rebuild; None where there is none that can be read."""
    with suppress(OSError, NotPlain, DicomlabError):
        said = is_object(parse_json(place.read(FILE)))
        done = member(said, "done", dict)
        return FinishedWork(
            place,
            member(said, "purpose", str),
            {name: [_part(row) for row in member(done, name, list)] for name in done},
        )
    return None


def _part(row: object) -> Part:
    match row:
        case [str() as table, str() as name, int() as rows, int() as size] if (
            table in PLAIN_TABLES and name.endswith(".parquet") and "/" not in name and "\\" not in name
        ):
            return Part(table, name, rows, size)
    raise NotPlain("names a part that is none")

"""catalog.json: what a catalog is made of, and which version of each table belongs together.

The file is replaced as a whole, last of all, so that a scan killed at any instant leaves the
state before it. Tables may have newer versions than the ones named here; they do not count.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dicomlab.catalog.place import Folder, Place, place_of
from dicomlab.errors import CatalogUnreached, DamagedCatalog, NewerCatalog, NoCatalog
from dicomlab.plain_files import MOST_BYTES, NotPlain, is_object, member, parse_json

FORMAT = 3
"""Format 2 has the tables `frames`, `dose` and `directory`, `files.container`, and columns in one unit.
Format 3 has `real_world_units` and `real_world_labels` of frames, and values from all of schema.places."""
FILE = "catalog.json"
UNFINISHED = f".{FILE}."
"""How the name of a catalog.json begins that is being written."""


@dataclass(frozen=True)
class Version:
    """A state of the catalog that one can come back to."""

    id: str
    made: str
    tables: dict[str, int]
    counts: dict[str, int]
    source: str
    seconds: float = 0.0


@dataclass(frozen=True)
class State:
    """What catalog.json says."""

    columns: tuple[dict[str, Any], ...]
    keep_headers: bool
    tables: dict[str, int] = field(default_factory=dict)
    """The version of each table that counts now."""
    counts: dict[str, int] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Per root: when it was last scanned to the end, or that it was not."""
    is_complete: bool = True
    """Whether the last scan came to its end, so that series, studies and patients are up to date."""
    versions: tuple[Version, ...] = ()
    format: int = FORMAT
    made_by: str = ""

    def with_version(self, source: str, seconds: float) -> State:
        """The same state, written down as a version."""
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)[:5]}"
        new = Version(
            name, now.isoformat(timespec="seconds"), dict(self.tables), dict(self.counts), source, seconds
        )
        return replace(self, versions=(*self.versions, new))


def read_state(where: Path | Place) -> State:
    """Read catalog.json. Raises NoCatalog where there is none that can be read."""
    place = place_of(where)
    shown = str(place.path)
    try:
        found = parse_json(_read_file(place))
    except FileNotFoundError:
        raise (missing_state(place) or NoCatalog(shown)) from None
    except CatalogUnreached:
        raise
    except NotPlain as error:
        raise NoCatalog(shown, f"has a {FILE} that cannot be read: it {error.why}") from None
    except (OSError, ValueError):
        raise NoCatalog(shown, f"has a {FILE} that cannot be read") from None
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise NoCatalog(shown, f"has a {FILE} that is not dicomlab's")
    if found["format"] > FORMAT:
        raise NewerCatalog(shown, f" ({str(found.get('made_by'))[:20]})" if "made_by" in found else "")
    try:
        return _state(found)
    except NotPlain as error:
        raise DamagedCatalog(shown, f"{FILE} {error.why}") from None


def _state(found: dict[str, Any]) -> State:
    """What catalog.json says; raises NotPlain where a person or a program changed it into something else."""
    words = _known(State, found)
    rows = member(found, "columns", list)
    for n, row in enumerate(rows):
        named = is_object(row, f"columns[{n}]")
        for name in ("name", "level", "vr"):
            member(named, name, str, within=f"columns[{n}]")
    words["columns"] = tuple(rows)
    words["versions"] = tuple(_version(one, n) for n, one in enumerate(member(found, "versions", list)))
    member(found, "keep_headers", bool)
    for name, kind in (("is_complete", bool), ("made_by", str), ("sources", dict)):
        if name in found:
            member(found, name, kind)
    for name in ("tables", "counts"):
        _numbers(found, name)
    return State(**words)


def _version(found: Any, number: int) -> Version:
    where = f"versions[{number}]"
    words = is_object(found, where)
    for name in ("id", "made", "source"):
        member(words, name, str, within=where)
    try:
        datetime.fromisoformat(words["made"])
    except ValueError:
        raise NotPlain(f"is not as dicomlab wrote it: '{where}.made' must be a date") from None
    for name in ("tables", "counts"):
        _numbers(words, name, within=where)
    if "seconds" in words:
        member(words, "seconds", float, within=where)
    return Version(**_known(Version, words))


def _numbers(found: dict[str, Any], name: str, *, within: str = "") -> None:
    numbers = member(found, name, dict, within=within)
    for key in numbers:
        member(numbers, key, int, within=f"{within}.{name}" if within else name)


def _read_file(place: Place) -> bytes:
    with place.reaching():
        try:
            if isinstance(place, Folder) and (place.path / FILE).stat().st_size > MOST_BYTES:
                raise NotPlain(f"is larger than {MOST_BYTES >> 20} MiB")
            return place.read(FILE)
        except FileNotFoundError as error:
            gone = error
    raise gone


def missing_state(place: Place) -> DamagedCatalog | None:
    """The sentence for a place whose tables a scan has finished, without the file that says so."""
    with place.reaching():
        if place.exists("series", "_delta_log") and not place.exists(FILE):
            return DamagedCatalog(str(place.path), f"{FILE} is missing")
    return None


def _known(kind: type, found: dict[str, Any]) -> dict[str, Any]:
    """What this version of dicomlab knows; a later one may have noted more in the same format."""
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in found.items() if name in names}


def _as_text(state: State) -> str:
    """JSON with a line for each column and version: Python's own indenting is slow for hundreds."""
    words = {**vars(state), "versions": [vars(version) for version in state.versions]}
    return (
        "{\n" + ",\n".join(f" {json.dumps(name)}: {_lines(value)}" for name, value in words.items()) + "\n}\n"
    )


def _lines(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[\n" + ",\n".join(f"  {json.dumps(item)}" for item in value) + "\n ]"
    return json.dumps(value)


def write_state(where: Path | Place, state: State) -> None:
    """Replace catalog.json in one step that survives a crash."""
    place_of(where).replace(FILE, _as_text(state).encode())

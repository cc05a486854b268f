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

from dicomlab.catalog.place import Place, place_of
from dicomlab.errors import CatalogUnreached, DamagedCatalog, NewerCatalog, NoCatalog

FORMAT = 2
"""Format 2 has the tables `frames`, `dose` and `directory`, `files.container`, and columns in one unit."""
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
        found = json.loads(_read_file(place))
    except FileNotFoundError:
        raise (missing_state(place) or NoCatalog(shown)) from None
    except CatalogUnreached:
        raise
    except (OSError, ValueError):
        raise NoCatalog(shown, f"has a {FILE} that cannot be read") from None
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise NoCatalog(shown, f"has a {FILE} that is not dicomlab's")
    if found["format"] > FORMAT:
        raise NewerCatalog(shown, f" ({str(found.get('made_by'))[:20]})" if "made_by" in found else "")
    try:
        found["columns"] = tuple(found["columns"])
        found["versions"] = tuple(Version(**_known(Version, version)) for version in found["versions"])
        return State(**_known(State, found))
    except (KeyError, TypeError, AttributeError):
        raise NoCatalog(shown, f"has a {FILE} that is not dicomlab's") from None


def _read_file(place: Place) -> bytes:
    with place.reaching():
        try:
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

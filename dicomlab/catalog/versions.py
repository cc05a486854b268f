"""catalog.json: what a catalog is made of, and which version of each table belongs together.

The file is replaced as a whole, last of all, so that a scan killed at any instant leaves the
state before it. Tables may have newer versions than the ones named here; they do not count.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dicomlab.errors import DamagedCatalog, NewerCatalog, NoCatalog

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


def read_state(folder: Path) -> State:
    """Read catalog.json. Raises NoCatalog where there is none that can be read."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise (missing_state(folder) or NoCatalog(str(folder))) from None
    except (OSError, ValueError):
        raise NoCatalog(str(folder), f"has a {FILE} that cannot be read") from None
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise NoCatalog(str(folder), f"has a {FILE} that is not dicomlab's")
    if found["format"] > FORMAT:
        raise NewerCatalog(str(folder), f" ({str(found.get('made_by'))[:20]})" if "made_by" in found else "")
    try:
        found["columns"] = tuple(found["columns"])
        found["versions"] = tuple(Version(**_known(Version, version)) for version in found["versions"])
        return State(**_known(State, found))
    except (KeyError, TypeError, AttributeError):
        raise NoCatalog(str(folder), f"has a {FILE} that is not dicomlab's") from None


def missing_state(folder: Path) -> DamagedCatalog | None:
    """The sentence for a folder whose tables a scan has finished, without the file that says so."""
    if (folder / "series" / "_delta_log").is_dir() and not (folder / FILE).exists():
        return DamagedCatalog(str(folder), f"{FILE} is missing")
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


def write_state(folder: Path, state: State) -> None:
    """Replace catalog.json in one step that survives a crash."""
    temporary = folder / f"{UNFINISHED}{os.getpid()}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="utf-8") as out:
        out.write(_as_text(state))
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, folder / FILE)
    if hasattr(os, "O_DIRECTORY"):
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

"""What became of each file, and the journal by which a run that was stopped goes on.

The journal lies beside the output, and may be shared with it: it names originals by a keyed hash only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from dicomlab.deid.keys import Substitutes
from dicomlab.deid.recipe import Recipe
from dicomlab.errors import WrongArgument
from dicomlab.new_files import clear_leftovers, make_folder, write_text
from dicomlab.plain_files import NotPlain, read_json

DONE, WITHHELD, LEFT_OUT, FAILED = "deidentified", "withheld", "left out", "failed"
FOLDER, FILES, CATALOG, MARK = "journal", "files", "catalog", "deid.json"


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    original: str
    """The keyed hash of where the file lies, its size and its stamp."""
    outcome: str
    to: str = ""
    """The new file, below the output's folder of files."""
    reason: str = ""
    removed: int = 0
    """How many attributes and content items were left out."""
    repeated: int = 0
    """How many kept texts repeated what was removed, and lost their value."""
    archive: str = ""
    """The keyed hash of the archive that the original lies in."""
    file_key: str = ""
    """Where the original lies; not in the journal."""


class Journal:
    """The outcomes of a run and of those before it, in blocks that are there whole or not at all."""

    def __init__(self, to: Path, key: Substitutes, recipe: Recipe):
        self._folder, self._key = to / FOLDER, key
        facts: dict[str, str] = {
            "key": key.fingerprint,
            "recipe": recipe.name,
            "hash": recipe.fingerprint,
        }
        self._check(to, facts)
        make_folder(self._folder)
        clear_leftovers(self._folder)
        if not (to / MARK).exists():
            write_text(to / MARK, json.dumps(facts, indent=1) + "\n")
        self._known: dict[str, dict[str, Outcome]] = {}
        for row in self._rows():
            if row.outcome != FAILED:
                self._known.setdefault(row.archive or row.original, {})[row.original] = row

    def known_of(self, originals: list[str]) -> dict[str, Outcome]:
        """The outcomes of earlier runs for some files, and for what lies in them if they are archives."""
        return {k: row for one in originals for k, row in self._known.get(one, {}).items()}

    @staticmethod
    def _check(to: Path, facts: dict[str, str]) -> None:
        """Refuse a folder with other things in it, or with files made by another key or recipe."""
        if not to.exists() or not any(to.iterdir()):
            return
        if not (to / MARK).exists():
            raise WrongArgument("to", to, ("a new or empty folder", "the folder of an earlier run"))
        with suppress(NotPlain):
            if read_json(to / MARK) == facts:
                return
        raise WrongArgument("to", to, ("a new folder", "the same key and recipe as before"))

    def _rows(self) -> Iterator[Outcome]:
        for block in sorted(self._folder.glob("*.json")):
            with suppress(NotPlain, TypeError):  # what cannot be read is done again
                yield from [Outcome(**row) for row in read_json(block)]

    def add(self, rows: list[Outcome]) -> None:
        """Write what became of some files; after this they are not done again."""
        if not rows:
            return
        name = self._key.word("block", "\n".join(row.original for row in rows).encode(), 20)
        plain = [{k: v for k, v in asdict(row).items() if k != "file_key"} for row in rows]
        write_text(self._folder / f"{name}.json", json.dumps(plain))

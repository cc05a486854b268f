"""One worker's work: files read, cleaned, written whole or not at all; an outcome for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dicomlab.deid.base import Withheld
from dicomlab.deid.files import IS_DIRECTORY, cleaned_file
from dicomlab.deid.keys import Key
from dicomlab.deid.outcomes import DONE, FAILED, FILES, LEFT_OUT, WITHHELD, Outcome
from dicomlab.deid.reading import NOT_DICOM
from dicomlab.deid.recipe import Recipe
from dicomlab.deid.units import Item
from dicomlab.errors import DicomlabError
from dicomlab.isolation import set_aside
from dicomlab.new_files import new_file
from dicomlab.sources.archive import INSIDE, BrokenArchive, kind_of, members
from dicomlab.sources.engine import open_source

PLANNED = "would be deidentified"
_MOST_BYTES = 1 << 34
_HEAD = 512


@dataclass(frozen=True)
class Work:
    """What each worker knows."""

    recipe: Recipe
    key: Key = field(repr=False)
    to: Path
    root: str
    """What file keys have in common, so that an archive that is moved keeps its names."""
    is_dry: bool
    options: Mapping[str, Any] | None = field(repr=False)


def run_unit(
    work: Work, items: list[Item], known: Mapping[str, Outcome]
) -> tuple[list[Outcome], list[Outcome]]:
    """Clean some files.

    Args:
        work: What is done, and where to.
        items: The files.
        known: Outcomes of earlier runs, by the hash of the original.

    Returns:
        tuple: The outcomes of all, and those among them that are new.
    """
    found, new = [], []
    for item in items:
        for outcome, is_new in _item(work, item, known):
            found.append(outcome)
            if is_new:
                new.append(replace(outcome, file_key=""))
    return found, new


def original_hash(work: Work, item: Item) -> str:
    """By what the journal knows an original."""
    name = item.file_key.removeprefix(work.root)
    return work.key.word("original", f"{name}\0{item.stamp}".encode("utf-8", "surrogateescape"), 20)


def _item(work: Work, item: Item, known: Mapping[str, Outcome]) -> Iterator[tuple[Outcome, bool]]:
    original = original_hash(work, item)
    earlier = known.get(original)
    if earlier is not None and (earlier.outcome != DONE or (work.to / FILES / earlier.to).is_file()):
        yield replace(earlier, file_key=item.file_key), False
        return
    try:
        if item.reason:
            yield Outcome(original, FAILED, reason=item.reason, file_key=item.file_key), True
            return
        with open_source(item.source, options=work.options).open(item.file_key) as file:
            head = file.read(_HEAD)
            kind = kind_of(head) if head[128:132] != b"DICM" else None
            if kind is None:
                yield _one(work, head + file.read(_MOST_BYTES), original, item.file_key), True
                return
            file.seek(0)
            for member in members(file, kind, item.file_key.rpartition("/")[2]):
                yield from _member(work, member, item, known)
    except BrokenArchive as error:
        yield Outcome(original, FAILED, reason=error.reason, file_key=item.file_key), True
    except OSError as error:
        why = f"the system refused ({error.strerror or type(error).__name__})"
        yield Outcome(original, FAILED, reason=why, file_key=item.file_key), True
    except DicomlabError:
        yield Outcome(original, FAILED, reason="its source cannot be opened", file_key=item.file_key), True


def _member(
    work: Work, member: Any, item: Item, known: Mapping[str, Outcome]
) -> Iterator[tuple[Outcome, bool]]:
    key = f"{item.file_key}{INSIDE}{member.name}"
    if item.members is not None and key not in item.members:
        return
    original = original_hash(work, Item(key, item.source, item.stamp))
    archive = original_hash(work, item)
    earlier = known.get(original)
    if earlier is not None and (earlier.outcome != DONE or (work.to / FILES / earlier.to).is_file()):
        yield replace(earlier, file_key=key), False
        return
    try:
        data, _ = member.read(_MOST_BYTES)
    except OSError as error:
        why = error.strerror or "the member of the archive cannot be read"
        yield Outcome(original, FAILED, reason=why, archive=archive, file_key=key), True
        return
    yield replace(_one(work, data, original, key), archive=archive), True


def _one(work: Work, data: bytes, original: str, file_key: str) -> Outcome:
    """Clean one file and write it. Whatever it raises, nothing of it is written."""
    try:
        cleaned = cleaned_file(data, work.recipe, work.key)
    except Withheld as withheld:
        outcome = LEFT_OUT if withheld.reason in (NOT_DICOM, IS_DIRECTORY) else WITHHELD
        return Outcome(original, outcome, reason=withheld.reason, file_key=file_key)
    except Exception as error:  # noqa: BLE001 - whatever one file raises, it is withheld, and the others go on
        return Outcome(original, WITHHELD, reason=set_aside("a file", error).reason, file_key=file_key)
    names = [work.key.word("folder", uid.encode(), 16) for uid in (cleaned.study, cleaned.series)]
    to = "/".join((cleaned.patient, *names, f"{original[:16]}.dcm"))
    if not work.is_dry:
        with new_file(work.to / FILES / to, remove_leftovers=False) as part, open(part, "wb") as file:
            file.write(cleaned.data)
    return Outcome(
        original,
        PLANNED if work.is_dry else DONE,
        to,
        removed=cleaned.counts["removed"] + cleaned.counts["content items removed"],
        repeated=cleaned.counts["texts that repeated what was removed"],
        file_key=file_key,
    )

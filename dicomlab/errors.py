"""What can go wrong, each as a class that builds its own sentence.

A sentence says what happened and ends with what to do. It names tags, file keys and reasons,
never a value from a header: a value may name a patient.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dicomlab.printable_text import printable
from dicomlab.suggestions import did_you_mean


class DicomlabError(Exception):
    """The base of every error that dicomlab raises on purpose."""

    def __init__(self, *words: object):
        # A path may hold what would colour, clear or retitle the screen that shows the sentence.
        super().__init__(*(printable(word) if isinstance(word, str) else word for word in words))

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args)


def _again(kind: type[DicomlabError], args: tuple[Any, ...]) -> DicomlabError:
    """The error as a worker raised it: its sentence is there, the facts it was made of are not."""
    error = kind.__new__(kind)
    error.args = args
    return error


class UnknownColumn(DicomlabError):
    """A name is neither a DICOM keyword nor a column of dicomlab."""

    def __init__(self, name: str, known: Iterable[str]):
        hint = did_you_mean(name, known) or " docs/columns.md lists the columns that exist."
        super().__init__(f"There is no DICOM keyword or column '{name}'.{hint}")


class NotAColumn(DicomlabError):
    """A DICOM attribute exists but cannot be one cell of a table."""

    def __init__(self, name: str, why: str, instead: str):
        super().__init__(f"'{name}' cannot be a column: {why}. {instead}")


class MissingColumn(DicomlabError):
    """A table lacks a column that the work needs."""

    def __init__(self, column: str, have: Iterable[str], elsewhere: str = ""):
        hint = elsewhere or did_you_mean(column, have) or f' Scan again with Columns().add("{column}").'
        super().__init__(f"The table has no column '{column}'.{hint}")


class NoSuchSource(DicomlabError):
    """What was given to scan is not there or is of no known kind."""

    def __init__(self, source: str, why: str = "does not exist", instead: str = ""):
        instead = instead or "Give the path of a folder that holds DICOM files."
        super().__init__(f"{source} {why}. {instead}")


class SourceFailed(DicomlabError):
    """What was given to scan lies elsewhere, and does not answer as it should."""

    def __init__(self, source: str, why: str, instead: str):
        super().__init__(f"{source} {why}. {instead}")


class EmptyScan(DicomlabError):
    """A scan met no DICOM file, so there is nothing to make tables of."""

    def __init__(self, source: str, files: int, reasons: str = ""):
        met = f"It met {files:,} files ({reasons})." if files else "The folder holds no files."
        check = (
            "Check the address." if "://" in source else f"Check the path, or run: dicomlab doctor {source}"
        )
        super().__init__(f"No DICOM in {source}. {met} {check}")


class NoCatalog(DicomlabError):
    """A path holds no catalog, or one that this version cannot read."""

    def __init__(self, path: str, why: str = "is not a dicomlab catalog"):
        super().__init__(f"{path} {why}. Make one with: dicomlab scan FOLDER --into {path}")


class NoSuchPlace(DicomlabError):
    """An address is none at which a catalog can lie."""

    def __init__(self, place: str, why: str = "is of no kind that a catalog can lie in", instead: str = ""):
        instead = instead or "Give a folder, or a bucket such as s3://bucket/folder."
        super().__init__(f"{place} {why}. {instead}")


class CatalogUnreached(DicomlabError, OSError):
    """A catalog lies elsewhere, and cannot be had from there today."""

    def __init__(self, path: str, why: str):
        super().__init__(
            f"{path} cannot be reached: {why}. docs/scale.md says where credentials and settings come from."
        )


class UnusableFolder(DicomlabError):
    """A catalog was to be made where its Delta tables could not be found again."""

    def __init__(self, path: str):
        super().__init__(
            f"A catalog cannot lie in {path}: its Delta tables bear no control character, no backslash and "
            "no %41 or the like in a path. Choose another folder for it."
        )


class NewerCatalog(NoCatalog):
    """A catalog is of a format that a later version of dicomlab brought."""

    def __init__(self, path: str, made_by: str):
        DicomlabError.__init__(
            self, f"{path} was made by a newer dicomlab{made_by}. Update: pip install --upgrade dicomlab"
        )


class DamagedCatalog(NoCatalog):
    """A catalog lacks files that it is made of, or they are not what they were."""

    def __init__(self, path: str, what: str):
        DicomlabError.__init__(
            self, f"{path} is damaged: {what}. Bring it back from a backup, or scan into a new catalog."
        )


class StateGone(NoCatalog):
    """A catalog was compacted after it was opened, and what was opened is not kept."""

    def __init__(self, path: str):
        DicomlabError.__init__(
            self, f"{path} was compacted, and the state of it that was opened is gone. Open it anew."
        )


class CatalogBusy(DicomlabError):
    """Another scan is writing into the same catalog."""

    def __init__(self, path: str, left: str = ""):
        super().__init__(
            f"Another scan is writing into {path}. Wait until it has ended, or scan into another catalog."
            + (f" {left}" if left else "")
        )


class LostWorkers(DicomlabError):
    """A cluster lost the workers of a scan more often than it tries again."""

    def __init__(self, cluster: str):
        super().__init__(
            f"The {cluster} cluster lost its workers. What was read is in the catalog: scan again to go on."
        )


class CannotWrite(DicomlabError, OSError):
    """The system does not let a catalog be written: a full disk, or one for reading only."""

    def __init__(self, path: str, why: str, advice: str):
        super().__init__(f"{path} cannot be written: {why}. {advice}")


REFERENCES_NEED_HEADERS = (
    " References are read from headers, and this catalog keeps none (keep_headers=False). "
    "Scan into a new catalog to have them."
)


class NoSuchTable(DicomlabError):
    """A catalog has no table of that name."""

    def __init__(self, name: str, tables: Iterable[str]):
        known = list(tables)
        hint = REFERENCES_NEED_HEADERS if name.lower() == "references" else did_you_mean(name, known)
        super().__init__(f"The catalog has no table '{name}'. It has: {', '.join(known)}.{hint}")


class NoSuchKey(DicomlabError):
    """A catalog holds no file with that key."""

    def __init__(self) -> None:
        super().__init__(
            "The catalog holds no header for that file key. Take one from catalog.files['file_key']."
        )


class NoHeaders(DicomlabError):
    """A catalog was made without keeping the headers."""

    def __init__(self) -> None:
        super().__init__(
            "This catalog keeps no headers (keep_headers=False). Scan again with keep_headers=True."
        )


class BadQuery(DicomlabError):
    """A query is not one that reads."""

    missing: str | None = None
    """The column it names that no table has, if that is why."""
    may_be_damage = False
    """Whether a file of the catalog that cannot be read may be why."""

    def __init__(self, why: str, missing: str | None = None, instead: str = ""):
        self.missing = missing
        instead = instead or "Write one SELECT over the catalog's tables."
        super().__init__(f"The query was not run: {why} {instead}")


class QueryTooLarge(BadQuery):
    """A query needs more memory than it is allowed."""

    def __init__(self, memory_mb: int):
        DicomlabError.__init__(
            self,
            f"The query was stopped: it needs more than the {memory_mb:,} MB of memory that it may take. "
            "Ask for fewer rows or columns, or raise dl.options.query_memory_mb.",
        )


class QueryTooSlow(BadQuery):
    """A query takes longer than it is allowed."""

    def __init__(self, seconds: float):
        DicomlabError.__init__(
            self,
            f"The query was stopped: it takes longer than {seconds:,g} seconds. "
            "Ask for less, or raise dl.options.query_seconds.",
        )


class QueryEnded(BadQuery):
    """The process that ran a query was ended, not by dicomlab."""

    def __init__(self, how: str):
        DicomlabError.__init__(
            self,
            f"The query was not completed: the process that ran it was ended {how}. Run it again; if it "
            "ends again, the computer may be short of memory.",
        )


class BadCondition(BadQuery):
    """What was to choose rows is neither a condition nor a query that gives UIDs."""

    def __init__(self, why: str):
        DicomlabError.__init__(
            self,
            f"Nothing was chosen: {why} Write a condition such as Modality = 'MR', or one SELECT that "
            "gives SeriesInstanceUID or another UID.",
        )


class NotACohort(DicomlabError):
    """A file is no cohort that dicomlab saved, or one that this version cannot read."""

    def __init__(self, path: str, why: str = "is not a cohort", instead: str = ""):
        super().__init__(f"{path} {why}. {instead or 'Save one with cohort.save(path).'}")


class NotATable(DicomlabError):
    """A file that should be a table of texts is none."""

    def __init__(self, path: str, what: str):
        super().__init__(f"{path} cannot be read as a table of {what}. Give a CSV file with a heading.")


class BadFile(DicomlabError):
    """A single file that was asked for cannot be read as DICOM."""

    def __init__(self, file: str, reason: str):
        super().__init__(
            f"{file} cannot be read: {reason}. Run `dicomlab doctor` on its folder to see the rest."
        )


class NothingToJudge(DicomlabError):
    """A table holds no rows that an analysis could use."""

    def __init__(self, what: str, why: str, instead: str):
        super().__init__(f"There is nothing to judge for {what}: {why}. {instead}")


class WrongArgument(DicomlabError, ValueError):
    """An argument has a value that the call does not take."""

    def __init__(self, name: str, given: object, allowed: Iterable[object]):
        known = list(allowed)
        choices = ", ".join(repr(a) for a in known[:_MOST_CHOICES])
        choices += f" and {len(known) - _MOST_CHOICES} more" if len(known) > _MOST_CHOICES else ""
        hint = did_you_mean(given, known) if isinstance(given, str) else ""
        super().__init__(f"{name}={_short(given)} is not possible. Use one of: {choices}.{hint}")


_MOST_CHOICES = 12


def _short(given: object) -> str:
    """What was given, cut where it is long."""
    words = repr(given)
    return words if len(words) <= 80 else f"{words[:79]}…"


class WrongKind(WrongArgument, TypeError):
    """An argument is of a kind that the call does not take; the sentence says which, and never its value."""

    def __init__(self, call: str, name: str, meant: str, came: str, instead: str = ""):
        sentence = f"{call}: '{name}' must be {meant}, not {came}."
        DicomlabError.__init__(self, f"{sentence} {instead}".rstrip())


class WrongCall(DicomlabError, TypeError):
    """A call lacks an argument, or has one that there is not."""


class UnknownSetting(DicomlabError, TypeError):
    """A view was given a keyword that it does not take."""

    def __init__(self, view: str, name: str, known: Iterable[str]):
        hint = did_you_mean(name, known) or f" See help(dl.widgets.{view}) for those it has."
        super().__init__(f"{view} has no setting '{name}'.{hint}")


class MissingPackage(DicomlabError, ImportError):
    """A package that an optional part needs is not installed."""

    def __init__(self, work: str, package: str, extra: str, also: str = ""):
        super().__init__(f'{work} needs {package}: pip install "dicomlab[{extra}]"{also}')


class UnusableKey(DicomlabError):
    """A file holds no key for de-identification, or one that is not secret."""

    def __init__(self, path: str, why: str):
        super().__init__(f"{path} {why}. Key.make(path) makes a key that only its owner can read.")


class BadRecipe(DicomlabError):
    """A recipe for de-identification says something that is not understood, or not safe."""

    def __init__(self, where: str, line: int | None, what: str):
        place = f"{where}, line {line}" if line else where
        super().__init__(f"{place}: {what} docs/deid.md lists what a recipe can say.")

"""The promise of a check, and the shape of what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from dicomlab.schema.columns import Columns, may_identify

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Severity = Literal["error", "warning", "note"]
"""error: do not use it as it is. warning: look before you use it. note: worth knowing, may well be meant."""

Confidence = Literal["high", "medium", "low"]
Level = Literal["file", "instance", "series", "study", "patient", "device"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

FINDING_COLUMNS = ("check severity confidence level uid n_files files slices message evidence fix").split()

LEVEL_KEYS: dict[Level, str] = {
    "file": "file_key",
    "instance": "SOPInstanceUID",
    "series": "SeriesInstanceUID",
    "study": "StudyInstanceUID",
    "patient": "PatientID",
    "device": "device",
}
"""The column whose value is shared by the rows of one finding, by level."""

MOST_NAMED = 100
"""Files and slices that a finding names; `n_files` counts all."""
MOST_VALUES = 10
"""Values that a finding has of one piece of evidence."""


class Readable(Protocol):
    """What checks ask of a catalog."""

    def sql(self, query: str) -> pd.DataFrame:
        """Run one query."""

    def blocks(self, query: str, *, together: Iterable[str], rows: int) -> Iterator[pd.DataFrame]:
        """Run one query and give its rows block by block."""

    def presence(self, keywords: Iterable[str]) -> pd.DataFrame:
        """Which attributes each file lacks, or has written wrongly."""

    def arrow(self, query: str, beside: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """Run one query over the tables and others beside them."""

    def kept_headers(
        self,
        where: str | None = None,
        *,
        beside: Mapping[str, pa.Table] | None = None,
        missing: Callable[[str, str], None] | None = None,
    ) -> Iterator[tuple[str, Dataset]]:
        """The whole headers of some instances."""

    def read_headers(self, columns: Columns, where: str | None = None) -> Iterator[pd.DataFrame]:
        """Columns that no table has, of some instances."""

    @property
    def has_volumes(self) -> bool:
        """Whether its table slices says which volume each slice is of."""

    @property
    def keeps_headers(self) -> bool:
        """Whether the whole headers are kept."""


@dataclass(frozen=True)
class Check:
    """Something that can be wrong: settings as fields, calling it on a table gives findings.

    A check sees whole groups: the rows that agree in `together` come in one call, many groups at
    a time. It changes nothing that it is given, and an empty table gives no findings.
    """

    name: ClassVar[str]
    """How findings name it, such as missing-slices."""
    table: ClassVar[str] = "instances"
    """What it takes: a name of `checks.tables.SOURCES`."""
    together: ClassVar[tuple[str, ...]] = ("SeriesInstanceUID",)
    """Columns that rows which are judged together agree in; empty where each row stands alone."""
    level: ClassVar[Level] = "series"
    """What a finding is about; `uid` is the identifier of that."""
    severity: ClassVar[Severity]
    needs: ClassVar[tuple[str, ...]]
    """Columns without which it cannot run; `files` among them asks for rows that stand for several files."""
    wants: ClassVar[tuple[str, ...]] = ()
    """Columns that it uses where the catalog has them; it must do without."""
    unless: ClassVar[tuple[str, ...]] = ()
    """Checks that tell of the cause: a finding is left out where one of them has one of the same uid.

    Where findings name an attribute, it must be the same one, too.
    """
    fix: ClassVar[str]
    """What to do about a finding, in one or two sentences."""

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Judge the rows and give findings, as `find` makes them."""
        raise NotImplementedError

    def takes(self, rows: pd.DataFrame) -> bool:
        """Whether a block is for it: one whose rows stand for several files, or one whose rows do not."""
        return ("files" in self.needs) == ("files" in rows)

    def find(
        self,
        rows: pd.DataFrame,
        message: str,
        *,
        by: str | list[str] | None = None,
        severity: Severity | None = None,
        confidence: Confidence = "high",
        **evidence: Any,
    ) -> pd.DataFrame:
        """Make findings of the rows that something is wrong with, one for each group of them.

        `by` are the columns that say which rows are one finding: those of the level if not given.
        `evidence` are numbers, tag names or fixed words, one for each row or one for all, several as a
        tuple: never a text from a header. A row stands for one file, or for `n_files`, of which `files` are
        the first.
        `message` is a sentence, in which {gap_mm} is that piece of evidence,
        {n_files} the count of files, {n_slices} and {slices} the slices.
        """
        if rows.empty:
            return no_findings()
        evidence = {
            name: value.reindex(rows.index) if isinstance(value, pd.Series) else value
            for name, value in evidence.items()
            if value is not None
        }
        keys = [by] if isinstance(by, str) else by or [LEVEL_KEYS[self.level]]
        found = []
        for at in _positions(rows, keys):
            own = rows.iloc[at]
            said = {name: _gathered(value, at) for name, value in evidence.items()}
            slices = _slices(own)
            n_files, files = _files(own)
            words = {name: in_words(value) for name, value in said.items()}
            words |= {
                "n_files": f"{n_files:,}",
                "n_slices": f"{len(slices):,}",
                "slices": in_words(slices[:MOST_VALUES]) + (" …" if len(slices) > MOST_VALUES else ""),
            }
            found.append(
                {
                    "check": self.name,
                    "severity": severity or self.severity,
                    "confidence": confidence,
                    "level": self.level,
                    "uid": self._uid(own),
                    "n_files": n_files,
                    "files": files,
                    "slices": slices[:MOST_NAMED],
                    "message": in_singular(message.format(**words)),
                    "evidence": said,
                    "fix": self.fix,
                }
            )
        return as_findings(found)

    def _uid(self, rows: pd.DataFrame) -> str | None:
        key = LEVEL_KEYS[self.level]
        if key not in rows or key == "file_key" or may_identify(key):
            return None
        value = rows[key].iloc[0]
        return None if pd.isna(value) else str(value)


def as_findings(found: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Findings as a table with the columns that all findings have."""
    table = pd.DataFrame(list(found), columns=FINDING_COLUMNS)
    return table.astype({"n_files": "int64"})


def no_findings() -> pd.DataFrame:
    """The table of a check that found nothing."""
    return as_findings([])


def joined(found: Iterable[pd.DataFrame | None]) -> pd.DataFrame:
    """Findings of several tables as one; None stands for none."""
    some = [one for one in found if one is not None and len(one)]
    return pd.concat(some, ignore_index=True) if some else no_findings()


def _positions(rows: pd.DataFrame, keys: list[str]) -> list[np.ndarray]:
    """Where the rows of each group stand, groups in order of their first row."""
    number = rows.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(number[order])) + 1)


def _files(rows: pd.DataFrame) -> tuple[int, list[str]]:
    """How many files there are, and the first of them; rows may stand for several."""
    if "files" in rows:
        return int(rows["n_files"].sum()), sorted(key for keys in rows["files"] for key in keys)[:MOST_NAMED]
    files = rows["file_key"].drop_duplicates() if "file_key" in rows else pd.Series(dtype=object)
    return len(files), files.head(MOST_NAMED).tolist()


def _slices(rows: pd.DataFrame) -> list[int]:
    """The numbers of the slices: of frames in their file, else InstanceNumber."""
    if "slice" in rows:
        numbers = rows["slice"]
    elif "InstanceNumber" in rows:
        numbers = rows["InstanceNumber"]
    else:
        return []
    return [int(number) for number in numbers.dropna()]


def _gathered(value: Any, at: np.ndarray) -> Any:
    """What the rows of one finding say: one value where they agree, else a list of the first."""
    if isinstance(value, str) or not hasattr(value, "__len__"):
        return _plain(value)
    here: list[Any] = list(pd.unique(pd.Series(np.asarray(value)[at]).dropna()))
    if here and isinstance(here[0], tuple):
        here = list(chain.from_iterable(here))
    values = list(dict.fromkeys(_plain(one) for one in here[: MOST_VALUES + 1]))[:MOST_VALUES]
    return values[0] if len(values) == 1 else values or None


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return float(f"{value:.6g}") if isinstance(value, float) else value


def in_words(value: Any) -> str:
    """A piece of evidence as it stands in a message."""
    if isinstance(value, list):
        return ", ".join(map(in_words, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    return "nothing" if value is None else str(value)


_VERBS = "are|have|lack|lie|end|say|come|differ|describe|repeat"
_ONE = re.compile(rf"(?<![\w.,%-])1 (\w+s)((?: of kind [^:]*?)? (?:{_VERBS}))?\b")
_SINGULAR = {"are": "is", "have": "has"}


def in_singular(sentence: str) -> str:
    """A sentence in which one of a thing is not told of in the plural."""

    def one(match: re.Match[str]) -> str:
        noun = match[1] if match[1] in ("series", "times", "s") else re.sub("ie$", "y", match[1][:-1])
        before, _, verb = (match[2] or "").rpartition(" ")
        return f"1 {noun}{before} {_SINGULAR.get(verb, verb + 's')}" if verb else f"1 {noun}"

    return _ONE.sub(one, sentence)


def whole_headers(
    catalog: Readable, where: str, beside: Mapping[str, pa.Table] | None = None
) -> Iterator[tuple[str, Dataset]]:
    """The file key and the header of instances that fit a condition, those left out that are not whole."""
    cut: set[str] = set()
    for key, header in catalog.kept_headers(where, beside=beside, missing=lambda key, _: cut.add(key)):
        if key not in cut:
            yield key, header


class OneRun:
    """A catalog for one run of the checks: what the same small query gives is asked for once."""

    def __init__(self, catalog: Readable):
        self._catalog = catalog
        self._answers: dict[str, pd.DataFrame] = {}

    def sql(self, query: str) -> pd.DataFrame:
        """Run one query, or give what it gave before."""
        if query not in self._answers:
            self._answers[query] = self._catalog.sql(query)
        return self._answers[query]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)

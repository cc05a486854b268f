"""Attributes that are missing where the standard, or the rest of a series, has them; and wrong ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import pandas as pd
from pydicom.uid import UID

from dicomlab.checks._attribute_types import ATTRIBUTE_TYPES
from dicomlab.checks.base import Check, Level, Severity, no_findings
from dicomlab.checks.header_facts import ACQUISITION

_KIND = ["device", "SOPClassUID"]
_MOST_WORDS = 12


@dataclass(frozen=True)
class MissingRequired(Check):
    """Attributes that a kind of file must have with a value (type 1) are not there."""

    name: ClassVar[str] = "missing-required"
    table: ClassVar[str] = "headers"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "SOPClassUID", "absent", "empty", "files")
    fix: ClassVar[str] = (
        "What made the files, or de-identified them, left out what others rely on: expect viewers and tools "
        "to refuse them, and ask for the originals where the values matter."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for absent and empty attributes, machine by machine and kind by kind."""
        said = "{n_files} files of kind {kind} lack a value of {attributes}, which must have one (type 1)."
        return _missing(self, rows, said, lambda kind, absent, empty: types_of(kind)[0] & (absent | empty))


@dataclass(frozen=True)
class MissingExpected(Check):
    """Attributes that must be there, if only empty (type 2), are not."""

    name: ClassVar[str] = "missing-expected"
    table: ClassVar[str] = "headers"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "SOPClassUID", "absent", "empty", "files")
    fix: ClassVar[str] = (
        "Most tools do without. Add the attributes, empty, where a receiver checks for conformance."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for absent attributes, machine by machine and kind by kind."""
        said = "{n_files} files of kind {kind} have no {attributes}, which must be there, if empty (type 2)."
        return _missing(self, rows, said, lambda kind, absent, empty: types_of(kind)[1] & absent)


@dataclass(frozen=True)
class MissingInSome(Check):
    """A few files of a series lack attributes that the others of the same kind have."""

    most: float = 0.5
    """Share of the files of a kind up to which those without an attribute are the odd ones."""

    name: ClassVar[str] = "missing-in-some"
    table: ClassVar[str] = "headers"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "SOPClassUID", "SeriesInstanceUID", "absent", "empty")
    wants: ClassVar[tuple[str, ...]] = ("image_type", "InstanceNumber")
    fix: ClassVar[str] = (
        "See whether these files came by another way than the rest, and fetch them again if so."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the files of each series that are of one class and ImageType."""
        pattern = rows.groupby(["absent", "empty"], observed=True, sort=False).ngroup()
        rows = rows[rows["SeriesInstanceUID"].notna() & _varies(pattern, rows["SeriesInstanceUID"])]
        keys = [name for name in ("SeriesInstanceUID", "SOPClassUID", "image_type") if name in rows]
        group = rows.groupby(keys, dropna=False, sort=False).ngroup()
        differs = _varies(pattern[rows.index], group)
        own = rows[differs]
        found = [pd.Series(self._odd(f), index=f.index) for _, f in own.groupby(group[differs])]
        words = pd.concat(found) if found else pd.Series(dtype="str")
        odd = own[words.reindex(own.index) != ""]
        said = "{n_files} files lack {attributes}, which the others of their kind in the series have."
        return self.find(odd, said, attributes=words)

    def _odd(self, files: pd.DataFrame) -> list[str]:
        """The attributes that each file of a kind lacks and most others have, as text."""
        kind = files["SOPClassUID"].iloc[0]
        watched = types_of(kind)[0] | types_of(kind)[1] | set(ACQUISITION)
        lacks = [
            watched & {*absent.split(), *empty.split()}
            for absent, empty in zip(files["absent"], files["empty"], strict=True)
        ]
        counts = Counter(word for one in lacks for word in one)
        rare = {word for word, n in counts.items() if n <= self.most * len(files)}
        return [_in_text(sorted(one & rare)) for one in lacks]


@dataclass(frozen=True)
class OtherVr(Check):
    """An attribute has another VR than the standard gives it."""

    name: ClassVar[str] = "other-vr"
    table: ClassVar[str] = "headers"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "other_vr", "files")
    fix: ClassVar[str] = (
        "Values that could be read were read; others are rows of `problems`. Ask whoever made the files for "
        "a version that writes the VR of PS3.6."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Gather the attributes of each machine's files."""
        odd = rows[rows["other_vr"].astype(str) != ""]
        said = "{n_files} files have {attributes} with another VR than the standard's."
        return self.find(odd, said, attributes=_listed(odd["other_vr"]))


@dataclass(frozen=True)
class TooLongNumber(Check):
    """A number in decimals (DS) or digits (IS) has more characters than fit."""

    name: ClassVar[str] = "too-long-number"
    table: ClassVar[str] = "headers"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "too_long", "files")
    fix: ClassVar[str] = (
        "dicomlab reads them; strict tools refuse the files. DS has 16 characters at most, IS 12 (PS3.5 "
        "6.2): round to that when writing."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Gather the attributes of each machine's files."""
        odd = rows[rows["too_long"].astype(str) != ""]
        said = "{n_files} files have more characters than are allowed in {attributes}."
        return self.find(odd, said, attributes=_listed(odd["too_long"]))


@dataclass(frozen=True)
class UnreadValue(Check):
    """Values did not parse, or UIDs are missing, so that their cells are null."""

    name: ClassVar[str] = "unread-value"
    table: ClassVar[str] = "problem_rows"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("column", "tag", "reason")
    wants: ClassVar[tuple[str, ...]] = ("has_value",)
    fix: ClassVar[str] = (
        "Look at the bytes in `catalog.problems`, and do not take the null for a missing value."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One finding per machine and reason; cells that have a value all the same are left out."""
        if "has_value" in rows:
            rows = rows[~rows["has_value"].astype(bool)]
        said = "{column} of {n_files} files could not be read: {reason}."
        return self.find(rows, said, by=["device", "reason"], column=rows["column"], reason=rows["reason"])


@cache
def _types() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    return {
        uid: (frozenset(first.split()), frozenset(second.split()))
        for uids, first, second in ATTRIBUTE_TYPES
        for uid in uids
    }


def types_of(kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """The attributes of type 1 and of type 2 of a SOP class; none for one that is not known."""
    return _types().get(kind, (frozenset(), frozenset()))


Lacking = Callable[[str, frozenset[str], frozenset[str]], frozenset[str]]


def _missing(check: Check, rows: pd.DataFrame, said: str, lacking: Lacking) -> pd.DataFrame:
    """One finding a machine and kind: which attributes its files lack, those that most lack first."""
    rows = rows[rows["SOPClassUID"].isin(list(_types()))]
    if rows.empty:
        return no_findings()
    combination = rows.groupby([*_KIND, "absent", "empty"], observed=True, sort=False)
    number = combination.ngroup().to_numpy()
    first = np.unique(number, return_index=True)[1]
    size = np.bincount(number, rows.get("n_files"))
    lacks: list[bool] = []
    counts: dict[tuple[str, str], Counter[str]] = {}
    for n, (_, row) in zip(size, rows.iloc[first].iterrows(), strict=True):
        one = lacking(row["SOPClassUID"], frozenset(row["absent"].split()), frozenset(row["empty"].split()))
        lacks.append(bool(one))
        of_kind = counts.setdefault((row["device"], row["SOPClassUID"]), Counter())
        of_kind.update(dict.fromkeys(sorted(one), int(n)))
    odd = rows[np.array(lacks)[number]]
    texts = {key: _in_text([word for word, _ in found.most_common()]) for key, found in counts.items()}
    attributes = [texts[key] for key in zip(odd["device"], odd["SOPClassUID"], strict=True)]
    kinds = {uid: UID(uid).name.replace(" Storage", "") for uid in odd["SOPClassUID"].unique()}
    kind = odd["SOPClassUID"].map(kinds)
    return check.find(odd, said, by=_KIND, kind=kind, attributes=pd.Series(attributes, index=odd.index))


def _varies(value: pd.Series, group: pd.Series) -> pd.Series:
    """Which rows are of a group in which a number differs."""
    numbers = value.groupby(group)
    return (numbers.transform("min") < numbers.transform("max")).fillna(False).astype(bool)


def _listed(texts: pd.Series) -> pd.Series:
    """Keywords with spaces between them as they are read."""
    return pd.Series([_in_text(text.split()) for text in texts], index=texts.index)


def _in_text(words: Iterable[str]) -> str:
    """Keywords with commas, the first of many."""
    words = list(words)
    more = f" and {len(words) - _MOST_WORDS} more" if len(words) > _MOST_WORDS else ""
    return ", ".join(words[:_MOST_WORDS]) + more

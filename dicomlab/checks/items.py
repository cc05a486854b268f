"""Items of sequences that lack what they must have, and private elements without a creator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity

_LACKS = {
    "no code": "a code, or the scheme that it is of",
    "no meaning": "CodeMeaning",
    "no reference": "the UIDs of what they refer to",
    "no table": "the table, or its descriptor",
}


@dataclass(frozen=True)
class IncompleteItems(Check):
    """Items of codes, references or lookup tables lack what they must have."""

    name: ClassVar[str] = "incomplete-items"
    table: ClassVar[str] = "header_faults"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "fault", "place")
    fix: ClassVar[str] = (
        "Do not select by these codes or follow these references; ask for a version of what wrote them that "
        "fills them (PS3.3 8.8, 10.3, C.11)."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Gather the sequences of each machine."""
        odd = rows[rows["fault"].isin(list(_LACKS))]
        return self.find(
            odd,
            "{n_files} files have items of {sequences} without {lacks}.",
            by=["device", "fault"],
            sequences=odd["place"],
            lacks=odd["fault"].map(_LACKS),
        )


@dataclass(frozen=True)
class NoPrivateCreator(Check):
    """Private elements have no creator (PS3.5 7.8.1): nobody can say what they are."""

    name: ClassVar[str] = "no-private-creator"
    table: ClassVar[str] = "header_faults"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "fault", "place")
    fix: ClassVar[str] = (
        "Take no value from these elements, and remove them before sharing: a tool removed the creator and "
        "left what it stood for."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Gather the elements of each machine."""
        odd = rows[rows["fault"] == "no creator"]
        return self.find(
            odd, "{n_files} files have private elements without a creator: {tags}.", tags=odd["place"]
        )

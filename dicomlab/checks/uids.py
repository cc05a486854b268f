"""UIDs that are none, and files whose head says something else than their content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity
from dicomlab.checks.queries import UID_PATTERN, UIDS

_FAULTS = (
    ("longer than 64 characters", r"(?s).{65,}"),
    ("other characters than digits and dots", r"(?s).*[^0-9.].*"),
    ("a component without digits", r"(\..*|.*\.|.*\.\..*|)"),
    ("a component with a leading zero", r"(.*\.)?0[0-9].*"),
)


@dataclass(frozen=True)
class BadUid(Check):
    """A UID is too long, or not made of numbers and dots as UIDs are (PS3.5 9.1)."""

    name: ClassVar[str] = "bad-uid"
    table: ClassVar[str] = "odd_uids"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = UIDS
    fix: ClassVar[str] = (
        "Other systems may refuse such files. Give them new UIDs, all by one rule, so that references hold."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Say what is wrong with each attribute of a machine's files."""
        found = []
        for name in UIDS:
            value = rows[name].dropna()
            odd = value[~value.str.fullmatch(UID_PATTERN).astype(bool) | (value.str.len() > 64)]
            fault = pd.Series("", index=odd.index)
            for what, pattern in reversed(_FAULTS):
                fault = fault.mask(odd.str.fullmatch(pattern).astype(bool), what)
            found.append(rows.loc[odd.index].assign(attribute=name, fault=fault))
        wrong = pd.concat(found, ignore_index=True)
        said = "{n_files} files have UIDs that are none ({attribute}): {fault}."
        return self.find(
            wrong, said, by=["device", "fault"], attribute=wrong["attribute"], fault=wrong["fault"]
        )


@dataclass(frozen=True)
class MetaMismatch(Check):
    """The file meta group says another kind of object than the data set."""

    name: ClassVar[str] = "meta-mismatch"
    table: ClassVar[str] = "other_meta"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("MediaStorageSOPClassUID", "SOPClassUID")
    fix: ClassVar[str] = (
        "A tool changed one and not the other: write the files anew with a file meta group that fits."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the two of each file."""
        told = rows[rows["MediaStorageSOPClassUID"].notna() & rows["SOPClassUID"].notna()]
        other = told[told["MediaStorageSOPClassUID"] != told["SOPClassUID"]]
        return self.find(other, "MediaStorageSOPClassUID of {n_files} files is not their SOPClassUID.")

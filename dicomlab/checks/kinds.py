"""Files of another kind among the images of a series, and files that were not read wholly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
from pydicom.uid import UID

from dicomlab.checks.base import Check, Level, Severity
from dicomlab.checks.queries import ENCAPSULATED
from dicomlab.volumes.base import is_secondary


@dataclass(frozen=True)
class OtherKindInside(Check):
    """Documents, secondary captures or other objects lie among images of a series."""

    name: ClassVar[str] = "other-kind-inside"
    table: ClassVar[str] = "mixed_kinds"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("SeriesInstanceUID", "SOPClassUID", "Rows")
    fix: ClassVar[str] = (
        "Leave them out before the rest is made a volume; they belong into a series of their own."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Name the files of each series of images that are not of its commonest kind."""
        is_image = rows["Rows"].notna() & ~rows["SOPClassUID"].fillna("").str.startswith(ENCAPSULATED)
        rows = rows[is_image.groupby(rows["SeriesInstanceUID"]).transform("any")]
        kind = rows["SOPClassUID"].fillna("")
        is_other = is_secondary(kind) | kind.str.startswith(ENCAPSULATED)
        order = pd.DataFrame({"series": rows["SeriesInstanceUID"], "kind": kind, "other": is_other})
        size = order.groupby(["series", "kind"])["kind"].transform("size")
        ranked = order.assign(size=-size).sort_values(["other", "size", "kind"], kind="stable")
        main = ranked.drop_duplicates("series").set_index("series")["kind"]
        odd = rows[kind != rows["SeriesInstanceUID"].map(main)]
        names = {uid: UID(uid).name.replace(" Storage", "") for uid in odd["SOPClassUID"].dropna().unique()}
        known = {uid: name if name != uid else "an unknown kind" for uid, name in names.items()}
        said = "{n_files} files are of another kind ({kind}) than the rest of the series."
        return self.find(odd, said, kind=odd["SOPClassUID"].map(known).fillna("no kind"))


@dataclass(frozen=True)
class BrokenFiles(Check):
    """Files could not be read, or not wholly."""

    name: ClassVar[str] = "broken-files"
    table: ClassVar[str] = "broken_files"
    together: ClassVar[tuple[str, ...]] = ("reason",)
    level: ClassVar[Level] = "file"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = ("file_key", "status", "reason")
    fix: ClassVar[str] = "Fetch them again from where they came; what could be read of them is in the tables."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One finding for each reason."""
        said = "{n_files} files are {status}: {reason}."
        return self.find(rows, said, by=["status", "reason"], status=rows["status"], reason=rows["reason"])


@dataclass(frozen=True)
class StaleDirectory(Check):
    """A DICOMDIR names files that are not there, or that are others."""

    name: ClassVar[str] = "stale-directory"
    table: ClassVar[str] = "media"
    together: ClassVar[tuple[str, ...]] = ()
    level: ClassVar[Level] = "file"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("file_key", "n_named", "n_missing", "n_unreadable", "n_other")
    fix: ClassVar[str] = (
        "Copy the whole medium again, or leave the DICOMDIR out of account: the files that are there were "
        "read without it."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count what each DICOMDIR names in vain."""
        wrong = rows[(rows[["n_missing", "n_unreadable", "n_other"]] > 0).any(axis=1)]
        said = (
            "Of {n_named} files that a DICOMDIR names {n_missing} are missing, {n_unreadable} unreadable, "
            "and {n_other} are others."
        )
        return self.find(
            wrong,
            said,
            by="file_key",
            n_named=wrong["n_named"],
            n_missing=wrong["n_missing"],
            n_unreadable=wrong["n_unreadable"],
            n_other=wrong["n_other"],
        )

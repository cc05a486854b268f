"""Instances that refer to others: whether those are at hand, and of whom they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Severity, joined

_KIND = ["SeriesInstanceUID", "refers_to"]
_NEEDS = ("kept_headers", "SeriesInstanceUID", "refers_to", "n_referenced")
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_OF_IMAGES = tuple(_STORAGE + kind for kind in ("30", "66.4", "66.5", "481.3"))
"""Parametric maps, segmentations and structure sets: of little use without the images they are of."""


@dataclass(frozen=True)
class MissingReference(Check):
    """Instances refer to others that the catalog does not have."""

    name: ClassVar[str] = "missing-reference"
    table: ClassVar[str] = "references"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = (*_NEEDS, "SOPClassUID", "n_missing", "n_series", "n_missing_series")
    fix: ClassVar[str] = (
        "Fetch them from where the series came, where they are needed. An archive that holds a part of a "
        "hospital's lacks them by nature; a series that is there in part was cut."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Warn where the series that images belong to are there, and some of the images are not."""
        rows = rows[rows["n_missing"] > 0]
        is_cut = rows["SOPClassUID"].isin(_OF_IMAGES) & (rows["refers_to"] == "images")
        is_cut &= (rows["n_series"] > 0) & (rows["n_missing_series"] == 0)
        said = "Not in the catalog: {n_missing} of {n_referenced} references to {refers_to}"
        cut, rest = rows[is_cut], rows[~is_cut]
        return joined(
            [
                self._counted(cut, f"{said}, though there are others of the same series.", self.severity),
                self._counted(rest, f"{said}.", "note"),
            ]
        )

    def _counted(self, rows: pd.DataFrame, said: str, severity: Severity) -> pd.DataFrame:
        return self.find(
            rows,
            said,
            by=_KIND,
            severity=severity,
            refers_to=rows["refers_to"],
            n_missing=_sums(rows, "n_missing"),
            n_referenced=_sums(rows, "n_referenced"),
        )


@dataclass(frozen=True)
class ReferenceElsewhere(Check):
    """Instances refer to others that are of another patient, or study, than they say."""

    name: ClassVar[str] = "reference-elsewhere"
    table: ClassVar[str] = "references"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = (*_NEEDS, "n_other_patient", "n_other_study")
    fix: ClassVar[str] = (
        "Find out whose images these are before they are used together: one of the two was sent, edited or "
        "de-identified under other identifiers."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare PatientID; and the study where ReferencedSeriesSequence promises the same one."""
        patient, study = rows[rows["n_other_patient"] > 0], rows[rows["n_other_study"] > 0]
        said = "{n_other} of {n_referenced} references to {refers_to} lead to another "
        return joined(
            [
                self.find(
                    found,
                    f"{said}{what}.",
                    by=_KIND,
                    n_other=_sums(found, name),
                    n_referenced=_sums(found, "n_referenced"),
                    refers_to=found["refers_to"],
                )
                for found, name, what in (
                    (patient, "n_other_patient", "patient"),
                    (study, "n_other_study", "study than they say"),
                )
            ]
        )


def _sums(rows: pd.DataFrame, name: str) -> pd.Series:
    """The sum over the rows of one finding."""
    keys = [rows[key] for key in _KIND]
    return rows[name].astype("int64").groupby(keys, dropna=False).transform("sum")

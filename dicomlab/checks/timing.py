"""Dates that contradict each other, or that no image can have."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, joined
from dicomlab.checks.bounds import DAYS_AWAY, FIRST_IMAGES, OF_IMAGES, PLACEHOLDER_DATES
from dicomlab.checks.placeholders import marked

_STUDY = ("StudyInstanceUID",)
_AGE = r"(\d{3})([YMWD])"
_DAYS = {"Y": 365.25, "M": 30.44, "W": 7.0, "D": 1.0}
_SLACK = {"Y": 2.0, "M": 3.0, "W": 4.0, "D": 14.0}
"""By how much an age may be off, in its unit: it is rounded, and may be that at the order."""


@dataclass(frozen=True)
class ImpossibleDate(Check):
    """A date of a study or an image lies in the future, or before there was DICOM."""

    today: dt.date | None = None
    """The day that counts as today; the computer's own if not given."""

    name: ClassVar[str] = "impossible-date"
    table: ClassVar[str] = "odd_dates"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = OF_IMAGES
    fix: ClassVar[str] = (
        "Do not order or select by these dates. See whether the clock of the machine was set, and whether a "
        "tool shifted the dates."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare each date with tomorrow, and with the first images of scanners that wrote files."""
        tomorrow = pd.Timestamp(self.today or dt.date.today()) + pd.Timedelta(days=1)
        late = {name: rows[name] > tomorrow for name in OF_IMAGES}
        early = {
            name: (rows[name] < pd.Timestamp(FIRST_IMAGES)) & ~_is_placeholder(rows[name])
            for name in OF_IMAGES
        }
        found = []
        for wrong, words in ((late, "in the future"), (early, "before 1970")):
            odd = marked(rows, wrong)
            said = "{attribute} lies {when} in {n_files} files."
            found.append(self.find(odd, said, attribute=odd["attribute"], when=words))
        return joined(found)


@dataclass(frozen=True)
class PlaceholderDate(Check):
    """A date is one that stands for none, such as 1 January 1900."""

    name: ClassVar[str] = "placeholder-date"
    table: ClassVar[str] = "odd_dates"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = (*OF_IMAGES, "PatientBirthDate")
    fix: ClassVar[str] = "Take the date for unknown: leave it out of ages, intervals and plots over time."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for the days that tools write where they know none."""
        odd = marked(rows, {name: _is_placeholder(rows[name]) for name in self.needs})
        said = "{attribute}: a day that stands for an unknown one in {n_files} files."
        return self.find(odd, said, attribute=odd["attribute"])


@dataclass(frozen=True)
class DateTimeDoubted(Check):
    """AcquisitionDateTime has no time, or lies days from all other dates of its file."""

    name: ClassVar[str] = "date-time-doubted"
    table: ClassVar[str] = "doubted_moments"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("AcquisitionDateTime", "acquired_at", "days_away")
    fix: ClassVar[str] = (
        "Use `acquired_at`, which goes by the other dates of these files. See which tool wrote it; "
        "one that puts 20000101 into every file is rsna-anonymizer."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the files of each machine whose date-time was not believed."""
        days = rows["days_away"].astype("Int64")
        far, bare = rows[(days >= DAYS_AWAY).fillna(False)], rows[(days < DAYS_AWAY).fillna(False)]
        away = days.reindex(far.index).groupby(far["device"]).transform("max")
        return joined(
            [
                self.find(
                    far,
                    "AcquisitionDateTime is up to {days_away} days from other dates in {n_files} files.",
                    days_away=away,
                ),
                self.find(
                    bare, "AcquisitionDateTime has a date and no time in {n_files} files.", severity="note"
                ),
            ]
        )


@dataclass(frozen=True)
class StudyDatesDiffer(Check):
    """The files of one study have several study dates."""

    name: ClassVar[str] = "study-dates-differ"
    together: ClassVar[tuple[str, ...]] = _STUDY
    level: ClassVar[Level] = "study"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("StudyInstanceUID", "StudyDate")
    fix: ClassVar[str] = (
        "One study has one StudyDate (PS3.3 C.7.2.1). Use the earliest, or see which files were made or "
        "de-identified by another tool."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the dates of each study, and name the files with another than most."""
        told = rows[rows["StudyDate"].notna() & rows["StudyInstanceUID"].notna()]
        of_study = told.groupby("StudyInstanceUID")["StudyDate"]
        n_dates = of_study.transform("nunique")
        several = told[n_dates > 1]
        days = (of_study.transform("max") - of_study.transform("min")).dt.days
        usual = several.groupby("StudyInstanceUID")["StudyDate"].transform(lambda day: day.mode().iloc[0])
        odd = several[several["StudyDate"] != usual]
        said = (
            "{n_files} files have another StudyDate than the rest of their study: {n_dates} dates, "
            "{days} days apart."
        )
        return self.find(odd, said, n_dates=n_dates, days=days)


@dataclass(frozen=True)
class DatesApart(Check):
    """Images were acquired before their study, or made before they were acquired."""

    days: int = 1
    """Days by which a date may be early: examinations go on past midnight."""

    name: ClassVar[str] = "dates-apart"
    together: ClassVar[tuple[str, ...]] = _STUDY
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("StudyDate", "AcquisitionDate", "ContentDate")
    wants: ClassVar[tuple[str, ...]] = ("ImageType", "SeriesInstanceUID")
    fix: ClassVar[str] = (
        "Find out which of the dates a tool has changed, and use AcquisitionDate or StudyDate throughout. "
        "Images of another day may have been sent into this study."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the dates of each image; one that is derived may be of an earlier acquisition."""
        usable = {name: rows[name].mask(_is_placeholder(rows[name])) for name in self.needs}
        derived = _is_derived(rows)
        found = []
        for early, late in (("AcquisitionDate", "StudyDate"), ("ContentDate", "AcquisitionDate")):
            days = (usable[late] - usable[early]).dt.days
            wrong = days > self.days
            if late == "StudyDate":
                wrong &= ~derived
            said = "{early} of {n_files} files is {days} days before {late}."
            found.append(self.find(rows[wrong], said, early=early, late=late, days=days.convert_dtypes()))
        return joined(found)


@dataclass(frozen=True)
class BirthAfterStudy(Check):
    """A birth date lies after the study."""

    name: ClassVar[str] = "birth-after-study"
    together: ClassVar[tuple[str, ...]] = _STUDY
    level: ClassVar[Level] = "study"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("StudyInstanceUID", "StudyDate", "PatientBirthDate")
    fix: ClassVar[str] = (
        "Work out no age from these dates: one of them was mistyped, or shifted without the other."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the two dates, where neither stands for an unknown one."""
        study, birth = (rows[n].mask(_is_placeholder(rows[n])) for n in ("StudyDate", "PatientBirthDate"))
        wrong = rows[birth > study]
        return self.find(wrong, "The birth date in {n_files} files lies after the study.")


@dataclass(frozen=True)
class AgeDisagrees(Check):
    """PatientAge is not the time from birth to study."""

    name: ClassVar[str] = "age-disagrees"
    together: ClassVar[tuple[str, ...]] = _STUDY
    level: ClassVar[Level] = "study"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("StudyInstanceUID", "StudyDate", "PatientBirthDate", "PatientAge")
    wants: ClassVar[tuple[str, ...]] = ("PatientIdentityRemoved",)
    fix: ClassVar[str] = (
        "Use PatientAge where dates were shifted or birth dates blurred, which de-identification does; else "
        "the age was typed wrongly, or is that of another patient."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare ages, with the slack of their unit; 000 and birth dates after the study are left out."""
        study, birth = (rows[n].mask(_is_placeholder(rows[n])) for n in ("StudyDate", "PatientBirthDate"))
        days = (study - birth).dt.days
        parts = rows["PatientAge"].astype("str").str.strip().str.extract(f"^{_AGE}$")
        said, unit = pd.to_numeric(parts[0]), parts[1]
        worked_out = days / unit.map(_DAYS).astype(float)
        off = (said - worked_out).abs()
        wrong = (off > unit.map(_SLACK).astype(float)) & (said > 0) & (days >= 0)
        removed = pd.Series(False, index=rows.index)
        if "PatientIdentityRemoved" in rows:
            removed = (rows["PatientIdentityRemoved"].str.upper() == "YES").fillna(False).astype(bool)
        words = "PatientAge in {n_files} files is off by {off_years} years from birth to study."
        years = (off * unit.map(_DAYS).astype(float) / _DAYS["Y"]).round(1)
        return joined(
            [
                self.find(rows[wrong & ~removed], words, off_years=years),
                self.find(rows[wrong & removed], words, severity="note", off_years=years),
            ]
        )


def _is_placeholder(day: pd.Series) -> pd.Series:
    return day.isin([pd.Timestamp(text) for text in PLACEHOLDER_DATES])


def _is_derived(rows: pd.DataFrame) -> pd.Series:
    if "ImageType" not in rows:
        return pd.Series(False, index=rows.index)
    return (
        rows["ImageType"]
        .map(lambda kind: hasattr(kind, "__len__") and "DERIVED" in [str(word).upper() for word in kind])
        .astype(bool)
    )

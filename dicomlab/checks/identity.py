"""Identifiers that ought to be of one thing, and are of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Confidence, Level, Severity, joined
from dicomlab.checks.pixels_described import DESCRIBED, bytes_there, described_bytes

_COMPARED = (
    *("SOPClassUID", "TransferSyntaxUID", "SpecificCharacterSet", "PatientID", "PatientName"),
    *("PatientBirthDate", "StudyInstanceUID", "SeriesInstanceUID", "StudyDate", "SeriesNumber", "Modality"),
    *("InstanceNumber", "ImageType", "AcquisitionNumber", "AcquisitionDate", "AcquisitionTime"),
    *("ContentDate", "ContentTime", "Rows", "Columns", "NumberOfFrames", "BitsAllocated", "BitsStored"),
    *("PhotometricInterpretation", "PixelSpacing", "SliceThickness", "ImagePositionPatient"),
    *("ImageOrientationPatient", "RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth"),
)
_OF_FILES = ("content_digest", "header_bytes", "status", "TransferSyntaxUID", *DESCRIBED)
_SAME = ["SOPInstanceUID", "content", "payload", "syntax"]
_OF_ENCODING = frozenset({"TransferSyntaxUID", "PhotometricInterpretation", "SpecificCharacterSet"})


@dataclass(frozen=True)
class SameFileTwice(Check):
    """An instance comes more than once, with the same header and length."""

    name: ClassVar[str] = "same-file-twice"
    table: ClassVar[str] = "repeats"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("SOPInstanceUID", "n_series", "size", "header_digest")
    wants: ClassVar[tuple[str, ...]] = _OF_FILES
    fix: ClassVar[str] = (
        "Count one of each: leave the copies out, or scan one of the folders. Compare the files where it "
        "matters that the pixels are the same, too."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare lengths and headers of the files of each UID; all copies are one finding."""
        rows = _comparable(rows)
        copies = rows[rows.duplicated(_SAME, keep=False)]
        extra = copies.duplicated(_SAME)
        turn = copies.groupby("SeriesInstanceUID", dropna=False).cumcount()
        copies = copies.loc[turn.sort_values(kind="stable").index]  # so that each series has a file named
        is_told = copies["header_digest"].notna()
        said = "{n_copies} files repeat the SOPInstanceUID, the header and the length of another one."
        guessed = "{n_copies} files repeat the SOPInstanceUID and the length of another one."
        return joined(
            [
                self._told(copies[is_told], extra, said),
                self._told(copies[~is_told], extra, guessed, confidence="medium"),
            ]
        )

    def _told(
        self, copies: pd.DataFrame, extra: pd.Series, said: str, confidence: Confidence = "high"
    ) -> pd.DataFrame:
        n_series = copies["SeriesInstanceUID"].nunique()
        several = n_series > 1
        found = self.find(
            copies.assign(cause=0),
            said[:-1] + ", in {n_series} series." if several else said,
            by="cause",
            confidence=confidence,
            n_copies=int(extra[copies.index].sum()),
            n_series=n_series if several else None,
        )
        return found.assign(uid=None) if several and len(found) else found


@dataclass(frozen=True)
class SameUidOtherContent(Check):
    """Different files of one series have the same SOPInstanceUID."""

    name: ClassVar[str] = "same-uid-other-content"
    table: ClassVar[str] = "repeats"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = ("SOPInstanceUID", "n_series", "size", "header_digest")
    wants: ClassVar[tuple[str, ...]] = (*_COMPARED, *_OF_FILES)
    fix: ClassVar[str] = (
        "Do not key anything by SOPInstanceUID here: one of the files would replace the other. Find out "
        "which is right, or use both under file_key."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the files of each UID, and say in which attributes they differ."""
        rows = _comparable(rows)
        first = rows.drop_duplicates(_SAME)
        differ = rows[
            rows["SOPInstanceUID"].isin(first.loc[first.duplicated("SOPInstanceUID"), "SOPInstanceUID"])
        ]
        names = _differing(differ)
        is_encoding = names.map(lambda text: bool(text) and set(text.split(", ")) <= _OF_ENCODING)
        is_told = differ["header_digest"].notna()
        n_headers = differ.groupby("SOPInstanceUID")["content"].transform("nunique")
        unseen = n_headers.map(lambda n: "attributes that no column shows" if n > 1 else "length")
        n_uids = differ.groupby("SeriesInstanceUID", dropna=False)["SOPInstanceUID"].transform("nunique")
        said = "{n_uids} SOPInstanceUIDs are on files that differ (in {differ})."
        encoded = "{n_uids} instances lie here in several encodings under one SOPInstanceUID ({differ})."
        plain = differ[~is_encoding]
        return joined(
            [
                self.find(
                    plain[is_told[plain.index]],
                    said,
                    n_uids=n_uids,
                    differ=names.where(names != "", unseen),
                ),
                self.find(
                    plain[~is_told[plain.index]],
                    "{n_uids} SOPInstanceUIDs are on files of different lengths.",
                    confidence="medium",
                    n_uids=n_uids,
                ),
                self.find(differ[is_encoding], encoded, severity="warning", n_uids=n_uids, differ=names),
            ]
        )


@dataclass(frozen=True)
class UidInSeveralSeries(Check):
    """A SOPInstanceUID is in several series."""

    name: ClassVar[str] = "uid-in-several-series"
    table: ClassVar[str] = "repeats"
    together: ClassVar[tuple[str, ...]] = ("series_together",)
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = ("SOPInstanceUID", "series_together", "n_series")
    fix: ClassVar[str] = (
        "The images were copied into another series, or a tool gave UIDs that are not unique. Use the series "
        "that the scanner made, and give the others new UIDs."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the UIDs that the same series share."""
        shared = rows[rows["n_series"] > 1]
        n_uids = shared.groupby("series_together")["SOPInstanceUID"].transform("nunique")
        said = "{n_uids} SOPInstanceUIDs are in {n_series} series each."
        return self.find(shared, said, by="series_together", n_uids=n_uids, n_series=shared["n_series"])


@dataclass(frozen=True)
class SeriesInSeveralPlaces(Check):
    """A series lies in several studies, or under several patients."""

    name: ClassVar[str] = "series-in-several-places"
    table: ClassVar[str] = "shared_series"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = ("SeriesInstanceUID", "StudyInstanceUID", "PatientID")
    fix: ClassVar[str] = (
        "Find out whose images these are before they are used: files were edited, or de-identified twice, "
        "and kept their SeriesInstanceUID."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the studies and patients of each series."""
        of_series = rows.groupby("SeriesInstanceUID")
        n_studies = of_series["StudyInstanceUID"].transform("nunique")
        n_patients = of_series["PatientID"].transform("nunique")
        several = n_patients > 1
        return joined(
            [
                self.find(
                    rows[several],
                    "The files of one series are of {n_patients} patients (in {n_studies} studies).",
                    n_patients=n_patients,
                    n_studies=n_studies,
                ),
                self.find(
                    rows[~several & (n_studies > 1)],
                    "The files of one series lie in {n_studies} studies.",
                    n_studies=n_studies,
                ),
            ]
        )


@dataclass(frozen=True)
class StudyOfSeveralPatients(Check):
    """The series of one study are of several patients."""

    name: ClassVar[str] = "study-of-several-patients"
    table: ClassVar[str] = "shared_studies"
    together: ClassVar[tuple[str, ...]] = ("StudyInstanceUID",)
    level: ClassVar[Level] = "study"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = ("StudyInstanceUID", "SeriesInstanceUID", "PatientID")
    fix: ClassVar[str] = (
        "Find out whose study it is; a PatientID may have been corrected in some of its files only."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the patients of each study, series that are of several themselves left out."""
        rows = rows[~_of_several(rows, "SeriesInstanceUID")]
        rows = rows[_of_several(rows, "StudyInstanceUID")]
        n_patients = rows.groupby("StudyInstanceUID")["PatientID"].transform("nunique")
        return self.find(rows, "The series of one study are of {n_patients} patients.", n_patients=n_patients)


@dataclass(frozen=True)
class SharedFrameOfReference(Check):
    """Studies of several patients have one FrameOfReferenceUID."""

    name: ClassVar[str] = "shared-frame-of-reference"
    table: ClassVar[str] = "shared_frames"
    together: ClassVar[tuple[str, ...]] = ("FrameOfReferenceUID",)
    level: ClassVar[Level] = "study"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = (
        "FrameOfReferenceUID",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "PatientID",
    )
    fix: ClassVar[str] = (
        "Positions of different patients cannot be compared, whatever the UID says. One patient may have two "
        "identifiers here, or a tool writes one UID for all."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count the patients of each frame of reference; those of atlases (PS3.6 A) are for everybody."""
        rows = rows[~rows["FrameOfReferenceUID"].str.startswith("1.2.840.10008.").astype(bool)]
        for key in ("SeriesInstanceUID", "StudyInstanceUID"):
            rows = rows[~_of_several(rows, key)]
        rows = rows[_of_several(rows, "FrameOfReferenceUID")]
        n_patients = rows.groupby("FrameOfReferenceUID")["PatientID"].transform("nunique")
        said = "{n_patients} patients share one FrameOfReferenceUID."
        return self.find(rows, said, by="FrameOfReferenceUID", n_patients=n_patients)


@dataclass(frozen=True)
class PatientWithSeveralNames(Check):
    """Files with one PatientID have different names, birth dates or sexes."""

    name: ClassVar[str] = "patient-with-several-names"
    table: ClassVar[str] = "patients_apart"
    together: ClassVar[tuple[str, ...]] = ("PatientID",)
    level: ClassVar[Level] = "patient"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("PatientID",)
    wants: ClassVar[tuple[str, ...]] = ("PatientName", "PatientBirthDate", "PatientSex")
    fix: ClassVar[str] = (
        "Two people may have one identifier, or one a corrected name. Do not join their data before that is "
        "known."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare names by their letters, so that case, spaces and carets make no difference."""
        rows = rows[rows["PatientID"].fillna("").str.strip() != ""]
        said = {name: _letters(rows[name]) for name in self.wants if name in rows}
        n = {name: value.groupby(rows["PatientID"]).transform("nunique") for name, value in said.items()}
        names = pd.Series("", index=rows.index)
        for name, number in n.items():
            names = names.mask(number > 1, names + f", {name}")
        apart = rows[names != ""]
        # One file of each kind comes first, so that they are among those that are named.
        order = pd.DataFrame(said).loc[apart.index].duplicated().sort_values(kind="stable").index
        apart = apart.loc[order]
        return self.find(
            apart, "One PatientID comes with different values of {differ}.", differ=names.str[2:]
        )


def _comparable(rows: pd.DataFrame) -> pd.DataFrame:
    """Files of instances of one series, with `content` and `payload`, the bytes behind the header.

    A file that was cut short counts only where there is no whole one: other checks name it.
    """
    rows = rows[rows["n_series"] <= 1]
    content, payload = rows["header_digest"], rows["size"].astype("Float64")
    if "content_digest" in rows and "header_bytes" in rows:
        content, payload = rows["content_digest"], payload - rows["header_bytes"].astype("Float64")
    syntax = rows.get("TransferSyntaxUID", pd.Series("", index=rows.index))
    rows = rows.assign(content=content, payload=payload, syntax=syntax)
    is_cut = pd.Series(False, index=rows.index)
    if {"status", "header_bytes", *DESCRIBED} <= set(rows.columns):
        is_cut = (rows["status"] == "partial") | (bytes_there(rows) < described_bytes(rows))
    has_whole = (~is_cut).groupby(rows["SOPInstanceUID"]).transform("any")
    return rows[~(is_cut & has_whole)]


def _differing(rows: pd.DataFrame) -> pd.Series:
    """The attributes in which the files of each UID differ, as text."""
    names = pd.Series("", index=rows.index)
    for name in (name for name in _COMPARED if name in rows):
        value = rows[name].map(lambda cell: tuple(cell) if hasattr(cell, "__len__") else cell)
        code = pd.Series(pd.factorize(value)[0], index=rows.index).groupby(rows["SOPInstanceUID"])
        names = names.mask(code.transform("min") < code.transform("max"), names + f", {name}")
    return names.str[2:]


def _of_several(rows: pd.DataFrame, key: str) -> pd.Series:
    """Which rows have a key that is of several patients."""
    return rows.groupby(key)["PatientID"].transform("nunique").fillna(0) > 1


def _letters(value: pd.Series) -> pd.Series:
    """Texts by their letters and digits; others as they are."""
    if not pd.api.types.is_string_dtype(value):
        return value
    bare = value.str.casefold().str.replace(r"[\W_]+", "", regex=True)
    return bare.mask(bare == "")

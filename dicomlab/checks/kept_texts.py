"""Texts of headers that say they name nobody, which may name somebody all the same: `kept_texts`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa

from dicomlab.checks.base import Readable
from dicomlab.checks.private_names import ONE_OF_A_SERIES
from dicomlab.checks.queries import Instances, instance_columns
from dicomlab.schema.columns import Columns

DIRECT = tuple(
    "OtherPatientIDs OtherPatientNames PatientBirthName PatientMotherBirthName PatientAddress "
    "PatientTelephoneNumbers MedicalRecordLocator ReferringPhysicianName ReferringPhysicianAddress "
    "ReferringPhysicianTelephoneNumbers PhysiciansOfRecord PerformingPhysicianName "
    "NameOfPhysiciansReadingStudy RequestingPhysician ResponsiblePerson InstitutionAddress "
    "ScheduledPerformingPhysicianName".split()
)
"""Attributes that are of a person by themselves; the basic profile removes or empties them (PS3.15 E.1)."""
FREE = tuple(
    "StudyDescription SeriesDescription ProtocolName ImageComments PatientComments StudyComments "
    "AdditionalPatientHistory RequestedProcedureDescription PerformedProcedureStepDescription "
    "CommentsOnThePerformedProcedureStep AcquisitionComments VisitComments ReasonForStudy "
    "AdmittingDiagnosesDescription DerivationDescription RequestedProcedureComments "
    "ImagingServiceRequestComments FrameComments MedicalAlerts Allergies Occupation PatientState "
    "SpecialNeeds StudyID RequestedProcedureID AccessionNumber InstitutionalDepartmentName".split()
)
"""Attributes that people type into."""

_WORD = r"[A-ZÀ-Þ][\w'’.-]+"
PATTERNS = {
    "a telephone number": (
        r"(?:\+|\b00)\d[\d ()/.-]{7,}\d"
        r"|(?i:\b(?:tel|phone|fon|fax|mobile|cell|telefon|téléphone|ph)\w*[.:# ]*)[+(]?\d[\d ()/.-]{5,}\d"
        r"|\(\d{3}\) ?\d{3}[-. ]\d{4}\b|\b\d{3}[-.]\d{3}[-.]\d{4}\b"
    ),
    "an e-mail address": r"[\w.+-]+@[\w-]+\.[\w.-]+",
    "a number of a patient": (
        r"(?i:\b(?:mrn|med(?:ical)?\.? ?rec(?:ord)?\w*|(?:patient|pat\.?|hosp(?:ital)?)[ _]?(?:id|no|nr)"
        r"|nhs|ssn|fiscal code)\b)[ .:#=-]*\w*\d{3,}|\b\d{3}-\d{2}-\d{4}\b"
    ),
    "an address": (
        rf"\b\d{{1,5}}[a-z]?,? (?:{_WORD} ){{1,3}}"
        r"(?i:street|st\.|road|rd\b|avenue|ave\b|lane|drive|boulevard|blvd)"
        r"|\b[\w-]+(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee) ?\d{1,4}\b"
        rf"|(?i:\b(?:rue|via|calle|avenida|rua))\b (?:[\w']+ ){{1,4}}\d{{1,4}}\b|\b\d{{1,4}},? rue\b"
    ),
    "a date of birth": (
        r"(?i:\b(?:dob|d\.o\.b\.?|born|birth\w*|geb\w*))[.:* ]*(?:on )?"
        r"\d{1,4}[./ -]?\d{1,2}[./ -]?\d{1,4}"
    ),
    "a name": (
        rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Sig|Sra?)\b\.? {_WORD}"
        rf"|(?i:\b(?:name|patient|pt|surname))\s*[:=]\s*{_WORD}|\b[^\W\d_]{{2,}}\^[^\W\d_]{{2,}}"
    ),
}
"""What a text holds that may name somebody, and what it looks like."""
_INSTANCES = Instances({}, "JOIN named USING (file_key)")


class KeptTexts:
    """One row for each text of a series whose identity was removed that may name somebody.

    attribute: its keyword; value: the text of an attribute of a person, which the check looks at; holds: what
    a text that people type holds by its looks. One file of each series is read.
    """

    def columns(self, catalog: Readable) -> list[str]:
        """The columns; without kept headers those of the instances only."""
        have = instance_columns(catalog)
        can = catalog.keeps_headers and {"PatientIdentityRemoved", "SeriesInstanceUID"} <= set(have)
        return [
            *_INSTANCES.columns(catalog),
            *(["kept_headers", "attribute", "value", "holds"] if can else []),
        ]

    def blocks(
        self, catalog: Readable, names: Sequence[str], *, together: Sequence[str], rows: int
    ) -> Iterator[pd.DataFrame]:
        """All rows in one block."""
        found = [pd.DataFrame(columns=["file_key", "attribute", "value", "holds"], dtype="str")]
        for some in catalog.read_headers(Columns.only(*DIRECT, *FREE), ONE_OF_A_SERIES):
            cells = some.melt("file_key", var_name="attribute").dropna(subset=["value"])
            cells["value"] = cells["value"].map(_as_text).astype("str")
            is_free = cells["attribute"].isin(FREE)
            holds = cells["value"].where(is_free, "").map(what_it_holds)
            found.append(cells.assign(holds=holds)[~is_free | (holds != "")].astype("str"))
        texts = pd.concat(found, ignore_index=True)
        own = [n for n in names if n not in ("file_key", "kept_headers", "attribute", "value", "holds")]
        keys = pa.table({"file_key": pa.array(texts["file_key"].unique(), pa.string())})
        about = catalog.arrow(_INSTANCES.query(catalog, ["file_key", *own]), {"named": keys}).to_pandas()
        yield texts.merge(about, on="file_key").assign(kept_headers=True)


def what_it_holds(text: str) -> str:
    """What in a text may name somebody, in words; nothing where nothing looks like it.

    >>> what_it_holds("call tel. 030 1234567"), what_it_holds("MR Head 3D T1 1.2 mm")
    ('a telephone number', '')
    """
    return next((what for what, pattern in PATTERNS.items() if re.search(pattern, text[:2_000])), "")


def _as_text(value: object) -> str:
    is_list = not isinstance(value, str) and hasattr(value, "__iter__")
    return "\\".join(map(str, value)) if is_list else str(value)  # type: ignore[call-overload]

"""Hints that files tell who the patient is where one would not look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, joined
from dicomlab.checks.bounds import PLACEHOLDER_TEXT
from dicomlab.checks.queries import ENCAPSULATED, SCREEN_WORDS
from dicomlab.placeholder_names import is_placeholder
from dicomlab.volumes.base import is_secondary

_LEFT = ("PatientName", "PatientBirthDate", "OperatorsName", "InstitutionName")
_PERSON = r"[^\W\d_]{2,}(?:[ '’-][^\W\d_]+)*\^[^\W\d_]{2,}.*"
"""What the name of a person looks like; pseudonyms are one word, or have digits."""


@dataclass(frozen=True)
class BurnedIn(Check):
    """Files say that their pixels hold annotations that may name the patient."""

    name: ClassVar[str] = "burned-in"
    table: ClassVar[str] = "hints"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("BurnedInAnnotation",)
    fix: ClassVar[str] = "Share none of them before the pixels were looked at, or blacked out."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Believe BurnedInAnnotation."""
        said = "{n_files} files say YES in BurnedInAnnotation."
        return self.find(rows[rows["BurnedInAnnotation"].fillna("").str.upper() == "YES"], said)


@dataclass(frozen=True)
class LikelyBurnedIn(Check):
    """Pixels are of a kind that often shows names, and nothing says that they do not."""

    name: ClassVar[str] = "likely-burned-in"
    table: ClassVar[str] = "hints"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = ("SOPClassUID", "Modality", "BurnedInAnnotation")
    wants: ClassVar[tuple[str, ...]] = ("image_type",)
    fix: ClassVar[str] = "Look at some of them before any is shared."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for ultrasound, secondary captures, screen shots and documents."""
        rows = rows[~rows["BurnedInAnnotation"].fillna("").str.upper().isin(["YES", "NO"])]
        kind = rows["SOPClassUID"].fillna("")
        what = pd.Series("", index=rows.index)
        if "image_type" in rows:
            screens = rows["image_type"].fillna("").str.upper().str.contains(SCREEN_WORDS, regex=True)
            what = what.mask(screens, "screen shots")
        what = what.mask(rows["Modality"].isin(["US", "IVUS"]), "ultrasound")
        what = what.mask(is_secondary(kind), "secondary captures")
        what = what.mask(kind.str.startswith(ENCAPSULATED), "documents")
        said = "{n_files} files are {what}, which often show names; BurnedInAnnotation says nothing."
        odd = rows.assign(what=what)[what != ""]
        return self.find(odd, said, by=["device", "what"], confidence="medium", what=odd["what"])


@dataclass(frozen=True)
class IdentityLeft(Check):
    """Files say that the identity was removed, and hold attributes that go with it."""

    name: ClassVar[str] = "identity-left"
    table: ClassVar[str] = "hints"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("PatientIdentityRemoved",)
    wants: ClassVar[tuple[str, ...]] = _LEFT
    fix: ClassVar[str] = (
        "See whether the values are true ones. The basic profile empties, removes or replaces them (PS3.15 "
        "E.1), and an option may keep some."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for values that are no placeholder; a birth date of 1 January counts as blurred."""
        rows = rows[rows["PatientIdentityRemoved"].fillna("").str.upper() == "YES"]
        names = pd.Series("", index=rows.index)
        for name in (name for name in _LEFT if name in rows):
            has = _names_a_person if name == "PatientName" else _says_something
            names = names.mask(has(rows[name]), names + f", {name}")
        odd = rows[names != ""]
        said = "{n_files} files say that the identity was removed, with {attributes} left."
        return self.find(odd, said, confidence="low", attributes=names.str[2:])


@dataclass(frozen=True)
class PrivateNamesLeft(Check):
    """Files say that the identity was removed, and private elements hold names.

    Elements are those that pydicom's dictionary has as names of people (PN); one file a series is read.
    """

    name: ClassVar[str] = "private-names-left"
    table: ClassVar[str] = "private_names"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "element", "value")
    fix: ClassVar[str] = (
        "See whether the values are true ones. The basic profile removes all private elements, and an option "
        "keeps those that are known to be safe (PS3.15 E.3.10)."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for values that are no placeholder."""
        odd = rows[_says_something(rows["value"])]
        said = "{n_files} series say that the identity was removed, with {elements} left."
        return self.find(odd, said, confidence="low", elements=odd["element"])


@dataclass(frozen=True)
class IdentityInText(Check):
    """The identity is said to be removed, and texts may name somebody all the same.

    Descriptions and comments are searched for what looks like a name, a number or an address; attributes of
    a person count with any value. One file of each series is read.
    """

    name: ClassVar[str] = "identity-in-text"
    table: ClassVar[str] = "kept_texts"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "attribute", "value", "holds")
    fix: ClassVar[str] = (
        "Read these texts before any file is shared, and empty or replace them in all files of the series: "
        "the basic profile removes comments and cleans descriptions (PS3.15 E.1, E.3.5)."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One finding per machine and kind of text."""
        texts = rows[rows["holds"] != ""]
        direct = rows[(rows["holds"] == "") & _says_something(rows["value"])]
        return joined(
            [
                self.find(
                    texts,
                    "{n_files} series say that the identity was removed; {attributes} may hold {holds}.",
                    by=["device", "holds"],
                    confidence="low",
                    attributes=texts["attribute"],
                    holds=texts["holds"],
                ),
                self.find(
                    direct,
                    "{n_files} series say that the identity was removed, with {attributes} left.",
                    confidence="low",
                    attributes=direct["attribute"],
                ),
            ]
        )


def _names_a_person(value: pd.Series) -> pd.Series:
    """Which texts look like the name of a person, and not like one that stands for none."""
    text = value.fillna("").astype("str").str.strip().str.rstrip("^")
    looks = text.str.fullmatch(_PERSON).astype(bool)
    stands = text.map(lambda name: any(is_placeholder(part) for part in name.split("^")[:2] if part))
    return looks & ~stands.astype(bool)


def _says_something(value: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(value):
        return value.notna() & ~((value.dt.day == 1) & (value.dt.month == 1))
    is_list = value.map(lambda cell: not isinstance(cell, str) and hasattr(cell, "__len__")).astype(bool)
    text = value.mask(is_list, value[is_list].map(lambda cell: "^".join(map(str, cell))))
    text = text.fillna("").astype("str").str.strip()
    return (text != "") & ~text.str.fullmatch(PLACEHOLDER_TEXT, case=False).astype(bool)

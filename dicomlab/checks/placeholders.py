"""Values that stand for none, and values that no patient or machine has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, joined
from dicomlab.checks.bounds import NUMBER_RULES, PLACEHOLDER_TEXT, TEXTS

_SEVERITIES: tuple[Severity, ...] = ("warning", "note")


@dataclass(frozen=True)
class PlaceholderNumber(Check):
    """A number is zero where that means nothing, or is out of all bounds."""

    name: ClassVar[str] = "placeholder-number"
    table: ClassVar[str] = "odd_values"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = ("Modality",)
    wants: ClassVar[tuple[str, ...]] = tuple(dict.fromkeys(rule.name for rule in NUMBER_RULES))
    fix: ClassVar[str] = "Take these numbers for unknown, and leave them out of means and plots."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Hold each number against its bounds, in the modalities that it is of."""
        found = [rows.head(0).assign(attribute="", what="", severity="")]
        for rule in (rule for rule in NUMBER_RULES if rule.name in rows):
            value = rows[rule.name].astype("Float64")
            own = rows["Modality"].isin(rule.modalities) if rule.modalities else rows["file_key"].notna()
            for wrong, words in ((value <= rule.low, "zero or less"), (value > rule.high, "far too large")):
                odd = rows[(wrong & own).fillna(False).astype(bool)]
                found.append(odd.assign(attribute=rule.name, what=words, severity=rule.severity))
        odd = pd.concat(found, ignore_index=True)
        said = "{attribute}: {what} in {n_files} files."
        return joined(
            self.find(
                some,
                said,
                by=["device", "what"],
                severity=one,
                attribute=some["attribute"],
                what=some["what"],
            )
            for one in _SEVERITIES
            for some in [odd[odd["severity"] == one]]
        )


@dataclass(frozen=True)
class PlaceholderText(Check):
    """A machine is named by a word that stands for none, such as UNKNOWN or 0000."""

    name: ClassVar[str] = "placeholder-text"
    table: ClassVar[str] = "odd_values"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = ("Modality",)
    wants: ClassVar[tuple[str, ...]] = TEXTS
    fix: ClassVar[str] = (
        "Do not count machines or protocols by it: several may share the word. `list_devices` takes a table "
        "of names that are known."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for such words in what names the machine and the protocol."""
        odd = marked(rows, {name: _is_none(rows[name]) for name in TEXTS if name in rows})
        said = "{attribute}: a word that stands for none in {n_files} files."
        return self.find(odd, said, attribute=odd["attribute"])


def marked(rows: pd.DataFrame, wrong: Mapping[str, Any]) -> pd.DataFrame:
    """The rows in which an attribute is wrong, one for each `attribute`."""
    found = [rows[is_so].assign(attribute=name) for name, is_so in wrong.items()]
    return pd.concat([rows.head(0).assign(attribute=""), *found], ignore_index=True)


def _is_none(text: pd.Series) -> np.ndarray:
    known = text.fillna("").astype("str").str.strip()
    return np.asarray(known.str.fullmatch(PLACEHOLDER_TEXT, case=False).astype(bool))

"""Attributes that a file must have because of what another one says (types 1C and 2C of PS3.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, joined, no_findings


class Rule(NamedTuple):
    """When `when` is so, one of `attributes` must be there: with a value, if `has_value`."""

    attributes: tuple[str, ...]
    columns: tuple[str, ...]
    when: str
    """SQL over these columns of the instances."""
    reason: str
    severity: Severity = "warning"
    has_value: bool = True
    present: str | None = None
    """An attribute at the top that must have a value for the rule to count."""


_FRAMED = ", ".join(
    f"'1.2.840.10008.5.1.4.1.1.{kind}'"
    for kind in ("3.1", "7.1", "7.2", "7.3", "7.4", "12.1", "12.2", "20", "481.2")
)
# The ratio is of type 1C here; of other images, such as CT and US, it is of type 3.
_RATIO = ", ".join(
    f"'1.2.840.10008.5.1.4.1.1.{kind}'"
    for kind in (
        "1.1",
        "1.1.1",
        "1.2",
        "1.2.1",
        "1.3",
        "1.3.1",
        "2.1",
        "4.1",
        "130",
        "12.1.1",
        "12.2.1",
        "77.1.6",
    )
)
_PALETTE = ("Red", "Green", "Blue")
RULES = (
    Rule(
        ("PlanarConfiguration",), ("SamplesPerPixel",), "i.SamplesPerPixel > 1", "SamplesPerPixel is over 1"
    ),
    *(
        Rule(
            (f"{colour}PaletteColorLookupTableDescriptor",),
            ("PhotometricInterpretation",),
            "trim(i.PhotometricInterpretation) = 'PALETTE COLOR'",
            "PhotometricInterpretation is PALETTE COLOR",
        )
        for colour in _PALETTE
    ),
    Rule(
        ("FrameIncrementPointer",),
        ("NumberOfFrames", "SOPClassUID"),
        f"i.NumberOfFrames > 1 AND i.SOPClassUID IN ({_FRAMED})",
        "there are several frames",
    ),
    Rule(
        ("GridFrameOffsetVector",),
        ("NumberOfFrames", "SOPClassUID"),
        "i.NumberOfFrames > 1 AND i.SOPClassUID = '1.2.840.10008.5.1.4.1.1.481.2'",
        "a dose has several frames",
    ),
    Rule(
        ("DoseGridScaling",),
        ("Rows", "SOPClassUID"),
        "i.\"Rows\" > 0 AND i.SOPClassUID = '1.2.840.10008.5.1.4.1.1.481.2'",
        "a dose has a grid",
    ),
    Rule(("RescaleSlope",), (), "true", "RescaleIntercept is there", present="RescaleIntercept"),
    Rule(("WindowWidth",), (), "true", "WindowCenter is there", present="WindowCenter"),
    *(
        Rule(
            (name,),
            ("LossyImageCompression", "SOPClassUID"),
            f"trim(i.LossyImageCompression) = '01' AND i.SOPClassUID IN ({_RATIO})",
            "LossyImageCompression is 01",
        )
        for name in ("LossyImageCompressionRatio", "LossyImageCompressionMethod")
    ),
    Rule(
        ("DeidentificationMethod", "DeidentificationMethodCodeSequence"),
        ("PatientIdentityRemoved",),
        "upper(trim(i.PatientIdentityRemoved)) = 'YES'",
        "PatientIdentityRemoved is YES",
    ),
    Rule(
        ("DecayFactor",),
        ("DecayCorrection", "SOPClassUID"),
        "trim(i.DecayCorrection) <> 'NONE' AND i.SOPClassUID = '1.2.840.10008.5.1.4.1.1.128'",
        "DecayCorrection is not NONE",
    ),
    Rule(
        ("InversionTime",),
        ("ScanningSequence", "SOPClassUID"),
        "list_contains(i.ScanningSequence, 'IR') AND i.SOPClassUID = '1.2.840.10008.5.1.4.1.1.4'",
        "ScanningSequence has IR",
        "note",
        has_value=False,
    ),
    Rule(
        ("RepetitionTime",),
        ("ScanningSequence", "SOPClassUID"),
        "NOT list_contains(i.ScanningSequence, 'EP') AND i.SOPClassUID = '1.2.840.10008.5.1.4.1.1.4'",
        "ScanningSequence has no EP",
        "note",
        has_value=False,
    ),
    # PS3.3 C.8.9.1: type 3, and body weight where it is absent; many a lean body mass was taken for it.
    Rule(
        ("SUVType",),
        ("Units", "Modality"),
        "upper(trim(i.Units)) = 'GML' AND i.Modality = 'PT'",
        "Units are GML",
        "note",
    ),
)
"""Of the image, PET, MR, dose and patient modules (PS3.3 C.7, C.8, C.11); of the top of a data set."""

ATTRIBUTES = tuple(
    dict.fromkeys(
        name for rule in RULES for name in (*rule.attributes, *([rule.present] if rule.present else []))
    )
)


def conditions_sql(have: Iterable[str]) -> str:
    """Which rules ask something of an instance, as the bits of one number."""
    columns = set(have)
    bits = [
        f"CASE WHEN {rule.when} THEN {1 << n} ELSE 0 END"
        for n, rule in enumerate(RULES)
        if set(rule.columns) <= columns
    ]
    return f"({' + '.join(bits) or '0'})::BIGINT"


@dataclass(frozen=True)
class MissingConditional(Check):
    """Attributes that others of the file demand (types 1C, 2C) are not there."""

    name: ClassVar[str] = "missing-conditional"
    table: ClassVar[str] = "headers"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("kept_headers", "conditions", "absent", "empty", "files")
    unless: ClassVar[tuple[str, ...]] = ()
    fix: ClassVar[str] = (
        "Do not guess the values: ask for the originals, or see in the manual of what made the files what it "
        "leaves out."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Hold each rule against the files that it asks something of."""
        absent, empty = (rows[name].astype("str").str.split().map(frozenset) for name in ("absent", "empty"))
        found = []
        for n, rule in enumerate(RULES):
            lacks = absent.map(lambda names, rule=rule: names.issuperset(rule.attributes))
            if rule.has_value:
                both = [one | other for one, other in zip(absent, empty, strict=True)]
                lacks = pd.Series([names.issuperset(rule.attributes) for names in both], index=rows.index)
            asked = (rows["conditions"].astype("int64") // (1 << n)) % 2 == 1
            if rule.present is not None:
                asked &= ~absent.map(lambda names, rule=rule: rule.present in names).astype(bool)
                asked &= ~empty.map(lambda names, rule=rule: rule.present in names).astype(bool)
            odd = rows[asked & lacks.astype(bool)]
            found.append(
                odd.assign(attribute=" or ".join(rule.attributes), rule=rule.reason, weight=rule.severity)
            )
        odd = pd.concat(found, ignore_index=True)
        if odd.empty:
            return no_findings()
        said = "{n_files} files lack {attribute}, which must be there: {reason}."
        return joined(
            self.find(
                own,
                said,
                by=["device", "rule"],
                severity=severity,
                attribute=own["attribute"],
                reason=own["rule"],
            )
            for severity in ("warning", "note")
            for own in [odd[odd["weight"] == severity]]
        )

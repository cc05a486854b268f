"""What dose, weight and times of tracers must be for uptake to be measured; and offsets of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity
from dicomlab.checks.queries import Instances

_INJECTED = (
    'coalesce(i."RadiopharmaceuticalStartDateTime", i."AcquisitionDate" + i."RadiopharmaceuticalStartTime")'
)
_AFTER = f'(epoch({_INJECTED}) - epoch(i."AcquisitionDate" + i."AcquisitionTime"))'
_ONLY_TIME = 'i."RadiopharmaceuticalStartDateTime" IS NULL'
_HALF_A_DAY = 12 * 3600
# A time without a date that is far later is one of the evening before.
_INJECTED_AFTER_S = f"CASE WHEN NOT ({_ONLY_TIME} AND {_AFTER} > {_HALF_A_DAY}) THEN {_AFTER} END"
LEAST_AFTER_S = 300
"""Seconds after the start of the acquisition up to which an injection is one of a dynamic study."""
_TIMES = ("AcquisitionDate", "AcquisitionTime", "RadiopharmaceuticalStartDateTime")


class OddTracers(Instances):
    """Images whose uptake cannot be measured: no weight, or a tracer that was given after the images.

    injected_after_s: seconds from acquisition to injection; null where one of them is not known.
    """

    def columns(self, catalog: object) -> list[str]:
        """The columns that the table has; `injected_after_s` where all times are there."""
        have = super().columns(catalog)  # type: ignore[arg-type]
        has_times = {*_TIMES, "RadiopharmaceuticalStartTime"} <= set(have)
        return [name for name in have if name != "injected_after_s" or has_times]


ODD_TRACERS = OddTracers(
    {"injected_after_s": f"({_INJECTED_AFTER_S})::DOUBLE"},
    any_of=[
        ((*_TIMES, "RadiopharmaceuticalStartTime"), f"{_INJECTED_AFTER_S} > {LEAST_AFTER_S}"),
        (("Modality", "Units", "PatientWeight"), "i.Modality = 'PT' AND i.PatientWeight IS NULL"),
    ],
)


def _minutes(column: str) -> str:
    text = f"trim(i.{column})"
    number = f"(CAST({text}[2:3] AS INTEGER) * 60 + CAST({text}[4:5] AS INTEGER))"
    is_offset = f"regexp_full_match({text}, '[+-][0-9]{{4}}')"
    return f"CASE WHEN {is_offset} THEN CASE WHEN {text}[1] = '-' THEN -1 ELSE 1 END * {number} END"


_OFFSETS = tuple(
    f"{name}_utc_offset_minutes"
    for name in ("AcquisitionDateTime", "RadiopharmaceuticalStartDateTime", "RadiopharmaceuticalStopDateTime")
)
OTHER_OFFSETS = Instances(
    {"offset_minutes": f"({_minutes('TimezoneOffsetFromUTC')})::DOUBLE"},
    any_of=[
        *(
            (("TimezoneOffsetFromUTC", name), f'i."{name}" <> {_minutes("TimezoneOffsetFromUTC")}')
            for name in _OFFSETS
        ),
        (
            ("TimezoneOffsetFromUTC", "StudyInstanceUID"),
            "i.StudyInstanceUID IN (SELECT StudyInstanceUID FROM instances GROUP BY 1 "
            "HAVING count(DISTINCT trim(TimezoneOffsetFromUTC)) > 1)",
        ),
    ],
)
"""Instances whose date-times have another offset than the file says, and studies with several offsets."""


@dataclass(frozen=True)
class InjectionAfter(Check):
    """By the times of the header the tracer was given after the acquisition."""

    seconds: int = LEAST_AFTER_S
    """How long after the start of the acquisition an injection may be, as in a dynamic study."""

    name: ClassVar[str] = "injection-after-acquisition"
    table: ClassVar[str] = "odd_tracers"
    together: ClassVar[tuple[str, ...]] = ("StudyInstanceUID",)
    level: ClassVar[Level] = "study"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("StudyInstanceUID", "injected_after_s")
    fix: ClassVar[str] = (
        "Do not work out uptake (SUV) from these times: see which of the two clocks was wrong, or whether "
        "the injection was typed in with another day."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Compare the two times; a time of day without a date may be of the evening before."""
        after = rows["injected_after_s"]
        odd = rows[(after > self.seconds).fillna(False).astype(bool)]
        minutes = (after / 60).round(1)
        return self.find(
            odd,
            "In {n_files} files the injection comes {minutes} min after the acquisition began.",
            minutes=minutes,
        )


@dataclass(frozen=True)
class MissingWeight(Check):
    """PET images in Bq/ml come without the weight of the patient."""

    name: ClassVar[str] = "missing-weight"
    table: ClassVar[str] = "odd_tracers"
    together: ClassVar[tuple[str, ...]] = ("device",)
    level: ClassVar[Level] = "device"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("Modality", "Units", "PatientWeight")
    fix: ClassVar[str] = (
        "Uptake (SUV) needs it: take the weight from the report or the information system, and ask why it "
        "was not entered, or who removed it."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for activity per volume that no weight goes with."""
        is_activity = rows["Units"].fillna("").astype("str").str.strip().str.upper() == "BQML"
        odd = rows[(rows["Modality"] == "PT") & is_activity & rows["PatientWeight"].isna()]
        return self.find(odd, "{n_files} PET images in BQML have no PatientWeight.")


@dataclass(frozen=True)
class OffsetsDisagree(Check):
    """Offsets from UTC disagree inside a file, or between the files of a study."""

    name: ClassVar[str] = "offsets-disagree"
    table: ClassVar[str] = "other_offsets"
    together: ClassVar[tuple[str, ...]] = ("StudyInstanceUID",)
    level: ClassVar[Level] = "study"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("StudyInstanceUID", "TimezoneOffsetFromUTC", "offset_minutes")
    wants: ClassVar[tuple[str, ...]] = _OFFSETS
    fix: ClassVar[str] = (
        "Compare times of these files with those of others only after the right offset is known: a computer "
        "may have the wrong time zone, or none for the summer."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Gather the offsets of each study, those of single values too."""
        names = [name for name in ("offset_minutes", *_OFFSETS) if name in rows]
        each = rows.melt("StudyInstanceUID", names, value_name="minutes").dropna(subset=["minutes"])
        said = each.drop_duplicates(["StudyInstanceUID", "minutes"]).sort_values("minutes")
        listed = (
            said.groupby("StudyInstanceUID")["minutes"].agg(list).map(lambda found: tuple(map(int, found)))
        )
        several = listed[listed.map(len) > 1]
        odd = rows[rows["StudyInstanceUID"].isin(several.index)]
        minutes = odd["StudyInstanceUID"].map(several)
        return self.find(odd, "The study has times with offsets of {minutes} min from UTC.", minutes=minutes)


def _whole_numbers(found: list[float]) -> tuple[int, ...]:
    return tuple(map(int, found))

"""Columns in one unit, beside verbatim ones that makers write in several.

A row of UNIT_ROWS is a column, its level, unit and flags as in DEFAULT_ROWS, the verbatim columns that
it is made from, and the rule. `header.units` has the rules as code.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from dicomlab.schema.columns import Column, Columns, Level, RollUp
from dicomlab.schema.frames import frame_columns

UNIT_ROWS: tuple[tuple[str, Level, str, str, str, str], ...] = (
    (
        "patient_size_m",
        "study",
        "m",
        "phi",
        "PatientSize",
        "Metres (PS3.3 C.7.2.2) from 0.2 to 2.5; 100 to 250 are centimetres, 1000 to 2500 millimetres. "
        "20 to 100 may be inches, or a child in centimetres: null.",
    ),
    (
        "exposure_mas",
        "instance",
        "mAs",
        "median",
        "ExposureInuAs Exposure",
        "ExposureInuAs / 1000, else Exposure (PS3.3 C.8.2.1, C.8.7.2). Where both agree the first is the "
        "finer one; where both have the same number, that is mAs; where they contradict each other, null.",
    ),
    (
        "exposure_time_ms",
        "instance",
        "ms",
        "median",
        "ExposureTimeInuS ExposureTime",
        "ExposureTimeInuS / 1000, else ExposureTime (PS3.3 C.8.2.1, C.8.7.2), as exposure_mas.",
    ),
    (
        "x_ray_tube_current_ma",
        "instance",
        "mA",
        "median",
        "XRayTubeCurrentInuA XRayTubeCurrent",
        "XRayTubeCurrentInuA / 1000, else XRayTubeCurrent (PS3.3 C.8.2.1, C.8.7.2), as exposure_mas.",
    ),
    (
        "revolution_time_ms",
        "series",
        "ms",
        "median",
        "RevolutionTime",
        "RevolutionTime is in seconds where ExposureTime is in ms (PS3.3 C.8.15.3.2): 0.05 to 60 times 1000. "
        "100 to 60,000 are taken for ms.",
    ),
    (
        "ctdivol_mgy",
        "instance",
        "mGy",
        "median",
        "CTDIvol",
        "CTDIvol (PS3.3 C.8.2.1) above 0 and up to 10,000. Still of a phantom: see ctdi_phantom_type.",
    ),
    (
        "dose_area_product_gy_cm2",
        "instance",
        "Gy.cm2",
        "median",
        "ImageAndFluoroscopyAreaDoseProduct AcquiredImageAreaDoseProduct",
        "A tenth of ImageAndFluoroscopyAreaDoseProduct (PS3.3 C.8.7.2), else of AcquiredImageAreaDoseProduct "
        "(C.8.19.3), both in dGy.cm2.",
    ),
    (
        "entrance_dose_mgy",
        "instance",
        "mGy",
        "median",
        "EntranceDoseInmGy EntranceDose",
        "EntranceDoseInmGy, else 100 times EntranceDose, a whole number of dGy (PS3.3 C.8.7.8). One exposure "
        "in CR, DX or MG does not reach 1 dGy, so that EntranceDose there is in another unit: null.",
    ),
    (
        "organ_dose_mgy",
        "instance",
        "mGy",
        "median",
        "OrganDose",
        "100 times OrganDose, which is in dGy (PS3.3 C.8.7.8), up to 0.1. From 0.3 to 30 it is taken for "
        "mGy: no exposure gives an organ 30 mGy. Between is null.",
    ),
    (
        "imaging_frequency_mhz",
        "series",
        "MHz",
        "median",
        "ImagingFrequency",
        "MHz (PS3.3 C.8.3.1) up to 1000; 10^6 to 10^9 are Hz.",
    ),
    (
        "magnetic_field_strength_t",
        "series",
        "T",
        "median",
        "MagneticFieldStrength",
        "Tesla (PS3.3 C.8.3.1) up to 25; 10,000 to 250,000 are gauss. Between, gauss or millitesla, "
        "whichever imaging_frequency_mhz fits for 1H (42.577 MHz/T) to 10 %; else null.",
    ),
    (
        "repetition_time_ms",
        "series",
        "ms",
        "median",
        "RepetitionTime",
        "Milliseconds (PS3.3 C.8.3.1) where EchoTime is 0.5 or more, or RepetitionTime 20 or more. A "
        "RepetitionTime below 0.5 is in seconds, one over 100,000, or with an EchoTime over 3000, in "
        "microseconds. What is left is null.",
    ),
    (
        "echo_time_ms",
        "instance",
        "ms",
        "median",
        "EchoTime",
        "In the unit that repetition_time_ms finds.",
    ),
    (
        "radionuclide_total_dose_mbq",
        "series",
        "MBq",
        "median",
        "RadionuclideTotalDose",
        "Bq in PT (PS3.3 C.8.9.2), MBq in NM (C.8.4.10) and Enhanced PET (C.8.22.4), and not always so: by "
        "its size, MBq from 1 to 20,000, Bq from 100,000 to 10^11; else null.",
    ),
    (
        "focus_depth_mm",
        "instance",
        "mm",
        "median",
        "FocusDepth DepthsOfFocus",
        "10 times FocusDepth, which is in cm (PS3.3 C.8.5.6), if that is no deeper than DepthOfScanField, or "
        "than 300 mm; else as mm, if that is. Without FocusDepth, a single DepthsOfFocus in mm.",
    ),
    (
        "transducer_frequency_mhz",
        "instance",
        "MHz",
        "median",
        "TransducerFrequency",
        "A thousandth of TransducerFrequency, which is in kHz (PS3.3 C.8.5.5), from 500 to 100,000; up to "
        "100 are MHz, 500,000 to 10^8 are Hz.",
    ),
)


@dataclass(frozen=True)
class UnitColumn:
    """A column in one unit, and the verbatim columns it is made from, best first."""

    column: Column
    sources: tuple[str, ...]


@cache
def _all_columns() -> tuple[UnitColumn, ...]:
    return tuple(_made(*row) for row in UNIT_ROWS)


def _made(name: str, level: Level, unit: str, flags: str, sources: str, meaning: str) -> UnitColumn:
    rollup: RollUp = "median" if "median" in flags.split() else "same"
    phi = "phi" in flags.split()
    column = Column(name, meaning, level, vr="FD", tag=0, unit=unit, phi=phi, rollup=rollup)
    return UnitColumn(column, tuple(sources.split()))


def unit_columns(names: Collection[str]) -> tuple[UnitColumn, ...]:
    """The columns in one unit that a table has beside columns of these names.

    >>> [found.column.name for found in unit_columns(["CTDIvol", "Rows"])]
    ['ctdivol_mgy']
    """
    return tuple(
        found
        for found in _all_columns()
        if found.column.name not in names and any(source in names for source in found.sources)
    )


@cache
def frame_unit_columns(columns: Columns) -> tuple[UnitColumn, ...]:
    """The same for the frames: those of which frames have a verbatim column."""
    names = {found.column.name for found in frame_columns(columns)}
    return tuple(
        found for found in unit_columns(columns.names) if any(source in names for source in found.sources)
    )

"""Which values stand for none: dates, words, and numbers out of their bounds."""

from __future__ import annotations

from typing import Literal, NamedTuple

OF_IMAGES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
FIRST_IMAGES = "1970-01-01"
"""Before this day nobody wrote digital images."""
DAYS_AWAY = 2
"""A date-time that is so many days from the other dates of its file is not believed."""
PLACEHOLDER_DATES = (
    *("0001-01-01", "1111-11-11", "1800-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01"),
    *("1970-01-01", "2999-12-31", "9999-12-31"),
)
"""Days that programs write where they know none: the beginnings and ends of their calendars."""

PLACEHOLDER_TEXT = (
    r"[0.\-_ #*?]+|x{2,}|n[./]?a\.?|none|null|nil|unknown|undefined|unspecified"
    r"|not (?:specified|known|available)|anon(?:ymi[sz]ed|ymous)?|de-?identified"
    r"|removed|redacted|tbd|test|default|12345(?:6789?0?)?"
)
TEXTS = ("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "StationName", "ProtocolName")
"""What names a machine, or how it was set; these words there make many things one."""

_X_RAY = ("CT", "CR", "DX", "MG", "XA", "RF")
_SLICES = ("CT", "MR", "PT", "NM")


class NumberRule(NamedTuple):
    """Up to `low` and above `high` a number stands for none, in these modalities, or in all."""

    name: str
    modalities: tuple[str, ...]
    low: float
    high: float
    severity: Literal["warning", "note"] = "note"


NUMBER_RULES = (
    NumberRule("RescaleSlope", (), 0, 1e30, "warning"),
    NumberRule("KVP", _X_RAY, 0, 500),
    NumberRule("XRayTubeCurrent", ("CT", "DX", "MG"), 0, 1e5),
    NumberRule("ExposureTime", ("CT", "DX", "MG"), 0, 1e7),
    NumberRule("Exposure", ("CT", "DX", "MG"), 0, 1e6),
    NumberRule("SliceThickness", _SLICES, 0, 3000),
    NumberRule("SpacingBetweenSlices", ("CT", "PT"), 0, 500),
    NumberRule("DistanceSourceToDetector", _X_RAY, 0, 1e4),
    NumberRule("BodyPartThickness", ("MG",), 0, 250),
    NumberRule("RepetitionTime", ("MR",), 0, 1e6),
    NumberRule("EchoTime", ("MR",), 0, 1e5),
    NumberRule("MagneticFieldStrength", ("MR",), 0, 1e6),
    NumberRule("ImagingFrequency", ("MR",), 0, 1e10),
    NumberRule("RadionuclideTotalDose", ("PT", "NM"), 0, 1e12, "warning"),
    NumberRule("RadionuclideHalfLife", ("PT", "NM"), 0, 1e15, "warning"),
    NumberRule("PatientWeight", ("PT",), 0.2, 650, "warning"),
    NumberRule("PatientWeight", (*_X_RAY, "MR", "NM", "US"), 0.2, 650),
    NumberRule("PatientSize", (), 0.1, 2.8),
)
"""Zero for unknown is written by many machines. Weight is of weight in PET, where uptake is divided by it."""

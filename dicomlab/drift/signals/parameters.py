"""Which parameters are watched, in which unit, and how: one row each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.drift.signals.identities import IDENTITIES
from dicomlab.errors import MissingColumn
from dicomlab.schema.columns import default_columns

ParameterKind = Literal["level", "setting", "either"]
Scale = Literal["log", "linear"]
Per = Literal["device", "protocol", "reconstruction"]
Trend = Literal["", "decay", "season"]
Weight = Literal["dose", "safety", "image", "timing"]


@dataclass(frozen=True)
class Parameter:
    """One parameter that is watched, and how.

    `kind`: a level is followed by its mean, a setting compared exactly; `either` is a setting
    where a stratum uses few values and a level where it does not. `scale` log means changes are
    relative. `floor` is the smallest change worth an alarm, relative on the log scale, else in
    the unit. `per` says what makes two acquisitions comparable; `split` names columns that they
    must share besides; `adjust` names what the size of the patient may be read from, best first.
    A level with an `expected_trend` is compared with the weeks before, not with its baseline. One
    that is set `by_hand` depends on who made the image, which is taken out where it is told.
    """

    name: str
    modalities: tuple[str, ...] = ()
    kind: ParameterKind = "either"
    scale: Scale = "linear"
    floor: float = 0.0
    per: Per = "protocol"
    adjust: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    expected_trend: Trend = ""
    weight: Weight = "image"
    unit: str = ""
    by_hand: bool = False
    is_floor_given: bool = False

    def applies_to(self, modality: str) -> bool:
        """Whether the parameter is watched in that modality."""
        return not self.modalities or modality in self.modalities


_SIZE = ("WaterEquivalentDiameter", "PatientWeight")
_BREAST = ("BodyPartThickness",)
_BEAM = ("KVP", "AnodeTargetMaterial", "FilterMaterial")
_XRAY = ("ExposureControlMode",)


def _level(modalities: str, name: str, floor: float, **more: object) -> Parameter:
    return _row(modalities, name, kind="level", scale="log", floor=floor, **more)


def _settings(modalities: str, names: str, **more: object) -> tuple[Parameter, ...]:
    return tuple(_row(modalities, name, kind="setting", **more) for name in names.split())


def _row(modalities: str, name: str, **more: object) -> Parameter:
    return Parameter(name, tuple(modalities.split()), unit=_units().get(name, ""), **more)  # type: ignore[arg-type]


@cache
def _units() -> dict[str, str]:
    return {column.name: column.unit for column in default_columns()} | {"reference_amplitude_volt": "V"}


@cache
def parameters() -> tuple[Parameter, ...]:
    """Every parameter that is watched unless the call names some.

    The kinds, units and strata follow PS3.3 (the modules of each modality) and what its
    attributes depend on: tube voltage, patient size, exposure control, coil.
    """
    return (*_ct(), *_mr(), *_projection(), *_mammography(), *_nuclear(), *_ultrasound(), *_identities())


def _ct() -> tuple[Parameter, ...]:
    size_kv = {"adjust": _SIZE, "split": ("KVP",), "weight": "dose"}
    phantom = {"adjust": _SIZE, "split": ("KVP", "ctdi_phantom_type"), "weight": "dose"}
    return (
        _level("CT", "XRayTubeCurrent", 0.03, **size_kv),
        _level("CT", "Exposure", 0.03, **size_kv),
        _level("CT", "CTDIvol", 0.03, **phantom),
        _row("CT", "ExposureTime", scale="log", floor=0.03, weight="timing"),
        _row("CT", "TableHeight", kind="level", floor=5.0, by_hand=True),
        *_settings("CT", "KVP", floor=0.5, weight="dose"),
        *_settings("CT", "SpiralPitchFactor RevolutionTime TotalCollimationWidth", weight="dose"),
        *_settings("CT", "ExposureModulationType FilterType FocalSpots", weight="dose"),
        *_settings("CT", "DistanceSourceToDetector DistanceSourceToPatient", per="device", floor=1.0),
        *_settings("CT PT", "RescaleType", per="device"),
        *_settings("CT", "RescaleIntercept RescaleSlope", per="device"),
        *_settings("CT", "SliceThickness ConvolutionKernel ReconstructionAlgorithm", per="reconstruction"),
    )


def _mr() -> tuple[Parameter, ...]:
    return (
        _level(
            "MR", "ImagingFrequency", 2e-7, per="device", split=("ImagedNucleus",), expected_trend="decay"
        ),
        _level("MR", "SAR", 0.05, adjust=("PatientWeight",), split=("ReceiveCoilName",), weight="safety"),
        _level("MR", "B1rms", 0.05, adjust=("PatientWeight",), weight="safety"),
        _level("MR", "dBdt", 0.03, per="reconstruction", weight="safety"),
        _level("MR", "reference_amplitude_volt", 0.03, adjust=("PatientWeight",)),
        *_settings("MR", "MagneticFieldStrength", per="device", floor=0.01),
        *_settings(
            "MR",
            "RepetitionTime EchoTime InversionTime FlipAngle EchoTrainLength NumberOfAverages PixelBandwidth "
            "PercentSampling PercentPhaseFieldOfView NumberOfPhaseEncodingSteps SliceThickness "
            "SpacingBetweenSlices ParallelReductionFactorInPlane ReceiveCoilName TransmitCoilName "
            "ScanningSequence SequenceVariant ScanOptions SequenceName MRAcquisitionType",
            per="reconstruction",
        ),
    )


def _projection() -> tuple[Parameter, ...]:
    rooms = "DX CR XA RF"
    detector = {"per": "device", "split": ("DetectorID",)}
    dose = {"split": _XRAY, "adjust": ("PatientWeight",), "weight": "dose"}
    return (
        _level("DX CR", "ExposureIndex", 0.05, split=(*_XRAY, "DetectorID"), weight="dose"),
        _row("DX CR", "DeviationIndex", kind="level", floor=0.3, split=_XRAY, weight="dose"),
        _level("DX CR", "RelativeXRayExposure", 0.05, split=_XRAY, weight="dose"),
        _level("DX CR", "Sensitivity", 0.05, split=_XRAY, weight="dose"),
        *(_level(rooms, name, 0.05, **dose) for name in ("XRayTubeCurrent", "Exposure", "ExposureTime")),
        *(_level(rooms, name, 0.05, **dose) for name in ("EntranceDoseInmGy", "EntranceDose")),
        _level(rooms, "ImageAndFluoroscopyAreaDoseProduct", 0.05, **dose),
        _row(rooms, "KVP", floor=0.5, split=_XRAY, weight="dose"),
        _row(rooms, "DistanceSourceToDetector", floor=10.0),
        _row("DX CR MG", "DetectorTemperature", kind="level", floor=1.0, expected_trend="season", **detector),
        *_settings("DX CR", "TargetExposureIndex ExposureControlMode Grid FilterMaterial", weight="dose"),
        *_settings("DX CR MG", "DetectorConditionsNominalFlag", per="device", weight="safety"),
        *_settings("XA RF", "CineRate RadiationSetting AveragePulseWidth", weight="dose"),
    )


def _mammography() -> tuple[Parameter, ...]:
    tube = {"per": "device", "split": _BEAM, "weight": "dose"}
    return (
        _level("MG", "HalfValueLayer", 0.01, **tube),
        _level("MG", "XRayOutput", 0.01, **tube),
        _level("MG", "OrganDose", 0.05, adjust=_BREAST, weight="dose"),
        _level("MG", "EntranceDoseInmGy", 0.05, adjust=_BREAST, weight="dose"),
        _level("MG", "Exposure", 0.05, adjust=_BREAST, weight="dose"),
        _level("MG", "ExposureTime", 0.05, adjust=_BREAST, weight="timing"),
        _level("MG", "XRayTubeCurrent", 0.03, split=_BEAM, weight="dose"),
        _row("MG", "KVP", kind="level", floor=0.3, adjust=_BREAST, weight="dose"),
        _row("MG", "CompressionForce", kind="level", floor=5.0, adjust=_BREAST, by_hand=True),
        _row("MG", "CompressionPressure", kind="level", floor=0.5, adjust=_BREAST, by_hand=True),
        *_settings("MG", "AnodeTargetMaterial FilterMaterial Grid", weight="dose"),
    )


def _nuclear() -> tuple[Parameter, ...]:
    return (
        _level("PT", "DoseCalibrationFactor", 0.02, per="device", split=("Radiopharmaceutical",)),
        _level("PT NM", "RadionuclideTotalDose", 0.05, adjust=("PatientWeight",), weight="dose"),
        _level("NM", "CountRate", 0.05),
        _row("PT NM", "ActualFrameDuration", scale="log", floor=0.02, weight="timing"),
        *_settings("PT NM", "RadionuclideHalfLife", per="device", split=("Radiopharmaceutical",)),
        *_settings(
            "PT",
            "ReconstructionMethod ScatterCorrectionMethod AttenuationCorrectionMethod ConvolutionKernel "
            "Units DecayCorrection",
            per="reconstruction",
        ),
    )


def _ultrasound() -> tuple[Parameter, ...]:
    hand: dict[str, object] = {"by_hand": True}
    probe: dict[str, object] = {"split": ("TransducerData",)} | hand
    return (
        _row("US", "MechanicalIndex", kind="level", floor=0.05, weight="safety", **probe),
        _row("US", "SoftTissueThermalIndex", kind="level", floor=0.1, weight="safety", **hand),
        _row("US", "TransducerFrequency", floor=50.0, **probe),
        _row("US", "DepthOfScanField", kind="level", floor=5.0, **probe),
    )


def _identities() -> tuple[Parameter, ...]:
    """Whether attributes agree with each other, as settings that are made of them."""
    return tuple(_row(" ".join(i.modalities), i.name, kind="setting", weight="timing") for i in IDENTITIES)


@checked_arguments
def list_parameters(modality: str | None = None) -> pd.DataFrame:
    """The parameters that drift watches, with unit and kind.

    One row per parameter and way of watching it: parameter, modalities, unit, kind, scale,
    floor (the smallest change worth an alarm), per, adjust, split, by_hand, expected_trend.

    >>> "CTDIvol" in set(list_parameters("CT")["parameter"])
    True
    """
    chosen = [p for p in parameters() if modality is None or p.applies_to(modality)]
    words = ("modalities", "adjust", "split")
    columns = "modalities unit kind scale floor per adjust split by_hand expected_trend".split()
    rows = [
        {"parameter": p.name} | {c: " ".join(getattr(p, c)) if c in words else getattr(p, c) for c in columns}
        for p in chosen
    ]
    return pd.DataFrame(rows, columns=["parameter", *columns])


def choose(names: Iterable[str] | None, columns: Iterable[str]) -> tuple[Parameter, ...]:
    """The parameters of a call: those named, or all.

    A column that is not in the list can be named too; it is then a level or a setting,
    whatever its values are. Raises MissingColumn for a name that is neither.
    """
    if names is None:
        return parameters()
    have = list(columns)
    names = [names] if isinstance(names, str) else list(names)
    return tuple(p for name in names for p in _named(name, have))


def _named(name: str, have: list[str]) -> list[Parameter]:
    known = [p for p in parameters() if p.name == name]
    if not known and name not in have:
        raise MissingColumn(name, [*have, *(p.name for p in parameters())])
    return known or [Parameter(name)]


def with_floor(parameter: Parameter, tolerances: dict[str, float]) -> Parameter:
    """The parameter with the user's floor, where one is given."""
    if parameter.name not in tolerances:
        return parameter
    return replace(parameter, floor=float(tolerances[parameter.name]), is_floor_given=True)

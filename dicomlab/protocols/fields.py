"""Which fields a protocol sets, by modality, and how far two values of one may be apart.

A field belongs here if it is chosen before the scan and is the same for the next patient. What the
machine or the patient decides (tube current under dose modulation, SAR, table height, the size of the
reconstruction) is in NOT_SET with the reason, and `lint` warns of rules about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from dicomlab.protocols.units import unit_of
from dicomlab.schema.columns import may_identify


@dataclass(frozen=True)
class Field:
    """A field that a protocol sets, and how its values are compared."""

    name: str
    modalities: tuple[str, ...]
    absolute: float = 0.0
    """Numbers that are no farther apart are the same setting, in the unit of the column."""

    relative: float = 0.0
    """The same as a share of the value; the wider of the two counts."""

    is_empty_told: bool = False
    """Whether an empty cell is a setting: no option, no preparation."""

    why: str = ""
    """Why the tolerance is what it is."""

    @property
    def unit(self) -> str:
        """The unit of the column."""
        return unit_of(self.name)

    @property
    def has_tolerance(self) -> bool:
        """Whether two numbers may differ and still be one setting."""
        return bool(self.absolute or self.relative)

    def reach(self, value: float) -> float:
        """How far another value may be from this one."""
        return max(self.absolute, self.relative * abs(value), 1e-6 * abs(value))


_TIMES = "Machines round it to their raster, and to the shortest that a slice angle allows."
_SIZES = "Written with the noise of 32-bit floats, or rounded to two digits by some makers."
_XRAY = "Set in whole steps; generators report what they reached."
_ROUNDED = "Some makers write it rounded, others as measured."

_ROWS: tuple[tuple[str, str, float, float, str], ...] = (
    # fields, modalities, absolute, relative, why
    ("SliceThickness", "CT MR PT", 0.01, 0.0, _SIZES),
    ("SpacingBetweenSlices", "MR NM", 0.01, 0.0, _SIZES),
    ("PixelSpacing", "MR PT NM", 0.0, 0.005, _SIZES),
    ("ImagerPixelSpacing", "DX CR MG XA RF", 0.0, 0.01, _SIZES),
    ("Rows Columns", "CT MR PT NM", 0.0, 0.0, ""),
    # CT
    ("KVP", "CT DX CR", 0.5, 0.0, _XRAY),
    ("SpiralPitchFactor", "CT", 0.005, 0.005, _ROUNDED),
    ("RevolutionTime", "CT", 0.005, 0.01, _ROUNDED),
    ("SingleCollimationWidth TotalCollimationWidth", "CT", 0.01, 0.01, _ROUNDED),
    ("ConvolutionKernel", "CT PT", 0.0, 0.0, ""),
    ("ReconstructionAlgorithm ExposureModulationType", "CT", 0.0, 0.0, ""),
    ("FilterType", "CT DX CR", 0.0, 0.0, ""),
    # MR
    ("RepetitionTime", "MR", 1.0, 0.002, _TIMES),
    ("EchoTime", "MR", 0.03, 0.005, _TIMES),
    ("InversionTime", "MR", 1.0, 0.005, _TIMES),
    (
        "FlipAngle",
        "MR",
        0.5,
        0.0,
        "Set in whole degrees, or lowered where SAR would be too high.",
    ),
    ("PixelBandwidth", "MR", 1.0, 0.005, _ROUNDED),
    ("EchoTrainLength NumberOfAverages NumberOfPhaseEncodingSteps", "MR", 0.0, 0.0, ""),
    ("PercentSampling PercentPhaseFieldOfView", "MR", 0.5, 0.0, _ROUNDED),
    ("ParallelReductionFactorInPlane", "MR", 0.01, 0.0, _ROUNDED),
    ("MagneticFieldStrength", "MR", 0.05, 0.03, "Written as 3, 2.89 and 2.8936 by machines of one model."),
    ("AcquisitionMatrix ImagedNucleus MRAcquisitionType SequenceName", "MR", 0.0, 0.0, ""),
    ("ScanningSequence SequenceVariant InPlanePhaseEncodingDirection", "MR", 0.0, 0.0, ""),
    ("ReceiveCoilName TransmitCoilName siemens_multiband", "MR", 0.0, 0.0, ""),
    ("PhaseEncodingDirection siemens_phase_encoding_positive", "MR", 0.0, 0.0, ""),
    ("MultibandAccelerationFactor PartialFourier", "MR", 0.001, 0.0, ""),
    # radiography and mammography
    ("Grid ExposureControlMode", "DX CR MG", 0.0, 0.0, ""),
    ("FilterMaterial", "DX CR", 0.0, 0.0, ""),
    ("TargetExposureIndex", "DX CR MG", 0.0, 0.01, _ROUNDED),
    (
        "DistanceSourceToDetector",
        "DX CR",
        20.0,
        0.02,
        "Stands moved by hand stop within centimetres.",
    ),
    ("FocalSpots", "MG", 0.0, 0.0, ""),
    ("AnodeTargetMaterial", "MG", 0.0, 0.0, ""),
    ("RadiationSetting CineRate", "XA RF", 0.0, 0.0, ""),
    # nuclear medicine
    ("ActualFrameDuration", "PT NM", 0.0, 0.02, "Beds are timed to the second."),
    ("Units DecayCorrection ReconstructionMethod", "PT", 0.0, 0.0, ""),
    ("AttenuationCorrectionMethod ScatterCorrectionMethod", "PT", 0.0, 0.0, ""),
    ("Radiopharmaceutical", "PT NM", 0.0, 0.0, ""),
    # ultrasound: what the probe and not the hand decides
    ("TransducerData", "US", 0.0, 0.0, ""),
    ("TransducerFrequency", "US", 0.0, 0.05, _ROUNDED),
)
_EMPTY_IS_TOLD: tuple[tuple[str, str], ...] = (("ScanOptions", "CT MR"),)
"""Fields that are empty where nothing was chosen (type 2 in PS3.3 C.8.3.1)."""

Reason = Literal["patient", "machine", "moment", "identifier", "hand"]

NOT_SET: dict[str, tuple[Reason, str]] = {
    **dict.fromkeys(
        "SAR B1rms dBdt reference_amplitude_volt siemens_reference_amplitude".split(),
        ("patient", "follows the patient's weight and the coil's load"),
    ),
    **dict.fromkeys(
        "XRayTubeCurrent Exposure ExposureTime ExposureInuAs ExposureTimeInuS XRayTubeCurrentInuA CTDIvol "
        "exposure_mas exposure_time_ms x_ray_tube_current_ma ctdivol_mgy EntranceDoseInmGy EntranceDose "
        "ImageAndFluoroscopyAreaDoseProduct OrganDose ExposureIndex DeviationIndex "
        "RelativeXRayExposure".split(),
        ("patient", "follows the size of the patient where the exposure is controlled or modulated"),
    ),
    **dict.fromkeys(
        "CompressionForce CompressionPressure BodyPartThickness WaterEquivalentDiameter".split(),
        ("patient", "is a size of the patient or set to it"),
    ),
    **dict.fromkeys(
        "ReconstructionDiameter TableHeight ImagePositionPatient ImageOrientationPatient SliceLocation "
        "NumberOfFrames n_instances".split(),
        ("patient", "is set to the patient on the table"),
    ),
    **dict.fromkeys(
        "RadionuclideTotalDose RadiopharmaceuticalVolume CountRate radionuclide_total_dose_mbq".split(),
        ("patient", "follows the weight of the patient and the hour"),
    ),
    **dict.fromkeys(
        "ImagingFrequency imaging_frequency_mhz siemens_frequency ge_center_frequency DetectorTemperature "
        "DoseCalibrationFactor DecayFactor HalfValueLayer XRayOutput ShimSetting".split(),
        ("machine", "is measured by the machine, and drifts"),
    ),
    **dict.fromkeys(
        "DeviceSerialNumber StationName InstitutionName SoftwareVersions DeviceUID DetectorID PlateID "
        "DateOfLastCalibration DateOfLastDetectorCalibration".split(),
        ("machine", "names one machine, or one state of it"),
    ),
    **dict.fromkeys(
        "DepthOfScanField FocusDepth MechanicalIndex SoftTissueThermalIndex".split(),
        ("hand", "is turned by hand during the examination"),
    ),
    **dict.fromkeys(
        "WindowCenter WindowWidth SmallestImagePixelValue LargestImagePixelValue RescaleSlope".split(),
        ("moment", "is worked out for each image"),
    ),
    **dict.fromkeys(
        "SeriesNumber AcquisitionNumber InstanceNumber".split(), ("identifier", "counts within a study")
    ),
}
"""Fields that no protocol sets, with what decides them."""

MAKERS_WORDS = frozenset(
    "SequenceName ConvolutionKernel ReceiveCoilName TransmitCoilName ScanOptions FilterType ProtocolName "
    "SeriesDescription ReconstructionMethod ReconstructionAlgorithm ExposureModulationType "
    "ManufacturerModelName AttenuationCorrectionMethod ScatterCorrectionMethod SequenceVariant Grid "
    "TransducerData".split()
)
"""Fields whose values are words of one maker or one site."""


@cache
def fields() -> tuple[Field, ...]:
    """Every field that a protocol sets unless the call names some."""
    rows = [
        Field(name, tuple(modalities.split()), absolute, relative, why=why)
        for names, modalities, absolute, relative, why in _ROWS
        for name in names.split()
    ]
    told = [Field(name, tuple(modalities.split()), is_empty_told=True) for name, modalities in _EMPTY_IS_TOLD]
    return (*rows, *told)


@cache
def fields_of(modality: str) -> tuple[Field, ...]:
    """The fields that a protocol of that modality sets."""
    return tuple(field for field in fields() if modality in field.modalities)


@cache
def field_named(name: str) -> Field:
    """How values of a field are compared, also of one that is not in the table."""
    found = [field for field in fields() if field.name == name]
    return found[0] if found else Field(name, ())


def why_not_set(name: str) -> tuple[Reason, str] | None:
    """What decides a field that no protocol sets; none for any other."""
    if name in NOT_SET:
        return NOT_SET[name]
    if name.endswith("UID"):
        return "identifier", "is another one in every study"
    if may_identify(name):
        return "identifier", "may tell who the patient is"
    if name.endswith(("Date", "Time", "DateTime")) and not unit_of(name):
        return "moment", "is another one in every study"
    return None

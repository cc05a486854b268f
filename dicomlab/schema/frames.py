"""Where the values of a frame lie: functional groups, and what they are called there.

An enhanced multi-frame object keeps in its functional groups what a classic one keeps at the
top (PS3.3 C.7.6.16.2): once in the shared ones, or frame by frame. A row of GROUP_ROWS is a
column, and the places below a functional groups item where its value stands; ENHANCED_NAMES lists
attributes that stand there under another name for the same thing, with where the standard says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from dicomlab.schema.columns import ANY_ITEM, Column, Columns, Step, public_column

SHARED, PER_FRAME = 0x52009229, 0x52009230

MACROS = (
    # PS3.3 C.7.6.16.2: any enhanced object
    *("PixelMeasuresSequence", "FrameContentSequence", "PlanePositionSequence", "PlaneOrientationSequence"),
    *("ReferencedImageSequence", "DerivationImageSequence", "CardiacSynchronizationSequence"),
    *("FrameAnatomySequence", "PixelValueTransformationSequence", "FrameVOILUTSequence"),
    *("RealWorldValueMappingSequence", "ContrastBolusUsageSequence", "PixelIntensityRelationshipLUTSequence"),
    *("FramePixelShiftSequence", "PatientOrientationInFrameSequence", "FrameDisplayShutterSequence"),
    *("RespiratorySynchronizationSequence", "IrradiationEventIdentificationSequence"),
    *("RadiopharmaceuticalUsageSequence", "PatientPhysiologicalStateSequence", "TemporalPositionSequence"),
    *("PlanePositionVolumeSequence", "PlaneOrientationVolumeSequence", "ImageDataTypeSequence"),
    # C.8.13: MR
    *("MRImageFrameTypeSequence", "MRTimingAndRelatedParametersSequence", "MRFOVGeometrySequence"),
    *("MREchoSequence", "MRModifierSequence", "MRImagingModifierSequence", "MRReceiveCoilSequence"),
    *("MRTransmitCoilSequence", "MRDiffusionSequence", "MRAveragesSequence", "MRSpatialSaturationSequence"),
    *("MRMetaboliteMapSequence", "MRVelocityEncodingSequence", "MRArterialSpinLabelingSequence"),
    *("MRSpectroscopyFrameTypeSequence", "MRSpectroscopyFOVGeometrySequence"),
    # C.8.15: CT
    *("CTImageFrameTypeSequence", "CTAcquisitionTypeSequence", "CTAcquisitionDetailsSequence"),
    *("CTTableDynamicsSequence", "CTPositionSequence", "CTGeometrySequence", "CTReconstructionSequence"),
    *("CTExposureSequence", "CTXRayDetailsSequence", "CTAdditionalXRaySourceSequence"),
    # C.8.22: PET
    *("PETFrameTypeSequence", "PETFrameAcquisitionSequence", "PETDetectorMotionDetailsSequence"),
    *("PETPositionSequence", "PETFrameCorrectionFactorsSequence", "PETReconstructionSequence"),
    "PETTableDynamicsSequence",
    # C.8.19, C.8.21: XA, XRF, 3D, breast tomosynthesis
    *("XAXRFFrameCharacteristicsSequence", "FieldOfViewSequence", "ExposureControlSensingRegionsSequence"),
    *("FramePixelDataPropertiesSequence", "FrameDetectorParametersSequence", "CalibrationSequence"),
    *("ObjectThicknessSequence", "FrameAcquisitionSequence", "ProjectionPixelCalibrationSequence"),
    *("PositionerPositionSequence", "TablePositionSequence", "CollimatorShapeSequence"),
    *("IsocenterReferenceSystemSequence", "XRayGeometrySequence", "XRay3DFrameTypeSequence"),
    *("XRayAcquisitionDoseSequence", "XRayFilterSequence", "XRayGridSequence"),
    # C.8.24: US; C.8.12: slides; C.8.20: segments; C.8.32: parametric maps; C.8.27: OPT
    *("USImageDescriptionSequence", "PlanePositionSlideSequence", "OpticalPathIdentificationSequence"),
    *("WholeSlideMicroscopyImageFrameTypeSequence", "SpecimenReferenceSequence"),
    *("SegmentIdentificationSequence", "ParametricMapFrameTypeSequence", "OphthalmicFrameLocationSequence"),
    # C.7.6.16.2.25: what was converted from classic objects and has no better place
    *("UnassignedSharedConvertedAttributesSequence", "UnassignedPerFrameConvertedAttributesSequence"),
    "ConversionSourceAttributesSequence",
)
"""Sequences that stand in a functional groups item."""

_FRAME_TYPES = tuple(name for name in MACROS if name.endswith("FrameTypeSequence"))
_UNASSIGNED = MACROS[MACROS.index("UnassignedSharedConvertedAttributesSequence") :][:2]

# Column, macro or path below the functional groups item; the attribute there has the column's name.
GROUP_ROWS: dict[str, str] = {
    "ImagePositionPatient": "PlanePositionSequence",
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "SliceThickness": "PixelMeasuresSequence",
    "SpacingBetweenSlices": "PixelMeasuresSequence",
    "PixelSpacing": "PixelMeasuresSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
    "RescaleSlope": "PixelValueTransformationSequence",
    "RescaleType": "PixelValueTransformationSequence",
    "WindowCenter": "FrameVOILUTSequence",
    "WindowWidth": "FrameVOILUTSequence",
    "IrradiationEventUID": "IrradiationEventIdentificationSequence",
    "BurnedInAnnotation": "ImageDataTypeSequence",
    "BodyPartExamined": "FrameAnatomySequence",
    "anatomic_region": "FrameAnatomySequence[0].AnatomicRegionSequence",
    # MR
    "RepetitionTime": "MRTimingAndRelatedParametersSequence",
    "FlipAngle": "MRTimingAndRelatedParametersSequence",
    "EchoTrainLength": "MRTimingAndRelatedParametersSequence",
    "PercentSampling": "MRFOVGeometrySequence MRSpectroscopyFOVGeometrySequence",
    "PercentPhaseFieldOfView": "MRFOVGeometrySequence MRSpectroscopyFOVGeometrySequence",
    "EchoNumbers": "MREchoSequence",
    "InPlanePhaseEncodingDirection": "MRFOVGeometrySequence",
    "PixelBandwidth": "MRImagingModifierSequence",
    "NumberOfAverages": "MRAveragesSequence",
    "ParallelReductionFactorInPlane": "MRModifierSequence",
    "InversionTime": "MRModifierSequence",
    "ReceiveCoilName": "MRReceiveCoilSequence",
    "TransmitCoilName": "MRTransmitCoilSequence",
    "DiffusionBValue": "MRDiffusionSequence",
    # CT
    "KVP": "CTXRayDetailsSequence CTAdditionalXRaySourceSequence "
    "XAXRFFrameCharacteristicsSequence FrameAcquisitionSequence",
    "FocalSpots": "CTXRayDetailsSequence CTAdditionalXRaySourceSequence FrameAcquisitionSequence",
    "FilterType": "CTXRayDetailsSequence CTAdditionalXRaySourceSequence XRayFilterSequence",
    "FilterMaterial": "CTXRayDetailsSequence CTAdditionalXRaySourceSequence XRayFilterSequence",
    "CTDIvol": "CTExposureSequence",
    "ctdi_phantom_type": "CTExposureSequence[0].CTDIPhantomTypeCodeSequence",
    "ExposureModulationType": "CTExposureSequence",
    "WaterEquivalentDiameter": "CTExposureSequence",
    "RevolutionTime": "CTAcquisitionDetailsSequence",
    "SingleCollimationWidth": "CTAcquisitionDetailsSequence",
    "TotalCollimationWidth": "CTAcquisitionDetailsSequence",
    "TableHeight": "CTAcquisitionDetailsSequence PETFrameAcquisitionSequence",
    "GantryDetectorTilt": "CTAcquisitionDetailsSequence PETFrameAcquisitionSequence",
    "TableSpeed": "CTTableDynamicsSequence PETTableDynamicsSequence",
    "TableFeedPerRotation": "CTTableDynamicsSequence",
    "SpiralPitchFactor": "CTTableDynamicsSequence",
    "ReconstructionDiameter": "CTReconstructionSequence PETReconstructionSequence",
    "ReconstructionAlgorithm": "CTReconstructionSequence",
    "ConvolutionKernel": "CTReconstructionSequence",
    # PET
    "DecayFactor": "PETFrameCorrectionFactorsSequence",
    "DoseCalibrationFactor": "PETFrameCorrectionFactorsSequence",
    # XA, XRF, breast
    "DistanceSourceToDetector": "XRayGeometrySequence CTGeometrySequence",
    "DistanceSourceToPatient": "XRayGeometrySequence",
    "AveragePulseWidth": "FrameAcquisitionSequence",
    "RadiationSetting": "FrameAcquisitionSequence",
    "EntranceDoseInmGy": "XRayAcquisitionDoseSequence",
    "OrganDose": "XRayAcquisitionDoseSequence",
    "HalfValueLayer": "XRayAcquisitionDoseSequence",
    "CompressionForce": "PositionerPositionSequence",
    "BodyPartThickness": "PositionerPositionSequence",
    "Grid": "XRayGridSequence",
}

ONLY_OF_FRAMES = (
    *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"),
    *("SpacingBetweenSlices", "RescaleIntercept", "RescaleSlope", "RescaleType"),
)
"""Attributes of single images (PS3.3 C.7.6.2, C.8.2.1): beside functional groups with a value of their own,
what the top of the file says of them was left behind by whoever converted it."""

# Column, path to the attribute with another name, where the standard says that they are the same.
ENHANCED_NAMES: tuple[tuple[str, str, str], ...] = (
    ("EchoTime", "MREchoSequence[0].EffectiveEchoTime", "PS3.3 C.8.13.5.4: in ms, as EchoTime of C.8.3.1"),
    (
        "ImagingFrequency",
        "MRImagingModifierSequence[0].TransmitterFrequency",
        "PS3.3 C.8.13.5.8: precession frequency in MHz, as ImagingFrequency of C.8.3.1",
    ),
    (
        "NumberOfPhaseEncodingSteps",
        "MRFOVGeometrySequence[0].MRAcquisitionPhaseEncodingStepsInPlane",
        "PS3.3 C.8.13.5.3: in-plane steps, as NumberOfPhaseEncodingSteps of C.8.3.1",
    ),
    (
        "EchoTrainLength",
        "MRTimingAndRelatedParametersSequence[0].RFEchoTrainLength",
        "PS3.3 C.8.13.5.2: lines per excitation; counts where EchoTrainLength is not there",
    ),
    ("InversionTime", "MRModifierSequence[0].InversionTimes", "PS3.3 C.8.13.5.5: in ms, where there is one"),
    ("XRayTubeCurrent", "CTExposureSequence[0].XRayTubeCurrentInmA", "PS3.3 C.8.15.3.8: in mA"),
    ("ExposureTime", "CTExposureSequence[0].ExposureTimeInms", "PS3.3 C.8.15.3.8: in ms"),
    ("Exposure", "CTExposureSequence[0].ExposureInmAs", "PS3.3 C.8.15.3.8: in mAs"),
    ("XRayTubeCurrent", "FrameAcquisitionSequence[0].XRayTubeCurrentInmA", "PS3.3 C.8.19.6.8: in mA"),
    ("XRayTubeCurrent", "CTAdditionalXRaySourceSequence[0].XRayTubeCurrentInmA", "PS3.3 C.8.15.3.11: in mA"),
    ("Exposure", "CTAdditionalXRaySourceSequence[0].ExposureInmAs", "PS3.3 C.8.15.3.11: in mAs"),
    ("ExposureTime", "FrameAcquisitionSequence[0].ExposureTimeInms", "PS3.3 C.8.19.6.8: in ms"),
    ("Exposure", "FrameAcquisitionSequence[0].ExposureInmAs", "PS3.3 C.8.19.6.8: in mAs"),
    ("ExposureTime", "XRayAcquisitionDoseSequence[0].ExposureTimeInms", "PS3.3 C.8.31.5: in ms"),
    ("Exposure", "XRayAcquisitionDoseSequence[0].ExposureInmAs", "PS3.3 C.8.31.5: in mAs"),
    ("AcquisitionDateTime", "FrameContentSequence[0].FrameAcquisitionDateTime", "PS3.3 C.7.6.16.2.2"),
    *(("ImageType", f"{name}[0].FrameType", "PS3.3 C.8.16.1: as ImageType") for name in _FRAME_TYPES),
)

FRAME_ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("FrameContentSequence[0].StackID", "StackID", "", "Which stack of slices."),
    ("FrameContentSequence[0].InStackPositionNumber", "InStackPositionNumber", "", "Place in the stack."),
    ("FrameContentSequence[0].TemporalPositionIndex", "TemporalPositionIndex", "", "Place in time."),
    ("FrameContentSequence[0].FrameAcquisitionNumber", "FrameAcquisitionNumber", "", "Which acquisition."),
    ("FrameContentSequence[0].DimensionIndexValues", "DimensionIndexValues", "", "Place in each dimension."),
    ("FrameContentSequence[0].FrameReferenceDateTime", "FrameReferenceDateTime", "", "What the frame shows."),
    (
        "FrameContentSequence[0].FrameAcquisitionDuration",
        "FrameAcquisitionDuration",
        "ms",
        "How long it took.",
    ),
    ("FrameContentSequence[0].FrameLabel", "FrameLabel", "", "Label of the frame."),
    (
        "CardiacSynchronizationSequence[0].NominalCardiacTriggerDelayTime",
        "NominalCardiacTriggerDelayTime",
        "ms",
        "Time after the R peak.",
    ),
    (
        "MRDiffusionSequence[0].DiffusionDirectionality",
        "DiffusionDirectionality",
        "",
        "DIRECTIONAL, BMATRIX, ISOTROPIC or NONE.",
    ),
    (
        "MRDiffusionSequence[0].DiffusionGradientDirectionSequence[0].DiffusionGradientOrientation",
        "DiffusionGradientOrientation",
        "",
        "Direction of the diffusion gradient, in the patient.",
    ),
    ("MRImageFrameTypeSequence[0].ComplexImageComponent", "ComplexImageComponent", "", "MAGNITUDE, PHASE …"),
    ("MRImageFrameTypeSequence[0].AcquisitionContrast", "AcquisitionContrast", "", "DIFFUSION, PERFUSION …"),
    ("SegmentIdentificationSequence[0].ReferencedSegmentNumber", "ReferencedSegmentNumber", "", "Segment."),
    (
        "PlanePositionSlideSequence[0].ColumnPositionInTotalImagePixelMatrix",
        "ColumnPositionInTotalImagePixelMatrix",
        "pixel",
        "Column of the tile's first pixel in the whole slide, from 1.",
    ),
    (
        "PlanePositionSlideSequence[0].RowPositionInTotalImagePixelMatrix",
        "RowPositionInTotalImagePixelMatrix",
        "pixel",
        "Row of the tile's first pixel in the whole slide, from 1.",
    ),
    (
        "RealWorldValueMappingSequence[0].RealWorldValueSlope",
        "RealWorldValueSlope",
        "",
        "Slope to real values.",
    ),
    (
        "RealWorldValueMappingSequence[0].RealWorldValueIntercept",
        "RealWorldValueIntercept",
        "",
        "Intercept to real values.",
    ),
    (
        "RealWorldValueMappingSequence[*].MeasurementUnitsCodeSequence[0].CodeValue",
        "real_world_units",
        "",
        "Units of the real values as codes, such as Bq/ml, in the order of the mappings.",
    ),
    (
        "RealWorldValueMappingSequence[*].LUTLabel",
        "real_world_labels",
        "",
        "Labels of the mappings, in their order.",
    ),
    (
        "PositionerPositionSequence[0].PositionerPrimaryAngle",
        "PositionerPrimaryAngle",
        "deg",
        "Angle of the arm, RAO to LAO.",
    ),
    (
        "PositionerPositionSequence[0].PositionerSecondaryAngle",
        "PositionerSecondaryAngle",
        "deg",
        "Angle of the arm, caudal to cranial.",
    ),
    ("PETFrameAcquisitionSequence[0].TablePosition", "TablePosition", "mm", "Position of the table."),
)
"""Columns of `frames` that instances do not have: path below the item, name, unit, meaning."""

# Makers put their own elements into a private sequence of the item (seen: Siemens XA10 to XA30, Philips
# 3.2 to 5.6).
_SIEMENS_MACROS = (Step(0x002100FE, 0, "SIEMENS MR SDS 01"), Step(0x002100FE, 0, "SIEMENS MR SDI 02"))
_PHILIPS_MACROS = (Step(0x2005000F, 0, "Philips MR Imaging DD 005"),)
_NOT_IN_FRAMES = (0x0002, 0x0010, 0x0012, 0x0032, 0x0038)
"""Groups of the file, the patient, the trial and the visit."""
_PHYSICS = (0x0018, 0x0054)
"""Groups of which a converted object keeps anything in its unassigned attributes."""


@dataclass(frozen=True)
class Place:
    """One place of a value below a functional groups item; `vr` is what stands there."""

    steps: tuple[Step, ...]
    tag: int
    vr: str
    creator: str = ""


@dataclass(frozen=True)
class FrameColumn:
    """A column of the frames table, and the places of its values by rank.

    A value of a lower rank counts only where no place of a higher one has any.
    """

    column: Column
    ranks: tuple[tuple[Place, ...], ...]
    is_of_frames: bool = False
    """Whether only the frames table has it."""
    gathers: bool = False
    """Whether a cell has the values of all items, also those that are the same."""


@cache
def frame_columns(columns: Columns) -> tuple[FrameColumn, ...]:
    """The columns of a catalog that a frame may have a value of its own for."""
    found = [FrameColumn(c, ranks) for c in columns if (ranks := _ranks(c)) or any(map(_ranks, c.parts))]
    for path, name, unit, meaning in FRAME_ROWS:
        column = public_column(path, name=name, unit=unit, meaning=meaning, phi=False)
        if name not in columns:
            place = _in_every_item(Place(column.steps, column.tag, column.vr))
            shown = replace(column, steps=(), path="")
            found.append(FrameColumn(shown, ((place,),), is_of_frames=True, gathers=column.is_many))
    return tuple(found)


def hidden_frame_columns(parts: Iterable[Column]) -> tuple[FrameColumn, ...]:
    """Parts of columns that a frame may have a value of its own for."""
    return tuple(FrameColumn(part, ranks) for part in parts if (ranks := _ranks(part)))


def _ranks(column: Column) -> tuple[tuple[Place, ...], ...]:
    """Where a column's value may stand below the item; nothing for what frames do not have."""
    if not column.has_place:
        return ()
    own = tuple(_own_places(column))
    renamed = [public_column(path) for name, path, _ in ENHANCED_NAMES if name == column.name]
    other = tuple(Place(found.steps, found.tag, found.vr) for found in renamed)
    is_kept = own or other or (column.tag >> 16 in _PHYSICS and not column.steps and not column.creator)
    kept = (*_below(_UNASSIGNED, column), *_of_philips(column)) if is_kept and not column.creator else ()
    return tuple(tuple(map(_in_every_item, places)) for places in (own, other, kept) if places)


def _in_every_item(place: Place) -> Place:
    """The place in every item of its sequences, so that several are seen; makers' own have one."""
    steps = (step if step.creator or step.item else replace(step, item=ANY_ITEM) for step in place.steps)
    return replace(place, steps=tuple(steps))


def _own_places(column: Column) -> Iterator[Place]:
    """The places where the attribute has the column's own name."""
    if column.creator and not column.steps:
        yield Place((), column.tag, column.vr, column.creator)
        macros = _PHILIPS_MACROS if column.creator.startswith("Philips") else _SIEMENS_MACROS
        yield from (Place((step,), column.tag, column.vr, column.creator) for step in macros)
    elif column.name in GROUP_ROWS:
        for path in GROUP_ROWS[column.name].split(" "):
            found = public_column(f"{path}[0].{_keyword(column)}")
            yield Place(found.steps, found.tag, found.vr)
    elif not column.steps and column.name not in _default_names() and column.tag >> 16 not in _NOT_IN_FRAMES:
        yield from _below(MACROS, column)


def _of_philips(column: Column) -> Iterator[Place]:
    """Where Philips keeps the classic attribute of the frame; its position is half a pixel off."""
    if column.name != "ImagePositionPatient":
        for step in _PHILIPS_MACROS:
            yield Place((step, *column.steps), column.tag, column.vr)


def _below(macros: tuple[str, ...], column: Column) -> tuple[Place, ...]:
    return tuple(Place((_step(name), *column.steps), column.tag, column.vr) for name in macros)


@cache
def _default_names() -> frozenset[str]:
    return frozenset(Columns().names)


@cache
def _step(keyword: str) -> Step:
    from pydicom.datadict import tag_for_keyword

    return Step(int(tag_for_keyword(keyword) or 0), 0)


def _keyword(column: Column) -> str:
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(column.tag)

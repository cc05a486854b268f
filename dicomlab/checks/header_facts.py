"""What the kept headers say of attributes that the tables have no columns for: the table `headers`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from dicomlab.checks._attribute_types import ATTRIBUTE_TYPES
from dicomlab.checks.base import Readable
from dicomlab.checks.queries import Instances

FACTS = ("absent", "empty", "other_vr", "too_long")
ACQUISITION = tuple(
    "KVP XRayTubeCurrent ExposureTime Exposure CTDIvol ConvolutionKernel SpiralPitchFactor RevolutionTime "
    "ReconstructionDiameter TableHeight GantryDetectorTilt DistanceSourceToDetector FocalSpots PixelSpacing "
    "ImagerPixelSpacing SliceThickness SpacingBetweenSlices SliceLocation RescaleSlope RescaleIntercept "
    "WindowCenter WindowWidth RepetitionTime EchoTime InversionTime FlipAngle EchoTrainLength "
    "NumberOfAverages PixelBandwidth MagneticFieldStrength ImagingFrequency PercentSampling SAR "
    "AcquisitionTime AcquisitionDate "
    "ContentTime ContentDate SeriesDate SeriesTime ProtocolName SeriesDescription DeviceSerialNumber "
    "StationName SoftwareVersions PatientPosition PatientWeight PatientSize PatientAge BodyPartThickness "
    "CompressionForce OrganDose EntranceDoseInmGy ExposureIndex DeviationIndex ActualFrameDuration "
    "DecayFactor DoseCalibrationFactor InstanceNumber SeriesNumber AcquisitionNumber".split()
)
"""Attributes that no class demands, and that files of one kind have together or not at all."""


class HeaderFacts:
    """One row a file with a kept header: what it is, and which attributes it lacks or has written wrongly.

    absent, empty, other_vr and too_long are as `Catalog.presence` gives them, for the attributes that
    the standard wants in some kind of file, and ACQUISITION. image_type is ImageType as text.
    """

    def columns(self, catalog: Readable) -> list[str]:
        """The columns; without kept headers those of the instances only."""
        facts = ["kept_headers", *FACTS] if catalog.keeps_headers else []
        return [*_INSTANCES.columns(catalog), *facts]

    def blocks(
        self, catalog: Readable, names: Sequence[str], *, together: Sequence[str], rows: int
    ) -> Iterator[pd.DataFrame]:
        """All rows in one block: few bytes a file, since most files have the same attributes."""
        own = ["file_key", *(name for name in names if name not in ("file_key", "kept_headers", *FACTS))]
        parts = list(catalog.blocks(_INSTANCES.query(catalog, own), together=(), rows=rows))
        if parts:
            facts = catalog.presence(all_attributes())
            facts = facts[facts["absent"].notna()]
            table = pd.concat(parts, ignore_index=True)
            yield table.merge(facts, on="file_key", how="inner").assign(kept_headers=True)


def all_attributes() -> list[str]:
    """The keywords that are looked for."""
    demanded = (word for _, *texts in ATTRIBUTE_TYPES for text in texts for word in text.split())
    return sorted({*demanded, *ACQUISITION})


_INSTANCES = Instances({"image_type": 'i."ImageType"::VARCHAR'}, "")

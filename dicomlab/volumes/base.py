"""Names of what tells slices and volumes apart, and of what is worked out of them."""

from __future__ import annotations

import pandas as pd

TOMOGRAPHIC = ("CT", "MR", "PT", "NM")
"""Modalities whose images are slices of a volume."""

KEYS = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")

PARTS = {
    "ImagePositionPatient": ("place_x", "place_y", "place_z"),
    "ImageOrientationPatient": ("row_x", "row_y", "row_z", "column_x", "column_y", "column_z"),
}
"""Columns that stand for the components of a list."""

READ = (
    *KEYS,
    *("file_key", "SOPInstanceUID", "SOPClassUID", "Modality", "ImageType", "InstanceNumber", "Rows"),
    *("ImagePositionPatient", "ImageOrientationPatient", "slice_position_mm", "frame", "acquired_at"),
    "InStackPositionNumber",
)
"""What the splitting takes, besides what tells volumes apart."""

OF_A_RUN = (
    *("EchoNumbers", "EchoTime", "DiffusionBValue", "b_value"),
    *("TemporalPositionIndex", "TemporalPositionIdentifier", "CardiacTrigger", "TriggerTime"),
    *("NominalPercentageOfCardiacPhase", "InversionTime", "FlipAngle"),
    *("nm_energy_window", "nm_phase", "nm_time_slot"),
)
"""What one run takes several values of, each over the same slices: echoes, b-values, phases."""

APART = (
    *("StackID", "FrameOfReferenceUID", "EchoNumbers", "EchoTime", "DiffusionBValue", "b_value"),
    *("TemporalPositionIndex", "TemporalPositionIdentifier", "CardiacTrigger", "TriggerTime"),
    *("NominalPercentageOfCardiacPhase", "InversionTime", "FlipAngle", "RepetitionTime", "ImageType"),
    *("KVP", "ConvolutionKernel", "AcquisitionNumber", "nm_energy_window", "nm_phase", "nm_time_slot"),
)
"""What tells volumes at one place apart, in the order in which it is tried."""

PASSES = (
    *("StackID", "FrameOfReferenceUID", "AcquisitionNumber", "FrameAcquisitionNumber"),
    *("EchoNumbers", "TemporalPositionIndex", "TemporalPositionIdentifier"),
    *("nm_energy_window", "nm_phase", "nm_time_slot"),
)
"""What tells volumes apart that lie beside each other, or whose slices lie between those of the other."""

WORKED_OUT = (
    *("slice", "content", "series", "stack", "slab", "volume", "apart_by", "position_mm", "place"),
    *("gap_mm", "usual_gap_mm", "gap_kind", "n_lost"),
)
"""Columns that `split_series` adds.

series, stack: numbers, in the block, of the series and of the orientation in it.
slab: number of the slices of an orientation that lie together; volumes of one slab cover the same places.
slice: number of the frame, else InstanceNumber. content: image, localiser, secondary.
volume: which volume it is of, a number of the block; null where it is of none. apart_by: what tells it
from the other volumes of its orientation, as words with spaces between: attributes, turn (the order of
slices in one place) or place (slabs apart from each other); empty where there is one.
position_mm: along the normal of the volume's first slice. place: number of the position in its
orientation, from 0. gap_mm: distance to the next position of the volume; usual_gap_mm: what it is
nearby; gap_kind: lost, close, uneven or empty; n_lost: how many slices would fit into a gap that lost some.
"""

SECONDARY = "1.2.840.10008.5.1.4.1.1.7"
"""The SOP class of secondary captures; those of several frames have a dot and a number more (PS3.4 B.5)."""


def is_secondary(kind: pd.Series) -> pd.Series:
    """Which SOP classes are of secondary captures."""
    text = kind.fillna("").astype("str")
    return (text == SECONDARY) | text.str.startswith(f"{SECONDARY}.")

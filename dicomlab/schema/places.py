"""Where else the value of a column stands at the top of a file: other names, sequences of acquisitions.

A row of OTHER_NAMES is a column, an attribute that says the same in the same unit, and where the
standard says so. A row of ACQUISITIONS is a sequence of acquisitions, what stands in its items, and
where the standard says so. The attribute itself counts first, then these in their order. Where several
items say different things, a list column has them all, and any other none: which one is meant, nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from dicomlab.schema.columns import ANY_ITEM, Column, Columns, default_columns, public_column
from dicomlab.schema.frames import ENHANCED_NAMES, FRAME_ROWS, GROUP_ROWS

OTHER_NAMES: tuple[tuple[str, str, str], ...] = (
    ("SequenceName", "PulseSequenceName", "PS3.3 C.8.13.4: as SequenceName of C.8.3.1"),
    ("ImagedNucleus", "ResonantNucleus", "PS3.3 C.8.13.2: as ImagedNucleus of C.8.3.1"),
    ("ImagingFrequency", "TransmitterFrequency", "PS3.3 C.8.14.1: in MHz, as ImagingFrequency of C.8.3.1"),
    ("DecayCorrection", "DecayCorrected", "PS3.3 C.8.22.6: YES or NO, where C.8.9.1 says how"),
    ("XRayTubeCurrent", "XRayTubeCurrentInmA", "PS3.3 C.8.19.3, C.8.31.1: in mA"),
    ("ExposureTime", "ExposureTimeInms", "PS3.3 C.8.19.3, C.8.31.1: in ms"),
    ("Exposure", "ExposureInmAs", "PS3.3 C.8.19.3, C.8.31.1: in mAs"),
    ("NominalCardiacTriggerDelayTime", "TriggerTime", "PS3.3 C.8.3.1, C.7.6.18: in ms after the R peak"),
    (
        "DiffusionGradientOrientation",
        "DiffusionGradientDirectionSequence[*].DiffusionGradientOrientation",
        "PS3.3 C.8.13.5.9: as in the functional group",
    ),
    ("TemporalPositionIndex", "TemporalPositionIdentifier", "PS3.3 C.7.6.16.2.2, C.8.3.1: place in time"),
)

_TOMO = (
    "KVP XRayTubeCurrent=XRayTubeCurrentInmA ExposureTime=ExposureTimeInms Exposure=ExposureInmAs "
    "AveragePulseWidth RadiationSetting FocalSpots FilterType FilterMaterial Grid AnodeTargetMaterial "
    "BodyPartThickness CompressionForce CompressionPressure DistanceSourceToDetector DistanceSourceToPatient "
    "OrganDose HalfValueLayer EntranceDose EntranceDoseInmGy XRayOutput ExposureControlMode "
    "RelativeXRayExposure ExposureIndex TargetExposureIndex DeviationIndex DetectorID DetectorTemperature"
)
_ENERGY_GROUPS = (
    *("CTExposureSequence", "CTXRayDetailsSequence", "CTAcquisitionDetailsSequence", "CTGeometrySequence"),
)
ACQUISITIONS: tuple[tuple[str, str], ...] = (
    ("XRay3DAcquisitionSequence", "PS3.3 C.8.21.3.1 to C.8.21.3.4: an item an acquisition"),
    ("MultienergyCTAcquisitionSequence", "PS3.3 C.8.2.2: an item an acquisition, in it one an energy"),
)


@dataclass(frozen=True)
class Elsewhere:
    """A column, and the places at the top of the file that count after its own, in their order.

    `every` is the same place in every item, for columns that are read from one of several.
    """

    column: Column
    others: tuple[Column, ...]
    every: Column | None = None

    @property
    def all_others(self) -> tuple[Column, ...]:
        """All places but the column's own."""
        is_another = self.every is not None and self.every != self.column
        return (*self.others, self.every) if self.every and is_another else self.others


@cache
def elsewhere(columns: Columns) -> tuple[Elsewhere, ...]:
    """Where else the columns of a catalog, and those of its frames, stand at the top of a file.

    >>> found = {e.column.name: [other.source for other in e.others] for e in elsewhere(Columns())}
    >>> found["SequenceName"]
    ['(0018,9005)']
    """
    found = [Elsewhere(c, _others(c), _every(c)) for c in columns if c.has_place]
    known = {c.name for c in columns}
    found += [Elsewhere(c, _others(c), _in_every_item(c)) for c in frame_tops() if c.name not in known]
    return tuple(e for e in found if e.all_others or e.column.name not in known)


@cache
def frame_tops() -> tuple[Column, ...]:
    """What only frames have, where it stands at the top of the file."""
    tops = []
    for path, name, unit, meaning in FRAME_ROWS:
        below = path.rpartition("].")[2]
        # A mapping stands at the top as the same sequence; all else as the attribute alone.
        place = path if path.startswith("RealWorldValueMappingSequence") else below
        tops.append(public_column(place, name=name, unit=unit, meaning=meaning, phi=False))
    return tuple(tops)


def _others(column: Column) -> tuple[Column, ...]:
    if column.creator or not _is_known(column):
        return ()
    paths = [path for name, path, _ in OTHER_NAMES if name == column.name]
    paths += [path for name, path in _of_acquisitions() if name == column.name]
    if not paths and not column.steps and column.tag >> 16 == 0x0018 and column not in default_columns():
        paths = [f"{ACQUISITIONS[0][0]}[*].{column.name}"] if column.name[0].isupper() else []
    return tuple(_place(column, path) for path in paths)


def _is_known(column: Column) -> bool:
    """Whether a column of a name that the lists have is the attribute that they mean."""
    if column.steps:
        return False
    own = (*default_columns(), *frame_tops())
    same = next((c for c in own if c.name == column.name), None)
    return same is None or (same.tag, same.steps) == (column.tag, column.steps)


@cache
def _of_acquisitions() -> tuple[tuple[str, str], ...]:
    """Columns, and their paths in the items of acquisitions."""
    tomo, energies = (name for name, _ in ACQUISITIONS)
    found = []
    for word in _TOMO.split():
        name, _, keyword = word.rpartition("=")
        found.append((name or keyword, f"{tomo}[*].{keyword}"))
    for name, macros in GROUP_ROWS.items():
        found += [
            (name, f"{energies}[*].{macro}[*].{name}")
            for macro in macros.split(" ")
            if macro in _ENERGY_GROUPS
        ]
    for name, path, _ in ENHANCED_NAMES:
        if path.partition("[")[0] in _ENERGY_GROUPS:
            found.append((name, f"{energies}[*].{path.replace('[0]', '[*]')}"))
    return tuple(found)


def _every(column: Column) -> Column | None:
    """The place of a default column in every item, where it is read from the first of several."""
    return _in_every_item(column) if not column.is_many and column in default_columns() else None


def _in_every_item(column: Column) -> Column | None:
    """A column of all items, of one that stands in an item."""
    if column.is_many or not column.steps:
        return column if column.steps else None
    steps = tuple(replace(step, item=ANY_ITEM) for step in column.steps)
    return replace(
        column,
        name=f"{column.name} in every item",
        steps=steps,
        is_list=True,
        path=column.path.replace("[0]", "[*]"),
    )


def _place(column: Column, path: str) -> Column:
    return replace(public_column(path), name=f"{column.name} from {path}")

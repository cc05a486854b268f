"""The machines of the fleet: what they are, and how their makers write files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from dicomlab.demo.protocols import (
    CT_NORTH,
    CT_SOUTH,
    MR_NORTH,
    MR_SOUTH,
    Exam,
    Protocol,
    Schedule,
)
from dicomlab.demo.radiographs import DX_NORTH, MG_SOUTH
from dicomlab.demo.sites import NORTH, SOUTH, Site


@dataclass(frozen=True)
class Private:
    """One private element: its creator, where its block lies, and what it holds."""

    creator: str
    group: int
    block: int
    element: int
    vr: str = "DS"


@dataclass(frozen=True)
class Machine:
    """One machine; the simulated makers Aurora and Borealis do not exist."""

    station: str
    modality: str
    site: Site
    maker: str
    model: str
    software: tuple[str, ...]
    sop_class: str
    schedule: Schedule
    private: Private
    fixed: Mapping[str, Any]
    """Elements that every file of the machine holds alike."""

    digits: Mapping[str, int]
    """Decimals with which the maker writes a parameter."""

    gaps: Mapping[str, float] = field(default_factory=dict)
    """Share of acquisitions that lack an optional element."""

    studies_a_day: float = 5.0
    extension: str = ".dcm"
    is_implicit: bool = False

    @property
    def serial(self) -> str:
        """The serial number, the same in every fleet."""
        return str(100_000 + crc32(self.station.encode()) % 900_000)

    @property
    def exams(self) -> tuple[Exam, ...]:
        """The kinds of examination it does."""
        return self.schedule.exams

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """The protocols it has."""
        return self.schedule.protocols


def machines(n: int) -> tuple[Machine, ...]:
    """The first n machines; after the sixth the same six models come again.

    >>> [machine.station for machine in machines(7)]
    ['CT-01', 'CT-02', 'MR-01', 'MR-02', 'DX-01', 'MG-01', 'CT-03']
    """
    named: list[Machine] = []
    for i in range(n):
        model = _MODELS[i % len(_MODELS)]
        number = 1 + sum(machine.modality == model.modality for machine in named)
        named.append(replace(model, station=f"{model.modality}-{number:02d}"))
    return tuple(named)


_CT_DIGITS = {"KVP": 0, "TableHeight": 1, "TableSpeed": 2, "TableFeedPerRotation": 2}
_MR_DIGITS = {"RepetitionTime": 1, "dBdt": 1}

_MODELS = (
    Machine(
        station="CT-01",
        modality="CT",
        site=NORTH,
        maker="Aurora Imaging",
        model="Vega 64",
        software=("VX20A", "SL3.2"),
        sop_class="1.2.840.10008.5.1.4.1.1.2",
        schedule=CT_NORTH,
        private=Private("AURORA CT TUBE 01", 0x0019, 0x10, 0x21),
        fixed={
            "DistanceSourceToDetector": 1085.6,
            "DistanceSourceToPatient": 595,
            "GeneratorPower": 80,
            "DataCollectionDiameter": 500,
            "RotationDirection": "CW",
            "FocalSpots": 1.2,
        },
        digits=_CT_DIGITS | {"CTDIvol": 2},
        gaps={"CTDIvol": 0.01, "PatientWeight": 0.15, "PatientSize": 0.3},
    ),
    Machine(
        station="CT-02",
        modality="CT",
        site=SOUTH,
        maker="BOREALIS MEDICAL",
        model="Helix 128",
        software=("4.10.2",),
        sop_class="1.2.840.10008.5.1.4.1.1.2",
        schedule=CT_SOUTH,
        private=Private("BOREALIS_CT_ACQ", 0x0043, 0x10, 0x27),
        fixed={
            "DistanceSourceToDetector": 1040,
            "DistanceSourceToPatient": 570,
            "GeneratorPower": 100,
            "DataCollectionDiameter": 500,
            "RotationDirection": "CW",
            "FocalSpots": (0.7, 1.2),
        },
        digits=_CT_DIGITS | {"CTDIvol": 3, "WaterEquivalentDiameter": 1},
        gaps={"CTDIvol": 0.02, "PatientWeight": 0.3, "PatientSize": 0.6},
        extension="",
        is_implicit=True,
    ),
    Machine(
        station="MR-01",
        modality="MR",
        site=NORTH,
        maker="Aurora Imaging",
        model="Magna 3T",
        software=("VM11C", "XR4"),
        sop_class="1.2.840.10008.5.1.4.1.1.4",
        schedule=MR_NORTH,
        private=Private("AURORA MR PRESCAN 01", 0x0021, 0x11, 0x42),
        fixed={"MagneticFieldStrength": 3, "ImagedNucleus": "1H", "TransmitCoilName": "Body"},
        digits=_MR_DIGITS | {"ImagingFrequency": 6, "SAR": 4, "B1rms": 2},
        gaps={"SAR": 0.01, "PatientWeight": 0.02, "PatientSize": 0.1},
    ),
    Machine(
        station="MR-02",
        modality="MR",
        site=SOUTH,
        maker="BOREALIS MEDICAL",
        model="Polaris 15",
        software=("R5.7", "R5.7.1"),
        sop_class="1.2.840.10008.5.1.4.1.1.4",
        schedule=MR_SOUTH,
        private=Private("BOREALIS_MR_PREP", 0x0019, 0x10, 0x94),
        fixed={"MagneticFieldStrength": 1.5, "ImagedNucleus": "1H", "TransmitCoilName": "Q-BODY"},
        digits=_MR_DIGITS | {"ImagingFrequency": 6, "SAR": 3, "B1rms": 3},
        gaps={"SAR": 0.02, "PatientWeight": 0.02, "PatientSize": 0.2},
        extension="",
    ),
    Machine(
        station="DX-01",
        modality="DX",
        site=NORTH,
        maker="Aurora Imaging",
        model="Lumen DR",
        software=("VD10F",),
        sop_class="1.2.840.10008.5.1.4.1.1.1.1",
        schedule=DX_NORTH,
        private=Private("AURORA DX 01", 0x0019, 0x10, 0x05),
        fixed={
            "DetectorType": "SCINTILLATOR",
            "DetectorConfiguration": "AREA",
            "DetectorConditionsNominalFlag": "YES",
            "DetectorBinning": (1, 1),
            "FocalSpots": 1.0,
            "Sensitivity": 400,
        },
        digits={"ExposureIndex": 1, "DeviationIndex": 1, "DetectorTemperature": 1}
        | {"ImageAndFluoroscopyAreaDoseProduct": 4, "EntranceDoseInmGy": 4},
        gaps={"ExposureIndex": 0.01, "PatientWeight": 0.6, "PatientSize": 0.8},
        studies_a_day=5.4,
    ),
    Machine(
        station="MG-01",
        modality="MG",
        site=SOUTH,
        maker="BOREALIS MEDICAL",
        model="Mamma One",
        software=("2.4.0", "MGP 1.9"),
        sop_class="1.2.840.10008.5.1.4.1.1.1.2",
        schedule=MG_SOUTH,
        private=Private("BOREALIS_MG_AEC", 0x0019, 0x12, 0x30),
        fixed={
            "DetectorType": "DIRECT",
            "DetectorConfiguration": "AREA",
            "DetectorConditionsNominalFlag": "YES",
            "AnodeTargetMaterial": "TUNGSTEN",
            "FilterType": "STRIP",
            "FocalSpots": 0.3,
            "BreastImplantPresent": "NO",
        },
        digits={"CompressionForce": 1, "CompressionPressure": 1, "OrganDose": 5, "HalfValueLayer": 3}
        | {"XRayOutput": 5, "EntranceDoseInmGy": 3, "DetectorTemperature": 1},
        gaps={"OrganDose": 0.01, "PatientWeight": 0.9, "PatientSize": 0.95},
        studies_a_day=2.4,
        extension="",
    ),
)

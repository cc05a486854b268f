"""What the CT and MR machines do: their protocols, and how often each is asked for.

The settings of a protocol are DICOM keywords with the usual value. Names in lower case are
inputs of the simulation (how a value depends on patient size, and the like) and are never written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Protocol:
    """One way to take images: its settings as the machine writes them."""

    key: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Exam:
    """What a doctor asks for: the protocols that are run, in order."""

    name: str
    share: float
    protocols: tuple[str, ...]
    busy: int | None = None
    """The weekday (0 is Monday) on which it is three times as frequent."""


@dataclass(frozen=True)
class Schedule:
    """The exams of a machine and the protocols they use."""

    exams: tuple[Exam, ...]
    protocols: tuple[Protocol, ...]


def _code(value: str, meaning: str, scheme: str = "DCM") -> tuple[dict[str, str], ...]:
    return ({"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": meaning},)


_HEAD_PHANTOM = _code("113690", "IEC Head Dosimetry Phantom")
_BODY_PHANTOM = _code("113691", "IEC Body Dosimetry Phantom")


def _ct(name: str, body: str, current: int, kernel: str, rows: tuple[int, float], **more: Any) -> Protocol:
    """A spiral CT protocol; `rows` are number and width (mm) of the detector rows."""
    is_head = body == "HEAD"
    collimation = round(rows[0] * rows[1], 3)
    settings: dict[str, Any] = {
        "ProtocolName": name,
        "BodyPartExamined": body,
        "ImageType": ("ORIGINAL", "PRIMARY", "AXIAL"),
        "ScanOptions": "HELICAL",
        "KVP": 120,
        "XRayTubeCurrent": float(current),
        "RevolutionTime": 0.5,
        "SpiralPitchFactor": 0.55 if is_head else 0.984,
        "SingleCollimationWidth": rows[1],
        "TotalCollimationWidth": collimation,
        "SliceThickness": 5,
        "ConvolutionKernel": kernel,
        "ReconstructionDiameter": 230 if is_head else 360,
        "ExposureModulationType": "NONE" if is_head else "XYZ_EC",
        "FilterType": "HEAD" if is_head else "BODY",
        "ReconstructionAlgorithm": "ITERATIVE",
        "GantryDetectorTilt": 0,
        "PatientPosition": "HFS",
        "CTDIPhantomTypeCodeSequence": _HEAD_PHANTOM if is_head else _BODY_PHANTOM,
        "slope": 0.04 if is_head else 0.24,
        "dose_factor": 0.135 if is_head else 0.067,
    }
    return Protocol(more.pop("key", name), settings | more)


def _topogram(name: str, body: str) -> Protocol:
    """The planning view of a CT protocol: same name, fixed current, no dose index."""
    settings = {
        "ProtocolName": name,
        "SeriesDescription": "Topogram 0.6 T20f",
        "BodyPartExamined": body,
        "ImageType": ("ORIGINAL", "PRIMARY", "LOCALIZER"),
        "ScanOptions": "SCOUT MODE",
        "KVP": 100,
        "XRayTubeCurrent": 35.0,
        "SliceThickness": 0.6,
        "ConvolutionKernel": "T20f",
        "ReconstructionDiameter": 512,
        "ExposureModulationType": "NONE",
        "GantryDetectorTilt": 0,
        "PatientPosition": "HFS",
        "slope": 0.0,
    }
    return Protocol(f"{name} / topogram", settings)


_QC = {
    "QualityControlImage": "YES",
    "QualityControlSubject": "YES",
    "slope": 0.0,
    "ExposureModulationType": "NONE",
}

CT_NORTH = Schedule(
    exams=(
        Exam("CT Abdomen", 0.34, ("Abdomen venous",)),
        Exam("CT Abdomen and Thorax", 0.10, ("Thorax routine", "Abdomen venous"), busy=1),
        Exam("CT Thorax", 0.20, ("Thorax routine", "Thorax HR"), busy=3),
        Exam("CT Thorax follow-up", 0.08, ("Thorax routine / topogram", "Thorax routine")),
        Exam("CT Head", 0.28, ("Head routine", "Head bone"), busy=0),
        Exam("QC weekly", 0.04, ("QC water phantom",), busy=0),
    ),
    protocols=(
        _ct("Abdomen venous", "ABDOMEN", 210, "B30f", (64, 0.6), SeriesDescription="Abdomen 5.0 B30f"),
        _ct("Thorax routine", "CHEST", 140, "B31f", (64, 0.6), SeriesDescription="Thorax 5.0 B31f"),
        _ct("Thorax HR", "CHEST", 110, "B70f", (64, 0.6), SeriesDescription="HR 1.0 B70f", SliceThickness=1),
        _ct(
            "Head routine",
            "HEAD",
            300,
            "H31s",
            (24, 1.2),
            SeriesDescription="Head 4.8 H31s",
            RevolutionTime=1.0,
        ),
        _ct(
            "Head bone", "HEAD", 190, "H70h", (24, 1.2), SeriesDescription="Bone 1.0 H70h", RevolutionTime=1.0
        ),
        _ct("QC water phantom", "PHANTOM", 200, "B30f", (64, 0.6), SeriesDescription="QC water", **_QC),
        _topogram("Thorax routine", "CHEST"),
    ),
)

CT_SOUTH = Schedule(
    exams=(
        Exam("TK jamy brzusznej", 0.30, ("Abdomen",)),
        Exam("TK klatki piersiowej", 0.24, ("Chest",), busy=2),
        Exam("TK onkologiczna", 0.14, ("Chest", "Abdomen"), busy=3),
        Exam("TK głowy", 0.18, ("Head",)),
        Exam("TK zatok", 0.10, ("Sinus", "Head")),
        Exam("Angio-TK aorty", 0.12, ("Aorta angio", "Abdomen"), busy=4),
    ),
    protocols=(
        _ct("Abdomen", "ABDOMEN", 250, "FC18", (80, 0.5), SeriesDescription="AX 3.0", automatic_kv=1.0),
        _ct("Chest", "CHEST", 150, "FC52", (80, 0.5), SeriesDescription="AX 2.0 LUNG", automatic_kv=1.0),
        _ct("Head", "HEAD", 280, "FC21", (32, 0.5), SeriesDescription="AX HEAD", RevolutionTime=0.75),
        _ct("Sinus", "HEAD", 90, "FC30", (32, 0.5), SeriesDescription="SINUS BONE", RevolutionTime=0.75),
        _ct("Aorta angio", "CHEST", 320, "FC43", (80, 0.5), SeriesDescription="CTA 1.0", KVP=100),
    ),
)


def _mr(
    name: str, body: str, coil: str, echo: tuple[float, float, float], sar: float, **more: Any
) -> Protocol:
    """An MR protocol; `echo` are repetition time (ms), echo time (ms) and flip angle (degrees)."""
    settings: dict[str, Any] = {
        "ProtocolName": name,
        "SeriesDescription": name,
        "BodyPartExamined": body,
        "ImageType": ("ORIGINAL", "PRIMARY", "M", "ND"),
        "ScanningSequence": "SE",
        "SequenceVariant": "SK",
        "ScanOptions": "",
        "MRAcquisitionType": "2D",
        "RepetitionTime": echo[0],
        "EchoTime": echo[1],
        "FlipAngle": echo[2],
        "NumberOfAverages": 1,
        "EchoTrainLength": 1,
        "PixelBandwidth": 200,
        "PercentSampling": 100,
        "PercentPhaseFieldOfView": 100,
        "NumberOfPhaseEncodingSteps": 256,
        "AcquisitionMatrix": (256, 0, 0, 256),
        "InPlanePhaseEncodingDirection": "ROW",
        "ReceiveCoilName": coil,
        "SliceThickness": 4,
        "SpacingBetweenSlices": 4.4,
        "PatientPosition": "HFS",
        "sar_per_degree2": sar / echo[2] ** 2,
    }
    return Protocol(name, settings | more)


def _tse(train: int) -> dict[str, Any]:
    return {"EchoTrainLength": train, "SequenceVariant": ("SK", "SP")}


_GRE = {"ScanningSequence": "GR", "MRAcquisitionType": "3D", "SequenceVariant": ("SP", "MP")}

MR_NORTH = Schedule(
    exams=(
        Exam("MR Head", 0.46, ("t1_mprage_sag", "flair_tra"), busy=0),
        Exam("MR Head short", 0.14, ("t2_tse_tra",)),
        Exam("MR Knee", 0.24, ("pd_fs_cor_knee",), busy=2),
        Exam("MR Spine", 0.16, ("t2_tse_sag_spine", "t1_tse_sag_spine"), busy=4),
    ),
    protocols=(
        _mr(
            "t1_mprage_sag",
            "HEAD",
            "HEA;HEP",
            (2300, 2.98, 9),
            0.09,
            SequenceName="*tfl3d1_16ns",
            InversionTime=900,
            SliceThickness=1,
            **_GRE,
        ),
        _mr(
            "flair_tra",
            "HEAD",
            "HEA;HEP",
            (9000, 84, 150),
            0.8,
            SequenceName="*tir2d1_16",
            InversionTime=2500,
        ),
        _mr("t2_tse_tra", "HEAD", "HEA;HEP", (5200, 96, 150), 1.1, SequenceName="*tse2d1_18", **_tse(18)),
        _mr("pd_fs_cor_knee", "KNEE", "15K", (3200, 34, 150), 0.35, SequenceName="*tse2d1_9", **_tse(9)),
        _mr(
            "t2_tse_sag_spine", "SPINE", "SP2-6", (3500, 98, 160), 1.4, SequenceName="*tse2d1_17", **_tse(17)
        ),
        _mr("t1_tse_sag_spine", "SPINE", "SP2-6", (650, 9.4, 160), 1.6, SequenceName="*tse2d1_3", **_tse(3)),
    ),
)

MR_SOUTH = Schedule(
    exams=(
        Exam("MR głowy", 0.40, ("T2W_TSE", "FLAIR"), busy=1),
        Exam("MR głowy z kontrastem", 0.22, ("T1W_FFE_3D",), busy=3),
        Exam("MR kręgosłupa", 0.38, ("LS_T2_SAG", "LS_T1_SAG"), busy=4),
    ),
    protocols=(
        _mr("T2W_TSE", "HEAD", "SENSE-Head-8", (4400, 100, 90), 0.6, SequenceName="TSE", **_tse(15)),
        _mr("FLAIR", "HEAD", "SENSE-Head-8", (11000, 125, 90), 0.3, SequenceName="TIR", InversionTime=2800),
        _mr("T1W_FFE_3D", "HEAD", "SENSE-Head-8", (25, 4.6, 30), 0.5, SequenceName="T1FFE", **_GRE),
        _mr("LS_T2_SAG", "LSPINE", "SENSE-Spine-15", (3100, 120, 90), 1.0, SequenceName="TSE", **_tse(24)),
        _mr("LS_T1_SAG", "LSPINE", "SENSE-Spine-15", (480, 8, 90), 1.2, SequenceName="TSE", **_tse(5)),
    ),
)

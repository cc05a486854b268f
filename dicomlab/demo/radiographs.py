"""What the DX and MG machines do: their protocols, and how often each is asked for."""

from __future__ import annotations

from typing import Any

from dicomlab.demo.protocols import Exam, Protocol, Schedule


def _dx(name: str, body: str, view: str, exposure: tuple[int, int, float], **more: Any) -> Protocol:
    """A radiograph; `exposure` are kV, mA and the usual mAs."""
    settings: dict[str, Any] = {
        "ProtocolName": name,
        "SeriesDescription": name,
        "BodyPartExamined": body,
        "ViewPosition": view,
        "ImageType": ("ORIGINAL", "PRIMARY", ""),
        "KVP": exposure[0],
        "XRayTubeCurrent": exposure[1],
        "TargetExposureIndex": 250,
        "ExposureControlMode": "AUTOMATIC",
        "ExposureStatus": "NORMAL",
        "PatientOrientation": ("P", "F") if view == "LL" else ("L", "F"),
        "ImageLaterality": "R" if body in ("HAND", "KNEE") else "U",
        "DistanceSourceToDetector": 1150,
        "DistanceSourceToPatient": 1050,
        "Grid": ("FIXED", "FOCUSED"),
        "FilterType": "NONE",
        "DetectorID": "A1-30417",
        "mas": exposure[2],
        "slope": 0.25,
        "area_cm2": 900.0,
    }
    return Protocol(name, settings | more)


_WALL = {"DetectorID": "A1-30422", "DistanceSourceToDetector": 1800, "DistanceSourceToPatient": 1650}
_BARE = {"Grid": "NONE", "slope": 0.05, "area_cm2": 300.0, "TargetExposureIndex": 400}

DX_NORTH = Schedule(
    exams=(
        Exam("XR Chest", 0.46, ("Chest PA", "Chest LAT"), busy=0),
        Exam("XR Chest PA only", 0.14, ("Chest PA",)),
        Exam("XR Pelvis", 0.14, ("Pelvis AP",)),
        Exam("XR Knee", 0.16, ("Knee AP",), busy=3),
        Exam("XR Hand", 0.10, ("Hand PA",), busy=4),
    ),
    protocols=(
        _dx("Chest PA", "CHEST", "PA", (125, 320, 1.9), **_WALL),
        _dx("Chest LAT", "CHEST", "LL", (125, 320, 5.5), **_WALL),
        _dx("Pelvis AP", "PELVIS", "AP", (77, 400, 18.0)),
        _dx("Knee AP", "KNEE", "AP", (60, 250, 4.0), **_BARE),
        _dx("Hand PA", "HAND", "PA", (50, 160, 2.2), **_BARE | {"ExposureControlMode": "MANUAL"}),
    ),
)


def _mg(name: str, side: str, view: str, force: float, thickness: float) -> Protocol:
    settings: dict[str, Any] = {
        "ProtocolName": name,
        "SeriesDescription": f"{side}-{view}",
        "BodyPartExamined": "BREAST",
        "ViewPosition": view,
        "ImageLaterality": side,
        "PatientOrientation": ("A", "R") if view == "CC" else ("A", "FR"),
        "ImageType": ("ORIGINAL", "PRIMARY", ""),
        "PositionerType": "MAMMOGRAPHIC",
        "PositionerPrimaryAngle": 0 if view == "CC" else 45,
        "ExposureControlMode": "AUTOMATIC",
        "Grid": ("RECIPROCATING", "FOCUSED"),
        "DistanceSourceToDetector": 650,
        "DistanceSourceToPatient": 633,
        "DetectorID": "B7-0098",
        "PartialView": "NO",
        "CompressionForce": force,
        "thickness": thickness,
    }
    return Protocol(f"{name} {side} {view}", settings)


_VIEWS = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))

MG_SOUTH = Schedule(
    exams=(
        Exam("Mammografia skriningowa", 0.8, tuple(f"Screening {v} {s} {v}" for s, v in _VIEWS), busy=2),
        Exam("Mammografia diagnostyczna", 0.2, ("Diagnostic R CC", "Diagnostic R MLO")),
    ),
    protocols=(
        *(_mg(f"Screening {v}", s, v, 105 if v == "CC" else 120, 54 if v == "CC" else 58) for s, v in _VIEWS),
        *(_mg("Diagnostic", "R", v, 112, 56) for v in ("CC", "MLO")),
    ),
)

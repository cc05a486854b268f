"""From rows of the simulation to DICOM files: identifiers, patient, request, geometry, pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5
from zlib import crc32

import numpy as np
import pandas as pd

from dicomlab.demo.encode import Encoder, Layer
from dicomlab.demo.images import SIDE, picture
from dicomlab.demo.machines import Machine

_ROOT = UUID("a1175d8c-94a5-5e93-9a5c-a51dd34f6e6b")
_WINDOW = {"CT": (40, 400), "MR": (350, 700), "DX": (1600, 2600), "MG": (1400, 2000)}
# Current along the patient, relative to its mean, by number of images.
_MODULATION = {1: (1.0,), 2: (0.97, 1.03), 3: (0.94, 1.0, 1.06)}


def uid(*parts: object) -> str:
    """A UID that is the same whenever its parts are (PS3.5 B.2)."""
    return f"2.25.{uuid5(_ROOT, '/'.join(map(str, parts))).int}"


@dataclass(frozen=True)
class Image:
    """One file: where it goes below the folder of files, and its bytes."""

    path: str
    data: bytes


class Writer:
    """Makes the files of one machine from its acquisitions."""

    def __init__(self, machine: Machine, seed: int, rng: np.random.Generator):
        self._machine = machine
        self._seed = seed
        self._rng = rng
        self._encoder = Encoder(machine.site.charset, machine.is_implicit)
        self._fixed = self._encoder.layer(_machine_values(machine))
        self._n_images = (1, 1, 1, 2, 3) if machine.modality in ("CT", "MR") else (1,)

    def images(self, acquisitions: pd.DataFrame) -> Iterator[Image]:
        """The files of some acquisitions, in order."""
        for row in acquisitions.to_dict("records"):
            yield from self._series({str(k): v for k, v in row.items()})

    def _series(self, row: dict[str, Any]) -> Iterator[Image]:
        study = uid(self._seed, self._machine.station, row["study"])
        common = self._encoder.layer(self._series_values(row, study))
        n = 1 if row["is_localiser"] else int(self._rng.choice(self._n_images))
        folder = f"{self._machine.station}/{row['date']:%Y-%m}/{_study_folder(self._machine, row)}"
        for number in range(1, n + 1):
            instance = uid(study, row["series"], number)
            layer = self._encoder.layer(self._instance_values(row, number, n) | {"SOPInstanceUID": instance})
            name = f"{row['series']:02d}-{number:03d}{self._machine.extension}"
            yield Image(f"{folder}/{name}", self._file(common, layer, instance))

    def _file(self, common: Layer, layer: Layer, instance: str) -> bytes:
        sop_class = self._machine.sop_class
        return self._encoder.file(self._fixed, common, layer, sop_class=sop_class, sop_instance=instance)

    def _series_values(self, row: dict[str, Any], study: str) -> dict[Any, Any]:
        values: dict[Any, Any] = {name: value for name, value in row.items() if name[0].isupper()}
        values |= _study_values(self._machine, row, study) | _times(row)
        values |= {
            "SeriesInstanceUID": uid(study, row["series"]),
            "SeriesNumber": row["series"],
            "AcquisitionNumber": row["series"],
            "OperatorsName": self._machine.site.operators[row["operator"]],
            "RequestAttributesSequence": (_request(row),),
            "PerformedProcedureStepID": f"PPS{row['study']:06d}",
        }
        return values | self._by_modality(row, study) | self._private(row)

    def _by_modality(self, row: dict[str, Any], study: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if self._machine.modality in ("CT", "MR"):
            values |= {"FrameOfReferenceUID": uid(study, "frame"), "PositionReferenceIndicator": ""}
        if self._machine.modality != "MR":
            values["IrradiationEventUID"] = uid(study, row["series"], "event")
        if self._machine.modality in ("DX", "MG"):
            values["AnatomicRegionSequence"] = (_region(row["BodyPartExamined"]),)
            values["AcquisitionContextSequence"] = ()
        if self._machine.modality == "MG":
            values["ViewCodeSequence"] = (_view(row["ViewPosition"]),)
        return values

    def _private(self, row: dict[str, Any]) -> dict[tuple[int, str], Any]:
        private = self._machine.private
        creator = (private.group << 16 | private.block, "LO")
        element = (private.group << 16 | private.block << 8 | private.element, private.vr)
        return {creator: private.creator, element: row["private"]}

    def _instance_values(self, row: dict[str, Any], number: int, n: int) -> dict[str, Any]:
        values: dict[str, Any] = {"InstanceNumber": number}
        if self._machine.modality in ("CT", "MR"):
            values |= _position(row, number)
        if self._machine.modality == "CT":
            current = round(row["XRayTubeCurrent"] * _MODULATION[n][number - 1])
            values["XRayTubeCurrent"] = current
            values["Exposure"] = round(current * row["ExposureTime"] / 1000)
        values["PixelData"] = picture(
            self._machine.modality, size=row["patient_size"], noise=_noise(self._machine, row), rng=self._rng
        )
        return values


def _machine_values(machine: Machine) -> dict[Any, Any]:
    side = SIDE[machine.modality]
    center, width = _WINDOW[machine.modality]
    values: dict[Any, Any] = {
        "SpecificCharacterSet": machine.site.charset,
        "SOPClassUID": machine.sop_class,
        "Modality": machine.modality,
        "Manufacturer": machine.maker,
        "ManufacturerModelName": machine.model,
        "InstitutionName": machine.site.name,
        "InstitutionalDepartmentName": "Radiology",
        "StationName": machine.station,
        "DeviceSerialNumber": machine.serial,
        "DeviceUID": uid("device", machine.station),
        "ReferringPhysicianName": "Dr^Invented",
        "Rows": side,
        "Columns": side,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "WindowCenter": center,
        "WindowWidth": width,
        "BurnedInAnnotation": "NO",
        "LossyImageCompression": "00",
    }
    return values | _PIXEL_MEANING.get(machine.modality, _RADIOGRAPH) | dict(machine.fixed)


_PIXEL_MEANING: dict[str, dict[str, Any]] = {
    "CT": {"RescaleIntercept": -1024, "RescaleSlope": 1, "RescaleType": "HU"},
    "MR": {},
}
_RADIOGRAPH: dict[str, Any] = {
    "PresentationIntentType": "FOR PRESENTATION",
    "PixelIntensityRelationship": "LOG",
    "PixelIntensityRelationshipSign": -1,
    "RescaleIntercept": 0,
    "RescaleSlope": 1,
    "RescaleType": "US",
    "PresentationLUTShape": "IDENTITY",
    "ImagerPixelSpacing": (0.5, 0.5),
}


def _study_values(machine: Machine, row: dict[str, Any], study: str) -> dict[str, Any]:
    is_person = not pd.isna(row["birth"])
    day = f"{row['date']:%Y%m%d}"
    return {
        "StudyInstanceUID": study,
        "StudyID": f"{row['study'] + 1}",
        "StudyDate": day,
        "StudyTime": _clock(row["study_second"]),
        "AccessionNumber": _accession(machine, row),
        "StudyDescription": row["exam"],
        "PatientBirthDate": f"{row['birth']:%Y%m%d}" if is_person else "",
        "PatientAge": f"{(row['date'] - row['birth']).days // 365.25:03.0f}Y" if is_person else None,
    }


def _times(row: dict[str, Any]) -> dict[str, str]:
    day, start = f"{row['date']:%Y%m%d}", int(row["second"])
    return {
        "SeriesDate": day,
        "AcquisitionDate": day,
        "ContentDate": day,
        "SeriesTime": _clock(start - 20),
        "AcquisitionTime": f"{_clock(start)}.{int(1e6 * row['luck']):06d}",
        "ContentTime": _clock(start + 40),
        "PerformedProcedureStepStartDate": day,
        "PerformedProcedureStepStartTime": _clock(row["study_second"]),
    }


def _clock(second: float) -> str:
    minutes, seconds = divmod(int(second), 60)
    return f"{minutes // 60:02d}{minutes % 60:02d}{seconds:02d}"


def _accession(machine: Machine, row: dict[str, Any]) -> str:
    return f"{machine.site.prefix}{machine.station.replace('-', '')}{row['study']:06d}"


def _study_folder(machine: Machine, row: dict[str, Any]) -> str:
    return f"{_accession(machine, row)}" if machine.extension else f"ST{row['study']:06d}"


def _request(row: dict[str, Any]) -> dict[str, Any]:
    number = crc32(row["ProtocolName"].encode()) % 10_000
    code = {"CodeValue": f"P{number:04d}", "CodingSchemeDesignator": "99DEMO"}
    return {
        "RequestedProcedureID": f"RP{row['study']:06d}",
        "ScheduledProcedureStepID": f"SPS{row['study']:06d}",
        "ScheduledProcedureStepDescription": row["exam"],
        "ScheduledProtocolCodeSequence": (code | {"CodeMeaning": row["ProtocolName"]},),
    }


_REGIONS = {
    "CHEST": ("51185008", "Chest"),
    "PELVIS": ("816092008", "Pelvis"),
    "KNEE": ("72696002", "Knee"),
    "HAND": ("85562004", "Hand"),
    "BREAST": ("76752008", "Breast"),
}
_VIEWS = {"CC": ("399162004", "cranio-caudal"), "MLO": ("399368009", "medio-lateral oblique")}


def _region(body: str) -> dict[str, str]:
    return _sct(*_REGIONS[body])


def _view(view: str) -> dict[str, Any]:
    return {**_sct(*_VIEWS[view]), "ViewModifierCodeSequence": ()}


def _sct(value: str, meaning: str) -> dict[str, str]:
    return {"CodeValue": value, "CodingSchemeDesignator": "SCT", "CodeMeaning": meaning}


def _position(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Slices that lie one spacing apart, the field of view centred on the patient."""
    step = row.get("SpacingBetweenSlices") or row["SliceThickness"]
    field = row.get("ReconstructionDiameter") or 240
    spacing = round(field / SIDE["CT"], 4)
    place = round(-120.5 + step * (number - 1), 3)
    return {
        "ImagePositionPatient": (-field / 2, -field / 2, place),
        "ImageOrientationPatient": (1, 0, 0, 0, 1, 0),
        "SliceLocation": place,
        "PixelSpacing": (spacing, spacing),
    }


def _noise(machine: Machine, row: dict[str, Any]) -> float:
    """Noise of the pixels: less charge, more noise."""
    if machine.modality == "MR":
        return 12.0
    charge = max(row["Exposure"], 0.3)
    return float(np.clip({"CT": 120, "DX": 90, "MG": 160}[machine.modality] / np.sqrt(charge), 2, 120))

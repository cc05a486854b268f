"""Series of four modalities, whole and with planted faults, as files."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from tests.build import dataset, write

CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
    "DX": "1.2.840.10008.5.1.4.1.1.1.1",
}
_SIDE = 8

_COMMON = {
    "SpecificCharacterSet": "ISO_IR 192",
    "PatientName": "Invented^Patient",
    "PatientID": "TWIN",
    "PatientBirthDate": "19680315",
    "PatientSex": "O",
    "StudyDate": "20240105",
    "StudyTime": "101500",
    "SeriesDate": "20240105",
    "SeriesTime": "101600",
    "AcquisitionDate": "20240105",
    "AcquisitionTime": "101700",
    "ContentDate": "20240105",
    "ContentTime": "101800",
    "AccessionNumber": "A1",
    "ReferringPhysicianName": "",
    "StudyID": "1",
    "SeriesNumber": 2,
    "SeriesDescription": "Invented",
    "ProtocolName": "Invented",
    "Manufacturer": "Aurora Imaging",
    "ManufacturerModelName": "Vega",
    "DeviceSerialNumber": "0077",
    "SoftwareVersions": "1.0",
    "StationName": "TWIN-01",
    "AcquisitionNumber": 1,
    "Rows": _SIDE,
    "Columns": _SIDE,
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "BitsAllocated": 16,
    "BitsStored": 12,
    "HighBit": 11,
    "PixelRepresentation": 0,
    "BurnedInAnnotation": "NO",
    "PixelData": b"\0" * (2 * _SIDE * _SIDE),
}
_SLICES = {
    "PatientPosition": "HFS",
    "PositionReferenceIndicator": "",
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
    "PixelSpacing": [0.7, 0.7],
    "SliceThickness": 3,
}
_OWN: dict[str, dict[str, object]] = {
    "CT": {
        **_SLICES,
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "KVP": 120,
        "ConvolutionKernel": "B30f",
        "RescaleIntercept": -1024,
        "RescaleSlope": 1,
        "RescaleType": "HU",
    },
    "MR": {
        **_SLICES,
        "ImageType": ["ORIGINAL", "PRIMARY", "M"],
        "ScanningSequence": "SE",
        "SequenceVariant": "SK",
        "ScanOptions": "",
        "MRAcquisitionType": "2D",
        "RepetitionTime": 4000,
        "EchoTime": 90,
        "EchoTrainLength": 16,
        "FlipAngle": 150,
        "MagneticFieldStrength": 3,
    },
    "PT": {
        **_SLICES,
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "SeriesType": ["WHOLE BODY", "IMAGE"],
        "PatientWeight": 70,
        "Units": "BQML",
        "CountsSource": "EMISSION",
        "DecayCorrection": "START",
        "CorrectedImage": ["DECY", "ATTN"],
        "NumberOfSlices": 24,
        "CollimatorType": "",
        "ReconstructionMethod": "OSEM",
        "RescaleIntercept": 0,
        "FrameReferenceTime": 0,
        "ActualFrameDuration": 120000,
        "DecayFactor": 1.1,
    },
    "DX": {
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "PresentationIntentType": "FOR PRESENTATION",
        "PixelIntensityRelationship": "LOG",
        "PixelIntensityRelationshipSign": -1,
        "RescaleIntercept": 0,
        "RescaleSlope": 1,
        "RescaleType": "US",
        "PresentationLUTShape": "IDENTITY",
        "LossyImageCompression": "00",
        "ImagerPixelSpacing": [0.15, 0.15],
        "ImageLaterality": "U",
        "PatientOrientation": ["L", "F"],
        "DetectorType": "DIRECT",
        "BodyPartExamined": "CHEST",
        "KVP": 110,
        "WindowCenter": 2000,
        "WindowWidth": 4000,
    },
}


def _code(meaning: str) -> dict[str, object]:
    return {"CodeValue": "1", "CodingSchemeDesignator": "99INV", "CodeMeaning": meaning}


_SEQUENCES = {
    "PT": {
        "RadiopharmaceuticalInformationSequence": {
            "RadionuclideTotalDose": 3e8,
            "RadionuclideHalfLife": 6586,
        },
        "PatientOrientationCodeSequence": _code("recumbent"),
        "PatientGantryRelationshipCodeSequence": _code("headfirst"),
    },
    "DX": {
        "AnatomicRegionSequence": _code("Chest"),
        "AcquisitionContextSequence": {},
        "ViewCodeSequence": _code("postero-anterior"),
    },
}
GRADUAL = {"CT": "XRayTubeCurrent", "MR": "SAR", "PT": "RescaleSlope", "DX": "Exposure"}
"""What differs from image to image as it should."""


def series(modality: str, n: int = 24) -> list[Dataset]:
    """A whole series of a modality, one data set an image."""
    return [_image(modality, number) for number in range(1, n + 1)]


def _image(modality: str, number: int) -> Dataset:
    own = {**_COMMON, **_OWN[modality], "Modality": modality, "InstanceNumber": number}
    ds = dataset(**own, SOPClassUID=CLASSES[modality], SOPInstanceUID=_uid(modality, number))
    ds.StudyInstanceUID, ds.SeriesInstanceUID = _uid(modality, "study"), _uid(modality, "series")
    for keyword, values in _SEQUENCES.get(modality, {}).items():
        setattr(ds, keyword, [dataset(**values)] if values else [])
        for item in ds[keyword].value:
            del item.SOPClassUID, item.SOPInstanceUID
    setattr(ds, GRADUAL[modality], str(10 + number))
    if modality != "DX":
        ds.FrameOfReferenceUID = _uid(modality, "frame")
        place(ds, -100.5 + 3 * number)
    if modality == "PT":
        ds.ImageIndex = number
    return ds


def _uid(*parts: object) -> str:
    return generate_uid(entropy_srcs=["twin", *map(str, parts)])


def place(ds: Dataset, z: float) -> None:
    """Put a slice somewhere along the patient."""
    ds.ImagePositionPatient, ds.SliceLocation = [-120, -120, round(z, 4)], round(z, 4)


def another(ds: Dataset, **values: object) -> Dataset:
    """A copy with an identifier of its own, and these values."""
    copy = deepcopy(ds)
    copy.SOPInstanceUID = _uid(ds.SOPInstanceUID, *map(str, values.values()))
    for keyword, value in values.items():
        setattr(copy, keyword, value)
    return copy


def faulty_ct() -> list[Dataset]:
    """A missing slice, another kVp, a localiser, another PixelSpacing, a SOPInstanceUID that is taken."""
    images = series("CT")
    for image in images[18:]:
        image.KVP = 100
    images[14].PixelSpacing = [0.8, 0.8]
    images[4].SOPInstanceUID = images[3].SOPInstanceUID
    scout = another(
        images[0], ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], InstanceNumber=25, Rows=4, Columns=16
    )
    scout.ImageOrientationPatient, scout.PixelSpacing = [1, 0, 0, 0, 0, -1], [1, 1]
    del images[9]
    return [*images, scout]


def faulty_mr() -> list[Dataset]:
    """A missing slice, another EchoTime, a slice out of place, a number that is taken, another protocol."""
    images = series("MR")
    images[6].EchoTime = 92
    place(images[12], images[12].SliceLocation + 1.2)
    images[20].InstanceNumber = 20
    images[16].ProtocolName = "Another"
    del images[3]
    return images


def faulty_pt() -> list[Dataset]:
    """A missing slice, one too many, two in one place, another unit, another method."""
    images = series("PT")
    between = another(images[5], InstanceNumber=25)
    place(between, images[5].SliceLocation + 1)
    again = another(images[17], InstanceNumber=26)
    images[9].Units = "CNTS"
    for image in images[20:]:
        image.ReconstructionMethod = "FBP"
    del images[13]
    return [*images, between, again]


def faulty_dx() -> list[Dataset]:
    """No pixel size, another machine, a copy, a wrong HighBit, pixels cut short."""
    images = series("DX", 6)
    images[1].ImagerPixelSpacing = [0, 0]
    images[2].DeviceSerialNumber = "0078"
    images[3].HighBit = 7
    images[4].PixelData = images[4].PixelData[:64]
    return [*images, images[5]]


def write_series(images: list[Dataset], folder: Path) -> Path:
    """Write the images as files; gives the folder."""
    for number, image in enumerate(images):
        write(image, folder / f"{number:03d}.dcm")
    return folder

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.multival import MultiValue

from dicomlab.demo.encode import Encoder
from dicomlab.demo.headers import Writer
from dicomlab.demo.machines import Machine

_CT, _UID = "1.2.840.10008.5.1.4.1.1.2", "2.25.7"
# Attributes of type 1 and 2 of the image IODs (PS3.3 A.3, A.4, A.26, A.27), without conditional ones.
_ALL = """
    SOPClassUID SOPInstanceUID StudyDate StudyTime AccessionNumber ReferringPhysicianName StudyInstanceUID
    StudyID PatientName PatientID PatientBirthDate PatientSex Modality SeriesInstanceUID SeriesNumber
    Manufacturer InstanceNumber ImageType SamplesPerPixel PhotometricInterpretation Rows Columns
    BitsAllocated BitsStored HighBit PixelRepresentation PixelData
"""
_SLICE = """
    FrameOfReferenceUID PositionReferenceIndicator PixelSpacing ImageOrientationPatient
    ImagePositionPatient SliceThickness
"""
_RADIOGRAPH = """
    PresentationIntentType PatientOrientation ImageLaterality AnatomicRegionSequence
    PixelIntensityRelationship PixelIntensityRelationshipSign RescaleIntercept RescaleSlope RescaleType
    PresentationLUTShape LossyImageCompression BurnedInAnnotation DetectorType ImagerPixelSpacing
    AcquisitionContextSequence
"""
_REQUIRED = {
    "CT": _ALL + _SLICE + "RescaleIntercept RescaleSlope KVP AcquisitionNumber",
    "MR": _ALL + _SLICE + "ScanningSequence SequenceVariant ScanOptions MRAcquisitionType EchoTime "
    "EchoTrainLength RepetitionTime",
    "DX": _ALL + _RADIOGRAPH,
    "MG": _ALL + _RADIOGRAPH + "PositionerType ViewCodeSequence",
}
STATIONS = ["CT-01", "CT-02", "MR-01", "MR-02", "DX-01", "MG-01"]


def read_back(encoder: Encoder, values: dict) -> pydicom.FileDataset:
    charset = {"SpecificCharacterSet": encoder.charset} if encoder.charset else {}
    data = encoder.file(encoder.layer(charset | values), sop_class=_CT, sop_instance=_UID)
    return pydicom.dcmread(BytesIO(data))


def plain(value: object) -> object:
    """A value as the simulation has it."""
    if isinstance(value, MultiValue | list):
        return tuple(plain(v) for v in value)
    if isinstance(value, pydicom.Sequence):
        return tuple({e.keyword: plain(e.value) for e in item} for item in value)
    return str(value) if isinstance(value, str | pydicom.valuerep.PersonName) else value


@pytest.mark.parametrize("is_implicit", [False, True])
def test_each_kind_of_value_is_read_back_as_it_was_meant(is_implicit: bool) -> None:
    values = {
        "ImageType": ("ORIGINAL", "PRIMARY", ""),
        "PatientName": "Beispiel^Bärbel",
        "PatientBirthDate": "",
        "KVP": 120,
        "PatientSize": 1.7,
        "ImagePositionPatient": (-180.5, 0, 1e-6),
        "Exposure": 97.0,
        "Rows": 20,
        "PixelIntensityRelationshipSign": -1,
        "CTDIvol": 6.639,
        "FocalSpots": (0.7, 1.2),
        "SOPInstanceUID": "2.25.12",
        "ViewCodeSequence": ({"CodeValue": "1", "ViewModifierCodeSequence": ()},),
        "PixelData": b"\0\1\2\3",
    }
    header = read_back(Encoder("ISO_IR 100", is_implicit), values)
    assert {name: plain(header[name].value) for name in values} == values | {"Exposure": 97}


def test_what_is_unknown_is_left_out() -> None:
    header = read_back(Encoder(), {"KVP": None, "CTDIvol": float("nan"), "PatientID": ""})
    assert [e.keyword for e in header] == ["SpecificCharacterSet", "PatientID"]


def test_a_word_that_is_no_keyword_is_refused() -> None:
    with pytest.raises(KeyError):
        Encoder().layer({"TubeCurrent": 1})


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="\\"), max_size=60
    ),
    number=st.floats(-1e6, 1e6).map(lambda v: float(f"{v:.6g}")),
    is_implicit=st.booleans(),
)
def test_any_text_and_number_survives(text: str, number: float, is_implicit: bool) -> None:
    values = {"StudyDescription": text, "TableHeight": number, "CTDIvol": number}
    header = read_back(Encoder("ISO_IR 192", is_implicit), values)
    assert header.StudyDescription == text
    assert (float(header.TableHeight), header.CTDIvol) == (number, number)


@pytest.mark.parametrize("station", STATIONS)
def test_pydicom_reads_every_value_that_was_simulated(
    station: str, sound: dict[str, tuple[Machine, pd.DataFrame]]
) -> None:
    machine, acquisitions = sound[station]
    for row in acquisitions.iloc[::400].to_dict("records"):
        image = next(Writer(machine, 3, np.random.default_rng(0)).images(pd.DataFrame([row])))
        header = pydicom.dcmread(BytesIO(image.data))
        meant = {k: v for k, v in row.items() if k[0].isupper() and v == v and v is not None}
        if machine.modality == "CT":  # these follow the place in the patient
            del meant["XRayTubeCurrent"], meant["Exposure"]
        for name, value in meant.items():
            read = plain(header[name].value)
            alone = value[0] if isinstance(value, tuple) and len(value) == 1 and read != value else value
            # A single precision element keeps seven digits.
            assert read == (pytest.approx(alone, rel=1e-6) if isinstance(alone, float) else alone), name


@pytest.mark.parametrize("station", STATIONS)
def test_pydicom_would_have_written_the_same_bytes(
    station: str, sound: dict[str, tuple[Machine, pd.DataFrame]]
) -> None:
    machine, acquisitions = sound[station]
    for image in Writer(machine, 3, np.random.default_rng(0)).images(acquisitions.iloc[::500]):
        again = BytesIO()
        header = pydicom.dcmread(BytesIO(image.data))
        for element in header.iterall():  # force pydicom to encode anew
            assert element.value is not None or element.is_empty
        header.save_as(again, enforce_file_format=True)
        assert again.getvalue() == image.data


@pytest.mark.parametrize("station", STATIONS)
def test_every_value_is_legal_for_its_type(
    station: str, sound: dict[str, tuple[Machine, pd.DataFrame]], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, acquisitions = sound[station]
    monkeypatch.setattr(pydicom.config.settings, "reading_validation_mode", pydicom.config.RAISE)
    for image in Writer(machine, 3, np.random.default_rng(0)).images(acquisitions.iloc[::300]):
        header = pydicom.dcmread(BytesIO(image.data))
        assert len([element.value for element in header.iterall()]) > 80
        for name in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "DeviceUID"):
            assert header[name].value.is_valid
            assert header[name].value.startswith("2.25.")


@pytest.mark.parametrize("station", STATIONS)
def test_what_the_standard_requires_is_there(
    station: str, sound: dict[str, tuple[Machine, pd.DataFrame]]
) -> None:
    machine, acquisitions = sound[station]
    for image in Writer(machine, 3, np.random.default_rng(0)).images(acquisitions.iloc[::300]):
        header = pydicom.dcmread(BytesIO(image.data))
        assert [name for name in _REQUIRED[machine.modality].split() if name not in header] == []

"""From bytes to findings: an archive without faults, and the same with one planted at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

import dicomlab as dl
from tests.build import dataset, write

CT = "1.2.840.10008.5.1.4.1.1.2"


def ct_slice(k: int, *, patient: int = 1, **changes: object) -> Dataset:
    """Slice k of a CT series of 8 x 8 pixels, with all that its kind must have."""
    study = f"1.2.{patient}"
    values = {
        "SOPClassUID": CT,
        "SOPInstanceUID": f"{study}.1.{k}",
        "SeriesInstanceUID": f"{study}.1",
        "StudyInstanceUID": study,
        "FrameOfReferenceUID": f"{study}.9",
        "PatientID": f"P{patient}",
        "PatientName": f"Invented^Person {patient}",
        "PatientBirthDate": "19600601",
        "PatientSex": "F",
        "PatientAge": "063Y",
        "StudyDate": "20240305",
        "StudyTime": "101500",
        "SeriesDate": "20240305",
        "SeriesTime": "101600",
        "AcquisitionDate": "20240305",
        "AcquisitionTime": f"1017{k:02d}",
        "ContentDate": "20240305",
        "ContentTime": f"1018{k:02d}",
        "AccessionNumber": "",
        "ReferringPhysicianName": "",
        "StudyID": "1",
        "PositionReferenceIndicator": "",
        "Modality": "CT",
        "Manufacturer": "ACME",
        "ManufacturerModelName": "Ring",
        "DeviceSerialNumber": "45239",
        "StationName": "CT-1",
        "SeriesNumber": 1,
        "AcquisitionNumber": 1,
        "InstanceNumber": k,
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "ImagePositionPatient": [0, 0, 2.5 * k],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [0.5, 0.5],
        "SliceThickness": "2.5",
        "KVP": "120",
        "Rows": 8,
        "Columns": 8,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "RescaleIntercept": "-1024",
        "RescaleSlope": "1",
        "PixelData": bytes(128),
    }
    return dataset(**{name: value for name, value in (values | changes).items() if value is not None})


def archive(folder: Path) -> Path:
    """Two patients with a series of eight slices each."""
    for patient in (1, 2):
        for k in range(1, 9):
            write(ct_slice(k, patient=patient), folder / f"p{patient}" / f"{k}")
    return folder


def check(folder: Path, into: Path):
    catalog = dl.scan(folder, into=into, progress=False)
    return dl.check(catalog)[["check", "severity", "n_files"]].to_numpy().tolist()


def copied(folder: Path) -> None:
    shutil.copy(folder / "p1" / "3", folder / "copy")


def another_header(folder: Path) -> None:
    write(ct_slice(3, KVP="120.0"), folder / "p1" / "other")


def compressed_by_name(folder: Path) -> None:
    ds = dcmread(folder / "p1" / "3")
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.5"
    ds["PixelData"].is_undefined_length = True
    ds.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\x04\0\0\0abcd\xfe\xff\xdd\xe0\0\0\0\0"
    ds.save_as(folder / "p1" / "rle")


def cut(folder: Path) -> None:
    file = folder / "p1" / "3"
    file.write_bytes(file.read_bytes()[:-60])


def cut_in_the_header(folder: Path) -> None:
    file = folder / "p1" / "3"
    file.write_bytes(file.read_bytes()[:900])


def other_patient(folder: Path) -> None:
    write(ct_slice(9, PatientID="P2", PatientName="Invented^Person 2"), folder / "p1" / "9")


def without_kvp(folder: Path) -> None:
    write(ct_slice(3, KVP=None), folder / "p1" / "3")


def without_spacing(folder: Path) -> None:
    for k in range(1, 9):
        write(ct_slice(k, PixelSpacing=None), folder / "p1" / f"{k}")


def other_vr(folder: Path) -> None:
    file = folder / "p1" / "3"
    file.write_bytes(file.read_bytes().replace(b"\x20\x00\x13\x00IS", b"\x20\x00\x13\x00LO"))


def in_the_future(folder: Path) -> None:
    days = dict.fromkeys(["StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"], "29980305")
    for k in range(1, 9):
        write(ct_slice(k, **days, PatientAge=None), folder / "p1" / f"{k}")


def of_another_age(folder: Path) -> None:
    for k in range(1, 9):
        write(ct_slice(k, PatientAge="036Y"), folder / "p1" / f"{k}")


def captured(folder: Path) -> None:
    plain = ct_slice(9, SOPClassUID="1.2.840.10008.5.1.4.1.1.7", ImagePositionPatient=None)
    plain.ConversionType, plain.BurnedInAnnotation = "WSD", "NO"
    write(plain, folder / "p1" / "9")


PLANTED = {
    copied: ["same-file-twice", "warning", 2],
    another_header: ["same-uid-other-content", "error", 2],
    compressed_by_name: ["same-uid-other-content", "warning", 2],
    cut: ["pixels-too-few", "error", 1],
    cut_in_the_header: ["broken-files", "error", 1],
    other_patient: ["series-in-several-places", "error", 9],
    without_kvp: ["missing-in-some", "warning", 1],
    without_spacing: ["missing-required", "warning", 8],
    other_vr: ["other-vr", "warning", 1],
    in_the_future: ["impossible-date", "warning", 8],
    of_another_age: ["age-disagrees", "warning", 8],
    captured: ["other-kind-inside", "warning", 1],
}


@pytest.mark.slow
def test_an_archive_without_faults_gives_no_finding(tmp_path):
    assert check(archive(tmp_path / "in"), tmp_path / "catalog") == []


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_the_only_thing_above_a_note(tmp_path, plant):
    folder = archive(tmp_path / "in")
    plant(folder)
    found = [row for row in check(folder, tmp_path / "catalog") if row[1] != "note"]
    assert found == [PLANTED[plant]]


@pytest.mark.slow
def test_no_finding_holds_a_value_of_the_patient(tmp_path):
    folder = archive(tmp_path / "in")
    for plant in (of_another_age, copied, other_patient, captured, in_the_future):
        plant(folder)
    found = dl.check(dl.scan(folder, into=tmp_path / "catalog", progress=False))
    said = found[["uid", "message", "evidence", "fix"]].to_json()
    assert found["check"].nunique() > 2
    for word in ("Invented", "Person", '"P1"', '"P2"', "19600601", "1960-06-01", "036Y", "063Y"):
        assert word not in said


@pytest.mark.slow
def test_what_needs_kept_headers_is_told_as_not_run(tmp_path):
    folder = archive(tmp_path / "in")
    catalog = dl.scan(folder, into=tmp_path / "catalog", keep_headers=False, progress=False)
    not_run = dl.check(catalog).attrs["not_run"]
    assert "missing-required" in [one["check"] for one in not_run]
    assert all("kept_headers" in one["reason"] for one in not_run)

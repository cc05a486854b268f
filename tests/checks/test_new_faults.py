"""Faults of clocks, tracers, identity, copies and conditional attributes, from bytes to findings."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from pathlib import Path

import pandas as pd
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

import dicomlab as dl
from dicomlab.checks.clocks import ClockOff, SeriesTimeLate
from dicomlab.checks.kept_texts import what_it_holds
from dicomlab.checks.runs import RunInSeveralSeries
from tests.checks import twins


def series_of(name: str, modality: str = "PT", n: int = 2, **values) -> list[Dataset]:
    """A series of a patient and a machine of its own, with what is changed in all images."""
    images = twins.series(modality, n)
    for image in images:
        image.PatientID, image.DeviceSerialNumber = name, f"serial {name}"
        for uid in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"):
            if uid in image:
                image[uid].value = generate_uid(entropy_srcs=[name, image[uid].value])
        for keyword, value in values.items():
            setattr(image, keyword, value)
    return images


def found_in(folder, cases: dict[str, list[Dataset]], checks=None) -> dict[str, list[dict]]:
    """What checks find in the images of each case; one scan of all, each in a folder of its own."""
    for name, images in cases.items():
        twins.write_series(images, folder / "dicom" / name)
    found = dl.check(dl.scan(folder / "dicom", into=folder / "catalog", progress=False), checks)
    return {
        name: [one for one in found.to_dict("records") if Path(one["files"][0]).parent.name == name]
        for name in cases
    }


def item(**values) -> Dataset:
    ds = Dataset()
    for name, value in values.items():
        setattr(ds, name, value)
    return ds


def tracer(**values) -> Sequence:
    return Sequence([item(RadionuclideTotalDose=3e8, RadionuclideHalfLife=6586, **values)])


_TRACER = "RadiopharmaceuticalInformationSequence"
_REMOVED = {"PatientIdentityRemoved": "YES", "PatientBirthDate": "", "PatientName": "P1"}
_METHOD = _REMOVED | {"DeidentificationMethod": "x"}
_OFFSET = {"TimezoneOffsetFromUTC": "+0100"}
FAULTS: dict[str, tuple[dict, list[str]]] = {
    "no weight": ({"PatientWeight": None}, ["missing-weight"]),
    "counts": ({"PatientWeight": None, "Units": "CNTS"}, []),
    "gml": ({"Units": "GML"}, ["missing-conditional"]),
    "gml of weight": ({"Units": "GML", "SUVType": "BW"}, []),
    "series late": ({"SeriesTime": "101801"}, ["series-time-late"]),
    "series soon": ({"SeriesTime": "101800"}, []),
    "derived": ({"SeriesTime": "111800", "ImageType": ["DERIVED", "SECONDARY"]}, []),
    "after": ({_TRACER: tracer(RadiopharmaceuticalStartTime="102201")}, ["injection-after-acquisition"]),
    "dynamic": ({_TRACER: tracer(RadiopharmaceuticalStartTime="102200")}, []),
    "evening": ({_TRACER: tracer(RadiopharmaceuticalStartTime="235000")}, []),
    "next day": (
        {_TRACER: tracer(RadiopharmaceuticalStartDateTime="20240106091500")},
        ["injection-after-acquisition"],
    ),
    "no factor": ({"DecayFactor": None}, ["missing-conditional"]),
    "no decay": ({"DecayFactor": None, "DecayCorrection": "NONE"}, []),
    "offsets": (_OFFSET | {"AcquisitionDateTime": "20240105101700+0200"}, ["offsets-disagree"]),
    "one offset": (_OFFSET | {"AcquisitionDateTime": "20240105101700+0100"}, []),
    "its offset": (_OFFSET, []),
    "no method": (_REMOVED, ["missing-conditional"]),
    "method": (_METHOD, []),
    "no ratio": ({"LossyImageCompression": "01"}, []),
    "half a window": ({"WindowCenter": 40}, ["missing-conditional"]),
    "window": ({"WindowCenter": 40, "WindowWidth": 400}, []),
    "name": (_METHOD | {"PatientName": "Doe^John"}, ["identity-left"]),
    "address": (_METHOD | {"PatientAddress": "1 High Street"}, ["identity-in-text"]),
    "locator": (_METHOD | {"MedicalRecordLocator": "4711"}, ["identity-in-text"]),
    "physician": (_METHOD | {"ReferringPhysicianName": "Roe^Ann"}, ["identity-in-text"]),
    "mrn": (_METHOD | {"ImageComments": "MRN 1234567"}, ["identity-in-text"]),
    "phone": (_METHOD | {"SeriesDescription": "call +44 20 7946 0123"}, ["identity-in-text"]),
    "home": (_METHOD | {"PatientComments": "lives at 12 Long Acre Road"}, ["identity-in-text"]),
}


@pytest.mark.slow
def test_each_fault_of_pet_is_found_once(tmp_path):
    cases = {name: series_of(name, **change) for name, (change, _) in FAULTS.items()}
    found = found_in(tmp_path, cases)
    assert {name: [one["check"] for one in own] for name, own in found.items()} == {
        name: expected for name, (_, expected) in FAULTS.items()
    }
    texts = " ".join(one["message"] + str(one["evidence"]) for own in found.values() for one in own)
    assert not [word for word in ("Doe", "High", "4711", "Roe", "1234567", "7946", "Acre") if word in texts]


@pytest.mark.parametrize(
    "text",
    [
        "MR Head 3D T1 1.2 mm",
        "CT Abdomen 5.0 B30f",
        "3 Head CT",
        "Thorax^01_Routine (Adult)",
        "20240105 101500",
        "DTI 64 dir b1000 2 mm iso 128x128",
        "1.2.840.10008.5.1",
    ],
)
def test_descriptions_of_examinations_name_nobody(text):
    assert what_it_holds(text) == ""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("tel: 030 1234567", "a telephone number"),
        ("(555) 123-4567", "a telephone number"),
        ("jo.doe@example.org", "an e-mail address"),
        ("Patient ID 00123456", "a number of a patient"),
        ("Lindenstraße 12", "an address"),
        ("DOB 1960-01-02", "a date of birth"),
        ("Frau Meyer", "a name"),
        ("Name: Meyer", "a name"),
    ],
)
def test_texts_that_name_somebody_are_known_by_their_looks(text, what):
    assert what_it_holds(text) == what


@pytest.mark.slow
def test_items_copies_and_cut_files_are_one_finding_each(tmp_path):
    no_code = series_of("no code", ProcedureCodeSequence=Sequence([item(CodeMeaning="Scan")]))
    coded = item(CodeValue="1", CodingSchemeDesignator="99X", CodeMeaning="Scan")
    whole = series_of("whole", ProcedureCodeSequence=Sequence([coded]))
    no_uid = series_of("no uid")
    no_uid[0].ReferencedImageSequence = Sequence([item(ReferencedSOPInstanceUID="1.2.3")])
    lost, kept = series_of("lost"), series_of("kept")
    for image in (lost[0], kept[0]):
        image.add_new(0x00291001, "LO", "value")
    kept[0].add_new(0x00290010, "LO", "MAKER")
    other = series_of("other", "DX")
    other.append(deepcopy(other[0]))
    other[2].ViewCodeSequence[0].CodeMeaning = "lateral"
    spectrum = series_of("spectrum", "MR", 1, SOPClassUID="1.2.840.10008.5.1.4.1.1.4.2")
    del spectrum[0].PixelData
    cases = {"no code": no_code, "whole": whole, "no uid": no_uid, "lost": lost, "kept": kept}
    cases |= {
        "other": other,
        "spectrum": spectrum,
        "cut": series_of("cut", "CT", 8),
        "part": series_of("part", "CT", 8),
    }
    for name, size in (("cut", -60), ("part", 900)):
        twins.write_series(cases[name], tmp_path / "dicom" / name)
        (tmp_path / "dicom" / name / "z.dcm").write_bytes(
            (tmp_path / "dicom" / name / "003.dcm").read_bytes()[:size]
        )
    found = found_in(tmp_path, cases)
    assert {
        name: [one["check"] for one in own if one["check"] != "missing-required"]
        for name, own in found.items()
    } == {
        "no code": ["incomplete-items"],
        "whole": [],
        "no uid": ["incomplete-items"],
        "lost": ["no-private-creator"],
        "kept": [],
        "other": ["same-uid-other-content"],
        "spectrum": [],
        "cut": ["pixels-too-few"],
        "part": ["broken-files"],
    }
    assert found["lost"][0]["evidence"] == {"tags": "(0029,1001)"}
    assert found["other"][0]["evidence"]["differ"] == "attributes that no column shows"


@pytest.mark.slow
def test_copies_in_many_series_are_one_finding_however_they_are_encoded(tmp_path):
    cases = {str(n): series_of(str(n), "DX") for n in range(4)}
    for images in cases.values():
        copy = deepcopy(images[0])
        copy["ViewCodeSequence"].is_undefined_length = True
        images.append(copy)
    found = found_in(tmp_path, cases, ["same-file-twice", "same-uid-other-content"])
    assert [one["check"] for own in found.values() for one in own] == ["same-file-twice"]
    assert found["0"][0]["evidence"] == {"n_copies": 4, "n_series": 4}
    assert found["0"][0]["n_files"] == 8


def year(late_from: str, late_to: str, seconds: float = -3000.0) -> pd.DataFrame:
    """A study each working day of 2025, 10 min before its first image, or later from a day to a day."""
    days = pd.date_range("2025-01-06", "2025-12-12", freq="B")
    is_late = (days >= late_from) & (days < late_to)
    n = range(len(days))
    return pd.DataFrame(
        {
            "device": "A",
            "file_key": [f"f{k}" for k in n],
            "SeriesInstanceUID": [f"1.{k}" for k in n],
            "StudyInstanceUID": [str(k) for k in n],
            "day": days,
            "content_after_s": 20.0,
            "study_before_s": [seconds if late else 600.0 for late in is_late],
        }
    )


def test_a_clock_that_was_wrong_for_a_part_of_the_year_is_found():
    found = ClockOff()(year("2025-03-30", "2025-10-26"))
    assert found["severity"].tolist() == ["warning"]
    assert found["evidence"].tolist() == [
        {"seconds_off": 3000, "first_day": "2025-03-31", "last_day": "2025-10-24"}
    ]
    ahead = ClockOff()(year("2025-03-30", "2025-10-26", 4200.0))
    assert ahead["evidence"].iloc[0]["first_day"] == "2025-03-31"


@pytest.mark.parametrize(("last", "n"), [("2025-04-11", 0), ("2025-04-12", 1)])
def test_a_few_days_are_no_clock(last, n):
    assert len(ClockOff()(year("2025-03-31", last))) == n


def test_single_studies_now_and_then_are_no_clock():
    rows = year("2025-01-01", "2025-01-01")
    rows.loc[::3, "study_before_s"] = -3000.0
    assert ClockOff()(rows).empty


def of_run(n: int, **more) -> pd.DataFrame:
    usual = {
        "PatientID": "P1",
        "Modality": "MR",
        "SeriesNumber": 5,
        "SeriesTime": dt.time(10),
        "ProtocolName": "ep2d",
        "StudyInstanceUID": [f"1.7.{k}" for k in range(n)],
        "SeriesInstanceUID": [f"1.8.{k}" for k in range(n)],
        "AcquisitionNumber": range(1, n + 1),
    }
    return pd.DataFrame(usual | more)


@pytest.mark.parametrize(
    ("rows", "n"),
    [
        (of_run(8), 8),
        (of_run(2), 2),
        (of_run(3, AcquisitionNumber=1), 3),
        (of_run(2, AcquisitionNumber=1), 0),
        (of_run(1), 0),
        (of_run(3, SeriesNumber=[1, 2, 3]), 0),
        (of_run(3, SeriesTime=None), 0),
        (of_run(3, PatientID=["A", "B", "C"]), 0),
    ],
)
def test_series_that_look_like_one_run(rows, n):
    found = RunInSeveralSeries()(rows)
    assert [one["n_series"] for one in found["evidence"]] == ([n] if n else [])


def test_a_late_series_time_is_a_note_but_in_pet():
    rows = pd.DataFrame(
        {
            "device": "A",
            "file_key": ["a", "b", "c"],
            "Modality": ["PT", "MR", "CT"],
            "series_after_s": [61.0, 61.0, 60.0],
        }
    )
    assert sorted(SeriesTimeLate()(rows)["severity"]) == ["note", "warning"]

"""Instances that refer to others."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pydicom.dataset import Dataset

import dicomlab as dl
from dicomlab.checks.references import MissingReference, ReferenceElsewhere
from tests.build import dataset, write

STORAGE = "1.2.840.10008.5.1.4.1.1."
CT, SEG, STRUCTURES, PLAN, DOSE, KEY_OBJECTS = (
    STORAGE + kind for kind in ("2", "66.4", "481.3", "481.5", "481.2", "88.59")
)
CHECKS = ["missing-reference", "reference-elsewhere"]


def references(**columns: object) -> pd.DataFrame:
    usual = {
        "file_key": ["f0", "f1"],
        "SeriesInstanceUID": "1",
        "SOPClassUID": SEG,
        "kept_headers": True,
        "refers_to": "images",
        "n_referenced": 10,
        "n_missing": 0,
        "n_series": 1,
        "n_missing_series": 0,
        "n_other_patient": 0,
        "n_other_study": 0,
    }
    return pd.DataFrame(usual | columns)


def test_images_lost_from_a_series_that_is_there_are_a_warning():
    found = MissingReference()(references(n_missing=[2, 3]))
    assert found["severity"].tolist() == ["warning"]
    assert found["evidence"].tolist() == [{"refers_to": "images", "n_missing": 5, "n_referenced": 20}]
    assert found["message"].str.startswith("Not in the catalog: 5 of 20 references to images").all()


@pytest.mark.parametrize(
    "columns",
    [
        {"n_missing_series": 1},
        {"n_series": 0},
        {"SOPClassUID": KEY_OBJECTS, "refers_to": "evidence"},
        {"SOPClassUID": STRUCTURES, "refers_to": "contour images"},
    ],
    ids=["no series", "no series named", "key objects", "contours"],
)
def test_what_an_archive_may_well_lack_is_a_note(columns):
    found = MissingReference()(references(n_missing=10, **columns))
    assert found["severity"].tolist() == ["note"]


def test_references_to_another_patient_and_to_another_study_are_errors():
    found = ReferenceElsewhere()(references(n_other_patient=[4, 0], n_other_study=[0, 3]))
    assert found["severity"].tolist() == ["error", "error"]
    assert found["message"].tolist() == [
        "4 of 10 references to images lead to another patient.",
        "3 of 10 references to images lead to another study than they say.",
    ]


def instance(kind: str, uid: str, *, patient: int = 1, series: int = 1, **values: object) -> Dataset:
    study = f"1.2.{patient}"
    own = {"SOPClassUID": kind, "SOPInstanceUID": uid, "PatientID": f"Invented {patient}"}
    own |= {"StudyInstanceUID": study, "SeriesInstanceUID": f"{study}.{series}", "InstanceNumber": 1}
    return dataset(**(own | values))


def referred(kind: str, uids: list[str]) -> list[Dataset]:
    items = [Dataset() for _ in uids]
    for item, uid in zip(items, uids, strict=True):
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = kind, uid
    return items


def item(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def images(patient: int = 1) -> list[str]:
    return [f"1.2.{patient}.1.{k}" for k in range(1, 5)]


def segmentation(uids: list[str], *, series: str = "1.2.1.1", **values: object) -> Dataset:
    named = item(SeriesInstanceUID=series, ReferencedInstanceSequence=referred(CT, uids))
    return instance(SEG, "1.2.1.5.1", series=5, ReferencedSeriesSequence=[named], **values)


def structures(uids: list[str]) -> Dataset:
    of_series = item(SeriesInstanceUID="1.2.1.1", ContourImageSequence=referred(CT, uids))
    of_study = item(RTReferencedSeriesSequence=[of_series])
    contours = [item(ContourImageSequence=[one]) for one in referred(CT, uids)]
    return instance(
        STRUCTURES,
        "1.2.1.6.1",
        series=6,
        ReferencedFrameOfReferenceSequence=[item(RTReferencedStudySequence=[of_study])],
        ROIContourSequence=[item(ContourSequence=contours)],
    )


def plan() -> Dataset:
    named = referred(STRUCTURES, ["1.2.1.6.1"])
    return instance(PLAN, "1.2.1.7.1", series=7, ReferencedStructureSetSequence=named)


def dose() -> Dataset:
    named = referred(PLAN, ["1.2.1.7.1"])
    return instance(DOSE, "1.2.1.8.1", series=8, ReferencedRTPlanSequence=named)


def key_objects(uids: list[str]) -> Dataset:
    of_series = item(SeriesInstanceUID="1.2.1.1", ReferencedSOPSequence=referred(CT, uids))
    study = item(StudyInstanceUID="1.2.1", ReferencedSeriesSequence=[of_series])
    return instance(KEY_OBJECTS, "1.2.1.9.1", series=9, CurrentRequestedProcedureEvidenceSequence=[study])


def found_in(folder: Path, *more: Dataset, keep_headers: bool = True) -> pd.DataFrame:
    """What the two checks say of four images of two patients each, and of what refers to them."""
    plain = [instance(CT, uid, patient=patient) for patient in (1, 2) for uid in images(patient)]
    for k, ds in enumerate([*plain, *more]):
        write(ds, folder / "in" / str(k))
    catalog = dl.scan(folder / "in", into=folder / "catalog", keep_headers=keep_headers, progress=False)
    return dl.check(catalog, CHECKS)


def test_a_whole_chain_of_references_gives_no_finding(tmp_path):
    whole = [segmentation(images()), structures(images()), plan(), dose(), key_objects(images())]
    found = found_in(tmp_path, *whole)
    assert found.attrs["run"] == CHECKS
    assert len(found) == 0


def test_each_broken_link_of_a_chain_is_told_once(tmp_path):
    more = [*images(), "1.2.1.1.9"]
    broken = [segmentation(more), structures(more), dose(), key_objects(more)]
    found = found_in(tmp_path, *broken)
    assert found[["uid", "severity"]].to_numpy().tolist() == [
        ["1.2.1.5", "warning"],
        ["1.2.1.6", "warning"],
        ["1.2.1.8", "note"],
        ["1.2.1.9", "note"],
    ]
    kinds = [one["refers_to"] for one in found["evidence"]]
    assert kinds == ["images", "images", "plans", "evidence"]
    assert [(one["n_missing"], one["n_referenced"]) for one in found["evidence"]] == [(1, 5)] * 2 + [
        (1, 1),
        (1, 5),
    ]
    said = found[["message", "evidence", "fix"]].to_json()
    assert "1.2." not in said
    assert "Invented" not in said


def test_a_series_that_was_never_sent_is_a_note(tmp_path):
    found = found_in(tmp_path, segmentation(["1.9.1", "1.9.2"], series="1.9"))
    assert found[["check", "severity"]].to_numpy().tolist() == [["missing-reference", "note"]]


def test_a_segmentation_of_the_images_of_somebody_else_is_an_error(tmp_path):
    found = found_in(tmp_path, segmentation(images(2), series="1.2.2.1"))
    assert found[["check", "severity", "n_files"]].to_numpy().tolist() == [
        ["reference-elsewhere", "error", 1]
    ]
    assert "another patient" in found["message"].iloc[0]


def test_a_segmentation_filed_under_another_study_is_an_error(tmp_path):
    found = found_in(tmp_path, segmentation(images(), StudyInstanceUID="1.2.77"))
    assert found[["check", "severity"]].to_numpy().tolist() == [["reference-elsewhere", "error"]]
    assert "another study" in found["message"].iloc[0]


def test_a_copy_under_another_patient_beside_the_right_one_is_no_error(tmp_path):
    copy = instance(CT, images()[0], patient=2)
    assert len(found_in(tmp_path, segmentation(images()), copy)) == 0


def test_references_without_kept_headers_are_told_as_not_followed(tmp_path):
    found = found_in(tmp_path, segmentation(["1.9.1"]), keep_headers=False)
    assert [one["check"] for one in found.attrs["not_run"]] == CHECKS
    assert all("kept_headers" in one["reason"] for one in found.attrs["not_run"])

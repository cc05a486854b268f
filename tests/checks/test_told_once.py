"""One fault is one finding, though several checks see it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.checks.base import Check
from tests.build import write_archive
from tests.checks import twins


@dataclass(frozen=True)
class Cause(Check):
    """A series of CT is odd."""

    name = "cause"
    severity = "note"
    needs = ("SeriesInstanceUID", "Modality")
    fix = "Nothing."
    attribute: str = "KVP"
    """What it names."""

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        return self.find(rows[rows["Modality"] == "CT"], "Odd.", attribute=self.attribute)


@dataclass(frozen=True)
class Consequence(Cause):
    """What follows from it."""

    name = "consequence"
    unless = ("cause",)

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        return self.find(rows, "Odd.", attribute=self.attribute)


@pytest.fixture
def catalog(tmp_path):
    """Two series of CT, and two of MR."""
    return dl.scan(write_archive(tmp_path / "some"), into=tmp_path / "small", progress=False)


def told(catalog, *checks):
    return dl.check(catalog, checks)["check"].value_counts().to_dict()


def test_what_follows_is_left_out_where_its_cause_is_told(catalog):
    assert told(catalog, Cause(), Consequence()) == {"cause": 2, "consequence": 2}


def test_what_follows_is_told_where_its_cause_is_not_looked_for(catalog):
    assert told(catalog, Consequence()) == {"consequence": 4}


def test_another_attribute_is_another_fault(catalog):
    assert told(catalog, Cause(), Consequence(attribute="Rows"))["consequence"] == 4


@pytest.fixture
def findings_of(tmp_path):
    """What is found above a note, and in numbers, in several series by name of their patient."""

    def findings(**series):
        for name, images in series.items():
            for image in images:
                image.PatientID, image.StudyInstanceUID = name, image.StudyInstanceUID + f".{name[1:]}"
                image.SeriesInstanceUID += f".{name[1:]}"
                image.SOPInstanceUID += f".{name[1:]}"
                image.FrameOfReferenceUID += f".{name[1:]}"
            twins.write_series(images, tmp_path / "dicom" / name)
        found = dl.check(dl.scan(tmp_path / "dicom", into=tmp_path / "catalog", progress=False))
        return found["check"].tolist()

    return findings


def short(uid: str) -> list:
    """A series of few slices whose UIDs have room for one more number."""
    images = twins.series("CT", 8)
    for image in images:
        for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"):
            image[name].value = f"1.2.{uid}.{int(image[name].value[-12:])}"
    return images


def sisters(n: int = 6) -> dict[str, list]:
    return {f"P{k}": short("3") for k in range(1, n + 1)}


@pytest.mark.slow
def test_sister_series_of_one_length_are_no_finding(findings_of):
    assert findings_of(**sisters(7)) == []


@pytest.mark.slow
def test_a_lost_slice_is_no_short_count_as_well(findings_of):
    series = short("3")
    del series[4]
    assert findings_of(**sisters(), P9=series) == ["missing-slices"]


@pytest.mark.slow
def test_a_series_cut_at_its_end_is_told_by_its_sisters(findings_of):
    assert findings_of(**sisters(), P9=short("3")[:6]) == ["fewer-than-sisters"]


@pytest.mark.slow
def test_slices_without_a_place_are_not_told_as_volumes(findings_of):
    series = short("3")
    for image in series:
        image.ImagePositionPatient = [0, 0, 0]
    assert findings_of(P1=series) == ["placeholder-position"]


@pytest.mark.slow
def test_a_size_of_zero_is_not_told_as_a_change(findings_of):
    series = short("3")
    series[3].PixelSpacing = [0, 0]
    series[5].KVP = 80
    assert sorted(findings_of(P1=series)) == ["changed-parameter", "placeholder-size"]

"""Whole series give no finding, and planted faults one each, from bytes to findings."""

from __future__ import annotations

from collections import Counter

import pytest

import dicomlab as dl
from tests.checks import twins


@pytest.fixture
def findings_of(tmp_path):
    """What all checks find in images that were written, scanned and checked."""

    def findings(images):
        folder = twins.write_series(images, tmp_path / "dicom")
        return dl.check(dl.scan(folder, into=tmp_path / "catalog", progress=False))

    return findings


@pytest.mark.slow
@pytest.mark.parametrize("modality", ["CT", "MR", "PT", "DX"])
def test_a_whole_series_gives_no_finding(findings_of, modality):
    found = findings_of(twins.series(modality))
    assert found["message"].tolist() == []
    assert found.attrs["not_run"] == []


def planted(findings):
    """The findings as check and attribute, counted."""
    attributes = findings["evidence"].map(lambda evidence: evidence.get("attribute", ""))
    return Counter(zip(findings["check"], attributes, strict=True))


@pytest.mark.slow
def test_five_faults_in_a_ct_series_are_five_findings(findings_of):
    found = findings_of(twins.faulty_ct())
    assert planted(found) == {
        ("missing-slices", ""): 1,
        ("changed-parameter", "KVP"): 1,
        ("changed-parameter", "PixelSpacing"): 1,
        ("localiser-inside", ""): 1,
        ("same-uid-other-content", ""): 1,
    }
    by = found.set_index([found["check"], found["evidence"].map(lambda e: e.get("attribute", ""))])
    assert by.loc[("missing-slices", ""), "slices"] == [9]
    assert by.loc[("changed-parameter", "KVP"), "slices"] == list(range(19, 25))
    assert by.loc[("changed-parameter", "KVP"), "evidence"]["value"] == 100
    assert by.loc[("changed-parameter", "PixelSpacing"), "slices"] == [15]
    assert by.loc[("localiser-inside", ""), "slices"] == [25]


@pytest.mark.slow
def test_five_faults_in_an_mr_series_are_five_findings(findings_of):
    assert planted(findings_of(twins.faulty_mr())) == {
        ("missing-slices", ""): 1,
        ("changed-parameter", "EchoTime"): 1,
        ("uneven-spacing", ""): 1,
        ("number-repeated", ""): 1,
        ("changed-identity", "ProtocolName"): 1,
    }


@pytest.mark.slow
def test_five_faults_in_a_pet_series_are_five_findings(findings_of):
    assert planted(findings_of(twins.faulty_pt())) == {
        ("missing-slices", ""): 1,
        ("overlapping-slices", ""): 1,
        ("duplicate-positions", ""): 1,
        ("changed-parameter", "Units"): 1,
        ("changed-parameter", "ReconstructionMethod"): 1,
    }


@pytest.mark.slow
def test_five_faults_in_a_dx_series_are_five_findings(findings_of):
    found = findings_of(twins.faulty_dx())
    assert Counter(found["check"]) == {
        "placeholder-size": 1,
        "changed-identity": 1,
        "same-file-twice": 1,
        "pixel-description": 1,
        "pixels-too-few": 1,
    }


@pytest.mark.slow
def test_no_finding_holds_what_may_name_a_patient(findings_of):
    images = twins.faulty_ct()
    for image in images:
        image.StudyDescription, image.SeriesDescription = "Secret^One", "Secret^Two"
        image.PatientName = image.PatientID = "Secret^Three"
    images[2].SeriesDescription = "Secret^Four"
    images[3].PatientID = "Secret^Five"
    found = findings_of(images)
    assert len(found) > 5
    assert "Secret" not in found.drop(columns="files").to_json()

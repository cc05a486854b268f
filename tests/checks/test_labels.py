"""What people are shown of findings: counts first, and the series by its number, day and words."""

from __future__ import annotations

import pytest

import dicomlab as dl
from dicomlab.checks.card import findings_html
from dicomlab.checks.labels import in_words
from dicomlab.checks.summary import summarise_findings
from dicomlab.cli.check import _lines
from tests.checks import twins


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """A CT series that lacks a slice."""
    into = tmp_path_factory.mktemp("labels")
    images = twins.series("CT", 12)
    for image in images:
        image.PatientID, image.SeriesDescription = "Secret1", "Secret2"
    del images[5]
    twins.write_series(images, into / "dicom")
    catalog = dl.scan(into / "dicom", into=into / "catalog", progress=False)
    return dl.check(catalog, ["missing-slices"])


def test_a_finding_says_which_series_it_is_about(findings):
    group = summarise_findings(findings)["groups"][0]
    assert group["findings"][0]["about"] == 'patient Secret1, 2024-01-05, CT, series 2 "Secret2"'
    assert "Secret2" in findings_html(findings)
    assert "Secret" not in findings.drop(columns="files").to_json()
    assert "Secret" not in str(findings.attrs)


def test_names_are_pseudonyms_while_masked(findings):
    with dl.options.masked():
        about = summarise_findings(findings)["groups"][0]["findings"][0]["about"]
        html = findings_html(findings)
    assert about.startswith("patient-")
    assert "2024-01-01" in about
    assert "series 2" in about
    assert "Secret" not in about + html


def test_a_copy_of_findings_has_no_names(findings):
    assert summarise_findings(findings.copy())["groups"][0]["findings"][0]["about"] == ""


def test_the_shell_counts_first_and_says_which_series(findings):
    lines = _lines(summarise_findings(findings), "catalog")
    assert lines[1] == "  error  missing-slices: 1 finding, 1 file"
    assert any("Secret2" in line for line in lines)


def test_a_label_leaves_out_what_is_not_known():
    assert in_words({"PatientID": None, "Modality": "MR", "SeriesNumber": None}) == "MR"
    assert in_words({}) == ""

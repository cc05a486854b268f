"""What objects say of themselves in a notebook: escaped, without scripts and styles, masked while asked."""

from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab import cards
from dicomlab.checks.card import Findings
from tests.build import dataset, write

HOSTILE = '<img src=x onerror="alert(1)">'
# What JupyterLab leaves of a notebook that is not trusted.
SAFE = {"div", "span", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.open = set(), set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cards") / "dicom"
    for n in range(3):
        ds = dataset(PatientID=f"MRN-{n}", StudyInstanceUID=f"1.{n}", SeriesInstanceUID=f"1.{n}.1", KVP="120")
        ds.SOPInstanceUID, ds.Modality, ds.StationName = f"1.{n}.1.1", "CT", HOSTILE[:16]
        ds.Manufacturer, ds.InstitutionName = HOSTILE, "St Elsewhere"
        write(ds, folder / f"{n}.dcm")
    (folder / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM")
    return dl.scan(folder, into=folder.parent / "catalog", progress=False)


@pytest.fixture(scope="module")
def drift(small_fleet):
    return small_fleet["drift"]


@pytest.fixture
def shown(catalog, drift):
    hostile = drift.changes.assign(text=HOSTILE, device=HOSTILE)
    return {
        "catalog": catalog,
        "cohort": dl.select(catalog, f"Modality = 'CT' AND StationName <> '{HOSTILE}'", why=HOSTILE),
        "drift": type(drift)(**{**vars(drift), "changes": hostile}),
        "findings": dl.check(catalog),
    }


@pytest.mark.parametrize("name", ["catalog", "cohort", "drift", "findings"])
def test_a_card_is_plain_and_lives_in_a_notebook_that_is_not_trusted(shown, name):
    html = shown[name]._repr_html_()
    page = Tags(html)
    assert page.tags <= SAFE
    assert page.attributes <= {"style", "scope"}
    assert page.open == []
    assert f"dicomlab {name}" in html
    assert "#" not in html.replace("&#", "")  # colours come from the page


def test_values_are_escaped_cut_and_on_one_line():
    html = cards.table([{"what": HOSTILE + "\n\u202e" + "x" * 500, "n": 1234}], left=["what"])
    assert "<img" not in html
    assert "&lt;img" in html
    assert "\u202e" not in html
    assert len(html) < 1500
    assert "1,234" in html


def test_the_card_of_findings_tells_of_each_check(shown):
    findings = shown["findings"]
    html = findings._repr_html_()
    for check in findings["check"].unique():
        assert check in html


def test_parts_of_findings_are_plain_tables(shown):
    findings = shown["findings"]
    assert isinstance(findings, Findings)
    for part in (findings.head(2), findings[findings["severity"] == "error"], findings.copy()):
        assert type(part) is pd.DataFrame
    assert "not_run" in findings.attrs
    assert "<table" in Findings({"a": [1]})._repr_html_()


def test_the_card_of_a_cohort_adds_up(shown):
    html = shown["cohort"]._repr_html_()
    assert html.count("<tr") == 3
    assert "&lt;img" in html


def test_the_card_of_a_drift_tells_the_gravest_first(drift):
    html = drift._repr_html_()
    worst = drift.changes.sort_values("severity", ascending=False).iloc[0]
    assert str(worst["parameter"]) in html
    nothing = type(drift)(**{**vars(drift), "changes": drift.changes.iloc[:0]})
    assert "No change was found in what is monitored." in nothing._repr_html_()


@pytest.mark.slow
def test_masked_cards_name_nobody(catalog):
    cohort = dl.select(catalog, "PatientID = 'MRN-1' AND InstitutionName = 'St Elsewhere'")
    with dl.options.masked():
        texts = cohort._repr_html_() + repr(cohort) + cohort.flow.to_csv() + cohort.left.to_csv()
        texts += catalog._repr_html_() + repr(catalog) + dl.check(catalog)._repr_html_()
    assert "MRN" not in texts
    assert "Elsewhere" not in texts
    assert "MRN-1" in repr(cohort)

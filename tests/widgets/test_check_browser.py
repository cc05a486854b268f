"""CheckBrowser without a browser."""

from __future__ import annotations

import json

import pytest

import dicomlab as dl
from dicomlab.checks.base import no_findings
from dicomlab.errors import MissingColumn, UnknownSetting
from tests.widgets.made import HOSTILE, make_findings
from tests.widgets.test_views import gesture


@pytest.fixture
def browser_of_checks(small_catalog):
    return dl.widgets.CheckBrowser(make_findings(), small_catalog)


def test_the_value_is_the_row_of_the_chosen_finding(browser_of_checks):
    view = browser_of_checks
    assert view.value is None
    view.table.value = ["1"]
    assert (view.selected, view.value["uid"]) == (1, "1.2.2.0")
    view.selected = 2
    assert view.value["check"] == "mixed-spacing"
    assert "2" in view.table.value
    view.table.value = []
    assert (view.selected, view.value) == (-1, None)
    view.selected = 99
    assert "99" in view.problem


def test_a_finding_says_what_is_behind_it(browser_of_checks):
    browser_of_checks.selected = 0
    found = gesture(browser_of_checks, kind="detail")["finding"]
    assert found["slices"] == "1\u20133, 7"
    assert found["evidence"] == [("gap_mm", "10"), ("usual_mm", "5")]
    assert dict(found["series"])["PatientID"] == "P00"
    assert found["files"][0].endswith(HOSTILE)
    json.dumps(found)
    browser_of_checks.selected = 5
    assert gesture(browser_of_checks, kind="detail")["finding"]["series"] == []


def test_groups_and_severities_narrow_what_is_shown(browser_of_checks):
    view = browser_of_checks
    assert gesture(view, kind="groups")["groups"][0]["check"] == "missing-slices"
    view.group = "no-laterality"
    assert view.table.matched == len(view.to_pandas()) == 3
    view.group = ""
    view.severities = ["error", "warning"]
    assert view.table.matched == len(view.to_pandas()) == 3
    view.group = "nothing"
    assert "nothing" in view.problem


def test_what_is_shown_is_written_as_text_that_no_spreadsheet_runs(browser_of_checks):
    answer = gesture(browser_of_checks, kind="write")
    assert answer["n"] == 6
    assert "evidence" not in answer["csv"].split("\n")[0]
    assert "\n=" not in answer["csv"]
    assert ",=" not in answer["csv"]


def test_nothing_found_can_be_looked_at():
    view = dl.widgets.CheckBrowser(no_findings())
    assert gesture(view, kind="groups")["total"] == 0
    assert gesture(view, kind="detail") == {"kind": "detail", "seq": 0, "finding": None}
    with pytest.raises(MissingColumn):
        dl.widgets.CheckBrowser(make_findings().drop(columns="message"))
    with pytest.raises(UnknownSetting):
        dl.widgets.CheckBrowser(no_findings(), groups="x")


@pytest.mark.slow
def test_a_masked_browser_shows_no_path_and_no_patient(browser_of_checks):
    view = browser_of_checks
    view.selected = 0
    with dl.options.masked():
        said = json.dumps([gesture(view, kind="detail"), gesture(view, kind="write")])
    assert "/a/0" not in said
    assert "P00" not in said
    assert "file-" in said
    assert "P00" not in json.dumps(gesture(view, kind="detail"))  # it stays masked

"""Several views together in one page: of Voila, of Notebook 7, and masked."""

from __future__ import annotations

import re

import pytest

from tests.widgets.pages import CURRENT
from tests.widgets.test_builder_browser import counted

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_three_answer_in_voila(voila, small_catalog):
    from playwright.sync_api import expect

    page = voila(
        "import dicomlab as dl; from tests.widgets.made import make_faults, make_findings\n"
        f"catalog = dl.open_catalog({str(small_catalog.path)!r})",
        "dl.widgets.CheckBrowser(make_findings())",
        "dl.widgets.CohortBuilder(catalog)",
        "dl.widgets.DriftDashboard(make_faults())",
    )
    checks = page.view("checks")
    checks.get_by_role("option", name="mixed-spacing").click()
    expect(checks.locator(".dl-table .dl-count")).to_have_text("1 of 6 rows")
    builder = page.view("builder")
    builder.get_by_role("option", name="CT: 12 series").click()
    counted(builder, 12, 12, 12, 12)
    page.tab.keyboard.press("Space")
    counted(builder, 24, 24, 48, 48)
    dashboard = page.view("dashboard")
    dashboard.get_by_role("option").first.click()
    dashboard.get_by_role("application").focus()
    page.tab.keyboard.press("End")
    page.tab.keyboard.press("Space")
    expect(dashboard.locator(".dl-rows .dl-count")).to_have_text("1 of 1 rows")


@pytest.mark.slow
def test_four_answer_in_notebook_7_and_keep_their_keys(notebook, small_catalog):
    from playwright.sync_api import expect

    page = notebook(
        "import dicomlab as dl; from pydicom.data import get_testdata_file\n"
        "from tests.widgets.made import make_faults, make_findings\n"
        f"catalog = dl.open_catalog({str(small_catalog.path)!r})",
        "viewer = dl.widgets.Viewer(get_testdata_file('CT_small.dcm', download=False))\n"
        "display(viewer, dl.widgets.CohortBuilder(catalog), dl.widgets.CheckBrowser(make_findings()),\n"
        "        dl.widgets.DriftDashboard(make_faults()))",
    )
    viewer, builder, checks, dashboard = map(page.view, ("viewer", "builder", "checks", "dashboard"))
    written = f"[...{CURRENT}.content.model.cells].map(c => [c.type, c.sharedModel.source])"
    before = page.tab.evaluate(written)
    viewer.locator(".dl-stage").focus()
    page.tab.keyboard.press("2")
    page.tab.keyboard.press("b")  # a command of the notebook, which must not hear it: one more cell
    page.expect_python("viewer.value['preset']", "1")
    builder.get_by_role("option", name="CT: 12 series").click()
    counted(builder, 12, 12, 12, 12)
    page.tab.keyboard.press("Space")
    counted(builder, 24, 24, 48, 48)
    page.tab.keyboard.press("b")
    checks.get_by_role("listbox", name="Checks, the gravest first").focus()
    page.tab.keyboard.press("End")
    page.tab.keyboard.press("Enter")
    expect(checks.locator(".dl-table .dl-count")).to_have_text("3 of 6 rows")
    page.tab.keyboard.press("b")
    dashboard.get_by_role("option").first.click()
    dashboard.get_by_role("application").focus()
    page.tab.keyboard.press("End")
    page.tab.keyboard.press("Space")
    expect(dashboard.locator(".dl-rows .dl-count")).to_have_text("1 of 1 rows")
    page.tab.keyboard.press("b")
    page.until_idle()
    assert page.tab.evaluate(written) == before


@pytest.mark.slow
@pytest.mark.parametrize("masked", [False, True])
def test_masked_no_value_is_in_the_page_or_in_what_was_sent(lab, small_catalog, masked):
    page = lab(
        "import dicomlab as dl; from dataclasses import replace; from unittest.mock import patch\n"
        "from tests.widgets.made import make_faults, make_findings\n"
        f"dl.options.mask = {masked}; catalog = dl.open_catalog({str(small_catalog.path)!r})\n"
        "drift = make_faults(); drift = replace(drift, points=drift.points.assign(series='1.2.1.0'))",
        "checks = dl.widgets.CheckBrowser(make_findings(), catalog)\n"
        "builder = dl.widgets.CohortBuilder(catalog)\n"
        "dashboard = dl.widgets.DriftDashboard(drift, catalog, value='C001')\n"
        "display(checks, builder, dashboard)",
    )
    try:
        page.python("checks.selected = 0; dashboard.selected = ['1.2.1.0']")
        page.view("checks").locator(".dl-told").wait_for()
        page.view("dashboard").locator(".dl-rows .dl-row[data-key]").first.wait_for()
        page.view("builder").get_by_role("option", name="CT: 12 series").click()
        page.until_idle()
        state = page.python("import ipywidgets; print([w.get_state() for w in (checks, builder, dashboard)])")
        drawn = page.tab.evaluate("[...document.querySelectorAll('.dl-view')].map(v => v.outerHTML).join()")
        told = re.sub(r"base64,[^\"']*", "", drawn + state)  # letters of a picture are no words
        assert [secret in told for secret in ("P00", "/a/0")] == [not masked] * 2
        assert ["patient-" in told, "file-" in told] == [masked] * 2
    finally:
        page.python("dl.options.mask = False")

"""Dashboard, builder and check browser together in one page of Voila."""

from __future__ import annotations

import pytest

from tests.widgets.test_builder_browser import counted

pytestmark = pytest.mark.browser


def test_all_three_answer(voila, small_catalog):
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

"""CheckBrowser in a real browser: by mouse, by keyboard, and in Voila."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

CELLS = (
    "import dicomlab as dl; from tests.widgets.made import make_findings",
    "checks = dl.widgets.CheckBrowser(make_findings()); checks",
)


@pytest.fixture
def checks(lab):
    page = lab(*CELLS)
    view = page.view("checks")
    page.view("table")
    return page, view


def counted(view, words):
    from playwright.sync_api import expect

    expect(view.locator(".dl-table .dl-count")).to_have_text(words)


def test_a_mouse_finds_what_is_wrong_and_writes_it(checks):
    from playwright.sync_api import expect

    page, view = checks
    expect(view.locator(".dl-headline")).to_have_text("6 findings")
    view.get_by_role("button", name="3 notes").click()
    counted(view, "3 of 6 rows")
    view.get_by_role("option", name="missing-slices").click()
    counted(view, "2 of 6 rows")
    view.locator(".dl-row[data-key]").nth(1).click()
    expect(view.locator(".dl-told")).to_contain_text("Send missing-slices again.")
    expect(view.locator(".dl-files")).to_contain_text("<img src=x onerror=alert(1)>")
    page.expect_python("checks.value['uid']", "1.2.2.0")
    assert view.locator("img").count() == 0
    with page.tab.expect_download() as written:
        view.get_by_role("button", name="Save as CSV").click()
    assert written.value.suggested_filename == "findings.csv"


def test_a_keyboard_alone_does_it(checks):
    from playwright.sync_api import expect

    page, view = checks
    keys = page.tab.keyboard
    cells = page.tab.locator(".jp-Cell").count()
    view.get_by_role("listbox", name="Checks").focus()
    keys.press("End")
    keys.press("Enter")
    counted(view, "3 of 6 rows")
    for key in "bdd":
        keys.press(key)
    assert page.tab.locator(".jp-Cell").count() == cells
    view.get_by_role("grid", name="findings").focus()
    keys.press("ArrowDown")
    keys.press("Space")
    expect(view.locator(".dl-told")).to_contain_text("no-laterality")
    page.expect_python("checks.value['uid']", "1.2.4.0.1")


def test_python_leads_and_nobody_is_left_out(checks):
    page, view = checks
    page.python("checks.selected = 2")
    view.get_by_text("Send mixed-spacing again.").wait_for()
    assert page.violations(".dl-checks") == []
    page.theme("Dark")
    assert page.violations(".dl-checks") == []
    page.theme("Light")

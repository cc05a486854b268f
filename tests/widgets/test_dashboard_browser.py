"""DriftDashboard in a real browser: by mouse, by keyboard, and in Voila."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

CELLS = (
    "import dicomlab as dl, pathlib, tempfile; from tests.widgets.made import make_faults\n"
    "kept = pathlib.Path(tempfile.mkdtemp()) / 'decisions.csv'",
    "dashboard = dl.widgets.DriftDashboard(make_faults(), decisions=kept); dashboard",
)


@pytest.fixture
def dashboard(lab):
    page = lab(*CELLS)
    return page, page.view("dashboard")


def shown(view, words):
    """Wait until the detail shows a place."""
    from playwright.sync_api import expect

    expect(view.locator(".dl-trail [aria-current]")).to_have_text(words)


def test_from_the_fleet_to_the_rows_by_mouse(dashboard):
    from playwright.sync_api import expect

    page, view = dashboard
    expect(view.locator(".dl-headline")).to_contain_text("2 devices, 2 findings (3 changes)")
    view.get_by_role("columnheader", name="CT-02").click()
    shown(view, "CT-02")
    view.get_by_role("gridcell", name="CTDIvol on CT-01: 1 open change").click()
    shown(view, "CTDIvol")
    page.expect_python("dashboard.value", "CT-01/CTDIvol")
    layer = view.get_by_role("application")
    layer.scroll_into_view_if_needed()
    x, y = map(float, page.python("print(*dashboard._positions.loc[30, ['x', 'y']])").split())
    box = layer.bounding_box()
    scale = box["width"] / float(layer.get_attribute("viewBox").split()[2])
    at = (box["x"] + x * scale, box["y"] + y * scale)
    page.tab.mouse.move(*at)
    expect(view.locator(".dl-tip")).to_contain_text("mGy")
    page.tab.mouse.click(*at)
    page.expect_python("len(dashboard.selected)", "1")
    page.tab.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 5)
    page.tab.mouse.down()
    page.tab.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + box["height"] - 5, steps=4)
    page.tab.mouse.up()
    page.expect_python("10 < len(dashboard.selected) < 100", "True")
    page.view("table")
    chosen = int(page.python("print(len(dashboard.selected))"))
    expect(view.locator(".dl-rows .dl-count")).to_have_text(f"{chosen} of {chosen} rows")
    expect(view.locator(".dl-chosen")).to_have_count(chosen)
    view.get_by_role("checkbox", name="values as written").check()
    page.expect_python("dashboard.raw, dashboard.selected", "(True, [])")


def test_a_finding_is_accepted_with_a_note_by_keyboard_alone(dashboard):
    from playwright.sync_api import expect

    page, view = dashboard
    keys = page.tab.keyboard
    cells = page.tab.locator(".jp-Cell").count()
    view.get_by_role("listbox", name="What changed").focus()
    keys.press("Enter")
    shown(view, "CTDIvol")
    page.expect_python("dashboard.value", "C001")
    layer = view.get_by_role("application")
    layer.focus()
    keys.press("End")
    expect(view.locator(".dl-tip")).to_contain_text("mGy")
    keys.press("Space")
    keys.press("Shift+ArrowLeft")
    page.expect_python("len(dashboard.selected)", "2")
    keys.press("Escape")
    page.expect_python("dashboard.selected", "[]")
    for key in "bdd":  # commands of JupyterLab, which must not hear them
        keys.press(key)
    assert page.tab.locator(".jp-Cell").count() == cells
    view.get_by_role("textbox", name="Note on the decision").fill("new protocol")
    keys.press("Tab")
    keys.press("Enter")
    expect(view.locator(".dl-kept").first).to_contain_text("accepted: new protocol")
    expect(view.get_by_role("gridcell", name="CTDIvol on CT-01: changed, and decided")).to_have_text("✓")
    page.expect_python("kept.read_text().count('accepted,new protocol')", "2")
    view.get_by_role("grid", name="Fleet").focus()
    for key in ("ArrowDown", "ArrowRight", "Space"):
        keys.press(key)
    page.expect_python("dashboard.device", "CT-02")


@pytest.mark.slow
def test_python_leads_and_nobody_is_left_out(dashboard):
    page, view = dashboard
    assert page.violations(".dl-dashboard") == []
    page.python("dashboard.value = 'CT-01/ConvolutionKernel'")
    shown(view, "ConvolutionKernel")
    page.python("dashboard.selected = dashboard._points_here()['series'].tolist()[:3]")
    page.view("table")
    assert page.violations(".dl-dashboard") == []
    page.theme("Dark")
    assert page.violations(".dl-dashboard") == []
    page.theme("Light")
    page.python("dashboard.value = 'CT-01'")
    shown(view, "CT-01")
    view.get_by_role("cell", name=re.compile("<img src=x")).wait_for()  # a service event that is no markup
    assert view.locator("img:not(.dl-picture)").count() == 0
    page.python("dashboard.value = 'CT-09'")
    view.locator(".dl-notice").get_by_text("CT-09").wait_for()

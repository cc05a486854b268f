"""CohortBuilder in a real browser: by mouse, by keyboard, and in Voila."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def cells(small_catalog):
    return (
        f"import dicomlab as dl; catalog = dl.open_catalog({str(small_catalog.path)!r})",
        "builder = dl.widgets.CohortBuilder(catalog); builder",
    )


@pytest.fixture
def builder(lab, cells):
    page = lab(*cells)
    return page, page.view("builder")


def counted(view, *words):
    from playwright.sync_api import expect

    for number, level in zip(words, ("patients", "studies", "series", "instances"), strict=False):
        expect(view.locator(".dl-tile", has_text=level).locator("b")).to_have_text(str(number))


def test_a_mouse_narrows_leaves_out_and_copies_the_code(builder):
    from playwright.sync_api import expect

    page, view = builder
    counted(view, 24, 24, 48, 48)
    view.get_by_role("option", name="MR: 36 series").click()
    counted(view, 12, 12, 36, 36)
    expect(view.get_by_role("option", name="CT: 12 series")).to_be_visible()  # counted under all others
    bars = view.get_by_role("listbox", name="patient_age_years")
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    page.tab.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 30)
    page.tab.mouse.down()
    page.tab.mouse.move(box["x"] + box["width"] - 2, box["y"] + 30, steps=4)
    page.tab.mouse.up()
    expect(view.locator(".dl-chip", has_text="patient_age_years")).to_be_visible()
    view.get_by_role("textbox", name="Why they are left out").fill("too old")
    view.get_by_role("button", name="Leave these out").click()
    expect(view.locator(".dl-flow tbody tr")).to_have_count(2)
    page.tab.get_by_role("searchbox", name="Search series").fill("localizer")
    expect(view.locator(".dl-flow tbody tr")).to_have_count(3)
    expect(view.locator(".dl-flow")).to_contain_text("too old")
    view.get_by_role("button", name="Copy code").click()
    expect(view.get_by_text("Copied.")).to_be_visible()
    code = page.tab.evaluate("navigator.clipboard.readText()")
    page.python(code)
    page.expect_python("cohort.counts == builder.counts == builder.value.counts", "True")
    with page.tab.expect_download() as saved:
        view.get_by_role("button", name="Save").click()
    view.get_by_role("button", name="Take the last step back").click()
    expect(view.locator(".dl-flow")).not_to_contain_text("too old")
    view.get_by_label("File to load").set_input_files(saved.value.path())
    expect(view.locator(".dl-flow")).to_contain_text("too old")


def test_a_keyboard_alone_does_it(builder):
    page, view = builder
    keys = page.tab.keyboard
    cells = page.tab.locator(".jp-Cell").count()
    view.get_by_role("listbox", name="Modality").focus()
    keys.press("ArrowDown")
    keys.press("Space")
    counted(view, 12, 12, 12)
    page.expect_python("builder.choices[0]['values']", "['CT']")
    for key in "bdd":
        keys.press(key)
    assert page.tab.locator(".jp-Cell").count() == cells
    view.get_by_role("listbox", name="patient_age_years").focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        keys.press(key)
    page.expect_python("0 < builder.counts['series'] < 12", "True")
    keys.press("Escape")
    counted(view, 12, 12, 12)
    view.get_by_role("spinbutton", name="patient_age_years to").fill("30")
    keys.press("Enter")
    page.expect_python("builder.counts['series']", "3")
    view.get_by_role("button", name="Clear").focus()
    keys.press("Enter")
    counted(view, 24, 24, 48)


@pytest.mark.slow
def test_nobody_is_left_out_and_values_are_text(builder):
    page, view = builder
    page.python("builder.columns = ['Modality', 'SeriesDescription', 'PatientSex']")
    view.get_by_role("option", name="<img src=x onerror=alert(1)>").click()
    counted(view, 1, 1)
    assert view.locator("img").count() == 0
    view.get_by_role("combobox", name="Show another column").select_option("patient_age_years")
    view.get_by_role("listbox", name="patient_age_years").wait_for()
    assert page.violations(".dl-builder") == []
    page.theme("Dark")
    assert page.violations(".dl-builder") == []
    page.theme("Light")
    page.python("builder.choices = [{'column': 'Nothing', 'values': ['x']}]")
    view.locator(".dl-notice").get_by_text("Nothing").wait_for()

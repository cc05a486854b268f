"""The tag explorer in a real browser: by mouse, by keyboard, and in three hosts."""

from __future__ import annotations

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

pytestmark = pytest.mark.browser

CELLS = (
    "import dicomlab as dl\nfrom pydicom.data import get_testdata_file as file",
    "explorer = dl.widgets.TagExplorer([file(name, download=False) for name in "
    "('CT_small.dcm', 'MR_small.dcm', 'rtplan.dcm')]); explorer",
)
HOSTILE = (
    "import dicomlab as dl\nfrom pydicom.dataset import Dataset\n"
    "from pydicom import config\nconfig.settings.writing_validation_mode = config.IGNORE\n"
    "ds = Dataset()\n"
    "ds.SeriesDescription = '<img src=x onerror=alert(1)>'\n"
    "ds.ImageComments = 'a\\u202eb\\x00c'\n"
    "ds.TextValue = '<script>alert(1)</script>' + 'x' * 10_000_000\n"
    "ds.PixelSpacing = [1.5] * 100_000",
    "explorer = dl.widgets.TagExplorer(ds); explorer",
)


@pytest.fixture
def tags(lab):
    page = lab(*CELLS)
    return page, page.view("tags")


def counted(view, words):
    expect(view.locator(".dl-count")).to_have_text(words)


def row(view, keyword):
    return view.locator(".dl-row", has=view.page.locator(".dl-name", has_text=keyword)).first


def test_typing_finds_and_says_how_many(tags):
    page, view = tags
    page.tab.get_by_role("searchbox", name="Search tags").fill("slice thick")
    counted(view, "1 of 270 tags")
    expect(view.locator("mark")).to_have_text(["Slice", "Thick"])
    page.expect_python("explorer.query, explorer.found", "('slice thick', 1)")
    page.python("explorer.query = 'vr:PN'")
    expect(page.tab.get_by_role("searchbox", name="Search tags")).to_have_value("vr:PN")


@pytest.mark.slow
def test_a_mouse_does_all_of_it(tags):
    page, view = tags
    view.get_by_role("button", name="PS3.15", exact=True).click()
    view.get_by_role("combobox", name="Group").select_option("0010")
    row(view, "PatientName").click()
    about = page.tab.get_by_role("region", name="About the tag")
    expect(about).to_contain_text("PS3.15 E.1 (2026d), basic profile, Z")
    expect(about).to_contain_text("PS3.3 C.7.1.1 Patient")
    about.get_by_role("button", name="Pin").click()
    expect(about.get_by_role("button", name="Pin")).to_have_attribute("aria-pressed", "true")
    about.get_by_role("button", name="Choose").click()
    about.get_by_role("button", name="Add to recipe").click()
    page.expect_python(
        "explorer.value, explorer.pinned, explorer.recipe",
        "(['PatientName'], ['PatientName'], ['BLANK PatientName'])",
    )
    about.get_by_role("button", name="Copy code").click()
    counted(view, "Code copied")
    assert page.tab.evaluate("navigator.clipboard.readText()") == "ds.PatientName"
    about.get_by_role("button", name="Add as column").click()
    page.expect_python("'PatientName' in explorer.added", "True")
    with page.tab.expect_download() as saved:
        view.get_by_role("button", name="Save as CSV").click()
    assert saved.value.suggested_filename == "tags.csv"


def test_a_keyboard_alone_does_all_of_it(tags):
    page, view = tags
    keys = page.tab.keyboard
    cells = page.tab.locator(".jp-Cell").count()
    page.tab.get_by_role("searchbox", name="Search tags").focus()
    keys.type("vr:lo patientid")
    expect(view.locator(".dl-count")).not_to_have_text("270 of 270 tags")
    keys.press("ArrowDown")
    keys.press("End")
    expect(view.locator(".dl-active")).to_contain_text("PatientID")
    keys.press("Space")
    page.expect_python("explorer.value", "['OtherPatientIDsSequence[1].PatientID']")
    keys.press("c")
    counted(view, "Keyword copied")
    assert page.tab.evaluate("navigator.clipboard.readText()") == "PatientID"
    keys.press("y")
    expect(view.locator(".dl-count")).to_have_text("Path copied")
    keys.press("p")
    page.expect_python("explorer.pinned", "['OtherPatientIDsSequence[1].PatientID']")
    for key in "bdd":  # commands of JupyterLab, which must not hear them
        keys.press(key)
    assert page.tab.locator(".jp-Cell").count() == cells
    keys.press("Escape")
    page.expect_python("explorer.value", "[]")


@pytest.mark.slow
def test_sequences_fold_by_mouse_and_by_arrows(tags):
    page, view = tags
    page.python("explorer.group = '0010'")
    expect(row(view, "Modality")).to_have_count(0)  # rows that are drawn again under the mouse take no click
    sequence = row(view, "OtherPatientIDsSequence")
    sequence.locator(".dl-fold").click()
    expect(sequence).to_have_attribute("aria-expanded", "true")
    page.tab.keyboard.press("ArrowLeft")
    expect(sequence).to_have_attribute("aria-expanded", "false")
    page.tab.keyboard.press("ArrowRight")
    expect(sequence).to_have_attribute("aria-expanded", "true")


def test_headers_are_stepped_through_and_changes_are_marked(tags):
    page, view = tags
    page.tab.get_by_role("slider", name="Instance").focus()
    page.tab.keyboard.press("ArrowRight")
    expect(view.locator("output")).to_have_text("2 of 3: MR_small.dcm")
    page.python("explorer.query = 'keyword:modality'")
    expect(row(view, "Modality").locator(".dl-other")).to_contain_text("MR")


def test_what_varies_and_side_by_side(tags):
    page, view = tags
    view.get_by_role("button", name="Only what varies").click()
    page.tab.get_by_role("searchbox", name="Search tags").fill("keyword:modality")
    expect(view.locator(".dl-counts")).to_have_count(1)
    expect(view.locator(".dl-counts")).to_contain_text("CT ×1")
    view.get_by_role("button", name="Side by side").click()
    expect(view.locator(".dl-row .dl-other")).to_have_text("MR")
    view.get_by_role("button", name="Add one").click()
    expect(view.get_by_role("columnheader", name="rtplan.dcm")).to_be_visible()
    view.get_by_role("combobox", name="Header 3").select_option("take away")
    expect(view.get_by_role("columnheader", name="rtplan.dcm")).to_have_count(0)
    page.tab.get_by_role("searchbox", name="Search tags").fill("keyword:specificcharacterset")
    view.get_by_role("checkbox", name="Hide what is equal").uncheck()
    expect(view.locator(".dl-row").first).to_contain_text("SpecificCharacterSet")


def test_nobody_is_left_out(tags):
    page, view = tags
    row(view, "ImageType").click()
    expect(page.tab.get_by_role("region", name="About the tag")).to_contain_text("Image Type")
    for theme in ("Dark", "Light"):
        page.theme(theme)
        assert page.violations(".dl-tags") == []
        view.get_by_role("button", name="Side by side" if theme == "Dark" else "One at a time").click()


def test_hostile_values_are_text_and_freeze_nothing(lab):
    page = lab(*HOSTILE)
    view = page.view("tags")
    expect(row(view, "SeriesDescription")).to_contain_text("<img src=x onerror=alert(1)>")
    assert view.locator("img, script").count() == 0
    expect(row(view, "ImageComments")).to_contain_text("a\\u202eb\\x00c")
    row(view, "TextValue").click()
    expect(view.locator("pre")).to_contain_text("<script>alert(1)</script>")
    assert len(view.locator("pre").inner_text()) < 11_000
    page.tab.get_by_role("searchbox", name="Search tags").fill("onerror")
    counted(view, "1 of 4 tags")
    assert len(page.tab.content()) < 2_000_000


def test_masked_values_are_nowhere_in_the_page(lab):
    page = lab(
        "import dicomlab as dl\nfrom pydicom.dataset import Dataset\nds = Dataset()\n"
        "exec(bytes.fromhex('"
        + b"ds.PatientName = 'Doe^Jane'; ds.PatientID = 'secret-1'".hex()
        + "').decode())\n"
        "with dl.options.masked():\n    explorer = dl.widgets.TagExplorer(ds)",
        "explorer",
    )
    view = page.view("tags")
    row(view, "PatientName").click()
    expect(view.locator("pre")).to_contain_text("name-")
    assert not any(word in page.tab.content() for word in ("Doe^Jane", "secret-1"))


def test_a_restarted_kernel_is_said_calmly(tags):
    page, view = tags
    page.awaited("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(view.locator(".dl-notice")).to_contain_text("Python was restarted")
    page.until_idle()


def drive(page):
    view = page.view("tags")
    page.tab.get_by_role("searchbox", name="Search tags").fill("pixel spacing")
    counted(view, "1 of 270 tags")
    view.locator(".dl-row").first.click()
    page.tab.keyboard.press("Space")
    counted(view, "1 of 270 tags, 1 chosen")


@pytest.mark.slow
def test_it_works_in_notebook_7(notebook):
    drive(notebook(*CELLS))


@pytest.mark.slow
def test_it_works_in_voila(voila):
    drive(voila(*CELLS))

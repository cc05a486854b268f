"""The browser of series, without a browser and in three hosts."""

from __future__ import annotations

import numpy as np
import pytest

import dicomlab as dl
from dicomlab.catalog.tree import Node
from dicomlab.errors import UnknownSetting, WrongArgument
from tests.build import dataset, write
from tests.test_pixels import image

HOSTILE = '<img src=x onerror="window.hacked=1"><b>bold</b>'


def _archive(folder):
    """Three patients, one of them hostile."""
    for p, name in enumerate(("Amber^A", "Birch^B", "<b>bold</b>")):
        for s in range(2):
            for i in range(3):
                ds = image(np.arange(64, dtype=np.int16).reshape(8, 8) + i)
                ds.SpecificCharacterSet = "ISO_IR 192"
                ds.PatientID, ds.PatientName = f"P{p}" if p < 2 else HOSTILE[:64], name
                ds.StudyInstanceUID, ds.SeriesInstanceUID = f"1.2.{p + 1}", f"1.2.{p + 1}.{s + 1}"
                ds.SOPInstanceUID, ds.InstanceNumber = f"1.2.{p + 1}.{s + 1}.{i + 1}", i + 1
                ds.SeriesNumber, ds.Modality = s + 1, ("CT", "US")[s]
                ds.StudyDescription = "Knee \u202etxet" if p < 2 else HOSTILE[:64]
                ds.SeriesDescription = ("Thorax thin", "Abdomen")[s]
                ds.StudyDate, ds.StudyTime, ds.StationName = f"2024051{p}", "120000", "ROOM-1"
                write(ds, folder / f"{p}{s}{i}.dcm")
    write(
        dataset(PatientID="P9", StudyInstanceUID="1.9", SeriesInstanceUID="1.9.1", Modality="SR"),
        folder / "sr.dcm",
    )
    return dl.scan(folder, into=folder.parent / "catalog", progress=False)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return _archive(tmp_path_factory.mktemp("browse") / "dicom")


@pytest.fixture(scope="module")
def findings(catalog):
    import pandas as pd

    rows = [
        ("missing-slices", "error", "series", "1.2.1.1", "Slices are missing."),
        ("odd-name", "note", "series", "1.2.1.1", "The name is odd."),
        ("broken", "warning", "instance", "1.2.2.2.1", "It is cut short."),
        ("whole", "warning", "study", "1.9", "The study is odd."),
        ("file", "error", "file", None, "Not DICOM."),
    ]
    return pd.DataFrame(rows, columns=["check", "severity", "level", "uid", "message"])


# --- without a browser ---


def test_what_is_chosen_is_the_value(catalog):
    browser = dl.widgets.SeriesBrowser(catalog)
    assert browser.counts == {"patients": [4, 4], "studies": [4, 4], "series": [7, 7]}
    browser._toggle("patient", 1)
    assert browser.value == browser.to_pandas()["SeriesInstanceUID"].tolist()
    assert browser.chosen == 2
    browser.value = ["1.2.2.1"]
    assert browser.chosen == 1
    assert [r["state"] for r in browser._rows(0, 9)["rows"]].count("some") == 1
    browser._choose(is_chosen=True)
    assert len(browser.value) == 7
    browser._choose(is_chosen=False)
    assert (browser.value, browser.chosen, len(browser.to_pandas())) == ([], 0, 0)


def test_a_search_with_few_hits_opens_them(catalog):
    browser = dl.widgets.SeriesBrowser(catalog, query="birch thorax")
    assert [r["kind"] for r in browser._rows(0, 9)["rows"]] == ["patient", "study", "series"]
    browser.query = "nobody"
    assert (browser.seen, browser.problem) == (0, "")


def test_a_cohort_is_browsed_as_a_catalog_is(catalog):
    browser = dl.widgets.SeriesBrowser(dl.select(catalog, "Modality = 'CT'"), value=["1.2.1.1"])
    assert browser.counts["series"] == [3, 3]
    assert browser.to_pandas()["SeriesInstanceUID"].tolist() == ["1.2.1.1"]


def test_findings_mark_series_and_what_they_lie_in(catalog, findings):
    browser = dl.widgets.SeriesBrowser(catalog, findings)
    browser._all(is_open=True)
    rows = {(r["kind"], r["number"]): r.get("mark") for r in browser._rows(0, 50)["rows"]}
    by_uid = {r.get("SeriesInstanceUID"): r for r in browser._rows(0, 50)["rows"]}
    assert by_uid["1.2.1.1"]["mark"] == {"severity": "error", "n": 2}
    assert by_uid["1.2.1.1"]["messages"] == ["Slices are missing.", "The name is odd."]
    assert by_uid["1.2.2.2"]["mark"] == {"severity": "warning", "n": 1}
    assert by_uid["1.9.1"]["mark"] == {"severity": "warning", "n": 1}
    assert "mark" not in by_uid["1.2.3.1"]
    assert sum(mark is not None for mark in rows.values()) == 9


def test_a_picture_comes_when_it_is_asked_for(catalog):
    browser = dl.widgets.SeriesBrowser(catalog, query="amber thorax")
    number = browser._rows(0, 9)["rows"][-1]["number"]
    assert browser._picture(number)["src"].startswith("data:image/png;base64,")
    browser.query = "p9"
    number = browser._rows(0, 9)["rows"][-1]["number"]
    answer = browser._picture(number)
    assert (answer["src"], "holds no pixels" in answer["reason"]) == ("", True)


def test_what_it_does_not_take_is_refused(catalog):
    with pytest.raises(WrongArgument):
        dl.widgets.SeriesBrowser(catalog.series)
    with pytest.raises(UnknownSetting, match="Did you mean 'query'"):
        dl.widgets.SeriesBrowser(catalog, querry="x")
    browser = dl.widgets.SeriesBrowser(catalog)
    with browser.explained():
        browser._toggle("drop table", 0)
    assert browser.problem


def _texts(browser):
    browser._all(is_open=True)
    return str(browser._rows(0, 400)) + str(browser.get_state())


@pytest.mark.slow
def test_masked_it_tells_nobody_and_finds_by_pseudonym(catalog):
    secrets = ["Amber", "Birch", "P0'", "P1'", "onerror", "Knee", "2024-05-1"]
    before = dl.widgets.SeriesBrowser(catalog, value=["1.2.1.1"])
    with dl.options.masked():
        made = dl.widgets.SeriesBrowser(catalog)
        for browser in (made, before, dl.widgets.SeriesBrowser(dl.select(catalog, "Modality = 'CT'"))):
            shown = _texts(browser)
            assert not [s for s in secrets if s in shown]
        assert before.value == ["1.2.1.1"]
        patient = next(r["PatientID"] for r in made._rows(0, 1)["rows"])
        made.query = patient
        assert made.counts["patients"] == [1, 4]
    assert "Amber" not in _texts(made)
    assert "Amber" not in _texts(before)


def test_masked_no_picture_is_shown_that_may_have_a_name_in_it(catalog):
    browser = dl.widgets.SeriesBrowser(catalog)
    browser._all(is_open=True)
    rows = [
        r for r in browser._rows(0, 50)["rows"] if r["kind"] == "series" and r["Modality"] in ("CT", "US")
    ]
    with dl.options.masked():
        browser._rows(0, 1)
        browser._all(is_open=True)
        rows = [r for r in browser._rows(0, 50)["rows"] if r.get("Modality") in ("CT", "US")]
        for row in rows:
            answer = browser._picture(row["number"])
            assert bool(answer["src"]) is (row["Modality"] == "CT")


# --- in a browser ---

CELLS = (
    "import dicomlab as dl; catalog = dl.open_catalog({!r})",
    "browser = dl.widgets.SeriesBrowser(catalog); browser",
)


def cells(catalog):
    return CELLS[0].format(str(catalog.path)), CELLS[1]


@pytest.fixture
def shown(lab, catalog):
    page = lab(*cells(catalog))
    return page, page.view("browser")


def _counted(view, words):
    from playwright.sync_api import expect

    expect(view.locator(".dl-count")).to_have_text(words)


WHOLE = "4 patients, 4 studies, 7 series"


@pytest.mark.browser
def test_a_mouse_opens_chooses_and_peeks(shown):
    from playwright.sync_api import expect

    page, view = shown
    _counted(view, WHOLE)
    tree = view.get_by_role("tree", name="Series")
    tree.get_by_role("treeitem", name="Patient P0").locator(".dl-caret").click()
    study = tree.get_by_role("treeitem", name="Study 2024-05-10")
    study.locator(".dl-caret").click()
    tree.get_by_role("treeitem", name="Series 1 CT Thorax thin").locator(".dl-box").click()
    _counted(view, f"{WHOLE}; 1 chosen")
    page.expect_python("browser.value", "['1.2.1.1']")
    expect(study).to_have_attribute("aria-checked", "mixed")
    view.get_by_role("button", name="Pictures").click()
    view.get_by_role("img", name="Picture from the middle of series 1 CT").wait_for()
    view.get_by_role("button", name="Copy UID").click()
    assert page.tab.evaluate("navigator.clipboard.readText()") == "1.2.1.1"
    view.get_by_role("button", name="Choose none").click()
    _counted(view, WHOLE)


@pytest.mark.browser
def test_a_keyboard_alone_does_the_same(shown):
    from playwright.sync_api import expect

    page, view = shown
    many = page.tab.locator(".jp-Cell").count()
    keys = page.tab.keyboard
    page.tab.get_by_role("searchbox", name="Search Series").focus()
    keys.press("ArrowDown")
    active = view.locator(".dl-active")
    expect(active).to_have_attribute("aria-level", "1")
    keys.press("End")
    expect(active).to_contain_text("P9")
    keys.press("Home")
    expect(active).to_contain_text("<img")
    keys.press("ArrowDown")
    expect(active).to_contain_text("P0")
    keys.press("ArrowRight")
    expect(active).to_have_attribute("aria-expanded", "true")
    keys.press("ArrowRight")
    expect(active).to_have_attribute("aria-level", "2")
    keys.press("Enter")
    expect(active).to_have_attribute("aria-expanded", "true")
    keys.press("ArrowRight")
    expect(active).to_have_attribute("aria-level", "3")
    keys.press("Space")
    page.expect_python("browser.value", "['1.2.1.1']")
    expect(active).to_have_attribute("aria-checked", "true")
    keys.press("p")
    page.expect_python("browser.pictures", "True")
    keys.press("ArrowLeft")
    expect(active).to_have_attribute("aria-level", "2")
    keys.press("ArrowLeft")
    expect(active).to_have_attribute("aria-expanded", "false")
    keys.press("/")
    keys.type("birch")
    _counted(view, "1 of 4 patients, 1 of 4 studies, 2 of 7 series; 1 chosen")
    assert page.tab.locator(".jp-Cell").count() == many


@pytest.mark.browser
def test_python_and_the_page_say_the_same(shown):
    from playwright.sync_api import expect

    page, view = shown
    page.python("browser.value = ['1.2.2.1', '1.2.2.2']; browser.query = 'p1'")
    _counted(view, "1 of 4 patients, 1 of 4 studies, 2 of 7 series; 2 chosen")
    assert page.tab.get_by_role("searchbox", name="Search Series").input_value() == "p1"
    for item in view.get_by_role("treeitem").all():
        expect(item).to_have_attribute("aria-checked", "true")


@pytest.mark.browser
def test_hostile_values_stay_text(shown):
    page, view = shown
    view.get_by_role("button", name="Open all").click()
    view.get_by_role("treeitem", name="<img src=x").first.click()
    assert page.tab.evaluate("window.hacked") is None
    assert view.locator("img, b b").count() == 0


@pytest.mark.slow
@pytest.mark.browser
def test_masked_the_page_has_none_of_the_values(lab, catalog):
    start, show = cells(catalog)
    page = lab(
        start + "; dl.options.mask = True", show, "viewer = dl.widgets.Viewer(catalog, '1.2.1.1'); viewer"
    )
    try:
        view = page.view("browser")
        view.get_by_role("button", name="Open all").click()
        view.get_by_role("treeitem", name="patient-").nth(3).wait_for()
        page.view("viewer").get_by_role("img").wait_for()
        page.tab.get_by_role("searchbox", name="Search Series").focus()
        for _ in range(24):  # each in turn, so that the pane below tells of it
            page.tab.keyboard.press("ArrowDown")
        whole = page.tab.content()
        state = page.python("import ipywidgets; print([w.get_state() for w in (browser, viewer)])")
        for secret in ("Amber", "Birch", "onerror", "Knee", "2024-05-1", ">P0<", ">P1<"):
            assert secret not in whole
            assert secret not in state
    finally:
        page.python("dl.options.mask = False")


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_it_can_be_used_by_everybody(shown, theme):
    page, view = shown
    page.theme(theme)
    try:
        view.get_by_role("button", name="Open all").click()
        view.get_by_role("treeitem", name="Patient P1").click()
        assert page.violations(".dl-browser") == []
    finally:
        page.theme("Light")


@pytest.mark.slow
@pytest.mark.browser
def test_it_works_in_voila(voila, catalog):
    view = voila(*cells(catalog)).view("browser")
    view.get_by_role("treeitem", name="Patient P1").locator(".dl-box").click()
    _counted(view, f"{WHOLE}; 2 chosen")


@pytest.mark.slow
@pytest.mark.browser
def test_it_works_in_notebook_7(notebook, catalog):
    from playwright.sync_api import expect

    page = notebook(*cells(catalog))
    view = page.view("browser")
    view.get_by_role("tree").focus()
    page.tab.keyboard.press("End")
    expect(view.locator(".dl-active")).to_contain_text("P9")


def test_nodes_are_plain_data():
    assert Node("series", 3) == Node("series", 3)


def test_callbacks_may_come_from_another_thread(catalog):
    import threading

    browser = dl.widgets.SeriesBrowser(catalog)
    errors = []

    def browse(word):
        try:
            for i in range(15):
                browser.query = word if i % 2 else ""
                browser._rows(0, 20)
                browser._toggle("patient", 1)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=browse, args=(word,)) for word in ("thorax", "birch")]
    for one in threads:
        one.start()
    for _ in range(15):
        browser.to_pandas()
    for one in threads:
        one.join()
    assert (errors, browser.problem) == ([], "")

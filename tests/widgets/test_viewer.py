"""The peek at pictures, without a browser and in two hosts."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import dicomlab as dl
from dicomlab.errors import WrongArgument
from dicomlab.pixels import NoPicture
from tests.build import dataset, write
from tests.test_pixels import image


def _slice(n, **more):
    values = np.full((16, 16), 100 * n, np.int16)
    values[:8] = -1000
    return image(
        values,
        **{"Modality": "CT", "WindowCenter": "100", "WindowWidth": "400", "PixelSpacing": ["2", "1"]}
        | {"SeriesInstanceUID": "1.2.1", "StudyInstanceUID": "1.2", "PatientID": "P1", "InstanceNumber": n}
        | {"SOPInstanceUID": f"1.2.1.{n}", "WindowCenterWidthExplanation": "MRS SECRET"}
        | more,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("viewer") / "dicom"
    for n in (3, 1, 2):
        write(_slice(n), folder / f"{n}.dcm")
    frames = np.stack([np.full((8, 8), n, np.int16) for n in range(5)])
    many = image(frames, Modality="US", SeriesInstanceUID="1.2.2", StudyInstanceUID="1.2", PatientID="P1")
    many.SOPInstanceUID = "1.2.2.1"
    write(many, folder / "many.dcm")
    write(dataset(Modality="SR", SOPInstanceUID="1.3", SeriesInstanceUID="1.2.3"), folder / "sr.dcm")
    return folder


@pytest.fixture(scope="module")
def catalog(folder):
    return dl.scan(folder, into=folder.parent / "catalog", progress=False)


# --- without a browser ---


def test_instances_of_a_series_come_in_order(catalog):
    viewer = dl.widgets.Viewer(catalog, "1.2.1")
    assert viewer.n_files == 3
    shown = []
    for n in range(3):
        viewer.value = {"index": n}
        shown.append(int(np.asarray(Image.open(io.BytesIO(viewer.picture())))[-1, 0]))
    assert shown == sorted(shown)
    assert viewer.value == {"index": 2, "frame": 0, "preset": 0, "window": []}


def test_what_is_asked_for_beyond_the_ends_is_the_end(folder):
    viewer = dl.widgets.Viewer([folder / "1.dcm", folder / "2.dcm"])
    viewer.value = {"index": 99, "frame": -5, "preset": 1000}
    assert viewer.value["index"] == 1
    assert viewer.picture()
    assert viewer.problem == ""


def test_windows_are_those_of_the_file_or_ones_own(folder):
    viewer = dl.widgets.Viewer(folder / "1.dcm")
    assert viewer.presets[:2] == ["MRS SECRET", "Range of values"]
    assert viewer._picture()["window"] == [100, 400]
    viewer.value = {"window": [40, 80]}
    assert viewer._picture()["window"] == [40, 80]
    bright = np.asarray(Image.open(io.BytesIO(viewer.picture())))[-1, 0]
    assert bright == 255


def test_pictures_have_the_proportions_of_the_body(folder):
    viewer = dl.widgets.Viewer(folder / "1.dcm", size=128)
    assert Image.open(io.BytesIO(viewer.picture())).size == (64, 128)


def test_what_has_no_picture_says_so_and_the_next_one_is_shown(folder):
    viewer = dl.widgets.Viewer([folder / "sr.dcm", folder / "1.dcm"])
    assert "holds no pixels" in viewer.problem
    with pytest.raises(NoPicture):
        viewer.picture()
    viewer.value = {"index": 1}
    assert viewer.problem == ""


def test_problems_do_not_name_the_file(folder):
    viewer = dl.widgets.Viewer([folder / "MRS_SECRET.dcm"])
    assert "cannot be opened" in viewer.problem
    assert "SECRET" not in viewer.problem


def test_masked_it_shows_no_words_of_the_file_and_no_picture_that_may_name_somebody(catalog):
    before = dl.widgets.Viewer(catalog, "1.2.1")
    with dl.options.masked():
        viewer = dl.widgets.Viewer(catalog, "1.2.1")
        before.value = {"index": 1}
        for one in (viewer, before):
            assert one.presets[0] == "Window 1 of the file"
            assert "SECRET" not in str(one.get_state())
            assert one._picture()["src"]
        named = dl.widgets.Viewer(catalog, "1.2.2")
        assert "a name may be burned into it" in named.problem
        with pytest.raises(NoPicture):
            named.picture()
    viewer.value = {"index": 2}
    assert viewer.presets[0] == "Window 1 of the file"


def test_what_there_is_nothing_of_is_refused(catalog, folder):
    for call in (
        lambda: dl.widgets.Viewer(catalog),
        lambda: dl.widgets.Viewer(catalog, "9.9"),
        lambda: dl.widgets.Viewer([]),
        lambda: dl.widgets.Viewer(folder / "1.dcm", "1.2.1"),
        lambda: setattr(dl.widgets.Viewer(folder / "1.dcm"), "value", {"path": "/etc/passwd"}),
        lambda: setattr(dl.widgets.Viewer(folder / "1.dcm"), "value", {"window": [1]}),
    ):
        with pytest.raises(WrongArgument):
            call()


# --- in a browser ---


@pytest.fixture
def cells(catalog):
    return (
        f"import dicomlab as dl; catalog = dl.open_catalog({str(catalog.path)!r})",
        "viewer = dl.widgets.Viewer(catalog, '1.2.1'); viewer",
    )


@pytest.fixture
def shown(lab, cells):
    page = lab(*cells)
    return page, page.view("viewer")


@pytest.mark.browser
def test_a_mouse_goes_through_instances_and_windows(shown):
    page, view = shown
    view.get_by_role("img", name="Instance 1 of 3").wait_for()
    view.get_by_role("slider", name="Instance").fill("3")
    view.get_by_role("img", name="Instance 3 of 3").wait_for()
    page.expect_python("viewer.value['index']", "2")
    view.get_by_role("combobox", name="Window").select_option("Lung")
    page.expect_python("viewer.value['preset']", "4")
    page.tab.wait_for_function("document.querySelector('.dl-viewer .dl-window').value === '-600'")
    box = view.locator(".dl-stage").bounding_box()
    page.tab.mouse.move(box["x"] + 100, box["y"] + 100)
    page.tab.mouse.down()
    page.tab.mouse.move(box["x"] + 160, box["y"] + 130, steps=4)
    page.tab.mouse.up()
    page.expect_python("viewer.value['window'][0] > -600 and viewer.value['window'][1] > 1500", "True")
    page.expect_python("viewer.problem", "")


@pytest.mark.browser
def test_a_keyboard_alone_does_the_same(shown):
    from playwright.sync_api import expect

    page, view = shown
    view.get_by_role("img", name="Instance 1 of 3").wait_for()
    view.locator(".dl-stage").focus()
    keys = page.tab.keyboard
    keys.press("ArrowDown")
    view.get_by_role("img", name="Instance 2 of 3").wait_for()
    keys.press("End")
    view.get_by_role("img", name="Instance 3 of 3").wait_for()
    keys.press("3")
    page.expect_python("viewer.value['preset']", "2")
    center = view.get_by_role("spinbutton", name="Centre of the window")
    expect(center).to_have_value("40")
    center.fill("70")
    center.press("Enter")
    page.expect_python("viewer.value['window']", "[70.0, 80.0]")
    expect(view.get_by_role("combobox", name="Window")).to_have_value("-1")


@pytest.mark.browser
def test_it_says_that_it_is_not_for_diagnosis(shown):
    _, view = shown
    view.get_by_text("Not for diagnosis.").wait_for()


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_it_can_be_used_by_everybody(shown, theme):
    page, view = shown
    page.theme(theme)
    try:
        view.get_by_role("img", name="Instance 1 of 3").wait_for()
        assert page.violations(".dl-viewer") == []
    finally:
        page.theme("Light")


@pytest.mark.browser
def test_a_file_without_pixels_is_told_in_its_place(lab, folder):
    page = lab("import dicomlab as dl", f"dl.widgets.Viewer({str(folder / 'sr.dcm')!r})")
    view = page.view("viewer")
    view.get_by_role("status").filter(has_text="There is no picture to show").wait_for()


@pytest.mark.slow
@pytest.mark.browser
def test_it_works_in_voila(voila, cells):
    view = voila(*cells).view("viewer")
    view.get_by_role("slider", name="Instance").fill("2")
    view.get_by_role("img", name="Instance 2 of 3").wait_for()

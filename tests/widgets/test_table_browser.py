"""The table in a real browser: by mouse, by keyboard, and in three hosts."""

from __future__ import annotations

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

pytestmark = pytest.mark.browser

CELLS = (
    """
import pandas as pd, dicomlab as dl
n = 50_000
frame = pd.DataFrame({"uid": [f"1.2.{i}" for i in range(n)], "Modality": ["CT", "MR"] * (n // 2),
    "KVP": [120.0, None] * (n // 2), "InstanceNumber": range(n),
    "StationName": [f"ST{i % 7}" for i in range(n)]})
""",
    "table = dl.widgets.Table(frame, key='uid', title='instances'); table",
)


@pytest.fixture
def table(lab):
    page = lab(*CELLS)
    view = page.view("table")
    return page, view


def counted(view, words):
    expect(view.locator(".dl-count")).to_have_text(words)


def test_words_narrow_it_and_reach_python(table):
    page, view = table
    counted(view, "50,000 of 50,000 rows")
    page.tab.get_by_role("searchbox", name="Search instances").fill("mr st3")
    counted(view, "3,572 of 50,000 rows")
    page.expect_python("table.query, table.matched", "('mr st3', 3572)")


def test_a_search_before_the_rows_are_ready_says_so_and_is_answered(lab):
    page = lab(
        CELLS[0]
        + """
import threading
from unittest.mock import patch
from dicomlab.catalog.window import Window
gate, build = threading.Event(), Window._build
def late(self):
    gate.wait(60)
    build(self)
with patch.object(Window, "_build", late):
    table = dl.widgets.Table(frame, key='uid', title='instances')
find = table._window.find
def asked(*given):
    threading.Timer(2, gate.set).start()  # the kernel itself waits for the rows
    find(*given)
table._window.find = asked
""",
        "table",
    )
    view = page.view("table")
    expect(view.locator(".dl-row").nth(1)).to_contain_text("1.2.1")
    page.tab.get_by_role("searchbox", name="Search instances").fill("mr st3")
    counted(view, "Making 50,000 rows ready for the first search \u2026")
    counted(view, "3,572 of 50,000 rows")


def test_python_state_reaches_the_page(table):
    page, view = table
    page.python("table.query = 'st6'; table.sort = ['InstanceNumber', 'desc']")
    counted(view, "7,142 of 50,000 rows")
    assert page.tab.get_by_role("searchbox", name="Search instances").input_value() == "st6"
    view.get_by_role("columnheader", name="InstanceNumber", exact=False).and_(
        view.locator("[aria-sort=descending]")
    ).wait_for()


def test_a_mouse_sorts_filters_and_chooses(table):
    page, view = table
    view.get_by_role("button", name="uid", exact=True).click()
    expect(view.locator(".dl-row").nth(2)).to_contain_text("1.2.10")
    view.get_by_role("button", name="Filter Modality").click()
    page.tab.get_by_role("checkbox", name="CT").check()
    counted(view, "25,000 of 50,000 rows")
    page.tab.keyboard.press("Escape")
    view.locator(".dl-row").nth(0).click()
    view.locator(".dl-row").nth(2).click(modifiers=["Shift"])
    counted(view, "25,000 of 50,000 rows, 3 chosen")
    page.expect_python("table.value", "['1.2.0', '1.2.10', '1.2.100']")
    view.get_by_role("button", name="Remove filter Modality in CT").click()
    counted(view, "50,000 of 50,000 rows, 3 chosen")


def test_a_keyboard_alone_does_all_of_it(table):
    page, view = table
    keys = page.tab.keyboard
    cells = page.tab.locator(".jp-Cell").count()
    page.tab.get_by_role("searchbox", name="Search instances").focus()
    keys.type("ct")
    counted(view, "25,000 of 50,000 rows")
    keys.press("ArrowDown")
    keys.press("End")
    expect(view.locator(".dl-active")).to_contain_text("1.2.49998")
    keys.press("Space")
    page.expect_python("table.value", "['1.2.49998']")
    keys.press("Home")
    keys.press("ArrowUp")
    keys.press("ArrowRight")
    keys.press("f")
    expect(page.tab.get_by_role("checkbox", name="CT")).to_be_focused()
    keys.press("Space")
    counted(view, "25,000 of 50,000 rows, 1 chosen")
    keys.press("Escape")
    expect(view.get_by_role("grid")).to_be_focused()
    keys.press("Enter")
    expect(view.locator("[aria-sort=ascending]")).to_contain_text("Modality")
    for key in "bdd":  # commands of JupyterLab, which must not hear them
        keys.press(key)
    assert page.tab.locator(".jp-Cell").count() == cells
    keys.press("Escape")
    page.expect_python("table.value", "[]")


def test_columns_are_chosen(table):
    page, view = table
    view.get_by_role("button", name="Columns").click()
    page.tab.get_by_role("checkbox", name="KVP").uncheck()
    page.expect_python("table.shown", "['uid', 'Modality', 'InstanceNumber', 'StationName']")
    expect(view.get_by_role("columnheader")).to_have_count(4)


def test_the_last_row_is_reached_by_scrolling(table):
    view = table[1]
    view.locator(".dl-port").evaluate("e => { e.scrollTop = e.scrollHeight; }")
    view.get_by_role("gridcell", name="1.2.49999").wait_for()


def test_a_wrong_filter_is_said_calmly(table):
    page, view = table
    page.python("table.filters = [{'column': 'KVPP', 'op': '=', 'value': 1}]")
    expect(view.locator(".dl-notice")).to_contain_text("Did you mean 'KVP'?")


@pytest.mark.slow
def test_nobody_is_left_out(table):
    page, view = table
    view.get_by_role("button", name="Filter InstanceNumber").click()
    page.tab.get_by_role("dialog", name="Filter InstanceNumber").wait_for()
    assert page.violations(".dl-table") == []
    page.theme("Dark")
    assert page.violations(".dl-table") == []
    page.theme("Light")


def test_values_are_text_and_never_markup(lab):
    page = lab(
        "import pandas as pd, dicomlab as dl",
        "dl.widgets.Table(pd.DataFrame({'<img src=x onerror=alert(1)>': ['<img src=x onerror=alert(1)>', "
        "'a\\u202eb\\x00c', 'x' * 1_000_000]}))",
    )
    view = page.view("table")
    view.get_by_role("gridcell", name="<img src=x onerror=alert(1)>").wait_for()
    assert view.locator("img").count() == 0


@pytest.mark.slow
def test_a_restarted_kernel_is_said_calmly(table):
    page, view = table
    page.awaited("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(view.locator(".dl-notice")).to_contain_text("Python was restarted")
    page.until_idle()


@pytest.mark.slow
def test_it_works_in_notebook_7(notebook):
    page = notebook(*CELLS)
    view = page.view("table")
    page.tab.get_by_role("searchbox", name="Search instances").fill("mr")
    counted(view, "25,000 of 50,000 rows")
    view.locator(".dl-row").first.click()
    page.tab.keyboard.press("ArrowDown")
    page.tab.keyboard.press("Space")
    counted(view, "25,000 of 50,000 rows, 2 chosen")


@pytest.mark.slow
def test_it_works_in_voila(voila):
    page = voila(*CELLS)
    view = page.view("table")
    page.tab.get_by_role("searchbox", name="Search instances").fill("mr")
    counted(view, "25,000 of 50,000 rows")
    view.locator(".dl-row").first.click()
    page.tab.keyboard.press("ArrowDown")
    page.tab.keyboard.press("Space")
    counted(view, "25,000 of 50,000 rows, 2 chosen")

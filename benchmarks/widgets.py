"""How long a table takes to open and to answer a keystroke, seen from the browser, in a real JupyterLab.

python benchmarks/widgets.py [--rows 10000 200000 1000000] [--columns 40]

Opening is from running the cell to the first rows drawn; a keystroke from the last key to the rows that
it leaves drawn, 120 ms of waiting for the next key among it. Needs Chromium, and the dev and notebook extras.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.conftest import CHROMIUM  # noqa: E402
from tests.widgets.hosts import serving  # noqa: E402
from tests.widgets.pages import NotebookPage, page_of  # noqa: E402

if TYPE_CHECKING:
    import pandas as pd

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
OPEN = """async () => {
    const began = performance.now();
    const done = new Promise((yes) => {
        const look = () => {
            if (document.querySelector('.dl-table[data-ready=true] .dl-row')) yes(performance.now() - began);
            else setTimeout(look, 5);
        };
        look();
    });
    window.jupyterapp.commands.execute('notebook:run-all-cells');
    return done;
}"""
CELL = """() => {
    const model = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
    const cell = {cell_type: 'code', source: 'table = dl.widgets.Table(frame); table', metadata: {}};
    model.transact(() => { model.deleteCellRange(0, model.cells.length); model.insertCells(0, [cell]); });
}"""
TYPE = """([words]) => new Promise((yes) => {
    const view = document.querySelector('.dl-table');
    const field = view.querySelector('input[type=search]');
    const before = view.dataset.revision;
    const began = performance.now();
    const watch = new MutationObserver(() => {
        if (view.dataset.revision === before) return;
        watch.disconnect();
        yes(performance.now() - began);
    });
    watch.observe(view, { attributes: true });
    field.value = words;
    field.dispatchEvent(new Event('input'));
})"""
WORDS = ("ct", "ct pro", "ct proto 17", "p12", "station3 axial", "826.0.1.99", "")


def main() -> None:
    """Print one line a size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, nargs="*", default=[10_000, 200_000, 1_000_000])
    asked.add_argument("--columns", type=int, default=40)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving("lab", Path(folder) / "lab") as host, page_of(browser, host) as page:
            page.open("table.ipynb")
            page.run("import dicomlab as dl, pandas as pd", "dl.widgets.Table(pd.DataFrame({'a': [1]}))")
            print("rows | opens s | keystroke s: median, slowest | sort s | sent MB")
            for rows in given.rows:
                print(_line(page, rows, given.columns))
        browser.close()


def make_frame(rows: int, columns: int) -> pd.DataFrame:
    """Instances of an archive that never was: ten columns as a catalog has them, and more of each kind."""
    import duckdb

    more = [
        f"(hash(i, {k}) % {7 + k})::{'VARCHAR' if k % 2 else 'DOUBLE'} AS more_{k}"
        for k in range(columns - 10)
    ]
    names = [
        "'archive/' || (i // 200) || '/' || i || '.dcm' AS file_key",
        "'1.2.826.0.1.' || hash(i) AS SOPInstanceUID",
        "'1.2.826.0.1.' || hash(i // 200) AS SeriesInstanceUID",
        "'P' || (i // 2000) AS PatientID",
        "['CT', 'MR', 'DX', 'US'][1 + i % 4] AS Modality",
        "'STATION' || (i % 37) AS StationName",
        "'Protocol ' || (i % 200) AS ProtocolName",
        "'Series ' || (i % 900) || ' axial' AS SeriesDescription",
        "i % 500 AS InstanceNumber",
        "TIMESTAMP '2024-01-01' + to_minutes(i::INT) AS acquired_at",
    ]
    return duckdb.sql(f"SELECT {', '.join([*names, *more])} FROM range({rows}) r(i)").df()


def _line(page: NotebookPage, rows: int, columns: int) -> str:
    page.python("import sys, dicomlab as dl; from benchmarks.widgets import make_frame")
    page.python(f"frame = make_frame({rows}, {columns})")
    opened = []
    for _ in range(3):
        page.run("1")
        page.tab.evaluate(CELL)
        opened.append(page.tab.evaluate(OPEN) / 1000)
        page.until_idle()
    page.expect_python("table._window._building.is_alive()", "False", seconds=60)
    typed = [page.tab.evaluate(TYPE, [words]) / 1000 for words in WORDS]
    number = page.view("table").get_attribute("data-revision")
    began = page.tab.evaluate("performance.now()")
    page.view("table").get_by_role("button", name="SeriesDescription", exact=True).click()
    changed = f"document.querySelector('.dl-table').dataset.revision !== '{number}'"
    page.tab.wait_for_function(changed, polling=10)
    sort = (page.tab.evaluate("performance.now()") - began) / 1000
    sent = float(page.python("import json; print(len(json.dumps(table._rows(0, 140))) / 1e6)"))
    median, slowest = statistics.median(typed), max(typed)
    return (
        f"{rows:,} | {statistics.median(opened):.2f} | {median:.2f}, {slowest:.2f} | {sort:.2f} | {sent:.2f}"
    )


if __name__ == "__main__":
    main()

"""Take the pictures of docs/widgets.md again: the demo fleet in a real JupyterLab, light and dark.

python tools/make_gallery.py                      needs Chromium, and the dev and notebook extras
python tools/make_gallery.py browser viewer       only those
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
IMAGES = REPOSITORY / "docs" / "images"
sys.path.insert(0, str(REPOSITORY))

from playwright.sync_api import sync_playwright  # noqa: E402

import dicomlab as dl  # noqa: E402
from tests.conftest import CHROMIUM  # noqa: E402
from tests.widgets.hosts import serving  # noqa: E402
from tests.widgets.pages import NotebookPage, page_of  # noqa: E402

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


def main(*asked: str) -> None:
    """Make a fleet, show it, and keep what is seen."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        fleet = dl.demo.make_fleet(Path(folder) / "demo", progress=False)
        dl.scan(fleet / "dicom", into=fleet / "catalog", progress=False)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with (
            serving("lab", Path(folder) / "lab") as host,
            page_of(browser, host, width=1100, height=1000) as page,
        ):
            page.open("gallery.ipynb")
            page.run(f"import dicomlab as dl; catalog = dl.open_catalog({str(fleet / 'catalog')!r})")
            for name, take in PICTURES.items():
                if not asked or name in asked:
                    page.tab.set_viewport_size({"width": 1180, "height": 1800})
                    take(page)
        browser.close()


def _tags(page: NotebookPage) -> None:
    page.run(
        "long = catalog.series.query('n_instances > 2')['SeriesInstanceUID'].iloc[0]",
        "dl.widgets.TagExplorer(catalog, series=long, query='exposure')",
    )
    view = page.view("tags")
    view.locator(".dl-row").nth(1).click()
    view.locator(".dl-panel h3").wait_for()
    _keep(page, "tags", "tags-light")
    view.get_by_role("button", name="Side by side").click()
    page.tab.get_by_role("searchbox", name="Search tags").fill("")
    view.locator(".dl-other").first.wait_for()
    page.theme("Dark")
    _keep(page, "tags", "tags-dark")
    page.theme("Light")


def _table(page: NotebookPage) -> None:
    page.run("dl.widgets.Table(catalog, 'series', sort=['n_instances', 'desc'])")
    view = page.view("table")
    view.locator(".dl-row").nth(2).click()
    view.get_by_role("button", name="Filter ProtocolName").click()
    page.tab.get_by_role("dialog").wait_for()
    _keep(page, "table", "table-light")


def _dashboard(page: NotebookPage) -> None:
    page.run(
        "dashboard = dl.widgets.DriftDashboard(dl.find_drift(catalog), catalog, decisions='decisions.csv')",
        "dashboard",
    )
    view = page.view("dashboard")
    view.get_by_role("option", name="CTDIvol").first.click()
    layer = view.get_by_role("application")
    layer.wait_for()
    box = layer.bounding_box()
    page.tab.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.tab.mouse.down()
    page.tab.mouse.move(box["x"] + 0.58 * box["width"], box["y"] + 0.85 * box["height"], steps=4)
    page.tab.mouse.up()
    page.view("table")
    _keep(page, "dashboard", "dashboard-light")
    page.theme("Dark")
    page.python("dashboard.value = 'CT-02/ConvolutionKernel'")
    view.locator(".dl-trail [aria-current]", has_text="ConvolutionKernel").wait_for()
    _keep(page, "dashboard", "dashboard-dark")
    page.theme("Light")


def _builder(page: NotebookPage) -> None:
    page.run("builder = dl.widgets.CohortBuilder(catalog)", "builder")
    view = page.view("builder")
    page.python("builder.leave_out(choices=[{'column': 'patient_age_years', 'low': 85}], why='too old')")
    page.python(
        "builder.choices = [{'column': 'Modality', 'values': ['CT']},"
        " {'column': 'PatientSex', 'values': ['F']}]"
    )
    view.locator(".dl-chip", has_text="PatientSex").wait_for()
    _keep(page, "builder", "builder-light")


def _checks(page: NotebookPage) -> None:
    # Where the fleet lies on this machine is nobody's business.
    page.run(
        "findings = dl.check(catalog)",
        "findings['files'] = [[key.split('/dicom/')[-1] for key in keys] for keys in findings['files']]",
        "checks = dl.widgets.CheckBrowser(findings, catalog)",
        "checks",
    )
    view = page.view("checks")
    page.view("table")
    view.locator(".dl-row[data-key]").first.click()
    view.locator(".dl-told").wait_for()
    _keep(page, "checks", "checks-light")


def _browser(page: NotebookPage) -> None:
    page.run(
        "whose = catalog.series.query('Modality == \"MR\"')['PatientID'].value_counts().index[0]",
        "browser = dl.widgets.SeriesBrowser(catalog, query=whose, pictures=True)",
        "browser",
    )
    view = page.view("browser")
    view.locator("[role=treeitem] .dl-box").first.click()
    view.locator("[role=treeitem][aria-level='3']").nth(1).click()
    view.get_by_role("img").first.wait_for()
    _keep(page, "browser", "browser-light")


def _viewer(page: NotebookPage) -> None:
    page.run(
        "from pydicom.data import get_testdata_file",
        "viewer = dl.widgets.Viewer(get_testdata_file('CT_small.dcm', download=False))",
        "viewer.value = {'window': [40, 400]}",
        "viewer",
    )
    page.view("viewer").get_by_role("img").wait_for()
    _keep(page, "viewer", "viewer-light")


def _keep(page: NotebookPage, view: str, name: str) -> None:
    page.tab.wait_for_timeout(400)
    page.view(view).screenshot(path=IMAGES / f"{name}.png")


PICTURES = {
    "tags": _tags,
    "table": _table,
    "browser": _browser,
    "viewer": _viewer,
    "dashboard": _dashboard,
    "builder": _builder,
    "checks": _checks,
}

if __name__ == "__main__":
    main(*sys.argv[1:])

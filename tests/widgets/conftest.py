"""Views in a real JupyterLab, Notebook 7 and Voila: `lab`, `notebook` and `voila` run cells.

    def test_it_counts(lab):
        page = lab("import dicomlab as dl", "dl.widgets.Table(frame)")
        expect(page.view("table").get_by_role("status").first).to_have_text("3 of 3 rows")

JupyterLab and its kernel start once a session, so a test costs tenths of a second; names that a
test gives in Python stay. The other hosts open a page a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.widgets.hosts import Host, serving
from tests.widgets.made import make_catalog
from tests.widgets.pages import NotebookPage, page_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from dicomlab.catalog.catalog import Catalog

Cells = Callable[..., NotebookPage]


@pytest.fixture(scope="session")
def small_catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """24 patients, 48 series, some of them hostile: see `tests.widgets.made`."""
    return make_catalog(tmp_path_factory.mktemp("views"))


def served(kind: str, tmp_path_factory: pytest.TempPathFactory) -> AbstractContextManager[Host]:
    """A server of that host, where it is installed."""
    if find_spec({"lab": "jupyterlab"}.get(kind, kind)) is None:
        pytest.skip(f"needs {kind}: the notebook extra")
    return serving(kind, tmp_path_factory.mktemp(kind))


@pytest.fixture(scope="session")
def lab_page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotebookPage]:
    """One page of JupyterLab for the whole session."""
    with served("lab", tmp_path_factory) as host, page_of(browser, host) as page:
        page.open("views.ipynb")
        yield page


@pytest.fixture
def lab(lab_page: NotebookPage) -> Iterator[Cells]:
    """Runs cells in JupyterLab and gives the page; nothing may have wanted to leave the machine."""
    lab_page.errors.clear()
    yield lab_page.run
    assert lab_page.outside == []
    assert lab_page.errors == []


@pytest.fixture(scope="session")
def notebook_host(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A server of Notebook 7."""
    with served("notebook", tmp_path_factory) as host:
        yield host


@pytest.fixture(scope="session")
def voila_host(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A server of Voila."""
    with served("voila", tmp_path_factory) as host:
        yield host


@pytest.fixture
def notebook(browser: Browser, notebook_host: Host, request: pytest.FixtureRequest) -> Iterator[Cells]:
    """Runs cells in a page of Notebook 7 and gives it."""
    with page_of(browser, notebook_host) as page:

        def run(*cells: str) -> NotebookPage:
            page.open(f"{request.node.name}.ipynb", *cells)
            page.run_all()
            return page

        yield run
        assert page.outside == []


@pytest.fixture
def voila(browser: Browser, voila_host: Host, request: pytest.FixtureRequest) -> Iterator[Cells]:
    """Opens a page of Voila with these cells and gives it."""
    with page_of(browser, voila_host) as page:

        def run(*cells: str) -> NotebookPage:
            page.open(f"{request.node.name}.ipynb", *cells)
            return page

        yield run
        # Voila's own page asks a server for the icons of buttons, and does without.
        assert [url for url in page.outside if "fontawesome" not in url] == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep what the page looked like when a test failed."""
    report = yield
    page = getattr(item, "funcargs", {}).get("lab_page")
    if report.when == "call" and report.failed and page:
        path = item.config.stash.setdefault(_PICTURES, item.config._tmp_path_factory.mktemp("failed"))
        page.tab.screenshot(path=path / f"{item.name}.png")
        report.sections.append(("picture of the page", str(path / f"{item.name}.png")))
    return report


_PICTURES = pytest.StashKey()

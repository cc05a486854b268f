"""A notebook in a browser: open it, run cells, ask its Python, and see that nothing leaves the machine."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.widgets.hosts import Host

MOST = 60_000
"""Milliseconds that anything may take; page.evaluate would wait for ever."""
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
CURRENT = "window.jupyterapp?.shell?.currentWidget"


class NotebookPage:
    """A page of a host with one notebook in it. `tab` is Playwright's page."""

    def __init__(self, tab: Page, host: Host):
        self.tab, self.host = tab, host
        self.outside: list[str] = []
        """Requests that wanted to leave the server; none went out."""
        self.errors: list[str] = []
        tab.context.route(lambda url: not url.startswith((f"{host.origin}/", "data:", "blob:")), self._refuse)
        tab.on("pageerror", lambda error: self.errors.append(str(error)))

    def _refuse(self, route: Any) -> None:
        self.outside.append(route.request.url)
        route.abort()

    def open(self, name: str, *cells: str) -> None:
        """Write a notebook with these cells and open it; Voila runs it at once."""
        book = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": KERNEL})
        nbformat.write(book, self.host.root / name)
        self.tab.goto(self.host.address(name), timeout=MOST)
        if self.host.kind != "voila":
            self.tab.wait_for_function(f"{CURRENT}?.context?.isReady", timeout=MOST)
            self.awaited(f"{CURRENT}.sessionContext.ready")
            self.until_idle()

    def awaited(self, promise: str, milliseconds: int = MOST) -> Any:
        """The value of a promise in the page, or an error when it takes too long."""
        late = f"new Promise((_, no) => setTimeout(() => no(Error('not in time')), {milliseconds}))"
        return self.tab.evaluate(f"() => Promise.race([Promise.resolve({promise}), {late}])")

    def until_idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        status = f"{CURRENT}.sessionContext.session?.kernel?.status"
        self.tab.wait_for_function(f"{status} === 'idle'", timeout=MOST)

    def run(self, *cells: str) -> NotebookPage:
        """Put these cells in place of all others and run them; no cell may fail."""
        self.python("import ipywidgets; ipywidgets.Widget.close_all()")
        made = [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells]
        self.tab.evaluate(
            """(cells) => {
                const model = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
                model.transact(() => {
                    model.deleteCellRange(0, model.cells.length);
                    model.insertCells(0, cells);
                });
            }""",
            made,
        )
        self.run_all()
        return self

    def run_all(self) -> None:
        """Run every cell of the notebook; no cell may fail."""
        self.awaited("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.until_idle()
        failed = self.tab.evaluate(
            f"""() => [...{CURRENT}.content.model.cells].flatMap(cell => cell.toJSON().outputs ?? [])
                .filter(o => o.output_type === 'error').map(o => o.ename + ': ' + o.evalue)"""
        )
        assert failed == []

    def python(self, code: str) -> str:
        """What the kernel prints for this code, which the notebook does not show."""
        ask = (
            "(async () => { let text = '';"
            f"const kernel = {CURRENT}.sessionContext.session.kernel;"
            f"const asked = kernel.requestExecute({{code: {json.dumps(code)}, store_history: false}});"
            "asked.onIOPub = m => { if (m.header.msg_type === 'stream') text += m.content.text;"
            "if (m.header.msg_type === 'error') text += m.content.ename + ': ' + m.content.evalue; };"
            "await asked.done; return text; })()"
        )
        return str(self.awaited(ask)).strip()

    def expect_python(self, code: str, printed: str, seconds: float = 10) -> None:
        """Ask until Python prints this: messages of widgets may be handled after the question."""
        end = time.monotonic() + seconds
        while (got := self.python(f"print(({code}))")) != printed:
            assert time.monotonic() < end, f"{code} is {got}, not {printed}"
            time.sleep(0.05)

    def view(self, name: str) -> Locator:
        """The view of that name, when it is painted."""
        found = self.tab.locator(f".dl-{name}[data-ready=true]").first
        found.wait_for(timeout=MOST)
        return found

    def theme(self, name: str) -> None:
        """Change the theme of JupyterLab: "Light" or "Dark"."""
        theme = json.dumps({"theme": f"JupyterLab {name}"})
        self.awaited(f"window.jupyterapp.commands.execute('apputils:change-theme', {theme})")
        self.tab.wait_for_function(f"document.body.dataset.jpThemeName === 'JupyterLab {name}'")
        self.tab.locator("#jupyterlab-splash, .jp-Splash").first.wait_for(state="detached")

    def violations(self, selector: str) -> list[tuple[str, str]]:
        """What axe has against a part of the page: rule and element."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.tab, context=selector).response["violations"]
        return [(v["id"], node["html"][:160]) for v in found for node in v["nodes"]]


@contextmanager
def page_of(browser: Browser, host: Host, *, width: int = 1200, height: int = 900) -> Iterator[NotebookPage]:
    """A page of a host with cookies and storage of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-US",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=host.origin)
    context.set_default_timeout(15_000)
    try:
        yield NotebookPage(context.new_page(), host)
    finally:
        context.close()

"""What several tests need."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REPOSITORY = Path(__file__).parents[1]
SHARED = REPOSITORY.parent / "shared" / "data"
"""Real files of many makers that may lie beside the clone; extra evidence where they do."""

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
_QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
_QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
_QUIET += ["--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser without a window; one a session, since Playwright runs once in a thread."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield running
        running.close()


def pydicom_files() -> list[Path]:
    """The files that pydicom ships, all kinds of trouble among them."""
    import pydicom.data

    root = Path(pydicom.data.__file__).parent
    return sorted(p for p in root.rglob("*") if p.is_file() and p.suffix not in {".py", ".pyc", ".json"})


def shared_files() -> list[Path]:
    """Real files beside the clone, if there are any."""
    return sorted(p for p in (SHARED / "dicom").rglob("*") if p.is_file())


# A programming error must fail a test, and not be set aside; those that are about it ask for `setting_aside`.
os.environ["DICOMLAB_RAISE_ALL"] = "1"


@pytest.fixture
def setting_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what raises be set aside, as for users."""
    monkeypatch.delenv("DICOMLAB_RAISE_ALL", raising=False)


@pytest.fixture
def quiet():
    """Let pydicom warn of what it meets in broken files, unheard."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests in a browser are slow; `real_files` are deselected where no such files lie beside the clone."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.slow)
    if SHARED.is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("real_files")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("real_files")]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where all optional parts are installed, a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("DICOMLAB_NO_SKIPS") and skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\n{len(skipped)} tests were skipped where none may be")

"""What several tests need."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SHARED = REPOSITORY.parent / "shared" / "data"
"""Real files of many makers that may lie beside the clone; extra evidence where they do."""


def pydicom_files() -> list[Path]:
    """The files that pydicom ships, all kinds of trouble among them."""
    import pydicom.data

    root = Path(pydicom.data.__file__).parent
    return sorted(p for p in root.rglob("*") if p.is_file() and p.suffix not in {".py", ".pyc", ".json"})


def shared_files() -> list[Path]:
    """Real files beside the clone, if there are any."""
    return sorted(p for p in (SHARED / "dicom").rglob("*") if p.is_file())


@pytest.fixture
def quiet():
    """Let pydicom warn of what it meets in broken files, unheard."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where all optional parts are installed, a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("DICOMLAB_NO_SKIPS") and skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\n{len(skipped)} tests were skipped where none may be")

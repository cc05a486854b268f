"""What several tests need."""

from __future__ import annotations

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

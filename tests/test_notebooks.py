"""The notebooks run from top to bottom, and are committed without output."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").rglob("*.ipynb"))


def test_there_are_notebooks():
    assert {p.relative_to(REPOSITORY / "notebooks").as_posix() for p in NOTEBOOKS} >= {
        "explore/01-first-hour.ipynb",
        "explore/02-tags.ipynb",
        "explore/03-cohorts.ipynb",
        "explore/04-export.ipynb",
        "qc/01-checks.ipynb",
        "qc/02-drift.ipynb",
        "qc/03-why-naive-charts-fail.ipynb",
        "qc/04-protocols.ipynb",
        "research/01-deid.ipynb",
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_holds_no_output(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
@pytest.mark.filterwarnings("default")
def test_a_notebook_runs(path, tmp_path):
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [o for cell in book.cells if cell.cell_type == "code" for o in cell.outputs]
    assert not [o for o in shown if o.output_type == "error"]
    assert len(shown) >= 5
    for cell in book.cells:
        if cell.cell_type == "code" and "dl.plots." in cell.source:
            assert any("image/png" in o.get("data", {}) for o in cell.outputs), cell.source

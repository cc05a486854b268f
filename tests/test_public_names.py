"""The public names: few, documented, and cheap to import."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import dicomlab as dl

NAMES = sorted(set(dl.__all__) - {"demo", "plots", "widgets"})


@pytest.mark.parametrize("name", NAMES)
def test_each_public_name_is_documented_and_annotated(name):
    thing = getattr(dl, name)
    first = (inspect.getdoc(thing) or "").split("\n")[0]
    assert first.endswith(".")
    assert len(first) <= 79
    assert thing.__module__.rsplit(".", 1)[-1] != name
    if inspect.isfunction(thing):
        assert ">>> " in inspect.getdoc(thing)
        signature = inspect.signature(thing)
        assert signature.return_annotation is not inspect.Signature.empty
        assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values())


def test_the_list_is_the_one_of_the_stub():
    assert dir(dl) == sorted(dl.__all__)
    assert {"scan", "open_catalog", "read_header", "Columns", "find_drift", "write_report"} <= set(dl.__all__)


def test_importing_dicomlab_loads_nothing_heavy():
    heavy = "numpy pandas pydicom pyarrow numba matplotlib duckdb deltalake scipy IPython".split()
    code = f"import sys, dicomlab; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_opening_a_catalog_does_not_load_the_compiler(tmp_path):
    code = "import sys, dicomlab.catalog.catalog; print('numba' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError):
        dl.scann  # noqa: B018

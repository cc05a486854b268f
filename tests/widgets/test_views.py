"""What holds of every view, without a browser."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
from pathlib import Path
from shutil import which

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.errors import MissingColumn, NoSuchTable, UnknownSetting
from dicomlab.widgets import base

FOLDER = Path(base.__file__).parent
VIEWS = [getattr(dl.widgets, name) for name in dl.widgets.__all__]
SCRIPTS = sorted(path for path in FOLDER.glob("*.js") if path.name != "base.js")


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_one_value_and_says_what_it_is(view):
    first = (inspect.getdoc(view) or "").split("\n")[0]
    assert first.endswith(".")
    assert len(first) <= 79
    assert "value" in view.class_trait_names()
    assert ">>> " in inspect.getdoc(view)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_a_page_is_small_plain_and_asks_nobody(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")  # a name, never asked
    assert len(text) < 30_000
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "import ",
        "import(",
        'fetch("',
        "http",
        "eval(",
    ):
        assert word not in text, word
    assert path.with_suffix(".css").exists()
    assert "http" not in path.with_suffix(".css").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_a_page_is_a_module_that_reads(path, tmp_path):
    node = which("node") or str(Path(pytest.importorskip("playwright").__file__).parent / "driver" / "node")
    whole = tmp_path / f"{path.stem}.mjs"
    whole.write_text((FOLDER / "base.js").read_text() + path.read_text())
    run = subprocess.run([node, "--check", str(whole)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_a_word_that_a_view_does_not_know_is_refused():
    with pytest.raises(UnknownSetting, match="Did you mean 'query'"):
        dl.widgets.Table(pd.DataFrame({"a": [1]}), querry="x")
    with pytest.raises(TypeError):
        dl.widgets.Table(pd.DataFrame({"a": [1]}), _esm="x")


@pytest.mark.slow
def test_views_are_imported_when_they_are_used():
    loaded = "print('anywidget' in sys.modules)"
    code = f"import sys, dicomlab as dl; dl.widgets; {loaded}; dl.widgets.Table; {loaded}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True"]


# --- the table ---


@pytest.fixture
def frame():
    return pd.DataFrame({"uid": [f"1.{i}" for i in range(100)], "Modality": ["CT", "MR"] * 50})


def gesture(view, **message):
    """What the view answers to a message of the browser."""
    said = []
    view.send = lambda content, buffers=None: said.append(content)
    view._answer(view, message)
    return said[-1] if said else None


def test_a_table_is_what_its_traits_say(frame):
    table = dl.widgets.Table(frame, key="uid", query="ct", sort=["uid", "desc"])
    assert (table.total, table.matched) == (100, 50)
    again = dl.widgets.Table(frame, key="uid", **table.spec())
    pd.testing.assert_frame_equal(again.to_pandas(), table.to_pandas())
    answer = gesture(table, kind="rows", seq=7, start=0, count=2)
    assert answer["rows"] == [["1.98", "1.98", "CT"], ["1.96", "1.96", "CT"]]
    assert answer["seq"] == 7
    gesture(table, kind="range", start=0, end=2)
    assert table.value == ["1.98", "1.96", "1.94"]


def test_a_table_of_a_catalog_is_found_again_by_its_condition(small_fleet):
    catalog = small_fleet["catalog"]
    table = dl.widgets.Table(catalog, "series")
    table.filters = [
        {"column": "Modality", "op": "in", "value": ["CT"]},
        {"column": "n_instances", "op": ">", "value": 1},
        {"column": "ProtocolName", "op": "contains", "value": "Thorax"},
    ]
    assert 0 < table.matched == len(catalog.read("series", where=table.where()))
    assert {"unit", "meaning"} <= set(table.columns[0])
    table.shown = ["Modality", "KVP"]
    table.filters = []
    assert table.to_pandas().columns.tolist() == ["Modality", "KVP"]


@pytest.mark.slow
def test_a_table_that_was_masked_stays_so(small_fleet):
    catalog = small_fleet["catalog"]
    true = set(catalog.patients["PatientID"])
    with dl.options.masked():
        tables = [dl.widgets.Table(catalog, "series"), dl.widgets.Table(catalog.unmasked.series)]
    for table in tables:
        table.shown = ["PatientID", "Modality"]
        said = (
            gesture(table, kind="facet", column="PatientID"),
            gesture(table, kind="rows", start=0, count=400),
        )
        assert "patient-" in str(said)
        assert not any(f"'{name}'" in str(said) for name in true)
        assert not set(table.to_pandas()["PatientID"]) & true


def test_what_is_wrong_is_a_sentence_and_not_an_exception(frame, small_fleet):
    table = dl.widgets.Table(frame)
    table.filters = [{"column": "Modalty", "op": "=", "value": "CT"}]
    assert "Did you mean 'Modality'" in table.problem
    table.filters = []
    assert table.problem == ""
    gesture(table, kind="rows", start="x", count=2)
    assert "did not work" in table.problem
    assert gesture(table, kind="drop table") is None
    with pytest.raises(NoSuchTable):
        dl.widgets.Table(small_fleet["catalog"], "nothing")
    with pytest.raises(MissingColumn):
        dl.widgets.Table(frame, key="nothing")


def test_callbacks_may_come_from_another_thread(frame):
    table = dl.widgets.Table(frame)
    errors = []

    def browse():
        try:
            for i in range(30):
                table.set_state({"query": "ct" if i % 2 else "mr"})
                table._rows(i, 20)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=browse) for _ in range(3)]
    for one in threads:
        one.start()
    for _ in range(30):
        table.to_pandas()
    for one in threads:
        one.join()
    assert (errors, table.problem) == ([], "")

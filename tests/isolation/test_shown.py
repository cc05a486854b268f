"""Each tag, header, column, row and picture that raises costs only itself where things are shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydicom.data import get_testdata_file
from typer.testing import CliRunner

import dicomlab as dl
from dicomlab.cohorts import facets
from dicomlab.cohorts.choices import Moves
from dicomlab.tags import headers
from dicomlab.tags.rows import _Walk, read_tags
from dicomlab.widgets import browser, checks
from dicomlab.widgets import tags as explorers
from tests.build import write_archive
from tests.header.test_frames import enhanced

pytestmark = pytest.mark.usefixtures("setting_aside")
CT = get_testdata_file("CT_small.dcm", download=False)


STRIDE = 3
"""Of the elements of a file each third is made to raise; they are all walked by the same code."""


def raising(*_: Any, **__: Any) -> Any:
    raise ValueError("Doe^John")


def nested() -> Any:
    shared = {"PixelMeasuresSequence": {"SliceThickness": 2}, "MREchoSequence": {"EffectiveEchoTime": 3}}
    return enhanced(2, shared=shared, frame=lambda i: {"FrameContentSequence": {"StackID": str(i)}})


@pytest.mark.slow
@pytest.mark.parametrize("source", [CT, nested()], ids=["file", "nested"])
def test_each_element_that_raises_is_a_row_with_a_reason(
    source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, element = read_tags(source).rows, _Walk._element
    for row in [row for row in whole if not row.is_item][::STRIDE]:
        above = row.path.removesuffix(row.path.rpartition(".")[2])

        def bad(
            walk: Any, ds: Any, tag: int, before: str, *more: Any, wanted: tuple[int, str] = (row.tag, above)
        ) -> None:
            return raising() if (tag, before) == wanted else element(walk, ds, tag, before, *more)

        monkeypatch.setattr(_Walk, "_element", bad)
        found = read_tags(source).rows
        aside = [one for one in found if one.value.startswith("set aside: ValueError")]
        assert [one.tag for one in aside] == [row.tag]
        gone = [one for one in whole if one.path == row.path or one.path.startswith(f"{row.path}[")]
        kept = [(one.path, one.value) for one in whole if one not in gone]
        creators = {one.creator for one in whole if one.tag == row.tag} | {row.value}
        if row.is_private and not row.creator:  # a creator: elements of its block lose their names
            assert len(kept) == len(found) - 1
        else:
            assert [(one.path, one.value) for one in found if one not in aside] == kept, creators


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "in", patients=1, series=1, instances=4)


def run(*words: object) -> Any:
    from dicomlab.cli.main import app

    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


@pytest.mark.parametrize("how", [(), ("--json",), ("--csv",)], ids=["text", "json", "csv"])
def test_each_file_that_cannot_be_read_leaves_the_tags_of_the_others(
    how: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted((folder / "p0" / "s0").iterdir())
    read = headers.read_tags
    for number, file in enumerate(files):
        others = run("tags", *files[:number], *files[number + 1 :], *how)
        assert others.exit_code == 0

        def bad(source: Any, file: Path = file, **more: Any) -> Any:
            return raising() if str(source) == str(file) else read(source, **more)

        monkeypatch.setattr(headers, "read_tags", bad)
        ran = run("tags", *files, *how)
        monkeypatch.setattr(headers, "read_tags", read)
        assert ran.exit_code == 3
        assert f"header {number + 1} of 4 was set aside: ValueError" in " ".join(ran.stderr.split())
        assert how == ("--json",) or ran.stdout == others.stdout
        assert "Doe" not in ran.stdout + ran.stderr


def test_a_file_cut_short_is_left_out_of_a_comparison(folder: Path) -> None:
    files = sorted((folder / "p0" / "s0").iterdir())
    expected = run("diff", *files[1:], "--csv")
    files[0].write_bytes(b"no DICOM at all")
    ran = run("diff", *files, "--csv")
    assert (ran.exit_code, expected.exit_code) == (3, 1)
    assert ran.stdout == expected.stdout
    assert "it is not DICOM" in " ".join(ran.stderr.split())
    assert run("diff", files[0], files[0]).exit_code == 2
    assert run("diff", files[0], files[1]).exit_code == 2
    assert "nothing was compared" in run("diff", *files[1:], "--search", "nothing-like-it").stdout


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> dl.Catalog:
    folder = tmp_path_factory.mktemp("shown")
    return dl.scan(write_archive(folder / "in"), into=folder / "catalog", progress=False)


@pytest.mark.parametrize("mode", explorers.MODES)
def test_a_header_that_raises_is_left_out_of_the_explorer(
    mode: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, files = headers.read_tags, sorted((folder / "p0" / "s0").iterdir())
    expected = dl.widgets.TagExplorer(files[1:], mode=mode, ignore=False)

    def bad(source: Any, **more: Any) -> Any:
        return raising() if str(source) == str(files[0]) else read(source, **more)

    monkeypatch.setattr(headers, "read_tags", bad)
    explorer = dl.widgets.TagExplorer(files, mode=mode, ignore=False)
    assert explorer.problem == ""
    assert explorer.instance == 1
    shown, rest = explorer.to_pandas(), expected.to_pandas()
    assert shown["value" if mode == "one" else "path"].tolist() == (
        rest["value" if mode == "one" else "path"].tolist()
    )
    assert explorer.notice


def test_a_row_that_raises_is_bare_and_all_others_are_shown(
    catalog: dl.Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer, cells = dl.widgets.TagExplorer(CT), explorers.cells_of
    whole = explorer._rows(0, 50)["rows"]
    monkeypatch.setattr(
        explorers,
        "cells_of",
        lambda row, **more: raising() if row.keyword == "Modality" else cells(row, **more),
    )
    with explorer.explained():
        found = explorer._rows(0, 50)["rows"]
    at = next(i for i, row in enumerate(whole) if row["keyword"] == "Modality")
    assert [row for i, row in enumerate(found) if i != at] == [row for i, row in enumerate(whole) if i != at]
    assert set(whole[at]) <= set(found[at])
    assert explorer.problem.startswith("Left out: a row was set aside: ValueError")

    tree, shown = dl.widgets.SeriesBrowser(catalog), browser.SeriesBrowser._shown
    tree._all(is_open=True)
    whole = tree._rows(0, 50)["rows"]
    monkeypatch.setattr(
        browser.SeriesBrowser,
        "_shown",
        lambda self, row: raising() if (row["kind"], row["number"]) == ("series", 1) else shown(self, row),
    )
    with tree.explained():
        found = tree._rows(0, 50)["rows"]
    at = [i for i, row in enumerate(whole) if (row["kind"], row["number"]) == ("series", 1)]
    assert [row for row in found if row in whole] == [row for i, row in enumerate(whole) if i not in at]
    assert found[at[0]]["number"] == 1
    assert "a row was set aside" in tree.problem


@pytest.mark.parametrize("column", ["Modality", "KVP", "n_instances", "first_acquired_at"])
def test_each_column_that_cannot_be_counted_is_left_out_of_the_builder(
    column: str, catalog: dl.Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["Modality", "KVP", "n_instances", "first_acquired_at", "Manufacturer"]
    whole = facets.Facets(catalog, asked)
    expected = {one["column"]: one for one in whole.look(Moves((), whole.kinds))["facets"]}
    make = facets._facet
    monkeypatch.setattr(
        facets, "_facet", lambda name, *more: raising() if name == column else make(name, *more)
    )
    builder = dl.widgets.CohortBuilder(catalog, asked)
    found = {one["column"]: one for one in builder._seen["facets"]}
    assert found == {name: one for name, one in expected.items() if name != column}
    assert builder.problem.startswith(f"Left out: the column {column} was set aside: ValueError")
    builder.query = "ct"
    assert builder.problem.startswith("Left out: ")


def test_numbers_near_the_greatest_are_counted(catalog: dl.Catalog) -> None:
    import numpy as np
    import pyarrow as pa

    values = [*1.7e308 * np.linspace(-1, 1, 30), 0.0, None, float("nan")]
    facet = facets._facet("KVP", "number", pa.chunked_array([pa.array(values, pa.float64())]))
    assert facet.counted(None).sum() == len(values)
    assert facet.counted(None)[-1] == 2
    assert np.isfinite(np.array(facet.bars, float)).all()


@pytest.mark.slow
def test_the_rest_of_a_finding_is_shown_where_its_series_cannot_be(
    catalog: dl.Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = dl.check(catalog)
    whole = dl.widgets.CheckBrowser(findings, catalog, selected=0)._detail()["finding"]
    monkeypatch.setattr(checks.CheckBrowser, "_series", raising)
    view = dl.widgets.CheckBrowser(findings, catalog, selected=0)
    with view.explained():
        found = view._detail()["finding"]
    assert found == {**whole, "series": []}
    assert view.problem.startswith("Left out: the series of the finding was set aside: ValueError")


@pytest.mark.slow
def test_series_are_shown_where_their_marks_cannot_be(
    catalog: dl.Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "marks_of", raising)
    tree = dl.widgets.SeriesBrowser(catalog, dl.check(catalog))
    assert tree.counts["series"] == [4, 4]
    assert tree.problem.startswith("Left out: the marks of findings was set aside: ValueError")


def test_no_finding_is_not_said_of_a_table_of_findings_that_lost_what_was_run(catalog: dl.Catalog) -> None:
    from dicomlab.checks.summary import summarise_findings

    findings = dl.check(catalog, ["impossible-date"])
    assert summarise_findings(findings)["headline"] == "Nothing found"
    bare = pd.DataFrame(findings.to_dict("records"), columns=findings.columns)
    assert summarise_findings(bare)["headline"].startswith("No findings, and the table does not say")
    bare.attrs["run"] = []
    assert summarise_findings(bare)["headline"] == "No check could run, so nothing can be said"
    empty = dl.check(catalog, ["stale-directory"])
    assert summarise_findings(empty)["headline"].startswith("There was nothing to look at")

"""One item that raises costs only itself, by enumeration: a new item is covered the day it is added."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import dicomlab as dl
from dicomlab.catalog import catalog as catalogs
from dicomlab.catalog import export
from dicomlab.checks.engine import CHECKS
from dicomlab.drift import engine as drifts
from dicomlab.header import derived, units, values
from dicomlab.header.engine import HeaderReader
from dicomlab.isolation import in_pieces, set_aside
from dicomlab.report import engine as reports
from dicomlab.report import pictures, sections
from dicomlab.scanner import batch as batches
from dicomlab.schema.columns import Columns
from tests.build import dataset, write, write_archive

pytestmark = pytest.mark.usefixtures("setting_aside")


class Injected(Exception):
    """What the tests make items raise; its message stands for a header value."""


def raising(*_: Any, **__: Any) -> Any:
    raise Injected("Doe^John")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("fleet") / "demo"
    folder = dl.demo.make_fleet(folder, scanners=2, months=6, progress=False)
    catalog = dl.scan(folder / "dicom", into=folder / "catalog", progress=False)
    drift = dl.find_drift(catalog, parameters=["KVP", "XRayTubeCurrent", "ConvolutionKernel"])
    return {"catalog": catalog, "drift": drift, "findings": dl.check(catalog)}


# --- scans --------------------------------------------------------------------------------


def places(n_columns: int) -> values.Cells:
    """Three files in which each column has the value "1 "."""
    off = np.zeros((n_columns, 3), np.int64)
    off[:, 1] = 2
    length = np.full((n_columns, 3), 2, np.int64)
    return values.Cells(np.frombuffer(b"1 1 ", np.uint8), off, length, np.zeros((n_columns, 3), np.int64))


@pytest.mark.slow
def test_each_column_costs_only_the_cell_that_it_raises_for(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [column for column in Columns() if column.has_place and not column.is_many]
    found, plain = places(len(columns)), values._plain
    whole, before = values.cast(found, columns, 0, 0)
    for target in columns:

        def bad(cells: values.Cells, j: int, column: Any, *more: Any, name: str = target.name) -> Any:
            if column.name == name and (cells.off[j] == 2).any():
                raising()
            return plain(cells, j, column, *more)

        monkeypatch.setattr(values, "_plain", bad)
        arrays, problems = values.cast(found, columns, 0, 0)
        new = [p for p in problems if p.reason.startswith("set aside: Injected in header/values.py")]
        assert [(p.row, p.column.name) for p in new] == [(1, target.name)]
        assert [p for p in problems if p not in new and p.column.name != target.name] == [
            p for p in before if p.column.name != target.name
        ]
        for name, array in whole.items():
            mine = name in (target.name, f"{target.name}_utc_offset_minutes")
            expected = [v if i != 1 else None for i, v in enumerate(array.to_pylist())]
            assert arrays[name].to_pylist() == (expected if mine else array.to_pylist()), name


def header_bytes(path: Path, **attributes: object) -> bytes:
    return write(dataset(StudyDate="20240101", **attributes), path).read_bytes()


@pytest.fixture
def headers(tmp_path: Path) -> pa.Array:
    """Three headers whose derived columns and columns in one unit have values."""
    facts = {"PatientSize": "1.7", "RepetitionTime": "500", "EchoTime": "20", "PatientAge": "030Y"}
    facts |= {"MagneticFieldStrength": "3", "ImagingFrequency": "127", "ExposureTime": "10", "KVP": "120"}
    return pa.array(
        [header_bytes(tmp_path / f"{i}", SOPInstanceUID=f"1.2.{i}", **facts) for i in range(3)],
        pa.large_binary(),
    )


@pytest.mark.parametrize("names", derived.DERIVED, ids="-".join)
def test_each_derived_column_costs_only_the_row_it_raises_for(
    names: tuple[str, ...], headers: pa.Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = HeaderReader().parse(headers).table.to_pylist()
    work = derived.DERIVED[names]

    def bad(table: pa.Table) -> Any:
        return raising() if "1.2.1" in table["SOPInstanceUID"].to_pylist() else work(table)

    monkeypatch.setitem(derived.DERIVED, names, bad)
    batch = HeaderReader().parse(headers)
    whole[1] |= dict.fromkeys(names)
    assert batch.table.to_pylist() == whole
    assert [(p.row, p.column.name) for p in batch.problems] == [(1, names[0])]


def test_each_column_in_one_unit_costs_only_the_row_it_raises_for(
    headers: pa.Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = HeaderReader().parse(headers).table.to_pylist()
    filled = [name for name in units.RULES if whole[1].get(name) is not None]
    assert len(filled) > 3
    for name in units.RULES:
        with monkeypatch.context() as patch:
            patch.setitem(units.RULES, name, raising)
            batch = HeaderReader().parse(headers)
        assert batch.table.to_pylist() == [{**row, name: None} if name in row else row for row in whole]
        assert {p.column.name for p in batch.problems} <= {name}
        assert bool(batch.problems) >= (name in filled)


@pytest.mark.slow
def test_a_file_that_raises_is_a_row_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_archive(tmp_path / "in")
    whole = dl.scan(tmp_path / "in", into=tmp_path / "whole", jobs=1, progress=False)
    bad_key, judged = whole.files["file_key"].sort_values().iloc[3], batches.judged

    def bad(batch: Any) -> Any:
        uids = batch.table["SOPInstanceUID"].to_pylist()
        return raising() if "1.2.1.2.1" in uids else judged(batch)

    monkeypatch.setattr(batches, "judged", bad)
    found = dl.scan(tmp_path / "in", into=tmp_path / "cat", jobs=1, progress=False)
    left = found.files[found.files["status"] == "unreadable"]
    assert left["file_key"].tolist() == [bad_key]
    assert left["reason"].iloc[0].startswith("set aside: Injected in scanner/batch.py, line ")
    rest = whole.instances[whole.instances["file_key"] != bad_key]
    pd.testing.assert_frame_equal(
        found.instances.sort_values("file_key", ignore_index=True),
        rest.sort_values("file_key", ignore_index=True),
    )


def test_an_exposure_beyond_exact_numbers_does_not_end_a_scan(tmp_path: Path, quiet: None) -> None:
    for n, exposure in enumerate(("9007199254740993", "5000")):
        write(dataset(SOPInstanceUID=f"1.{n}", ExposureInuAs=exposure), tmp_path / "in" / f"{n}")
    catalog = dl.scan(tmp_path / "in", into=tmp_path / "cat", progress=False)
    assert sorted(catalog.instances["ExposureInuAs"]) == [5000, 9007199254740993]
    assert 5.0 in catalog.instances["exposure_mas"].tolist()


# --- checks and drift ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.name)
def test_each_check_that_raises_costs_only_itself(
    one: Any, fleet: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [other for other in CHECKS if other.table == one.table and not other.unless]
    others = [other for other in others if other.name != one.name][:3]
    whole = dl.check(fleet["catalog"], others)
    monkeypatch.setattr(type(one), "__call__", raising)
    found = dl.check(fleet["catalog"], [one, *others])
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(whole))
    assert found.attrs["run"] == whole.attrs["run"]
    not_run = {row["check"]: row["reason"] for row in found.attrs["not_run"]}
    if "set_aside" in found.attrs and one.name in found.attrs["set_aside"]:
        assert not_run[one.name].startswith("The check was set aside: Injected in checks/engine.py, line ")
        assert "Doe" not in not_run[one.name]
    else:  # there was no row for it
        assert one.name in [*found.attrs["run"], *not_run]


@pytest.mark.slow
@pytest.mark.parametrize("detector", drifts.DETECTORS, ids=lambda detector: detector.name)
def test_a_detector_that_raises_for_one_machine_sets_that_machine_aside(
    detector: Any, fleet: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, bad_device = drifts._judge, "CT-01"
    whole = dl.find_drift(fleet["catalog"], parameters=["KVP"], detectors=[detector])

    def bad(rows: pd.DataFrame, how: Any) -> Any:
        return raising() if rows["device"].iloc[0] == bad_device else judge(rows, how)

    monkeypatch.setattr(drifts, "_judge", bad)
    found = dl.find_drift(fleet["catalog"], parameters=["KVP"], detectors=[detector])
    aside = found.notices[found.notices["kind"] == "not-judged"]
    assert aside["device"].tolist() == [bad_device]
    assert "set aside: Injected in drift/engine.py, line " in aside["text"].iloc[0]
    for name in ("signals", "points", "alarms", "changes"):
        rest, after = (t[t["device"] != bad_device] for t in (getattr(whole, name), getattr(found, name)))
        drop = [column for column in ("change_id", "finding") if column in rest]
        pd.testing.assert_frame_equal(
            after.drop(columns=drop).reset_index(drop=True),
            rest.drop(columns=drop).reset_index(drop=True),
            check_dtype=False,
            check_categorical=False,
        )


# --- reports and exports ------------------------------------------------------------------


def page(drift: Any, folder: Path) -> tuple[str, list[str]]:
    path, left_out = reports.write_pages((drift,), to=folder / "page.html", title=None, rows=False)
    return path.read_text(encoding="utf-8"), [one.in_words for one in left_out.found]


@pytest.mark.slow
@pytest.mark.parametrize("part", [*sections.PARTS, "settings"])
def test_each_section_that_cannot_be_rendered_is_listed(
    part: str, fleet: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "draw", lambda *_, **__: pictures.Picture("data:,", "a picture", 1, 1))
    whole, nothing = page(fleet["drift"], tmp_path)
    assert nothing == []
    environment = reports._environment()
    template = environment.get_template(f"drift-{part}.html.jinja")
    monkeypatch.setattr(template, "render", raising)
    html, left_out = page(fleet["drift"], tmp_path)
    assert [one.partition(" was set aside: ")[0] for one in left_out] == [f"section {part}"]
    assert f"section {part} was set aside: Injected" in html
    assert "Doe" not in html.partition("Left out")[2]
    headings = [line for line in whole.splitlines() if line.startswith("<h3 id=")]
    kept = [line for line in html.splitlines() if line.startswith("<h3 id=")]
    assert [line for line in headings if f'id="r1-{part}"' not in line] == kept


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [n for n in vars(pictures) if n.startswith("draw_") and n != "draw_pictures"]
)
def test_each_picture_that_cannot_be_drawn_is_listed(
    name: str, fleet: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "draw", lambda *_, **__: pictures.Picture("data:,", "a picture", 1, 1))
    whole, _ = page(fleet["drift"], tmp_path)
    monkeypatch.setattr(pictures, name, raising)
    html, left_out = page(fleet["drift"], tmp_path)
    assert all(one.startswith("picture ") for one in left_out)
    assert whole.count("<figure") - html.count("<figure") == len(left_out)
    assert html.count("<h3 id=") == whole.count("<h3 id=")


@pytest.mark.slow
def test_a_machine_without_points_is_in_the_report(fleet: dict[str, Any], tmp_path: Path) -> None:
    from dataclasses import replace

    drift = fleet["drift"]
    bare = replace(drift, points=drift.points[drift.points["device"] != "CT-01"])
    html, left_out = page(bare, tmp_path)
    assert left_out == []
    assert html.count('<section class="device') == len(drift.fleet)


@pytest.fixture
def small(tmp_path: Path) -> dl.Catalog:
    return dl.scan(write_archive(tmp_path / "in"), into=tmp_path / "cat", progress=False)


@pytest.mark.slow
@pytest.mark.parametrize("format", [f for f in dict.fromkeys(export.ENDINGS.values()) if f != "dicom-json"])
def test_each_format_writes_all_tables_but_the_one_that_raises(
    format: Any,  # noqa: A002 - as `export` calls it
    small: dl.Catalog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = export._asked

    def bad(tables: Any, wish: Any, *more: Any, **settings: Any) -> str:
        return raising() if wish.table == "studies" else asked(tables, wish, *more, **settings)

    to = tmp_path / ("all.sqlite" if format == "sqlite" else "all")
    whole = export.export_as(small, to, catalogs.SHOWN_TABLES, format=format).rows
    monkeypatch.setattr(export, "_asked", bad)
    done = export.export_as(small, to, catalogs.SHOWN_TABLES, format=format)
    assert done.rows == {name: n for name, n in whole.items() if name != "studies"}
    assert [one.item for one in done.aside] == ["studies"]
    assert done.is_partial
    assert "studies was set aside: Injected in catalog/export.py, line " in done.remark


def test_each_header_that_raises_is_listed_and_all_others_are_written(
    small: dl.Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dicomlab.catalog import dicomjson

    model = dicomjson.json_model
    before = json.loads(small.export(tmp_path / "whole.json").read_text(encoding="utf-8"))
    for uid in small.instances["SOPInstanceUID"]:

        def bad(header: Any, uid: str = uid) -> Any:
            return raising() if header.SOPInstanceUID == uid else model(header)

        monkeypatch.setattr(dicomjson, "json_model", bad)
        done = export.export_as(small, tmp_path / "some.json", catalogs.SHOWN_TABLES)
        after = json.loads((tmp_path / "some.json").read_text(encoding="utf-8"))
        assert after == [one for one in before if one["00080018"]["Value"] != [uid]]
        with open(tmp_path / "some.problems.csv", encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert [(row["tag"], row["reason"][:19]) for row in rows] == [("", "set aside: Injected")]
        assert done.left_out == 1


def test_a_deflated_file_that_is_cut_short_costs_only_what_is_cut(tmp_path: Path) -> None:
    texts = np.random.default_rng(1).bytes(4000).hex()
    deflated = write(dataset(PatientComments=texts), tmp_path / "in" / "1", "1.2.840.10008.1.2.1.99")
    deflated.write_bytes(deflated.read_bytes()[:-200])
    write(dataset(SOPInstanceUID="1.9"), tmp_path / "in" / "2")
    catalog = dl.scan(tmp_path / "in", into=tmp_path / "cat", progress=False)
    with pytest.warns(UserWarning, match="1 headers could not be written, or not wholly"):
        catalog.export(tmp_path / "all.json")
    assert len(json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))) == 2
    assert len(catalog.header(str(deflated))) > 0


# --- the tool itself ----------------------------------------------------------------------


def test_memory_that_is_used_up_is_never_set_aside() -> None:
    with pytest.raises(MemoryError):
        set_aside("a column", MemoryError())


def test_a_programming_error_is_raised_where_tests_ask_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DICOMLAB_RAISE_ALL", "1")
    with pytest.raises(Injected):
        in_pieces(raising, 3, lambda *_: None)


def test_work_that_always_raises_ends_soon() -> None:
    calls = []

    def bad(first: int, last: int) -> None:
        calls.append((first, last))
        raising()

    pieces = in_pieces(bad, 100_000, lambda first, last, _: last - first)
    assert sum(pieces) == 100_000
    assert len(calls) < 2_000


def test_a_calendar_of_a_date_in_the_year_9999_is_short() -> None:
    from dicomlab.plots.calendars import MOST_YEARS, calendar_height, shown_days

    days = pd.DatetimeIndex(["2024-01-01", "2024-01-02", "9999-12-31"]).astype("datetime64[us]")
    value = pd.Series(1.0, index=days)
    assert shown_days(value).index.year.tolist() == [2024, 2024]
    assert calendar_height(value) <= 1.05 + 1.02 * MOST_YEARS

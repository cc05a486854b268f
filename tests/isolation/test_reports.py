"""Each machine's section of a report, each result of it, and each exporter of a cohort costs only itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.catalog import dicomjson, export
from dicomlab.catalog.catalog import SHOWN_TABLES
from dicomlab.drift.base import Drift
from dicomlab.report import engine as reports
from dicomlab.report import pictures, sections
from tests.build import write_archive
from tests.isolation.test_odd_values import sections_of
from tests.plots import made_drift

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("setting_aside")]


def raising(*_: Any, **__: Any) -> Any:
    raise ValueError("Doe^John")


@pytest.fixture(scope="module")
def drift() -> Drift:
    """Three machines, with a change on each."""
    devices = ("CT-01", "CT-02", "CT-03")
    faults = tuple(made_drift.Fault(device, "CTDIvol", 300) for device in devices)
    found: Drift = made_drift.make_drift(made_drift.Made(devices=devices, faults=faults))
    return found


@pytest.fixture(autouse=True)
def quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "draw", lambda *_, **__: pictures.Picture("data:,", "a picture", 1, 1))


def page(folder: Path, *results: Any) -> tuple[str, list[str]]:
    path, left_out = reports.write_pages(results, to=folder / "page.html", title=None, rows=False)
    return path.read_text(encoding="utf-8"), [one.in_words for one in left_out.found]


def test_each_machine_whose_section_cannot_be_rendered_is_listed(
    drift: Drift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sections_of(page(tmp_path, drift)[0])
    assert len(whole) == 3
    template = reports._environment().get_template("device.html.jinja")
    render = template.render
    for bad_device in drift.fleet["device"]:

        def bad(*given: Any, bad_device: str = bad_device, **facts: Any) -> str:
            return raising() if facts["device"]["device"] == bad_device else render(*given, **facts)

        monkeypatch.setattr(template, "render", bad)
        html, left_out = page(tmp_path, drift)
        assert len(left_out) == 1
        assert "was set aside: ValueError" in left_out[0]
        assert sections_of(html) == {k: v for k, v in whole.items() if not k.startswith(bad_device)}
        assert left_out[0].partition(" was ")[0] in html.partition("Left out")[2]
        assert "Doe" not in html


STEPS = ("machine_facts", "_with_charts", "watched", "unwatched", "event_rows", "notices", "limit_rows")


@pytest.mark.parametrize("step", ["_device", *STEPS])
def test_each_machine_whose_section_cannot_be_worked_out_is_listed(
    step: str, drift: Drift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sections_of(page(tmp_path, drift)[0])
    device, make = sections._device, getattr(sections, step)
    for number, bad_device in enumerate(drift.fleet["device"], start=1):
        now: list[str] = []

        def of_device(found: Drift, machine: dict[str, Any], *more: Any, now: list[str] = now) -> Any:
            now[:] = [str(machine["device"])]
            try:
                return device(found, machine, *more)
            finally:
                now.clear()

        def bad(*given: Any, now: list[str] = now, bad_device: str = bad_device, **more: Any) -> Any:
            here = now or ([str(given[1]["device"])] if step == "_device" else [])
            return raising() if here == [bad_device] else make(*given, **more)

        monkeypatch.setattr(sections, "_device", of_device)
        monkeypatch.setattr(sections, step, bad)
        html, left_out = page(tmp_path, drift)
        assert [one.partition(" was set aside: ValueError")[0] for one in left_out] == [
            f"the section of device {number}"
        ]
        assert sections_of(html) == {k: v for k, v in whole.items() if not k.startswith(bad_device)}


def test_each_result_that_cannot_be_shown_leaves_the_others(
    drift: Drift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, section = pd.DataFrame({"n": [1, 2]}), reports._section
    table.attrs["title"] = "Counts"
    whole, _ = page(tmp_path, drift, table, table)
    for number in (1, 2, 3):

        def bad(result: Any, name: str, *more: Any, number: int = number) -> Any:
            return raising() if name == f"r{number}" else section(result, name, *more)

        monkeypatch.setattr(reports, "_section", bad)
        html, left_out = page(tmp_path, drift, table, table)
        assert [one.partition(" was set aside: ")[0] for one in left_out] == [f"result {number}"]
        for other in {1, 2, 3} - {number}:
            assert f'<article id="r{other}"' in html
            assert html.count(f'id="r{other}') == whole.count(f'id="r{other}')


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> dl.Cohort:
    folder = tmp_path_factory.mktemp("cohort")
    return dl.select(dl.scan(write_archive(folder / "in"), into=folder / "cat", progress=False), "true")


@pytest.mark.parametrize("format", [f for f in dict.fromkeys(export.ENDINGS.values()) if f != "dicom-json"])
def test_a_cohort_writes_all_tables_but_the_one_that_raises(
    format: Any,  # noqa: A002 - as `export` calls it
    cohort: dl.Cohort,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, to = export._asked, tmp_path / ("all.sqlite" if format == "sqlite" else "all")
    whole = export.export_as(cohort, to, SHOWN_TABLES, format=format).rows
    for table in whole:

        def bad(tables: Any, wish: Any, *more: Any, table: str = table, **how: Any) -> str:
            return raising() if wish.table == table else asked(tables, wish, *more, **how)

        monkeypatch.setattr(export, "_asked", bad)
        done = export.export_as(cohort, to, SHOWN_TABLES, format=format)
        assert done.rows == {name: n for name, n in whole.items() if name != table}
        assert [one.item for one in done.aside] == [table]


def test_a_cohort_writes_all_headers_but_the_one_that_raises(
    cohort: dl.Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = dicomjson.json_model
    before = json.loads(cohort.export(tmp_path / "whole.json").read_text(encoding="utf-8"))
    uid = before[5]["00080018"]["Value"][0]
    monkeypatch.setattr(
        dicomjson, "json_model", lambda header: raising() if uid == header.SOPInstanceUID else model(header)
    )
    with pytest.warns(UserWarning, match="1 headers could not be written"):
        cohort.export(tmp_path / "some.json")
    after = json.loads((tmp_path / "some.json").read_text(encoding="utf-8"))
    assert after == [one for one in before if one["00080018"]["Value"] != [uid]]

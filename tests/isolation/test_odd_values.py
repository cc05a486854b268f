"""Odd values from a scan to an export: nothing raises, and every other row is as without them."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.catalog import export
from dicomlab.catalog.catalog import SHOWN_TABLES
from dicomlab.drift.base import Drift
from dicomlab.report import engine as reports
from dicomlab.report import pictures
from tests.isolation.odd import VARIANTS, write_many_series, write_odd, write_plain

pytestmark = pytest.mark.slow
PARAMETERS = ["KVP", "XRayTubeCurrent", "ConvolutionKernel", "SliceThickness"]


@dataclass(frozen=True)
class Run:
    """All that is made of one folder."""

    catalog: dl.Catalog
    findings: pd.DataFrame
    drift: Drift
    page: str


def run(source: Path, to: Path) -> Run:
    catalog = dl.scan(source, into=to / "catalog", progress=False)
    findings, drift = dl.check(catalog), dl.find_drift(catalog, parameters=PARAMETERS)
    with pytest.MonkeyPatch.context() as patch:
        # Pictures of sixty machines take a minute; a slow test draws them.
        patch.setattr(pictures, "draw", lambda *_, **__: pictures.Picture("data:,", "a picture", 1, 1))
        path, left_out = reports.write_pages((drift, findings), to=to / "page.html", title=None, rows=True)
    assert left_out.found == []
    return Run(catalog, findings, drift, path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """Two plain machines; and the same files with a series of each odd kind beside them."""
    folder = tmp_path_factory.mktemp("odd")
    plain = run(write_plain(folder / "in"), folder / "plain")
    write_odd(folder / "in" / "odd")
    return plain, run(folder / "in", folder / "mixed")


def without_odd(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the plain machines, in one order."""
    keys = [
        name for name in ("file_key", "SeriesInstanceUID", "StudyInstanceUID", "PatientID") if name in table
    ]
    plain = {"file_key": "/m[01]/", "PatientID": "^P"}.get(keys[0], "^1[.]2[.]")
    rows = table[table[keys[0]].astype("str").str.contains(plain, na=False)]
    return rows.sort_values([keys[0], *(["frame"] if "frame" in table else [])], ignore_index=True)


def renumbered(table: pd.DataFrame) -> pd.DataFrame:
    """The numbers of series, stacks, slabs and volumes in the order in which they come."""
    names = [name for name in ("series", "stack", "slab", "volume") if name in table]
    return table.assign(**{name: pd.factorize(table[name])[0] for name in names})


@pytest.mark.parametrize("name", [name for name in SHOWN_TABLES if name not in ("directory", "media")])
def test_every_other_row_of_a_catalog_is_as_without_odd_values(name: str, runs: tuple[Run, Run]) -> None:
    plain, mixed = (without_odd(one.catalog.read(name)) for one in runs)
    if name in ("volumes", "slices"):  # which are numbered through the catalog
        plain, mixed = (renumbered(table) for table in (plain, mixed))
    pd.testing.assert_frame_equal(mixed, plain)
    each = ("patients", "studies", "series", "instances", "files", "volumes", "slices")
    assert len(plain) == dict.fromkeys(each, 200).get(name, 0)


def test_every_odd_file_is_a_row(runs: tuple[Run, Run]) -> None:
    files = runs[1].catalog.files
    assert files["file_key"].str.contains("/odd/").sum() == len(VARIANTS)
    assert set(files["status"]) <= {"read", "partial"}


def test_every_other_finding_is_as_without_odd_values(runs: tuple[Run, Run]) -> None:
    plain, mixed = (one.findings for one in runs)
    mixed = mixed[mixed["files"].map(lambda keys: not any("/odd/" in key for key in keys))]
    pd.testing.assert_frame_equal(
        pd.DataFrame(mixed).reset_index(drop=True),
        pd.DataFrame(plain).reset_index(drop=True),
        check_dtype=False,
    )
    assert runs[1].findings.attrs["set_aside"] == []
    assert len(plain)


@pytest.mark.parametrize("name", ["signals", "points", "alarms", "changes", "fleet", "events", "notices"])
def test_drift_of_every_other_machine_is_as_without_odd_values(name: str, runs: tuple[Run, Run]) -> None:
    machines = runs[0].drift.fleet["device"]
    plain, mixed = (getattr(one.drift, name) for one in runs)
    mixed = mixed[mixed["device"].isin(machines)]
    pd.testing.assert_frame_equal(
        mixed.reset_index(drop=True),
        plain.reset_index(drop=True),
        check_categorical=False,
        check_dtype=False,
    )
    assert name in ("alarms", "events", "notices") or len(plain)


def sections_of(page: str) -> dict[str, str]:
    """What the page says of each machine; the numbers in anchors count machines."""
    found = re.findall(r'<section class="device.*?</section>', page, re.DOTALL)
    texts = [re.sub(r"r1-(device|finding)-[0-9]+", r"r1-\1", text) for text in found]
    return {re.sub(r"<[^>]+>", "", text.partition("</h3>")[0]).strip(): text for text in texts}


def test_the_report_says_of_every_other_machine_the_same(runs: tuple[Run, Run]) -> None:
    plain, mixed = (sections_of(one.page) for one in runs)
    assert len(plain) == 2
    assert len(mixed) == len(runs[1].drift.fleet) > 20
    assert {name: mixed[name] for name in plain} == plain
    assert "<script>alert" not in runs[1].page


@pytest.mark.parametrize("format", [f for f in dict.fromkeys(export.ENDINGS.values()) if f != "dicom-json"])
def test_each_format_writes_every_row_whatever_is_in_it(
    format: Any,  # noqa: A002 - as `export` calls it
    runs: tuple[Run, Run],
    tmp_path: Path,
) -> None:
    catalog = runs[1].catalog
    to = tmp_path / ("all.sqlite" if format == "sqlite" else "all")
    done = export.export_as(catalog, to, SHOWN_TABLES, format=format)
    assert not done.is_partial
    assert {name: n for name, n in done.rows.items() if name in catalog.counts} == {
        name: catalog.counts[name] for name in done.rows if name in catalog.counts
    }
    written = {
        "csv": rows_of_csv,
        "jsonl": rows_of_jsonl,
        "parquet": rows_of_parquet,
        "sqlite": rows_of_sqlite,
    }
    assert written[format](to) == done.rows["series"]


def rows_of_csv(to: Path) -> int:
    csv.field_size_limit(10_000_000)
    with open(to / "series.csv", encoding="utf-8-sig", newline="") as opened:
        return len(list(csv.DictReader(opened)))


def rows_of_jsonl(to: Path) -> int:
    return len([json.loads(line) for line in (to / "series.jsonl").read_text(encoding="utf-8").splitlines()])


def rows_of_parquet(to: Path) -> int:
    return len(pd.read_parquet(to / "series.parquet"))


def rows_of_sqlite(to: Path) -> int:
    database = sqlite3.connect(to)
    try:
        return len(database.execute("SELECT * FROM series").fetchall())
    finally:
        database.close()


@pytest.mark.filterwarnings("ignore:.*DICOM JSON model:UserWarning")
def test_the_headers_of_all_others_are_as_without_odd_values(
    runs: tuple[Run, Run], tmp_path: Path, quiet: None
) -> None:
    found = []
    for number, one in enumerate(runs):
        path = one.catalog.export(tmp_path / f"{number}.json")
        found.append(json.loads(path.read_text(encoding="utf-8")))
    plain, mixed = found
    assert len(mixed) == len(plain) + len(VARIANTS)
    assert [one for one in mixed if one in plain] == plain


def test_odd_values_in_the_midst_of_a_machine_cost_no_row_of_its_others(tmp_path: Path) -> None:
    source = write_plain(tmp_path / "in", machines=1, days=60)
    plain = dl.scan(source, into=tmp_path / "plain", progress=False)
    write_odd(source / "odd", serial="SN0")
    found = run(source, tmp_path / "mixed")
    pd.testing.assert_frame_equal(
        without_odd(found.catalog.read("instances")), without_odd(plain.read("instances"))
    )
    assert "SN0" in set(found.drift.fleet["DeviceSerialNumber"])
    assert found.drift.signals["is_monitored"].any()


def test_pictures_of_odd_machines_are_drawn(tmp_path: Path) -> None:
    names = ["year 9999", "year 0001", "no dates", "markup", "64 kB texts", "not a character", "inf", "1e308"]
    source = write_plain(tmp_path / "in", machines=1, days=30)
    catalog = dl.scan(write_odd(source, names), into=tmp_path / "catalog", progress=False)
    drift = dl.find_drift(catalog, parameters=PARAMETERS)
    path, left_out = reports.write_pages((drift,), to=tmp_path / "page.html", title=None, rows=True)
    assert left_out.found == []
    assert path.read_text(encoding="utf-8").count("<figure") > len(drift.fleet)


def test_a_study_of_thousands_of_series_is_like_any_other(tmp_path: Path) -> None:
    source = write_plain(tmp_path / "in", machines=1, days=40)
    write_many_series(source / "many", 3_000)
    found = run(source, tmp_path / "out")
    assert found.catalog.counts["series"] == 3_040
    assert found.catalog.read("studies", where="StudyInstanceUID = '1.5'")["n_series"].tolist() == [3_000]
    assert len(found.drift.fleet) == 2

"""Each benchmark runs for a stranger who has nothing but the clone, and prints its table."""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import pydicom_files

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="the sdist leaves benchmarks out"),
]

FEW = ("CT_small.dcm", "MR_small.dcm", "MR_small_bigendian.dcm", "JPEG2000.dcm", "rtplan.dcm")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A few of the files that pydicom brings."""
    import pydicom.data

    whole = Path(pydicom.data.__file__).parent / "test_files"
    made = tmp_path_factory.mktemp("files")
    for name in FEW:
        shutil.copy(whole / name, made / name)
    (made / "notes.txt").write_text("not DICOM")
    return made


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, str(BENCHMARKS / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(said: str) -> dict[str, list[str]]:
    """The rows of all tables by their first cell."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in said.splitlines() if line[:1] == "|"
    ]
    return {first: rest for first, *rest in cells}


def number(cell: str) -> float:
    return float(re.sub(r"[^\d.]", "", cell))


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_headers_prints_a_row_a_reader_and_finds_pydicom_of_one_mind(folder, tmp_path):
    out = tmp_path / "rounds.csv"
    said = run(
        "headers.py", folder, "--seconds", 0.2, "--rounds", 2, "--only", "pydicom", "floor", "--csv", out
    )
    table = rows(said)
    assert f"{len(FEW)} files, 48 columns" in said
    assert {"dicomlab", "pydicom", "pydicom, specific_tags", "floor: open+read in Python"} <= set(table)
    assert table["pydicom"][-1] == "100.0 %"
    assert number(table["pydicom"][2]) > 0
    lines = out.read_text().splitlines()
    assert lines[0].startswith("reader,round,files_per_second")
    assert sum(line.startswith("pydicom,") for line in lines) == 2


def test_headers_reads_all_default_columns_too(folder):
    said = run(
        "headers.py", folder, "--columns", "default", "--seconds", 0.1, "--rounds", 1, "--only", "pydicom"
    )
    assert number(re.search(r"(\d+) columns", said)[1]) > 100
    assert rows(said)["pydicom"][-1] == "100.0 %"


def test_scan_prints_ratios_and_what_a_file_takes_in_the_catalog(folder):
    said = run("scan.py", folder, "--files", 40, "--peer-files", 10, "--rounds", 1)
    table = rows(said)
    assert {"dicomlab, first scan", "dicomlab, unchanged", "pydicom + joblib", "headers", "catalog"} <= set(
        table
    )
    assert number(table["pydicom + joblib"][0]) > 0
    assert number(table["catalog"][0]) > number(table["headers"][0])


def test_scale_prints_peak_memory_and_leaves_nothing_behind(folder, tmp_path):
    said = run("scale.py", folder, "--files", 300, "--work", tmp_path)
    table = rows(said)
    assert all(number(cell) > 0 for cell in table["first scan"][:4])
    assert {
        "scan again",
        "add 3 columns",
        "compact",
        "count per modality",
        "one header, as a pydicom dataset",
        "catalog",
    } <= set(table)
    assert list(tmp_path.iterdir()) == []


def test_scale_can_leave_its_archive_and_catalog_there(folder, tmp_path):
    said = run("scale.py", folder, "--files", 30, "--work", tmp_path, "--jobs", 1, "--keep")
    (kept,) = tmp_path.iterdir()
    assert f"Kept: {kept}" in said
    assert len(list((kept / "archive").rglob("*.dcm"))) == 30 + 10
    assert (kept / "catalog" / "catalog.json").exists()


def test_a_file_that_may_have_no_more_names_is_copied(folder, tmp_path, monkeypatch):
    archive = load("archive", monkeypatch)
    link, names = os.link, []

    def linked(source, place):
        if names.count(source) >= 3:
            raise OSError(errno.EMLINK, "Too many links")
        names.append(source)
        link(source, place)

    monkeypatch.setattr(os, "link", linked)
    archive.hard_links([str(folder / FEW[0])], tmp_path, 20)
    assert len(list((tmp_path / "archive").rglob("*.dcm"))) == 20


def test_a_reader_that_cannot_start_says_why(folder, monkeypatch):
    worker = load("worker", monkeypatch)
    with pytest.raises(worker.Crashed, match="StopIteration"):
        worker.Worker("nobody", ["Modality"], [str(folder / FEW[0])], None)


def test_a_reader_that_is_killed_does_not_end_the_run(folder, monkeypatch):
    worker = load("worker", monkeypatch)
    one = worker.Worker("pydicom", ["Modality"], [str(folder / FEW[0])], None)
    assert one.read(1, 2)["files"] == 2
    one._process.kill()
    with pytest.raises(worker.Crashed, match="ended with code -9"):
        one.read(1, 1)


def test_copies_are_distinct_and_differ_in_nothing_but_uids(folder, tmp_path, monkeypatch):
    from pydicom import dcmread

    archive = load("archive", monkeypatch)
    files = archive.dicom_files(folder)
    assert [Path(f).name for f in files] == sorted(FEW)
    archive.distinct_copies(files, tmp_path, 3 * len(files))
    copies = [dcmread(p, stop_before_pixels=True) for p in sorted(tmp_path.rglob("*")) if p.is_file()]
    original = dcmread(files[0], stop_before_pixels=True)
    # Two of pydicom's files say that they are the same instance.
    assert len({c.SOPInstanceUID for c in copies}) == 3 * (len(files) - 1)
    twin = copies[len(files)]
    changed = {element.keyword for element in original if element != twin[element.tag]}
    assert {"SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"} == changed


def test_a_directory_of_a_medium_is_no_image(tmp_path, monkeypatch):
    for path in pydicom_files():
        if path.name in ("DICOMDIR", "MR_small.dcm"):
            shutil.copy(path, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    found = load("archive", monkeypatch).dicom_files(tmp_path)
    assert [Path(path).name for path in found] == ["MR_small.dcm"]


def test_hard_links_leave_the_originals_alone(folder, tmp_path, monkeypatch):
    archive = load("archive", monkeypatch)
    archive.hard_links(archive.dicom_files(folder), tmp_path, 450)
    assert sum(p.is_file() for p in (tmp_path / "archive").rglob("*")) == 450
    assert {p.stat().st_nlink for p in folder.iterdir()} == {1}


@pytest.mark.parametrize(
    ("column", "ours", "theirs"),
    [
        ("SliceThickness", 2.5, "2.50"),
        ("Rows", 512, "512"),
        ("ImageType", ["ORIGINAL", "PRIMARY"], "ORIGINAL\\PRIMARY"),
        ("PixelSpacing", [0.5, 0.5], ["0.5", "0.500"]),
        ("AccessionNumber", None, ""),
        ("ImageType", None, []),
        ("PatientName", "Doe^J", "Doe^J "),
    ],
)
def test_readers_may_say_the_same_in_other_types(column, ours, theirs, monkeypatch):
    from dicomlab import Columns

    cells = load("cells", monkeypatch)
    of = Columns()[column]
    assert cells.is_same(cells.plain(ours, of), cells.plain(theirs, of))


def test_dates_and_times_are_compared_as_moments(monkeypatch):
    import datetime as dt

    from dicomlab import Columns

    cells = load("cells", monkeypatch)
    date, time = Columns()["StudyDate"], Columns()["StudyTime"]
    assert cells.plain(dt.date(2020, 1, 31), date) == cells.plain("20200131", date)
    assert cells.plain(dt.time(12, 25, 0, 537500), time) == cells.plain("122500.537500", time)
    assert cells.plain(dt.time(12, 25), time) == cells.plain("1225", time)


def test_a_wrong_or_a_lost_cell_lowers_the_share(monkeypatch):
    cells = load("cells", monkeypatch)
    ours = {"a": [1.0, 2.0], "b": ["x", None]}
    assert cells.share_equal(ours, {"a": [1.0, 2.0], "b": ["x", None]}) == 1
    assert cells.share_equal(ours, {"a": [1.0, 3.0], "b": [None, None]}) == pytest.approx(1 / 3)


def test_memory_is_told_by_fifths_of_the_time(monkeypatch):
    watch = load("watch", monkeypatch).Watch(0)
    watch.samples = [(t, 100 + t) for t in range(10)]
    assert watch.fifths(0, 10) == [101, 103, 105, 107, 109]


def test_frames_are_counted_alike_by_every_reader():
    found = rows(run("frames.py", "--copies", 2, "--rounds", 1))
    assert found["dicomlab"][0] == found["pydicom, frames"][0] == "6"
    assert number(found["pydicom"][2]) > 0


def test_clicks_prints_a_row_a_number_of_series():
    table = rows(run("clicks.py", "--series", 500, 2000))
    assert len(table["500"]) == len(table["2,000"]) == 6


def test_checks_finds_what_was_planted_and_leaves_nothing_behind(tmp_path):
    table = rows(run("checks.py", "--files", 1500, "--work", tmp_path, "--jobs", 1))
    assert number(table["all checks"][0]) > 0
    assert table["missing-slices"] == table["changed-parameter"] == ["1"]
    assert list(tmp_path.iterdir()) == []


def test_cohorts_prints_a_row_a_question_and_leaves_nothing_behind(tmp_path):
    said = run("cohorts.py", "--made", 2000, "--rounds", 1, "--work", tmp_path)
    table = rows(said)
    assert "2,000 series" in said
    assert number(table["select all"][0]) == 2000
    assert number(table["counts by maker, in SQL"][0]) > 0
    assert list(tmp_path.iterdir()) == []


def test_protocols_prints_a_row_a_verb_and_finds_what_strays():
    said = run("protocols.py", "--made", 3000)
    table = rows(said)
    assert "3,000 series" in said
    assert table["learn_protocols"][0] == "40 protocols"
    assert number(table["check_protocol"][0].split()[0]) > 0


def test_drift_prints_a_row_a_chart_and_finds_what_was_planted():
    said = run("drift.py", "standard", "--fleets", 1, "--machines", 3, "--peers", "--tuning", 1, "--seed", 7)
    table = rows(said)
    assert {
        "dicomlab, levels",
        "dicomlab, settings",
        "daily mean, 3 SD",
        "daily mean, 3 SD, as strict",
    } <= set(table)
    assert number(table["daily mean, 3 SD"][0].split("(")[0]) > number(
        table["dicomlab, levels"][0].split("(")[0]
    )


def test_streams_are_all_judged_and_their_time_told():
    table = rows(run("streams.py", "--streams", 20, "--days", 300))
    told = table["20"]
    assert number(told[0]) == 600
    assert number(told[3]) == pytest.approx(1000 / 20 * number(told[2]), rel=0.02)


def test_a_larger_budget_gives_no_fewer_false_alarms():
    said = run("drift.py", "standard", "--fleets", 1, "--machines", 3, "--budgets", 0.2, 20, "--seed", 7)
    table = rows(said)
    assert number(table["20"][0].split("(")[0]) >= number(table["0.2"][0].split("(")[0])
    assert number(table["20"][2]) <= 1.5


def test_a_simulated_fleet_is_the_same_twice_and_differs_by_what_was_planted(monkeypatch):
    hospital = load("hospital", monkeypatch)
    world = hospital.replace(hospital.STANDARD, machines=3, days=400)
    first, second = hospital.make_fleet(world, 1), hospital.make_fleet(world, 1)
    assert first.series.equals(second.series)
    assert set(first.events["parameter"]) <= set(first.streams["parameter"])
    assert hospital.make_fleet(hospital.quiet(world), 1).events.empty


def test_a_score_counts_episodes_and_finds_what_alarms_after_the_onset(monkeypatch):
    import pandas as pd

    hospital, score = load("hospital", monkeypatch), load("score", monkeypatch)
    streams = pd.DataFrame(
        [("CT-01", "CT", p, "numeric") for p in "AB"], columns=["device", "modality", "parameter", "kind"]
    )
    event = {"device": "CT-01", "parameter": "A", "stratum": "", "kind": "step", "onset": 300, "length": 0}
    events = pd.DataFrame([event | {"size": 1.0, "cause": "", "group": ""}])
    fleet = hospital.Fleet(pd.DataFrame(), events, pd.DataFrame(columns=["device", "day"]), streams, 730)
    alarms = pd.DataFrame(
        [
            ("CT-01", "A", 200),
            ("CT-01", "A", 210),
            ("CT-01", "A", 303),
            ("CT-01", "B", 100),
            ("CT-01", "B", 400),
        ],
        columns=["device", "parameter", "day"],
    )
    result = score.score(fleet, score.Found(alarms))
    assert sum(result.false_by_device) == 2
    assert result.of()[["found", "delay"]].to_numpy().tolist() == [[True, 3.0]]
    assert score.wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-3)


def test_a_thousand_spoilt_files_are_all_accounted_for():
    said = run("mutants.py", "--files", 1000, "--batch", 500, "--seed", 3)
    assert "1,000 files, 1,000 rows, 0 batches failed" in said
    assert int(re.search(r"(\d+)  read$", said, re.MULTILINE)[1]) > 50
    assert int(re.search(r"(\d+)  partial$", said, re.MULTILINE)[1]) > 200


def test_a_file_without_a_row_is_noticed(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("mutants", BENCHMARKS / "mutants.py")
    mutants = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mutants)
    mutants.write(tmp_path / "files", 20, 1)
    real = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda self, what: [*real(self, what), BENCHMARKS / "mutants.py"])
    met = mutants.account(tmp_path / "files", tmp_path / "catalog")
    assert (met["files"], met["rows"], met["is_whole"]) == (21, 20, False)


def test_deid_leaves_no_word_that_was_planted(folder):
    table = rows(run("deid.py", folder, "--files", 3))
    assert {"basic", "strict"} <= set(table)
    assert [table[name][1] for name in ("basic", "strict")] == ["0", "0"]
    assert table["strict"][3] == "0"
    assert number(table["basic"][4]) > 0

"""`dicomlab demo`: a fleet, its tables, its drift and its report in one call."""

from __future__ import annotations

import json

import pytest

from dicomlab.catalog.catalog import open_catalog


@pytest.fixture(scope="module")
def demo(tmp_path_factory, dicomlab):
    path = tmp_path_factory.mktemp("demo") / "fleet"
    return path, dicomlab("demo", path, "--scanners", 1, "--months", 6)


def test_the_demo_leaves_images_truth_log_tables_and_report(demo):
    path, ran = demo
    assert ran.code == 0
    names = ("dicom", "truth.csv", "service-log.csv", "catalog", "report.html")
    assert [name for name in names if not (path / name).exists()] == []
    assert [name for name in names if str(path / name) not in ran.out] == []


def test_the_demo_tells_what_it_read_and_found(demo):
    path, ran = demo
    catalog = open_catalog(path / "catalog")
    assert f"{catalog.counts['files']:,} files" in " ".join(ran.out.split())
    assert "All of it took" in ran.out


@pytest.mark.slow
def test_the_demo_again_reads_nothing_twice_and_says_the_same(demo, dicomlab):
    path, ran = demo
    said = json.loads(dicomlab("demo", path, "--scanners", 1, "--months", 6, "--json").out)
    assert said["exit_code"] == 0
    assert said["files"] == open_catalog(path / "catalog").counts["files"] == sum(said["status"].values())
    assert (f"{said['changes']} change" in ran.out) == (said["changes"] > 0)


def test_without_report_only_the_files_are_made(dicomlab, tmp_path):
    ran = dicomlab("demo", tmp_path / "fleet", "--scanners", 1, "--months", 1, "--no-report")
    assert ran.code == 0
    assert not (tmp_path / "fleet" / "catalog").exists()
    assert (tmp_path / "fleet" / "truth.csv").exists()


def test_a_folder_with_other_things_in_it_is_left_alone(dicomlab, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    assert dicomlab("demo", tmp_path).code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]

"""`dicomlab check`: findings in words, as JSON, and as an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dicomlab as dl
from tests.build import dataset, write

CT = "1.2.840.10008.5.1.4.1.1.2"
NAME = "Invented^Patient"


def write_series(folder: Path, positions, number: int = 1) -> None:
    """A CT series with slices at these places."""
    for i, z in enumerate(positions):
        ds = dataset(
            SOPClassUID=CT,
            SOPInstanceUID=f"1.2.{number}.{i + 1}",
            SeriesInstanceUID=f"1.2.{number}",
            StudyInstanceUID="1.2",
            PatientID="P1",
            PatientName=NAME,
            Modality="CT",
            ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
            InstanceNumber=i + 1,
            ImagePositionPatient=[0, 0, z],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            PixelSpacing=[1, 1],
            Rows=2,
            Columns=2,
            KVP="120",
        )
        write(ds, folder / f"{number}-{i}.dcm")


@pytest.fixture(scope="module")
def catalogs(tmp_path_factory):
    """A whole series, and one that lacks a slice."""
    made = tmp_path_factory.mktemp("check")
    write_series(made / "whole", [0, 5, 10, 15, 20, 25])
    write_series(made / "holed", [0, 5, 10, 20, 25, 30])
    for name in ("whole", "holed"):
        dl.scan(made / name, into=made / f"{name}-catalog", progress=False)
    return made


GEOMETRY = "missing-slices,uneven-spacing,duplicate-positions"


def test_a_series_without_a_slice_is_told_with_file_and_advice(catalogs, dicomlab):
    ran = dicomlab("check", catalogs / "holed-catalog", "--only", GEOMETRY)
    assert ran.code == 1
    assert "1 error. 3 checks ran." in ran.out
    assert "missing-slices: 1 finding" in ran.out
    assert "1-2.dcm" in ran.out
    assert "To do: Fetch the series again" in ran.out
    assert NAME not in ran.out


def test_a_whole_series_is_fine(catalogs, dicomlab):
    ran = dicomlab("check", catalogs / "whole-catalog", "--only", GEOMETRY)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "Nothing found. 3 checks ran.")


def test_json_has_a_schema_and_each_finding(catalogs, dicomlab):
    ran = dicomlab("check", catalogs / "holed-catalog", "--only", GEOMETRY, "--json")
    said = json.loads(ran.out)
    assert (said["schema"], said["command"], said["exit_code"]) == (1, "check", 1)
    assert said["counts"] == {"error": 1, "warning": 0, "note": 0}
    (found,) = said["findings"]
    assert found["evidence"] == {"gap_mm": 10, "usual_mm": 5, "n_missing": 1}
    assert NAME not in ran.out


@pytest.mark.slow
def test_what_is_less_grave_is_left_out_and_does_not_count(catalogs, dicomlab, tmp_path):
    write_series(tmp_path / "jumps", [0, 5, 10, 15, 20, 25])
    (tmp_path / "jumps" / "1-0.dcm").unlink()
    write_series(tmp_path / "jumps", [0, 5, 10], number=2)
    for place in (tmp_path / "jumps").glob("2-1.dcm"):
        place.unlink()
    dl.scan(tmp_path / "jumps", into=tmp_path / "catalog", progress=False)
    ran = dicomlab("check", tmp_path / "catalog", "--only", "number-gap")
    assert ran.code == 0
    assert "1 finding of less weight left out" in ran.out
    ran = dicomlab("check", tmp_path / "catalog", "--only", "number-gap", "--severity", "note")
    assert ran.code == 1
    assert "1 InstanceNumber is missing" in ran.out


def test_a_check_that_cannot_run_makes_it_partial(catalogs, dicomlab, tmp_path):
    bare = dl.Columns().drop("ImagePositionPatient")
    dl.scan(catalogs / "whole", into=tmp_path / "catalog", columns=bare, progress=False)
    ran = dicomlab("check", tmp_path / "catalog", "--only", GEOMETRY)
    assert ran.code == 3
    assert "missing-slices: The catalog lacks ImagePositionPatient" in " ".join(ran.out.split())


def test_findings_go_into_a_report(catalogs, dicomlab, tmp_path):
    ran = dicomlab("check", catalogs / "holed-catalog", "--only", GEOMETRY, "--report", tmp_path / "c.html")
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert f"Report: {tmp_path / 'c.html'}" in ran.out
    assert "missing-slices" in page
    assert "Fetch the series again" in page
    assert NAME not in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "why"), [(["--severity", "grave"], "warning"), (["--only", "x"], "missing")]
)
def test_a_word_that_is_none_says_which_there_are(catalogs, dicomlab, words, why):
    ran = dicomlab("check", catalogs / "whole-catalog", *words)
    assert ran.code == 2
    assert why in ran.err

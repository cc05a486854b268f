"""`dicomlab tags` and `dicomlab diff`."""

from __future__ import annotations

import csv
import json

import pytest
from pydicom.data import get_testdata_file

from dicomlab.cli.terminal import width_of
from tests.build import dataset, write, write_archive

CT = get_testdata_file("CT_small.dcm", download=False)
MR = get_testdata_file("MR_small.dcm", download=False)


@pytest.fixture(params=[60, 100, 160])
def columns(request):
    return request.param


def test_tags_of_a_file_fit_the_terminal(dicomlab, columns):
    ran = dicomlab("tags", CT, columns=columns)
    assert ran.code == 0
    assert any(
        line.split() == ["(0018,0050)", "DS", "SliceThickness", "5.000000", "mm"]
        for line in ran.out.splitlines()
    )
    assert max(map(width_of, ran.out.splitlines())) <= columns


def test_a_search_is_that_of_the_explorer(dicomlab):
    ran = dicomlab("tags", CT, "--search", "slice thick")
    assert ran.out.splitlines()[1] == "1 of 270 tags."
    ran = dicomlab("tags", CT, "--group", "0018", "--vr", "DS", "--public", "--json")
    rows = json.loads(ran.out)["files"][0]["tags"]
    assert {row["vr"] for row in rows} == {"DS"}
    assert {row["tag"][1:5] for row in rows} == {"0018"}
    assert "No" not in dicomlab("tags", CT, "-s", "private:yes").out.splitlines()[0]
    assert dicomlab("tags", CT, "-s", "nothing-like-it").out == "0 of 270 tags.\n"


def test_a_difference_is_told_and_is_an_exit_code(dicomlab, columns):
    ran = dicomlab("diff", CT, MR, columns=columns)
    assert ran.code == 1
    assert any(line.startswith("≠") and "Modality" in line for line in ran.out.splitlines())
    assert not any("StudyDate" in line for line in ran.out.splitlines())
    assert max(map(width_of, ran.out.splitlines())) <= max(columns, 80)
    assert any("StudyDate" in line for line in dicomlab("diff", CT, MR, "--uids-and-dates").out.splitlines())
    same = dicomlab("diff", CT, CT)
    assert (same.code, same.out.splitlines()[-1].split()[0]) == (0, "0")


def test_many_files_are_counted(dicomlab, tmp_path):
    folder = write_archive(tmp_path, patients=1, series=1, instances=6)
    (folder / "notes.txt").write_text("no DICOM")
    ran = dicomlab("diff", str(folder))
    assert ran.code == 1
    assert any("KVP" in line and "… 6 different" in line for line in ran.out.splitlines())
    assert dicomlab("tags", str(folder), "--varying", "--search", "kvp").out.splitlines()[0].startswith("≠")
    data = json.loads(dicomlab("diff", str(folder), "--json").out)
    assert (data["n_differ"], data["exit_code"]) == (2, 1)


def test_csv_has_a_row_a_tag(dicomlab):
    rows = list(csv.DictReader(dicomlab("tags", CT, MR, "--search", "kvp", "--csv").out.splitlines()))
    assert [(row["file"], row["keyword"], row["value"]) for row in rows] == [("CT_small.dcm", "KVP", "120")]
    both = list(csv.DictReader(dicomlab("diff", CT, MR, "--csv").out.splitlines()))
    assert {row["state"] for row in both} == {"differs", "only in some"}


def test_masking_and_hostile_values(dicomlab, tmp_path):
    path = write(
        dataset(
            SpecificCharacterSet="ISO_IR 192", PatientName="Doe^Jane", SeriesDescription="a\x1b[31mb\u202e"
        ),
        tmp_path / "Doe.dcm",
    )
    assert "Doe^Jane" in dicomlab("tags", str(path)).out
    for words in (("tags", str(path)), ("tags", str(path), "--json"), ("diff", str(path), CT)):
        ran = dicomlab(*words, "--mask")
        assert "Doe" not in ran.out + ran.err
    assert "\x1b" not in dicomlab("tags", str(path)).out
    assert "\u202e" not in dicomlab("tags", str(path)).out


@pytest.mark.parametrize("words", [("diff", CT), ("tags", "nowhere.dcm"), ("tags", __file__)])
def test_what_cannot_be_done_is_one_sentence(dicomlab, words):
    ran = dicomlab(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.strip().endswith(".")


def test_headers_of_a_catalog_need_no_file(dicomlab, tmp_path):
    import dicomlab as dl

    catalog = dl.scan(write_archive(tmp_path / "d"), into=tmp_path / "c", progress=False)
    keys = catalog.instances["file_key"].tolist()[:2]
    ran = dicomlab("diff", *keys, "--catalog", str(tmp_path / "c"))
    assert ran.code == 1
    assert "KVP" in ran.out

"""The tag explorer through its traits, without a browser."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from pydicom.data import get_testdata_file

import dicomlab as dl
from dicomlab.errors import NoHeaders, UnknownSetting
from dicomlab.tags.headers import NothingToShow
from tests.build import dataset, write, write_archive
from tests.widgets.test_views import gesture

CT = get_testdata_file("CT_small.dcm", download=False)
MR = get_testdata_file("MR_small.dcm", download=False)


@pytest.fixture
def explorer():
    return dl.widgets.TagExplorer(CT)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explored")
    return dl.scan(write_archive(folder / "dicom"), into=folder / "catalog", progress=False)


def shown(explorer):
    return [row["path"] for row in gesture(explorer, kind="rows", start=0, count=400)["rows"]]


def test_it_takes_files_folders_data_sets_and_series(archive, tmp_path):
    write(dataset(KVP="120"), tmp_path / "a" / "one")
    assert dl.widgets.TagExplorer(tmp_path / "a").count == 1
    assert dl.widgets.TagExplorer([CT, MR]).labels == ["CT_small.dcm", "MR_small.dcm"]
    assert dl.widgets.TagExplorer(dataset(KVP="120"), query="kvp").found == 1
    explorer = dl.widgets.TagExplorer(archive, series=archive.series.iloc[1])
    assert (explorer.count, len(explorer.choices)) == (3, 4)
    assert explorer.series == archive.series["SeriesInstanceUID"].iloc[1]


def test_what_is_not_there_is_said(archive, tmp_path):
    with pytest.raises(NothingToShow):
        dl.widgets.TagExplorer([])
    with pytest.raises(NothingToShow):
        dl.widgets.TagExplorer(archive, series="1.2.3.4")
    with pytest.raises(UnknownSetting, match="Did you mean 'query'"):
        dl.widgets.TagExplorer(CT, querry="kvp")
    bare = dl.scan(
        write_archive(tmp_path / "d", patients=1), into=tmp_path / "c", keep_headers=False, progress=False
    )
    with pytest.raises(NoHeaders):
        dl.widgets.TagExplorer(bare)


def test_a_search_narrows_and_filters_add_to_it(explorer):
    explorer.query = "patient"
    both = explorer.found
    explorer.filters = ["phi", "with value"]
    assert 0 < explorer.found < both < explorer.total
    explorer.group = "0010"
    assert all(path.startswith(("Patient", "OtherPatient")) for path in shown(explorer))


def test_a_sequence_folds_and_a_pin_stays_on_top(explorer):
    closed = len(shown(explorer))
    gesture(explorer, kind="fold", path="OtherPatientIDsSequence", is_open=True)
    assert len(shown(explorer)) == closed + 2
    gesture(explorer, kind="fold", path="*", is_open=True)
    assert "OtherPatientIDsSequence[0].PatientID" in shown(explorer)
    gesture(explorer, kind="pin", path="KVP")
    explorer.query = "slice thick"
    assert shown(explorer) == ["KVP", "SliceThickness"]


def test_stepping_through_a_series_marks_what_changed(archive):
    explorer = dl.widgets.TagExplorer(archive)
    explorer.instance = 1
    rows = gesture(explorer, kind="rows", start=0, count=400)["rows"]
    assert {row["path"] for row in rows if row["changed"]} >= {"KVP", "InstanceNumber", "SOPInstanceUID"}
    assert not {row["path"] for row in rows if row["changed"]} & {"Modality", "SliceThickness"}


def test_only_what_varies_is_left_with_its_values(archive):
    explorer = dl.widgets.TagExplorer(archive, mode="varies")
    assert shown(explorer) == ["KVP", "InstanceNumber"]
    row = gesture(explorer, kind="rows", start=0, count=5)["rows"][0]
    assert (row["state"], row["distinct"], row["of"]) == ("differs", 3, 3)
    assert sorted(row["counts"]) == [["100", 1], ["120", 1], ["140", 1]]
    explorer.ignore = False
    assert "SOPInstanceUID" in shown(explorer)


def test_files_stand_side_by_side():
    explorer = dl.widgets.TagExplorer([CT, MR, CT], mode="side", side=[0, 1, 2], query="keyword:kvp")
    row = gesture(explorer, kind="rows", start=0, count=5)["rows"][0]
    assert (row["values"], row["same"], row["state"]) == (
        ["120", None, "120"],
        [True, False, True],
        "only in some",
    )
    explorer.query = "keyword:modality"
    assert gesture(explorer, kind="rows", start=0, count=5)["rows"][0]["values"] == ["CT", "MR", "CT"]
    table = explorer.to_pandas()
    assert table["3: CT_small.dcm"].tolist() == ["CT"]


def test_what_was_chosen_can_be_gone_on_with(explorer):
    explorer.value = ["SliceThickness", "OtherPatientIDsSequence[0].PatientID"]
    assert explorer.code() == ('ds.OtherPatientIDsSequence[0].PatientID\nds["SliceThickness"].value')
    gesture(explorer, kind="column", path="OtherPatientIDsSequence[0].PatientID")
    assert "OtherPatientIDsSequence[0].PatientID" in explorer.columns
    for path in ("PatientName", "SOPInstanceUID", "PatientID", "KVP"):
        gesture(explorer, kind="line", path=path)
    assert explorer.recipe == [
        "BLANK PatientName",
        "REPLACE SOPInstanceUID func:new_uid",
        "REPLACE PatientID dummy",
        "REMOVE KVP",
    ]
    assert explorer.problem == ""


def test_columns_go_into_the_catalog_when_it_is_asked_for(archive):
    explorer = dl.widgets.TagExplorer(archive)
    explorer.add_column("SeriesInstanceUID")
    explorer.added = []
    explorer.columns = explorer.columns.add("ImageComments")
    gesture(explorer, kind="write")
    assert explorer.problem == ""
    assert "ImageComments" in explorer.catalog.columns
    single = dl.widgets.TagExplorer(CT)
    gesture(single, kind="write")
    assert "Use one of" in single.problem


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_what_is_shown_can_be_saved(kind):
    explorer = dl.widgets.TagExplorer(dataset(ImageComments="=1+1", KVP="120"), query="kvp")
    assert "1+1" not in str(gesture(explorer, kind="save", form=kind))
    explorer.query = ""
    said = gesture(explorer, kind="save", form=kind)
    assert said["name"] == f"tags.{kind}"
    if kind == "json":
        assert {row["keyword"] for row in json.loads(said["text"])} >= {"ImageComments", "KVP"}
    else:
        assert "'=1+1" in said["text"]


def test_masked_values_never_leave_python(tmp_path):
    write(dataset(PatientName="Doe^Jane", PatientID="secret-1", KVP="120"), tmp_path / "Doe.dcm")
    with dl.options.masked():
        explorer = dl.widgets.TagExplorer(tmp_path / "Doe.dcm")
    explorer.opened = ["*"]
    sent = [
        gesture(explorer, kind="rows", start=0, count=400),
        gesture(explorer, kind="detail", path="PatientName"),
    ]
    sent += [explorer._save("csv"), explorer.get_state(), explorer.code()]
    assert explorer.masked
    assert not any(word in str(sent) for word in ("Doe", "Jane", "secret-1"))
    explorer.query = "jane"
    assert explorer.found == 0


def test_a_wrong_message_does_no_harm(explorer):
    gesture(explorer, kind="rows", start=-5, count=10**9)
    gesture(explorer, kind="detail", path="nothing")
    gesture(explorer, kind="column", path="'; drop table x")
    assert "path" in explorer.problem
    gesture(explorer, kind="rows", start="x", count=1)
    assert "did not work" in explorer.problem
    gesture(explorer, kind="rows", start=0, count=1)
    assert explorer.problem == ""


def test_a_table_of_it_has_what_is_shown(explorer):
    explorer.query = "vr:PN"
    table = explorer.to_pandas()
    assert isinstance(table, pd.DataFrame)
    assert set(table["vr"]) == {"PN"}
    assert table.columns.tolist()[:4] == ["tag", "keyword", "name", "vr"]

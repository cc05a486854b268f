"""A header as rows: nothing raised, nothing unbounded, and the paths lead back."""

from __future__ import annotations

import re

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

import dicomlab as dl
from dicomlab.errors import BadFile, DicomlabError
from dicomlab.schema.columns import Columns
from dicomlab.tags.compare import DIFFERS, ONLY, SAME, compare, tags_to_frame, to_frame
from dicomlab.tags.facts import action_of, action_words, fact_of
from dicomlab.tags.rows import DEEPEST, LONGEST, MASKED, read_tags
from dicomlab.tags.search import hits, parsed, with_parents
from tests.build import dataset, write
from tests.conftest import REPOSITORY, pydicom_files, shared_files

CT = get_testdata_file("CT_small.dcm", download=False)
FILES = [*pydicom_files(), *shared_files()[:150], *sorted((REPOSITORY / "tests/fuzz/corpus").iterdir())]


def row_of(tags, path):
    return next(row for row in tags.rows if row.path == path)


def nested(depth):
    ds = dataset(SeriesDescription="deep")
    for _ in range(depth):
        outer = Dataset()
        outer.RequestAttributesSequence = Sequence([ds])
        ds = outer
    return ds


@pytest.mark.slow
def test_every_file_gives_rows_or_one_sentence(quiet):
    for path in FILES:
        try:
            tags = read_tags(path)
        except DicomlabError:
            continue
        for row in tags.rows:
            assert len(row.value) < LONGEST + 100
            assert row.value.isprintable()
            assert row.parent < len(tags.rows)


def test_rows_of_a_file_say_what_pydicom_says():
    tags, ds = read_tags(CT), dcmread(CT)
    assert {row.tag for row in tags.rows if row.depth == 0} == {
        int(t) for t in [*ds.file_meta.keys(), *ds.keys()]
    }
    row = row_of(tags, "PixelSpacing")
    assert (row.value, row.vm, row.vr, row.tag_text) == ("0.661468\\0.661468", 2, "DS", "(0028,0030)")
    assert (row.fact.unit, row.fact.where, row.length) == (
        "mm",
        "PS3.3 C.7.6.2 Image Plane; C.8.6.2 SC Image; C.8.11.4 DX Detector",
        18,
    )
    assert row_of(tags, "OtherPatientIDsSequence[0].PatientID").depth == 2


def test_a_code_gives_the_value_back(tmp_path):
    inner = dataset(CodeValue="a")
    inner.private_block(0x0019, "ACME 1", create=True).add_new(0x0A, "LO", "hidden")
    path = write(dataset(RequestAttributesSequence=Sequence([inner])), tmp_path / "a")
    ds = dcmread(path)
    for row in read_tags(path).rows:
        if row.tag >> 16 != 2 and row.vr not in ("SQ", "") and row.name != "Private Creator":
            assert str(eval(row.code, {"ds": ds})) == row.value


def test_a_path_is_one_that_columns_take():
    for row in read_tags(CT).rows:
        if row.vr not in ("SQ", "") and row.fact.name != "Private Creator":
            assert Columns().add_path(row.path, "x", vr=row.vr)["x"].tag & 0xFFFF00FF == row.tag & 0xFFFF00FF


@pytest.mark.parametrize(
    "value", ["<img src=x onerror=alert(1)>", "a\u202eb", "a\x00b", "a\x1b[31m", "x\r\ny"]
)
def test_a_hostile_value_is_harmless_text(value):
    assert row_of(read_tags(dataset(ImageComments=value)), "ImageComments").value.isprintable()


def test_long_and_deep_and_many_are_bounded():
    long = row_of(read_tags(dataset(TextValue="x" * 10_000_000)), "TextValue")
    assert long.value.endswith("… (10,000,000 characters)")
    assert len(long.value) < LONGEST + 50
    deep = read_tags(nested(100))
    assert max(row.depth for row in deep.rows) <= DEEPEST
    assert "deeper than" in deep.rows[-1].value
    many = read_tags(dataset(PixelSpacing=["1.5"] * 65_536)).rows[-1]
    assert many.value.endswith("(65,536 values)")


def test_what_is_no_dicom_is_said_without_its_content(tmp_path):
    (tmp_path / "a.txt").write_text("Doe^Jane")
    with pytest.raises(BadFile) as error:
        read_tags(tmp_path / "a.txt")
    assert "Doe" not in str(error.value)
    with pytest.raises(BadFile):
        read_tags(tmp_path / "nothing")


def test_what_identifies_is_masked_before_it_is_a_row():
    inner = dataset(PatientName="Doe^Jane")
    inner.private_block(0x0019, "Jane of ACME", create=True).add_new(0x0A, "LO", "Doe^Jane")
    ds = dataset(PatientName="Doe^Jane", PatientWeight="71.5", SliceThickness="2.5", AccessionNumber="")
    ds.RequestAttributesSequence = Sequence([inner])
    with dl.options.masked():
        tags = read_tags(ds, label="Doe.dcm")
    assert row_of(tags, "PatientName").value.startswith("name-")
    assert (row_of(tags, "PatientWeight").value, row_of(tags, "SliceThickness").value) == (MASKED, "2.5")
    assert row_of(tags, "AccessionNumber").is_empty
    assert hits(tags, parsed("doe")) == hits(tags, parsed("jane")) == []
    shown = [(row.path, row.value, row.creator, row.keyword, row.code) for row in tags.rows]
    assert not re.search("doe|jane|71.5", f"{tags.label}{shown}", re.IGNORECASE)


# --- facts ---


@pytest.mark.parametrize(
    ("tag", "action"),
    [
        (0x00100020, "Z/D"),
        (0x00080018, "U"),
        (0x00080080, "X/Z/D"),
        (0x00091001, "X"),
        (0x60023000, "X"),
        (0x00280010, ""),
    ],
)
def test_actions_are_those_of_annex_e(tag, action):
    assert action_of(tag) == action
    assert not action or "PS3.15" in action_words(action)


def test_an_attribute_that_nobody_knows_has_no_fact():
    assert fact_of(0x00280099).keyword == ""
    assert fact_of(0x00180022).where == "PS3.3 C.8.2.1 CT Image; C.8.3.1 MR Image; C.8.7.1 X-Ray Image"


# --- search ---


@pytest.mark.parametrize(
    ("question", "paths"),
    [
        ("slice thick", ["SliceThickness"]),
        ("(0018,0050)", ["SliceThickness"]),
        ("0018,0050", ["SliceThickness"]),
        ("00180050", ["SliceThickness"]),
        ("tag:(0018,005", ["SliceThickness"]),
        ("vr:PN", ["PatientName", "ReferringPhysicianName"]),
        ("group:18 value:>100", ["KVP", "SpatialResolution2"]),
        ("phi:yes group:10 empty:no vr:LO", ["PatientID", "OtherPatientIDsSequence[0].PatientID"]),
        ("keyword:kvp", ["KVP"]),
        ('value:"e+1"', ["StudyDescription"]),
        ("nothing-of-that-kind", []),
        ("12:30", []),
    ],
)
def test_a_question_finds(question, paths):
    tags = read_tags(CT)
    found = [tags.rows[i].path for i in hits(tags, parsed(question))]
    if question.startswith(("group:18", "phi:", "vr:")):
        assert set(paths[:1]) <= set(found)
        assert len(found) < 40
    else:
        assert found == paths


def test_yes_and_no_part_the_rows():
    tags = read_tags(CT)
    elements = [i for i, row in enumerate(tags.rows) if not row.is_item]
    for name in ("private", "empty", "phi", "retired", "meta"):
        yes, no = (hits(tags, parsed(f"{name}:{word}")) for word in ("yes", "no"))
        assert sorted([*yes, *no]) == elements


def test_a_hit_keeps_what_it_belongs_to():
    tags = read_tags(nested(2))
    found = hits(tags, parsed("deep"))
    assert len(found) == 1
    assert [tags.rows[i].depth for i in with_parents(tags.rows, found)] == [0, 1, 2, 3, 4]


# --- compare ---


def test_headers_side_by_side():
    one = dataset(Modality="CT", KVP="120", SliceThickness="2.5")
    two = dataset(Modality="CT", KVP="100", EchoTime="5")
    lines = {line.row.path: line for line in compare([read_tags(one), read_tags(two), read_tags(two)])}
    assert {
        path: line.state for path, line in lines.items() if path[0] != "S" or path == "SliceThickness"
    } == {
        "Modality": SAME,
        "KVP": DIFFERS,
        "SliceThickness": ONLY,
        "EchoTime": ONLY,
    }
    assert lines["KVP"].counts() == [("100", 2), ("120", 1)]
    assert (lines["EchoTime"].n_missing, lines["EchoTime"].n_distinct) == (1, 1)
    assert list(lines) == ["SOPClassUID", "SOPInstanceUID", "Modality", "SliceThickness", "KVP", "EchoTime"]


def test_values_that_look_alike_when_cut_or_masked_are_told_apart():
    one, two = (dataset(TextValue="x" * 20_000 + end, PatientName=end) for end in "ab")
    masked = [read_tags(ds, mask=True) for ds in (one, two)]
    assert [line.row.path for line in compare(masked) if line.varies] == ["PatientName", "TextValue"]


def test_tables_of_it_have_the_columns_they_say():
    tags = read_tags(CT)
    frame = tags_to_frame(tags)
    assert len(frame) == sum(not row.is_item for row in tags.rows)
    assert frame.loc[frame["keyword"] == "KVP", "unit"].tolist() == ["kV"]
    both = to_frame(compare([tags, tags]), ["a", "a"])
    assert set(both["state"]) == {SAME}
    assert both.columns[-2:].tolist() == ["1: a", "2: a"]

"""Well-known private elements: what the table says, and what real files say."""

from __future__ import annotations

import re

import pydicom
import pytest
from pydicom._private_dict import private_dictionaries
from pydicom.dataset import Dataset

from dicomlab.errors import UnknownColumn
from dicomlab.header.engine import HeaderReader
from dicomlab.schema.columns import Column, Columns
from dicomlab.schema.private import PRIVATE_ROWS, named_column, private_names
from tests.build import dataset, write
from tests.conftest import shared_files

COLUMNS = Columns().add(*private_names())
# The dictionary's VR is another one than real files have, or it knows the offset by another name.
_OTHER_VR = {("Philips MR Imaging DD 001", "2005xx0E")}


def elements(column: Column) -> list[Column]:
    """The private elements that a column is read from."""
    return [part for part in column.parts or (column,) if part.has_place and part.creator]


@pytest.mark.parametrize("row", PRIVATE_ROWS, ids=lambda row: row[0])
def test_each_row_is_whole(row):
    name, places, unit, _, meaning, source = row
    column = named_column(name)
    assert re.fullmatch(r"[a-z0-9_]{5,45}", name)
    assert re.fullmatch(r"[A-Z0-9].{3,110}\.", meaning)
    assert source
    assert not re.search(r"\bin (ms|mm|Hz)\b", meaning) or unit
    assert column.name == name
    assert len(column.parts or (column,)) >= len(places)
    assert not column.phi
    kinds = {(part.kind == "text", part.is_list and not part.rule) for part in column.parts or (column,)}
    assert len(kinds) == 1  # all places have values of one kind


@pytest.mark.parametrize("name", private_names())
def test_elements_are_those_of_the_private_dictionary_where_it_has_them(name):
    for element in elements(named_column(name)):
        known = private_dictionaries.get(element.creator, {})
        key = f"{element.tag >> 16:04X}xx{element.tag & 0xFF:02X}"
        found = known.get(key) or known.get(key.replace("xx", "00"))
        if found is None or found[2] == "Unknown" or (element.creator, key) in _OTHER_VR:
            continue
        assert found[0] == element.vr, (name, found)


def test_most_rows_are_in_the_private_dictionary():
    keys = [
        (e.creator, f"{e.tag >> 16:04X}xx{e.tag & 0xFF:02X}")
        for n in private_names()
        for e in elements(named_column(n))
    ]
    assert sum(key in private_dictionaries.get(creator, {}) for creator, key in keys) > 0.6 * len(keys)


def test_no_name_comes_twice_or_hides_another():
    assert len(set(private_names())) == len(PRIVATE_ROWS)
    assert not set(private_names()) & set(Columns().names)


def test_columns_come_back_from_what_is_written_down():
    assert Columns.from_list(COLUMNS.to_list()) == COLUMNS


def test_a_wrong_name_is_told_the_nearest_one():
    with pytest.raises(UnknownColumn, match="Did you mean 'siemens_b_value'"):
        Columns().add("siemens_bvalue_")
    with pytest.raises(UnknownColumn, match="Did you mean 'PatientWeight'"):
        Columns().add("PatientWieght")


# --- b_value -----------------------------------------------------------------------------------

SAID = {
    "the standard": [(0x00189087, "", "FD", 700.0)],
    "Siemens": [(0x0019000C, "SIEMENS MR HEADER", "IS", "700")],
    "GE": [(0x00430039, "GEMS_PARM_01", "IS", "700\\8\\0\\0")],
    "GE with more on top": [(0x00430039, "GEMS_PARM_01", "IS", "1000000700\\8\\0\\0")],
    "Philips": [(0x20010003, "Philips Imaging DD 001", "FL", 700.0)],
    "United Imaging": [(0x00650009, "Image Private Header", "FD", 700.0)],
    "Siemens beside the standard": [
        (0x00189087, "", "FD", 700.0),
        (0x0019000C, "SIEMENS MR HEADER", "IS", "5"),
    ],
}


def holding(elements: list[tuple[int, str, str, object]], ds: Dataset, block: int = 0x11) -> Dataset:
    for tag, creator, vr, value in elements:
        if creator:
            ds.add_new(tag & 0xFFFF0000 | block, "LO", creator)
            tag = tag & 0xFFFF00FF | block << 8  # noqa: PLW2901
        ds.add_new(tag, vr, value)
    return ds


@pytest.mark.parametrize("maker", SAID)
def test_b_value_is_the_same_whoever_made_the_file(tmp_path, maker):
    path = str(write(holding(SAID[maker], dataset()), tmp_path / "f"))
    for use_kernel in (True, False):
        batch = next(HeaderReader(Columns().add("b_value"), use_kernel=use_kernel).read([path]))
        assert batch.table["b_value"].to_pylist() == [700.0]
        assert not batch.problems


def test_the_parts_of_a_column_are_not_shown(tmp_path):
    path = str(write(holding(SAID["Philips"], dataset()), tmp_path / "f"))
    table = next(HeaderReader(Columns().add("b_value")).read([path])).table
    assert not [name for name in table.column_names if " of " in name or name.startswith("philips")]


def test_a_part_that_does_not_parse_is_a_problem_of_the_column(tmp_path):
    ds = holding([(0x0019000C, "SIEMENS MR HEADER", "LO", "much")], dataset())
    batch = next(HeaderReader(Columns().add("b_value")).read([str(write(ds, tmp_path / "f"))]))
    assert [(p.column.name, p.reason, p.raw) for p in batch.problems] == [
        ("b_value", "not a number", b"much")
    ]


def test_a_name_that_the_user_took_for_another_element_stays_theirs(tmp_path):
    ds = holding([*SAID["Philips"], (0x00290001, "MINE", "LO", "mine")], dataset())
    columns = Columns().add_private("MINE", 0x0029, 0x01, "philips_b_value").add("b_value")
    row = next(HeaderReader(columns).read([str(write(ds, tmp_path / "f"))])).table.to_pylist()[0]
    assert (row["philips_b_value"], row["b_value"]) == ("mine", 700.0)


@pytest.mark.parametrize("block", [0x10, 0x13])
def test_frames_have_their_own_private_values(tmp_path, block):
    ds = dataset(NumberOfFrames=3)
    groups = []
    for number in range(3):
        inner = holding([(0x20010003, "Philips Imaging DD 001", "FL", 500.0 * number)], Dataset(), block)
        group = Dataset()
        group.add_new(0x20050014, "LO", "Philips MR Imaging DD 005")
        group.add_new(0x2005140F, "SQ", [inner])
        groups.append(group)
    ds.PerFrameFunctionalGroupsSequence = groups
    batch = next(
        HeaderReader(Columns().add("b_value", "philips_b_value")).read([str(write(ds, tmp_path / "f"))])
    )
    frames = batch.frames[1].to_pylist()
    assert [f["b_value"] for f in frames] == [f["philips_b_value"] for f in frames] == [0.0, 500.0, 1000.0]
    instance = batch.table.to_pylist()[0]
    assert set(instance["varies"]) == {"b_value", "philips_b_value"}
    assert instance["b_value"] is None


# --- real files ----------------------------------------------------------------------------------


def plain(ds: Dataset, element: Column) -> object:
    """What pydicom has at the top of the file: the first block of the creator that has the element."""
    for block in range(0x10, 0x100):
        where = (element.tag >> 16, block)
        if where in ds and str(ds[where].value).strip(" \0") == element.creator:
            found = ds.get((element.tag >> 16, block << 8 | element.tag & 0xFF))
            if found is not None:
                return found.value
    return None


@pytest.mark.real_files
def test_elements_of_real_files_are_what_pydicom_says(quiet):
    single = [
        (n, c) for n in private_names() if not (c := named_column(n)).parts and elements(c) and not c.rule
    ]
    paths, checked, wrong = shared_files(), 0, []
    at = 0
    for batch in HeaderReader(COLUMNS).read([str(p) for p in paths]):
        odd = {(p.row, p.column.name) for p in batch.problems}
        for row, cells in enumerate(batch.table.to_pylist()):
            path, at = paths[at], at + 1
            if batch.status[row] != "read" or not any(cells[n] is not None for n, _ in single):
                continue
            ds = pydicom.dcmread(path, stop_before_pixels=True, force=True)
            for name, column in single:
                theirs, ours = plain(ds, column), cells[name]
                if (row, name) in odd or isinstance(theirs, bytes) or (theirs is None and ours is not None):
                    continue  # UN in the file, or in a functional group
                if column.is_list and theirs is not None:
                    theirs = (
                        list(theirs)
                        if hasattr(theirs, "__iter__") and not isinstance(theirs, str)
                        else [theirs]
                    )
                theirs = theirs if theirs not in ("", []) else None
                checked += theirs is not None
                if column.kind == "text":
                    ours, theirs = str(ours).strip(), str(theirs).strip()
                if ours != theirs:
                    wrong.append((path.name, name))
    assert checked > 2000
    assert not wrong


@pytest.mark.real_files
def test_values_of_real_files_agree_with_each_other(quiet):
    """What two elements say of one thing must fit: so the units are the ones that were written down."""
    checked = set()
    for batch in HeaderReader(COLUMNS).read([str(p) for p in shared_files()]):
        for row in batch.table.to_pylist():
            frequency = row["ImagingFrequency"]
            if row["ge_center_frequency"] and frequency and row["Modality"] == "MR":
                assert row["ge_center_frequency"] / 1e7 == pytest.approx(frequency, rel=1e-4)
                checked.add("GE frequency")
            if row["siemens_frequency"] and frequency:
                assert row["siemens_frequency"] / 1e6 == pytest.approx(frequency, rel=1e-4)
                checked.add("Siemens frequency")
            if row["siemens_echo_times"] and row["EchoTime"] and "EP" in (row["ScanningSequence"] or ()):
                assert any(row["EchoTime"] == pytest.approx(t / 1000) for t in row["siemens_echo_times"])
                checked.add("Siemens echo time")
    assert checked == {"GE frequency", "Siemens frequency", "Siemens echo time"}

"""Numbers whose VR is US or SS: in implicit VR the nearest PixelRepresentation says which."""

from __future__ import annotations

import struct
from pathlib import Path

import pyarrow as pa
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicomlab.header.engine import HeaderReader
from dicomlab.schema.columns import Columns
from tests.build import dataset, write
from tests.header.test_values import element, part10

SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian)
COLUMNS = (
    Columns.only("PixelPaddingValue", "RedPaletteColorLookupTableDescriptor", "SmallestImagePixelValue")
    .add_path("ModalityLUTSequence[0].LUTDescriptor", "table")
    .add_path("RealWorldValueMappingSequence[*].RealWorldValueFirstValueMapped", "mapped")
    .add_path("IconImageSequence[0].SmallestImagePixelValue", "icon")
)


def read(ds: Dataset, to: Path, syntax: str) -> dict:
    path = str(write(ds, to / "f", syntax))
    rows = [
        next(HeaderReader(COLUMNS, use_kernel=k).read([path])).table.to_pylist()[0] for k in (True, False)
    ]
    assert rows[0] == rows[1]
    return rows[0]


def item(vr: str = "", tag: int = 0, value: object = None, **values: object) -> Dataset:
    ds = Dataset()
    for keyword, one in values.items():
        setattr(ds, keyword, one)
    if vr:
        ds.add_new(tag, vr, value)
    return ds


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("vr", ["SS", "US"])
def test_lists_and_items_have_the_sign_of_the_file(tmp_path, syntax, vr):
    low = -1024 if vr == "SS" else 64512
    ds = dataset(PixelRepresentation=int(vr == "SS"), BitsAllocated=16)
    ds.add_new(0x00280120, vr, low)
    ds.add_new(0x00281101, vr, [256, low, 16])
    ds.ModalityLUTSequence = [item(vr, 0x00283002, [256, low, 16])]
    ds.RealWorldValueMappingSequence = [item(vr, 0x00409216, low), item(vr, 0x00409216, 7)]
    row = read(ds, tmp_path, syntax)
    assert row["PixelPaddingValue"] == low
    assert row["RedPaletteColorLookupTableDescriptor"] == row["table"] == [256, low, 16]
    assert row["mapped"] == [low, 7]


@pytest.mark.parametrize("vr", ["SS", "UN"])
def test_a_table_may_have_more_entries_than_a_signed_number_counts(vr):
    entries = struct.pack("<Hhh", 32768, -32768, 16)
    raw = part10(element(0x00280103, "US", b"\1\0"), element(0x00281101, vr, entries))
    columns = Columns.only("PixelRepresentation", "RedPaletteColorLookupTableDescriptor")
    batch = HeaderReader(columns).parse(pa.array([raw], pa.large_binary()))
    found = batch.table["RedPaletteColorLookupTableDescriptor"].to_pylist()
    assert found == [[32768, -32768, 16]]


def test_an_item_says_for_itself_whether_its_numbers_are_signed(tmp_path):
    ds = dataset(PixelRepresentation=1, BitsAllocated=16)
    ds.add_new(0x00280106, "US", 65535)
    ds.IconImageSequence = [item("US", 0x00280106, 65535, PixelRepresentation=0)]
    ds.RealWorldValueMappingSequence = [
        item("US", 0x00409216, 65535),
        item("US", 0x00409216, 65535, PixelRepresentation=0),
        item("US", 0x00409216, 65535, PixelRepresentation=1),
    ]
    row = read(ds, tmp_path, ImplicitVRLittleEndian)
    assert (row["SmallestImagePixelValue"], row["icon"]) == (-1, 65535)
    assert row["mapped"] == [-1, 65535, -1]


def test_nothing_said_is_unsigned_and_what_the_file_writes_counts(tmp_path):
    ds = dataset()
    ds.add_new(0x00280106, "US", 65535)
    assert read(ds, tmp_path, ImplicitVRLittleEndian)["SmallestImagePixelValue"] == 65535
    ds.PixelRepresentation = 0
    ds.add_new(0x00280106, "SS", -1)
    assert read(ds, tmp_path, ExplicitVRLittleEndian)["SmallestImagePixelValue"] == -1
    ds.PixelRepresentation = 1
    ds.add_new(0x00280106, "UN", b"\xff\xff")
    assert read(ds, tmp_path, ExplicitVRLittleEndian)["SmallestImagePixelValue"] == -1


def test_an_odd_number_of_bytes_is_a_problem(tmp_path):
    path = write(dataset(PixelRepresentation=1), tmp_path / "f")
    raw = path.read_bytes()
    broken = tmp_path / "g"
    broken.write_bytes(raw + b"\x28\x00\x20\x01SS\x03\x00abc")
    batch = next(HeaderReader(COLUMNS).read([str(broken)]))
    assert batch.table["PixelPaddingValue"].to_pylist() == [None]
    assert [p.column.name for p in batch.problems] == ["PixelPaddingValue"]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_numbers_of_64_bits_are_exact_as_far_as_the_tables_hold_them(tmp_path, syntax):
    columns = Columns.only("FileLengthInContainer", "SelectorUVValue", "SelectorSVValue")
    exact = [2**53 + 1, 2**63 - 1]
    ds = dataset(FileLengthInContainer=2**53 + 1, SelectorUVValue=exact, SelectorSVValue=[-(2**63)])
    batch = next(HeaderReader(columns).read([str(write(ds, tmp_path / "f", syntax))]))
    row = batch.table.to_pylist()[0]
    assert row["FileLengthInContainer"] == 2**53 + 1
    assert (row["SelectorUVValue"], row["SelectorSVValue"]) == (exact, [-(2**63)])
    ds = dataset(FileLengthInContainer=2**63)
    batch = next(HeaderReader(columns).read([str(write(ds, tmp_path / "g", syntax))]))
    assert batch.table.to_pylist()[0]["FileLengthInContainer"] is None
    assert [p.reason for p in batch.problems] == ["beyond 64 bits"]

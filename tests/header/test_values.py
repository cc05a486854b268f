"""What becomes of single values, each in a file built by keyword."""

from __future__ import annotations

import datetime as dt
import os
import struct
import zlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

import dicomlab as dl
from dicomlab.errors import BadFile, NotAColumn, UnknownColumn
from dicomlab.header import kernel
from dicomlab.header.engine import HeaderReader, _Found
from dicomlab.header.values import Cells, cast
from dicomlab.schema.columns import Columns
from tests.build import dataset, write

SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}


def element(tag: int, vr: str, value: bytes) -> bytes:
    """One explicit VR little endian element, whatever the bytes are."""
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in ("OB", "OW", "OD", "OF", "OL", "OV", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"):
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def part10(*elements: bytes) -> bytes:
    syntax = element(0x00020010, "UI", b"1.2.840.10008.1.2.1\0")
    return bytes(128) + b"DICM" + syntax + b"".join(elements)


def batch_of(raw: bytes, columns: Columns | None = None):
    return HeaderReader(columns).parse(pa.array([raw], pa.large_binary()))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_values_come_through_every_transfer_syntax(tmp_path, syntax):
    ds = dataset(
        Modality="MR",
        PatientName="Müller^Jörg",
        SpecificCharacterSet="ISO_IR 100",
        ImageType=["ORIGINAL", "PRIMARY", "M"],
        Rows=256,
        RepetitionTime="550.5",
        B1rms=2.5,
        StudyDate="20240229",
        AcquisitionTime="134501.25",
        AcquisitionDateTime="20240229134501.250000+0130",
        ImagePositionPatient=[-10.5, 0, 42],
        SeriesNumber="7",
    )
    row = dl.read_header(write(ds, tmp_path / "a", SYNTAXES[syntax]))
    assert row["Modality"] == "MR"
    assert row["PatientName"] == "Müller^Jörg"
    assert row["ImageType"] == ["ORIGINAL", "PRIMARY", "M"]
    assert row["Rows"] == 256
    assert row["RepetitionTime"] == 550.5
    assert row["B1rms"] == 2.5
    assert row["StudyDate"] == dt.date(2024, 2, 29)
    assert row["AcquisitionTime"] == dt.time(13, 45, 1, 250000)
    assert row["AcquisitionDateTime"] == dt.datetime(2024, 2, 29, 13, 45, 1, 250000)
    assert row["AcquisitionDateTime_utc_offset_minutes"] == 90
    assert row["ImagePositionPatient"] == [-10.5, 0.0, 42.0]
    assert row["SeriesNumber"] == 7
    assert row["acquired_at"] == dt.datetime(2024, 2, 29, 13, 45, 1, 250000)
    assert row["TransferSyntaxUID"] == str(SYNTAXES[syntax])


@pytest.mark.parametrize(
    ("tag", "vr", "raw", "column", "value", "reason"),
    [
        (0x00180050, "DS", b"1.06,0.206", "SliceThickness", None, "not a number"),
        (0x00180050, "DS", b"+5 ", "SliceThickness", 5.0, ""),
        (0x00180050, "DS", b" 5.0e-1", "SliceThickness", 0.5, ""),
        (0x00180050, "DS", b"1e999 ", "SliceThickness", None, "not a finite number"),
        (0x00180050, "DS", b"nan ", "SliceThickness", None, "not a number"),
        (0x00180050, "DS", b"1\\2", "SliceThickness", None, "2 values where one is expected"),
        (0x00180050, "FD", struct.pack("<d", 2.5), "SliceThickness", 2.5, ""),
        (0x00180050, "SQ", b"", "SliceThickness", None, ""),
        (0x00200011, "IS", b"1A", "SeriesNumber", None, "not a number"),
        (0x00200011, "IS", b"12.0", "SeriesNumber", 12, ""),
        (0x00200011, "IS", b"12.5", "SeriesNumber", None, "not a whole number"),
        (0x00200011, "IS", b"99999999999999999999", "SeriesNumber", None, "beyond 64 bits"),
        (0x00080020, "DA", b"20240230", "StudyDate", None, "not a date"),
        (0x00080020, "DA", b"***", "StudyDate", None, "not a date"),
        (0x00080020, "DA", b"1994.01.30", "StudyDate", dt.date(1994, 1, 30), ""),
        (0x00080020, "DA", b"00010101", "StudyDate", dt.date(1, 1, 1), ""),
        (0x00080030, "TM", b"12", "StudyTime", dt.time(12), ""),
        (0x00080030, "TM", b"1234", "StudyTime", dt.time(12, 34), ""),
        (0x00080030, "TM", b"123456.7", "StudyTime", dt.time(12, 34, 56, 700000), ""),
        (0x00080030, "TM", b"12:34:56", "StudyTime", dt.time(12, 34, 56), ""),
        (0x00080030, "TM", b"240000", "StudyTime", None, "not a time"),
        (0x00080030, "TM", b"235960", "StudyTime", dt.time(23, 59, 59), ""),
        (0x00280010, "US", b"\x00\x01\x02", "Rows", None, "3 bytes are no whole number of US values"),
        (0x00280010, "SS", b"\xff\xff", "Rows", -1, ""),
        (0x00280010, "LO", b"512 ", "Rows", 512, ""),
        (0x0008103E, "LO", b"A\\B ", "SeriesDescription", "A\\B", ""),
        (0x0008103E, "LO", b"  T1 \0", "SeriesDescription", "T1", ""),
        (0x0008103E, "UN", b"T1", "SeriesDescription", "T1", ""),
        (0x0008103E, "US", b"\x07\x00", "SeriesDescription", "7", ""),
        (0x0008103E, "OB", b"\x07\x00", "SeriesDescription", None, "VR OB where LO is expected"),
        (
            0x0008103E,
            "LO",
            b"caf\xe9",
            "SeriesDescription",
            "café",
            "bytes beyond ASCII without a known character set",
        ),
    ],
)
def test_what_does_not_parse_is_null_and_a_problem(tag, vr, raw, column, value, reason):
    batch = batch_of(part10(element(tag, vr, raw)))
    assert batch.table[column].to_pylist() == [value]
    assert [(p.column.name, p.reason, p.raw) for p in batch.problems] == (
        [(column, reason, raw)] if reason else []
    )


@pytest.mark.slow
@given(
    st.one_of(
        st.from_regex(r"-?[0-9]{1,17}(\.[0-9]{0,17})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
        st.floats().map(repr),
    )
)
@settings(deadline=None, max_examples=500)
def test_decimals_are_rounded_as_python_rounds_them(text):
    value = batch_of(part10(element(0x00180050, "DS", text.encode()))).table["SliceThickness"][0].as_py()
    expected = float(text)
    if value is None:
        assert not np.isfinite(expected) or len(text) > 64
    else:
        assert struct.pack("<d", value) == struct.pack("<d", expected)


@pytest.mark.slow
@given(st.from_regex(r"-?[0-9]{1,20}", fullmatch=True))
@settings(deadline=None, max_examples=200)
def test_integers_are_read_whole_or_not_at_all(text):
    value = batch_of(part10(element(0x00200011, "IS", text.encode()))).table["SeriesNumber"][0].as_py()
    assert value == (int(text) if -(2**63) <= int(text) < 2**63 else None)


def test_lists_keep_their_empty_places():
    assert batch_of(part10(element(0x00281050, "DS", b"40\\\\80 "))).table["WindowCenter"].to_pylist() == [
        [40.0, None, 80.0]
    ]


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        (b"ISO_IR 192", "Жук^Ян".encode(), "Жук^Ян"),
        (b"ISO_IR 144", "Жук^Ян".encode("iso8859-5"), "Жук^Ян"),
        (b"GB18030 ", "王^小东".encode("gb18030"), "王^小东"),
        (
            b"ISO 2022 IR 13\\ISO 2022 IR 87",
            b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J",
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎",
        ),
        (
            b"\\ISO 2022 IR 149",
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7",
            "Hong^Gildong=洪^吉洞",
        ),
    ],
)
def test_texts_are_read_in_their_character_set(charset, raw, text):
    batch = batch_of(part10(element(0x00080005, "CS", charset), element(0x00100010, "PN", raw)))
    assert batch.table["PatientName"].to_pylist() == [text]
    assert not batch.problems


def test_an_unknown_character_set_is_a_problem_and_the_text_is_kept():
    raw = part10(
        element(0x00080005, "CS", b"Not Supplied"), element(0x00100010, "PN", "Jörg".encode("latin-1"))
    )
    batch = batch_of(raw)
    assert batch.table["PatientName"].to_pylist() == ["Jörg"]
    assert [p.reason for p in batch.problems] == ["bytes beyond ASCII without a known character set"]


def test_a_wrong_character_set_is_a_problem():
    raw = part10(element(0x00080005, "CS", b"ISO_IR 192"), element(0x00100010, "PN", b"J\xf6rg"))
    assert [p.reason for p in batch_of(raw).problems] == ["bytes that the character set does not have"]


def test_private_elements_are_found_wherever_their_block_lies():
    columns = Columns().add_private("ACME 1", 0x0019, 0x94, "gain", vr="SS")
    other = element(0x00190010, "LO", b"SOMEBODY") + element(0x00191094, "SS", b"\x01\x00")
    near = element(0x00190011, "LO", b"ACME 1") + element(0x00191194, "SS", b"\x2a\x00")
    far = element(0x001900E0, "LO", b"ACME 1") + element(0x0019E094, "UN", b"\x2b\x00")
    assert batch_of(part10(other), columns).table["gain"].to_pylist() == [None]
    assert batch_of(part10(element(0x00190010, "LO", b"SOMEBODY") + near), columns).table[
        "gain"
    ].to_pylist() == [42]
    assert batch_of(part10(far), columns).table["gain"].to_pylist() == [43]


@pytest.mark.parametrize("undefined", [False, True])
def test_nested_values_are_found_by_path_and_item(tmp_path, undefined):
    first, second = dataset(RadionuclideTotalDose="100"), dataset(RadionuclideTotalDose="200")
    ds = dataset(RadiopharmaceuticalInformationSequence=[first, second])
    ds["RadiopharmaceuticalInformationSequence"].is_undefined_length = undefined
    for item in (first, second):
        item.is_undefined_length_sequence_item = undefined
    columns = Columns()
    for number, name in enumerate(("first", "second")):
        path = f"RadiopharmaceuticalInformationSequence[{number}].RadionuclideTotalDose"
        columns = columns.add_path(path, name)
    row = dl.read_header(write(ds, tmp_path / "a"), columns)
    assert (row["first"], row["second"]) == (100.0, 200.0)
    assert row["RadionuclideTotalDose"] is None  # which of the two is meant, nobody knows


def test_a_long_header_is_read_to_its_end(tmp_path):
    ds = dataset(Modality="CT")
    ds.add_new(0x00090010, "LO", "ACME")
    ds.add_new(0x00091001, "OB", bytes(3_000_000))
    ds.Rows = 77
    path = write(ds, tmp_path / "a")
    batch = next(HeaderReader().read([str(path)]))
    assert batch.table["Rows"].to_pylist() == [77]
    assert batch.header_bytes[0] == path.stat().st_size


def test_headers_beyond_the_limit_are_cut_and_say_so(tmp_path):
    ds = dataset(Modality="CT")
    ds.add_new(0x00090010, "LO", "ACME")
    ds.add_new(0x00091001, "OB", bytes(5_000_000))
    ds.Rows = 77
    reader = HeaderReader(max_header=100_000)
    batch = next(reader.read([str(write(ds, tmp_path / "a"))]))
    assert batch.status[0] == "partial"
    assert "longer than" in batch.reason[0]
    assert batch.table["Modality"].to_pylist() == ["CT"]


def test_a_batch_holds_what_fits_and_the_rest_follows(tmp_path, monkeypatch):
    ds = dataset()
    ds.add_new(0x00090010, "LO", "ACME")
    ds.add_new(0x00091001, "OB", bytes(200_000))
    paths = [str(write(dataset(InstanceNumber=i) if i % 2 else ds, tmp_path / str(i))) for i in range(9)]
    monkeypatch.setattr("dicomlab.header.engine.BATCH_BYTES", 300_000)
    batches = list(HeaderReader().read(paths))
    assert sum(len(b.status) for b in batches) == 9
    assert len(batches) > 1
    assert {s for b in batches for s in b.status} == {"read"}


@pytest.mark.slow
def test_places_beyond_2_gib_do_not_wrap():
    data = np.empty(2**31 + 1000, np.uint8)  # no memory is taken where nothing is written
    header = np.frombuffer(part10(element(0x00080060, "CS", b"CT")), np.uint8)
    start = 2**31 + 100
    data[start : start + header.size] = header
    reader = HeaderReader(Columns.only("Modality"))
    found = _Found.empty(len(reader._all), 1, data)
    found.starts[0], found.sizes[0] = start, header.size
    plan, many = reader._plan, reader._many
    kernel.walk_many(data, found.starts, found.sizes, True, plan, found.cells, many, found.status, found.ends)
    where = Cells(data, *found.cells)
    assert cast(where, reader._wanted, *reader._rows_of)[0]["Modality"].to_pylist() == ["CT"]


def test_a_deflated_bomb_is_bounded():
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(element(0x00080060, "CS", b"CT") + element(0x00090001, "UN", bytes(50_000_000)))
    raw = bytes(128) + b"DICM" + element(0x00020010, "UI", b"1.2.840.10008.1.2.1.99") + body + packed.flush()
    batch = batch_of(raw)
    assert batch.status[0] == "partial"
    assert batch.table["Modality"].to_pylist() == ["CT"]


def test_sequences_without_bottom_do_no_harm():
    nest = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    batch = batch_of(part10(element(0x00080060, "CS", b"CT"), nest * 20_000))
    assert batch.status[0] == "partial"
    assert batch.reason[0]


@pytest.mark.parametrize("size", [0x7FFFFFF0, 0xFFFFFFF0, 0xFFFFFFFE])
def test_lengths_beyond_the_file_do_no_harm(size):  # nor to the files beside it
    bomb = struct.pack("<HH2sHI", 0x0009, 0x1001, b"OB", 0, size) + b"x" * 50
    raw = [part10(element(0x00080060, "CS", m), *more) for m, more in ((b"MR", ()), (b"CT", (bomb,)))]
    batch = HeaderReader().parse(pa.array([*raw, raw[0], raw[1]], pa.large_binary()))
    assert batch.status.tolist() == ["read", "partial"] * 2
    assert batch.table["Modality"].to_pylist() == ["MR", "CT"] * 2


def test_a_value_cut_short_is_not_passed_off_as_whole():
    raw = part10(element(0x00080060, "CS", b"CT"), element(0x00081030, "LO", b"a study of some kind"))
    batch = batch_of(raw[:-6])
    assert (batch.status[0], batch.reason[0]) == ("partial", "the file ends inside the header")


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not DICOM: a PNG image"),
        ("Grüße\n".encode() * 60, "not DICOM: a text file"),
        (bytes(1000), "not DICOM: zeros only"),
        (b"\x01\xfe" * 300, "not DICOM: unknown content"),
    ],
)
def test_what_is_not_dicom_says_what_it_is(raw, what):
    batch = batch_of(raw)
    assert (batch.status[0], batch.reason[0]) == ("not DICOM", what)
    assert not batch.is_dicom[0]


def test_a_pipe_in_the_place_of_a_file_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    batch = next(HeaderReader().read([str(tmp_path / "pipe")]))
    assert batch.status[0] != "read"


def test_files_that_cannot_be_opened_have_a_reason(tmp_path):
    batch = next(HeaderReader().read([str(tmp_path / "gone"), str(tmp_path)]))
    assert batch.status.tolist() == ["unreadable", "unreadable"]
    assert batch.reason[0] == "the file cannot be opened (No such file or directory)"


def test_reading_without_the_kernels_own_files_gives_the_same(tmp_path, monkeypatch):
    paths = [str(write(dataset(InstanceNumber=i, Rows=i), tmp_path / str(i))) for i in range(5)]
    paths.append(str(tmp_path / "gone"))
    want = next(HeaderReader().read(paths))
    monkeypatch.setattr(kernel, "READS_FILES", False)
    have = next(HeaderReader().read(paths))
    assert have.table.equals(want.table)
    assert have.status.tolist() == want.status.tolist()
    rows = np.arange(6)
    assert have.take_headers(rows).to_pylist() == want.take_headers(rows).to_pylist()


def test_early_stop_without_headers_gives_the_same_columns(tmp_path):
    path = str(write(dataset(Modality="MR", Rows=9), tmp_path / "a"))
    kept, not_kept = (next(HeaderReader(keep=keep).read([path])) for keep in (True, False))
    assert kept.table.equals(not_kept.table)


def test_read_header_says_why_it_cannot(tmp_path):
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(BadFile, match="a text file"):
        dl.read_header(tmp_path / "note.txt")


def test_derived_columns_follow_their_definitions():
    raw = part10(
        element(0x00080020, "DA", b"20240102"),
        element(0x00080022, "DA", b"20240103"),
        element(0x00080030, "TM", b"120000"),
        element(0x00100030, "DA", b"19800102"),
        element(0x00101010, "AS", b"018M"),
        element(0x00200032, "DS", b"1\\2\\3 "),
        element(0x00200037, "DS", b"0\\1\\0\\0\\0\\1 "),
    )
    row = batch_of(raw).table.to_pylist()[0]
    assert row["slice_position_mm"] == 1.0
    assert row["patient_age_years"] == 1.5
    # the acquisition has a date alone; the study has both
    assert row["acquired_at"] == dt.datetime(2024, 1, 2, 12)


def test_columns_are_named_or_refused_clearly():
    with pytest.raises(UnknownColumn, match="Did you mean 'SliceThickness'"):
        Columns().add("SliceThicknes")
    with pytest.raises(NotAColumn, match="add_path"):
        Columns().add("ReferencedImageSequence")
    with pytest.raises(NotAColumn, match="item number"):
        Columns().add_path("ReferencedImageSequence.ReferencedSOPInstanceUID")
    with pytest.raises(NotAColumn, match="built on it"):
        Columns().drop("SeriesInstanceUID")
    with pytest.raises(NotAColumn, match="odd group"):
        Columns().add_private("X", 0x0018, 0x10, "x")
    assert Columns.from_list(Columns().to_list()) == Columns()

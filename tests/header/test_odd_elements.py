"""Odd headers give the right values: by the kernel, and where it hands them back."""

from __future__ import annotations

import datetime as dt
import random
import struct
import zlib

import pyarrow as pa
import pytest

from dicomlab.header.engine import HeaderReader
from dicomlab.header.fallback import LIMIT
from dicomlab.schema.columns import Columns
from tests.fuzz.make_corpus import BIG, DEFLATED, EXPLICIT, IMPLICIT, UNDEFINED, element, item, part10

COLUMNS = (
    Columns()
    .add("DimensionIndexPointer")
    .add_path("ReferencedSeriesSequence[*].SeriesInstanceUID", "series")
    .add_path("SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SliceThickness", "shared")
    .add_path("RequestAttributesSequence[0].ScheduledProcedureStepDescription", "step")
    .add_private("GEMS_ACQU_01", 0x0019, 0x94, "gain", vr="SS")
)
READERS = [HeaderReader(COLUMNS), HeaderReader(COLUMNS, use_kernel=False)]
both = pytest.mark.parametrize("reader", READERS, ids=["kernel", "fallback"])
END = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def read(reader: HeaderReader, raw: bytes):
    """The batch of one file."""
    return reader.parse(pa.array([raw], pa.large_binary()))


def row(reader: HeaderReader, raw: bytes) -> dict:
    batch = read(reader, raw)
    assert (batch.status[0], batch.reason[0]) == ("read", "")
    return batch.table.to_pylist()[0]


def big(tag: int, vr: str, value: bytes) -> bytes:
    return element(tag, vr, value, BIG)


# --- UN holds implicit VR little endian in any file (PS3.5 6.2.2, note 2); dcmdump +uc reads it so, too ----


@both
@pytest.mark.parametrize("syntax", [EXPLICIT, BIG])
@pytest.mark.parametrize(
    ("tag", "raw", "name", "value"),
    [
        (0x00280002, b"\x00\x02", "SamplesPerPixel", 512),
        (0x00280010, b"\x02\x00", "Rows", 2),
        (0x00189074, b"20240131101500", "FrameAcquisitionDateTime", None),
        (0x00189345, struct.pack("<d", 1.5), "CTDIvol", 1.5),
        (0x00180060, b"120 ", "KVP", 120.0),
        (0x00080060, b"CT", "Modality", "CT"),
        (0x00181310, struct.pack("<4H", 0, 256, 192, 0), "AcquisitionMatrix", [0, 256, 192, 0]),
        (0x00189307, struct.pack("<d", 38.4), "TotalCollimationWidth", 38.4),
        (0x00189306, struct.pack("<d", 0.6), "SingleCollimationWidth", 0.6),
        (0x00280008, b"12", "NumberOfFrames", 12),
        (0x00209165, struct.pack("<2H", 0x0020, 0x9056), "DimensionIndexPointer", "(0020,9056)"),
    ],
)
def test_what_is_un_is_little_endian(reader, syntax, tag, raw, name, value):
    body = element(0x00080018, "UI", b"1.2.3\0", syntax) + element(tag, "UN", raw, syntax)
    found = row(reader, part10(body, syntax))
    assert found.get(name) == value


@both
@pytest.mark.parametrize("syntax", [EXPLICIT, BIG])
@pytest.mark.parametrize("length", [None, UNDEFINED])
def test_a_sequence_that_is_un_holds_implicit_little_endian(reader, syntax, length):
    inside = item(element(0x00400007, "LO", b"of a step ", IMPLICIT), length=length)
    body = element(0x00400275, "UN", inside + (END if length else b""), syntax, length)
    assert row(reader, part10(body, syntax))["step"] == "of a step"


@both
def test_a_sequence_that_is_un_may_be_written_otherwise(reader):
    """Some writers keep the transfer syntax inside: the items themselves show it."""
    explicit = item(element(0x00400007, "LO", b"of a step "))
    assert row(reader, part10(element(0x00400275, "UN", explicit)))["step"] == "of a step"
    in_big = item(element(0x00400007, "LO", b"of a step ", BIG), order=">")
    assert row(reader, part10(big(0x00400275, "UN", in_big), BIG))["step"] == "of a step"


# --- what comes again, or not in its order ------------------------------------------------------------


@both
def test_of_an_element_that_comes_twice_the_last_counts(reader):
    body = element(0x00080060, "CS", b"CT") + element(0x00080060, "CS", b"MR")
    assert row(reader, part10(body))["Modality"] == "MR"


@both
def test_of_a_sequence_that_comes_twice_the_last_counts(reader):
    one, two = (item(element(0x0020000E, "UI", uid)) for uid in (b"1.1\0", b"1.2\0"))
    first, last = (element(0x00081115, "SQ", content) for content in (one + one, two))
    assert row(reader, part10(first + last))["series"] == ["1.2"]
    assert row(reader, part10(first + element(0x00081115, "SQ", b"")))["series"] is None
    twice = element(0x0020000E, "UI", b"1.1\0") + element(0x0020000E, "UI", b"1.2\0")
    assert row(reader, part10(element(0x00081115, "SQ", item(twice))))["series"] == ["1.2"]


@both
def test_a_private_creator_may_stand_behind_its_elements(reader):
    creator = element(0x00190010, "LO", b"GEMS_ACQU_01")
    other = element(0x00190010, "LO", b"SOMEBODY ELSE ")
    gain = element(0x00191094, "SS", struct.pack("<h", -7))
    assert row(reader, part10(gain + creator))["gain"] == -7
    assert row(reader, part10(creator + gain + other))["gain"] is None
    far = element(0x00210010, "LO", b"GEMS_ACQU_01") + element(0x00280010, "US", b"\1\0")
    assert row(reader, part10(creator + far + gain))["gain"] == -7


# --- character sets that pydicom cannot convert ---------------------------------------------------------


@both
@pytest.mark.parametrize("vr", ["CS", "UN", "SS", "FD"])
@pytest.mark.parametrize("charset", [b"ISO_IR\0 100", b"\0\0", b"\xff\xfe", b"rot13 ", b"ISO_IR 100\0\0\0"])
def test_no_character_set_costs_the_rest_of_a_header(reader, charset, vr):
    inner = item(element(0x00080005, vr, charset) + element(0x0020000E, "UI", b"1.1\0"))
    body = element(0x00080005, vr, charset) + element(0x00080060, "CS", b"CT")
    found = row(reader, part10(body + element(0x00081115, "SQ", inner)))
    assert (found["Modality"], found["series"]) == ("CT", ["1.1"])


# --- numbers at their limits ----------------------------------------------------------------------------


@both
@pytest.mark.parametrize(
    ("tag", "vr", "raw", "name", "value", "reason"),
    [
        (0x00181153, "IS", b"9007199254740993", "ExposureInuAs", 2**53 + 1, ""),
        (0x00181153, "IS", b"9007199254740993.0", "ExposureInuAs", 2**53 + 1, ""),
        (0x00181153, "IS", b"9223372036854775807 ", "ExposureInuAs", 2**63 - 1, ""),
        (0x00181153, "IS", b"9223372036854775808 ", "ExposureInuAs", None, "beyond 64 bits"),
        (0x00181153, "IS", b"-9223372036854775808", "ExposureInuAs", -(2**63), ""),
        (0x00181153, "IS", b"-9223372036854775809", "ExposureInuAs", None, "beyond 64 bits"),
        (0x00181153, "IS", b"1E400 ", "ExposureInuAs", None, "not a finite number"),
        (0x00280010, "US", b"\xff\xff", "Rows", 65535, ""),
        (0x00280010, "UL", b"\xff\xff\xff\xff", "Rows", 2**32 - 1, ""),
        (0x00280010, "UV", b"\xff" * 7 + b"\x7f", "Rows", 2**63 - 1, ""),
        (0x00280010, "UV", b"\xff" * 8, "Rows", None, "beyond 64 bits"),
        (0x00280010, "SV", b"\0" * 7 + b"\x80", "Rows", -(2**63), ""),
        (0x00180060, "DS", b"1E308 ", "KVP", 1e308, ""),
        (0x00180060, "DS", b"1E309 ", "KVP", None, "not a finite number"),
    ],
)
def test_numbers_at_their_limits_are_right_or_a_problem(reader, tag, vr, raw, name, value, reason):
    batch = read(reader, part10(_element(tag, vr, raw)))
    assert batch.status[0] == "read"
    assert batch.table[name].to_pylist() == [value]
    assert [(p.column.name, p.reason, p.raw) for p in batch.problems] == (
        [(name, reason, raw)] if reason else []
    )


def _element(tag: int, vr: str, raw: bytes) -> bytes:
    if vr not in ("UV", "SV"):
        return element(tag, vr, raw)
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr.encode(), 0, len(raw)) + raw


@both
def test_an_exposure_beyond_what_a_float_holds_is_rounded(reader):
    found = row(reader, part10(element(0x00181153, "IS", b"9007199254740993")))
    assert found["exposure_mas"] == 9007199254740.992


@both
@pytest.mark.parametrize(
    ("date", "offset", "utc"),
    [
        (b"00010101", b"+0100", None),
        (b"00010101", b"-0100", dt.datetime(1, 1, 1, 1)),
        (b"99991231", b"-0100", None),
        (b"99991231", b"+0100", dt.datetime(9999, 12, 31, 22, 59, 59)),
    ],
)
def test_a_time_outside_the_calendar_is_null(reader, date, offset, utc):
    clock = b"000000" if date == b"00010101" else b"235959"
    parts = (0x00080020, "DA", date), (0x00080030, "TM", clock), (0x00080201, "SH", offset + b" ")
    found = row(reader, part10(b"".join(element(*part) for part in parts)))
    assert found["acquired_at_utc"] == utc
    assert found["acquired_at"].year in (1, 9999)


@both
def test_what_is_in_an_item_that_nobody_asks_for_is_not_looked_at(reader):
    broken = item(element(0x00400007, "LO", b"of a step ", length=99))
    body = element(0x00400275, "SQ", item(element(0x00400007, "LO", b"of a step ")) + broken)
    assert row(reader, part10(body))["step"] == "of a step"


# --- bytes that are missing -----------------------------------------------------------------------------


def deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def test_what_stands_before_the_fault_of_a_deflated_header_counts():
    letters = random.Random(1)
    body = element(0x00080060, "CS", b"CT") + b"".join(
        element(0x00104000, "LT", bytes(letters.choices(range(32, 120), k=176))) for _ in range(900)
    )
    packed = bytearray(deflated(body))
    whole = read(READERS[0], part10(bytes(packed), DEFLATED))
    assert whole.status[0] == "read"
    packed[len(packed) // 2 :] = b"\xff" * 40
    spoilt = read(READERS[0], part10(bytes(packed), DEFLATED))
    assert (spoilt.status[0], spoilt.table["Modality"].to_pylist()) == ("partial", ["CT"])


def test_a_deflated_file_is_whole_if_its_header_is():
    """However long the pixels are: only the header has to lie in what is inflated."""
    pixels = zlib.decompress(zlib.compress(b"")) + bytes(range(256)) * (3 * LIMIT // 256)
    body = element(0x00080060, "CS", b"CT") + element(0x7FE00010, "OW", pixels)
    packer = zlib.compressobj(0, wbits=-zlib.MAX_WBITS)
    raw = part10(packer.compress(body) + packer.flush(), DEFLATED)
    assert len(raw) > LIMIT
    assert row(READERS[0], raw)["Modality"] == "CT"


@both
def test_of_a_value_that_is_cut_short_nothing_is_given(reader):
    raw = part10(element(0x00080060, "CS", b"CT") + element(0x00180060, "DS", b"120.5 "))
    batch = read(reader, raw[:-3])
    assert (batch.status[0], batch.reason[0]) == ("partial", "the file ends inside the header")
    assert batch.table.select(["Modality", "KVP"]).to_pylist() == [{"Modality": "CT", "KVP": None}]


@both
@pytest.mark.parametrize("syntax", [EXPLICIT, BIG])
@pytest.mark.parametrize(
    ("left", "status"), [(0, "read"), (7, "partial"), (8, "read"), (11, "read"), (12, "read")]
)
def test_a_header_is_whole_if_the_file_ends_where_the_pixels_begin(reader, syntax, left, status):
    pixels = element(0x7FE00010, "OW", bytes(4), syntax)
    raw = part10(element(0x00080060, "CS", b"CT", syntax) + pixels[:left], syntax)
    batch = read(reader, raw)
    assert (batch.status[0], batch.table["Modality"].to_pylist()) == (status, ["CT"])
    assert batch.header_bytes[0] == len(raw) - (left if status == "read" else 0)


@both
def test_of_a_sequence_that_is_cut_short_its_whole_items_count(reader):
    items = b"".join(item(element(0x0020000E, "UI", uid)) for uid in (b"1.1\0", b"1.2\0"))
    for sequence in (
        element(0x00081115, "SQ", items),
        element(0x00081115, "SQ", items + END, length=UNDEFINED),
    ):
        batch = read(reader, part10(sequence)[: -3 if sequence[-4:] != bytes(4) else -11])
        assert batch.status[0] == "partial"
        assert batch.table["series"].to_pylist() == [["1.1"]]


@both
@pytest.mark.parametrize(("value", "rows"), [(2.0**62, 2**62), (2.0**63, None), (-1e300, None)])
def test_a_float_in_a_column_of_whole_numbers_is_whole_or_null(reader, value, rows):
    raw = part10(element(0x00080060, "CS", b"CT") + element(0x00280010, "FD", struct.pack("<d", value)))
    assert row(reader, raw)["Rows"] == rows


@pytest.mark.parametrize("implicit", [False, True])
def test_the_transfer_syntax_is_the_one_by_which_the_file_is_encoded(implicit):
    """Elements of group 0002 again, and once more, at the head of the data set."""
    syntax, other = (b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.1\0")[:: 1 if implicit else -1]
    meta, again = (
        b"\x02\0\x10\0UI" + struct.pack("<H", len(uid)) + uid
        for uid in (syntax + b"\0"[: len(syntax) % 2], other + b"\0"[: len(other) % 2])
    )
    own = b"\x08\0\x60\0" + (b"\2\0\0\0" if implicit else b"CS\2\0") + b"MR"
    own += b"\x18\0\x60\0" + (b"\4\0\0\0" if implicit else b"DS\4\0") + b"120 "
    raw = bytes(128) + b"DICM" + meta + again + again + own
    batch = HeaderReader().parse(pa.array([raw], pa.large_binary()))
    row = batch.table.to_pylist()[0]
    assert row["TransferSyntaxUID"] == syntax.decode().strip("\0")
    assert (row["Modality"], row["KVP"]) == ("MR", 120)
    assert batch.status.tolist() == ["read"]


def test_a_second_file_meta_group_does_not_count_where_both_are_explicit():
    meta, again = (
        element(0x00020003, "UI", uid) + element(0x00020010, "UI", syntax)
        for uid, syntax in ((b"1.2.31", b"1.2.840.10008.1.2.4.50"), (b"1.2.32", b"1.2.840.10008.1.2.4.51"))
    )
    raw = bytes(128) + b"DICM" + meta + again + element(0x00080060, "CS", b"MR")
    columns = Columns.only("TransferSyntaxUID", "MediaStorageSOPInstanceUID", "Modality")
    row = HeaderReader(columns).parse(pa.array([raw], pa.large_binary())).table.to_pylist()[0]
    assert (row["TransferSyntaxUID"], row["MediaStorageSOPInstanceUID"]) == (
        "1.2.840.10008.1.2.4.50",
        "1.2.31",
    )
    assert row["Modality"] == "MR"

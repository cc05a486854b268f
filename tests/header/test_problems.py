"""Whatever bytes stand under whatever VR: the cell has them, or a problem does. Nothing gets lost."""

from __future__ import annotations

import datetime as dt
import math
import re
import struct
import time

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom._dicom_dict import DicomDictionary
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicomlab.header.engine import HeaderReader
from dicomlab.header.values import RAW_LIMIT
from dicomlab.schema.columns import Columns
from tests.build import dataset, write
from tests.header.test_values import element, part10

VRS = "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST SV TM UC UI UL UR US UT UV".split()
STRUCT = {"FD": "d", "FL": "f", "SL": "i", "SS": "h", "SV": "q", "UL": "I", "US": "H", "UV": "Q"}
TEXT_VRS = [vr for vr in VRS if vr not in (*STRUCT, "AT")]


def first_of(vr: str, *, is_list: bool) -> tuple[int, str] | None:
    """Some attribute of the dictionary with a VR, and one value or many."""
    for tag, (found, multiplicity, _, retired, keyword) in sorted(DicomDictionary.items()):
        good = found == vr and (multiplicity != "1") == is_list and not retired and keyword
        if good and 0x0008 <= tag >> 16 <= 0x0074 and tag not in (0x00080001, 0x00080005, 0x00280103):
            return tag, keyword
    return None


PLACES = {
    (vr, is_list): place
    for vr in VRS
    for is_list in (False, True)
    if (place := first_of(vr, is_list=is_list))
}
COLUMNS = Columns.only(*(keyword for _, keyword in PLACES.values()))
READER = HeaderReader(COLUMNS)
KINDS = sorted(PLACES)


def cell(kind: tuple[str, bool], raw: bytes, file_vr: str = ""):
    """What one element becomes: the cell, and its problems as (reason, raw)."""
    tag, keyword = PLACES[kind]
    batch = READER.parse(pa.array([part10(element(tag, file_vr or kind[0], raw))], pa.large_binary()))
    assert batch.status[0] == "read"
    problems = [p for p in batch.problems if p.column.name == keyword]
    assert len(problems) == len(batch.problems) <= 1
    return batch.table[keyword].to_pylist()[0], [(p.reason, p.raw) for p in problems]


def test_every_vr_has_a_column_to_try():
    assert {vr for vr, _ in PLACES} == set(VRS)
    assert len(PLACES) > 40


odd_bytes = st.one_of(
    st.binary(max_size=24),
    st.text("0123456789+-.,eE\\ :/\0", max_size=24).map(str.encode),
    st.text("ABC^=\\ é\x1b\0", max_size=12).map(lambda text: text.encode("latin-1")),
)


@settings(deadline=None, max_examples=400, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(KINDS), odd_bytes, st.sampled_from(["", "", "UN", "LO", "DS", "US", "FD", "OB"]))
def test_no_bytes_are_lost(kind, raw, file_vr):
    value, problems = cell(kind, raw, file_vr)
    assert not problems or problems == [(problems[0][0], raw)]
    assert all(reason for reason, _ in problems)
    if value is None and not problems:
        assert not raw.replace(b"\x1b(B", b"").strip(b" \0")  # back to ASCII, and then nothing
    if isinstance(value, float):
        assert math.isfinite(value)
    if isinstance(value, list) and not problems:
        is_text = not {file_vr, kind[0]} & {*STRUCT, "AT"}
        if is_text:
            assert len(value) == raw.rstrip(b" \0").count(b"\\") + 1
        assert all(v is None or not isinstance(v, float) or math.isfinite(v) for v in value)


@pytest.mark.parametrize("kind", [k for k in KINDS if k[0] in TEXT_VRS], ids=str)
def test_nothing_but_padding_is_null_and_no_problem(kind):
    for raw in (b"", b" ", b"\0\0", b"  \0"):
        assert cell(kind, raw) == (None, [])


@pytest.mark.parametrize("vr", STRUCT)
@settings(deadline=None, max_examples=20, derandomize=True)
@given(data=st.data())
def test_binary_numbers_are_those_that_were_written(vr, data):
    form = STRUCT[vr]
    width = struct.calcsize(form)
    values = data.draw(st.lists(_numbers(vr), min_size=1, max_size=4))
    raw = struct.pack(f"<{len(values)}{form}", *values)
    fits = all(math.isfinite(v) and (vr != "UV" or v < 2**63) for v in values)
    if (vr, True) in PLACES:
        found, problems = cell((vr, True), raw)
        assert (found, problems) == (values, []) if fits else (found is None and problems[0][1] == raw)
    if (vr, False) not in PLACES:
        return
    found, problems = cell((vr, False), raw[:width])
    is_one = math.isfinite(values[0]) and (vr != "UV" or values[0] < 2**63)
    assert (
        (found, problems) == (values[0], []) if is_one else (found is None and problems[0][1] == raw[:width])
    )
    cut = raw + b"\x01" * (width - 1)
    found, problems = cell((vr, False), cut)
    assert found is None
    assert problems == [(f"{len(cut)} bytes are no whole number of {vr} values", cut)]


def _numbers(vr: str):
    if vr in ("FD", "FL"):
        return st.floats(width=64 if vr == "FD" else 32, allow_nan=False)
    bits = struct.calcsize(STRUCT[vr]) * 8
    low, high = (0, 2**bits - 1) if vr[0] == "U" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return st.integers(low, high)


DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.lists(st.text("0123456789+-.,eEnaif_ ", max_size=20), min_size=1, max_size=3))
def test_numbers_in_words_are_read_whole_or_not_at_all(parts):
    raw = "\\".join(parts).encode()
    texts = [part.strip() for part in "\\".join(parts).rstrip().split("\\")]
    good = all(t == "" or (DECIMAL.fullmatch(t) and math.isfinite(float(t))) for t in texts)
    found, problems = cell(("DS", True), raw)
    if not raw.strip():
        assert (found, problems) == (None, [])
    elif good:
        assert (found, problems) == ([float(t) if t else None for t in texts], [])
    else:
        assert found is None
        assert problems[0][1] == raw


@pytest.mark.parametrize(
    ("kind", "raw", "value", "reason"),
    [
        # lists with one bad member are not half a list
        (("DS", True), b"1\\2\\x", None, "not a number"),
        (("DS", True), b"1\\\\3", [1.0, None, 3.0], ""),
        (("DS", True), b"\\", [None, None], ""),
        (("IS", True), b"1\\2.5", None, "not a whole number"),
        (("DA", True), b"20240101\\", [dt.date(2024, 1, 1), None], ""),
        (("FD", True), struct.pack("<3d", 1, math.nan, 3), None, "not a finite number"),
        (("FL", True), struct.pack("<2f", 1, math.inf), None, "not a finite number"),
        (("UV", True), struct.pack("<2Q", 1, 2**63), None, "beyond 64 bits"),
        (("UV", False), struct.pack("<Q", 2**63), None, "beyond 64 bits"),
        # longer than the 16 characters of a DS, the 12 of an IS
        (("DS", False), b"0.123456789012345678901", 0.123456789012345678901, ""),
        (("DS", False), b"1" * 60, float("1" * 60), ""),
        (("DS", False), b"1" * 65, None, "longer than any number"),
        (("DS", False), b"1" * 70 + b"x", None, "longer than any number"),
        (("DS", False), b"9" * 70 + b"_1", None, "longer than any number"),
        (("IS", False), b"0000000000000042", 42, ""),
        (("IS", False), b"1e3 ", 1000, ""),
        (("IS", False), b"5.00", 5, ""),
        (("IS", False), b"5.5 ", None, "not a whole number"),
        (("IS", False), b"9223372036854775808 ", None, "beyond 64 bits"),
        # commas, units, words, digits of other scripts
        (("DS", False), b"1,5 ", None, "not a number"),
        (("DS", False), b"5 mm", None, "not a number"),
        (("DS", False), b"1_0 ", None, "not a number"),
        (("DS", False), b"inf ", None, "not a number"),
        (("DS", False), b"- 5 ", None, "not a number"),
        (("DS", False), b"5\0\0\0", 5.0, ""),
        (("DS", False), b"5\x006 ", None, "not a number"),
        (("DS", False), b"5\n", None, "not a number"),
        # ages and identifiers are texts as they stand
        (("AS", False), b"-01Y", "-01Y", ""),
        (("AS", False), b"45", "45", ""),
        (("UI", False), b"1.2 .3\0", "1.2 .3", ""),
        (("UI", False), b" 1.2.3 ", "1.2.3", ""),
        (("UI", True), b"1.2\\1.3\0", ["1.2", "1.3"], ""),
        (("CS", False), b"ct ", "ct", ""),
        (("LT", False), b"  indented\r\nsecond line  ", "  indented\r\nsecond line", ""),
        (("AT", False), b"\x10\x00\x20\x00", "(0010,0020)", ""),
        (("AT", False), b"\x10\x00\x20", None, "3 bytes are no whole number of AT values"),
        (("US", False), b"\x01\x00\x02\x00", None, "2 values where one is expected"),
    ],
)
def test_odd_values_one_by_one(kind, raw, value, reason):
    assert cell(kind, raw) == (value, [(reason, raw)] if reason else [])


def test_only_so_much_of_a_long_value_is_kept():
    raw = b"x" * (RAW_LIMIT + 100)
    assert cell(("DS", False), raw) == (None, [("longer than any number", raw[:RAW_LIMIT])])


@pytest.mark.parametrize("raw", [b"1" * 60_000 + b"x", b"." * 60_000, b"1-" * 30_000, b"\x1b$B" * 15_000])
@pytest.mark.parametrize("vr", ["DS", "IS", "DA", "TM", "DT", "LO", "PN"])
def test_long_values_take_no_time(vr, raw):
    for charset in (b"ISO_IR 100", b"ISO" + b" " * 60_000 + b"x"):
        tag, _ = PLACES[vr, False]
        parts = element(0x00080005, "CS", charset), element(tag, vr, raw)
        began = time.process_time()
        READER.parse(pa.array([part10(*parts)], pa.large_binary()))
        assert time.process_time() - began < 2


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("use_kernel", [True, False])
def test_signs_follow_pixel_representation(tmp_path, syntax, use_kernel):
    ds = dataset(PixelRepresentation=1)
    ds.add_new("PixelPaddingValue", "SS", -2000)
    columns = Columns().add("PixelPaddingValue")
    reader = HeaderReader(columns, use_kernel=use_kernel)
    batch = next(reader.read([str(write(ds, tmp_path / "f", syntax))]))
    assert batch.table["PixelPaddingValue"].to_pylist() == [-2000]

"""Siemens CSA headers and protocols, as fields, against a parser of its own."""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path

import pyarrow as pa
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

import dicomlab as dl
from dicomlab.errors import NotAColumn, WrongArgument
from dicomlab.header.engine import HeaderReader
from dicomlab.schema.columns import Columns
from tests.build import dataset, write
from tests.conftest import shared_files

# --- a writer and a parser straight from the published description ------------------------------


def csa2(**fields: tuple[str, list[str]]) -> bytes:
    """A header of the second form, each field with one empty item behind its values."""
    out = b"SV10\4\3\2\1" + struct.pack("<II", len(fields), 77)
    for name, (vr, values) in fields.items():
        out += struct.pack("<64si4siii", name.encode(), len(values), vr.encode(), 0, len(values) + 1, 77)
        for value in [*values, ""]:
            raw = value.encode("latin-1") + b"\0" * bool(value)
            out += struct.pack("<4i", len(raw), len(raw), 77, len(raw)) + raw + b"\0" * (-len(raw) % 4)
    return out


def csa1(**fields: tuple[str, list[str]]) -> bytes:
    """A header of the first form, in which a length has the first field's number of items added."""
    n_items = len(next(iter(fields.values()))[1])
    out = struct.pack("<II", len(fields), 77)
    for name, (vr, values) in fields.items():
        out += struct.pack("<64si4siii", name.encode(), len(values), vr.encode(), 0, len(values), 205)
        for value in values:
            raw = value.encode("latin-1") + b"\0"
            length = len(raw) + n_items
            out += struct.pack("<4i", length, len(raw), 77, length) + raw + b"\0" * (-len(raw) % 4)
    return out


def parsed(raw: bytes) -> dict[str, list[str]]:
    """Every field with its values; empty ones at the end left out."""
    is_second = raw[:4] == b"SV10"
    at = 8 if is_second else 0
    (count,) = struct.unpack_from("<I", raw, at)
    at += 8
    out: dict[str, list[str]] = {}
    extra = None
    for _ in range(count):
        name, vm, _, _, items, _ = struct.unpack_from("<64si4siii", raw, at)
        at += 84
        extra = items if extra is None else extra
        values = []
        for _ in range(items):
            length = struct.unpack_from("<4i", raw, at)
            at += 16
            size = length[1] if is_second else length[0] - extra
            if not 0 <= size <= len(raw) - at:
                break
            values.append(raw[at : at + size].split(b"\0")[0].decode("latin-1").strip())
            at += (size + 3) // 4 * 4
        values = values[:vm] if vm > 0 else values
        while values and not values[-1]:
            values.pop()
        out[name.split(b"\0")[0].decode()] = values
    return out


def protocol_of(text: str) -> dict[str, str]:
    """The lines of a protocol."""
    body = re.search(r"### ASCCONV BEGIN[^\n]*\n(.*?)### ASCCONV END", text, re.S)
    lines = (re.fullmatch(r"\s*(\S+)\s*=\s*(.*?)\s*", line) for line in body[1].splitlines())
    return {m[1]: m[2].strip('"') if m[2][:1] == '"' else m[2].split("#")[0].strip() for m in lines if m}


def with_csa(ds: Dataset, *, image: bytes = b"", series: bytes = b"", block: int = 0x10) -> Dataset:
    ds.add_new(0x00290000 | block, "LO", "SIEMENS CSA HEADER")
    if image:
        ds.add_new(0x00290010 | block << 8, "OB", image + b"\0" * (len(image) % 2))
    if series:
        ds.add_new(0x00290020 | block << 8, "OB", series + b"\0" * (len(series) % 2))
    return ds


PROTOCOL = """<XProtocol> { <Name> "PhoenixMetaProtocol" }
### ASCCONV BEGIN object=MrProtDataImpl ###
tSequenceFileName\t = \t""%SiemensSeq%\\tfl""
alTE[0]\t = \t2980
alTE[1]\t = \t4000
sTXSPEC.asNucleusInfo[0].flReferenceAmplitude\t = \t245.022277832
sPat.lAccelFactPE = 2 # two
ucFlag = 0x1F
### ASCCONV END ###"
alTE[2] = 9
"""
FIELDS = {
    "EchoLinePosition": ("IS", ["45"]),
    "SliceNormalVector": ("FD", ["0.0", "0.6", "0.8"]),
    "ImaCoilString": ("LO", ["HEA;HEP"]),
    "MosaicRefAcqTimes": ("FD", ["0.0", "1250.5", "bad"]),
}
COLUMNS = (
    Columns()
    .add_csa("image", "EchoLinePosition", "line", vr="IS")
    .add_csa("image", "SliceNormalVector", "normal", vr="FD", is_list=True)
    .add_csa("image", "ImaCoilString", "coil")
    .add_csa("series", "GradientMode", "mode")
    .add_csa("protocol", "alTE[*]", "echo_times")
    .add_csa("protocol", "alTE[1]", "second_echo")
    .add_csa("protocol", "sTXSPEC.asNucleusInfo[0].flReferenceAmplitude", "volts")
    .add_csa("protocol", "sPat.lAccelFactPE", "acceleration")
    .add_csa("protocol", "ucFlag", "flag")
    .add_csa("protocol", "tSequenceFileName", "sequence")
)
EXPECTED = {
    "line": 45,
    "normal": [0.0, 0.6, 0.8],
    "coil": "HEA;HEP",
    "mode": "Fast",
    "echo_times": [2980, 4000],
    "second_echo": 4000,
    "volts": 245.022277832,
    "acceleration": 2,
    "flag": 31,
    "sequence": "%SiemensSeq%\\tfl",
}
READER, TWIN = HeaderReader(COLUMNS), HeaderReader(COLUMNS, use_kernel=False)


def made(form=csa2, **place) -> Dataset:
    series = form(GradientMode=("SH", ["Fast"]), MrPhoenixProtocol=("UN", [PROTOCOL]))
    return with_csa(dataset(), image=form(**FIELDS), series=series, **place)


def read(ds: Dataset, to: Path, columns: Columns = COLUMNS, syntax: str = ExplicitVRLittleEndian):
    path = str(write(ds, to / "f", syntax))
    batches = [next(HeaderReader(columns, use_kernel=k).read([path])) for k in (True, False)]
    rows = [batch.table.to_pylist()[0] for batch in batches]
    assert repr(rows[0]) == repr(rows[1])
    problems = [[(p.column.name, p.reason, p.raw) for p in batch.problems] for batch in batches]
    assert problems[0] == problems[1]
    return rows[0], problems[0]


@pytest.mark.slow
@pytest.mark.parametrize("form", [csa1, csa2])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_fields_come_out_of_either_form_in_every_transfer_syntax(tmp_path, form, syntax):
    row, problems = read(made(form), tmp_path, syntax=syntax)
    assert {name: row[name] for name in EXPECTED} == EXPECTED
    assert not problems


def test_a_header_in_a_block_that_was_moved_is_found_by_its_creator(tmp_path):
    row, _ = read(made(block=0x11), tmp_path)
    assert row["line"] == 45
    assert row["volts"] == 245.022277832


def test_a_value_that_does_not_parse_is_a_problem_and_the_others_count(tmp_path):
    columns = Columns().add_csa("image", "MosaicRefAcqTimes", "times", vr="FD", is_list=True)
    row, problems = read(made(), tmp_path, columns)
    assert row["times"] == [0.0, 1250.5, None]
    assert problems == [("times", "not a number", b"bad")]


def test_several_values_where_one_is_expected_are_a_problem(tmp_path):
    row, problems = read(made(), tmp_path, Columns().add_csa("image", "SliceNormalVector", "n", vr="FD"))
    assert row["n"] is None
    assert [(name, reason) for name, reason, _ in problems] == [("n", "3 values where one is expected")]


def test_the_older_name_of_the_protocol_counts_where_the_newer_is_missing(tmp_path):
    both = csa2(MrProtocol=("UN", [PROTOCOL.replace("2980", "1")]), MrPhoenixProtocol=("UN", [PROTOCOL]))
    older = csa2(MrProtocol=("UN", [PROTOCOL.replace("2980", "1")]))
    assert read(with_csa(dataset(), series=both), tmp_path)[0]["echo_times"] == [2980, 4000]
    assert read(with_csa(dataset(), series=older), tmp_path)[0]["echo_times"] == [1, 4000]


def test_the_protocol_of_xa_software_is_an_element_of_its_own(tmp_path):
    inner = Dataset()
    inner.add_new(0x00210010, "LO", "SIEMENS MR SDS 01")
    inner.add_new(0x00211019, "OB", PROTOCOL.encode() + b"\0" * (len(PROTOCOL) % 2))
    group = Dataset()
    group.add_new(0x00210010, "LO", "SIEMENS MR SDS 01")
    group.add_new(0x002110FE, "SQ", [inner])
    ds = dataset(NumberOfFrames=2)
    ds.SharedFunctionalGroupsSequence = [group]
    ds.PerFrameFunctionalGroupsSequence = [Dataset(), Dataset()]
    row, problems = read(ds, tmp_path)
    assert row["volts"] == 245.022277832
    assert row["echo_times"] == [2980, 4000]
    assert not problems


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"not a header at all, but some bytes", "the CSA header is none that is known"),
        (csa2(**FIELDS)[:300], "the CSA header is broken or cut short"),
        (b"SV10\4\3\2\1" + struct.pack("<II", 1 << 30, 77), "the CSA header is none that is known"),
    ],
)
def test_a_broken_header_is_one_problem_and_no_more(tmp_path, raw, reason):
    _, problems = read(with_csa(dataset(), image=raw), tmp_path)
    assert problems == [("line", reason, b"")]


def test_what_stands_before_the_break_counts(tmp_path):
    raw = csa2(**FIELDS)
    row, _ = read(with_csa(dataset(), image=raw[: raw.index(b"ImaCoilString") + 90]), tmp_path)
    assert row["normal"] == [0.0, 0.6, 0.8]
    assert row["coil"] is None


def test_a_protocol_without_an_end_is_a_problem(tmp_path):
    text = PROTOCOL[: PROTOCOL.index("### ASCCONV END")]
    row, problems = read(with_csa(dataset(), series=csa2(MrPhoenixProtocol=("UN", [text]))), tmp_path)
    assert row["acceleration"] == 2
    assert [reason for _, reason, _ in problems] == ["the protocol has no beginning or no end"]


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_broken_bytes_never_do_harm(data):
    raw = bytearray(data.draw(st.sampled_from(HOSTILE)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw) - 5))
        raw[at : at + 4] = data.draw(st.sampled_from(WORDS))
    raw = raw[: data.draw(st.integers(1, len(raw)))]
    headers = pa.array([head_with(bytes(raw))], pa.large_binary())
    ours, theirs = READER.parse(headers), TWIN.parse(headers)
    assert repr(ours.table.to_pylist()) == repr(theirs.table.to_pylist())
    assert len(ours.problems) <= 2 * len(EXPECTED)


WORDS = [struct.pack("<i", n) for n in (-1, 0, 1, 77, 205, 1 << 30, -(1 << 31), 300)]
HOSTILE = [csa2(**FIELDS), csa1(**FIELDS), csa2(MrPhoenixProtocol=("UN", [PROTOCOL]))]


def head_with(raw: bytes) -> bytes:
    """A file's header with the bytes as both CSA headers, put together by hand."""
    raw += b"\0" * (len(raw) % 2)
    meta = b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\0"
    creator = b"\x29\x00\x10\x00LO\x12\x00SIEMENS CSA HEADER"
    both = b"".join(
        b"\x29\x00" + e + b"\x10OB\0\0" + struct.pack("<I", len(raw)) + raw for e in (b"\x10", b"\x20")
    )
    return bytes(128) + b"DICM" + meta + creator + both


def test_columns_are_added_from_kept_headers(tmp_path):
    ds = made()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2", "1.2.3"
    write(ds, tmp_path / "in" / "f")
    catalog = dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False)
    wider = catalog.add_columns(catalog.columns.add_csa("protocol", "alTE[*]", "times"), progress=False)
    assert list(wider.instances["times"].iloc[0]) == [2980, 4000]
    again = dl.open_catalog(tmp_path / "catalog")
    assert again.columns["times"] == wider.columns["times"]


def test_a_wrong_header_or_field_is_an_error_that_says_what_to_do():
    with pytest.raises(WrongArgument, match="'image', 'series', 'protocol'"):
        Columns().add_csa("picture", "B_value")
    with pytest.raises(NotAColumn, match="Give its name"):
        Columns().add_csa("image", "x" * 65)
    with pytest.raises(WrongArgument, match="'DS'"):
        Columns().add_csa("image", "B_value", vr="OB")


# --- real files ----------------------------------------------------------------------------------


def real_headers() -> list[tuple[Path, bytes, bytes]]:
    found = []
    for path in shared_files():
        try:
            ds = pydicom.dcmread(path, stop_before_pixels=True, force=True)
        except Exception:
            continue
        for block in range(0x10, 0x18):
            if ds.get((0x0029, block)) is not None and ds[0x0029, block].value == "SIEMENS CSA HEADER":
                raw = [ds.get((0x0029, block << 8 | e)) for e in (0x10, 0x20)]
                raw = [r.value if r is not None and isinstance(r.value, bytes) else b"" for r in raw]
                found.append((path, *raw))
    return found


@pytest.mark.real_files
def test_every_field_of_real_headers_is_what_the_description_says(quiet):
    found = real_headers()
    assert len(found) > 30
    fields: dict[str, set[str]] = {"image": set(), "series": set()}
    paths: set[str] = set()
    for _, *raws in found:
        for kind, raw in zip(fields, raws, strict=True):
            fields[kind] |= {name for name, values in (parsed(raw) if raw else {}).items() if values}
    wanted = [
        ("series", name)
        for name in sorted(fields["series"] - {"MrPhoenixProtocol", "MrProtocol", "MrEvaProtocol"})
    ]
    wanted += [("image", name) for name in sorted(fields["image"])]
    paths = [
        "alTE[0]",
        "alTR[0]",
        "sTXSPEC.asNucleusInfo[0].lFrequency",
        "tSequenceFileName",
        "tProtocolName",
    ]
    paths += ["sSliceArray.asSlice[0].sPosition.dTra", "sPat.lAccelFactPE", "sKSpace.lBaseResolution"]
    columns = Columns()
    for kind, name in wanted:
        columns = columns.add_csa(kind, name, f"{kind} {name}", vr="UT", is_list=True)
    for path in paths:
        columns = columns.add_csa("protocol", path, f"protocol {path}")
    checked, at = 0, 0
    for batch in HeaderReader(columns).read([str(p) for p, *_ in found]):
        for row in batch.table.to_pylist():
            _, image, series = found[at]
            at += 1
            for kind, raw in (("image", image), ("series", series)):
                theirs = parsed(raw) if raw else {}
                for name in fields[kind] & set(theirs):
                    if (kind, name) in wanted:
                        ours = [v or "" for v in row[f"{kind} {name}"] or []]
                        assert ours == theirs[name], (kind, name)
                        checked += 1
            text = parsed(series) if series else {}
            lines = protocol_of((text.get("MrPhoenixProtocol") or text.get("MrProtocol") or [""])[0] or EMPTY)
            for path in paths:
                ours, theirs = row[f"protocol {path}"], lines.get(path)
                assert ours is None if theirs is None else is_like(ours, theirs), path
                checked += theirs is not None
    assert checked > 3000


EMPTY = "### ASCCONV BEGIN ###\n### ASCCONV END ###"


def is_like(ours, theirs: str) -> bool:
    if isinstance(ours, str):
        return ours == theirs
    number = float(int(theirs, 16)) if theirs.startswith("0x") else float(theirs)
    return math.isclose(ours, number, rel_tol=1e-15)

"""Headers that would fill the memory or hold the machine up: little in the file, much in the table."""

from __future__ import annotations

import io
import time
import tracemalloc
import zlib

import pyarrow as pa
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from dicomlab.header import frames
from dicomlab.header.charsets import _sets
from dicomlab.header.engine import HeaderReader
from tests.build import dataset
from tests.fuzz.make_corpus import EXPLICIT, IMPLICIT, element, item, nested, part10, plain

UNDEFINED = 0xFFFFFFFF


@pytest.fixture(scope="module")
def reader():
    return HeaderReader()


def as_bytes(ds: Dataset) -> bytes:
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = "1.2", "1.2.3"
    held = io.BytesIO()
    ds.save_as(held, enforce_file_format=True)
    return held.getvalue()


def headers(*files: bytes) -> pa.Array:
    return pa.array(files, pa.large_binary())


def items(*values: Dataset) -> Sequence:
    return Sequence(values)


def one(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def test_many_claimed_frames_are_laid_out_a_few_files_at_a_time(reader, monkeypatch, tmp_path):
    monkeypatch.setattr(frames, "MAX_FRAMES", 600)
    monkeypatch.setattr(frames, "MOST_AT_ONCE", 1000)
    data = [
        as_bytes(dataset(NumberOfFrames=n, SOPInstanceUID=f"1.{k}"))
        for k, n in enumerate([2**31 - 1] * 5 + [1, 0, 300, 1])
    ]
    batches = list(reader.parse_in_batches(headers(*data)))
    assert [b.frames[1].num_rows for b in batches] == [600] * 4 + [900]
    assert [len(b.status) for b in batches] == [1, 1, 1, 1, 5]
    assert [uid for b in batches for uid in b.table["SOPInstanceUID"].to_pylist()] == [
        f"1.{k}" for k in range(9)
    ]
    for k, content in enumerate(data):
        (tmp_path / f"{k}").write_bytes(content)
    by_path = list(reader.read([str(tmp_path / f"{k}") for k in range(9)]))
    assert [len(b.status) for b in by_path] == [2, 2, 5]  # the files hold fewer frames than 600
    laid_out = [row for b in by_path for row in b.table.to_pylist()]
    assert laid_out == [row for b in batches for row in b.table.to_pylist()]
    kept = [b.take_headers(range(len(b.status))).to_pylist() for b in by_path]
    assert [len(one) for some in kept for one in some] == [len(content) for content in data]
    reasons = [(p.row, p.reason) for b in batches for p in b.problems if p.column.name == "NumberOfFrames"]
    assert reasons == [(0, "more frames than the 600 that get rows of their own")] * 5


def test_items_of_functional_groups_beyond_the_limit_are_a_problem(reader, monkeypatch):
    monkeypatch.setattr(frames, "MAX_ITEMS", 50)
    body = plain() + element(0x52009230, "SQ", item(b"") * 200)
    batch = reader.parse(headers(part10(body)))
    assert batch.frames[1].num_rows == 50
    assert [p.reason for p in batch.problems if "more items" in p.reason] == [
        "more items of functional groups than the 50 frames that get rows of their own"
    ]


def test_a_long_value_that_frames_share_is_not_repeated_in_each(reader, monkeypatch):
    monkeypatch.setattr(frames, "MOST_REPEATED", 20_000)
    shared = one(PixelMeasuresSequence=items(one(PixelSpacing=["0.5", "0.5"], SliceThickness="2")))
    shared.FrameContentSequence = items(one(FrameComments="long " * 100))
    shared.FrameAnatomySequence = items(one(BodyPartExamined="HEAD"))
    ds = dataset(SharedFunctionalGroupsSequence=items(shared), NumberOfFrames=64, ImageComments="x" * 1000)
    ds.PerFrameFunctionalGroupsSequence = items(*(one() for _ in range(64)))
    batch = HeaderReader(reader.columns.add("FrameComments")).parse(headers(as_bytes(ds)))
    table = batch.frames[1]
    assert table["FrameComments"].null_count == 64
    assert table["SliceThickness"].to_pylist() == [2.0] * 64
    assert [(p.column.name, p.reason) for p in batch.problems] == [
        ("FrameComments", "too long to be repeated in each of 64 frames")
    ]


def test_a_long_value_of_frames_that_are_all_alike_is_not_repeated_in_each(reader, monkeypatch):
    monkeypatch.setattr(frames, "MOST_REPEATED", 20_000)
    whole = HeaderReader(reader.columns.add("FrameComments"))
    ds = dataset(NumberOfFrames=64, FrameComments="long " * 100, SliceThickness="2")
    batch = whole.parse(headers(as_bytes(ds)))
    assert batch.frames[1]["FrameComments"].null_count == 64
    assert batch.frames[1]["SliceThickness"].to_pylist() == [2.0] * 64
    assert [(p.column.name, p.reason) for p in batch.problems] == [
        ("FrameComments", "too long to be repeated in each of 64 frames")
    ]


def test_files_whose_frames_share_much_are_laid_out_apart(reader, monkeypatch):
    monkeypatch.setattr(frames, "MOST_REPEATED", 300_000)
    shared = one(FrameContentSequence=items(one(FrameComments="long " * 100)))
    ds = dataset(SharedFunctionalGroupsSequence=items(shared), NumberOfFrames=200)
    ds.PerFrameFunctionalGroupsSequence = items(*(one() for _ in range(200)))
    whole = HeaderReader(reader.columns.add("FrameComments"))
    batches = list(whole.parse_in_batches(headers(*[as_bytes(ds)] * 5, part10(plain()))))
    assert [len(batch.status) for batch in batches] == [2, 2, 2]
    assert [batch.frames[1]["FrameComments"].null_count for batch in batches] == [0, 0, 0]


@pytest.mark.slow
def test_a_long_character_set_is_looked_at_once(reader):
    charset = b"ISO_IR 100\\" + b"ISO 2022 IR 87\\" * 4000 + b"ISO 2022 IR 149 "
    names = b"\\".join([b"\xe9"] * 20_000)
    group = item(element(0x00209111, "SQ", item(element(0x00204000, "LT", b"\xe9t\xe9 "))))
    body = element(0x00080005, "CS", charset) + element(0x00080008, "CS", names[:65_000])
    began = time.process_time()
    batch = reader.parse(headers(part10(body + element(0x52009230, "SQ", group * 3000))))
    assert batch.frames[1].num_rows == 3000
    assert batch.table["ImageType"].to_pylist()[0][:2] == ["é", "é"]
    assert time.process_time() - began < 20
    assert len(_sets(charset.decode()).others) <= 3


@pytest.mark.parametrize("length", [0xFFFFFFFE, UNDEFINED, 0x80000000, 0x7FFFFFFF, 0x10000])
@pytest.mark.parametrize("vr", ["OB", "OW", "SQ", "UN", "UT"])
def test_a_length_beyond_the_end_of_the_file_is_a_reason(reader, vr, length):
    batch = reader.parse(headers(part10(plain() + element(0x00204000, vr, b"ab", length=length))))
    assert batch.status[0] == "partial"
    assert batch.reason[0]
    assert batch.table["Modality"].to_pylist() == ["CT"]


@pytest.mark.parametrize(
    ("depth", "length"),
    [*((n, UNDEFINED) for n in (20, 30, 2_000, 10_000)), *((n, None) for n in (20, 2_000))],
)
def test_sequences_may_be_nested_as_deep_as_they_like(reader, depth, length):
    body = plain() + nested(depth, length=length) + element(0x00181030, "LO", b"after ")
    batch = reader.parse(headers(part10(body)))
    assert batch.table["Modality"].to_pylist() == ["CT"] or batch.status[0] == "partial"
    if depth < 30 or length is None:
        assert batch.status[0] == "read"
        assert batch.table["ProtocolName"].to_pylist() == ["after"]
    else:
        assert batch.status[0] in ("read", "partial")
    assert (batch.status[0] == "read") == (batch.reason[0] == "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(element(0x00081140, "SQ", item(b"") * 200_000), id="items"),
        pytest.param(element(0x52009230, "SQ", item(b"") * 200_000), id="frames"),
        pytest.param(
            element(0x00204000, "ZZ", b"") + element(0x52009230, "SQ", item(b"") * 200_000), id="odd frames"
        ),
        pytest.param(
            element(0x00204000, "ZZ", b"") + element(0x00204000, "LT", b"") * 200_000, id="odd elements"
        ),
        pytest.param(
            element(0x00204000, "ZZ", b"")
            + element(0x52009230, "SQ", item(element(0x00190010, "LO", b"GEMS_ACQU_01")) * 50_000),
            id="odd private",
        ),
        pytest.param(
            element(0x00080005, "CS", b"\\ISO 2022 IR 87")
            + element(0x00100010, "PN", b"\x1b$B\x1b(B" * 8000),
            id="escapes",
        ),
    ],
)
def test_no_header_of_two_megabytes_takes_minutes(reader, body):
    began = time.process_time()
    batch = next(reader.parse_in_batches(headers(part10(plain() + body))))
    assert batch.table.num_rows == 1
    assert time.process_time() - began < 60


@pytest.mark.parametrize("is_implicit", [False, True])
def test_a_deflated_bomb_is_inflated_no_further_than_a_little(reader, is_implicit):
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    body = plain() + element(0x00204000, "LT", b"") + element(0x00420011, "OB", b"", length=1 << 30)
    packed = (
        packer.compress(body) + b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    )
    uid = b"1.2.840.10008.1.2.1.99"
    meta = element(0x00020010, "UI", uid, IMPLICIT if is_implicit else EXPLICIT)
    tracemalloc.start()
    batch = reader.parse(headers(bytes(128) + b"DICM" + meta + packed))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert batch.status[0] == "partial"
    assert batch.table["Modality"].to_pylist() == ["CT"]
    assert peak < 40 << 20

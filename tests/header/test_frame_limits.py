"""A small file makes a small table: frames get rows as far as the file can hold them."""

from __future__ import annotations

import pandas as pd
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless

import dicomlab as dl
from dicomlab.header.engine import HeaderReader
from dicomlab.header.frame_limits import MOST_PER_BYTE, MOST_WITHOUT_PIXELS
from tests.build import dataset, write

GREY = {"Rows": 4, "Columns": 4, "SamplesPerPixel": 1, "BitsAllocated": 16}


def laid_out(ds, folder, syntax=ExplicitVRLittleEndian):
    """How many frames a file gets rows for, and what is wrong with it."""
    (batch,) = HeaderReader().read([str(write(ds, folder / "file.dcm", syntax))])
    return 0 if batch.frames is None else batch.frames[1].num_rows, [p.reason for p in batch.problems]


def native(frames, claimed, frame_bytes=32, **more):
    ds = dataset(NumberOfFrames=claimed, **{**GREY, **more})
    ds.add_new(0x7FE00010, "OW", bytes(frames * frame_bytes))
    return ds


def test_a_cine_of_thousands_of_frames_keeps_them_all(tmp_path):
    assert laid_out(native(5_000, 5_000), tmp_path) == (5_000, [])


def test_frames_that_the_pixel_data_do_not_hold_are_one_problem(tmp_path):
    count, reasons = laid_out(native(10, 999_999_999), tmp_path)
    assert count == 10
    assert laid_out(native(10, 11), tmp_path, ImplicitVRLittleEndian)[0] == 10
    assert reasons == ["999,999,999 frames claimed, 10 laid out: the file holds no more pixel data"]


@pytest.mark.parametrize(
    ("frame_bytes", "more"),
    [
        (2, {"BitsAllocated": 1}),
        (48, {"BitsAllocated": 8, "SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}),
        (32, {"BitsAllocated": 8, "SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422"}),
    ],
)
def test_a_frame_is_as_long_as_its_pixels(frame_bytes, more, tmp_path):
    assert laid_out(native(7, 7, frame_bytes, **more), tmp_path) == (7, [])
    assert laid_out(native(7, 8, frame_bytes, **more), tmp_path)[0] == 7


def test_encapsulated_frames_need_an_item_each(tmp_path):
    ds = dataset(NumberOfFrames=20, **GREY)
    ds.PixelData = encapsulate([b"\xff\x4f"] * 20)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    assert laid_out(ds, tmp_path, JPEG2000Lossless) == (20, [])
    ds.NumberOfFrames = 65_000
    assert laid_out(ds, tmp_path, JPEG2000Lossless)[0] < 60


def test_a_header_alone_is_believed_a_moderate_number_of_frames(tmp_path):
    assert laid_out(dataset(NumberOfFrames=120), tmp_path) == (120, [])
    count, reasons = laid_out(dataset(NumberOfFrames=999_999_999), tmp_path)
    assert 120 < count <= MOST_WITHOUT_PIXELS
    assert len(reasons) == 1


def test_a_vector_with_a_value_per_frame_speaks_for_its_frames(tmp_path):
    ds = dataset(NumberOfFrames=3_000, FrameTimeVector=["0", *["33"] * 2_999])
    assert laid_out(ds, tmp_path) == (3_000, [])


@pytest.mark.slow
def test_columns_added_later_leave_the_frames_as_they_were(tmp_path):
    for name, ds in {"cine": native(2_000, 2_000), "false": native(3, 60_000)}.items():
        ds.SOPInstanceUID = f"1.2.{len(name)}"
        write(ds, tmp_path / "in" / f"{name}.dcm")
    cat = dl.scan(tmp_path / "in", into=tmp_path / "cat", progress=False)
    before = _frames(cat)
    cat.add_columns(["PatientComments"])
    assert sorted(before) == [3, 2_000]
    assert _frames(dl.open_catalog(tmp_path / "cat")) == before


def _frames(cat) -> list[int]:
    frames: pd.DataFrame = cat.read("frames")
    return frames.groupby("file_key").size().tolist()


def test_cine_that_a_server_describes_keeps_some_frames_per_byte(tmp_path):
    """Metadata hold no pixel data: what they say of cine is believed, four frames per byte."""
    header = len(write(dataset(NumberOfFrames="00000", FrameTime="33"), tmp_path / "one").read_bytes())
    most = MOST_PER_BYTE * header
    assert most > MOST_WITHOUT_PIXELS
    for claimed, count in ((most - 1, most - 1), (most, most), (most + 1, most)):
        ds = dataset(NumberOfFrames=f"{claimed:05}", FrameTime="33")
        found, reasons = laid_out(ds, tmp_path)
        assert found == count
        assert reasons == [
            f"{claimed:,} frames claimed, {most:,} laid out: the file holds no more pixel data"
        ] * (claimed > most)
    assert laid_out(dataset(NumberOfFrames=f"{most:05}"), tmp_path)[0] < MOST_WITHOUT_PIXELS + 1

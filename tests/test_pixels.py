"""Frames come out one at a time, as the standard means them, and what has none says why."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import JPEGLSLossless

import dicomlab as dl
from dicomlab.errors import WrongArgument
from dicomlab.pixels import NoPicture, Pixels, Preset, thumbnail, windowed
from tests.build import dataset, write
from tests.conftest import pydicom_files


def image(values, **more):
    values = np.asarray(values, more.pop("dtype", np.int16))
    frames = values.shape[0] if values.ndim == 3 else 1
    return dataset(
        **{
            "Rows": values.shape[-2],
            "Columns": values.shape[-1],
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": values.dtype.itemsize * 8,
            "BitsStored": values.dtype.itemsize * 8,
            "HighBit": values.dtype.itemsize * 8 - 1,
            "PixelRepresentation": int(values.dtype.kind == "i"),
            "NumberOfFrames": frames,
            "PixelData": values.tobytes(),
            **more,
        }
    )


def _words(values):
    return np.array(values, "<u2").tobytes()


def picture(data):
    return np.asarray(Image.open(io.BytesIO(data)))


RAMP = np.arange(100, dtype=np.int16).reshape(10, 10)


@pytest.fixture
def pixels_of(tmp_path):
    return lambda values, **more: Pixels(write(image(values, **more), tmp_path / "image.dcm"))


# --- values ---


def test_values_are_those_of_the_modality(pixels_of):
    pixels = pixels_of(RAMP, RescaleSlope="2", RescaleIntercept="-1000")
    assert pixels.values(0)[0, :3].tolist() == [-1000, -998, -996]


def test_a_table_of_the_modality_counts_before_slopes(pixels_of):
    item = Dataset()
    item.LUTDescriptor, item.ModalityLUTType, item.LUTData = [100, 0, 16], "US", _words(range(1000, 1100))
    pixels = pixels_of(RAMP.astype(np.uint16), dtype=np.uint16, ModalityLUTSequence=Sequence([item]))
    assert pixels.values(0)[0, :2].tolist() == [1000, 1001]


def test_the_slope_of_a_frame_counts_for_that_frame(pixels_of):
    def group(slope):
        item, value = Dataset(), Dataset()
        value.RescaleSlope, value.RescaleIntercept = slope, "0"
        item.PixelValueTransformationSequence = Sequence([value])
        return item

    frames = Sequence([group("1"), group("10")])
    pixels = pixels_of(np.stack([RAMP, RAMP]), PerFrameFunctionalGroupsSequence=frames)
    assert [float(pixels.values(n)[0, 1]) for n in range(2)] == [1, 10]


def test_a_frame_that_is_not_there_is_refused(pixels_of):
    with pytest.raises(WrongArgument, match="frame=3"):
        pixels_of(RAMP).values(3)


# --- brightness ---


def test_a_window_is_that_of_the_standard():
    """PS3.3 C.11.2.1.2.1: y = ((x - (c - 0.5)) / (w - 1) + 0.5), and its note for c 2048, w 4096."""
    x = np.array([0, 2047, 4095])
    assert windowed(x, Preset("", 2048, 4096)).tolist() == pytest.approx([0, 2047 / 4095, 1])
    assert windowed(x, Preset("", 2048, 4096, "LINEAR_EXACT")).tolist() == pytest.approx(
        [0, 0.49976, 0.99976], 1e-4
    )
    assert windowed(np.array([50]), Preset("", 50, 9, "SIGMOID")).tolist() == [0.5]
    assert windowed(np.array([49, 51]), Preset("", 50, 1)).tolist() == [0, 1]


def test_presets_are_those_of_the_file_first(pixels_of):
    pixels = pixels_of(
        RAMP,
        Modality="CT",
        WindowCenter=["50", "20"],
        WindowWidth=["100", "0"],
        WindowCenterWidthExplanation=["SOFT", "NONSENSE"],
    )
    presets = pixels.presets()
    assert presets[0] == Preset("SOFT", 50, 100)
    assert [p.name for p in presets] == ["SOFT", "Range of values", "Brain", "Abdomen", "Lung", "Bone"]
    assert pixels.shown(0, presets[0])[0, 0] < 5


def test_a_table_of_the_file_is_a_preset(pixels_of):
    item = Dataset()
    item.LUTDescriptor, item.LUTExplanation, item.LUTData = (
        [100, 0, 8],
        "INVERTED",
        _words(range(255, 155, -1)),
    )
    pixels = pixels_of(RAMP.astype(np.uint16), dtype=np.uint16, VOILUTSequence=Sequence([item]))
    preset = pixels.presets()[0]
    assert preset.name == "INVERTED"
    assert pixels.shown(0, preset)[0, :3].tolist() == [255, 254, 253]


def test_what_is_white_where_values_are_low_is_turned(pixels_of):
    pixels = pixels_of(RAMP, PhotometricInterpretation="MONOCHROME1", WindowCenter="50", WindowWidth="100")
    shown = pixels.shown(0)
    assert shown[0, 0] > 250
    assert shown[-1, -1] < 5


def test_padding_does_not_take_the_window(pixels_of):
    values = RAMP.copy()
    values[:5] = -2000
    pixels = pixels_of(values, PixelPaddingValue=-2000)
    assert pixels.shown(0)[5:].std() > 60


def test_an_image_of_one_value_is_shown(pixels_of):
    assert pixels_of(np.zeros((4, 4), np.int16)).shown(0).shape == (4, 4)


# --- proportions and size ---


@pytest.mark.parametrize(
    ("keyword", "value", "aspect"),
    [
        ("PixelSpacing", ["2", "1"], 2.0),
        ("ImagerPixelSpacing", ["0.1", "0.2"], 0.5),
        ("PixelAspectRatio", ["3", "2"], 1.5),
        ("PixelSpacing", ["0", "1"], 1.0),
        ("PixelSpacing", ["1", "1000000"], 1.0),
    ],
)
def test_pictures_have_the_proportions_of_the_body(pixels_of, keyword, value, aspect):
    pixels = pixels_of(RAMP, **{keyword: value})
    assert pixels.aspect() == aspect
    shown = picture(pixels.png(0, size=60))
    assert shown.shape[0] / shown.shape[1] == pytest.approx(aspect, 0.1)
    assert max(shown.shape) <= 60


def test_a_large_image_is_made_small(pixels_of):
    pixels = pixels_of(np.zeros((600, 300), np.int16))
    assert picture(pixels.png(0, size=100)).shape == (100, 50)


def test_of_many_frames_one_is_held_at_a_time(tmp_path):
    values = np.zeros((200, 256, 256), np.uint16)
    values[:] = np.arange(200, dtype=np.uint16)[:, None, None]
    pixels = Pixels(write(image(values, dtype=np.uint16), tmp_path / "long.dcm"))
    tracemalloc.start()
    assert [int(pixels.values(n)[0, 0]) for n in (0, 199, 100)] == [0, 199, 100]
    assert tracemalloc.get_traced_memory()[1] < values.nbytes / 10
    tracemalloc.stop()


# --- kinds of files ---


@pytest.mark.usefixtures("quiet")
def test_every_file_that_pydicom_ships_is_a_picture_or_a_reason():
    shown, reasons = 0, set()
    for path in pydicom_files():
        try:
            data = thumbnail(path, size=32)
        except NoPicture as error:
            reasons.add(str(error))
            continue
        assert max(Image.open(io.BytesIO(data)).size) <= 32
        shown += 1
    assert shown > 55
    assert all(str(reason).endswith(".") or '[pixels]"' in reason for reason in reasons)


@pytest.mark.parametrize("name", ["examples_palette.dcm", "examples_rgb_color.dcm", "SC_rgb_rle_16bit.dcm"])
def test_colours_are_colours(name):
    path = get_testdata_file(name, download=False)
    if path is None:
        from pathlib import Path

        path = next(p for p in pydicom_files() if Path(p).name == name)
    pixels = Pixels(path)
    assert pixels.is_colour
    assert [p.name for p in pixels.presets()] == ["Colours"]
    assert picture(pixels.png()).shape[2] == 3


def test_what_no_decoder_is_installed_for_says_what_to_install(tmp_path, monkeypatch):
    from pydicom.pixels.decoders.base import Decoder

    ds = image(RAMP)
    path = write(ds, tmp_path / "plain.dcm")
    pixels = Pixels(path)
    monkeypatch.setattr(Decoder, "is_available", False)
    pixels.header.file_meta.TransferSyntaxUID = JPEGLSLossless
    with pytest.raises(NoPicture, match=r'packed as JPEG-LS Lossless.*pip install "dicomlab\[pixels\]"'):
        pixels.values(0)


@pytest.mark.usefixtures("quiet")
def test_reasons_quote_no_value(tmp_path):
    ds = image(RAMP, PatientName="Secret^Name", NumberOfFrames=1)
    ds.Rows = 60_000
    with pytest.raises(NoPicture) as error:
        Pixels(write(ds, tmp_path / "cut.dcm")).values(0)
    assert "60000" not in str(error.value)
    with pytest.raises(NoPicture, match="holds no pixels"):
        Pixels(write(dataset(PatientName="Secret^Name"), tmp_path / "none.dcm"))
    with pytest.raises(NoPicture, match="cannot be opened"):
        Pixels(tmp_path / "gone.dcm")
    with pytest.raises(NoPicture, match="not on this machine"):
        Pixels("s3://bucket/file")


def test_a_frame_too_large_to_hold_is_refused(tmp_path):
    ds = image(RAMP)
    ds.Rows = ds.Columns = 65_535
    with pytest.raises(NoPicture, match="too many pixels"):
        Pixels(write(ds, tmp_path / "large.dcm")).values(0)


def test_a_file_in_an_archive_is_read_by_its_key(tmp_path):
    path = write(image(RAMP), tmp_path / "image.dcm")
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "x")
        archive.write(path, "deep/image.dcm")
    (tmp_path / "in" / "b.dcm.gz").write_bytes(gzip.compress(path.read_bytes()))
    catalog = dl.scan(tmp_path / "in", progress=False)
    keys = catalog.instances["file_key"].tolist()
    assert len(keys) == 2
    for key in keys:
        assert Pixels(key).values(0).tolist() == RAMP.tolist()
    with pytest.raises(NoPicture, match="no such file any more"):
        Pixels(keys[0].replace("image.dcm", "other.dcm"))


# --- names in the picture ---


@pytest.mark.parametrize(
    ("attributes", "may"),
    [
        ({"Modality": "CT", "ImageType": ["ORIGINAL", "PRIMARY"]}, False),
        ({"Modality": "CT", "ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, True),
        ({"Modality": "US"}, True),
        ({"Modality": "US", "BurnedInAnnotation": "NO"}, False),
        ({"Modality": "CT", "BurnedInAnnotation": "YES"}, True),
    ],
)
def test_pictures_that_may_have_a_name_burned_in_are_known(pixels_of, attributes, may):
    assert pixels_of(RAMP, **attributes).may_name_somebody is may

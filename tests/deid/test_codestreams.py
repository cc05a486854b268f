"""Comments in compressed pixels are blanked where they lie, and the pixels stay bit for bit."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import generate_frames

from dicomlab.deid.base import Withheld
from dicomlab.deid.codestreams import cleaned_fragments
from dicomlab.deid.files import cleaned_file
from dicomlab.deid.keys import Key
from dicomlab.deid.recipe import Recipe
from tests.conftest import pydicom_files

KEY, WORD = Key(b"k" * 32), b"QXDOE^JOHN"
BASELINE, LS, J2K = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"
ITEM, END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def element(*streams: bytes) -> bytes:
    items = b"".join(ITEM + struct.pack("<I", len(s)) + s for s in (b"", *streams))
    return b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff" + items + END


def cleaned(*streams: bytes, syntax: str = BASELINE) -> bytes:
    return cleaned_fragments(element(*streams), 12, syntax)


SCAN = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
TABLES = segment(0xDB, bytes(65)) + segment(0xC0, bytes(15))


@pytest.mark.parametrize("marker", [0xFE, 0xE0, 0xE1, 0xED, 0xEE, 0xEF])
def test_comments_and_application_data_are_blanked(marker):
    stream = b"\xff\xd8" + segment(marker, WORD) + TABLES + SCAN + b"\xff\xd9"
    out = cleaned(stream)
    assert len(out) == len(element(stream))
    assert out == element(stream.replace(WORD, bytes(len(WORD))))


def test_what_stands_between_scans_and_behind_the_end_is_blanked():
    stream = b"\xff\xd8" + TABLES + SCAN + segment(0xFE, WORD) + SCAN + b"\xff\xd9" + WORD
    assert WORD not in cleaned(stream)


def test_a_comment_over_two_fragments_is_blanked():
    stream = b"\xff\xd8" + segment(0xFE, WORD) + TABLES + SCAN + b"\xff\xd9"
    out = cleaned(stream[:8], stream[8:])
    assert b"DOE" not in out
    assert b"JOHN" not in out


def test_what_tells_of_colours_stays():
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")
    stream = b"\xff\xd8" + jfif + adobe + TABLES + SCAN + b"\xff\xd9"
    assert cleaned(stream) == element(stream)


def test_a_thumbnail_goes():
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\3" + WORD)
    assert WORD not in cleaned(b"\xff\xd8" + jfif + TABLES + SCAN + b"\xff\xd9")


def test_data_of_jpeg_ls_may_look_like_markers_of_jpeg():
    data = b"\xff\x7e\x00\x05QX"
    stream = b"\xff\xd8" + segment(0xF7, bytes(9)) + segment(0xDA, bytes(6)) + data + b"\xff\xd9"
    assert cleaned(stream, syntax=LS) == element(stream)


def test_comments_of_jpeg_2000_are_blanked_in_main_and_tile_headers():
    size, tile_comment = segment(0x51, bytes(40)), segment(0x64, b"\0\1" + WORD)
    part = tile_comment + b"\xff\x93" + b"\x80\xff\x64\x00"
    start = segment(0x90, struct.pack(">HIBB", 0, 12 + len(part), 0, 1))
    stream = b"\xff\x4f" + size + segment(0x64, b"\0\1" + WORD) + start + part + b"\xff\xd9"
    out = cleaned(stream, syntax=J2K)
    assert WORD not in out
    assert len(out) == len(element(stream))
    assert b"\x80\xff\x64\x00" in out


@pytest.mark.parametrize(
    ("stream", "syntax"),
    [
        (b"QX", BASELINE),
        (b"\xff\xd8" + segment(0xDB, bytes(9))[:-4], BASELINE),
        (b"\xff\xd8" + TABLES + b"QX", BASELINE),
        (b"\0\0\0\x0cjP  \r\n\x87\n", J2K),
        (b"\xff\xd8\xff\xd9", "1.2.840.10008.1.2.4.102"),
        (b"\xff\xd8\xff\xd9", "1.2.3"),
        (b"\xff\xd8\xff\xd9", "1.2.840.10008.1.2.1"),
    ],
)
def test_what_cannot_be_followed_is_withheld(stream, syntax):
    with pytest.raises(Withheld):
        cleaned(stream, syntax=syntax)


def compressed() -> list:
    names = ("JPEG-LL.dcm", "JPEG2000.dcm", "SC_jpeg_no_color_transform.dcm", "MR_small_jpeg_ls_lossless.dcm")
    more = ("examples_jpeg2k.dcm", "examples_ybr_color.dcm", "emri_small_RLE.dcm", "JPGExtended.dcm")
    return [path for path in pydicom_files() if path.name in names + more]


@pytest.mark.parametrize("path", compressed(), ids=lambda p: p.name)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_real_codestreams_keep_each_byte_but_comments(path):
    before = dcmread(path)
    after = dcmread(io.BytesIO(cleaned_file(path.read_bytes(), Recipe(), KEY).data))
    n = int(before.get("NumberOfFrames", 1) or 1)
    frames = [list(generate_frames(ds.PixelData, number_of_frames=n)) for ds in (before, after)]
    assert [len(f) for f in frames[0]] == [len(f) for f in frames[1]]
    for old, new in zip(*frames, strict=True):
        changed = np.flatnonzero(np.frombuffer(old, np.uint8) != np.frombuffer(new, np.uint8))
        assert all(new[at] == 0 for at in changed)
        assert len(changed) < 200


def test_bytes_behind_native_pixels_are_blanked_and_pixels_stay():
    from pydicom.dataset import Dataset

    from tests.deid.plants import SYNTAXES, Planter, as_file

    ds = Dataset()
    ds.SOPInstanceUID, ds.Rows, ds.Columns, ds.SamplesPerPixel = "1.2.3", 2, 3, 1
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PhotometricInterpretation, ds.PixelData = "MONOCHROME2", b"\1\2\3\4\5\6" + WORD
    ds["PixelData"].VR = "OB"
    data = as_file(ds, SYNTAXES["explicit"], Planter(), sop_class="1.2.840.10008.5.1.4.1.1.7")
    after = dcmread(io.BytesIO(cleaned_file(data, Recipe(), KEY).data))
    assert after.PixelData == b"\1\2\3\4\5\6" + bytes(len(WORD))

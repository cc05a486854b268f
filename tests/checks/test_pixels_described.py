"""Descriptions of pixels against themselves and against the length of files."""

from __future__ import annotations

import pandas as pd
import pytest

from dicomlab.checks.pixels_described import PixelDescription, PixelsTooFew, PixelsTooMany, described_bytes

EXPLICIT, IMPLICIT, JPEG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.4.50"
USUAL = {
    "SeriesInstanceUID": "1",
    "Rows": 10,
    "Columns": 20,
    "SamplesPerPixel": 1,
    "BitsAllocated": 16,
    "BitsStored": 12,
    "HighBit": 11,
    "PixelRepresentation": 0,
    "NumberOfFrames": None,
    "PhotometricInterpretation": "MONOCHROME2",
    "TransferSyntaxUID": EXPLICIT,
    "header_bytes": 1000,
    "size": 1000 + 12 + 400,
    "status": "read",
}
COUNTS = ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated", "BitsStored", "HighBit", "NumberOfFrames")


def images(*changes: dict[str, object]) -> pd.DataFrame:
    """Images of 10 x 20 pixels of 16 bits, with what is changed in each."""
    rows = pd.DataFrame([USUAL | change | {"file_key": f"f{k}"} for k, change in enumerate(changes)])
    return rows.astype(dict.fromkeys(COUNTS, "Int64"))


def test_a_file_that_ends_early_is_found():
    found = PixelsTooFew()(images({}, {"size": 1000 + 12 + 300}))
    assert found["files"].tolist() == [["f1"]]
    assert found["evidence"].tolist() == [{"percent_there": 75}]


def test_a_file_without_pixels_is_a_warning():
    found = PixelsTooFew()(images({"size": 1000}, {"size": 1000, "TransferSyntaxUID": JPEG}))
    assert found["severity"].tolist() == ["warning"]
    assert found["n_files"].tolist() == [2]


@pytest.mark.parametrize(
    "change",
    [
        {"TransferSyntaxUID": IMPLICIT, "size": 1000 + 8 + 400},
        {"TransferSyntaxUID": JPEG, "size": 1100},
        {"TransferSyntaxUID": None, "size": 1100},
        {"TransferSyntaxUID": "1.2.840.10008.1.2.1.99", "size": 500},
        {"status": "partial", "size": 1100},
        {"size": None},
        {"Rows": None},
        {"BitsAllocated": 1, "size": 1000 + 12 + 25},
        {"PhotometricInterpretation": "YBR_FULL_422", "SamplesPerPixel": 3, "BitsAllocated": 8},
        {"size": 1000 + 12 + 402},
    ],
)
def test_what_is_whole_or_cannot_be_told_is_no_finding(change):
    assert PixelsTooFew()(images(change)).empty
    assert PixelsTooMany()(images(change)).empty


def test_frames_count():
    rows = images({"NumberOfFrames": 3}, {"NumberOfFrames": 3, "size": 1000 + 12 + 1200})
    assert PixelsTooFew()(rows)["files"].tolist() == [["f0"]]
    assert described_bytes(rows).tolist() == [1200, 1200]


def test_room_for_another_frame_is_worth_a_note():
    found = PixelsTooMany()(images({"size": 1000 + 12 + 800}))
    assert found["severity"].tolist() == ["note"]
    assert found["evidence"].tolist() == [{"times_there": 2}]


@pytest.mark.parametrize(
    ("change", "contradiction"),
    [
        ({"BitsStored": 17}, "BitsStored over BitsAllocated"),
        ({"HighBit": 15}, "HighBit is not BitsStored - 1"),
        ({"HighBit": 16, "BitsStored": 16}, "HighBit without room in BitsAllocated"),
        ({"BitsStored": 0, "HighBit": -1}, "BitsStored is zero"),
        ({"BitsAllocated": 12}, "BitsAllocated is no multiple of 8"),
        ({"PixelRepresentation": 2}, "PixelRepresentation is neither 0 nor 1"),
        ({"SamplesPerPixel": 3}, "SamplesPerPixel does not go with PhotometricInterpretation"),
        ({"PhotometricInterpretation": "RGB"}, "SamplesPerPixel does not go with PhotometricInterpretation"),
    ],
)
def test_a_contradiction_is_named(change, contradiction):
    found = PixelDescription()(images({}, change))
    assert contradiction in [one["contradiction"] for one in found["evidence"]]
    assert set(found["files"].map(tuple)) == {("f1",)}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0},
        {"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31},
        {"PhotometricInterpretation": None, "SamplesPerPixel": None},
        {"PhotometricInterpretation": "YBR_FULL_422", "SamplesPerPixel": 3},
        {"BitsStored": None, "HighBit": None, "PixelRepresentation": None},
    ],
)
def test_what_fits_or_is_not_said_is_no_contradiction(change):
    assert PixelDescription()(images(change)).empty

"""What headers say of the pixels, held against itself and against the length of the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dicomlab.checks.base import Check, Severity, joined

_UNCOMPRESSED = {
    "1.2.840.10008.1.2": 8,
    "1.2.840.10008.1.2.1": 12,
    "1.2.840.10008.1.2.2": 12,
}
"""Bytes of the head of PixelData by transfer syntax; others pack the pixels (PS3.5 A)."""
_DEFLATED = "1.2.840.10008.1.2.1.99"
_SAMPLES = {
    "MONOCHROME1": 1,
    "MONOCHROME2": 1,
    "PALETTE COLOR": 1,
    "RGB": 3,
    "HSV": 3,
    "YBR_FULL": 3,
    "YBR_FULL_422": 3,
    "YBR_PARTIAL_422": 3,
    "YBR_PARTIAL_420": 3,
    "YBR_ICT": 3,
    "YBR_RCT": 3,
    "ARGB": 4,
    "CMYK": 4,
}
"""SamplesPerPixel that goes with a PhotometricInterpretation (PS3.3 C.7.6.3.1.2)."""
WITHOUT_PIXELS = (
    "1.2.840.10008.5.1.4.1.1.4.2",  # MR Spectroscopy: SpectroscopyData
    "1.2.840.10008.5.1.4.1.1.66",  # Raw Data
    "1.3.12.2.1107.5.9.1",  # Siemens CSA Non-Image
)
"""SOP classes whose Rows and Columns describe other data than pixels."""
_PRIVATE_SPECTRA = "1.3.46.670589.11.0.0.12."
"""Private SOP classes of Philips for spectra and protocols of MR begin with it."""
_ELSEWHERE = r"1\.2\.840\.10008\.1\.2\.(?:4\.(?:94|95|204|205)|7\..*)"
"""Transfer syntaxes of pixels that lie on a server, or come as a stream (JPIP, SMPTE ST 2110)."""
DESCRIBED = ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated")


@dataclass(frozen=True)
class PixelsTooFew(Check):
    """A file has fewer bytes of pixels than its header describes, or none."""

    name: ClassVar[str] = "pixels-too-few"
    table: ClassVar[str] = "pixels"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = (*DESCRIBED, "TransferSyntaxUID", "size", "header_bytes", "status")
    wants: ClassVar[tuple[str, ...]] = ("NumberOfFrames", "PhotometricInterpretation", "SOPClassUID")
    fix: ClassVar[str] = (
        "The transfer or the disk cut the files short: fetch them again from where they came."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Multiply what the header says; of compressed pixels it is told only if there are none."""
        rows = rows[rows["size"].notna() & (rows["header_bytes"] > 0) & (rows["status"] == "read")]
        rows = rows[(rows["TransferSyntaxUID"] != _DEFLATED) & _has_pixels(rows)]
        has_none = rows["size"] <= rows["header_bytes"]
        full = rows[~has_none & rows["TransferSyntaxUID"].isin(list(_UNCOMPRESSED))]
        wanted, there = described_bytes(full), bytes_there(full)
        short = (there < wanted).to_numpy()
        share = (100 * there[short] / wanted[short]).round(1)
        return joined(
            [
                self.find(
                    full[short],
                    "{n_files} files end before their pixels do: {percent_there} % of the bytes are there.",
                    percent_there=share,
                ),
                self.find(
                    rows[has_none],
                    "{n_files} files describe an image and have no pixels.",
                    severity="warning",
                    confidence="medium",
                ),
            ]
        )


@dataclass(frozen=True)
class PixelsTooMany(Check):
    """A file has bytes for more frames than its header says."""

    name: ClassVar[str] = "pixels-too-many"
    table: ClassVar[str] = "pixels"
    severity: ClassVar[Severity] = "note"
    needs: ClassVar[tuple[str, ...]] = (*DESCRIBED, "TransferSyntaxUID", "size", "header_bytes")
    wants: ClassVar[tuple[str, ...]] = ("NumberOfFrames", "PhotometricInterpretation", "SOPClassUID")
    fix: ClassVar[str] = (
        "See whether NumberOfFrames, Rows or BitsAllocated is right. Padding and elements behind the pixels "
        "look the same from here."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look for room for another frame behind those that are described."""
        rows = rows[rows["size"].notna() & rows["TransferSyntaxUID"].isin(list(_UNCOMPRESSED))]
        rows = rows[_has_pixels(rows)]
        wanted, there = described_bytes(rows), bytes_there(rows)
        frame = wanted / _frames(rows)
        more = ((wanted > 0) & (there - wanted >= frame)).to_numpy()
        return self.find(
            rows[more],
            "{n_files} files have room for {times_there} times the pixels that are described.",
            confidence="low",
            times_there=(there[more] / wanted[more]).round(2),
        )


@dataclass(frozen=True)
class PixelDescription(Check):
    """What a header says of its pixels contradicts itself."""

    name: ClassVar[str] = "pixel-description"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
    wants: ClassVar[tuple[str, ...]] = ("SamplesPerPixel", "PhotometricInterpretation")
    fix: ClassVar[str] = (
        "Look at the pixels in two viewers before values in them are used; ask the source for it."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Hold the attributes of the image pixel module against each other (PS3.3 C.7.6.3)."""
        allocated, stored, high = (
            rows[n].astype("Float64") for n in ("BitsAllocated", "BitsStored", "HighBit")
        )
        wrong = {
            "BitsStored over BitsAllocated": stored > allocated,
            "HighBit without room in BitsAllocated": high >= allocated,
            "HighBit is not BitsStored - 1": (high != stored - 1) & (high < allocated),
            "BitsStored is zero": stored <= 0,
            "BitsAllocated is no multiple of 8": (allocated % 8 != 0) & (allocated != 1),
            "PixelRepresentation is neither 0 nor 1": ~rows["PixelRepresentation"].isin([0, 1])
            & rows["PixelRepresentation"].notna(),
        }
        if {"SamplesPerPixel", "PhotometricInterpretation"} <= set(rows.columns):
            usual = rows["PhotometricInterpretation"].str.strip().map(_SAMPLES)
            wrong["SamplesPerPixel does not go with PhotometricInterpretation"] = rows[
                "SamplesPerPixel"
            ].astype("Float64") != usual.astype("Float64")
        said = "{n_files} files: {contradiction}."
        return joined(
            self.find(rows[is_so.fillna(False).astype(bool)], said, contradiction=what)
            for what, is_so in wrong.items()
        )


def _has_pixels(rows: pd.DataFrame) -> pd.Series:
    """Which files ought to hold pixels, by their SOP class and transfer syntax."""
    elsewhere = rows["TransferSyntaxUID"].fillna("").astype("str").str.fullmatch(_ELSEWHERE).astype(bool)
    if "SOPClassUID" not in rows:
        return ~elsewhere
    kind = rows["SOPClassUID"].fillna("").astype("str")
    return ~elsewhere & ~kind.isin(list(WITHOUT_PIXELS)) & ~kind.str.startswith(_PRIVATE_SPECTRA)


def described_bytes(rows: pd.DataFrame) -> pd.Series:
    """How many bytes the pixels of each row take when they are not compressed; NaN where that is not said."""
    rows_, columns, samples, bits = (rows[name].astype("Float64") for name in DESCRIBED)
    if "PhotometricInterpretation" in rows:  # every other colour is left out (PS3.3 C.7.6.3.1.2)
        halved = rows["PhotometricInterpretation"].isin(["YBR_FULL_422", "YBR_PARTIAL_422"])
        samples = samples.mask(halved, 2.0)
    total = rows_ * columns * samples * bits * _frames(rows)
    return np.ceil(total / 8).astype(float)


def _frames(rows: pd.DataFrame) -> pd.Series:
    if "NumberOfFrames" not in rows:
        return pd.Series(1.0, index=rows.index)
    frames = rows["NumberOfFrames"].astype("Float64").fillna(1.0)
    return frames.mask(frames < 1, 1.0).astype(float)


def bytes_there(rows: pd.DataFrame) -> pd.Series:
    """How many bytes of pixels a file has that are not compressed; NaN for others."""
    head = rows["TransferSyntaxUID"].map(_UNCOMPRESSED).astype(float)
    return rows["size"].astype(float) - rows["header_bytes"].astype(float) - head

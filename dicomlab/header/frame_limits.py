"""How many frames a file can hold, whatever its NumberOfFrames claims."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from dicomlab.schema.columns import Column, public_column

UNKNOWN_SIZE = -1
"""Stands for the size of a file that is not known."""
MOST_WITHOUT_PIXELS = 1_024
"""How many frames get a row where a file, or a server's metadata, holds no pixel data."""
MOST_PER_BYTE = 4
"""How many rows each byte of such a header may make where its frames follow each other in a FrameTime."""
MOST_DEFLATED = 1_032
"""How many bytes deflate can make of one (RFC 1951)."""
MOST_INFLATED = 2 * 1024 * 1024
"""How many bytes of a deflated data set are inflated."""
INFLATED_RATIO, INFLATED_FROM = 20, 64 * 1024
"""A small file's are 64 KiB, or so many times its bytes: headers deflate to a fifth, seldom to a tenth."""
_ELEMENT_BYTES, _MORE_IF_EXPLICIT = 8, 4
"""Tag and length of PixelData take so much, and more where its VR stands between them (PS3.5 7.1)."""
_ITEM_BYTES = 8
"""Tag and length of a fragment: each encapsulated frame has one at least (PS3.5 A.4)."""
_IMPLICIT = ("1.2.840.10008.1.2", "1.2.840.113619.5.2")
_NATIVE = (*_IMPLICIT, "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
_DEFLATED = "1.2.840.10008.1.2.1.99"
# Of two neighbours these keep one value of each colour difference (PS3.3 C.7.6.3.1.2).
_HALF_COLOUR = ("YBR_FULL_422", "YBR_PARTIAL_422")
_VECTORS = ("FrameTimeVector", "GridFrameOffsetVector")

SIZE_HELPERS: tuple[Column, ...] = tuple(
    public_column(name)
    for name in (
        *("TransferSyntaxUID", "Rows", "Columns", "SamplesPerPixel", "BitsAllocated"),
        "PhotometricInterpretation",
    )
)
"""Attributes that say how many bytes a frame takes."""

SizesOf = Callable[[list[int]], list[int]]
"""Gives the sizes of the files at some rows of a batch, in bytes, or UNKNOWN_SIZE."""


def frames_held(
    described: pa.Table,
    sizes: np.ndarray,
    header_bytes: np.ndarray,
    vectors: np.ndarray,
    has_frame_time: np.ndarray,
) -> np.ndarray:
    """How many frames each file can hold at most; -1 where its size is not known.

    Args:
        described: One row per file, with the columns of SIZE_HELPERS.
        sizes: Bytes of each whole file, UNKNOWN_SIZE where that is not known.
        header_bytes: Where the pixel data of each file begin.
        vectors: How many values the longest vector with a value per frame may have.
        has_frame_time: Which files say how long a frame lasts, as cine does.

    Native pixel data hold as many frames as their bytes fill, one at least.
    Encapsulated ones need an item per frame. Without pixel data MOST_WITHOUT_PIXELS frames are
    believed, one per byte of the header at most, and as many as a vector has values for. Cine may have
    MOST_PER_BYTE: a server's metadata are the same few kilobytes whether it runs for a second or minutes.
    """
    syntax = np.array(described["TransferSyntaxUID"].to_pylist(), object)
    is_deflated = syntax == _DEFLATED
    is_explicit = np.array([one is not None and one not in _IMPLICIT for one in syntax], bool)
    element = _ELEMENT_BYTES + _MORE_IF_EXPLICIT * is_explicit
    behind = sizes - np.where(is_deflated, 0, header_bytes + element)
    pixels = np.where(is_deflated, behind * MOST_DEFLATED, behind)
    is_native = np.array([one is None or one in (*_NATIVE, _DEFLATED) for one in syntax], bool)
    native = pixels * 8 // _frame_bits(described)
    held = np.where(is_native, native, pixels // _ITEM_BYTES)
    believed = np.minimum(header_bytes, MOST_WITHOUT_PIXELS)
    believed = np.where(has_frame_time, header_bytes * MOST_PER_BYTE, believed)
    headers_only = np.maximum(believed, vectors)
    held = np.where(pixels > 0, np.maximum(held, 1), headers_only)
    return np.where(sizes == UNKNOWN_SIZE, -1, held)


def most_inflated(given: int) -> int:
    """How many bytes a deflated data set may be inflated to, of which so many bytes are there.

    >>> most_inflated(300), most_inflated(10_000), most_inflated(10_000_000)
    (65536, 200000, 2097152)
    """
    return min(MOST_INFLATED, max(INFLATED_FROM, INFLATED_RATIO * given))


def is_vector(name: str) -> bool:
    """Whether a column has a value per frame."""
    return name in _VECTORS or name.endswith("Vector")


def _frame_bits(described: pa.Table) -> np.ndarray:
    """Bits of a native frame; a number that is missing or absurd counts as 1."""

    def number(name: str, most: int) -> np.ndarray:
        given = described[name].fill_null(1).to_numpy().astype(np.float64)
        return np.clip(np.nan_to_num(given, nan=1), 1, most).astype(np.int64)

    samples = number("SamplesPerPixel", 4)
    colours = described["PhotometricInterpretation"].to_pylist()
    samples -= np.array([one in _HALF_COLOUR for one in colours], bool) & (samples == 3)
    bits: np.ndarray = number("Rows", 65_535) * number("Columns", 65_535) * samples
    return bits * number("BitsAllocated", 64)

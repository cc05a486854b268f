"""Comments and application data inside compressed pixels: blanked where they lie, nothing is encoded again.

A segment keeps its length and loses its content, so that offset tables stay right and decoders see the same
pixels. JPEG, JPEG-LS, JPEG 2000 and RLE are followed; anything else that is compressed is withheld.
"""

from __future__ import annotations

import re
from struct import Struct

from dicomlab.deid.base import ITEM, SEQUENCE_END, Withheld

_JPEG = "1.2.840.10008.1.2.4."
_JPEG_ENDS = frozenset("50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 70".split())
_LS_ENDS = frozenset("80 81".split())
_J2K_ENDS = frozenset("90 91 92 93 201 202 203".split())
_RLE = "1.2.840.10008.1.2.5"
_NATIVE = frozenset(f"1.2.840.10008.1.2{end}" for end in ("", ".1", ".1.99", ".2", ".1.98", ".8.1"))
_PLAIN_FRAGMENTS = ("1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1")
_UNFOLLOWED = "its compressed pixels cannot be followed to their end"
_ITEM_HEAD = Struct("<HHI")
_LENGTH = Struct(">H")
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""A marker in coded data of JPEG; a zero after FF is stuffed, and D0 to D7 restart."""
_LS_MARKER = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
_COMMENT, _START, _END, _SCAN = 0xFE, 0xD8, 0xD9, 0xDA
_J2K_COMMENT, _J2K_TILE, _J2K_END, _J2K_SIZE = 0x64, 0x90, 0xD9, 0x51


def refuse_unknown(syntax: str) -> None:
    """Withhold a file whose pixels are of a kind that may carry texts which nobody here can find."""
    end = syntax.removeprefix(_JPEG)
    if syntax not in _NATIVE and syntax != _RLE and end not in _JPEG_ENDS | _LS_ENDS | _J2K_ENDS:
        raise Withheld("its pixels are compressed in a way that cannot be cleaned, such as a video")


def cleaned_fragments(pixels: bytes, head: int, syntax: str) -> bytes:
    """Compressed pixels without comments and application data, byte for byte as long as before.

    Args:
        pixels: The element of undefined length, with its head and its delimiter.
        head: How long the head of the element is.
        syntax: The transfer syntax.
    """
    refuse_unknown(syntax)
    out = bytearray(pixels)
    spans = _fragments(pixels, head)[1:]  # the first is the table of offsets
    if syntax == _RLE or syntax in _PLAIN_FRAGMENTS or not spans:
        return pixels
    if syntax in _NATIVE:
        raise Withheld("its pixels lie in fragments, though its transfer syntax has none")
    is_j2k = syntax.removeprefix(_JPEG) in _J2K_ENDS
    is_ls = syntax.removeprefix(_JPEG) in _LS_ENDS
    for frame in _frames(pixels, spans):
        stream = b"".join(pixels[start:stop] for start, stop in frame)
        blanks = _j2k_blanks(stream) if is_j2k else _jpeg_blanks(stream, is_ls)
        _blank(out, frame, blanks)
    return bytes(out)


def _fragments(pixels: bytes, p: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while p + 8 <= len(pixels):
        group, number, length = _ITEM_HEAD.unpack_from(pixels, p)
        if group << 16 | number == SEQUENCE_END:
            return found
        if group << 16 | number != ITEM:
            break
        found.append((p + 8, p + 8 + length))
        p += 8 + length
    raise Withheld(_UNFOLLOWED)


def _frames(pixels: bytes, spans: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Fragments by codestream: one begins where its first marker stands."""
    frames: list[list[tuple[int, int]]] = []
    for start, stop in spans:
        if pixels[start : start + 2] in (b"\xff\xd8", b"\xff\x4f") or not frames:
            frames.append([])
        frames[-1].append((start, stop))
    return frames


def _blank(out: bytearray, frame: list[tuple[int, int]], blanks: list[tuple[int, int]]) -> None:
    """Set spans of a codestream to zero, in the fragments that it lies in."""
    at = 0
    for start, stop in frame:
        for first, last in blanks:
            low, high = max(first, at), min(last, at + stop - start)
            if low < high:
                out[start + low - at : start + high - at] = bytes(high - low)
        at += stop - start


def _jpeg_blanks(b: bytes, is_ls: bool) -> list[tuple[int, int]]:
    """What is to be blanked of a JPEG or JPEG-LS codestream."""
    if b[:2] != b"\xff\xd8":
        raise Withheld(_UNFOLLOWED)
    found: list[tuple[int, int]] = []
    p = 2
    while p + 2 <= len(b):
        if b[p] != 0xFF:
            raise Withheld(_UNFOLLOWED)
        marker = b[p + 1]
        if marker == 0xFF:  # a fill byte
            p += 1
            continue
        if marker == _END:
            found.append((p + 2, len(b)))
            return found
        if p + 4 > len(b):
            break
        stop = p + 2 + _LENGTH.unpack_from(b, p + 2)[0]
        if marker in (0x00, _START) or stop > len(b) or stop < p + 4:
            break
        if (marker == _COMMENT or 0xE0 <= marker <= 0xEF) and not _is_plain(marker, b[p + 4 : stop]):
            found.append((p + 4, stop))
        p = stop
        if marker == _SCAN:
            after = (_LS_MARKER if is_ls else _MARKER).search(b, p)
            if after is None:  # the end is missing: decoders take it as it is
                return found
            p = after.start()
    raise Withheld(_UNFOLLOWED)


def _is_plain(marker: int, content: bytes) -> bool:
    """Whether application data tells a decoder about colours, and has room for nothing else."""
    if marker == 0xE0:  # version, density, and a thumbnail of no size
        return content[:5] == b"JFIF\0" and len(content) == 14 and content[12:] == b"\0\0"
    if marker == 0xEE:
        return content[:5] == b"Adobe" and len(content) == 12
    return marker == 0xE8 and content[:4] == b"mrfx" and len(content) == 5


def _j2k_blanks(b: bytes) -> list[tuple[int, int]]:
    """The comments in the headers of a JPEG 2000 codestream, main and of tile parts, and what follows it."""
    if b[:4] != b"\xff\x4f\xff\x51":
        raise Withheld("its JPEG 2000 pixels are in a file format with boxes of their own")
    found, p = [], 2
    tile_end: int | None = None
    while p + 4 <= len(b):
        if b[p] != 0xFF:
            raise Withheld(_UNFOLLOWED)
        marker = b[p + 1]
        if marker == _J2K_END:
            break
        if marker == 0x93:  # data of a tile part, which says itself how long it is
            if tile_end is None:
                raise Withheld(_UNFOLLOWED)
            p, tile_end = tile_end, None
            continue
        stop = p + 2 + _LENGTH.unpack_from(b, p + 2)[0]
        if stop > len(b) or stop < p + 4:
            raise Withheld(_UNFOLLOWED)
        if marker == _J2K_TILE:
            length = int.from_bytes(b[p + 6 : p + 10], "big")
            tile_end = p + length if length else _last_end(b, p)
            if not stop <= tile_end <= len(b):
                tile_end = len(b)  # cut short: what is there are the coefficients of the tile
        if marker == _J2K_COMMENT:
            found.append((p + 4, stop))
        p = stop
    if b[p : p + 2] == b"\xff\xd9":
        found.append((p + 2, len(b)))
    return found


def _last_end(b: bytes, p: int) -> int:
    """Where the last tile part ends that does not say how long it is: before the end marker."""
    end = b.rfind(b"\xff\xd9", p)
    return end if end > 0 else len(b)

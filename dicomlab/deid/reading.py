"""A file taken apart, strictly: where it is not clear what bytes mean, the file is withheld.

The scanner's reader is patient and reads as much as it can. Here each byte that goes out must be
understood, so that nothing is carried along unseen.
"""

from __future__ import annotations

import zlib
from functools import cache
from struct import Struct

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary

from dicomlab.deid.base import (
    ITEM,
    ITEM_END,
    PIXELS,
    SEQUENCE_END,
    UNDEFINED,
    Element,
    Parsed,
    Withheld,
)
from dicomlab.header.odd_elements import EXPLICIT, EXPLICIT_BIG, IMPLICIT, Encoding, has_vr

CUT = "the file ends inside an element"
BROKEN = "an element is broken"
NOT_DICOM = "it is no DICOM file"
_DEEPEST = 48
_MOST_INFLATED = 1 << 31
_SHORT_VRS = {
    vr.encode(): vr for vr in "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split()
}
_LONG_VRS = {vr.encode(): vr for vr in "OB OD OF OL OV OW SQ SV UC UN UR UT UV".split()}
_HEAD = Struct("<HHI"), Struct(">HHI")
_SIZE = Struct("<H"), Struct(">H")
_LONG_SIZE = Struct("<I"), Struct(">I")
_IMPLICIT, _DEFLATED, _BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
_EXPLICIT = "1.2.840.10008.1.2.1"
_DEFLATED_TOO = (_DEFLATED, "1.2.840.10008.1.2.4.95")  # JPIP referenced deflate


def parse(data: bytes) -> Parsed:
    """Take a file apart. Raises Withheld where it is no DICOM file, or not one that is whole and clear."""
    start, syntax = 0, ""
    if data[128:132] == b"DICM":
        start, syntax = _past_meta(data, 132)
    elif data[:2] == b"\x02\0" and data[4:6] in _SHORT_VRS:
        start, syntax = _past_meta(data, 0)
    elif data[:2] not in (b"\x08\0", b"\0\x08"):
        raise Withheld(NOT_DICOM)
    is_deflated = syntax in _DEFLATED_TOO
    if is_deflated:
        data, start = _inflated(data, start), 0
    how = _encoding(data, start, syntax)
    if syntax in ("", _IMPLICIT, _EXPLICIT, _BIG):  # what is true, whatever the file said
        syntax = _IMPLICIT if how.is_implicit else _BIG if how.is_big else _EXPLICIT
    elements, _ = _elements(data, start, len(data), how, is_item=False, depth=0)
    if not elements:
        raise Withheld("it has no elements")
    return Parsed(data, elements, how, syntax, is_deflated)


def _past_meta(data: bytes, p: int) -> tuple[int, str]:
    """Where the file meta information ends, and the transfer syntax that it names."""
    syntax = ""
    while p + 8 <= len(data) and data[p : p + 2] == b"\x02\0":
        vr = data[p + 4 : p + 6]
        if vr in _LONG_VRS:
            if p + 12 > len(data):
                raise Withheld(CUT)
            value, length = p + 12, _LONG_SIZE[0].unpack_from(data, p + 8)[0]
        elif vr in _SHORT_VRS:
            value, length = p + 8, _SIZE[0].unpack_from(data, p + 6)[0]
        else:  # written without VRs, against the standard
            value, length = p + 8, _LONG_SIZE[0].unpack_from(data, p + 4)[0]
        if value + length > len(data):
            raise Withheld(CUT)
        if data[p + 2 : p + 4] == b"\x10\0":
            syntax = data[value : value + length].rstrip(b"\0 ").decode("latin-1")
        p = value + length
    return p, syntax


def _inflated(data: bytes, start: int) -> bytes:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = unpacking.decompress(data[start:], _MOST_INFLATED)
    except zlib.error:
        raise Withheld("its data set cannot be inflated") from None
    if not unpacking.eof:
        raise Withheld("its data set cannot be inflated to its end")
    return found


def _encoding(data: bytes, start: int, syntax: str) -> Encoding:
    """How the data set is written: by the first element, since some files name another syntax."""
    is_big = syntax == _BIG or (not syntax and data[start : start + 2] == b"\0\x08")
    if has_vr(data, start) and data[start + 4 : start + 6] in _SHORT_VRS | _LONG_VRS:
        return EXPLICIT_BIG if is_big else EXPLICIT
    return Encoding(is_implicit=True, is_big=True) if is_big else IMPLICIT


@cache
def vr_of(tag: int) -> str:
    """The VR that the dictionary has for a tag; UN where it has none.

    >>> vr_of(0x00100010), vr_of(0x00280106), vr_of(0x60003000), vr_of(0x00091001)
    ('PN', 'US', 'OW', 'UN')
    """
    if tag & 0x10000:
        return "LO" if 0x10 <= tag & 0xFFFF <= 0xFF else "UN"
    if not tag & 0xFFFF:
        return "UL"
    found = DicomDictionary.get(tag)
    if found is None:
        text = f"{tag:08X}"
        for mask, row in RepeatersDictionary.items():
            if all(m in ("x", c) for m, c in zip(mask, text, strict=True)):
                found = row
                break
    if found is None:
        return "UN"
    vr = found[0]
    return vr if len(vr) == 2 else "OW" if "OW" in vr else vr[:2]


def _elements(
    b: bytes, p: int, end: int, how: Encoding, *, is_item: bool, depth: int
) -> tuple[list[Element], int]:
    """The elements from `p` on, and where they end: at the item's delimiter, or at `end`."""
    if depth > _DEEPEST:
        raise Withheld("sequences lie too deep in each other")
    found: list[Element] = []
    has_pixels = False
    head, size, long_size = (kind[how.is_big].unpack_from for kind in (_HEAD, _SIZE, _LONG_SIZE))
    while p < end:
        try:
            if p + 8 > end:
                raise Withheld(CUT)
            group, number, length = head(b, p)
            tag, value = group << 16 | number, p + 8
            if group == 0xFFFE:
                if is_item and tag == ITEM_END:
                    return found, value
                raise Withheld(BROKEN)
            if how.is_implicit:
                vr = vr_of(tag)
            elif vr := _SHORT_VRS.get(b[p + 4 : p + 6], ""):
                (length,) = size(b, p + 6)
            elif (vr := _LONG_VRS.get(b[p + 4 : p + 6], "")) and p + 12 <= end:
                (length,), value = long_size(b, p + 8), p + 12
            else:
                raise Withheld("an element has no known VR")
            if length == UNDEFINED:
                element, after = _undefined(b, p, value, end, tag, vr, how, depth)
            else:
                element, after = _defined(b, p, value, length, end, tag, vr, how, depth, is_item)
        except Withheld:
            if depth == 0 and (has_pixels or (found and not b[p:end].strip(b"\0"))):
                break  # what follows the pixels, or pads the file, is not written
            raise
        found.append(element)
        has_pixels |= tag in PIXELS
        p = after
    if is_item and p >= end:
        raise Withheld("an item has no end")
    return found, p


def _defined(
    b: bytes,
    p: int,
    value: int,
    length: int,
    end: int,
    tag: int,
    vr: str,
    how: Encoding,
    depth: int,
    is_item: bool,
) -> tuple[Element, int]:
    stop = value + length
    if stop > end:
        if tag not in PIXELS or depth or is_item:
            raise Withheld(CUT)
        stop = end  # pixels that are cut short say no more than whole ones
        return Element(tag, vr, b[value:stop]), stop
    if tag & 0x10000:
        return Element(tag, vr, b[value:stop], (p, stop)), stop
    if vr == "SQ":
        items, _ = _items(b, value, stop, how, depth)
        return Element(tag, vr, b"", None, items, how), stop
    if vr == "UN" and length and vr_of(tag) == "SQ":
        inside = _inside_unknown(b, value, how)
        items, _ = _items(b, value, stop, inside, depth)
        return Element(tag, vr, b"", None, items, inside), stop
    if tag in PIXELS:
        return Element(tag, vr, b"", (p, stop)), stop
    return Element(tag, vr, b[value:stop], (p, stop)), stop


def _undefined(
    b: bytes, p: int, value: int, end: int, tag: int, vr: str, how: Encoding, depth: int
) -> tuple[Element, int]:
    if vr in ("OB", "OW") or tag in PIXELS:
        after = _fragments_end(b, value, end, how)
        return Element(tag, "OB", b"", (p, after)), after
    if vr not in ("SQ", "UN"):
        raise Withheld("a value that is no sequence has no length")
    inside = how if vr == "SQ" or how.is_implicit else _inside_unknown(b, value, how)
    items, after = _items(b, value, end, inside, depth, is_open=True)
    return Element(tag, vr, b"", None, items, inside), after


def _inside_unknown(b: bytes, p: int, how: Encoding) -> Encoding:
    """How items under UN are written: in little endian without VRs (PS3.5 6.2.2), or as the file is."""
    is_big = how.is_big and b[p : p + 4] == b"\xff\xfe\xe0\x00"
    is_explicit = b[p + 12 : p + 14] in _SHORT_VRS | _LONG_VRS
    return Encoding(is_implicit=not is_explicit, is_big=is_big)


def _items(
    b: bytes, p: int, end: int, how: Encoding, depth: int, *, is_open: bool = False
) -> tuple[list[list[Element]], int]:
    found: list[list[Element]] = []
    head = _HEAD[how.is_big].unpack_from
    while p < end:
        if p + 8 > end:
            raise Withheld(CUT)
        group, number, length = head(b, p)
        tag, p = group << 16 | number, p + 8
        if tag == SEQUENCE_END:
            return found, p
        if tag != ITEM:
            raise Withheld("a sequence holds what is no item")
        if length == UNDEFINED:
            elements, p = _elements(b, p, end, how, is_item=True, depth=depth + 1)
        else:
            stop = p + length
            if stop > end:
                raise Withheld(CUT)
            elements, _ = _elements(b, p, stop, how, is_item=False, depth=depth + 1)
            p = stop
        found.append(elements)
    if is_open:
        raise Withheld("a sequence has no end")
    return found, p


def _fragments_end(b: bytes, p: int, end: int, how: Encoding) -> int:
    head = _HEAD[how.is_big].unpack_from
    while p + 8 <= end:
        group, number, length = head(b, p)
        tag = group << 16 | number
        if tag == SEQUENCE_END:
            return p + 8
        if tag != ITEM or length == UNDEFINED:
            raise Withheld("compressed pixels are not in fragments")
        p += 8 + length
    raise Withheld("compressed pixels have no end")

"""Elements as bytes again: what was kept is copied, what was changed is written anew."""

from __future__ import annotations

from struct import Struct

from dicomlab.deid.base import ITEM, Element
from dicomlab.header.odd_elements import EXPLICIT, Encoding

_LONG_VRS = frozenset("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT_HEAD = Struct("<HH2sH"), Struct(">HH2sH")
_LONG_HEAD = Struct("<HH2sHI"), Struct(">HH2sHI")
_IMPLICIT_HEAD = Struct("<HHI"), Struct(">HHI")
_PADDED_BY_NULL = frozenset(("UI", "OB", "UN"))
_PREFIX = b"\0" * 128 + b"DICM"


def written(elements: list[Element], data: bytes, how: Encoding) -> list[bytes]:
    """Elements as pieces of bytes, in the order of their tags; `data` is what they were read from."""
    out: list[bytes] = []
    for element in sorted(elements, key=lambda e: e.tag):
        if element.items is not None:
            inside = b"".join(_item(item, data, element.how or how) for item in element.items)
            out += (_head(element.tag, element.vr, len(inside), how), inside)
        elif element.raw is not None:
            out.append(data[element.raw[0] : element.raw[1]])
        else:
            value = element.value
            if len(value) & 1:
                value += b"\0" if element.vr in _PADDED_BY_NULL else b" "
            out += (_head(element.tag, element.vr, len(value), how), value)
    return out


def _item(item: list[Element], data: bytes, how: Encoding) -> bytes:
    inside = b"".join(written(item, data, how))
    return _IMPLICIT_HEAD[how.is_big].pack(ITEM >> 16, ITEM & 0xFFFF, len(inside)) + inside


def _head(tag: int, vr: str, length: int, how: Encoding) -> bytes:
    group, number = tag >> 16, tag & 0xFFFF
    if how.is_implicit:
        return _IMPLICIT_HEAD[how.is_big].pack(group, number, length)
    if vr in _LONG_VRS:
        return _LONG_HEAD[how.is_big].pack(group, number, vr.encode(), 0, length)
    if length > 0xFFFF:
        return _LONG_HEAD[how.is_big].pack(group, number, b"UN", 0, length)
    return _SHORT_HEAD[how.is_big].pack(group, number, vr.encode(), length)


def file_beginning(sop_class: bytes, sop_instance: bytes, syntax: str) -> bytes:
    """The preamble and the file meta information (PS3.10 7.1), with nothing of the original's."""
    from dicomlab import __version__

    elements = [
        Element(0x00020001, "OB", b"\0\1"),
        Element(0x00020002, "UI", sop_class),
        Element(0x00020003, "UI", sop_instance),
        Element(0x00020010, "UI", syntax.encode()),
        Element(0x00020012, "UI", IMPLEMENTATION.encode()),
        Element(0x00020013, "SH", f"DICOMLAB {__version__}"[:16].encode()),
    ]
    elements = [element for element in elements if element.value]  # some originals have no class
    meta = b"".join(written(elements, b"", EXPLICIT))
    length = Element(0x00020000, "UL", len(meta).to_bytes(4, "little"))
    return _PREFIX + b"".join(written([length], b"", EXPLICIT)) + meta


IMPLEMENTATION = "2.25.270361046379210716245270389826107654409"
"""The implementation class UID of dicomlab's de-identification."""

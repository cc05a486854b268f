"""DICOM JSON (PS3.18 annex F) as the header of a file, so that it is read like any other.

What the JSON names only by an address (BulkDataURI), such as pixels, is left out, and so is what
cannot be written as its VR says.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
_DEFLATED = "1.2.840.10008.1.2.1.9"
_TRANSFER_SYNTAX, _AVAILABLE_SYNTAX, _CHARACTER_SET = "00020010", "00083002", "00080005"
# What a server says about itself, and not what the object holds (PS3.18 tables 8.3.4-2 and 10.6.3-3 to 5).
_OF_SERVER = frozenset({"00080054", "00080056", "00081190", _AVAILABLE_SYNTAX})
_PIXELS = frozenset({"7FE00008", "7FE00009", "7FE00010"})
_LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
_BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
_TEXTS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())
_ONE_TEXT = frozenset({"LT", "ST", "UR", "UT"})
_NUMBERS = {"FL": "f", "FD": "d", "SL": "i", "SS": "h", "SV": "q", "UL": "I", "US": "H", "UV": "Q"}
_KNOWN = _LONG | _TEXTS | {*_NUMBERS, "AT"}
_ZERO_PADDED = _BINARY | {"UI"}
_PARTS = ("Alphabetic", "Ideographic", "Phonetic")
_UTF8 = "ISO_IR 192"
MOST_NESTED = 48


def header_of(instance: Mapping[str, Any]) -> bytes:
    r"""Write one instance as a Part 10 header, up to its pixels.

    The transfer syntax is that of the file meta or, where there is none, AvailableTransferSyntaxUID;
    big endian and deflated data are not written that way, and have none here. Texts in
    JSON are UTF-8: where one is not ASCII, SpecificCharacterSet says so. Raises ValueError for
    what is no instance.

    >>> header = header_of({"00080060": {"vr": "CS", "Value": ["CT"]}})
    >>> header[128:]
    b'DICM\x08\x00`\x00CS\x02\x00CT'
    """
    if not isinstance(instance, Mapping):
        raise ValueError("an instance is an object")
    syntax = _text_of(instance, _TRANSFER_SYNTAX) or _text_of(instance, _AVAILABLE_SYNTAX)
    if syntax == BIG or syntax.startswith(_DEFLATED):
        syntax = ""
    tags = [tag for tag in instance if tag not in _OF_SERVER and tag != _TRANSFER_SYNTAX]
    meta: dict[str, Any] = {tag: instance[tag] for tag in tags if tag.startswith("0002") and tag > "00020001"}
    if syntax:
        meta[_TRANSFER_SYNTAX] = {"vr": "UI", "Value": [syntax]}
    body = {tag: instance[tag] for tag in tags if tag > "0007" and tag.upper() not in _PIXELS}
    writer = _Writer(is_implicit=syntax == IMPLICIT)
    data = writer.elements(body)
    if not writer.is_ascii:
        writer.says_utf8 = True
        data = writer.elements(body | {_CHARACTER_SET: {"vr": "CS", "Value": [_UTF8]}})
    return bytes(128) + b"DICM" + _meta(meta) + data


def _meta(meta: Mapping[str, Any]) -> bytes:
    if not meta or _TRANSFER_SYNTAX not in meta:
        return b""
    data = _Writer().elements(meta)
    return b"\x02\0\0\0UL\x04\0" + struct.pack("<I", len(data)) + data


def _text_of(instance: Mapping[str, Any], tag: str) -> str:
    element = instance.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    value = values[0] if isinstance(values, list) and values else None
    return value.strip(" \0") if isinstance(value, str) else ""


class _Writer:
    """Writes elements in little endian, and notes whether a text needs more than ASCII."""

    def __init__(self, *, is_implicit: bool = False):
        self._is_implicit = is_implicit
        self.is_ascii, self.says_utf8 = True, False

    def elements(self, dataset: Mapping[str, Any], depth: int = 0) -> bytes:
        """Write a data set, its elements in their order."""
        parts = []
        for tag in sorted(dataset, key=str.upper):
            element = dataset[tag]
            place = _place(tag)
            if place is None or not isinstance(element, dict):
                continue
            vr = element.get("vr")
            vr = vr if isinstance(vr, str) and vr in _KNOWN else "UN"
            if tag == _CHARACTER_SET and self.says_utf8:
                element = {"Value": [_UTF8]}
            value = self._value(vr, element, depth)
            if value is not None:
                parts.append(self._element(place, vr, value))
        return b"".join(parts)

    def _element(self, place: tuple[int, int], vr: str, value: bytes) -> bytes | bytearray:
        if len(value) % 2:
            value += b"\0" if vr in _ZERO_PADDED else b" "
        group, element = place
        if self._is_implicit:
            return struct.pack("<HHI", group, element, len(value)) + value
        if vr not in _LONG and len(value) > 0xFFFF:  # PS3.5 6.2.2: too long for a short length
            vr = "UN"
        if vr in _LONG:
            return struct.pack("<HH2sHI", group, element, vr.encode(), 0, len(value)) + value
        return struct.pack("<HH2sH", group, element, vr.encode(), len(value)) + value

    def _value(self, vr: str, element: Mapping[str, Any], depth: int) -> bytes | None:
        """The bytes of a value; None where it is not there, or not of its VR."""
        if "BulkDataURI" in element:
            return None
        try:
            if "InlineBinary" in element:
                return base64.b64decode(element["InlineBinary"], validate=True)
            values = element.get("Value", [])
            if not isinstance(values, list):
                return None
            if vr == "SQ":
                return self._items(values, depth)
            return self._written(vr, values) if values else b""
        except (TypeError, ValueError, OverflowError, struct.error, binascii.Error):
            return None

    def _items(self, items: Iterable[Any], depth: int) -> bytes | None:
        if depth >= MOST_NESTED:
            return None
        parts = []
        for item in items:
            data = self.elements(item or {}, depth + 1)
            parts += [struct.pack("<HHI", 0xFFFE, 0xE000, len(data)), data]
        return b"".join(parts)

    def _written(self, vr: str, values: list[Any]) -> bytes | None:
        if vr in _NUMBERS:
            convert: Callable[[Any], Any] = float if vr in ("FL", "FD") else _whole
            return struct.pack(f"<{len(values)}{_NUMBERS[vr]}", *map(convert, values))
        if vr == "AT":
            return b"".join(struct.pack("<HH", *_place_of(value)) for value in values)
        if vr in _BINARY:
            return None
        if vr in _ONE_TEXT:
            values = values[:1]
        texts = [self._name(value) if vr == "PN" else _as_text(value) for value in values]
        text = "\\".join(texts)
        self.is_ascii &= text.isascii()
        return text.encode()

    @staticmethod
    def _name(value: Any) -> str:
        """The component groups of a name, those in ideographs and by sound behind."""
        if not isinstance(value, dict):
            return _as_text(value)
        return "=".join(_as_text(value.get(part)) for part in _PARTS).rstrip("=")


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("neither text nor a number")
    is_whole = isinstance(value, float) and value.is_integer() and 0 < abs(value) < 1e15
    return str(int(value)) if is_whole else repr(value)


def _whole(value: Any) -> int:
    whole = int(value)
    # A text that int() takes is whole; as a float it would be rounded beyond 2**53.
    if isinstance(value, float) and whole != value:
        raise ValueError("not a whole number")
    return whole


def _place(tag: Any) -> tuple[int, int] | None:
    """Group and element of a tag in eight hexadecimal digits."""
    try:
        return _place_of(tag)
    except (TypeError, ValueError):
        return None


def _place_of(tag: str) -> tuple[int, int]:
    if len(tag) != 8:
        raise ValueError("a tag has eight digits")
    return int(tag[:4], 16), int(tag[4:], 16)

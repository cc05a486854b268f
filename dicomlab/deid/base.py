"""What the parts of de-identification share: elements as they lie in a file, and why a file is withheld."""

from __future__ import annotations

from typing import NamedTuple

from dicomlab.header.odd_elements import Encoding

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010
PIXELS = frozenset((0x7FE00008, 0x7FE00009, PIXEL_DATA))
TEXTS = frozenset("AE CS LO LT SH ST UC UT".split())
"""VRs of texts that may say anything; other VRs are looked at by what they may hold."""
DATES = frozenset(("DA", "DT", "TM"))


class Withheld(Exception):
    """A file cannot be cleaned with certainty, and is not written. The reason holds no value."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Element:
    """An element of a data set: a value, or items; and where it lies in the file while it is as it was."""

    __slots__ = ("how", "items", "raw", "tag", "value", "vr")

    def __init__(
        self,
        tag: int,
        vr: str,
        value: bytes,
        raw: tuple[int, int] | None = None,
        items: list[list[Element]] | None = None,
        how: Encoding | None = None,
    ):
        self.tag, self.vr, self.value, self.raw, self.items, self.how = tag, vr, value, raw, items, how

    def __repr__(self) -> str:
        return f"<element ({self.tag >> 16:04X},{self.tag & 0xFFFF:04X}) {self.vr}>"  # never its value


class Parsed(NamedTuple):
    """A file taken apart."""

    data: bytes
    """The bytes that elements lie in: those of the file, or what was inflated of them."""
    elements: list[Element]
    how: Encoding
    syntax: str
    is_deflated: bool


def in_words(tag: int) -> str:
    """A tag as people write it.

    >>> in_words(0x00100010)
    '(0010,0010)'
    """
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"

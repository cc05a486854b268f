"""The elements of a header that the kernel handed back: where each value lies, and how it is written.

PS3.5 7.1 to 7.5, read with patience: a data set in another VR encoding than the transfer syntax says, an
element without a VR in the midst of others, sequences of any depth, lengths that end nowhere. Character sets
are not looked at. Nothing here calls itself, so that no depth of nesting does harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import Struct
from typing import NamedTuple

CUT_SHORT = "the file ends inside the header"
BROKEN = "an element in the header is broken"
BROKEN_SEQUENCE = "a sequence in the header is broken"
UNDEFINED = 0xFFFFFFFF

_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
_SHORT_VRS = frozenset("AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
_LONG_VRS = frozenset("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_HEAD = Struct("<HHI"), Struct(">HHI")
_SIZE = Struct("<H"), Struct(">H")
_LONG_SIZE = Struct("<I"), Struct(">I")
_BIG_ITEM = b"\xff\xfe\xe0\x00"


class Encoding(NamedTuple):
    """How a data set is written."""

    is_implicit: bool
    is_big: bool


EXPLICIT = Encoding(is_implicit=False, is_big=False)
IMPLICIT = Encoding(is_implicit=True, is_big=False)
EXPLICIT_BIG = Encoding(is_implicit=False, is_big=True)


class Element(NamedTuple):
    """Where the value of an element lies; `vr` is empty where the file does not say it."""

    start: int
    length: int
    vr: str
    how: Encoding
    is_cut: bool = False
    """Whether the bytes end before the value does."""


class DataSet(NamedTuple):
    """Elements by tag, the last of each; what it lacks, or nothing; where it begins and ends."""

    elements: dict[int, Element]
    reason: str
    begin: int
    end: int


class _Odd(Exception):
    """The reason why there is no next element."""


def read_data_set(b: bytes, p: int, end: int, how: Encoding) -> DataSet:
    """The elements from `p` on, up to the pixels or the end; what stands before one that is broken counts.

    Args:
        b: The file, or as much of it as there is.
        p: Where the data set begins.
        end: Where the bytes end.
        how: What the transfer syntax says; the first element shows whether VRs are written.
    """
    return _read(b, p, end, _as_written(b, p, end, how), is_item=False)


def read_group(b: bytes, p: int, end: int, group: int, how: Encoding) -> DataSet:
    """The elements of one group only, such as the file meta information; none that comes again."""
    return _read(b, p, end, _as_written(b, p, end, how), is_item=False, group=group)


def has_vr(b: bytes, p: int) -> bool:
    """Whether two capital letters stand where an element at `p` has its VR."""
    return p + 6 <= len(b) and 65 <= b[p + 4] <= 90 and 65 <= b[p + 5] <= 90


def items_of(b: bytes, element: Element, is_wanted: Callable[[int], bool]) -> Iterator[DataSet]:
    """The items of a sequence, one after the other; the last one may have a reason why it is the last.

    Items whose length is known, and whose number is not wanted, are given without their elements.
    """
    if element.vr not in ("", "SQ", "UN"):
        return
    p, end = element.start, element.start + element.length
    how = _inside(b, element.start, element.vr, element.how)
    number = 0
    while p < end:
        try:
            tag, _, length, value = _head(b, p, end, how)
        except _Odd:
            yield DataSet({}, BROKEN_SEQUENCE, p, p)
            return
        if tag == _SEQUENCE_END:
            return
        if tag != _ITEM:
            yield DataSet({}, BROKEN_SEQUENCE, p, p)
            return
        stop = end if length == UNDEFINED else min(value + length, end)
        is_whole = length == UNDEFINED or value + length <= end
        item = DataSet({}, "", value, stop)
        if length == UNDEFINED or is_wanted(number):
            item = _read(b, value, stop, _in_item(b, value, stop, how, element.vr), is_item=True)
        number += 1
        yield item if is_whole else item._replace(reason=BROKEN_SEQUENCE)
        if item.reason or not is_whole:
            return
        p = item.end if length == UNDEFINED else stop


def _read(b: bytes, p: int, end: int, how: Encoding, *, is_item: bool, group: int | None = None) -> DataSet:
    found: dict[int, Element] = {}
    begin = p
    while p < end:
        value: int | None = None
        try:
            tag, vr, length, value = _head(b, p, end, how)
            if group is not None and (tag >> 16 != group or tag in found):
                break
            if is_item and tag == _ITEM_END:
                return DataSet(found, "", begin, value)
            if tag >> 16 == 0xFFFE:
                return DataSet(found, BROKEN, begin, p)
            if tag in _PIXELS and not is_item:
                break
            stop = after = value + length
            if length == UNDEFINED:
                stop, after = _end_of_undefined(b, value, end, vr, how)
        except _Odd as odd:
            if value is None and not is_item and _tag(b, p, end, how) in _PIXELS:
                break  # the header is whole, though the file ends where the pixels begin
            is_cut = str(odd) == CUT_SHORT
            if is_cut and value is not None:
                found[tag] = Element(value, end - value, vr, how, is_cut=True)
            return DataSet(found, str(odd), begin, end if is_cut else p)
        if stop > end:
            found[tag] = Element(value, end - value, vr, how, is_cut=True)
            return DataSet(found, CUT_SHORT, begin, end)
        found[tag] = Element(value, stop - value, vr, how)
        p = after
    return DataSet(found, "", begin, p)


def _tag(b: bytes, p: int, end: int, how: Encoding) -> int:
    """The tag at `p`, or -1 where the bytes end before a head of the shorter kind does."""
    if p + 8 > end:
        return -1
    group, element, _ = _HEAD[how.is_big].unpack_from(b, p)
    return int(group) << 16 | int(element)


def _head(b: bytes, p: int, end: int, how: Encoding) -> tuple[int, str, int, int]:
    """Tag, VR, length and where the value begins. Raises _Odd where the bytes end before."""
    if p + 8 > end:
        raise _Odd(CUT_SHORT)
    big = how.is_big
    group, element, length = _HEAD[big].unpack_from(b, p)
    tag = group << 16 | element
    if how.is_implicit or group == 0xFFFE:
        return tag, "", length, p + 8
    vr = b[p + 4 : p + 6].decode("latin-1")
    if vr in _SHORT_VRS:
        return tag, vr, _SIZE[big].unpack_from(b, p + 6)[0], p + 8
    if vr in _LONG_VRS:
        if p + 12 > end:
            raise _Odd(CUT_SHORT)
        return tag, vr, _LONG_SIZE[big].unpack_from(b, p + 8)[0], p + 12
    if not has_vr(b, p):  # one without a VR among others: some writers do so in the midst of a file
        return tag, "", length, p + 8
    return tag, vr, _SIZE[big].unpack_from(b, p + 6)[0], p + 8


def _as_written(b: bytes, p: int, end: int, how: Encoding) -> Encoding:
    """The encoding that the first element shows."""
    return how if p + 6 > end else how._replace(is_implicit=not has_vr(b, p))


def _inside(b: bytes, p: int, vr: str, how: Encoding) -> Encoding:
    """How the items of a sequence are written: under UN in little endian (PS3.5 6.2.2), mostly."""
    if vr != "UN":
        return how
    return Encoding(is_implicit=True, is_big=how.is_big and b[p : p + 4] == _BIG_ITEM)


def _in_item(b: bytes, p: int, end: int, how: Encoding, vr: str) -> Encoding:
    """The same for one item: without VRs where the first element has none; with them under UN, seldom."""
    if p + 6 > end:
        return how
    if vr == "UN":
        is_explicit = b[p + 4 : p + 6].decode("latin-1") in _SHORT_VRS | _LONG_VRS
        return how._replace(is_implicit=not is_explicit)
    return how if how.is_implicit else how._replace(is_implicit=not has_vr(b, p))


def _end_of_undefined(b: bytes, p: int, end: int, vr: str, how: Encoding) -> tuple[int, int]:
    """Where a value of undefined length ends, and what comes after its delimiter.

    Raises _Odd where it does not end, or holds what is no item.
    """
    inside = _inside(b, p, vr, how)
    if p + 8 > end:
        raise _Odd(CUT_SHORT)
    tag = _head(b, p, end, inside)[0]
    if tag not in (_ITEM, _SEQUENCE_END):
        delimiter = _HEAD[inside.is_big].pack(0xFFFE, 0xE0DD, 0)
        at = b.find(delimiter, p, end)
        if at < 0:
            raise _Odd(CUT_SHORT)
        return at, at + 8
    # What is open: for each an encoding, the VR of the sequence, and whether it is a sequence or an item.
    is_open: list[tuple[Encoding, str, bool]] = [(inside, vr, True)]
    while is_open:
        how, vr, is_sequence = is_open[-1]
        tag, inner_vr, length, value = _head(b, p, end, how)
        if tag == (_SEQUENCE_END if is_sequence else _ITEM_END):
            is_open.pop()
            p, stop = value, p
        elif (tag == _ITEM) != is_sequence or (tag >> 16 == 0xFFFE and tag != _ITEM):
            raise _Odd(BROKEN)
        elif length != UNDEFINED:
            p = value + length
            if p > end:
                raise _Odd(CUT_SHORT)
        elif is_sequence:
            is_open.append((_in_item(b, value, end, how, vr), vr, False))
            p = value
        else:
            is_open.append((_inside(b, value, inner_vr, how), inner_vr, True))
            p = value
    return stop, p

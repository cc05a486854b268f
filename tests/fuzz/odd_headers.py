"""Headers by seed that a file may have and hardly any file has: valid and weird, or a little wrong.

VRs that the dictionary does not expect, UN, odd lengths, sequences of defined and undefined length, private
blocks, group lengths, repeated and unsorted elements, character sets, byte orders, numbers at their limits,
missing UIDs, functional groups. Each is written byte by byte here, so that no library has a say.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from dicomlab.header.engine import HeaderReader
from dicomlab.header.plan import Node, wants
from tests.fuzz.odd_values import ALL_VRS, CHARACTER_SETS, Values

IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED = (f"1.2.840.10008.1.2{end}" for end in ("", ".1", ".2", ".1.99"))
SYNTAXES = (
    IMPLICIT,
    IMPLICIT,
    EXPLICIT,
    EXPLICIT,
    EXPLICIT,
    BIG_ENDIAN,
    BIG_ENDIAN,
    DEFLATED,
    "1.2.840.10008.1.2.4.50",
)
_LONG_VRS = frozenset("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
UNDEFINED = 0xFFFFFFFF
MUST_HAVE = (0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00080060)
"""SOP class, the three UIDs and the modality: mostly there."""


@dataclass(frozen=True)
class Encoding:
    """How elements are written."""

    is_implicit: bool
    is_big: bool

    @property
    def order(self) -> str:
        """The sign of the byte order in `struct`."""
        return ">" if self.is_big else "<"

    def element(self, tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
        """One element, with the length of its value or the one that is given."""
        size = len(value) if length is None else length
        head = struct.pack(f"{self.order}HH", tag >> 16, tag & 0xFFFF)
        if self.is_implicit:
            return head + struct.pack(f"{self.order}I", size) + value
        if vr in _LONG_VRS:
            return head + vr.encode() + b"\0\0" + struct.pack(f"{self.order}I", size) + value
        return head + vr.encode() + struct.pack(f"{self.order}H", size & 0xFFFF) + value

    def item(self, element: int, size: int, value: bytes = b"") -> bytes:
        """An item, or the end of one or of a sequence."""
        return struct.pack(f"{self.order}HHI", 0xFFFE, element, size) + value


INSIDE_UN = Encoding(is_implicit=True, is_big=False)
"""How the content of an element of VR UN is written, in any file (PS3.5 6.2.2 note 2)."""


@dataclass
class Writer:
    """Writes data sets that have some of what a reader looks for, and much that it does not."""

    choice: random.Random
    vr_of: Callable[[int], str]
    values: Values = field(init=False)
    room: int = 4000
    """About how many bytes of values there may be."""

    def __post_init__(self) -> None:
        self.values = Values(self.choice)

    def data_set(self, node: Node | None, how: Encoding, depth: int, share: float) -> bytes:
        """The elements of a data set, mostly sorted."""
        found: list[tuple[int, bytes]] = []
        if node is not None:
            found += self._wanted(node, how, depth, share)
        for _ in range(self.choice.choice([0, 0, 1, 2, 4])):
            tag, raw = self._noise(how, depth)
            found.append((tag, raw))
        if depth == 0 or self.choice.random() < 0.1:
            charset = self.choice.choice(CHARACTER_SETS)
            if self.choice.random() < 0.6:
                found.append((0x00080005, self._leaf(0x00080005, "CS", how, charset)))
        found = list({tag: (tag, raw) for tag, raw in found}.values())
        if found and self.choice.random() < 0.06:
            tag, _ = self.choice.choice(found)
            found += [(t, raw) for t, raw in found if t == tag]
        if self.choice.random() < 0.15:
            found += [self._group_length(how, group) for group in {tag >> 16 for tag, _ in found[:2]}]
        found.sort(key=lambda pair: pair[0])
        if self.choice.random() < 0.05:
            self.choice.shuffle(found)
        return b"".join(raw for _, raw in found)

    def _wanted(self, node: Node, how: Encoding, depth: int, share: float) -> list[tuple[int, bytes]]:
        found = []
        blocks: dict[tuple[int, str], int] = {}
        for (tag, creator), columns in node.columns.items():
            if tag >> 16 == 2 or tag == 0x00080005 or self.choice.random() > self._share(tag, depth, share):
                continue
            if self.room < 0 and tag not in MUST_HAVE:
                break
            at = self._placed(tag, creator, how, blocks, found)
            numbers = [number for number, _, _ in columns]
            vr = next((vr for _, _, vr in columns if vr), "") or self.vr_of(numbers[0])
            found.append((at, self._leaf(at, vr, how)))
        for (tag, creator), items in node.children.items():
            if self.room < 0 or self.choice.random() > (0.12 if len(node.children) > 20 else 0.4):
                continue
            at = self._placed(tag, creator, how, blocks, found)
            found.append((at, self._sequence(at, how, depth, items)))
        return found

    def _share(self, tag: int, depth: int, share: float) -> float:
        return 0.93 if depth == 0 and tag in MUST_HAVE else share

    def _placed(
        self,
        tag: int,
        creator: str,
        how: Encoding,
        blocks: dict[tuple[int, str], int],
        found: list[tuple[int, bytes]],
    ) -> int:
        """Where an element stands: a private one in a block whose creator is written once, or twice."""
        if not creator:
            return tag
        group, choice = tag >> 16, self.choice
        if (group, creator) not in blocks or choice.random() < 0.1:
            block = choice.choice([0x10, 0x10, 0x11, 0x12, 0xFF, choice.randint(0x10, 0xFF)])
            blocks[group, creator] = block
            if choice.random() < 0.95:
                pad = choice.choice([b"", b"", b" ", b"\0", b"   "])
                name = choice.choice([b"", b"", b"", b" "]) + creator.encode() + pad
                at = group << 16 | block
                found.append((at, how.element(at, choice.choice(["LO", "LO", "LO", "LO", "UN", "SH"]), name)))
        return group << 16 | blocks[group, creator] << 8 | tag & 0xFF

    def _leaf(self, tag: int, vr: str, how: Encoding, value: bytes | None = None) -> bytes:
        """An element with a value, under the VR that is expected, another one, or UN."""
        choice = self.choice
        vr = choice.choice(["US", "SS"]) if vr == "US or SS" else vr
        written = vr
        if choice.random() < 0.06:
            written = choice.choice(ALL_VRS)
            vr = choice.choice([vr, written])
        if choice.random() < 0.08:
            written = "UN"
        is_big = how.is_big and (written != "UN" or choice.random() < 0.1)
        value = self.values.value(vr, is_big=is_big) if value is None else value
        self.room -= len(value) + 8
        if len(value) > 65534 and written not in _LONG_VRS:
            written = "UN"
        return how.element(tag, written, value)

    def _sequence(self, tag: int, how: Encoding, depth: int, items: dict[int, Node] | None) -> bytes:
        """A sequence of defined or undefined length, of as many items as there may be, or under VR UN."""
        choice = self.choice
        is_unknown = not how.is_implicit and choice.random() < 0.1
        inner = INSIDE_UN if is_unknown else how
        n = choice.choice([0, 1, 1, 1, 2, 3]) if depth else choice.choice([0, 1, 1, 2, 3, 5])
        some = [self._item(inner, depth, (items or {}).get(k, (items or {}).get(-1))) for k in range(n)]
        content = b"".join(some)
        vr = "UN" if is_unknown else "SQ"
        if choice.random() < 0.5:
            return how.element(tag, vr, content)
        return how.element(tag, vr, content + inner.item(0xE0DD, 0), UNDEFINED)

    def _item(self, how: Encoding, depth: int, node: Node | None) -> bytes:
        choice = self.choice
        content = (
            b""
            if choice.random() < 0.1
            else self.data_set(node, how, depth + 1, choice.choice([0.2, 0.6, 0.9]))
        )
        if choice.random() < 0.5:
            return how.item(0xE000, len(content), content)
        return how.item(0xE000, UNDEFINED, content + how.item(0xE00D, 0))

    def _noise(self, how: Encoding, depth: int) -> tuple[int, bytes]:
        """An element that nobody looks for."""
        choice = self.choice
        kind = choice.randrange(8)
        if kind == 0 and depth < 4:
            tag = choice.choice([0x00081140, 0x00209222, 0x00400275, 0x0029_1099, 0x00331001, 0x00880200])
            return tag, self._sequence(tag, how, depth, None)
        if kind == 1 and not how.is_implicit and depth:  # an icon, compressed
            parts = how.item(0xE000, 0) + how.item(0xE000, 6, choice.randbytes(6)) + how.item(0xE0DD, 0)
            return 0x00880200, how.element(0x00880200, choice.choice(["OB", "OW"]), parts, UNDEFINED)
        if kind == 2:
            group = choice.choice([0x0009, 0x0019, 0x0029, 0x2005, 0x7FE1])
            tag = group << 16 | choice.choice([0x0001, 0x0010, 0x00FE, 0x1001, 0x10FF, 0x9901])
            return tag, self._leaf(tag, choice.choice(["LO", "UN", "OB"]), how)
        if kind == 3:
            return 0x00104000, how.element(
                0x00104000, "LT", self.values.token() * choice.choice([1, 50, 900])
            )
        if kind == 4 and depth == 0:
            return 0xFFFCFFFC, how.element(0xFFFCFFFC, "OB", bytes(choice.randint(0, 50)))
        tag = choice.choice(
            [0x00104000, 0x00180011, 0x00204000, 0x60003000, 0x00400555, 0x00280106, 0x00081030]
        )
        return tag, self._leaf(tag, choice.choice(ALL_VRS), how)

    def _group_length(self, how: Encoding, group: int) -> tuple[int, bytes]:
        value = struct.pack(f"{how.order}I", self.choice.choice([0, 4, 1000, UNDEFINED]))
        return group << 16, how.element(group << 16, "UL", value)


def _meta(choice: random.Random, syntax: str) -> bytes:
    """Group 0002, mostly whole: with its length right, wrong or left out, and private information."""
    how = Encoding(is_implicit=False, is_big=False)
    uid = (
        syntax.encode() + choice.choice([b"", b"\0", b"\0", b" "])
        if choice.random() < 0.9
        else syntax.encode()
    )
    uid += b"" if len(uid) % 2 == 0 or choice.random() < 0.1 else b"\0"
    rows = [
        (0x00020001, "OB", b"\0\1"),
        (0x00020002, "UI", b"1.2.840.10008.5.1.4.1.1.2\0"),
        (0x00020003, "UI", b"1.2.3\0"),
    ]
    rows = [row for row in rows if choice.random() < 0.8]
    rows += [(0x00020010, "UI", uid)] if choice.random() < 0.96 else []
    rows += [(0x00020013, "SH", b"Zq7xmeta")] if choice.random() < 0.3 else []
    if choice.random() < 0.1:
        rows += [(0x00020100, "UI", b"1.2.3.4\0"), (0x00020102, "OB", choice.randbytes(6))]
    raw = b"".join(how.element(*row) for row in rows)
    length = choice.choice([len(raw)] * 6 + [0, len(raw) + 10])
    return (how.element(0x00020000, "UL", struct.pack("<I", length)) if choice.random() < 0.85 else b"") + raw


def _pixels(choice: random.Random, how: Encoding) -> bytes:
    """What comes behind a header, or nothing."""
    kind = choice.randrange(6)
    if kind == 0:
        return b""
    if kind == 1 and not how.is_implicit and not how.is_big:
        parts = how.item(0xE000, 0) + how.item(0xE000, 8, choice.randbytes(8)) + how.item(0xE0DD, 0)
        return how.element(0x7FE00010, "OB", parts, UNDEFINED)
    tag = choice.choice([0x7FE00010] * 5 + [0x7FE00008, 0x7FE00009])
    return how.element(tag, "OW", choice.randbytes(32))


def odd_header(seed: int, reader: HeaderReader) -> bytes:
    """The file of a seed: mostly a Part 10 file that has some of what `reader` looks for."""
    choice = random.Random(seed)
    syntax = choice.choice(SYNTAXES)
    how = Encoding(is_implicit=syntax == IMPLICIT, is_big=syntax == BIG_ENDIAN)
    writer = Writer(choice, _vr_of(reader), room=choice.choice([300, 1000, 3000, 3000, 8000, 30_000]))
    body = writer.data_set(reader._tree, how, 0, choice.choice([0.05, 0.2, 0.5, 0.9])) + _pixels(choice, how)
    if syntax == DEFLATED:
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = packer.compress(body) + packer.flush()
        body += b"\0" * (len(body) % 2)
    preamble = choice.choice(
        [bytes(128), bytes(128), bytes(128), b"II*\0" + bytes(124), choice.randbytes(128)]
    )
    start = preamble + b"DICM" if choice.random() < 0.95 else b""
    return start + (_meta(choice, syntax) if choice.random() < 0.97 else b"") + body


@cache
def _vr_of(reader: HeaderReader) -> Callable[[int], str]:
    """The VR that the column of a number expects."""
    known = {want.number: want.vr for want in wants(reader._all, reader._frames)}
    number = len(reader._all)
    for j, column in enumerate(reader._all):
        known[j] = column.vr
    for found in reader._frames:
        for _ in found.ranks:
            known[number] = known.get(number) or found.column.vr
            known[number + 1] = known.get(number + 1) or found.column.vr
            number += 2
    return lambda number: known[number]

"""The content of a structured report: the tree of its items, read by the same walk as headers.

PS3.3 C.17.3: each item of ContentSequence has a value, the code that names it, and items below it. The
kernel notes the values that are wanted, and each item where it begins, in the order of the
file; the tree is put together from that. What the kernel hands back, `fallback` reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from dicomlab.header import kernel
from dicomlab.header.fallback import read_odd
from dicomlab.header.plan import Node, make_plan
from dicomlab.schema.columns import ANY_ITEM, Step

DEPTH = 7
"""How deep below the root content items are looked at; dose templates need five."""
MOST_VALUES = 1024 * 1024
"""How many values of one report are looked at."""
_ROOM = 32 * 1024
TOO_MANY = f"more content than the {MOST_VALUES:,} values that are read of a report"


class Kind(IntEnum):
    """What is noted of a content item."""

    BEGIN = 0
    VALUE_TYPE = 1
    NAME = 2
    NAME_SCHEME = 3
    TEXT = 4
    DATETIME = 5
    UID = 6
    CODE = 7
    CODE_SCHEME = 8
    CODE_MEANING = 9
    NUMBER = 10
    UNIT = 11
    REFERENCE = 12
    CHARSET = 13


_KINDS = 16
_CONTENT = Step(0x0040A730, ANY_ITEM)
_NAME = Step(0x0040A043, 0)
_VALUE = Step(0x0040A168, 0)
_MEASURED = Step(0x0040A300, 0)
_CODES = (0x00080100, 0x00080119, 0x00080120)
"""CodeValue, LongCodeValue, URNCodeValue: a code has one of them (PS3.3 8.1)."""

_PLACES: tuple[tuple[Kind, tuple[Step, ...], tuple[int, ...]], ...] = (
    (Kind.VALUE_TYPE, (), (0x0040A040,)),
    (Kind.NAME, (_NAME,), _CODES),
    (Kind.NAME_SCHEME, (_NAME,), (0x00080102,)),
    (Kind.TEXT, (), (0x0040A160,)),
    (Kind.DATETIME, (), (0x0040A120,)),
    (Kind.UID, (), (0x0040A124,)),
    (Kind.CODE, (_VALUE,), _CODES),
    (Kind.CODE_SCHEME, (_VALUE,), (0x00080102,)),
    (Kind.CODE_MEANING, (_VALUE,), (0x00080104,)),
    (Kind.NUMBER, (_MEASURED,), (0x0040A30A,)),
    (Kind.UNIT, (_MEASURED, Step(0x004008EA, 0)), _CODES),
    (Kind.REFERENCE, (Step(0x00081199, 0),), (0x00081155,)),
)


@dataclass(slots=True)
class Item:
    """A content item: its values as bytes, by kind, and the items below it."""

    values: dict[int, bytes] = field(default_factory=dict)
    charsets: dict[int, bytes] = field(default_factory=dict)
    """The character set of a value, where an item says another one than the file."""
    children: list[Item] = field(default_factory=list)

    def text(self, kind: Kind) -> str:
        """A value as plain text, without padding; nothing where it is not there."""
        return self.values.get(kind, b"").decode("ascii", "replace").strip(" \0")

    @property
    def name(self) -> str:
        """Scheme and code of the concept name; the codes of SNOMED have had several schemes."""
        return _coded(self.text(Kind.NAME_SCHEME), self.text(Kind.NAME))

    @property
    def code(self) -> str:
        """Scheme and code of a coded value."""
        return _coded(self.text(Kind.CODE_SCHEME), self.text(Kind.CODE))


_SAME_SCHEME = {"SNM3": "SRT", "99SDM": "SRT", "SNM": "SRT"}  # PS3.16 8.1: earlier names of SRT


def _coded(scheme: str, code: str) -> str:
    return f"{_SAME_SCHEME.get(scheme, scheme)} {code}"


def _tree() -> Node:
    """What is wanted of a report, down to DEPTH."""
    root = Node()
    root.columns[0x00080005, ""] = [(int(Kind.CHARSET), True, "")]
    node = root
    for depth in range(DEPTH + 1):
        for kind, steps, tags in _PLACES:
            at = node
            for step in steps:
                at = at.below(step)[0]
            for tag in tags:
                at.columns[tag, ""] = [(depth * _KINDS + kind, True, "")]
        if depth < DEPTH:
            node = node.below(_CONTENT)[0]
            node.mark = (depth + 1) * _KINDS + Kind.BEGIN
    return root


class ContentReader:
    """Reads the content of one report after the other."""

    def __init__(self) -> None:
        self._tree = _tree()
        self._plan = make_plan(self._tree)
        self._many = kernel.new_many(_ROOM)
        self._stack = kernel.new_stack()

    def read(
        self, data: np.ndarray, start: int, size: int, is_wanted: Callable[[Item], bool]
    ) -> tuple[Item, str] | None:
        """The root of the report that lies at `data[start : start + size]`, and what it lacks, or why.

        `is_wanted` sees the root without what is below it; None where it does not want more.
        """
        place = np.int32 if data.size <= np.iinfo(np.int32).max else np.int64
        cells = np.full((1, 1), -1, place), np.zeros((1, 1), np.int32), np.zeros((1, 1), np.uint16)
        while True:
            self._many.filled[0] = 0
            state, _ = kernel.walk(
                data, start, size, size, True, self._plan, cells, self._many, 0, self._stack
            )
            room = len(self._many.cells)
            if state != kernel.NO_ROOM or room >= MOST_VALUES:
                break
            self._many = kernel.new_many(min(4 * room, MOST_VALUES))
        if state == kernel.ODD:
            return self.read_odd(data[start : start + size].tobytes(), is_wanted)
        raw, noted = data[start : start + size].tobytes(), self._many.cells[: self._many.filled[0]]
        of_root = noted[noted[:, 0] < _KINDS]
        if not is_wanted(_put_together(self._values(of_root, raw, start))):
            return None
        return _put_together(self._values(noted, raw, start)), TOO_MANY if state == kernel.NO_ROOM else ""

    def read_odd(self, head: bytes, is_wanted: Callable[[Item], bool]) -> tuple[Item, str] | None:
        """The same for a report that the kernel hands back."""
        outcome = read_odd(head, self._tree, total=len(head))
        root = _put_together(
            (number, raw, charset) for number, _, raw, _, charset in outcome.many[:MOST_VALUES]
        )
        if not is_wanted(root):
            return None
        return root, outcome.reason or (TOO_MANY if len(outcome.many) > MOST_VALUES else "")

    @staticmethod
    def _values(noted: np.ndarray, raw: bytes, start: int) -> Iterator[tuple[int, bytes, bytes]]:
        for number, _, _, at, size, _, charset_at, charset_size in noted.tolist():
            begin, said = at - start, charset_at - start
            charset = raw[said : said + charset_size] if charset_size else b""
            yield number, raw[begin : begin + size], charset


def _put_together(noted: Iterable[tuple[int, bytes, bytes]]) -> Item:
    """The tree of items from what was noted, in the order of the file: an item before what is in it."""
    way = [Item()]
    for number, raw, charset in noted:
        depth, kind = divmod(number, _KINDS)
        if kind == Kind.BEGIN:
            item = Item()
            way[depth - 1].children.append(item)
            del way[depth:]
            way.append(item)
        else:
            way[depth].values.setdefault(kind, raw)
            if charset:
                way[depth].charsets.setdefault(kind, charset)
    return way[0]

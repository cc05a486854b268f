"""The wanted columns as the arrays that the kernel walks with."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dicomlab.header.kernel import ANY_ITEM, CREATOR, WalkPlan
from dicomlab.header.values import vr_code
from dicomlab.schema.columns import Column, Step
from dicomlab.schema.frames import PER_FRAME, SHARED, FrameColumn


@dataclass(frozen=True)
class Want:
    """One place to look at: where it is, and the column number its value goes to.

    `vr` says what stands there, where that is not what the column expects.
    """

    number: int
    steps: tuple[Step, ...]
    tag: int
    creator: str = ""
    vr: str = ""

    @property
    def is_many(self) -> bool:
        """Whether the value is one of many."""
        return any(step.item == ANY_ITEM for step in self.steps)


def wants(
    columns: Sequence[Column], frames: Sequence[FrameColumn] = (), n_own: int | None = None
) -> Iterator[Want]:
    """The places of all columns; those from number `n_own` on count for others, which may expect another VR.

    Column j has number j. The r-th rank of all frame columns has number n + 2 r in the functional
    groups of single frames, and n + 2 r + 1 in the shared ones; one more is for the items of
    the per-frame functional groups themselves.
    """
    for j, column in enumerate(columns):
        if not column.has_place:
            continue
        is_own = n_own is None or j < n_own
        yield Want(j, column.steps, column.tag, column.creator, "" if is_own else column.vr)
    number = len(columns)
    for found in frames:
        for places in found.ranks:
            for place in places:
                vr = place.vr if place.vr != found.column.vr else ""
                for below, sequence in enumerate((PER_FRAME, SHARED)):
                    steps = (Step(sequence, ANY_ITEM), *place.steps)
                    yield Want(number + below, steps, place.tag, place.creator, vr)
            number += 2


def n_wanted(columns: Sequence[Column], frames: Sequence[FrameColumn]) -> int:
    """How many column numbers there are but for the mark of frames, which has the next one."""
    return len(columns) + 2 * sum(len(found.ranks) for found in frames)


@dataclass
class Node:
    """What is wanted of one data set: columns by (tag, creator), and nodes by item of a sequence.

    A column is its number, whether it is one of many values, and its VR or nothing. `mark` is the
    column number that the item itself is noted with, or -1.
    """

    columns: dict[tuple[int, str], list[tuple[int, bool, str]]] = field(default_factory=dict)
    children: dict[tuple[int, str], dict[int, Node]] = field(default_factory=dict)
    is_any: bool = False
    mark: int = -1

    def below(self, step: Step) -> list[Node]:
        """The nodes that a step leads to; what any item has, each listed item has too."""
        items = self.children.setdefault((step.tag, step.creator), {})
        if step.item not in items:
            items[step.item] = copy.deepcopy(items.get(ANY_ITEM, Node()))
        if step.item != ANY_ITEM:
            return [items[step.item]]
        for node in items.values():
            node.is_any = True
        return list(items.values())

    def in_order(self) -> Node:
        """The node with its names ascending, and all below it."""
        below = {
            name: {k: node.in_order() for k, node in items.items()}
            for name, items in sorted(self.children.items())
        }
        return Node(dict(sorted(self.columns.items())), below, self.is_any, self.mark)

    def creators(self) -> set[str]:
        """The creators of all private elements that are wanted."""
        here = {creator for _, creator in (*self.columns, *self.children) if creator}
        inner = (node for items in self.children.values() for node in items.values())
        return here.union(*(node.creators() for node in inner))


def make_tree(
    columns: Sequence[Column], frames: Sequence[FrameColumn] = (), n_own: int | None = None
) -> Node:
    """Gather the places of all columns; node by node they are where the elements are met."""
    root = Node()
    for want in wants(columns, frames, n_own):
        nodes = [root]
        for step in want.steps:
            nodes = [inner for node in nodes for inner in node.below(step)]
        for node in nodes:
            entry = (want.number, want.is_many, want.vr)
            node.columns.setdefault((want.tag, want.creator), []).append(entry)
    for node in root.children.get((PER_FRAME, ""), {}).values():
        node.mark = n_wanted(columns, frames) if frames else -1
    return root.in_order()


def make_plan(root: Node, plain: Sequence[Column] | None = None) -> WalkPlan:
    """Lay the tree of wanted tags out flat.

    `plain` are the columns that count in a single image, all if not given: where no header is kept, the
    walk of one may end behind them.
    """
    creators = sorted(root.creators())
    number_of = {"": 0} | {creator: k + 1 for k, creator in enumerate(creators)}
    queue = [root]
    nodes: list[tuple[int, int, bool, bool, int]] = []
    keys: list[int] = []
    entries: list[tuple[int, int, bool, int, int]] = []
    items: list[tuple[int, int]] = []
    for node in queue:  # grows while it is walked
        first, names = len(entries), {*node.columns, *node.children}
        for key, name in sorted(
            (number_of[creator] * CREATOR + tag, (tag, creator)) for tag, creator in names
        ):
            begin = len(items)
            # ANY_ITEM comes first, so that a listed item is the last that fits.
            for item, below in sorted(node.children.get(name, {}).items()):
                items.append((item, len(queue)))
                queue.append(below)
            for column, is_many, vr in node.columns.get(name, [(-1, False, "")]):
                keys.append(key)
                entries.append((column, vr_code(vr), is_many, begin, len(items)))
                begin = len(items)
        has_private = any(creator for _, creator in names)
        nodes.append((first, len(entries), has_private, node.is_any, node.mark))
    texts = [creator.encode("utf-8") for creator in creators]
    starts = np.concatenate([[0], np.cumsum([len(t) for t in texts])]).astype(np.int64)
    last = _last((*root.columns, *root.children))
    return WalkPlan(
        nodes=_array(nodes, 5),
        keys=np.array(keys, np.int64),
        entries=_array(entries, 5),
        items=_array(items, 2),
        creator_bytes=np.frombuffer(b"".join(texts) or b"\0", np.uint8).copy(),
        creator_start=starts,
        last_tag=last if plain is None else min(_last(_top(column) for column in plain), last),
        last_of_more=last,
    )


def _top(column: Column) -> tuple[int, str]:
    """The tag and creator by which a column's value is met in the data set of the file."""
    first = column.steps[0] if column.steps else column
    return first.tag, first.creator


def _last(tops: Iterable[tuple[int, str]]) -> int:
    return max((tag | 0xFFFF if creator else tag for tag, creator in tops), default=0)


def _array(rows: Sequence[tuple[int, ...]], width: int) -> np.ndarray:
    return np.array(rows, np.int64).reshape(-1, width)

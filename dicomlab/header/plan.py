"""The wanted columns as the arrays that the kernel walks with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dicomlab.header.kernel import WalkPlan
from dicomlab.schema.columns import Column


@dataclass
class _Node:
    columns: dict[int, int] = field(default_factory=dict)
    children: dict[int, dict[int, _Node]] = field(default_factory=dict)


def make_plan(columns: Sequence[Column]) -> WalkPlan:
    """Lay the tree of wanted tags out flat; column j of the result is `columns[j]`."""
    root = _Node()
    private: list[tuple[int, str, int]] = []
    for j, column in enumerate(columns):
        if column.creator:
            private.append((column.tag, column.creator, j))
            continue
        node = root
        for step in column.steps:
            node = node.children.setdefault(step.tag, {}).setdefault(step.item, _Node())
        node.columns[column.tag] = j
    tags = [c.steps[0].tag if c.steps else c.tag for c in columns]
    private_last = [c.tag | 0xFFFF for c in columns if c.creator]
    return _flat(root, private, max([*tags, *private_last], default=0))


def _flat(root: _Node, private: list[tuple[int, str, int]], last_tag: int) -> WalkPlan:
    queue = [root]
    lo, hi, tag, column, child_lo, child_hi, item, child = ([] for _ in range(8))  # type: ignore[var-annotated]
    for node in queue:  # grows while it is walked
        lo.append(len(tag))
        for key in sorted({*node.columns, *node.children}):
            tag.append(key)
            column.append(node.columns.get(key, -1))
            child_lo.append(len(item))
            for number, below in sorted(node.children.get(key, {}).items()):
                item.append(number)
                child.append(len(queue))
                queue.append(below)
            child_hi.append(len(item))
        hi.append(len(tag))
    creators = sorted({creator for _, creator, _ in private})
    texts = [creator.encode("utf-8") for creator in creators]
    starts = np.concatenate([[0], np.cumsum([len(t) for t in texts])]).astype(np.int64)

    def array(values: Sequence[int]) -> np.ndarray:
        return np.asarray(values, np.int64)

    return WalkPlan(
        node_lo=array(lo),
        node_hi=array(hi),
        entry_tag=array(tag),
        entry_column=array(column),
        entry_child_lo=array(child_lo),
        entry_child_hi=array(child_hi),
        child_item=array(item),
        child_node=array(child),
        private_tag=array([t for t, _, _ in private]),
        private_creator=array([creators.index(c) for _, c, _ in private]),
        private_column=array([j for _, _, j in private]),
        creator_bytes=np.frombuffer(b"".join(texts) or b"\0", np.uint8).copy(),
        creator_start=starts,
        last_tag=last_tag,
    )

"""Headers that hold a value for each of many columns, wherever its place is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicomlab.schema.columns import ANY_ITEM, Step

N_ITEMS = 2
"""Items of a sequence of which every item counts."""


def value_of(vr: str, number: int) -> Any:
    """A value of a VR, another one for each number."""
    texts = {"DA": f"2024{number % 12 + 1:02d}{number // 12 % 28 + 1:02d}", "AS": f"{number:03d}Y"}
    texts |= {"TM": f"10{number % 60:02d}{number // 60:02d}", "UI": f"1.2.{number}", "CS": f"T{number}"}
    texts["DT"] = f"2024{number % 12 + 1:02d}01101500.{number:06d}+0100"
    if vr in texts:
        return texts[vr]
    if vr in ("DS", "IS"):
        return str(number)
    if vr in ("FD", "FL"):
        return float(number)
    if vr in ("US", "UL", "SS", "SL", "SV", "UV", "AT"):
        return number
    return f"{number:04d}".encode() if vr in ("OB", "OW", "OD", "OF", "OL", "OV", "UN") else f"t{number}"


def one_vr(vr: str) -> str:
    """The first of several VRs that an element may have."""
    return vr.partition(" or ")[0]


def put(ds: Dataset, steps: Iterable[Step], tag: int, vr: str, creator: str, value: Any) -> None:
    """Write a value below the sequences that lead to it; into all items where any counts."""
    here = [ds]
    for step in steps:
        here = [inner for one in here for inner in _items(one, step)]
    for number, one in enumerate(here):
        own = value if not isinstance(value, list) else value[number % len(value)]
        if creator:
            block = one.private_block(tag >> 16, creator, create=True)
            if tag & 0xFF not in {inner.tag.element & 0xFF for inner in one if _is_in(inner.tag, block)}:
                block.add_new(tag & 0xFF, one_vr(vr), own)
        elif tag not in one:
            one.add_new(tag, one_vr(vr), own)


def _is_in(tag: Any, block: Any) -> bool:
    return bool(
        tag.group == block.group and tag.element >> 8 == block.block_start >> 8 and tag.element > 0xFF
    )


def _items(ds: Dataset, step: Step) -> list[Dataset]:
    most = N_ITEMS if step.item == ANY_ITEM else step.item + 1
    if step.creator:
        block = ds.private_block(step.tag >> 16, step.creator, create=True)
        if step.tag & 0xFF not in {e.tag.element & 0xFF for e in ds if _is_in(e.tag, block)}:
            block.add_new(step.tag & 0xFF, "SQ", Sequence())
        items = block[step.tag & 0xFF].value
    else:
        if step.tag not in ds:
            ds.add_new(step.tag, "SQ", Sequence())
        items = ds[step.tag].value
    while len(items) < most:
        items.append(Dataset())
    return list(items) if step.item == ANY_ITEM else [items[step.item]]

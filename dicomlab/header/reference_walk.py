"""Walk whole headers for items that name another instance or series, at any depth.

A compiled walk, as `kernel` is, of files that the kernel could read: there is no list of where references
may stand, since they stand in some hundred sequences, functional groups and SR content included. A file in
whose bytes no tag of a reference lies is not walked at all.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from dicomlab.header.kernel import PRELUDE, UNDEFINED, _fragments, _head, _syntax, _u16, _u32

ROW, PARENT, TAG, PATH, HAS_BELOW = range(5)
"""File, slot of the item around it or -1, tag of its sequence, all tags above it as one number, and whether
an item in it names an instance."""
VALUES = 5
"""Where the offsets and lengths of values begin, two columns each, in this order."""
INSTANCE, SOP_CLASS, SERIES, STUDY, CODE, SCHEME = (VALUES + 2 * k for k in range(6))
WIDTH = VALUES + 12
DEEPEST = 256
"""How many sequences and items may lie in each other; deeper ones are passed over."""
MOST_SLOTS = 1024 * 1024
"""How many items of one file are noted."""

PURPOSE, CONCEPT = 0x0040A170, 0x0040A043
"""PurposeOfReferenceCodeSequence and ConceptNameCodeSequence: what is in them says why an item refers."""
_SQ, _UN, _OB, _OW = (ord(a) << 8 | ord(b) for a, b in ("SQ", "UN", "OB", "OW"))
_IS_SEQUENCE, _END, _IMPLICIT, _SLOT, _SEQUENCE = range(5)
_jit: Any = nb.njit(nogil=True, cache=True)


@_jit
def _has_tag(pairs: Any) -> bool:
    """Whether (xxxx,1155) or (xxxx,1250) is among pairs of bytes, in either byte order."""
    found = np.uint8(0)
    for k in range(pairs.size):  # without a way out in between, so that it becomes vector instructions
        x = pairs[k]
        found |= np.uint8((x == 0x1155) | (x == 0x5511) | (x == 0x1250) | (x == 0x5012))
    return found != 0


@_jit
def _may_refer(b: Any, start: int, size: int) -> bool:
    """Whether the tag of a reference lies anywhere in the bytes."""
    even, odd = size // 2 * 2, (size - 1) // 2 * 2
    return _has_tag(b[start : start + even].view(np.uint16)) or _has_tag(
        b[start + 1 : start + 1 + odd].view(np.uint16)
    )


@_jit
def _value_of(tag: int) -> int:
    """In which column of a slot the value of an element goes, or -1."""
    if tag == 0x00081155:
        return INSTANCE
    if tag == 0x00081150:
        return SOP_CLASS
    if tag == 0x0020000E:
        return SERIES
    if tag == 0x0020000D:
        return STUDY
    if tag == 0x00080100:
        return CODE
    if tag == 0x00080102:
        return SCHEME
    return -1


@_jit
def _open(slots: Any, filled: int, row: int, parent: int, tag: int) -> None:
    """Note an item of a sequence."""
    slots[filled, ROW], slots[filled, PARENT], slots[filled, TAG] = row, parent, tag
    above = np.int64(17) if parent < 0 else slots[parent, PATH]
    slots[filled, PATH] = above * np.int64(1000003) + tag
    for k in range(HAS_BELOW, WIDTH):
        slots[filled, k] = 0


@_jit
def _close(slots: Any, filled: int, slot: int) -> int:
    """Leave an item: what names nothing, and has nothing in it that does, is forgotten."""
    if slots[slot, INSTANCE + 1] > 0:
        above = slots[slot, PARENT]
        while above >= 0 and slots[above, HAS_BELOW] == 0:
            slots[above, HAS_BELOW] = 1
            above = slots[above, PARENT]
    elif filled == slot + 1 and slots[slot, SERIES + 1] == 0:
        return slot
    return filled


@_jit
def _note(slots: Any, slot: int, sequence: int, tag: int, at: int, size: int) -> None:
    """Note a value of an item; a code belongs to the item that its sequence is in."""
    column = _value_of(tag)
    if column < 0:
        return
    if column in (CODE, SCHEME):
        slot = slots[slot, PARENT] if sequence in (PURPOSE, CONCEPT) else -1
    if slot >= 0 and slots[slot, column + 1] == 0:
        slots[slot, column], slots[slot, column + 1] = at, size


@_jit
def _is_item(b: Any, p: int, big: bool) -> bool:
    if big:
        return b[p] == 0xFF and b[p + 1] == 0xFE and b[p + 2] == 0xE0 and b[p + 3] == 0x00
    return b[p] == 0xFE and b[p + 1] == 0xFF and b[p + 2] == 0x00 and b[p + 3] == 0xE0


@_jit
def _leads_in(b: Any, q: int, code: int, size: int, implicit: int, group: int, big: bool) -> bool:
    """Whether a value of known length, at `q`, holds items."""
    if size < 8:
        return False
    if implicit == 0 and code == _SQ:
        return True
    # A private UN may hold anything; a public one is a sequence that somebody did not know.
    is_open = implicit != 0 or (code == _UN and group & 1 == 0)
    return is_open and _is_item(b, q, big and code != _UN)


@_jit
def _walk(b: Any, start: int, n: int, row: int, slots: Any, filled: int, stack: Any) -> int:
    """Note the items of one header from slot `filled` on; gives how many are filled, or -1 for no room."""
    depth, p, syntax_at, syntax_size = 0, np.int64(PRELUDE), np.int64(-1), np.int64(0)
    in_meta, big = True, False
    stack[_IS_SEQUENCE, 0], stack[_END, 0], stack[_IMPLICIT, 0] = 0, n, 0
    stack[_SLOT, 0], stack[_SEQUENCE, 0] = -1, 0
    while True:
        is_broken = False
        end = stack[_END, depth]
        if (end >= 0 and p >= end) or p + 8 > n:
            if depth == 0:
                break
            if stack[_IS_SEQUENCE, depth] == 0:
                filled = _close(slots, filled, stack[_SLOT, depth])
            depth -= 1
            continue
        q = start + p
        group, element = _u16(b, q, big), _u16(b, q + 2, big)
        tag = (group << 16) | element
        if stack[_IS_SEQUENCE, depth] == 1:
            size = _u32(b, q + 4, big)
            stop = np.int64(-1) if size == UNDEFINED else p + 8 + size
            if tag == 0xFFFEE0DD:
                p += 8
                depth -= 1
                continue
            if tag != 0xFFFEE000 or stop > n or (end >= 0 and stop > end) or depth + 1 >= DEEPEST:
                is_broken = True
            else:
                if filled >= slots.shape[0]:
                    return -1
                _open(slots, filled, row, stack[_SLOT, depth], stack[_SEQUENCE, depth])
                depth += 1
                stack[_IS_SEQUENCE, depth], stack[_END, depth] = 0, stop
                stack[_IMPLICIT, depth] = stack[_IMPLICIT, depth - 1]
                stack[_SLOT, depth], stack[_SEQUENCE, depth] = filled, stack[_SEQUENCE, depth - 1]
                filled += 1
                p += 8
                continue
        elif depth > 0 and tag == 0xFFFEE00D:
            filled = _close(slots, filled, stack[_SLOT, depth])
            depth -= 1
            p += 8
            continue
        else:
            if depth == 0 and in_meta and group != 2:
                kind = _syntax(b, start + syntax_at, syntax_size) if syntax_at >= 0 else 1
                if kind < 0:
                    break
                in_meta, big, stack[_IMPLICIT, 0] = False, kind == 2, 1 if kind == 0 else 0
                if big:
                    continue  # the first element was read the wrong way round
            if depth == 0 and group == 0x7FE0 and element in (0x10, 8, 9):
                break
            implicit = stack[_IMPLICIT, depth]
            code, size, width = _head(b, q, n - p, implicit != 0, big)
            value = p + width
            if width <= 0 or group == 0xFFFE:
                is_broken = True
            elif size == UNDEFINED and implicit == 0 and code in (_OB, _OW):
                state, p = _fragments(b, start, value, n, n, big)
                is_broken = state != 0
                if not is_broken:
                    continue
            elif size == UNDEFINED or (
                value + size <= n
                and not (big and code == _UN)
                and _leads_in(b, start + value, code, size, implicit, group, big)
            ):
                stop = np.int64(-1) if size == UNDEFINED else value + size
                if depth + 1 >= DEEPEST or (end >= 0 and stop > end):
                    is_broken = True
                else:
                    depth += 1
                    stack[_IS_SEQUENCE, depth], stack[_END, depth] = 1, stop
                    stack[_IMPLICIT, depth] = 1 if code == _UN else implicit
                    stack[_SLOT, depth], stack[_SEQUENCE, depth] = stack[_SLOT, depth - 1], tag
                    p = value
                    continue
            elif value + size > n or (end >= 0 and value + size > end):
                is_broken = True
            else:
                if depth > 0:
                    _note(slots, stack[_SLOT, depth], stack[_SEQUENCE, depth], tag, start + value, size)
                elif in_meta and tag == 0x00020010:
                    syntax_at, syntax_size = value, size
                p = value + size
                continue
        # Something is broken: go on behind the nearest value around it whose length is known.
        while depth > 0:
            if stack[_IS_SEQUENCE, depth] == 0:
                filled = _close(slots, filled, stack[_SLOT, depth])
            after = stack[_END, depth]
            depth -= 1
            if after >= 0:
                p, is_broken = after, False
                break
        if is_broken:
            break
    return filled


@_jit
def walk_references(b: Any, starts: Any, sizes: Any, first: int, slots: Any) -> Any:
    """Note the items of headers from number `first` on that may refer; gives (next header, slots filled).

    The next header is the one there was no room for, or how many there are. A header without bytes is
    passed over.
    """
    stack = np.zeros((5, DEEPEST + 1), np.int64)
    filled = np.int64(0)
    for row in range(first, starts.size):
        n = np.int64(sizes[row])
        if n <= PRELUDE or not _may_refer(b, starts[row], n):
            continue
        now = _walk(b, starts[row], n, row, slots, filled, stack)
        if now < 0:
            return row, filled
        filled = now
    return starts.size, filled

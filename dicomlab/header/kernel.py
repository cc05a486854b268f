"""Walk the headers of many files at once, without a Python object per element.

The compiled functions here know bytes only. They take implicit VR, explicit VR, and explicit VR
big endian (PS3.5 7.1, 7.5, A.1 to A.3) and answer, per file and wanted column, where the value lies and
how long it is. Whatever is in the least unusual they hand back (`ODD`) rather than guess:
`fallback` reads those files. No function reads outside `[start, start + avail)`; depth is bounded
by MAX_DEPTH, and each step moves forward, so no file can make one run long.

All positions are int64: numba turns uint64 mixed with int64 into float64.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numba as nb
import numpy as np
from numba import types
from numba.core.types import ExternalFunction

OK, NEED_MORE, ODD, UNOPENED, TOO_LONG, NO_ROOM = 0, 1, 2, 3, 4, 5
MAX_DEPTH = 48
UNDEFINED = 0xFFFFFFFF
UNKNOWN = 1 << 62
"""Stands for the size of a file that nobody has asked for yet."""
PRELUDE = 132
LEAST_READ, MOST_READ = 4096, 256 * 1024
"""Bounds of the first read of a file, in bytes."""

_IMAGE_TYPE, _SOP_CLASS, _NUMBER_OF_FRAMES = 0x00080008, 0x00080016, 0x00280008
_CHARACTER_SET = 0x00080005

CREATOR = 1 << 32
"""What the number of a creator is multiplied with in the key of a private element."""

BIG = 0x8000
"""Marks the VR of a value that is big endian."""
_SHORT_VR, _LONG_VR = 1, 2
_SQ, _UN, _OB, _OW = (ord(a) << 8 | ord(b) for a, b in ("SQ", "UN", "OB", "OW"))


class WalkPlan(NamedTuple):
    """The wanted columns as arrays: a tree of tags, of private elements by creator.

    A row of `nodes` is a data set: its first entry and the one after its last, whether any of them
    is private, whether the node stands for any item, and the column that such an item is
    noted in, or -1. Node 0 is the data set of the file. The entries of a node ascend by `keys`: a
    tag, or for a private element CREATOR times the creator's number, counted from 1, and
    the tag with the block taken out: gggg00ee. Several entries may have one key.

    A row of `entries` is the column that a value goes to, or -1; the VR of a value where
    the file does not say it and the column expects another; whether it is one of many, since
    any item on the way to it counts; and the first of `items` that it leads to and the one after
    the last, which the first entry of a key has. A row of `items` is the number of an item, or
    ANY_ITEM, and its node.
    """

    nodes: np.ndarray
    keys: np.ndarray
    entries: np.ndarray
    items: np.ndarray
    creator_bytes: np.ndarray
    creator_start: np.ndarray
    last_tag: int
    last_of_more: int
    """The last one wanted of a file that may be more than one image."""


_LO, _HI, _HAS_PRIVATE, _IS_ANY, _MARK = range(5)
_COLUMN, _KIND, _MANY, _CHILD_LO, _CHILD_HI = range(5)
_NUMBER, _CHILD = range(2)


class Many(NamedTuple):
    """Values of which a file may have any number, in the order they were met.

    `cells[k]` is column, row, item (of the outermost sequence with any item), offset, length,
    VR; and offset and length of the SpecificCharacterSet of the nearest item around that has one, -1 and
    0 where none has. `filled[0]` says how many there are.
    """

    cells: np.ndarray
    filled: np.ndarray


def new_many(room: int) -> Many:
    """Room for so many values."""
    return Many(np.zeros((room, 8), np.int64), np.zeros(1, np.int64))


ANY_ITEM = -1
MOST_MANY = 4 * 1024 * 1024
"""A file with more such values than this is handed back."""


def _vr_table() -> np.ndarray:
    table = np.zeros((26, 26), np.uint8)
    short = "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US"
    long = "OB OD OF OL OV OW SQ SV UC UN UR UT UV"
    for kind, names in ((_SHORT_VR, short), (_LONG_VR, long)):
        for name in names.split():
            table[ord(name[0]) - 65, ord(name[1]) - 65] = kind
    return table


_VR = _vr_table()
_jit: Any = nb.njit(nogil=True, cache=True)
_inline: Any = nb.njit(nogil=True, cache=True, inline="always")


@_inline
def _u16(b: Any, p: int, big: bool) -> Any:
    if big:
        return (np.int64(b[p]) << 8) | np.int64(b[p + 1])
    return np.int64(b[p]) | (np.int64(b[p + 1]) << 8)


@_inline
def _u32(b: Any, p: int, big: bool) -> Any:
    if big:
        return (_u16(b, p, True) << 16) | _u16(b, p + 2, True)
    return _u16(b, p, False) | (_u16(b, p + 2, False) << 16)


@_inline
def _vr_kind(x: int, y: int) -> Any:
    if 65 <= x <= 90 and 65 <= y <= 90:
        return np.int64(_VR[x - 65, y - 65])
    return 0


@_inline
def _find(tags: Any, lo: int, hi: int, tag: int) -> int:
    while lo < hi:
        middle = (lo + hi) >> 1
        if tags[middle] < tag:
            lo = middle + 1
        else:
            hi = middle
    return lo


@_jit
def _syntax(b: Any, p: int, n: int) -> int:
    """0 for implicit VR, 1 for explicit VR little endian, 2 for big; -1 for what the kernel leaves."""
    while n > 0 and (b[p + n - 1] == 0 or b[p + n - 1] == 32):
        n -= 1
    stem = b"1.2.840.10008.1.2"
    if n < 17:
        return -1
    for k in range(17):
        if b[p + k] != stem[k]:
            return -1
    if n == 17:
        return 0
    if b[p + 17] != 46:
        return -1
    if n == 19 and b[p + 18] == 50:
        return 2
    if n >= 21 and b[p + 18] == 49 and b[p + 19] == 46 and b[p + 20] == 57:
        return -1  # deflated, whole or by frame
    return 1


@_jit
def _has(b: Any, p: int, n: int, word: Any) -> bool:
    """Whether a text has a word."""
    for k in range(n - len(word) + 1):
        same = True
        for j in range(len(word)):
            if b[p + k + j] != word[j]:
                same = False
                break
        if same:
            return True
    return False


@_jit
def _is_single(b: Any, p: int, n: int) -> bool:
    """Whether a SOP class is of single images: CR, DX, MG, CT, MR or PT (PS3.4 B.5)."""
    while n > 0 and (b[p + n - 1] == 0 or b[p + n - 1] == 32):
        n -= 1
    stem = b"1.2.840.10008.5.1.4.1.1."
    if n <= len(stem) or not _has(b, p, len(stem), stem):
        return False
    at, rest = p + len(stem), n - len(stem)
    if rest == 1:
        return b[at] == 49 or b[at] == 50 or b[at] == 52  # 1 CR, 2 CT, 4 MR
    if rest == 3 and b[at] == 49:
        return _has(b, at, 3, b"128") or _has(b, at, 3, b"1.1") or _has(b, at, 3, b"1.2")
    return rest == 5 and (_has(b, at, 5, b"1.1.1") or _has(b, at, 5, b"1.2.1"))


@_jit
def _is_blank(b: Any, p: int, n: int) -> bool:
    """Whether a text is nothing but padding."""
    for k in range(p, p + n):
        if b[k] != 0 and b[k] != 32:
            return False
    return True


@_jit
def _is_letter(code: int) -> bool:
    return 65 <= code <= 90


@_jit
def _creator_at(names: Any, starts: Any, b: Any, p: int, n: int) -> int:
    """Which wanted private creator stands at p, or -1."""
    while n > 0 and (b[p + n - 1] == 0 or b[p + n - 1] == 32):
        n -= 1
    while n > 0 and b[p] == 32:
        p += 1
        n -= 1
    for c in range(starts.size - 1):
        s = starts[c]
        if starts[c + 1] - s != n:
            continue
        same = True
        for k in range(n):
            if names[s + k] != b[p + k]:
                same = False
                break
        if same:
            return c
    return -1


# A walk keeps, per depth, what it is in: a data set or a sequence of items; where that ends (-1 where
# its length is undefined); whether it is implicit VR; the node of a data set or the entry of a
# sequence (-1 where nothing in it is wanted); the number of the next item; the item of the
# outermost sequence with any item (-1 outside); the group whose private blocks are known; the
# greatest tag so far, of a data set that something is wanted of; where the character set lies that an
# item around says (-1 where none does), and how long it is. From _BLOCKS on, each depth has a
# row of which creator has which private block of that group.
_IS_SEQUENCE, _END, _IMPLICIT, _NODE, _ITEM, _WILD, _GROUP, _GREATEST, _CHARSET, _CHARSET_SIZE, _BLOCKS = (
    range(11)
)


@_jit
def new_stack() -> Any:
    """Room for one walk at a time."""
    return np.zeros((_BLOCKS + MAX_DEPTH + 1, 256), np.int64)


@_inline
def _enter(stack: Any, depth: int, is_sequence: int, end: int, implicit: int, node: int, wild: int) -> None:
    stack[_IS_SEQUENCE, depth], stack[_END, depth] = is_sequence, end
    stack[_IMPLICIT, depth], stack[_NODE, depth], stack[_ITEM, depth] = implicit, node, 0
    stack[_WILD, depth], stack[_GROUP, depth], stack[_GREATEST, depth] = wild, -1, -1
    above = max(depth - 1, 0)  # the data set of the file has -1 before anything is entered
    stack[_CHARSET, depth], stack[_CHARSET_SIZE, depth] = stack[_CHARSET, above], stack[_CHARSET_SIZE, above]


@_inline
def _short(avail: int, total: int, p: int, need: int) -> Any:
    """What to answer where the bytes at hand do not reach: the file has more, or is cut."""
    if avail >= total:
        return ODD, p
    return NEED_MORE, need


@_jit
def _head(b: Any, q: int, room: int, is_implicit: bool, big: bool) -> Any:
    """VR, length, and how long the element's head is: 0 for what is odd, -1 for too few bytes."""
    x, y = np.int64(b[q + 4]), np.int64(b[q + 5])
    kind = _vr_kind(x, y)
    if is_implicit:
        # Letters here may be an explicit VR in a file that says it has none.
        return np.int64(0), _u32(b, q + 4, big), 0 if kind else 8
    code = (x << 8) | y
    if kind == _SHORT_VR:
        return code, _u16(b, q + 6, big), 8
    if kind == _LONG_VR and room < 12:
        return code, np.int64(0), -1
    if kind == _LONG_VR:
        return code, _u32(b, q + 8, big), 12
    return code, np.int64(0), 0


@_inline
def _item(
    b: Any,
    q: int,
    p: int,
    total: int,
    big: bool,
    nodes: Any,
    entries: Any,
    items: Any,
    stack: Any,
    depth: int,
) -> Any:
    """Go into the next item of a sequence, over it, or out: (OK or ODD, position, depth)."""
    tag = (_u16(b, q, big) << 16) | _u16(b, q + 2, big)
    size, end, entry = _u32(b, q + 4, big), stack[_END, depth], stack[_NODE, depth]
    state, to, inner = OK, p + 8, depth + 1
    if tag == 0xFFFEE0DD and end < 0 and size == 0:
        inner = depth - 1
    elif tag != 0xFFFEE000:
        state, to, inner = ODD, p, depth
    else:
        node, wild, number = np.int64(-1), stack[_WILD, depth], stack[_ITEM, depth]
        if entry >= 0:
            for k in range(entries[entry, _CHILD_LO], entries[entry, _CHILD_HI]):
                # A listed item comes after ANY_ITEM, and wins.
                if items[k, _NUMBER] == number or items[k, _NUMBER] == ANY_ITEM:
                    node = items[k, _CHILD]
            if wild < 0 and node >= 0 and nodes[node, _IS_ANY]:
                wild = number
        stack[_ITEM, depth] = number + 1
        stop: Any = np.int64(-1)
        if size != UNDEFINED:
            stop = p + 8 + size
        if stop > total or (stop >= 0 and end >= 0 and stop > end):
            state, to, inner = ODD, p, depth
        elif stop >= 0 and node < 0:
            to, inner = stop, depth
        elif depth + 1 >= MAX_DEPTH:
            state, to, inner = ODD, p, depth
        else:
            _enter(stack, depth + 1, 0, stop, stack[_IMPLICIT, depth], node, wild)
    return state, to, inner


@_jit
def _fragments(b: Any, start: int, p: int, avail: int, total: int, big: bool) -> Any:
    """Pass encapsulated pixels in an item, up to their delimiter: (status, position)."""
    while True:
        if p + 8 > avail:
            return _short(avail, total, p, p + 12)
        q = start + p
        tag = (_u16(b, q, big) << 16) | _u16(b, q + 2, big)
        size = _u32(b, q + 4, big)
        if tag == 0xFFFEE0DD and size == 0:
            return OK, p + 8
        if tag != 0xFFFEE000 or size == UNDEFINED or p + 8 + size > total:
            return ODD, p
        p += 8 + size


@_inline
def _append(
    cells: Any, filled: Any, column: int, row: int, stack: Any, depth: int, at: int, size: int, code: int
) -> bool:
    """Note one of many values; False where there is no room."""
    k = filled[0]
    has_room = k < cells.shape[0]
    if has_room:
        cells[k, 0], cells[k, 1], cells[k, 2] = column, row, stack[_WILD, depth]
        cells[k, 3], cells[k, 4], cells[k, 5] = at, size, code
        cells[k, 6], cells[k, 7] = stack[_CHARSET, depth], stack[_CHARSET_SIZE, depth]
        filled[0] = k + 1
    return has_room


@_inline
def _private_entry(keys: Any, lo: int, hi: int, group: int, element: int, creator: int) -> int:
    """The entry of an element in a block of a wanted creator, or -1."""
    key = (creator + 1) * CREATOR + ((group << 16) | (element & 0xFF))
    entry = _find(keys, lo, hi, key)
    if entry >= hi or keys[entry] != key:
        entry = np.int64(-1)
    return entry


@_inline
def _learn(stack: Any, depth: int, group: int, element: int, creator: int) -> None:
    """Note that a private block is of a wanted creator, or of another one (-1)."""
    if stack[_GROUP, depth] != group and creator >= 0:
        stack[_GROUP, depth] = group
        for k in range(256):
            stack[_BLOCKS + depth, k] = -1
    if stack[_GROUP, depth] == group:
        stack[_BLOCKS + depth, element] = creator


@_jit
def walk(
    b: Any,
    start: int,
    avail: int,
    total: int,
    keep: bool,
    plan: Any,
    cells: Any,
    many: Any,
    row: int,
    stack: Any,
) -> Any:
    """Walk one header; give (status, position).

    The file's first `avail` of `total` bytes lie at `b[start:]`. For OK the position is where
    the header ends (at PixelData or the end of the file); for NEED_MORE how many bytes of the
    file the walk needs. `cells` are `off[column, row]`, `length` and `vr`: filled for what is
    there, -1 in `off` before; `vr` is 0 under implicit VR, with BIG in it under big endian.
    What is below any item goes to `many`; NO_ROOM says that it is full.
    `total` may be UNKNOWN: then OK and ODD hold whatever it is. `stack` is `new_stack()`.
    """
    if avail < PRELUDE:
        return ODD, 0
    if b[start + 128] != 68 or b[start + 129] != 73 or b[start + 130] != 67 or b[start + 131] != 77:
        return ODD, 0
    # Taken out once: each look into a tuple costs as much as the look at an element.
    off, length, vr = cells
    nodes, keys, entries, items = plan.nodes, plan.keys, plan.entries, plan.items
    names, name_starts = plan.creator_bytes, plan.creator_start
    last_tag, last_of_more = plan.last_tag, plan.last_of_more
    values, filled = many.cells, many.filled
    depth, p = 0, np.int64(PRELUDE)
    stack[_CHARSET, 0], stack[_CHARSET_SIZE, 0] = -1, 0
    _enter(stack, 0, 0, total, 0, 0, -1)
    in_meta, big = True, False
    syntax_at, syntax_length = np.int64(-1), np.int64(0)
    cursor, last = np.int64(0), np.int64(-1)
    is_wanted = False  # whether any private block was met that is asked for
    # Whether it is of a kind without frames; and whether it has some all the same, or is a mosaic.
    is_single, has_more = False, False
    while True:
        end = stack[_END, depth]
        if end >= 0 and p >= end:
            if p > end or (depth == 0 and in_meta):
                return ODD, p
            if depth == 0:
                return OK, p
            depth -= 1
            continue
        if p + 8 > avail:
            return _short(avail, total, p, p + 12)
        q = start + p
        if stack[_IS_SEQUENCE, depth]:
            above = depth
            state, p, depth = _item(b, q, p, total, big, nodes, entries, items, stack, depth)
            if state != OK:
                return state, p
            inside = stack[_NODE, depth]
            if depth > above and inside >= 0 and nodes[inside, _MARK] >= 0:
                mark = nodes[inside, _MARK]
                if not _append(values, filled, mark, row, stack, depth, start + p, 0, 0):
                    return NO_ROOM, p
            continue

        group, element = _u16(b, q, big), _u16(b, q + 2, big)
        tag = (group << 16) | element
        if depth == 0:
            if in_meta and group != 2:
                if syntax_at >= 0:
                    kind = _syntax(b, start + syntax_at, syntax_length)
                else:  # as pydicom does: a low group and the letters of a VR
                    kind = 1 if group < 0x400 and _is_letter(b[q + 4]) and _is_letter(b[q + 5]) else -1
                if kind < 0:
                    return ODD, p
                in_meta, big, stack[_IMPLICIT, 0] = False, kind == 2, kind == 0
                if big:
                    continue  # the first element was read the wrong way round
            if group <= 2 and not in_meta:
                return ODD, p  # commands and file meta have no place in a data set
            if group == 0x7FE0 and (element == 0x10 or element == 8 or element == 9):
                return OK, p
            if (
                tag > last_tag
                and not keep
                and not in_meta
                and (tag > last_of_more or (is_single and not has_more))
            ):
                return OK, p
        elif tag == 0xFFFEE00D and end < 0 and _u32(b, q + 4, big) == 0:
            p += 8
            depth -= 1
            continue
        if group == 0xFFFE:
            return ODD, p

        implicit, node = stack[_IMPLICIT, depth], stack[_NODE, depth]
        code, size, width = _head(b, q, avail - p, implicit != 0, big)
        if width < 0:
            return _short(avail, total, p, p + 12)
        if width == 0:
            return ODD, p
        value = p + width

        entry = np.int64(-1)
        if node >= 0 and group & 1:
            if nodes[node, _HAS_PRIVATE]:
                if size != UNDEFINED and 0x10 <= element <= 0xFF:  # a creator: its name is read at once
                    if value + size > total or (end >= 0 and value + size > end):
                        return ODD, p
                    if value + size > avail:
                        return _short(avail, total, p, value + size + 12)
                    creator = _creator_at(names, name_starts, b, start + value, size)
                    is_wanted |= creator >= 0
                    if is_wanted:
                        _learn(stack, depth, group, element, creator)
                # Most private elements are in blocks that nobody asked for: they cost one look.
                elif is_wanted and element >= 0x1000 and stack[_GROUP, depth] == group:
                    creator = stack[_BLOCKS + depth, element >> 8]
                    if creator >= 0:
                        lo, hi = nodes[node, _LO], nodes[node, _HI]
                        entry = _private_entry(keys, lo, hi, group, element, creator)
        elif node >= 0:
            hi = nodes[node, _HI]
            if depth > 0 or tag <= last:
                cursor = _find(keys, nodes[node, _LO], hi, tag)
            else:
                while cursor < hi and keys[cursor] < tag:
                    cursor += 1
            # Coming back from an item, the data set's next entry is searched for.
            last = tag if depth == 0 else np.int64(UNKNOWN)
            if cursor < hi and keys[cursor] == tag:
                entry = cursor
        leads_on = entry >= 0 and entries[entry, _CHILD_HI] > entries[entry, _CHILD_LO]
        if node >= 0:
            # Where tags do not ascend, an element may come again, or before its private creator.
            if tag > stack[_GREATEST, depth]:
                stack[_GREATEST, depth] = tag
            elif depth > 0 or leads_on or in_meta or (is_wanted and group & 1):
                return ODD, p

        stop = value + size
        if size == UNDEFINED:
            if in_meta or depth + 1 >= MAX_DEPTH or (entry >= 0 and not leads_on):
                return ODD, p
            if implicit == 0 and (code == _OB or code == _OW):
                state, p = _fragments(b, start, value, avail, total, big)
                if state != OK:
                    return state, p
                continue
            if implicit == 0 and code != _SQ and (code != _UN or big):
                return ODD, p
            # The items of an undefined length UN are implicit VR (PS3.5 6.2.2).
            depth += 1
            inner = entry if leads_on else np.int64(-1)
            _enter(stack, depth, 1, -1, 1 if code == _UN else implicit, inner, stack[_WILD, depth - 1])
            p = value
            continue
        if stop > total or (end >= 0 and stop > end):
            return ODD, p
        if leads_on and size > 0:
            is_unknown = implicit == 0 and code == _UN and not big
            if (implicit == 0 and code != _SQ and not is_unknown) or depth + 1 >= MAX_DEPTH:
                return ODD, p
            depth += 1
            _enter(stack, depth, 1, stop, 1 if is_unknown else implicit, entry, stack[_WILD, depth - 1])
            p = value
            continue
        if stop > avail:
            return _short(avail, total, p, stop + 12)

        if depth > 0 and tag == _CHARACTER_SET and not _is_blank(b, start + value, size):
            stack[_CHARSET, depth], stack[_CHARSET_SIZE, depth] = start + value, size
        if big and code != _UN:  # what is UN is in little endian, whatever the file is (PS3.5 6.2.2 note 2)
            code |= BIG
        if entry >= 0:
            k, hi, key = entry, nodes[node, _HI], keys[entry]
            while k < hi and keys[k] == key:
                column = entries[k, _COLUMN]
                kind = code if code != 0 else entries[k, _KIND]
                if column < 0:
                    pass
                elif entries[k, _MANY]:
                    if not _append(values, filled, column, row, stack, depth, start + value, size, kind):
                        return NO_ROOM, p
                elif key < CREATOR or off[column, row] < 0:  # of blocks with one creator the first counts
                    off[column, row], length[column, row], vr[column, row] = start + value, size, kind
                k += 1
        if not keep and depth == 0 and tag <= _NUMBER_OF_FRAMES:
            if tag == _IMAGE_TYPE:
                has_more = _has(b, start + value, size, b"MOSAIC") or _has(b, start + value, size, b"VFRAME")
            elif tag == _SOP_CLASS:
                is_single = _is_single(b, start + value, size)
            elif tag == _NUMBER_OF_FRAMES:
                has_more = True
        if in_meta and tag == 0x00020010:
            syntax_at, syntax_length = value, size
        p = stop


@_jit
def walk_many(
    b: Any,
    starts: Any,
    sizes: Any,
    keep: bool,
    plan: Any,
    cells: Any,
    many: Any,
    status: Any,
    ends: Any,
) -> int:
    """Walk headers that lie whole in one buffer: `sizes[i]` bytes at `starts[i]`.

    Gives how many were done: fewer where `many` has no room for more.
    """
    stack = new_stack()
    for row in range(starts.size):
        known, n = many.filled[0], sizes[row]
        status[row], where = walk(b, starts[row], n, n, keep, plan, cells, many, row, stack)
        if status[row] != OK:
            many.filled[0] = known
        if status[row] == NO_ROOM and (known > 0 or many.cells.shape[0] < MOST_MANY):
            return row
        ends[row] = where if status[row] == OK else 0
    return starts.size


_open: Any = ExternalFunction("open", types.intc(types.voidptr, types.intc))
_pread: Any = ExternalFunction("pread", types.intp(types.intc, types.voidptr, types.uintp, types.int64))
_lseek: Any = ExternalFunction("lseek", types.int64(types.intc, types.int64, types.intc))
_close: Any = ExternalFunction("close", types.intc(types.intc))

READS_FILES = sys.platform in ("linux", "darwin")
"""Whether `read_many` can open files itself, on this system."""

# O_RDONLY | O_NONBLOCK | O_CLOEXEC: a named pipe that took a file's place must not hold us.
_OPEN_FLAGS = 0x0004 | 0x01000000 if sys.platform == "darwin" else 0o4000 | 0o2000000


@_jit
def read_many(
    names: Any,
    name_start: Any,
    first: int,
    b: Any,
    chunk: int,
    limit: int,
    keep: bool,
    plan: Any,
    cells: Any,
    many: Any,
    status: Any,
    starts: Any,
    ends: Any,
) -> int:
    """Open, read and walk files from number `first` on, until `b` or the rows are full.

    `names` holds the paths, each ended by a zero byte, at `name_start`. The first read of the
    first file is `chunk` bytes; of the others as much as the header before needed, since
    neighbours are alike; more is read only where a header is longer. Headers are packed: one
    begins where the last ended. A header longer than `limit` is TOO_LONG. Gives how many files
    were done; 0 when the buffer is too small for the next one, -1 when `many` is.
    """
    stack = new_stack()
    p = np.int64(0)
    n = min(name_start.size - 1 - first, status.size)
    guess = np.int64(chunk)
    for row in range(n):
        if p + guess > b.size:
            if row > 0 and b.size - p < chunk:
                return row
            guess = np.int64(min(guess, b.size - p))
        starts[row] = p
        ends[row] = 0
        fd = _open(names[name_start[first + row] :].ctypes, _OPEN_FLAGS)
        if fd < 0:
            status[row] = UNOPENED
            continue
        got = np.int64(_pread(fd, b[p:].ctypes, guess, 0))
        if got < 0:
            status[row] = UNOPENED
            _close(fd)
            continue
        total = got if got < guess else np.int64(UNKNOWN)
        known = many.filled[0]
        while True:
            many.filled[0] = known
            state, where = walk(b, p, got, total, keep, plan, cells, many, row, stack)
            if state == NO_ROOM and (known > 0 or many.cells.shape[0] < MOST_MANY):
                many.filled[0] = known
                _close(fd)
                return row if row > 0 else -1
            if state == NO_ROOM:
                state, where = TOO_LONG, 0
            if state != NEED_MORE:
                break
            if total == UNKNOWN:
                total = np.int64(_lseek(fd, 0, 2))
                if total < where:
                    continue  # the walk may have asked for more than there is
            if where > limit:
                state, where = TOO_LONG, 0
                break
            # Twice as much as before, so that a long header is walked few times.
            upto = min(max(where, 2 * got), total)
            if p + upto > b.size:
                upto = min(where, total)
            if p + upto > b.size:
                many.filled[0] = known
                _close(fd)
                return row
            more = np.int64(_pread(fd, b[p + got :].ctypes, upto - got, got))
            if more <= 0:
                total = got  # the file has become shorter
                continue
            got += more
        _close(fd)
        status[row] = state
        if state != OK:
            many.filled[0] = known
        else:
            ends[row] = where
            p += where
            near = (where + 1024) & ~1023
            guess = np.int64(min(max(near, LEAST_READ), MOST_READ))
    return n

"""Walk the headers of many files at once, without a Python object per element.

The compiled functions here know bytes only. They take implicit VR, explicit VR, and explicit VR
big endian (PS3.5 7.1, 7.5, A.1 to A.3) and answer, per file and wanted column, where the value lies and
how long it is. Whatever is in the least unusual they hand back (`ODD`) rather than guess:
pydicom reads those files. No function reads outside `[start, start + avail)`; depth is bounded
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

OK, NEED_MORE, ODD, UNOPENED, TOO_LONG = 0, 1, 2, 3, 4
MAX_DEPTH = 48
UNDEFINED = 0xFFFFFFFF
UNKNOWN = 1 << 62
"""Stands for the size of a file that nobody has asked for yet."""
PRELUDE = 132
LEAST_READ, MOST_READ = 4096, 256 * 1024
"""Bounds of the first read of a file, in bytes."""

BIG = 0x8000
"""Marks the VR of a value that is big endian."""
_SHORT_VR, _LONG_VR = 1, 2
_SQ, _UN, _OB, _OW = (ord(a) << 8 | ord(b) for a, b in ("SQ", "UN", "OB", "OW"))


class WalkPlan(NamedTuple):
    """The wanted columns as arrays: a tree of tags, and private elements by creator.

    Node 0 is the data set. A node's entries are `entry_tag[node_lo:node_hi]`, ascending;
    an entry fills `entry_column`, or leads through the items in `child_item` to `child_node`.
    """

    node_lo: np.ndarray
    node_hi: np.ndarray
    entry_tag: np.ndarray
    entry_column: np.ndarray
    entry_child_lo: np.ndarray
    entry_child_hi: np.ndarray
    child_item: np.ndarray
    child_node: np.ndarray
    private_tag: np.ndarray
    private_creator: np.ndarray
    private_column: np.ndarray
    creator_bytes: np.ndarray
    creator_start: np.ndarray
    last_tag: int


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
def _creator_at(plan: Any, b: Any, p: int, n: int) -> int:
    """Which wanted private creator stands at p, or -1."""
    while n > 0 and (b[p + n - 1] == 0 or b[p + n - 1] == 32):
        n -= 1
    while n > 0 and b[p] == 32:
        p += 1
        n -= 1
    for c in range(plan.creator_start.size - 1):
        s = plan.creator_start[c]
        if plan.creator_start[c + 1] - s != n:
            continue
        same = True
        for k in range(n):
            if plan.creator_bytes[s + k] != b[p + k]:
                same = False
                break
        if same:
            return c
    return -1


# A walk keeps, per depth, what it is in: a data set or a sequence of items; where that ends (-1 where
# its length is undefined); whether it is implicit VR; the node of a data set or the entry of a
# sequence (-1 where nothing in it is wanted); the number of the next item. The last row holds which
# creator has which private block of the group.
_IS_SEQUENCE, _END, _IMPLICIT, _NODE, _ITEM, _BLOCKS = range(6)


@_jit
def new_stack() -> Any:
    """Room for one walk at a time."""
    return np.zeros((6, 256), np.int64)


@_inline
def _enter(stack: Any, depth: int, is_sequence: int, end: int, implicit: int, node: int) -> None:
    stack[_IS_SEQUENCE, depth], stack[_END, depth] = is_sequence, end
    stack[_IMPLICIT, depth], stack[_NODE, depth], stack[_ITEM, depth] = implicit, node, 0


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


@_jit
def _item(b: Any, q: int, p: int, total: int, big: bool, plan: Any, stack: Any, depth: int) -> Any:
    """Go into the next item of a sequence, over it, or out: (OK or ODD, position, depth)."""
    tag = (_u16(b, q, big) << 16) | _u16(b, q + 2, big)
    size, end, entry = _u32(b, q + 4, big), stack[_END, depth], stack[_NODE, depth]
    if tag == 0xFFFEE0DD and end < 0 and size == 0:
        return OK, p + 8, depth - 1
    if tag != 0xFFFEE000:
        return ODD, p, depth
    node = np.int64(-1)
    if entry >= 0:
        for k in range(plan.entry_child_lo[entry], plan.entry_child_hi[entry]):
            if plan.child_item[k] == stack[_ITEM, depth]:
                node = plan.child_node[k]
    stack[_ITEM, depth] += 1
    stop = np.int64(-1)
    if size != UNDEFINED:
        stop = p + 8 + size
        if stop > total or (end >= 0 and stop > end):
            return ODD, p, depth
        if node < 0:
            return OK, stop, depth
    if depth + 1 >= MAX_DEPTH:
        return ODD, p, depth
    _enter(stack, depth + 1, 0, stop, stack[_IMPLICIT, depth], node)
    return OK, p + 8, depth + 1


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


@_jit
def _private(
    b: Any, at: int, size: int, tag: int, code: int, plan: Any, cells: Any, row: int, blocks: Any
) -> None:
    """Note a creator's block, or a wanted element in a block whose creator is known."""
    off, length, vr = cells
    element = tag & 0xFFFF
    if 0x10 <= element <= 0xFF:
        blocks[element] = _creator_at(plan, b, at, size)
    elif element >= 0x1000 and blocks[element >> 8] >= 0:
        wanted = (tag & ~0xFFFF) | (element & 0xFF)
        for k in range(plan.private_tag.size):
            column = plan.private_column[k]
            is_it = plan.private_tag[k] == wanted and plan.private_creator[k] == blocks[element >> 8]
            if is_it and off[column, row] < 0:
                off[column, row], length[column, row], vr[column, row] = at, size, code


@_jit
def walk(
    b: Any, start: int, avail: int, total: int, keep: bool, plan: Any, cells: Any, row: int, stack: Any
) -> Any:
    """Walk one header; give (status, position).

    The file's first `avail` of `total` bytes lie at `b[start:]`. For OK the position is where
    the header ends (at PixelData or the end of the file); for NEED_MORE how many bytes of the
    file the walk needs. `cells` are `off[column, row]`, `length` and `vr`: filled for what is
    there, -1 in `off` before; `vr` is 0 under implicit VR, with BIG in it under big endian.
    `total` may be UNKNOWN: then OK and ODD hold whatever it is. `stack` is `new_stack()`.
    """
    if avail < PRELUDE:
        return ODD, 0
    if b[start + 128] != 68 or b[start + 129] != 73 or b[start + 130] != 67 or b[start + 131] != 77:
        return ODD, 0
    off, length, vr = cells
    depth, p = 0, np.int64(PRELUDE)
    _enter(stack, 0, 0, total, 0, 0)
    in_meta, big, group_of_blocks = True, False, np.int64(-1)
    syntax_at, syntax_length = np.int64(-1), np.int64(0)
    cursor, last = np.int64(0), np.int64(-1)
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
            state, p, depth = _item(b, q, p, total, big, plan, stack, depth)
            if state != OK:
                return state, p
            continue

        group, element = _u16(b, q, big), _u16(b, q + 2, big)
        tag = (group << 16) | element
        if depth == 0:
            if in_meta and group != 2:
                kind = _syntax(b, start + syntax_at, syntax_length) if syntax_at >= 0 else -1
                if kind < 0:
                    return ODD, p
                in_meta, big, stack[_IMPLICIT, 0] = False, kind == 2, kind == 0
                if big:
                    continue  # the first element was read the wrong way round
            if group <= 2 and not in_meta:
                return ODD, p  # commands and file meta have no place in a data set
            if group == 0x7FE0 and (element == 0x10 or element == 8 or element == 9):
                return OK, p
            if not keep and tag > plan.last_tag and not in_meta:
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
        if node >= 0:
            hi = plan.node_hi[node]
            if depth > 0 or tag <= last:
                cursor = _find(plan.entry_tag, plan.node_lo[node], hi, tag)
            else:
                while cursor < hi and plan.entry_tag[cursor] < tag:
                    cursor += 1
            # Coming back from an item, the data set's next entry is searched for.
            last = tag if depth == 0 else np.int64(UNKNOWN)
            if cursor < hi and plan.entry_tag[cursor] == tag:
                entry = cursor
        leads_on = entry >= 0 and plan.entry_child_hi[entry] > plan.entry_child_lo[entry]

        stop = value + size
        if size == UNDEFINED:
            if in_meta or depth + 1 >= MAX_DEPTH or (entry >= 0 and not leads_on):
                return ODD, p
            if implicit == 0 and (code == _OB or code == _OW):
                state, p = _fragments(b, start, value, avail, total, big)
                if state != OK:
                    return state, p
                continue
            if implicit == 0 and code != _SQ and (code != _UN or leads_on or big):
                return ODD, p
            # The items of an undefined length UN are implicit VR (PS3.5 6.2.2).
            depth += 1
            _enter(stack, depth, 1, -1, 1 if code == _UN else implicit, entry if leads_on else -1)
            p = value
            continue
        if stop > total or (end >= 0 and stop > end):
            return ODD, p
        if leads_on and size > 0:
            if (implicit == 0 and code != _SQ) or depth + 1 >= MAX_DEPTH:
                return ODD, p
            depth += 1
            _enter(stack, depth, 1, stop, implicit, entry)
            p = value
            continue
        if stop > avail:
            return _short(avail, total, p, stop + 12)

        code |= BIG if big else 0
        if entry >= 0 and plan.entry_column[entry] >= 0:
            column = plan.entry_column[entry]
            off[column, row], length[column, row], vr[column, row] = start + value, size, code
        if in_meta and tag == 0x00020010:
            syntax_at, syntax_length = value, size
        if depth == 0 and group & 1 and plan.private_tag.size:
            if group != group_of_blocks:
                stack[_BLOCKS, :] = -1
                group_of_blocks = group
            _private(b, start + value, size, tag, code, plan, cells, row, stack[_BLOCKS])
        p = stop


@_jit
def walk_many(
    b: Any,
    starts: Any,
    sizes: Any,
    keep: bool,
    plan: Any,
    cells: Any,
    status: Any,
    ends: Any,
) -> None:
    """Walk headers that lie whole in one buffer: `sizes[i]` bytes at `starts[i]`."""
    stack = new_stack()
    for row in range(starts.size):
        status[row], where = walk(b, starts[row], sizes[row], sizes[row], keep, plan, cells, row, stack)
        ends[row] = where if status[row] == OK else 0


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
    status: Any,
    starts: Any,
    ends: Any,
) -> int:
    """Open, read and walk files from number `first` on, until `b` or the rows are full.

    `names` holds the paths, each ended by a zero byte, at `name_start`. The first read of the
    first file is `chunk` bytes; of the others as much as the header before needed, since
    neighbours are alike; more is read only where a header is longer. Headers are packed: one
    begins where the last ended. A header longer than `limit` is TOO_LONG. Gives how many files
    were done; 0 when the buffer is too small for the next one.
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
        while True:
            state, where = walk(b, p, got, total, keep, plan, cells, row, stack)
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
                _close(fd)
                return row
            more = np.int64(_pread(fd, b[p + got :].ctypes, upto - got, got))
            if more <= 0:
                total = got  # the file has become shorter
                continue
            got += more
        _close(fd)
        status[row] = state
        if state == OK:
            ends[row] = where
            p += where
            near = (where + 1024) & ~1023
            guess = np.int64(min(max(near, LEAST_READ), MOST_READ))
    return n

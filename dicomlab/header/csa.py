"""Fields of the Siemens CSA headers, and values of the protocol in them.

A CSA header is a list of named fields with texts as values, always little endian; there are two
forms of it, CSA2 beginning with `SV10` (nibabel: Siemens format DICOM with CSA header; Siemens
names them in its DICOM conformance statements). One field of the series header holds the protocol:
lines of `path = value` between `### ASCCONV BEGIN` and `### ASCCONV END`.

The compiled functions here read nothing outside the bytes of the element and only move forward, so
that no file can hold them up. What is broken ends the walk; what was found before counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numba as nb
import numpy as np
import pyarrow as pa

from dicomlab.header.values import Cells, Problem, cast, cells_alone
from dicomlab.schema.columns import Column, Csa, private_column, public_column
from dicomlab.schema.private import CSA_CREATOR, PROTOCOL_FIELDS

_jit: Any = nb.njit(nogil=True, cache=True)
_inline: Any = nb.njit(nogil=True, cache=True, inline="always")

MOST_FIELDS = 1024
"""A header that claims more fields is taken for broken; real ones have about a hundred."""
_WHOLE, _NO_HEADER, _CUT, _NO_PROTOCOL = range(4)
_REASONS = {
    _NO_HEADER: "the CSA header is none that is known",
    _CUT: "the CSA header is broken or cut short",
    _NO_PROTOCOL: "the protocol has no beginning or no end",
}

_SDS = "SIEMENS MR SDS 01"
# Where the headers lie, by what they are; the protocol of XA software has an element of its own.
_PLACES: dict[Csa, tuple[Column, ...]] = {
    "image": (private_column(CSA_CREATOR, 0x0029, 0x10, "CSA image header", vr="OB"),),
    "series": (private_column(CSA_CREATOR, 0x0029, 0x20, "CSA series header", vr="OB"),),
    "protocol": (
        replace(
            public_column(
                f'SharedFunctionalGroupsSequence[0].(0021,xxFE,"{_SDS}")[0].(0021,xx19,"{_SDS}")', vr="OB"
            ),
            name="protocol of shared groups",
        ),
        private_column(_SDS, 0x0021, 0x19, "protocol of the file", vr="OB"),
    ),
}


def csa_elements(columns: Sequence[Column]) -> list[Column]:
    """The elements that the given columns are read from: binary columns, of which nothing is cast."""
    kinds = {column.csa for column in columns if column.csa}
    if "protocol" in kinds:
        kinds.add("series")
    return [element for kind, elements in _PLACES.items() if kind in kinds for element in elements]


@_inline
def _i32(b: Any, p: Any) -> Any:
    value = (
        np.int64(b[p]) | (np.int64(b[p + 1]) << 8) | (np.int64(b[p + 2]) << 16) | (np.int64(b[p + 3]) << 24)
    )
    return value - (np.int64(1) << 32) if value >= (np.int64(1) << 31) else value


@_jit
def _which(b: Any, p: Any, room: Any, names: Any, starts: Any) -> Any:
    """Which of the names the text at p is, up to its zero byte; -1 for none."""
    n = 0
    while n < room and b[p + n] != 0:
        n += 1
    for k in range(starts.size - 1):
        if starts[k + 1] - starts[k] != n:
            continue
        same = True
        for i in range(n):
            if b[p + i] != names[starts[k] + i]:
                same = False
                break
        if same:
            return k
    return -1


@_jit
def _with_room(found: Any, filled: Any) -> Any:
    if filled < found.shape[0]:
        return found
    bigger = np.zeros((2 * found.shape[0] + 16, found.shape[1]), np.int64)
    bigger[:filled] = found[:filled]
    return bigger


@_jit
def _fields_of(b: Any, at: Any, size: Any, row: Any, names: Any, starts: Any, found: Any, filled: Any) -> Any:
    """Note the values of the named fields of one header: (found, filled, state)."""
    end = at + size
    is_second = size >= 16 and b[at] == 83 and b[at + 1] == 86 and b[at + 2] == 49 and b[at + 3] == 48
    p = at + 8 if is_second else at
    if p + 8 > end:
        return found, filled, _NO_HEADER
    count = _i32(b, p)
    if count < 1 or count > MOST_FIELDS or _i32(b, p + 4) != 77:
        return found, filled, _NO_HEADER
    p += 8
    less = np.int64(0)  # what the first form adds to every length
    for field in range(count):
        if p + 84 > end:
            return found, filled, _CUT
        multiplicity, items, check = _i32(b, p + 64), _i32(b, p + 76), _i32(b, p + 80)
        if not (check == 77 or check == 205) or items < 0:  # noqa: PLR1714 - compiled
            return found, filled, _CUT
        if field == 0 and not is_second:
            less = items
        name = _which(b, p, 64, names, starts)
        p += 84
        first = filled
        for item in range(items):
            if p + 16 > end:
                return found, filled, _CUT
            length = _i32(b, p + 4) if is_second else _i32(b, p) - less
            p += 16
            if length < 0 or p + length > end:
                if is_second:
                    return found, filled, _CUT
                break  # the first form has such items where a field has no more values
            if name >= 0 and (multiplicity <= 0 or item < multiplicity):
                n = 0
                while n < length and b[p + n] != 0:
                    n += 1
                found = _with_room(found, filled)
                found[filled, 0], found[filled, 1] = name, row
                found[filled, 2], found[filled, 3] = p, n
                filled += 1
            p = min(p + ((length + 3) & ~3), end)
        while filled > first and found[filled - 1, 3] == 0:
            filled -= 1
    return found, filled, _WHOLE


@_jit
def find_fields(b: Any, off: Any, length: Any, rows: Any, names: Any, starts: Any) -> Any:
    """Where the values of named fields lie, in the order of the rows: (found, states).

    A row of `found` is the number of the name, the file, the position and the length. `names` are
    the names on end, which begin at `starts`.
    """
    found, filled = np.zeros((64, 4), np.int64), 0
    states = np.zeros(rows.size, np.int64)
    for k in range(rows.size):
        row = rows[k]
        if off[row] >= 0 and length[row] > 0:
            found, filled, states[k] = _fields_of(
                b, np.int64(off[row]), np.int64(length[row]), row, names, starts, found, filled
            )
    return found[:filled], states


@_jit
def _starts_with(b: Any, p: Any, end: Any, word: Any) -> Any:
    if p + word.size > end:
        return False
    for i in range(word.size):  # noqa: SIM110 - compiled
        if b[p + i] != word[i]:
            return False
    return True


@_jit
def _fits(b: Any, p: Any, end: Any, pattern: Any, start: Any, stop: Any) -> Any:
    """Whether the text from p to end is the pattern, in which `*` stands for digits."""
    i = start
    while i < stop:
        if pattern[i] == 42:
            if p >= end or not 48 <= b[p] <= 57:
                return False
            while p < end and 48 <= b[p] <= 57:
                p += 1
        elif p >= end or b[p] != pattern[i]:
            return False
        else:
            p += 1
        i += 1
    return p == end


@_inline
def _is_blank(x: Any) -> Any:
    return x == 32 or x == 13 or x == 9 or x == 0  # noqa: PLR1714 - compiled


@_jit
def _value_at(b: Any, p: Any, end: Any) -> Any:
    """Where the value lies that begins behind the `=`: without blanks, quotes and a comment."""
    while p < end and _is_blank(b[p]):
        p += 1
    if p < end and b[p] == 34:
        while p < end and b[p] == 34:
            p += 1
        stop = p
        while stop < end and b[stop] != 34:
            stop += 1
        return p, stop
    stop = p
    while stop < end and b[stop] != 35:
        stop += 1
    while stop > p and _is_blank(b[stop - 1]):
        stop -= 1
    return p, stop


_BEGIN = np.frombuffer(b"### ASCCONV BEGIN", np.uint8).copy()
_END = np.frombuffer(b"### ASCCONV END", np.uint8).copy()


@_jit
def _lines_of(
    b: Any,
    at: Any,
    size: Any,
    row: Any,
    paths: Any,
    starts: Any,
    begin: Any,
    finish: Any,
    found: Any,
    filled: Any,
) -> Any:
    """Note the values of the wanted paths of one protocol: (found, filled, state)."""
    end = at + size
    p = at
    while p < end and not (b[p] == 35 and _starts_with(b, p, end, begin)):
        p += 1
    if p == end:
        return found, filled, _NO_PROTOCOL
    while p < end:
        while p < end and b[p] != 10:  # to the next line
            p += 1
        p += 1
        if p < end and b[p] == 35 and _starts_with(b, p, end, finish):
            return found, filled, _WHOLE
        stop = p
        while stop < end and b[stop] != 61 and b[stop] != 10:
            stop += 1
        if stop >= end or b[stop] == 10:
            p = stop
            continue
        last = stop
        while last > p and _is_blank(b[last - 1]):
            last -= 1
        for k in range(starts.size - 1):
            if _fits(b, p, last, paths, starts[k], starts[k + 1]):
                line = stop
                while line < end and b[line] != 10:
                    line += 1
                first, behind = _value_at(b, stop + 1, line)
                found = _with_room(found, filled)
                found[filled, 0], found[filled, 1] = k, row
                found[filled, 2], found[filled, 3] = first, behind - first
                filled += 1
        p = stop
    return found, filled, _NO_PROTOCOL


@_jit
def find_lines(b: Any, texts: Any, paths: Any, starts: Any, begin: Any, finish: Any) -> Any:
    """Where the values of protocol paths lie: (found, states).

    A row of `texts` is a file, and position and length of its protocol.
    """
    found, filled = np.zeros((64, 4), np.int64), 0
    states = np.zeros(texts.shape[0], np.int64)
    for k in range(texts.shape[0]):
        found, filled, states[k] = _lines_of(
            b, texts[k, 1], texts[k, 2], texts[k, 0], paths, starts, begin, finish, found, filled
        )
    return found[:filled], states


@dataclass(frozen=True)
class CsaReader:
    """Reads the columns that are fields of CSA headers.

    `number_of` says in which row of `Cells` the elements of `csa_elements(columns)` lie.
    """

    columns: tuple[Column, ...]
    number_of: Mapping[str, int]

    def meets_any(self, found: Cells) -> bool:
        """Whether any file has an element that the columns are read from."""
        return any((found.off[self.number_of[e.name]] >= 0).any() for e in csa_elements(self.columns))

    def read(
        self, found: Cells, rows_of: tuple[int, int], rows: np.ndarray | None = None
    ) -> tuple[dict[str, pa.Array], list[Problem]]:
        """Give the columns as arrays, and what did not parse; only of some rows, if they are given."""
        every = np.arange(found.off.shape[1]) if rows is None else rows
        where = self.number_of
        arrays: dict[str, pa.Array] = {}
        problems: list[Problem] = []
        for kind in ("image", "series", "protocol"):
            of_kind = [column for column in self.columns if column.csa == kind]
            if not of_kind:
                continue
            names = [column.path for column in of_kind]
            if kind == "protocol":
                values, broken = _protocols(found, where, every, names)
            else:
                j = where[_PLACES[kind][0].name]
                values, broken = _fields(found, j, every, names)
            problems += [Problem(row, of_kind[0], reason, b"") for row, reason in broken]
            for k, column in enumerate(of_kind):
                mine = values[values[:, 0] == k]
                make = partial(_typed_part, found, mine, column, rows_of)
                arrays[column.name], odd = cells_alone(column, found.off.shape[1], make)
                problems += odd
        return arrays, problems


def _fields(
    found: Cells, j: int, rows: np.ndarray, names: Sequence[str]
) -> tuple[np.ndarray, list[tuple[int, str]]]:
    some = rows[found.off[j, rows] >= 0]
    values, states = find_fields(found.data, found.off[j], found.length[j], some, *_on_end(names))
    return values, _reasons(some, states)


def _protocols(
    found: Cells, where: Mapping[str, int], rows: np.ndarray, paths: Sequence[str]
) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """The values of the protocol: of its own element, else of the series header."""
    texts: dict[int, tuple[int, int]] = {}
    fields, broken = _fields(found, where[_PLACES["series"][0].name], rows, PROTOCOL_FIELDS)
    for k in reversed(range(len(PROTOCOL_FIELDS))):
        for _, row, at, size in fields[fields[:, 0] == k].tolist():
            if size:
                texts[row] = at, size
    for element in reversed(_PLACES["protocol"]):
        j = where[element.name]
        for row in rows[found.length[j, rows] > 0].tolist():
            if found.off[j, row] >= 0:
                texts[row] = int(found.off[j, row]), int(found.length[j, row])
    listed = np.array([(row, *texts[row]) for row in sorted(texts)], np.int64).reshape(-1, 3)
    values, states = find_lines(found.data, listed, *_on_end(paths), _BEGIN, _END)
    return values, broken + _reasons(listed[:, 0], states)


def _reasons(rows: np.ndarray, states: np.ndarray) -> list[tuple[int, str]]:
    return [(int(rows[k]), _REASONS[int(states[k])]) for k in np.flatnonzero(states)]


def _on_end(names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    texts = [name.encode("ascii") for name in names]
    starts = np.concatenate([[0], np.cumsum([len(t) for t in texts])]).astype(np.int64)
    return np.frombuffer(b"".join(texts) or b"\0", np.uint8).copy(), starts


def _typed_part(
    found: Cells, values: np.ndarray, column: Column, rows_of: tuple[int, int], first: int, last: int
) -> tuple[pa.Array, list[Problem]]:
    """The values of one column for the rows from a first up to a last number."""
    if (first, last) == (0, found.off.shape[1]):
        return _typed(found, values, column, rows_of)
    some = values[(values[:, 1] >= first) & (values[:, 1] < last)]
    some[:, 1] -= first
    return _typed(found.rows(first, last), some, column, rows_of)


def _typed(
    found: Cells, values: np.ndarray, column: Column, rows_of: tuple[int, int]
) -> tuple[pa.Array, list[Problem]]:
    """The values of one column as its array: a list a file, or the one value there may be."""
    n, row = found.off.shape[1], values[:, 1]
    one = replace(column, is_list=False)
    at = np.stack([values[:, 2], *(found.off[j][row] for j in rows_of)]).astype(np.int64)
    size = np.stack([values[:, 3], *(found.length[j][row] for j in rows_of)]).astype(np.int32)
    vr = np.stack([np.zeros(len(row)), *(found.vr[j][row] for j in rows_of)]).astype(np.uint16)
    arrays, odd = cast(Cells(found.data, at, size, vr), [one], 1, 2)
    cells = arrays[column.name]
    problems = [replace(p, row=int(row[p.row]), column=column) for p in odd]
    counts = np.bincount(row, minlength=n)
    if column.is_list:
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), cells, mask=pa.array(counts == 0)), problems
    first = np.full(n, -1, np.int64)
    first[row[::-1]] = np.arange(len(row))[::-1]
    several = np.flatnonzero(counts > 1)
    raw = found.data
    for k in several.tolist():
        begin, length = int(values[first[k], 2]), int(values[first[k], 3])
        reason = f"{counts[k]} values where one is expected"
        problems.append(Problem(k, column, reason, raw[begin : begin + length].tobytes()))
    return cells.take(pa.array(first, mask=counts != 1)), problems

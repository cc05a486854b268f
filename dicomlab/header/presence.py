"""Which attributes headers have, have without a value, or do not have; and which are written wrongly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from dicomlab.header import kernel
from dicomlab.header.buffers import binary_buffers
from dicomlab.header.cells import longest_part
from dicomlab.header.fallback import LIMIT, READ, read_odd
from dicomlab.header.plan import Node, make_plan
from dicomlab.header.values import vr_code
from dicomlab.schema.columns import tag_of

ABSENT, EMPTY, THERE, UNKNOWN = 0, 1, 2, 3
PRESENCE = 0b11
"""The bits of an answer that hold one of these."""
OTHER_VR, TOO_LONG = 0b100, 0b1000

_MOST = {"DS": 16, "IS": 12}
"""Bytes that a value, or one of several, may have (PS3.5 6.2)."""
_ANY = np.iinfo(np.int64).max


class PresenceReader:
    """Looks in headers for attributes that stand at the top of the data set.

    A sequence counts as absent unless it has an item.
    """

    def __init__(self, keywords: Sequence[str]):
        from pydicom.datadict import dictionary_VR

        root = Node()
        self._vrs: list[list[str]] = []
        for number, keyword in enumerate(keywords):
            tag = tag_of(keyword)
            vrs = dictionary_VR(tag).split(" or ")
            self._vrs.append(vrs)
            if vrs == ["SQ"]:
                root.children[tag, ""] = {0: Node(mark=number)}
            else:
                root.columns[tag, ""] = [(number, False, "")]
        # One column a VR that may stand there, the last one again where there are fewer.
        most = max(map(len, self._vrs), default=0)
        codes = [[vr_code(vrs[min(k, len(vrs) - 1)]) for vrs in self._vrs] for k in range(most)]
        self._codes = [np.array(some, np.uint16)[:, None] for some in codes]
        self._most = np.array([[_MOST.get(vrs[0], _ANY)] for vrs in self._vrs], np.int64).reshape(-1, 1)
        self._tree = root.in_order()
        self._plan = make_plan(self._tree)

    def read(self, headers: pa.Array) -> np.ndarray:
        """The answer for each attribute (rows) and header (columns).

        ABSENT, EMPTY or THERE, with the bits OTHER_VR for another VR than the dictionary has (UN is
        let pass) and TOO_LONG for a DS or IS of too many characters. UNKNOWN throughout for a
        header that is cut short or broken.
        """
        headers = headers.cast(pa.large_binary())
        n, columns = len(headers), len(self._vrs)
        offsets, data = binary_buffers(headers)
        place = np.int32 if data.size <= np.iinfo(np.int32).max else np.int64
        off = np.full((columns, n), -1, place)
        length, vr = np.zeros((columns, n), np.int32), np.zeros((columns, n), np.uint16)
        many = kernel.new_many(n * len(self._tree.children) + 1)
        status, ends = np.zeros(n, np.int64), np.zeros(n, np.int64)
        starts, sizes = offsets[:-1].copy(), np.diff(offsets)
        kernel.walk_many(data, starts, sizes, False, self._plan, (off, length, vr), many, status, ends)
        off[:, status != kernel.OK] = -1
        found = np.where(off < 0, ABSENT, np.where(length == 0, EMPTY, THERE)).astype(np.uint8)
        found |= self._written_wrongly(data, off, length, vr)
        items = many.cells[: many.filled[0]]
        found[items[:, 0], items[:, 1]] = THERE
        for row in np.flatnonzero(status).tolist():
            found[:, row] = self._odd(headers[row].as_py())
        return found

    def _odd(self, header: bytes) -> np.ndarray:
        """The answers for a header that the kernel hands back."""
        n = len(self._vrs)
        outcome = read_odd(header[:LIMIT], self._tree, total=len(header))
        if outcome.status != READ:
            return np.full(n, UNKNOWN, np.uint8)
        off, length = np.full((n, 1), -1), np.zeros((n, 1), np.int64)
        vr = np.zeros((n, 1), np.uint16)
        data, at = b"".join(raw for raw, _ in outcome.cells.values()) + b"\0", 0
        for number, (raw, code) in outcome.cells.items():
            off[number], length[number], vr[number] = at, len(raw), code
            at += len(raw)
        found = np.where(off < 0, ABSENT, np.where(length == 0, EMPTY, THERE)).astype(np.uint8)
        found |= self._written_wrongly(np.frombuffer(data, np.uint8).copy(), off, length, vr)
        found[[number for number, *_ in outcome.many]] = THERE
        return found[:, 0]

    def _written_wrongly(
        self, data: np.ndarray, off: np.ndarray, length: np.ndarray, vr: np.ndarray
    ) -> np.ndarray:
        """The bits OTHER_VR and TOO_LONG of values, one row an attribute."""
        code = vr & np.uint16(~kernel.BIG & 0xFFFF)
        other = (off >= 0) & (code != 0) & (code != vr_code("UN"))
        for codes in self._codes:
            other &= code != codes
        wrong = other.astype(np.uint8) * OTHER_VR
        row, file = np.nonzero((off >= 0) & (length > self._most) & ~other)
        parts = longest_part(data, off[row, file], length[row, file])
        is_long = parts > self._most[row, 0]
        wrong[row[is_long], file[is_long]] |= TOO_LONG
        return wrong

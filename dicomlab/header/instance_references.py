"""Which instances and series each header names: the rows of the table `references`.

References to a study, a patient, a visit or a procedure step lead to no file (PS3.4 B.5 has no such storage
class), and get no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header import reference_walk as walk
from dicomlab.header.buffers import binary_buffers
from dicomlab.header.cells import gather_bytes
from dicomlab.header.fallback import odd_data_set
from dicomlab.header.odd_elements import Element, items_of
from dicomlab.header.values import Problem
from dicomlab.schema.columns import Column
from dicomlab.schema.references import REFERENCES

_ROOM = 16 * 1024
_NO_FILES = frozenset((0x00081110, 0x00081111, 0x00081120, 0x00081125))
"""ReferencedStudySequence, ReferencedPerformedProcedureStepSequence, -Patient-, -Visit-."""
_NO_STORAGE = "1.2.840.10008.3.1."
"""How the SOP classes begin of what is managed and not stored."""
_CONTENT = 0x0040A730
_VALUE_TAGS = {
    0x00081155: walk.INSTANCE,
    0x00081150: walk.SOP_CLASS,
    0x0020000E: walk.SERIES,
    0x0020000D: walk.STUDY,
}
_CODE_TAGS = {0x00080100: walk.CODE, 0x00080102: walk.SCHEME}
_WHY = (walk.PURPOSE, walk.CONCEPT)
REFERRED = Column("references", "What a file refers to.", "instance", "UI", 0x00081155)
_TOO_MANY = f"more than the {walk.MOST_SLOTS:,} items of sequences that are looked at"

Found = tuple[np.ndarray, pa.Table]
"""The number of the header that each row is of, and the rows without their file_key."""


NO_REFERENCES = pa.schema(list(REFERENCES)[1:]).empty_table()


def references_of(headers: pa.ChunkedArray, is_odd: np.ndarray) -> tuple[Found, list[Problem]] | None:
    """What headers refer to; None where none does.

    Args:
        headers: The kept bytes of each file, null where none are kept.
        is_odd: Which of them are read element by element.

    Returns:
        Whose each row is, and the rows; and files that refer to more than is read.
    """
    found: list[Found] = []
    problems: list[Problem] = []
    first = 0
    for chunk in headers.chunks:
        if len(chunk) and chunk.null_count < len(chunk):
            odd = is_odd[first : first + len(chunk)]
            some, bad = _of_chunk(chunk.cast(pa.large_binary()), odd)
            found += [(rows + first, table) for rows, table in some]
            problems += [Problem(row + first, REFERRED, _TOO_MANY, b"") for row in bad]
        first += len(chunk)
    if not found:
        return ((np.empty(0, np.int64), NO_REFERENCES), problems) if problems else None
    rows = np.concatenate([rows for rows, _ in found])
    table = pa.concat_tables([table for _, table in found]).combine_chunks()
    order = np.argsort(rows, kind="stable")
    return (rows[order], table.take(pa.array(order))), problems


def _of_chunk(headers: pa.Array, is_odd: np.ndarray) -> tuple[list[Found], list[int]]:
    offsets, data = binary_buffers(headers)
    sizes = np.where(is_odd, 0, np.diff(offsets))
    found: list[Found] = []
    bad: list[int] = []
    first, slots = 0, np.empty((_ROOM, walk.WIDTH), np.int64)
    while first < len(headers):
        done, filled = walk.walk_references(data, offsets[:-1], sizes, first, slots)
        found += _rows(slots[:filled], data)
        if done == first and len(slots) < walk.MOST_SLOTS:
            slots = np.empty((min(4 * len(slots), walk.MOST_SLOTS), walk.WIDTH), np.int64)
        elif done == first:
            bad.append(first)
            first += 1
        else:
            first = done
    for row in np.flatnonzero(is_odd & np.asarray(headers.is_valid())).tolist():
        own, blob = _odd_slots(headers[row].as_py(), row)
        found += _rows(own, blob)
    return found, bad


def _rows(slots: np.ndarray, data: np.ndarray) -> list[Found]:
    """The rows that the noted items of some headers make: what is said several times once."""
    is_instance = slots[:, walk.INSTANCE + 1] > 0
    is_series = (slots[:, walk.SERIES + 1] > 0) & (slots[:, walk.HAS_BELOW] == 0) & ~is_instance
    chosen = np.flatnonzero((is_instance | is_series) & ~np.isin(slots[:, walk.TAG], list(_NO_FILES)))
    if not len(chosen):
        return []
    around = {name: _nearest(slots, chosen, column) for name, column in _AROUND.items()}
    parent = slots[chosen, walk.PARENT]
    is_content = (parent >= 0) & (slots[parent, walk.TAG] == _CONTENT)
    why = np.where((slots[chosen, walk.CODE + 1] == 0) & is_content, parent, chosen)
    paths, which = np.unique(slots[chosen, walk.PATH], return_inverse=True)
    texts = [_path(slots, int(chosen[np.flatnonzero(which == k)[0]])) for k in range(len(paths))]
    table = pa.table(
        {
            "row": slots[chosen, walk.ROW],
            "sequence": pa.array([text.rpartition(".")[2] for text in texts]).take(pa.array(which)),
            "path": pa.array(texts).take(pa.array(which)),
            "purpose": _purposes(slots, why, data),
            "ReferencedSOPClassUID": _texts(slots, chosen, walk.SOP_CLASS, data),
            "ReferencedSOPInstanceUID": _texts(slots, chosen, walk.INSTANCE, data),
            "referenced_series_uid": _texts(slots, around["series"], walk.SERIES, data),
            "referenced_study_uid": _texts(slots, around["study"], walk.STUDY, data),
            "at": np.arange(len(chosen)),
        }
    )
    is_stored = pc.invert(pc.fill_null(pc.starts_with(table["ReferencedSOPClassUID"], _NO_STORAGE), False))
    has_any = pc.or_(
        pc.is_valid(table["ReferencedSOPInstanceUID"]), pc.is_valid(table["referenced_series_uid"])
    )
    table = table.filter(pc.and_(is_stored, has_any))
    keys = [name for name in table.column_names if name != "at"]
    once = table.group_by(keys).aggregate([("at", "min"), ("at", "count")]).sort_by("at_min")
    once = once.rename_columns({"at_count": "n_items"})
    return [(once["row"].to_numpy(), once.select(REFERENCES.names[1:]))]


_AROUND = {"series": walk.SERIES, "study": walk.STUDY}


def _nearest(slots: np.ndarray, chosen: np.ndarray, column: int) -> np.ndarray:
    """The item itself or the nearest around it that has a value; -1 where none has."""
    at = chosen.copy()
    for _ in range(walk.DEEPEST):
        climbs = (at >= 0) & (slots[at, column + 1] == 0)
        if not climbs.any():
            break
        at = np.where(climbs, slots[at, walk.PARENT], at)
    return at


def _texts(slots: np.ndarray, at: np.ndarray, column: int, data: np.ndarray) -> pa.Array:
    """Values as text, without padding; null where there is none, or no ASCII."""
    off, size = slots[at, column], np.where(at >= 0, slots[at, column + 1], 0)
    off = np.where(size > 0, off, -1)
    offsets, raw, valid = gather_bytes(data, off, size)
    values = pa.Array.from_buffers(
        pa.binary(), len(at), [None, pa.py_buffer(offsets), pa.py_buffer(raw)]
    ).dictionary_encode()
    known = [_bare(value) for value in values.dictionary.to_pylist()]
    texts = pa.array(known, pa.string()).take(values.indices)
    return pc.if_else(pa.array(valid), texts, pa.scalar(None, pa.string()))


def _bare(raw: bytes) -> str | None:
    return raw.decode("ascii").strip(" \0") or None if raw.isascii() else None


def _purposes(slots: np.ndarray, at: np.ndarray, data: np.ndarray) -> pa.Array:
    code, scheme = (_texts(slots, at, column, data) for column in (walk.CODE, walk.SCHEME))
    return pc.coalesce(pc.binary_join_element_wise(code, scheme, " "), code)


def _path(slots: np.ndarray, at: int) -> str:
    names: list[str] = []
    while at >= 0:
        names.append(_keyword(int(slots[at, walk.TAG])))
        at = int(slots[at, walk.PARENT])
    return ".".join(reversed(names))


@cache
def _keyword(tag: int) -> str:
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _odd_slots(header: bytes, row: int) -> tuple[np.ndarray, np.ndarray]:
    """The same items of a header that is read element by element, and the bytes their values lie in."""
    b, elements = odd_data_set(header)
    slots: list[list[int]] = []
    waiting: list[tuple[int, Element, int]] = [(-1, e, tag) for tag, e in elements.items()]
    while waiting and len(slots) < walk.MOST_SLOTS:
        parent, element, sequence = waiting.pop()
        if element.vr not in ("SQ", "UN", "") or (element.vr != "SQ" and not _begins_with_item(b, element)):
            continue
        for item in items_of(b, element, lambda _: True):
            slot = [0] * walk.WIDTH
            above = 17 if parent < 0 else slots[parent][walk.PATH]
            path = np.int64((above * 1000003 + sequence) % (1 << 62))
            slot[walk.ROW], slot[walk.PARENT], slot[walk.TAG], slot[walk.PATH] = (
                row,
                parent,
                sequence,
                int(path),
            )
            slots.append(slot)
            _note_odd(slots, len(slots) - 1, item.elements, sequence)
            waiting += [(len(slots) - 1, inner, tag) for tag, inner in item.elements.items()]
    found = np.array(slots, np.int64).reshape(-1, walk.WIDTH)
    for k in np.flatnonzero(found[:, walk.INSTANCE + 1] > 0).tolist():
        above = found[k, walk.PARENT]
        while above >= 0:
            found[above, walk.HAS_BELOW] = 1
            above = found[above, walk.PARENT]
    return found, np.frombuffer(b or b"\0", np.uint8)


def _note_odd(slots: list[list[int]], at: int, elements: dict[int, Element], sequence: int) -> None:
    for tag, column in _VALUE_TAGS.items():
        if tag in elements:
            slots[at][column : column + 2] = elements[tag].start, elements[tag].length
    parent = slots[at][walk.PARENT]
    for tag, column in _CODE_TAGS.items():
        if sequence in _WHY and parent >= 0 and tag in elements and not slots[parent][column + 1]:
            slots[parent][column : column + 2] = elements[tag].start, elements[tag].length


def _begins_with_item(b: bytes, element: Element) -> bool:
    marks: Sequence[bytes] = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")
    return b[element.start : element.start + 4] in marks

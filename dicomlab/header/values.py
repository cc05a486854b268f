"""From where the values lie to typed Arrow columns.

Plain cells are gathered and cast a column at a time. A cell that is not plainly what its
column expects (bytes beyond ASCII, another VR, more values, no number) is looked at alone;
what does not parse becomes null and a `Problem` that keeps the raw bytes.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header import cells as gather
from dicomlab.header.charsets import KEEPS_LEADING_BLANKS, ONE_TEXT_VRS, bare_text, decode
from dicomlab.header.item_charsets import nearest
from dicomlab.header.item_signs import IS_OPEN, is_lut_descriptor, with_signs
from dicomlab.header.kernel import BIG
from dicomlab.isolation import SetAside, in_pieces
from dicomlab.schema.arrow import arrow_type, offset_name
from dicomlab.schema.columns import Column

TEXT_VRS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT UN".split())
_FORMATS = {
    "US": "H",
    "SS": "h",
    "UL": "I",
    "SL": "i",
    "FL": "f",
    "FD": "d",
    "UV": "Q",
    "SV": "q",
    "AT": "HH",
}
_DTYPES = {
    "US": "<u2",
    "SS": "<i2",
    "UL": "<u4",
    "SL": "<i4",
    "UV": "<u8",
    "SV": "<i8",
    "FL": "<f4",
    "FD": "<f8",
}
RAW_LIMIT = 4096
"""How many bytes of a value that does not parse are kept."""


@dataclass(frozen=True)
class Problem:
    """A value that did not parse: in which row and column, why, and its bytes."""

    row: int
    column: Column
    reason: str
    raw: bytes


@dataclass(frozen=True)
class Cells:
    """Where the values of many files lie: one row per column, one column per file.

    `off` is a position in `data` or -1, `length` in bytes, `vr` two letters as a number or 0
    where the file does not say the VR.
    """

    data: np.ndarray
    off: np.ndarray
    length: np.ndarray
    vr: np.ndarray

    def rows(self, first: int, last: int) -> Cells:
        """The cells of some files, as if there were no others."""
        return Cells(self.data, *(a[:, first:last] for a in (self.off, self.length, self.vr)))

    def without(self, rows: Sequence[int]) -> Cells:
        """The cells with no value in some files."""
        off = self.off.copy()
        off[:, rows] = -1
        return replace(self, off=off)

    def raw(self, column: int, row: int) -> bytes:
        """The bytes of one cell."""
        start = int(self.off[column, row])
        if start < 0:
            return b""
        return self.data[start : start + int(self.length[column, row])].tobytes()


def vr_name(code: int) -> str:
    """The two letters of a VR, or nothing where the file does not say it."""
    code &= ~BIG
    return chr(code >> 8) + chr(code & 0xFF) if code else ""


def vr_code(name: str) -> int:
    """The number that stands for a VR in `Cells`."""
    return ord(name[0]) << 8 | ord(name[1]) if name else 0


def _text_codes() -> np.ndarray:
    codes = np.zeros(1 << 16, np.bool_)
    known = np.array([vr_code(name) for name in TEXT_VRS])
    codes[known] = codes[known | BIG] = True
    return codes


_TEXTS = _text_codes()


@cache
def _nulls(kind: pa.DataType, n: int) -> pa.Array:
    return pa.nulls(n, kind)


def cast(
    found: Cells,
    columns: Sequence[Column],
    charset_row: int,
    signed_row: int,
    charsets_of: Mapping[str, Sequence[int]] | None = None,
    signs_of: Mapping[str, Sequence[int]] | None = None,
) -> tuple[dict[str, pa.Array], list[Problem]]:
    """Cast every column; give arrays by name, and the problems.

    `columns[j]` lies in row j of `found`; the rows for SpecificCharacterSet and
    PixelRepresentation serve decoding, and may lie beyond `columns`. `charsets_of` has, by name, the rows
    of character sets that count before the file's, `signs_of` those of PixelRepresentation.
    """
    n = found.off.shape[1]
    out: dict[str, pa.Array] = {}
    problems: list[Problem] = []
    ruled = {column.name: column for column in columns if column.rule}
    columns = [replace(c, is_list=True, rule="") if c.rule else c for c in columns] if ruled else columns
    present = set(np.flatnonzero((found.off >= 0).any(axis=1)).tolist())
    for j, column in enumerate(columns):
        beside = offset_name(column)
        if j not in present:
            out[column.name] = _nulls(arrow_type(ruled.get(column.name, column)), n)
            if beside:
                out[beside] = _nulls(pa.int64(), n)
            continue
        nearer = (charsets_of or {}).get(column.name, ())
        of_charset = (*nearer, charset_row)
        of_sign = (*(signs_of or {}).get(column.name, ()), signed_row)
        arrays, odd = _column(found, j, column, ruled.get(column.name), of_charset, of_sign)
        problems += odd
        out[column.name] = arrays[0]
        if beside:
            out[beside] = arrays[1]
    return out, problems


Typed = tuple[list[pa.Array], list[Problem]]
"""The array of a column, for date-times the offsets from UTC beside it, and what did not parse."""


def _column(
    found: Cells,
    j: int,
    column: Column,
    ruled: Column | None,
    charset_rows: Sequence[int],
    signed_rows: Sequence[int],
) -> Typed:
    """One column cast, whatever casting raises: then the cell that it raises for is set aside alone."""
    shown = ruled or column
    kinds = [arrow_type(shown), pa.int64()][: 2 if offset_name(column) else 1]

    def some(first: int, last: int) -> Typed:
        rows = found if last - first == found.off.shape[1] else found.rows(first, last)
        if column.vr == IS_OPEN:
            rows = replace(rows, vr=with_signs((rows.data, rows.off, rows.length, rows.vr), j, signed_rows))
        odd = np.zeros(last - first, np.bool_)
        problems: list[Problem] = []
        arrays = _plain(rows, j, column, odd)
        if odd.any():
            arrays[0] = _mend(arrays[0], rows, j, column, odd, charset_rows, problems)
        if ruled is not None:
            arrays[0] = _RULES[ruled.rule](arrays[0]).cast(kinds[0])
        return arrays[: len(kinds)], [replace(p, row=p.row + first) for p in problems] if first else problems

    def alone(first: int, last: int, aside: SetAside) -> Typed:
        there = (row for row in range(first, last) if found.off[j, row] >= 0)
        bad = [Problem(row, shown, aside.reason, found.raw(j, row)[:RAW_LIMIT]) for row in there]
        return [pa.nulls(last - first, kind) for kind in kinds], bad

    pieces = in_pieces(some, found.off.shape[1], alone)
    if len(pieces) == 1:
        return pieces[0]
    whole = [pa.concat_arrays([arrays[k].cast(kind) for arrays, _ in pieces]) for k, kind in enumerate(kinds)]
    return whole, [problem for _, problems in pieces for problem in problems]


def cells_alone(
    column: Column, n: int, make: Callable[[int, int], tuple[pa.Array, list[Problem]]]
) -> tuple[pa.Array, list[Problem]]:
    """One column for all rows; a row that making it raises for is null, and a problem says why.

    `make` gives the array of the rows from a first up to a last number, and what in them did not parse.
    """

    def some(first: int, last: int) -> tuple[pa.Array, list[Problem]]:
        array, odd = make(first, last)
        return array, [replace(p, row=p.row + first) for p in odd] if first else odd

    def alone(first: int, last: int, aside: SetAside) -> tuple[pa.Array, list[Problem]]:
        bad = [Problem(row, column, aside.reason, b"") for row in range(first, last)]
        return pa.nulls(last - first, arrow_type(column)), bad

    pieces = in_pieces(some, n, alone)
    if len(pieces) == 1:
        return pieces[0]
    whole = pa.concat_arrays([array.cast(arrow_type(column)) for array, _ in pieces])
    return whole, [problem for _, odd in pieces for problem in odd]


def _first_modulo_1e9(lists: pa.Array) -> pa.Array:
    """The first of several numbers, less the 1,000,000,000 that stand for something else."""
    has_any = pc.fill_null(pc.greater(pc.list_value_length(lists), 0), False)
    at = np.where(has_any.to_numpy(zero_copy_only=False), lists.offsets.to_numpy()[:-1], 0)
    first = lists.values.take(pa.array(at, mask=~has_any.to_numpy(zero_copy_only=False)))
    return pc.subtract(first, pc.multiply(pc.divide(first, 1_000_000_000), 1_000_000_000))


_RULES: dict[str, Callable[[pa.Array], pa.Array]] = {"first_modulo_1e9": _first_modulo_1e9}


def _plain(found: Cells, j: int, column: Column, odd: np.ndarray) -> list[pa.Array]:
    cell = (found.data, found.off[j], found.length[j], found.vr[j])
    if column.kind == "binary":
        offsets, data, valid = gather.gather_bytes(*cell[:3])
        return [_sized(pa.binary(), offsets, data, valid)]
    if column.vr == IS_OPEN:
        return [_signed_or_not(cell, column, odd)]
    if column.vr in _DTYPES:
        return [_numbers(cell, column, odd)]
    if column.vr == "AT":
        odd |= (cell[1] >= 0) & (cell[2] > 0)
        return [_nulls(arrow_type(column), len(odd))]
    if column.kind in ("date", "time", "datetime") and not column.is_list:
        return _clock(cell, column, odd)
    return [_texts(cell, column, odd)]


def _texts(cell: tuple[Any, ...], column: Column, odd: np.ndarray) -> pa.Array:
    both = column.vr not in KEEPS_LEADING_BLANKS
    if column.vr in ("DS", "IS"):
        return _written_numbers(cell, column, odd)
    if not column.is_list:
        offsets, data, valid = gather.gather_text(*cell, _TEXTS, both, odd)
        return _named(_sized(pa.string(), offsets, data, valid), column)
    if column.kind in ("date", "time", "datetime"):  # seldom: cells are taken one by one
        odd |= (cell[1] >= 0) & (cell[2] > 0)
        return _nulls(arrow_type(column), len(odd))
    lists, offsets, data, valid = gather.gather_texts(*cell, _TEXTS, both, odd)
    return _listed(lists, _named(_sized(pa.string(), offsets, data, None), column), valid)


def _written_numbers(cell: tuple[Any, ...], column: Column, odd: np.ndarray) -> pa.Array:
    """Numbers that the file writes as text."""
    is_decimal = column.vr == "DS"
    if not column.is_list:
        one = gather.gather_decimals if is_decimal else gather.gather_integers
        return _masked(*one(*cell, _TEXTS, odd))
    values = np.zeros(gather.count_parts(*cell[:3])[0], np.float64 if is_decimal else np.int64)
    lists, valid, present = gather.gather_numbers(*cell, _TEXTS, values, is_decimal, odd)
    return _listed(lists, _masked(values[: len(present)], present), valid)


def _masked(values: np.ndarray, valid: np.ndarray) -> pa.Array:
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [_bitmap(valid), pa.py_buffer(values)])


def _named(texts: pa.Array, column: Column) -> pa.Array:
    """Names without empty component groups at the end, which mean nothing (PS3.5 6.2.1)."""
    return pc.utf8_rtrim(texts, "=") if column.vr == "PN" else texts


def _sized(kind: pa.DataType, offsets: np.ndarray, data: np.ndarray, valid: np.ndarray | None) -> pa.Array:
    buffers = [_bitmap(valid), pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(kind, len(offsets) - 1, buffers)


def _bitmap(valid: np.ndarray | None) -> pa.Buffer | None:
    if valid is None or valid.all():
        return None
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


def _listed(lists: np.ndarray, values: pa.Array, valid: np.ndarray) -> pa.Array:
    kind = pa.list_(values.type)
    buffers = [_bitmap(valid), pa.py_buffer(lists)]
    return pa.Array.from_buffers(kind, len(lists) - 1, buffers, children=[values])


def _signed_or_not(cell: tuple[Any, ...], column: Column, odd: np.ndarray) -> pa.Array:
    """Numbers of two bytes, of which the VR of each cell says whether they are signed."""
    data, off, length, vr = cell
    is_signed = (vr & 0x7FFF) == vr_code("SS")
    plain = np.where(is_signed, vr_code("US") | (vr & BIG), vr).astype(vr.dtype)
    lists, raw, valid = gather.gather_binary(
        data, off, length, plain, vr_code("US"), 2, not column.is_list, odd
    )
    if column.is_list:
        is_signed = np.repeat(is_signed, np.diff(lists))
        if is_lut_descriptor(column.tag):  # how many entries there are has no sign
            is_signed[lists[:-1][valid]] = False
    values = np.where(is_signed, raw.view("<i2").astype(np.int64), raw.view("<u2").astype(np.int64))
    return _listed(lists, pa.array(values), valid) if column.is_list else pa.array(values, mask=~valid)


def _numbers(cell: tuple[Any, ...], column: Column, odd: np.ndarray) -> pa.Array:
    dtype = np.dtype(_DTYPES[column.vr])
    lists, data, valid = gather.gather_binary(
        *cell, vr_code(column.vr), dtype.itemsize, not column.is_list, odd
    )
    raw = data.view(dtype)
    target = np.float64 if column.kind == "float" else np.int64
    strange = np.zeros(len(raw), np.bool_)
    if dtype.kind == "f":
        strange = ~np.isfinite(raw)
        if target is np.int64:
            strange |= np.abs(raw) >= 2.0**63
    elif dtype.kind == "u" and dtype.itemsize == 8:
        strange = raw > np.iinfo(np.int64).max
    with np.errstate(invalid="ignore"):  # those that are strange are left out
        values = raw.astype(target)
    if strange.any():
        rows = np.flatnonzero(strange)
        rows = np.searchsorted(lists, rows, side="right") - 1 if column.is_list else rows
        rows = rows[valid[rows]]
        odd[rows], valid[rows] = True, False
    return _listed(lists, pa.array(values), valid) if column.is_list else pa.array(values, mask=~valid)


def _clock(cell: tuple[Any, ...], column: Column, odd: np.ndarray) -> list[pa.Array]:
    if column.kind == "datetime":
        numbers, minutes, valid, zoned = gather.gather_datetime(*cell, _TEXTS, odd)
        return [pa.array(numbers, pa.timestamp("us"), mask=~valid), pa.array(minutes, mask=~zoned)]
    what = gather.DATE if column.kind == "date" else gather.TIME
    numbers, valid = gather.gather_clock(*cell, _TEXTS, what, odd)
    if column.kind == "date":
        return [pa.array(numbers.astype(np.int32), pa.date32(), mask=~valid)]
    return [pa.array(numbers, pa.time64("us"), mask=~valid)]


# --- cells looked at alone ------------------------------------------------------------------


class _Unparsable(Exception):
    """The reason why a value does not parse, without the value."""


def _mend(
    plain: pa.Array,
    found: Cells,
    j: int,
    column: Column,
    odd: np.ndarray,
    charset_rows: Sequence[int],
    problems: list[Problem],
) -> pa.Array:
    """Put cells that were looked at alone in their places; equal ones are looked at once."""
    rows = np.flatnonzero(odd)
    raw, raws = _coded(found.data, found.off[j, rows], found.length[j, rows])
    charset, charsets = _coded(
        found.data, *nearest((found.off, found.length), charset_rows, rows, found.data)
    )
    code = found.vr[j, rows].astype(np.int64)
    asked = (raw * (len(charsets) + 1) + charset) << 16 | code
    _, first, which = np.unique(asked, return_index=True, return_inverse=True)
    values, reasons = [], []
    for at in first.tolist():
        name = charsets[charset[at]].decode("ascii", "replace").strip(" \0")
        bytes_, is_big = raws[raw[at]], bool(code[at] & BIG)
        value, reason = _alone(bytes_, vr_name(int(code[at])), column, name, is_big=is_big)
        values.append(value)
        reasons.append(reason)
    bad = np.flatnonzero(np.array([bool(reason) for reason in reasons])[which]).tolist()
    problems += [Problem(int(rows[i]), column, reasons[which[i]], raws[raw[i]][:RAW_LIMIT]) for i in bad]
    order = np.arange(len(odd))
    order[rows] = len(odd) + which
    return pa.concat_arrays([plain, pa.array(values, plain.type)]).take(pa.array(order))


def _coded(data: np.ndarray, off: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, list[bytes]]:
    """Cells as numbers into a list of the different ones.

    Rows that point at one place, such as the frames of a file, are looked at once.
    """
    off, length = off.astype(np.int64), length.astype(np.int64)
    places = off * (length.max(initial=0) + 1) + length
    _, first, which = np.unique(places, return_index=True, return_inverse=True)
    offsets, data, _ = gather.gather_bytes(data, off[first], length[first])
    coded = _sized(pa.binary(), offsets, data, None).dictionary_encode()
    return coded.indices.to_numpy().astype(np.int64)[which], coded.dictionary.to_pylist()


def _alone(
    raw: bytes, file_vr: str, column: Column, charset: str, *, is_big: bool = False
) -> tuple[Any, str]:
    """One cell's value, and the reason if it, or a part of it, did not parse."""
    vr = file_vr if file_vr not in ("", "UN") else column.vr
    try:
        parts, note = _parts(raw, vr, column, charset, is_big)
        if column.is_list:
            if parts == [""]:
                return None, note
            return [_convert(part, column) if part != "" else None for part in parts], note
        if len(parts) != 1:
            raise _Unparsable(f"{len(parts)} values where one is expected")
        return (None if parts[0] == "" else _convert(parts[0], column)), note
    except _Unparsable as error:
        return None, str(error)


def _parts(raw: bytes, vr: str, column: Column, charset: str, is_big: bool) -> tuple[list[Any], str]:
    if vr in _FORMATS:
        return _unpacked(raw, vr, ">" if is_big else "<"), ""
    if vr not in TEXT_VRS:
        raise _Unparsable(f"VR {vr} where {column.vr} is expected")
    text, note = decode(raw, charset, is_name=column.vr == "PN")
    is_one = vr in ONE_TEXT_VRS or (column.kind == "text" and not column.is_list)
    return [bare_text(part, column.vr) for part in ([text] if is_one else text.split("\\"))], note


def _unpacked(raw: bytes, vr: str, order: str) -> list[Any]:
    form = f"{order}{_FORMATS[vr]}"
    width = struct.calcsize(form)
    if len(raw) % width:
        raise _Unparsable(f"{len(raw)} bytes are no whole number of {vr} values")
    values = list(struct.iter_unpack(form, raw))
    if vr == "AT":
        return [f"({group:04X},{element:04X})" for group, element in values]
    return [value[0] for value in values]


_LONGEST_NUMBER = 64
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def _float(part: Any) -> float:
    if isinstance(part, str):
        if len(part) > _LONGEST_NUMBER:  # before the pattern, which takes its time over long ones
            raise _Unparsable("longer than any number")
        if not _DECIMAL.fullmatch(part):
            raise _Unparsable("not a number")
    value = float(part)
    if not np.isfinite(value):
        raise _Unparsable("not a finite number")
    return value


def _int(part: Any) -> int:
    if isinstance(part, str) and re.fullmatch(r"[+-]?\d{1,40}", part):
        value = int(part)
    else:
        number = _float(part) if not isinstance(part, int) else part
        # A text beyond 2**53 has digits that a float has not.
        exact = Decimal(part) if isinstance(part, str) else number
        value = int(exact)
        if value != exact:
            raise _Unparsable("not a whole number")
    if not -(2**63) <= value < 2**63:
        raise _Unparsable("beyond 64 bits")
    return value


def _moment(part: Any, column: Column) -> Any:
    if not isinstance(part, str) or not part.isascii():
        raise _Unparsable(f"not a {column.kind}")
    raw = np.frombuffer(part.encode(), np.uint8)
    cell = (raw, np.zeros(1, np.int64), np.array([raw.size]), np.zeros(1, np.int64))
    odd = np.zeros(1, np.bool_)
    array = _clock(cell, column, odd)[0]
    if odd[0] or not array[0].is_valid:
        raise _Unparsable(_why_no_moment(part, column.kind))
    return array[0].as_py()


# PS3.4 C.2.2.2.5: two values, or one of them, and a hyphen that is no offset.
_RANGES = {
    "date": re.compile(r"\d{8}-(\d{8})?|-\d{8}"),
    "time": re.compile(r"[\d.]{2,13}-([\d.]{2,13})?|-[\d.]{2,13}"),
    "datetime": re.compile(r"\d[\d.+]{7,25}-(\d{6}[\d.+-]*)?|-\d{8}[\d.+-]*"),
}
_NO_DAY = re.compile(r"\d{4}(\d{2})?([+-]\d{4})?")


def _why_no_moment(part: str, kind: str) -> str:
    if _RANGES[kind].fullmatch(part):
        return "a range, as queries have, and not a value"
    if kind == "datetime" and _NO_DAY.fullmatch(part):
        return "a date-time without a day"
    return f"not a {kind}"


def _convert(part: Any, column: Column) -> Any:
    converters: dict[str, Callable[[Any], Any]] = {"float": _float, "int": _int, "text": str}
    if column.csa and column.kind != "text" and re.fullmatch(r"0x[0-9A-Fa-f]{1,15}", str(part)):
        part = str(int(part, 16))  # the protocol writes flags so
    if column.kind in converters:
        return converters[column.kind](part)
    return _moment(part, column)

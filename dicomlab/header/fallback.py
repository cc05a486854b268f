"""Headers that the kernel hands back, read with pydicom.

Big endian, deflated, without Part 10 preamble, truncated or broken: pydicom finds the
elements, and their bytes take the same way to columns as those the kernel found.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dicomlab.header.charsets import quiet_pydicom
from dicomlab.schema.columns import Column

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

READ, PARTIAL, NOT_DICOM = "read", "partial", "not DICOM"
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_WIDTHS = {"US": 2, "SS": 2, "AT": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8}
_TRUNCATED = "the file ends inside the header"
_BROKEN = "an element in the header is broken"
LIMIT = 2 * 1024 * 1024
"""How much of a file pydicom is given: it makes objects by the element, so that more bytes of
a hostile file could hold a machine up for minutes."""

_SIGNATURES = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"<?xml", "XML"),
    (b"<!DOCTYPE", "HTML"),
    (b"\x5c\x01\x00\x00", "a NIfTI image"),
)


@dataclass(frozen=True)
class Outcome:
    """What pydicom made of one file: cells by column number, and how it went."""

    status: str
    reason: str
    cells: dict[int, tuple[bytes, str]]
    header_end: int


def read_odd(head: bytes, columns: Sequence[Column], *, total: int) -> Outcome:
    """Read one header from the first bytes, at most LIMIT, of a file of `total` bytes.

    `cells` maps a column's number to (bytes in little endian, VR or nothing). Never raises
    for what the bytes hold.
    """
    if not head:
        return Outcome(NOT_DICOM, "the file is empty", {}, 0)
    if not looks_like_dicom(head):
        return Outcome(NOT_DICOM, f"not DICOM: {_what_is(head)}", {}, 0)
    try:
        with quiet_pydicom() as quiet:
            outcome = _read(head[:LIMIT], columns, total)
    except RecursionError:
        return Outcome(PARTIAL, "sequences nested too deeply", {}, 0)
    except MemoryError:
        return Outcome(PARTIAL, "a length in the header is impossible", {}, 0)
    except Exception as error:  # noqa: BLE001 - pydicom raises whatever its parts raise
        return Outcome(PARTIAL, f"the header is broken ({type(error).__name__})", {}, 0)
    if outcome.reason or not (quiet.met_end_of_file or quiet.met_error):
        return outcome
    return replace(outcome, status=PARTIAL, reason=_TRUNCATED if quiet.met_end_of_file else _BROKEN)


def looks_like_dicom(head: bytes) -> bool:
    """Whether bytes are a Part 10 file, or a data set without preamble.

    Without a preamble the first element must be of group 0002, 0004 or 0008, with a known VR or
    a short length, in either byte order.
    """
    if head[128:132] == b"DICM":
        return True
    if len(head) < 8:
        return False
    for order in ("little", "big"):
        group, element = (int.from_bytes(head[i : i + 2], order) for i in (0, 2))  # type: ignore[arg-type]
        if group in (0x0002, 0x0004, 0x0008) and element < 0x2000:
            if head[4:6].isalpha() and head[4:6].isupper():
                return True
            if int.from_bytes(head[4:8], order) <= 1024:  # type: ignore[arg-type]
                return True
    return False


def _what_is(head: bytes) -> str:
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if not any(head):
        return "zeros only"
    try:
        sample = head[:512].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < 500:  # else the sample merely ends inside a letter
            return "unknown content"
        sample = head[: error.start].decode("utf-8")
    is_text = all(letter.isprintable() or letter in "\t\r\n\f\ufeff" for letter in sample)
    return "a text file" if is_text else "unknown content"


def _read(head: bytes, columns: Sequence[Column], total: int) -> Outcome:
    meta_end, deflated = _meta(head)
    if deflated:
        dataset, end, reason = _inflate(head, meta_end)
    else:
        dataset, end, reason = _parse(head)
    if end >= len(head) < total:  # cut by us, not by the file
        reason = f"the header is longer than the {LIMIT:,} bytes that are read of an unusual file"
    cells = {}
    for number, column in enumerate(columns):
        try:
            cell = _cell(dataset, column)
        except Exception:  # noqa: BLE001 - one broken sequence must not cost the others
            reason = reason or "a sequence in the header is broken"
            continue
        if cell is not None:
            cells[number] = cell
    if not cells and len(dataset) == 0:
        return Outcome(PARTIAL, reason or "no element could be read", {}, end)
    return Outcome(PARTIAL if reason else READ, reason, cells, end)


def _meta(head: bytes) -> tuple[int, bool]:
    """Where group 0002 ends, and whether it says that the data set is deflated."""
    at, syntax = 132, b""
    while head[128:132] == b"DICM" and head[at : at + 2] == b"\x02\x00" and at + 8 <= len(head):
        if head[at + 4 : at + 6] in (b"OB", b"OW", b"UN", b"UT"):
            value, size = at + 12, int.from_bytes(head[at + 8 : at + 12], "little")
        else:
            value, size = at + 8, int.from_bytes(head[at + 6 : at + 8], "little")
        if head[at + 2 : at + 4] == b"\x10\x00":
            syntax = head[value : value + size].rstrip(b" \0")
        at = value + size
    return at, syntax == _DEFLATED


def _at_pixels(tag: int, vr: str | None, length: int) -> bool:
    return tag in (0x7FE00008, 0x7FE00009, 0x7FE00010)


def _inflate(head: bytes, start: int) -> tuple[Dataset, int, str]:
    """Inflate no more than LIMIT bytes, then read as explicit VR little endian (PS3.5 A.5)."""
    from pydicom.filereader import dcmread, read_dataset

    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    body = BytesIO(inflater.decompress(head[start:], LIMIT))
    dataset = read_dataset(body, False, True, stop_when=_at_pixels)
    # pydicom reads the group 0002 of a file that holds nothing else.
    dataset.file_meta = dcmread(BytesIO(head[:start]), force=True).file_meta
    short = not inflater.eof and body.tell() >= body.getbuffer().nbytes
    return dataset, len(head), _TRUNCATED if short else ""


def _parse(head: bytes) -> tuple[Dataset, int, str]:
    from pydicom.filereader import dcmread

    stream = BytesIO(head)
    dataset = dcmread(stream, stop_before_pixels=True, force=True)
    end = stream.tell()
    return dataset, end, _TRUNCATED if end >= len(head) and _is_cut(dataset, end) else ""


def _is_cut(dataset: Dataset, end: int) -> bool:
    """Whether the last element promises more bytes than there are, or bytes are left over.

    pydicom takes a value that is cut short as it is.
    """
    last = 0
    for element in dataset.values():
        begin, length = getattr(element, "value_tell", None), getattr(element, "length", None)
        if begin is None or length is None or length == 0xFFFFFFFF:
            return False  # a sequence of undefined length: pydicom says when it does not end
        last = max(last, begin + length)
    return last not in (0, end)


def _cell(dataset: Dataset, column: Column) -> tuple[bytes, str] | None:
    if column.creator:
        return _private(dataset, column)
    if column.tag >> 16 == 2:
        return _element(getattr(dataset, "file_meta", None), column.tag)
    item: Any = dataset
    for step in column.steps:
        if step.tag not in item:
            return None
        items = item[step.tag].value
        if step.item >= len(items or ()):
            return None
        item = items[step.item]
    return _element(item, column.tag)


def _private(dataset: Dataset, column: Column) -> tuple[bytes, str] | None:
    group, offset = column.tag >> 16, column.tag & 0xFF
    for block in range(0x10, 0x100):
        creator = _element(dataset, group << 16 | block)
        if creator and creator[0].decode("latin-1").strip(" \0") == column.creator:
            cell = _element(dataset, group << 16 | block << 8 | offset)
            if cell:
                return cell
    return None


def _element(dataset: Dataset | None, tag: int) -> tuple[bytes, str] | None:
    if dataset is None or tag not in dataset:
        return None
    element: Any = dataset.get_item(tag)
    if not hasattr(element, "is_little_endian") or isinstance(element.value, str):
        # pydicom has converted what it needed itself: file meta and the like.
        return _text(element.value).encode("latin-1", "replace"), ""
    raw = element.value or b""
    vr = element.VR or ""
    if not element.is_little_endian:
        raw = _swapped(raw, vr, tag)
    return raw, "" if element.is_implicit_VR else vr


def _text(value: Any) -> str:
    if value is None:
        return ""
    many = not isinstance(value, str | bytes) and hasattr(value, "__iter__")
    return "\\".join(map(str, value)) if many else str(value)


def _swapped(raw: bytes, vr: str, tag: int) -> bytes:
    """Numbers of a big endian file, turned round."""
    width = _WIDTHS.get(vr, 1)
    if width == 1 or len(raw) % width:
        return raw
    return b"".join(raw[i : i + width][::-1] for i in range(0, len(raw), width))

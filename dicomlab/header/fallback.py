"""Headers that the kernel hands back, read element by element.

Deflated, without Part 10 preamble, truncated, broken, or odd in another way: `odd_elements` finds the
elements, and their bytes take the same way to columns as those the kernel found.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dicomlab.header.dataset_texts import decode_texts
from dicomlab.header.frame_limits import most_inflated
from dicomlab.header.kernel import ANY_ITEM, BIG, PRELUDE
from dicomlab.header.odd_elements import (
    BROKEN_SEQUENCE,
    CUT_SHORT,
    EXPLICIT,
    EXPLICIT_BIG,
    IMPLICIT,
    DataSet,
    Element,
    Encoding,
    has_vr,
    items_of,
    read_data_set,
    read_group,
)
from dicomlab.header.plan import Node
from dicomlab.header.values import vr_code
from dicomlab.quiet_pydicom import quiet_pydicom
from dicomlab.sources.archive import kind_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

READ, PARTIAL, NOT_DICOM = "read", "partial", "not DICOM"
_DEFLATED = "1.2.840.10008.1.2.1.99"
_IMPLICIT, _BIG_ENDIAN = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
LIMIT = 2 * 1024 * 1024
"""How much of an unusual file is looked at: it is read element by element, so that more bytes of
a hostile file could hold a machine up for minutes."""
_TOO_LONG = f"the header is longer than the {LIMIT:,} bytes that are read of an unusual file"
_LONG = "the deflated header is longer than what is inflated of a file of this size"
_PIECE = 64 * 1024
"""How much is inflated at once."""
_EACH = 200
"""About how many bytes one of many values takes besides its own."""

_SIGNATURES = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF"),
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
    """What was made of one file: cells by column number, and how it went."""

    status: str
    reason: str
    cells: dict[int, tuple[bytes, int]]
    """Bytes as they stand in the file, and the code of their VR, with BIG in it under big endian."""
    header_end: int
    many: tuple[tuple[int, int, bytes, int, bytes], ...] = ()
    """Values of which there may be any number, in the order of the file: column number, item, bytes, VR,
    and the character set that an item around says, or nothing."""

    @cached_property
    def taken(self) -> int:
        """About how many bytes the values take."""
        return sum(len(raw) for raw, _ in self.cells.values()) + sum(_EACH + len(m[2]) for m in self.many)


def read_odd(head: bytes, tree: Node, *, total: int) -> Outcome:
    """Read one header from the first bytes, at most LIMIT, of a file of `total` bytes.

    Never raises for what the bytes hold.
    """
    if not head:
        return Outcome(NOT_DICOM, "the file is empty", {}, 0)
    if not looks_like_dicom(head):
        return Outcome(NOT_DICOM, f"not DICOM: {_what_is(head)}", {}, 0)
    return _read(head[:LIMIT], tree, total)


def odd_data_set(head: bytes) -> tuple[bytes, Mapping[int, Element]]:
    """The elements at the top of a header, and the bytes that they lie in; at most LIMIT are looked at."""
    if not head or not looks_like_dicom(head):
        return b"", {}
    parsed = _parsed(head[:LIMIT], len(head))
    return parsed.b, parsed.dataset.elements


def whole_header(head: bytes) -> tuple[Dataset, str]:
    """All elements of a header that is kept, and why some are missing, or nothing.

    Texts are those that the tables have, whatever pydicom makes of their bytes. A deflated data set is
    inflated as far as its size allows. Raises whatever pydicom raises for bytes that it cannot take apart.
    """
    from pydicom import dcmread

    with quiet_pydicom():
        start, deflated = _meta(head)
        if deflated:
            dataset, _, reason = _inflate(head, start)
        else:
            dataset, reason = dcmread(BytesIO(head), force=True, stop_before_pixels=True), ""
        decode_texts(dataset)
    return dataset, reason


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


ARCHIVE_NAMES = {
    "zip": "a zip archive",
    "tar": "a tar archive",
    "gzip": "gzip data",
    "zstd": "zstd data",
    "bzip2": "bzip2 data",
    "xz": "xz data",
}
"""How the reason of a file ends that is an archive, by its kind."""


def archive_kind(reason: str) -> str | None:
    """The kind of archive that a reason names, or None."""
    name = reason.removeprefix("not DICOM: ")
    return next((kind for kind, words in ARCHIVE_NAMES.items() if words == name), None)


def _what_is(head: bytes) -> str:
    if kind := kind_of(head):
        return ARCHIVE_NAMES[kind]
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


@dataclass(frozen=True)
class _Parsed:
    """The bytes that elements lie in, the file meta information, the data set, and where the header ends."""

    b: bytes
    meta: DataSet
    dataset: DataSet
    end: int
    limit: str
    """Why the elements go on behind the bytes that were looked at; empty where they do not."""


def _read(head: bytes, tree: Node, total: int) -> Outcome:
    parsed = _parsed(head, total)
    elements, reason = parsed.dataset.elements, parsed.dataset.reason
    reason = parsed.limit or reason
    found = _Found(parsed.b, parsed.meta.elements)
    if not found.take(elements, tree):
        reason = reason or BROKEN_SEQUENCE
    if not found.cells and not elements:
        return Outcome(PARTIAL, reason or "no element could be read", {}, parsed.end)
    many = tuple(value for _, value in sorted(found.many, key=lambda pair: pair[0]))
    return Outcome(PARTIAL if reason else READ, reason, found.cells, parsed.end, many)


def _parsed(head: bytes, total: int) -> _Parsed:
    begin = PRELUDE if head[128:PRELUDE] == b"DICM" else 0
    meta = read_group(head, begin, len(head), 2, EXPLICIT)
    at = meta.elements.get(0x00020010)
    syntax = head[at.start : at.start + at.length].decode("latin-1").strip(" \0") if at else ""
    if meta.reason:  # what comes after it cannot be found
        return _Parsed(
            head, meta, DataSet({}, meta.reason, meta.end, meta.end), meta.end, _limited(len(head) < total)
        )
    if syntax == _DEFLATED:
        return _deflated(head, meta, total)
    commands = read_group(head, _behind_meta(head, meta), len(head), 0, IMPLICIT)
    how = _encoding(head, commands.end, syntax)
    dataset = read_data_set(head, commands.end, len(head), how)
    is_at_end = dataset.end >= len(head) or dataset.reason == CUT_SHORT
    dataset = dataset._replace(elements={**dataset.elements, **commands.elements})
    return _Parsed(head, meta, dataset, dataset.end, _limited(is_at_end and len(head) < total))


def _behind_meta(head: bytes, meta: DataSet) -> int:
    """Where the data set begins: behind elements of group 0002 that stand at its head once more."""
    end, again = meta.end, read_group(head, meta.end, len(head), 2, EXPLICIT)
    while again.elements and not again.reason:
        end, again = again.end, read_group(head, again.end, len(head), 2, EXPLICIT)
    return end


def _deflated(head: bytes, meta: DataSet, total: int) -> _Parsed:
    """Inflate, then read as explicit VR little endian (PS3.5 A.5)."""
    body, reason = _inflated(head[meta.end :])
    dataset = read_data_set(body, 0, len(body), EXPLICIT)
    is_at_end = dataset.end >= len(body) or dataset.reason == CUT_SHORT
    limit = _limited(is_at_end and reason == CUT_SHORT and len(head) < total)
    if is_at_end and reason == _LONG:
        limit = _LONG if len(body) < LIMIT else _TOO_LONG
    # The elements of both lie in one buffer, those of the file meta information first.
    moved = {tag: e._replace(start=e.start + meta.end) for tag, e in dataset.elements.items()}
    dataset = dataset._replace(elements=moved, reason=(reason if is_at_end else "") or dataset.reason)
    return _Parsed(head[: meta.end] + body, meta, dataset, len(head), limit)


def _limited(is_it: bool) -> str:
    """That a header goes on behind LIMIT, if it does."""
    return _TOO_LONG if is_it else ""


def _inflated(packed: bytes) -> tuple[bytes, str]:
    """As much of a deflated data set as its size allows, and what is missing of it."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    body, most = bytearray(), most_inflated(len(packed))
    try:
        for at in range(0, len(packed), _PIECE):
            # One byte more than is kept says whether there are more.
            body += inflater.decompress(packed[at : at + _PIECE], most + 1 - len(body))
            if len(body) > most:
                return bytes(body[:most]), _LONG
            if inflater.eof:
                return bytes(body), ""
    except zlib.error as error:
        return bytes(body), _why(error)
    return bytes(body), CUT_SHORT


def _encoding(b: bytes, p: int, syntax: str) -> Encoding:
    """How the data set is written: as the transfer syntax says, else as its first element looks."""
    if syntax:
        return {_IMPLICIT: IMPLICIT, _BIG_ENDIAN: EXPLICIT_BIG}.get(syntax, EXPLICIT)
    if not has_vr(b, p):
        return IMPLICIT
    # A group below 0x0100, read the wrong way round, is one of 0x0100 or more.
    return EXPLICIT_BIG if int.from_bytes(b[p : p + 2], "little") >= 0x0400 else EXPLICIT


def _meta(head: bytes) -> tuple[int, bool]:
    """Where group 0002 ends, and whether it says that the data set is deflated, as pydicom sees it.

    What pydicom takes for deflated it would inflate without bounds.
    """
    from pydicom.filereader import _read_file_meta_info, read_preamble

    stream = BytesIO(head)
    read_preamble(stream, True)
    syntax = _read_file_meta_info(stream).get("TransferSyntaxUID")
    return stream.tell(), syntax == _DEFLATED


def _at_pixels(tag: int, vr: str | None, length: int) -> bool:
    return tag in (0x7FE00008, 0x7FE00009, 0x7FE00010)


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "sequences nested too deeply"
    if isinstance(error, MemoryError):
        return "a length in the header is impossible"
    return f"the header is broken ({type(error).__name__})"


def _before_error(read: Callable[[Callable[..., bool]], Dataset]) -> tuple[Dataset, str]:
    """What `read` gives until it meets PixelData; else what stands before the element that it fails at.

    `read` takes the function that says where to stop, which pydicom asks at each element at the top.
    """
    met = 0

    def at_pixels(*element: Any) -> bool:
        nonlocal met
        met += 1
        return _at_pixels(*element)

    dataset: Dataset | None = None
    try:
        dataset, reason = read(at_pixels), ""
    except Exception as error:  # noqa: BLE001 - pydicom raises whatever its parts raise
        reason = _why(error)
    # Where a file ends inside an element of undefined length, pydicom logs it and gives up all others.
    if dataset is not None and (len(dataset) or not met):
        return dataset, reason
    whole, met = met - 1, 0
    return read(lambda *element: at_pixels(*element) or met > whole), reason


def _inflate(head: bytes, start: int) -> tuple[Dataset, int, str]:
    """Inflate as far as the file's size allows, then read as explicit VR little endian (PS3.5 A.5)."""
    from pydicom.filereader import dcmread, read_dataset

    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    body = BytesIO(inflater.decompress(head[start:], most_inflated(len(head) - start)))

    def read(stop: Callable[..., bool]) -> Dataset:
        body.seek(0)
        return read_dataset(body, False, True, stop_when=stop)

    dataset, reason = _before_error(read)
    # pydicom reads the group 0002 of a file that holds nothing else.
    dataset.file_meta = dcmread(BytesIO(head[:start]), force=True).file_meta
    short = not inflater.eof and body.tell() >= body.getbuffer().nbytes
    return dataset, len(head), reason or (CUT_SHORT if short else "")


class _Found:
    """The wanted values of one data set."""

    def __init__(self, b: bytes, meta: Elements) -> None:
        self.cells: dict[int, tuple[bytes, int]] = {}
        self.many: list[tuple[int, tuple[int, int, bytes, int, bytes]]] = []
        """Where each value lies in the file, and the value."""
        self._b, self._meta = b, meta

    def take(self, elements: Elements, node: Node, item: int = -1, charset: bytes = b"") -> bool:
        """Note what a node wants of a data set; False when a sequence in it is broken.

        `charset` is what an item around the data set says of its texts.
        """
        is_whole = True
        blocks = (
            self._blocks(elements) if any(creator for _, creator in (*node.columns, *node.children)) else {}
        )
        for (tag, creator), columns in node.columns.items():
            where = self._meta if tag >> 16 == 2 and item < 0 else elements
            for element in _places(where, tag, creator, blocks):
                self._note(element, columns, item, charset, is_private=bool(creator))
        for (tag, creator), items in node.children.items():
            for element in _places(elements, tag, creator, blocks):
                is_whole &= self._descend(element, items, item, charset)
        return is_whole

    def _note(
        self,
        element: Element,
        columns: Sequence[tuple[int, bool, str]],
        item: int,
        charset: bytes,
        *,
        is_private: bool,
    ) -> None:
        if element.is_cut:
            return
        raw = self._b[element.start : element.start + element.length]
        for number, is_many, vr in columns:
            code = vr_code(element.vr or vr)
            if element.how.is_big and element.vr != "UN":  # what is UN is in little endian (PS3.5 6.2.2)
                code |= BIG
            if is_many:
                self.many.append((element.start, (number, item, raw, code, charset)))
            elif not (is_private and number in self.cells):
                self.cells[number] = raw, code

    def _descend(self, element: Element, items: dict[int, Node], item: int, charset: bytes) -> bool:
        is_whole = True
        found = items_of(self._b, element, lambda k: k in items or ANY_ITEM in items)
        for k, inner in enumerate(found):
            is_whole &= not inner.reason
            node = items.get(k, items.get(ANY_ITEM))
            if node is None:
                continue
            number = k if item < 0 and node.is_any else item
            if node.mark >= 0:
                self.many.append((inner.begin, (node.mark, number, b"", 0, b"")))
            said = inner.elements.get(0x00080005)
            own = self._b[said.start : said.start + said.length] if said and not said.is_cut else b""
            is_whole &= self.take(inner.elements, node, number, own if own.strip(b" \0") else charset)
        return is_whole

    def _blocks(self, elements: Elements) -> Blocks:
        """Which private blocks a data set has."""
        found: Blocks = {}
        for tag in sorted(tag for tag in elements if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF):
            at = elements[tag]
            name = self._b[at.start : at.start + at.length].rstrip(b" \0").lstrip(b" ")
            found.setdefault((tag >> 16, name.decode("latin-1")), []).append(tag & 0xFF)
        return found


Elements = Mapping[int, Element]
Blocks = dict[tuple[int, str], list[int]]
"""The private blocks of a data set, by group and creator."""


def _places(elements: Elements, tag: int, creator: str, blocks: Blocks) -> Iterator[Element]:
    """Where an element stands: a private one in each block of its creator."""
    if not creator:
        if tag in elements:
            yield elements[tag]
        return
    for block in blocks.get((tag >> 16, creator), ()):
        actual = tag >> 16 << 16 | block << 8 | tag & 0xFF
        if actual in elements:
            yield elements[actual]

"""Headers that the kernel hands back, read with pydicom.

Big endian, deflated, without Part 10 preamble, truncated or broken: pydicom finds the
elements, and their bytes take the same way to columns as those the kernel found.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dicomlab.header.charsets import quiet_pydicom
from dicomlab.header.kernel import ANY_ITEM
from dicomlab.header.plan import Node
from dicomlab.sources.archive import kind_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

READ, PARTIAL, NOT_DICOM = "read", "partial", "not DICOM"
_DEFLATED = "1.2.840.10008.1.2.1.99"
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
    many: tuple[tuple[int, int, bytes, str], ...] = ()
    """Values of which there may be any number: column number, item, bytes, VR."""


def read_odd(head: bytes, tree: Node, *, total: int) -> Outcome:
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
            outcome = _read(head[:LIMIT], tree, total)
    except Exception as error:  # noqa: BLE001 - pydicom raises whatever its parts raise
        return Outcome(PARTIAL, _why(error), {}, 0)
    if outcome.reason or not (quiet.met_end_of_file or quiet.met_error):
        return outcome
    return replace(outcome, status=PARTIAL, reason=_TRUNCATED if quiet.met_end_of_file else _BROKEN)


def whole_header(head: bytes) -> tuple[Dataset, str]:
    """All elements of a header that is kept, and why some are missing, or nothing.

    No more than LIMIT bytes of a deflated data set are inflated. Raises whatever pydicom raises for
    bytes that it cannot take apart.
    """
    from pydicom import dcmread

    with quiet_pydicom():
        start, deflated = _meta(head)
        if not deflated:
            return dcmread(BytesIO(head), force=True, stop_before_pixels=True), ""
        dataset, _, reason = _inflate(head, start)
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


def _read(head: bytes, tree: Node, total: int) -> Outcome:
    meta_end, deflated = _meta(head)
    if deflated:
        dataset, end, reason = _inflate(head, meta_end)
    else:
        dataset, end, reason = _parse(head)
    if end >= len(head) < total:  # cut by us, not by the file
        reason = f"the header is longer than the {LIMIT:,} bytes that are read of an unusual file"
    found = _Found()
    if not found.take(dataset, tree, is_top=True):
        reason = reason or "a sequence in the header is broken"
    cells = found.cells
    if not cells and len(dataset) == 0:
        return Outcome(PARTIAL, reason or "no element could be read", {}, end)
    return Outcome(PARTIAL if reason else READ, reason, cells, end, tuple(found.many))


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
    """Inflate no more than LIMIT bytes, then read as explicit VR little endian (PS3.5 A.5)."""
    from pydicom.filereader import dcmread, read_dataset

    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    body = BytesIO(inflater.decompress(head[start:], LIMIT))

    def read(stop: Callable[..., bool]) -> Dataset:
        body.seek(0)
        return read_dataset(body, False, True, stop_when=stop)

    dataset, reason = _before_error(read)
    # pydicom reads the group 0002 of a file that holds nothing else.
    dataset.file_meta = dcmread(BytesIO(head[:start]), force=True).file_meta
    short = not inflater.eof and body.tell() >= body.getbuffer().nbytes
    return dataset, len(head), reason or (_TRUNCATED if short else "")


def _parse(head: bytes) -> tuple[Dataset, int, str]:
    from pydicom.filereader import read_partial

    stream = BytesIO(head)

    def read(stop: Callable[..., bool]) -> Dataset:
        stream.seek(0)
        return read_partial(stream, stop_when=stop, force=True)

    dataset, reason = _before_error(read)
    end = stream.tell()
    is_cut = not reason and end >= len(head) and _is_cut(dataset, end)
    return dataset, end, _TRUNCATED if is_cut else reason


def _is_cut(dataset: Dataset, end: int) -> bool:
    """Whether the last element promises more bytes than there are, or bytes are left over.

    pydicom takes a value that is cut short as it is.
    """
    last, is_known = 0, True
    for element in dataset.values():
        begin: int | None = getattr(element, "value_tell", None)
        length: int | None = getattr(element, "length", None)
        if (element.VR == "SQ" and length is None) or length == 0xFFFFFFFF:
            return False  # a sequence of undefined length: pydicom says when it does not end
        # pydicom has converted the character set, and forgotten where it was.
        is_known = begin is not None and length is not None
        last = max(last, (begin or 0) + (length or 0)) if is_known else last
    return is_known and last not in (0, end)


class _Found:
    """The wanted values of one data set, as pydicom has them."""

    def __init__(self) -> None:
        self.cells: dict[int, tuple[bytes, str]] = {}
        self.many: list[tuple[int, int, bytes, str]] = []

    def take(self, dataset: Dataset, node: Node, item: int = -1, *, is_top: bool = False) -> bool:
        """Note what a node wants of a data set; False when a sequence in it is broken.

        Values first: pydicom converts some of them when it looks into a sequence.
        """
        is_whole = True
        if not is_top and not len(dataset):
            return True
        blocks = _blocks(dataset)
        for name, columns in node.columns.items():
            for where, tag in _places(dataset, *name, blocks):
                self._note(where, tag, columns, item, is_private=bool(name[1]))
        for name, items in node.children.items():
            try:
                for where, tag in _places(dataset, *name, blocks):
                    is_whole &= self._descend(where, tag, items, item)
            except Exception:  # noqa: BLE001 - one broken sequence must not cost the others
                is_whole = False
        return is_whole

    def _note(
        self,
        dataset: Dataset,
        tag: int,
        columns: Sequence[tuple[int, bool, str]],
        item: int,
        *,
        is_private: bool,
    ) -> None:
        cell = _element(dataset, tag)
        if cell is None:
            return
        for number, is_many, vr in columns:
            raw, kind = cell[0], cell[1] or vr
            if is_many:
                self.many.append((number, item, raw, kind))
            elif not (is_private and number in self.cells):
                self.cells[number] = raw, kind

    def _descend(self, dataset: Dataset, tag: int, items: dict[int, Node], item: int) -> bool:
        is_whole = True
        for k, inner in enumerate(_items(dataset, tag)):
            node = items.get(k, items.get(ANY_ITEM))
            if node is None:
                continue
            number = k if item < 0 and node.is_any else item
            if node.mark >= 0:
                self.many.append((node.mark, number, b"", ""))
            is_whole &= self.take(inner, node, number)
        return is_whole


Blocks = dict[tuple[int, str], list[int]]
"""The private blocks of a data set, by group and creator."""


def _blocks(dataset: Dataset) -> Blocks:
    """Which private blocks there are; a file of 2 MiB can have some hundred thousand data sets."""
    found: Blocks = {}
    for tag in sorted(tag for tag in dataset.keys() if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF):  # noqa: SIM118
        if cell := _element(dataset, tag):
            creator = cell[0].decode("latin-1").strip(" \0")
            found.setdefault((tag >> 16, creator), []).append(tag & 0xFF)
    return found


def _places(dataset: Dataset, tag: int, creator: str, blocks: Blocks) -> Iterator[tuple[Dataset, int]]:
    """Where an element stands: one of group 0002 in the file meta, a private one in each block."""
    if not creator:
        where = getattr(dataset, "file_meta", None) if tag >> 16 == 2 else dataset
        # Asking the data set itself would make a Tag each time.
        if where is not None and tag in where.keys():  # noqa: SIM118
            yield where, tag
        return
    group, offset = tag >> 16, tag & 0xFF
    for block in blocks.get((group, creator), ()):
        actual = group << 16 | block << 8 | offset
        if actual in dataset:
            yield dataset, actual


def _items(dataset: Dataset, tag: int) -> Sequence[Any]:
    """The items of a sequence; one that the file calls UN holds implicit VR (PS3.5 6.2.2)."""
    from pydicom.filereader import read_sequence

    element: Any = dataset.get_item(tag)
    raw = getattr(element, "value", None)
    if isinstance(raw, bytes) and element.VR in ("UN", None) and element.is_little_endian:
        if element.length == 0xFFFFFFFF or not raw:
            return dataset[tag].value or ()
        return list(read_sequence(BytesIO(raw), True, True, len(raw), "iso8859"))
    value = dataset[tag].value
    return value if dataset[tag].VR == "SQ" and value else ()


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

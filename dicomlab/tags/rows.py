"""A header as rows: one an element, one an item of a sequence, each with its path.

Nothing that a file holds makes it long or deep without bound: values are cut, sequences are
followed to a depth, rows are counted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicomlab.errors import BadFile
from dicomlab.header.charsets import ONE_TEXT_VRS
from dicomlab.header.dataset_texts import charset_of, decoded_element
from dicomlab.isolation import SetAside, set_aside
from dicomlab.masking import options, pseudonym
from dicomlab.quiet_pydicom import quiet_pydicom
from dicomlab.schema.masks import is_masked_element, seen_value
from dicomlab.tags.facts import Fact, action_of, fact_of
from dicomlab.tags.text import on_one_line

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

LONGEST = 10_000
"""Characters of a value that are kept, at most; a longer one is cut, and its length told."""
DEEPEST = 32
MOST_ROWS = 200_000
MOST_VALUES = 1_000
_DEFERRED = 16 * 1024 * 1024
_BYTES = frozenset("OB OW OD OF OL OV UN".split())
_FEW_BYTES = 24
_TEXTS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())

MASKED = "(masked)"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a header."""

    path: str
    """In the form that `Columns.add_path` takes, such as `SomeSequence[0].Keyword`."""
    tag: int
    vr: str
    value: str
    mark: str
    """Tells whether two values are the same, also where they were cut or masked."""
    depth: int
    parent: int
    """The number of the row that it belongs to, or -1."""
    fact: Fact = field(repr=False)
    vm: int = 0
    length: int | None = None
    creator: str = ""
    action: str = ""
    """What PS3.15 Annex E does with it; empty where it does not identify."""
    is_item: bool = False
    is_empty: bool = False
    n_below: int = 0
    """How many rows directly belong to it."""

    @property
    def is_private(self) -> bool:
        """Whether a maker gave it its meaning."""
        return bool(self.tag >> 16 & 1)

    @property
    def tag_text(self) -> str:
        """The tag as it is written: (0018,0050)."""
        return f"({self.tag >> 16:04X},{self.tag & 0xFFFF:04X})"

    @property
    def keyword(self) -> str:
        """The keyword, or what stands in its place."""
        if self.is_item:
            return f"item {self.path.rpartition('[')[2].rstrip(']')}"
        if self.is_private and self.name:
            return f"[{self.name}]"  # as makers call it: no keyword
        return self.fact.keyword or (self.creator and f"private, {self.creator}") or "unknown"

    @property
    def name(self) -> str:
        """The name in the dictionary."""
        return self.fact.name

    @property
    def code(self) -> str:
        """Python that gives the value from a data set `ds`."""
        return "ds" + "".join(_code(step) for step in _STEP.findall(self.path))


# A keyword, or a tag in brackets with the creator of a private block; and which item.
_STEP = re.compile(r'\([^)"]*(?:"[^"]*")?\)(?:\[\d+\])?|[^.]+')


def _code(step: str) -> str:
    if not step.startswith("("):
        return f".{step}"
    place, _, item = step.rpartition(")")
    group, element, *creator = place[1:].split(",", 2)
    if creator:
        return f".private_block(0x{group}, {creator[0]})[0x{element[2:]}].value{item}"
    return f"[0x{group}, 0x{element}].value{item}"


@dataclass(frozen=True)
class Tags:
    """The rows of one header, in order; `label` says whose they are."""

    rows: tuple[Row, ...]
    label: str = ""
    is_cut: bool = False
    """Whether there were more rows than are kept."""


def read_tags(source: str | Path | Dataset, *, label: str = "", mask: bool | None = None) -> Tags:
    """Give the rows of a file, or of a data set.

    With `mask`, or while `dl.options.mask` is on, pseudonyms stand in place of what may identify a
    patient, as docs/masking.md says.

    Raises BadFile for what cannot be read as DICOM.

    >>> from pydicom.data import get_testdata_file
    >>> tags = read_tags(get_testdata_file("CT_small.dcm", download=False))
    >>> next((row.tag_text, row.value, row.fact.unit) for row in tags.rows if row.keyword == "SliceThickness")
    ('(0018,0050)', '5.000000', 'mm')
    """
    with quiet_pydicom():
        if isinstance(source, str | Path):
            label = label or os.path.basename(source)
            source = _opened(source)
        mask = options.mask if mask is None else mask
        walk = _Walk(mask)
        for part in (getattr(source, "file_meta", None), source):
            if part is not None:
                walk.through(part, "", 0, -1)
    return Tags(tuple(walk.rows), pseudonym(label, "file") if mask else on_one_line(label), walk.is_cut)


def _opened(path: str | Path) -> Dataset:
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    try:
        return dcmread(path, defer_size=_DEFERRED)
    except InvalidDicomError:
        return _without_preamble(path)
    except OSError as error:
        raise BadFile(os.fspath(path), error.strerror or "it cannot be opened") from None
    except Exception:  # noqa: BLE001 - pydicom raises whatever its parts raise
        raise BadFile(os.fspath(path), "an element in the header is broken") from None


def _without_preamble(path: str | Path) -> Dataset:
    from pydicom import dcmread

    from dicomlab.header.fallback import looks_like_dicom

    with open(path, "rb") as opened:
        head = opened.read(4096)
    if not looks_like_dicom(head):
        raise BadFile(os.fspath(path), "it is not DICOM")
    try:
        return dcmread(path, defer_size=_DEFERRED, force=True)
    except Exception:  # noqa: BLE001
        raise BadFile(os.fspath(path), "an element in the header is broken") from None


class _Walk:
    """One way through a data set."""

    def __init__(self, mask: bool):
        self.rows: list[Row] = []
        self.is_cut = False
        self._mask = mask

    def through(self, ds: Dataset, before: str, depth: int, parent: int, around: str = "") -> int:
        """Add the rows of a data set; gives how many directly belong to it.

        `around` is the character set of what the data set is an item of.
        """
        creators: dict[int, str] = {}
        charset = charset_of(ds, around)
        count = 0
        for tag in sorted(ds.keys()):
            if len(self.rows) >= MOST_ROWS:
                self.is_cut = True
                break
            at = len(self.rows)
            try:
                self._element(ds, int(tag), before, depth, parent, creators, charset)
            except Exception as error:  # noqa: BLE001 - whatever one element raises, the others are shown
                self._leave_out(at, int(tag), before, depth, parent, set_aside("an element", error))
            count += 1
        return count

    def _leave_out(self, at: int, tag: int, before: str, depth: int, parent: int, aside: SetAside) -> None:
        """A row that says why there is no value, in place of what was made of the element."""
        del self.rows[at:]
        name = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
        fact = Fact(tag, "", "", "", "", "")
        self.rows.append(Row(f"{before}{name}", tag, "", aside.reason, aside.reason, depth, parent, fact))

    def _element(
        self,
        ds: Dataset,
        tag: int,
        before: str,
        depth: int,
        parent: int,
        creators: dict[int, str],
        charset: str,
    ) -> None:
        length = _length(ds, tag)
        vr, value, is_read = _value(ds, tag, charset)
        group, element = tag >> 16, tag & 0xFFFF
        creator, fact = "", fact_of(tag)
        is_masked = self._mask and vr != "SQ" and is_masked_element(tag, vr, fact.keyword, value)
        if _is_creator(tag) and isinstance(value, str):
            creators[group << 16 | element << 8] = "" if is_masked else value.strip()
        elif group & 1:
            creator = creators.get(tag & 0xFFFFFF00, "")
        fact, action = _fact(tag, creator), action_of(tag)
        step = fact.keyword or _private_step(tag, creator) or f"({group:04X},{element:04X})"
        path = f"{before}{step}"
        if vr == "SQ":
            row = Row(path, tag, vr, "", "", depth, parent, fact, 0, length, creator, action)
            self._sequence(value, row, charset)
            return
        text, mark, vm = _as_text(vr, value, length, is_read=is_read)
        is_empty = not text
        if is_masked and text:
            text = _masked_text(seen_value(fact.keyword, vr, value))
        self.rows.append(
            Row(
                path, tag, vr, text, mark, depth, parent, fact, vm, length, creator, action, is_empty=is_empty
            )
        )

    def _sequence(self, items: Any, row: Row, charset: str) -> None:
        from dataclasses import replace

        items = items if isinstance(items, list) or hasattr(items, "__iter__") else []
        items, at = list(items), len(self.rows)
        many = f"{len(items):,} item{'' if len(items) == 1 else 's'}"
        self.rows.append(row)
        kept = items if row.depth < DEEPEST else []
        if len(kept) < len(items):
            many += f", deeper than the {DEEPEST} levels that are followed"
        self.rows[at] = replace(
            row, value=many, mark=str(len(items)), vm=1, n_below=len(kept), is_empty=not items
        )
        for number, item in enumerate(kept):
            if len(self.rows) >= MOST_ROWS:
                self.is_cut = True
                return
            path, here = f"{row.path}[{number}]", len(self.rows)
            empty = Row(
                path, row.tag, "", "", "", row.depth + 1, at, row.fact, creator=row.creator, is_item=True
            )
            self.rows.append(empty)
            below = self.through(item, f"{path}.", row.depth + 2, here, charset)
            words = f"{below:,} element{'' if below == 1 else 's'}"
            self.rows[here] = replace(empty, value=words, mark=words, n_below=below, is_empty=not below)


def _length(ds: Dataset, tag: int) -> int | None:
    raw = ds.get_item(tag)
    length = getattr(raw, "length", None)
    return None if length in (None, 0xFFFFFFFF) else int(length)  # type: ignore[arg-type]


def _value(ds: Dataset, tag: int, charset: str) -> tuple[str, Any, bool]:
    """VR and value of an element; its bytes where pydicom cannot make a value of them.

    Texts are those of the tables; `charset` says how they are written.
    """
    raw = ds.get_item(tag)
    if getattr(raw, "is_raw", False) and getattr(raw, "value", b"") is None:  # left in the file: very long
        vr = getattr(raw, "VR", None) or "UN"
        if vr in _BYTES:
            return vr, None, False
    if (text := decoded_element(ds, tag, charset)) is not None:
        return str(text.VR), text.value, True
    if (quick := _plain_text(raw)) is not None:
        return raw.VR, quick, True
    try:
        element = ds[tag]
        return str(element.VR), element.value, True
    except Exception:  # noqa: BLE001 - pydicom raises whatever its parts raise
        return str(getattr(raw, "VR", None) or "UN"), getattr(raw, "value", b"") or b"", True


def _plain_text(raw: Any) -> str | list[str] | None:
    """The texts of an element that is plain ASCII, as pydicom would make them, in a tenth of its time."""
    if not getattr(raw, "is_raw", False) or raw.VR not in _TEXTS or not isinstance(raw.value, bytes):
        return None
    value: bytes = raw.value
    if not value.isascii() or b"\x1b" in value:
        return None
    text = value.decode("ascii").rstrip(" \0")
    return text.split("\\") if "\\" in text and raw.VR not in ONE_TEXT_VRS else text


def _fact(tag: int, creator: str) -> Fact:
    if not tag >> 16 & 1:
        return fact_of(tag)
    if _is_creator(tag):
        return Fact(
            tag, "", "Private Creator", "Whose the private elements of a block are.", "", "PS3.5 7.8.1"
        )
    return Fact(tag, "", _private_name(tag, creator), "", "", "private")


def _is_creator(tag: int) -> bool:
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def _private_name(tag: int, creator: str) -> str:
    from pydicom.datadict import private_dictionary_description

    try:
        return str(private_dictionary_description(tag, creator)) if creator else ""
    except KeyError:
        return ""


def _private_step(tag: int, creator: str) -> str:
    if not creator or '"' in creator or "\\" in creator:
        return ""
    return f'({tag >> 16:04X},xx{tag & 0xFF:02X},"{creator}")'


def _as_text(vr: str, value: Any, length: int | None, *, is_read: bool) -> tuple[str, str, int]:
    """A value as text on one line, what tells it from others, and how many values it is."""
    if not is_read:
        return f"{length or 0:,} bytes", str(length), 1
    if value is None or value in ("", b""):
        return "", "", 0
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes_as_text(bytes(value))
    if isinstance(value, str) and "\\" in value and vr not in ONE_TEXT_VRS:
        value = value.split("\\")
    many = list(_first(value)) if _is_many(value) else [value]
    vm = len(value) if _is_many(value) else 1
    text = "\\".join(_one(vr, part) for part in many)
    if not text:
        return "", "", 0
    mark = text if len(text) <= 64 and vm <= MOST_VALUES else _digest(text.encode("utf-8", "replace"))
    cut = on_one_line(text[:LONGEST])[:LONGEST]
    if len(text) > LONGEST or vm > len(many):
        cut += f" … ({vm:,} values)" if vm > 1 else f" … ({len(text):,} characters)"
    return cut, mark, vm


def _masked_text(seen: Any) -> str:
    many = list(_first(seen)) if _is_many(seen) and not isinstance(seen, bytes) else [seen]
    text = "\\".join(str(part) for part in many if part)
    return on_one_line(text)[:LONGEST] or MASKED


def _is_many(value: Any) -> bool:
    return not isinstance(value, str) and hasattr(value, "__len__") and hasattr(value, "__getitem__")


def _first(values: Any) -> Iterator[Any]:
    for number in range(min(len(values), MOST_VALUES)):
        yield values[number]


def _one(vr: str, value: Any) -> str:
    if vr == "AT" and isinstance(value, int):
        return f"({value >> 16:04X},{value & 0xFFFF:04X})"
    original = getattr(value, "original_string", None)
    return original if isinstance(original, str) else str(value)


def _bytes_as_text(value: bytes) -> tuple[str, str, int]:
    mark = _digest(value)
    stripped = value.rstrip(b" \0")
    if len(stripped) <= 256 and stripped.isascii() and stripped.decode("ascii").isprintable():
        return stripped.decode("ascii"), mark, 1 if stripped else 0
    few = value[:_FEW_BYTES].hex(" ")
    return f"{len(value):,} bytes: {few}{' …' if len(value) > _FEW_BYTES else ''}", mark, 1


def _digest(value: bytes) -> str:
    return blake2b(value, digest_size=16).hexdigest()

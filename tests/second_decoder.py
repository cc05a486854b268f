"""A second decoder of texts, letter by letter, that shares nothing with the package; and what a file holds.

It says what README and docs/columns.md promise: a text is in the character set of its item, else of
the nearest item around that names one, else of the file; an empty SpecificCharacterSet names none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pydicom
from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.dataset import Dataset

TEXT_VRS = ("PN", "LO", "SH", "ST", "LT", "UT", "UC")
_WHOLE = ("ST", "LT", "UT")
_G1 = {"100": "latin-1", "101": "iso8859-2", "109": "iso8859-3", "110": "iso8859-4", "144": "iso8859-5"} | {
    "127": "iso8859-6",
    "126": "iso8859-7",
    "138": "iso8859-8",
    "148": "iso8859-9",
    "166": "tis_620",
    "203": "iso8859-15",
    "13": "shift_jis",
}
_ALONE = {"ISO_IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gbk"}
_FINAL = {b"A": "100", b"B": "101", b"C": "109", b"D": "110", b"L": "144", b"G": "127", b"F": "126"} | {
    b"H": "138",
    b"M": "148",
    b"T": "166",
    b"b": "203",
}
_WIDE = {b"$)C": "euc_kr", b"$)A": "gb2312"}
_OTHERS = {"ISO 2022 IR 149": "euc_kr", "ISO 2022 IR 58": "gb2312"} | {"ISO 2022 IR 87": "iso2022_jp"}


def _first(charset: str) -> str | None:
    """Python's name of the set that texts begin in; None for the default one or an unknown one."""
    term = charset.split("\\", maxsplit=1)[0].strip().upper()
    if term in _ALONE:
        return _ALONE[term]
    number = term.replace("ISO 2022 IR", "").replace("ISO_IR", "").strip()
    return _G1.get(number)


def _unnamed(raw: bytes, charset: str) -> str:
    """Bytes beyond ASCII in a file that names no set for them."""
    for term in charset.split("\\")[1:]:
        codec = _OTHERS.get(term.strip()) or _G1.get(term.split(" ")[-1].strip())
        for name in ("utf-8", codec) if codec in _G1.values() else (codec,):
            try:
                return raw.decode(name or "ascii")
            except UnicodeDecodeError:
                continue
    for codec in ("utf-8", "cp1252"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def decoded(raw: bytes, charset: str, vr: str) -> str:
    """The whole text, with its backslashes."""
    first = _first(charset)
    if b"\x1b" in raw and charset.split("\\", maxsplit=1)[0].strip() not in _ALONE:
        return _with_escapes(raw, first, vr)
    if raw.isascii():
        return raw.decode("ascii")
    if first is None:
        return _unnamed(raw, charset)
    single = first in _G1.values() and first not in ("tis_620", "shift_jis")
    for codec in ("utf-8", first) if single else (first, "utf-8"):
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        has_controls = codec == "latin-1" and any("\x80" <= c <= "\x9f" for c in text)
        return raw.decode("cp1252", "replace") if has_controls else text
    return raw.decode(first, "replace")


def _with_escapes(raw: bytes, first: str | None, vr: str) -> str:
    """Letter by letter, as PS3.5 6.1.2.5 has it: delimiters bring the first sets back."""
    low, high, text, at = "ascii", first, "", 0
    ends = b"\\\r\n\f\t" + (b"^=" if vr == "PN" else b"")
    while at < len(raw):
        rest = raw[at:]
        if rest[:1] == b"\x1b":
            for sign, codec in _WIDE.items():
                if rest[1:4] == sign:
                    high, at = codec, at + 4
                    break
            else:
                if rest[1:3] in (b"$B", b"$@", b"(B", b"(J"):
                    low, at = {b"(B": "ascii", b"(J": "shift_jis"}.get(rest[1:3], "wide"), at + 3
                elif rest[1:4] == b"$(D":
                    low, at = "wider", at + 4
                elif rest[1:2] == b"-":
                    high, at = _G1[_FINAL[rest[2:3]]], at + 3
                elif rest[1:3] == b")I":
                    high, at = "shift_jis", at + 3
                else:
                    text, at = text + "\x1b", at + 1
        elif low in ("wide", "wider"):
            start = b"\x1b$B" if low == "wide" else b"\x1b$(D"
            text, at = text + (start + rest[:2] + b"\x1b(B").decode("iso2022_jp_2"), at + 2
        elif rest[0] in ends:
            low, high, text, at = "ascii", first, text + chr(rest[0]), at + 1
        elif rest[0] < 0x80:
            text, at = text + rest[:1].decode(low), at + 1
        elif high in ("euc_kr", "gb2312"):
            text, at = text + rest[:2].decode(high), at + 2
        else:
            text, at = text + rest[:1].decode(high or "latin-1"), at + 1
    return text


def texts(raw: bytes, charset: str, vr: str) -> list[str]:
    """The values, without padding and what of a name means nothing."""
    whole = decoded(raw, charset, vr)
    parts = [whole] if vr in _WHOLE else whole.split("\\")
    bare = [part.rstrip(" \0") for part in parts]
    if vr == "PN":
        bare = [part.rstrip("=") for part in bare]
    return bare if vr in (*_WHOLE, "UC") else [part.lstrip(" ") for part in bare]


@dataclass(frozen=True)
class Text:
    """One text element: the tags and items that lead to it, its VR, and its values."""

    steps: tuple[tuple[int, int], ...]
    tag: int
    vr: str
    values: list[str]

    @property
    def path(self) -> str:
        """As `Row.path` has it; empty where a tag on the way has no keyword."""
        words = [*(f"{keyword_for_tag(tag)}[{item}]" for tag, item in self.steps), keyword_for_tag(self.tag)]
        is_known = tag_for_keyword(words[-1]) == self.tag  # overlays have one keyword for many groups
        return ".".join(words) if is_known and all(word and word[0] != "[" for word in words) else ""

    @property
    def any_path(self) -> str:
        """The same for all items."""
        words = [*(f"{keyword_for_tag(tag)}[*]" for tag, _ in self.steps), keyword_for_tag(self.tag)]
        return ".".join(words) if self.path else ""

    def element(self, ds: Dataset) -> pydicom.DataElement:
        """The element of a data set at this place."""
        for tag, item in self.steps:
            ds = ds[tag].value[item]
        return ds[self.tag]


def texts_of(ds: Dataset, charset: str = "", steps: tuple[tuple[int, int], ...] = ()) -> Iterator[Text]:
    """All texts of a data set that was just read, from their bytes."""
    said = ds.get_item(0x00080005)
    own = getattr(said, "value", None) or ""
    if isinstance(own, bytes):
        own = own.decode("ascii", "replace")
    elif not isinstance(own, str):  # pydicom has looked at it, and made a list of it
        own = "\\".join(own)
    charset = own.strip(" \0") or charset
    for tag in sorted(ds.keys()):
        raw = ds.get_item(tag)
        vr = raw.VR
        if vr in (None, "UN"):
            vr = dictionary_VR(tag) if keyword_for_tag(tag) else ("LO" if tag.is_private_creator else "UN")
        if vr == "SQ":
            for number, item in enumerate(ds[tag].value):
                yield from texts_of(item, charset, (*steps, (int(tag), number)))
        elif vr in TEXT_VRS and isinstance(raw.value, bytes) and raw.value.strip(b" \0"):
            yield Text(steps, int(tag), vr, texts(raw.value, charset, vr))

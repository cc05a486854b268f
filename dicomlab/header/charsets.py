"""Texts in the character set their file names (PS3.3 C.12.1.1.2, PS3.5 6.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_GUESSED = "bytes beyond ASCII without a known character set"
_UNDECODED = "bytes that the character set does not have"
_IS_UTF_8 = "UTF-8, and not the character set that the file names"
_UNESCAPED = "bytes beyond ASCII without the escape sequence of their character set"
_UNDECLARED = "an escape sequence of a character set that the file does not name"
_UNKNOWN_ESCAPE = "an escape sequence of no character set that DICOM knows"
_ESCAPES = "an escape sequence where the character set allows none"
_TOO_LONG = "escape sequences in a text of over a million bytes"
_LONGEST_ESCAPED = 1_000_000
"""Texts with escape sequences are decoded piece by piece, for which a longer one would take minutes."""
_ESC = b"\x1b"
# PS3.5 6.1.2.5.3: what brings the first character set back.
_TEXT_DELIMITERS = b"\n\r\t\f\\"
_NAME_DELIMITERS = _TEXT_DELIMITERS + b"^="


def decode(raw: bytes, charset: str, *, is_name: bool = False) -> tuple[str, str]:
    """Give the text, and a reason if not all of it could be decoded as the file says.

    `charset` is SpecificCharacterSet as it stands in the file. A reason does not mean that the text is
    wrong: UTF-8 in a file that names Latin-1 comes out as UTF-8.
    """
    sets = _sets(charset)
    if _ESC in raw and not sets.is_alone:
        if len(raw) > _LONGEST_ESCAPED:
            return raw.decode(sets.first or "latin-1", "replace"), _TOO_LONG
        return _decode_iso_2022(raw, sets, is_name)
    if raw.isascii():
        return raw.decode("ascii"), _ESCAPES if _ESC in raw else ""
    if not sets.first:
        return _guess(raw, sets)
    if _is_seldom_utf_8(raw, sets.first) and (text := _utf_8(raw)) is not None:
        return text, _IS_UTF_8
    try:
        text = raw.decode(sets.first)
    except UnicodeDecodeError:
        if (text := _utf_8(raw)) is not None:
            return text, _IS_UTF_8
        return raw.decode(sets.first, "replace"), _UNDECODED
    if sets.first in _LATIN_1 and _CONTROLS.search(text):
        return _windows(raw), _UNDECODED
    return text, _ESCAPES if _ESC in raw else ""


ONE_TEXT_VRS = frozenset("LT ST UT UR".split())
"""One value, whatever backslashes it has (PS3.5 6.2)."""
KEEPS_LEADING_BLANKS = frozenset("LT ST UT UC UR".split())
"""Leading blanks of these carry meaning, or may (PS3.5 6.2); all others are padded either side."""


def bare_text(text: str, vr: str) -> str:
    """A text without its padding; a name without empty groups at its end, which mean nothing.

    >>> bare_text(" Meier^Eva== ", "PN"), bare_text("  two blanks ", "LT")
    ('Meier^Eva', '  two blanks')
    """
    text = text.rstrip(" \0")
    text = text.rstrip("=") if vr == "PN" else text  # PS3.5 6.2.1
    return text if vr in KEEPS_LEADING_BLANKS else text.lstrip(" ")


def is_known(charset: str) -> bool:
    """Whether the first character set that a file names is one of DICOM's, or the default one.

    >>> is_known("ISO_IR 192"), is_known(""), is_known("utf_16")
    (True, True, False)
    """
    return bool(_sets(charset).first) or _canonical(charset.split("\\", maxsplit=1)[0]) in _DEFAULT


@dataclass(frozen=True)
class _Sets:
    """What a file says of its character sets, in Python's names.

    `first` is empty for the default repertoire, and where the term is not known. `is_alone` says that the
    set knows no code extensions (PS3.3 C.12.1.1.2).
    """

    first: str
    others: tuple[str, ...]
    terms: frozenset[str]
    is_alone: bool


# Misspelt terms that were met or are likely: ISO-IR 100, ISO_2022_IR_13, ISO 100, iso ir 192.
_TERM = re.compile(r"ISO[ _-]*(2022)?[ _-]*(?:IR)?[ _-]*(\d{1,3})")
_LONGEST_TERM = 32
_ALONE = frozenset(("ISO_IR 192", "GB18030", "GBK"))
_DEFAULT = frozenset(("", "ISO_IR 6", "ISO 2022 IR 6"))
_OTHER_NAMES = {
    **dict.fromkeys(("UTF-8", "UTF8", "UTF_8"), "ISO_IR 192"),
    **dict.fromkeys(("LATIN1", "LATIN-1", "LATIN_1", "ISO8859-1", "ISO-8859-1", "ISO_8859-1"), "ISO_IR 100"),
    **dict.fromkeys(("GB 18030", "GB-18030", "GB_18030"), "GB18030"),
    "ISO 2022 GBK": "GBK",
}
# Latin alphabet No. 9, which pydicom does not have.
_LATIN_9 = {"ISO_IR 203": "iso8859_15", "ISO 2022 IR 203": "iso8859_15"}


def _canonical(term: str) -> str:
    """A term as the standard writes it."""
    term = term.strip(" \0").upper()
    if len(term) > _LONGEST_TERM:
        return term
    if match := _TERM.fullmatch(term):
        return f"ISO 2022 IR {int(match[2])}" if match[1] else f"ISO_IR {int(match[2])}"
    return _OTHER_NAMES.get(term, term)


@lru_cache(maxsize=256)
def _sets(charset: str) -> _Sets:
    from pydicom.charset import python_encoding

    terms = [_canonical(term) for term in charset.split("\\")]
    known = python_encoding | _LATIN_9
    codecs = ["" if term in _DEFAULT else known.get(term, "") for term in terms]
    return _Sets(
        codecs[0],
        tuple(dict.fromkeys(codec for codec in codecs[1:] if codec)),
        frozenset(terms),
        terms[0] in _ALONE,
    )


# In these any bytes beyond ASCII make some text, so that UTF-8 under their name goes unseen. Thai is
# not among them: two of its letters may well be one of UTF-8, as may two of GBK's bytes.
_SINGLE_BYTE = frozenset(
    "latin_1 iso8859 iso8859_2 iso8859_3 iso8859_4 iso8859_15 iso_ir_126".split()
) | frozenset("iso_ir_127 iso_ir_138 iso_ir_144 iso_ir_148".split())
_NO_KATAKANA = re.compile(rb"[\x80-\xa0\xe0-\xff]")
_LATIN_1 = frozenset(("latin_1", "iso8859"))
_CONTROLS = re.compile("[\x80-\x9f]")


def _is_seldom_utf_8(raw: bytes, codec: str) -> bool:
    """Whether hardly any text in this set is UTF-8 by chance."""
    return codec in _SINGLE_BYTE or (codec == "shift_jis" and bool(_NO_KATAKANA.search(raw)))


def _utf_8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _windows(raw: bytes) -> str:
    """Latin-1 with the signs that Windows has where Latin-1 has control characters."""
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _guess(raw: bytes, sets: _Sets) -> tuple[str, str]:
    """Bytes beyond ASCII where the file promises none: a set it names besides, UTF-8, or Latin-1."""
    for codec in sets.others:
        if _is_seldom_utf_8(raw, codec) and (text := _utf_8(raw)) is not None:
            return text, _GUESSED
        try:
            return raw.decode(codec), _UNESCAPED
        except UnicodeDecodeError:
            continue
    guess = _utf_8(raw)
    return _windows(raw) if guess is None else guess, _GUESSED


# --- code extensions (PS3.5 6.1.2.5) ------------------------------------------------------------

# Escape sequence: codec, defined term, and whether it is G0, the codes below 0x80. PS3.3 C.12.1.1.2.
_ESCAPED: dict[bytes, tuple[str, str, bool]] = {
    b"(B": ("ascii", "ISO 2022 IR 6", True),
    b"(J": ("shift_jis", "ISO 2022 IR 13", True),
    b")I": ("shift_jis", "ISO 2022 IR 13", False),
    b"$B": ("$B", "ISO 2022 IR 87", True),
    b"$@": ("$@", "ISO 2022 IR 87", True),  # the set of 1978, which the one of 1983 replaced
    b"$(D": ("$(D", "ISO 2022 IR 159", True),
    b"$)C": ("euc_kr", "ISO 2022 IR 149", False),
    b"$)A": ("gb2312", "ISO 2022 IR 58", False),
    b"-A": ("latin_1", "ISO 2022 IR 100", False),
    b"-B": ("iso8859_2", "ISO 2022 IR 101", False),
    b"-C": ("iso8859_3", "ISO 2022 IR 109", False),
    b"-D": ("iso8859_4", "ISO 2022 IR 110", False),
    b"-F": ("iso8859_7", "ISO 2022 IR 126", False),
    b"-G": ("iso8859_6", "ISO 2022 IR 127", False),
    b"-H": ("iso8859_8", "ISO 2022 IR 138", False),
    b"-L": ("iso8859_5", "ISO 2022 IR 144", False),
    b"-M": ("iso8859_9", "ISO 2022 IR 148", False),
    b"-T": ("iso8859_11", "ISO 2022 IR 166", False),
    b"-b": ("iso8859_15", "ISO 2022 IR 203", False),
}
_STOPS = {
    some: re.compile(b"[\x1b" + re.escape(some) + b"]") for some in (_TEXT_DELIMITERS, _NAME_DELIMITERS)
}
_ESC_ALONE = re.compile(_ESC)
_ESCAPE = re.compile(rb"\x1b(\$[()][A-Z]|\$[@AB]|[(),-][A-Za-z]|)")


def _decode_iso_2022(raw: bytes, sets: _Sets, is_name: bool) -> tuple[str, str]:
    """Decode text with escape sequences; each counts whether or not the file names its set."""
    delimiters = _NAME_DELIMITERS if is_name else _TEXT_DELIMITERS
    low, high, last = "ascii", sets.first, ""
    text, why, at = [], "", 0
    while at < len(raw):
        if match := _ESCAPE.match(raw, at):
            codec, term, is_low = _ESCAPED.get(match[1], ("", "", False))
            why = why or _why_not(codec, term, sets)
            if codec and is_low:
                low = codec
            elif codec:
                high = last = codec
            else:  # no set: the bytes stay what they are
                text.append(match[0].decode("ascii"))
            at = match.end()
        elif low[0] != "$" and raw[at] in delimiters:  # brings the first sets back
            text.append(chr(raw[at]))
            low, high, at = "ascii", sets.first, at + 1
        else:
            # In a two-byte set what looks like a delimiter is half a letter.
            stop = (_ESC_ALONE if low[0] == "$" else _STOPS[delimiters]).search(raw, at)
            piece = raw[at : stop.start() if stop else len(raw)]
            at += len(piece)
            if low[0] != "$" and not high and not piece.isascii():
                why = why or (_UNESCAPED if last else _GUESSED)
            text.append(_piece(piece, low, high or last or "latin_1"))
    found = "".join(text)
    return found, why or (_UNDECODED if "�" in found else "")


def _why_not(codec: str, term: str, sets: _Sets) -> str:
    """What is wrong with an escape sequence, if anything."""
    if not codec:
        return _UNKNOWN_ESCAPE
    is_named = term in sets.terms or term.replace("ISO 2022 IR", "ISO_IR") in sets.terms
    return "" if is_named or codec == "ascii" else _UNDECLARED


def _piece(piece: bytes, low: str, high: str) -> str:
    """Bytes between two escapes or delimiters: those below 0x80 are of one set, the others of another."""
    if low[0] == "$":
        return (_ESC + low.encode() + piece + b"\x1b(B").decode("iso2022_jp_2", "replace")
    return piece.decode(low if low == "shift_jis" else high, "replace")

"""Small files of which much could be made: each kind is a few kilobytes."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache, wraps

from tests.fuzz.make_corpus import element, item

Kind = Callable[[int], bytes]
EXPLICIT, DEFLATED = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"
_MUCH = 2 * 1024 * 1024 - 4096


def file_of(body: bytes, number: int, *, syntax: str = EXPLICIT, sop_class: str = "1.2") -> bytes:
    """A Part 10 file with UIDs of its own."""
    uid = f"1.2.3.{number}"
    meta = element(0x00020002, "UI", _uid(sop_class)) + element(0x00020003, "UI", _uid(uid))
    meta += element(0x00020010, "UI", _uid(syntax))
    head = bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta
    return head + (deflated(body) if syntax == DEFLATED else body)


def deflated(data: bytes) -> bytes:
    """As a deflated transfer syntax has it: without a zlib header."""
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(data) + packer.flush()


def _uid(text: str) -> bytes:
    return text.encode() + b"\0" * (len(text) % 2)


def _named(number: int, sop_class: str = "1.2") -> bytes:
    return element(0x00080016, "UI", _uid(sop_class)) + element(0x00080018, "UI", _uid(f"1.2.3.{number}"))


def _tree() -> bytes:
    return element(0x0020000D, "UI", _uid("1.2.4")) + element(0x0020000E, "UI", _uid("1.2.5"))


def _once(kind: Kind) -> Kind:
    """Make a file that takes long a single time: its UIDs are then the same everywhere."""
    made = cache(lambda: kind(0))
    return wraps(kind)(lambda number: made())


def frames_claimed(number: int) -> bytes:
    """A header alone that claims very many frames."""
    return file_of(_named(number) + _tree() + element(0x00280008, "IS", b"999999999 "), number)


def cine_claimed(number: int) -> bytes:
    """The same, and each lasts for some milliseconds."""
    body = _named(number) + element(0x00181063, "DS", b"33") + _tree()
    return file_of(body + element(0x00280008, "IS", b"999999999 "), number)


def long_vector(number: int) -> bytes:
    """As many offsets of a dose grid as fit, of a digit each."""
    body = _named(number) + _tree() + element(0x00280008, "IS", b"999999999 ")
    return file_of(body + element(0x3004000C, "DS", b"0\\" * 1_500), number)


def many_values(number: int) -> bytes:
    """Numbers of several values with as many as fit."""
    body = _named(number) + _tree() + element(0x00280030, "DS", b"1\\" * 1_000)
    return file_of(body + element(0x00281050, "DS", b"1\\" * 1_000), number)


def values_that_do_not_parse(number: int) -> bytes:
    """As many values as fit that are no numbers and no dates."""
    tags = [
        (0x00080020, "DA"),
        (0x00080021, "DA"),
        (0x00080030, "TM"),
        (0x00180050, "DS"),
        (0x00180060, "DS"),
    ]
    body = _named(number) + b"".join(element(tag, vr, b"nonsense" * 60) for tag, vr in tags)
    return file_of(body + _tree(), number)


def many_items(number: int) -> bytes:
    """A sequence with as many items as fit, each with a code."""
    code = element(0x00080100, "SH", b"1 ")
    tags = (0x00081140, 0x00082218, 0x00082112)
    body = _named(number) + b"".join(element(tag, "SQ", item(code) * 60) for tag in sorted(tags))
    return file_of(body + _tree(), number)


def empty_frames(number: int) -> bytes:
    """Functional groups of as many frames as fit, all of them empty."""
    return file_of(_named(number) + _tree() + element(0x52009230, "SQ", item(b"") * 450), number)


def nested_deeply(number: int) -> bytes:
    """A sequence in a sequence, and so on."""
    inner = b""
    for _ in range(150):
        inner = element(0x00081140, "SQ", item(inner))
    return file_of(_named(number) + inner + _tree(), number)


def directory(number: int) -> bytes:
    """A DICOMDIR with as many records as fit."""
    body = element(0x00041220, "SQ", item(b"") * 450)
    return file_of(body, number, sop_class="1.2.840.10008.1.3.10")


def dose_report(number: int) -> bytes:
    """A dose report with as many containers as fit."""
    report = "1.2.840.10008.5.1.4.1.1.88.67"
    event = element(0x0040A040, "CS", b"CONTAINER ") + element(0x0040A043, "SQ", item(_code("113706", "DCM")))
    body = _named(number, report) + _tree() + element(0x0040A040, "CS", b"CONTAINER ")
    return file_of(body + element(0x0040A730, "SQ", item(event) * 40), number, sop_class=report)


def _code(value: str, scheme: str) -> bytes:
    return element(0x00080100, "SH", value.encode()) + element(0x00080102, "SH", scheme.ljust(4).encode())


def csa_header(number: int) -> bytes:
    """A Siemens header that says it has very many elements."""
    csa = b"SV10\4\3\2\1" + struct.pack("<II", 100, 77) + bytes(84 * 40)
    body = _named(number) + element(0x00080070, "LO", b"SIEMENS ") + _tree()
    body += element(0x00290010, "LO", b"SIEMENS CSA HEADER") + element(0x00291010, "OB", csa)
    return file_of(body, number)


@_once
def deflated_text(number: int) -> bytes:
    """A deflated header with a text of two megabytes."""
    return text_of(_MUCH, number)


def text_of(length: int, number: int) -> bytes:
    """A deflated header with a text of so many bytes."""
    return file_of(
        _named(number) + element(0x0008103E, "UT", b"A" * length) + _tree(), number, syntax=DEFLATED
    )


@_once
def deflated_items(number: int) -> bytes:
    """A deflated header with functional groups of very many frames."""
    body = _named(number) + _tree() + element(0x52009230, "SQ", item(b"") * (_MUCH // 8))
    return file_of(body, number, syntax=DEFLATED)


@_once
def packed_header(number: int) -> bytes:
    """A gzip file with a header of 60 megabytes in it."""
    body = (
        _named(number)
        + element(0x00090010, "LO", b"A ")
        + element(0x00091001, "OB", bytes(60 << 20))
        + _tree()
    )
    return gzip.compress(file_of(body, number), 9)


@_once
def packed_zip(number: int) -> bytes:
    """A gzip file with a zip in it that is followed by nothing for very long."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        out.writestr("a", frames_claimed(number))
    return gzip.compress(held.getvalue().ljust(40 << 20, b"\0"), 9)


def many_members(number: int) -> bytes:
    """A zip with as many empty members as fit."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        out.writestr("a", frames_claimed(number))
        for member in range(30):
            out.writestr(f"{member}", b"")
    return held.getvalue()


KINDS: dict[str, Kind] = {
    one.__name__: one
    for one in (
        *(frames_claimed, cine_claimed, long_vector, many_values, values_that_do_not_parse, many_items),
        *(empty_frames, nested_deeply, directory, dose_report, csa_header, deflated_text, deflated_items),
        *(packed_header, packed_zip, many_members),
    )
}


def plain_file(number: int) -> bytes:
    """A file of a few kilobytes of which nothing is odd."""
    return file_of(_named(number) + _tree(), number)

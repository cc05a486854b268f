"""Write the first files of the corpus: small headers of every kind, and what surrounds them.

    python -m tests.fuzz.make_corpus

Findings of the fuzzer lie beside them, and are not made by this.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

CORPUS = Path(__file__).with_name("corpus")
IMPLICIT, EXPLICIT, BIG, DEFLATED = (f"1.2.840.10008.1.2{end}" for end in ("", ".1", ".2", ".1.99"))
_LONG = ("OB", "OW", "SQ", "UN", "UT", "UC")
UNDEFINED = 0xFFFFFFFF


def element(tag: int, vr: str, value: bytes, syntax: str = EXPLICIT, length: int | None = None) -> bytes:
    """One element; `length` is what it claims to be, where that is not what it is."""
    order = ">" if syntax == BIG else "<"
    size = len(value) if length is None else length
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if syntax == IMPLICIT:
        return head + struct.pack("<I", size) + value
    if vr in _LONG:
        return head + vr.encode() + bytes(2) + struct.pack(f"{order}I", size) + value
    return head + vr.encode() + struct.pack(f"{order}H", size) + value


def item(value: bytes, *, length: int | None = None, order: str = "<") -> bytes:
    """One item of a sequence; of undefined length it brings its delimiter."""
    size = len(value) if length is None else length
    end = struct.pack(f"{order}HHI", 0xFFFE, 0xE00D, 0) if size == UNDEFINED else b""
    return struct.pack(f"{order}HHI", 0xFFFE, 0xE000, size) + value + end


def part10(body: bytes, syntax: str = EXPLICIT, *, preamble: bytes = b"") -> bytes:
    """A file: preamble, mark, file meta, and the data set's bytes."""
    uid = syntax.encode()
    meta = element(0x00020010, "UI", uid + b"\0" * (len(uid) % 2))
    meta = element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta
    return preamble.ljust(128, b"\0")[:128] + b"DICM" + meta + body


def plain(syntax: str = EXPLICIT, **more: bytes) -> bytes:
    """A data set as most are."""
    e = lambda tag, vr, value: element(tag, vr, value, syntax)  # noqa: E731
    order = ">" if syntax == BIG else "<"
    return b"".join(
        (
            e(0x00080005, "CS", more.get("charset", b"ISO_IR 100")),
            e(0x00080008, "CS", b"ORIGINAL\\PRIMARY"),
            e(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.2\0"),
            e(0x00080018, "UI", b"1.2.3.4 "),
            e(0x00080020, "DA", b"20240131"),
            e(0x00080030, "TM", b"101500.25 "),
            e(0x0008002A, "DT", b"20240131101500.123+0100 "),
            e(0x00080060, "CS", b"CT"),
            e(0x00080070, "LO", b"ACME"),
            e(0x00100010, "PN", more.get("name", b"Made^Up ")),
            e(0x00101010, "AS", b"042Y"),
            e(0x00180050, "DS", b"2.5 "),
            e(0x0020000D, "UI", b"1.2"),
            e(0x0020000E, "UI", b"1.2.3\0"),
            e(0x00200013, "IS", b"7 "),
            e(0x00200032, "DS", b"-1.5\\2\\3E2 "),
            e(0x00200037, "DS", b"1\\0\\0\\0\\1\\0 "),
            e(0x00280008, "IS", more.get("frames", b"1 ")),
            e(0x00280010, "US", struct.pack(f"{order}H", 512)),
            e(0x00280103, "US", struct.pack(f"{order}H", 1)),
            e(0x00280106, "SS", struct.pack(f"{order}h", -5)),
        )
    )


def enhanced(syntax: str = EXPLICIT, *, length: int | None = None, n: int = 2) -> bytes:
    """Shared and per-frame functional groups behind a data set."""
    order = ">" if syntax == BIG else "<"

    def sequence(tag: int, *items: bytes) -> bytes:
        inside = b"".join(item(one, length=length, order=order) for one in items)
        if length == UNDEFINED:
            inside += struct.pack(f"{order}HHI", 0xFFFE, 0xE0DD, 0)
        return element(tag, "SQ", inside, syntax, length)

    measures = sequence(0x00289110, element(0x00280030, "DS", b"0.5\\0.5 ", syntax))
    positions = [
        sequence(0x00209113, element(0x00200032, "DS", f"0\\0\\{k} ".encode(), syntax)) for k in range(n)
    ]
    return plain(syntax) + sequence(0x52009229, measures) + sequence(0x52009230, *positions)


def private(creator: bytes, tag: int, vr: str, value: bytes) -> bytes:
    """A private block of one element."""
    group, block = tag & 0xFFFF0000, 0x11
    return element(group | block, "LO", creator) + element(group | block << 8 | tag & 0xFF, vr, value)


def nested(depth: int, *, length: int | None) -> bytes:
    """Sequences in sequences."""
    inner = b""
    for _ in range(depth):
        end = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) if length == UNDEFINED else b""
        inner = element(0x00081140, "SQ", item(inner, length=length) + end, length=length)
    return inner


def tar_of(*files: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar, without the blocks that only fill it up."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=form) as out:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size, entry.type = len(data) if kind == tarfile.REGTYPE else 0, kind
            entry.linkname = "elsewhere" if kind != tarfile.REGTYPE else ""
            out.addfile(entry, io.BytesIO(data))
    return held.getvalue().rstrip(b"\0") + bytes(512)


def zip_of(*files: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", how) as out:
        for name, data in files:
            out.writestr(name, data)
    return held.getvalue()


def headers() -> Iterator[tuple[str, bytes]]:
    """Headers as they should be, in each syntax."""
    for name, syntax in (("implicit", IMPLICIT), ("explicit", EXPLICIT), ("big", BIG)):
        yield f"plain-{name}", part10(plain(syntax), syntax)
        yield f"enhanced-{name}", part10(enhanced(syntax), syntax)
        yield f"enhanced-undefined-{name}", part10(enhanced(syntax, length=UNDEFINED), syntax)
        yield f"bare-{name}", plain(syntax)
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = deflater.compress(plain()) + deflater.flush()
    yield "deflated", part10(packed, DEFLATED)
    yield "deflated-cut", part10(packed[: len(packed) // 2], DEFLATED)
    yield "unknown-syntax", part10(plain(), "1.2.3.4")
    yield "no-syntax", b"\0" * 128 + b"DICM" + plain()
    pixels = element(0x7FE00010, "OW", bytes(32))
    yield "pixels", part10(plain() + pixels)
    fragments = item(b"") + item(b"\xff\xd8\xff\xd9") + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    yield "pixels-encapsulated", part10(plain() + element(0x7FE00010, "OB", fragments, length=UNDEFINED))
    icon = element(0x00880200, "SQ", item(element(0x7FE00010, "OB", fragments, length=UNDEFINED)))
    yield "icon-encapsulated", part10(plain() + icon)
    yield (
        "private",
        part10(
            plain()
            + private(b"SIEMENS MR HEADER ", 0x0019000C, "IS", b"1000")
            + private(b"SIEMENS CSA HEADER", 0x00290010, "OB", b"SV10")
        ),
    )
    yield (
        "unknown-vr-sequence",
        part10(plain() + element(0x00081140, "UN", item(element(0x00081155, "UI", b"1.2 ", IMPLICIT)))),
    )
    yield "many-frames", part10(plain(frames=b"300 "))
    yield (
        "japanese",
        part10(plain(charset=b"\\ISO 2022 IR 87", name=b"Yamada^T=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B")),
    )
    yield (
        "korean",
        part10(plain(charset=b"\\ISO 2022 IR 149", name=b"Hong^G=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7")),
    )
    yield "utf8", part10(plain(charset=b"ISO_IR 192", name="Жук^Ж".encode()))


def hostile() -> Iterator[tuple[str, bytes]]:
    """Headers as nobody should write them."""
    for length in (0xFFFFFFFE, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF):
        for vr in ("OB", "UN", "SQ", "UT"):
            yield f"length-{vr}-{length:08X}", part10(plain() + element(0x00204000, vr, b"", length=length))
        yield f"item-{length:08X}", part10(plain() + element(0x00081140, "SQ", item(b"", length=length)[:8]))
        yield (
            f"implicit-{length:08X}",
            part10(plain(IMPLICIT) + element(0x00204000, "", b"", IMPLICIT, length=length), IMPLICIT),
        )
    yield "short-length", part10(plain() + element(0x00204000, "LT", b"", length=0xFFFE))
    for frames in (b"2147483648", b"-1", b"99999999999999999999", b"65536 ", b"1\\2 "):
        yield f"frames-{frames.decode().strip()[:9].replace(chr(92), '_')}", part10(plain(frames=frames))
    yield "nested-47", part10(plain() + nested(23, length=UNDEFINED))
    yield "nested-60", part10(plain() + nested(30, length=None))
    yield "item-delimiter-outside", part10(plain() + struct.pack("<HHI", 0xFFFE, 0xE00D, 0))
    yield "sequence-without-end", part10(plain() + element(0x00081140, "SQ", item(b""), length=UNDEFINED))
    yield "tag-zero", part10(bytes(64))
    yield "commands", part10(element(0x00000100, "US", b"\1\0") + plain())
    yield "meta-only", part10(b"")
    yield "mark-only", bytes(128) + b"DICM"
    for name, start in (
        ("tiff", b"II*\0"),
        ("zip", b"PK\3\4"),
        ("pe", b"MZ"),
        ("html", b"<html>"),
        ("json", b"{"),
    ):
        yield f"preamble-{name}", part10(plain(), preamble=start)
    markup = b"\x1b[31m<script>^=1+1"
    yield "markup", part10(plain(name=markup))
    yield "charset-nul", part10(plain(charset=b"ISO_IR\x00100"))
    yield "charset-unknown", part10(plain(charset=b"NO_SUCH_SET", name=b"\xe9\xff"))
    yield (
        "two-creators",
        part10(
            element(0x00190010, "LO", b"SIEMENS MR HEADER ")
            + element(0x00190011, "LO", b"SIEMENS MR HEADER ")
            + element(0x0019100C, "IS", b"1 ")
            + element(0x0019110C, "IS", b"2 ")
        ),
    )


def archives() -> Iterator[tuple[str, bytes]]:
    """Archives, whole and hostile."""
    one = ("a.dcm", part10(plain())[:500])
    for name, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        yield f"one.{name}", pack(one[1])
        yield f"tar.{name}", pack(tar_of(one))
    yield "one.zst", pa.compress(one[1], codec="zstd", asbytes=True)
    yield "tar.zst", pa.compress(tar_of(one), codec="zstd", asbytes=True)
    yield "plain.zip", zip_of(one, ("folder/b", b"text"))
    yield "stored.zip", zip_of(one, how=zipfile.ZIP_STORED)
    yield "lzma.zip", zip_of(one, how=zipfile.ZIP_LZMA)
    yield "nested.zip", zip_of(("in.zip", zip_of(one)), ("in.tar.gz", gzip.compress(tar_of(one))))
    yield "thrice.zip", zip_of(("b.zip", zip_of(("c.zip", zip_of(one)))))
    yield "names.zip", zip_of(("../out", b"x"), ("/abs", b"x"), ("\x1b[2J\n", b"x"), ("a\u202eb", b"x"))
    yield "gnu.tar", tar_of((f"{'long' * 40}", b"x"))
    yield "pax.tar", tar_of(("ü" * 60, b"x"), form=tarfile.PAX_FORMAT)
    yield "links.tar", tar_of(("a", b""), kind=tarfile.SYMTYPE)
    yield "fifo.tar", tar_of(("a", b""), kind=tarfile.FIFOTYPE)
    huge = tarfile.TarInfo("huge")
    huge.size, huge.type = 1 << 40, tarfile.XHDTYPE
    yield "pax-1tb.tar", huge.tobuf(tarfile.GNU_FORMAT) + bytes(512)
    yield "pax-1tb.tar.gz", gzip.compress(huge.tobuf(tarfile.GNU_FORMAT) + bytes(512))
    encrypted = bytearray(zip_of(one))
    encrypted[encrypted.rindex(b"PK\1\2") + 8] |= 1
    yield "encrypted.zip", bytes(encrypted)


def main() -> None:
    """Write the files."""
    CORPUS.mkdir(exist_ok=True)
    for kind in (headers, hostile, archives):
        for name, data in kind():
            (CORPUS / name).write_bytes(data)


if __name__ == "__main__":
    main()

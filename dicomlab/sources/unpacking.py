"""Answers that a web server packed (Content-Encoding), unpacked a small piece at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from dicomlab.sources.base import Unreached

KNOWN = "gzip, deflate"
"""What a server may pack an answer with: zlib can stop in the middle of a bomb."""
PIECE = 64 * 1024
"""How many bytes are unpacked at a time."""
_PLAIN = ("", "identity")
_GZIP = ("gzip", "x-gzip")
_FROM_GZIP, _FROM_ZLIB, _FROM_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_BROKEN = "the answer is packed, and broken"


class Unpacker:
    """Unpacks one answer. Raises Unreached where its packing is not known.

    >>> import gzip
    >>> packed = gzip.compress(b"[]")
    >>> b"".join(Unpacker("gzip").pieces(packed))
    b'[]'
    """

    def __init__(self, encoding: str | None):
        self._encoding = (encoding or "").strip().lower()
        if self._encoding not in (*_PLAIN, *_GZIP, "deflate"):
            raise Unreached("the answer is packed in a way that is not known")
        self._zlib: zlib._Decompress | None = None

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes unpack to, in pieces of at most PIECE bytes. Raises Unreached."""
        if self._encoding in _PLAIN:
            yield from (data[first : first + PIECE] for first in range(0, len(data), PIECE))
            return
        while data:
            unpack = self._zlib = self._zlib or self._new(data)
            try:
                piece = unpack.decompress(data, PIECE)
            except zlib.error:
                raise Unreached(_BROKEN) from None
            data = unpack.unconsumed_tail
            if unpack.eof:  # gzip may have several parts, one behind the other (RFC 1952 2.2)
                data = unpack.unused_data if self._encoding in _GZIP else b""
                self._zlib = None if self._encoding in _GZIP else unpack
            if piece:
                yield piece

    def _new(self, data: bytes) -> zlib._Decompress:
        if self._encoding in _GZIP:
            return zlib.decompressobj(_FROM_GZIP)
        # Some servers leave out the zlib header that "deflate" means (RFC 9110 8.4.1.2).
        return zlib.decompressobj(_FROM_ZLIB if data[0] & 0x0F == 8 else _FROM_DEFLATE)

"""Texts in the character set their file names (PS3.3 C.12.1.1.2, PS3.5 6.1)."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

_GUESSED = "bytes beyond ASCII without a known character set"
_UNDECODED = "bytes that the character set does not have"
_ESC = b"\x1b"
_NAME_DELIMITERS = frozenset(b"^=")
_TEXT_DELIMITERS = frozenset(b"\n\r\t\f")

_pydicom_lock = threading.RLock()


class Quiet(logging.Filter):
    """Hears what pydicom logs, and passes nothing on."""

    def __init__(self) -> None:
        super().__init__()
        self.met_end_of_file = False
        self.met_error = False

    def filter(self, record: logging.LogRecord) -> bool:
        """Note what matters here, and drop the record."""
        self.met_end_of_file |= "end of file" in record.getMessage().lower()
        self.met_error |= record.levelno >= logging.ERROR
        return False


@contextmanager
def quiet_pydicom() -> Iterator[Quiet]:
    """Keep pydicom from warning and logging: what it says may quote values of a patient.

    The filters are one for the whole process, so threads take turns.
    """
    logger = logging.getLogger("pydicom")
    quiet = Quiet()
    with _pydicom_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.addFilter(quiet)
        try:
            yield quiet
        finally:
            logger.removeFilter(quiet)


def decode(raw: bytes, charset: str, *, is_name: bool = False) -> tuple[str, str]:
    """Give the text, and a reason if not all of it could be decoded as the file says."""
    codecs = _codecs(charset)
    if len(codecs) > 1 or _ESC in raw:
        return _decode_iso_2022(raw, codecs, is_name)
    if not codecs:
        try:
            return raw.decode("ascii"), ""
        except UnicodeDecodeError:
            return _guess(raw), _GUESSED
    try:
        return raw.decode(codecs[0]), ""
    except UnicodeDecodeError:
        return raw.decode(codecs[0], "replace"), _UNDECODED


@lru_cache(maxsize=256)
def _codecs(charset: str) -> tuple[str, ...]:
    """Python's names of the sets a file names; none for a missing or unknown first one."""
    from pydicom.charset import python_encoding

    terms = [term.strip(" \0") for term in charset.split("\\")]
    first, *others = terms
    if first and first not in python_encoding:
        return ()
    if not first and not any(others):
        return ()
    known = [python_encoding[term] for term in others if term in python_encoding]
    return (python_encoding[first], *known)


def _guess(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _decode_iso_2022(raw: bytes, codecs: tuple[str, ...], is_name: bool) -> tuple[str, str]:
    from pydicom.charset import decode_bytes

    delimiters = set(_NAME_DELIMITERS if is_name else _TEXT_DELIMITERS)
    with quiet_pydicom():
        parts = [decode_bytes(part, list(codecs) or ["iso8859"], delimiters) for part in raw.split(b"\\")]
    text = "\\".join(parts)
    return text, _UNDECODED if "�" in text else ""

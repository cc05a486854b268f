"""The one switch that hides who the patients are, and the pseudonyms that stand for them.

This is the only state that the whole process shares: a screen that is being watched is one thing,
whichever thread a widget answers in. It hides from eyes; it is no de-identification of files.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dicomlab.errors import WrongArgument

LENGTH = 12
"""Hex digits of a pseudonym: that any two of a million patients share one has a chance of 1 in 500."""

_ON, _OFF = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


class Options:
    """What holds for the session: whether what may identify a patient is masked.

    While `mask` is on, tables, widgets, plots, reports and `repr`s show stable pseudonyms instead:
    the same value has the same one everywhere in the session, and with the same `key` in every
    session. What is worked out does not change. DICOMLAB_MASK=1 in the environment switches it on
    from the start, DICOMLAB_MASK_KEY gives the key. docs/masking.md says what is masked and how.
    `query_seconds` and `query_memory_mb` bound each query that was typed.

    >>> with dl.options.masked():
    ...     catalog.patients["PatientID"].str.startswith("patient-").tolist()[:1]
    [True]
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mask: bool | None = None
        self._key: str | None = None
        self._depth = 0
        self._query_seconds: float | None = None
        self._query_memory_mb: float | None = None

    @property
    def mask(self) -> bool:
        """Whether what may identify a patient is masked, in every thread."""
        if self._depth:
            return True
        if self._mask is None:
            self._mask = _switch(os.environ.get("DICOMLAB_MASK", ""))
        return self._mask

    @mask.setter
    def mask(self, on: bool) -> None:
        if not isinstance(on, bool):
            raise WrongArgument("mask", on, (True, False))
        self._mask = on

    @property
    def key(self) -> str:
        """The secret that pseudonyms are made with: one of this process unless one was given.

        Who knows it can try out names. The same key gives the same pseudonyms in another session.
        """
        with self._lock:
            if self._key is None:
                self._key = os.environ.get("DICOMLAB_MASK_KEY") or secrets.token_hex(16)
            return self._key

    @key.setter
    def key(self, secret: str) -> None:
        if not isinstance(secret, str) or not secret:
            raise WrongArgument("key", type(secret).__name__, ("a text that only you know",))
        self._key = secret

    @property
    def query_seconds(self) -> float:
        """How long a query that was typed may run, in seconds; 600 unless set.

        DICOMLAB_QUERY_SECONDS in the environment gives another start value.
        """
        if self._query_seconds is None:
            self._query_seconds = _amount("DICOMLAB_QUERY_SECONDS", _QUERY_SECONDS)
        return self._query_seconds

    @query_seconds.setter
    def query_seconds(self, seconds: float) -> None:
        self._query_seconds = _positive("query_seconds", seconds)

    @property
    def query_memory_mb(self) -> int:
        """How much memory a query that was typed may take, in megabytes; 2,048 unless set.

        DICOMLAB_QUERY_MEMORY_MB in the environment gives another start value.
        """
        if self._query_memory_mb is None:
            self._query_memory_mb = _amount("DICOMLAB_QUERY_MEMORY_MB", _QUERY_MEMORY_MB)
        return max(1, int(self._query_memory_mb))

    @query_memory_mb.setter
    def query_memory_mb(self, megabytes: int) -> None:
        self._query_memory_mb = _positive("query_memory_mb", megabytes)

    @contextmanager
    def masked(self) -> Iterator[Options]:
        """Mask in every thread for as long as the block lasts; a widget made in it stays masked."""
        with self._lock:
            self._depth += 1
        try:
            yield self
        finally:
            with self._lock:
                self._depth -= 1

    def __repr__(self) -> str:
        return f"<options: mask is {'on' if self.mask else 'off'}>"


_QUERY_SECONDS, _QUERY_MEMORY_MB = 600, 2048


def _amount(name: str, usual: float) -> float:
    """The number that the environment gives, or else the usual one."""
    word = os.environ.get(name, "").strip()
    try:
        return _positive(name, float(word)) if word else usual
    except ValueError:
        raise WrongArgument(name, word, (f"a number such as {usual:g}",)) from None


def _positive(name: str, number: float) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < math.inf:
        raise WrongArgument(name, number, ("a number above 0",))
    return number


def _switch(word: str) -> bool:
    if word.strip().lower() not in (*_ON, *_OFF):
        raise WrongArgument("DICOMLAB_MASK", word, ("1", "0"))
    return word.strip().lower() in _ON


options = Options()


def pseudonym(value: str, word: str = "text") -> str:
    """What stands for a text while it is masked: a word, and digits that only the key can give.

    >>> pseudonym("DOE^JANE", "name") == pseudonym("DOE^JANE ", "name")
    True
    >>> pseudonym("", "name")
    ''
    """
    bare = value.strip(" \0")
    if not bare:
        return ""
    digest = hashlib.sha256((options.key + bare).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{word}-{digest[:LENGTH]}"


_PSEUDONYM = re.compile(rf"[a-z]+-[0-9a-f]{{{LENGTH}}}")


def is_pseudonym(text: str) -> bool:
    """Whether a text looks like a pseudonym: such a one is not masked again."""
    return _PSEUDONYM.fullmatch(text) is not None

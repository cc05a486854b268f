"""Requests to a web server that gives JSON: patient where it is busy, bounded, and silent in logs."""

from __future__ import annotations

import codecs
import json
import logging
import os
import random
import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from typing import Any

from dicomlab.errors import MissingPackage, SourceFailed, WrongArgument
from dicomlab.sources.base import Unreached
from dicomlab.sources.limits import LimitReached, Limits, Spent
from dicomlab.sources.unpacking import KNOWN, Unpacker
from dicomlab.sources.webconnections import Connections

AUTHORIZATION = "DICOMLAB_DICOMWEB_AUTHORIZATION"
"""The environment variable whose value is sent as the Authorization header."""
FIRST_WAIT, MOST_WAIT = 0.5, 60.0
"""How long to wait before the second attempt, doubled for each one after it, and at most; in seconds."""
MOST_TEXT = 256 * 1024 * 1024
"""How long one item of an answer may be, in characters."""
_BUSY = (408, 429, 502, 503, 504)
_BETWEEN = re.compile(r"[\s,]*")
_BAD_ANSWER = "the server's answer is no DICOM JSON"


@dataclass(frozen=True)
class Settings:
    """How a server is spoken to; the fields are what `storage_options` may hold."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with each request, such as {"Authorization": "Bearer ..."}."""
    timeout: float = 60.0
    """How many seconds the server may be silent."""
    attempts: int = 4
    """How often a request is made that meets a busy server or a lost connection."""
    connections: int = 4
    """How many requests each worker makes at a time."""
    page: int = 1000
    """How many studies, series or instances are asked for at a time."""
    verify: bool | str = True
    """Whether the server's certificate is checked, or the file of the authority that signed it."""
    limits: Limits | Mapping[str, Any] = field(default_factory=Limits)
    """How much a scan takes from the server at most: fields of `Limits`."""

    @classmethod
    def of(cls, options: Mapping[str, Any] | None) -> Settings:
        """Take the settings of a person. Raises WrongArgument for a name that is none."""
        names = [one.name for one in fields(cls)]
        for name in options or {}:
            if name not in names:
                raise WrongArgument("storage_options", name, names)
        options = {**(options or {}), "limits": Limits.of((options or {}).get("limits"))}
        settings = cls(**options)
        for name in ("attempts", "connections", "page"):
            if not isinstance(getattr(settings, name), int) or getattr(settings, name) < 1:
                raise WrongArgument(name, getattr(settings, name), ("a whole number from 1",))
        given = os.environ.get(AUTHORIZATION)
        if given and not any(name.lower() == "authorization" for name in settings.headers):
            return cls(**{**(options or {}), "headers": {**settings.headers, "Authorization": given}})
        return settings


def need_httpx() -> None:
    """Raise MissingPackage where there is no httpx."""
    if find_spec("httpx") is None:
        raise MissingPackage("Reading dicomweb+https://", "httpx", "web")


class Server:
    """Connections to one server, for as long as it is entered."""

    def __init__(self, base: str, settings: Settings, spent: Spent | None = None):
        self._base, self.settings = base, settings
        self.spent = spent or Spent(Limits.of(settings.limits))
        self._open = ExitStack()
        self._connections: Any = None

    def __enter__(self) -> Server:
        import httpx

        settings = self.settings
        verify: Any = settings.verify
        try:
            if isinstance(verify, str):
                verify = ssl.create_default_context(cafile=verify)
            verify = httpx.create_ssl_context(verify=verify)

            def new_client() -> httpx.Client:
                return httpx.Client(
                    headers={
                        "Accept": "application/dicom+json",
                        "Accept-Encoding": KNOWN,
                        **settings.headers,
                    },
                    timeout=httpx.Timeout(settings.timeout, pool=None),
                    limits=httpx.Limits(max_connections=1),
                    verify=verify,
                )

            self._connections = Connections(new_client, self.spent, settings.connections)
        except (TypeError, ValueError, OSError):
            instead = "Check storage_options: headers are texts by name, verify a file (docs/sources.md)."
            raise SourceFailed(self._base, "cannot be spoken to with these settings", instead) from None
        self._open.enter_context(self._connections)
        self._open.enter_context(_unlogged(self._base))
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def items(
        self,
        url: str,
        *,
        asked: Mapping[str, str] | None = None,
        keep: Callable[[Any], Any] = lambda item: item,
        enough: int | None = None,
    ) -> tuple[list[Any], str]:
        """What `keep` makes of each item of a JSON array, as it arrives, and why it is not whole.

        Stops when `enough` items were kept, and leaves out those that are None. Raises LimitReached
        where the scan took too much already, and nothing else for what the server does.
        """
        import httpx

        attempt = 0
        while True:
            attempt += 1
            kept: list[Any] = []
            after = None
            try:
                self.spent.request()
                with self._connections.get(url, asked, self.settings.timeout) as answer:
                    why = _refused(answer.status_code)
                    if not why and answer.status_code != 204:
                        for item in array_items(self._pieces(answer)):
                            if (one := keep(item)) is not None:
                                kept.append(one)
                            if enough is not None and len(kept) >= enough:
                                break
                    if answer.status_code not in _BUSY:
                        return kept, why
                    after = _retry_after(answer.headers.get("Retry-After"))
            except LimitReached:
                raise
            except Unreached as error:
                return kept, str(error.strerror)
            except ValueError:
                return kept, _BAD_ANSWER
            except httpx.TransportError as error:
                why = _why(error)
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
                return kept, _BAD_ANSWER
            if attempt >= self.settings.attempts:
                return kept, why
            time.sleep(min(_wait(attempt, after), self.spent.left()))

    def _pieces(self, answer: Any) -> Iterator[bytes]:
        """The bytes of an answer, unpacked as far as the limits go. Raises Unreached."""
        unpacker = Unpacker(answer.headers.get("Content-Encoding"))
        return self.spent.answer(answer.iter_raw(), unpacker)


def array_items(chunks: Iterable[bytes]) -> Iterator[Any]:
    """Give the items of a JSON array one by one, while its bytes arrive.

    Raises ValueError where it is broken or ends early, or an item is longer than MOST_TEXT.

    >>> list(array_items([b'[{"a": 1}, {"b"', b": 2}]"]))
    [{'a': 1}, {'b': 2}]
    """
    decode = json.JSONDecoder().raw_decode
    arriving = codecs.iterdecode(chunks, "utf-8-sig", "replace")
    text, at, is_open, is_whole = "", 0, False, False
    while True:
        at = _end(text, at)
        if at < len(text):
            if not is_open:
                if text[at] != "[":
                    raise ValueError("no array")
                is_open, at = True, at + 1
                continue
            if text[at] == "]":
                return
            try:
                item, at = decode(text, at)
            except RecursionError:
                raise ValueError("nested too deeply") from None
            except ValueError:
                pass
            else:
                yield item
                continue
        if is_whole:
            raise ValueError("the array does not end")
        text, at, is_whole = text[at:], 0, True
        # Twice as much each time, so that a long item is not looked at again and again.
        parts, have, wanted = [text], len(text), 2 * len(text) + 1
        if wanted > 2 * MOST_TEXT:
            raise ValueError("an item is too long")
        for part in arriving:
            parts.append(part)
            have += len(part)
            if have >= wanted:
                is_whole = False
                break
        text = "".join(parts)


def _end(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at


def _refused(status: int) -> str:
    """Why an answer of this status is none."""
    if status in (200, 204, 206):
        return ""
    if status in (401, 403):
        return f"access is denied, {status}"
    if status == 404:
        return "it is not there, 404"
    if 300 <= status < 400:
        return f"the server sends us to another address, {status}"
    if status in _BUSY:
        return f"the server is busy, {status}"
    return f"the server failed, {status}"


def _why(error: Exception) -> str:
    """What went wrong in our own words: those of the error hold addresses."""
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return "the server did not answer in time"
    if isinstance(error, httpx.ConnectError):
        is_certificate = "CERTIFICATE" in str(error).upper()
        return "the server's certificate is not trusted" if is_certificate else "the server cannot be reached"
    return "the connection to the server was lost"


def _retry_after(given: str | None) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110, 10.2.3)."""
    try:
        if given is None or re.fullmatch(r"\d{1,9}", given.strip()):
            return None if given is None else float(given)
        return (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None


def _wait(attempt: int, after: float | None) -> float:
    """How long to wait: what the server says, or longer each time and never quite the same."""
    if after is None:
        after = FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)
    return min(max(after, 0.0), MOST_WAIT)


class _unlogged(logging.Filter):  # noqa: N801 - it is used like a function
    """Keeps httpx from logging addresses of one server: what is asked for may name a patient."""

    def __init__(self, base: str):
        super().__init__()
        self._base = base

    def filter(self, record: logging.LogRecord) -> bool:
        given = record.args if isinstance(record.args, tuple) else ()
        return not any(str(one).startswith(self._base) for one in given)

    def __enter__(self) -> None:
        logging.getLogger("httpx").addFilter(self)

    def __exit__(self, *error: object) -> None:
        logging.getLogger("httpx").removeFilter(self)

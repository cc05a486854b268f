"""Instances on a DICOMweb server: QIDO-RS lists them, WADO-RS gives their metadata (PS3.18)."""

from __future__ import annotations

import hashlib
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from typing import IO, Any
from urllib.parse import parse_qsl, quote, unquote

import pyarrow as pa

from dicomlab.errors import NoSuchSource, SourceFailed
from dicomlab.sources.base import CLOSED, ListingRows, Unreached
from dicomlab.sources.dicomjson import header_of
from dicomlab.sources.limits import LimitReached, Limits, Spent
from dicomlab.sources.webserver import Server, Settings, need_httpx

CHUNK = 4096
STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"
MOST_LISTED = {STUDY: 20_000_000, SERIES: 1_000_000, INSTANCE: 1_000_000}
"""How many studies a server, how many series a study and how many instances a series may have."""
_SERIES_IN_STUDY, _INSTANCES_IN_SERIES = "00201206", "00201209"
# What a server must give with each level (PS3.18 tables 10.6.3-3 to 10.6.3-5) and keeps as it is.
_SAID_OF = {
    STUDY: "00080020 00080030 00080050 00080090 00100010 00100020 00100030 00100040 0020000D 00200010",
    SERIES: "00080060 0008103E 0020000E 00200011 00400244 00400245",
    INSTANCE: "00080016 00080018 00200013 00280008 00280010 00280011 00280100",
}
_ADDRESS = re.compile(
    r"dicomweb\+(?P<base>https?://[^/?#]+(?:/[^?#]*?)?)"
    r"(?:/studies(?:/(?P<study>[^/?#]+)(?:/series(?:/(?P<series>[^/?#]+))?)?)?)?"
    r"/*(?:\?(?P<query>[^#]*))?",
    re.IGNORECASE,
)
_LIKE = "dicomweb+https://host/dicom-web, with /studies/UID or ?StudyDate=20240101-20240131 for a part"


class DicomwebSource:
    """Lists every instance of a server, or of the part of it that an address names.

    Keys are the WADO-RS addresses of instances. The stamp is made of what QIDO-RS says about the
    study, series and instance, so that a patient's corrected name changes it; whatever else is
    changed on the server goes unseen. `options` are those of `Settings`.
    """

    def __init__(self, url: str, *, options: Mapping[str, Any] | None = None):
        found = _ADDRESS.fullmatch(url)
        if found is None:
            raise NoSuchSource(url.partition("?")[0], "is no address of DICOMweb", f"Give one like {_LIKE}.")
        self._base = found["base"].rstrip("/")
        self._study, self._series = (unquote(found[part] or "") for part in ("study", "series"))
        self._asked = dict(parse_qsl(found["query"] or "", keep_blank_values=True))
        if {"limit", "offset"} & self._asked.keys():
            raise NoSuchSource(
                self._base, "cannot be asked for some pages only", "Leave out limit and offset."
            )
        need_httpx()
        self._settings = Settings.of(options)
        self._spent = Spent(Limits.of(self._settings.limits))

    @property
    def root(self) -> str:
        """The address of the server or its part; what is asked for is not in it by its value."""
        part = self._base
        if self._study:
            part = f"{part}/studies/{quote(self._study, safe='')}"
        if self._series:
            part = f"{part}/series/{quote(self._series, safe='')}"
        if not self._asked:
            return part
        asked = sorted(self._asked.items())
        digest = hashlib.blake2b(json.dumps(asked).encode(), digest_size=8).hexdigest()
        return f"{part}?{'&'.join(name for name, _ in asked)}~{digest}"

    def listing(self) -> Iterator[pa.Table]:
        """Give every instance, its size unknown, several studies being asked for at a time.

        A study or series that cannot be listed is an item with a reason, as a folder would be.
        Raises SourceFailed when the studies cannot be listed.
        """
        most = self._settings.connections
        rows = ListingRows()
        waiting: deque[Future[ListingRows]] = deque()
        with Server(self._base, self._settings, self._spent) as server, ThreadPoolExecutor(most) as pool:
            for study in self._studies(server):
                if isinstance(study, str):
                    rows.add(f"{self._base}/studies", None, None, f"{CLOSED} ({study})")
                    continue
                waiting.append(pool.submit(self._listed, server, study))
                if len(waiting) > 2 * most:
                    rows.extend(waiting.popleft().result())
                if len(rows) >= CHUNK:
                    yield rows.as_table()
                    rows = ListingRows()
            while waiting:
                rows.extend(waiting.popleft().result())
        if len(rows):
            yield rows.as_table()

    def paths(self, keys: Sequence[str]) -> None:
        """Instances on a server are no files on disk."""

    def open(self, key: str) -> IO[bytes]:
        """Raise OSError: what is read of an instance is its metadata, and that is no archive."""
        raise OSError(0, "an instance on a DICOMweb server is not opened as a file")

    def group_of(self, key: str) -> str:
        """The address of the series, whose metadata are one answer."""
        return _series_of(key)

    def heads(self, keys: Sequence[str], sizes: Sequence[int | None]) -> Iterator[InstanceHead]:
        """Give instances as headers, one request a series, several series on their way at a time."""
        most = self._settings.connections
        waiting: deque[tuple[list[str], Future[_Metadata]]] = deque()
        with Server(self._base, self._settings, self._spent) as server, ThreadPoolExecutor(most) as pool:
            try:
                for series, of_series in groupby(keys, self.group_of):
                    uids = [_uid_of(key) for key in of_series]
                    waiting.append((uids, pool.submit(_metadata, server, series, frozenset(uids))))
                    if len(waiting) > most:
                        yield from _heads(*waiting.popleft())
                while waiting:
                    yield from _heads(*waiting.popleft())
            finally:
                for _, coming in waiting:
                    coming.cancel()

    def _studies(self, server: Server) -> Iterator[dict[str, Any] | str]:
        """What QIDO-RS says of each study; at the end the reason why there may be more."""
        asked = {"StudyInstanceUID": self._study} if self._study else self._asked
        any_study = False
        try:
            for study in _pages(server, f"{self._base}/studies", STUDY, asked):
                if not self._study or _text(study, STUDY) == self._study:
                    any_study = True
                    yield study
        except Unreached as error:
            if any_study or isinstance(error, LimitReached):
                yield str(error.strerror)
                return
            instead = "docs/sources.md says how to give credentials and other settings."
            raise SourceFailed(self._base, f"cannot be listed: {error.strerror}", instead) from None
        if self._study and not any_study:  # a server that cannot be asked for one study may still have it
            yield {STUDY: {"vr": "UI", "Value": [self._study]}}

    def _listed(self, server: Server, study: dict[str, Any]) -> ListingRows:
        """The instances of one study."""
        rows = ListingRows()
        url = f"{self._base}/studies/{quote(_text(study, STUDY), safe='')}"
        if not _text(study, STUDY):
            rows.add(f"{self._base}/studies", None, None, f"{CLOSED} (the server names a study without UID)")
            return rows
        asked = {"SeriesInstanceUID": self._series} if self._series else self._asked if self._study else {}
        try:
            for series in _pages(server, f"{url}/series", SERIES, asked, _number(study, _SERIES_IN_STUDY)):
                if not self._series or _text(series, SERIES) == self._series:
                    self._add_series(rows, server, url, study, series)
        except Unreached as error:
            rows.add(url, None, None, f"{CLOSED} ({error.strerror})")
        return rows

    def _add_series(
        self, rows: ListingRows, server: Server, study_url: str, study: dict[str, Any], series: dict[str, Any]
    ) -> None:
        uid = _text(series, SERIES)
        if not uid:
            rows.add(study_url, None, None, f"{CLOSED} (the server names a series without UID)")
            return
        url = f"{study_url}/series/{quote(uid, safe='')}"
        asked = self._asked if self._series else {}
        nameless = 0
        try:
            total = _number(series, _INSTANCES_IN_SERIES)
            for instance in _pages(server, f"{url}/instances", INSTANCE, asked, total):
                if name := _text(instance, INSTANCE):
                    stamp = _stamp(study, series, instance)
                    rows.add(f"{url}/instances/{quote(name, safe='')}", None, stamp)
                else:
                    nameless += 1
        except Unreached as error:
            rows.add(url, None, None, f"{CLOSED} ({error.strerror})")
            return
        if nameless:
            rows.add(url, None, None, f"{CLOSED} (the server names {nameless:,} instances without UID)")


class InstanceHead:
    """An instance as the beginning of a file, or the reason why there is none."""

    def __init__(self, header: bytes | str):
        self._header = header

    def read(self, size: int) -> tuple[bytes, int]:
        """Give the first bytes, and how many there are."""
        if isinstance(self._header, str):
            raise Unreached(self._header)
        return self._header[:size], len(self._header)


_Metadata = tuple[dict[str, bytes | str], str]


def _metadata(server: Server, series: str, wanted: frozenset[str]) -> _Metadata:
    """Headers, or reasons, by SOPInstanceUID; and the reason for those that are not there."""

    def kept(instance: Any) -> tuple[str, bytes | str] | None:
        uid = _text(instance, INSTANCE)
        if uid not in wanted:
            return None
        try:
            return uid, header_of(instance)
        except ValueError:
            return uid, "the server's metadata cannot be read"

    try:
        found, lost = server.items(f"{series}/metadata", keep=kept, enough=len(wanted))
    except LimitReached as error:
        return {}, str(error.strerror)
    return dict(found), lost or "the server's metadata of the series lack it"


def _heads(uids: list[str], coming: Future[_Metadata]) -> Iterator[InstanceHead]:
    found, why = coming.result()
    for uid in uids:
        yield InstanceHead(found.pop(uid, why))


def _pages(
    server: Server, url: str, tag: str, asked: Mapping[str, str], expected: int | None = None
) -> Iterator[dict[str, Any]]:
    """What QIDO-RS finds, page by page, each once; whatever a server makes of limit and offset.

    A page may be shorter than asked for though more is to come, so that only an empty one is the
    last, or one that brings nothing new. `expected` saves that last request. Raises Unreached, also
    where there are more than MOST_LISTED.
    """
    most = server.settings.page
    seen: set[str] = set()
    offset = 0
    while True:
        server.spent.page()
        found, lost = server.items(url, asked={**asked, "limit": str(most), "offset": str(offset)})
        if lost:
            raise Unreached(lost)
        new = [item for item in found if isinstance(item, dict) and _text(item, tag) not in seen]
        for item in new:
            uid = _text(item, tag)
            if uid not in seen:
                if len(seen) >= MOST_LISTED[tag]:
                    raise Unreached(f"the server lists more than {MOST_LISTED[tag]:,} of them")
                seen.add(uid)
                yield item
        if not new and len(found) == most:
            raise Unreached("the server gives the same page again and again")
        if not new or (expected is not None and expected <= len(seen) and len(found) < most):
            return
        offset += len(found)


def _text(item: Any, tag: str) -> str:
    """The first value of an element, if it is a text that can stand in an address."""
    value = _values(item, tag)
    text = value[0].strip(" \0") if value and isinstance(value[0], str) else ""
    return "" if text in (".", "..") or len(text) > 128 else text


def _number(item: Any, tag: str) -> int | None:
    value = _values(item, tag)
    try:
        return int(value[0]) if value else None
    except (TypeError, ValueError):
        return None


def _values(item: Any, tag: str) -> list[Any]:
    element = item.get(tag) if isinstance(item, dict) else None
    values = element.get("Value") if isinstance(element, dict) else None
    return values if isinstance(values, list) else []


def _stamp(study: dict[str, Any], series: dict[str, Any], instance: dict[str, Any]) -> int:
    said = [
        [_values(item, tag) for tag in _SAID_OF[level].split()]
        for level, item in ((STUDY, study), (SERIES, series), (INSTANCE, instance))
    ]
    digest = hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _series_of(key: str) -> str:
    return key.rpartition("/instances/")[0]


def _uid_of(key: str) -> str:
    return unquote(key.rpartition("/instances/")[2])

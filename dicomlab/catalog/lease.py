"""The lock of a catalog in a bucket: an object that only one process can make.

S3 writes an object only if there is none of that name (If-None-Match), and replaces one only if it
is still the same (If-Match). Whoever holds the lock writes it anew all the time. One that nobody
has written for `STALE` seconds, by the clock of the store, was left by a process that died, and is
taken over; should that process live after all, it finds so before its next commit, and stops.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from dicomlab.errors import CannotWrite, CatalogBusy
from dicomlab.sources.objects import code_of

if TYPE_CHECKING:
    from dicomlab.catalog.bucket import Bucket

LOCK = ".lock"
RENEW, STALE = 20.0, 120.0
"""Seconds after which the lock is written anew, and after which it counts as left behind."""
_REFUSED = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_NO_CONDITIONS = (
    "the store takes no notice of conditions (If-None-Match, If-Match), so two could write at once"
)
_INSTEAD = "Scan into a folder, or use a store that does."


class Lease:
    """The lock while it is held; it is renewed until `release`."""

    def __init__(self, bucket: Bucket):
        self._bucket = bucket
        self._owner = secrets.token_hex(8)
        self._mark = ""
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self.was_left = False
        """Whether the one before did not come to its end."""
        self.leaves_nothing = False
        """Whether there is nothing to clear away, also where the work fails."""
        self._acquire()
        self._check_conditions()
        self._thread = threading.Thread(target=self._keep, name="dicomlab-lock", daemon=True)
        self._thread.start()

    def _acquire(self) -> None:
        if self._put(IfNoneMatch="*"):
            return
        found = self._read()
        if found is None:  # let go just now
            if not self._put(IfNoneMatch="*"):
                raise self._busy()
            return
        said, mark, age = found
        if said.get("owner") == self._owner:  # the answer was lost, and the call was made again
            self._mark = mark
            return
        if said.get("is_left") is not True and age < STALE:
            raise self._busy()
        self.was_left = True
        if not self._put(IfMatch=mark) and not self._is_ours():
            raise self._busy()

    def _check_conditions(self) -> None:
        """Raise CannotWrite for a store that writes whatever the condition says."""
        if self._put(IfNoneMatch="*") or self._put(IfMatch='"0"'):
            self._delete()
            raise CannotWrite(self._bucket.path, _NO_CONDITIONS, _INSTEAD)

    def confirm(self) -> None:
        """Raise CatalogBusy if somebody else has taken the lock."""
        with self._turn:
            if not self._put(IfMatch=self._mark) and not self._is_ours():
                raise self._busy()

    def release(self, *, is_left: bool) -> None:
        """Let go of the lock; `is_left` says that there is something for the next one to clear away."""
        self._ended.set()
        self._thread.join()
        with self._turn:
            if is_left and not self.leaves_nothing:
                self._put(is_left=True, IfMatch=self._mark)
            elif self._is_ours():
                self._delete()

    def _keep(self) -> None:
        while not self._ended.wait(RENEW):
            try:
                self.confirm()
            except CatalogBusy:
                return
            except Exception:  # noqa: BLE001, S112 - tried again; the next commit says why it fails
                continue

    def _is_ours(self) -> bool:
        found = self._read()
        if found is None or found[0].get("owner") != self._owner:
            return False
        self._mark = found[1]
        return True

    def _put(self, *, is_left: bool = False, **condition: str) -> bool:
        """Write the lock if the condition holds; gives whether it did."""
        said = {
            "owner": self._owner,
            "host": socket.gethostname(),
            "process": os.getpid(),
            "at": datetime.now(UTC).isoformat(),
            "is_left": is_left,
        }
        data = json.dumps(said).encode()
        try:
            answer = self._call("put_object", Body=data, **condition)
        except Exception as error:
            if code_of(error) in ("NotImplemented", "501"):
                raise CannotWrite(self._bucket.path, _NO_CONDITIONS, _INSTEAD) from None
            if isinstance(error, FileNotFoundError | FileExistsError) or code_of(error) in _REFUSED:
                return False
            raise
        self._mark = answer["ETag"]
        return True

    def _read(self) -> tuple[Mapping[str, Any], str, float] | None:
        """What the lock says, its mark, and its age by the clock of the store; None without one."""
        try:
            data = bytes(self._bucket.fs.cat_file(self._bucket.at(LOCK)))
            head = self._call("head_object")
        except FileNotFoundError:
            return None
        now = parsedate_to_datetime(head["ResponseMetadata"]["HTTPHeaders"]["date"])
        try:
            said = json.loads(data)
        except ValueError:
            said = {}
        return (
            said if isinstance(said, dict) else {},
            head["ETag"],
            (now - head["LastModified"]).total_seconds(),
        )

    def _delete(self) -> None:
        self._call("delete_object")

    def _call(self, name: str, **given: Any) -> dict[str, Any]:
        bucket = self._bucket
        found = bucket.fs.call_s3(name, Bucket=bucket.bucket, Key=bucket.key(LOCK), **given)
        return dict(found)

    def _busy(self) -> CatalogBusy:
        return CatalogBusy(
            self._bucket.path, f"One that was killed holds it for {STALE / 60:g} minutes more."
        )

"""The secret of a project, and all that is made with it: UIDs, pseudonyms, shifts of dates, hashes."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import stat
from pathlib import Path

from dicomlab.arguments import checked_methods
from dicomlab.errors import UnusableKey
from dicomlab.new_files import write_text

_LENGTH = 32
_HEAD = "dicomlab key 1 "
STANDARD_UIDS = "1.2.840.10008."
"""How UIDs begin that the standard defines: of classes, syntaxes, well-known instances."""


class Substitutes:
    """What is made with a secret, always the same for the same original."""

    def __init__(self, secret: bytes | None = None):
        if secret is not None and len(secret) != _LENGTH:
            raise UnusableKey("A key", f"has {_LENGTH} bytes, and this one {len(secret)}")
        self._secret = secret or secrets.token_bytes(_LENGTH)

    @property
    def fingerprint(self) -> str:
        """Eight characters by which two keys can be told apart; nothing can be made with them."""
        return self.digest("fingerprint", b"").hex()[:8]

    def digest(self, purpose: str, value: bytes) -> bytes:
        """32 bytes that only the key can make: HMAC-SHA-256, apart for each purpose."""
        return hmac.digest(self._secret, purpose.encode() + b"\0" + value, "sha256")

    def uid(self, uid: str) -> str:
        """The UID that stands for another one; those that the standard defines stay.

        A UUID of version 8 as a UID of root 2.25 (PS3.5 B.2): 122 bits of the HMAC.
        """
        if not uid or (uid.startswith(STANDARD_UIDS) and uid.replace(".", "").isdecimal()):
            return uid
        number = int.from_bytes(self.digest("uid", uid.encode())[:16], "big")
        number = number & ~(0xF << 76) | 8 << 76
        number = number & ~(3 << 62) | 2 << 62
        return f"2.25.{number}"

    def word(self, purpose: str, value: bytes, length: int = 12) -> str:
        """Letters and digits that stand for a value: the same for each that is the same."""
        return base64.b32encode(self.digest(purpose, value)).decode()[:length]

    def days(self, patient: bytes, span: tuple[int, int], step: int = 1) -> int:
        """By how many days the dates of a patient are moved to earlier ones; below zero.

        Args:
            patient: What the patient is known by.
            span: The least and the most days.
            step: Of how many days it is a multiple; 7 keeps the days of the week.
        """
        least, most = (limit // step for limit in span)
        number = int.from_bytes(self.digest("days", patient)[:8], "big")
        return -step * (least + number % (most - least + 1))


@checked_methods
class Key(Substitutes):
    """The secret of a project, by which originals get their substitutes.

    The same original gets the same substitute in every run and on every machine. Whoever has the
    key can tell which substitute belongs to an original that they know or guess. Keep it apart from
    what is shared, and delete it when nothing more is to be added.

    >>> key = Key.make(to / "project.key")
    >>> key.uid("1.2.3") == Key.open(to / "project.key").uid("1.2.3")
    True
    """

    def __init__(self, secret: bytes | None = None):
        super().__init__(secret)

    def __repr__(self) -> str:
        return f"<Key {self.fingerprint}>"

    @classmethod
    def make(cls, path: str | Path) -> Key:
        """Make a new key and write it to a file that only its owner can read.

        Args:
            path: Where; outside of all that is shared.

        Returns:
            Key: The new key.

        Raises:
            UnusableKey: Something is there already. Nobody gets back what was made with a key that is lost.
        """
        if os.path.lexists(path):
            raise UnusableKey(os.fspath(path), "is there already")
        key = cls()
        write_text(path, _HEAD + key._secret.hex() + "\n")
        return key

    @classmethod
    def open(cls, path: str | Path) -> Key:
        """Read a key that `make` wrote.

        Args:
            path: The file.

        Returns:
            Key: The key in it.

        Raises:
            UnusableKey: It is no key, or others than its owner may read it.
        """
        where = os.fspath(path)
        try:
            mode = os.stat(path).st_mode
            text = Path(path).read_bytes()[:256].decode("ascii")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "holds no text"
            raise UnusableKey(where, f"cannot be read ({why})") from None
        if os.name != "nt" and stat.S_IMODE(mode) & 0o077:
            raise UnusableKey(where, "can be read by others (run: chmod 600 on it)")
        try:
            if not text.startswith(_HEAD):
                raise ValueError
            return cls(bytes.fromhex(text[len(_HEAD) :].strip()))
        except ValueError:
            raise UnusableKey(where, "holds no key of dicomlab") from None

"""What was removed, searched in all that is kept: a name in Manufacturer, an ID in a kernel, a date in text.

A text in which one of them is found is not kept at all: what stands beside a name is often another one.
"""

from __future__ import annotations

import re
from functools import cache

from dicomlab.deid.profile import attribute_rules
from dicomlab.deid.vocabulary import is_defined_term

_LEAST_NAME, _LEAST_ID = 3, 4
_ANYWHERE = 6
"""From this length on a word is found inside other words too."""
_MOST_NEEDLES = 2000
_SPLIT = re.compile(rb"[\^=\\\s,;.]+")
# Titles, and what fills the place of a name; none of them names anybody.
_NO_NAMES = frozenset(
    b"DR PROF MED MD PHD MR MRS MS JR SR UND AND THE VON VAN DER DEN ANON ANONYMOUS ANONYMIZED ANONYMISED "
    b"NONE UNKNOWN NAME PATIENT TEST PHANTOM REMOVED DOCTOR PHYSICIAN OPERATOR NULL EMPTY HEAD BODY ORIGINAL "
    b"PRIMARY".split()
)
_NO_IDS = frozenset(
    b"NONE UNKNOWN REMOVED ANONYMOUS ANONYMIZED PATIENT TEST PHANTOM NULL EMPTY 0000 1234".split()
)
_ID_NAMES = re.compile(
    r"\b(ID|IDs|Identifier|Number|Numbers|Name|Names|Address|Telephone|Institution|Station|AE|Login|Residence|"
    r"Location|Physician|Responsible|Organization)\b"
)
_NO_ID_NAMES = re.compile(
    r"Protocol Name|Series|Description|Label|Software|Model|Lot|Slot|Comment|Procedure|Beam|Template|"
    r"Agent|ROI|Montage|Dose|Algorithm"
)
_MONTHS = rb"(?:JAN|FEB|MAR|MAE|APR|MAY|MAI|JUN|JUL|AUG|SEP|OCT|OKT|NOV|DEC|DEZ)[A-Z]{0,6}\.?"
_DAY, _MONTH, _YEAR = rb"(?:0?[1-9]|[12]\d|3[01])", rb"(?:0?[1-9]|1[0-2])", rb"(?:19|20)\d\d"
DATE = re.compile(
    rb"(?<![\d.])(?:"
    rb"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4,6})?(?!\d)|"
    + _YEAR + rb"([-./])" + _MONTH + rb"\1" + _DAY + rb"(?![\d.]\d)|"
    + _DAY + rb"([-./])" + _MONTH + rb"\2" + _YEAR + rb"(?!\d)|"
    + _MONTH + rb"([-./])" + _DAY + rb"\3" + _YEAR + rb"(?!\d)|"
    + _DAY + rb"\.?[-/ ]?" + _MONTHS + rb"[-/ ,]{0,2}(?:\d\d){1,2}(?!\d)|"
    + _MONTHS + rb"[- ]" + _DAY + rb",? " + _YEAR + rb"(?!\d))"
)  # fmt: skip
"""A whole date in a text, in capitals, as software and people write it."""
UID = re.compile(rb"(?<![\d.])[0-2](?:\.\d{1,39}){5,}")
"""An object identifier of at least six parts."""
_STANDARD = b"1.2.840.10008."


@cache
def is_identifying(tag: int) -> bool:
    """Whether a listed text names a person, place, case or thing, so that it is searched for elsewhere.

    >>> is_identifying(0x00100020), is_identifying(0x00081030)
    (True, False)
    """
    rule = attribute_rules().get(tag)
    return rule is not None and bool(_ID_NAMES.search(rule.name)) and not _NO_ID_NAMES.search(rule.name)


class Echoes:
    """The identifiers that one file had, and whether a text repeats one of them."""

    def __init__(self, *, dates: bool, uids: bool) -> None:
        self._words: set[bytes] = set()
        self._found: re.Pattern[bytes] | None = None
        self._plain: list[bytes] = []
        self._dates, self._uids = dates, uids

    def add_name(self, value: bytes) -> None:
        """Note the parts of a name that was removed, and the whole of it."""
        for word in _SPLIT.split(value.upper()):
            least = _LEAST_NAME if word.isascii() else 2
            if len(word) >= least and word not in _NO_NAMES and not word.isdigit():
                self._words.add(word)

    def add_id(self, value: bytes) -> None:
        """Note an ID, an address or the like that was removed."""
        for part in value.upper().split(b"\\"):
            word = part.strip(b" \0\t\r\n")
            if len(word) >= _LEAST_ID and word not in _NO_IDS and word.strip(b"0"):
                self._words.add(word)

    def add_uid(self, value: bytes) -> None:
        """Note a UID that was replaced."""
        for part in value.split(b"\\"):
            word = part.strip(b" \0")
            if len(word) >= 9 and not word.startswith(_STANDARD):
                self._words.add(word)

    def close(self) -> None:
        """Say that all was noted; texts can be looked at from now on."""
        words = sorted(self._words, key=len, reverse=True)[:_MOST_NEEDLES]
        self._plain = [word for word in words if len(word) >= _ANYWHERE or not word.isascii()]
        short = [re.escape(word) for word in words if len(word) < _ANYWHERE and word.isascii()]
        self._found = (
            re.compile(rb"(?<![A-Z0-9])(?:" + b"|".join(short) + rb")(?![A-Z0-9])") if short else None
        )
        self.is_full = len(self._words) > _MOST_NEEDLES

    def has(self, word: bytes) -> bool:
        """Whether a word, as it is, was noted."""
        return word in self._words

    def are_in(self, text: bytes) -> bool:
        """Whether a text has one of the identifiers, or a date or UID where those are not kept."""
        capitals = text.upper()
        if self._found is not None and self._found.search(capitals):
            return True
        if any(word in capitals for word in self._plain):
            return True
        if self._dates and DATE.search(capitals):
            return True
        return self._uids and any(not f[0].startswith(_STANDARD) for f in UID.finditer(capitals))

    def are_in_bytes(self, data: bytes) -> bool:
        """Whether bytes of any kind have an identifier that is too long to be there by chance."""
        capitals = data.upper()
        words = (word for word in self._plain if len(word) >= 8 or not word.isdigit())
        return any(word in capitals for word in words if not is_defined_term(word))

"""One data set cleaned: each element by its rule, at any depth, and then what is kept is searched."""

from __future__ import annotations

import re
from collections import Counter

from dicomlab.deid.base import DATES, PIXELS, TEXTS, Element
from dicomlab.deid.content import cleaned_content
from dicomlab.deid.echoes import Echoes, is_identifying
from dicomlab.deid.keys import Key
from dicomlab.deid.reading import vr_of
from dicomlab.deid.rules import (
    AGE,
    CLEAN_ITEMS,
    CONTENT,
    DUMMY,
    EMPTY,
    HASH,
    KEEP,
    MACHINE,
    OTHER_UID,
    PATIENT_NAME,
    PSEUDONYM,
    REMOVE,
    REPLACE,
    SHIFT,
    Rules,
)
from dicomlab.deid.safe_private import safe_private
from dicomlab.deid.shifting import capped_age, is_date, shifted
from dicomlab.deid.values import REMOVED, dummy, has_form, is_same_kind
from dicomlab.deid.vocabulary import is_defined_term, is_known_term
from dicomlab.series import names_a_phantom

CLASS_UIDS = frozenset(
    int(tag, 16)
    for tag in (
        "00080016 0008001A 0008001B 00080062 0008010C 0008010D 00080117 00080118 0008040E 00081150 0008115A "
        "00083002 00089123 00340003 04000010 04000510 30100052 30100053"
    ).split()
)
"""Attributes whose UIDs name a class, a syntax or a coding scheme, and no instance."""
BULK = frozenset((0x00282000, 0x54000110, 0x54000112, 0x5400100A, 0x54001010, 0x00700256)) | PIXELS
"""Attributes of bytes that are kept: pixels, waveforms, colour profiles, patterns; others may hold all."""

_BLANKS = re.compile(rb"[\s_]+")


class Cleaning:
    """The cleaning of one file: what stands for its patient and machine, what was found, what was kept."""

    def __init__(self, rules: Rules, key: Key, patient: str, machine: str, days: int):
        self.rules, self.key, self.patient, self.machine, self.days = rules, key, patient, machine, days
        recipe = rules.recipe
        self.echoes = Echoes(dates=recipe.dates != "keep", uids="U" not in recipe.options)
        self.counts: Counter[str] = Counter()
        self.has_content = False
        self._kept: list[Element] = []

    def cleaned(self, elements: list[Element]) -> list[Element]:
        """The elements of a data set, cleaned."""
        out = self.items_cleaned(elements, 0)
        self.echoes.close()
        self._search()
        return out

    def items_cleaned(
        self, elements: list[Element], parent: int, *, says_nothing: bool = False
    ) -> list[Element]:
        """The elements at one level; with `says_nothing`, texts that no rule names become dummies."""
        out: list[Element] = []
        creators: dict[tuple[int, int], str] = {}
        for element in elements:
            tag = element.tag
            if tag & 0x10000:
                kept = self._private(element, creators)
            elif _is_left_out(tag):
                kept = None
                self.note(element)
            else:
                action = self.rules.action(tag, parent)
                if action is not None:
                    kept = self.by_action(element, action)
                else:
                    kept = self._unlisted(element, says_nothing)
            if kept is not None:
                out.append(kept)
            else:
                self.counts["removed"] += 1
        return out

    def by_action(self, element: Element, action: str) -> Element | None:
        """An element after the action of a rule; None where nothing is left of it."""
        vr = self._vr(element)
        if action == KEEP:
            if element.items is not None:
                return self._with_items(element, says_nothing=False)
            return self._checked(element, vr)
        if action == CLEAN_ITEMS or (action == OTHER_UID and element.items is not None):
            return self._with_items(element, says_nothing=False) if element.items is not None else None
        if action == CONTENT and element.items is not None:
            return cleaned_content(self, element)
        self.note(element)
        if action == REMOVE:
            return None
        if action == SHIFT and vr in DATES:
            return self._shifted(element, vr)
        if action == DUMMY and element.items is not None:
            return self._with_items(element, says_nothing=True)
        if action == EMPTY or element.items is not None or not element.value.strip(b" \0"):
            return Element(element.tag, vr, b"", None, [] if vr == "SQ" else None)
        return Element(element.tag, vr, self._substitute(element, vr, action))

    def _substitute(self, element: Element, vr: str, action: str) -> bytes:
        if action == PSEUDONYM or (element.tag == PATIENT_NAME and action in (DUMMY, HASH)):
            return f"{self.prefix(element.value)}{self.patient}".encode()
        if action == MACHINE:
            return self._other_uid(element.value) if vr == "UI" else self.machine.encode()
        if action == OTHER_UID or (action == HASH and vr == "UI"):
            return self._other_uid(element.value)
        if action == HASH and vr in TEXTS | {"PN"}:
            return self._hashed(element.value)
        if action == REPLACE:
            return self.rules.texts[element.tag]
        if action == AGE:
            return (capped_age(_text(element.value)) or "").encode()
        return dummy(vr)

    def _hashed(self, value: bytes) -> bytes:
        """A keyed hash, the same for all spellings that drift takes for one protocol."""
        plain = _BLANKS.sub(b" ", value.strip(b" \0").upper())
        if not plain:
            return b""
        return f"{self.prefix(value)}H{self.key.word('hash', plain, 12)}".encode()

    def prefix(self, value: bytes) -> str:
        """What says that a phantom was imaged, where quality control needs to know."""
        is_asked = self.rules.recipe.machines == "pseudonyms"
        return "PHANTOM " if is_asked and names_a_phantom(_text(value)) else ""

    def _other_uid(self, value: bytes) -> bytes:
        uids = value.split(b"\\")
        return b"\\".join(self.key.uid(_text(uid)).encode() for uid in uids)

    def _shifted(self, element: Element, vr: str) -> Element:
        values = [
            shifted(_text(part), vr, self.days) if part.strip(b" \0") else ""
            for part in element.value.split(b"\\")
        ]
        value = b"" if None in values else "\\".join(str(v) for v in values).encode()
        return Element(element.tag, vr, value)

    def _unlisted(self, element: Element, says_nothing: bool) -> Element | None:
        """An element that Annex E does not list, by the kind of its value."""
        vr, tag = self._vr(element), element.tag
        if element.items is not None:
            return self._with_items(element, says_nothing=says_nothing)
        wanted = vr_of(tag)
        if vr in ("UN", "SQ") or wanted == "UN" or not is_same_kind(vr, wanted):
            self.note(element)
            return None
        if vr in ("PN", "UR", "AE"):
            self.note(element)
            return None
        if vr in DATES:
            return self._unlisted_date(element, vr)
        if vr == "UI":
            return self._unlisted_uid(element)
        if vr in TEXTS and says_nothing and element.value.strip(b" \0"):
            self.note(element)
            return Element(tag, vr, REMOVED)
        if vr in ("OB", "OW") and tag in BULK:
            return element
        if vr == "OB":
            return None
        return self._checked(element, vr)

    def _unlisted_date(self, element: Element, vr: str) -> Element | None:
        dates = self.rules.recipe.dates
        if dates == "keep":
            return self._checked(element, vr)
        return None if dates == "remove" else self._shifted(element, vr)

    def _unlisted_uid(self, element: Element) -> Element:
        if not has_form("UI", element.value):
            self.note(element)
            return Element(element.tag, "UI", b"")
        if "U" in self.rules.recipe.options:
            return element
        if element.tag in CLASS_UIDS:
            return self._later(element)
        changed = self._other_uid(element.value)
        if changed == element.value.rstrip(b"\0 "):
            return element
        self.echoes.add_uid(element.value)
        return Element(element.tag, "UI", changed)

    def _checked(self, element: Element, vr: str) -> Element | None:
        """An element that is kept if its value is what its VR says, and noted to be searched later."""
        if vr in DATES:
            if all(is_date(_text(part), vr) or not part.strip(b" \0") for part in element.value.split(b"\\")):
                return element
            return Element(element.tag, vr, b"")
        if not has_form(vr, element.value):
            self.note(element)
            return Element(element.tag, vr, b"")
        if vr in TEXTS:
            # A patient called Text must not change the type of an item.
            return element if vr == "CS" and is_defined_term(element.value) else self._later(element)
        return element

    def _later(self, element: Element) -> Element:
        kept = Element(element.tag, element.vr, element.value, element.raw)
        self._kept.append(kept)
        return kept

    def _with_items(self, element: Element, *, says_nothing: bool) -> Element:
        items = [
            self.items_cleaned(item, element.tag, says_nothing=says_nothing) for item in element.items or ()
        ]
        return Element(element.tag, element.vr, b"", None, items, element.how)

    def _private(self, element: Element, creators: dict[tuple[int, int], str]) -> Element | None:
        group, number = element.tag >> 16, element.tag & 0xFFFF
        if "P" not in self.rules.recipe.options:
            return None
        if 0x10 <= number <= 0xFF:
            creator = _text(element.value)
            creators[group, number] = creator
            is_listed = any(row[0] == group and row[1] == creator for row in safe_private())
            return self._later(Element(element.tag, "LO", element.value)) if is_listed else None
        creator = creators.get((group, number >> 8), "")
        vr = safe_private().get((group, creator, number & 0xFF))
        if vr is None or element.items is not None or element.vr not in (vr, "UN"):
            return None
        return self._checked(Element(element.tag, vr, element.value, element.raw), vr)

    def _vr(self, element: Element) -> str:
        return element.vr if element.vr != "UN" or element.items is not None else vr_of(element.tag)

    def note(self, element: Element) -> None:
        """Note the identifiers in an element that does not stay as it is, at any depth."""
        if element.items is not None:
            for item in element.items:
                for inner in item:
                    self.note(inner)
            return
        vr = self._vr(element)
        if vr == "PN":
            self.echoes.add_name(element.value)
        elif vr == "UI":
            self.echoes.add_uid(element.value)
        elif vr in TEXTS and is_identifying(element.tag) and len(element.value) <= 256:
            self.echoes.add_id(element.value)

    def _search(self) -> None:
        """Search the texts that are kept; one that repeats what was removed loses its value."""
        is_strict = self.rules.recipe.texts == "remove"
        everything = b"\n".join([element.value for element in self._kept])
        if not is_strict and not self.echoes.are_in(everything):
            return  # mostly: one look at all texts instead of one at each
        for element in self._kept:
            if element.vr == "UI":
                self._class_again(element)
                continue
            parts = element.value.split(b"\\") if element.vr not in ("LT", "ST", "UT") else [element.value]
            bad = [
                bool(part.strip(b" \0"))
                and (self.echoes.are_in(part) or (is_strict and not is_known_term(element.tag, part)))
                for part in parts
            ]
            if any(bad) or self.echoes.are_in(element.value):
                whole = [REMOVED if is_bad else part for part, is_bad in zip(parts, bad, strict=True)]
                element.value = b"\\".join(whole) if any(bad) else REMOVED
                element.raw = None
                self.counts["texts that repeated what was removed"] += 1

    def _class_again(self, element: Element) -> None:
        """Replace the UID of a coding scheme or a class that an instance of the file has too."""
        if any(self.echoes.has(uid.strip(b" \0")) for uid in element.value.split(b"\\")):
            element.value, element.raw = self._other_uid(element.value), None


def _is_left_out(tag: int) -> bool:
    """Groups that have no place in a file, curves, overlays, lengths of groups, padding."""
    group = tag >> 16
    if group < 8 or not tag & 0xFFFF or group == 0xFFFC:
        return True
    return (group >> 8 in (0x50, 0x60) and group & 0xFF < 0x20) or group == 0x7F00


def _text(value: bytes) -> str:
    return value.decode("latin-1").strip(" \0")

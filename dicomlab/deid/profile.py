"""The tables of PS3.15 Annex E as rows, and which types PS3.3 wants of attributes."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from dicomlab.deid import _profile

EDITION = _profile.EDITION
OPTIONS = {letter: name.replace("_", " ") for letter, name in _profile.OPTIONS.items()}
"""The options of Table E.1-1, by the letter that the rows have."""
OPTION_CODES = {
    "P": ("113111", "Retain Safe Private Option"),
    "U": ("113110", "Retain UIDs Option"),
    "D": ("113109", "Retain Device Identity Option"),
    "I": ("113112", "Retain Institution Identity Option"),
    "T": ("113108", "Retain Patient Characteristics Option"),
    "F": ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    "M": ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    "X": ("113105", "Clean Descriptors Option"),
    "S": ("113104", "Clean Structured Content Option"),
    "G": ("113103", "Clean Graphics Option"),
}
"""Codes of CID 7050 of the options."""
BASIC_CODE = ("113100", "Basic Application Confidentiality Profile")
_STEM = "1.2.840.10008.5.1.4."


class Rule(NamedTuple):
    """A row of Table E.1-1 or E.3.4-1: the basic action, and the action of each option."""

    basic: str
    options: dict[str, str]
    name: str


@cache
def attribute_rules() -> dict[int, Rule]:
    """The rows of Table E.1-1 by tag; those of groups (curves, overlays, private) are in `cleaning`.

    >>> attribute_rules()[0x00100010]
    Rule(basic='Z', options={}, name="Patient's Name")
    """
    found = {}
    for line in _profile.RULES.splitlines():
        tag, basic, options, name = line.split(" ", 3)
        if tag.isalnum() and not tag.startswith(("50X", "60X", "P")):
            found[int(tag, 16)] = Rule(basic, _options(options), name)
    return found


@cache
def content_rules() -> dict[tuple[str, str, str], Rule]:
    """The rows of Table E.3.4-1 by code, scheme and value type.

    >>> content_rules()["121029", "DCM", "PNAME"].basic
    'D'
    """
    found = {}
    for line in _profile.CONTENT_ITEMS.splitlines():
        code, scheme, value_type, basic, options, name = line.split("|")
        found[code, scheme, value_type] = Rule(basic, _options(options), name)
    return found


def _options(text: str) -> dict[str, str]:
    return {} if text == "-" else {part[0]: part[1:] for part in text.split(",")}


@cache
def types_of(sop_class: str) -> dict[int, str]:
    """The type that a class wants of listed attributes, 1 or 2; of an unknown class, the strictest of any."""
    found: dict[int, str] = {}
    rows = [line.split(" ") for line in _profile.TYPES.splitlines()]
    wanted = sop_class.removeprefix(_STEM)
    is_known = any(wanted in classes.split(",") for _, _, classes in rows)
    for tag, kind, classes in rows:
        if classes == "*" or not is_known or wanted in classes.split(","):
            found[int(tag, 16)] = min(kind, found.get(int(tag, 16), "2"))
    return found


@cache
def types_in_items() -> dict[tuple[int, int], str]:
    """The type that items of a sequence want of listed attributes: by the tags of both."""
    rows = (line.split(" ") for line in _profile.TYPES_IN_ITEMS.splitlines())
    return {(int(parent, 16), int(tag, 16)): kind for parent, tag, kind in rows}


def chosen_action(basic: str, kind: str) -> str:
    """The one action of several that the table leaves open, by the type that PS3.3 wants.

    X, Z, D or U: removed, emptied, replaced by a dummy, or by another UID.

    >>> [chosen_action("X/Z/D", kind) for kind in ("", "2", "1")], chosen_action("X", "1")
    (['X', 'Z', 'D'], 'D')
    """
    open_to = basic.replace("*", "").split("/")
    if "U" in open_to:
        return "U"
    wanted = {"": "XZD", "2": "ZD", "1": "D"}[kind]
    return next((action for action in wanted if action in open_to), wanted[0])

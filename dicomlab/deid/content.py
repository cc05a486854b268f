"""The content of structured reports, item by item (PS3.15 E.3.4): numbers and codes stay, names and texts go.

Items that Table E.3.4-1 does not list are judged by the type of their value: texts and names become dummies,
so that a dose report keeps each number and no sentence that somebody typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomlab.deid.base import DATES, Element
from dicomlab.deid.profile import Rule, content_rules
from dicomlab.deid.rules import CONTENT, CONTENT_TAGS, DUMMY, KEEP, MACHINE, OTHER_UID, REMOVE, SHIFT

if TYPE_CHECKING:
    from dicomlab.deid.cleaning import Cleaning

_VALUE_TYPE, _CONCEPT, _CONTENT = 0x0040A040, 0x0040A043, 0x0040A730
_CODE, _LONG_CODE, _SCHEME = 0x00080100, 0x00080119, 0x00080102
_VALUES = {
    0x0040A120: "DATETIME",
    0x0040A121: "DATE",
    0x0040A122: "TIME",
    0x0040A123: "PNAME",
    0x0040A124: "UIDREF",
    0x0040A160: "TEXT",
}
"""The attributes that hold the value of an item, and the type of value that they are for."""
_KEPT_TEXTS = frozenset((code, "DCM") for code in ("121014", "121015", "113878", "113879"))
"""Manufacturer and model of devices: attributes of images that the basic profile keeps too."""
_RULE_OF_TYPE = {"TEXT": "D", "PNAME": "D", "UIDREF": "D", "DATE": "D", "TIME": "D", "DATETIME": "D"}
_RULE_OF_TYPE |= {"COMPOSITE": "D", "IMAGE": "D", "WAVEFORM": "D"}


def cleaned_content(cleaning: Cleaning, sequence: Element) -> Element:
    """A sequence of content items, cleaned; items that the table removes are left out."""
    cleaning.has_content = True
    items = [
        kept for item in sequence.items or () if (kept := _item(cleaning, item, sequence.tag)) is not None
    ]
    return Element(sequence.tag, sequence.vr, b"", None, items, sequence.how)


def _item(cleaning: Cleaning, item: list[Element], parent: int) -> list[Element] | None:
    concept = _concept(item)
    action, value_type = _action(cleaning, item, concept)
    if action == REMOVE:
        if not any(element.tag == _CONTENT and element.items for element in item):
            for element in item:
                cleaning.note(element)
            cleaning.counts["content items removed"] += 1
            return None
        action = DUMMY  # what lies below it, such as numbers, has rules of its own
    values = [element for element in item if element.tag in _VALUES]
    inside = [element for element in item if element.tag in CONTENT_TAGS]
    others = [element for element in item if element.tag not in _VALUES and element.tag not in CONTENT_TAGS]
    kept = cleaning.items_cleaned(others, parent)
    kept += [
        one
        for element in values
        if (one := _value(cleaning, element, action, value_type, concept)) is not None
    ]
    kept += [one for element in inside if (one := cleaning.by_action(element, CONTENT)) is not None]
    return kept


def _value(
    cleaning: Cleaning, element: Element, action: str, value_type: str, concept: tuple[str, str]
) -> Element | None:
    """The value of an item; one in the attribute of another type is a slip, and becomes a dummy."""
    own = _VALUES[element.tag]
    if own != value_type and value_type:
        action = DUMMY
    if own == "UIDREF" and action in (DUMMY, MACHINE):
        action = OTHER_UID
    if action == SHIFT and element.vr not in DATES:
        action = DUMMY
    if own == "TEXT" and concept in _KEPT_TEXTS:
        action = KEEP
    return cleaning.by_action(element, action)


def _action(cleaning: Cleaning, item: list[Element], concept: tuple[str, str]) -> tuple[str, str]:
    recipe = cleaning.rules.recipe
    value_type = next((_word(e) for e in item if e.tag == _VALUE_TYPE), "")
    types = [value_type] if value_type else [_VALUES[e.tag] for e in item if e.tag in _VALUES]
    of_type = types[0] if types else ""
    rule = content_rules().get((*concept, of_type)) or Rule(_RULE_OF_TYPE.get(of_type, "K"), {}, "")
    if recipe.machines == "pseudonyms" and "D" in rule.options and of_type in ("TEXT", "UIDREF"):
        return MACHINE, of_type
    for letter, action in rule.options.items():
        if letter in recipe.options and (action == "K" or letter == "M"):
            return (KEEP if action == "K" else SHIFT), of_type
    if of_type in ("DATE", "TIME", "DATETIME") and rule.basic != "X":
        if recipe.dates in ("shift", "shift alike"):
            return SHIFT, of_type
        if recipe.dates == "keep":
            return KEEP, of_type
    return ("K" if rule.basic == "K" else DUMMY if "D" in rule.basic else REMOVE), of_type


def _concept(item: list[Element]) -> tuple[str, str]:
    """The code and scheme of the concept that an item is about."""
    for element in item:
        if element.tag == _CONCEPT and element.items:
            words = {inner.tag: _word(inner) for inner in element.items[0] if inner.items is None}
            return words.get(_CODE) or words.get(_LONG_CODE, ""), words.get(_SCHEME, "")
    return "", ""


def _word(element: Element) -> str:
    return element.value.decode("latin-1").strip(" \0")

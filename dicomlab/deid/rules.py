"""What is done with each attribute of a class, under a recipe: one letter for each tag, and why."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dicomlab.deid.base import DATES
from dicomlab.deid.profile import OPTIONS, Rule, attribute_rules, chosen_action, types_in_items, types_of
from dicomlab.deid.reading import vr_of

if TYPE_CHECKING:
    from dicomlab.deid.recipe import Recipe

REMOVE, EMPTY, DUMMY, OTHER_UID, KEEP = "X", "Z", "D", "U", "K"
SHIFT, PSEUDONYM, HASH, CONTENT, AGE, MACHINE, REPLACE, CLEAN_ITEMS = "S", "P", "H", "C", "A", "M", "R", "I"
WORDS = {
    REMOVE: "removed",
    EMPTY: "emptied",
    DUMMY: "replaced by a dummy",
    OTHER_UID: "replaced by another UID, everywhere the same",
    KEEP: "kept, unless it repeats what was removed",
    SHIFT: "moved by days",
    PSEUDONYM: "replaced by the patient's pseudonym",
    HASH: "replaced by a keyed hash",
    CONTENT: "cleaned item by item (PS3.15 E.3.4)",
    AGE: "kept up to 89 years, 90 above",
    MACHINE: "replaced by the machine's pseudonym",
    REPLACE: "replaced by a text of the recipe",
    CLEAN_ITEMS: "kept, its items cleaned",
}
PATIENT_NAME, PATIENT_ID, BIRTH_DATE, AGE_TAG = 0x00100010, 0x00100020, 0x00100030, 0x00101010
CONTENT_TAGS = frozenset((0x0040A730, 0x00400555))
"""Sequences whose items are content items: of reports, and of the acquisition context."""
STEP_TAG = 0x00400612
"""The same for steps of the preparation of a specimen; the table lists only the sequence around it."""
MACHINE_TAGS = frozenset((0x00181000, 0x00081010, 0x00181002, 0x00080055))
"""The serial number, station name, device UID and AE title of a machine."""
BY_RECIPE = {"keep": KEEP, "remove": REMOVE, "empty": EMPTY, "dummy": DUMMY, "hash": HASH, "shift": SHIFT}


class Why(NamedTuple):
    """An action and where it comes from."""

    action: str
    reason: str


class Rules:
    """The actions of a recipe for one class, looked up by tag and by the sequence around it."""

    def __init__(self, recipe: Recipe, sop_class: str):
        self.recipe = recipe
        types = types_of(sop_class)
        self._rows = {
            tag: _decided(recipe, tag, rule, types.get(tag, "")) for tag, rule in attribute_rules().items()
        }
        self._in_items = {
            tag: _decided(recipe, tag, rule, "").action for tag, rule in attribute_rules().items()
        }
        self._special = {
            (parent, tag): _decided(recipe, tag, attribute_rules()[tag], kind).action
            for (parent, tag), kind in types_in_items().items()
        }
        self.texts: dict[int, bytes] = {}
        for tag, action in recipe.tags:
            self._rows[tag] = Why(BY_RECIPE.get(action, REPLACE), "the recipe")
            if action not in BY_RECIPE:
                self.texts[tag] = action.removeprefix("replace: ").encode()
        if "S" in recipe.options:
            self._rows[STEP_TAG] = Why(CONTENT, OPTIONS["S"])
            self._in_items[STEP_TAG] = CONTENT
        self._overruled = {tag for tag, _ in recipe.tags}
        self.top = {tag: why.action for tag, why in self._rows.items()}

    def action(self, tag: int, parent: int) -> str | None:
        """The letter for a tag in items of the sequence `parent`, or at the top (0); None if not listed."""
        if not parent or tag in self._overruled:
            return self.top.get(tag)
        return self._special.get((parent, tag)) or self._in_items.get(tag)

    def rows(self) -> dict[int, Why]:
        """The action of each listed tag at the top of a data set, with its reason."""
        return self._rows


@lru_cache(maxsize=256)
def rules_of(recipe: Recipe, sop_class: str) -> Rules:
    """The rules of a recipe for a class, made once."""
    return Rules(recipe, sop_class)


def _decided(recipe: Recipe, tag: int, rule: Rule, kind: str) -> Why:
    """The action for one listed tag, by the options of the recipe (PS3.15 E.3)."""
    if tag in (PATIENT_NAME, PATIENT_ID):
        return Why(PSEUDONYM, "basic profile")
    if recipe.machines == "pseudonyms" and tag in MACHINE_TAGS:
        return Why(MACHINE, "machines: pseudonyms")
    if tag in CONTENT_TAGS and "S" in recipe.options:
        return Why(CONTENT, OPTIONS["S"])
    if rule.options.get("S") and "S" in recipe.options:
        return Why(CLEAN_ITEMS, OPTIONS["S"])  # what lies in them has rules of its own
    for letter, action in rule.options.items():
        if letter in recipe.options and action == "K":
            kept = AGE if tag == AGE_TAG else KEEP
            return Why(kept if vr_of(tag) != "SQ" else CLEAN_ITEMS, OPTIONS[letter])
        if letter == "M" and letter in recipe.options and (vr_of(tag) in DATES or tag == 0x00080201):
            return Why(KEEP if tag == 0x00080201 else SHIFT, OPTIONS[letter])
    action = chosen_action(rule.basic, kind)
    if action == DUMMY and vr_of(tag) == "UI":
        action = OTHER_UID
    return Why(action, f"basic profile, {rule.basic}" + (f", type {kind}" if kind else ""))

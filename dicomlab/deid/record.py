"""What the output says of itself: that identity was removed, by what, and what became of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomlab.deid.base import Element
from dicomlab.deid.profile import BASIC_CODE, EDITION, OPTION_CODES

if TYPE_CHECKING:
    from dicomlab.deid.recipe import Recipe
    from dicomlab.header.odd_elements import Encoding

REMOVED_TAG, METHOD, METHOD_CODES, DATES_TAG = 0x00120062, 0x00120063, 0x00120064, 0x00280303
TAGS = frozenset((REMOVED_TAG, METHOD, METHOD_CODES, DATES_TAG))
_DATES = {"remove": b"REMOVED", "shift": b"MODIFIED", "shift alike": b"MODIFIED", "keep": b"UNMODIFIED"}


def record(recipe: Recipe, how: Encoding, before: list[Element]) -> list[Element]:
    """The elements that say what was done, all of it and no more (PS3.15 E.1.1, PS3.3 C.12.1.1.7).

    Args:
        recipe: What was done.
        how: How the data set is written.
        before: The elements of the original: dates that somebody moved or removed before stay so.
    """
    dates = _DATES[recipe.dates]
    if dates == b"UNMODIFIED":
        earlier = next((e.value.strip(b" \0") for e in before if e.tag == DATES_TAG), b"")
        dates = earlier if earlier in (b"MODIFIED", b"REMOVED") else dates
    found = [Element(DATES_TAG, "CS", dates)]
    if not recipe.is_conformant:
        found.append(Element(REMOVED_TAG, "CS", b"NO"))
        return [*found, Element(METHOD, "LO", "\\".join(methods(recipe)).encode())]
    codes = [BASIC_CODE, *(OPTION_CODES[letter] for letter in OPTION_CODES if letter in recipe.options)]
    items = [
        [
            Element(0x00080100, "SH", code.encode()),
            Element(0x00080102, "SH", b"DCM"),
            Element(0x00080104, "LO", meaning[:64].encode()),
        ]
        for code, meaning in codes
    ]
    return [
        *found,
        Element(REMOVED_TAG, "CS", b"YES"),
        Element(METHOD, "LO", "\\".join(methods(recipe)).encode()),
        Element(METHOD_CODES, "SQ", b"", None, items, how),
    ]


def methods(recipe: Recipe) -> list[str]:
    """What was done, in words of at most 64 characters each."""
    from dicomlab import __version__

    words = [
        f"dicomlab {__version__}",
        f"PS3.15 {EDITION} Annex E",
        f"recipe {recipe.name[:32]} {recipe.fingerprint}",
    ]
    return [word[:64] for word in words]

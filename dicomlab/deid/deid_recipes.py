"""Recipes of the package deid, read strictly, on top of the basic profile.

deid itself warns of what it does not understand, or says nothing, and keeps the original. Here each line is
understood or refused. Of two actions for a field the stronger one of deid's order holds: KEEP, ADD, REPLACE,
JITTER, REMOVE, BLANK.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pydicom._dicom_dict import DicomDictionary

from dicomlab.deid.profile import attribute_rules
from dicomlab.deid.reading import vr_of
from dicomlab.deid.recipe import Recipe, checked_exception
from dicomlab.deid.recipe_files import tag_of
from dicomlab.deid.record import TAGS
from dicomlab.errors import BadRecipe
from dicomlab.suggestions import did_you_mean

_ORDER = ("KEEP", "ADD", "REPLACE", "HASH", "JITTER", "REMOVE", "BLANK")
_ACTIONS = {"KEEP": "keep", "HASH": "hash", "JITTER": "shift", "REMOVE": "remove", "BLANK": "empty"}
_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda word, name: re.search(word, name, re.IGNORECASE) is not None,
    "startswith": lambda word, name: name.lower().startswith(word.lower()),
    "endswith": lambda word, name: name.lower().endswith(word.lower()),
    "except": lambda word, name: re.search(word, name, re.IGNORECASE) is None,
}
JITTERED = "JITTER moves dates by the keyed days of the patient, and not by the number in the recipe."
KEPT = "Attributes that neither Annex E nor a line names are kept, unless they repeat an identifier."


def read_deid_recipe(text: str, where: str, allow: bool) -> Recipe:
    r"""A recipe from the text of one of deid's.

    Args:
        text: What the file holds.
        where: Its path, for errors.
        allow: Whether it may keep what Annex E says is to be removed.

    Raises:
        BadRecipe: A line is not understood, or keeps an identifier, with its number.

    >>> recipe = read_deid_recipe("FORMAT dicom\n%header\nHASH PatientID", "deid.dicom", False)
    >>> dict(recipe.tags)[0x00100020]
    'hash'
    """
    found: dict[int, tuple[int, str]] = {}
    notices: set[str] = {KEPT}
    section = ""
    for line, raw in enumerate(text.splitlines(), start=1):
        words = raw.split("#")[0].split()
        if not words:
            continue
        if words[0].upper() == "FORMAT":
            if [word.lower() for word in words[1:]] != ["dicom"]:
                raise BadRecipe(where, line, "only FORMAT dicom is known.")
        elif words[0].startswith("%"):
            section = _section(words, where, line)
        elif section != "%header":
            raise BadRecipe(where, line, "it stands before the section %header.")
        else:
            for tag, action, rank in _line(words, where, line, allow, notices):
                if tag not in found or rank < found[tag][0]:
                    found[tag] = (rank, action)
    tags = tuple(sorted((tag, action) for tag, (_, action) in found.items()))
    dates = "shift" if any(action == "shift" for _, action in tags) else "remove"
    if dates == "shift":
        notices.add(JITTERED)
    return Recipe(
        name="deid recipe",
        dates=dates,  # type: ignore[arg-type]
        tags=tags,
        allows_identifiers=allow,
        notices=tuple(sorted(notices)),
    )


def _section(words: list[str], where: str, line: int) -> str:
    name = words[0].lower()
    if name == "%header":
        return name
    if name == "%filter":
        what = "filters name regions of pixels to blank, which is not done here; images stay as they are."
        raise BadRecipe(where, line, f"{what} Remove the section, and choose images without burned-in text.")
    raise BadRecipe(where, line, f"the section {name[:40]} is not offered; write its fields out.")


def _line(
    words: list[str], where: str, line: int, allow: bool, notices: set[str]
) -> list[tuple[int, str, int]]:
    verb = words[0].upper()
    if verb not in _ORDER:
        raise BadRecipe(where, line, f"there is no action '{words[0][:40]}'.{did_you_mean(verb, _ORDER)}")
    if len(words) < 2:
        raise BadRecipe(where, line, f"{verb} needs a field.")
    rest = words[2:]
    needs = {"REPLACE": "a text", "ADD": "a text"}.get(verb)
    if needs and not rest:
        raise BadRecipe(where, line, f"{verb} needs {needs}.")
    if not needs and rest and not (verb == "JITTER" and len(rest) == 1 and _is_number(rest[0])):
        raise BadRecipe(where, line, f"{verb} takes a field and no more.")
    tags = _fields(words[1], where, line)
    if verb == "ADD":
        if any(tag not in TAGS for tag in tags):
            raise BadRecipe(where, line, "ADD is only for the attributes that say what was done.")
        notices.add("PatientIdentityRemoved and DeidentificationMethod are written as they are true.")
        return []
    action = _ACTIONS.get(verb) or f"replace: {_plain(' '.join(rest), where, line)}"
    is_one = ":" not in words[1] and words[1].lower() != "all"
    rank, made = _ORDER.index(verb), []
    for tag in tags:
        if not is_one and not _is_meant(tag, action, allow):
            continue
        checked_exception(tag, action, where, line, allow=allow)
        made.append((tag, action, rank))
    return made


def _is_meant(tag: int, action: str, allow: bool) -> bool:
    """Whether one of many fields can be treated so: JITTER is for dates, and Annex E is not weakened."""
    if action == "shift":
        return tag in attribute_rules() and vr_of(tag) in ("DA", "DT")
    return not (action == "keep" and tag in attribute_rules() and not allow)


def _fields(name: str, where: str, line: int) -> list[int]:
    """The tags that a field of a recipe means."""
    if name.lower() == "all":
        return [tag for tag in _public() if tag not in TAGS]
    kind, colon, word = name.partition(":")
    if not colon:
        return [tag_of(name, where, line)]
    if kind.lower() not in _MATCHES:
        raise BadRecipe(
            where, line, f"the fields '{kind[:40]}:' are not offered.{did_you_mean(kind, _MATCHES)}"
        )
    if not re.fullmatch(r"[\w|^$]+", word):
        raise BadRecipe(where, line, "fields are found by letters, digits, | ^ and $ only.")
    found = [tag for tag in _public() if _MATCHES[kind.lower()](word, DicomDictionary[tag][4])]
    if not found:
        raise BadRecipe(where, line, "no attribute has such a name.")
    return found


def _public() -> list[int]:
    """The attributes that a line for many may mean: not what says how to read the file."""
    keep = (0x0002, 0x0004, 0x0028, 0x7FE0)
    return [
        tag
        for tag, row in DicomDictionary.items()
        if row[0] != "SQ" and tag >> 16 not in keep and tag >> 16 >= 8
    ]


def _plain(text: str, where: str, line: int) -> str:
    if re.match(r"(var|func|deid_func):", text):
        what = "variables and functions are Python of the caller, which is not run: use HASH, or a text."
        raise BadRecipe(where, line, what)
    return text


def _is_number(word: str) -> bool:
    return re.fullmatch(r"-?\d+", word) is not None

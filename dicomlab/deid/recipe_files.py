"""Recipes as YAML files, read strictly: an unknown word is an error with its line."""

from __future__ import annotations

from typing import Any

import yaml
from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import tag_for_keyword

from dicomlab.deid.recipe import ACTIONS, BASES, CHOICES, Recipe, checked_exception, letter_of
from dicomlab.deid.rules import BY_RECIPE
from dicomlab.errors import BadRecipe
from dicomlab.suggestions import did_you_mean

_NAMES = ("name", "base", "options", *CHOICES, "shift days", "shift step", "allow identifiers", "tags")


def read_recipe(text: str, where: str) -> Recipe:
    r"""A recipe from its YAML. Raises BadRecipe with the line of what is wrong.

    >>> read_recipe("base: basic\ndates: shift", "my.yaml").dates
    'shift'
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadRecipe(where, mark.line + 1 if mark else None, "it is no YAML.") from None
    given = _mapping(root, where, "a recipe")
    for name, (_, line) in given.items():
        if name not in _NAMES:
            raise BadRecipe(where, line, f"there is no setting '{name}'.{did_you_mean(name, _NAMES)}")
    base_name, line = _scalar(given, "base", "basic", where)
    if base_name not in BASES:
        raise BadRecipe(where, line, f"there is no base '{base_name}'.{did_you_mean(base_name, BASES)}")
    facts = {field: getattr(BASES[base_name], field) for field in Recipe.__dataclass_fields__}
    facts["name"] = _scalar(given, "name", base_name, where)[0]
    for name, choices in CHOICES.items():
        field = name.replace(" ", "_")
        facts[field], line = _scalar(given, name, facts[field], where)
        if facts[field] not in choices:
            raise BadRecipe(where, line, f"{name} is one of: {', '.join(choices)}.")
    facts["options"] += tuple(letter_of(text, where, line) for text, line in _list(given, "options", where))
    facts["shift_days"] = _numbers(given, "shift days", facts["shift_days"], where)
    facts["shift_step"] = _numbers(given, "shift step", (facts["shift_step"],), where)[0]
    allow, line = _scalar(given, "allow identifiers", "false", where)
    if allow not in ("true", "false"):
        raise BadRecipe(where, line, "allow identifiers is true or false.")
    facts["allows_identifiers"] = allow == "true"
    facts["tags"] = _exceptions(given, facts["tags"], where, allow=allow == "true")
    return Recipe(**facts)


def _exceptions(
    given: dict[str, Any], before: tuple[tuple[int, str], ...], where: str, *, allow: bool
) -> tuple[tuple[int, str], ...]:
    found = dict(before)
    if "tags" in given:
        for name, (node, line) in _mapping(given["tags"][0], where, "tags").items():
            if not isinstance(node, yaml.ScalarNode):
                raise BadRecipe(where, line, f"an action is one of: {', '.join(ACTIONS)}.")
            tag, action = tag_of(name, where, line), node.value
            if action not in BY_RECIPE and not action.startswith("replace: "):
                raise BadRecipe(where, line, f"an action is one of: {', '.join(ACTIONS)}.")
            checked_exception(tag, action, where, line, allow=allow)
            found[tag] = action
    return tuple(sorted(found.items()))


def tag_of(name: str, where: str, line: int | None) -> int:
    """The tag for a keyword, or for (gggg,eeee). Raises BadRecipe for one that the dictionary has not."""
    digits = name.strip("()").replace(",", "")
    is_number = len(digits) == 8 and all(c in "0123456789abcdefABCDEF" for c in digits)
    tag = int(digits, 16) if is_number else tag_for_keyword(name)
    if tag is None:
        known = [row[4] for row in DicomDictionary.values()]
        raise BadRecipe(where, line, f"there is no attribute '{name}'.{did_you_mean(name, known)}")
    if tag & 0x10000 or (tag >> 16) < 8 or tag not in DicomDictionary:
        raise BadRecipe(
            where, line, f"'{name}' cannot have an exception: it is private, or not in the dictionary."
        )
    return tag


def _mapping(node: Any, where: str, what: str) -> dict[str, tuple[Any, int]]:
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise BadRecipe(where, node.start_mark.line + 1, f"{what} has lines of the form 'name: value'.")
    found: dict[str, tuple[Any, int]] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.value in found:
            raise BadRecipe(where, line, "a name is missing or stands there twice.")
        found[key.value] = (value, line)
    return found


def _scalar(given: dict[str, Any], name: str, default: str, where: str) -> tuple[str, int]:
    if name not in given:
        return default, 1
    node, line = given[name]
    if not isinstance(node, yaml.ScalarNode):
        raise BadRecipe(where, line, f"{name} is one word or text.")
    return node.value, line


def _list(given: dict[str, Any], name: str, where: str) -> list[tuple[str, int]]:
    if name not in given:
        return []
    node, line = given[name]
    if not isinstance(node, yaml.SequenceNode) or not all(isinstance(n, yaml.ScalarNode) for n in node.value):
        raise BadRecipe(where, line, f"{name} is a list, such as [one, two].")
    return [(one.value, one.start_mark.line + 1) for one in node.value]


def _numbers(given: dict[str, Any], name: str, default: tuple[int, ...], where: str) -> tuple[int, ...]:
    if name not in given:
        return default
    node, line = given[name]
    texts = (
        [node.value] if isinstance(node, yaml.ScalarNode) else [text for text, _ in _list(given, name, where)]
    )
    if len(texts) != len(default) or not all(text.isdecimal() and len(text) < 7 for text in texts):
        raise BadRecipe(
            where, line, f"{name} is {len(default)} whole number{'s' * (len(default) > 1)} of days."
        )
    return tuple(int(text) for text in texts)

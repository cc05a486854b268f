"""The actions of Annex E, read literally, are what the rules decide."""

from __future__ import annotations

from itertools import combinations

import pytest

from dicomlab.deid.profile import OPTIONS, attribute_rules, chosen_action, content_rules, types_of
from dicomlab.deid.reading import vr_of
from dicomlab.deid.recipe import BASES, REFUSED_OPTIONS, Recipe
from dicomlab.deid.rules import WORDS, rules_of
from dicomlab.errors import BadRecipe
from dicomlab.tags.facts import action_of

CT = "1.2.840.10008.5.1.4.1.1.2"


def test_the_tables_have_the_rows_of_their_edition():
    assert len(attribute_rules()) == 653
    assert len(content_rules()) == 214


def test_the_actions_are_those_that_the_tags_show():
    for tag, rule in attribute_rules().items():
        assert action_of(tag) == rule.basic


def test_what_must_be_there_is_not_removed():
    assert chosen_action("X/D", "1") == "D"
    assert chosen_action("X", "2") == "Z"
    assert chosen_action("X/Z/U*", "") == "U"
    presentation_state = "1.2.840.10008.5.1.4.1.1.11.1"
    assert types_of(presentation_state)[0x00700082] == "1"
    assert 0x00700082 not in types_of(CT)
    assert rules_of(Recipe(), presentation_state).top[0x00700082] == "D"
    assert rules_of(Recipe(), CT).top[0x00700082] == "X"
    assert rules_of(Recipe(), "1.2.3").top[0x00700082] == "D", "of an unknown class, the strictest"


def literal(tag: int, options: set[str]) -> set[str]:
    """The actions that Table E.1-1 allows, in the words of PS3.15 E.2 and E.3."""
    rule = attribute_rules()[tag]
    kept = {letter for letter, action in rule.options.items() if letter in options and action == "K"}
    is_date = vr_of(tag) in ("DA", "DT", "TM") or tag == 0x00080201
    if kept:
        return {"K", "A", "I"}
    if "M" in options and "M" in rule.options and is_date:
        return {"S", "K"} if tag == 0x00080201 else {"S"}
    if "S" in options and "S" in rule.options:
        return {"C", "I"}
    return {"P"} | {one.rstrip("*") for one in rule.basic.split("/")} | {"Z", "D", "U"}


@pytest.mark.parametrize("dates", ["remove", "shift", "keep"])
def test_each_row_under_each_pair_of_options_is_what_the_table_says(dates):
    offered = [letter for letter in OPTIONS if letter not in "MF" and letter not in REFUSED_OPTIONS]
    for some in ((), *combinations(offered, 1), *combinations(offered, 2), tuple(offered)):
        recipe = Recipe(options=some, dates=dates)
        for tag, why in rules_of(recipe, CT).rows().items():
            if tag in attribute_rules():
                assert why.action in literal(tag, set(recipe.options)), (hex(tag), some)


def test_no_recipe_keeps_what_no_option_keeps():
    for recipe in BASES.values():
        for tag, why in rules_of(recipe, CT).rows().items():
            rule = attribute_rules().get(tag)
            if rule is not None and why.action == "K":
                assert set(rule.options) & set(recipe.options), hex(tag)
            assert why.action in WORDS


def test_options_that_are_not_offered_are_refused():
    for letter in REFUSED_OPTIONS:
        with pytest.raises(BadRecipe, match="not offered"):
            Recipe().with_options(OPTIONS[letter])

"""What is done to files, as a person decides it: an Annex E base, options, and exceptions by tag."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dicomlab.arguments import checked_methods
from dicomlab.deid.base import in_words
from dicomlab.deid.profile import EDITION, OPTIONS, attribute_rules
from dicomlab.errors import BadRecipe
from dicomlab.suggestions import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Dates = Literal["remove", "shift", "shift alike", "keep"]
Texts = Literal["keep", "remove"]
Machines = Literal["remove", "pseudonyms"]
BurnedIn = Literal["withhold", "keep"]
CHOICES = {
    "dates": ("remove", "shift", "shift alike", "keep"),
    "texts": ("keep", "remove"),
    "machines": ("remove", "pseudonyms"),
    "burned in": ("withhold", "keep"),
}
ACTIONS = ("keep", "remove", "empty", "dummy", "hash", "shift", "replace: TEXT")
REFUSED_OPTIONS = {
    "X": "descriptors are not cleaned word by word: choose hash or keep for those that you need",
    "G": "graphics are not cleaned: they are removed or emptied",
}
_MOST_BYTES = 1 << 20
_WITH_DATES = {"shift": "M", "shift alike": "M", "keep": "F"}
_DESCRIPTORS = (0x0008103E, 0x00081030, 0x00181030, 0x00400254, 0x00181400)


@checked_methods
@dataclass(frozen=True)
class Recipe:
    """How files are de-identified: PS3.15 Annex E, options and exceptions.

    >>> recipe = Recipe.load("basic").with_options("retain patient characteristics", dates="shift")
    >>> recipe.describe().loc["(0010,1010)", "action"]
    'kept up to 89 years, 90 above'
    """

    name: str = "basic"
    """What the recipe is called; it is written into each file."""
    options: tuple[str, ...] = ("S",)
    """The options of Table E.1-1, by their letters."""
    dates: Dates = "remove"
    """What becomes of dates: removed, moved per patient, moved for all alike, or kept."""
    texts: Texts = "keep"
    """Whether texts that Annex E does not list are kept, or only those in words of the standard."""
    machines: Machines = "remove"
    """Whether serial numbers and names of stations are removed, or replaced by one pseudonym a machine."""
    burned_in: BurnedIn = "withhold"
    """What is done with images that say they have annotations burned in."""
    shift_days: tuple[int, int] = (366, 36_524)
    """By how many days at least and at most dates are moved, to earlier ones."""
    shift_step: int = 1
    """Of how many days a shift is a multiple."""
    tags: tuple[tuple[int, str], ...] = ()
    """Exceptions: tags with what is done to them."""
    allows_identifiers: bool = False
    """Whether exceptions may keep what Annex E says is to be removed."""
    notices: tuple[str, ...] = ()
    """What an imported recipe asked for that is done in another way."""

    def __post_init__(self) -> None:
        chosen = set(self.options) - {"M", "F"}
        if self.dates in _WITH_DATES:
            chosen.add(_WITH_DATES[self.dates])
        object.__setattr__(self, "options", tuple(sorted(chosen)))
        for letter, why in REFUSED_OPTIONS.items():
            if letter in chosen:
                raise BadRecipe(f"recipe {self.name}", None, f"'{OPTIONS[letter]}' is not offered: {why}.")
        least, most = self.shift_days
        if not (0 < self.shift_step <= least <= most <= 60_000):
            raise BadRecipe(f"recipe {self.name}", None, "the days of a shift are not a span above its step.")

    @classmethod
    def load(cls, recipe: str | Path, *, allow_identifiers: bool = False) -> Recipe:
        """Read a recipe: "basic", "strict", "equipment QC", or a file.

        A file is YAML of our own, a recipe of the package deid (plain text), or a script of CTP (XML).
        Whatever in it is not understood is an error with its line; nothing is kept by mistake.

        Args:
            recipe: A name or the path of a file.
            allow_identifiers: Whether an imported recipe may keep what Annex E says is to be removed.

        Returns:
            Recipe: What it says.

        Raises:
            BadRecipe: It says something that is not known, or not safe.
        """
        if isinstance(recipe, str) and recipe in BASES:
            return BASES[recipe]
        path = Path(recipe)
        try:
            data = path.read_bytes()[: _MOST_BYTES + 1]
            text = data.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            hint = did_you_mean(str(recipe), BASES) or f" Recipes that exist: {', '.join(BASES)}."
            why = getattr(error, "strerror", None) or "is no text"
            raise BadRecipe(str(recipe), None, f"it cannot be read ({why}).{hint}") from None
        if len(data) > _MOST_BYTES:
            raise BadRecipe(str(recipe), None, "it is too long for a recipe.")
        if text.lstrip().startswith("<"):
            from dicomlab.deid.ctp_scripts import read_ctp_script

            return read_ctp_script(text, str(recipe), allow_identifiers)
        if text.lstrip().upper().startswith("FORMAT") or "%header" in text:
            from dicomlab.deid.deid_recipes import read_deid_recipe

            return read_deid_recipe(text, str(recipe), allow_identifiers)
        from dicomlab.deid.recipe_files import read_recipe

        return read_recipe(text, str(recipe))

    def with_options(
        self,
        *options: str,
        dates: Dates | None = None,
        texts: Texts | None = None,
        machines: Machines | None = None,
    ) -> Recipe:
        """The same recipe with further options of Table E.1-1, or other choices.

        Args:
            options: Such as "retain patient characteristics" or "retain safe private".
            dates: What becomes of dates.
            texts: What becomes of texts that Annex E does not list.
            machines: What becomes of the identity of machines.

        Returns:
            Recipe: A new recipe.

        Raises:
            BadRecipe: There is no such option, or it is not offered.
        """
        letters = {letter_of(option, f"recipe {self.name}") for option in options}
        return replace(
            self,
            options=(*self.options, *letters),
            dates=dates or self.dates,
            texts=texts or self.texts,
            machines=machines or self.machines,
        )

    def describe(self, sop_class: str = "") -> pd.DataFrame:
        """What will happen to each listed attribute, and why.

        Args:
            sop_class: The class of file that is meant, as a UID; by default the strictest of all.

        Returns:
            pandas.DataFrame: By tag: name, action, reason.
        """
        import pandas as pd
        from pydicom.datadict import dictionary_description

        from dicomlab.deid.rules import WORDS, rules_of

        rows = []
        for tag, why in sorted(rules_of(self, sop_class).rows().items()):
            rule = attribute_rules().get(tag)
            name = rule.name if rule else dictionary_description(tag)
            rows.append((in_words(tag), name, WORDS[why.action], why.reason))
        rows += [("", name, action, "always") for name, action in _ALWAYS]
        rows += [("", "notice", notice, "the imported recipe") for notice in self.notices]
        return pd.DataFrame(rows, columns=["tag", "name", "action", "reason"]).set_index("tag")

    @property
    def fingerprint(self) -> str:
        """Eight characters that change with anything the recipe does, and with the edition of the table."""
        facts: dict[str, Any] = asdict(self) | {"edition": EDITION}
        facts.pop("notices")
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]

    @property
    def is_conformant(self) -> bool:
        """Whether nothing is kept that the basic profile and the options remove."""
        listed = attribute_rules()
        for tag, action in self.tags:
            if tag in listed and action == "keep":
                return False
            if tag in listed and action == "shift" and "M" not in self.options:
                return False
        return True


_ALWAYS = (
    ("private attributes", "removed, but for safe ones under retain safe private"),
    ("curves, overlays, padding, lengths of groups, preamble", "removed"),
    ("attributes that no dictionary has", "removed"),
    ("names and URLs that Annex E does not list", "removed"),
    ("comments in compressed pixels", "blanked"),
    ("kept texts that repeat what was removed", "replaced by a dummy"),
)
BASES: dict[str, Recipe] = {
    "basic": Recipe(),
    "strict": Recipe(name="strict", texts="remove"),
    "equipment QC": Recipe(
        name="equipment QC",
        options=("S", "T"),
        dates="shift alike",
        machines="pseudonyms",
        shift_step=7,
        tags=tuple((tag, "hash") for tag in _DESCRIPTORS),
    ),
}
"""The recipes that have a name."""


def letter_of(option: str, where: str, line: int | None = None) -> str:
    """The letter of an option of Table E.1-1. Raises BadRecipe for one that does not exist."""
    names = {name: letter for letter, name in OPTIONS.items()}
    wanted = option.strip().lower().replace("-", " ").replace("_", " ")
    if wanted not in names:
        raise BadRecipe(where, line, f"there is no option '{option}'.{did_you_mean(wanted, names)}")
    if names[wanted] in "FM":
        raise BadRecipe(where, line, f"'{option}' is chosen by dates: keep, shift, or shift alike.")
    return names[wanted]


def checked_exception(tag: int, action: str, where: str, line: int | None, *, allow: bool) -> None:
    """Refuse an exception that would let an identifier through. Raises BadRecipe."""
    is_listed = tag in attribute_rules()
    if action == "keep" and is_listed and not allow:
        what = (
            f"{in_words(tag)} is to be removed by PS3.15 Annex E, and 'keep' needs 'allow identifiers: true'."
        )
        raise BadRecipe(where, line, what)
    if action == "shift" and not is_listed:
        raise BadRecipe(where, line, f"{in_words(tag)} is no date that Annex E lists.")
    text = action.removeprefix("replace: ") if action.startswith("replace: ") else ""
    if not ((text.isascii() and len(text) <= 64 and text.isprintable()) or not text) or "\\" in text:
        raise BadRecipe(where, line, "the text of a replacement is at most 64 printable ASCII characters.")

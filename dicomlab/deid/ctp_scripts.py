"""Scripts of RSNA's CTP (DicomAnonymizer), read strictly, on top of the basic profile."""

from __future__ import annotations

import re
from xml.parsers import expat

from dicomlab.deid.deid_recipes import JITTERED, KEPT
from dicomlab.deid.reading import vr_of
from dicomlab.deid.recipe import Recipe, checked_exception
from dicomlab.deid.record import TAGS
from dicomlab.errors import BadRecipe

_PLAIN = {"@remove()": "remove", "@empty()": "empty", "@blank()": "empty", "@keep()": "keep", "": "empty"}
_HASHES = re.compile(
    r"@(hash|hashname|hashptid|hashuid|integer|lookup|encrypt|hashdate|incrementdate|modifydate|round)\("
)
_SHIFTS = ("hashdate", "incrementdate", "modifydate")
_REFUSED = ("lookup", "encrypt", "integer", "round")
_GROUPS = {
    "curves": "T",
    "overlays": "T",
    "privategroups": "T",
    "unspecifiedelements": "",
}
_HASHED = "Hashes, UIDs and pseudonyms are made with the key of the project, and not as CTP makes them."


def read_ctp_script(text: str, where: str, allow: bool) -> Recipe:
    """A recipe from a script of CTP.

    Args:
        text: The XML.
        where: Its path, for errors.
        allow: Whether it may keep what Annex E says is to be removed.

    Raises:
        BadRecipe: An element or a function is not understood, or keeps an identifier, with its line.

    >>> script = '<script><e en="T" t="00081030" n="StudyDescription">@remove()</e></script>'
    >>> read_ctp_script(script, "script.xml", False).tags
    ((528432, 'remove'),)
    """
    reader = _Reader(where, allow)
    reader.read(text)
    tags = tuple(sorted(reader.tags.items()))
    return Recipe(
        name="CTP script",
        dates="shift" if reader.is_shifting else "remove",
        texts="remove" if reader.is_strict else "keep",
        tags=tags,
        allows_identifiers=allow,
        notices=tuple(sorted(reader.notices)),
    )


class _Reader:
    """Takes the elements of a script one after the other."""

    def __init__(self, where: str, allow: bool):
        self.where, self.allow = where, allow
        self.tags: dict[int, str] = {}
        self.notices = {KEPT, _HASHED}
        self.is_shifting = self.is_strict = False
        self._parameters: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str], int]] = []
        self._text = ""

    def read(self, text: str) -> None:
        parser = expat.ParserCreate()
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        parser.StartDoctypeDeclHandler = self._entity
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            raise BadRecipe(self.where, error.lineno, "it is no XML.") from None

    def _entity(self, *_: object) -> None:
        self._refuse("a script has no document type and no entities.")

    def _refuse(self, what: str, line: int | None = None) -> None:
        raise BadRecipe(self.where, line or self._parser.CurrentLineNumber, what)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "script" if not self._open else len(self._open) > 1 or name not in ("p", "e", "k", "r"):
            self._refuse(f"an element <{name[:20]}> is not known here.")
        self._open.append((name, attributes, self._parser.CurrentLineNumber))
        self._text = ""

    def _characters(self, text: str) -> None:
        self._text += text

    def _end(self, name: str) -> None:
        _, attributes, line = self._open.pop()
        text, self._text = self._text.strip(), ""
        if name == "p":
            self._parameters[attributes.get("t", "")] = text
        elif name in ("e", "k", "r"):
            if attributes.get("en") not in ("T", "F"):
                self._refuse('en is "T" or "F".', line)
            {"e": self._element, "k": self._kept_group, "r": self._group}[name](attributes, text, line)

    def _kept_group(self, attributes: dict[str, str], text: str, line: int) -> None:
        if attributes["en"] == "T":
            self.notices.add("Groups that CTP keeps are cleaned by Annex E all the same.")

    def _group(self, attributes: dict[str, str], text: str, line: int) -> None:
        what, is_on = attributes.get("t", ""), attributes["en"] == "T"
        if what not in _GROUPS:
            self._refuse(f"groups '{what[:40]}' are not known.", line)
        if what == "unspecifiedelements":
            self.is_strict = is_on
            if is_on:
                self.notices.add(
                    "Of unspecified attributes those stay that are numbers or words of the standard."
                )
        elif not is_on:
            self.notices.add(f"{what} are removed, though the script does not remove them.")

    def _element(self, attributes: dict[str, str], text: str, line: int) -> None:
        if attributes["en"] == "F":
            return  # CTP leaves such an element to its other rules, and so does the profile
        digits = attributes.get("t", "").strip("()[]").replace(",", "")
        if not re.fullmatch("[0-9A-Fa-f]{8}", digits) or int(digits, 16) & 0x10000:
            self._refuse("t is the eight digits of a public tag.", line)
        tag = int(digits, 16)
        if tag in TAGS:
            self.notices.add(
                "PatientIdentityRemoved and DeidentificationMethod are written as they are true."
            )
            return
        action = self._action(tag, text, line)
        if action is not None:
            checked_exception(tag, action, self.where, line, allow=self.allow)
            self.tags[tag] = action

    def _action(self, tag: int, text: str, line: int) -> str | None:
        if text.startswith("@param("):
            name = text.removeprefix("@param(").rstrip(")").lstrip("@")
            if name not in self._parameters:
                self._refuse(f"there is no parameter '{name[:40]}'.", line)
            text = self._parameters[name]
        if text in _PLAIN:
            return _PLAIN[text]
        found = _HASHES.match(text)
        if found and found[1] not in _REFUSED:
            if found[1] in _SHIFTS:
                self.is_shifting = True
                self.notices.add(JITTERED.replace("JITTER", found[1]))
                return "shift"
            # The profile makes UIDs and the pseudonym of a patient by itself.
            return None if found[1] in ("hashuid", "hashptid") else "hash"
        if text.startswith("@"):
            self._refuse(f"the function {text.split('(')[0][:40]} is not offered.", line)
        if vr_of(tag) in ("DA", "TM", "DT", "UI", "SQ", "DS", "IS"):
            self._refuse("a text cannot take the place of a date, a UID, a number or a sequence.", line)
        return f"replace: {text}"

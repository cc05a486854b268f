"""What the standard says of an attribute: meaning, unit, where it stands, and whether it identifies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from dicomlab.tags._facts import ACTIONS, EDITION, MODULES

# Where PS3.3 has the modules that most objects are made of.
_SECTIONS = dict(
    pair.split("=")
    for pair in (
        "patient=C.7.1.1 clinical-trial-subject=C.7.1.3 general-study=C.7.2.1 patient-study=C.7.2.2 "
        "clinical-trial-study=C.7.2.3 general-series=C.7.3.1 clinical-trial-series=C.7.3.2 "
        "frame-of-reference=C.7.4.1 synchronization=C.7.4.2 general-equipment=C.7.5.1 "
        "enhanced-general-equipment=C.7.5.2 general-image=C.7.6.1 image-plane=C.7.6.2 image-pixel=C.7.6.3 "
        "contrast-bolus=C.7.6.4 cine=C.7.6.5 multi-frame=C.7.6.6 frame-pointers=C.7.6.7 mask=C.7.6.10 "
        "display-shutter=C.7.6.11 device=C.7.6.12 intervention=C.7.6.13 acquisition-context=C.7.6.14 "
        "multi-frame-functional-groups=C.7.6.16 multi-frame-dimension=C.7.6.17 specimen=C.7.6.22 "
        "palette-color-lookup-table=C.7.9 general-acquisition=C.7.10.1 cr-series=C.8.1.1 cr-image=C.8.1.2 "
        "ct-image=C.8.2.1 mr-image=C.8.3.1 nm-image-pixel=C.8.4.2 nm-multi-frame=C.8.4.8 nm-isotope=C.8.4.10 "
        "nm-detector=C.8.4.11 us-region-calibration=C.8.5.5 us-image=C.8.5.6 sc-equipment=C.8.6.1 "
        "sc-image=C.8.6.2 x-ray-image=C.8.7.1 x-ray-acquisition=C.8.7.2 x-ray-collimator=C.8.7.3 "
        "xa-positioner=C.8.7.5 x-ray-acquisition-dose=C.8.7.8 x-ray-generation=C.8.7.9 "
        "x-ray-filtration=C.8.7.10 x-ray-grid=C.8.7.11 rt-series=C.8.8.1 rt-image=C.8.8.2 rt-dose=C.8.8.3 "
        "structure-set=C.8.8.5 roi-contour=C.8.8.6 rt-general-plan=C.8.8.9 pet-series=C.8.9.1 "
        "pet-isotope=C.8.9.2 pet-image=C.8.9.4 dx-series=C.8.11.1 dx-anatomy-imaged=C.8.11.2 "
        "dx-image=C.8.11.3 dx-detector=C.8.11.4 dx-positioning=C.8.11.5 mammography-series=C.8.11.6 "
        "mammography-image=C.8.11.7 enhanced-mr-image=C.8.13.1 segmentation-image=C.8.20.2 "
        "overlay-plane=C.9.2 modality-lut=C.11.1 voi-lut=C.11.2 icc-profile=C.11.15 sop-common=C.12.1 "
        "common-instance-reference=C.12.2 sr-document-series=C.17.1 sr-document-general=C.17.2 "
        "sr-document-content=C.17.3"
    ).split()
)
_MOST = 3
"""Modules that are named for an attribute."""
_ACTION_WORDS = {
    "X": "remove",
    "Z": "empty, or a dummy",
    "D": "replace by a dummy",
    "U": "replace by another UID, everywhere the same",
}


@dataclass(frozen=True)
class Fact:
    """What is known of an attribute, whatever its value."""

    tag: int
    keyword: str
    name: str
    meaning: str
    unit: str
    where: str
    """Part, section and module of the standard."""
    is_retired: bool = False


def action_of(tag: int) -> str:
    """What the basic profile of PS3.15 Annex E does with an attribute: X, Z, D, U or both; or nothing.

    >>> action_of(0x00100010), action_of(0x00180050), action_of(0x00291010), action_of(0x50000005)
    ('Z', '', 'X', 'X')
    """
    group, element = tag >> 16, tag & 0xFFFF
    if group & 1:
        return "X"  # all private attributes
    if group >> 8 == 0x50 or (group >> 8 == 0x60 and element in (0x3000, 0x4000)):
        return "X"  # curves, overlay data and comments
    return _actions().get(tag, "")


def action_words(action: str) -> str:
    """An action as a sentence, with its source.

    >>> action_words("X/Z")
    'PS3.15 E.1 (2026d), basic profile, X/Z: remove; or empty, or a dummy.'
    """
    words = "; or ".join(_ACTION_WORDS[one.rstrip("*")] for one in action.split("/"))
    return f"PS3.15 E.1 ({EDITION}), basic profile, {action}: {words}."


@cache
def fact_of(tag: int) -> Fact:
    """What is known of a public attribute, or nothing but its tag.

    >>> fact_of(0x00180050).unit, fact_of(0x00180050).where
    ('mm', 'PS3.3 C.7.6.2 Image Plane; NM Reconstruction')
    """
    from pydicom.datadict import (
        dictionary_description,
        dictionary_has_tag,
        dictionary_is_retired,
        keyword_for_tag,
    )

    keyword = keyword_for_tag(tag)
    if not dictionary_has_tag(tag):
        return Fact(tag, "", "", "", "", "")
    name = dictionary_description(tag)
    meaning, unit = _meanings().get(keyword, ("", ""))
    return Fact(tag, keyword, name, meaning, unit, _where(tag, keyword), dictionary_is_retired(tag))


def _where(tag: int, keyword: str) -> str:
    if tag >> 16 == 0x0002:
        return "PS3.10 7.1 File Meta Information"
    modules = _modules().get(keyword, [])
    if not modules:
        return "PS3.6"
    return "PS3.3 " + "; ".join(f"{_SECTIONS.get(one, '')} {_words(one)}".strip() for one in modules[:_MOST])


def _words(module: str) -> str:
    """A module as the standard writes its name."""
    words = module.replace("x-ray", "x~ray").split("-")
    return " ".join(_CAPITALS.get(word, word.capitalize()) for word in words).replace("X~ray", "X-Ray")


_CAPITALS = {w: w.upper() for w in "ct mr us nm pet rt sop sr dx cr sc xa xrf vl voi lut icc roi".split()}


@cache
def _actions() -> dict[int, str]:
    return {
        int(tag, 16): action
        for action, tags in ACTIONS.items()
        for tag in tags.split()
        if all(letter in "0123456789ABCDEF" for letter in tag)
    }


@cache
def _modules() -> dict[str, list[str]]:
    """The modules of each attribute: those that are found by their section first, general ones before."""
    found: dict[str, list[str]] = {}
    for module, keywords in MODULES.items():
        for keyword in keywords.split():
            found.setdefault(keyword, []).append(module)
    order = {module: number for number, module in enumerate(_SECTIONS)}
    return {k: sorted(modules, key=lambda m: order.get(m, len(order))) for k, modules in found.items()}


@cache
def _meanings() -> dict[str, tuple[str, str]]:
    from dicomlab.schema.columns import default_columns

    return {c.name: (c.meaning, c.unit) for c in default_columns() if not c.steps}

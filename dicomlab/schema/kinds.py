"""Kinds of objects, and in which places of each the value of a column is looked for.

The resolver looks in all places of every file, whatever its kind; a kind says which of them its modules
and functional groups can have (PS3.3 annex A). docs/places.md is made of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from dicomlab.schema.columns import Column, Columns, Step
from dicomlab.schema.frames import MACROS, FrameColumn, Place, frame_columns
from dicomlab.schema.places import Elsewhere, elsewhere, frame_tops

_ANY = MACROS[: MACROS.index("MRImageFrameTypeSequence")]
_CONVERTED = MACROS[MACROS.index("UnassignedSharedConvertedAttributesSequence") :]
_XA = MACROS[MACROS.index("XAXRFFrameCharacteristicsSequence") : MACROS.index("USImageDescriptionSequence")]
_SLIDES = (
    *("PlanePositionSlideSequence", "OpticalPathIdentificationSequence", "SpecimenReferenceSequence"),
    "WholeSlideMicroscopyImageFrameTypeSequence",
)
_TOMO, _ENERGIES = "XRay3DAcquisitionSequence", "MultienergyCTAcquisitionSequence"


def _of(*prefixes: str) -> tuple[str, ...]:
    return tuple(name for name in MACROS if name.startswith(prefixes))


@dataclass(frozen=True)
class Kind:
    """A kind of object: its SOP classes below 1.2.840.10008.5.1.4.1.1, its functional groups, its sequences.

    `sequences` are those of acquisitions that may stand at the top of the file.
    """

    name: str
    classes: tuple[str, ...]
    macros: tuple[str, ...] = ()
    sequences: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind("classic", ("1", "1.1", "1.1.1", "1.2", "1.2.1", "4", "12.1", "12.2", "7")),
    Kind("classic CT", ("2",), sequences=(_ENERGIES,)),
    Kind(
        "enhanced MR",
        ("4.1", "4.3"),
        (*_ANY, *_of("MR"), *_CONVERTED),
        creators=("Philips MR Imaging DD 005",),
    ),
    Kind("spectroscopy", ("4.2",), (*_ANY, *_of("MR")), creators=("Philips MR Imaging DD 005",)),
    Kind("enhanced CT", ("2.1",), (*_ANY, *_of("CT")), (_ENERGIES,)),
    Kind("enhanced PET", ("130",), (*_ANY, *_of("PET"))),
    Kind("enhanced XA, XRF", ("12.1.1", "12.2.1"), (*_ANY, *_XA)),
    Kind("tomosynthesis, X-ray 3D", ("13.1.1", "13.1.2", "13.1.3"), (*_ANY, *_XA), (_TOMO,)),
    Kind("breast projection", ("13.1.4", "13.1.5"), (*_ANY, *_XA)),
    Kind("legacy converted", ("2.2", "4.4", "128.1"), (*_ANY, *_of("MR", "CT", "PET"), *_CONVERTED)),
    Kind("PET", ("128",)),
    Kind("NM", ("20",)),
    Kind("US", ("3.1", "6.1")),
    Kind("RT", ("481.1", "481.2", "481.3", "481.5")),
    Kind("WSI", ("77.1.6",), (*_ANY, *_SLIDES)),
)


def places_in(kind: Kind, columns: Columns | None = None) -> Iterator[tuple[str, list[str]]]:
    """Each column, and the places where it is looked for in objects of a kind, the first that counts first.

    A place is a path of keywords; `frame` before it says that it is in the functional groups of the
    frame, else in the shared ones.

    >>> dict(places_in(KINDS[8]))["Exposure"][1:]
    ['frame XRayAcquisitionDoseSequence > ExposureInmAs', 'Exposure', 'ExposureInmAs']
    """
    columns = columns or Columns()
    of_frames = {found.column.name: found for found in frame_columns(columns)}
    of_top = {found.column.name: found for found in elsewhere(columns)}
    tops = {column.name: column for column in frame_tops()}
    for name in dict.fromkeys([*columns.names, *of_frames]):
        column = columns[name] if name in columns else tops[name]
        yield name, [*_in_groups(kind, of_frames.get(name)), *_at_top(kind, column, of_top.get(name))]


def _in_groups(kind: Kind, found: FrameColumn | None) -> Iterator[str]:
    for places in found.ranks if found else ():
        for place in places:
            first = place.steps[0] if place.steps else None
            if first and (first.creator in kind.creators if first.creator else _word(first) in kind.macros):
                yield f"frame {_path(place)}"


def _at_top(kind: Kind, column: Column, found: Elsewhere | None) -> Iterator[str]:
    yield _path(column)
    for other in found.others if found else ():
        first = _word(other.steps[0]) if other.steps else ""
        if first not in (_TOMO, _ENERGIES) or first in kind.sequences:
            yield _path(other)


def _path(place: Place | Column) -> str:
    return " > ".join([*map(_word, place.steps), _keyword(place.tag)])


@cache
def _keyword(tag: int) -> str:
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag)


def _word(step: Step) -> str:
    if step.creator:
        return f'({step.tag >> 16:04X},xx{step.tag & 0xFF:02X},"{step.creator}")'
    return _keyword(step.tag)

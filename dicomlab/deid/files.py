"""One file de-identified: bytes in, bytes out, or the reason why it is withheld."""

from __future__ import annotations

import zlib
from collections import Counter
from typing import NamedTuple

from dicomlab.deid.base import PIXEL_DATA, PIXELS, Element, Parsed, Withheld
from dicomlab.deid.cleaning import Cleaning
from dicomlab.deid.codestreams import cleaned_fragments, refuse_unknown
from dicomlab.deid.keys import STANDARD_UIDS, Key
from dicomlab.deid.reading import parse
from dicomlab.deid.recipe import Recipe
from dicomlab.deid.record import TAGS, record
from dicomlab.deid.rules import BIRTH_DATE, PATIENT_ID, rules_of
from dicomlab.deid.shifting import OLDEST, years_between
from dicomlab.deid.writing import file_beginning, written

_CLASS, _INSTANCE, _STUDY, _SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
_STUDY_DATE, _BURNED_IN = 0x00080020, 0x00280301
_DEVICE = (0x00080070, 0x00081090, 0x00181000)
_STATION = 0x00081010
_REFUSED_CLASSES = {
    f"1.2.840.10008.5.1.4.1.1.{end}": "it is a document of another format, which is not looked into"
    for end in ("104.1", "104.2", "104.3", "104.4", "104.5")
} | {f"1.2.840.10008.5.1.4.1.1.77.1.{end}": "it is a video" for end in ("1.1", "2.1", "4.1")}
DIRECTORY = "1.2.840.10008.1.3.10"
IS_DIRECTORY = "it is a DICOMDIR, which names the files of the original"
_ROWS, _COLUMNS, _SAMPLES, _BITS, _FRAMES = 0x00280010, 0x00280011, 0x00280002, 0x00280100, 0x00280008
_PHOTOMETRIC = 0x00280004


class Cleaned(NamedTuple):
    """A file that was cleaned."""

    data: bytes
    patient: str
    study: str
    series: str
    instance: str
    counts: Counter[str]


def cleaned_file(data: bytes, recipe: Recipe, key: Key) -> Cleaned:
    """De-identify one file.

    Args:
        data: The whole file.
        recipe: What is done.
        key: The secret of the project.

    Returns:
        Cleaned: The new file with its new identifiers.

    Raises:
        Withheld: The file cannot be cleaned with certainty. The reason holds no value.
    """
    parsed = parse(data)
    top = {element.tag: element for element in parsed.elements}
    sop_class = _word(top, _CLASS)
    _refuse(top, sop_class, recipe, parsed)
    patient = _patient(top)
    days = _days(recipe, key, patient)
    machine = (
        b"\0".join(_bytes(top, tag) for tag in _DEVICE) if _bytes(top, _DEVICE[2]) else _bytes(top, _STATION)
    )
    cleaning = Cleaning(
        rules_of(recipe, sop_class),
        key,
        "P" + key.word("patient", patient, 13),
        "M" + key.word("machine", machine, 13) if machine else "",
        days,
    )
    elements = [e for e in parsed.elements if e.tag not in TAGS]
    kept = [_pixels(e, parsed, top) if e.tag in PIXELS else e for e in cleaning.cleaned(elements)]
    _drop_old_birth_date(kept, top)
    kept += record(recipe, parsed.how, parsed.elements)
    return _assembled(kept, parsed, cleaning)


def _refuse(top: dict[int, Element], sop_class: str, recipe: Recipe, parsed: Parsed) -> None:
    """Withhold what nobody can clean here. Raises Withheld."""
    if sop_class == DIRECTORY or (0x00041220 in top and _CLASS not in top):
        raise Withheld(IS_DIRECTORY)
    if sop_class and not sop_class.startswith(STANDARD_UIDS):
        raise Withheld("it is of a private class, of which nobody knows where identifiers lie")
    if sop_class in _REFUSED_CLASSES:
        raise Withheld(_REFUSED_CLASSES[sop_class])
    if recipe.burned_in == "withhold" and _word(top, _BURNED_IN) == "YES":
        raise Withheld("it says that annotations are burned into its pixels")
    if PIXELS & top.keys():
        refuse_unknown(parsed.syntax)


def _patient(top: dict[int, Element]) -> bytes:
    """What a patient is known by: the ID; or the study, where there is none."""
    patient = _bytes(top, PATIENT_ID).upper()
    if patient:
        return b"id\0" + patient
    study = _bytes(top, _STUDY)
    return b"study\0" + study if study else b"instance\0" + _bytes(top, _INSTANCE)


def _days(recipe: Recipe, key: Key, patient: bytes) -> int:
    who = b"all alike" if recipe.dates == "shift alike" else patient
    return key.days(who, recipe.shift_days, recipe.shift_step)


def _pixels(element: Element, parsed: Parsed, top: dict[int, Element]) -> Element:
    """Pixels without comments of the codestream, and without bytes that belong to no pixel."""
    if element.raw is None:
        return element
    start, stop = element.raw
    head = 8 if parsed.how.is_implicit else 12
    if parsed.data[start + head - 4 : start + head] == b"\xff\xff\xff\xff":
        old = parsed.data[start:stop]
        new = cleaned_fragments(old, head, parsed.syntax)
        return element if new == old else _Copied(element, new)
    size = _size_of_pixels(top, parsed)
    if element.tag == PIXEL_DATA and size is not None and size < stop - start - head:
        end = start + head + size
        if parsed.data[end:stop].strip(b"\0"):
            return _Copied(element, parsed.data[start:end] + bytes(stop - end))
    return element


class _Copied(Element):
    """An element whose bytes, with its head, are given as they are written."""

    __slots__ = ("whole",)

    def __init__(self, element: Element, whole: bytes):
        super().__init__(element.tag, element.vr, b"", (0, 0))
        self.whole = whole


def _size_of_pixels(top: dict[int, Element], parsed: Parsed) -> int | None:
    """How many bytes the pixels take; None where the header does not say it."""
    order = "big" if parsed.how.is_big else "little"
    numbers = []
    for tag in (_ROWS, _COLUMNS, _SAMPLES, _BITS):
        value = top[tag].value if tag in top else b""
        if len(value) != 2:
            return None
        numbers.append(int.from_bytes(value, order))  # type: ignore[arg-type]
    frames = _word(top, _FRAMES).split("\\")[0].strip() or "1"
    if not frames.isdecimal():
        return None
    rows, columns, samples, bits = numbers
    samples = 2 if _word(top, _PHOTOMETRIC) in ("YBR_FULL_422", "YBR_PARTIAL_422") else samples
    return (rows * columns * samples * bits * int(frames) + 7) // 8


def _drop_old_birth_date(kept: list[Element], top: dict[int, Element]) -> None:
    """A birth date that is kept or moved says the age; above 89 years it must not."""
    for number, element in enumerate(kept):
        if element.tag == BIRTH_DATE and element.value.strip(b" \0"):
            days = [
                _word(top, tag) for tag in (_STUDY_DATE, 0x00080021, 0x00080022, 0x00080023) if tag in top
            ]
            ages = [years_between(_word(top, BIRTH_DATE), day) for day in days]
            if not ages or any(age is None or age > OLDEST for age in ages):
                kept[number] = Element(BIRTH_DATE, "DA", b"")


def _assembled(kept: list[Element], parsed: Parsed, cleaning: Cleaning) -> Cleaned:
    new = {element.tag: element for element in kept}
    ids = [_word(new, tag) for tag in (_STUDY, _SERIES, _INSTANCE)]
    pixels = [element for element in kept if element.tag in PIXELS]
    others = [element for element in kept if element.tag not in PIXELS]
    header = b"".join(written(others, parsed.data, parsed.how))
    if cleaning.echoes.is_full:
        raise Withheld("it has more identifiers than can be searched for")
    if cleaning.echoes.are_in_bytes(header):
        raise Withheld("an identifier that was removed stands in a value that cannot be changed")
    last = b"".join(
        e.whole if isinstance(e, _Copied) else b"".join(written([e], parsed.data, parsed.how)) for e in pixels
    )
    body = header + last
    if parsed.is_deflated:
        packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = packing.compress(body) + packing.flush()
        body += b"\0" * (len(body) & 1)
    beginning = file_beginning(_word(new, _CLASS).encode(), ids[2].encode(), parsed.syntax)
    return Cleaned(beginning + body, cleaning.patient, ids[0], ids[1], ids[2], cleaning.counts)


def _bytes(top: dict[int, Element], tag: int) -> bytes:
    element = top.get(tag)
    return b"" if element is None or element.items is not None else element.value.strip(b" \0")


def _word(top: dict[int, Element], tag: int) -> str:
    return _bytes(top, tag).decode("latin-1")

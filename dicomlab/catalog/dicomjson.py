"""A header in the DICOM JSON model (PS3.18 Annex F), whatever its values are.

A value that is not what its VR says stands there as the text it is, where the model lets it, else
it is left out; either way a reason says so. Pixel data are not in a header, and not here.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.filewriter import correct_ambiguous_vr_element
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.valuerep import PersonName

from dicomlab.quiet_pydicom import quiet_pydicom

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Model = dict[str, dict[str, Any]]

_WHOLE = frozenset("IS SL SS SV UL US UV".split())
_DECIMAL = frozenset("DS FD FL".split())
_BYTES = {"OB": 1, "UN": 1, "OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}
"""Binary VRs, and of how many bytes a word of them is."""
_TEXT_ALLOWED = frozenset("DS IS SV UV".split())
"""Number or string, as Table F.2.3-1 has it."""
_CHARACTER_SET = "00080005"
_PARTS = ("Alphabetic", "Ideographic", "Phonetic")
_INTEGER = re.compile(r"[+-]?\d+")


@dataclass(frozen=True)
class Shortcoming:
    """A value that the model cannot hold as it is."""

    tag: str
    """Path of tags, with the numbers of items from 0, such as 00081140[0]00081155."""
    reason: str


@dataclass
class _Writer:
    """One header on its way into the model."""

    is_big_endian: bool
    found: list[Shortcoming] = field(default_factory=list)

    def model(self, ds: Dataset, above: str = "") -> Model:
        """The elements of a data set."""
        made: Model = {}
        for tag in sorted(ds.keys()):
            if tag.element == 0 or tag.group in (0, 2):  # group lengths, commands, and the file meta group
                continue
            path = f"{above}{_name(tag)}"
            try:
                made[_name(tag)] = self._entry(ds, tag, path)
            except Exception:  # noqa: BLE001 - whatever is wrong with one element, the others count
                self._add(path, "the element cannot be read")
        if _CHARACTER_SET in made:
            made[_CHARACTER_SET] = {"vr": "CS", "Value": ["ISO_IR 192"]}  # JSON is UTF-8
        return made

    def _entry(self, ds: Dataset, tag: BaseTag, path: str) -> dict[str, Any]:
        try:
            element = _resolved(ds[tag], ds, self.is_big_endian)
        except Exception:  # noqa: BLE001 - whatever is wrong with one value, the others count
            return self._raw(ds.get_item(tag), path)
        vr = str(element.VR)
        try:
            return self._of(element, vr, path)
        except Exception:  # noqa: BLE001
            self._add(path, f"the value cannot be written as {vr}")
            return {"vr": vr}

    def _of(self, element: DataElement, vr: str, path: str) -> dict[str, Any]:
        if vr == "SQ":
            items = [self.model(item, f"{path}[{n}]") for n, item in enumerate(element.value or ())]
            return {"vr": vr, "Value": items} if items else {"vr": vr}
        if vr in _BYTES:
            data = self._little_endian(bytes(element.value or b""), _BYTES[vr])
            return {"vr": vr, "InlineBinary": base64.b64encode(data).decode()} if data else {"vr": vr}
        values = list(self._values(element, vr, path))
        if vr == "PN":
            values = [value or None for value in values]
        return {"vr": vr, "Value": values} if any(value is not None for value in values) else {"vr": vr}

    def _values(self, element: DataElement, vr: str, path: str) -> Iterator[Any]:
        value = element.value
        for one in value if isinstance(value, MultiValue | list | tuple) else [value]:
            if one is None or (isinstance(one, str) and not one):
                yield None
            elif vr == "PN":
                yield _name_of(one)
            elif vr == "AT":
                yield f"{int(one):08X}"
            elif vr in _WHOLE or vr in _DECIMAL:
                yield self._number(one, vr, path)
            else:
                yield str(one)

    def _number(self, value: Any, vr: str, path: str) -> Any:
        text = str(getattr(value, "original_string", value)).strip()
        if vr in _WHOLE and _INTEGER.fullmatch(text):
            whole = int(text)
            # Readers in JavaScript round what is beyond; these two may be texts (PS3.18 F.2.3).
            return str(whole) if vr in ("SV", "UV") and abs(whole) >= 2**53 else whole
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number) and vr in _DECIMAL:
            return int(text) if _INTEGER.fullmatch(text) else number
        self._add(path, f"the value is no number that {vr} can hold")
        return text if vr in _TEXT_ALLOWED else None

    def _raw(self, raw: Any, path: str) -> dict[str, Any]:
        """What can be said of an element that pydicom does not take apart: its text, if it may be one."""
        vr = str(getattr(raw, "VR", None) or "UN")
        self._add(path, f"the value cannot be read as {vr}")
        data = raw.value if isinstance(raw, RawDataElement) else None
        if vr not in _TEXT_ALLOWED or not data:
            return {"vr": vr if len(vr) == 2 else "UN"}
        texts = [part.strip(" \0") or None for part in data.decode("latin-1").split("\\")]
        return {"vr": vr, "Value": [_as_number(text, vr) for text in texts]}

    def _little_endian(self, data: bytes, size: int) -> bytes:
        """Binary values are little endian in the model."""
        if not self.is_big_endian or size == 1 or len(data) % size:
            return data
        import numpy as np

        return np.frombuffer(data, f">u{size}").astype(f"<u{size}").tobytes()

    def _add(self, path: str, reason: str) -> None:
        self.found.append(Shortcoming(path, reason))


def json_model(header: Dataset) -> tuple[Model, list[Shortcoming]]:
    """A header as the DICOM JSON model has it, and what of it does not fit there."""
    syntax = getattr(header, "file_meta", None)
    with quiet_pydicom():  # it warns of odd values when they are read, and quotes them
        writer = _Writer(is_big_endian=str(getattr(syntax, "TransferSyntaxUID", "")) == "1.2.840.10008.1.2.2")
        return writer.model(header), writer.found


def _as_number(text: str | None, vr: str) -> Any:
    if text is None:
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return text
    return number if vr == "DS" and math.isfinite(number) else text


def _resolved(element: DataElement, ds: Dataset, is_big_endian: bool) -> DataElement:
    """The element with one VR, where implicit VR leaves two open."""
    if len(str(element.VR)) == 2:
        return element
    return cast(DataElement, correct_ambiguous_vr_element(element, ds, not is_big_endian))


def _name(tag: BaseTag) -> str:
    return f"{tag.group:04X}{tag.element:04X}"


def _name_of(value: Any) -> dict[str, str]:
    name = value if isinstance(value, PersonName) else PersonName(str(value))
    parts = (name.alphabetic, name.ideographic, name.phonetic)
    # Delimiters at the end may be left out (PS3.5 6.2.1), and readers compare.
    bare = (part.rstrip("^") for part in parts)
    return {word: part for word, part in zip(_PARTS, bare, strict=True) if part}

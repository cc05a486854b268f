"""Texts of pydicom's data sets, decoded as those of the tables are.

pydicom takes the character set at its word, so that UTF-8 in a file that names Latin-1, or letters that
follow another escape sequence, come out wrong. Here each text that is not plain ASCII is decoded
from its bytes by `charsets`. Padding goes as it does in the tables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dicomlab.header.charsets import ONE_TEXT_VRS, bare_text, decode, is_known

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

_CHARSET = 0x00080005
_PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
_TEXTS = frozenset("AE AS CS LO LT PN SH ST UC UI UR UT".split())
# Bytes that pydicom may make another text of than the tables have.
_NOT_PLAIN = re.compile(rb"[\x1b\x80-\xff]|(?:^|\\) |[ \0=]\\")


def charset_of(ds: Dataset, around: str = "") -> str:
    """SpecificCharacterSet as it stands in a data set; that of the item around where it says none.

    An empty one counts as none (PS3.5 7.5.3).
    """
    element = ds.get_item(_CHARSET)
    value: Any = getattr(element, "value", None)
    if isinstance(value, bytes):
        said = value.decode("ascii", "replace")
    elif isinstance(value, str) or value is None:
        said = value or ""
    else:
        said = "\\".join(str(term) for term in value)
    return said.strip(" \0") or around


def decoded_element(ds: Dataset, tag: int, charset: str) -> DataElement | None:
    """The element of a text that is not read yet and is not plain ASCII; None for any other.

    `charset` is what `charset_of` gives for the data set.
    """
    raw: Any = ds.get_item(tag)
    value = getattr(raw, "value", None)
    if not getattr(raw, "is_raw", False) or not isinstance(value, bytes) or not value:
        return None
    if _NOT_PLAIN.search(value) is None and is_known(charset):
        return None
    vr = vr_of(ds, raw)
    return element_of(int(raw.tag), vr, value, charset) if vr in _TEXTS else None


def element_of(tag: int, vr: str, raw: bytes, charset: str) -> DataElement:
    """An element with the texts that these bytes are."""
    from pydicom.dataelem import DataElement
    from pydicom.multival import MultiValue
    from pydicom.tag import Tag
    from pydicom.uid import UID
    from pydicom.valuerep import PersonName

    kind = {"PN": PersonName, "UI": UID}.get(vr, str)
    texts = texts_of(raw, vr, charset)
    value = kind(texts[0]) if len(texts) == 1 else MultiValue(kind, texts)
    return DataElement(Tag(tag), vr, value, already_converted=True)


def texts_of(raw: bytes, vr: str, charset: str) -> list[str]:
    """The texts that the bytes of one element are, without padding."""
    text, _ = decode(raw, charset, is_name=vr == "PN")
    parts = [text] if vr in ONE_TEXT_VRS else text.split("\\")
    return [bare_text(part, vr) for part in parts]


def vr_of(ds: Dataset, raw: Any) -> str:
    """The VR of an element that is not read yet, as pydicom finds it where the file does not say it."""
    from pydicom.hooks import hooks

    if raw.VR not in (None, "UN"):
        return str(raw.VR)
    found: dict[str, Any] = {}
    hooks.raw_element_vr(raw, found, ds=ds)
    return str(found["VR"])


def decode_texts(ds: Dataset, around: str = "") -> None:
    """Put decoded texts into a data set that was just read, and into all items of its sequences.

    What raises in pydicom stays as it is, so that it raises where somebody asks for it.

    >>> from pydicom import dcmread
    >>> from pydicom.data import get_testdata_file
    >>> ds = dcmread(get_testdata_file("CT_small.dcm", download=False))
    >>> decode_texts(ds)
    >>> str(ds.PatientName)
    'CompressedSamples^CT1'
    """
    charset = charset_of(ds, around)
    for tag in list(ds.keys()):
        if tag == _CHARSET or tag in _PIXELS:
            continue
        try:
            element = decoded_element(ds, tag, charset)
            if element is not None:
                ds[tag] = element
            elif _is_sequence(ds, tag):
                for item in ds[tag].value or ():
                    decode_texts(item, charset)
        except Exception:  # noqa: BLE001, S112 - whatever one element raises, the others count
            continue


def _is_sequence(ds: Dataset, tag: int) -> bool:
    element: Any = ds.get_item(tag)
    return (vr_of(ds, element) if getattr(element, "is_raw", False) else str(element.VR)) == "SQ"

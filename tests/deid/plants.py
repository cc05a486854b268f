"""Identifiers planted in every place of a file that can hold a text, each a word that stands nowhere else.

The places come from pydicom's dictionary, and not from the table that the engine reads.
"""

from __future__ import annotations

import io
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom import dcmread
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

TEXT_VRS = frozenset("AE CS LO LT PN SH ST UC UT UR".split())
_WORD = re.compile(rb"QX[A-Z2-7]{9}")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# What says how to read the file, or what it is: a word there makes it no file.
_LEFT = frozenset(
    (0x00080005, 0x00080016, 0x00280004, 0x00280002, 0x00080018, 0x0020000D, 0x0020000E, 0x00100020)
)
_AS_UNKNOWN = (0x00081048, 0x0010213F, 0x00321032, 0x00401400)


@dataclass(frozen=True)
class Plant:
    """A word, where it stands, and whether the basic profile says that it must go."""

    word: str
    where: str
    must_go: bool


class Planter:
    """Makes words and keeps where they were planted."""

    def __init__(self, seed: int = 1):
        self._random = random.Random(seed)
        self.plants: list[Plant] = []

    def word(self, where: str, *, must_go: bool = True) -> str:
        """A new word for a place."""
        word = "QX" + "".join(self._random.choices(_LETTERS, k=9))
        self.plants.append(Plant(word, where, must_go))
        return word


def planted_dataset(base: Dataset, planter: Planter, listed: frozenset[int]) -> Dataset:
    """A data set with a word in each text of the dictionary, at the top and in items, and in private ones."""
    ds = Dataset()
    ds.update(base)
    for depth, holder in _holders(ds):
        for tag, row in DicomDictionary.items():
            group = tag >> 16
            if group < 8 or tag in _LEFT or tag in _AS_UNKNOWN or tag in holder or row[0] not in TEXT_VRS:
                continue
            word = planter.word(
                f"{depth} {tag:08X} {row[0]}", must_go=tag in listed or row[0] in ("PN", "UR", "AE")
            )
            holder.add(DataElement(tag, row[0], word))
        _letters_in_numbers(holder, planter, depth)
        _private(holder, planter, depth)
    _groups(ds, planter)
    _unknown(ds, planter, listed)
    return ds


def _holders(ds: Dataset) -> Iterator[tuple[str, Dataset]]:
    """The data set, an item of a sequence that is kept, and one four levels down."""
    inner = Dataset()
    ds.DerivationCodeSequence = Sequence([inner])
    deep = inner
    for _ in range(3):
        below = Dataset()
        deep.PurposeOfReferenceCodeSequence = Sequence([below])
        deep = below
    yield "top", ds
    yield "item", inner
    yield "deep", deep


def _letters_in_numbers(ds: Dataset, planter: Planter, depth: str) -> None:
    """Words where numbers, ages, dates and UIDs belong."""
    for tag in (
        0x00181151,
        0x00200013,
        0x00101010,
        0x00080022,
        0x0008002A,
        0x00080032,
        0x00281052,
        0x00080117,
    ):
        vr = DicomDictionary[tag][0]
        element = DataElement(tag, "LO", planter.word(f"{depth} {tag:08X} letters in {vr}"))
        element.VR = vr
        ds[tag] = _raw(tag, vr, str(element.value))


def _raw(tag: int, vr: str, text: str) -> DataElement:
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    value = text.encode() + b" " * (len(text) & 1)
    return RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)  # type: ignore[return-value]


def _private(ds: Dataset, planter: Planter, depth: str) -> None:
    block = ds.private_block(0x0029, planter.word(f"{depth} private creator"), create=True)
    for number, vr in enumerate(("LO", "UT", "PN", "UN", "OB"), start=1):
        word = planter.word(f"{depth} private {vr}")
        block.add_new(number, vr, word.encode() + b" " if vr in ("UN", "OB") else word)
    item = Dataset()
    item.PatientName = planter.word(f"{depth} private item")
    block.add_new(9, "SQ", [item])
    safe = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    safe.add_new(0x0D, "CS", planter.word(f"{depth} safe private"))


def _groups(ds: Dataset, planter: Planter) -> None:
    for group in (0x6000, 0x6002, 0x601E):
        ds.add_new((group, 0x0022), "LO", planter.word(f"overlay description {group:04X}"))
        ds.add_new((group, 0x3000), "OB", planter.word(f"overlay data {group:04X}").encode() + b" ")
        ds.add_new((group, 0x4000), "LT", planter.word(f"overlay comments {group:04X}"))
    for group in (0x5000, 0x5002):
        ds.add_new((group, 0x0022), "LO", planter.word(f"curve description {group:04X}"))
        ds.add_new((group, 0x3000), "OB", planter.word(f"curve data {group:04X}").encode() + b" ")
    ds.add_new(0xFFFCFFFC, "OB", planter.word("padding").encode() + b" ")
    ds.add_new(0x00420011, "OB", planter.word("encapsulated document").encode() + b" ")
    ds.add_new(0x00171001, "UN", planter.word("private without creator").encode() + b" ")


def _unknown(ds: Dataset, planter: Planter, listed: frozenset[int]) -> None:
    """Public attributes as UN: texts, and a sequence in little endian without VRs."""
    for tag in _AS_UNKNOWN:
        word = planter.word(f"UN {tag:08X}", must_go=tag in listed)
        ds[tag] = _raw(tag, "UN", word)
    inner = Dataset()
    inner.PatientName = planter.word("UN sequence name")
    inner.PatientComments = planter.word("UN sequence text")
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, True
    write_dataset(out, inner)
    item = b"\xfe\xff\x00\xe0" + len(out.getvalue()).to_bytes(4, "little") + out.getvalue()
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    tag = 0x00081250  # Related Series Sequence
    ds[tag] = RawDataElement(Tag(tag), "UN", len(item), item, 0, False, True)  # type: ignore[assignment]


def report(planter: Planter) -> Dataset:
    """The content of a structured report, with words in texts and names at depth 1 and 3, and numbers."""

    def item(kind: str, code: str, **values: object) -> Dataset:
        ds = Dataset()
        ds.RelationshipType, ds.ValueType = "CONTAINS", kind
        concept = Dataset()
        concept.CodeValue, concept.CodingSchemeDesignator, concept.CodeMeaning = code, "DCM", "Concept"
        ds.ConceptNameCodeSequence = Sequence([concept])
        for name, value in values.items():
            setattr(ds, name, value)
        return ds

    def numbers(code: str) -> Dataset:
        unit, measured = Dataset(), Dataset()
        unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "mGy", "UCUM", "mGy"
        measured.MeasurementUnitsCodeSequence, measured.NumericValue = Sequence([unit]), "12.5"
        return item("NUM", code, MeasuredValueSequence=Sequence([measured]))

    def texts(depth: str) -> list[Dataset]:
        return [
            item("TEXT", "121106", TextValue=planter.word(f"report comment {depth}")),
            item("TEXT", "999999", TextValue=planter.word(f"report unlisted text {depth}")),
            item("PNAME", "121008", PersonName=planter.word(f"report observer {depth}")),
            item("PNAME", "999998", PersonName=planter.word(f"report unlisted name {depth}")),
            item("TEXT", "113880", TextValue=planter.word(f"report serial number {depth}")),
            numbers("113830"),
        ]

    deep = item("CONTAINER", "113819", ContentSequence=Sequence(texts("deep")))
    middle = item("CONTAINER", "113811", ContentSequence=Sequence([deep, numbers("113812")]))
    observer = Dataset()
    observer.VerifyingObserverName = planter.word("verifying observer")
    observer.VerifyingOrganization = planter.word("verifying organization")
    ds = Dataset()
    ds.ValueType = "CONTAINER"
    ds.VerifyingObserverSequence = Sequence([observer])
    # A removed item with numbers below it: they stay.
    removed = item("TEXT", "121106", TextValue=planter.word("comment with numbers below"))
    removed.ContentSequence = Sequence([numbers("113830")])
    ds.ContentSequence = Sequence([*texts("top"), middle, removed])
    return ds


def as_file(ds: Dataset, syntax: str, planter: Planter, *, sop_class: str) -> bytes:
    """A Part 10 file with words in its preamble and its file meta information."""
    ds.SOPClassUID = sop_class
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, ds.SOPInstanceUID
    meta.SourceApplicationEntityTitle = planter.word("file meta AE")
    meta.PrivateInformationCreatorUID = "1.2.3.4.5"
    meta.PrivateInformation = planter.word("file meta private").encode() + b" "
    ds.file_meta = meta
    ds.preamble = planter.word("preamble").encode().ljust(128, b"\0")
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=False)
    return out.getvalue()


def _end_of_meta(data: bytes) -> int:
    from pydicom.filereader import _read_file_meta_info

    file = io.BytesIO(data)
    file.seek(132)
    _read_file_meta_info(file)
    return file.tell()


def left(data: bytes, plants: list[Plant]) -> list[Plant]:
    """The plants whose word is found in a file, inflated too, in capitals or not, or as UTF-16."""
    everything = data.upper()
    ds = dcmread(io.BytesIO(data), stop_before_pixels=True)
    if ds.file_meta.TransferSyntaxUID.is_deflated:
        everything += zlib.decompress(data[_end_of_meta(data) :], -zlib.MAX_WBITS).upper()
    # Text in two bytes a letter is the same without its zeros.
    found = set(_WORD.findall(everything)) | set(_WORD.findall(everything.replace(b"\0", b"")))
    return [plant for plant in plants if plant.word.encode() in found]


SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": "1.2.840.10008.1.2.1.99",
}

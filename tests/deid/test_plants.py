"""No word that was planted in a file is left in what becomes of it."""

from __future__ import annotations

import io

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from dicomlab.deid.files import cleaned_file
from dicomlab.deid.keys import Key
from dicomlab.deid.profile import attribute_rules
from dicomlab.deid.recipe import Recipe
from tests.deid.plants import SYNTAXES, Planter, as_file, left, planted_dataset, report

# pydicom says of planted words that they are no UIDs and dates, which is why they are planted.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
KEY = Key(b"k" * 32)
MR, SR = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.88.67"


def base() -> Dataset:
    ds = Dataset()
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = "1.2.3.1", "1.2.3.1.1", "1.2.3.1.1.1"
    ds.PatientID, ds.Modality = "ID-0815", "MR"
    return ds


def planted(syntax: str, sop_class: str = MR) -> tuple[bytes, Planter]:
    planter = Planter()
    ds = planted_dataset(base(), planter, frozenset(attribute_rules()))
    return as_file(ds, SYNTAXES[syntax], planter, sop_class=sop_class), planter


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_the_basic_profile_leaves_nothing_that_must_go(syntax):
    data, planter = planted(syntax)
    assert len(left(data, planter.plants)) == len(planter.plants) > 2000
    cleaned = cleaned_file(data, Recipe.load("basic"), KEY)
    assert [p for p in left(cleaned.data, planter.plants) if p.must_go] == []


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_strict_recipe_leaves_nothing_at_all(syntax):
    data, planter = planted(syntax)
    cleaned = cleaned_file(data, Recipe.load("strict"), KEY)
    assert left(cleaned.data, planter.plants) == []


@pytest.mark.parametrize("name", ["basic", "strict", "equipment QC"])
def test_reports_lose_texts_and_names_and_keep_numbers(name):
    planter = Planter()
    ds = base()
    ds.update(report(planter))
    data = as_file(ds, SYNTAXES["explicit"], planter, sop_class=SR)
    cleaned = cleaned_file(data, Recipe.load(name), KEY)
    assert left(cleaned.data, planter.plants) == []
    before, after = (dcmread(io.BytesIO(d)) for d in (data, cleaned.data))
    numbers = [[e.value for e in ds.iterall() if e.keyword == "NumericValue"] for ds in (before, after)]
    assert numbers[0] == numbers[1]
    assert len(numbers[1]) == 4


def test_safe_private_elements_stay_under_their_option_and_no_others():
    ds = base()
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x0F, "LO", "QXSECRET99")
    ds.private_block(0x0029, "QXCREATOR9", create=True).add_new(1, "IS", "5")
    data = as_file(ds, SYNTAXES["explicit"], Planter(), sop_class=MR)
    kept = cleaned_file(data, Recipe.load("basic").with_options("retain safe private"), KEY).data
    assert b"QXSECRET99" not in kept
    assert b"QXCREATOR9" not in kept
    block = dcmread(io.BytesIO(kept)).private_block(0x0019, "SIEMENS MR HEADER")
    assert block[0x0C].value == 1000
    assert b"SIEMENS" not in cleaned_file(data, Recipe.load("basic"), KEY).data


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("Manufacturer", "Scanner of Quibbledon"),
        ("ConvolutionKernel", "ID-0815"),
        ("SoftwareVersions", "built 2024-03-01"),
        ("SoftwareVersions", "20240301"),
        ("SoftwareVersions", "1. Mar 2024"),
        ("ManufacturerModelName", "1.2.3.1.1.1.44.55"),
        ("Manufacturer", "quibbledon"),
    ],
)
def test_what_was_removed_is_found_in_kept_texts(keyword, text):
    ds = base()
    ds.PatientName, ds.StudyDate = "Quibbledon^Ann", "20240301"
    setattr(ds, keyword, text)
    data = as_file(ds, SYNTAXES["explicit"], Planter(), sop_class=MR)
    after = dcmread(io.BytesIO(cleaned_file(data, Recipe.load("basic"), KEY).data))
    assert after[keyword].value == "REMOVED"


@pytest.mark.parametrize("text", ["syngo MR E11", "v1.2.3", "Annual 20 40", "ID-08156"])
def test_texts_that_repeat_nothing_stay(text):
    ds = base()
    ds.PatientName, ds.StudyDate, ds.Manufacturer = "Quibbledon^Ann", "20240301", text
    data = as_file(ds, SYNTAXES["explicit"], Planter(), sop_class=MR)
    after = dcmread(io.BytesIO(cleaned_file(data, Recipe.load("basic"), KEY).data))
    assert after.Manufacturer == ("REMOVED" if text.startswith("ID") else text)


def test_a_defined_term_is_no_name():
    ds = base()
    ds.PatientName, ds.ImageType, ds.Modality = "Secondary^Axial", ["DERIVED", "SECONDARY"], "MR"
    data = as_file(ds, SYNTAXES["explicit"], Planter(), sop_class=MR)
    after = dcmread(io.BytesIO(cleaned_file(data, Recipe.load("basic"), KEY).data))
    assert list(after.ImageType) == ["DERIVED", "SECONDARY"]


def test_sequences_as_unknown_of_big_endian_files_are_cleaned_in_either_byte_order():
    import struct

    for order in "<>":
        ds = base()
        data = as_file(ds, SYNTAXES["big endian"], Planter(), sop_class=MR)
        name = b"QXINSIDE00"
        inner = struct.pack(order + "HHI", 0x10, 0x10, len(name)) + name
        item = struct.pack(order + "HHI", 0xFFFE, 0xE000, len(inner)) + inner
        element = struct.pack(">HH2sHI", 0x8, 0x1250, b"UN", 0, len(item)) + item
        at = data.index(struct.pack(">HH", 0x10, 0x20))
        cleaned = cleaned_file(data[:at] + element + data[at:], Recipe.load("basic"), KEY)
        assert name not in cleaned.data


def test_a_file_that_is_not_written_as_its_syntax_says_gets_the_true_one():
    from pydicom.uid import ImplicitVRLittleEndian

    from tests.deid.plants import SYNTAXES as known

    data = as_file(base(), known["implicit"], Planter(), sop_class=MR)
    at = data.index(b"\x02\0\x10\0UI\x12\0") + 8
    wrong = data[: at - 2] + b"\x14\0" + b"1.2.840.10008.1.2.1\0" + data[at + 18 :]
    cleaned = dcmread(io.BytesIO(cleaned_file(wrong, Recipe.load("basic"), KEY).data))
    assert cleaned.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
    assert cleaned.Modality == "MR"

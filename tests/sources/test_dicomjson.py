"""DICOM JSON becomes the header that the file has."""

from __future__ import annotations

import base64
import json
from io import BytesIO

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import ImplicitVRLittleEndian

from dicomlab.header.engine import HeaderReader
from dicomlab.sources.dicomjson import header_of
from dicomlab.sources.dicomweb import InstanceHead
from tests.build import dataset
from tests.conftest import pydicom_files


def element(vr: str, *values: object) -> dict:
    return {"vr": vr, "Value": list(values)}


def read(header: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(BytesIO(header))


def written(tag: str, given: dict) -> object:
    ds = read(header_of({"00080018": element("UI", "1.2"), tag: given}))
    return ds[int(tag, 16)].value if int(tag, 16) in ds else None


@pytest.mark.parametrize(
    ("tag", "given", "value"),
    [
        ("00080008", element("CS", "ORIGINAL", "PRIMARY"), ["ORIGINAL", "PRIMARY"]),
        ("00080060", {"vr": "CS"}, ""),
        ("00180060", element("DS", 120), 120),
        ("00180060", element("DS", "120.50"), "120.50"),
        ("00280030", element("DS", 0.80000000000000004, 1.5), [0.8, 1.5]),
        ("00200013", element("IS", 7.0), 7),
        ("00280010", element("US", 512), 512),
        ("00280106", element("SS", -3), -3),
        ("00089007", element("CS", "A", None, "C"), ["A", "", "C"]),
        ("00181604", element("IS", 1, 2), [1, 2]),
        ("00189073", element("FD", 1e-300), 1e-300),
        ("00280009", element("AT", "00181063"), 0x00181063),
        ("00324000", element("LT", "one\\two"), "one\\two"),
        ("00041220", element("SQ"), None),
        ("7FE00010", {"vr": "OW", "InlineBinary": base64.b64encode(b"1234").decode()}, None),
        ("00281201", {"vr": "OW", "InlineBinary": base64.b64encode(b"1234").decode()}, b"1234"),
        ("00281201", {"vr": "OW", "BulkDataURI": "https://host/bulk"}, None),
        ("00281201", {"vr": "OW", "InlineBinary": "no base64!"}, None),
        ("00280010", element("US", 1.5), None),
        ("00280010", element("US", 70000), None),
        ("00280010", element("US", "many"), None),
        ("00280010", {"vr": "US", "Value": 5}, None),
        ("00080060", element("CS", {"odd": 1}), None),
        ("00080060", element("CS", "\ud800"), None),
        ("00081190", element("UR", "https://host/"), None),
        ("00081140", element("SQ", ["no item"]), None),
    ],
)
def test_a_value_is_written_as_its_vr_says_or_left_out(tag, given, value):
    assert written(tag, given) == value


def test_numbers_beyond_2_53_are_exact_as_numbers_and_as_texts():
    for value in (2**53 - 1, 2**53 + 1, 2**64 - 1):
        assert written("0008040D", element("UV", value)) == value
        assert written("0008040D", element("UV", str(value))) == value
    assert written("00720082", element("SV", str(-(2**63)))) == -(2**63)


def test_names_keep_their_parts_and_texts_say_that_they_are_utf8():
    name = {"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}
    inner = {"00080005": element("CS", "ISO_IR 100"), "00080104": element("LO", "größer")}
    ds = read(
        header_of(
            {
                "00080005": element("CS", "ISO 2022 IR 87"),
                "00100010": element("PN", name),
                "00081032": element("SQ", inner),
            }
        )
    )
    assert ds.PatientName.ideographic == "山田^太郎"
    assert ds.PatientName.phonetic == "やまだ^たろう"
    assert ds.SpecificCharacterSet == "ISO_IR 192"
    assert ds.ProcedureCodeSequence[0].CodeMeaning == "größer"
    assert read(header_of({"00080005": element("CS", "ISO_IR 100")})).SpecificCharacterSet == "ISO_IR 100"


@pytest.mark.parametrize(
    ("said", "syntax"),
    [
        ({"00083002": element("UI", "1.2.840.10008.1.2.4.90")}, "1.2.840.10008.1.2.4.90"),
        ({"00020010": element("UI", "1.2.840.10008.1.2.4.50")}, "1.2.840.10008.1.2.4.50"),
        ({"00083002": element("UI", ImplicitVRLittleEndian)}, "1.2.840.10008.1.2"),
        ({"00083002": element("UI", "1.2.840.10008.1.2.2")}, None),
        ({"00083002": element("UI", "1.2.840.10008.1.2.1.99")}, None),
        ({}, None),
    ],
)
def test_the_transfer_syntax_is_what_the_server_says(said, syntax):
    instance = {
        "00080016": element("UI", "1.2"),
        "00080018": element("UI", "1.2"),
        "00081140": element("SQ", {"00081155": element("UI", "1.5")}),
        "00180060": element("DS", 120),
    }
    header = header_of(instance | said)
    for use_kernel in (True, False):
        (batch,) = HeaderReader(use_kernel=use_kernel).read_heads([InstanceHead(header)])
        row = batch.table.to_pylist()[0]
        assert batch.status.tolist() == ["read"]
        assert row["TransferSyntaxUID"] == syntax
        assert row["KVP"] == 120
        assert not batch.is_alone.any()


def test_what_is_no_instance_is_refused():
    with pytest.raises(ValueError, match="an instance is an object"):
        header_of(["no", "object"])
    with pytest.raises(ValueError, match="an instance is an object"):
        header_of("text")


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_TAG = st.sampled_from(["00080060", "00281201", "00081140", "00020010", "0008005", "zzzz0010", "00100010"])
_ELEMENT = st.fixed_dictionaries(
    {"vr": st.sampled_from(["CS", "SQ", "PN", "US", "AT", "OW", "FD", "XX"]) | _JSON},
    optional={"Value": st.lists(_JSON, max_size=3) | _JSON, "InlineBinary": _JSON},
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(_TAG, _ELEMENT | _JSON, max_size=4))
def test_whatever_a_server_says_becomes_a_header_that_is_read(instance):
    header = header_of(instance)
    if len(header) == 132:
        return
    (batch,) = HeaderReader().read_heads([InstanceHead(header)])
    assert batch.status.tolist() == ["read"]


_PLAIN = ("LO", "CS", "UI", "US", "SH", "DA", "FD", "SL")


@pytest.mark.slow
def test_the_files_that_pydicom_ships_give_the_header_they_have(quiet):
    """Files in memory by way of pydicom's own JSON, beside what the reader makes of the files."""
    seen = compared = 0
    for path in pydicom_files():
        try:
            ds = pydicom.dcmread(path, stop_before_pixels=True)
            said = json.loads(ds.to_json(suppress_invalid_tags=True))
        except Exception:
            continue
        if not ds.get("SOPInstanceUID") or ds.file_meta.get("TransferSyntaxUID") is None:
            continue
        again = read(header_of(said))
        for theirs in ds:
            is_plain = theirs.VR in _PLAIN and theirs.keyword not in ("", "SpecificCharacterSet")
            if is_plain and theirs.value and theirs.tag in again:
                assert again[theirs.tag].value == theirs.value, (path, theirs.tag)
                compared += 1
        seen += 1
    assert seen > 60
    assert compared > 20 * seen


def test_an_element_too_long_for_its_vr_is_kept_as_unknown():
    long = ["x" * 60] * 2000
    ds = read(header_of({"00080018": element("UI", "1.2"), "00081030": element("LO", *long)}))
    assert ds["StudyDescription"].VR in ("UN", "LO")
    assert dataset().SOPInstanceUID == "1.2.3"

"""Protocol: made of series, of headers, of tables; kept as a file."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from dicomlab.errors import MissingColumn, NothingToJudge
from dicomlab.header.engine import read_header
from dicomlab.protocols.engine import check_protocol
from dicomlab.protocols.reference import Acquisition, BadReference, NotUnderstood, Protocol
from dicomlab.protocols.rules import BadRule, Between, ContainsAny, Exact, OneOf, Present, Within
from tests.build import dataset, write
from tests.protocols.tables import series


def test_a_file_gives_back_what_was_saved(tmp_path):
    rules = (
        Within("EchoTime", 30, absolute=0.1, unit="ms", note="ξ", citation="doi:1"),
        Exact("PixelSpacing", (0.5, 0.7), unit="mm"),
        OneOf("KVP", (100, 120), severity="warning"),
    )
    kept = Protocol(
        'a "name"',
        (Acquisition("t1 / <b>", rules, {"Modality": ("MR",)}, "note"),),
        version="2",
        description="d",
    )
    left = Protocol("x", (), not_understood=(NotUnderstood("a", "rule b", "code"),))
    for one in (kept, left):
        assert Protocol.load(one.save(tmp_path / "deep" / "p.json")) == one
    said = json.loads((tmp_path / "deep" / "p.json").read_text(encoding="utf-8"))
    assert (said["format"], said["schema"]) == ("dicomlab protocol", 1)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["p.json"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it is not JSON: line 1, column 1"),
        ("[1]", "it is no JSON object"),
        ('{"name": "x"}', "neither of dicomlab nor of dicompare"),
        ('{"format": "dicomlab protocol", "schema": 2, "acquisitions": []}', "newer dicomlab.*Update"),
        ('{"format": "dicomlab protocol", "schema": 1}', "no list of acquisitions"),
        ('{"format": "dicomlab protocol", "schema": 1, "acquisitions": [{"name": "a"}]}', "no list of rules"),
        (
            '{"format": "dicomlab protocol", "schema": 1, "acquisitions": [{"applies_to": 3, "rules": []}]}',
            "`applies_to` is no object",
        ),
        ('{"acquisitions": {"a": 3}}', "an acquisition of it is no JSON object"),
        ("[" * 100_000, "it is nested deeper than 64 levels"),
    ],
)
def test_a_file_that_is_no_reference_says_why(tmp_path, text, sentence):
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(BadReference, match=sentence):
        Protocol.load(path)


def test_a_file_that_is_not_there_or_no_text_says_so(tmp_path):
    with pytest.raises(BadReference, match="there is no such file"):
        Protocol.load(tmp_path / "none.json")
    (tmp_path / "p.json").write_bytes(b"\xff\xfe\x00DICM")
    with pytest.raises(BadReference, match="it is not text in UTF-8"):
        Protocol.load(tmp_path / "p.json")


def test_series_become_acquisitions_with_tolerances_and_units():
    table = pd.concat([series(1, EchoTime=3.0), series(1, name="t2", EchoTime=90.0)], ignore_index=True)
    agreed = Protocol.from_series(table, table["SeriesInstanceUID"].tolist(), name="study")
    assert [one.name for one in agreed.acquisitions] == ["t1", "t2"]
    assert agreed.acquisitions[0].rules == (
        Within("EchoTime", 3.0, absolute=0.03, relative=0.005, unit="ms"),
    )
    assert agreed.acquisitions[0].applies_to == {"Modality": ("MR",), "protocol": ("t1",)}
    assert Protocol.from_series(table, by_name=False).acquisitions[1].applies_to == {"Modality": ("MR",)}
    assert check_protocol(table, agreed).series["verdict"].eq("complies").all()


def test_series_that_say_the_same_are_one_acquisition_and_names_are_told_apart():
    table = pd.concat([series(2, EchoTime=3.0), series(1, EchoTime=90.0)], ignore_index=True)
    assert [one.name for one in Protocol.from_series(table).acquisitions] == ["t1", "t1 (2)"]


def test_a_series_that_is_not_there_or_no_original_is_refused():
    with pytest.raises(NothingToJudge, match="not among the original series"):
        Protocol.from_series(series(1), "1.2.3")
    with pytest.raises(NothingToJudge, match="no original series"):
        Protocol.from_series(series(1, ImageType=[["DERIVED", "SECONDARY"]]))
    with pytest.raises(MissingColumn, match="'EchoTimes'"):
        Protocol.from_series(series(1, EchoTime=3.0), fields=["EchoTimes"])


def test_one_file_is_a_reference_too(tmp_path):
    ds = dataset(Modality="CT", ProtocolName="Thorax", KVP="120", ConvolutionKernel="B70f", PatientName="A^B")
    agreed = Protocol.from_header(read_header(write(ds, tmp_path / "ct.dcm")))
    assert [rule.expected for rule in agreed.acquisitions[0].rules] == ["120 kV ± 0.5 kV", "B70f"]
    assert "A^B" not in json.dumps(agreed.to_dict())


def test_a_table_of_rules_is_a_reference(tmp_path):
    path = tmp_path / "rules.csv"
    path.write_text(
        "acquisition,field,rule,value,absolute,low,high,values,parts,unit,severity,note,applies_to.protocol\n"
        't1,EchoTime,,3,0.1,,,,,ms,,"short, as ever",t1|t1 new\n'
        "t1,PixelSpacing,exact,1\\1,,,,,,mm,,,\n"
        "t1,FlipAngle,,,,7,9,,,deg,warning,,\n"
        "t1,ConvolutionKernel,,,,,,B30f|B31f,,,,,\n"
        "t1,ImageType,,,,,,,M|FFE,,,,\n"
        "t1,ReceiveCoilName,,,,,,,,,,,\n"
    )
    agreed = Protocol.from_table(path)
    (one,) = agreed.acquisitions
    assert one.applies_to == {"protocol": ("t1", "t1 new")}
    assert one.rules == (
        Within("EchoTime", 3, absolute=0.1, unit="ms", note="short, as ever"),
        Exact("PixelSpacing", (1, 1), unit="mm"),
        Between("FlipAngle", low=7, high=9, unit="deg", severity="warning"),
        OneOf("ConvolutionKernel", ("B30f", "B31f")),
        ContainsAny("ImageType", ("M", "FFE")),
        Present("ReceiveCoilName"),
    )
    assert Protocol.from_table(pd.read_csv(path, dtype="str")) == agreed


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        ("field\nKVP\n", MissingColumn, "'acquisition'"),
        ("acquisition,field\n", BadReference, "it has no rows"),
        ("acquisition,field,absolute,value\na,KVP,about 3,120\n", BadRule, "'absolute' is no number"),
        ("acquisition,field,rule\na,KVP,roughly\n", BadRule, "its kind is not known"),
    ],
)
def test_a_table_that_is_no_reference_says_why(tmp_path, text, error, sentence):
    path = tmp_path / "rules.csv"
    path.write_text(text)
    with pytest.raises(error, match=sentence):
        Protocol.from_table(path)
    with pytest.raises(BadReference, match="there is no such file"):
        Protocol.from_table(tmp_path / "none.csv")


def test_the_majority_is_a_reference():
    table = series(10, EchoTime=[3.0] * 9 + [90.0])
    agreed = Protocol.from_majority(table, name="fleet")
    assert agreed.name == "fleet"
    assert check_protocol(table, agreed).series["verdict"].tolist() == ["complies"] * 9 + ["deviates"]


def test_rules_can_be_left_out():
    agreed = Protocol.from_series(series(1, EchoTime=3.0, FlipAngle=8.0))
    assert [rule.field for rule in agreed.without("EchoTime").acquisitions[0].rules] == ["FlipAngle"]
    assert repr(agreed) == "<Protocol: 1 acquisitions, 2 rules>"

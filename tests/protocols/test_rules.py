"""Rules: each kind, with units, tolerances, several values and none."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from dicomlab.errors import WrongArgument
from dicomlab.protocols.cells import cell
from dicomlab.protocols.forms import from_dict, to_dict
from dicomlab.protocols.rules import (
    RULES,
    Absent,
    BadRule,
    Between,
    Contains,
    ContainsAll,
    ContainsAny,
    Exact,
    OneOf,
    Present,
    Rule,
    Within,
)
from dicomlab.protocols.units import WrongUnit, factor, unit_of

EXAMPLES: tuple[Rule, ...] = (
    Exact("KVP", 120.0, unit="kV"),
    Within("RepetitionTime", 2000.0, absolute=1.0, relative=0.002, unit="ms"),
    Between("FlipAngle", low=8.0, unit="deg", severity="warning"),
    OneOf("EchoTime", (4.92, 7.38), absolute=0.03, unit="ms", citation="PS3.3"),
    Contains("ProtocolName", "t1"),
    ContainsAny("ImageType", ("M", "FFE")),
    ContainsAll("ImageType", ("ORIGINAL", "M"), note="no phase"),
    Present("ReceiveCoilName"),
    Absent("InversionTime"),
)


@pytest.mark.parametrize("kind", RULES, ids=lambda k: k.kind)
def test_each_kind_is_frozen_documented_and_has_an_example(kind):
    assert kind.__doc__.split("\n")[0].endswith(".")
    assert any(type(one) is kind for one in EXAMPLES)
    with pytest.raises(FrozenInstanceError):
        next(one for one in EXAMPLES if type(one) is kind).field = "KVP"


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda r: r.kind)
def test_a_rule_comes_back_from_plain_data_as_it_was(rule):
    assert from_dict(to_dict(rule)) == rule
    assert rule.expected


@pytest.mark.parametrize(
    ("rule", "met", "missed"),
    [
        (Exact("KVP", 120), [120, 120.00001, "120", [120]], [121, 119.9, "kV", [120, 120, 80]]),
        (Exact("PixelSpacing", [0.5, 0.7]), [[0.5, 0.7], "0.5\\0.7", [0.50000001, 0.7]], [[0.7, 0.5], 0.5]),
        (Exact("AcquisitionMatrix", [0, 256, 256, 0]), [[0, 256, 256, 0]], [[256, 0, 0, 256]]),
        (Exact("ReceiveCoilName", "Head_32"), ["head 32", " HEAD_32 "], ["Head_20", "Head"]),
        (
            Exact("ScanningSequence", ["GR", "IR"]),
            [["IR", "GR"], "GR\\IR"],
            [["GR"], "GR", ["GR", "IR", "EP"]],
        ),
        (Exact("InPlanePhaseEncodingDirection", "COL"), ["COLUMN", "col"], ["ROW"]),
        (Exact("ScanningSequence", "SE"), [["SE"], "SE"], [["SE", "IR"]]),
        (Within("EchoTime", 30, absolute=0.5), [29.5, 30.5, "30.2", [30, 30.4]], [29.4, 31, "x", [30, 40]]),
        (Within("EchoTime", 30, relative=0.01), [29.7, 30.3], [29.6, 30.4]),
        (Within("EchoTime", 30, absolute=1, relative=0.01), [29.0, 31.0], [28.9]),
        (Within("PixelSpacing", [1, 2], absolute=0.01), [[1.005, 2.0]], [[2, 1], [1, 2, 3], [1]]),
        (Between("FlipAngle", low=8, high=12), [8, 10, 12, [8, 12]], [7.9, 12.1, "ten", [8, 13]]),
        (Between("FlipAngle", high=12), [-5, 12], [13]),
        (OneOf("EchoTime", (4.92, 7.38), absolute=0.03), [4.9, 7.4], [5.2, "x"]),
        (OneOf("ConvolutionKernel", ("B30f", "B31f")), ["b30f", ["B31f"]], ["B3", ["B30f", "B31f"]]),
        (Contains("ProtocolName", "mprage"), ["T1 MPRAGE sag", ["a", "MPRAGE"]], ["t1", 5]),
        (ContainsAny("ImageType", ("M", "P")), [["ORIGINAL", "PRIMARY", "M"]], [["ORIGINAL", "PRIMARY"]]),
        (ContainsAny("ProtocolName", ("t1", "t2")), ["ax T2 tse"], ["dwi"]),
        (ContainsAll("ImageType", ("ORIGINAL", "M")), [["ORIGINAL", "M"]], [["DERIVED", "M"]]),
        (ContainsAny("PixelSpacing", (1, 2)), [[2, 3], 1], [[3, 4]]),
        (Present("KVP"), [0, "x"], []),
        (Absent("KVP"), [], [0, "x"]),
    ],
)
def test_what_meets_a_rule_and_what_does_not(rule, met, missed):
    assert [value for value in met if not rule.meets(cell(value))] == []
    assert [value for value in missed if rule.meets(cell(value))] == []


def test_of_nothing_only_present_and_absent_can_tell():
    assert {one.kind: one.of_nothing for one in EXAMPLES if one.of_nothing is not None} == {
        "present": False,
        "absent": True,
    }


def test_a_rule_in_another_unit_is_turned_into_that_of_the_column():
    assert Within("RepetitionTime", 2.0, absolute=0.001, unit="s").in_table_unit().meets(2000.9)
    assert Exact("KVP", 120_000, unit="V").in_table_unit().meets(120.0)
    assert Between("SliceThickness", low=0.1, high=0.2, unit="cm").in_table_unit().meets(1.5)
    assert OneOf("EchoTime", (0.03, 0.05), absolute=0.001, unit="s").in_table_unit().meets(50.9)
    assert factor("SliceThickness", "mm") == 1.0


def test_every_default_field_says_what_its_unit_is():
    assert unit_of("RepetitionTime") == "ms"
    assert unit_of("siemens_reference_amplitude") == "V"
    assert unit_of("repetition_time_ms") == "ms"
    assert unit_of("ReceiveCoilName") == ""


@pytest.mark.parametrize("unit", ["kg", "mm", "ms ", "MS"])
def test_a_unit_that_cannot_be_is_refused_with_the_right_one(unit):
    with pytest.raises(WrongUnit, match="Write the rule in ms"):
        Exact("RepetitionTime", 2000, unit=unit).in_table_unit()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"rule": "exact", "value": 1}, "names no field"),
        ({"field": "KVP", "rule": "about", "value": 1}, "its kind is not known. Use one of: exact, within"),
        ({"field": "KVP", "rule": "exact"}, "does not say which value"),
        ({"field": "KVP", "rule": "exact", "value": None}, "has no value"),
        ({"field": "KVP", "rule": "exact", "value": float("nan")}, "has no value"),
        ({"field": "KVP", "rule": "within", "value": "high"}, "needs a number"),
        ({"field": "KVP", "rule": "within", "value": 1, "absolute": -1}, "below zero"),
        ({"field": "KVP", "rule": "within", "value": 1, "absolute": "1"}, "'absolute' is no number"),
        ({"field": "KVP", "rule": "range"}, "needs an end"),
        ({"field": "KVP", "rule": "range", "low": float("inf")}, "'low' is no number"),
        ({"field": "KVP", "rule": "one of", "values": []}, "names no value"),
        (
            {"field": "KVP", "rule": "exact", "value": 1, "tolerence": 2},
            "'tolerence' is no part of it. It takes",
        ),
        ("KVP = 120", "names no field"),
    ],
)
def test_a_rule_that_is_none_says_what_to_write(said, sentence):
    with pytest.raises(BadRule, match=sentence):
        from_dict(said)


def test_a_severity_that_is_none_is_refused():
    with pytest.raises(WrongArgument, match="severity='fatal'"):
        Exact("KVP", 1, severity="fatal")


def test_a_rule_is_only_what_differs_from_the_default():
    assert to_dict(Exact("KVP", 120)) == {"field": "KVP", "rule": "exact", "value": 120}
    assert {one.name for one in fields(Exact)} >= {"unit", "severity", "note", "citation"}

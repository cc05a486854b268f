"""Protocol.lint: which rules will not last, and why."""

from __future__ import annotations

import pytest

from dicomlab.protocols.lint import LINT_COLUMNS, LINTS
from dicomlab.protocols.reference import Acquisition, NotUnderstood, Protocol
from dicomlab.protocols.rules import Absent, Between, Contains, Exact, OneOf, Present, Rule, Within
from tests.protocols.tables import reference, series


def problems(*rules: Rule, table=None, **applies_to: str) -> list[str]:
    return reference(*rules, **applies_to).lint(table)["problem"].tolist()


@pytest.mark.parametrize("lint", LINTS, ids=lambda one: one.__name__)
def test_each_lint_is_documented(lint):
    assert lint.__doc__.split("\n")[0].endswith(".")


def test_a_sound_reference_has_no_problem():
    table = series(10, EchoTime=3.0, FlipAngle=8.0, ReceiveCoilName="HEAD", ScanningSequence="GR")
    agreed = Protocol.from_majority(table)
    assert list(agreed.lint(table)) == LINT_COLUMNS
    assert agreed.lint(table).empty


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (Exact("EchoTime", 3, unit="ms"), "brittle"),
        (OneOf("RepetitionTime", (2000, 3000), unit="ms"), "brittle"),
        (Exact("SAR", 0.5, unit="W/kg"), "depends-on-patient"),
        (Within("CTDIvol", 8, relative=0.1, unit="mGy"), "depends-on-patient"),
        (Exact("ImagingFrequency", 123.25, unit="MHz"), "depends-on-machine"),
        (Exact("DeviceSerialNumber", "4711"), "depends-on-machine"),
        (Exact("StudyInstanceUID", "1.2"), "depends-on-identifier"),
        (Exact("StudyDate", "20240101"), "depends-on-identifier"),
        (Exact("WindowCenter", 40), "depends-on-moment"),
        (Exact("DepthOfScanField", 40, unit="mm"), "depends-on-hand"),
        (Within("EchoTime", 3, absolute=1), "missing-unit"),
        (Within("EchoTime", 3, absolute=1, unit="mm"), "wrong-unit"),
        (Exact("InPlanePhaseEncodingDirection", "A >> P"), "display-string"),
    ],
)
def test_a_rule_that_will_not_last_is_told(rule, problem):
    assert problem in problems(rule)


@pytest.mark.parametrize(
    "rule",
    [
        Within("EchoTime", 3, absolute=0.1, unit="ms"),
        Between("CTDIvol", high=15, unit="mGy"),
        Within("ImagingFrequency", 123.25, absolute=1, unit="MHz"),
        Exact("EchoTrainLength", 7),
        Exact("ScanningSequence", "SE"),
        OneOf("KVP", (100, 120), absolute=0.5, unit="kV"),
        Present("SAR"),
    ][:6],
)
def test_a_rule_that_lasts_is_not_told(rule):
    assert problems(rule) == []


def test_words_of_one_maker_need_the_maker():
    rule = Exact("SequenceName", "*tfl3d1")
    assert problems(rule, Modality="MR") == ["makers-words"]
    assert problems(rule, Manufacturer="Siemens") == []
    assert problems(rule, Exact("Manufacturer", "SIEMENS"), Modality="MR") == []


@pytest.mark.parametrize(
    ("rules", "is_contradiction"),
    [
        ((Between("FlipAngle", low=8, unit="deg"), Between("FlipAngle", high=7, unit="deg")), True),
        ((Between("FlipAngle", low=7, unit="deg"), Between("FlipAngle", high=8, unit="deg")), False),
        ((Between("FlipAngle", low=9, high=8, unit="deg"),), True),
        ((Exact("KVP", 120, unit="kV"), Between("KVP", low=70, high=110, unit="kV")), True),
        (
            (
                Within("EchoTime", 3, absolute=1, unit="ms"),
                Within("EchoTime", 0.0045, absolute=0.001, unit="s"),
            ),
            False,
        ),
        ((Within("EchoTime", 3, absolute=1, unit="ms"), Within("EchoTime", 6, absolute=1, unit="ms")), True),
        ((Present("InversionTime"), Absent("InversionTime")), True),
        ((Exact("ConvolutionKernel", "B30f"), Contains("ConvolutionKernel", "b3")), False),
        ((Exact("ConvolutionKernel", "B30f"), Contains("ConvolutionKernel", "H")), True),
    ],
)
def test_rules_that_nothing_can_meet_together_are_told(rules, is_contradiction):
    assert ("contradiction" in problems(*rules)) == is_contradiction


def test_a_rule_that_stands_there_twice_is_told():
    assert problems(Exact("EchoTrainLength", 7), Exact("EchoTrainLength", 7)) == ["repeated"]


def test_an_acquisition_without_rules_and_what_was_not_understood_are_told():
    left = (NotUnderstood("a", "rule x", "it is Python code, which is not run"),)
    found = Protocol("p", (Acquisition("a", ()),), not_understood=left).lint()
    assert found["problem"].tolist() == ["not-understood", "no-rules"]


@pytest.mark.parametrize(
    ("rule", "problem", "words"),
    [
        (Exact("FlipAngel", 8), "no-column", 'Scan again with Columns().add("FlipAngel")'),
        (
            Between("RepetitionTime", low=1.5, high=2.5, unit="ms"),
            "never-met",
            "a thousand times that: look at the unit",
        ),
        (Between("FlipAngle", low=50, unit="deg"), "never-met", "Ask whether"),
        (Between("EchoTime", high=3.5, unit="ms"), "seldom-met", "Ask whether"),
        (Exact("InversionTime", 900, unit="ms"), "never-told", "Leave it out"),
    ],
)
def test_rules_are_held_against_series_too(rule, problem, words):
    table = series(
        10, RepetitionTime=2000.0, FlipAngle=8.0, EchoTime=[3.0] * 2 + [4.0] * 8, InversionTime=[None] * 10
    )
    found = reference(rule).lint(table)
    row = found[found["problem"] == problem].iloc[0]
    assert words in row["advice"]


def test_an_acquisition_that_no_series_is_for_is_told():
    assert "no-series" in problems(
        Exact("EchoTrainLength", 1), table=series(3, EchoTrainLength=1), protocol="x"
    )

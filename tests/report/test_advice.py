import pytest

from dicomlab.drift.signals.parameters import parameters
from dicomlab.report.advice import _ANY, _PARAMETERS, advise

KINDS = ("step", "ramp", "spread", "setting", "share", "unit", "missing-tag", "gap", "tolerance", "identity")


@pytest.mark.parametrize("kind", [*KINDS, "a kind of tomorrow"])
def test_every_kind_of_change_says_what_to_check(kind):
    words = advise(kind, "CTDIvol")
    assert words.endswith(".")
    assert 30 < len(words) < 200


def test_a_level_is_checked_as_its_parameter_is_measured():
    assert "half-value layer" in advise("step", "HalfValueLayer")
    assert advise("ramp", "SomethingElse") == _ANY


def test_the_nearest_event_adds_what_to_read():
    words = advise("step", "CTDIvol", ["first-protocol", "software", "service"])
    assert words.endswith("Read the release notes of the new software for it.")


def test_advice_is_given_for_parameters_that_are_watched():
    assert set(_PARAMETERS) <= {parameter.name for parameter in parameters()}


def test_a_setting_that_changed_with_a_level_comes_first():
    words = advise("step", "SAR", ["service"], ["FlipAngle", "EchoTime"])
    assert words.startswith("Begin with FlipAngle and EchoTime, which were set otherwise")
    assert advise("setting", "FlipAngle", [], ["FlipAngle"]).startswith("Compare the protocol")


def test_a_coil_is_tested_and_not_compared_with_a_protocol():
    assert "coil is still in use" in advise("setting", "ReceiveCoilName")

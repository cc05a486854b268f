"""Units, as UCUM writes them and as machines do."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomlab.header.ucum import factor_between, parse_unit


@pytest.mark.parametrize(
    ("code", "unit", "factor"),
    [
        ("mGy", "mGy", 1),
        ("Gy", "mGy", 1000),
        ("cGy", "mGy", 10),
        ("mGycm", "mGy.cm", 1),
        ("Gy.cm", "mGy.cm", 1000),
        ("Gym2", "Gy.m2", 1),
        ("dGy.cm2", "Gy.m2", Fraction(1, 10**5)),
        ("cGy.cm2", "Gy.m2", Fraction(1, 10**6)),
        ("uGy.m2", "Gy.m2", Fraction(1, 10**6)),
        ("Gy.cm2", "Gy.m2", Fraction(1, 10**4)),
        ("mGy*cm2", "Gy.m2", Fraction(1, 10**7)),
        ("mA.s", "uA.s", 1000),
        ("mAs", "uA.s", 1000),
        ("min", "s", 60),
        ("ms", "s", Fraction(1, 1000)),
        ("mCi", "MBq", 37),
        ("ml", "cm3", 1),
        ("{pulse}/s", "/s", 1),
        ("{ratio}", "1", 1),
        ("%", "1", Fraction(1, 100)),
        ("X-ray sources", "1", 1),
        ("no units", "1", 1),
    ],
)
def test_units_that_measure_the_same_lead_to_each_other(code, unit, factor):
    assert factor_between(code, unit) == factor


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("mGy", "mGy.cm"),
        ("mSv", "mGy"),
        ("s", "mm"),
        ("mm", "1"),
        ("", "mGy"),
        ("", "1"),
        ("?", "mGy"),
        ("m" * 33, "m"),
        ("Tm9fm-9Tm9fm-9Gy", "Gy"),
    ],
)
def test_units_that_do_not_are_refused(code, unit):
    assert factor_between(code, unit) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_unit_or_none(code):
    found = parse_unit(code)
    assert found is None or found[0] > 0

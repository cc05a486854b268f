"""What is said of a change, word by word, and how grave it is, for each type of change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.findings.changes import Change, Excursion, Ramp, Spread, Step, UnitStep
from dicomlab.drift.findings.exact_changes import Disagreement, MixShift, OtherAgreement, Rewriting, Switch
from dicomlab.drift.findings.sisters import FleetEvent
from dicomlab.drift.findings.words import cause_words, fleet_words, sentence
from dicomlab.drift.signals.parameters import Parameter
from dicomlab.drift.signals.signal import Signal

NONE = np.empty(0)
DOSE = Parameter("CTDIvol", scale="log", floor=0.05, unit="mGy", adjust=("PatientWeight",), weight="dose")
HEIGHT = Parameter("TableHeight", floor=5.0, unit="mm")
FREQUENCY = Parameter("ImagingFrequency", scale="log", floor=1e-6, unit="MHz", per="device")
IDENTITY = Parameter("exposure_identity", kind="setting")
JANUARY_8 = 19730


def signal(
    parameter: Parameter = DOSE, *, stratum: str = "Head", typical: float = 0.0, **more: float
) -> Signal:
    facts = ("CT-01", "CT", parameter, stratum, "level", NONE, NONE, NONE, NONE)
    return Signal(*facts, typical=typical, **more)


def change(kind: type[Change], of: Signal, **facts: object) -> Change:
    days = {"onset": JANUARY_8, "low": JANUARY_8 - 2, "high": JANUARY_8 + 3, "reached": JANUARY_8}
    return kind(signal=of, **{"n_before": 1200, "n_after": 34, "detector": "d"} | days | facts)


def said(found: Change) -> str:
    """The sentence without the machine and the numbers of acquisitions."""
    text = sentence(found, "Vega", "")
    assert text.startswith("CT-01 (Vega): ")
    what = "examinations" if found.is_exact else "acquisitions"
    ending = f"; 1,200 {what} before, 34 after"
    assert ending in text
    return text.removeprefix("CT-01 (Vega): ").replace(ending, "")


def test_a_step_of_a_dose_is_relative_with_its_interval():
    step = change(
        Step,
        signal(removed=0.4, typical=np.log(10.0)),
        before=0.0,
        after=np.log(0.8),
        error=0.02,
        scatter=0.2,
    )
    assert said(step) == (
        "CTDIvol in Head fell by 20 % (95 % CI 17 to 23), 10 to 8 mGy, "
        "from 2024-01-08 (± 3 d), adjusted for patient weight."
    )
    assert step.effect == pytest.approx((-0.2, 0.8 * np.exp(-0.0392) - 1, 0.8 * np.exp(0.0392) - 1))
    assert step.effect_sd == pytest.approx(np.log(0.8) / 0.2)
    assert step.what == ("level", "down")


def test_a_step_without_a_ratio_is_in_the_unit():
    step = change(
        Step,
        signal(HEIGHT, typical=150.0),
        before=-2.0,
        after=10.0,
        error=1.0,
        scatter=4.0,
        low=JANUARY_8,
        high=JANUARY_8,
    )
    assert (
        said(step) == "TableHeight in Head rose by 12 mm (95 % CI 10 to 14), 148 to 160 mm, from 2024-01-08."
    )
    assert np.isnan(step.effect).all()


def test_a_step_of_a_magnet_is_in_parts_per_million_with_seven_digits():
    of = signal(FREQUENCY, stratum="all", typical=np.log(123.25))
    step = change(Step, of, before=0.0, after=-8e-6, error=1e-6, scatter=1e-6)
    assert said(step) == (
        "ImagingFrequency fell by 8.0 ppm (95 % CI 6.0 to 10.0), 123.25 to 123.249 MHz, "
        "from 2024-01-08 (± 3 d)."
    )


def test_a_ramp_says_until_when_and_a_step_that_may_be_one_since_when():
    ramp = change(
        Ramp, signal(typical=0.0), before=0.0, after=0.1, error=0.01, scatter=0.1, reached=JANUARY_8 + 60
    )
    assert "rose gradually until 2024-03-08 by 11 %" in said(ramp)
    step = change(Step, signal(), before=0.0, after=0.1, error=0.01, scatter=0.1, earliest=JANUARY_8 - 3)
    assert "(± 3 d, or slowly since 2024-01-05 at the earliest)" in said(step)
    sure = change(Step, signal(), before=0.0, after=0.1, error=0.01, scatter=0.1, earliest=JANUARY_8 - 2)
    assert "slowly" not in said(sure)


@pytest.mark.parametrize(("factor", "words"), [(1000.0, "is 1,000 times what"), (0.1, "is 1/10 of what")])
def test_another_unit_says_how_many_times(factor, words):
    step = change(
        UnitStep, signal(), before=0.0, after=np.log(factor), error=0.01, scatter=0.1, factor=factor
    )
    assert f"{words} it was, 1 to {factor:,.4g} mGy, from" in said(step)
    assert f"a factor of {max(factor, 1 / factor):,.0f} points to another unit or encoding" in said(step)
    assert step.severity == 2


def test_settings_say_what_was_and_what_is():
    switch = change(
        Switch, signal(Parameter("KVP", unit="kV", weight="dose")), before_text="120", after_text="100"
    )
    assert said(switch) == "KVP in Head changed from 120 to 100 kV from 2024-01-08 (± 3 d)."
    assert (switch.levels, switch.effect[0]) == ((120.0, 100.0), pytest.approx(-1 / 6))
    again = change(Rewriting, signal(), before_text="Br 40", after_text="BR40", factor=1.0)
    assert said(again).endswith("; the values are the same, written another way.")


@pytest.mark.parametrize(
    ("weight", "after", "severity"),
    [("dose", "132", 3), ("dose", "131", 2), ("image", "240", 2), ("dose", "B30", 2)],
)
def test_a_setting_of_a_dose_is_grave_from_a_tenth_on(weight, after, severity):
    of = signal(Parameter("KVP", weight=weight))
    assert change(Switch, of, before_text="120", after_text=after).severity == severity


def test_a_share_is_in_points_within_nought_and_a_hundred():
    shift = change(MixShift, signal(), value="MANUAL", shares=(0.12, 0.27), error=0.03)
    assert (
        "is MANUAL more often, in 12 % of examinations before and 27 % after (15 points, 95 % CI 9 to 21),"
        in said(shift)
    )
    less = change(MixShift, signal(), value="A", shares=(0.99, 0.5), error=0.5, reached=JANUARY_8 + 4)
    assert "is A less often gradually until 2024-01-12, in" in said(less)
    assert "(49 points, 95 % CI 0 to 100)" in said(less)
    assert shift.texts == ("MANUAL 12 %", "MANUAL 27 %")


def test_identities_say_how_often_they_fail_or_how_else_they_agree():
    fails = change(Disagreement, signal(IDENTITY), value="disagrees", shares=(0.02, 0.62), error=0.02)
    assert "; PS3.3 C.8.2.1) fails in 62 % of examinations, 2 % before, from" in said(fails)
    texts = {"before_text": "agrees", "after_text": "agrees per pitch"}
    other = change(OtherAgreement, signal(IDENTITY), value="", shares=(0.02, 0.02), error=0.02, **texts)
    assert ") is told another way, agrees to agrees per pitch, from" in said(other)


def test_a_spread_is_how_much_more_values_scatter():
    spread = change(Spread, signal(), before=0.1, after=0.161, error=0.05)
    assert "scatters 61 % more (95 % CI 46 to 78), SD 10 % to SD 16 %, from" in said(spread)
    assert spread.effect_sd == pytest.approx(0.61)
    assert spread.severity == 2
    assert change(Spread, signal(), before=0.1, after=0.159, error=0.05).severity == 1
    linear = change(Spread, signal(HEIGHT), before=4.0, after=8.0, error=0.05)
    assert linear.texts == ("SD 4 mm", "SD 8 mm")


def test_an_excursion_names_its_limit_and_who_gave_it():
    facts = {"reference": 10.0, "level": 13.0, "interval": (12.0, 14.0), "limit": "action limit (20 %)"}
    beyond = change(Excursion, signal(), **facts, is_action=True, source="QC manual", until=JANUARY_8 + 9)
    assert (
        "is outside the action limit (20 %) that is given by QC manual, at 13 mGy (95 % CI 12 to 14), "
        "until 2024-01-17 from" in said(beyond)
    )
    assert (beyond.severity, beyond.effect, beyond.what) == (
        3,
        pytest.approx((0.3, 0.2, 0.4)),
        ("level", "up"),
    )
    warned = change(Excursion, signal(), **facts, is_action=False, source="")
    assert "given by no one named" in said(warned)
    assert warned.severity == 2
    nothing = change(Excursion, signal(), **facts | {"reference": 0.0}, is_action=False, source="")
    assert np.isnan(nothing.effect).all()


@pytest.mark.parametrize(
    ("size", "scatter", "severity"),
    [(0.301, 1.0, 3), (0.299, 1.0, 2), (0.12, 1.0, 2), (0.119, 1.0, 1), (0.119, 0.039, 3), (0.03, 0.025, 2)],
)
def test_a_step_is_as_grave_as_it_is_large_beside_its_floor_or_its_scatter(size, scatter, severity):
    for sign in (1, -1):
        step = change(Step, signal(), before=0.0, after=sign * size, error=0.01, scatter=scatter)
        assert step.severity == severity


def test_a_step_of_values_that_never_scatter_is_grave():
    assert change(Step, signal(), before=0.0, after=0.01, error=0.001, scatter=0.0).severity == 3


def test_what_else_happened_and_who_else_shows_it_end_the_sentence():
    step = change(Step, signal(stratum="all"), before=0.0, after=0.1, error=0.01, scatter=0.1)
    text = sentence(step, "Vega", "coincides with x", "seen on 2 of 3", part="PT")
    assert "CTDIvol of PT over all protocols rose" in text
    assert text.endswith("; not in all protocols alike; seen on 2 of 3; coincides with x.")
    models = {"A": "Vega", "B": "Vega", "C": "Vega", "D": "", "E": ""}
    event = FleetEvent("E01", frozenset(("A", "B")))
    assert fleet_words(event, models, "A") == "seen on 2 of 3 machines of the model within two weeks"
    assert fleet_words(None, models, "A") == "not seen on 2 other machines of the model"
    assert fleet_words(None, {"A": "Vega", "B": "Vega"}, "A") == "not seen on 1 other machine of the model"
    assert fleet_words(None, {"A": "Vega"}, "A") == fleet_words(None, models, "D") == ""


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.049, "coincides with"), (0.05, "possibly with")],
)
def test_a_coincidence_that_is_not_rare_is_possible_only(share, words):
    near = pd.DataFrame({"text": ["VA50. "], "date": [pd.Timestamp("2024-01-08")], "coincidence": [share]})
    assert cause_words(near) == f"{words} VA50 on 2024-01-08 (such coincidence by chance {100 * share:.1f} %)"
    often = near.assign(coincidence=0.25)
    assert cause_words(often).endswith("by chance 25 %)")
    assert cause_words(near[:0]) == ""

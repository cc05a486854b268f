import subprocess
import sys

import pandas as pd
import pytest

from dicomlab.plots.style import EVENT_MARKS, event_mark, plain, text_width
from dicomlab.plots.words import comparable, counted, day, effect, from_to, number, pair, percent


def test_dates_are_said_the_same_in_every_locale():
    assert day(pd.Timestamp("2024-09-04 13:00")) == "4 Sep 2024"
    assert day(pd.NaT) == day(None) == "no date"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.18, "+18 %"),
        (-0.2, "\u221220 %"),
        (0.0042, "+0.42 %"),
        (-1e-6, "\u22121 ppm"),
        (9.0, "\u00d710"),
        (0.0, "+0 ppm"),
    ],
)
def test_effects_are_said_in_the_unit_that_fits(share, words):
    assert percent(share) == words


def test_numbers_never_have_an_exponent():
    assert number(127_696_882.0) == "127,696,882"
    assert number(0.000015) == "0.000015"
    assert number(None) == ""


def test_two_close_levels_are_told_apart():
    assert pair(127.696882, 127.696749) == ("127.69688", "127.69675")


def test_settings_are_said_with_their_unit_and_gaps():
    change = {
        "kind": "setting",
        "before_text": "120",
        "after_text": None,
        "unit": "kV",
        "effect": float("nan"),
    }
    assert effect(change) == from_to(change) == "120 \u2192 (empty) kV"


def test_kinds_that_are_not_known_are_named_and_never_given_a_wrong_unit():
    gap = {"kind": "gap", "before": float("nan"), "after": float("nan"), "unit": ""}
    assert effect(gap) == from_to(gap) == "gap"
    missing = {"kind": "missing-tag", "before_text": "0 %", "after_text": "98 %", "unit": "mGy"}
    assert effect({**missing, "effect": 0.98}) == "missing-tag: 0 % \u2192 98 %"
    limit = {"kind": "tolerance", "before": 8.0, "after": 12.5, "unit": "mGy"}
    assert effect(limit) == "outside the limit given, at 12.5 mGy"


def test_a_change_of_unit_is_a_factor_and_a_share_needs_no_name():
    assert effect({"kind": "unit", "effect": 999.0, "before": 1.0, "after": 1000.0}) == "\u00d71,000"
    share = {"kind": "share", "before_text": "MANUAL 10 %", "after_text": "MANUAL 25 %", "unit": ""}
    assert effect(share) == "MANUAL 10 % \u2192 MANUAL 25 %"


def test_words_agree_with_numbers():
    assert [counted(n, "device") for n in (0, 1, 2500)] == ["no devices", "1 device", "2,500 devices"]
    assert comparable("all") == "all protocols"


def test_a_chart_text_is_one_safe_line():
    assert plain("a\nb\x00 $c$") == r"a b \$c\$"
    assert len(plain("x" * 100, 20)) == 20


def test_bold_text_is_known_to_be_wider():
    assert text_width("+18 % from", 8, weight="bold") > text_width("+18 % from", 8) > 0
    assert text_width(" ", 8) == 0


def test_every_kind_of_event_has_a_mark_of_its_own():
    kinds = ("door", "network", *EVENT_MARKS)
    marks = [event_mark(kind, kinds).marker for kind in kinds]
    assert len(set(marks)) == len(kinds)


@pytest.mark.slow
def test_importing_plots_opens_nothing_and_changes_no_setting():
    code = (
        "import matplotlib as m; before = m.rcParams.copy(); import sys, dicomlab.plots;"
        "assert m.rcParams.copy() == before; assert 'matplotlib.pyplot' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

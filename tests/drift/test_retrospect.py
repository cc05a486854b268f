"""Looking back: few signals are named by chance, and what changed is among the named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.engine import find_drift
from dicomlab.drift.retrospect import RETROSPECT_COLUMNS, adjusted, retrospect

from .machines import START, Room, day_number, make_ct, make_dx, make_mr

ROOM = Room(days=400, a_day=6.0)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    quiet = [
        make(ROOM, name=f"{make.__name__}-{n}", seed=n)
        for n in (1, 2)
        for make in (make_ct, make_mr, make_dx)
    ]
    one = make_ct(ROOM, name="changed", seed=3)
    late = day_number(one) >= 250
    one = one.assign(CTDIvol=one["CTDIvol"].where(~late, 0.7 * one["CTDIvol"]))
    return retrospect(find_drift(pd.concat([*quiet, one], ignore_index=True)))


def test_what_changed_comes_first_with_its_day(table):
    assert table.columns.tolist() == RETROSPECT_COLUMNS
    first = table.iloc[0]
    assert (first["device"], first["parameter"]) == ("changed", "CTDIvol")
    assert abs((first["onset"] - START).days - 250) <= 5
    assert first["q_any"] < 0.05


def test_few_signals_are_named_by_chance(table):
    named = table[(table["q"] <= 0.05) & (table["parameter"] != "CTDIvol")]
    # A magnet decays by nature, which is a change of its level, if an expected one.
    assert (named["parameter"] == "ImagingFrequency").sum() >= len(named) - 1


def test_p_is_even_where_nothing_happens(table):
    quiet = table[~table["parameter"].isin(["CTDIvol", "ImagingFrequency"])]
    assert (quiet["p"] < 0.1).mean() < 0.3


def test_shares_of_false_findings_are_those_of_the_papers():
    p = np.array([0.01, 0.013, 0.014, 0.19, 0.35, 0.5, 0.63, 0.67, 0.75, 0.81])
    assert adjusted(p)[:4].round(4).tolist() == [0.0467, 0.0467, 0.0467, 0.475]
    assert adjusted(p, any_dependence=True)[0] == pytest.approx(0.0467 * 2.9290, rel=1e-3)
    assert adjusted(np.array([])).tolist() == []

"""Real scanners: what is known to have happened to them is found."""

from __future__ import annotations

import pandas as pd
import pytest

from dicomlab.drift.base import Drift
from dicomlab.drift.engine import find_drift
from tests.conftest import SHARED

TABLES = SHARED / "tables"
pytestmark = pytest.mark.real_files


@pytest.fixture(scope="module")
def myconnectome() -> Drift:
    return find_drift(pd.read_parquet(TABLES / "myconnectome_ds000031_series.parquet"))


def test_the_software_change_is_on_the_timeline(myconnectome):
    software = myconnectome.events[myconnectome.events["kind"] == "software"]
    assert software["date"].dt.strftime("%Y-%m-%d").tolist() == ["2013-11-26"]
    assert software["text"].tolist() == ["SoftwareVersions syngo MR D11 → syngo MR D13"]


def test_the_steps_of_the_magnet_are_found_on_their_days_and_once(myconnectome):
    # It fell by 1.4 ppm with the upgrade, to 123.19298 from 123.19313 MHz, and by 12 ppm in February.
    found = myconnectome.changes[myconnectome.changes["parameter"] == "ImagingFrequency"]
    found = found.sort_values("onset")
    assert found["onset"].dt.strftime("%Y-%m-%d").tolist() == ["2013-11-26", "2014-02-18"]
    assert found["effect"].tolist() == pytest.approx([-1.4e-6, -12e-6], abs=2e-6)


def test_one_session_of_low_frequency_is_no_change(myconnectome):
    found = myconnectome.changes[myconnectome.changes["parameter"] == "ImagingFrequency"]
    assert not found["onset"].between("2013-03-01", "2013-05-10").any()


def test_the_upgrade_is_named_beside_what_changed_that_day(myconnectome):
    that_day = myconnectome.changes[myconnectome.changes["onset"] == "2013-11-26"]
    assert len(that_day)
    assert that_day["cause"].str.contains("D11 → syngo MR D13").all()


def test_scanners_without_a_date_are_listed_and_not_judged(myconnectome):
    left_out = myconnectome.signals[myconnectome.signals["parameter"] == "any"].set_index("device")
    assert left_out.loc["MRC35177", "reason"] == "37 series have no date of acquisition"
    assert "unidentified" in left_out.index


def test_a_steady_scanner_has_no_change():
    drift = find_drift(pd.read_parquet(TABLES / "things_ds004192_series.parquet"))
    assert drift.changes.empty
    assert drift.fleet["device"].tolist() == ["AWP66028"]

"""The simulated fleet: everything planted is found, dated and measured, and nothing else."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from dicomlab.demo import make_fleet, truth
from dicomlab.drift.base import Drift
from dicomlab.drift.engine import find_drift
from dicomlab.scanner.engine import scan

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fleet(tmp_path_factory) -> tuple[Drift, pd.DataFrame]:
    folder = make_fleet(tmp_path_factory.mktemp("fleet") / "fleet", progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        catalog = scan(folder / "dicom", folder / "catalog", progress=False)
    return find_drift(catalog), truth(folder)


def planted(key: pd.DataFrame) -> pd.DataFrame:
    return key[key["must_alarm"]]


def matches(changes: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    """Changes of that parameter on that machine within three weeks."""
    same = (changes["device"] == row["device"]) & (changes["parameter"] == row["parameter"])
    return changes[same & ((changes["onset"] - row["onset"]).abs() <= pd.Timedelta(21, "D"))]


def test_everything_planted_is_found(fleet):
    drift, key = fleet
    missed = [r["text"] for _, r in planted(key).iterrows() if matches(drift.changes, r).empty]
    assert missed == []


def test_at_most_one_change_was_not_planted(fleet):
    drift, key = fleet
    told = {name for _, r in planted(key).iterrows() for name in matches(drift.changes, r)["change_id"]}
    # Six machines for a year after their baselines, at half a false alarm a year: three may be.
    assert len(set(drift.changes["change_id"]) - told) <= 1


def test_changes_are_dated_within_a_week_or_their_interval(fleet):
    drift, key = fleet
    for _, row in planted(key).iterrows():
        found = matches(drift.changes, row).iloc[0]
        near = abs((found["onset"] - row["onset"]).days) <= 7
        assert near or found["onset_low"] <= row["onset"] <= found["onset_high"]


def test_changes_have_the_size_that_was_planted(fleet):
    drift, key = fleet
    for _, row in planted(key)[planted(key)["unit"].isin(["relative", "ppm"])].iterrows():
        size = row["size"] * (1e-6 if row["unit"] == "ppm" else 1)
        assert matches(drift.changes, row)["effect"].iloc[0] == pytest.approx(size, rel=0.25)


def test_the_upgrade_that_raised_the_dose_is_named(fleet):
    drift, key = fleet
    dose = planted(key)[planted(key)["parameter"] == "CTDIvol"].iloc[0]
    assert "SoftwareVersions" in matches(drift.changes, dose)["cause"].iloc[0]


def test_a_machine_without_a_fault_in_its_protocols_stays_whole(fleet):
    drift, key = fleet
    mixed = key[key["kind"] == "protocol-mix"].iloc[0]
    near = (drift.changes["onset"] - mixed["onset"]).abs() <= pd.Timedelta(60, "D")
    assert drift.changes[(drift.changes["device"] == mixed["device"]) & near].empty

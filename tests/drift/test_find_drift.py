"""find_drift on machines of which all is known: what it must find, and where it must be silent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.base import Drift
from dicomlab.drift.engine import find_drift
from dicomlab.drift.findings.changes_table import CHANGE_COLUMNS
from dicomlab.drift.results import ALARM_COLUMNS, POINT_COLUMNS, SIGNAL_COLUMNS
from dicomlab.errors import MissingColumn

from .machines import START, Room, day_number, make_ct, make_dx, make_mr


def onset_days(drift: Drift, parameter: str) -> list[int]:
    """Days from the start of the record on which changes of a parameter lie."""
    found = drift.changes[drift.changes["parameter"] == parameter]
    return (found["onset"] - START).dt.days.tolist()


def with_step(
    series: pd.DataFrame, column: str, factor: float, onset: int, *, protocol: str = ""
) -> pd.DataFrame:
    """The series with a value multiplied from a day on."""
    later = day_number(series) >= onset
    if protocol:
        later &= (series["ProtocolName"] == protocol).to_numpy()
    return series.assign(**{column: series[column].where(~later, series[column] * factor)})


def with_value(series: pd.DataFrame, column: str, value: object, onset: int, protocol: str) -> pd.DataFrame:
    """The series with a setting replaced from a day on, in one protocol."""
    later = (day_number(series) >= onset) & (series["ProtocolName"] == protocol).to_numpy()
    return series.assign(
        **{column: [value if late else old for late, old in zip(later, series[column], strict=True)]}
    )


def test_a_rise_of_the_tube_current_is_found_dated_and_measured():
    drift = find_drift(with_step(make_ct(seed=7), "XRayTubeCurrent", 1.15, 350))
    found = drift.changes[drift.changes["parameter"] == "XRayTubeCurrent"]
    assert len(found) == 1
    change = found.iloc[0]
    assert abs((change["onset"] - START).days - 350) <= 5
    assert change["onset_low"] <= START + pd.Timedelta(350, "D") <= change["onset_high"]
    assert change["effect_low"] < 0.15 < change["effect_high"]
    assert change["kind"] == "step"
    assert "rose by" in change["text"]
    assert "adjusted for patient size" in change["text"]


def test_a_change_in_one_protocol_is_told_of_that_protocol():
    drift = find_drift(with_step(make_ct(seed=8), "XRayTubeCurrent", 1.3, 350, protocol="Chest"))
    assert drift.changes["stratum"].tolist() == ["Chest"]
    assert drift.changes["effect"].iloc[0] == pytest.approx(0.3, abs=0.08)


def test_a_change_within_the_baseline_is_found_too():
    drift = find_drift(with_step(make_ct(seed=9), "XRayTubeCurrent", 1.2, 110), ["XRayTubeCurrent"])
    assert [abs(day - 110) <= 5 for day in onset_days(drift, "XRayTubeCurrent")] == [True]
    assert drift.changes["detector"].tolist() == ["baseline"]


def test_two_changes_of_one_parameter_are_two():
    series = with_step(with_step(make_ct(seed=10), "CTDIvol", 1.25, 280), "CTDIvol", 0.7, 430)
    days = onset_days(find_drift(series), "CTDIvol")
    assert len(days) == 2
    assert np.abs(np.array(days) - [280, 430]).max() <= 6


def test_a_slow_loss_is_one_ramp_and_not_a_staircase():
    series = make_dx(seed=11)
    lost = np.exp(-0.25 * np.clip((day_number(series) - 260) / 120, 0, 1))
    drift = find_drift(series.assign(ExposureIndex=series["ExposureIndex"] * lost))
    found = drift.changes[drift.changes["parameter"] == "ExposureIndex"]
    assert found["kind"].tolist() == ["ramp"]
    assert found["effect"].iloc[0] == pytest.approx(-0.22, abs=0.05)
    assert abs((found["reached"].iloc[0] - START).days - 380) <= 30
    assert "gradually" in found["text"].iloc[0]


def test_a_step_of_the_magnet_is_found_beyond_its_decay():
    series = make_mr(seed=12)
    later = day_number(series) >= 380
    drift = find_drift(series.assign(ImagingFrequency=series["ImagingFrequency"] - 127.74e-6 * 3 * later))
    assert onset_days(drift, "ImagingFrequency") == [pytest.approx(380, abs=4)]
    assert "ppm" in drift.changes["text"].iloc[0]


def test_a_kernel_that_changed_is_found_on_its_first_day():
    drift = find_drift(with_value(make_ct(seed=13), "ConvolutionKernel", ["Br40"], 300, "Abdomen"))
    change = drift.changes.iloc[0]
    assert len(drift.changes) == 1
    assert (change["kind"], change["before_text"], change["after_text"]) == ("setting", "B30f", "Br40")
    assert abs((change["onset"] - START).days - 300) <= 2


def test_a_setting_that_changed_within_the_baseline_is_found():
    drift = find_drift(with_value(make_ct(seed=14), "SliceThickness", 2.0, 100, "Chest"))
    assert onset_days(drift, "SliceThickness") == [pytest.approx(100, abs=2)]
    assert drift.changes["effect"].iloc[0] == pytest.approx(-1 / 3, abs=0.01)


def test_a_factor_of_a_thousand_is_called_another_unit():
    drift = find_drift(with_step(make_ct(seed=15), "XRayTubeCurrent", 1000, 300))
    assert "another unit" in drift.changes["text"].iloc[0]


def test_what_changed_together_is_one_finding_with_its_software():
    series = make_ct(seed=16)
    for column in ("XRayTubeCurrent", "CTDIvol"):
        series = with_step(series, column, 1.2, 300)
    late = day_number(series) >= 300
    drift = find_drift(series.assign(SoftwareVersions=np.where(late, "VA50", "VA40")))
    assert drift.changes["parameter"].tolist() == ["CTDIvol", "XRayTubeCurrent"]
    assert drift.changes["finding"].nunique() == 1
    assert drift.changes["cause"].str.startswith("coincides with SoftwareVersions VA40 → VA50").all()
    assert not drift.changes["text"].str.contains("caused by").any()
    assert drift.events["kind"].tolist() == ["software"]


def test_a_coincidence_with_what_happens_all_the_time_is_only_possible():
    series = with_step(make_ct(seed=17), "XRayTubeCurrent", 1.25, 300)
    every_week = START + pd.to_timedelta((day_number(series) // 7) * 7, unit="D")
    drift = find_drift(series.assign(DateOfLastCalibration=[[day] for day in every_week]))
    assert drift.changes["cause"].str.startswith("possibly with").all()
    assert (drift.causes["coincidence"] > 0.05).all()


def test_the_service_log_is_on_the_timeline(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("device,date,kind,text\nct-01,2024-10-27,service,Tube replaced\n", encoding="utf-8")
    drift = find_drift(with_step(make_ct(seed=18), "XRayTubeCurrent", 1.3, 300), events=log)
    assert drift.events["text"].tolist() == ["Tube replaced"]
    assert "Tube replaced" in drift.changes["text"].iloc[0]


def test_an_update_that_the_headers_and_the_log_tell_of_is_one_event():
    series = make_ct(seed=19)
    series["SoftwareVersions"] = np.where(day_number(series) >= 300, "VA50", "VA40")
    rows = {"device": "CT-01", "kind": "software"}
    log = pd.DataFrame(
        [
            {**rows, "date": START + pd.Timedelta(299, "D"), "text": "Update by the maker"},
            {**rows, "date": START + pd.Timedelta(350, "D"), "text": "Patch"},
        ]
    )
    events = find_drift(series, ["CTDIvol"], events=log).events
    assert events["text"].tolist() == ["Update by the maker (SoftwareVersions VA40 → VA50)", "Patch"]


def test_an_event_log_without_a_date_is_refused():
    with pytest.raises(MissingColumn, match="date"):
        find_drift(make_ct(), events=pd.DataFrame({"device": ["CT-01"]}))


QUIET = {
    "nothing happens": Room(),
    "the mix of protocols shifts": Room(mix_shift_day=350),
    "patients are larger in winter": Room(season=0.6, weight_missing=0.0),
    "tails are heavy": Room(heavy_tails=True),
    "there are few examinations": Room(a_day=1.5),
    "days resemble the days before": Room(day_effect=0.4, likeness=0.6),
}


@pytest.mark.slow
@pytest.mark.parametrize("room", QUIET.values(), ids=QUIET.keys())
def test_false_alarms_keep_to_the_budget_where(room):
    fleet = [make(room, name=f"{make.__name__}-{n}", seed=50 * n + 1) for n in range(3) for make in MAKERS]
    drift = find_drift(pd.concat(fleet, ignore_index=True))
    years = len(fleet) * room.days / 365.25
    # The budget is half a false alarm a device-year; 13 device-years, one room of six.
    assert len(drift.alarms) <= 0.5 * years + 2 * np.sqrt(0.5 * years)
    assert len(drift.changes) <= 0.5 * years


MAKERS = (make_ct, make_mr, make_dx)


def test_a_missing_month_and_an_outage_are_no_change():
    series = make_ct(seed=19)
    day = day_number(series)
    series = series.assign(CTDIvol=series["CTDIvol"].mask((day > 250) & (day < 280)))
    assert find_drift(series[(day < 400) | (day > 425)]).changes.empty


def test_phantoms_localisers_and_derived_images_are_not_judged_with_patients():
    series = make_ct(seed=20)
    later = day_number(series) >= 300
    odd = series[later].head(600).copy()
    odd["XRayTubeCurrent"] *= 5
    odd["SeriesInstanceUID"] += ".9"
    odd["StudyInstanceUID"] += ".9"
    kinds = [["DERIVED", "SECONDARY"], ["ORIGINAL", "PRIMARY", "LOCALIZER"], ["ORIGINAL", "PRIMARY"]]
    odd["ImageType"] = (kinds * 200)[: len(odd)]
    odd["QualityControlImage"] = ["NO", "NO", "YES"] * 200
    drift = find_drift(pd.concat([series, odd], ignore_index=True))
    assert drift.changes.empty
    reasons = drift.signals.loc[drift.signals["parameter"] == "any", "reason"].tolist()
    assert reasons == ["400 series are localisers or were derived from other images"]


def test_an_acquisition_counts_once_however_often_it_was_reconstructed():
    series = make_ct(seed=21).assign(AcquisitionNumber=1)
    twice = pd.concat(
        [series, series.assign(SeriesInstanceUID=series["SeriesInstanceUID"] + ".2")], ignore_index=True
    )
    drifts = [find_drift(table, ["XRayTubeCurrent"]) for table in (series, twice)]
    assert drifts[0].signals["n"].tolist() == drifts[1].signals["n"].tolist()


def test_what_is_not_watched_says_why_in_words():
    series = make_ct(seed=22)
    drift = find_drift(series.assign(Exposure=np.nan).drop(columns="KVP"))
    reason = drift.signals[~drift.signals["is_monitored"]].set_index("parameter")["reason"]
    assert reason["Exposure"].startswith("Exposure is empty in all")
    assert reason["KVP"] == 'the table has no column KVP; scan with Columns().add("KVP")'


def test_a_short_record_is_not_judged():
    series = make_ct(Room(days=40), seed=23)
    drift = find_drift(series)
    assert not drift.signals["is_monitored"].any()
    assert drift.signals["reason"].str.len().min() > 10


def test_a_series_without_date_is_counted_and_not_judged():
    series = make_ct(seed=24)
    series.loc[:9, "first_acquired_at"] = pd.NaT
    signals = find_drift(series).signals
    assert "10 series have no date of acquisition" in set(signals["reason"])


def test_since_tells_later_changes_only_and_still_learns_from_before():
    series = with_step(with_step(make_ct(seed=25), "XRayTubeCurrent", 1.3, 250), "XRayTubeCurrent", 1.3, 420)
    drift = find_drift(series, since=START + pd.Timedelta(350, "D"))
    assert onset_days(drift, "XRayTubeCurrent") == [pytest.approx(420, abs=4)]
    assert drift.alarms["date"].min() >= START + pd.Timedelta(350, "D")


def test_a_tolerance_leaves_small_changes_out():
    series = with_step(make_ct(seed=26), "XRayTubeCurrent", 1.15, 350)
    assert len(find_drift(series, ["XRayTubeCurrent"]).changes) == 1
    assert find_drift(series, ["XRayTubeCurrent"], tolerances={"XRayTubeCurrent": 0.4}).changes.empty


def test_any_column_can_be_watched():
    series = make_ct(seed=27)
    rng = np.random.default_rng(1)
    mine = rng.normal(10, 1, len(series)) + 2 * (day_number(series) >= 350)
    drift = find_drift(series.assign(tube_temperature=mine), ["tube_temperature"])
    assert drift.signals["parameter"].unique().tolist() == ["tube_temperature"]
    assert onset_days(drift, "tube_temperature") == [pytest.approx(350, abs=3)]


def test_an_unknown_parameter_is_refused():
    with pytest.raises(MissingColumn, match="XRayTubeCurrent"):
        find_drift(make_ct(), ["XRayTubeCurent"])


def test_strata_can_be_chosen():
    signals = find_drift(make_ct(seed=28), ["XRayTubeCurrent"], strata=["KVP"]).signals
    assert {"120", "100"} & set(signals["stratum"])
    assert "Abdomen" not in set(signals["stratum"])


def test_the_result_is_the_same_twice_and_the_input_unchanged():
    series = with_step(make_ct(seed=29), "XRayTubeCurrent", 1.2, 300)
    before = series.copy(deep=True)
    first, second = find_drift(series), find_drift(series)
    pd.testing.assert_frame_equal(series, before)
    for name in ("signals", "points", "alarms", "changes", "causes", "events", "fleet", "settings"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


def test_the_order_of_the_rows_does_not_matter():
    series = with_step(make_ct(seed=30), "XRayTubeCurrent", 1.2, 300)
    mixed = series.sample(frac=1, random_state=1)
    columns = ["parameter", "stratum", "onset", "effect"]
    pd.testing.assert_frame_equal(find_drift(series).changes[columns], find_drift(mixed).changes[columns])


def test_an_empty_table_gives_empty_tables_with_their_columns():
    drift = find_drift(make_ct().iloc[:0])
    assert drift.signals.columns.tolist() == SIGNAL_COLUMNS
    assert drift.points.columns.tolist() == POINT_COLUMNS
    assert drift.alarms.columns.tolist() == ALARM_COLUMNS
    assert drift.changes.columns.tolist() == CHANGE_COLUMNS
    assert repr(drift).startswith("<Drift: nothing could be monitored")


def test_shifted_dates_are_warned_of():
    series = make_ct(Room(days=100)).assign(LongitudinalTemporalInformationModified="MODIFIED")
    with pytest.warns(UserWarning, match="judge the originals"):
        find_drift(series)


def test_the_settings_tell_how_it_was_done():
    settings = find_drift(make_ct(Room(days=100))).settings.set_index("name")["value"]
    assert settings["budget"] == "0.5"
    assert "LevelShift(" in settings["detector level-shift"]
    assert len(settings["hash"]) == 12

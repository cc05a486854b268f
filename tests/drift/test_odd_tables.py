"""Tables as hospitals have them: odd dates, odd numbers and odd machines cost only themselves."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from dicomlab.dates.written_dates import AmbiguousDates, UnreadableDates
from dicomlab.devices import identify, list_devices
from dicomlab.drift.base import Drift, NotReadable
from dicomlab.drift.dates import ShiftedDates
from dicomlab.drift.engine import find_drift
from dicomlab.drift.findings.causes import read_service_log
from dicomlab.protocols.learning import learn_protocols
from dicomlab.series import machines_with_shifted_dates, numbers, read_series
from dicomlab.spreadsheets.text_files import ColumnTwice

from .machines import Room, day_number, make_ct, make_dx

ROOM = Room(days=320, a_day=4.0)
STEP_DAY = 220


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    """One CT whose dose falls by 30 % on 2024-08-08."""
    made = make_ct(ROOM)
    late = day_number(made) >= STEP_DAY
    return made.assign(CTDIvol=(made["CTDIvol"] * np.where(late, 0.7, 1.0)).round(2))


@pytest.fixture(scope="module")
def plain(series) -> Drift:
    drift = find_drift(series, ["CTDIvol"])
    assert drift.changes[["change_id", "finding", "kind"]].to_numpy().tolist() == [["C001", "F01", "step"]]
    whole = drift.signals[drift.signals["stratum"] == "all"].iloc[0]
    days_worked = series["first_acquired_at"].dt.normalize()
    assert (whole["first"], whole["last"]) == (days_worked.min(), days_worked.max())
    return drift


def assert_same(drift: Drift, other: Drift, *, without: tuple[str, ...] = ()) -> None:
    """Two results agree cell by cell, but for some tables."""
    for name in (field.name for field in fields(Drift) if field.name not in without):
        pd.testing.assert_frame_equal(getattr(drift, name), getattr(other, name), check_exact=True)


def days(*texts: str) -> list[pd.Timestamp]:
    return [pd.Timestamp(text) for text in texts]


@pytest.mark.parametrize(
    "odd",
    [
        days("1900-01-01"),
        days("2099-12-31"),
        days("1900-01-01", "2099-12-31"),
        days("1970-01-01", "1970-01-01"),
        days("2023-06-01"),
        days("2025-04-01"),
        days("2000-01-01", "2000-01-02", "2000-01-03"),
        days("9999-12-31 23:59"),
    ],
    ids=lambda odd: "+".join(f"{day:%Y-%m-%d}" for day in odd),
)
def test_series_dated_far_away_are_set_aside(odd, series):
    rows = np.linspace(3, len(series) - 3, len(odd)).astype(int)
    when = series["first_acquired_at"].astype("datetime64[us]").copy()
    when.iloc[rows] = odd
    found = identify(series.assign(first_acquired_at=when))
    assert np.flatnonzero(found.is_stray).tolist() == rows.tolist()


@pytest.mark.parametrize("odd", [days("1900-01-01", "2099-12-31"), days("2025-04-01")])
def test_series_dated_far_away_are_named_and_nothing_else_differs(odd, series, plain):
    rows = np.linspace(3, len(series) - 3, len(odd)).astype(int)
    other = series.drop(index=rows)
    when = series["first_acquired_at"].astype("datetime64[us]").copy()
    when.iloc[rows] = odd
    drift = find_drift(series.assign(first_acquired_at=when), ["CTDIvol"])
    said = drift.notices[drift.notices["kind"] == "odd-dates"]
    assert said["n"].tolist() == [len(odd)]
    assert all(f"{day:%Y-%m-%d}" in said["text"].iloc[0] for day in odd)
    assert drift.signals["reason"].str.contains("dated far from").sum() == 1
    assert_same(
        find_drift(other, ["CTDIvol"]), drift, without=("signals", "notices", "fleet", "points", "settings")
    )
    assert drift.changes["onset"].tolist() == plain.changes["onset"].tolist()


def written(when: pd.Series, form: str) -> pd.Series:
    return when.dt.strftime(form)


DATES = {
    "day first": lambda when: written(when, "%d/%m/%Y %H:%M"),
    "month first": lambda when: written(when, "%m/%d/%Y %I:%M %p"),
    "two digits of the year": lambda when: written(when, "%d.%m.%y %H:%M"),
    "numbers": lambda when: written(when, "%Y%m%d").astype("int64"),
    "numbers with a gap": lambda when: written(when, "%Y%m%d").astype("float64").where(when.index != 5),
    "as photographs have them": lambda when: written(when, "%Y:%m:%d %H:%M:%S"),
    "as SAS has them": lambda when: written(when, "%d%b%Y:%H:%M:%S").str.upper(),
    "days of a spreadsheet": lambda when: (when - pd.Timestamp("1899-12-30")) / pd.Timedelta(1, "D"),
    "aware": lambda when: when.dt.tz_localize("Asia/Tokyo"),
    "zones that alternate": lambda when: pd.Series(
        [
            f"{at.isoformat()}{zone}"
            for at, zone in zip(when, np.resize(["Z", "+02:00", "-05:00", ""], len(when)), strict=True)
        ]
    ),
    "Arrow with a zone": lambda when: when.dt.tz_localize("Asia/Tokyo").astype(
        "timestamp[us, Asia/Tokyo][pyarrow]"
    ),
    "days of Arrow": lambda when: when.dt.date.astype("date32[day][pyarrow]"),
    "categories": lambda when: written(when, "%Y-%m-%d %H:%M").astype("category"),
    "quoted": lambda when: written(when, "'%Y-%m-%d %H:%M"),
}


@pytest.mark.parametrize("form", list(DATES))
def test_series_are_dated_however_dates_are_written(form, series):
    read = read_series(series.assign(first_acquired_at=DATES[form](series["first_acquired_at"])))
    assert read.remarks == ()
    days_read = read.series["first_acquired_at"].dt.normalize()
    off = days_read != series["first_acquired_at"].dt.normalize()
    assert off.sum() == (1 if form == "numbers with a gap" else 0)
    assert days_read.dtype == "datetime64[us]"


def test_a_change_is_dated_by_dates_of_mixed_forms(series, plain):
    when = series["first_acquired_at"]
    mixed = pd.concat([DATES["aware"](when)[:400].astype(object), DATES["day first"](when)[400:]])
    drift = find_drift(series.assign(first_acquired_at=mixed), ["CTDIvol"])
    assert drift.changes["onset"].tolist() == plain.changes["onset"].tolist()


NUMBERS = {
    "decimal commas": lambda dose: dose.map("{:.2f}".format).str.replace(".", ","),
    "decimal commas in some rows": lambda dose: dose.map("{:.2f}".format).where(
        dose.index % 3 > 0, dose.map("{:.2f}".format).str.replace(".", ",")
    ),
    "decimal commas and numbers": lambda dose: dose.astype(object).where(
        dose.index % 2 > 0, dose.map("{:.2f}".format).str.replace(".", ",")
    ),
    "a unit": lambda dose: dose.map("{:.2f} mGy".format),
    "two units": lambda dose: dose.map("{:.2f} mGy".format).where(
        dose.index % 2 > 0, (dose / 10).map("{:.3f} cGy".format)
    ),
    "categories": lambda dose: dose.map("{:.2f}".format).str.replace(".", ",").astype("category"),
    "lists of one": lambda dose: dose.map(lambda one: [f"{one:.2f}".replace(".", ",")]),
}


@pytest.mark.parametrize("form", list(NUMBERS))
def test_numbers_are_read_however_they_are_written(form, series):
    read = read_series(series.assign(CTDIvol=NUMBERS[form](series["CTDIvol"])))
    assert read.remarks == ()
    assert numbers(read.series["CTDIvol"]).tolist() == pytest.approx(series["CTDIvol"].tolist(), rel=1e-9)


def test_categories_of_numbers_with_gaps_stay_as_they_are(series):
    thick = series["SliceThickness"].round().astype("Int64").where(series.index % 7 > 0).astype("category")
    read = read_series(series.assign(SliceThickness=thick))
    assert read.remarks == ()
    assert numbers(read.series["SliceThickness"])[1] == series["SliceThickness"][1]


def test_a_change_is_found_in_decimal_commas(series, plain):
    drift = find_drift(series.assign(CTDIvol=NUMBERS["categories"](series["CTDIvol"])), ["CTDIvol"])
    assert drift.changes["onset"].tolist() == plain.changes["onset"].tolist()
    assert drift.changes["effect"].tolist() == plain.changes["effect"].tolist()


@pytest.mark.parametrize("names", [["KVP", "KVP"], ["KVP", "KVP "], [" CTDIvol", "CTDIvol"]])
def test_a_column_twice_is_refused_by_its_name(names, series):
    bare = series.drop(columns=list({name.strip() for name in names}))
    twice = pd.concat([bare, pd.DataFrame([[120.0, 120.0]] * len(bare), columns=names)], axis=1)
    with pytest.raises(ColumnTwice, match=names[1].strip()):
        find_drift(twice, ["KVP"])


def test_blanks_around_a_name_do_not_hide_a_column(series):
    read = read_series(series.rename(columns={"CTDIvol": " CTDIvol "})).series
    assert read["CTDIvol"].tolist() == series["CTDIvol"].tolist()


LOGS = {
    "semicolons in Windows-1252": (
        "device;date;kind;text\nCT-01;08.08.2024;service;Röhre getauscht\n",
        "cp1252",
    ),
    "Excel's own line": ("sep=;\r\ndevice;date;kind;text\r\nCT-01;08.08.2024;service;Röhre\r\n", "utf-8-sig"),
    "UTF-16 with tabs": ("Device\tDate\tKind\tText\nct-01\t08.08.2024\tservice\tRöhre\n", "utf-16"),
    "line ends of old Macs": ("device,date,kind,text\rCT-01,2024-08-08,service,Röhre\r", "utf-8"),
    "a serial number as a float": ("device,date,kind,text\n40001.0,2024-08-08,service,Röhre\n", "utf-8"),
    "a serial number with zeros": ("device,date,kind,text\n0040001,2024-08-08,service,Röhre\n", "utf-8"),
    "cells that end in a separator": (
        "device;date;kind;text;\nCT-01;08.08.2024;service;Röhre;\n",
        "utf-8",
    ),
    "a separator at the end of rows": ("device;date;kind;text\nCT-01;08.08.2024;service;Röhre;\n", "utf-8"),
}


@pytest.mark.parametrize("name", list(LOGS))
def test_a_service_log_is_read_whatever_saved_it(name, plain, tmp_path):
    text, encoding = LOGS[name]
    (tmp_path / "log.csv").write_bytes(text.encode(encoding))
    log = read_service_log(tmp_path / "log.csv", plain.fleet)
    assert log.remarks == ()
    assert log.events["device"].tolist() == ["CT-01"]
    assert log.events["date"].tolist() == days("2024-08-08")
    assert log.events["text"].str.startswith("Röhre").all()


def test_an_event_of_a_log_with_the_day_first_is_named_beside_the_change(series, tmp_path):
    (tmp_path / "log.csv").write_bytes(LOGS["semicolons in Windows-1252"][0].encode("cp1252"))
    drift = find_drift(series, ["CTDIvol"], events=tmp_path / "log.csv")
    assert drift.changes["cause"].str.contains("Röhre getauscht on 2024-08-08").all()


def test_a_log_whose_rows_have_more_cells_than_its_header_is_refused(plain, tmp_path):
    (tmp_path / "log.csv").write_text("device;date;kind;text\nCT-01;2024-08-08;service;tube; and filament\n")
    with pytest.raises(NotReadable, match="service log"):
        read_service_log(tmp_path / "log.csv", plain.fleet)


@pytest.mark.parametrize("header", ["device,date,date", "device,date, Date "])
def test_a_log_or_table_of_machines_with_a_column_twice_is_refused(header, plain, tmp_path):
    (tmp_path / "log.csv").write_text(f"{header}\nCT-01,2024-08-08,2024-08-09\n")
    with pytest.raises(ColumnTwice, match="date"):
        read_service_log(tmp_path / "log.csv", plain.fleet)
    (tmp_path / "devices.csv").write_text("device,StationName,StationName\nA,CT-01,CT-02\n")
    with pytest.raises(ColumnTwice, match="StationName"):
        list_devices(make_ct(Room(days=3)), tmp_path / "devices.csv")


@pytest.mark.parametrize("since", ["", "  ", "31.11.2024", "soon", "2024-02-30"])
def test_a_since_that_is_no_date_is_refused(since, series):
    with pytest.raises(UnreadableDates, match="since"):
        find_drift(series.iloc[:50], ["CTDIvol"], since=since)


def test_a_since_that_may_be_two_days_is_refused_unless_the_order_is_given(series):
    with pytest.raises(AmbiguousDates, match="since"):
        find_drift(series.iloc[:50], ["CTDIvol"], since="08/09/2024")
    assert find_drift(series, ["CTDIvol"], since="08/09/2024", dayfirst=True).changes.empty
    assert len(find_drift(series, ["CTDIvol"], since="08/07/2024", dayfirst=False).changes) == 1


def shifted(machine: pd.DataFrame, most: int = 150) -> pd.DataFrame:
    """A machine with an upgrade, its dates moved by another number of days for each patient."""
    new = day_number(machine) >= 160
    by = np.random.default_rng(3).integers(-most, most + 1, len(machine))
    return machine.assign(
        PatientID=machine["StudyInstanceUID"].to_numpy(),
        SoftwareVersions=np.where(new, "VA50", "VA40"),
        first_acquired_at=machine["first_acquired_at"] + pd.to_timedelta(by, unit="D"),
    )


def test_a_refused_machine_leaves_the_others_as_they_are_alone(series):
    good = pd.concat([series, make_dx(ROOM)], ignore_index=True)
    bad = shifted(make_ct(ROOM, name="CT-02", seed=9))
    parameters = ["CTDIvol", "ExposureIndex"]
    alone, beside = find_drift(good, parameters), find_drift(pd.concat([good, bad]), parameters)
    notices = beside.notices[beside.notices["device"] == "CT-02"]
    assert notices["kind"].tolist().count("shifted-dates") == 1
    for name in ("signals", "points", "alarms", "changes", "causes", "fleet"):
        mine, other = getattr(beside, name), getattr(alone, name)
        mine = mine[mine["device"] != "CT-02"] if "device" in mine else mine
        pd.testing.assert_frame_equal(
            mine.reset_index(drop=True), other.reset_index(drop=True), check_dtype=False
        )


@pytest.mark.parametrize("most", [45, 150])
def test_protocols_have_no_days_where_drift_refuses(most):
    made = make_ct(Room(days=400, a_day=2.0))
    late = day_number(made) >= 160
    series = shifted(made.assign(SliceThickness=np.where(late, 2.0, 3.0)), most)
    with pytest.raises(ShiftedDates):
        find_drift(series, ["KVP"])
    assert learn_protocols(series).changes.empty
    honest = series.assign(first_acquired_at=made["first_acquired_at"])
    assert learn_protocols(honest).changes["field"].tolist().count("SliceThickness") == 3


def plates(n: int, how_many: int) -> tuple[np.ndarray, np.ndarray]:
    """The plate of each exposure, used in turn at random, and its own count."""
    plate = np.random.default_rng(1).integers(0, how_many, n)
    count = np.zeros(n)
    for number in range(how_many):
        count[plate == number] = 5000 * (number + 1) + np.arange((plate == number).sum())
    return plate, count


@pytest.mark.parametrize("how_many", [1, 2, 3, 6])
@pytest.mark.parametrize("is_named", [True, False])
def test_plates_that_are_used_in_turn_are_no_shifted_dates(how_many, is_named):
    series = make_dx(ROOM)
    plate, count = plates(len(series), how_many)
    named = series.assign(
        PatientID=series["StudyInstanceUID"],
        ExposuresOnDetectorSinceManufactured=count,
        DetectorID=[f"P{number}" if is_named else None for number in plate],
    )
    assert machines_with_shifted_dates(named.assign(device="DX-01")) == {}


def test_a_serial_number_of_each_study_is_one_machine_with_a_notice(series, plain):
    anew = series.assign(DeviceSerialNumber=[f"{7 * n + 10_000}" for n in range(len(series))])
    drift = find_drift(anew, ["CTDIvol"])
    assert drift.fleet["device"].tolist() == ["CT-01"]
    assert drift.changes["onset"].tolist() == plain.changes["onset"].tolist()
    assert drift.notices["kind"].tolist().count("serial-numbers") == 1


@pytest.mark.parametrize("names", [("WS1", "WS2"), ("WS1", "WS2", "WS3"), ("CT-01", "ANONYMIZED")])
def test_two_consoles_are_one_machine(names, series):
    station = np.random.default_rng(2).choice(names, len(series))
    devices = list_devices(series.assign(StationName=station))
    assert devices["n_series"].tolist() == [len(series)]
    assert devices["identity"].tolist() == ["A"]

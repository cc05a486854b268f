"""Devices: one identity per machine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.devices import DEVICE_COLUMNS, identify, list_devices, long_gaps, maker_name, name_devices
from dicomlab.errors import MissingColumn, WrongArgument
from dicomlab.placeholder_names import is_placeholder
from dicomlab.series import as_series
from tests.conftest import SHARED

FIRST = {
    "Modality": "CT",
    "Manufacturer": "SIEMENS",
    "ManufacturerModelName": "SOMATOM Force",
    "DeviceSerialNumber": "75541",
    "StationName": "CT1",
    "InstitutionName": "North",
    "SoftwareVersions": "VA40",
}


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Series one a day, each with the first machine's headers but for what is given."""
    dates = pd.date_range("2024-01-01", periods=len(rows), freq="D").astype("datetime64[us]")
    return pd.DataFrame(
        [FIRST | {"first_acquired_at": date} | row for date, row in zip(dates, rows, strict=True)]
    )


def test_one_serial_with_two_stations_is_one_machine_under_its_latest_station():
    series = table(*[{}] * 5, *[{"StationName": "CT-NORTH"}] * 5)
    devices = list_devices(series)
    assert devices["device"].tolist() == ["CT-NORTH"]
    assert devices["identity"].tolist() == ["A"]
    assert devices["n_series"].tolist() == [10]


def test_a_maker_that_changed_its_name_keeps_its_machine():
    series = table(*[{"Manufacturer": "TOSHIBA"}] * 3, *[{"Manufacturer": "CANON_MEC"}] * 3)
    devices = list_devices(series)
    assert devices["Manufacturer"].tolist() == ["Canon"]


def test_a_maker_that_was_bought_keeps_its_machine_if_the_names_never_meet():
    sold = table(*[{"Manufacturer": "Small Maker"}] * 3, *[{"Manufacturer": "Big Maker"}] * 3)
    assert len(list_devices(sold)) == 1
    both = table(*[{"Manufacturer": "Small Maker"}, {"Manufacturer": "Big Maker"}] * 3)
    assert len(list_devices(both)) == 2


def test_a_model_that_an_upgrade_renamed_is_one_machine():
    series = table(
        *[{"ManufacturerModelName": "Prisma_fit"}] * 3,
        *[{"ManufacturerModelName": "MAGNETOM Prisma Fit"}] * 3,
    )
    assert list_devices(series)["ManufacturerModelName"].tolist() == ["MAGNETOM Prisma Fit"]


def test_a_replaced_scanner_is_two_machines_and_the_second_says_so():
    series = table(*[{}] * 5, *[{"DeviceSerialNumber": "99001"}] * 5)
    devices = list_devices(series).set_index("DeviceSerialNumber")
    assert devices.loc["75541", "device"] == "SOMATOM Force 75541"
    assert devices.loc["99001", "replaces"] == "SOMATOM Force 75541"
    assert pd.isna(devices.loc["75541", "replaces"])


def test_two_serials_at_one_station_at_once_are_two_machines_and_no_replacement():
    series = table(*[{}, {"DeviceSerialNumber": "99001"}] * 5)
    devices = list_devices(series)
    assert len(devices) == 2
    assert devices["replaces"].isna().all()


@pytest.mark.parametrize(
    "serial",
    [
        *("", "0", "0000", "NA", "n/a", "N.A.", "None", "unknown", "12345", "SOMATOM-Force"),
        *("#####", "9999", "Not Available", "TBD", "0.0.0", "xxxx"),
    ],
)
def test_a_placeholder_is_no_serial_number(serial):
    series = table(
        *[{"DeviceSerialNumber": serial}] * 3, *[{"DeviceSerialNumber": serial, "StationName": "CT2"}] * 3
    )
    devices = list_devices(series)
    assert devices["device"].tolist() == ["CT1", "CT2"]
    assert devices["identity"].tolist() == ["B", "B"]


def test_a_serial_that_two_models_use_on_the_same_days_is_none():
    days = pd.date_range("2024-01-01", periods=5).astype("datetime64[us]").repeat(2)
    series = table(*[{}, {"ManufacturerModelName": "Definition", "StationName": "CT2"}] * 5)
    devices = list_devices(series.assign(first_acquired_at=days))
    assert devices["device"].tolist() == ["CT1", "CT2"]
    assert devices["identity"].tolist() == ["B", "B"]


def test_a_station_is_the_same_in_capitals_or_not():
    series = table(*[{"DeviceSerialNumber": None, "StationName": name} for name in ("mrc35131", "MRC35131")])
    devices = list_devices(series)
    assert devices["device"].tolist() == ["MRC35131"]


def test_a_series_without_serial_belongs_to_the_only_machine_of_its_station():
    series = table(*[{}] * 4, {"DeviceSerialNumber": None})
    assert list_devices(series)["n_series"].tolist() == [5]


def test_a_series_that_names_no_machine_has_no_device():
    nothing = dict.fromkeys(("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "StationName"))
    names = name_devices(table({}, nothing))
    assert names.iloc[0] == "CT1"
    assert pd.isna(names.iloc[1])


def test_software_epochs_ignore_single_series_made_again():
    versions = ["VA40"] * 4 + ["VA50"] + ["VA40"] * 4 + ["VA50"] * 4
    series = table(*({"SoftwareVersions": version} for version in versions))
    epochs = list_devices(series)["software_epochs"].iloc[0]
    assert [(e["version"], f"{e['from']:%m-%d}") for e in epochs] == [("VA40", "01-01"), ("VA50", "01-10")]


def test_versions_in_a_list_are_one_text():
    series = table(*[{"SoftwareVersions": ["VA40", "SL3"]}] * 3)
    assert list_devices(series)["software"].tolist() == ["VA40\\SL3"]


def test_an_empty_table_gives_no_machine_but_the_columns():
    empty = list_devices(pd.DataFrame(columns=list(FIRST)))
    assert empty.columns.tolist() == list(DEVICE_COLUMNS)
    assert empty.empty


def test_a_table_without_any_device_column_gives_no_machine():
    assert list_devices(pd.DataFrame({"Modality": ["CT", "CT"]})).empty


def test_the_input_is_not_changed():
    series = table(*[{}] * 3)
    before = series.copy(deep=True)
    list_devices(series)
    name_devices(series)
    pd.testing.assert_frame_equal(series, before)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("GE MEDICAL SYSTEMS", "GE"),
        ("Siemens Healthineers", "Siemens"),
        ("Philips Medical Systems", "Philips"),
        ("FUJI PHOTO FILM Co., ltd.", "Fujifilm"),
        ("Gendex", "Gendex"),
        ("HOLOGIC, Inc.", "Hologic"),
    ],
)
def test_makers_have_one_name(written, name):
    assert maker_name(written) == name


@pytest.mark.real_files
def test_a_real_scanner_with_two_institutions_is_one_machine():
    series = as_series(pd.read_parquet(SHARED / "tables" / "things_ds004192_series.parquet"))
    devices = list_devices(series)
    assert devices["device"].tolist() == ["AWP66028"]
    assert name_devices(series).notna().sum() == 582


def test_the_user_says_which_machine_it_is():
    series = table(*[{}] * 3, *[{"DeviceSerialNumber": "99001", "StationName": "CT2"}] * 3)
    by_hand = pd.DataFrame({"device": ["North CT", "North CT"], "DeviceSerialNumber": ["75541", "99001"]})
    devices = list_devices(series, by_hand)
    assert devices["device"].tolist() == ["North CT"]
    assert devices["n_series"].tolist() == [6]


def test_the_user_can_part_a_machine_at_a_day(tmp_path):
    series = table(*[{}] * 6)
    path = tmp_path / "devices.csv"
    path.write_text("device,StationName,from,to\nold tube,ct1,,2024-01-03\nnew tube,CT1,2024-01-04,\n")
    devices = list_devices(series, path).set_index("device")
    assert devices["n_series"].to_dict() == {"old tube": 3, "new tube": 3}
    assert devices.loc["new tube", "replaces"] == "old tube"


def test_a_table_of_devices_with_another_column_is_refused():
    with pytest.raises(MissingColumn, match="device"):
        list_devices(table({}), pd.DataFrame({"name": ["CT"]}))
    with pytest.raises(WrongArgument, match="StationName"):
        list_devices(table({}), pd.DataFrame({"device": ["CT"], "Station": ["CT1"]}))


def test_a_serial_number_without_its_zeros_and_marks_is_the_same():
    series = table(
        {"DeviceSerialNumber": "0077-123"}, {"DeviceSerialNumber": "77123"}, {"StationName": "CT9"}
    )
    assert list_devices(series)["n_series"].tolist() == [2, 1]


def test_two_sites_that_use_one_station_name_are_two_machines():
    nameless = {"DeviceSerialNumber": None, "StationName": "CT1"}
    days = pd.date_range("2024-01-01", periods=6).astype("datetime64[us]").repeat(2)
    both = table(*[nameless | {"InstitutionName": site} for _ in range(6) for site in ("North", "South")])
    devices = list_devices(both.assign(first_acquired_at=days))
    assert devices["InstitutionName"].tolist() == ["North", "South"]
    assert devices["identity"].tolist() == ["B", "B"]


def test_a_site_that_was_renamed_keeps_its_machine():
    nameless = {"DeviceSerialNumber": None}
    series = table(*[nameless] * 5, *[nameless | {"InstitutionName": "North Hospital"}] * 5)
    assert list_devices(series)["n_series"].tolist() == [10]


def weekdays(first: str, last: str) -> pd.Series:
    return pd.Series(pd.bdate_range(first, last))


def test_a_long_gap_is_told_with_its_days_and_weekends_are_none():
    when = weekdays("2024-01-01", "2024-12-31")
    away = when.between("2024-07-01", "2024-07-19")
    gaps = long_gaps(when[~away], when.max())
    assert [(f"{g['from']:%m-%d}", f"{g['to']:%m-%d}", g["days"]) for g in gaps] == [("06-29", "07-21", 23)]
    assert long_gaps(when, when.max()) == []


def test_a_machine_that_is_used_once_a_week_has_longer_pauses():
    when = pd.Series(pd.date_range("2024-01-01", "2024-12-30", freq="7D"))
    fewer = when[~when.between("2024-05-01", "2024-05-10")]
    assert long_gaps(fewer, fewer.max()) == []
    lost = when[~when.between("2024-05-01", "2024-08-20")]
    assert len(long_gaps(lost, lost.max())) == 1


def test_a_gap_that_goes_on_has_no_end():
    when = weekdays("2024-01-01", "2024-06-28")
    (gap,) = long_gaps(when, pd.Timestamp("2024-07-31"))
    assert gap["from"] == pd.Timestamp("2024-06-29")
    assert pd.isna(gap["to"])
    assert gap["days"] == 33


def test_gaps_by_chance_keep_to_their_rate():
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        days = pd.Series(pd.date_range("2023-01-01", "2024-12-31"))
        busy = np.where(days.dt.day_of_week < 5, rng.uniform(0.3, 0.9), 0.05)
        worked = days[rng.random(len(days)) < busy]
        found += len(long_gaps(worked, worked.max()))
    # Less than one in twenty years and machine: at most four in 80 years.
    assert found <= 4


def test_a_machine_says_when_it_gave_no_data():
    dates = weekdays("2024-01-01", "2024-12-31").astype("datetime64[us]")
    series = table(*[{}] * len(dates)).assign(first_acquired_at=dates)
    gaps = list_devices(series[~dates.between("2024-03-01", "2024-03-20")])["gaps"].iloc[0]
    assert [gap["days"] for gap in gaps] == [20]


@pytest.mark.parametrize(
    "name",
    [
        *("Anon", "ANONYMIZED", "anonymised", "Anonimizado", "xxxxxxxxx", "X", "ID_STATION", "ID_SERIAL"),
        *("AnonStation", "NoName", "StationName", "removed by CTP", "REMOVED_BY_ANONYMIZER", "[REDACTED]"),
        *("de-identified", "****", "---", "localhost", "Station", "none"),
    ],
)
def test_a_placeholder_names_no_machine_as_serial_number_nor_as_station(name):
    assert is_placeholder(name)
    two = [{"DeviceSerialNumber": name}, {"DeviceSerialNumber": name, "StationName": "CT2"}]
    assert list_devices(table(*two * 4))["device"].tolist() == ["CT1", "CT2"]
    own = [{"StationName": name}, {"StationName": name, "DeviceSerialNumber": "99001"}]
    devices = list_devices(table(*own * 4))
    assert devices["device"].tolist() == ["SOMATOM Force 75541", "SOMATOM Force 99001"]
    assert devices["replaces"].isna().all()


@pytest.mark.parametrize("name", ["CT1", "MR1", "AWP66028", "71009", "Skyra", "ANON-MR-01", "HOST-66012"])
def test_a_name_that_may_be_one_is_no_placeholder(name):
    assert not is_placeholder(name)


@pytest.mark.parametrize(
    ("change", "replaced"),
    [
        ({}, ["SOMATOM Force 75541"]),
        ({"ManufacturerModelName": "SOMATOM X"}, ["SOMATOM Force 75541"]),
        ({"Manufacturer": "GE MEDICAL SYSTEMS"}, []),
        ({"Modality": "MR"}, []),
        ({"StationName": "CT2"}, []),
    ],
)
def test_a_machine_replaces_one_of_its_maker_and_modality_only(change, replaced):
    series = table(*[{}] * 5, *[{"DeviceSerialNumber": "99001"} | change] * 5)
    assert list_devices(series)["replaces"].dropna().tolist() == replaced


@pytest.mark.parametrize(
    ("serials", "n"),
    [
        ([f"{7 * k + 10_000}" for k in range(12)], 1),
        ([f"{7 * (k // 2) + 10_000}" for k in range(24)], 1),
        ([f"{7 * (k // 4) + 10_000}" for k in range(12)], 3),
        ([f"{7 * k + 10_000}" for k in range(4)], 4),
    ],
    ids=["one per study", "two series per study", "three machines in turn", "four are too few"],
)
def test_a_serial_number_of_each_study_is_that_of_no_machine(serials, n):
    per_study = 2 if len(serials) == 24 else 1
    rows = [
        {"DeviceSerialNumber": s, "StudyInstanceUID": f"1.{k // per_study}"} for k, s in enumerate(serials)
    ]
    found = identify(table(*rows))
    assert len(found.devices) == n
    assert found.serials == ({"CT1": len(set(serials))} if n == 1 else {})


@pytest.mark.parametrize(("serial", "n"), [("75541", 1), ("75", 2)])
def test_a_long_serial_number_with_two_consoles_is_one_machine(serial, n):
    days = pd.date_range("2024-01-01", periods=5).astype("datetime64[us]").repeat(2)
    series = table(
        *[{"DeviceSerialNumber": serial}, {"DeviceSerialNumber": serial, "StationName": "WS2"}] * 5
    )
    assert len(list_devices(series.assign(first_acquired_at=days))) == n


def test_the_row_of_a_machine_has_what_was_last_and_the_modality_that_is_most_common():
    rows = [{"Modality": "SR"}] * 4 + [{"Modality": "PT"}] * 2 + [{"Modality": "CT"}] * 2
    rows += [{"InstitutionName": None, "Modality": "SR"}]
    made = table(*rows)
    devices = list_devices(made.sample(frac=1, random_state=1))
    assert devices["modality"].tolist() == ["CT"]
    assert devices["InstitutionName"].tolist() == ["North"]
    assert list_devices(made[made["Modality"] == "SR"])["modality"].tolist() == ["SR"]

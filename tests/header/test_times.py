"""When an instance was acquired: dates and times as files write them, across midnight, and in UTC."""

from __future__ import annotations

import datetime as dt

import pytest

import dicomlab as dl
from dicomlab.schema.columns import Columns
from tests.header.test_values import batch_of, element, part10

TAGS = {
    "StudyDate": (0x00080020, "DA"),
    "SeriesDate": (0x00080021, "DA"),
    "AcquisitionDate": (0x00080022, "DA"),
    "AcquisitionDateTime": (0x0008002A, "DT"),
    "StudyTime": (0x00080030, "TM"),
    "SeriesTime": (0x00080031, "TM"),
    "AcquisitionTime": (0x00080032, "TM"),
    "TimezoneOffsetFromUTC": (0x00080201, "SH"),
    "ContentDate": (0x00080023, "DA"),
    "PatientBirthDate": (0x00100030, "DA"),
    "PatientAge": (0x00101010, "AS"),
}


def batch(**values: str):
    chosen = [(*TAGS[name], text) for name, text in values.items()]
    return batch_of(part10(*(element(tag, vr, text.encode()) for tag, vr, text in sorted(chosen))))


def row(**values: str) -> dict:
    return batch(**values).table.to_pylist()[0]


DATES = [
    ("20240229", dt.date(2024, 2, 29)),
    ("2024.02.29", dt.date(2024, 2, 29)),
    (" 20240229 ", dt.date(2024, 2, 29)),
    ("20230229", None),
    ("00000000", None),
    ("20241300", None),
    ("2024", None),
    ("202402", None),
    ("2024-02-29", None),
    ("29.02.2024", None),
    ("20240229120000", None),
    ("***", None),
    ("UNKNOWN", None),
]


@pytest.mark.parametrize(("text", "date"), DATES)
def test_dates_are_dates_or_problems(text, date):
    found = batch(StudyDate=text)
    assert found.table["StudyDate"].to_pylist() == [date]
    expected = [] if date else [("StudyDate", "not a date", text.encode())]
    assert [(p.column.name, p.reason, p.raw) for p in found.problems] == expected


TIMES = [
    ("10", dt.time(10)),
    ("1042", dt.time(10, 42)),
    ("104207", dt.time(10, 42, 7)),
    *((f"104207.{'123456'[:n]}", dt.time(10, 42, 7, int("123456"[:n].ljust(6, "0")))) for n in range(1, 7)),
    ("10:42:07", dt.time(10, 42, 7)),
    ("10:42:07.5", dt.time(10, 42, 7, 500_000)),
    ("10:42", dt.time(10, 42)),
    ("000000", dt.time(0)),
    ("104207.1234567", dt.time(10, 42, 7, 123456)),
    ("104207.123456999999999999999999", dt.time(10, 42, 7, 123456)),
    ("104207.123456x", None),
    ("104207.12345x", None),
    ("104207.", None),
    ("1", None),
    ("104", None),
    ("10420", None),
    ("10.5", None),
    ("1042.5", None),
    ("246060", None),
    ("235959.999999", dt.time(23, 59, 59, 999_999)),
    ("235960", dt.time(23, 59, 59)),
    ("235960.25", dt.time(23, 59, 59, 250_000)),
    ("23:59:60", dt.time(23, 59, 59)),
    ("235961", None),
    ("235961.5", None),
    ("10:4207", None),
    ("1042:07", None),
    ("-1", None),
    ("12 PM", None),
]


@pytest.mark.parametrize(("text", "time"), TIMES)
def test_times_are_times_or_problems(text, time):
    found = batch(StudyTime=text)
    assert found.table["StudyTime"].to_pylist() == [time]
    expected = [] if time else [("StudyTime", "not a time", text.encode())]
    assert [(p.column.name, p.reason, p.raw) for p in found.problems] == expected


DATETIMES = [
    ("20240229", dt.datetime(2024, 2, 29), None),
    ("2024022910", dt.datetime(2024, 2, 29, 10), None),
    ("202402291042", dt.datetime(2024, 2, 29, 10, 42), None),
    ("20240229104207", dt.datetime(2024, 2, 29, 10, 42, 7), None),
    ("20240229104207.5", dt.datetime(2024, 2, 29, 10, 42, 7, 500_000), None),
    ("20240229104207.123456+0545", dt.datetime(2024, 2, 29, 10, 42, 7, 123456), 345),
    ("2024022910-0330", dt.datetime(2024, 2, 29, 10), -210),
    ("20240229-0500", dt.datetime(2024, 2, 29), -300),
    ("20161231235960", dt.datetime(2016, 12, 31, 23, 59, 59), None),
    ("20240229104207.1234567+0100", dt.datetime(2024, 2, 29, 10, 42, 7, 123456), 60),
    ("2024022910-1200", dt.datetime(2024, 2, 29, 10), -720),
    ("2024022910+1400", dt.datetime(2024, 2, 29, 10), 840),
    ("2024022910-0000", dt.datetime(2024, 2, 29, 10), None),
]
NO_DATETIMES = [
    ("2024", "a date-time without a day"),
    ("202402", "a date-time without a day"),
    ("2024+0100", "a date-time without a day"),
    ("20240230104207", "not a datetime"),
    ("20240229104207+9900", "not a datetime"),
    ("20240229104207+1401", "not a datetime"),
    ("20240229104207-1201", "not a datetime"),
    ("20240229104207.", "not a datetime"),
    ("20240229 104207", "not a datetime"),
    ("20240229T104207", "not a datetime"),
    ("20240229104207Z", "not a datetime"),
]


@pytest.mark.parametrize(("text", "moment", "offset"), DATETIMES)
def test_date_times_keep_what_they_say(text, moment, offset):
    found = row(AcquisitionDateTime=text)
    assert found["AcquisitionDateTime"] == found["acquired_at"] == moment
    assert found["AcquisitionDateTime_utc_offset_minutes"] == offset


@pytest.mark.parametrize(("text", "reason"), NO_DATETIMES)
def test_date_times_that_are_none_are_problems(text, reason):
    found = batch(AcquisitionDateTime=text)
    assert found.table["AcquisitionDateTime"].to_pylist() == [None]
    assert found.table["AcquisitionDateTime_utc_offset_minutes"].to_pylist() == [None]
    assert [(p.reason, p.raw) for p in found.problems] == [(reason, text.encode())]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("StudyDate", "20240101-20240131"),
        ("StudyDate", "20240101-"),
        ("StudyTime", "1000-1200"),
        ("StudyTime", "-120000"),
        ("AcquisitionDateTime", "20240101100000-20240131"),
    ],
)
def test_a_range_is_for_queries_and_no_value(name, text):
    found = batch(**{name: text})
    assert found.table[name].to_pylist() == [None]
    assert [p.reason for p in found.problems] == ["a range, as queries have, and not a value"]


def test_lists_of_dates_with_a_bad_one_are_problems():
    raw = part10(element(0x00181200, "DA", b"20240101\\2024x101\\20240301"))
    found = batch_of(raw)
    assert found.table["DateOfLastCalibration"].to_pylist() == [None]
    assert [p.raw for p in found.problems] == [b"20240101\\2024x101\\20240301"]


AT = {"StudyDate": "20240101", "StudyTime": "220000"}


@pytest.mark.parametrize(
    ("values", "acquired_at"),
    [
        # its own date counts, whatever the others say
        (AT | {"AcquisitionDate": "20240105", "AcquisitionTime": "003000"}, dt.datetime(2024, 1, 5, 0, 30)),
        # no date, half past midnight, in a study that began at ten in the evening
        (AT | {"AcquisitionTime": "003000"}, dt.datetime(2024, 1, 2, 0, 30)),
        (AT | {"SeriesTime": "003000"}, dt.datetime(2024, 1, 2, 0, 30)),
        # a little before the study began: clocks that were read late, and not a day later
        (AT | {"AcquisitionTime": "215800"}, dt.datetime(2024, 1, 1, 21, 58)),
        (AT | {"AcquisitionTime": "231500"}, dt.datetime(2024, 1, 1, 23, 15)),
        # exactly twelve hours before is still the same day
        (AT | {"AcquisitionTime": "100000"}, dt.datetime(2024, 1, 1, 10)),
        (AT | {"AcquisitionTime": "095959"}, dt.datetime(2024, 1, 2, 9, 59, 59)),
        # the series is nearer than the study
        (
            AT | {"SeriesDate": "20240102", "SeriesTime": "000500", "AcquisitionTime": "003000"},
            dt.datetime(2024, 1, 2, 0, 30),
        ),
        # nothing to compare with
        ({"StudyDate": "20240101", "AcquisitionTime": "003000"}, dt.datetime(2024, 1, 1, 0, 30)),
        # a date that is none, of a series that has one
        (
            AT | {"SeriesDate": "20240103", "AcquisitionDate": "***", "AcquisitionTime": "10"},
            dt.datetime(2024, 1, 3, 10),
        ),
        # dates alone
        ({"StudyDate": "20240101"}, dt.datetime(2024, 1, 1)),
        ({"StudyTime": "100000"}, None),
    ],
)
def test_a_time_without_its_date_finds_the_day(values, acquired_at):
    assert row(**values)["acquired_at"] == acquired_at


@pytest.mark.parametrize(
    ("values", "utc"),
    [
        (AT | {"TimezoneOffsetFromUTC": "+0100"}, dt.datetime(2024, 1, 1, 21)),
        (AT | {"TimezoneOffsetFromUTC": "-0330"}, dt.datetime(2024, 1, 2, 1, 30)),
        (AT | {"TimezoneOffsetFromUTC": "+1400"}, dt.datetime(2024, 1, 1, 8)),
        # a date-time's own offset counts before that of the file
        (
            {"AcquisitionDateTime": "20240101120000+0200", "TimezoneOffsetFromUTC": "+0100"},
            dt.datetime(2024, 1, 1, 10),
        ),
        (
            {"AcquisitionDateTime": "20240101120000", "TimezoneOffsetFromUTC": "+0100"},
            dt.datetime(2024, 1, 1, 11),
        ),
        ({"AcquisitionDateTime": "20240101120000-0500"}, dt.datetime(2024, 1, 1, 17)),
        (AT, None),
        (AT | {"TimezoneOffsetFromUTC": "-0000"}, None),
        (AT | {"TimezoneOffsetFromUTC": "+1500"}, None),
        (AT | {"TimezoneOffsetFromUTC": "CET"}, None),
        ({"StudyDate": "20240101", "TimezoneOffsetFromUTC": "+0100"}, None),  # a date has no time to shift
        ({"TimezoneOffsetFromUTC": "+0100"}, None),
    ],
)
def test_utc_is_told_where_the_offset_is(values, utc):
    assert row(**values)["acquired_at_utc"] == utc


def moment(text: str, **values: str) -> tuple:
    found = row(AcquisitionDateTime=text, **values)
    return found["acquired_at"], found["acquired_at_utc"]


def test_a_date_time_of_another_zone_is_put_into_that_of_the_file():
    ten, nine = dt.datetime(2024, 1, 1, 10), dt.datetime(2024, 1, 1, 9)
    assert moment("20240101090000+0000", TimezoneOffsetFromUTC="+0100") == (ten, nine)
    assert moment("20240101100000+0100", TimezoneOffsetFromUTC="+0100") == (ten, nine)
    assert moment("20240101100000", TimezoneOffsetFromUTC="+0100") == (ten, nine)
    assert moment("20240101100000+0100") == (ten, nine)
    # over midnight: 23:30 of the day before in UTC
    late = moment("20231231233000+0000", TimezoneOffsetFromUTC="+0100", StudyDate="20240101")
    assert late == (dt.datetime(2024, 1, 1, 0, 30), dt.datetime(2023, 12, 31, 23, 30))


OWN = {"AcquisitionDate": "20240305", "AcquisitionTime": "101500", "TimezoneOffsetFromUTC": "+0100"}
OWN_MOMENT = dt.datetime(2024, 3, 5, 10, 15), dt.datetime(2024, 3, 5, 9, 15)


@pytest.mark.parametrize(
    "text", ["20000101", "20000101000000", "20000101120000", "20240305", "20240303235959"]
)
def test_a_placeholder_is_not_believed(text):
    """rsna-anonymizer 19.0.10 writes 20000101 into every file."""
    assert moment(text, **OWN) == OWN_MOMENT


@pytest.mark.parametrize("text", ["20240304000001", "20240305111111", "20240306235959"])
def test_a_date_time_within_a_day_of_a_date_is_believed(text):
    assert moment(text, **OWN)[0] == dt.datetime.strptime(text, "%Y%m%d%H%M%S")


def test_a_date_time_near_any_date_is_believed_and_without_dates_too():
    assert moment("20240305111111", StudyDate="20240301", SeriesDate="20240304")[0].day == 5
    assert moment("20240305111111", StudyDate="20240301", ContentDate="20240305")[0].day == 5
    assert moment("20240305111111", ContentDate="20260101")[0] == dt.datetime(2024, 3, 5, 11, 11, 11)
    assert moment("20000101")[0] == dt.datetime(2000, 1, 1)


def test_dates_without_times_count_before_a_date_time_far_from_them():
    assert moment("20000101", StudyDate="20240305")[0] == dt.datetime(2024, 3, 5)
    assert moment("19650101000001", StudyDate="19650102")[0] == dt.datetime(1965, 1, 1, 0, 0, 1)
    assert moment("19641231235959", StudyDate="19650102")[0] == dt.datetime(1965, 1, 2)


def test_moments_in_utc_are_in_the_years_that_python_has():
    first = {"AcquisitionDate": "00010101", "AcquisitionTime": "005959", "TimezoneOffsetFromUTC": "+0100"}
    assert row(**first)["acquired_at_utc"] is None
    assert row(**first | {"AcquisitionTime": "010000"})["acquired_at_utc"] == dt.datetime(1, 1, 1)
    assert moment("99991231185959-0500")[1] == dt.datetime(9999, 12, 31, 23, 59, 59)
    assert moment("99991231190000-0500") == (dt.datetime(9999, 12, 31, 19), None)


@pytest.mark.parametrize(
    ("values", "years"),
    [
        ({"PatientAge": "045Y"}, 45.0),
        ({"PatientAge": "006M"}, 0.5),
        ({"PatientAge": "45Y"}, 45.0),
        ({"PatientAge": "000Y"}, 0.0),
        ({"PatientAge": "000Y", "PatientBirthDate": "19400101", "StudyDate": "20240101"}, 84.0),
        ({"PatientAge": "999Y"}, None),
        ({"PatientAge": "-01Y"}, None),
        ({"PatientAge": "-01Y", "PatientBirthDate": "19400101", "StudyDate": "20240101"}, 84.0),
        ({"PatientAge": "045"}, None),
        ({"PatientAge": "45 YEARS"}, None),
        ({"PatientBirthDate": "20250101", "StudyDate": "20240101"}, None),
    ],
)
def test_ages_are_ages_and_the_text_stays(values, years):
    found = batch(**values)
    assert found.table["patient_age_years"].to_pylist() == [
        pytest.approx(years, abs=0.01) if years else years
    ]
    assert found.table["PatientAge"].to_pylist() == [values.get("PatientAge")]
    assert not found.problems


def test_times_need_no_more_columns_than_are_there(tmp_path):
    columns = Columns.only("StudyDate")
    path = tmp_path / "f"
    path.write_bytes(part10(element(0x00080020, "DA", b"20240101")))
    found = dl.read_header(path, columns)
    assert (found["acquired_at"], found["acquired_at_utc"]) == (dt.datetime(2024, 1, 1), None)

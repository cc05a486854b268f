"""Dates and clocks that contradict each other; and what looks like it and is none."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.checks.clocks import ClockOff
from dicomlab.checks.timing import (
    AgeDisagrees,
    BirthAfterStudy,
    DatesApart,
    DateTimeDoubted,
    ImpossibleDate,
    PlaceholderDate,
    StudyDatesDiffer,
)
from tests.build import dataset, write

DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "PatientBirthDate")


def files(*changes: dict[str, object]) -> pd.DataFrame:
    """Files of one study of 5 March 2024 of somebody born in 1960, with what is changed in each."""
    usual = dict.fromkeys(DATES, "2024-03-05") | {
        "PatientBirthDate": "1960-06-01",
        "PatientAge": "063Y",
        "PatientIdentityRemoved": None,
        "StudyInstanceUID": "1",
        "SeriesInstanceUID": "1.1",
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "device": "A",
    }
    rows = pd.DataFrame([usual | change | {"file_key": f"f{k}"} for k, change in enumerate(changes)])
    for name in DATES:
        rows[name] = pd.to_datetime(rows[name]).astype("datetime64[s]")
    return rows.astype({"PatientAge": "str", "PatientIdentityRemoved": "str"})


def test_a_date_in_the_future_is_found():
    check = ImpossibleDate(today=dt.date(2024, 3, 5))
    found = check(
        files({}, {"StudyDate": "2024-03-06"}, {"StudyDate": "2024-03-07", "ContentDate": "2031-01-01"})
    )
    assert found["files"].tolist() == [["f2"]]
    assert found["evidence"].tolist() == [
        {"attribute": ["StudyDate", "ContentDate"], "when": "in the future"}
    ]


def test_a_date_before_there_were_digital_images_is_found():
    found = ImpossibleDate()(files({"StudyDate": "1958-04-01"}, {"StudyDate": "1900-01-01"}))
    assert found["files"].tolist() == [["f0"]]
    assert found["evidence"][0]["when"] == "before 1970"


@pytest.mark.parametrize("day", ["1900-01-01", "1970-01-01", "0001-01-01"])
def test_a_day_that_stands_for_none_is_a_note_and_nothing_else(day):
    rows = files({"StudyDate": day, "AcquisitionDate": day, "PatientBirthDate": day})
    found = PlaceholderDate()(rows)
    assert found["severity"].tolist() == ["note"]
    assert found["evidence"][0]["attribute"] == ["StudyDate", "AcquisitionDate", "PatientBirthDate"]
    for check in (ImpossibleDate(), BirthAfterStudy(), AgeDisagrees()):
        assert check(rows).empty


def test_an_early_birth_date_is_only_old_age():
    assert ImpossibleDate()(files({"PatientBirthDate": "1921-01-01"})).empty


def test_two_study_dates_in_one_study():
    found = StudyDatesDiffer()(files({}, {}, {"StudyDate": "2024-03-08"}, {"StudyInstanceUID": "2"}))
    assert found["files"].tolist() == [["f2"]]
    assert found["evidence"].tolist() == [{"n_dates": 2, "days": 3}]


def test_acquisition_long_before_the_study_is_found():
    found = DatesApart()(files({}, {"AcquisitionDate": "2024-02-05", "ContentDate": "2024-02-05"}))
    assert found["evidence"].tolist() == [{"early": "AcquisitionDate", "late": "StudyDate", "days": 29}]


def test_content_before_acquisition_is_found():
    found = DatesApart()(files({"ContentDate": "2024-03-01"}))
    assert found["evidence"].tolist() == [{"early": "ContentDate", "late": "AcquisitionDate", "days": 4}]


@pytest.mark.parametrize(
    "change",
    [
        {"AcquisitionDate": "2024-03-04", "ContentDate": "2024-03-04"},
        {"AcquisitionDate": "2024-03-06", "ContentDate": "2024-03-06"},
        {"ContentDate": "2025-01-01"},
        {"AcquisitionDate": "2023-01-01", "ImageType": ["DERIVED", "SECONDARY"]},
        {"AcquisitionDate": None, "ContentDate": None},
        {"AcquisitionDate": "1900-01-01"},
    ],
)
def test_midnight_later_reconstruction_and_derived_images_are_no_contradiction(change):
    assert DatesApart()(files(change)).empty


def test_a_birth_after_the_study_is_found_once_a_study():
    rows = files({"PatientBirthDate": "2024-03-06"}, {"PatientBirthDate": "2024-03-06"}, {})
    assert BirthAfterStudy()(rows)[["level", "uid", "n_files"]].to_numpy().tolist() == [["study", "1", 2]]
    assert BirthAfterStudy()(files({"PatientBirthDate": "2024-03-05"})).empty


@pytest.mark.parametrize("age", ["053Y", "073Y", "063M", "040W", "012D"])
def test_an_age_that_is_not_the_time_since_birth_is_found(age):
    found = AgeDisagrees()(files({"PatientAge": age}))
    assert found["severity"].tolist() == ["warning"]
    assert age not in found["message"][0]


@pytest.mark.parametrize(
    "change",
    [
        {"PatientAge": "062Y"},
        {"PatientAge": "065Y"},
        {"PatientAge": "000Y"},
        {"PatientAge": "63"},
        {"PatientAge": None},
        {"PatientBirthDate": None},
        {"PatientBirthDate": "2024-01-05", "PatientAge": "002M"},
        {"PatientBirthDate": "2024-03-01", "PatientAge": "004D"},
    ],
)
def test_ages_are_rounded_and_may_be_unknown(change):
    assert AgeDisagrees()(files(change)).empty


def test_a_blurred_birth_date_is_only_a_note():
    rows = files({"PatientAge": "073Y", "PatientIdentityRemoved": "YES"})
    assert AgeDisagrees()(rows)["severity"].tolist() == ["note"]


def clocks(content: list[float], study: list[float], days: int = 5) -> pd.DataFrame:
    n = len(content)
    return pd.DataFrame(
        {
            "device": "A",
            "file_key": [f"f{k}" for k in range(n)],
            "SeriesInstanceUID": [f"1.{k}" for k in range(n)],
            "StudyInstanceUID": [str(k) for k in range(n)],
            "day": pd.to_datetime([f"2024-03-{1 + k % days:02d}" for k in range(n)]),
            "content_after_s": content,
            "study_before_s": study,
        }
    )


def test_a_console_behind_its_scanner_is_found():
    found = ClockOff()(clocks([-300.0] * 18 + [20.0] * 2, [100.0] * 20))
    assert found["evidence"].tolist() == [{"seconds_off": 300, "percent": 90}]
    assert found["confidence"].tolist() == ["low"]
    assert found["uid"].tolist() == ["A"]


def test_images_before_their_study_are_worth_a_note():
    found = ClockOff()(clocks([20.0] * 12, [-600.0] * 12))
    assert found["severity"].tolist() == ["note"]


def test_an_hour_between_study_and_first_image_is_worth_a_note():
    assert ClockOff()(clocks([20.0] * 12, [3700.0] * 12))["severity"].tolist() == ["note"]


@pytest.mark.parametrize(
    ("content", "study", "days"),
    [
        ([-300.0] * 5, [100.0] * 5, 5),
        ([-300.0] * 10 + [20.0] * 10, [100.0] * 20, 5),
        ([-30.0] * 20, [-60.0] * 20, 5),
        ([-300.0] * 20, [-600.0] * 20, 2),
        ([float("nan")] * 20, [float("nan")] * 20, 5),
    ],
)
def test_a_few_series_or_a_few_seconds_are_no_clock(content, study, days):
    assert ClockOff()(clocks(content, study, days)).empty


def test_a_date_time_that_is_not_believed_is_found(tmp_path):
    """rsna-anonymizer 19.0.10 writes 20000101 into every file."""
    own = {"StudyDate": "20240305", "AcquisitionDate": "20240305", "AcquisitionTime": "101500"}
    written = [
        "20000101",
        "20240305",
        "20240305101500",
        "20240304101500",
        "20240303235959",
        "20240305090000+0000",
    ]
    for n, text in enumerate(written):
        ds = dataset(
            PatientID="P1",
            StudyInstanceUID="1.2",
            SeriesInstanceUID="1.3",
            SOPInstanceUID=f"1.2.{n}",
            Modality="MR",
            DeviceSerialNumber="7",
            AcquisitionDateTime=text,
            **own,
        )
        if "+" in text:
            ds.TimezoneOffsetFromUTC = "+0100"
        write(ds, tmp_path / "in" / str(n))
    catalog = dl.scan(tmp_path / "in", tmp_path / "catalog", progress=False)
    found = dl.check(catalog, checks=[DateTimeDoubted()])
    names = [sorted(Path(f).name for f in files) for files in found["files"]]
    assert dict(zip(found["severity"], names, strict=True)) == {"warning": ["0", "4"], "note": ["1"]}
    assert "8830 days" in found["message"].iloc[0]

"""Tables: what drift reads from sidecars and from headers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.errors import WrongArgument
from dicomlab.series import as_series, protocol_names, reconstruction_names


def test_a_table_of_instances_is_dated_by_when_they_were_acquired() -> None:
    known = pd.Timestamp("2024-03-01 10:00:00")
    table = pd.DataFrame({"acquired_at": [known, pd.NaT], "StudyDate": ["20240229", "20240302"]})
    times = as_series(table)["first_acquired_at"].tolist()
    assert times == [known, pd.Timestamp("2024-03-02")]


def test_times_of_sidecars_become_milliseconds():
    series = as_series(pd.DataFrame({"bids_RepetitionTime": [1.16], "bids_EchoTime": [0.03]}))
    assert series.loc[0, "RepetitionTime"] == 1160.0
    assert series.loc[0, "EchoTime"] == 30.0


def test_names_of_sidecars_become_keywords():
    names = {
        "bids_ManufacturersModelName": ["Skyra"],
        "bids_PercentPhaseFOV": [100.0],
        "bids_TxRefAmp": [242.9],
    }
    series = as_series(pd.DataFrame(names))
    assert {"ManufacturerModelName", "PercentPhaseFieldOfView", "reference_amplitude_volt"} <= set(series)


def test_headers_come_before_sidecars_and_gaps_are_filled():
    series = as_series(pd.DataFrame({"dcm_EchoTime": [30.0, np.nan], "bids_EchoTime": [0.03, 0.036]}))
    assert series["EchoTime"].tolist() == [30.0, 36.0]


def test_rounded_values_never_fill_exact_ones():
    table = pd.DataFrame(
        {"dcm_ImagingFrequency": [123.193718, np.nan], "bids_ImagingFrequency": [123.194, 123.194]}
    )
    assert as_series(table)["ImagingFrequency"].isna().tolist() == [False, True]


def test_lists_in_json_become_lists():
    series = as_series(pd.DataFrame({"bids_ImageType": ['["ORIGINAL", "PRIMARY"]', None]}))
    assert series.loc[0, "ImageType"] == ["ORIGINAL", "PRIMARY"]


def test_the_time_of_acquisition_is_read_with_and_without_fractions():
    table = pd.DataFrame(
        {"bids_Modality": "MR", "acq_time": ["2012-09-24T17:44:50.727500", "2012-11-08T07:43:36", None]}
    )
    times = as_series(table)["first_acquired_at"]
    assert times.dt.strftime("%Y-%m-%d %H:%M").tolist()[:2] == ["2012-09-24 17:44", "2012-11-08 07:43"]
    assert pd.isna(times[2])


def test_the_best_clock_that_a_header_has_is_used():
    table = pd.DataFrame(
        {
            "AcquisitionDateTime": ["20240102030405.5", None, None, None],
            "AcquisitionDate": [None, "20240103", None, None],
            "AcquisitionTime": [None, "101112", None, None],
            "StudyDate": ["20230101", "20230101", "2024.01.04", "***"],
        }
    )
    times = as_series(table)["first_acquired_at"].astype("str").tolist()
    assert times[:3] == ["2024-01-02 03:04:05", "2024-01-03 10:11:12", "2024-01-04 00:00:00"]
    assert pd.isna(times[3])


def test_a_catalog_gives_its_series():
    class Catalog:
        series = pd.DataFrame({"first_acquired_at": pd.to_datetime(["2024-01-01"])})

    assert as_series(Catalog()) is Catalog.series


def test_something_else_is_refused_with_what_to_give():
    with pytest.raises(WrongArgument, match="DataFrame of series"):
        as_series([1, 2])


def test_series_read_from_csv_have_dates_again():
    table = pd.DataFrame({"Modality": ["CT"], "first_acquired_at": ["2024-03-01 10:00:00"]})
    assert as_series(table)["first_acquired_at"].tolist() == [pd.Timestamp("2024-03-01 10:00")]


def test_names_of_no_series_are_no_texts():
    none = pd.DataFrame({"ProtocolName": pd.Series(dtype="str"), "SeriesDescription": pd.Series(dtype="str")})
    protocol = protocol_names(none)
    assert protocol.dtype == "str"
    assert reconstruction_names(none, protocol).tolist() == []

"""Attributes that are missing, or written wrongly."""

from __future__ import annotations

import pandas as pd

from dicomlab.checks.attributes import (
    MissingExpected,
    MissingInSome,
    MissingRequired,
    OtherVr,
    TooLongNumber,
    UnreadValue,
    types_of,
)
from dicomlab.checks.tables import SOURCES

CT, SC = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.7"


def files(absent: list[str], empty: list[str] | None = None, **columns: object) -> pd.DataFrame:
    n = len(absent)
    usual = {
        "file_key": [f"f{k}" for k in range(n)],
        "device": ["A"] * n,
        "SOPClassUID": [CT] * n,
        "SeriesInstanceUID": ["1"] * n,
        "image_type": ["[ORIGINAL, PRIMARY, AXIAL]"] * n,
        "absent": pd.Categorical(absent),
        "empty": pd.Categorical(empty or [""] * n),
        "kept_headers": [True] * n,
    }
    return pd.DataFrame(usual | columns)


def test_what_is_always_required_is_looked_for_by_kind_of_file():
    assert {"Rows", "PixelSpacing", "RescaleSlope", "FrameOfReferenceUID"} <= types_of(CT)[0]
    assert {"KVP", "SliceThickness", "PatientID"} <= types_of(CT)[1]
    assert "Modality" not in types_of(SC)[0]
    assert types_of("1.2.3") == (frozenset(), frozenset())


def test_a_required_attribute_without_value_is_missing():
    found = MissingRequired()(files(["PixelSpacing EchoTime", "EchoTime", "EchoTime"], ["", "", "Rows"]))
    assert found["evidence"].tolist() == [{"kind": "CT Image", "attributes": "PixelSpacing, Rows"}]
    assert found["n_files"].tolist() == [2]


def test_an_attribute_that_may_be_empty_is_missing_only_where_it_is_absent():
    found = MissingExpected()(files(["", "SliceThickness"], ["KVP", ""]))
    assert found["evidence"][0]["attributes"] == "SliceThickness"
    assert found["files"].tolist() == [["f1"]]


def test_what_other_kinds_need_is_not_missing():
    rows = files(["EchoTime ScanningSequence OperatorsName"])
    assert MissingRequired()(rows).empty
    assert MissingExpected()(rows).empty
    assert MissingRequired()(files(["Rows"], SOPClassUID=["1.2.3"])).empty


def test_the_same_lack_is_told_once_a_machine_and_kind():
    rows = files(["KVP"] * 4, device=["A", "A", "A", "B"], SeriesInstanceUID=["1", "2", "3", "4"])
    assert MissingExpected()(rows)[["uid", "n_files"]].to_numpy().tolist() == [["A", 3], ["B", 1]]


def test_rows_that_stand_for_several_files_count_as_those():
    own = files(["PixelSpacing", "PixelSpacing Rows"], n_files=[3, 40], files=[["c", "a"], ["b"]])
    found = MissingRequired()(own.drop(columns="file_key"))
    assert found["n_files"].tolist() == [43]
    assert found["files"].tolist() == [["a", "b", "c"]]
    assert found["message"].str.startswith("43 files of kind CT Image lack").tolist() == [True]


def test_what_most_lack_is_named_first():
    found = MissingExpected()(files(["KVP", "SliceThickness", "SliceThickness KVP", "SliceThickness"]))
    assert found["evidence"][0]["attributes"] == "SliceThickness, KVP"


def test_a_few_files_without_what_the_others_have_are_told():
    found = MissingInSome()(files(["", "", "", "KVP"], ["", "", "", "CTDIvol"]))
    assert found["files"].tolist() == [["f3"]]
    assert found["evidence"].tolist() == [{"attributes": "CTDIvol, KVP"}]


def test_a_localiser_may_lack_what_the_other_images_have():
    rows = files(["", "", "", "SpiralPitchFactor"], image_type=["axial", "axial", "axial", "localiser"])
    assert MissingInSome()(rows).empty


def test_a_few_files_that_have_more_than_the_others_are_none_of_these():
    assert MissingInSome()(files(["KVP", "KVP", "KVP", ""])).empty


def test_what_nobody_counts_on_may_be_in_some_files_only():
    assert MissingInSome()(files(["", "", "", "ConversionType"])).empty


def test_all_series_lacking_the_same_are_no_exception():
    rows = files(["KVP", "KVP", ""], SeriesInstanceUID=["1", "1", "2"])
    assert MissingInSome()(rows).empty


def test_files_of_an_archive_come_as_few_rows(small_fleet):
    catalog = small_fleet["catalog"]
    names = ["file_key", "SeriesInstanceUID", "SOPClassUID", "absent"]
    counted, alone = SOURCES["headers"].blocks(catalog, names, together=(), rows=10**6)
    told = catalog.presence(["Rows"])["absent"].notna().sum()
    assert counted["n_files"].sum() == told
    assert len(counted) < told / 10
    assert alone["file_key"].is_unique
    lacks = alone.groupby(["SeriesInstanceUID", "SOPClassUID", "image_type"], dropna=False)
    assert (lacks["absent"].nunique() + lacks["empty"].nunique() > 2).all()


def test_attributes_written_wrongly_are_told_once_a_machine():
    rows = files([""] * 3, other_vr=pd.Categorical(["", "KVP", "KVP Rows"]))
    assert OtherVr()(rows)["evidence"].tolist() == [{"attributes": ["KVP", "KVP, Rows"]}]
    rows = files([""] * 3, too_long=pd.Categorical(["", "", "PixelSpacing"]))
    assert TooLongNumber()(rows)["files"].tolist() == [["f2"]]


def test_values_that_did_not_parse_are_told_by_column_and_reason():
    rows = pd.DataFrame(
        {
            "file_key": ["a", "b", "c"],
            "device": ["A"] * 3,
            "column": ["KVP", "KVP", "StudyDate"],
            "tag": ["(0018,0060)"] * 2 + ["(0008,0020)"],
            "reason": ["not a number", "not a number", "not a date"],
        }
    )
    found = UnreadValue()(rows)
    assert found["n_files"].tolist() == [2, 1]
    assert found["message"][0] == "KVP of 2 files could not be read: not a number."

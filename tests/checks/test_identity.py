"""Identifiers of one thing that are of several: small tables, one situation each."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from dicomlab.checks.identity import (
    PatientWithSeveralNames,
    SameFileTwice,
    SameUidOtherContent,
    SeriesInSeveralPlaces,
    SharedFrameOfReference,
    StudyOfSeveralPatients,
    UidInSeveralSeries,
)


def repeats(**columns: list[object]) -> pd.DataFrame:
    """Rows of `repeats`: files of one instance in one series, with one header, if not said otherwise."""
    n = len(next(iter(columns.values())))
    usual = {
        "file_key": [f"f{k}" for k in range(n)],
        "SOPInstanceUID": ["1.1"] * n,
        "SeriesInstanceUID": ["1"] * n,
        "n_series": [1] * n,
        "series_together": ["1"] * n,
        "size": [100] * n,
        "header_digest": ["same"] * n,
    }
    return pd.DataFrame({**usual, **columns})


def test_a_file_sent_twice_is_a_copy():
    rows = repeats(size=[100, 100, 100])
    found = SameFileTwice()(rows)
    assert found["evidence"].tolist() == [{"n_copies": 2}]
    assert found["files"].tolist() == [["f0", "f1", "f2"]]
    assert SameUidOtherContent()(rows).empty


def test_copies_are_told_once_a_series():
    rows = repeats(SOPInstanceUID=["1.1", "1.1", "1.2", "1.2"], header_digest=["a", "a", "b", "b"])
    found = SameFileTwice()(rows)
    assert found["n_files"].tolist() == [4]
    assert found["evidence"].tolist() == [{"n_copies": 2}]


def test_another_header_under_the_same_uid_is_no_copy():
    rows = repeats(header_digest=["a", "b"], InstanceNumber=[1, 2], Rows=[64, 64])
    assert SameFileTwice()(rows).empty
    found = SameUidOtherContent()(rows)
    assert found["severity"].tolist() == ["error"]
    assert found["evidence"].tolist() == [{"n_uids": 1, "differ": "InstanceNumber"}]


def test_a_copy_of_another_length_is_no_copy():
    rows = repeats(size=[100, 80])
    assert SameFileTwice()(rows).empty
    assert SameUidOtherContent()(rows)["evidence"].tolist() == [{"n_uids": 1, "differ": "length"}]


def test_files_that_differ_in_what_no_column_shows_are_told_all_the_same():
    found = SameUidOtherContent()(repeats(header_digest=["a", "b"]))
    assert found["evidence"][0]["differ"] == "attributes that no column shows"


def test_a_compressed_copy_is_a_warning_and_no_error():
    rows = repeats(header_digest=["a", "b"], size=[100, 50], TransferSyntaxUID=["1.2", "1.2.4.50"])
    found = SameUidOtherContent()(rows)
    assert found["severity"].tolist() == ["warning"]
    assert found["evidence"][0]["differ"] == "TransferSyntaxUID"


def test_without_kept_headers_length_is_all_there_is():
    same = repeats(header_digest=[None, None])
    assert SameFileTwice()(same)["confidence"].tolist() == ["medium"]
    other = repeats(header_digest=[None, None], size=[100, 80])
    assert SameFileTwice()(other).empty
    assert SameUidOtherContent()(other)["confidence"].tolist() == ["medium"]


def test_one_uid_in_two_series_is_one_finding_for_all_instances_that_they_share():
    rows = repeats(
        SOPInstanceUID=["1.1", "1.1", "1.2", "1.2"],
        SeriesInstanceUID=["1", "2", "1", "2"],
        n_series=[2] * 4,
        series_together=["1 2"] * 4,
    )
    found = UidInSeveralSeries()(rows)
    assert found["evidence"].tolist() == [{"n_uids": 2, "n_series": 2}]
    assert SameFileTwice()(rows).empty
    assert SameUidOtherContent()(rows).empty


def places(patients: list[object], studies: list[str], series: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "file_key": [f"f{k}" for k in range(len(patients))],
            "PatientID": patients,
            "StudyInstanceUID": studies,
            "SeriesInstanceUID": series,
            "FrameOfReferenceUID": ["9"] * len(patients),
        }
    )


def test_a_series_under_two_patients_is_one_finding():
    rows = places(["A", "A", "B"], ["1", "1", "1"], ["1.1"] * 3)
    found = SeriesInSeveralPlaces()(rows)
    assert found["evidence"].tolist() == [{"n_patients": 2, "n_studies": 1}]
    assert found["uid"].tolist() == ["1.1"]
    assert StudyOfSeveralPatients()(rows).empty
    assert SharedFrameOfReference()(rows).empty


def test_a_series_under_two_studies_is_one_finding():
    found = SeriesInSeveralPlaces()(places(["A", "A"], ["1", "2"], ["1.1", "1.1"]))
    assert found["message"].tolist() == ["The files of one series lie in 2 studies."]


def test_a_file_without_patient_does_not_make_two_of_them():
    rows = places(["A", None], ["1", "1"], ["1.1", "1.1"])
    assert SeriesInSeveralPlaces()(rows).empty
    assert StudyOfSeveralPatients()(rows).empty


def test_a_study_whose_series_are_of_two_patients():
    rows = places(["A", "B"], ["1", "1"], ["1.1", "1.2"])
    found = StudyOfSeveralPatients()(rows)
    assert found[["level", "uid"]].to_numpy().tolist() == [["study", "1"]]
    assert found["evidence"].tolist() == [{"n_patients": 2}]
    assert SharedFrameOfReference()(rows).empty


def test_a_frame_of_reference_of_two_patients():
    rows = places(["A", "B"], ["1", "2"], ["1.1", "2.1"])
    assert SharedFrameOfReference()(rows)["evidence"].tolist() == [{"n_patients": 2}]


def test_an_atlas_is_a_frame_of_reference_for_everybody():
    rows = places(["A", "B"], ["1", "2"], ["1.1", "2.1"])
    assert SharedFrameOfReference()(rows.assign(FrameOfReferenceUID="1.2.840.10008.1.4.1.1")).empty


def people(names: list[object], births: list[object] | None = None) -> pd.DataFrame:
    n = len(names)
    return pd.DataFrame(
        {
            "file_key": [f"f{k}" for k in range(n)],
            "PatientID": ["A"] * n,
            "PatientName": pd.Series(names, dtype="str"),
            "PatientBirthDate": pd.to_datetime(pd.Series(births or [dt.date(1960, 1, 2)] * n)),
        }
    )


def test_one_patient_with_two_birth_dates():
    rows = people(["Doe^Jo"] * 2, [dt.date(1960, 1, 2), dt.date(1961, 1, 2)])
    found = PatientWithSeveralNames()(rows)
    assert found["evidence"].tolist() == [{"differ": "PatientBirthDate"}]
    assert found["uid"].tolist() == [None]


def test_a_name_written_another_way_is_the_same_name():
    assert PatientWithSeveralNames()(people(["Doe^Jo", "DOE^JO^^^", "doe jo", None])).empty


def test_files_that_differ_come_first_among_those_that_are_named():
    found = PatientWithSeveralNames()(people(["Doe^Jo"] * 200 + ["Roe^Al"]))
    assert found["n_files"].tolist() == [201]
    assert found["files"][0][:2] == ["f0", "f200"]


def test_patients_without_an_identifier_are_not_one_patient():
    assert PatientWithSeveralNames()(people(["Doe^Jo", "Roe^Al"]).assign(PatientID=" ")).empty

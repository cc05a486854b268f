"""Numbers and words that stand for none."""

from __future__ import annotations

import pandas as pd
import pytest

from dicomlab.checks.placeholders import PlaceholderNumber, PlaceholderText


def files(modality: str, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"file_key": ["f0"], "device": ["A"], "Modality": [modality], **columns})


@pytest.mark.parametrize(
    ("modality", "column", "value", "severity"),
    [
        ("CT", "KVP", 0.0, "note"),
        ("CT", "SliceThickness", 0.0, "note"),
        ("MR", "EchoTime", 0.0, "note"),
        ("MR", "RepetitionTime", -1.0, "note"),
        ("PT", "PatientWeight", 0.0, "warning"),
        ("MR", "PatientWeight", 0.0, "note"),
        ("CT", "PatientSize", 178.0, "note"),
        ("CT", "RescaleSlope", 0.0, "warning"),
        ("PT", "RadionuclideHalfLife", 0.0, "warning"),
    ],
)
def test_a_number_that_means_nothing_is_found(modality, column, value, severity):
    found = PlaceholderNumber()(files(modality, **{column: [value]}))
    assert found["severity"].tolist() == [severity]
    assert found["evidence"][0]["attribute"] == column


@pytest.mark.parametrize(
    ("modality", "column", "value"),
    [
        ("CT", "KVP", 120.0),
        ("MR", "KVP", 0.0),
        ("CT", "EchoTime", 0.0),
        ("MR", "EchoTime", 0.03),
        ("MR", "FlipAngle", 0.0),
        ("CT", "PatientSize", 1.78),
        ("CT", "PatientWeight", 3.1),
        ("CT", "RescaleIntercept", 0.0),
        ("CT", "KVP", None),
    ],
)
def test_a_number_that_may_be_so_is_none_of_these(modality, column, value):
    assert PlaceholderNumber()(files(modality, **{column: pd.Series([value], dtype="float64")})).empty


def test_all_attributes_of_a_machine_are_one_finding():
    rows = pd.concat([files("CT", KVP=[0.0], SliceThickness=[0.0], file_key=[f"f{k}"]) for k in range(5)])
    found = PlaceholderNumber()(rows.reset_index(drop=True))
    assert found["n_files"].tolist() == [5]
    assert found["evidence"][0]["attribute"] == ["KVP", "SliceThickness"]


@pytest.mark.parametrize("word", ["UNKNOWN", "0000", " none ", "N/A", "xxx", "Anonymized", "-", "12345"])
def test_a_word_that_stands_for_none_is_found(word):
    found = PlaceholderText()(files("CT", DeviceSerialNumber=[word]))
    assert found["evidence"].tolist() == [{"attribute": "DeviceSerialNumber"}]


@pytest.mark.parametrize("word", ["45239", "CT0000", "Unknown Pleasures GmbH", "1000", "", None])
def test_a_name_that_is_one_is_none_of_these(word):
    assert PlaceholderText()(files("CT", DeviceSerialNumber=pd.Series([word], dtype="str"))).empty

"""Other kinds of files in a series, broken ones, DICOMDIRs, and hints of identity."""

from __future__ import annotations

import pandas as pd
import pytest

from dicomlab.checks.kinds import BrokenFiles, OtherKindInside, StaleDirectory
from dicomlab.checks.privacy import BurnedIn, IdentityLeft, LikelyBurnedIn

CT, ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1"
SC, PDF, SR = (f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("7", "104.1", "88.11"))


def series(*kinds: str) -> pd.DataFrame:
    rows = pd.DataFrame({"SOPClassUID": pd.Series(kinds, dtype="str"), "SeriesInstanceUID": "1"})
    rows["file_key"] = [f"f{k}" for k in range(len(rows))]
    return rows.assign(Rows=rows["SOPClassUID"].isin([CT, ENHANCED_CT, SC]).astype("Int64").replace(0, pd.NA))


@pytest.mark.parametrize(
    ("other", "kind"),
    [(SC, "Secondary Capture Image"), (PDF, "Encapsulated PDF"), ("1.2.3", "an unknown kind")],
)
def test_a_file_of_another_kind_among_images_is_found(other, kind):
    found = OtherKindInside()(series(CT, CT, other, CT))
    assert found["files"].tolist() == [["f2"]]
    assert found["evidence"].tolist() == [{"kind": kind}]


def test_captures_are_the_odd_ones_however_many():
    assert OtherKindInside()(series(CT, SC, SC, SC))["n_files"].tolist() == [3]


def test_a_series_of_one_kind_or_of_reports_is_none_of_these():
    assert OtherKindInside()(series(SC, SC)).empty
    assert OtherKindInside()(series(SR, PDF)).empty


def test_broken_files_are_told_by_reason():
    rows = pd.DataFrame(
        {
            "file_key": ["a", "b", "c"],
            "status": ["partial", "partial", "unreadable"],
            "reason": ["the file ends inside the header"] * 2 + ["the file cannot be opened (denied)"],
        }
    )
    found = BrokenFiles()(rows)
    assert found[["severity", "n_files"]].to_numpy().tolist() == [["error", 2], ["error", 1]]


def test_a_directory_that_names_missing_files_is_found():
    counts = {"n_named": [4, 3], "n_missing": [0, 2], "n_unreadable": [0, 0], "n_other": [0, 0]}
    found = StaleDirectory()(pd.DataFrame({"file_key": ["a", "b"], **counts}))
    assert found["files"].tolist() == [["b"]]
    assert found["evidence"][0]["n_missing"] == 2


def hints(**columns: object) -> pd.DataFrame:
    usual = {
        "file_key": "f0",
        "device": "A",
        "SOPClassUID": CT,
        "Modality": "CT",
        "image_type": "[ORIGINAL, PRIMARY]",
        "BurnedInAnnotation": None,
        "PatientIdentityRemoved": None,
        "InstitutionName": None,
        "OperatorsName": None,
        "PatientBirthDate": None,
    }
    rows = pd.DataFrame([usual | columns])
    texts = [name for name in usual if name not in ("OperatorsName", "PatientBirthDate")]
    rows["PatientBirthDate"] = pd.to_datetime(rows["PatientBirthDate"])
    return rows.astype(dict.fromkeys(texts, "str"))


def test_a_file_that_says_that_names_are_burned_in_is_believed():
    assert BurnedIn()(hints(BurnedInAnnotation="YES"))["severity"].tolist() == ["warning"]
    assert BurnedIn()(hints(BurnedInAnnotation="NO")).empty
    assert BurnedIn()(hints()).empty


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"Modality": "US"}, "ultrasound"),
        ({"SOPClassUID": SC}, "secondary captures"),
        ({"SOPClassUID": PDF}, "documents"),
        ({"image_type": "[DERIVED, SECONDARY, SCREEN SAVE]"}, "screen shots"),
    ],
)
def test_pixels_that_often_show_names_are_a_note(columns, what):
    found = LikelyBurnedIn()(hints(**columns))
    assert found["evidence"].tolist() == [{"what": what}]
    assert LikelyBurnedIn()(hints(**columns, BurnedInAnnotation="NO")).empty
    assert LikelyBurnedIn()(hints(**columns, BurnedInAnnotation="YES")).empty


def test_a_plain_image_gives_no_hint():
    assert LikelyBurnedIn()(hints()).empty


def test_what_is_left_in_a_file_that_says_it_is_de_identified():
    left = {"InstitutionName": "Clinic", "OperatorsName": ["Doe^Jo"], "PatientBirthDate": "1960-06-02"}
    found = IdentityLeft()(hints(PatientIdentityRemoved="YES", **left))
    assert found["evidence"].tolist() == [{"attributes": "PatientBirthDate, OperatorsName, InstitutionName"}]
    assert "Clinic" not in found["message"][0]
    assert IdentityLeft()(hints(PatientIdentityRemoved="NO", **left)).empty


def test_blurred_and_replaced_values_are_not_left():
    blurred = {"InstitutionName": "Anonymized", "OperatorsName": [], "PatientBirthDate": "1960-01-01"}
    assert IdentityLeft()(hints(PatientIdentityRemoved="YES", **blurred)).empty


def test_a_slide_is_no_secondary_capture():
    slide = "1.2.840.10008.5.1.4.1.1.77.1.6"
    assert LikelyBurnedIn()(hints(SOPClassUID=slide)).empty
    assert LikelyBurnedIn()(hints(SOPClassUID=f"{SC}.4"))["n_files"].tolist() == [1]

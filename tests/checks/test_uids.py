"""UIDs that are none."""

from __future__ import annotations

import pandas as pd
import pytest

from dicomlab.checks.queries import UIDS
from dicomlab.checks.uids import BadUid, MetaMismatch


def files(uid: str, name: str = "SOPInstanceUID", device: str = "A") -> pd.DataFrame:
    row = dict.fromkeys(UIDS, "1.2.3") | {name: uid, "file_key": "f", "device": device}
    return pd.DataFrame([row]).astype(dict.fromkeys(UIDS, "str"))


@pytest.mark.parametrize(
    ("uid", "fault"),
    [
        ("1." * 32 + "1", "longer than 64 characters"),
        ("1.2.3a", "other characters than digits and dots"),
        ("1.2 .3", "other characters than digits and dots"),
        ("1..3", "a component without digits"),
        ("1.2.", "a component without digits"),
        (".1", "a component without digits"),
        ("1.02.3", "a component with a leading zero"),
        ("01.2", "a component with a leading zero"),
    ],
)
def test_a_uid_that_is_none_is_found(uid, fault):
    found = BadUid()(files(uid))
    assert found["evidence"].tolist() == [{"attribute": "SOPInstanceUID", "fault": fault}]
    assert uid not in " ".join(found["message"])


@pytest.mark.parametrize("uid", ["1.2.3", "0.0.1", "2.25.0", "1." * 31 + "11", "2.25." + "9" * 39])
def test_a_uid_that_is_one_is_none_of_these(uid):
    assert BadUid()(files(uid)).empty


def test_the_same_fault_is_told_once_a_machine():
    rows = pd.concat(
        [
            files("1.02.3"),
            files("1.03.3").assign(file_key="g"),
            files("1.02", "StudyInstanceUID").assign(file_key="h"),
            files("1.04", device="B").assign(file_key="i"),
        ],
        ignore_index=True,
    )
    found = BadUid()(rows)
    assert found[["uid", "n_files"]].to_numpy().tolist() == [["A", 3], ["B", 1]]
    assert found["evidence"][0]["attribute"] == ["SOPInstanceUID", "StudyInstanceUID"]


def test_a_file_whose_head_says_another_kind_is_found():
    rows = pd.DataFrame(
        {
            "file_key": ["a", "b", "c"],
            "device": ["A"] * 3,
            "SOPClassUID": pd.Series(["1.1", "1.1", "1.1"], dtype="str"),
            "MediaStorageSOPClassUID": pd.Series(["1.1", "1.2", None], dtype="str"),
        }
    )
    assert MetaMismatch()(rows)["files"].tolist() == [["b"]]

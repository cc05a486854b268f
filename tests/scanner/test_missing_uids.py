"""A file that lacks an identifier is read whole; what is missing is a row of problems."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

import dicomlab as dl
from dicomlab.header.missing_uids import MISSING, UIDS
from tests.build import dataset, write
from tests.sources.test_dicomdir import write_directory

WHOLE = {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.2.3", "SOPInstanceUID": "1.2.3.4"}


def instance(folder: Path, name: str, **values: object) -> Path:
    """A file with all identifiers but those that are given as None."""
    ds = dataset(Modality="CT", PatientID="P1", **{**WHOLE, **values})
    for keyword in [keyword for keyword, value in values.items() if value is None]:
        delattr(ds, keyword)
    path = folder / name
    return write_without(ds, path) if ds.get("SOPInstanceUID") == "" else write(ds, path)


def write_without(ds: Dataset, path: Path) -> Path:
    """A file whose SOPInstanceUID is empty but in the file meta information."""
    ds.SOPInstanceUID = "1.2.999"
    raw = write(ds, path).read_bytes()
    at = raw.rindex(b"UI\x08\x001.2.999\0")
    path.write_bytes(raw[:at] + b"UI\0\0" + raw[at + 12 :])
    return path


def scan(folder: Path) -> dl.Catalog:
    return dl.scan(folder, into=folder.with_name("catalog"), progress=False)


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "files"


@pytest.mark.parametrize("uid", UIDS)
@pytest.mark.parametrize("value", [None, ""])
def test_a_file_without_a_uid_is_read_and_a_problem_says_so(folder, uid, value):
    instance(folder, "lacks", **{uid: value})
    instance(folder, "whole")
    catalog = scan(folder)
    assert catalog.files["status"].tolist() == ["read", "read"]
    assert catalog.errors.empty
    problems = catalog.problems
    assert problems[["column", "reason"]].to_numpy().tolist() == [[uid, MISSING]]
    assert problems["file_key"].tolist() == [str(folder / "lacks")]
    assert catalog.instances[uid].isna().sum() == 1
    assert catalog.counts["instances"] == 2
    assert catalog.series["n_instances"].sum() == 2
    assert "1 values did not parse or are missing" in repr(catalog)
    assert "not wholly read" not in repr(catalog)


@pytest.mark.slow
def test_nothing_that_counts_by_uid_is_upset_by_files_without_any(folder):
    for number in range(3):
        instance(folder, f"{number}", **dict.fromkeys(UIDS))
    instance(folder, "whole")
    catalog = scan(folder)
    assert catalog.counts["problems"] == 9
    assert sorted(catalog.series["n_instances"]) == [1, 3]
    assert "4 instances" in repr(catalog)
    assert catalog._repr_html_()
    findings = dl.check(catalog)
    assert "broken-files" not in set(findings["check"])
    told = findings[findings["check"] == "unread-value"]
    assert told["n_files"].tolist() == [3]
    assert sorted(told["evidence"].iloc[0]["column"]) == sorted(UIDS)
    assert len(dl.select(catalog, "Modality = 'CT'").instances) == 4


def test_a_file_that_is_cut_short_has_no_problem_for_what_it_lacks(folder):
    path = instance(folder, "cut")
    path.write_bytes(path.read_bytes()[:-3])
    catalog = scan(folder)
    assert catalog.files["status"].tolist() == ["partial"]
    assert "SeriesInstanceUID" not in set(catalog.problems["column"])


def test_objects_of_no_patient_lack_nothing(folder):
    instance(folder, "palette", SOPClassUID="1.2.840.10008.5.1.4.39.1", StudyInstanceUID=None)
    assert scan(folder).problems.empty


def test_columns_added_later_keep_the_problem(folder):
    instance(folder, "lacks", StudyInstanceUID=None)
    catalog = scan(folder).add_columns(["PatientComments"], progress=False)
    assert catalog.problems[["column", "reason"]].to_numpy().tolist() == [["StudyInstanceUID", MISSING]]


def test_a_directory_is_no_error_unless_it_is_broken(folder):
    instance(folder, "IM1")
    write_directory(folder, {"1.2.3.4": ("IM1",)})
    catalog = scan(folder)
    assert sorted(catalog.files["status"]) == ["DICOMDIR", "read"]
    assert catalog.errors.empty
    assert catalog.problems.empty
    assert "not wholly read" not in repr(catalog)
    whole = (folder / "DICOMDIR").read_bytes()
    (folder / "DICOMDIR").write_bytes(whole[:-5])
    errors = scan(folder).errors
    assert errors["status"].tolist() == ["DICOMDIR"]
    assert errors["reason"].tolist() == [
        "a DICOMDIR that is cut short or broken: the file ends inside the header"
    ]

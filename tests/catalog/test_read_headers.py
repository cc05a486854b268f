"""Columns read from kept headers, without a table of them."""

from __future__ import annotations

import pandas as pd
import pytest
from pydicom.dataset import Dataset

import dicomlab as dl
from dicomlab.errors import NoHeaders
from tests.build import dataset, write

PATH = "SourceImageSequence[*].ReferencedSOPInstanceUID"


@pytest.fixture
def scanned(tmp_path):
    """A catalog of three files, of which the k-th refers to k others."""
    for k in range(3):
        items = [Dataset() for _ in range(k)]
        for n, item in enumerate(items):
            item.ReferencedSOPInstanceUID = f"1.9.{n}"
        ds = dataset(SOPInstanceUID=f"1.2.{k}", PatientID="P", InstanceNumber=k, OtherPatientIDs="Invented")
        ds.SourceImageSequence = items
        write(ds, tmp_path / "in" / str(k))

    def scan(**settings):
        return dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False, **settings)

    return scan


def test_paths_of_all_items_come_as_lists(scanned):
    found = pd.concat(scanned().read_headers(dl.Columns.only(PATH))).sort_values("file_key")
    assert found.columns.tolist() == ["file_key", PATH]
    assert [None if cell is None else list(cell) for cell in found[PATH]] == [
        None,
        ["1.9.0"],
        ["1.9.0", "1.9.1"],
    ]


def test_only_files_that_fit_the_condition_are_read(scanned):
    catalog = scanned()
    found = pd.concat(catalog.read_headers(dl.Columns.only(PATH), "InstanceNumber = 1"))
    assert found["file_key"].str[-2:].tolist() == ["/1"]
    assert list(catalog.read_headers(dl.Columns.only(PATH), "InstanceNumber = 7")) == []


@pytest.mark.slow
def test_what_may_identify_is_masked_where_the_catalog_is(scanned):
    columns = dl.Columns.only("OtherPatientIDs")
    catalog = scanned()
    assert "Invented" in str(next(catalog.read_headers(columns)).to_dict())
    masked = next(catalog.masked.read_headers(columns))
    assert "Invented" not in str(masked.to_dict())
    assert set(masked["file_key"]) == set(catalog.masked.read("files", ["file_key"])["file_key"])


def test_a_catalog_without_headers_says_so(scanned):
    with pytest.raises(NoHeaders):
        next(scanned(keep_headers=False).read_headers(dl.Columns.only(PATH)))

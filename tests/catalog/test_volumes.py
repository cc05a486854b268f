"""The tables volumes and slices: made at the end of a scan, and taken by the checks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.catalog import split
from dicomlab.checks import content
from tests.checks import twins


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """A series of two echoes, one of them cut, a CT series of one volume, and a radiograph."""
    into = tmp_path_factory.mktemp("volumes")
    echoes = twins.series("MR", 15)
    for k, image in enumerate(echoes):
        twins.place(image, 3.0 * (k % 8))
        image.EchoTime = 20 if k < 8 else 90
    for name, images in {"mr": echoes, "ct": twins.series("CT", 6), "dx": twins.series("DX", 1)}.items():
        twins.write_series(images, into / "dicom" / name)
    twins.write_series(twins.series("CT", 1), into / "dicom" / "again")
    return dl.scan(into / "dicom", into=into / "catalog", progress=False)


def test_each_echo_is_a_volume_with_what_its_slices_share(catalog):
    volumes = catalog.volumes.sort_values(["Modality", "EchoTime"], ignore_index=True)
    assert volumes["Modality"].tolist() == ["CT", "MR", "MR"]
    assert volumes["n_slices"].tolist() == [6, 8, 7]
    assert volumes["EchoTime"].tolist()[1:] == [20, 90]
    assert volumes["apart_by"].tolist() == ["", "EchoTime", "EchoTime"]
    assert volumes["spacing_mm"].tolist() == [3, 3, 3]
    assert volumes["volume"].is_unique
    assert volumes["slab"].nunique() == 2


def test_instances_can_be_grouped_by_volume(catalog):
    found = catalog.sql(
        "SELECT volume, count(*) AS n, min(EchoTime) AS first, max(EchoTime) AS last "
        "FROM instances JOIN slices USING (file_key) WHERE Modality = 'MR' GROUP BY volume ORDER BY n"
    )
    assert found[["n", "first", "last"]].to_numpy().tolist() == [[7, 90, 90], [8, 20, 20]]


def test_an_image_that_came_twice_is_one_slice_and_a_radiograph_is_of_no_volume(catalog):
    slices = catalog.slices
    assert len(slices) == 15 + 6 + 1
    assert slices["volume"].isna().sum() == 1


def test_checks_find_the_same_with_and_without_the_tables(catalog, monkeypatch):
    names = [one for one in dl.list_checks()["check"] if one not in ("clock-off",)]
    names = [one for one in names if dl.list_checks().set_index("check").loc[one, "table"] == "slices"]
    made = dl.check(catalog, names)
    monkeypatch.setattr(type(catalog), "has_volumes", False)
    worked_out = dl.check(catalog, names)
    pd.testing.assert_frame_equal(made, worked_out)
    assert "incomplete-volume" in set(made["check"])


def test_checks_do_not_split_what_is_split(catalog, monkeypatch):
    monkeypatch.setattr(content, "split_series", lambda rows: pytest.fail("split again"))
    assert "incomplete-volume" in set(dl.check(catalog, ["incomplete-volume"])["check"])


def test_a_series_that_cannot_be_split_costs_only_itself(setting_aside, monkeypatch):
    real = split.split_series

    def odd(rows):
        if (rows["Modality"] == "CT").any():
            raise ValueError
        return real(rows)

    monkeypatch.setattr(split, "split_series", odd)
    rows = pd.DataFrame(
        {
            **{name: ["1"] * 8 for name in ("PatientID", "StudyInstanceUID")},
            "SeriesInstanceUID": list("aaaabbbb"),
            "file_key": list("12345678"),
            "Modality": ["CT"] * 4 + ["MR"] * 4,
            "place_x": 0.0,
            "place_y": 0.0,
            "place_z": [0.0, 3, 6, 9] * 2,
            **dict(zip(["row_x", "row_y", "row_z"], [1.0, 0, 0], strict=True)),
            **dict(zip(["column_x", "column_y", "column_z"], [0.0, 1, 0], strict=True)),
        }
    )
    found = split._split(rows)
    assert found["volume"].isna().tolist() == [True] * 4 + [False] * 4
    assert len(split._volumes(found)) == 1
    assert np.allclose(split._volumes(found)["spacing_mm"], 3)


def test_an_unfinished_scan_has_no_volumes_and_says_so(catalog):
    from dataclasses import replace

    from dicomlab.catalog.catalog import Catalog

    early = Catalog(catalog.path, replace(catalog._state, is_complete=False))
    assert catalog.has_volumes
    assert not early.has_volumes
    assert len(early.volumes) == 0
    assert early.volumes.columns.tolist() == catalog.volumes.columns.tolist()

"""check_studies: what series of one study must have in common."""

from __future__ import annotations

import pandas as pd
import pytest

from dicomlab.protocols.studies import RELATIONS, STUDY_COLUMNS, FieldMaps, check_studies
from tests.conftest import SHARED
from tests.protocols.tables import series


def in_studies(*parts: pd.DataFrame) -> pd.DataFrame:
    """Series side by side: the nth of each part is in the nth study."""
    table = pd.concat(parts, ignore_index=True)
    table["StudyInstanceUID"] = [f"study {n}" for part in parts for n in range(len(part))]
    table["SeriesInstanceUID"] = [f"series {n}" for n in range(len(table))]
    return table


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda r: f"{type(r).__name__} {getattr(r, 'name', '')}")
def test_each_relation_is_frozen_and_documented(relation):
    assert type(relation).__doc__.split("\n")[0].endswith(".")
    assert relation == eval(repr(relation), vars(__import__("dicomlab.protocols.studies", fromlist=["x"])))
    assert check_studies(series(0), [relation]).empty


def test_a_repeat_with_another_setting_is_told():
    table = in_studies(
        series(4, FlipAngle=8.0), series(4, FlipAngle=[8.0, 8.0, 12.0, 8.0]), series(4, FlipAngle=8.0)
    )
    found = check_studies(table)
    assert list(found) == STUDY_COLUMNS
    assert found[["study", "relation", "field", "found", "others"]].to_numpy().tolist() == [
        ["study 2", "repeats", "FlipAngle", "12 deg", "8 deg"]
    ]


def test_reconstructions_that_come_in_pairs_are_no_repeats():
    kernels = [series(4, modality="CT", ConvolutionKernel=kernel) for kernel in ("B30f", "B70f")]
    assert check_studies(in_studies(*kernels)).empty


def test_float_noise_is_no_difference():
    parts = [series(3, SliceThickness=value) for value in (2.4, 2.4000000490554, 2.3999999697219)]
    assert check_studies(in_studies(*parts)).empty


def test_a_study_from_two_machines_is_told():
    table = in_studies(series(3), series(3), series(3))
    table.loc[8, ["DeviceSerialNumber", "StationName"]] = ["S0815", "MR-2"]
    found = check_studies(table)
    assert found[["relation", "found", "others", "severity"]].to_numpy().tolist() == [
        ["machine", "MR-2", "MR-1", "error"]
    ]


def test_a_coil_that_only_one_series_used_is_told():
    table = in_studies(
        series(2, name="t1", ReceiveCoilName="HEAD"),
        series(2, name="t2", ReceiveCoilName=["HEAD", "BODY"]),
        series(2, name="flair", ReceiveCoilName="HEAD"),
    )
    assert check_studies(table)["text"].tolist() == [
        "ReceiveCoilName BODY where other series of the study have HEAD"
    ]


def planar(shims: list[list[int]], **more: object) -> pd.DataFrame:
    return series(len(shims), name="bold", ScanningSequence="EP", ShimSetting=shims, **more)


def test_an_echo_planar_series_without_a_field_map_of_its_shim_is_told():
    right, wrong = [1, 2, 3], [1, 2, 9]
    maps = series(4, name="gre_field_mapping", ScanningSequence="GR", ShimSetting=[right] * 4)
    found = check_studies(in_studies(planar([right, right, wrong, right]), maps))
    assert found[["study", "relation", "text"]].to_numpy().tolist() == [
        ["study 2", "field map shim", "ShimSetting 1, 2, 9, and field maps of the study have 1, 2, 3"]
    ]


def test_a_protocol_that_never_has_a_field_map_of_its_own_is_left_alone():
    maps = series(4, name="fieldmap", ScanningSequence="GR", ShimSetting=[[1, 1]] * 4)
    assert check_studies(in_studies(planar([[2, 2]] * 4), maps)).empty


def test_a_study_without_field_maps_is_left_alone():
    assert check_studies(in_studies(planar([[1, 1], [2, 2]]))).empty


def test_the_voxels_of_a_planar_field_map_must_be_those_of_the_series():
    maps = series(2, name="topup", ScanningSequence="EP", PixelSpacing=[[2.0, 2.0], [2.4, 2.4]])
    images = series(2, name="bold", ScanningSequence="EP", PixelSpacing=[[2.0, 2.0], [2.0, 2.0]])
    found = check_studies(in_studies(images, maps), [FieldMaps(("PixelSpacing",), is_planar=True)])
    assert found["study"].tolist() == ["study 1"]


def test_relations_that_cannot_be_judged_are_named():
    found = check_studies(series(2, FlipAngle=8.0))
    assert "field map shim" in found.attrs["not_judged"]
    assert "repeats" not in found.attrs["not_judged"]


@pytest.mark.real_files
def test_real_sessions_have_field_maps_of_their_shim():
    path = SHARED / "tables" / "things_ds004192_series.parquet"
    found = check_studies(pd.read_parquet(path))
    assert not len(found[found["relation"].str.startswith("field map")])

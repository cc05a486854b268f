"""What becomes of frames in a catalog."""

from __future__ import annotations

import pytest

import dicomlab as dl
from tests.build import write
from tests.header.test_frames import enhanced


@pytest.fixture
def catalog(tmp_path):
    """One series of two enhanced CT objects, three frames each, a tube current a frame."""
    for number in range(2):
        ds = enhanced(
            3,
            shared={"CTXRayDetailsSequence": {"KVP": 120.0}},
            frame=lambda i, n=number: {
                "CTExposureSequence": {"XRayTubeCurrentInmA": 100.0 + 10 * i},
                "PlanePositionSequence": {"ImagePositionPatient": [0, 0, 5.0 * (3 * n + i)]},
                "PlaneOrientationSequence": {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
                "FrameContentSequence": {"FrameAcquisitionDateTime": f"202403011000{n}{i}"},
            },
            PatientID="P",
            StudyInstanceUID="1.2",
            SeriesInstanceUID="1.2.3",
        )
        ds.SOPInstanceUID = f"1.2.3.{number}"
        write(ds, tmp_path / "in" / str(number))
    return dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False)


def test_each_frame_is_a_row_of_its_file(catalog):
    frames = catalog.frames
    assert len(frames) == catalog.counts["frames"] == 6
    assert set(frames["file_key"]) == set(catalog.instances["file_key"])
    assert sorted(frames["XRayTubeCurrent"]) == [100.0, 100.0, 110.0, 110.0, 120.0, 120.0]


def test_a_series_is_made_of_its_frames(catalog):
    series = catalog.series.iloc[0]
    assert series["KVP"] == 120.0
    assert series["XRayTubeCurrent"] == 110.0
    assert (series["n_instances"], series["n_frames"], series["n_slice_positions"]) == (2, 6, 6)
    assert "ImagePositionPatient" not in series["varies"]  # never rolled up
    assert "XRayTubeCurrent" not in series["varies"]  # a median is not a shared value
    assert str(series["last_acquired_at"]) == "2024-03-01 10:00:12"


def test_instances_say_what_varies_between_their_frames(catalog):
    instance = catalog.instances.iloc[0]
    assert instance["KVP"] == 120.0
    assert {"XRayTubeCurrent", "ImagePositionPatient"} <= set(instance["varies"])
    found = catalog.sql("SELECT count(*) AS n FROM instances WHERE list_contains(varies, 'XRayTubeCurrent')")
    assert found["n"].iloc[0] == 2


def test_a_setting_that_varies_between_frames_varies_in_the_series(tmp_path):
    ds = enhanced(
        2,
        frame=lambda i: {"MRFOVGeometrySequence": {"InPlanePhaseEncodingDirection": ("ROW", "COLUMN")[i]}},
        StudyInstanceUID="1.2",
        SeriesInstanceUID="1.2.3",
    )
    write(ds, tmp_path / "in" / "f")
    catalog = dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False)
    series = catalog.series.iloc[0]
    assert catalog.series["InPlanePhaseEncodingDirection"].isna().all()
    assert "InPlanePhaseEncodingDirection" in series["varies"]


def test_frames_of_a_file_that_is_gone_go_with_it(catalog, tmp_path):
    (tmp_path / "in" / "0").unlink()
    again = dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False)
    assert again.counts["frames"] == 3
    assert len(again.frames) == 3

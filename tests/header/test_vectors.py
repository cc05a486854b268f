"""Frames that vectors and the order of tiles tell about."""

from __future__ import annotations

import datetime as dt
from itertools import product

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from dicomlab.header.engine import HeaderReader
from dicomlab.header.vectors import NM_VECTORS
from dicomlab.schema.columns import Columns
from tests.build import dataset, write
from tests.conftest import pydicom_files, shared_files

NM, SLIDE, SEG = (
    "1.2.840.10008.5.1.4.1.1.20",
    "1.2.840.10008.5.1.4.1.1.77.1.6",
    "1.2.840.10008.5.1.4.1.1.66.4",
)
TILE_COLUMN, TILE_ROW = "ColumnPositionInTotalImagePixelMatrix", "RowPositionInTotalImagePixelMatrix"


def frames_of(ds: Dataset, to, columns: Columns | None = None) -> list[dict]:
    path = str(write(ds, to / "f"))
    batches = [next(HeaderReader(columns, use_kernel=k).read([path])) for k in (True, False)]
    rows = [b.frames[1].to_pylist() for b in batches]
    assert repr(rows[0]) == repr(rows[1])
    return rows[0]


# --- nuclear medicine ------------------------------------------------------------------------------


def reconstructed(spacing: float, **values: object) -> Dataset:
    detector = Dataset()
    detector.ImagePositionPatient = [10, 20, 30]
    detector.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
    return dataset(
        SOPClassUID=NM,
        Modality="NM",
        NumberOfFrames=4,
        FrameIncrementPointer=[0x00540080],
        SliceVector=[1, 2, 3, 4],
        SpacingBetweenSlices=spacing,
        DetectorInformationSequence=[detector],
        **values,
    )


def test_frames_say_which_detector_window_and_phase_they_are_of(tmp_path):
    ds = dataset(
        SOPClassUID=NM,
        NumberOfFrames=4,
        FrameIncrementPointer=[0x00540010, 0x00540020, 0x00540100],
        EnergyWindowVector=[1, 1, 2, 2],
        DetectorVector=[1, 2, 1, 2],
        TimeSlotVector=[1, 2, 3],
    )
    frames = frames_of(ds, tmp_path)
    assert [f["nm_energy_window"] for f in frames] == [1, 1, 2, 2]
    assert [f["nm_detector"] for f in frames] == [1, 2, 1, 2]
    assert [f["nm_phase"] for f in frames] == [None] * 4
    assert [f["nm_time_slice"] for f in frames] == [None] * 4


@pytest.mark.parametrize("spacing", [2.5, -2.5])
def test_reconstructed_slices_lie_along_the_normal_of_the_first(tmp_path, spacing):
    frames = frames_of(reconstructed(spacing), tmp_path)
    normal = np.cross([1, 0, 0], [0, 0, -1])
    for k, frame in enumerate(frames):
        place = np.array([10, 20, 30]) + k * spacing * normal
        assert frame["ImagePositionPatient"] == pytest.approx(place)
        assert frame["slice_position_mm"] == pytest.approx(float(place @ normal))


def test_a_position_in_the_file_counts_before_that_of_the_detector(tmp_path):
    ds = reconstructed(2.5, ImagePositionPatient=[0, 0, 0], ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    assert {tuple(f["ImagePositionPatient"]) for f in frames_of(ds, tmp_path)} == {(0, 0, 0)}


def dynamic(phases: list[Dataset], **values: object) -> Dataset:
    return dataset(
        SOPClassUID=NM,
        Modality="NM",
        FrameIncrementPointer=[0x00540010, 0x00540020, 0x00540030, 0x00540100],
        PhaseInformationSequence=phases,
        **values,
    )


def phase(duration: int, count: int, **values: int) -> Dataset:
    ds = Dataset()
    ds.ActualFrameDuration, ds.NumberOfFramesInPhase = duration, count
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def test_dynamic_frames_begin_one_after_the_other_phase_by_phase(tmp_path):
    phases = [
        phase(1000, 2, PauseBetweenFrames=100, PhaseDelay=7),
        phase(5000, 3, PauseBetweenFrames=0, PhaseDelay=50),
    ]
    vectors = {"PhaseVector": [1, 1, 2, 2, 2] * 2, "TimeSliceVector": [1, 2, 1, 2, 3] * 2}
    both = {"DetectorVector": [1] * 5 + [2] * 5, "EnergyWindowVector": [1] * 10}
    ds = dynamic(phases, NumberOfFrames=10, AcquisitionDateTime="20240101100000", **vectors, **both)
    frames = frames_of(ds, tmp_path)
    # The first phase ends 2,100 ms after its beginning, the second begins 50 ms later.
    assert [f["frame_time_ms"] for f in frames] == [0, 1100, 2150, 7150, 12150] * 2
    assert frames[4]["acquired_at"] == dt.datetime(2024, 1, 1, 10, 0, 12, 150_000)
    del ds.TimeSliceVector
    assert [f["frame_time_ms"] for f in frames_of(ds, tmp_path)] == [0, 1100, 2150, 7150, 12150] * 2


def test_one_phase_needs_no_vector_and_an_unclear_one_gives_no_time(tmp_path):
    ds = dynamic([phase(500, 3)], NumberOfFrames=3)
    assert [f["frame_time_ms"] for f in frames_of(ds, tmp_path)] == [0, 500, 1000]
    ds = dynamic([phase(500, 2), phase(500, 1, PhaseDelay=3)], NumberOfFrames=3, PhaseVector=[1, 1, 2])
    assert [f["frame_time_ms"] for f in frames_of(ds, tmp_path)] == [None] * 3
    ds = dynamic([phase(500, 3)], NumberOfFrames=3, PhaseVector=[1, 2, 1])
    assert [f["frame_time_ms"] for f in frames_of(ds, tmp_path)] == [0, None, 500]


# --- which frame time counts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pointer", "times"),
    [
        ([0x00181063], [0, 40, 80]),
        ([0x00181065], [0, 30, 80]),
        ([0x00181065, 0x00181063], [0, 30, 80]),
        ([0x00182005], [None] * 3),
        (None, [0, 30, 80]),
    ],
)
def test_the_pointer_says_which_frame_time_counts(tmp_path, pointer, times):
    ds = dataset(NumberOfFrames=3, FrameTime=40, FrameTimeVector=[0, 30, 50])
    if pointer:
        ds.FrameIncrementPointer = pointer
    assert [f["frame_time_ms"] for f in frames_of(ds, tmp_path)] == times


def test_a_frame_time_counts_where_the_one_that_is_named_is_missing(tmp_path):
    ds = dataset(NumberOfFrames=3, FrameTime=40, FrameIncrementPointer=0x00181065)
    assert [f["frame_time_ms"] for f in frames_of(ds, tmp_path)] == [0, 40, 80]
    ds = dataset(NumberOfFrames=3, FrameTimeVector=[0, 30, 50], FrameIncrementPointer=0x00181063)
    assert [f["frame_time_ms"] for f in frames_of(ds, tmp_path)] == [0, 30, 80]


# --- dose grids --------------------------------------------------------------------------------------


def grid(z: float, offsets: list[float], axes: tuple = (1, 0, 0, 0, 1, 0)) -> Dataset:
    return dataset(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.481.2",
        NumberOfFrames=len(offsets),
        FrameIncrementPointer=0x3004000C,
        ImagePositionPatient=[-10, -20, z],
        ImageOrientationPatient=list(axes),
        GridFrameOffsetVector=offsets,
    )


@pytest.mark.parametrize(
    ("z", "offsets", "axes", "z_of_planes", "along"),
    [
        (-100, [0, 3, 6], (1, 0, 0, 0, 1, 0), [-100, -97, -94], [-100, -97, -94]),
        (-100, [-100, -97, -94], (1, 0, 0, 0, 1, 0), [-100, -97, -94], [-100, -97, -94]),
        (50, [50, 48, 46], (1, 0, 0, 0, 1, 0), [50, 48, 46], [50, 48, 46]),
        # feet first: the normal of the image points to the feet
        (-100, [-100, -97, -94], (-1, 0, 0, 0, 1, 0), [-100, -97, -94], [100, 97, 94]),
        (-100, [0, 3, 6], (-1, 0, 0, 0, 1, 0), [-100, -103, -106], [100, 103, 106]),
        # a first plane at z 0: what begins with 0 is an offset
        (0, [0, 3, 6], (-1, 0, 0, 0, 1, 0), [0, -3, -6], [0, 3, 6]),
        (-100, [-100.009, -97, -94], (1, 0, 0, 0, 1, 0), [-100.009, -97, -94], [-100.009, -97, -94]),
    ],
)
def test_planes_of_dose_lie_by_offset_or_by_z(tmp_path, z, offsets, axes, z_of_planes, along):
    frames = frames_of(grid(z, offsets, axes), tmp_path)
    assert [f["slice_position_mm"] for f in frames] == pytest.approx(along, abs=1e-9)
    assert [f["ImagePositionPatient"][2] for f in frames] == pytest.approx(z_of_planes, abs=1e-9)
    assert {tuple(f["ImagePositionPatient"][:2]) for f in frames} == {(-10, -20)}


@pytest.mark.parametrize(
    ("offsets", "axes"),
    [
        ([-100.011, -97, -94], (1, 0, 0, 0, 1, 0)),
        ([5, 8, 11], (1, 0, 0, 0, 1, 0)),
        ([-100, -97, -94], (1, 0, 0, 0, 0.8, 0.6)),  # z of a grid that is not axial means nothing
    ],
)
def test_offsets_that_are_neither_give_no_position_but_a_problem(tmp_path, offsets, axes):
    path = str(write(grid(-100, offsets, axes), tmp_path / "f"))
    batch = next(HeaderReader().read([path]))
    assert batch.frames[1]["slice_position_mm"].to_pylist() == [None] * 3
    assert batch.frames[1]["ImagePositionPatient"].to_pylist() == [None] * 3
    assert [p.column.name for p in batch.problems] == ["GridFrameOffsetVector"]
    assert "neither with 0 nor with z" in batch.problems[0].reason


def test_an_oblique_grid_goes_along_its_normal(tmp_path):
    frames = frames_of(grid(-100, [0, 5], (1, 0, 0, 0, 0.8, 0.6)), tmp_path)
    first, second = (np.array(f["ImagePositionPatient"]) for f in frames)
    assert second - first == pytest.approx([0, -3, 4])
    assert frames[1]["slice_position_mm"] - frames[0]["slice_position_mm"] == pytest.approx(5)


# --- slides ------------------------------------------------------------------------------------------


def in_order(ds: Dataset) -> list[tuple[int, int, int, int]]:
    """Column, row, focal plane and optical path or segment, counted out as the standard says."""
    columns = range(1, ds.TotalPixelMatrixColumns + 1, ds.Columns)
    rows = range(1, ds.TotalPixelMatrixRows + 1, ds.Rows)
    planes = range(1, int(ds.get("TotalPixelMatrixFocalPlanes") or 1) + 1)
    paths = range(1, int(ds.NumberOfFrames) // (len(columns) * len(rows) * len(planes)) + 1)
    return [(c, r, plane, path) for path, plane, r, c in product(paths, planes, rows, columns)]


def slide(**values: object) -> Dataset:
    given = {"Rows": 4, "Columns": 8, "TotalPixelMatrixRows": 10, "TotalPixelMatrixColumns": 20}
    return dataset(
        SOPClassUID=SLIDE, Modality="SM", **{"DimensionOrganizationType": "TILED_FULL"} | given | values
    )


def test_tiles_of_several_planes_and_paths_are_counted_in_their_order(tmp_path):
    ds = slide(NumberOfFrames=36, TotalPixelMatrixFocalPlanes=2, NumberOfOpticalPaths=2)
    names = (TILE_COLUMN, TILE_ROW, "slide_focal_plane", "slide_optical_path")
    frames = [tuple(f[name] for name in names) for f in frames_of(ds, tmp_path)]
    assert frames == in_order(ds)
    assert len(set(frames)) == 36


def test_the_second_part_of_a_concatenation_counts_on(tmp_path):
    ds = slide(NumberOfFrames=3, ConcatenationFrameOffsetNumber=4)
    frames = frames_of(ds, tmp_path)
    assert [(f[TILE_COLUMN], f[TILE_ROW]) for f in frames] == [(9, 5), (17, 5), (1, 9)]


def test_tiles_of_another_order_have_only_what_the_file_says(tmp_path):
    frames = frames_of(slide(NumberOfFrames=9, DimensionOrganizationType="TILED_SPARSE"), tmp_path)
    assert {f[TILE_COLUMN] for f in frames} == {None}
    assert {f["slide_focal_plane"] for f in frames} == {None}


def test_a_slide_without_a_size_is_no_harm(tmp_path):
    frames = frames_of(slide(NumberOfFrames=2, Columns=0), tmp_path)
    assert {f[TILE_COLUMN] for f in frames} == {None}


def test_segments_follow_from_the_order_too(tmp_path):
    ds = slide(NumberOfFrames=18)
    ds.SOPClassUID = SEG
    frames = frames_of(ds, tmp_path)
    assert [f["ReferencedSegmentNumber"] for f in frames] == [[p] for *_, p in in_order(ds)]
    assert {f["slide_optical_path"] for f in frames} == {None}


# --- real files --------------------------------------------------------------------------------------


def test_frames_of_real_files_are_what_pydicom_says(quiet):
    """Vectors and tiles of all real files, counted out on pydicom."""
    paths = [*pydicom_files(), *shared_files()]
    at, slides = 0, 0
    for batch in HeaderReader().read([str(p) for p in paths]):
        of_file: dict[int, list[dict]] = {}
        if batch.frames is not None:
            for row, frame in zip(batch.frames[0].tolist(), batch.frames[1].to_pylist(), strict=True):
                of_file.setdefault(row, []).append(frame)
        for row, frames in of_file.items():
            if frames[0]["slide_focal_plane"] is None and frames[0]["nm_detector"] is None:
                continue
            ds = pydicom.dcmread(paths[at + row], stop_before_pixels=True, force=True)
            for name, vector in NM_VECTORS.items():
                said = ds.get(vector)
                said = [said] if isinstance(said, int) else list(said or ())
                assert [f[name] for f in frames if f[name] is not None] == said[: len(frames)]
            if ds.get("DimensionOrganizationType") == "TILED_FULL":
                assert [(f[TILE_COLUMN], f[TILE_ROW]) for f in frames] == [p[:2] for p in in_order(ds)]
                slides += 1
        at += len(batch.status)
    if shared_files():
        assert slides >= 8

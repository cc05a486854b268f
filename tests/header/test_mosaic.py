"""Mosaics of Siemens: a row of frames for every slice, where and when it was taken."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

import dicomlab as dl
from dicomlab.header.engine import HeaderReader
from dicomlab.schema.columns import Columns
from tests.build import dataset, write
from tests.conftest import shared_files
from tests.header.test_csa import csa2, parsed, protocol_of, with_csa

NORMAL = ["0.0", "0.6", "0.8"]


def mosaic(n: int = 3, *, normal: list[str] | None = NORMAL, times: bool = True, **values: object) -> Dataset:
    """A mosaic of n slices of 10 x 10 pixels of 2 mm, 5 mm apart."""
    side = 10 * math.ceil(math.sqrt(n))
    ds = dataset(
        **{
            "Modality": "MR",
            "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"],
            "Rows": side,
            "Columns": side,
            "PixelSpacing": [2, 2],
            "SpacingBetweenSlices": 5,
            "ImagePositionPatient": [-20, -20, 0],
            "ImageOrientationPatient": [1, 0, 0, 0, 0.8, -0.6],
            "AcquisitionDate": "20240301",
            "AcquisitionTime": "100000",
        }
        | values
    )
    fields = {"NumberOfImagesInMosaic": ("US", [str(n)])}
    fields |= {"SliceNormalVector": ("FD", normal)} if normal else {}
    fields |= {"MosaicRefAcqTimes": ("FD", [str(1000.0 * k) for k in range(n)])} if times else {}
    return with_csa(ds, image=csa2(**fields))


def read(ds: Dataset, to: Path, columns: Columns | None = None):
    path = str(write(ds, to / "f"))
    batches = [next(HeaderReader(columns, use_kernel=k).read([path])) for k in (True, False)]
    rows = [[] if b.frames is None else b.frames[1].to_pylist() for b in batches]
    assert repr(rows[0]) == repr(rows[1])
    assert not batches[0].problems
    return batches[0].table.to_pylist()[0], rows[0]


def test_each_slice_of_a_mosaic_is_a_row_with_its_place_and_time(tmp_path):
    instance, frames = read(mosaic(), tmp_path)
    assert [f["frame"] for f in frames] == [1, 2, 3]
    # Two tiles a side: the first slice begins half a tile further in, 10 mm each way.
    assert frames[0]["ImagePositionPatient"] == pytest.approx([-10, -12, -6])
    assert frames[2]["ImagePositionPatient"] == pytest.approx([-10, -6, 2])
    assert [f["slice_position_mm"] for f in frames] == pytest.approx([-12, -7, -2])
    assert [f["frame_time_ms"] for f in frames] == [0, 1000, 2000]
    assert frames[1]["acquired_at"] == dt.datetime(2024, 3, 1, 10, 0, 1)
    assert instance["ImagePositionPatient"] == [-20, -20, 0]
    assert instance["varies"] == ["ImagePositionPatient"]


def test_without_a_slice_normal_only_the_first_place_is_known(tmp_path):
    _, frames = read(mosaic(normal=None, times=False), tmp_path)
    assert frames[0]["ImagePositionPatient"] == pytest.approx([-10, -12, -6])
    assert [f["ImagePositionPatient"] for f in frames[1:]] == [None, None]
    assert [f["frame_time_ms"] for f in frames] == [None] * 3


def test_plain_elements_tell_of_a_mosaic_whose_csa_header_was_removed(tmp_path):
    ds = mosaic()
    del ds[0x00291010]
    ds.add_new(0x00190010, "LO", "SIEMENS MR HEADER")
    ds.add_new(0x0019100A, "US", 3)
    ds.add_new(0x00191029, "FD", [0.0, 50.0, 25.0])
    _, frames = read(ds, tmp_path)
    assert [f["frame_time_ms"] for f in frames] == [0, 50, 25]


def test_elements_of_xa_software_tell_of_a_mosaic(tmp_path):
    ds = mosaic()
    del ds[0x00291010]
    ds.add_new(0x00210011, "LO", "SIEMENS MR SDI 02")
    ds.add_new(0x00211101, "US", 3)
    ds.add_new(0x00211102, "FD", [0.0, 0.6, 0.8])
    ds.add_new(0x00211162, "FD", [0.0, 50.0, 25.0])
    _, frames = read(ds, tmp_path)
    assert [f["frame_time_ms"] for f in frames] == [0, 50, 25]
    assert [f["slice_position_mm"] for f in frames] == pytest.approx([-12, -7, -2])


@pytest.mark.parametrize(
    "values",
    [
        {"ImageType": ["DERIVED", "PRIMARY", "MPR"]},
        {"Rows": 21},
        {"NumberOfFrames": 4},
    ],
)
def test_what_only_kept_the_private_header_is_no_mosaic(tmp_path, values):
    _, frames = read(mosaic(**values), tmp_path)
    assert len(frames) == values.get("NumberOfFrames", 0)
    assert all(f["ImagePositionPatient"] == [-20, -20, 0] for f in frames)


def test_columns_may_leave_out_what_tells_of_mosaics(tmp_path):
    _, frames = read(mosaic(), tmp_path, Columns.only("SOPInstanceUID", "EchoTime"))
    assert [f["frame_time_ms"] for f in frames] == [0, 1000, 2000]
    assert "ImagePositionPatient" not in frames[0]


def test_a_series_of_mosaics_counts_slices(tmp_path):
    for number in range(2):
        ds = mosaic(5, StudyInstanceUID="1.2", SeriesInstanceUID="1.2.3", SOPInstanceUID=f"1.2.{number}")
        write(ds, tmp_path / "in" / str(number))
    catalog = dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False)
    series = catalog.series.iloc[0]
    assert (series["n_instances"], series["n_frames"], series["n_slice_positions"]) == (2, 10, 5)
    assert str(series["last_acquired_at"]) == "2024-03-01 10:00:04"


# --- real files: the positions that the protocol prescribes ---------------------------------------


def prescribed(path: Path) -> np.ndarray | None:
    """The centres of the slices in the protocol, in patient coordinates; None for no mosaic."""
    ds = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    if "MOSAIC" not in (ds.get("ImageType") or ()) or (0x0029, 0x1020) not in ds:
        return None
    fields = parsed(ds[0x0029, 0x1020].value)
    lines = protocol_of((fields.get("MrPhoenixProtocol") or fields["MrProtocol"])[0])
    axes = ("dSag", "dCor", "dTra")
    n = int(lines["sSliceArray.lSize"])
    centre = [
        [float(lines.get(f"sSliceArray.asSlice[{k}].sPosition.{axis}", 0)) for axis in axes] for k in range(n)
    ]
    return np.array(centre)


@pytest.mark.real_files
def test_slices_of_real_mosaics_lie_where_the_protocol_puts_them(quiet):
    mosaics = [(p, c) for p in shared_files() if is_siemens(p) and (c := prescribed(p)) is not None]
    batch = next(HeaderReader().read([str(p) for p, _ in mosaics]))
    checked = 0
    frames = batch.frames[1].to_pylist()
    for row, (_, centres) in enumerate(mosaics):
        mine = [f for f, of in zip(frames, batch.frames[0], strict=True) if of == row]
        if not mine:
            continue  # a test file that was cut to a size its tiles do not divide
        cells = batch.table.slice(row, 1).to_pylist()[0]
        assert len(mine) == len(centres)
        tile = cells["Rows"] // math.ceil(math.sqrt(len(mine)))
        right, down = np.reshape(cells["ImageOrientationPatient"], (2, 3))
        for k, frame in enumerate(mine):
            spacing = np.array(cells["PixelSpacing"])
            middle = np.array(frame["ImagePositionPatient"]) + tile / 2 * (
                right * spacing[1] + down * spacing[0]
            )
            gap = np.abs(centres - middle).max(axis=1).min()
            assert gap < 0.02, (row, k, gap)
            checked += 1
    assert checked > 300


def is_siemens(path: Path) -> bool:
    return "Siemens" in str(path) or path.parts[-3].startswith("dcm_") or "dcm_qa" in str(path)


# --- grids of United Imaging ---------------------------------------------------------------------------


def grid(n: int = 5, said: int | None = None, **values: object) -> Dataset:
    ds = dataset(
        **{
            "Modality": "MR",
            "Manufacturer": "UIH",
            "ImageType": ["ORIGINAL", "PRIMARY", "M", "VFRAME"],
            "Rows": 30,
            "Columns": 20,
            "ImagePositionPatient": [-110, -120, -30],
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        }
        | values
    )
    tiles = []
    for z in range(n):
        tile = Dataset()
        tile.ImagePositionPatient = [-110, -120, -30 + 3 * z]
        tiles.append(tile)
    ds.add_new(0x00650010, "LO", "Image Private Header")
    ds.add_new(0x00651050, "DS", str(said or n))
    ds.add_new(0x00651051, "SQ", tiles)
    return ds


def test_each_slice_of_a_grid_is_a_row_where_its_item_says(tmp_path):
    instance, frames = read(grid(), tmp_path)
    assert [f["frame"] for f in frames] == [1, 2, 3, 4, 5]
    assert [f["slice_position_mm"] for f in frames] == [-30, -27, -24, -21, -18]
    assert frames[4]["ImagePositionPatient"] == [-110, -120, -18]
    assert "ImagePositionPatient" in instance["varies"]


def test_a_grid_that_says_fewer_positions_than_slices_has_none(tmp_path):
    _, frames = read(grid(4, said=5), tmp_path)
    assert [f["slice_position_mm"] for f in frames] == [None] * 5


@pytest.mark.parametrize(
    "values",
    [{"ImageType": ["ORIGINAL", "PRIMARY", "M"]}, {"Rows": 0}],
)
def test_what_does_not_call_itself_a_grid_is_an_image(tmp_path, values):
    assert read(grid(**values), tmp_path)[1] == []
    assert read(grid(1), tmp_path)[1] == []


def test_a_grid_is_read_whole_where_no_header_is_kept(tmp_path):
    path = str(write(grid(), tmp_path / "f"))
    batch = next(HeaderReader(keep=False).read([path]))
    assert batch.frames[1]["slice_position_mm"].to_pylist() == [-30, -27, -24, -21, -18]

"""What follows for a frame from its number: vectors of the file, and tiles in their order.

Vectors have an entry a frame: steps of time (PS3.3 C.7.6.5), offsets of dose planes (C.8.8.3.2), and
which detector, phase or slice a frame of nuclear medicine is of (C.8.4.8, C.8.4.9). The tiles of
a slide may be in an order that tells their place (C.7.6.17.3).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header.derived import fixed_lists

NM_VECTORS = {
    "nm_energy_window": "EnergyWindowVector",
    "nm_detector": "DetectorVector",
    "nm_phase": "PhaseVector",
    "nm_rotation": "RotationVector",
    "nm_rr_interval": "RRIntervalVector",
    "nm_time_slot": "TimeSlotVector",
    "nm_slice": "SliceVector",
    "nm_angular_view": "AngularViewVector",
    "nm_time_slice": "TimeSliceVector",
}
NM_POSITION, NM_ORIENTATION = "position of the detector", "orientation of the detector"
_TILE_COLUMN = "ColumnPositionInTotalImagePixelMatrix"
_TILE_ROW = "RowPositionInTotalImagePixelMatrix"
_SEGMENT = "ReferencedSegmentNumber"
_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")


def frame_times(helpers: pa.Table, row: np.ndarray, number: np.ndarray) -> pa.Array:
    """Time since the first frame, from FrameTimeVector, else FrameTime (PS3.3 C.7.6.5).

    FrameIncrementPointer says which of the two counts, or that frames do not follow each other in time.
    """
    steps = helpers["FrameTimeVector"].combine_chunks()
    summed = pa.array(
        [None if v is None else np.cumsum(_numbers(v)) for v in steps.to_pylist()], pa.list_(pa.float64())
    )
    of_vector = per_frame(summed, row, number)
    every = helpers["FrameTime"].take(pa.array(row))
    evenly = pc.multiply(every, pa.array(number.astype(np.float64)))
    pointers = helpers["FrameIncrementPointer"].to_pylist()
    if not any(pointers):
        return pc.coalesce(of_vector, evenly)
    is_in_time = [not p or _STEPS in p or _EVEN_STEP in p for p in pointers]
    is_even = [bool(p) and _EVEN_STEP in p and _STEPS not in p for p in pointers]
    chosen = pc.if_else(
        pa.array(np.array(is_even)[row]), pc.coalesce(evenly, of_vector), pc.coalesce(of_vector, evenly)
    )
    return pc.if_else(pa.array(np.array(is_in_time)[row]), chosen, pa.scalar(None, pa.float64()))


_EVEN_STEP, _STEPS = "(0018,1063)", "(0018,1065)"
"""FrameTime and FrameTimeVector, as FrameIncrementPointer names them."""


def _numbers(values: list[float | None]) -> list[float]:
    return [np.nan if v is None else v for v in values]


def per_frame(vectors: pa.ChunkedArray | pa.ListArray, row: np.ndarray, number: np.ndarray) -> pa.Array:
    """The frame's value in its file's vector; null where the vector ends before."""
    if isinstance(vectors, pa.ChunkedArray):
        vectors = vectors.combine_chunks()
    offsets = vectors.offsets.to_numpy()
    at = offsets[row] + number
    is_there = at < offsets[row + 1]
    return vectors.values.take(pa.array(at, mask=~is_there))


def nm_numbers(helpers: pa.Table, row: np.ndarray, number: np.ndarray) -> dict[str, pa.Array]:
    """Which detector, phase, slice and so on each frame of nuclear medicine is of."""
    return {
        name: pa.nulls(len(row), pa.int64())
        if helpers[vector].null_count == len(helpers)
        else per_frame(helpers[vector], row, number)
        for name, vector in NM_VECTORS.items()
    }


def with_nm_slices(table: pa.Table, helpers: pa.Table, row: np.ndarray, slices: pa.Array) -> pa.Table:
    """Give reconstructed slices of nuclear medicine their positions.

    The detector's position is that of the first slice; the others follow along the normal, by
    SpacingBetweenSlices, against it where that is negative (PS3.3 C.8.4.15).
    """
    position, axes = (
        fixed_lists(helpers, name, width) for name, width in ((NM_POSITION, 3), (NM_ORIENTATION, 6))
    )
    if position is None or axes is None or slices.null_count == len(slices):
        return table
    spacing = helpers["SpacingBetweenSlices"].cast(pa.float64()).fill_null(np.nan).to_numpy()
    normal = np.cross(axes[:3].T, axes[3:].T)
    number = slices.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy(zero_copy_only=False)
    ahead = (number - 1) * spacing[row]
    with np.errstate(invalid="ignore"):
        found = position.T[row] + np.where(ahead == 0, 0, ahead)[:, None] * normal[row]
    orientation = axes.T[row]
    table = with_lists(table, "ImagePositionPatient", found)
    is_known = np.isfinite(found).all(axis=1, keepdims=True)
    return with_lists(table, "ImageOrientationPatient", np.where(is_known, orientation, np.nan))


_SAME_MM = 0.01
"""By how much two z of one plane may differ."""


def with_dose_planes(
    table: pa.Table, helpers: pa.Table, row: np.ndarray, number: np.ndarray
) -> tuple[pa.Table, pa.Array, list[int]]:
    """Give the planes of dose grids their positions.

    Offsets of GridFrameOffsetVector begin with zero and go along the normal, or they begin with the z of
    ImagePositionPatient, of an axial grid, and are z themselves (PS3.3 C.8.8.3.2).

    Returns:
        The table; where each plane lies along the normal; and files whose offsets are neither.
    """
    n = len(row)
    nowhere = pa.nulls(n, pa.float64())
    position, axes = (
        fixed_lists(helpers, name, width)
        for name, width in (("ImagePositionPatient", 3), ("ImageOrientationPatient", 6))
    )
    if helpers["GridFrameOffsetVector"].null_count == len(helpers) or position is None or axes is None:
        return table, nowhere, []
    offset = per_frame(helpers["GridFrameOffsetVector"], row, number).cast(pa.float64())
    first = per_frame(helpers["GridFrameOffsetVector"], np.arange(len(helpers)), np.zeros(len(helpers), int))
    first = first.fill_null(np.nan).to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        normal = np.cross(axes[:3].T, axes[3:].T)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        is_axial = np.abs(np.abs(axes.T) - (1, 0, 0, 0, 1, 0)).max(axis=1) < 1e-3
        is_relative = first == 0
        is_z = ~is_relative & is_axial & (np.abs(first - position[2]) <= _SAME_MM)
        at = offset.fill_null(np.nan).to_numpy(zero_copy_only=False)
        ahead = np.where(is_z[row], (at - position[2][row]) * normal[row, 2], at)
        along = np.where(is_z[row], at * normal[row, 2], (position.T * normal).sum(axis=1)[row] + at)
    ahead[~(is_relative | is_z)[row]] = along[~(is_relative | is_z)[row]] = np.nan
    is_plane = helpers["GridFrameOffsetVector"].is_valid().to_numpy()[row]
    name = "ImagePositionPatient"
    if name in table.column_names:
        table = without(table, name, is_plane)
        found = position.T[row] + np.where(ahead == 0, 0, ahead)[:, None] * normal[row]
        table = with_lists(table, name, np.where(is_plane[:, None], found, np.nan))
    unclear = ~np.isnan(first) & ~np.isnan(position[2]) & ~is_relative & ~is_z
    return table, pa.array(along, mask=np.isnan(along)), np.flatnonzero(unclear).tolist()


def with_lists(table: pa.Table, name: str, values: np.ndarray) -> pa.Table:
    """The table with rows of numbers in a column of lists, where it has none and they are known."""
    if name not in table.column_names:
        return table
    is_empty = table[name].is_null().to_numpy()
    here = np.flatnonzero(is_empty & np.isfinite(values).all(axis=1))
    if not len(here):
        return table
    offsets = np.arange(len(here) + 1, dtype=np.int32) * values.shape[1]
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(values[here].ravel()))
    order = np.arange(len(values))
    order[here] = len(values) + np.arange(len(here))
    whole = pa.concat_arrays([table[name].combine_chunks(), lists.cast(table[name].type)])
    return table.set_column(table.schema.get_field_index(name), name, whole.take(pa.array(order)))


def without(table: pa.Table, name: str, where: np.ndarray) -> pa.Table:
    """The table with nothing in some rows of a column."""
    values = table[name].combine_chunks().take(pa.array(np.arange(len(where)), mask=where))
    return table.set_column(table.schema.get_field_index(name), name, values)


def with_tiles(table: pa.Table, helpers: pa.Table, row: np.ndarray, number: np.ndarray) -> pa.Table:
    """Give the tiles of a slide their places where the order of frames tells them.

    TILED_FULL: column by column, row by row, focal plane by focal plane, then optical path by
    optical path or segment by segment (PS3.3 C.7.6.17.3). Adds slide_focal_plane and
    slide_optical_path, from 1.
    """
    n = len(row)
    places = _tile_places(helpers, row, number)
    names = ("slide_focal_plane", "slide_optical_path")
    if places is None:
        for name in names:
            table = table.append_column(name, pa.nulls(n, pa.int64()))
        return table
    column, line, plane, path, is_known = places
    is_segment = pc.is_in(helpers["SOPClassUID"], pa.array(_SEGMENTATIONS)).to_numpy()[row]
    for name, values, where in (
        (_TILE_COLUMN, column, is_known),
        (_TILE_ROW, line, is_known),
        (_SEGMENT, path, is_known & is_segment),
    ):
        if name not in table.column_names or not where.any():
            continue
        if pa.types.is_list(table.schema.field(name).type):
            table = with_lists(table, name, np.where(where, values, np.nan)[:, None])
            continue
        filled = pc.coalesce(table[name], pa.array(values, table.schema.field(name).type, mask=~where))
        table = table.set_column(table.schema.get_field_index(name), name, filled)
    for name, values, where in ((names[0], plane, is_known), (names[1], path, is_known & ~is_segment)):
        table = table.append_column(name, pa.array(values, pa.int64(), mask=~where))
    return table


def _tile_places(
    helpers: pa.Table, row: np.ndarray, number: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """Column, row, focal plane and optical path or segment of each frame, from 1, and which are known."""
    is_full = pc.fill_null(pc.equal(helpers["DimensionOrganizationType"], "TILED_FULL"), False).to_numpy()
    if not is_full.any():
        return None
    sizes = [
        helpers[name].fill_null(0).to_numpy()
        for name in ("Columns", "Rows", "TotalPixelMatrixColumns", "TotalPixelMatrixRows")
    ]
    is_full = is_full & (np.minimum.reduce(sizes) > 0)
    wide, high, total_wide, total_high = (np.maximum(size, 1) for size in sizes)
    across, down = -(-total_wide // wide), -(-total_high // high)
    planes = np.maximum(helpers["TotalPixelMatrixFocalPlanes"].fill_null(1).to_numpy(), 1)
    number = number + helpers["ConcatenationFrameOffsetNumber"].fill_null(0).to_numpy()[row]
    tile, rest = number % across[row], number // across[row]
    line, rest = rest % down[row], rest // down[row]
    plane, path = rest % planes[row], rest // planes[row]
    return tile * wide[row] + 1, line * high[row] + 1, plane + 1, path + 1, is_full[row]

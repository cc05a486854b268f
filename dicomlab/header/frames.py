"""One row a frame: what is shared, what is the frame's own, and what follows from vectors.

PS3.3 C.7.6.16: an attribute of an enhanced object stands in the functional groups of the frame,
or in the shared ones, or at the top. What a frame's own group says counts before the shared
one, and both before the top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numba as nb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header.cells import pieces_differ
from dicomlab.header.derived import TIMES_TABLE, in_calendar, slice_position, stated_moments
from dicomlab.header.frame_limits import SIZE_HELPERS, SizesOf, frames_held, is_vector
from dicomlab.header.item_charsets import TEXT_VRS
from dicomlab.header.mosaic import GRID_POSITIONS, Mosaics, find_mosaics
from dicomlab.header.nm_times import PHASE_HELPERS, phase_times
from dicomlab.header.several import with_several
from dicomlab.header.turning import INCREMENTS, with_turned_arm
from dicomlab.header.values import Cells, Problem, cast
from dicomlab.header.vectors import (
    NM_ORIENTATION,
    NM_POSITION,
    NM_VECTORS,
    frame_times,
    nm_numbers,
    per_frame,
    with_dose_planes,
    with_lists,
    with_nm_slices,
    with_tiles,
    without,
)
from dicomlab.schema.columns import Column, public_column
from dicomlab.schema.frames import ONLY_OF_FRAMES, FrameColumn
from dicomlab.schema.private import named_column

_FAR_US = 4e17
"""More microseconds than the calendar has."""
MAX_FRAMES = 65_536
"""How many frames of an object without per-frame functional groups get a row."""
MAX_ITEMS = 262_144
"""How many frames of an object with per-frame functional groups get a row."""
MOST_AT_ONCE = 65_536
"""How many frames of several files are laid out together: each takes some 4 kB meanwhile."""
MOST_REPEATED = 128 * 1024 * 1024
"""How many bytes the values that the frames of a file share may come to, one a frame."""
_NOWHERE = 255

MOSAIC_HELPERS = (
    "uih_grid_images",
    "siemens_mosaic_images",
    "siemens_mosaic_ref_acq_times",
    "siemens_slice_normal",
)
HELPERS: tuple[Column, ...] = tuple(
    named_column(name) or public_column(name)
    for name in (
        *("NumberOfFrames", "FrameTime", "FrameTimeVector", "GridFrameOffsetVector"),
        "FrameIncrementPointer",
        "ConcatenationFrameOffsetNumber",
        *("ImageType", "Rows", "Columns", "PixelSpacing", "SpacingBetweenSlices"),
        *("ImagePositionPatient", "ImageOrientationPatient", *MOSAIC_HELPERS, *NM_VECTORS.values()),
        *("DimensionOrganizationType", "TotalPixelMatrixColumns", "TotalPixelMatrixRows", "SOPClassUID"),
        *("TotalPixelMatrixFocalPlanes", "TransferSyntaxUID"),
        *("SamplesPerPixel", "BitsAllocated", "PhotometricInterpretation"),
        *INCREMENTS.values(),
    )
) + tuple(
    public_column(f"DetectorInformationSequence[0].{keyword}", name=name)
    for name, keyword in ((NM_POSITION, "ImagePositionPatient"), (NM_ORIENTATION, "ImageOrientationPatient"))
)
HELPERS += (*PHASE_HELPERS, GRID_POSITIONS)
"""Attributes that the rows of frames are worked out from, whether or not a table shows them."""


@dataclass(frozen=True)
class Frames:
    """The frames of a batch: which row of the batch each belongs to, and their table.

    `lifted[name]` is, for instances whose value stands in their functional groups, the rows of the
    batch and the value that all frames share; `varies[row]` names what differs between frames;
    `of_groups[name]` are the rows with a value in functional groups.
    """

    row: np.ndarray
    table: pa.Table
    lifted: dict[str, tuple[np.ndarray, pa.Array]]
    varies: dict[int, list[str]]
    problems: list[Problem]
    of_groups: dict[str, np.ndarray]

    def lift(self, instances: pa.Table) -> pa.Table:
        """Give the instances with what all their frames share, where the top says nothing."""
        n = instances.num_rows
        instances = self._without_stale(instances)
        for name, (rows, values) in self.lifted.items():
            at = instances.schema.get_field_index(name)
            there = instances.column(at).is_valid().to_numpy(zero_copy_only=False)[rows]
            order = np.arange(n)
            order[rows[~there]] = n + np.flatnonzero(~there)
            whole = pa.concat_arrays([*instances.column(at).chunks, values])
            instances = instances.set_column(at, instances.field(at), whole.take(pa.array(order)))
        return instances

    def _without_stale(self, instances: pa.Table) -> pa.Table:
        """The instances without geometry at the top of objects whose frames have their own."""
        for name in ONLY_OF_FRAMES:
            if name not in instances.column_names or name not in self.of_groups:
                continue
            stale = np.zeros(instances.num_rows, np.bool_)
            stale[self.of_groups[name]] = True
            instances = without(instances, name, stale)
        return instances

    def with_times(self, instances: pa.Table) -> pa.Table:
        """The frames with when each was acquired; `instances` are those of the batch, with acquired_at."""
        began = instances["acquired_at"].take(pa.array(self.row))
        if "AcquisitionDateTime" in self.table.column_names:
            began = pc.coalesce(self._stated(instances), began)
        # A frame time that no clock has would go round the end of 64 bits.
        after = pc.max_element_wise(
            pc.multiply(self.table["frame_time_ms"], 1000.0), -_FAR_US, skip_nulls=False
        )
        after = pc.round(pc.min_element_wise(after, _FAR_US, skip_nulls=False)).cast(pa.int64())
        later = in_calendar(pc.add(began.cast(pa.int64()), pc.fill_null(after, 0)))
        return self.table.append_column("acquired_at", later)

    def _stated(self, instances: pa.Table) -> pa.ChunkedArray:
        """What the frames say themselves, as far as it is believed."""
        of_frames = [name for name in TIMES_TABLE if name in self.table.column_names]
        of_files = [name for name in TIMES_TABLE if name in instances.column_names and name not in of_frames]
        table = self.table.select(of_frames)
        if table["AcquisitionDateTime"].null_count < len(table):
            for name in of_files:
                table = table.append_column(name, instances[name].take(pa.array(self.row)))
        stated = stated_moments(table)
        if stated is None:
            return pa.chunked_array([pa.nulls(len(table), pa.timestamp("us"))])
        return stated.believed.cast(pa.timestamp("us"))


def varies_column(n: int, frames: Frames | None) -> pa.Array:
    """The names of what differs between the frames of each instance; null where nothing does."""
    names = frames.varies if frames is not None else {}
    if not names:
        return pa.nulls(n, pa.list_(pa.string()))
    return pa.array([names.get(row) for row in range(n)], pa.list_(pa.string()))


def most_frames(
    found: Cells,
    columns: Sequence[Column],
    rows_of: tuple[int, int],
    header_bytes: np.ndarray,
    sizes_of: SizesOf | None,
) -> np.ndarray:
    """How many frames without functional groups of their own each file of a batch can hold.

    `sizes_of` is asked only for files that claim several frames; without it nothing but
    MAX_FRAMES bounds them.
    """
    most = np.full(found.off.shape[1], MAX_FRAMES, np.int64)
    if sizes_of is None:
        return most
    number_of = {column.name: j for j, column in enumerate(columns)}
    rows = np.flatnonzero(found.off[number_of[HELPERS[0].name]] >= 0)
    if not len(rows):
        return most

    def some(places: Sequence[int]) -> Cells:
        picked = np.ix_(np.array([*places, *rows_of]), rows)
        return Cells(found.data, *(a[picked] for a in (found.off, found.length, found.vr)))

    n = len(SIZE_HELPERS)
    arrays, _ = cast(some([number_of[c.name] for c in SIZE_HELPERS]), SIZE_HELPERS, n, n + 1)
    vectors = np.array([number_of[c.name] for c in HELPERS if is_vector(c.name)])
    lengths = np.where(found.off >= 0, found.length, 0)[np.ix_(vectors, rows)].max(axis=0)
    described = pa.table({c.name: arrays[c.name] for c in SIZE_HELPERS})
    has_frame_time = (found.length * (found.off >= 0))[number_of["FrameTime"], rows] > 0
    sizes = np.array(sizes_of(rows.tolist()), np.int64)
    held = frames_held(described, sizes, header_bytes[rows], lengths // 2, has_frame_time)
    most[rows] = np.where(held < 0, MAX_FRAMES, np.minimum(held, MAX_FRAMES))
    return most


def runs(
    found: Cells,
    many: np.ndarray,
    columns: Sequence[Column],
    mark: int,
    rows_of: tuple[int, int],
    most: np.ndarray,
) -> list[tuple[int, int]]:
    """Split a batch where its frames would need too much room: from which row to which.

    A file of a kilobyte may claim thousands of frames, and a batch has thousands of files. A run has
    MOST_AT_ONCE frames and MOST_REPEATED bytes that frames share at the most, or is one file. `mark`
    is the number that items of per-frame functional groups are noted with, `most` is what
    `most_frames` gives.
    """
    n = found.off.shape[1]
    place = next(j for j, column in enumerate(columns) if column.name == HELPERS[0].name)
    some = [a[[place, *rows_of]] for a in (found.off, found.length, found.vr)]
    arrays, _ = cast(Cells(found.data, *some), HELPERS[:1], 1, 2)
    said = np.clip(arrays[HELPERS[0].name].fill_null(0).to_numpy(), 0, most)
    items = np.bincount(many[many[:, 0] == mark, 1], minlength=n)
    frames = np.where(items > 0, items, said)
    if not frames.any():
        return [(0, n)]
    ranks = many[:, 0] - len(columns)
    shared = many[(ranks > 0) & (ranks % 2 == 1) & (many[:, 0] < mark)]
    each = np.bincount(shared[:, 1], weights=shared[:, 4], minlength=n)
    each += np.where(found.off >= 0, found.length, 0).sum(axis=0, dtype=np.int64)
    cost = np.concatenate([[0.0], np.cumsum(frames / MOST_AT_ONCE + frames * each / MOST_REPEATED)])
    cuts = [0]
    while cuts[-1] < n:
        upto = int(np.searchsorted(cost, cost[cuts[-1]] + 1, "right")) - 1
        cuts.append(max(upto, cuts[-1] + 1))
    return list(pairwise(cuts))


def resolve(
    found: Cells,
    many: np.ndarray,
    helpers: pa.Table,
    columns: Sequence[Column],
    frames: Sequence[FrameColumn],
    rows_of: tuple[int, int],
    most: np.ndarray,
) -> Frames | None:
    """Give the frames of a batch; None where no file has any.

    `many` are the kernel's many values, `helpers` the cast HELPERS, `rows_of` the rows of
    SpecificCharacterSet and PixelRepresentation in `found`. `columns` are all that `found` has, `most` is
    what `most_frames` gives.
    """
    mark = len(columns) + 2 * sum(len(f.ranks) for f in frames)
    own = many[many[:, 0] >= len(columns)]
    mosaics = find_mosaics(helpers)
    counts, problems = _counts(own, helpers, mark, most, mosaics)
    if not counts.any():
        return None
    # Frames without functional groups are all alike: one of them is cast for all.
    is_alike = np.ones(len(counts), np.bool_)
    is_alike[own[:, 1]] = False
    start = _starts(np.where(is_alike, np.minimum(counts, 1), counts))
    row = np.repeat(np.arange(len(counts)), np.diff(start))
    number_of = {column.name: j for j, column in enumerate(columns)}
    top = np.array([number_of.get(f.column.name, -1) for f in frames])
    data, cells, said, rank, is_own, several = _laid_out(found, own, frames, len(columns), start, top)
    problems += several
    problems += _shortened(cells, rank, frames, start, counts)
    extra = [np.stack([a[j][row] for j in rows_of]) for a in (found.off, found.length, found.vr)]
    of_frames = Cells(data, *(np.concatenate(pair) for pair in zip(cells, extra, strict=True)))
    n = len(frames)
    of_frames, charsets_of = _with_charsets(of_frames, said, frames)
    arrays, odd = cast(of_frames, [f.column for f in frames], n, n + 1, charsets_of)
    problems += _once(odd, frames, rank, row)
    table = pa.table(arrays)
    lifted, varies = _lifted(of_frames, table, frames, is_own, start, charsets_of)
    table, row, start = _repeated(table, is_alike, counts, start)
    if mosaics is not None:
        table = _with_slices(table, mosaics, row, start, varies)
    of_groups = {f.column.name: own for f, own in zip(frames, is_own, strict=True)}
    table, odd = with_turned_arm(table, helpers, row, _numbers(row, start), of_groups, varies)
    table, unclear = _derived(table, helpers, row, start, mosaics, varies)
    problems = [*problems, *odd, *(Problem(file, OFFSETS, _NO_OFFSETS, b"") for file in unclear)]
    files_of_groups = {name: np.flatnonzero(own) for name, own in of_groups.items()}
    return Frames(row, table, lifted, varies, problems, files_of_groups)


def _counts(
    own: np.ndarray, helpers: pa.Table, mark: int, most: np.ndarray, mosaics: Mosaics | None
) -> tuple[np.ndarray, list[Problem]]:
    """How many rows of frames each file has.

    That is its items of functional groups, else NumberOfFrames where that is more than 1, else the
    tiles of a mosaic. NumberOfFrames counts as far as `most`, which the file can hold.
    """
    n = len(most)
    said = helpers["NumberOfFrames"].fill_null(0).to_numpy()
    marks = own[own[:, 0] == mark]
    items = np.bincount(marks[:, 1], minlength=n).astype(np.int64)
    is_enhanced = np.zeros(n, np.bool_)
    is_enhanced[own[:, 1]] = True
    counts = np.where(said > 1, np.minimum(said, most), is_enhanced.astype(np.int64))
    if mosaics is not None:
        counts = np.where(counts > 0, counts, mosaics.counts)
    column, problems = HELPERS[0], []
    for row in np.flatnonzero((said > most) & (items == 0)).tolist():
        reason = _why_fewer(int(said[row]), int(most[row]))
        problems.append(Problem(row, column, reason, str(said[row]).encode()))
    for row in np.flatnonzero((items > 0) & (said > 0) & (items != said)).tolist():
        reason = f"{items[row]:,} items of functional groups, not as many as the number of frames"
        problems.append(Problem(row, column, reason, str(said[row]).encode()))
    for row in np.flatnonzero(items > MAX_ITEMS).tolist():
        reason = f"more items of functional groups than the {MAX_ITEMS:,} frames that get rows of their own"
        problems.append(Problem(row, column, reason, str(said[row]).encode()))
    items = np.minimum(items, MAX_ITEMS)
    return np.where(items > 0, items, counts), problems


def _why_fewer(claimed: int, laid_out: int) -> str:
    """Why a file has fewer rows of frames than it claims."""
    if laid_out >= MAX_FRAMES:
        return f"more frames than the {MAX_FRAMES:,} that get rows of their own"
    return f"{claimed:,} frames claimed, {laid_out:,} laid out: the file holds no more pixel data"


@nb.njit(nogil=True, cache=True)
def _scatter(  # type: ignore[no-untyped-def]
    data, many, column_of, rank_of, is_private, gathers, start, off, length, vr, said, rank, is_own, several
) -> int:
    """Lay each value where its frame is, or in all frames of its file; the better rank wins.

    `said` gets where the character set of an item around lies, and how long it is; it may have no room.
    `several` gets where items of one rank say different things, or any that a column gathers. Gives how
    often that was met.
    """
    has_said = said.shape[1] > 0
    n_several = 0
    for k in range(many.shape[0]):
        number, row, item = many[k, 0], many[k, 1], many[k, 2]
        column, grade = column_of[number], rank_of[number]
        if column < 0:
            continue
        first, last = start[row], start[row + 1]
        if grade % 2 == 0:  # of one frame
            first += item
            last = min(last, first + 1)
        is_own[column, row] = True
        for f in range(first, last):
            is_another = grade == rank[column, f] and not is_private[column]
            if is_another and length[column, f] > 0:
                if many[k, 4] == 0:
                    continue
                at, size = off[column, f], length[column, f]
                if not several[column, f] and (
                    gathers[column] or not _is_same_value(data, at, size, many[k, 3], many[k, 4])
                ):
                    several[column, f] = True
                    n_several += 1
            if grade < rank[column, f]:
                several[column, f] = False
            if grade < rank[column, f] or is_another:
                off[column, f], length[column, f], vr[column, f] = many[k, 3], many[k, 4], many[k, 5]
                if has_said:
                    said[0, column, f], said[1, column, f] = many[k, 6], many[k, 7]
                rank[column, f] = grade
    return n_several


@nb.njit(nogil=True, cache=True)
def _is_same_value(data, at, size, other_at, other_size) -> bool:  # type: ignore[no-untyped-def]
    """Whether two values are of the same bytes."""
    is_same = size == other_size
    for k in range(size if is_same else 0):
        is_same &= data[at + k] == data[other_at + k]
    return is_same


@nb.njit(nogil=True, cache=True)
def _fill(top, top_off, top_length, top_vr, start, off, length, vr, rank) -> None:  # type: ignore[no-untyped-def]
    """What no functional group says, the top may."""
    for column in range(top.size):
        j = top[column]
        if j < 0:
            continue
        for row in range(start.size - 1):
            if start[row] == start[row + 1] or top_off[j, row] < 0:
                continue
            for f in range(start[row], start[row + 1]):
                if rank[column, f] == _NOWHERE:
                    off[column, f], length[column, f] = top_off[j, row], top_length[j, row]
                    vr[column, f] = top_vr[j, row]


class _LaidOut(NamedTuple):
    """The cells of all frames.

    `said` are the character sets that items say; where none says one it has no room. `rank` is by which
    rank a value came there, even for the frame's own, odd for shared ones; `is_own` in which files a
    column stands in functional groups at all.
    """

    data: np.ndarray
    cells: tuple[np.ndarray, np.ndarray, np.ndarray]
    said: np.ndarray
    rank: np.ndarray
    is_own: np.ndarray
    problems: list[Problem]


def _laid_out(
    found: Cells,
    own: np.ndarray,
    frames: Sequence[FrameColumn],
    first: int,
    start: np.ndarray,
    top: np.ndarray,
) -> _LaidOut:
    """The cells of all frames, and how they came there."""
    column_of: list[int] = []
    rank_of: list[int] = []
    for c, frame in enumerate(frames):
        column_of += [c] * (2 * len(frame.ranks))
        rank_of += range(2 * len(frame.ranks))
    shape = len(frames), int(start[-1])
    is_own = np.zeros((len(frames), len(start) - 1), np.bool_)
    off, length = np.full(shape, -1, np.int64), np.zeros(shape, np.int32)
    vr, rank = np.zeros(shape, np.uint16), np.full(shape, _NOWHERE, np.uint8)
    said = np.full((2, *shape) if (own[:, 6] >= 0).any() else (2, 0, 0), -1, np.int64)
    entries = own.copy()
    entries[:, 0] -= first
    is_private = np.array([bool(f.column.creator) for f in frames])
    several = np.zeros(shape, np.bool_)
    numbers = np.array([*column_of, -1], np.int64), np.array([*rank_of, 0], np.int64)
    n_several = _scatter(
        found.data,
        entries,
        *numbers,
        is_private,
        np.array([f.gathers for f in frames]),
        start,
        off,
        length,
        vr,
        said,
        rank,
        is_own,
        several,
    )
    data = found.data
    problems: list[Problem] = []
    if n_several:
        columns = [frame.column for frame in frames]
        data, problems = with_several(
            (data, off, length, vr), several, rank, entries, numbers, columns, start
        )
    _fill(top, found.off, found.length, found.vr, start, off, length, vr, rank)
    return _LaidOut(data, (off, length, vr), said, rank, is_own, problems)


def _with_charsets(
    cells: Cells, said: np.ndarray, frames: Sequence[FrameColumn]
) -> tuple[Cells, dict[str, tuple[int, ...]]]:
    """The cells, and behind them the character sets of texts whose items say one; whose is which."""
    if not said.size:
        return cells, {}
    columns = [c for c, f in enumerate(frames) if f.column.vr in TEXT_VRS and (said[0, c] >= 0).any()]
    n = len(cells.off)
    more = (said[0, columns], said[1, columns], np.zeros_like(said[0, columns]))
    pairs = zip((cells.off, cells.length, cells.vr), more, strict=True)
    behind = (np.concatenate([a, b.astype(a.dtype)]) for a, b in pairs)
    return Cells(cells.data, *behind), {frames[c].column.name: (n + k,) for k, c in enumerate(columns)}


def _shortened(
    cells: tuple[np.ndarray, np.ndarray, np.ndarray],
    rank: np.ndarray,
    frames: Sequence[FrameColumn],
    start: np.ndarray,
    counts: np.ndarray,
) -> list[Problem]:
    """Take out the longest values that frames share, where all of them together would be too much.

    A megabyte of text that 65,536 frames share would be 64 GiB of table. `counts` are the frames
    that each file has in the end, whose cells are one where all are alike.
    """
    off, length, _ = cells
    problems: list[Problem] = []
    slots = np.diff(start)
    times = np.repeat(counts // np.maximum(slots, 1), slots)
    if int((length.sum(axis=0, dtype=np.int64) * times).sum()) <= MOST_REPEATED:
        return problems
    is_shared = (rank % 2 == 1) & (off >= 0)
    for row in np.flatnonzero(counts > 1).tolist():
        of_file = slice(int(start[row]), int(start[row + 1]))
        size = np.where(is_shared[:, of_file], length[:, of_file], 0).sum(axis=1, dtype=np.int64)
        size *= counts[row] // slots[row]
        order = np.argsort(size)[::-1]
        excess = size.sum() - MOST_REPEATED
        for c in order.tolist():
            if excess <= 0:
                break
            excess -= size[c]
            off[c, of_file][is_shared[c, of_file]] = -1
            reason = f"too long to be repeated in each of {counts[row]:,} frames"
            problems.append(Problem(row, frames[c].column, reason, b""))
    return problems


def _numbers(row: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The number of each frame in its file, from 0."""
    return np.arange(len(row)) - start[row]


def _starts(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)])


def _repeated(
    table: pa.Table, is_alike: np.ndarray, counts: np.ndarray, start: np.ndarray
) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """All frames, of files whose frames are alike too: the table, whose they are, where files begin."""
    row, full = np.repeat(np.arange(len(counts)), counts), _starts(counts)
    if full[-1] == len(table):
        return table, row, full
    number = np.arange(len(row)) - full[row]
    at = pa.array(start[row] + np.where(is_alike[row], 0, number))
    arrays = [
        pa.nulls(len(row), c.type) if c.null_count == len(c) else c.combine_chunks().take(at)
        for c in table.columns
    ]
    return pa.table(arrays, names=table.column_names), row, full


def _once(
    odd: list[Problem], frames: Sequence[FrameColumn], rank: np.ndarray, row: np.ndarray
) -> list[Problem]:
    """One problem for what is wrong in the same way in many frames; the top has its own already."""
    number = {f.column.name: c for c, f in enumerate(frames)}
    found: dict[tuple[int, str, bytes], Problem] = {}
    for problem in odd:
        if rank[number[problem.column.name], problem.row] != _NOWHERE:
            at = int(row[problem.row])
            found.setdefault((at, problem.column.name, problem.raw), replace(problem, row=at))
    return list(found.values())


def _lifted(
    cells: Cells,
    table: pa.Table,
    frames: Sequence[FrameColumn],
    is_own: np.ndarray,
    start: np.ndarray,
    charsets_of: Mapping[str, Sequence[int]],
) -> tuple[dict[str, tuple[np.ndarray, pa.Array]], dict[int, list[str]]]:
    """What instances get of their frames: one value where all agree, a name where they do not."""
    lifted, varies = {}, {}  # type: ignore[var-annotated]
    for c in np.flatnonzero(is_own.any(axis=1)).tolist():
        frame = frames[c]
        of_file = np.flatnonzero(is_own[c])
        values = table[frame.column.name].combine_chunks()
        differ = pieces_differ(cells.data, cells.off[c], cells.length[c], start, of_file)
        differ |= frame.column.name in charsets_of  # the same bytes may be different texts
        for at in np.flatnonzero(differ).tolist():
            one = values.slice(start[of_file[at]], start[of_file[at] + 1] - start[of_file[at]])
            if is_same(one):
                differ[at] = False
            else:
                varies.setdefault(int(of_file[at]), []).append(frame.column.name)
        same = of_file[~differ]
        if not frame.is_of_frames and len(same):
            lifted[frame.column.name] = same, values.take(pa.array(start[same]))
    return lifted, varies


def is_same(values: pa.Array) -> bool:
    """Whether values that are written differently are the same after all."""
    if pa.types.is_list(values.type):
        first, *others = values.to_pylist()
        return all(other == first for other in others)
    return len(pc.unique(values)) == 1


def _with_slices(
    table: pa.Table, mosaics: Mosaics, row: np.ndarray, start: np.ndarray, varies: dict[int, list[str]]
) -> pa.Table:
    """Give the slices of mosaics their positions, and note that these differ."""
    name = "ImagePositionPatient"
    if name not in table.column_names:
        return table
    is_slice = (mosaics.counts > 0)[row]
    slices = np.flatnonzero(is_slice)
    values = np.full((len(row), 3), np.nan)
    values[slices] = mosaics.positions(row[slices], slices - start[row[slices]])
    for at in np.flatnonzero(mosaics.counts > 0).tolist():
        varies.setdefault(at, []).append(name)
    return with_lists(without(table, name, is_slice), name, values)


OFFSETS = next(column for column in HELPERS if column.name == "GridFrameOffsetVector")
_NO_OFFSETS = "begins neither with 0 nor with z of ImagePositionPatient, so that no plane has a place"


def _derived(
    table: pa.Table,
    helpers: pa.Table,
    row: np.ndarray,
    start: np.ndarray,
    mosaics: Mosaics | None,
    varies: dict[int, list[str]],
) -> tuple[pa.Table, list[int]]:
    """Add the number of the frame, and what is worked out from it; and files with dose planes nowhere."""
    number = _numbers(row, start)
    offset = helpers["ConcatenationFrameOffsetNumber"].take(pa.array(row))
    after = frame_times(helpers, row, number)
    if mosaics is not None:
        of_slice = per_frame(helpers["siemens_mosaic_ref_acq_times"], row, number)
        after = pc.if_else(pa.array((mosaics.counts > 0)[row]), of_slice, after)
    vectors = nm_numbers(helpers, row, number)
    of_phases = phase_times(helpers, row, vectors)
    after = after if of_phases is None else pc.coalesce(after, of_phases)
    table = with_nm_slices(table, helpers, row, vectors["nm_slice"])
    table, planes, unclear = with_dose_planes(table, helpers, row, number)
    for file in np.unique(row[planes.is_valid().to_numpy(zero_copy_only=False)]).tolist():
        names = varies.setdefault(file, [])
        names += ["ImagePositionPatient"] if "ImagePositionPatient" not in names else []
    table = (
        table.add_column(0, "frame", [pa.array(number + 1, pa.int64())])
        .append_column("frame_of_concatenation", pc.add(offset, pa.array(number + 1, pa.int64())))
        .append_column("frame_time_ms", after)
        .append_column("slice_position_mm", pc.coalesce(planes, slice_position(table)))
    )
    for name, values in vectors.items():
        table = table.append_column(name, values)
    return with_tiles(table, helpers, row, number), unclear

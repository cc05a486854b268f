"""Read headers in bulk: files or bytes in, typed columns and whole headers out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.arguments import checked_arguments
from dicomlab.errors import BadFile
from dicomlab.header import kernel
from dicomlab.header.buffers import binary_buffers
from dicomlab.header.csa import CsaReader, csa_elements
from dicomlab.header.derived import derive
from dicomlab.header.dose import DoseReader, Reports, joined_reports, report_rows
from dicomlab.header.elsewhere import Places
from dicomlab.header.fallback import LIMIT as ODD_LIMIT
from dicomlab.header.fallback import NOT_DICOM, PARTIAL, READ, Outcome, looks_like_dicom, read_odd
from dicomlab.header.frame_limits import UNKNOWN_SIZE, SizesOf
from dicomlab.header.frames import HELPERS, OFFSETS, Frames, most_frames, resolve, runs, varies_column
from dicomlab.header.instance_references import NO_REFERENCES, REFERRED, references_of
from dicomlab.header.item_charsets import charset_columns
from dicomlab.header.item_signs import sign_columns
from dicomlab.header.many import gathered
from dicomlab.header.mosaic import is_mosaic
from dicomlab.header.parts import Parts
from dicomlab.header.plan import make_plan, make_tree, n_wanted
from dicomlab.header.units import Given, as_problems, with_units
from dicomlab.header.values import Cells, Problem, cast, cells_alone
from dicomlab.isolation import WORDS, SetAside, bad_rows, in_pieces, set_aside
from dicomlab.masking import options
from dicomlab.schema.arrow import offset_name
from dicomlab.schema.columns import Column, Columns, public_column
from dicomlab.schema.dose import CONTENT
from dicomlab.schema.frames import frame_columns, hidden_frame_columns
from dicomlab.schema.masks import is_masked, mask_value
from dicomlab.schema.places import elsewhere
from dicomlab.schema.units import frame_unit_columns, unit_columns
from dicomlab.sources.base import Head
from dicomlab.sources.folder import FileHead

UNREADABLE = "unreadable"
CHUNK = 16 * 1024
"""How much of a file is read first, in bytes."""
MAX_HEADER = 64 * 1024 * 1024
"""Headers longer than this are cut, and their row says so."""
BATCH_ROWS = 4096
BATCH_BYTES = 32 * 1024 * 1024
_ROOM_FOR_MANY = 256 * 1024
MOST_ODD = 32 * 1024 * 1024
"""How many bytes the values of odd headers in a batch may take together: then the batch ends."""
_ROOM_BEHIND = 1024 * 1024
"""Kept free behind the headers for the values of those that are odd."""


@dataclass(frozen=True)
class Batch:
    """Some files read: one row a file, in the order they were given.

    `table` has the wanted columns and the derived ones; rows whose status is `not DICOM` or
    `unreadable` are null throughout. The headers lie in a buffer that the next batch
    overwrites: `take_headers` copies what is to be kept.
    """

    table: pa.Table
    frames: tuple[np.ndarray, pa.Table] | None
    """The rows of the batch that the frames belong to, and the frames; None where there are none."""
    dose: tuple[np.ndarray, pa.Table] | None
    """The rows of the batch that are dose reports, by event and total, and the rows of dose they make."""
    status: np.ndarray
    reason: np.ndarray
    header_bytes: np.ndarray
    is_alone: np.ndarray
    """Which files the kernel handed back, so that they were looked at one by one."""
    problems: list[Problem]
    _headers: pa.ChunkedArray
    _header_of: np.ndarray

    def take_headers(self, rows: np.ndarray) -> pa.ChunkedArray:
        """Each row's bytes up to PixelData, null where nothing was kept.

        Rows that lie side by side are not copied: the chunks are good until the next batch.
        """
        wanted = self._header_of[rows]
        breaks = np.flatnonzero(np.diff(wanted) != 1) + 1
        if len(breaks) > len(wanted) // 8:
            return self._headers.take(pa.array(wanted))
        runs = [run for run in np.split(wanted, breaks) if len(run)]
        pieces = [self._headers.slice(run[0], len(run)) for run in runs]
        return pa.chunked_array([c for p in pieces for c in p.chunks], pa.large_binary())

    def references(self) -> tuple[tuple[np.ndarray, pa.Table], list[Problem]] | None:
        """The rows of the batch that refer to other instances, what to, and what is not read of it.

        Of headers that are not kept nothing is known. None where no file refers to any.
        """
        headers = self.take_headers(np.arange(len(self.status)))
        try:
            return references_of(headers, self.is_alone)
        except Exception as error:  # noqa: BLE001 - whatever one header raises, the others count
            set_aside("references", error)

        def some(first: int, last: int) -> None:
            references_of(headers.slice(first, last - first), self.is_alone[first:last])

        bad = bad_rows(some, len(self.status))
        kept = pa.array(~np.isin(np.arange(len(headers)), [row for row, _ in bad]))
        headers = pc.if_else(kept, headers, pa.scalar(None, pa.large_binary()))
        problems = [Problem(row, REFERRED, aside.reason, b"") for row, aside in bad]
        found = references_of(headers, self.is_alone)
        if found is None:
            return (np.empty(0, np.int64), NO_REFERENCES), problems
        return found[0], [*found[1], *problems]

    @property
    def is_dicom(self) -> np.ndarray:
        """Which rows hold what was read of a DICOM file."""
        return np.isin(self.status, (READ, PARTIAL))


class HeaderReader:
    """Reads headers with one set of columns, and one buffer used again and again.

    `use_kernel=False` reads every file element by element: slow, and the same rows.
    """

    def __init__(
        self,
        columns: Columns | None = None,
        *,
        keep: bool = True,
        max_header: int = MAX_HEADER,
        use_kernel: bool = True,
    ):
        self.columns = columns or Columns()
        self._wanted = list(self.columns)
        helpers = _helpers(self._wanted)
        self._parts = Parts.of([*self._wanted, *helpers])
        shown = Parts.of(self._wanted)
        self._cast = [*self._wanted, *helpers, *self._parts.hidden]
        nearer = charset_columns(self._wanted)
        charsets = {column.name: column for found in nearer.values() for column in found}
        nearer_signs = sign_columns(self._wanted)
        nearby = {**charsets, **{c.name: c for found in nearer_signs.values() for c in found}}
        places = elsewhere(self.columns)
        shown_too = {column.name for column in self._cast}
        of_frames = [found for found in places if found.column.name not in shown_too]
        of_images = [other for found in places if found not in of_frames for other in found.all_others]
        beside = [*of_images, *(c for found in of_frames for c in (found.column, *found.all_others))]
        self._all = [*self._cast, *csa_elements(self._cast), *nearby.values(), *beside]
        number_of = {column.name: j for j, column in enumerate(self._all)}
        self._rows_of = number_of["SpecificCharacterSet"], number_of["PixelRepresentation"]
        self._charsets_of = {name: [number_of[c.name] for c in found] for name, found in nearer.items()}
        self._places = Places.of(places, number_of)
        asked = {column.name for column in (*self._wanted, *shown.hidden)}
        self._signs_of = {name: [number_of[c.name] for c in found] for name, found in nearer_signs.items()}
        of_csa = [column for column in self._cast if column.csa]
        self._csa = CsaReader(tuple(c for c in of_csa if c.name in asked), number_of)
        self._mosaic_csa = CsaReader(tuple(c for c in of_csa if c.name not in asked), number_of)
        self._frames = (*frame_columns(self.columns), *hidden_frame_columns(shown.hidden))
        self._shown = shown
        self._told = {*self.columns.names, *(f.column.name for f in self._frames if f.is_of_frames)}
        self._units = unit_columns(self.columns.names)
        self._tree = make_tree(self._all, self._frames, len(self._all) - len(beside))
        named = [column for column in self._cast if column.name in asked or column in _needed_always()]
        plain = [*named, *csa_elements(named), *nearby.values(), *of_images]
        self._plan = make_plan(self._tree, [column for column in plain if column.has_place])
        self._many = kernel.new_many(_ROOM_FOR_MANY)
        self._keep = keep
        self._max_header = max_header
        self._use_kernel = use_kernel
        self._buffer = np.empty(0, np.uint8)
        self._stack = kernel.new_stack()
        self._dose: DoseReader | None = None

    def read(self, paths: Sequence[str]) -> Iterator[Batch]:
        """Read files by path, a batch at a time."""
        if not kernel.READS_FILES:
            yield from self.read_heads(FileHead(path) for path in paths)
            return
        names, starts = _c_strings(paths)
        first = 0
        self._room(BATCH_BYTES)
        while first < len(paths):
            found = self._walk(names, starts, first, len(paths) - first)
            if found is None:  # the next header alone needs more room
                continue
            found, odd = self._odd_rows(found, partial(_file_head, paths, first))
            yield from self._batches(found, odd, _sizes_on_disk(paths[first:]))
            first += len(found.status)

    def read_heads(self, heads: Iterable[Head]) -> Iterator[Batch]:
        """Read items one after the other, a batch at a time, for sources that are no files on disk.

        An item is done with before the next one is taken, so that a stream can be read.
        """
        self._room(BATCH_BYTES)
        found, row, at, taken = self._fresh(), 0, 0, 0
        totals: list[int] = []
        odd: dict[int, tuple[Outcome, bytes]] = {}
        for head in heads:
            data, total = b"", None
            while True:
                state, where, data, total = self._grow(head, data, total, found, row, at)
                if state != kernel.NEED_MORE:
                    break
                if row:  # the buffer is full: this item is the first of the next batch
                    yield from self._batches(found.cut(row), odd, _sizes_met(totals))
                    found, row, at, odd, totals = self._fresh(), 0, 0, {}, []
                else:
                    self._room(min(2 * self._buffer.size, self._max_header + CHUNK))
                    found = self._fresh()
            found.starts[row], found.status[row] = at, state
            totals.append(UNKNOWN_SIZE if total is None else total)
            if state == kernel.OK and self._use_kernel:
                found.ends[row] = where
                at += where
            elif state == kernel.UNOPENED:
                odd[row] = Outcome(UNREADABLE, data.decode(), {}, 0), b""
            elif data and not looks_like_dicom(data):  # no more of it is needed to say so
                odd[row] = read_odd(data, self._tree, total=len(data)), b""
            else:
                odd[row] = self._odd(head)
            row += 1
            taken += _taken(odd[row - 1]) if row - 1 in odd else 0
            if row == BATCH_ROWS or taken > MOST_ODD:
                yield from self._batches(found.cut(row), odd, _sizes_met(totals))
                taken = 0
                found, row, at, odd, totals = self._fresh(), 0, 0, {}, []
        if row:
            yield from self._batches(found.cut(row), odd, _sizes_met(totals))

    def parse(self, headers: pa.Array) -> Batch:
        """Read headers that are in memory, such as those a catalog keeps.

        Bytes kept of a deflated file are taken as the file they are. Where there are very many frames,
        the batch ends early: `parse_in_batches` goes on.
        """
        return next(self.parse_in_batches(headers, len(headers)))

    def parse_in_batches(
        self, headers: pa.Array, rows: int = BATCH_ROWS, sizes_of: SizesOf | None = None
    ) -> Iterator[Batch]:
        """Read headers that are in memory, so many at a time; fewer where they have many frames.

        `sizes_of` gives how long the whole files are, by the numbers of their headers: frames that
        these cannot hold get no row.
        """
        first = 0
        while first < len(headers):
            some = headers.slice(first, rows).cast(pa.large_binary())
            for done in self._parsed(some, sizes_of and _sizes_from(sizes_of, first)):
                yield done
                first += len(done.status)

    def _parsed(self, headers: pa.Array, sizes_of: SizesOf | None) -> Iterator[Batch]:
        offsets, data = binary_buffers(headers)
        found = _Found.empty(len(self._all), len(headers), data)
        found.starts[:], found.sizes[:] = offsets[:-1], np.diff(offsets)
        self._many.filled[0] = 0
        done = kernel.walk_many(
            data,
            found.starts,
            found.sizes,
            self._keep,
            self._plan,
            found.cells,
            self._many,
            found.status,
            found.ends,
        )
        if done == 0 and len(headers):
            self._room_for_many()
            yield from self._parsed(headers, sizes_of)
            return
        found = found.cut(done)

        def head(row: int) -> Head:
            start, total = int(found.starts[row]), int(found.sizes[row])
            return _BytesHead(data[start : start + total])

        some, odd = self._odd_rows(found, head)
        yield from self._batches(some, odd, sizes_of, given=headers.slice(0, len(some.status)))

    def _room(self, size: int) -> None:
        if self._buffer.size < size + _ROOM_BEHIND:
            self._buffer = np.empty(size + _ROOM_BEHIND, np.uint8)

    def _room_for_many(self) -> None:
        self._many = kernel.new_many(min(4 * len(self._many.cells), kernel.MOST_MANY))

    def _fresh(self) -> _Found:
        self._many.filled[0] = 0
        return _Found.empty(len(self._all), BATCH_ROWS, self._buffer)

    def _handed_back(self, found: _Found) -> list[int]:
        """Rows that have to be looked at one by one."""
        if not self._use_kernel:
            found.status[:], found.ends[:], self._many.filled[0] = kernel.ODD, 0, 0
        rows: list[int] = np.flatnonzero(found.status).tolist()
        return rows

    def _odd_rows(
        self, found: _Found, head: Callable[[int], Head]
    ) -> tuple[_Found, dict[int, tuple[Outcome, bytes]]]:
        """Read odd rows; a batch in which they hold very much ends there."""
        odd: dict[int, tuple[Outcome, bytes]] = {}
        taken = 0
        for row in self._handed_back(found):
            odd[row] = self._odd(head(row))
            taken += _taken(odd[row])
            if row + 1 < len(found.status) and taken > MOST_ODD:
                of_rows = self._many.cells[: self._many.filled[0], 1]
                self._many.filled[0] = np.searchsorted(of_rows, row + 1)
                return found.cut(row + 1), odd
        return found, odd

    def _walk(self, names: np.ndarray, starts: np.ndarray, first: int, left: int) -> _Found | None:
        found = _Found.empty(len(self._all), min(BATCH_ROWS, left), self._buffer)
        self._many.filled[0] = 0
        done = kernel.read_many(
            names,
            starts,
            first,
            self._buffer[:-_ROOM_BEHIND],
            CHUNK,
            self._max_header,
            self._keep,
            self._plan,
            found.cells,
            self._many,
            found.status,
            found.starts,
            found.ends,
        )
        if done < 0:
            self._room_for_many()
        elif done == 0:
            self._room(min(2 * self._buffer.size, self._max_header + CHUNK))
        return found.cut(done) if done > 0 else None

    def _grow(
        self, head: Head, data: bytes, total: int | None, found: _Found, row: int, at: int
    ) -> tuple[int, int, bytes, int | None]:
        """Walk one header, reading more of it as needed: (state, position, bytes, length).

        NEED_MORE says that the buffer has no room for it, UNOPENED has the reason as bytes.
        """
        kept = self._many.filled[0]
        try:
            if not data:
                data, total = head.read(CHUNK)
            while at + len(data) <= self._buffer.size - _ROOM_BEHIND:
                self._buffer[at : at + len(data)] = np.frombuffer(data, np.uint8)
                known = kernel.UNKNOWN if total is None else total
                self._many.filled[0] = kept
                state, where = kernel.walk(
                    self._buffer,
                    at,
                    len(data),
                    known,
                    self._keep,
                    self._plan,
                    found.cells,
                    self._many,
                    row,
                    self._stack,
                )
                if state == kernel.NO_ROOM:
                    if row:
                        break
                    if len(self._many.cells) >= kernel.MOST_MANY:
                        self._many.filled[0] = kept
                        return kernel.TOO_LONG, 0, data, total
                    self._room_for_many()
                    continue
                if state != kernel.OK or not self._use_kernel:
                    self._many.filled[0] = kept
                if state != kernel.NEED_MORE:
                    return state, where, data, total
                if where > self._max_header:
                    return kernel.TOO_LONG, 0, data, total
                longer, total = head.read(min(max(where, 2 * len(data)), known))
                if len(longer) <= len(data):
                    total = len(data)
                data = longer
        except OSError as error:
            return kernel.UNOPENED, 0, _why(error).encode(), total
        self._many.filled[0] = kept
        return kernel.NEED_MORE, 0, data, total

    def _batches(
        self,
        found: _Found,
        odd: dict[int, tuple[Outcome, bytes]],
        sizes_of: SizesOf | None,
        given: pa.Array | None = None,
    ) -> Iterator[Batch]:
        """What was found, in as many batches as its frames need."""
        n = len(found.status)
        status = np.full(n, READ, object)
        reason = np.full(n, "", object)
        header_bytes = found.ends.copy()
        for row, (outcome, _) in odd.items():
            status[row], reason[row] = outcome.status, outcome.reason
            header_bytes[row] = outcome.header_end
        outcomes = {row: outcome for row, (outcome, _) in odd.items()}
        where, many = _with_odd(
            found, self._many.cells[: self._many.filled[0]], outcomes, is_ours=given is None
        )
        heads = {row: head for row, (_, head) in odd.items()}
        headers, header_of = self._kept(found, heads, given)
        mark = n_wanted(self._all, self._frames)
        most = most_frames(where, self._all, self._rows_of, header_bytes, sizes_of)
        for first, last in runs(where, many, self._all, mark, self._rows_of, most):
            of_run = _part(where, many, first, last)
            table, frames, problems, classes = self._tables(*of_run, most[first:last])
            dose, odd_values = self._reports(found, heads, classes, first)
            part = slice(first, last)
            yield Batch(
                table=table,
                frames=frames,
                dose=dose,
                status=status[part],
                reason=reason[part],
                header_bytes=header_bytes[part],
                is_alone=found.status[part] != kernel.OK,
                problems=[*problems, *odd_values],
                _headers=headers,
                _header_of=header_of[part],
            )

    def _tables(
        self, where: Cells, many: np.ndarray, most: np.ndarray
    ) -> tuple[pa.Table, tuple[np.ndarray, pa.Table] | None, list[Problem], pa.Array]:
        """The instances, the frames with whose they are, what did not parse, and the SOP classes."""
        where, several = self._places.fill(where, many)
        arrays, problems = cast(where, self._cast, *self._rows_of, self._charsets_of, self._signs_of)
        problems += [*several, *self._csa_values(where, arrays)]
        of_items = many[many[:, 0] < len(self._all)]
        for j, column in enumerate(self._cast):
            if column.is_many:
                arrays[column.name], odd = self._gathered(where, of_items, column, j)
                problems += odd
        for column in self._parts.made:
            arrays[column.name], odd = self._made(column, arrays)
            problems += odd
        shown = [name for column in self._wanted for name in (column.name, offset_name(column)) if name]
        hidden = [column.name for column in self._shown.hidden]
        table = pa.table({name: arrays[name] for name in (*shown, *hidden)})
        helpers = pa.table({column.name: arrays[column.name] for column in HELPERS})
        table, frames, odd = self._with_frames(table, where, many, helpers, most)
        problems += [*odd, *(frames.problems if frames is not None else ())]
        table = table.drop_columns(hidden)
        problems = [p for p in self._shown.owned(problems) if self._is_told(p)]
        table, bad = derive(table)
        table = table.append_column("varies", varies_column(table.num_rows, frames))
        table, worse = with_units(table, Given(table), self._units)
        problems += as_problems([*bad, *worse])
        if frames is None:
            return table, None, problems, arrays["SOPClassUID"]
        frames = replace(
            frames, table=frames.table.drop_columns([n for n in hidden if n in frames.table.column_names])
        )
        of_frames = frames.with_times(table)
        of_frames, bad = with_units(
            of_frames, Given(of_frames, table, frames.row), frame_unit_columns(self.columns)
        )
        problems += as_problems((name, int(frames.row[row]), aside) for name, row, aside in bad)
        return table, (frames.row, of_frames), problems, arrays["SOPClassUID"]

    def _is_told(self, problem: Problem) -> bool:
        """Whether a problem is of a shown column, or of a value from which others follow."""
        is_shown = problem.column.name in self._told or problem.column is OFFSETS
        return is_shown or problem.reason.startswith(WORDS)

    def _gathered(
        self, where: Cells, many: np.ndarray, column: Column, j: int
    ) -> tuple[pa.Array, list[Problem]]:
        """The values of all items, a list for each file."""
        signs = self._signs_of.get(column.name, ())

        def some(first: int, last: int) -> tuple[pa.Array, list[Problem]]:
            return gathered(*_part(where, many, first, last), column, j, self._rows_of, signs)

        return cells_alone(column, where.off.shape[1], some)

    def _made(self, column: Column, arrays: dict[str, pa.Array]) -> tuple[pa.Array, list[Problem]]:
        """The values of a column that is made of others."""
        parts = {name: arrays[name] for name in self._parts.names[column.name]}

        def some(first: int, last: int) -> tuple[pa.Array, list[Problem]]:
            these = {name: array.slice(first, last - first) for name, array in parts.items()}
            return self._parts.array(column, these), []

        return cells_alone(column, len(next(iter(parts.values()))), some)

    def _with_frames(
        self, table: pa.Table, where: Cells, many: np.ndarray, helpers: pa.Table, most: np.ndarray
    ) -> tuple[pa.Table, Frames | None, list[Problem]]:
        """The instances with what all their frames share, the frames, and what did not parse.

        A file whose frames cannot be laid out has none, and a problem says why.
        """
        try:
            return (*self._frames_of(table, where, many, helpers, most), [])
        except Exception as error:  # noqa: BLE001 - whatever the frames of one file raise, the others count
            set_aside("frames", error)

        def some(first: int, last: int) -> None:
            n, part = last - first, _part(where, many, first, last)
            self._frames_of(table.slice(first, n), *part, helpers.slice(first, n), most[first:last])

        bad = bad_rows(some, table.num_rows)
        rows = [row for row, _ in bad]
        kept = np.arange(table.num_rows)
        helpers = helpers.take(pa.array(kept, mask=np.isin(kept, rows)))
        many = many[~np.isin(many[:, 1], rows)]
        problems = [Problem(row, HELPERS[0], aside.reason, b"") for row, aside in bad]
        return (*self._frames_of(table, where.without(rows), many, helpers, most), problems)

    def _frames_of(
        self, table: pa.Table, where: Cells, many: np.ndarray, helpers: pa.Table, most: np.ndarray
    ) -> tuple[pa.Table, Frames | None]:
        frames = resolve(where, many, helpers, self._all, self._frames, self._rows_of, most)
        if frames is None:
            return table, None
        table = frames.lift(table)
        if self._shown.made:
            table = self._shown.fill(table)
            frames = self._shown.fill_frames(frames, table)
        return table, frames

    def _reports(
        self, found: _Found, odd: dict[int, bytes], classes: pa.Array, first: int
    ) -> tuple[tuple[np.ndarray, pa.Table] | None, list[Problem]]:
        """The rows of dose reports, and what in them did not parse; other files cost nothing.

        `first` is where in `found` the rows of `classes` begin.
        """
        rows = report_rows(classes)
        if not len(rows):
            return None, []

        def some(begin: int, end: int) -> Reports:
            self._dose = self._dose or DoseReader()
            for row in rows[begin:end].tolist():
                sop_class, at = classes[row].as_py(), first + row
                if at in odd:
                    self._dose.add_odd(row, sop_class, odd[at])
                else:
                    self._dose.add(row, sop_class, found.data, int(found.starts[at]), int(found.ends[at]))
            return self._dose.take()

        def alone(begin: int, end: int, aside: SetAside) -> Reports:
            return None, [Problem(row, CONTENT, aside.reason, b"") for row in rows[begin:end].tolist()]

        def fresh(begin: int, end: int) -> Reports:
            try:
                return some(begin, end)
            except BaseException:
                self._dose = None  # it holds what it read before it raised
                raise

        return joined_reports(in_pieces(fresh, len(rows), alone))

    def _csa_values(self, where: Cells, arrays: dict[str, pa.Array]) -> list[Problem]:
        """Read fields of CSA headers into the arrays; a file that this raises for has none."""
        try:
            return self._read_csa(where, arrays)
        except Exception as error:  # noqa: BLE001 - whatever one header raises, the others count
            set_aside("CSA headers", error)

        def some(first: int, last: int) -> None:
            types = arrays["ImageType"].slice(first, last - first)
            self._read_csa(where.rows(first, last), {**arrays, "ImageType": types})

        bad = bad_rows(some, where.off.shape[1])
        column = (*self._csa.columns, *self._mosaic_csa.columns)[0]
        problems = [Problem(row, column, aside.reason, b"") for row, aside in bad]
        return self._read_csa(where.without([row for row, _ in bad]), arrays) + problems

    def _read_csa(self, where: Cells, arrays: dict[str, pa.Array]) -> list[Problem]:
        """Read fields of CSA headers into the arrays; for mosaics alone where nobody else asks."""
        found, problems = self._csa.read(where, self._rows_of)
        arrays.update(found)
        if self._mosaic_csa.meets_any(where):
            rows = np.flatnonzero(is_mosaic(arrays["ImageType"]))
            found, _ = self._mosaic_csa.read(where, self._rows_of, rows) if len(rows) else ({}, [])
            arrays.update(found)
        return problems

    def _odd(self, head: Head) -> tuple[Outcome, bytes]:
        """What the kernel handed back, read element by element, and the bytes to keep.

        A little of the file is looked at, and as much as may be if that is too little.
        """
        try:
            for size in (4 * CHUNK, ODD_LIMIT):
                data, total = head.read(size)
                outcome = read_odd(data, self._tree, total=len(data) if total is None else total)
                if outcome.status != PARTIAL or len(data) < size:
                    break
        except OSError as error:
            return Outcome(UNREADABLE, _why(error), {}, 0), b""
        return outcome, data[: outcome.header_end] if outcome.status != NOT_DICOM else b""

    def _kept(
        self, found: _Found, odd: dict[int, bytes], given: pa.Array | None
    ) -> tuple[pa.ChunkedArray, np.ndarray]:
        """The headers: packed ones where they lie, odd ones apart, and which is whose."""
        kind, n = pa.large_binary(), len(found.status)
        order = np.arange(n)
        if given is not None:
            return pa.chunked_array([given]), order
        if not self._keep:
            return pa.chunked_array([pa.nulls(n, kind)]), order
        order[list(odd)] = n + np.arange(len(odd))
        offsets = np.append(found.starts, found.starts[-1] + found.ends[-1])
        packed = pa.Array.from_buffers(kind, n, [None, pa.py_buffer(offsets), pa.py_buffer(found.data)])
        apart = pa.array([head or None for head in odd.values()], kind)
        return pa.chunked_array([packed, apart]), order


@dataclass(frozen=True)
class _BytesHead:
    """A header that is in memory."""

    data: np.ndarray

    def read(self, size: int) -> tuple[bytes, int]:
        """Give the first bytes, and how many there are."""
        return self.data[:size].tobytes(), len(self.data)


@dataclass(frozen=True)
class _Found:
    """The arrays that the kernel fills for one batch."""

    data: np.ndarray
    off: np.ndarray
    length: np.ndarray
    vr: np.ndarray
    status: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    sizes: np.ndarray

    @classmethod
    def empty(cls, columns: int, rows: int, data: np.ndarray) -> _Found:
        """Room for so many columns and rows, nothing found yet."""
        # Half the room is enough but for kept headers of over 2 GiB, looked at together.
        place = np.int32 if data.size <= np.iinfo(np.int32).max else np.int64
        return cls(
            data,
            np.full((columns, rows), -1, place),
            np.zeros((columns, rows), np.int32),
            np.zeros((columns, rows), np.uint16),
            *(np.zeros(rows, np.int64) for _ in range(4)),
        )

    @property
    def cells(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The three arrays of cells, as the kernel takes them."""
        return self.off, self.length, self.vr

    def cut(self, rows: int) -> _Found:
        """Only the first rows."""
        if rows == len(self.status):
            return self
        cells = (np.ascontiguousarray(a[:, :rows]) for a in self.cells)
        return _Found(
            self.data, *cells, *(a[:rows] for a in (self.status, self.starts, self.ends, self.sizes))
        )


@checked_arguments
def read_header(file: str | Path, columns: Columns | None = None) -> dict[str, Any]:
    """Give the row that a scan would write for one file, as a dict.

    Raises BadFile when the file cannot be read as DICOM.

    >>> from pydicom.data import get_testdata_file
    >>> read_header(get_testdata_file("CT_small.dcm"))["KVP"]
    120.0
    """
    batch = next(HeaderReader(columns, keep=True).read([os.fspath(file)]))
    if not batch.is_dicom[0]:
        raise BadFile(os.fspath(file), batch.reason[0])
    row: dict[str, Any] = batch.table.to_pylist()[0]
    if options.mask:
        return {k: mask_value(k, v) if is_masked(k, columns) else v for k, v in row.items()}
    return row


def _helpers(columns: Sequence[Column]) -> list[Column]:
    """Columns that casting needs whether or not a table shows them."""
    have = {column.name for column in columns}
    return [column for column in (*_needed_always(), *HELPERS) if column.name not in have]


def _needed_always() -> list[Column]:
    """What every file is looked at for: its characters, its integers, its kind."""
    return [public_column(name) for name in ("SpecificCharacterSet", "PixelRepresentation", "SOPClassUID")]


def _sizes_on_disk(paths: Sequence[str]) -> SizesOf:
    def size(path: str) -> int:
        try:
            return os.stat(path).st_size
        except OSError:
            return UNKNOWN_SIZE

    return lambda rows: [size(paths[row]) for row in rows]


def _sizes_met(totals: Sequence[int]) -> SizesOf:
    return lambda rows: [totals[row] for row in rows]


def _sizes_from(sizes_of: SizesOf, first: int) -> SizesOf:
    """The same sizes for rows that are counted from another one on."""
    return lambda rows: sizes_of([first + row for row in rows])


def _c_strings(paths: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    names = np.frombuffer(os.fsencode("\0".join(paths)) + b"\0", np.uint8)
    return names, np.append(0, np.flatnonzero(names == 0) + 1)


def _why(error: OSError) -> str:
    return f"the file cannot be opened ({error.strerror or type(error).__name__})"


def _part(where: Cells, many: np.ndarray, first: int, last: int) -> tuple[Cells, np.ndarray]:
    """Some rows of a batch, as if they were the batch."""
    if (first, last) == (0, where.off.shape[1]):
        return where, many
    some = many[(many[:, 1] >= first) & (many[:, 1] < last)]
    some[:, 1] -= first
    cells = (np.ascontiguousarray(a[:, first:last]) for a in (where.off, where.length, where.vr))
    return Cells(where.data, *cells), some


def _file_head(paths: Sequence[str], first: int, row: int) -> FileHead:
    return FileHead(paths[first + row])


def _taken(odd: tuple[Outcome, bytes]) -> int:
    """About how many bytes the values and the header of an odd file take."""
    return odd[0].taken + len(odd[1])


def _with_odd(
    found: _Found, many: np.ndarray, odd: dict[int, Outcome], *, is_ours: bool
) -> tuple[Cells, np.ndarray]:
    """Lay the values of odd headers behind the others in the buffer."""
    more = []
    parts, at = [], int(found.starts[-1] + found.ends[-1]) if len(found.starts) else 0
    begin = at
    for row, outcome in odd.items():
        found.off[:, row] = -1
        for j, (raw, code) in outcome.cells.items():
            found.off[j, row], found.length[j, row], found.vr[j, row] = at, len(raw), code
            parts.append(raw)
            at += len(raw)
        places: dict[bytes, int] = {b"": -1}
        for number, item, raw, code, charset in outcome.many:
            if charset not in places:
                places[charset] = at
                parts.append(charset)
                at += len(charset)
            more.append((number, row, item, at, len(raw), code, places[charset], len(charset)))
            parts.append(raw)
            at += len(raw)
    if more:
        many = np.concatenate([many, np.array(more, np.int64)])
        many = many[np.argsort(many[:, 1], kind="stable")]
    data, extra = found.data, np.frombuffer(b"".join(parts) or b"\0", np.uint8)
    if parts and is_ours and at <= data.size:
        data[begin:at] = extra
    elif parts:
        data = np.concatenate([data[:begin], extra])
    return Cells(data, found.off, found.length, found.vr), many

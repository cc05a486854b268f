"""What must hold of any bytes whatever: `check` reads them in every way, and holds the ways together."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import numpy as np
import pyarrow as pa

from dicomlab.header import frames
from dicomlab.header.engine import Batch, HeaderReader
from dicomlab.header.fallback import NOT_DICOM, PARTIAL, READ
from dicomlab.schema.columns import Columns
from dicomlab.sources.archive import BrokenArchive, Member, kind_of, members

MOST_MEMBERS = 200
"""How far an archive is looked into: its reader promises no end, only that each step is bounded."""


def columns() -> Columns:
    """Columns of every kind of place: nested, any item, private ones, in functional groups."""
    return (
        Columns()
        .add("PixelPaddingValue", "PatientComments", "LargestImagePixelValue", "FieldOfViewDimensions")
        .add_path("SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing", "spacing")
        .add_path(
            "ReferencedSeriesSequence[*].ReferencedInstanceSequence[*].ReferencedSOPInstanceUID", "uids"
        )
        .add_path('(2005,xx0E,"Philips MR Imaging DD 005")[0].SpacingBetweenSlices', "in_private")
        .add_path('(0029,xx10,"SIEMENS CSA HEADER")', "csa", vr="OB")
        .add_private("SIEMENS MR HEADER", 0x0019, 0x0C, "b_value", vr="IS")
        .add_private("GEMS_ACQU_01", 0x0019, 0x94, "transmit_gain", vr="SS")
    )


@cache
def readers() -> tuple[HeaderReader, HeaderReader]:
    """One that walks with the kernel, and one that reads all element by element."""
    return HeaderReader(columns()), HeaderReader(columns(), use_kernel=False)


class Pieces:
    """Bytes whose length is not known until their end was met, like a member of a tar.gz."""

    def __init__(self, data: bytes):
        self._data = data

    def read(self, size: int) -> tuple[bytes, int | None]:
        """Give the first bytes, and how many there are where that was met."""
        return self._data[:size], len(self._data) if size > len(self._data) else None


def check(data: bytes) -> str:
    """Read bytes in every way there is, and hold the ways against each other; gives the status.

    Raises AssertionError, or whatever was raised that should not have been.
    """
    with warnings.catch_warnings(), patch.object(frames, "MAX_FRAMES", 64):
        warnings.simplefilter("error")
        status = _check_header(data)
        if status == NOT_DICOM and (kind := kind_of(data)):
            _check_archive(data, kind)
    return status


def _check_header(data: bytes) -> str:
    kernel, twin = readers()
    headers = pa.array([data], pa.large_binary())
    ours = kernel.parse(headers)
    theirs = twin.parse(headers)
    _check_batch(ours, data)
    _check_batch(theirs, data)
    status, other = str(ours.status[0]), str(theirs.status[0])
    assert (status, ours.reason[0]) == (other, theirs.reason[0]), f"{status} by the kernel, else {other}"
    assert _row(ours) == _row(theirs), "the kernel and the other reader give other rows"
    assert ours.header_bytes[0] == theirs.header_bytes[0], "the header ends elsewhere"
    (piecewise,) = kernel.read_heads([Pieces(data)])
    assert (piecewise.status[0], piecewise.reason[0]) == (status, ours.reason[0]), "by pieces it is another"
    assert _row(piecewise) == _row(ours), "by pieces the row is another"
    if ours.is_dicom[0] and not ours.is_alone[0]:
        _check_kept(kernel, piecewise, ours)
    return status


def _check_batch(batch: Batch, data: bytes) -> None:
    """One file is one row, its status has a reason, and what did not parse lies in the file."""
    assert len(batch.status) == batch.table.num_rows == 1
    assert batch.status[0] in (READ, PARTIAL, NOT_DICOM)
    assert (batch.status[0] == READ) == (batch.reason[0] == "")
    assert 0 <= batch.header_bytes[0] <= len(data)
    batch.table.validate(full=True)
    batch.table.to_pandas()
    if batch.frames is not None:
        batch.frames[1].validate(full=True)
        batch.frames[1].to_pandas()
    assert all(problem.row == 0 and problem.reason for problem in batch.problems)


def _check_kept(reader: HeaderReader, first: Batch, ours: Batch) -> None:
    """What is kept of a file gives the same row again."""
    kept = first.take_headers(np.arange(1)).combine_chunks()
    again = reader.parse(pa.array(kept.to_pylist(), pa.large_binary()))
    assert again.status[0] == READ
    assert _row(again) == _row(ours), "the kept header gives another row"


def _row(batch: Batch) -> str:
    of_frames = None if batch.frames is None else (batch.frames[0].tolist(), batch.frames[1].to_pylist())
    return repr((batch.table.to_pylist(), of_frames))


def _check_archive(data: bytes, kind: str) -> None:
    """Every member has a name of its own that is text; nothing but BrokenArchive comes out."""
    names = set()
    try:
        for member in _some(data, kind):
            member.name.encode()
            assert member.name not in names, "two members of one name"
            names.add(member.name)
            got, total = _read(member)
            assert len(got) <= 1000
            assert total is None or total >= 0
    except BrokenArchive:
        return


def _read(member: Member) -> tuple[bytes, int | None]:
    try:
        return member.read(1000)
    except OSError:
        return b"", None


def _some(data: bytes, kind: str) -> Iterator[Member]:
    for number, member in enumerate(members(io.BytesIO(data), kind, f"a.{kind}")):
        if number == MOST_MEMBERS:
            return
        yield member

"""The kernel and the reader for odd headers give the same rows, file by file; cells are what pydicom says."""

from __future__ import annotations

import math
import os
import struct
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomlab.header.engine import HeaderReader
from dicomlab.header.values import TEXT_VRS
from dicomlab.schema.columns import Column, Columns
from dicomlab.schema.frames import ONLY_OF_FRAMES
from dicomlab.schema.places import elsewhere
from tests.conftest import pydicom_files, shared_files

COLUMNS = (
    Columns()
    .add("PixelPaddingValue", "PatientComments", "LargestImagePixelValue", "RequestedProcedureDescription")
    .add_path("SharedFunctionalGroupsSequence[0].MRTimingAndRelatedParametersSequence[0].RepetitionTime")
    .add_path("PerFrameFunctionalGroupsSequence[1].PlanePositionSequence[0].ImagePositionPatient", "second")
    .add_path("ROIContourSequence[0].ContourSequence[0].NumberOfContourPoints", "points")
    .add_path("SharedFunctionalGroupsSequence[*].MRReceiveCoilSequence[0].ReceiveCoilName", "coils")
    .add_path("PerFrameFunctionalGroupsSequence[*].PlanePositionSequence[0].ImagePositionPatient", "all")
    .add_path("ReferencedSeriesSequence[*].ReferencedInstanceSequence[*].ReferencedSOPInstanceUID", "uids")
    .add_path('(2005,xx0E,"Philips MR Imaging DD 005")[0].SpacingBetweenSlices', "in_private")
    .add_path('(0029,xx10,"SIEMENS CSA HEADER")', "csa", vr="OB")
    .add_private("SIEMENS MR SDI 02", 0x0021, 0x59, "in_frames", vr="IS")
    .add("FieldOfViewDimensions", "MultipleSpinEcho")
    .add(
        "b_value", "siemens_reference_amplitude", "siemens_echo_times", "siemens_coil_elements", "ge_b_value"
    )
    .add_private("GEMS_ACQU_01", 0x0019, 0x94, "transmit_gain", vr="SS")
    .add_private("Philips Imaging DD 001", 0x2001, 0x83, "frequency", vr="DS")
)
ELSEWHERE = {found.column.name for found in elsewhere(COLUMNS)}
PATHS = [*pydicom_files(), *shared_files()]
KERNEL = HeaderReader(COLUMNS)
TWIN = HeaderReader(COLUMNS, use_kernel=False)


def rows_of(reader: HeaderReader, paths: list[Path]) -> list[tuple]:
    rows = []
    for batch in reader.read([str(p) for p in paths]):
        problems = [
            sorted((p.column.name, p.reason, p.raw) for p in batch.problems if p.row == row)
            for row in range(len(batch.status))
        ]
        kept = batch.take_headers(pa.array(range(len(batch.status)))).to_pylist()
        frames: list[list] = [[] for _ in batch.status]
        if batch.frames is not None:
            for row, frame in zip(batch.frames[0], batch.frames[1].to_pylist(), strict=True):
                frames[row].append(frame)
        if batch.dose is not None:
            for row, event in zip(batch.dose[0], batch.dose[1].to_pylist(), strict=True):
                frames[row].append(event)
        rows += zip(
            batch.status,
            batch.reason,
            batch.table.to_pylist(),
            problems,
            batch.header_bytes,
            kept,
            frames,
            strict=True,
        )
    return rows


def test_there_are_files_to_compare():
    assert len(pydicom_files()) > 150


@pytest.mark.slow
def test_the_kernel_and_its_twin_give_the_same_rows():
    differ = []
    for path, ours, theirs in zip(PATHS, rows_of(KERNEL, PATHS), rows_of(TWIN, PATHS), strict=True):
        if repr(ours) != repr(theirs):
            differ.append(
                (path.name, [n for n in ours[2] if repr(ours[2][n]) != repr(theirs[2][n])], ours[:2])
            )
    assert not differ


def test_where_no_header_is_kept_a_walk_ends_early_and_misses_nothing():
    columns = Columns([Columns()[name] for name in ("Modality", "SliceThickness", "ImagePositionPatient")])
    whole, early = (HeaderReader(columns, keep=keep) for keep in (True, False))
    ends = []
    for path, all_of_it, ours in zip(PATHS, rows_of(whole, PATHS), rows_of(early, PATHS), strict=True):
        ends.append((all_of_it[4], ours[4]))
        if all_of_it[0] == "read":
            assert repr(ours[2:4] + ours[6:]) == repr(all_of_it[2:4] + all_of_it[6:]), path.name
    assert sum(early < whole for whole, early in ends) > len(ends) / 5  # of pydicom's own files, a quarter


def test_the_kernel_reads_nearly_all_files_itself():
    found = KERNEL._walk(*_names(PATHS), 0, len(PATHS))
    assert (found.status == 0).mean() > 0.75


def _names(paths):
    from dicomlab.header.engine import _c_strings

    KERNEL._room(1 << 28)
    return _c_strings([str(p) for p in paths])


# --- an oracle that knows nothing of our code but the schema ---------------------------------


def gathered(dataset: pydicom.Dataset, column: Column, steps: tuple) -> list:
    """The values of all items, in their order."""
    if not steps:
        if column.tag not in dataset or dataset[column.tag].value in (None, ""):
            return []
        value = dataset[column.tag].value
        return [simple(v, column) for v in (value if dataset[column.tag].VM > 1 else [value])]
    items = dataset[steps[0].tag].value if steps[0].tag in dataset else ()
    chosen = list(items) if steps[0].item < 0 else list(items)[steps[0].item :][:1]
    return [value for inner in chosen for value in gathered(inner, column, steps[1:])]


def expected(dataset: pydicom.Dataset, column: Column):
    """What pydicom says a cell is, or a reason why it does not count."""
    if column.is_many:
        return gathered(dataset, column, column.steps) or None
    for step in column.steps:
        items = dataset[step.tag].value if step.tag in dataset else None
        if not items or len(items) <= step.item:
            return None
        dataset = items[step.item]
    where = dataset.file_meta if column.tag >> 16 == 2 and hasattr(dataset, "file_meta") else dataset
    if column.tag not in where:
        return None
    element = where[column.tag]
    value = element.value
    if value is None or value in ("", b"") or (hasattr(value, "__len__") and len(value) == 0):
        return None
    many = list(value) if element.VM > 1 and not isinstance(value, str) else [value]
    if column.kind == "text" and not column.is_list:
        return "\\".join(str(v) for v in many)
    cells = [simple(v, column) for v in many]
    return cells if column.is_list else (cells[0] if len(cells) == 1 else Skip)


class Skip:
    """The oracle has no opinion."""


def simple(value, column: Column):
    text = str(value).strip(" \0")
    if text == "":
        return None if column.kind != "text" else ""
    try:
        match column.kind:
            case "float":
                return float(value)
            case "int":
                return int(value)
            case "date":
                return datetime.strptime(text.replace(".", ""), "%Y%m%d").date()
            case "time":
                return clock(text.replace(":", ""))
            case "datetime":
                return Skip
    except ValueError:
        return Skip
    return text


def clock(text: str) -> time:
    whole, _, part = text.partition(".")
    form = {2: "%H", 4: "%H%M", 6: "%H%M%S"}[len(whole)]
    return (datetime.strptime(whole, form) + timedelta(microseconds=int(part.ljust(6, "0") or 0))).time()


def same(ours, theirs, column: Column) -> bool:
    if isinstance(theirs, list):
        return (
            isinstance(ours, list)
            and len(ours) == len(theirs)
            and all(same(a, b, column) for a, b in zip(ours, theirs, strict=True))
        )
    if isinstance(theirs, float) and isinstance(ours, float):
        return ours == theirs or math.isclose(ours, theirs, rel_tol=1e-15)
    if isinstance(theirs, str) and isinstance(ours, str):
        return ours.strip(" \0\r\n") == theirs.strip(" \0\r\n")
    return ours == theirs


@pytest.mark.slow
def test_cells_are_what_pydicom_says(quiet):
    checked, wrong = 0, []
    private = {c.name for c in COLUMNS if c.creator or c.parts or any(step.creator for step in c.steps)}
    for path, row in zip(PATHS, rows_of(KERNEL, PATHS), strict=True):
        status, _, cells, problems, *_ = row
        if status != "read":
            continue
        odd = {name for name, *_ in problems}
        dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
        for column in COLUMNS:
            if column.name in odd | private:
                continue
            theirs = expected(dataset, column)
            is_of_frames = theirs is None or column.name in ONLY_OF_FRAMES
            if is_of_frames and any("FunctionalGroupsSequence" in e.keyword for e in dataset):
                continue  # it may stand in a functional group: tests/header/test_frames.py
            if theirs is None and column.name in ELSEWHERE:
                continue  # it may stand there: tests/header/test_places_page.py
            if theirs is Skip or (isinstance(theirs, list) and Skip in theirs):
                continue
            checked += theirs is not None
            if not same(cells[column.name], theirs, column):
                wrong.append((path.name, column.name, column.vr))
    assert checked > 3000
    assert not wrong


# --- bytes that nobody would write ------------------------------------------------------------

SMALL = [p for p in pydicom_files() if 132 < p.stat().st_size < 40_000]


@st.composite
def broken_headers(draw):
    raw = bytearray(draw(st.sampled_from(SMALL)).read_bytes()[:6000])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(raw) - 1))
        match draw(st.integers(0, 4)):
            case 0:
                raw[at] = draw(st.integers(0, 255))
            case 1:
                del raw[at : at + draw(st.integers(1, 40))]
            case 2:
                raw[at:at] = draw(st.binary(min_size=1, max_size=16))
            case 3:
                raw[at : at + 4] = struct.pack(
                    "<I", draw(st.sampled_from([0, 0xFFFFFFFF, 0xFFFFFFF0, 7, 1 << 31]))
                )
            case 4:
                del raw[at:]
        if not raw:
            raw = bytearray(b"\0")
    return bytes(raw)


EXAMPLES = int(os.environ.get("DICOMLAB_EXAMPLES", "0"))
"""How many broken files to try, other ones each time; without it the same few hundred."""


def frames_of(batch):
    return None if batch.frames is None else repr((batch.frames[0].tolist(), batch.frames[1].to_pylist()))


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES or 300,
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(broken_headers())
def test_broken_bytes_give_the_same_rows_and_never_a_crash(raw):
    headers = pa.array([raw], pa.large_binary())
    ours, theirs = KERNEL.parse(headers), TWIN.parse(headers)
    assert ours.status[0] in ("read", "partial", "not DICOM")
    assert (ours.status[0] == "read") == (ours.reason[0] == "")
    assert (ours.status[0], ours.reason[0]) == (theirs.status[0], theirs.reason[0])
    assert repr(ours.table.to_pylist()) == repr(theirs.table.to_pylist())
    assert frames_of(ours) == frames_of(theirs)
    assert ours.header_bytes[0] == theirs.header_bytes[0]


def test_text_vrs_are_those_of_the_standard():
    assert "UN" in TEXT_VRS
    assert date(2024, 2, 29).isoformat() == "2024-02-29"

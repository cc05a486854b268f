"""docs/places.md says where each column is read: held against pydicom, which walks the paths as printed."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator

import pydicom
import pytest
from pydicom.dataset import Dataset

from dicomlab.header.engine import HeaderReader
from dicomlab.schema.columns import Column, Columns
from dicomlab.schema.frames import frame_columns
from tests.conftest import REPOSITORY, pydicom_files, shared_files
from tests.header.test_twins import Skip, same, simple

STEM = "1.2.840.10008.5.1.4.1.1."
CONVERTED = ("UnassignedPerFrameConvertedAttributesSequence", "UnassignedSharedConvertedAttributesSequence")
PHILIPS = "Philips MR Imaging DD 005"
COLUMNS = {c.name: c for c in Columns()} | {f.column.name: f.column for f in frame_columns(Columns())}
# Angles get increments, mappings have all values: test_places.py. Places of tiles follow: test_vectors.py.
OF_THEIR_OWN = {
    *("PositionerPrimaryAngle", "PositionerSecondaryAngle", "real_world_units", "real_world_labels"),
    *("ColumnPositionInTotalImagePixelMatrix", "RowPositionInTotalImagePixelMatrix"),
}


def page() -> tuple[dict[str, str], dict[str, dict[str, list[str]]]]:
    """The kind of each SOP class; and by kind and column, the places as printed, `top` spelt out."""
    kinds: dict[str, str] = {}
    places: dict[str, dict[str, list[str]]] = {}
    head: list[str] = []
    for line in (REPOSITORY / "docs" / "places.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"[\d., ]+", cells[-1]) and len(cells) == 2:
            kinds |= {STEM + number: cells[0] for number in cells[1].split(", ")}
        elif cells[:2] == ["column", "top"]:
            head = cells[2:]
        elif head and len(cells) == len(head) + 2 and cells[0].startswith("`"):
            for kind, words in zip(head, cells[2:], strict=True):
                found = [cells[1] if word == "top" else word for word in words.split("; ")]
                places.setdefault(kind, {})[cells[0].strip("`")] = found
    return kinds, places


KINDS, PLACES = page()


def elements(ds: Dataset, words: list[str]) -> Iterator[pydicom.DataElement]:
    """What stands at a path, in every item on the way."""
    if len(words) == 1:
        where = ds.file_meta if words[0] in getattr(ds, "file_meta", ()) else ds
        if words[0] in where and where[words[0]].value not in (None, "", b"", []):
            yield where[words[0]]
        return
    for name in CONVERTED if words[0] == "converted" else words[:1]:
        for inner in _items(ds, name):
            yield from elements(inner, words[1:])


def _items(ds: Dataset, name: str) -> list[Dataset]:
    if name != "Philips":
        return list(ds.get(name) or ())
    try:
        element = ds.private_block(0x2005, PHILIPS)[0x0F]
    except KeyError:
        return []
    return list(element.value or ()) if element.VR == "SQ" else []


def said(found: list[pydicom.DataElement], column: Column):
    """One value of what several items say: all in lists, else what they agree on; Skip where they do not."""
    values = []
    for element in found:
        many = list(element.value) if element.VM > 1 else [element.value]
        values.append([simple(v, column) for v in many])
    if any(Skip in value for value in values):
        return Skip
    if len(values) > 1 and any(value != values[0] for value in values):
        return [v for value in values for v in value] if column.is_list else None
    return values[0] if column.is_list else (values[0][0] if len(values[0]) == 1 else Skip)


def looked_up(ds: Dataset, frame: int | None, kind: str, column: Column):
    """What pydicom finds at the first printed place that has a value."""
    groups: list[Dataset] = []
    if frame is not None:
        groups = [*_items(ds, "PerFrameFunctionalGroupsSequence")[frame : frame + 1]]
        groups += _items(ds, "SharedFunctionalGroupsSequence")[:1]
    for place in PLACES[kind][column.name]:
        words = place.removeprefix("frame ").split(" > ")
        for where in groups if place.startswith("frame ") else [ds]:
            found = list(elements(where, words))
            if found:
                return said(found, column)
    return None


def test_the_page_has_every_column_of_every_kind():
    assert len(PLACES) == 15
    assert set(KINDS.values()) == set(PLACES)
    for kind, places in PLACES.items():
        assert set(places) == set(COLUMNS), kind
    assert PLACES["enhanced MR"]["EchoTime"][0] == "frame MREchoSequence > EffectiveEchoTime"
    assert PLACES["tomosynthesis, X-ray 3D"]["Exposure"][-1] == "XRay3DAcquisitionSequence > ExposureInmAs"


@pytest.mark.slow
def test_cells_are_what_pydicom_finds_at_the_places_as_printed():
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    paths = [str(path) for path in (*pydicom_files(), *shared_files())]
    checked, wrong, first = 0, [], 0
    for batch in HeaderReader().read(paths):
        odd = {(p.row, p.column.name) for p in batch.problems}
        frames: dict[int, list[dict]] = {}
        if batch.frames is not None:
            for row, frame in zip(batch.frames[0].tolist(), batch.frames[1].to_pylist(), strict=True):
                frames.setdefault(row, []).append(frame)
        for row, cells in enumerate(batch.table.to_pylist()):
            path, kind = paths[first + row], KINDS.get(cells["SOPClassUID"] or "")
            if kind is None or batch.status[row] != "read":
                continue
            n, bad = differing(path, kind, cells, frames.get(row, []), {name for r, name in odd if r == row})
            checked, wrong = checked + n, wrong + bad
        first += len(batch.status)
    assert checked > 20_000
    assert not wrong, (len(wrong), wrong[:20])


def differing(
    path: str, kind: str, cells: dict, frames: list[dict], odd: set[str]
) -> tuple[int, list[tuple]]:
    """How many cells were looked at, and which are not what pydicom finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        checked, wrong = 0, []
        has_groups = "PerFrameFunctionalGroupsSequence" in ds or "SharedFunctionalGroupsSequence" in ds
        numbers = [0, len(frames) // 2] if has_groups and frames else [None]
        for number, column in ((n, c) for n in numbers for c in COLUMNS.values()):
            found = cells if number is None else frames[number]
            if column.name not in found or column.name in odd | OF_THEIR_OWN:
                continue
            theirs = looked_up(ds, number, kind, column)
            if theirs is Skip or (isinstance(theirs, list) and Skip in theirs):
                continue
            checked += theirs is not None
            if not same(found[column.name], theirs, column):
                wrong.append((path.rpartition("/")[2], kind, column.name, number))
    return checked, wrong

"""Each column costs only the cell it raises for, by enumeration: nested, private, CSA, frames, dose."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydicom.dataset import Dataset

from dicomlab.header import csa, derived, dose, engine, units, values
from dicomlab.header.engine import Batch, HeaderReader
from dicomlab.header.parts import Parts
from dicomlab.schema.arrow import offset_name
from dicomlab.schema.columns import Column, Columns
from dicomlab.schema.dose import dose_columns
from dicomlab.schema.private import private_names
from tests.build import dataset, write
from tests.header.test_csa import csa2
from tests.isolation.placed import one_vr, put, value_of
from tests.reports import biplane_report, ct_report, mammography_report, radiopharmaceutical_report

pytestmark = pytest.mark.usefixtures("setting_aside")
TARGET, REST = 1, (0, 2)
"""The file that something raises for, and the others."""
FIXED = frozenset(
    ("SpecificCharacterSet", "PixelRepresentation", "NumberOfFrames", "SOPClassUID", "TransferSyntaxUID")
)
"""What says how a header is to be read: the same in all files, so that none of them can be the odd one."""
CHARACTERS = 0x00080005
OURS = frozenset(name for names in derived.DERIVED for name in names) | set(units.RULES) | {"varies"}
OURS |= {"frame_time_ms", "slice_position_mm", "acquired_at"}


class Injected(Exception):
    """What the tests make items raise; its message stands for a header value."""


def raising(*_: Any, **__: Any) -> Any:
    raise Injected("Doe^John")


def wanted() -> Columns:
    """Every column there is, and nested ones as people add them."""
    nested = "RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose"
    return Columns().add(*private_names(), nested, "OtherPatientIDsSequence[*].PatientID")


READER = HeaderReader(wanted())
ELEMENTS = frozenset(column.name for column in csa.csa_elements(READER._cast))
"""The CSA headers themselves, which are cast by their fields."""
UIDS = [column.name for column in READER._all].index("SOPInstanceUID")


def is_fixed(column: Column) -> bool:
    return column.name in FIXED | ELEMENTS or column.tag >> 16 <= 2 or column.tag == CHARACTERS


def number_of(place: int, file: int) -> int:
    return 20 + 3 * (place % 20) + file


def with_csa_fields(ds: Dataset, file: int) -> None:
    """CSA headers with a value for each column that is a field of one."""
    fields: dict[str, dict[str, tuple[str, list[str]]]] = {"image": {}, "series": {}}
    lines = []
    for place, column in enumerate(c for c in READER._all if c.csa):
        text = str(value_of(column.vr, number_of(place, file)))
        path = column.path.replace("[*]", "[0]")
        if column.csa == "protocol":
            lines.append(f"{path} = {text}")
        else:
            fields[column.csa][path] = (column.vr, [text] * (3 if column.is_list else 1))
    protocol = "\n".join(["### ASCCONV BEGIN ###", *lines, "### ASCCONV END ###", ""])
    fields["series"]["MrPhoenixProtocol"] = ("UN", [protocol])
    for offset, kind in ((0x10, "image"), (0x20, "series")):
        put(ds, (), 0x00290000 | offset, "OB", csa.CSA_CREATOR, csa2(**fields[kind]))


def laid() -> set[str]:
    """Columns whose values are laid into others, or are those of frames: they are not cast as they are."""
    own = {column.name for column in READER._cast}
    return {c.name for found in READER._places.found for c in (found.column, *found.all_others)} - own


def cast_alone() -> list[Any]:
    """The columns that are cast as they are."""
    return [column for column in READER._all if column.name not in laid() and not is_fixed(column)]


def a_header(file: int) -> Dataset:
    """A header with a value at the place of each column."""
    ds = dataset(SOPInstanceUID=f"1.2.{file}", SpecificCharacterSet="ISO_IR 192", PixelRepresentation=0)
    with_csa_fields(ds, file)
    for place, column in enumerate(cast_alone()):
        if column.has_place:
            vr = one_vr(column.vr)
            each = [value_of(vr, number_of(place, file) + 60 * item) for item in range(2)]
            put(ds, column.steps, column.tag, vr, column.creator, each if column.is_many else each[0])
    return ds


def an_enhanced_header(file: int) -> Dataset:
    """An enhanced object of two frames, with a value of its own for each column of frames."""
    ds = dataset(SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", SOPInstanceUID=f"1.2.{file}", NumberOfFrames=2)
    ds.SpecificCharacterSet, ds.PixelRepresentation = "ISO_IR 192", 0
    ds.SharedFunctionalGroupsSequence = [Dataset()]
    ds.PerFrameFunctionalGroupsSequence = [Dataset(), Dataset()]
    for place, frame in enumerate(READER._frames):
        for number, item in enumerate(ds.PerFrameFunctionalGroupsSequence):
            where = frame.ranks[0][0] if frame.ranks else None
            if where is not None:
                value = value_of(one_vr(where.vr), number_of(place, file) + 60 * number)
                put(item, where.steps, where.tag, where.vr, where.creator, value)
    return ds


@dataclass(frozen=True)
class Found:
    """What a batch says, file by file."""

    rows: list[dict[str, Any]]
    frames: list[list[dict[str, Any]]]
    dose: list[list[dict[str, Any]]]
    aside: list[tuple[int, str]]

    @classmethod
    def of(cls, batch: Batch) -> Found:
        n = len(batch.status)
        parts = []
        for part in (batch.frames, batch.dose):
            lists: list[list[dict[str, Any]]] = [[] for _ in range(n)]
            if part is not None:
                for row, cells in zip(part[0], part[1].to_pylist(), strict=True):
                    lists[row].append(cells)
            parts.append(lists)
        aside = [(p.row, p.column.name) for p in batch.problems if p.reason.startswith("set aside: Injected")]
        assert not any("Doe" in p.reason for p in batch.problems)
        return cls(batch.table.to_pylist(), *parts, aside)

    def of_file(self, file: int) -> tuple[Any, ...]:
        return self.rows[file], self.frames[file], self.dose[file]


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, NaN the same as NaN."""
    return repr(one) == repr(other)


def assert_costs_only(found: Found, whole: Found, allowed: set[str], name: str) -> None:
    """Hold all other files, and the other cells of the target, against an undisturbed run."""
    for file in REST:
        assert same(found.of_file(file), whole.of_file(file)), name
    for mine, before in zip(found.of_file(TARGET), whole.of_file(TARGET), strict=True):
        listed = (mine, before) if isinstance(mine, list) else ([mine], [before])
        for row, row_before in zip(*listed, strict=True):
            changed = {key for key in row_before if not same(row[key], row_before[key])}
            assert changed <= allowed, name


def dependent(name: str) -> set[str]:
    """A column, and those that are made of it or worked out from it."""
    makers = {made for made, parts in READER._parts.names.items() if name in parts}
    columns = [*READER._all, *(frame.column for frame in READER._frames)]
    beside = {offset_name(column) for column in columns if column.name == name}
    return {name, *makers, *(one for one in beside if one), *OURS}


def raws_met(monkeypatch: pytest.MonkeyPatch, header: bytes) -> dict[str, set[bytes]]:
    """The bytes that each column casts for one header."""
    met: dict[str, set[bytes]] = defaultdict(set)
    plain = values._plain

    def spy(cells: values.Cells, j: int, column: Any, *more: Any) -> Any:
        met[column.name] |= {cells.raw(j, i) for i in range(cells.off.shape[1]) if cells.off[j, i] >= 0}
        return plain(cells, j, column, *more)

    with monkeypatch.context() as patch:
        patch.setattr(values, "_plain", spy)
        READER.parse(pa.array([header], pa.large_binary()))
    return met


def poisons(monkeypatch: pytest.MonkeyPatch, headers: list[bytes]) -> dict[str, bytes]:
    """For each column a value that the target alone has."""
    met = [raws_met(monkeypatch, header) for header in headers]
    own = {name: raws - met[0][name] - met[2][name] for name, raws in met[TARGET].items()}
    return {name: min(raws) for name, raws in own.items() if raws - {b""}}


def each_poisoned(monkeypatch: pytest.MonkeyPatch, headers: list[bytes]) -> set[str]:
    """Make each column raise for a value of the target; gives the columns that did."""
    array, plain, covered = pa.array(headers, pa.large_binary()), values._plain, set()
    whole = Found.of(READER.parse(array))
    for name, poison in poisons(monkeypatch, headers).items():

        def bad(
            cells: values.Cells, j: int, column: Any, *more: Any, name: str = name, poison: bytes = poison
        ) -> Any:
            if column.name == name and any(
                cells.raw(j, i) == poison for i in range(cells.off.shape[1]) if cells.off[j, i] >= 0
            ):
                raising()
            return plain(cells, j, column, *more)

        with monkeypatch.context() as patch:
            patch.setattr(values, "_plain", bad)
            found = Found.of(READER.parse(array))
        assert_costs_only(found, whole, dependent(name), name)
        assert {row for row, _ in found.aside} == {TARGET}, name
        covered.add(name)
    return covered


def written(maker: Any, folder: Path) -> list[bytes]:
    return [write(maker(file), folder / f"{file}").read_bytes() for file in range(3)]


@pytest.mark.slow
def test_each_column_costs_only_the_value_that_it_raises_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    covered = each_poisoned(monkeypatch, written(a_header, tmp_path))
    assert {c.name for c in cast_alone() if not c.parts and c.kind != "binary"} <= covered
    assert {c.name for c in READER._all if c.csa} <= covered
    assert {c.name for c in cast_alone() if c.is_many} <= covered


@pytest.mark.slow
def test_each_column_of_frames_costs_only_the_value_that_it_raises_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    covered = each_poisoned(monkeypatch, written(an_enhanced_header, tmp_path))
    assert {frame.column.name for frame in READER._frames if frame.ranks} - covered - FIXED == set()


@pytest.mark.slow
def test_each_column_that_gathers_or_is_made_costs_only_the_file_that_it_raises_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done with a whole column raises, and not what is done with one of its values."""
    array = pa.array(written(a_header, tmp_path), pa.large_binary())
    whole = Found.of(READER.parse(array))
    many = [c.name for c in READER._wanted if c.is_many]
    fields = [c.name for c in READER._csa.columns]
    made = [c.name for c in READER._parts.made]
    steps = ((engine, "gathered", 2, many), (csa, "_typed", 2, fields), (Parts, "array", 1, made))
    for owner, step, place, names in steps:
        assert names
        for name in names:
            with monkeypatch.context() as patch:
                patch.setattr(owner, step, raising_for_target(getattr(owner, step), name, place))
                found = Found.of(READER.parse(array))
            assert_costs_only(found, whole, dependent(name), name)
            assert {row for row, _ in found.aside} == {TARGET}, name


def raising_for_target(work: Any, name: str, place: int) -> Any:
    """The same work, which raises for one column where the target is among the files that it is given."""
    own: list[Any] = []

    def bad(*given: Any, **more: Any) -> Any:
        if given[place].name != name:
            return work(*given, **more)
        files = marks(given)
        own.append(files[TARGET] if not own else own[0])
        return raising() if own[0] in files else work(*given, **more)

    def marks(given: tuple[Any, ...]) -> list[Any]:
        """What tells the files apart: their UIDs, or the values of the first part of the column."""
        cells = next((one for one in given if isinstance(one, values.Cells)), None)
        if cells is not None:
            return [cells.raw(UIDS, i) for i in range(cells.off.shape[1])]
        parts = READER._parts.names[name]
        return next(a.to_pylist() for a in (given[2][part] for part in parts) if a.null_count < len(a))

    return bad


def test_each_column_of_dose_costs_only_the_value_that_it_raises_for(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [replace(column, is_list=False) for column in dose_columns()]
    raws = [[dose._Value(str(value_of(column.vr, 20 + i)).encode()) for i in range(3)] for column in columns]
    whole, before = dose._cast(columns, raws, [b""] * 3)
    assert before == []
    plain = values._plain
    for target, own in zip(columns, raws, strict=True):

        def bad(
            cells: values.Cells,
            j: int,
            column: Any,
            *more: Any,
            name: str = target.name,
            raw: bytes = own[1].raw,
        ) -> Any:
            met = [cells.raw(j, i) for i in range(cells.off.shape[1])]
            return raising() if column.name == name and raw in met else plain(cells, j, column, *more)

        monkeypatch.setattr(values, "_plain", bad)
        found, problems = dose._cast(columns, raws, [b""] * 3)
        assert [(p.row, p.column.name) for p in problems] == [(1, target.name)]
        for name, array in whole.items():
            expected = array.to_pylist()
            expected[1] = None if name in (target.name, offset_name(target)) else expected[1]
            assert found[name].to_pylist() == expected, name


@pytest.mark.parametrize("make", [ct_report, mammography_report, biplane_report, radiopharmaceutical_report])
def test_a_dose_report_that_raises_costs_only_its_own_rows(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = written(lambda file: make(SOPInstanceUID=f"1.2.{file}", PatientID=f"P{file}"), tmp_path)
    array, read = pa.array(headers, pa.large_binary()), dose._Reading.rows
    whole = Found.of(READER.parse(array))
    assert all(whole.dose)

    def bad(reading: Any, root: Any) -> Any:
        return raising() if reading._row == TARGET else read(reading, root)

    monkeypatch.setattr(dose._Reading, "rows", bad)
    batch = READER.parse(array)
    found = Found.of(batch)
    assert [p.row for p in batch.problems] == [TARGET]
    assert found.dose == [whole.dose[0], [], whole.dose[2]]
    assert found.rows == whole.rows


def test_frames_that_cannot_be_laid_out_cost_only_those_of_their_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    array, resolve = pa.array(written(an_enhanced_header, tmp_path), pa.large_binary()), engine.resolve
    whole = Found.of(READER.parse(array))

    def bad(where: values.Cells, *more: Any) -> Any:
        raws = [where.raw(UIDS, i).strip(b"\0") for i in range(where.off.shape[1])]
        return raising() if b"1.2.1" in raws else resolve(where, *more)

    monkeypatch.setattr(engine, "resolve", bad)
    found = Found.of(READER.parse(array))
    assert [row for row, _ in found.aside] == [TARGET]
    assert found.frames[TARGET] == []
    assert all(same(found.of_file(file), whole.of_file(file)) for file in REST)


def test_each_column_of_frames_in_one_unit_costs_only_the_file_it_raises_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    array = pa.array(written(an_enhanced_header, tmp_path), pa.large_binary())
    whole = Found.of(READER.parse(array))
    for name in units.RULES:
        with monkeypatch.context() as patch:
            patch.setitem(units.RULES, name, raising)
            found = Found.of(READER.parse(array))
        for before, after in zip([*whole.rows, *whole.frames], [*found.rows, *found.frames], strict=True):
            pairs = zip(before, after, strict=True) if isinstance(before, list) else [(before, after)]
            for one, other in pairs:
                assert same({**one, name: None} if name in one else one, other), name

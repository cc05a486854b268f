"""One row an irradiation event: what radiation dose reports say, in the columns of the dose table.

PS3.16 names what stands in a report: TID 10001 for projection X-ray and mammography, TID 10011 for CT,
TID 10021 for radiopharmaceuticals, TID 10040 for the enhanced report, TID 10030 for a patient's dose.
Content items are known by their codes, wherever machines put them; values are brought to the unit of
their column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header.content import ContentReader, Item, Kind
from dicomlab.header.ucum import LONGEST, factor_between
from dicomlab.header.values import RAW_LIMIT, Cells, Problem, cast
from dicomlab.schema.arrow import dose_schema, offset_name
from dicomlab.schema.columns import Column
from dicomlab.schema.dose import CONTENT, LATERALITY, DoseColumn, Place, dose_columns

REPORT_CLASSES = "1.2.840.10008.5.1.4.1.1.88."
"""How the SOP classes of structured reports begin."""
_DOSE_CLASSES = tuple(f"{REPORT_CLASSES}{number}" for number in (67, 68, 75, 76))
_REPORTS = ("DCM 113701", "DCM 113500", "DCM 128401")
_EVENTS = frozenset(("DCM 113819", "DCM 113706", "DCM 113502", "DCM 130501"))
_TOTALS = frozenset(("DCM 113811", "DCM 113702", "DCM 130500"))
_ESTIMATE, _DETAILS, _EVENT_UID = "DCM 128402", "DCM 130505", "DCM 113769"
_GROUPS = frozenset(("DCM 113822", "DCM 113829", "DCM 130502"))
_SOURCE, _FILTER, _DEVICE, _IRRADIATING = "DCM 113831", "DCM 113771", "DCM 113876", "DCM 113859"
_OF_TOTALS = ("acquisition_plane", "reference_point_definition")
MOST_ROWS = 16_384
"""How many events and totals of one report get rows."""
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class _Value:
    """The bytes of a value, and what the number in them is multiplied with."""

    raw: bytes
    factor: Fraction = Fraction(1)
    charset: bytes = b""
    """Its character set, where an item says another one than the report."""


@dataclass(slots=True)
class _Row:
    """One event or total: values by the number of their column."""

    one: dict[int, _Value] = field(default_factory=dict)
    many: dict[int, list[_Value | None]] = field(default_factory=dict)


def report_rows(classes: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Which rows of a batch are structured reports, by their SOPClassUID."""
    is_report = pc.fill_null(pc.starts_with(classes, REPORT_CLASSES), False)
    return np.flatnonzero(is_report.to_numpy(zero_copy_only=False))


class DoseReader:
    """Gathers the rows of dose reports; other structured reports give none."""

    def __init__(self) -> None:
        self._content = ContentReader()
        self._waiting: list[tuple[int, str, int | None, _Row, bytes]] = []
        self._tables: list[tuple[np.ndarray, pa.Table]] = []
        self._problems: list[Problem] = []

    def add(self, row: int, sop_class: str, data: np.ndarray, start: int, size: int) -> None:
        """Take a report whose header lies at `data[start : start + size]`, as row `row` of the batch."""
        self._add(row, self._content.read(data, start, size, _is_dose(sop_class)))

    def add_odd(self, row: int, sop_class: str, head: bytes) -> None:
        """Take a report that the kernel handed back."""
        self._add(row, self._content.read_odd(head, _is_dose(sop_class)))

    def take(self) -> tuple[tuple[np.ndarray, pa.Table] | None, list[Problem]]:
        """Which row of the batch each row belongs to, and the rows; and what did not parse."""
        self._flush()
        tables, problems = self._tables, self._problems
        self._tables, self._problems = [], []
        if not tables:
            return None, problems
        whole = pa.concat_tables([table for _, table in tables]).combine_chunks()
        return (np.concatenate([rows for rows, _ in tables]), whole), problems

    def _add(self, row: int, content: tuple[Item, str] | None) -> None:
        if content is None:
            return
        root, reason = content
        if reason:
            self._problems.append(Problem(row, CONTENT, reason, b""))
        reading = _Reading(row)
        found = reading.rows(root)
        if len(found) > MOST_ROWS:
            reason = f"more events and totals than the {MOST_ROWS:,} that get rows"
            self._problems.append(Problem(row, CONTENT, reason, str(len(found)).encode()))
        elif not found:
            reason = "no irradiation event or total of a template that is read"
            self._problems.append(Problem(row, CONTENT, reason, b""))
        self._problems += reading.problems
        charset = root.values.get(Kind.CHARSET, b"")
        self._waiting += [(row, *entry, charset) for entry in found[:MOST_ROWS]]
        if len(self._waiting) >= _ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table, problems = _table(self._waiting)
            self._tables.append((np.array([entry[0] for entry in self._waiting]), table))
            self._problems += problems
            self._waiting = []


Reports = tuple[tuple[np.ndarray, pa.Table] | None, list[Problem]]
"""Which row of a batch each row of dose belongs to, and the rows; and what did not parse."""


def joined_reports(pieces: Sequence[Reports]) -> Reports:
    """What was read of reports in several pieces, as if it had been one."""
    if len(pieces) == 1:
        return pieces[0]
    found = [rows for rows, _ in pieces if rows is not None]
    problems = [problem for _, odd in pieces for problem in odd]
    if not found:
        return None, problems
    whole = pa.concat_tables([table for _, table in found]).combine_chunks()
    return (np.concatenate([rows for rows, _ in found]), whole), problems


def _is_dose(sop_class: str) -> Callable[[Item], bool]:
    """Whether a report is one of dose: by its SOP class, or by the name of its root."""
    return lambda root: sop_class in _DOSE_CLASSES or root.name in _REPORTS


# --- from content items to values ---------------------------------------------------------


@cache
def _wanted(place: Place) -> dict[str, list[int]]:
    """The columns of a place by the names of their content items."""
    found: dict[str, list[int]] = {}
    for number, column in enumerate(dose_columns()):
        if column.place == place and not column.is_code:
            for concept in column.concepts:
                found.setdefault(concept, []).append(number)
    return found


@cache
def _of_totals() -> dict[str, list[int]]:
    names = {c.name for c in dose_columns() if c.place == "total"} | set(_OF_TOTALS)
    both = {**_wanted("total"), **_wanted("event")}
    columns = dose_columns()
    kept = {concept: [n for n in numbers if columns[n].name in names] for concept, numbers in both.items()}
    return {concept: numbers for concept, numbers in kept.items() if numbers}


class _Reading:
    """The rows of one report, and what in it has another unit or comes twice."""

    def __init__(self, row: int) -> None:
        self._row = row
        self.problems: list[Problem] = []

    def rows(self, root: Item) -> list[tuple[str, int | None, _Row]]:
        """Level, number and values of each total and event, in the order of the file."""
        report = _Row()
        for item in root.children:
            self._take(report, item, _wanted("report"))
            self._device(report, item)
        events, found = 0, []
        details: dict[bytes, _Row] = {}
        for container in _containers(root):
            if container.name == _DETAILS:
                self._details(container, details)
                continue
            if container.name in _TOTALS:
                rows = self._totals(container)
                level, number = "total", None
            elif container.name == _ESTIMATE:
                rows = self._estimates(container)
                level, number = "estimate", None
            else:
                rows, events = [self._event(container)], events + 1
                level, number = "event", events
            for row in rows:
                row.one = {**report.one, **row.one}
                row.many = {**report.many, **row.many}
            found += [(level, number, row) for row in rows]
        for _, _, row in found if details else ():
            value = row.one.get(_uid_column())
            more = details.get(value.raw.strip(b" \0")) if value is not None else None
            if more is not None:
                row.one, row.many = {**more.one, **row.one}, {**more.many, **row.many}
        return found

    def _details(self, container: Item, details: dict[bytes, _Row]) -> None:
        """Note what an enhanced report says apart of the events that it names (TID 10043)."""
        items = list(_below(container))
        uids = {item.values.get(Kind.UID, b"").strip(b" \0") for item in items if item.name == _EVENT_UID}
        row = _Row()
        for item in items:
            for place in ("event", "source", "filter"):
                self._take(row, item, _wanted(place))
        for uid in uids:
            known = details.setdefault(uid, _Row())
            known.one, known.many = {**row.one, **known.one}, {**row.many, **known.many}

    def _estimates(self, container: Item) -> list[_Row]:
        """What is estimated of a patient's dose, organ by organ (TID 10031, 10032)."""
        common, organs = _Row(), dict[str, _Row]()
        for item in _below(container):
            self._take(common, item, _wanted("estimate"))
        for around in (container, *_below(container)):
            of_all = next((item for item in around.children if item.name in _sites()), None)
            for item in around.children:
                measured = [name for name in _wanted("organ") if name not in _sites()]
                if item.name not in measured:
                    continue
                site = next((inner for inner in item.children if inner.name in _sites()), of_all)
                row = organs.setdefault(site.code if site is not None else "", _Row())
                self._take(row, item, _wanted("organ"))
                if site is not None:
                    self._take(row, site, _wanted("organ"))
        rows = [row for row in organs.values() if row.one]
        for row in rows:
            row.one, row.many = {**common.one, **row.one}, {**common.many, **row.many}
        return rows

    def _event(self, container: Item) -> _Row:
        row, sources, filters = _Row(), [], []
        for item in _items(container):
            if item.name == _SOURCE:
                sources.append(item)
            elif item.name == _FILTER:
                filters.append(item)
            else:
                self._take(row, item, _wanted("event"))
                self._device(row, item)
                for inner in item.children:
                    self._take(row, inner, _sides())
                    self._take(row, inner, _wanted("agent"))
        if not sources:  # projection X-ray: one value, or one for each pulse
            for item in _items(container):
                self._take(row, item, _wanted("source"))
        filters += [item for source in sources for item in source.children if item.name == _FILTER]
        self._aligned(row, sources, _wanted("source"))
        self._aligned(row, filters, _wanted("filter"))
        return row

    def _totals(self, container: Item) -> list[_Row]:
        """The totals of a container; what is of one breast is a row of its own."""
        columns, common, whole = dose_columns(), _Row(), _Row()
        sides: dict[str, _Row] = {}
        for item in _items(container):
            for number in _of_totals().get(item.name, ()):
                side = next((inner for inner in item.children if inner.name in _sides()), None)
                row = whole if columns[number].place == "total" else common
                if columns[number].flag == "side" and side is not None:
                    row = sides.setdefault(side.code, _Row())
                    self._take(row, side, _sides())
                self._put(row, item, number)
        rows = [row for row in (whole, *sides.values()) if row.one]
        for row in rows:
            row.one = {**common.one, **row.one}
        return rows

    def _device(self, row: _Row, item: Item) -> None:
        if item.name == _DEVICE and item.code == _IRRADIATING:
            for inner in item.children:
                self._take(row, inner, _wanted("device"))

    def _aligned(self, row: _Row, containers: Sequence[Item], wanted: dict[str, list[int]]) -> None:
        """Lists with a place for each container, null where it does not say."""
        for container in containers:
            one = _Row()
            for item in container.children:
                self._take(one, item, wanted, is_alone=True)
            for number in {n for numbers in wanted.values() for n in numbers}:
                for place in (number, number + 1) if _has_code(number) else (number,):
                    row.many.setdefault(place, []).append(one.one.get(place))

    def _take(self, row: _Row, item: Item, wanted: dict[str, list[int]], *, is_alone: bool = False) -> None:
        for number in wanted.get(item.name, ()):
            self._put(row, item, number, is_alone=is_alone)

    def _put(self, row: _Row, item: Item, number: int, *, is_alone: bool = False) -> None:
        """Note what an item says in its column, and its code in the next one."""
        column = dose_columns()[number]
        if column.is_list and not is_alone and b"\\" in item.values.get(Kind.NUMBER, b""):
            row.many.setdefault(number, []).extend(self._numbers(item, column))
            return
        value, code = self._value(item, column), _code(item)
        if column.is_list and not is_alone:
            if value is not None or code is not None:
                row.many.setdefault(number, []).append(value)
                if _has_code(number):
                    row.many.setdefault(number + 1, []).append(code)
            return
        for place, new in ((number, value), (number + 1, code if _has_code(number) else None)):
            if new is not None and row.one.setdefault(place, new) != new and place == number:
                reason = "another value where one is expected: the first counts"
                self.problems.append(Problem(self._row, column, reason, new.raw[:RAW_LIMIT]))

    def _value(self, item: Item, column: DoseColumn) -> _Value | None:
        if column.value_type in ("NUM", "COUNT"):
            return self._number(item, column)
        kinds = {
            "UIDREF": (Kind.UID,),
            "DATETIME": (Kind.DATETIME,),
            "IMAGE": (Kind.REFERENCE,),
            "CODE": (Kind.CODE_MEANING, Kind.TEXT),
            "TEXT": (Kind.TEXT, Kind.CODE_MEANING),
        }[column.value_type]
        kind = next((kind for kind in kinds if item.values.get(kind)), None)
        return None if kind is None else _Value(item.values[kind], charset=item.charsets.get(kind, b""))

    def _numbers(self, item: Item, column: DoseColumn) -> list[_Value | None]:
        """Several numbers in one value, such as one for each pulse."""
        whole = self._number(item, column)
        if whole is None:
            return []
        parts = whole.raw.rstrip(b" \0").split(b"\\")
        return [replace(whole, raw=part) if part.strip() else None for part in parts]

    def _number(self, item: Item, column: DoseColumn) -> _Value | None:
        raw = item.values.get(Kind.NUMBER, b"")
        if not raw.strip(b" \0"):
            return None
        said = item.values.get(Kind.UNIT, b"")
        unit = said.decode("latin-1").strip(" \0") if len(said) <= LONGEST else "?"
        factor = factor_between(unit, column.unit or "1")
        if factor is None or (factor != 1 and column.value_type == "COUNT"):
            reason = f"not in a unit that leads to {column.unit or 'a plain number'}"
            self.problems.append(Problem(self._row, column, reason, (raw + b" " + said)[:RAW_LIMIT]))
            return None
        return _Value(raw, factor)


@cache
def _sides() -> dict[str, list[int]]:
    sct, srt = LATERALITY.split("/")
    return {name: _wanted("event")[name] for name in (f"SCT {sct}", f"SRT {srt}")}


@cache
def _sites() -> frozenset[str]:
    """How the organ is named that a dose is of."""
    return frozenset(name for column in dose_columns() if column.name == "organ" for name in column.concepts)


@cache
def _uid_column() -> int:
    return [column.name for column in dose_columns()].index("irradiation_event_uid")


def _has_code(number: int) -> bool:
    columns = dose_columns()
    return number + 1 < len(columns) and columns[number + 1].is_code


def _code(item: Item) -> _Value | None:
    code, scheme = (item.values.get(kind, b"").strip(b" \0") for kind in (Kind.CODE, Kind.CODE_SCHEME))
    return _Value(code + b" " + scheme) if code else None


def _containers(root: Item) -> Iterator[Item]:
    """The events, totals and estimates of a report, wherever they stand; none lies in another."""
    for item in root.children:
        if item.name in _EVENTS or item.name in _TOTALS or item.name in (_ESTIMATE, _DETAILS):
            yield item
        else:
            yield from _containers(item)


def _below(container: Item) -> Iterator[Item]:
    """All items in a container, and what is in them."""
    for item in container.children:
        yield item
        yield from _below(item)


def _items(container: Item) -> Iterator[Item]:
    """What is said of an event: its own items, and those in the groups of CT parameters and dose."""
    for item in container.children:
        if item.name in _GROUPS:
            yield from _items(item)
        else:
            yield item


# --- from values to columns -------------------------------------------------------------------


class _Blob:
    """Values laid one behind the other, as casting wants them."""

    def __init__(self) -> None:
        self._data = bytearray(b"\0")

    def lay(self, raw: bytes) -> tuple[int, int]:
        """Where a value lies now, and how long it is."""
        self._data += raw
        return len(self._data) - len(raw), len(raw)

    @property
    def data(self) -> np.ndarray:
        """All bytes, in a type of array that the compiled functions know."""
        return np.frombuffer(self._data, np.uint8)


_Entry = tuple[int, str, int | None, _Row, bytes]


def _table(entries: Sequence[_Entry]) -> tuple[pa.Table, list[Problem]]:
    """The table of some rows, and what in them did not parse."""
    columns, rows = dose_columns(), [entry[3] for entry in entries]
    arrays: dict[str, pa.Array] = {
        "level": pa.array([entry[1] for entry in entries], pa.string()),
        "event": pa.array([entry[2] for entry in entries], pa.int64()),
    }
    problems: list[Problem] = []
    plain = [number for number, column in enumerate(columns) if not column.is_list]
    found, odd = _cast(
        [columns[number] for number in plain],
        [[row.one.get(number) for row in rows] for number in plain],
        [entry[4] for entry in entries],
    )
    arrays |= found
    problems += odd
    for number, column in enumerate(columns):
        if column.is_list:
            lists = [row.many.get(number, ()) for row in rows]
            of_row = np.repeat(np.arange(len(rows)), [len(values) for values in lists])
            found, odd = _cast(
                [replace(column, is_list=False)],
                [[value for values in lists for value in values]],
                [entries[row][4] for row in of_row.tolist()],
            )
            arrays[column.name] = _listed(lists, found[column.name])
            problems += [replace(problem, row=int(of_row[problem.row])) for problem in odd]
    table = pa.table([arrays[name] for name in dose_schema().names[1:]], pa.schema(list(dose_schema())[1:]))
    return table, [replace(problem, row=entries[problem.row][0]) for problem in problems]


def _listed(lists: Sequence[Sequence[_Value | None]], values: pa.Array) -> pa.Array:
    """Lists of values; null where no item of a list says anything."""
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int32)
    is_null = np.array([all(value is None for value in one) for one in lists])
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(is_null))


def _cast(
    columns: Sequence[Column], values: Sequence[Sequence[_Value | None]], charsets: Sequence[bytes]
) -> tuple[dict[str, pa.Array], list[Problem]]:
    """Cast values as those of headers are, and bring numbers to the unit of their column."""
    n, blob = len(charsets), _Blob()
    off = np.full((len(columns) + 1, n), -1, np.int64)
    length = np.zeros((len(columns) + 1, n), np.int32)
    for j, of_column in enumerate(values):
        for i, value in enumerate(of_column):
            if value is not None:
                off[j, i], length[j, i] = blob.lay(value.raw)
    known = {charset: blob.lay(charset) for charset in set(charsets)}
    for i, charset in enumerate(charsets):
        off[-1, i], length[-1, i] = known[charset]
    off, length, charsets_of = _with_own_charsets(off, length, columns, values, blob)
    cells = Cells(blob.data, off, length, np.zeros(off.shape, np.uint16))
    arrays, problems = cast(cells, columns, len(columns), len(columns), charsets_of)
    for column, of_column in zip(columns, values, strict=True):
        factors = {i: v.factor for i, v in enumerate(of_column) if v is not None and v.factor != 1}
        if factors:
            arrays[column.name] = _scaled(arrays[column.name], factors)
    names = {name for column in columns for name in (column.name, offset_name(column)) if name}
    return {name: array for name, array in arrays.items() if name in names}, problems


def _with_own_charsets(
    off: np.ndarray,
    length: np.ndarray,
    columns: Sequence[Column],
    values: Sequence[Sequence[_Value | None]],
    blob: _Blob,
) -> tuple[np.ndarray, np.ndarray, dict[str, tuple[int, ...]]]:
    """A row of character sets more for each column in which items say their own, and whose it is."""
    charsets_of: dict[str, tuple[int, ...]] = {}
    for column, of_column in zip(columns, values, strict=True):
        own = {i: v.charset for i, v in enumerate(of_column) if v is not None and v.charset}
        if own:
            charsets_of[column.name] = (len(off),)
            off = np.vstack([off, np.full(off.shape[1], -1, off.dtype)])
            length = np.vstack([length, np.zeros(off.shape[1], length.dtype)])
        for i, charset in own.items():
            off[-1, i], length[-1, i] = blob.lay(charset)
    return off, length, charsets_of


def _scaled(numbers: pa.Array, factors: dict[int, Fraction]) -> pa.Array:
    """Numbers multiplied, and divided where the factor is a fraction, so that each is rounded once."""
    values = numbers.to_numpy(zero_copy_only=False).copy()
    rows = np.array(list(factors))
    values[rows] *= np.array([float(factor.numerator) for factor in factors.values()])
    values[rows] /= np.array([float(factor.denominator) for factor in factors.values()])
    return pa.array(values, pa.float64(), mask=np.isnan(values))

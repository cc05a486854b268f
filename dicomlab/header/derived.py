"""Columns of our own, worked out from a row's DICOM values. Each leaves null what is unclear."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.isolation import SetAside, in_pieces

_DAY_US = 86_400_000_000


def derive(table: pa.Table) -> tuple[pa.Table, list[tuple[str, int, SetAside]]]:
    """Add what docs/columns.md defines as derived: times, slice_position_mm and patient_age_years.

    Gives the table, and which column was set aside for which row since working it out raised.
    """
    arrays: list[pa.ChunkedArray] = []
    bad: list[tuple[str, int, SetAside]] = []
    for names, work in DERIVED.items():
        kinds = [pa.float64() if name in _NUMBERS else pa.timestamp("us") for name in names]

        def some(first: int, last: int, work: _Rule = work) -> list[pa.Array]:
            whole = last - first == table.num_rows
            return list(work(table if whole else table.slice(first, last - first)))

        def alone(
            first: int, last: int, aside: SetAside, names: Names = names, kinds: list[pa.DataType] = kinds
        ) -> list[pa.Array]:
            bad.extend((names[0], row, aside) for row in range(first, last))
            return [pa.nulls(last - first, kind) for kind in kinds]

        pieces = in_pieces(some, table.num_rows, alone)
        for k in range(len(names)):
            chunks = [piece[k] for piece in pieces]
            arrays.append(chunks[0] if len(chunks) == 1 else _one_column(chunks))
    added = [name for names in DERIVED for name in names]
    return pa.Table.from_arrays([*table.columns, *arrays], names=[*table.column_names, *added]), bad


Names = tuple[str, ...]
_Rule = Callable[[pa.Table], tuple[pa.Array, ...]]
_NUMBERS = frozenset(("slice_position_mm", "patient_age_years"))


def _one_column(pieces: list[pa.Array | pa.ChunkedArray]) -> pa.ChunkedArray:
    lists = [piece.chunks if isinstance(piece, pa.ChunkedArray) else [piece] for piece in pieces]
    return pa.chunked_array([chunk for chunks in lists for chunk in chunks])


_LEVELS = ("Acquisition", "Series", "Study")
_HALF_DAY_US = _DAY_US // 2
_MINUTE_US = 60_000_000
DAYS_AWAY = 2
"""A date-time that is so many days from every other date of its file is not believed."""
TIMES_TABLE = (
    *("AcquisitionDate", "SeriesDate", "StudyDate", "ContentDate", "TimezoneOffsetFromUTC"),
    *("AcquisitionDateTime", "AcquisitionDateTime_utc_offset_minutes"),
)
"""The columns that `stated_moments` looks at, as far as a table has them."""


def _acquired(table: pa.Table) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """When each instance was acquired, by the machine's clock and in UTC."""
    kind = pa.timestamp("us")
    dates = {level: _numbers(table, f"{level}Date", pa.int32()) for level in _LEVELS}
    midnights = {k: pc.multiply(v, pa.scalar(_DAY_US)) for k, v in dates.items() if v is not None}
    clocks = {level: _numbers(table, f"{level}Time", pa.int64()) for level in _LEVELS}
    moments = []
    for number, level in enumerate(_LEVELS):
        clock = clocks[level]
        days = [above for above in _LEVELS[number:] if above in midnights and clock is not None]
        moments += [pc.add(midnights[above], _since_midnight(clock, clocks[above])) for above in days]
    stated = stated_moments(table)
    moments_or_days = [*moments, *midnights.values()]
    if stated is not None:
        moments_or_days = [stated.believed, *moments, stated.without_time, *midnights.values()]
    if not moments_or_days:
        nothing = pa.chunked_array([pa.nulls(table.num_rows, kind)])
        return nothing, nothing
    local = in_calendar(pc.coalesce(*moments_or_days))
    zone = _zone(table)
    in_utc = [pc.subtract(pc.coalesce(*moments), zone)] if moments and zone is not None else []
    if stated is not None:
        in_utc = [stated.in_utc(stated.believed), *in_utc, stated.in_utc(stated.without_time)]
    if not in_utc:
        return local, pa.chunked_array([pa.nulls(table.num_rows, kind)])
    return local, in_calendar(pc.coalesce(*in_utc))


@dataclass(frozen=True)
class StatedMoments:
    """What AcquisitionDateTime says, in microseconds of local time; null where it is not believed.

    `believed` has a time of day. `without_time` is at midnight, as a date without a time is, and counts
    only where nothing else has a time.
    """

    believed: pa.ChunkedArray
    without_time: pa.ChunkedArray
    zone: pa.ChunkedArray | None
    """The offset from UTC of that local time, where it is known."""

    def in_utc(self, moments: pa.ChunkedArray) -> pa.ChunkedArray:
        """Some of these moments in UTC; null where the zone is not known."""
        if self.zone is None:
            return pa.chunked_array([pa.nulls(len(moments), pa.int64())])
        return pc.subtract(moments, self.zone)


def stated_moments(table: pa.Table) -> StatedMoments | None:
    """What AcquisitionDateTime says in local time; None where no row has one.

    Written with another offset than TimezoneOffsetFromUTC it is put into that zone. One that is
    DAYS_AWAY from every other date of its file is a placeholder, or a mistake.
    """
    moments = _numbers(table, "AcquisitionDateTime", pa.int64())
    if moments is None:
        return None
    zone, own = _zone(table), None
    if _has_values(table, "AcquisitionDateTime_utc_offset_minutes"):
        own = pc.multiply(table["AcquisitionDateTime_utc_offset_minutes"], _MINUTE_US)
    if zone is not None and own is not None:
        moments = pc.coalesce(pc.add(pc.subtract(moments, own), zone), moments)
        zone = pc.coalesce(zone, own)
    zone = own if zone is None else zone
    day = pc.divide(moments, _DAY_US)
    is_midnight = pc.equal(pc.multiply(day, _DAY_US), moments)
    is_near = _is_near(table, pc.subtract(day, pc.cast(_is_before_1970(moments), pa.int64())))
    nothing = pa.scalar(None, pa.int64())
    return StatedMoments(
        pc.if_else(pc.and_(is_near, pc.invert(is_midnight)), moments, nothing),
        pc.if_else(pc.and_(is_near, is_midnight), moments, nothing),
        zone,
    )


def _is_before_1970(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where a quotient was rounded towards 1970, and so to the next day."""
    return pc.and_(
        pc.less(moments, 0), pc.not_equal(pc.multiply(pc.divide(moments, _DAY_US), _DAY_US), moments)
    )


def _is_near(table: pa.Table, day: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a day is less than DAYS_AWAY from a date of the file; so too where it has none to compare.

    ContentDate alone does not count against it, since an image may be made anew years later.
    """
    is_near, has_other = pa.scalar(value=False), pa.scalar(value=False)
    for level in (*_LEVELS, "Content"):
        other = _numbers(table, f"{level}Date", pa.int32())
        if other is None:
            continue
        away = pc.abs(pc.subtract(day, other))
        is_near = pc.or_(is_near, pc.fill_null(pc.less(away, DAYS_AWAY), False))
        if level != "Content":
            has_other = pc.or_(has_other, pc.is_valid(other))
    answer = pc.or_(is_near, pc.invert(has_other))
    return answer if not isinstance(answer, pa.Scalar) else pa.chunked_array([pa.repeat(answer, len(day))])


_FIRST_US, _END_US = -719_162 * _DAY_US, 2_932_897 * _DAY_US
"""The years 1 to 9999, which are all that Python and pandas have."""


def in_calendar(microseconds: pa.ChunkedArray) -> pa.ChunkedArray:
    """Microseconds since 1970 as timestamps; null before the year 1 and after 9999."""
    is_there = pc.and_(pc.greater_equal(microseconds, _FIRST_US), pc.less(microseconds, _END_US))
    return pc.if_else(is_there, microseconds, pa.scalar(None, pa.int64())).cast(pa.timestamp("us"))


def _since_midnight(clock: pa.ChunkedArray, begin: pa.ChunkedArray | None) -> pa.ChunkedArray:
    """A time counted from the midnight of the day on which something began at `begin`.

    A time over twelve hours before that belongs to the next day: the examination went on past
    midnight. One a little before it is a clock that was read late.
    """
    if begin is None or begin is clock:
        return clock
    is_next_day = pc.greater(pc.subtract(begin, clock), _HALF_DAY_US)
    return pc.add(clock, pc.multiply(pc.fill_null(is_next_day, False).cast(pa.int64()), _DAY_US))


def _zone(table: pa.Table) -> pa.ChunkedArray | None:
    """The offset from UTC that the file says its times have, in microseconds."""
    if not _has_values(table, "TimezoneOffsetFromUTC"):
        return None
    written = table["TimezoneOffsetFromUTC"].combine_chunks().dictionary_encode()
    known = pa.array([_offset_minutes(text) for text in written.dictionary.to_pylist()], pa.int64())
    return pa.chunked_array([pc.multiply(known.take(written.indices), _MINUTE_US)])


_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})")


def _offset_minutes(text: str) -> int | None:
    """Minutes of +HHMM or -HHMM from -1200 to +1400; -0000 says that nobody knows (PS3.5 6.2, DT)."""
    match = _OFFSET.fullmatch(text)
    if not match or text == "-0000" or int(match[3]) > 59:
        return None
    minutes = (int(match[2]) * 60 + int(match[3])) * (1 if match[1] == "+" else -1)
    return minutes if -720 <= minutes <= 840 else None


def _numbers(table: pa.Table, name: str, through: pa.DataType) -> pa.ChunkedArray | None:
    """Dates as days, times as microseconds; None where there are none."""
    return table[name].cast(through).cast(pa.int64()) if _has_values(table, name) else None


def slice_position(table: pa.Table) -> pa.Array:
    """ImagePositionPatient projected on the normal of the image plane (PS3.3 C.7.6.2.1.1)."""
    n = table.num_rows
    position = fixed_lists(table, "ImagePositionPatient", 3)
    axes = fixed_lists(table, "ImageOrientationPatient", 6)
    if position is None or axes is None:
        return pa.nulls(n, pa.float64())
    (x, y, z), (a, b, c, d, e, f) = position, axes
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    length = np.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        along = (x * normal[0] + y * normal[1] + z * normal[2]) / length
    return pa.array(along, mask=~np.isfinite(along))


def fixed_lists(table: pa.Table, name: str, width: int) -> np.ndarray | None:
    """Lists of exactly `width` numbers, one row a place; others NaN. None where there are none."""
    if name not in table.column_names or table[name].null_count == table.num_rows:
        return None
    lists = table[name].combine_chunks()
    out = np.full((len(lists), width), np.nan)
    fits = pc.fill_null(pc.equal(pc.list_value_length(lists), width), False).to_numpy(zero_copy_only=False)
    values = (lists if fits.all() else lists.filter(pa.array(fits))).flatten()
    out[fits] = values.to_numpy(zero_copy_only=False).reshape(-1, width)
    return out.T


_UNIT_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}
_AGE = re.compile(r"(\d{1,3})([DWMY])")
_OLDEST = 130


def _age(table: pa.Table) -> pa.Array:
    """PatientAge in years, else from birth date to study date."""
    n = table.num_rows
    years = np.full(n, np.nan)
    if _has_values(table, "PatientBirthDate") and _has_values(table, "StudyDate"):
        days = pc.subtract(table["StudyDate"].cast(pa.int32()), table["PatientBirthDate"].cast(pa.int32()))
        years = days.to_numpy() / 365.25
        years = np.where((years >= 0) & (years < _OLDEST), years, np.nan)
    if _has_values(table, "PatientAge"):
        written = table["PatientAge"].combine_chunks().dictionary_encode()
        known = np.array([*(_years(text) for text in written.dictionary.to_pylist()), np.nan])
        said = known[written.indices.fill_null(len(known) - 1).to_numpy()]
        # 000Y stands for a newborn, and for an age that nobody typed.
        years = np.where((said > 0) | ((said == 0) & np.isnan(years)), said, years)
    return pa.array(years.astype(np.float64), mask=~np.isfinite(years))


def _has_values(table: pa.Table, name: str) -> bool:
    at = table.schema.get_field_index(name)
    return at >= 0 and table.column(at).null_count < table.num_rows


def _years(text: str) -> float:
    match = _AGE.fullmatch(text)
    years = int(match[1]) * _UNIT_YEARS[match[2]] if match else np.nan
    return years if years < _OLDEST else np.nan


DERIVED: dict[Names, _Rule] = {
    ("acquired_at", "acquired_at_utc"): _acquired,
    ("slice_position_mm",): lambda table: (slice_position(table),),
    ("patient_age_years",): lambda table: (_age(table),),
}
"""How each column of our own is worked out; those that come together stand together."""

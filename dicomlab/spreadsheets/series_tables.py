"""Read a table of series that somebody else made: its columns, its numbers, its dates.

What was not understood is said column by column (`Remark`), never with a value of a cell.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from pydicom.datadict import dictionary_VM, dictionary_VR, tag_for_keyword

from dicomlab.dates.written_dates import AmbiguousDates, form_of, read_dates
from dicomlab.schema.columns import default_columns
from dicomlab.spreadsheets.sidecars import has_prefixes, of_plain_sidecars, without_prefixes
from dicomlab.spreadsheets.text_files import column_names
from dicomlab.spreadsheets.written_numbers import ReadNumbers, read_numbers

_NUMERIC = frozenset("DS IS FD FL US SS UL SL UV SV".split())
_MISSING = ("", "n/a", "N/A", "NaN", "nan", "null", "NULL", "#N/A", "<NA>", "None")
_MOST_OF = 0.9
DATE = "first_acquired_at"
_CLOCKS: tuple[tuple[str, str | None], ...] = (
    ("acquired_at", None),
    ("AcquisitionDateTime", None),
    ("acq_time", None),
    ("AcquisitionDate", "AcquisitionTime"),
    ("SeriesDate", "SeriesTime"),
    ("StudyDate", "StudyTime"),
)
_COLONS = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,]\d*)?)?\s*([ap])?\.?m?\.?", re.I)
_TM = re.compile(r"(\d\d)(\d\d)?(\d\d)?(?:\.\d*)?")


@dataclass(frozen=True)
class Remark:
    """Something about a column that the reader of a result must know."""

    column: str
    n: int
    text: str


@dataclass(frozen=True)
class SeriesTable:
    """A table of series under DICOM's names, in its units and dated, and what is to be said of it."""

    series: pd.DataFrame
    remarks: tuple[Remark, ...] = ()


def read_series_table(table: pd.DataFrame, *, dayfirst: bool | None = None) -> SeriesTable:
    """A table of series as DICOM would have it, and remarks on what was not understood.

    Raises:
        ColumnTwice: A column is there more than once.
        AmbiguousDates: Nothing decides whether dates are day first or month first.
    """
    names = column_names(table.columns)
    if names != [*table.columns]:
        table = table.set_axis(names, axis="columns")
    remarks: list[Remark] = []
    table, found = _with_numbers(table)
    remarks += found
    if has_prefixes(table):
        table = without_prefixes(table)
    else:
        table, said = of_plain_sidecars(table)
        remarks += [Remark(name, len(table), text) for name, text in said.items()]
    dated = dated_series(table, dayfirst=dayfirst)
    return SeriesTable(dated.series, (*remarks, *dated.remarks))


def dated_series(series: pd.DataFrame, *, dayfirst: bool | None = None) -> SeriesTable:
    """The series with first_acquired_at as datetime64[us], from the first clock that is there."""
    if DATE in series:
        if isinstance(series[DATE].dtype, np.dtype) and series[DATE].dtype.kind == "M":
            return SeriesTable(series)
        read = read_dates(series[DATE], dayfirst=dayfirst)
        if read.is_ambiguous and not read.when.notna().any():
            raise AmbiguousDates(DATE)
        return SeriesTable(series.assign(**{DATE: read.when}), _unread(DATE, read.is_unread, read.forms))
    return _dated_by_clocks(series, dayfirst)


def _dated_by_clocks(series: pd.DataFrame, dayfirst: bool | None) -> SeriesTable:
    when = pd.Series(pd.NaT, index=series.index, dtype="datetime64[us]")
    remarks: list[Remark] = []
    ambiguous = ""
    for date, time in _CLOCKS:
        open_ = when.isna()
        if date not in series or not open_.any():
            continue
        read = read_dates(series[date], dayfirst=dayfirst)
        ambiguous = ambiguous or (date if read.is_ambiguous else "")
        remarks += _unread(date, read.is_unread & open_, read.forms)
        day = read.when
        if time is not None and time in series:
            since, bad, forms = read_times(series[time])
            remarks += _unread(time, bad & open_ & day.notna(), forms)
            day = (day + since).astype("datetime64[us]")
        when = when.fillna(day)
    if ambiguous and not when.notna().any():
        raise AmbiguousDates(ambiguous)
    return SeriesTable(series.assign(**{DATE: when}), tuple(remarks))


def _unread(name: str, is_unread: pd.Series, forms: str) -> tuple[Remark, ...]:
    n = int(is_unread.sum())
    what = f"{n:,} of {len(is_unread):,} cells of {name} were not understood (written as {forms})"
    return (Remark(name, n, what),) if n else ()


def read_times(values: pd.Series) -> tuple[pd.Series, pd.Series, str]:
    """Times of day as durations, zero where there is none; which cells are no times, and their form.

    Numbers are HHMMSS without leading zeros, or parts of a day below 1 as spreadsheets have them.
    """
    codes, unique = pd.factorize(values, use_na_sentinel=True)
    seconds = [_seconds(cell) for cell in unique]
    bad = np.array([*(s is None for s in seconds), False])
    known = np.array([*(s or 0.0 for s in seconds), 0.0])
    forms = [form_of(cell) for cell, is_bad in zip(unique, bad[:-1], strict=True) if is_bad]
    since = pd.Series(pd.to_timedelta(known[codes], unit="s"), index=values.index)
    return since, pd.Series(bad[codes], index=values.index), f"'{forms[0]}'" if forms else ""


def _seconds(cell: object) -> float | None:
    if isinstance(cell, (dt.time, dt.datetime)):
        return float(cell.hour * 3600 + cell.minute * 60 + cell.second)
    if isinstance(cell, (dt.timedelta, np.timedelta64)):
        return pd.Timedelta(cell).total_seconds() % 86400
    text = str(cell).strip()[:32]
    if text in _MISSING:
        return 0.0
    if isinstance(cell, (int, float, np.number)) or re.fullmatch(r"0[.,]\d+|\d{5}(?:\.0*)?|0", text):
        number = float(text.replace(",", "."))
        if 0 < number < 1:
            return number * 86400
        text = f"{int(number):06d}"
    colons = _COLONS.fullmatch(text)
    parts = (colons or _TM.fullmatch(text) or re.fullmatch("()", "")).groups() if text else ()  # type: ignore[union-attr]
    if len(parts) < 3:
        return None
    hour, minute, second = (int(part or 0) for part in parts[:3])
    if colons and colons[4]:
        hour = hour % 12 + (12 if colons[4].casefold() == "p" else 0)
    return float(hour * 3600 + minute * 60 + min(second, 59)) if hour < 24 and minute < 60 else None


def _with_numbers(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Remark]]:
    """The table with columns of texts that hold numbers read as numbers."""
    read: dict[str, ReadNumbers] = {}
    cells = {str(name): _single(table[name]) for name in table if may_hold_numbers(str(name))}
    cells = {name: values for name, values in cells.items() if _has_odd_texts(values)}
    for name, values in cells.items():
        found = _read(name, values)
        if _is_numeric(name) or found.is_open or _mostly(found):
            read[name] = found
    if not read:
        return table, []
    decimal = any(found.has_comma and not found.is_open for found in read.values())
    columns = {str(name): table[name] for name in table}
    remarks: list[Remark] = []
    if decimal:
        again = {name: _read(name, cells[name], comma_is_decimal=True) for name in read if read[name].is_open}
        read |= again
    for name, found in read.items():
        if found.is_open and not decimal:
            remarks.append(Remark(name, int(found.is_unread.sum()), _OPEN.format(name)))
        elif found.is_unread.any():
            remarks.append(_no_numbers(name, cells[name], found))
        columns[name] = pd.Series(found.numbers, index=table.index)
    return pd.DataFrame(columns, index=table.index), remarks


_OPEN = "{} was not understood: its commas may be decimal marks or stand between thousands"


def _read(name: str, values: pd.Series, *, comma_is_decimal: bool | None = None) -> ReadNumbers:
    unit = "" if name.startswith("bids_") else _units().get(name.removeprefix("dcm_"), "")
    found = read_numbers(values.astype("str"), unit=unit, comma_is_decimal=comma_is_decimal)
    if not unit and len(found.units) > 1:
        return read_numbers(values.astype("str"), unit=found.units[0], comma_is_decimal=comma_is_decimal)
    return found


def _no_numbers(name: str, values: pd.Series, found: ReadNumbers) -> Remark:
    n = int(found.is_unread.sum())
    forms = values[found.is_unread].map(form_of).value_counts().index[0]
    unit = _units().get(name, "")
    what = f"a number in {unit}" if unit else "a number"
    text = f"{n:,} of {len(values):,} cells of {name} are not {what} (written as '{forms}')"
    return Remark(name, n, text)


def _mostly(found: ReadNumbers) -> bool:
    known = np.isfinite(found.numbers).sum()
    return bool(known and known >= _MOST_OF * (known + found.is_unread.sum()))


def _single(values: pd.Series) -> pd.Series:
    """The cells of categories, and of lists of one."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if values.dtype != object:
        return values
    is_list = values.map(lambda cell: isinstance(cell, (list, tuple, np.ndarray)))
    if not is_list.any() or (values[is_list].map(len) > 1).any():
        return values
    return values.where(~is_list, values[is_list].map(lambda cell: cell[0] if len(cell) else None))


def _has_odd_texts(values: pd.Series) -> bool:
    """Whether a column has texts that are no plain numbers, and no lists."""
    if values.dtype != object and not isinstance(values.dtype, pd.StringDtype):
        return False
    if values.dtype == object and not values.dropna().map(lambda v: isinstance(v, (str, int, float))).all():
        return False
    unique = pd.Series(pd.unique(values.dropna()), dtype=object)
    texts = unique[unique.map(lambda v: isinstance(v, str))].astype("str").str.strip()
    odd = texts[pd.to_numeric(texts, errors="coerce").isna() & ~texts.isin(_MISSING)]
    return bool(len(odd))


def may_hold_numbers(name: str) -> bool:
    """Whether a column may hold single numbers: not if DICOM has texts, dates or lists there."""
    keyword = name.removeprefix("bids_").removeprefix("dcm_")
    if keyword in ("device", DATE, "acquired_at", "acq_time"):
        return False
    return tag_for_keyword(keyword) is None or _is_numeric(name)


@cache
def _is_numeric(name: str) -> bool:
    tag = tag_for_keyword(name.removeprefix("bids_").removeprefix("dcm_"))
    return tag is not None and dictionary_VR(tag) in _NUMERIC and dictionary_VM(tag) == "1"


@cache
def _units() -> dict[str, str]:
    return {column.name: column.unit for column in default_columns()} | {"reference_amplitude_volt": "V"}

"""Read dates as people and programs write them.

Understood are datetimes with and without time zone, ISO 8601 and DICOM's DA and DT, numbers such
as 20241103, day numbers of spreadsheets (days since 1899-12-30, Microsoft KB 214330), seconds to
nanoseconds since 1970, day, month and year in either order, and months by name. A time zone is
dropped: what counts is the clock on the wall of the machine. Two digits of a year are 1970 to 2069
(POSIX has 1969 to 2068).

Whether 11/03/2024 is in March or in November is decided by the whole column: one number above 12
in either place decides it. With dots the day is first (Unicode CLDR has no locale with dots and the
month first). A column that stays ambiguous is not read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dicomlab.errors import DicomlabError

_SERIALS = (10_000.0, 90_000.0)
"""Day numbers of spreadsheets that are taken: 1927-05-18 to 2146-05-28."""
_SERIAL_ZERO = dt.datetime(1899, 12, 30)
_PIVOT = 70
_LONGEST = 64
_EPOCHS = ((1e8, 1e10, 1.0), (1e11, 1e13, 1e3), (1e14, 1e16, 1e6), (1e17, 1e19, 1e9))
"""Numbers from, to, and how many of them make a second: s, ms, us and ns since 1970."""
_MONTHS = {
    **{name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)},
    "mär": 3,
    "mrz": 3,
    "maa": 3,
    "mrt": 3,
    "mai": 5,
    "mei": 5,
    "maj": 5,
    "juin": 6,
    "juil": 7,
    "out": 10,
    "okt": 10,
    "dez": 12,
    "fév": 2,
    "fev": 2,
    "avr": 4,
    "aoû": 8,
    "aou": 8,
    "déc": 12,
    "ene": 1,
    "abr": 4,
    "ago": 8,
    "dic": 12,
    "gen": 1,
    "mag": 5,
    "giu": 6,
    "lug": 7,
    "set": 9,
    "ott": 10,
}
_MISSING = frozenset(("", "n/a", "na", "nan", "nat", "none", "null", "#n/a", "<na>", "-", "."))
_WEEKDAY = re.compile(r"^[^\W\d]{2,10}\.?,?\s+(?=\d)")
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(?:(\d\d)(?:(\d\d))?)?)?(?:\.\d*)?(?:Z|[+-]\d{4})?")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.:])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)\.?(.*)", re.S)
_HYPHENS = re.compile("[\u2010-\u2015\u2212]")
_EAST = re.compile(r"(\d{4})[年년]\s*(\d{1,2})[月월]\s*(\d{1,2})[日일]")
_BETWEEN = re.compile(r"(?<=[\w.])\s+(?:de|del|um|kl\.?|klo|at|à|om)\s+(?=\w)", re.I)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)(.*)", re.S)
_NAMED = re.compile(r"(\d{1,2})\.?[-/\s]*([^\W\d]{3,12})\.?,?[-/\s]*(\d{4}|\d{2})(?!\d)(.*)", re.S)
_NAMED_FIRST = re.compile(r"([^\W\d]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)(.*)", re.S)
_CLOCK = re.compile(
    r"[T,;:_\s-]*(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d*)?)?\s*([ap])?\.?m?\.?\s*(?:uhr|h)?\s*"
    r"(?:z|utc|gmt|[a-z]{3,4}|\(?[+-]\d\d:?(?:\d\d)?\)?)?\s*(?:\[[^\]]*\])?\s*",
    re.I,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


class AmbiguousDates(DicomlabError, ValueError):
    """Dates can be read day first or month first, and nothing decides which."""

    def __init__(self, name: str):
        super().__init__(
            f"The dates in '{name}' can be read day first or month first: no number in them is above 12. "
            "Write them as 2024-11-03, or give dayfirst=True or dayfirst=False."
        )


class UnreadableDates(DicomlabError, ValueError):
    """Dates are written in no form that is known."""

    def __init__(self, name: str, n: int, forms: str):
        super().__init__(
            f"{n:,} dates in '{name}' were not understood (written as {forms}). Write them as 2024-11-03."
        )


@dataclass(frozen=True)
class ReadDates:
    """The dates of a column, and what of it was not understood.

    `is_unread` marks cells that hold something that is no date; `forms` is how the most common of
    them are written, with 9 for a digit and A for a letter.
    """

    when: pd.Series
    is_unread: pd.Series
    forms: str = ""
    is_ambiguous: bool = False


def read_dates(values: pd.Series, *, dayfirst: bool | None = None) -> ReadDates:
    """Dates of a column as datetime64[us], null where there is none.

    Args:
        values: The cells: datetimes, texts, numbers, or a mixture.
        dayfirst: Whether the day comes before the month where both orders are possible. Default:
            as the column shows; an ambiguous column is not read.

    Returns:
        ReadDates: `when`, `is_unread`, `forms`, `is_ambiguous`.

    >>> read_dates(pd.Series(["03.11.2024 14:05", 20241104])).when.astype("str").tolist()
    ['2024-11-03 14:05:00', '2024-11-04 00:00:00']
    """
    if isinstance(values.dtype, pd.ArrowDtype) and pa.types.is_date(values.dtype.pyarrow_dtype):
        values = values.astype("datetime64[us]")
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        bare = values.dt.tz_localize(None).astype("datetime64[us]")
        return ReadDates(bare, pd.Series(False, index=values.index))
    codes, unique = _factorized(values)
    found = list(_read_cells(unique, dayfirst))
    is_ambiguous = any(cell is _AMBIGUOUS for cell in found)
    days = [cell if isinstance(cell, dt.datetime) else None for cell in found]
    array = np.array([*days, None], dtype="datetime64[us]")
    unread = np.array([*(cell is _UNREAD or cell is _AMBIGUOUS for cell in found), False])
    is_unread = pd.Series(unread[codes], index=values.index)
    forms = [form_of(cell) for cell, bad in zip(unique, unread[:-1], strict=True) if bad]
    when = pd.Series(array[codes], index=values.index)
    return ReadDates(when, is_unread, _commonest(forms), is_ambiguous)


def read_day(value: object, name: str, *, dayfirst: bool | None = None) -> pd.Timestamp:
    """One date that somebody gave as an argument.

    Raises:
        AmbiguousDates: It can be read day first or month first.
        UnreadableDates: It is no date.

    >>> read_day("01.12.2024", "since")
    Timestamp('2024-12-01 00:00:00')
    """
    text = str(value).strip()
    if re.fullmatch(r"\d{4}", text):
        return pd.Timestamp(f"{text}-01-01")
    if re.fullmatch(r"\d{4}[-/.]\d{1,2}", text):
        year, month = re.split(r"[-/.]", text)
        value = f"{year}-{month}-01"
    day = known_dates(pd.Series([value], dtype=object), name, dayfirst=dayfirst).iloc[0]
    if pd.isna(day):
        raise UnreadableDates(name, 1, f"'{form_of(value)}'")
    return day


def known_dates(values: pd.Series, name: str, *, dayfirst: bool | None = None) -> pd.Series:
    """The dates of a column in which every cell that is not empty must be a date.

    Raises:
        AmbiguousDates: They can be read day first or month first.
        UnreadableDates: Some are no dates.
    """
    read = read_dates(values, dayfirst=dayfirst)
    if read.is_ambiguous:
        raise AmbiguousDates(name)
    n = int(read.is_unread.sum())
    if n:
        raise UnreadableDates(name, n, read.forms)
    return read.when


def form_of(value: object) -> str:
    """How a cell is written, without what it says.

    >>> form_of("3. Nov 2024")
    '9. AAA 9999'
    """
    text = re.sub(r"[^\W\d]", "A", re.sub(r"\d", "9", str(value)[:_LONGEST]))
    return text if len(text) <= 24 else text[:24] + " ..."


def _commonest(forms: list[str]) -> str:
    return ", ".join(f"'{form}'" for form in pd.Series(forms, dtype="str").value_counts().index[:2])


def _factorized(values: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Numbers of the distinct cells, -1 for an empty one, and these cells."""
    try:
        codes, unique = pd.factorize(values, use_na_sentinel=True)
    except TypeError:  # lists and other cells without a hash
        codes, unique = pd.factorize(values.astype("str"), use_na_sentinel=True)
    return codes, list(unique)


class _Sign:
    """A cell that is no date: `is` tells which."""


_EMPTY, _UNREAD, _AMBIGUOUS = _Sign(), _Sign(), _Sign()
_Parts = tuple[int, int, int, str, str]
"""First, second and third number of a day, what stands between them, and what follows."""


def _read_cells(cells: list[Any], dayfirst: bool | None) -> Iterator[dt.datetime | _Sign]:
    """Each cell as a datetime, or as a sign of why it is none."""
    read = [_read_cell(cell) for cell in cells]
    open_ = [cell for cell in read if isinstance(cell, tuple)]
    orders = {mark: _order([p for p in open_ if p[3] == mark], dayfirst) for mark in {p[3] for p in open_}}
    for cell in read:
        yield _resolved(cell, orders[cell[3]]) if isinstance(cell, tuple) else cell


def _read_cell(cell: Any) -> dt.datetime | _Sign | _Parts:
    if isinstance(cell, (dt.datetime, np.datetime64)):
        return pd.Timestamp(cell).tz_localize(None).to_pydatetime(warn=False)
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, (bool, np.bool_)):
        return _UNREAD
    if isinstance(cell, (int, float, np.number)):
        return _of_number(float(cell), f"{int(cell)}" if float(cell).is_integer() else "")
    text = _plain(cell.decode("latin-1") if isinstance(cell, bytes) else str(cell))
    if text.casefold() in _MISSING:
        return _EMPTY
    if _ISO.match(text):
        moment = _exact(text)
        if moment is not None:
            return moment
    named = _NAMED_FIRST.fullmatch(text)
    return _of_text(text if named else _WEEKDAY.sub("", text))


def _plain(text: str) -> str:
    """A text without quotes around it, with plain hyphens, and with marks for the words between numbers."""
    text = _HYPHENS.sub("-", text[:_LONGEST].strip().strip("'\"").strip())
    text = _EAST.sub(r"\1-\2-\3", text)
    return _BETWEEN.sub(" ", text)


def _exact(text: str) -> dt.datetime | None:
    """ISO 8601 with all its digits, which Python reads faster than we do."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _of_number(number: float, digits: str) -> dt.datetime | _Sign:
    """A day written as a number: 20241103, a day of a spreadsheet, seconds since 1970."""
    digits = digits or f"{int(number)}"
    if len(digits) in (8, 12, 14):
        day = _of_digits(digits)
        if day is not _UNREAD:
            return day
    if _SERIALS[0] <= number <= _SERIALS[1]:
        return _SERIAL_ZERO + dt.timedelta(seconds=round(number * 86400))
    for low, high, a_second in _EPOCHS:
        if low <= number < high and len(digits) not in (8, 12):
            return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=number / a_second)
    return _UNREAD


def _of_text(text: str) -> dt.datetime | _Sign | _Parts:
    if _NUMBER.fullmatch(text):
        number = float(text.replace(",", "."))
        return _of_number(number, text if text.isdigit() else "")
    if _DIGITS.fullmatch(text):
        return _of_digits(text)
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        year, _, month, day, rest = found.groups()
        return _made(int(year), int(month), int(day), rest)
    found = _NAMED.fullmatch(text)
    if found:
        day, name, year, rest = found.groups()
        return _made(_full(year), _month(name), int(day), rest)
    found = _NAMED_FIRST.fullmatch(text)
    if found:
        name, day, year, rest = found.groups()
        return _made(int(year), _month(name), int(day), rest)
    found = _YEAR_LAST.fullmatch(text)
    if not found:
        return _UNREAD
    first, mark, second, third, rest = found.groups()
    # A short year may also stand first; that is an order of its own.
    return (int(first), int(second), int(third), mark + ("9" if len(third) == 2 else ""), rest)


def _month(name: str) -> int:
    """The number of a month by its name, 0 for what is none."""
    word = name.casefold()
    return _MONTHS.get(word[:4], _MONTHS.get(word[:3], 0))


def _of_digits(text: str) -> dt.datetime | _Sign:
    found = _DIGITS.fullmatch(text)
    if found is None:
        return _UNREAD
    numbers = [int(part or 0) for part in found.groups()]
    return _datetime(*numbers)


def _full(year: str) -> int:
    number = int(year)
    return number if len(year) == 4 else number + (1900 if number >= _PIVOT else 2000)


def _made(year: int, month: int, day: int, rest: str) -> dt.datetime | _Sign:
    """A day with the time of day that follows it, if any."""
    if not rest.strip(" T,;"):
        return _datetime(year, month, day)
    found = _CLOCK.fullmatch(rest)
    if not found:
        return _UNREAD
    hour, minute, second, half = found.groups()
    hours = int(hour) % 12 + (12 if half.casefold() == "p" else 0) if half else int(hour)
    return _datetime(year, month, day, hours, int(minute), int(second or 0))


def _datetime(*parts: int) -> dt.datetime | _Sign:
    """The moment; a leap second is the last second of its minute."""
    try:
        return dt.datetime(*parts[:5], min(parts[5], 59)) if len(parts) == 6 else dt.datetime(*parts)  # type: ignore[arg-type]
    except ValueError:
        return _UNREAD


def _order(cells: list[_Parts], dayfirst: bool | None) -> str:
    """The order of day, month and year in cells that are written alike; empty if it is open."""
    mark = cells[0][3]
    orders = ["dmy", "mdy"] + (["ymd"] if mark == "-9" else [])
    possible = [order for order in orders if all(_fits(cell, order) for cell in cells)]
    if not possible:  # what most cells fit; the others are not understood
        counts = [sum(_fits(cell, order) for cell in cells) for order in orders]
        possible = [orders[int(np.argmax(counts))]] if max(counts) > 0.9 * len(cells) else []
    if "ymd" in possible and len(possible) > 1:
        possible = _narrow(cells, possible)
    if dayfirst is not None and "ymd" not in possible:
        possible = [order for order in possible if order == ("dmy" if dayfirst else "mdy")]
    if mark.startswith(".") and "dmy" in possible:
        return "dmy"
    if len(possible) > 1 and len({tuple(_placed(c, o) for c in cells) for o in possible}) == 1:
        return possible[0]
    return possible[0] if len(possible) == 1 else ""


def _narrow(cells: list[_Parts], orders: list[str]) -> list[str]:
    """The orders by which the days lie close together: a day read as a year scatters over decades."""
    days = {order: [dt.date(*_placed(cell, order)).toordinal() for cell in cells] for order in orders}
    spans = {order: max(found) - min(found) for order, found in days.items()}
    return [order for order in orders if spans[order] <= 3 * min(spans.values()) + 365]


def _placed(cell: _Parts, order: str) -> tuple[int, int, int]:
    """Year, month and day of a cell."""
    numbers = dict(zip(order, cell[:3], strict=True))
    year = numbers["y"]
    return (_full(f"{year:02d}") if cell[3].endswith("9") else year), numbers["m"], numbers["d"]


def _fits(cell: _Parts, order: str) -> bool:
    return isinstance(_datetime(*_placed(cell, order)), dt.datetime)


def _resolved(cell: _Parts, order: str) -> dt.datetime | _Sign:
    if order:
        return _made(*_placed(cell, order), cell[4])
    orders = ("dmy", "mdy", "ymd") if cell[3].endswith("9") else ("dmy", "mdy")
    return _AMBIGUOUS if any(_fits(cell, order) for order in orders) else _UNREAD

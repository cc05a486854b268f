"""Dates and times as DICOM writes them: moved by days, or found to be none; and ages."""

from __future__ import annotations

import re
from datetime import date, timedelta

OLDEST = 89
"""Ages above are one group, as HIPAA's safe harbor has it (45 CFR 164.514(b)(2)(i)(C))."""
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_OLD_DATE = re.compile(r"(\d{4})\.(\d\d)\.(\d\d)")  # of ACR-NEMA, which PS3.5 6.2 still lets one read
_DATE_TIME = re.compile(r"(\d{4})(?:(\d\d)(?:(\d\d)(\d\d(?:\d\d(?:\d\d(?:\.\d{1,6})?)?)?)?)?)?([+-]\d{4})?")
_TIME = re.compile(r"\d\d(\d\d(\d\d(\.\d{1,6})?)?)?|\d\d:\d\d:\d\d(\.\d{1,6})?")
_AGE = re.compile(r"(\d{3})([DWMY])")
_A_YEAR = {"D": 365.25, "W": 52.18, "M": 12, "Y": 1}


def shifted(value: str, vr: str, days: int) -> str | None:
    """A date, date-time or time, moved by whole days; None for what is none. Times of day stay.

    A year or a month alone is moved from its first day on, and keeps its precision.

    >>> shifted("20240301", "DA", -1), shifted("20240301120000.5+0100", "DT", -366)
    ('20240229', '20230301120000.5+0100')
    >>> shifted("7 May", "DA", -1) is None
    True
    """
    if vr == "TM":
        return value if _TIME.fullmatch(value) else None
    if vr == "DA":
        found = _DATE.fullmatch(value) or _OLD_DATE.fullmatch(value)
        return _moved(found[1], found[2], found[3], days) if found else None
    found = _DATE_TIME.fullmatch(value)
    if not found:
        return None
    day = _moved(found[1], found[2] or "01", found[3] or "01", days)
    length = 8 if found[3] else 6 if found[2] else 4
    return None if day is None else day[:length] + (found[4] or "") + (found[5] or "")


def is_date(value: str, vr: str) -> bool:
    """Whether a value is a date, date-time or time as its VR wants it."""
    return shifted(value, vr, 0) is not None


def _moved(year: str, month: str, day: str, days: int) -> str | None:
    try:
        moved = date(int(year), int(month), int(day)) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return f"{moved.year:04d}{moved.month:02d}{moved.day:02d}"


def capped_age(value: str) -> str | None:
    """An age, at most that of the group of the oldest; None for what is none.

    >>> capped_age("089Y"), capped_age("090Y"), capped_age("103Y"), capped_age("older")
    ('089Y', '090Y', '090Y', None)
    """
    found = _AGE.fullmatch(value)
    if not found:
        return None
    return f"{OLDEST + 1:03d}Y" if int(found[1]) / _A_YEAR[found[2]] >= OLDEST + 1 else value


def years_between(birth: str, day: str) -> int | None:
    """Whole years from a birth date to another one; None where one of them is no date.

    >>> years_between("19340302", "20240301"), years_between("19340301", "20240301")
    (89, 90)
    """
    if not (is_date(birth, "DA") and is_date(day, "DA")):
        return None
    birth, day = birth.replace(".", ""), day.replace(".", "")
    return int(day[:4]) - int(birth[:4]) - (day[4:] < birth[4:])

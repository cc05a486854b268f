"""Gather the cells of one column from many headers into flat arrays, compiled.

Each function takes one column of what the walk found (`off`, `length`, `vr`, one entry per
row) and gives arrays Arrow can take as they are. A cell that is not plainly what the column
expects gets `odd[row] = True` and is left null; `values` then looks at it alone, in Python.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

_jit: Any = nb.njit(nogil=True, cache=True)
_inline: Any = nb.njit(nogil=True, cache=True, inline="always")

BACKSLASH = 0x5C


@_inline
def _is_blank(x: int) -> bool:
    return x == 32 or x == 0


@_jit
def _trim(b: Any, p: int, n: int, both: bool) -> Any:
    while n > 0 and _is_blank(b[p + n - 1]):
        n -= 1
    if both:
        while n > 0 and b[p] == 32:
            p += 1
            n -= 1
    return p, n


@_jit
def _is_plain(b: Any, p: int, n: int) -> bool:
    """ASCII without escape sequences: the same in every character set DICOM knows."""
    for k in range(p, p + n):
        if b[k] >= 0x80 or b[k] == 0x1B:
            return False
    return True


# A number of up to 2**53 and a power of ten of up to 10**22 are both exact in 64 bits, so that one
# multiplication or division rounds correctly (Clinger, PLDI 1990). Whatever is longer is odd.
_EXACT = 1 << 53
_TENS = np.array([10.0**k for k in range(23)])


@_inline
def _decimal(b: Any, p: int, n: int) -> Any:
    """A DS (PS3.5 6.2) without leading plus as (value, is_good): -?digits(.digits)?(E[+-]?digits)?"""
    end = p + n
    negative = p < end and b[p] == 45
    if negative:
        p += 1
    mantissa, count, power = np.int64(0), 0, np.int64(0)
    while p < end and 48 <= b[p] <= 57 and mantissa < _EXACT:
        mantissa = mantissa * 10 + np.int64(b[p]) - 48
        count += 1
        p += 1
    if p < end and b[p] == 46:
        p += 1
        while p < end and 48 <= b[p] <= 57 and mantissa < _EXACT:
            mantissa = mantissa * 10 + np.int64(b[p]) - 48
            count += 1
            power -= 1
            p += 1
    if count == 0 or mantissa >= _EXACT:
        return 0.0, False
    if p < end and (b[p] == 69 or b[p] == 101):
        p += 1
        down = p < end and b[p] == 45
        if p < end and (b[p] == 43 or b[p] == 45):
            p += 1
        first, exponent = p, np.int64(0)
        while p < end and 48 <= b[p] <= 57 and p - first < 4:
            exponent = exponent * 10 + np.int64(b[p]) - 48
            p += 1
        if p == first:
            return 0.0, False
        power += -exponent if down else exponent
    if p != end or power < -22 or power > 22:
        return 0.0, False
    value = np.float64(mantissa)
    value = value * _TENS[power] if power >= 0 else value / _TENS[-power]
    return -value if negative else value, True


@_inline
def _integer(b: Any, p: int, n: int) -> Any:
    """An IS without leading plus as (value, is_good): -?digits, no more than 18 characters."""
    end = p + n
    negative = p < end and b[p] == 45
    if negative:
        p += 1
    if p >= end or n > 18:
        return np.int64(0), False
    value = np.int64(0)
    while p < end:
        if not 48 <= b[p] <= 57:
            return np.int64(0), False
        value = value * 10 + np.int64(b[p]) - 48
        p += 1
    return -value if negative else value, True


@_inline
def _holds_text(row: int, length: Any, vr: Any, texts: Any, odd: Any) -> bool:
    """Whether a cell's VR is one of text; if not it is odd, unless it is empty."""
    if vr[row] == 0 or texts[vr[row]]:
        return True
    odd[row] = length[row] > 0
    return False


@_jit
def gather_text(b: Any, off: Any, length: Any, vr: Any, texts: Any, both: bool, odd: Any) -> Any:
    """One text per row: (offsets int32[n+1], bytes, is_valid). Empty cells are null."""
    n = off.size
    room = 0
    for row in range(n):
        if off[row] >= 0:
            room += length[row]
    offsets = np.zeros(n + 1, np.int32)
    valid = np.zeros(n, np.bool_)
    data = np.empty(room, np.uint8)
    at = 0
    for row in range(n):
        if off[row] >= 0 and _holds_text(row, length, vr, texts, odd):
            p, size = _trim(b, off[row], length[row], both)
            if size > 0:
                # ASCII without escape sequences is the same in every character set of DICOM.
                high, escapes = np.uint8(0), False
                for k in range(size):
                    x = b[p + k]
                    data[at + k] = x
                    high |= x
                    escapes |= x == 0x1B
                if high >= 0x80 or escapes:
                    odd[row] = True
                else:
                    valid[row] = True
                    at += size
        offsets[row + 1] = at
    return offsets, data[:at], valid


@_jit
def gather_decimals(b: Any, off: Any, length: Any, vr: Any, texts: Any, odd: Any) -> Any:
    """One DS per row: (values, is_valid)."""
    n = off.size
    out = np.zeros(n, np.float64)
    valid = np.zeros(n, np.bool_)
    for row in range(n):
        if off[row] >= 0 and _holds_text(row, length, vr, texts, odd):
            p, size = _trim(b, off[row], length[row], True)
            if size > 0:
                out[row], valid[row] = _decimal(b, p, size)
                odd[row] = not valid[row]
    return out, valid


@_jit
def gather_integers(b: Any, off: Any, length: Any, vr: Any, texts: Any, odd: Any) -> Any:
    """One IS per row: (values, is_valid)."""
    n = off.size
    out = np.zeros(n, np.int64)
    valid = np.zeros(n, np.bool_)
    for row in range(n):
        if off[row] >= 0 and _holds_text(row, length, vr, texts, odd):
            p, size = _trim(b, off[row], length[row], True)
            if size > 0:
                out[row], valid[row] = _integer(b, p, size)
                odd[row] = not valid[row]
    return out, valid


@_jit
def count_parts(b: Any, off: Any, length: Any) -> Any:
    """How many values a column may hold at the most, and how many bytes."""
    parts, room = 0, 0
    for row in range(off.size):
        if off[row] >= 0 and length[row] > 0:
            parts += 1
            room += length[row]
            for k in range(off[row], off[row] + length[row]):
                parts += b[k] == BACKSLASH
    return parts, room


@_jit
def gather_numbers(
    b: Any, off: Any, length: Any, vr: Any, texts: Any, values: Any, is_decimal: bool, odd: Any
) -> Any:
    """Several DS or IS per row into `values`: (list offsets, is_valid row, is_valid value).

    `values` has room for `count_parts`; as many as the last list offset says are filled.
    """
    n = off.size
    lists = np.zeros(n + 1, np.int32)
    valid = np.zeros(n, np.bool_)
    present = np.zeros(values.size, np.bool_)
    at = 0
    for row in range(n):
        if off[row] >= 0 and length[row] > 0 and _holds_text(row, length, vr, texts, odd):
            p, size = _trim(b, off[row], length[row], False)
            first, s, end = at, p, p + size
            good = size > 0
            for k in range(p, end + 1):
                if good and (k == end or b[k] == BACKSLASH):
                    q, m = _trim(b, s, k - s, True)
                    present[at] = m > 0
                    if m > 0 and is_decimal:
                        values[at], good = _decimal(b, q, m)
                    elif m > 0:
                        values[at], good = _integer(b, q, m)
                    at += 1
                    s = k + 1
            valid[row] = good
            if not good:
                odd[row] = size > 0
                at = first
        lists[row + 1] = at
    return lists, valid, present[:at]


@_jit
def gather_texts(b: Any, off: Any, length: Any, vr: Any, texts: Any, both: bool, odd: Any) -> Any:
    """Several texts per row: (list offsets, text offsets, bytes, is_valid row)."""
    n = off.size
    most, room = count_parts(b, off, length)
    lists = np.zeros(n + 1, np.int32)
    valid = np.zeros(n, np.bool_)
    offsets = np.zeros(most + 1, np.int32)
    data = np.empty(room, np.uint8)
    part, at = 0, 0
    for row in range(n):
        if off[row] >= 0 and length[row] > 0 and _holds_text(row, length, vr, texts, odd):
            p, size = _trim(b, off[row], length[row], False)
            if size > 0 and not _is_plain(b, p, size):
                odd[row] = True
            elif size > 0:
                valid[row] = True
                s = p
                for k in range(p, p + size + 1):
                    if k == p + size or b[k] == BACKSLASH:
                        q, m = _trim(b, s, k - s, both)
                        for i in range(m):
                            data[at + i] = b[q + i]
                        at += m
                        part += 1
                        offsets[part] = at
                        s = k + 1
        lists[row + 1] = part
    return lists, offsets[: part + 1], data[:at], valid


@_jit
def pieces_differ(b: Any, off: Any, length: Any, start: Any, pieces: Any) -> Any:
    """For each piece, the rows `start[piece]` to `start[piece + 1]`, whether their bytes differ."""
    differ = np.zeros(pieces.size, np.bool_)
    for k in range(pieces.size):
        first = start[pieces[k]]
        for row in range(first + 1, start[pieces[k] + 1]):
            if off[row] == off[first]:
                continue
            if off[row] < 0 or off[first] < 0 or length[row] != length[first]:
                differ[k] = True
                break
            for i in range(length[row]):
                if b[off[row] + i] != b[off[first] + i]:
                    differ[k] = True
                    break
            if differ[k]:
                break
    return differ


@_jit
def gather_bytes(b: Any, off: Any, length: Any) -> Any:
    """One value as its bytes: (offsets int32[n+1], bytes, is_valid)."""
    n = off.size
    offsets = np.zeros(n + 1, np.int32)
    valid = np.zeros(n, np.bool_)
    total = 0
    for row in range(n):
        if off[row] >= 0 and length[row] > 0:
            valid[row] = True
            total += length[row]
        offsets[row + 1] = total
    data = np.empty(total, np.uint8)
    for row in range(n):
        if valid[row]:
            data[offsets[row] : offsets[row + 1]] = b[off[row] : off[row] + length[row]]
    return offsets, data, valid


@_jit
def gather_binary(
    b: Any, off: Any, length: Any, vr: Any, code: int, width: int, single: bool, odd: Any
) -> Any:
    """Fixed-width numbers as bytes: (list offsets, bytes, is_valid)."""
    n = off.size
    lists = np.zeros(n + 1, np.int32)
    valid = np.zeros(n, np.bool_)
    count = 0
    for row in range(n):
        if off[row] >= 0 and length[row] > 0:
            size = length[row]
            plain = vr[row] & 0x7FFF
            if (plain != 0 and plain != code) or size % width or (single and size != width):
                odd[row] = True
            else:
                valid[row] = True
                count += size // width
        lists[row + 1] = count
    data = np.zeros((lists[n] if not single else n) * width, np.uint8)
    at = 0
    for row in range(n):
        if single:
            at = row * width
        if valid[row]:
            size = length[row]
            if vr[row] & 0x8000:  # big endian: each number the other way round
                for k in range(size):
                    data[at + k - k % width + width - 1 - k % width] = b[off[row] + k]
            else:
                data[at : at + size] = b[off[row] : off[row] + size]
            at += size
    return lists, data, valid


@_jit
def _number(b: Any, p: int, n: int) -> Any:
    """The digits at p as a number, or -1."""
    value = np.int64(0)
    for k in range(p, p + n):
        if not 48 <= b[k] <= 57:
            return -1
        value = value * 10 + np.int64(b[k]) - 48
    return value


@_jit
def days_of(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 in the proleptic Gregorian calendar, or -2**31 if there is none."""
    if year < 1 or month < 1 or month > 12 or day < 1:
        return -(2**31)
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    longest = 31
    if month == 2:
        longest = 29 if leap else 28
    elif month == 4 or month == 6 or month == 9 or month == 11:
        longest = 30
    if day > longest:
        return -(2**31)
    y = year - 1 if month <= 2 else year
    era = y // 400
    yoe = y - era * 400
    doy = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719468


@_jit
def _date(b: Any, p: int, n: int) -> int:
    if n == 8:
        return days_of(_number(b, p, 4), _number(b, p + 4, 2), _number(b, p + 6, 2))
    # ACR-NEMA wrote 1994.01.30, and readers are asked to take it (PS3.5 6.2, DA, note 1).
    if n == 10 and b[p + 4] == 46 and b[p + 7] == 46:
        return days_of(_number(b, p, 4), _number(b, p + 5, 2), _number(b, p + 8, 2))
    return -(2**31)


@_jit
def _time(b: Any, p: int, n: int) -> int:
    """Microseconds of HH, HHMM, HHMMSS or HHMMSS.F with any number of digits, or -1.

    Of more than six decimals six count. Second 60, a leap second (PS3.5 6.2, TM), is taken for 59, since
    no clock of the tables has it.
    """
    if n < 2:
        return -1
    colons = n > 2 and b[p + 2] == 58  # ACR-NEMA wrote 10:42:07
    parts = np.zeros(3, np.int64)
    at = 0
    for k in range(3):
        if at >= n:
            break
        if at + 2 > n:
            return -1
        parts[k] = _number(b, p + at, 2)
        if parts[k] < 0:
            return -1
        at += 2
        if at < n and k < 2:
            if colons:
                if b[p + at] != 58:
                    return -1
                at += 1
            elif b[p + at] == 46:
                return -1
        if k == 2 and at < n:
            digits = n - at - 1
            if b[p + at] != 46 or digits < 1:
                return -1
            for i in range(digits):
                if not 48 <= b[p + at + 1 + i] <= 57:
                    return -1
            part = _number(b, p + at + 1, min(digits, 6))
            for _ in range(6 - digits):
                part *= 10
            if parts[0] > 23 or parts[1] > 59 or parts[2] > 60:
                return -1
            return ((parts[0] * 60 + parts[1]) * 60 + min(parts[2], 59)) * 1000000 + part
    if parts[0] > 23 or parts[1] > 59 or parts[2] > 60:
        return -1
    parts[2] = min(parts[2], 59)
    return ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000000


DATE, TIME = 0, 1


@_jit
def gather_clock(b: Any, off: Any, length: Any, vr: Any, texts: Any, what: int, odd: Any) -> Any:
    """Dates as days (int64) or times as microseconds, one per row: (numbers, is_valid)."""
    n = off.size
    out = np.zeros(n, np.int64)
    valid = np.zeros(n, np.bool_)
    for row in range(n):
        if off[row] < 0:
            continue
        p, size = _trim(b, off[row], length[row], True)
        if _holds_text(row, length, vr, texts, odd) and size > 0:
            value = _date(b, p, size) if what == DATE else _time(b, p, size)
            if (what == DATE and value == -(2**31)) or (what == TIME and value < 0):
                odd[row] = True
            else:
                out[row] = value
                valid[row] = True
    return out, valid


@_jit
def gather_datetime(b: Any, off: Any, length: Any, vr: Any, texts: Any, odd: Any) -> Any:
    """Date-times as local microseconds: (numbers, offsets in minutes, is_valid, has_offset).

    YYYYMMDD[HH[MM[SS[.FFFFFF]]]][&ZZXX]; a value that names no day is odd (PS3.5 6.2, DT).
    """
    n = off.size
    out = np.zeros(n, np.int64)
    minutes = np.zeros(n, np.int64)
    valid = np.zeros(n, np.bool_)
    zoned = np.zeros(n, np.bool_)
    for row in range(n):
        if off[row] < 0:
            continue
        p, size = _trim(b, off[row], length[row], True)
        if size == 0 or not _holds_text(row, length, vr, texts, odd):
            continue
        good = size >= 8
        if good and size >= 13 and (b[p + size - 5] == 43 or b[p + size - 5] == 45):
            hours, rest = _number(b, p + size - 4, 2), _number(b, p + size - 2, 2)
            is_behind = b[p + size - 5] == 45
            most = 720 if is_behind else 840  # PS3.5 6.2, DT: -1200 to +1400
            good = hours >= 0 and 0 <= rest <= 59 and hours * 60 + rest <= most
            minutes[row] = (hours * 60 + rest) * (-1 if is_behind else 1)
            zoned[row] = good and not (is_behind and minutes[row] == 0)  # -0000: nobody knows
            size -= 5
        day = _date(b, p, 8) if good else -(2**31)
        clock = 0
        if good and size > 8:
            clock = _time(b, p + 8, size - 8) if b[p + 10 if size > 10 else p + 8] != 58 else -1
        if not good or day == -(2**31) or clock < 0:
            odd[row] = True
            zoned[row] = False
        else:
            out[row] = day * 86400000000 + clock
            valid[row] = True
    return out, minutes, valid, zoned


@_jit
def longest_part(b: Any, off: Any, length: Any) -> Any:
    """How many bytes the longest of the values of each cell has, without blanks around it."""
    most = np.zeros(off.size, np.int64)
    for row in range(off.size):
        begin, end = np.int64(off[row]), np.int64(off[row]) + np.int64(length[row])
        p = np.int64(begin)
        for k in range(begin, end + 1):
            if k == end or b[k] == BACKSLASH:
                _, n = _trim(b, p, k - p, True)
                most[row] = max(most[row], n)
                p = np.int64(k + 1)
    return most

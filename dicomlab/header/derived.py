"""Columns of our own, worked out from a row's DICOM values. Each leaves null what is unclear."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_DAY_US = 86_400_000_000


def derive(table: pa.Table) -> pa.Table:
    """Add acquired_at, slice_position_mm and patient_age_years, as docs/columns.md defines them."""
    table = table.append_column("acquired_at", _acquired_at(table))
    table = table.append_column("slice_position_mm", slice_position(table))
    return table.append_column("patient_age_years", _age(table))


def _acquired_at(table: pa.Table) -> pa.ChunkedArray:
    """AcquisitionDateTime, else date and time of acquisition, of series, of study; else a date."""
    kind = pa.timestamp("us")
    have = set(table.column_names)
    moments = [table["AcquisitionDateTime"]] if "AcquisitionDateTime" in have else []
    days = []
    for level in ("Acquisition", "Series", "Study"):
        if {f"{level}Date", f"{level}Time"} <= have:
            date = table[f"{level}Date"].cast(pa.int32()).cast(pa.int64())
            midnight = pc.multiply(date, pa.scalar(_DAY_US))
            moments.append(pc.add(midnight, table[f"{level}Time"].cast(pa.int64())).cast(kind))
            days.append(midnight.cast(kind))
    if not moments:
        return pa.chunked_array([pa.nulls(table.num_rows, kind)])
    return pc.coalesce(*moments, *days)


def slice_position(table: pa.Table) -> pa.Array:
    """ImagePositionPatient projected on the normal of the image plane (PS3.3 C.7.6.2.1.1)."""
    n = table.num_rows
    position = _fixed(table, "ImagePositionPatient", 3)
    axes = _fixed(table, "ImageOrientationPatient", 6)
    if position is None or axes is None:
        return pa.nulls(n, pa.float64())
    (x, y, z), (a, b, c, d, e, f) = position, axes
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    length = np.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        along = (x * normal[0] + y * normal[1] + z * normal[2]) / length
    return pa.array(along, mask=~np.isfinite(along))


def _fixed(table: pa.Table, name: str, width: int) -> np.ndarray | None:
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


def _age(table: pa.Table) -> pa.Array:
    """PatientAge in years, else from birth date to study date."""
    n = table.num_rows
    years = np.full(n, np.nan)
    if _has_values(table, "PatientBirthDate") and _has_values(table, "StudyDate"):
        days = pc.subtract(table["StudyDate"].cast(pa.int32()), table["PatientBirthDate"].cast(pa.int32()))
        years = days.to_numpy() / 365.25
        years = np.where((years >= 0) & (years < 130), years, np.nan)
    if _has_values(table, "PatientAge"):
        written = table["PatientAge"].combine_chunks().dictionary_encode()
        known = np.array([*(_years(text) for text in written.dictionary.to_pylist()), np.nan])
        said = known[written.indices.fill_null(len(known) - 1).to_numpy()]
        years = np.where(np.isfinite(said), said, years)
    return pa.array(years.astype(np.float64), mask=~np.isfinite(years))


def _has_values(table: pa.Table, name: str) -> bool:
    return name in table.column_names and table[name].null_count < table.num_rows


def _years(text: str) -> float:
    match = _AGE.fullmatch(text)
    return int(match[1]) * _UNIT_YEARS[match[2]] if match else np.nan

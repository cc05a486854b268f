"""Columns of our own, worked out from a row's DICOM values. Each leaves null what is unclear."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_DAY_US = 86_400_000_000


def derive(table: pa.Table) -> pa.Table:
    """Add acquired_at, slice_position_mm and patient_age_years, as docs/columns.md defines them."""
    table = table.append_column("acquired_at", _acquired_at(table))
    table = table.append_column("slice_position_mm", _slice_position(table))
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


def _slice_position(table: pa.Table) -> pa.Array:
    """ImagePositionPatient projected on the normal of the image plane (PS3.3 C.7.6.2.1.1)."""
    n = table.num_rows
    if not {"ImagePositionPatient", "ImageOrientationPatient"} <= set(table.column_names):
        return pa.nulls(n, pa.float64())
    position = _fixed(table["ImagePositionPatient"], 3)
    axes = _fixed(table["ImageOrientationPatient"], 6)
    normal = np.cross(axes[:, :3], axes[:, 3:])
    length = np.linalg.norm(normal, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        along = np.einsum("ij,ij->i", position, normal) / length
    return pa.array(along, mask=~np.isfinite(along))


def _fixed(column: pa.ChunkedArray, width: int) -> np.ndarray:
    """Lists of exactly `width` numbers as rows; others as NaN."""
    lists = column.combine_chunks()
    out = np.full((len(lists), width), np.nan)
    fits = pc.fill_null(pc.equal(pc.list_value_length(lists), width), False).to_numpy(zero_copy_only=False)
    values = lists.filter(pa.array(fits)).flatten()
    out[fits] = values.to_numpy(zero_copy_only=False).reshape(-1, width)
    return out


_UNIT_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}


def _age(table: pa.Table) -> pa.Array:
    """PatientAge in years, else from birth date to study date."""
    n = table.num_rows
    years = np.full(n, np.nan)
    if {"PatientBirthDate", "StudyDate"} <= set(table.column_names):
        days = pc.subtract(
            table["StudyDate"].cast(pa.int32()), table["PatientBirthDate"].cast(pa.int32())
        ).to_numpy()
        years = days / 365.25
        years = np.where((years >= 0) & (years < 130), years, np.nan)
    if "PatientAge" in table.column_names and table["PatientAge"].null_count < n:
        written = pc.extract_regex(table["PatientAge"], r"^(?P<n>\d{1,3})(?P<unit>[DWMY])$").combine_chunks()
        number = pc.struct_field(written, "n").cast(pa.float64()).to_numpy(zero_copy_only=False)
        units = pc.struct_field(written, "unit")
        factor = np.full(n, np.nan)
        for unit, one in _UNIT_YEARS.items():
            factor[pc.fill_null(pc.equal(units, unit), False).to_numpy(zero_copy_only=False)] = one
        years = np.where(np.isfinite(number * factor), number * factor, years)
    return pa.array(years.astype(np.float64), mask=~np.isfinite(years))

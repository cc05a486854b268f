"""What a series is: a table of series wherever it was made, and what each of them is of.

Tables that others made are read by `spreadsheets`: sidecars of BIDS, decimal commas, dates in any form.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.dates.shifted_dates import why_shifted
from dicomlab.devices import by_value, column, texts
from dicomlab.errors import WrongArgument
from dicomlab.spreadsheets.series_tables import SeriesTable, dated_series, read_series_table

_COUNTER = "ExposuresOnDetectorSinceManufactured"
_PROJECTION = ("DX", "CR", "MG", "XA", "RF", "IO", "PX")
_TEST_WORDS = r"(?i)\b(?:phantom|qa|qc|daily check|quality)\b|^(?:qa|qc)[_ -]"


def read_series(table: Any, *, dayfirst: bool | None = None) -> SeriesTable:
    """The series of a catalog or a DataFrame, under DICOM's names and dated, and what is to be said of it.

    Args:
        table: Anything that has `.series`, a DataFrame with DICOM keywords, or one made from BIDS
            sidecars, with the prefixes `bids_` and `dcm_` or without.
        dayfirst: Whether the day comes before the month in dates such as 03/11/2024. Default: as the
            column shows.

    Returns:
        SeriesTable: `series`, where first_acquired_at is acquired_at (which a table of instances has), else
        AcquisitionDateTime, else the date and time of acquisition, series or study, whichever comes
        first, unless the table has it already; `remarks` on what was not understood.

    Raises:
        ColumnTwice: The table has a column more than once.
        AmbiguousDates: Nothing decides whether dates are day first or month first.
    """
    series = getattr(getattr(table, "unmasked", table), "series", table)
    if not isinstance(series, pd.DataFrame):
        raise WrongArgument("catalog_or_series", type(table), ["a catalog", "a DataFrame of series"])
    if isinstance(table, pd.DataFrame):
        return read_series_table(series, dayfirst=dayfirst)
    return dated_series(series, dayfirst=dayfirst)


def as_series(table: Any) -> pd.DataFrame:
    """The series of a catalog or a DataFrame, under DICOM's names and dated (see `read_series`)."""
    return read_series(table).series


def machines_with_shifted_dates(rows: pd.DataFrame) -> dict[str, str]:
    """The machines whose dates seem to be shifted patient by patient, and why.

    `rows` are dated series with their `device`; each modality of a machine is looked at by itself.
    """
    rows = rows[rows["first_acquired_at"].notna() & rows["device"].notna()]
    if not len(rows):
        return {}
    numbered = pd.Series(rows.index.astype("str"), index=rows.index)
    exams = pd.DataFrame(
        {
            "device": rows["device"].astype("str"),
            "modality": texts(column(rows, "Modality")).fillna(""),
            "exam": texts(column(rows, "StudyInstanceUID")).fillna(numbered),
            "when": rows["first_acquired_at"],
            "patient": texts(column(rows, "PatientID")),
            "version": texts(column(rows, "SoftwareVersions")),
            "station": texts(column(rows, "StationName")),
            "detector": texts(column(rows, "DetectorID")),
            "counter": numbers(column(rows, _COUNTER)),
        }
    )
    why: dict[str, str] = {}
    for (device, _), part in exams.groupby(["device", "modality"], sort=True):
        reason = why_shifted(part.drop_duplicates("exam"))
        if reason:
            why.setdefault(str(device), reason)
    return why


def is_original(series: pd.DataFrame) -> pd.Series:
    """Whether a series holds images as acquired.

    Localisers, secondary captures and derived images are none; a series that does not say is one.
    """
    kind = by_value(texts(column(series, "ImageType")), lambda kinds: kinds.fillna("").str.upper())
    projection = texts(column(series, "Modality")).isin(_PROJECTION)
    derived = by_value(kind, lambda kinds: kinds.fillna("").str.startswith("DERIVED")) & ~projection
    return ~(derived | by_value(kind, _is_made_up))


def _is_made_up(kinds: pd.Series) -> pd.Series:
    return kinds.fillna("").str.contains("SECONDARY|LOCALIZER|SCOUT|SCREEN SAVE|MPR")


def is_phantom(series: pd.DataFrame) -> pd.Series:
    """Whether a series shows a phantom, by its flags or by the words of its names."""
    flagged = pd.Series(False, index=series.index)
    for name in ("QualityControlImage", "QualityControlSubject"):
        flagged |= texts(column(series, name)).fillna("").str.upper() == "YES"
    for name in ("ProtocolName", "SeriesDescription", "StudyDescription", "PatientID", "PatientName"):
        flagged |= by_value(texts(column(series, name)), _says_test)
    return flagged


def _says_test(names: pd.Series) -> pd.Series:
    return names.fillna("").str.contains(_TEST_WORDS)


def names_a_phantom(name: str) -> bool:
    """Whether one name says that a phantom was imaged.

    >>> names_a_phantom("Daily QA"), names_a_phantom("Chest")
    (True, False)
    """
    return re.search(_TEST_WORDS, name) is not None


def protocol_names(series: pd.DataFrame) -> pd.Series:
    """The protocol of each series; with body part and view in radiography."""
    name = texts(column(series, "ProtocolName"))
    for other in ("SeriesDescription", "StudyDescription", "BodyPartExamined"):
        name = name.fillna(texts(column(series, other)))
    projection = texts(column(series, "Modality")).isin(_PROJECTION)
    for part in ("BodyPartExamined", "ViewPosition"):
        name = _with_part(name, texts(column(series, part)), projection)
    return _one_spelling(name.fillna("(no protocol)"))


def reconstruction_names(series: pd.DataFrame, protocol: pd.Series) -> pd.Series:
    """The protocol of each series, and its description where that says something else."""
    description = texts(column(series, "SeriesDescription"))
    same = description.isna() | (_key(description) == _key(protocol))
    return protocol.where(same, protocol + " / " + description.fillna(""))


def _with_part(name: pd.Series, part: pd.Series, where: pd.Series) -> pd.Series:
    add = where & part.notna()
    if not add.any():
        return name
    said = [
        isinstance(p, str) and isinstance(n, str) and p.casefold() in n.casefold()
        for n, p in zip(name, part, strict=True)
    ]
    add &= ~pd.Series(said, index=name.index)
    return name.where(~add, (name.fillna("") + " " + part.fillna("")).str.strip())


def _key(name: pd.Series) -> pd.Series:
    return by_value(name, lambda names: names.str.casefold().str.replace(r"[\s_]+", " ", regex=True))


def _one_spelling(name: pd.Series) -> pd.Series:
    key = _key(name)
    counts = pd.DataFrame({"key": key, "name": name}).value_counts().reset_index()
    counts = counts.sort_values(["count", "name"], ascending=[False, True]).drop_duplicates("key")
    return key.map(counts.set_index("key")["name"]).astype("str")  # a map over no rows gives numbers


def numbers(values: pd.Series) -> np.ndarray:
    """Values as floats; what is no number, or a list of several, is null."""
    if values.isna().all() or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return np.full(len(values), np.nan)
    if values.dtype == object:
        values = values.map(_one, na_action="ignore")
    if values.dtype == "str":
        codes, unique = pd.factorize(values, use_na_sentinel=True)
        told = pd.to_numeric(pd.Series([*unique, None], dtype="str"), errors="coerce")
        return told.to_numpy(float, na_value=np.nan)[codes]
    return pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)


def _one(value: object) -> object:
    """The value of a list of one; null for a longer list."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return value[0] if len(value) == 1 else None
    return value

"""Which series are judged, and what makes two of them comparable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.devices import column, texts
from dicomlab.errors import MissingColumn

ALL = "all"
"""The stratum of everything a machine did, with protocol and size taken out."""

PHANTOM = "phantom: "
"""What the strata of test images begin with."""

_PROJECTION = ("DX", "CR", "MG", "XA", "RF", "IO", "PX")
_TEST_WORDS = r"(?i)\b(?:phantom|qa|qc|daily check|quality)\b|^(?:qa|qc)[_ -]"
_NO_DATE = "{n} series have no date of acquisition"
_NO_DEVICE = "{n} series name no machine: no serial number, station or model"
_NOT_ORIGINAL = "{n} series are localisers or were derived from other images"


@dataclass(frozen=True)
class Judged:
    """The series that are judged, and why others were left out."""

    rows: pd.DataFrame
    left_out: pd.DataFrame


def judged_series(series: pd.DataFrame, devices: pd.Series) -> Judged:
    """Keep dated originals of a known machine; say what was left out and why.

    Adds device, day (datetime64), protocol, reconstruction and is_phantom. Images derived from
    others count for projection radiography only, where the image for presentation is one.
    """
    rows = series.assign(device=devices)
    reasons = pd.Series(pd.NA, index=rows.index, dtype="object")
    reasons[~is_original(rows)] = _NOT_ORIGINAL
    reasons[column(rows, "first_acquired_at").isna()] = _NO_DATE
    reasons[rows["device"].isna()] = _NO_DEVICE
    out = rows.assign(reason=reasons)[reasons.notna()]
    counts = out.groupby([out["device"].astype(object).fillna("unidentified"), "reason"]).size()
    left_out = counts.rename("n").reset_index()
    left_out["reason"] = [why.format(n=n) for why, n in zip(left_out["reason"], left_out["n"], strict=True)]
    kept = rows[reasons.isna()].sort_values("first_acquired_at", kind="stable")
    return Judged(_described(kept), left_out)


def _described(rows: pd.DataFrame) -> pd.DataFrame:
    protocol = protocol_names(rows)
    description = texts(column(rows, "SeriesDescription"))
    same = description.isna() | (_key(description) == _key(protocol))
    return rows.assign(
        day=rows["first_acquired_at"].dt.normalize(),
        protocol=protocol,
        reconstruction=protocol.where(same, protocol + " / " + description.fillna("")),
        is_phantom=is_phantom(rows),
    )


def is_original(series: pd.DataFrame) -> pd.Series:
    """Whether a series holds images as acquired.

    Localisers, secondary captures and derived images are none; a series that does not say is one.
    """
    kind = texts(column(series, "ImageType")).fillna("").str.upper()
    projection = texts(column(series, "Modality")).isin(_PROJECTION)
    derived = kind.str.startswith("DERIVED") & ~projection
    return ~(derived | kind.str.contains("SECONDARY|LOCALIZER|SCOUT|SCREEN SAVE|MPR"))


def is_phantom(series: pd.DataFrame) -> pd.Series:
    """Whether a series shows a phantom, by its flags or by the words of its names."""
    flagged = pd.Series(False, index=series.index)
    for name in ("QualityControlImage", "QualityControlSubject"):
        flagged |= texts(column(series, name)).fillna("").str.upper() == "YES"
    for name in ("ProtocolName", "SeriesDescription", "StudyDescription", "PatientID", "PatientName"):
        flagged |= texts(column(series, name)).fillna("").str.contains(_TEST_WORDS)
    return flagged


def protocol_names(series: pd.DataFrame) -> pd.Series:
    """The protocol of each series; with body part and view in radiography."""
    name = texts(column(series, "ProtocolName"))
    for other in ("SeriesDescription", "StudyDescription", "BodyPartExamined"):
        name = name.fillna(texts(column(series, other)))
    projection = texts(column(series, "Modality")).isin(_PROJECTION)
    for part in ("BodyPartExamined", "ViewPosition"):
        name = _with_part(name, texts(column(series, part)), projection)
    return _one_spelling(name.fillna("(no protocol)"))


def _with_part(name: pd.Series, part: pd.Series, where: pd.Series) -> pd.Series:
    said = [
        isinstance(p, str) and isinstance(n, str) and p.casefold() in n.casefold()
        for n, p in zip(name, part, strict=True)
    ]
    add = where & part.notna() & ~pd.Series(said, index=name.index)
    return name.where(~add, (name.fillna("") + " " + part.fillna("")).str.strip())


def _key(name: pd.Series) -> pd.Series:
    return name.str.casefold().str.replace(r"[\s_]+", " ", regex=True)


def _one_spelling(name: pd.Series) -> pd.Series:
    key = _key(name)
    usual = name.groupby(key).agg(lambda spellings: spellings.mode().iloc[0])
    return key.map(usual)


def stratum_of(rows: pd.DataFrame, per: str, strata: Sequence[str] | None) -> pd.Series:
    """The stratum of each row, per device, protocol or reconstruction.

    `strata` names columns that take the place of the protocol. Raises MissingColumn for one
    that the table lacks.
    """
    if per == "device":
        label = pd.Series(ALL, index=rows.index)
    elif strata is None:
        label = rows[per]
    else:
        label = pd.Series("", index=rows.index)
        for name in strata:
            if name not in rows:
                raise MissingColumn(name, rows.columns)
            label = label + " / " + texts(rows[name]).fillna("(empty)")
        label = label.str.removeprefix(" / ")
    return label.where(~rows["is_phantom"], PHANTOM + label)


def numbers(values: pd.Series) -> np.ndarray:
    """Values as floats; what is no number, or a list of several, is null."""
    if values.isna().all() or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return np.full(len(values), np.nan)
    if values.dtype == object:
        values = values.map(_one, na_action="ignore")
    return pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)


def _one(value: object) -> object:
    """The value of a list of one; null for a longer list."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return value[0] if len(value) == 1 else None
    return value

"""What a series is: a table of series wherever it was made, and what each of them is of.

Tables made from BIDS sidecars (dcm2niix) have columns `bids_…` and perhaps `dcm_…`. A column
`dcm_X` is X as DICOM has it. `bids_` columns fill it where it is empty, under DICOM's name and
in DICOM's unit: times are seconds in BIDS and ms in DICOM. Where both are present and differ,
the sidecar was rounded (dcm2niix writes ImagingFrequency with 6 digits, which is 8 ppm), and
nothing is filled: two resolutions in one column would look like a change.

| BIDS | DICOM | factor |
|---|---|---|
| ManufacturersModelName | ManufacturerModelName | |
| RepetitionTime, EchoTime, InversionTime | the same | 1000 |
| PercentPhaseFOV | PercentPhaseFieldOfView | |
| PhaseEncodingSteps | NumberOfPhaseEncodingSteps | |
| InPlanePhaseEncodingDirectionDICOM, ImageOrientationPatientDICOM | without DICOM | |
| TxRefAmp | reference_amplitude_volt (no DICOM keyword) | |
| other names | the same | |

`acq_time` (ISO 8601) becomes first_acquired_at. Lists written as JSON become lists.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.devices import by_value, column, texts
from dicomlab.errors import WrongArgument

_NAMES = {
    "ManufacturersModelName": "ManufacturerModelName",
    "PercentPhaseFOV": "PercentPhaseFieldOfView",
    "PhaseEncodingSteps": "NumberOfPhaseEncodingSteps",
    "InPlanePhaseEncodingDirectionDICOM": "InPlanePhaseEncodingDirection",
    "ImageOrientationPatientDICOM": "ImageOrientationPatient",
    "EchoNumber": "EchoNumbers",
    "TxRefAmp": "reference_amplitude_volt",
}
_IN_SECONDS = ("RepetitionTime", "EchoTime", "InversionTime")
_SAME = 1e-7
_PROJECTION = ("DX", "CR", "MG", "XA", "RF", "IO", "PX")
_TEST_WORDS = r"(?i)\b(?:phantom|qa|qc|daily check|quality)\b|^(?:qa|qc)[_ -]"
_CLOCKS = (
    ("acquired_at", None),
    ("AcquisitionDateTime", None),
    ("AcquisitionDate", "AcquisitionTime"),
    ("SeriesDate", "SeriesTime"),
    ("StudyDate", "StudyTime"),
)


def as_series(table: Any) -> pd.DataFrame:
    """The series of a catalog or a DataFrame, under DICOM's names and dated.

    Takes anything that has `.series`, a DataFrame with DICOM keywords, or one made from BIDS
    sidecars. Gives a new table; first_acquired_at is acquired_at (which a table of instances has), else
    AcquisitionDateTime, else the date and time of acquisition, series or study, whichever comes first,
    unless the table has it already.
    """
    series = getattr(getattr(table, "unmasked", table), "series", table)
    if not isinstance(series, pd.DataFrame):
        raise WrongArgument("catalog_or_series", type(table), ["a catalog", "a DataFrame of series"])
    if any(str(name).startswith(("bids_", "dcm_")) for name in series):
        series = _from_sidecars(series)
    if "first_acquired_at" not in series:
        series = series.assign(first_acquired_at=_acquired_at(series))
    if series["first_acquired_at"].dtype.kind != "M":  # read from CSV, as like as not
        moments = pd.to_datetime(series["first_acquired_at"], format="ISO8601", errors="coerce")
        series = series.assign(first_acquired_at=moments.astype("datetime64[us]"))
    return series


def _from_sidecars(table: pd.DataFrame) -> pd.DataFrame:
    plain = {str(c): table[c] for c in table if not str(c).startswith(("bids_", "dcm_"))}
    dicom = {str(c).removeprefix("dcm_"): _lists(table[c]) for c in table if str(c).startswith("dcm_")}
    for name in (str(c) for c in table if str(c).startswith("bids_")):
        keyword = _NAMES.get(name.removeprefix("bids_"), name.removeprefix("bids_"))
        values = _lists(table[name])
        if keyword in _IN_SECONDS:
            values = pd.Series(np.round(numbers(values) * 1000, 6), index=table.index)
        dicom[keyword] = _filled(dicom[keyword], values) if keyword in dicom else values
    series = pd.DataFrame(plain | dicom, index=table.index)
    acquired = pd.to_datetime(column(table, "acq_time").astype("str"), format="ISO8601", errors="coerce")
    return series.assign(first_acquired_at=acquired.astype("datetime64[us]"))


def _filled(dicom: pd.Series, bids: pd.Series) -> pd.Series:
    """DICOM's values, filled from a sidecar that agrees with them elsewhere."""
    ours, theirs = numbers(dicom), numbers(bids)
    both = np.isfinite(ours) & np.isfinite(theirs)
    if both.any() and np.mean(np.abs(ours - theirs)[both] > _SAME * np.abs(ours)[both]) > 0.01:
        return dicom
    return dicom.astype(object).where(dicom.notna(), bids)


def _lists(values: pd.Series) -> pd.Series:
    """Values with lists that are written as JSON read as lists."""
    if not values.map(lambda v: isinstance(v, str) and v.startswith("[")).any():
        return values
    return values.astype(object).map(_read_list)


def _read_list(value: object) -> object:
    if not isinstance(value, str) or not value.startswith("["):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def _acquired_at(series: pd.DataFrame) -> pd.Series:
    acquired = pd.Series(pd.NaT, index=series.index, dtype="datetime64[us]")
    for date, time in _CLOCKS:
        day = _dates(column(series, date))
        if time is not None:
            day = day + _since_midnight(column(series, time))
        acquired = acquired.fillna(day.astype("datetime64[us]"))
    return acquired


def _dates(values: pd.Series) -> pd.Series:
    """Dates from dates, or from DICOM's DA and DT as written."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.dt.tz_localize(None) if values.dt.tz is not None else values
    codes, found = pd.factorize(values, use_na_sentinel=True)
    digits = pd.Series([*found, None]).astype("str")
    digits = digits.str.replace(r"[.\-: T]|[+-]\d{4}$", "", regex=True).str[:14]
    digits = digits.where(digits.str.len().isin([8, 12, 14]))
    days = pd.to_datetime(
        digits.str.pad(14, side="right", fillchar="0"), format="%Y%m%d%H%M%S", errors="coerce"
    )
    return pd.Series(days.to_numpy()[codes], index=values.index)


def _since_midnight(values: pd.Series) -> pd.Series:
    """Times of day as durations; zero where there is none."""
    if values.isna().all():
        return pd.Series(pd.Timedelta(0), index=values.index)
    digits = values.astype("str").str.replace(":", "").str.extract(r"^(\d{2})(\d{2})?(\d{2})?")
    hours, minutes, seconds = (pd.to_numeric(digits[n], errors="coerce").fillna(0) for n in range(3))
    return pd.to_timedelta(hours * 3600 + minutes * 60 + seconds, unit="s")


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

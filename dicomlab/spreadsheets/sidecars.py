"""Tables made of BIDS sidecars (dcm2niix), under DICOM's names and in DICOM's units.

Columns `bids_X` come from a sidecar and `dcm_X` from the header. `bids_` columns fill `dcm_` ones where
these are empty. Where both are present and differ, the sidecar was rounded (dcm2niix writes
ImagingFrequency with 6 digits, which is 8 ppm), and nothing is filled: two resolutions in one column
would look like a change. A table without prefixes is made of sidecars in the rows that have a value
in a column which only sidecars have.

| BIDS | DICOM | factor |
|---|---|---|
| ManufacturersModelName | ManufacturerModelName | |
| RepetitionTime, EchoTime, InversionTime | the same | 1000 (s to ms) |
| PercentPhaseFOV | PercentPhaseFieldOfView | |
| PhaseEncodingSteps | NumberOfPhaseEncodingSteps | |
| InPlanePhaseEncodingDirectionDICOM, ImageOrientationPatientDICOM | without DICOM | |
| TxRefAmp | reference_amplitude_volt (no DICOM keyword) | |
| other names | the same | |

Source: BIDS 1.10, MRI sidecar metadata (times in seconds); PS3.3 C.8.3.1 (times in ms).
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

NAMES = {
    "ManufacturersModelName": "ManufacturerModelName",
    "PercentPhaseFOV": "PercentPhaseFieldOfView",
    "PhaseEncodingSteps": "NumberOfPhaseEncodingSteps",
    "InPlanePhaseEncodingDirectionDICOM": "InPlanePhaseEncodingDirection",
    "ImageOrientationPatientDICOM": "ImageOrientationPatient",
    "EchoNumber": "EchoNumbers",
    "TxRefAmp": "reference_amplitude_volt",
}
_ONLY_SIDECARS = (
    *NAMES,
    *("ConversionSoftware", "ConversionSoftwareVersion", "BidsGuess", "TotalReadoutTime", "SliceTiming"),
    *("EffectiveEchoSpacing", "DwellTime", "BaseResolution", "ShimSetting", "PulseSequenceDetails"),
    *("EstimatedTotalReadoutTime", "EstimatedEffectiveEchoSpacing", "AcquisitionMatrixPE", "ReconMatrixPE"),
    *("ConsistencyInfo", "CoilString", "MultibandAccelerationFactor", "PhaseEncodingAxis", "TaskName"),
    *("BandwidthPerPixelPhaseEncode", "PhaseEncodingPolarityGE", "NonlinearGradientCorrection", "RefLinesPE"),
    *("DerivedVendorReportedEchoSpacing", "PhaseResolution", "acq_time", "EchoTime1"),
)
_IN_SECONDS = ("RepetitionTime", "EchoTime", "InversionTime")
_SAME = 1e-7
_LONGEST_ECHO_S = 1.0
_SHORTEST_REPETITION_MS, _SHORTEST_ECHO_MS = 2.0, 0.02


def has_prefixes(table: pd.DataFrame) -> bool:
    """Whether columns say whether they come from sidecars or from headers."""
    return any(str(name).startswith(("bids_", "dcm_")) for name in table)


def without_prefixes(table: pd.DataFrame) -> pd.DataFrame:
    """Columns `bids_X` and `dcm_X` as one column each, under DICOM's name and in its unit."""
    plain = {str(c): table[c] for c in table if not str(c).startswith(("bids_", "dcm_"))}
    dicom = {str(c).removeprefix("dcm_"): _lists(table[c]) for c in table if str(c).startswith("dcm_")}
    for name in (str(c) for c in table if str(c).startswith("bids_")):
        keyword = NAMES.get(name.removeprefix("bids_"), name.removeprefix("bids_"))
        values = _lists(table[name])
        if keyword in _IN_SECONDS:
            values = pd.Series(np.round(_floats(values) * 1000, 6), index=table.index)
        dicom[keyword] = _filled(dicom[keyword], values) if keyword in dicom else values
    return pd.DataFrame(plain | dicom, index=table.index)


def of_plain_sidecars(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """A table that may hold sidecars without prefixes, and what was made of its columns, by column."""
    is_sidecar = _are_sidecars(table)
    said: dict[str, str] = {}
    columns = {str(name): table[name] for name in table}
    for name in (n for n in _IN_SECONDS if n in columns):
        made, words = _in_milliseconds(name, table, is_sidecar)
        if words:
            said[name], columns[name] = words, made
    for name, keyword in NAMES.items():
        if name in columns:
            values = _lists(columns.pop(name))
            columns[keyword] = _filled(columns[keyword], values) if keyword in columns else values
    if not said and list(columns) == list(table.columns):
        return table, said
    return pd.DataFrame(columns, index=table.index), said


def _are_sidecars(table: pd.DataFrame) -> pd.Series:
    marks = [table[name].notna() for name in _ONLY_SIDECARS if name in table]
    found = pd.Series(False, index=table.index)
    for mark in marks:
        found |= mark
    return found


def _in_milliseconds(name: str, table: pd.DataFrame, is_sidecar: pd.Series) -> tuple[pd.Series, str]:
    """Times in ms, and what was done about it: by what the rows are, then by what is possible."""
    number = pd.Series(_floats(table[name]), index=table.index)
    echo = pd.Series(_floats(table["EchoTime"]) if "EchoTime" in table else np.nan, index=table.index)
    if is_sidecar.any():
        if (echo if echo.notna().any() else number)[is_sidecar].median() > 20 * _LONGEST_ECHO_S:
            return table[name], ""
        made = number.where(~is_sidecar, (number * 1000).round(6))
        return made, f"{name} was read as seconds, as BIDS has it, in {int(is_sidecar.sum()):,} series"
    if not echo.max() <= _LONGEST_ECHO_S / 2:
        return table[name], ""
    repetition = _floats(table["RepetitionTime"]) if "RepetitionTime" in table else np.array([np.nan])
    short = np.nanmin(repetition) < _SHORTEST_REPETITION_MS if np.isfinite(repetition).any() else False
    if short or echo[echo > 0].min() < _SHORTEST_ECHO_MS:
        return (number * 1000).round(6), f"{name} was read as seconds: as milliseconds it would be too short"
    return table[name], f"{name} was read as milliseconds; it is so short that it may be in seconds"


def _filled(dicom: pd.Series, bids: pd.Series) -> pd.Series:
    """DICOM's values, filled from a sidecar that agrees with them elsewhere."""
    ours, theirs = _floats(dicom), _floats(bids)
    both = np.isfinite(ours) & np.isfinite(theirs)
    if both.any() and np.mean(np.abs(ours - theirs)[both] > _SAME * np.abs(ours)[both]) > 0.01:
        return dicom
    return dicom.astype(object).where(dicom.notna(), bids)


def _floats(values: pd.Series) -> np.ndarray:
    """Values as floats; what is no number, or a list of several, is null."""
    if values.dtype == object:
        values = values.map(_only_one, na_action="ignore")
    return pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)


def _only_one(value: object) -> object:
    if isinstance(value, (list, tuple, np.ndarray)):
        return value[0] if len(value) == 1 else None
    return value


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
    except (json.JSONDecodeError, RecursionError):
        return value

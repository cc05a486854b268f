"""Whether dates can be trusted: dates shifted patient by patient leave traces.

De-identification may shift the dates of each patient by another number of days (PS3.15, Retain
Longitudinal Temporal Information with Modified Dates). What a machine did over time is then
lost, and whatever is found in it is made up. Two things tell, since they only ever go one way: the
software that a machine runs, and what its detector counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from dicomlab.devices import column, texts
from dicomlab.errors import DicomlabError

_LEAST = 30
"""Examinations of each of two versions, or with a counter, that are needed to tell."""
_MIXED = 0.1
"""Chance that an examination with the older software is dated after one with the newer."""
_ORDERED = 0.8
"""Rank correlation of a counter with time below which the two do not go together."""
_COUNTER = "ExposuresOnDetectorSinceManufactured"


class ShiftedDates(DicomlabError):
    """Dates were shifted patient by patient, so nothing can be dated."""

    def __init__(self, reasons: list[str]):
        super().__init__(
            "The dates seem to have been shifted patient by patient: "
            + "; ".join(reasons)
            + ". No change can be dated in them. Judge the originals, or give trust_dates=True if you know "
            "that the dates are right."
        )


def refuse_shifted_dates(rows: pd.DataFrame, devices: pd.DataFrame) -> None:
    """Raise ShiftedDates where most machines of which one can tell are out of order."""
    told_of = [(_are_versions_mixed(part), _is_counter_mixed(part)) for part in _by_patient(rows)]
    versions, counters = ([pair[n] for pair in told_of] for n in (0, 1))
    reasons = []
    for found, words in (
        (versions, "old and new software alternate"),
        (counters, "the counts of the detector go up and down"),
    ):
        told = [claim for claim in found if claim is not None]
        if told and sum(told) > 0.5 * len(told):
            reasons.append(f"on {sum(told)} of {len(told)} machines {words} from patient to patient")
    if reasons:
        raise ShiftedDates(reasons)


def _by_patient(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The series of each machine that has more than one patient, or does not name any."""
    if not len(rows):
        return
    patient = texts(column(rows, "PatientID"))
    names = texts(column(rows, "SoftwareVersions"))
    table = pd.DataFrame(
        {
            "device": rows["device"].to_numpy(),
            "day": rows["day"].to_numpy().astype("datetime64[D]").astype(int),
            "exam": texts(column(rows, "StudyInstanceUID")).fillna(
                pd.Series(rows.index.astype(str), rows.index)
            ),
            "patient": patient.fillna(""),
            "version": names,
            "detector": texts(column(rows, "DetectorID")).fillna(""),
            "counter": pd.to_numeric(column(rows, _COUNTER), errors="coerce"),
        },
    )
    for _, part in table.groupby("device", sort=True):
        if len(part["patient"].unique()) > 1 or not part["patient"].iloc[0]:
            yield part.drop_duplicates("exam")


def _are_versions_mixed(part: pd.DataFrame) -> bool | None:
    """Whether two versions that ran long overlap in time; None where there are no two."""
    known = part.dropna(subset=["version"])
    counts = known["version"].value_counts()
    common = [str(name) for name in counts.index[counts >= _LEAST]][:4]
    if len(common) < 2:
        return None
    days = sorted((known.loc[known["version"] == name, "day"].to_numpy() for name in common), key=np.median)
    mixed = [_share_after(old, new) for old, new in pairwise(days)]
    return bool(np.median(mixed) > _MIXED)


def _share_after(old: np.ndarray, new: np.ndarray) -> float:
    """Chance that one of `old` is later than one of `new`; an equal day counts half."""
    ordered = np.sort(new)
    below = np.searchsorted(ordered, old, side="left")
    equal = np.searchsorted(ordered, old, side="right") - below
    return float((below + equal / 2).mean() / len(new))


def _is_counter_mixed(part: pd.DataFrame) -> bool | None:
    """Whether a counter that only grows does not grow with time; None where there is none."""
    known = part.dropna(subset=["counter"])
    for _, one in known.groupby("detector"):
        if len(one) >= _LEAST and one["day"].nunique() > 5 and one["counter"].nunique() > 5:
            ranks = np.corrcoef(one["day"].rank(), one["counter"].rank())[0, 1]
            return bool(ranks < _ORDERED)
    return None

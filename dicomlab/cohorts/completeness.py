"""Who has what a protocol or a schedule expects."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from dicomlab.catalog.database import to_pandas
from dicomlab.cohorts.members import asked
from dicomlab.cohorts.steps import Step
from dicomlab.errors import BadCondition, WrongArgument

if TYPE_CHECKING:
    from dicomlab.cohorts.cohort import Cohort

OUTSIDE = "outside"
"""The visit of studies that no visit takes."""
_STUDY = ["PatientID", "StudyInstanceUID"]
_COUNTS = ["n_missing", "n_extra", "n_other"]
_OWN = {*_STUDY, *_COUNTS, "visit", "is_complete"}
_EXAMPLE = ({"T1": "SeriesDescription ILIKE '%t1%'"}, "the like")


def completeness(
    cohort: Cohort,
    expected: Mapping[str, str | tuple[str, int]] | None = None,
    *,
    visits: Mapping[str, tuple[float, float]] | None = None,
    by: Literal["patient", "study"] = "patient",
) -> pd.DataFrame:
    """One row a patient, visit or study; a column for each expectation: present, missing, extra."""
    wanted = _wanted(expected, has_visits=visits is not None)
    for where, _ in wanted.values():
        cohort.catalog.condition(where)
    if by not in ("patient", "study") or (by == "study" and visits is not None):
        raise WrongArgument("by", by, ("patient",) if visits is not None else ("patient", "study"))
    found = _found(cohort, {name: where for name, (where, _) in wanted.items()}, by_study=expected is None)
    names = [*wanted]
    if visits is None:
        keys = _STUDY[:1] if by == "patient" else _STUDY
        counts = found.groupby(keys, dropna=False)[[*names, "n_other"]].sum()
        least = pd.DataFrame({name: n for name, (_, n) in wanted.items()}, index=counts.index)
    else:
        counts = _by_visit(found.merge(_days(cohort), on=_STUDY), visits, names)
        least = pd.DataFrame({name: n for name, (_, n) in wanted.items()}, index=counts.index)
        least[counts.index.get_level_values("visit") == OUTSIDE] = 0
    return _states(counts, least)


def _wanted(
    expected: Mapping[str, str | tuple[str, int]] | None, *, has_visits: bool
) -> dict[str, tuple[str, int]]:
    """Each expectation as a condition and how many series should fit it."""
    if expected is None and has_visits:
        return {"studies": ("true", 1)}
    if not expected or _OWN.intersection(expected):
        raise WrongArgument("expected", expected, _EXAMPLE)
    wanted = {name: (where, 1) if isinstance(where, str) else where for name, where in expected.items()}
    for where, _ in wanted.values():
        if Step("keep", "series", where).is_query:
            raise BadCondition("this is a query, and an expectation is a condition.")
    return wanted


def _found(cohort: Cohort, conditions: Mapping[str, str], *, by_study: bool) -> pd.DataFrame:
    """A row a series (or study) with 1 in the column of each expectation that it meets."""
    table = "studies" if by_study else "series"
    flags = [f"((\n{where}\n) IS TRUE)::BIGINT AS e{n}" for n, where in enumerate(conditions.values())]
    text = f"SELECT PatientID, StudyInstanceUID, {', '.join(flags)} FROM {table}"
    step = Step("keep", "series", " AND ".join(conditions.values()))
    found = to_pandas(asked(cohort.catalog, cohort._members, step, text)).rename(
        columns={f"e{n}": name for n, name in enumerate(conditions)}
    )
    found["n_other"] = (found[[*conditions]].sum(axis=1) == 0).astype("Int64")
    return found


def _days(cohort: Cohort) -> pd.DataFrame:
    """For each study the days since the first one of its patient, by the calendar."""
    return cohort.sql(
        "SELECT PatientID, StudyInstanceUID, date_diff('day', min(first_acquired_at::DATE) "
        "OVER (PARTITION BY PatientID), first_acquired_at::DATE) AS day FROM studies"
    )


def _by_visit(
    found: pd.DataFrame, visits: Mapping[str, tuple[float, float]], names: list[str]
) -> pd.DataFrame:
    """What was found for each patient and visit, also where that is nothing."""
    spans = sorted(visits.values())
    overlap = any(one[1] >= other[0] for one, other in pairwise(spans))
    if overlap or any(low > high for low, high in spans):
        allowed = ({"baseline": (0, 0), "later": (1, 99)}, "other spans of days apart from each other")
        raise WrongArgument("visits", dict(visits), allowed)
    day = found["day"].astype("Float64")
    found["visit"] = OUTSIDE
    for name, (low, high) in visits.items():
        found.loc[day.between(low, high).fillna(False).to_numpy(bool), "visit"] = name
    found.loc[found["visit"] == OUTSIDE, "n_other"] = 1
    counts = found.groupby(["PatientID", "visit"], dropna=False)[[*names, "n_other"]].sum()
    patients = found["PatientID"].drop_duplicates().sort_values()
    every = [(patient, visit) for patient in patients for visit in visits]
    outside = [key for key in counts.index if key[1] == OUTSIDE]
    index = pd.MultiIndex.from_tuples([*every, *outside], names=["PatientID", "visit"])
    return counts.reindex(index, fill_value=0).sort_index(level="PatientID", sort_remaining=False)


def _states(counts: pd.DataFrame, least: pd.DataFrame) -> pd.DataFrame:
    """The words for counts, and how many series lack, are too many, or nobody expected."""
    names = [*least]
    have, need = counts[names].to_numpy(int), least.to_numpy(int)
    words = np.select([have < need, have > need, need > 0], ["missing", "extra", "present"], "")
    states = pd.DataFrame(words, counts.index, names, dtype=object).replace("", None)
    states["n_missing"] = np.clip(need - have, 0, None).sum(axis=1)
    states["n_extra"] = np.clip(have - need, 0, None).sum(axis=1)
    states["n_other"] = counts["n_other"].astype(int)
    states["is_complete"] = states["n_missing"] == 0
    return states.reset_index()

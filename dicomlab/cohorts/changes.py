"""What of a cohort is not as it was saved, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dicomlab.cohorts.cohort import Cohort
from dicomlab.cohorts.saved import Saved, fingerprints, replay
from dicomlab.cohorts.steps import SERIES_KEYS
from dicomlab.errors import NoCatalog

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = ("change", *SERIES_KEYS, "n_before", "n_now", "why")
_KEYS = [*SERIES_KEYS]
_OF_INSTANCES = {
    "grew": "it has more instances",
    "shrank": "it has fewer instances",
    "replaced": "its instances are others",
}
_NOT_KEPT = "the version that it was saved from is not kept, so this cannot be told"


def changes(cohort: Cohort) -> pd.DataFrame:
    """One row a series that entered, left or changed since the cohort was saved."""
    saved = cohort.saved
    if saved is None:
        return pd.DataFrame(columns=[*COLUMNS])
    before = pd.DataFrame.from_dict(saved.members, orient="index", columns=["n_before", "content_before"])
    both = before.join(fingerprints(cohort), how="outer")
    same = both["content_before"].eq(both["content"]) & both["n_before"].eq(both["n"])
    both = both[~same.fillna(False).astype(bool)].rename(columns={"n": "n_now"})
    if both.empty:
        return pd.DataFrame(columns=[*COLUMNS])
    both["change"] = _change(both["n_before"].fillna(0), both["n_now"].fillna(0))
    both["why"] = both["change"].map(_OF_INSTANCES)
    old = _as_it_was(cohort, saved)
    _explain_left(both, cohort, old)
    _explain_entered(both, old)
    both = both[[*COLUMNS]].astype({"n_before": "Int64", "n_now": "Int64"})
    return both.sort_values(["change", *_KEYS], ignore_index=True)


def _change(before: pd.Series, now: pd.Series) -> pd.Series:
    cases = [before == 0, now == 0, now > before, now < before]
    words = np.select(cases, ["entered", "left", "grew", "shrank"], "replaced")
    return pd.Series(words, before.index, dtype=object)


def _as_it_was(cohort: Cohort, saved: Saved) -> Cohort | None:
    """The cohort on the version that it was saved from; None where that is not kept."""
    try:
        return replay(cohort.catalog.at_version(saved.version or ""), saved.steps)
    except NoCatalog:
        return None


def _explain_left(both: pd.DataFrame, cohort: Cohort, old: Cohort | None) -> None:
    """Say which step leaves a series out now, or that it is gone; and name it, where it is known."""
    left = both.index[both["change"] == "left"]
    if left.empty:
        return
    known = fingerprints(cohort.catalog)
    there = known.index.intersection(left)
    both.loc[left, "why"] = "not in the catalog any more"
    both.loc[there, _KEYS] = known.loc[there, _KEYS]
    both.loc[there, "why"] = _reasons(known.loc[there], cohort, "left out by step {step} ({what}: {where})")
    if old is not None:
        gone = left.difference(there)
        was = fingerprints(old)
        both.loc[gone, _KEYS] = was.loc[gone.intersection(was.index), _KEYS]


def _explain_entered(both: pd.DataFrame, old: Cohort | None) -> None:
    """Say that a series is new, or which step left it out before."""
    entered = both.index[both["change"] == "entered"]
    if entered.empty:
        return
    if old is None:
        both.loc[entered, "why"] = _NOT_KEPT
        return
    known = fingerprints(old.catalog)
    there = known.index.intersection(entered)
    both.loc[entered, "why"] = "new in the catalog"
    passes = "step {step} ({what}: {where}) left it out before"
    both.loc[there, "why"] = _reasons(known.loc[there], old, passes)


def _reasons(series: pd.DataFrame, cohort: Cohort, words: str) -> pd.Series:
    """For each series the sentence of the step in which the last of it left."""
    steps: Mapping[tuple[object, ...], str] = {
        tuple(row[key] for key in _KEYS): words.format_map(row)  # type: ignore[arg-type]
        for row in cohort.left.to_dict("records")
    }
    keys = series[_KEYS].itertuples(index=False, name=None)
    return pd.Series([steps.get(tuple(key), "") for key in keys], series.index, dtype=object)

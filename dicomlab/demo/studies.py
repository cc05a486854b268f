"""Who is examined when, and what is asked for: one row per study, then one per acquisition."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dicomlab.demo.machines import Machine
from dicomlab.demo.sites import START, people

# Days on which a hospital does only what cannot wait, beside the weekends.
_HOLIDAYS = ("01-01", "05-01", "12-24", "12-25", "12-26", "12-31")
_QUIET = 0.06
"""Share of the usual work that is done on such a day."""


def days_of(months: int) -> pd.DatetimeIndex:
    """The days of a fleet that runs for some months."""
    return pd.date_range(START, START + pd.DateOffset(months=months), inclusive="left")


def plan_studies(
    machine: Machine, days: pd.DatetimeIndex, *, seed: int, rng: np.random.Generator
) -> pd.DataFrame:
    """What a machine will do, one row a study in order of time.

    Columns: date, second (of the day), exam, operator (number of the operator), luck (uniform
    from 0 to 1, for faults that pick some studies), patient_size (in standard deviations),
    PatientID, PatientName, PatientSex, birth, weight_kg, height_m.
    """
    dates = np.repeat(days, rng.poisson(_studies_on(machine, days)))
    n = len(dates)
    seconds = rng.integers(7 * 3600, 17 * 3600, n)
    studies = pd.DataFrame({"date": dates, "second": seconds, "luck": rng.random(n)})
    studies["exam"] = _exams(machine, studies["date"].dt.day_of_week.to_numpy(), rng.random(n))
    studies["operator"] = rng.integers(0, 4, n)
    studies = studies.sort_values(["date", "second"], ignore_index=True)
    # A machine is free again ten minutes after the last start.
    turn = studies.groupby("date").cumcount()
    late = (studies["second"] - 600 * turn).groupby(studies["date"]).cummax()
    studies["second"] = late + 600 * turn
    return pd.concat([studies, _patients(machine, studies, len(days), seed, rng)], axis=1)


def list_acquisitions(studies: pd.DataFrame, machine: Machine) -> pd.DataFrame:
    """One row per acquisition of the studies, with the settings of its protocol.

    Adds study (number of the study), key (of the protocol), series (number in the study) and a
    column for each setting; `second` becomes the start of the acquisition.
    """
    asked = {exam.name: exam.protocols for exam in machine.exams}
    keys = studies["exam"].map(asked)
    # The number is given before a fault may drop studies, so it stays a gap as in a real archive.
    table = studies.assign(study=studies.index, study_second=studies["second"], key=keys).explode("key")
    table = table.reset_index(drop=True)
    table["series"] = table.groupby("study").cumcount() + 1
    table["second"] += 90 + 140 * (table["series"] - 1)
    settings = pd.DataFrame.from_dict({p.key: dict(p.settings) for p in machine.protocols}, orient="index")
    joined = settings.loc[table["key"]].reset_index(drop=True)
    return pd.concat([table, joined], axis=1)


def day_effects(
    days: pd.DatetimeIndex, dates: pd.Series, *, sd: float, rng: np.random.Generator, memory: float = 0.5
) -> np.ndarray:
    """An effect that all acquisitions of a day share and that lingers on (AR(1)), one per row."""
    shocks = rng.normal(0, sd * np.sqrt(1 - memory**2), len(days))
    effect = np.zeros(len(days))
    for i in range(1, len(days)):
        effect[i] = memory * effect[i - 1] + shocks[i]
    return effect[(dates - days[0]).dt.days.to_numpy()]


def _studies_on(machine: Machine, days: pd.DatetimeIndex) -> np.ndarray:
    is_quiet = (days.day_of_week >= 5) | np.isin(days.strftime("%m-%d"), _HOLIDAYS)
    return np.where(is_quiet, _QUIET, 1.0) * machine.studies_a_day


def _exams(machine: Machine, weekdays: np.ndarray, chance: np.ndarray) -> list[str]:
    """Draw an exam for each study; each weekday has its own mix."""
    shares = np.array([[e.share * (3 if e.busy == day else 1) for e in machine.exams] for day in range(7)])
    steps = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    drawn = np.minimum((chance[:, None] > steps[weekdays]).sum(axis=1), len(machine.exams) - 1)
    return [machine.exams[i].name for i in drawn]


def _patients(
    machine: Machine, studies: pd.DataFrame, n_days: int, seed: int, rng: np.random.Generator
) -> pd.DataFrame:
    everyone = people(machine.site, months=-(-n_days // 30), seed=seed)
    if machine.modality == "MG":
        is_called = (everyone["PatientSex"] == "F") & (everyone["birth"] < START - pd.DateOffset(years=40))
        everyone = everyone[is_called]
    seen = everyone.iloc[rng.integers(0, len(everyone), len(studies))].reset_index(drop=True)
    seen["patient_size"] = seen.pop("build") + rng.normal(0, 0.15, len(seen))
    seen["weight_noise"] = rng.normal(0, 4, len(seen))
    return seen

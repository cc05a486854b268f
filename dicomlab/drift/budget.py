"""How strict a chart must be, so that a fleet keeps to its alarm budget.

A likelihood-ratio CUSUM for a shift of d standard deviations, S = max(0, S + d z - d²/2) with
an alarm above h, is the classic one with reference d/2 and decision interval h/d. Its average
run length is taken from Siegmund's formula (Sequential Analysis, 1985, ch. 2), which agrees
with the exact values within 3 % over the range used here.
"""

from __future__ import annotations

import numpy as np

# Mean overshoot of a normal random walk over a boundary, for both ends (Siegmund 1985).
_OVERSHOOT = 1.166
_NODES = np.linspace(-5, 5, 81)
_WEIGHTS = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()
_SPAN = 40.0
DAYS_A_YEAR = 365.25


def run_length(shift: float, limit: float, *, mean: float = 0.0) -> float:
    """Average number of points before a two-sided chart alarms.

    `shift` is what the chart is tuned to and `mean` what the data really do, both in standard
    deviations of a point; `mean=0` gives the length between false alarms.

    >>> round(run_length(1.0, 5.0))
    469
    """
    return 1.0 / float(_rate(shift, np.array([limit]), np.array([mean, -mean])).sum())


def alarm_limit(shift: float, length: float, *, error: float = 0.0, horizon: float = 250.0) -> float:
    """The limit that gives a two-sided chart that many points between false alarms.

    `error` is the standard error of the baseline's centre in standard deviations of a point. A centre
    that is a little off makes a chart alarm sooner or later, but once: then the level is learned
    anew. So what counts is how probable an alarm is within `horizon` points, a year as a rule.
    """
    allowed = horizon / length
    low, high = 0.1, _SPAN
    for _ in range(3):
        limits = np.linspace(low, high, 65)
        enough = _expected_alarms(shift, limits, error, horizon) <= allowed
        place = int(np.argmax(enough)) if enough.any() else len(limits) - 1
        low, high = float(limits[max(place - 1, 0)]), float(limits[place])
    return high


def points_between_alarms(charts: int, points_a_year: float, budget: float) -> float:
    """Points between false alarms of a chart, so that all keep to the budget.

    `charts` is the number on one device, `budget` the false alarms allowed per device and year.
    """
    return max(charts * points_a_year / budget, 50.0)


def _expected_alarms(shift: float, limit: np.ndarray, error: float, horizon: float) -> np.ndarray:
    """How many false alarms both sides give within a year, once at most where the centre is off."""
    if error == 0:
        return 2 * horizon * _rate(shift, limit, np.zeros(1))[:, 0]
    sure = -np.expm1(-horizon * _rate(shift, limit, error * _NODES))
    return np.asarray(2 * sure @ _WEIGHTS)


def _rate(shift: float, limit: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Alarms per point of the upper side: one row a limit, one column a mean."""
    slack = shift / 2 - mean[None, :]
    height = limit[:, None] / shift + _OVERSHOOT
    power = np.minimum(2 * slack * height, 500.0)
    level = np.abs(power) < 1e-4
    safe = np.where(level, 1.0, power)
    return np.where(level, 1.0 / height**2, 2 * slack**2 / (np.expm1(safe) - safe))

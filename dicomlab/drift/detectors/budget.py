"""How strict a chart must be, so that a fleet keeps to its alarm budget.

A likelihood-ratio CUSUM for a shift of d standard deviations, S = max(0, S + d z - d²/2) with
an alarm above h, is the classic one with reference d/2 and decision interval h/d. Its average
run length is taken from Siegmund's formula (Sequential Analysis, 1985, ch. 2), which agrees
with the exact values within 3 % over the range used here.
"""

from __future__ import annotations

import numpy as np
from scipy.special import erf

# Mean overshoot of a normal random walk over a boundary, for both ends (Siegmund 1985).
_OVERSHOOT = 1.166
_NODES = np.linspace(-5, 5, 81)
_WEIGHTS = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()
_SPAN = 40.0
_LIMITS = np.linspace(1.5, 9.0, 601)
_COARSE = 25
"""Of how many limits one is looked at first."""
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


def window_limits(
    windows: np.ndarray, length: float, *, error: float | np.ndarray = 0.0, horizon: float = 250.0
) -> np.ndarray:
    """How many standard errors the mean of a window may be off, for windows of several lengths.

    The means of the last points, over all windows and both sides, give that many points between false
    alarms (Siegmund and Venkatraman, Annals of Statistics 23, 1995, where each window has the same part).
    `error` is the standard error of the baseline in standard deviations of a point: what it
    shares out among windows changes slowly, and is seldom new.

    >>> window_limits(np.array([1, 4, 16]), 20_000.0).round(1).tolist()
    [3.9, 4.0, 4.0]
    """
    allowed = 1 / (windows.size * length)
    own = 1 / (1 + windows * np.broadcast_to(error, windows.shape) ** 2)
    # From some limit on the rate falls, and before it is too high, so that a coarse look finds the stretch.
    coarse = np.arange(0, len(_LIMITS), _COARSE)
    enough = _window_rate(_LIMITS[coarse, None], windows, own, horizon) <= allowed
    before = np.where(enough.any(axis=0), np.maximum(enough.argmax(axis=0) - 1, 0), len(coarse) - 2)
    near = coarse[before] + np.arange(_COARSE + 1)[:, None]
    enough = _window_rate(_LIMITS[near], windows, own, horizon) <= allowed
    place = np.where(enough.any(axis=0), enough.argmax(axis=0), _COARSE)
    return np.asarray(_LIMITS[coarse[before] + place])


def _window_rate(limits: np.ndarray, windows: np.ndarray, own: np.ndarray, horizon: float) -> np.ndarray:
    """False alarms per point of the mean of each window, for each limit."""
    looks = (limits**2 * own / (2 * windows) * _overshoot(limits * np.sqrt(own / windows))) ** 2
    width = windows * np.log(2) / 2
    tail = np.exp(-(limits**2) / 2) / np.sqrt(2 * np.pi) / limits
    return np.asarray(tail * looks * width + 2 * tail * (1 - own) / horizon)


def _overshoot(x: np.ndarray) -> np.ndarray:
    """What the overshoot over a limit takes off the rate of alarms (Siegmund and Yakir 2007, ch. 2.1)."""
    half = x / 2
    below = 0.5 * (1 + erf(half / np.sqrt(2)))
    return np.asarray((below - 0.5) / half / (half * below + np.exp(-(half**2) / 2) / np.sqrt(2 * np.pi)))


def points_between_alarms(charts: float, points_a_year: float, budget: float) -> float:
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

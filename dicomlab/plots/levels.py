"""Drawing a level: dots, their weekly median, and the range that was usual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicomlab.plots.axis import days, one_day, records
from dicomlab.plots.marks import usual_line
from dicomlab.plots.style import MARKS, SOFT, plain
from dicomlab.plots.words import counted, is_absent, is_ramp

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_GAP_DAYS = 28
_MEDIANS = {7: "weekly median", 14: "two-week median", 28: "four-week median"}
_MANY = 1500
_LIMIT = "#7a1f5c"
_LIMITS = {"warn": (0, (1, 1.5)), "action": "-."}


def draw_level(
    ax: Axes,
    signal: pd.Series,
    points: pd.DataFrame,
    changes: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    raw: bool = False,
) -> list[Artist]:
    """Draw the acquisitions of one level, and give the legend's entries.

    `limits` are rows of `Drift.limits` for that signal. `raw` shows values as they are written. Where
    they were adjusted, the usual range is none of theirs and is left out, as are new levels and limits.
    """
    known, is_adjusted = comparable_values(points, raw=raw)
    is_other = raw and comparable_values(points)[1]
    legend = [] if is_other else _draw_range(ax, signal)
    legend += _draw_points(ax, known)
    legend += _draw_median(ax, known)
    if not is_other:
        _draw_new_levels(ax, changes, known)
    values = known["value"].to_numpy(dtype=float)
    edges = [] if is_other else _limit_edges(limits)
    fixed = [] if is_other else _levels(signal, changes)
    _frame(ax, fixed + _in_reach([at for _, at in edges], fixed, values), values)
    legend += _draw_limits(ax, edges)
    unit = "" if is_absent(signal["unit"]) else f" [{plain(signal['unit'], 20)}]"
    note = "\nprotocol and size taken out" if is_adjusted else "\nas written" if is_other else ""
    ax.set_ylabel(f"{plain(signal['parameter'], 30)}{unit}{note}")
    ax.yaxis.grid(visible=True, color="#e8e8e8", linewidth=0.6)
    return legend


def comparable_values(points: pd.DataFrame, *, raw: bool = False) -> tuple[pd.DataFrame, bool]:
    """The points with the values to compare, and whether these were adjusted.

    Values adjusted for protocol and size are taken where there are any, unless `raw`.
    """
    written = points.dropna(subset=["value"])
    if raw or "adjusted" not in points or points["adjusted"].isna().all():
        return written, False
    shown = points.assign(value=points["adjusted"].astype(float)).dropna(subset=["value"])
    written_too = points.loc[shown.index, "value"].astype(float)
    return shown, not np.allclose(shown["value"], written_too, rtol=1e-9, equal_nan=True)


def _draw_range(ax: Axes, signal: pd.Series) -> list[Artist]:
    low, high = float(signal["lower"]), float(signal["upper"])
    if not np.isfinite([low, high]).all():
        return []
    mark = MARKS["usual"]
    ax.axhspan(low, high, color=mark.colour, alpha=0.10, linewidth=0, zorder=0.5)
    lines = [ax.axhline(edge, zorder=2, label=mark.words, **usual_line(mark)) for edge in (low, high)]
    return list(lines[:1])


def _draw_points(ax: Axes, points: pd.DataFrame) -> list[Artist]:
    alarm = points["is_alarm"].fillna(False).astype(bool).to_numpy()
    legend: list[Artist] = []
    for name, chosen in (("point", points[~alarm]), ("alarm", points[alarm])):
        if chosen.empty:
            continue
        mark, many = MARKS[name], len(points) > _MANY
        size = (2.6 if many else 3.4) if name == "point" else (3.2 if many else 3.6)
        (line,) = ax.plot(
            days(chosen["date"]),
            chosen["value"].to_numpy(dtype=float),
            linestyle="",
            marker=mark.marker,
            markersize=size,
            color=mark.colour,
            alpha=(0.35 if many else 0.6) if name == "point" else 0.75,
            markeredgewidth=0,
            label=mark.words,
            zorder=3 if name == "point" else 4,
        )
        legend.append(line)
    return legend


def running_median(points: pd.DataFrame, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Median per `width` days, with a break (NaN) where nothing was done."""
    at, value = days(points["date"]), points["value"].to_numpy(dtype=float)
    bins = np.floor((at - at.min()) / width)
    groups = pd.DataFrame({"at": at, "value": value}).groupby(bins)
    # The median of one or two acquisitions would draw a spike that means nothing.
    middle = groups.median()[groups.size() >= min(3, groups.size().max())]
    x, y = middle["at"].to_numpy(), middle["value"].to_numpy()
    breaks = np.flatnonzero(np.diff(x) > max(_GAP_DAYS, 2 * width)) + 1
    return np.insert(x, breaks, np.nan), np.insert(y, breaks, np.nan)


def median_width(points: pd.DataFrame) -> int:
    """Days to take a median over: enough that one usually holds five acquisitions."""
    span = float(np.ptp(days(points["date"]))) or 1.0
    needed = 5 * span / len(points)
    return next((width for width in _MEDIANS if width >= needed), max(_MEDIANS))


def _draw_median(ax: Axes, points: pd.DataFrame) -> list[Artist]:
    if len(points) < 30:
        return []
    width = median_width(points)
    x, y = running_median(points, width)
    mark, words = MARKS["median"], _MEDIANS[width]
    (line,) = ax.plot(x, y, color=mark.colour, linestyle=mark.line, linewidth=1.2, label=words, zorder=4.5)
    return [line]


def _draw_new_levels(ax: Axes, changes: pd.DataFrame, points: pd.DataFrame) -> None:
    """A thick line along the level after each change, until the next one."""
    rows, at = records(changes), days(points["date"])
    ends = [*days(changes["onset"])[1:], at.max()] if rows else []
    for change, end in zip(rows, ends, strict=True):
        x, y = [one_day(change["onset"]), end], [change["after"], change["after"]]
        if is_ramp(change):
            x, y = [x[0], one_day(change["reached"]), end], [change["before"], *y]
        here = points["value"][(at >= x[-2]) & (at <= end)]
        if not any(is_absent(level) for level in y) and _is_among(float(change["after"]), here):
            style: dict[str, Any] = {"linewidth": 2.6, "alpha": 0.75, "zorder": 3.6}
            ax.plot(x, [float(level) for level in y], color=MARKS["change"].colour, **style)


def _limit_edges(limits: pd.DataFrame) -> list[tuple[str, float]]:
    """Where the user's limits lie: (warn or action, level)."""
    edges = []
    for row in records(limits):
        sides = {"both": (-1, 1), "above": (1,), "below": (-1,)}[str(row["side"])]
        of = float(row["reference"]) / 100 if row["limit_unit"] == "%" else 1.0
        sizes = {name: float(row[name]) for name in _LIMITS if not is_absent(row[name])}
        edges += [(n, float(row["reference"]) + side * s * of) for n, s in sizes.items() for side in sides]
    return [edge for edge in edges if np.isfinite(edge[1])]


def _in_reach(edges: list[float], fixed: list[float], values: NDArray[np.float64]) -> list[float]:
    """The limits that the picture makes room for: far ones would squeeze the points."""
    shown = [*fixed, *values]
    room = max(shown) - min(shown) if shown else 0.0
    return [at for at in edges if min(shown) - room <= at <= max(shown) + room] if room else []


def _draw_limits(ax: Axes, edges: list[tuple[str, float]]) -> list[Artist]:
    low, high = ax.get_ylim()
    lines: dict[str, Artist] = {}
    for name, at in edges:
        if low <= at <= high:
            line = ax.axhline(at, color=_LIMIT, linestyle=_LIMITS[name], linewidth=1.1, zorder=2.2)
            line.set_label("limit given" if name == "action" else "warning limit given")
            lines[name] = line
    return list(lines.values())


def _is_among(level: float, values: pd.Series) -> bool:
    """Whether points lie about a level; the levels of a signal with a trend lie elsewhere."""
    return bool(values.min() <= level <= values.max())


def _levels(signal: pd.Series, changes: pd.DataFrame) -> list[float]:
    """The levels that a chart must show: the usual ones, and those of changes."""
    moved = changes[changes["kind"].isin(["step", "ramp", "level", "unit"])]
    marks = [signal["lower"], signal["upper"], signal["center"], *moved["before"], *moved["after"]]
    return [float(mark) for mark in marks if not is_absent(mark)]


def _frame(ax: Axes, fixed: list[float], values: NDArray[np.float64]) -> None:
    """Frame what matters; say how many points lie outside rather than let them squeeze it."""
    low, high = np.quantile(values, [0.01, 0.99]) if len(values) else (0.0, 1.0)
    low, high = min([low, *fixed]), max([high, *fixed])
    margin = 0.08 * (high - low) or abs(high) * 0.01 or 1.0
    # A few points just outside are worth showing; far ones are worth counting.
    low = max(min(values.min(), low), low - 3 * margin) - margin if len(values) else low
    high = min(max(values.max(), high), high + 3 * margin) + margin if len(values) else high
    ax.set_ylim(low, high)
    outside = int(((values < low) | (values > high)).sum())
    if outside:
        words = f"{counted(outside, 'point')} outside the picture"
        ax.text(0.995, 0.02, words, transform=ax.transAxes, ha="right", fontsize=6.8, color=SOFT, zorder=9)

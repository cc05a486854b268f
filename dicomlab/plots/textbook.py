"""The charts of the textbooks over one signal, with the points that break their rules marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dicomlab.drift import classic
from dicomlab.plots.axis import axes_points, days
from dicomlab.plots.levels import comparable_values
from dicomlab.plots.rows import usual_values
from dicomlab.plots.style import INK, MARKS, SOFT, dress, plain
from dicomlab.plots.words import is_absent

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

SAMPLE = 5
"""Acquisitions in a row that are one sample of the means chart."""
_MOST_NUMBERS = 15
_BROKEN = "#7b3294"


@dataclass(frozen=True)
class Panel:
    """One panel of a chart: its points in order of time, and what they are."""

    table: pd.DataFrame
    """date, statistic, center, lower, upper, is_beyond; one row a point."""
    words: str
    rules: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Which points end a pattern; one column a rule, empty where only limits count."""
    below: np.ndarray | None = None
    """A second course of points, drawn below zero."""


@dataclass(frozen=True)
class Given:
    """What a chart is made of: values with dates, and how many of them are the baseline."""

    date: pd.Series
    value: np.ndarray
    baseline: int
    name: str
    unit: str

    @property
    def label(self) -> str:
        """The parameter with its unit."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name


def classic_panels(chart: str, signal: pd.Series, points: pd.DataFrame, *, raw: bool) -> list[Panel]:
    """The panels of one chart of `CHARTS`; none where there are too few points."""
    make, source = CHARTS[chart]
    if source == "weeks":
        weeks = unusual_by_week(signal, points, raw=raw)
        return make(weeks, plain(signal["parameter"], 30)) if len(weeks) >= 2 else []
    given = _given(signal, points, raw=raw, by_day=source == "days")
    least = 2 * SAMPLE if source == "samples" else 2
    return make(given) if given.baseline >= least else []


def _given(signal: pd.Series, points: pd.DataFrame, *, raw: bool, by_day: bool) -> Given:
    known, _ = comparable_values(points, raw=raw)
    known = known.sort_values("date", kind="stable").reset_index(drop=True)
    if by_day:
        day = known["date"].dt.normalize().rename("day")
        daily = known.groupby(day).agg(value=("value", "mean"), is_baseline=("is_baseline", "any"))
        known = daily.rename_axis("date").reset_index()
    baseline = int(known["is_baseline"].sum()) or -(-len(known) // 3)
    unit = "" if is_absent(signal["unit"]) else plain(signal["unit"], 20)
    value = known["value"].to_numpy(dtype=float)
    return Given(known["date"], value, baseline, plain(signal["parameter"], 30), unit)


def unusual_by_week(signal: pd.Series, points: pd.DataFrame, *, raw: bool) -> pd.DataFrame:
    """One row a week with data: date, n, n_unusual, n_days.

    Unusual is a setting other than the usual ones, or a level outside the usual range.
    """
    if signal["kind"] == "setting":
        known = points
        unusual = ~known["text"].isin(usual_values(signal)) if usual_values(signal) else None
    else:
        known, _ = comparable_values(points, raw=raw)
        edges = np.array([signal["lower"], signal["upper"]], dtype=float)
        is_known = bool(np.isfinite(edges).all())
        unusual = ~known["value"].between(*edges) if is_known else None
    if unusual is None:
        return pd.DataFrame(columns=["date", "n", "n_unusual", "n_days"])
    day = known["date"].dt.normalize()
    table = pd.DataFrame(
        {"day": day, "unusual": unusual, "date": day - pd.to_timedelta(day.dt.day_of_week, "D")}
    )
    weeks = table.groupby("date").agg(
        n=("unusual", "size"), n_unusual=("unusual", "sum"), n_days=("day", "nunique")
    )
    return weeks.reset_index()


def _individuals(given: Given) -> list[Panel]:
    x, n = given.value, given.baseline
    sd = classic.sd_of_moving_ranges(x[:n])
    single = classic.individuals_chart(x, baseline=n)
    rules = _nelson(x, x[:n].mean(), sd)
    return [
        Panel(single.assign(date=given.date), given.label, rules),
        Panel(classic.moving_range_chart(x, baseline=n).assign(date=given.date), "moving range"),
    ]


def _means(given: Given) -> list[Panel]:
    whole = len(given.value) // SAMPLE * SAMPLE
    samples, n = given.value[:whole].reshape(-1, SAMPLE), given.baseline // SAMPLE
    date = given.date.iloc[SAMPLE - 1 : whole : SAMPLE].reset_index(drop=True)
    means = classic.mean_chart(samples, baseline=n, by="sd")
    sd = classic.sd_within(samples[:n], by="sd") / np.sqrt(SAMPLE)
    rules = _nelson(samples.mean(axis=1), float(means["center"].iloc[0]), sd)
    return [
        Panel(means.assign(date=date), f"{given.label}\nmean of {SAMPLE} in a row", rules),
        Panel(classic.sd_chart(samples, baseline=n).assign(date=date), f"SD of {SAMPLE}"),
    ]


def _smoothed(given: Given) -> list[Panel]:
    learned = given.value[: given.baseline]
    sd = classic.sd_of_moving_ranges(learned)
    table = classic.ewma_chart(given.value, center=float(learned.mean()), sd=sd)
    return [Panel(table.assign(date=given.date), f"{given.label}\nweighted mean of days")]


def _sums(given: Given) -> list[Panel]:
    learned = given.value[: given.baseline]
    sd = classic.sd_of_moving_ranges(learned)
    if not sd > 0:
        return []
    sums = classic.cusum_chart(given.value, center=float(learned.mean()), sd=sd)
    table = pd.DataFrame({"date": given.date, "statistic": sums["above"], "center": 0.0})
    table = table.assign(lower=-sums["limit"], upper=sums["limit"], is_beyond=sums["is_beyond"])
    words = f"{given.name}, daily mean\ncumulative sum [SD]"
    return [Panel(table, words, below=-sums["below"].to_numpy())]


def _shares(weeks: pd.DataFrame, name: str) -> list[Panel]:
    table = classic.share_chart(weeks["n_unusual"], weeks["n"])
    numbers = ["statistic", "center", "lower", "upper"]
    table[numbers] *= 100
    return [Panel(table.assign(date=weeks["date"]), f"{name}\n% of the week not usual")]


def _rates(weeks: pd.DataFrame, name: str) -> list[Panel]:
    table = classic.rate_chart(weeks["n_unusual"], weeks["n_days"])
    return [Panel(table.assign(date=weeks["date"]), f"{name}\nnot usual, a day of work")]


CHARTS: dict[str, tuple[Callable[..., list[Panel]], str]] = {
    "i-mr": (_individuals, "acquisitions"),
    "xbar-s": (_means, "samples"),
    "ewma": (_smoothed, "days"),
    "cusum": (_sums, "days"),
    "p": (_shares, "weeks"),
    "u": (_rates, "weeks"),
}
"""What makes the panels of each chart, and what one of its points is made of."""
TITLES = {
    "i-mr": "Chart of single values and moving ranges (I-MR)",
    "xbar-s": "Chart of means and standard deviations (Xbar-S)",
    "ewma": "Chart of exponentially weighted means (EWMA, weight 0.2)",
    "cusum": "Chart of cumulative sums (CUSUM, for a shift of 1 SD)",
    "p": "Chart of shares (p): values that were not usual, by acquisitions of the week",
    "u": "Chart of rates (u): values that were not usual, by days of work in the week",
}


def _nelson(values: np.ndarray, center: float, sd: float) -> pd.DataFrame:
    """Nelson's rules but the first, which the limits show."""
    return classic.nelson_rules(values, center=center, sd=sd).drop(columns=1) if sd > 0 else pd.DataFrame()


def draw_panel(ax: Axes, panel: Panel) -> list[Artist]:
    """Draw one panel, and give the legend's entries."""
    dress(ax)
    table, at = panel.table, days(panel.table["date"])
    legend = [*_draw_course(ax, at, table["statistic"].to_numpy(float))]
    if panel.below is not None:
        _draw_course(ax, at, panel.below)
    legend += _draw_limits(ax, at, table)
    legend += _draw_beyond(ax, at, panel)
    legend += _draw_patterns(ax, at, panel)
    ax.set_ylabel(panel.words)
    ax.yaxis.grid(visible=True, color="#e8e8e8", linewidth=0.6)
    _frame(ax, panel)
    return legend


def _draw_course(ax: Axes, at: np.ndarray, value: np.ndarray) -> Sequence[Artist]:
    few = len(at) <= 400
    style: dict[str, Any] = {"color": MARKS["point"].colour, "linewidth": 0.7 if few else 0.0, "zorder": 3}
    marks: dict[str, Any] = {"marker": "o", "markersize": 3.0 if few else 2.4, "markeredgewidth": 0}
    return ax.plot(at, value, alpha=0.8 if few else 0.5, label="point", **style, **marks)


def _draw_limits(ax: Axes, at: np.ndarray, table: pd.DataFrame) -> list[Artist]:
    mark = MARKS["usual"]
    style: dict[str, Any] = {"color": mark.colour, "linewidth": 0.9, "zorder": 2, "drawstyle": "steps-mid"}
    center = ax.plot(at, table["center"], label="centre", linestyle="-", **style)
    lines = [
        ax.plot(at, table[edge], label="limits", linestyle="--", **style)[0] for edge in ("lower", "upper")
    ]
    return [*center, lines[0]]


def _draw_beyond(ax: Axes, at: np.ndarray, panel: Panel) -> Sequence[Artist]:
    beyond = panel.table["is_beyond"].to_numpy(bool)
    if not beyond.any():
        return []
    value = panel.table["statistic"].to_numpy(float)
    if panel.below is not None:
        value = np.where(-panel.below > value, panel.below, value)
    mark = MARKS["alarm"]
    words = f"beyond the limits ({beyond.sum():,})"
    size = 4.0 if beyond.sum() <= 200 else 2.8
    marks: dict[str, Any] = {"linestyle": "", "marker": mark.marker, "markersize": size, "markeredgewidth": 0}
    return ax.plot(at[beyond], value[beyond], color=mark.colour, label=words, zorder=5, **marks)


def _draw_patterns(ax: Axes, at: np.ndarray, panel: Panel) -> Sequence[Artist]:
    """Ring the points that end a pattern; name the rule at the first of each run."""
    if panel.rules.empty:
        return []
    broken = panel.rules.to_numpy(bool)
    ends = np.asarray(broken.any(axis=1))
    if not ends.any():
        return []
    value = panel.table["statistic"].to_numpy(float)
    begins = ends & ~np.concatenate([[False], ends[:-1]])
    style: dict[str, Any] = {"color": _BROKEN, "zorder": 4.5}
    if begins.sum() <= _MOST_NUMBERS:
        for place in np.flatnonzero(begins):
            rules = "+".join(str(name) for name in panel.rules.columns[broken[place]])
            where: dict[str, Any] = {
                "xytext": (0, 4),
                "textcoords": "offset points",
                "ha": "center",
                "va": "bottom",
            }
            ax.annotate(rules, (at[place], value[place]), fontsize=6.5, **where, **style)
    counts = [f"{name}: {n:,}" for name, n in zip(panel.rules.columns, broken.sum(axis=0), strict=True) if n]
    words = f"rule of Nelson ({', '.join(counts)})"
    marks: dict[str, Any] = {"linestyle": "", "marker": "s", "markerfacecolor": "none", "markersize": 4.2}
    return ax.plot(at[ends], value[ends], markeredgewidth=0.7, label=words, **marks, **style)


def _frame(ax: Axes, panel: Panel) -> None:
    """Frame the limits and nearly all points; say how many lie outside."""
    shown = [panel.table["statistic"]] + ([] if panel.below is None else [pd.Series(panel.below)])
    values = pd.concat(shown).dropna().to_numpy(float)
    edges = panel.table[["lower", "upper"]].to_numpy(float)
    low = min(float(np.quantile(values, 0.002)), float(np.nanmin(edges)))
    high = max(float(np.quantile(values, 0.998)), float(np.nanmax(edges)))
    margin = 0.08 * (high - low) or abs(high) * 0.01 or 1.0
    ax.set_ylim(low - margin, high + margin)
    outside = int(((values < low - margin) | (values > high + margin)).sum())
    if outside and axes_points(ax)[1] > 90:
        words = f"{outside:,} outside the picture"
        ax.text(0.995, 0.02, words, transform=ax.transAxes, ha="right", fontsize=6.8, color=SOFT, zorder=9)


def split(ax: Axes) -> Axes:
    """Make room below axes for a second panel with the same dates, and give that one."""
    figure, spec = ax.figure, ax.get_subplotspec()
    if spec is None:
        box = ax.get_position()
        ax.set_position((box.x0, box.y0 + 0.36 * box.height, box.width, 0.64 * box.height))
        below = figure.add_axes((box.x0, box.y0, box.width, 0.28 * box.height), sharex=ax)
    else:
        grid = spec.subgridspec(2, 1, height_ratios=(2, 1))
        ax.set_subplotspec(grid[0])
        below = figure.add_subplot(grid[1], sharex=ax)
    ax.tick_params(labelbottom=False)
    ax.xaxis.get_offset_text().set_visible(False)
    below.tick_params(colors=INK)
    return below

"""A device day by day: how much it did, or how far one parameter was off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicomlab.arguments import checked_arguments
from dicomlab.errors import WrongArgument
from dicomlab.plots.axis import axes_points, settle
from dicomlab.plots.charts import of_signal, pick_signal, signal_title
from dicomlab.plots.levels import comparable_values
from dicomlab.plots.rows import usual_values
from dicomlab.plots.style import INK, MARKS, SOFT, dress, new_axes, paper, plain, say
from dicomlab.plots.words import counted

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

    from dicomlab.drift.base import Drift

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = {0: "Mon", 2: "Wed", 4: "Fri", 6: "Sun"}
_BAND = 8.6
"""Rows from one year to the next: seven days and the months' names."""
_FAR = 3.0
"""Standard deviations at which the colours end."""
MOST_YEARS = 30
"""Years that a calendar shows: those up to the last day before a date that lies far off."""
USUALLY = 0.9
"""Share of a weekday's dates with data from which one without is marked."""


@dataclass(frozen=True)
class Days:
    """One number a day, and how it is shown."""

    value: pd.Series
    words: str
    is_signed: bool = False
    most: float | None = None


@checked_arguments
def calendar(
    drift: Drift,
    *,
    device: str,
    parameter: str | None = None,
    stratum: str | None = None,
    modality: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Show a device day by day, a column a week and a band a year.

    The shade of a day is the number of acquisitions that were judged. With `parameter` it is how
    far the mean of the day lies from what was usual, in standard deviations of one acquisition;
    for a setting, the per cent of values that were not usual. A cross marks a day without data on a
    weekday that usually has some, a diamond an alarm, a triangle the first day of a change.
    `stratum` and `modality` are chosen as in `control_chart`.

    Raises WrongArgument for a device, parameter or stratum that was not analysed.

    >>> from matplotlib.figure import Figure
    >>> days = calendar(drift, device="CT-01", ax=Figure().subplots())
    >>> "CT-01" in days.get_title(loc="left")
    True
    """
    with paper():
        if drift.signals.empty:
            return say(ax or new_axes(1.5), "Nothing was analysed, so there is nothing to show.")
        if parameter is None:
            known = sorted(set(drift.signals["device"].astype(str)))
            if device not in known:
                raise WrongArgument("device", device, known[:12])
            title, shown = f"{plain(device, 40)}  \u00b7  day by day", _volume(drift, device)
            alarms, changes = (t[t["device"] == device] for t in (drift.alarms, drift.changes))
        else:
            signal = pick_signal(drift, device, parameter, stratum, modality=modality)
            title = signal_title(drift, signal)
            shown = _level(of_signal(drift.points, signal), signal)
            alarms, changes = of_signal(drift.alarms, signal), of_signal(drift.changes, signal)
        ax = ax if ax is not None else new_axes(calendar_height(shown.value))
        shown = replace(shown, value=shown_days(shown.value))
        if shown.value.empty:
            return say(ax, f"{plain(device, 40)}: no day with a value that could be compared.")
        _draw(ax, shown, alarms, changes)
        ax.set_title(title, loc="left", pad=8)
    return ax


def calendar_height(value: pd.Series) -> float:
    """Inches that the days need."""
    n_years = 1 if value.empty else min(value.index[-1].year - value.index[0].year + 1, MOST_YEARS)
    return 1.05 + 1.02 * n_years


def shown_days(value: pd.Series) -> pd.Series:
    """The days of the MOST_YEARS years in a row that have the most days with data.

    A mistyped year, such as 9999, would make a calendar of thousands of bands.
    """
    if value.empty or value.index[-1].year - value.index[0].year < MOST_YEARS:
        return value
    years = pd.DatetimeIndex(value.index).year.to_numpy()
    held = np.searchsorted(years, years + MOST_YEARS) - np.arange(len(years))
    first = years[int(held.argmax())]
    return value[(years >= first) & (years < first + MOST_YEARS)]


def _volume(drift: Drift, device: str) -> Days:
    points = drift.points[drift.points["device"] == device].dropna(subset=["date"])
    once = points.drop_duplicates("series")
    value = once.groupby(once["date"].dt.normalize()).size().astype(float)
    return Days(value, "acquisitions a day")


def _level(points: pd.DataFrame, signal: pd.Series) -> Days:
    if signal["kind"] == "setting":
        known = points.dropna(subset=["date"])
        is_other = ~known["text"].isin(usual_values(signal))
        share = 100 * is_other.astype(float).groupby(known["date"].dt.normalize()).mean()
        return Days(share if len(usual_values(signal)) else share.iloc[:0], "% of values not usual", most=100)
    known, _ = comparable_values(points.dropna(subset=["date"]))
    z = in_sd(known["value"], signal)
    mean = z.groupby(known["date"].dt.normalize()).mean().dropna()
    return Days(mean, "mean of the day, in SD", is_signed=True)


def in_sd(value: pd.Series, signal: pd.Series) -> pd.Series:
    """How far values lie from the centre of their signal, in standard deviations.

    The usual range reaches three of them to either side; where its edges lie in proportion to the
    centre, the logarithm was judged.
    """
    center, lower, upper = (float(signal[name]) for name in ("center", "lower", "upper"))
    if lower > 0 and np.isclose(lower * upper, center**2, rtol=1e-9):
        written = value.astype(float)
        off, reach = np.log(written.where(written > 0)) - np.log(center), np.log(upper / center)
    else:
        off, reach = value.astype(float) - center, upper - center
    return _FAR * off / reach if reach > 0 else off * np.nan


def _place(dates: Any, first_year: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Column and row of dates: weeks begin on Monday, years below each other."""
    index = pd.DatetimeIndex(dates)
    january = pd.to_datetime(index.year.astype(str) + "-01-01").day_of_week.to_numpy()
    column = (index.day_of_year.to_numpy() - 1 + january) // 7
    return column, index.day_of_week.to_numpy() + _BAND * (index.year.to_numpy() - first_year)


def _draw(ax: Axes, shown: Days, alarms: pd.DataFrame, changes: pd.DataFrame) -> None:
    first, last = shown.value.index[0], shown.value.index[-1]
    whole = pd.date_range(first, last, freq="D")
    dress(ax)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0)
    ax.set_xlim(-0.1, 54)
    years = range(first.year, last.year + 1)
    ax.set_ylim(_BAND * (len(years) - 1) + 6.7, -1.9)
    ax.set_xticks([])
    _name_rows(ax, years)
    _name_months(ax, whole)
    settle(ax)
    missing = quiet_days(shown.value, whole)
    _draw_days(ax, shown, first.year)
    legend = [*_draw_missing(ax, missing, first.year)]
    span = (first, last)
    legend += _draw_marks(ax, alarms["date"], "alarm", span) if len(alarms) else []
    legend += _draw_marks(ax, changes["onset"], "change", span) if len(changes) else []
    _draw_legend(ax, legend)


def quiet_days(value: pd.Series, whole: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Days without data on weekdays that usually have some."""
    has = pd.Series(whole.isin(value.index), index=whole)
    usual = has.groupby(whole.day_of_week).transform("mean") >= USUALLY
    return whole[(usual & ~has).to_numpy()]


def _name_rows(ax: Axes, years: range) -> None:
    rows = {_BAND * n - 1.15: str(year) for n, year in enumerate(years)}
    rows |= {_BAND * n + day: name for n in range(len(years)) for day, name in _WEEKDAYS.items()}
    ax.set_yticks(list(rows), list(rows.values()))
    for label in ax.get_yticklabels()[: len(years)]:
        label.set(fontweight="bold", fontsize=8.0)


def _name_months(ax: Axes, whole: pd.DatetimeIndex) -> None:
    starts = pd.DatetimeIndex([whole[0], *(day for day in whole[1:] if day.day == 1)])
    columns, rows = _place(starts, whole[0].year)
    last = (0, -np.inf)
    for day, column, row in zip(starts, columns, rows, strict=True):
        # The month that a record begins in may have a few days only.
        if day.year > last[0] or column >= last[1] + 2:
            last = day.year, column
            top, words = row - day.weekday() - 0.75, _MONTHS[day.month - 1]
            ax.text(column + 0.06, top, words, va="bottom", fontsize=7.2, color=SOFT)


def _draw_days(ax: Axes, shown: Days, first_year: int) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import PatchCollection
    from matplotlib.colors import Normalize
    from matplotlib.patches import Rectangle

    value = shown.value
    most = shown.most or float(np.ceil(value.quantile(0.98))) or 1.0
    norm = Normalize(-_FAR, _FAR) if shown.is_signed else Normalize(0, most)
    shades = ScalarMappable(norm, _colours(shown))
    columns, rows = _place(value.index, first_year)
    cells = [Rectangle((c + 0.06, r - 0.44), 0.88, 0.88) for c, r in zip(columns, rows, strict=True)]
    edges: dict[str, Any] = {"edgecolor": "#c4c4c4", "linewidth": 0.4, "zorder": 2}
    ax.add_collection(PatchCollection(cells, facecolor=shades.to_rgba(value.to_numpy()), **edges))
    far = value.abs().to_numpy() >= _FAR if shown.is_signed else np.zeros(len(value), bool)
    for column, row, number in zip(columns[far], rows[far], value[far], strict=True):
        style: dict[str, Any] = {"ha": "center", "va": "center", "color": "white", "fontweight": "bold"}
        ax.text(column + 0.5, row, "+" if number > 0 else "\u2212", fontsize=7, zorder=3, **style)
    _draw_scale(ax, shades, shown, most)


def _colours(shown: Days) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    ends = ["#00507d", "#7fb2d3", "#f7f7f7", "#e8a06c", "#8a3300"] if shown.is_signed else _RISING
    return LinearSegmentedColormap.from_list("dicomlab", ends)


_RISING = ["#f3f7fa", "#9cc3de", "#3d84b4", "#06395c"]


def _draw_scale(ax: Axes, shades: Any, shown: Days, most: float) -> None:
    width, height = axes_points(ax)
    inset = ax.inset_axes((30 / width, -16 / height, 110 / width, 7 / height))
    bar = ax.figure.get_figure(root=True).colorbar(shades, cax=inset, orientation="horizontal")
    bar.outline.set(linewidth=0.5, edgecolor="#9a9a9a")  # type: ignore[operator]
    bar.set_ticks([-_FAR, 0, _FAR] if shown.is_signed else [0, most])
    if shown.is_signed:
        inset.set_xticklabels(["\u22123 or less", "usual", "+3 or more"])
    inset.tick_params(labelsize=7.0, length=2, width=0.5, colors=INK)
    inset.annotate(
        shown.words,
        (1.0, 0.5),
        xycoords="axes fraction",
        xytext=(12, 0),
        textcoords="offset points",
        fontsize=7.0,
        va="center",
    )


def _draw_missing(ax: Axes, days: pd.DatetimeIndex, first_year: int) -> Sequence[Artist]:
    if days.empty:
        return []
    columns, rows = _place(days, first_year)
    words = f"no data on a usual day ({len(days):,})"
    return ax.plot(
        columns + 0.5,
        rows,
        linestyle="",
        marker="x",
        markersize=3.6,
        color=SOFT,
        markeredgewidth=0.8,
        label=words,
    )


def _draw_marks(
    ax: Axes, dates: pd.Series, name: str, span: tuple[pd.Timestamp, pd.Timestamp]
) -> Sequence[Artist]:
    days = pd.DatetimeIndex(pd.to_datetime(dates).dropna().dt.normalize().unique())
    days = days[(days >= span[0]) & (days <= span[1])]
    if days.empty:
        return []
    columns, rows = _place(days, span[0].year)
    is_change = name == "change"
    up, size = (0.75, 6.5) if is_change else (0.0, 5.0)
    words = "change" if is_change else counted(len(days), "day with an alarm", "days with an alarm")
    style: dict[str, Any] = {"color": MARKS[name].colour, "markeredgecolor": "white", "markeredgewidth": 0.6}
    marks: dict[str, Any] = {
        "linestyle": "",
        "marker": MARKS[name].marker,
        "markersize": size,
        "label": words,
        "zorder": 6,
    }
    return ax.plot(columns + 0.5, rows - up, **marks, **style)


def _draw_legend(ax: Axes, handles: list[Artist]) -> None:
    if handles:
        width, height = axes_points(ax)
        ax.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(24 / width, -30 / height),
            borderaxespad=0.0,
            frameon=False,
            ncols=3,
            handletextpad=0.3,
            columnspacing=1.2,
        )

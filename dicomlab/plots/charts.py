"""The control chart of one signal: what was usual, what came after, and since when."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.errors import WrongArgument
from dicomlab.plots import levels, marks, rows, textbook
from dicomlab.plots.axis import date_axis, days, settle
from dicomlab.plots.style import alone, dress, new_axes, paper, plain, say
from dicomlab.plots.words import comparable, part_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from dicomlab.drift.base import Drift

Chart = Literal["levels", "i-mr", "xbar-s", "ewma", "cusum", "p", "u"]
HEIGHT = 2.9
"""Inches."""
HIGH = 3.9
"""Inches of a chart of two panels."""


@checked_arguments
def control_chart(
    drift: Drift,
    *,
    device: str,
    parameter: str,
    stratum: str | None = None,
    modality: str | None = None,
    signal_id: str | None = None,
    chart: Chart = "levels",
    raw: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Show one parameter of one device over time, with its changes and events.

    Dots are acquisitions, the shaded span is the baseline, dashed lines bound the usual range;
    a vertical line stands at the first acquisition of a new level. A setting has one row per
    value instead. Limits that were given to `find_drift` are drawn where they are within reach.
    `stratum`, `modality` (for a machine of several, such as PET/CT) and `signal_id` say which signal is
    meant; of several, the one with the most severe change is shown, else that with the most
    acquisitions. Values are those that were judged, with protocol and size taken out; `raw` shows
    them as they are written.

    `chart` is "levels" or a chart of the textbooks, with the points that break its rules marked:
    "i-mr" (single values and moving ranges) and "xbar-s" (means and standard deviations of five
    acquisitions in a row) with the rules of Nelson, "ewma" and "cusum" (means of days), "p" and "u"
    (values a week that were not usual, by acquisitions and by days of work). `find_drift` uses none
    of these. Those of two panels give the upper one.

    Raises WrongArgument for a device, parameter or stratum that was not analysed, for a chart that
    does not exist, and for a setting where the chart needs numbers.

    >>> from matplotlib.figure import Figure
    >>> chart = control_chart(drift, device="CT-01", parameter="CTDIvol", ax=Figure().subplots())
    >>> "mGy" in chart.get_ylabel()
    True
    """
    if chart not in ("levels", *textbook.CHARTS):
        raise WrongArgument("chart", chart, ["levels", *textbook.CHARTS])
    with paper():
        ax = ax if ax is not None else new_axes(HIGH if chart in ("i-mr", "xbar-s") else HEIGHT)
        if drift.signals.empty:
            return say(ax, "Nothing was analysed, so there is nothing to show.")
        signal = pick_signal(drift, device, parameter, stratum, modality=modality, signal_id=signal_id)
        points = of_signal(drift.points, signal).dropna(subset=["date"]).sort_values("date")
        if points.empty:
            return say(ax, f"{device} has no dated acquisition with {parameter}.")
        if chart == "levels":
            _draw(ax, drift, signal, points, raw=raw)
        else:
            _draw_classic(ax, drift, signal, points, chart=chart, raw=raw)
    return ax


def pick_signal(
    drift: Drift,
    device: str,
    parameter: str,
    stratum: str | None = None,
    *,
    modality: str | None = None,
    signal_id: str | None = None,
) -> pd.Series:
    """The row of `signals` that a chart of these would show: of several, the one that changed most."""
    found = _narrow(drift.signals, "device", device)
    found = _narrow(found, "parameter", parameter)
    for name, wanted in (("stratum", stratum), ("modality", modality), ("signal_id", signal_id)):
        if wanted is not None:
            found = _narrow(found, name, wanted)
    worst: pd.Series = drift.changes.groupby("signal_id")["severity"].max()
    rank = pd.DataFrame(
        {
            "severity": found["signal_id"].map(worst).fillna(0).astype(float),
            "is_monitored": found["is_monitored"].astype(bool),
            "n": found["n"].fillna(0),
        },
        index=found.index,
    )
    return found.loc[rank.sort_values(["severity", "is_monitored", "n"], kind="stable").index[-1]]


def _narrow(signals: pd.DataFrame, column: str, wanted: str) -> pd.DataFrame:
    found = signals[signals[column] == wanted]
    if found.empty:
        raise WrongArgument(column, wanted, sorted(set(signals[column].astype(str)))[:12])
    return found


def of_signal(table: pd.DataFrame, signal: pd.Series) -> pd.DataFrame:
    """The rows of a table that belong to one signal."""
    return table[table["signal_id"] == signal["signal_id"]]


def _draw(ax: Axes, drift: Drift, signal: pd.Series, points: pd.DataFrame, *, raw: bool) -> None:
    changes = of_signal(drift.changes, signal).sort_values("onset")
    dates = days(points["date"])
    dress(ax)
    date_axis(ax, (dates.min(), dates.max()))
    legend = marks.draw_baseline(ax, signal)
    if signal["kind"] == "setting":
        legend += rows.draw_setting(ax, signal, points, changes)
    else:
        limits = of_signal(drift.limits, signal)
        legend += levels.draw_level(ax, signal, points, changes, limits, raw=raw)
    settle(ax)
    marks.draw_changes(ax, changes)
    _crown(ax, drift, signal, changes, legend)
    if not bool(signal["is_monitored"]):
        _note(ax, f"not monitored: {signal['reason']}")


def _draw_classic(
    ax: Axes, drift: Drift, signal: pd.Series, points: pd.DataFrame, *, chart: str, raw: bool
) -> None:
    if signal["kind"] == "setting" and chart not in ("p", "u"):
        raise WrongArgument("chart", chart, ["p", "u"])
    panels = textbook.classic_panels(chart, signal, points, raw=raw)
    if not panels:
        say(ax, f"Too few values of {signal['parameter']} for this chart, or nothing to compare them with.")
        return
    changes = of_signal(drift.changes, signal).sort_values("onset")
    below = textbook.split(ax) if len(panels) > 1 else None
    dates = days(panels[0].table["date"])
    date_axis(ax, (dates.min(), dates.max()))
    # The span of unwatched signals is what textbook charts learn from when nothing else is told.
    legend = marks.draw_baseline(ax, signal) if chart not in ("p", "u") else []
    legend += alone(ax, "the panel", partial(textbook.draw_panel, ax, panels[0]), [])
    if below is not None:
        marks.draw_baseline(below, signal)
        nothing: list[Artist] = []
        alone(below, "the lower panel", partial(textbook.draw_panel, below, panels[1]), nothing)
        ax.tick_params(labelbottom=False)
    settle(ax)
    marks.draw_changes(ax, changes)
    has_adjusted = signal["kind"] != "setting" and levels.comparable_values(points)[1]
    source = " of values as written" if raw and has_adjusted else ""
    words = f"{textbook.TITLES[chart]}{source}"
    _crown(ax, drift, signal, changes, legend, legend_on=below, words=words)


def _crown(
    ax: Axes,
    drift: Drift,
    signal: pd.Series,
    changes: pd.DataFrame,
    legend: list[Artist],
    *,
    legend_on: Axes | None = None,
    words: str = "",
) -> None:
    """Put events and title above the axes, and the legend below them."""
    events = drift.events[drift.events["device"] == signal["device"]]
    n_tiers, event_legend = marks.draw_events(ax, events, changes)
    marks.draw_legend(legend_on if legend_on is not None else ax, legend + event_legend, words)
    ax.set_title(signal_title(drift, signal), loc="left", pad=8 + 10 * n_tiers)


def signal_title(drift: Drift, signal: pd.Series) -> str:
    """Machine, modality (of a machine of several), parameter and stratum."""
    names = [
        plain(signal["device"], 30),
        plain(part_of(drift, signal), 16),
        plain(signal["parameter"], 40),
        plain(comparable(signal["stratum"]), 48),
    ]
    return "  \u00b7  ".join(name for name in names if name)


def _note(ax: Axes, sentence: str) -> None:
    box = {"facecolor": "white", "edgecolor": "#5c5c5c", "linewidth": 0.6, "pad": 2.5}
    ax.text(0.01, 0.04, plain(sentence, 110), transform=ax.transAxes, fontsize=7.5, bbox=box, zorder=9)

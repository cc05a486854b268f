"""The control chart of one signal: what was usual, what came after, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dicomlab.errors import WrongArgument
from dicomlab.plots import levels, marks, rows
from dicomlab.plots.axis import date_axis, days, settle
from dicomlab.plots.style import dress, new_axes, paper, plain, say
from dicomlab.plots.words import comparable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dicomlab.drift.base import Drift

HEIGHT = 2.9
"""Inches."""


def control_chart(
    drift: Drift, *, device: str, parameter: str, stratum: str | None = None, ax: Axes | None = None
) -> Axes:
    """Show one parameter of one device over time, with its changes and events.

    Dots are acquisitions, the shaded span is the baseline, dashed lines bound the usual range;
    a vertical line stands at the first acquisition of a new level. A setting has one row per
    value instead. Without `stratum`, the one with the most severe change is shown, else the one
    with the most acquisitions.

    Raises WrongArgument for a device, parameter or stratum that was not analysed.

    >>> from matplotlib.figure import Figure
    >>> chart = control_chart(drift, device="CT-01", parameter="CTDIvol", ax=Figure().subplots())
    >>> "mGy" in chart.get_ylabel()
    True
    """
    with paper():
        ax = ax if ax is not None else new_axes(HEIGHT)
        if drift.signals.empty:
            return say(ax, "Nothing was analysed, so there is nothing to show.")
        signal = pick_signal(drift, device, parameter, stratum)
        points = _of_signal(drift.points, signal).dropna(subset=["date"]).sort_values("date")
        if points.empty:
            return say(ax, f"{device} has no dated acquisition with {parameter}.")
        _draw(ax, drift, signal, points)
    return ax


def pick_signal(drift: Drift, device: str, parameter: str, stratum: str | None = None) -> pd.Series:
    """The row of `signals` that a chart of these would show."""
    found = _narrow(drift.signals, "device", device)
    found = _narrow(found, "parameter", parameter)
    if stratum is not None:
        return _narrow(found, "stratum", stratum).iloc[0]
    changes = drift.changes[(drift.changes["device"] == device) & (drift.changes["parameter"] == parameter)]
    worst = changes.groupby("stratum")["severity"].max() if len(changes) else pd.Series(dtype=float)
    rank = pd.DataFrame(
        {
            "severity": found["stratum"].map(worst).fillna(0).astype(float),
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


def _of_signal(table: pd.DataFrame, signal: pd.Series) -> pd.DataFrame:
    found = table
    for key in ("parameter", "device", "stratum"):
        found = found[found[key] == signal[key]]
    return found


def _draw(ax: Axes, drift: Drift, signal: pd.Series, points: pd.DataFrame) -> None:
    changes = _of_signal(drift.changes, signal).sort_values("onset")
    events = drift.events[drift.events["device"] == signal["device"]]
    dates = days(points["date"])
    dress(ax)
    date_axis(ax, (dates.min(), dates.max()))
    legend = marks.draw_baseline(ax, signal)
    draw = rows.draw_setting if signal["kind"] == "setting" else levels.draw_level
    legend += draw(ax, signal, points, changes)
    settle(ax)
    marks.draw_changes(ax, changes)
    n_tiers, event_legend = marks.draw_events(ax, events, changes)
    marks.draw_legend(ax, legend + event_legend)
    ax.set_title(_title(signal), loc="left", pad=8 + 10 * n_tiers)
    if not bool(signal["is_monitored"]):
        _note(ax, f"not monitored: {signal['reason']}")


def _title(signal: pd.Series) -> str:
    stratum = f"  \u00b7  {plain(comparable(signal['stratum']), 48)}"
    return f"{plain(signal['device'], 30)}  \u00b7  {plain(signal['parameter'], 40)}{stratum}"


def _note(ax: Axes, sentence: str) -> None:
    box = {"facecolor": "white", "edgecolor": "#5c5c5c", "linewidth": 0.6, "pad": 2.5}
    ax.text(0.01, 0.04, plain(sentence, 110), transform=ax.transAxes, fontsize=7.5, bbox=box, zorder=9)

"""Drawing a setting: one row per value, a tick per acquisition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dicomlab.plots.axis import days, one_day
from dicomlab.plots.marks import usual_line
from dicomlab.plots.style import MARKS, SOFT, Mark, plain
from dicomlab.plots.words import is_absent

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_MOST_ROWS = 8
OTHERS = "other values"
EMPTY = "(empty)"


def draw_setting(ax: Axes, signal: pd.Series, points: pd.DataFrame, changes: pd.DataFrame) -> list[Artist]:
    """Draw the acquisitions of one setting, and give the legend's entries."""
    values, row = setting_rows(points, signal)
    legend = _draw_usual(ax, [i for i, v in enumerate(values) if v in usual_values(signal)])
    legend += _draw_ticks(ax, days(points["date"]), row.to_numpy(dtype=float), points)
    labels = [plain(v, 24) for v in values]
    ax.set_yticks(range(len(values)), labels)
    ax.set_ylim(-0.7, len(values) - 0.3)
    unit = "" if is_absent(signal["unit"]) else f" [{plain(signal['unit'], 20)}]"
    ax.set_ylabel(f"{plain(signal['parameter'], 30)}{unit}")
    _write_shares(ax, points.assign(row=row), len(values), changes)
    return legend


def setting_rows(points: pd.DataFrame, signal: pd.Series) -> tuple[list[str], pd.Series]:
    """The values that have a row, from the bottom up, and the row of each point."""
    texts = _texts(points)
    values = row_order(texts, usual_values(signal))
    return values, texts.where(texts.isin(values), OTHERS).map({v: i for i, v in enumerate(values)})


def _texts(points: pd.DataFrame) -> pd.Series:
    return points["text"].map(lambda t: EMPTY if is_absent(t) else str(t)).astype(object)


def usual_values(signal: pd.Series) -> tuple[str, ...]:
    """The values that may be the usual ones.

    `usual` holds one text, or several with commas. A value can hold a comma itself, so the
    whole text is one of them too.
    """
    usual = signal["usual"]
    if isinstance(usual, str):
        return tuple(dict.fromkeys([usual, *usual.split(", ")]))
    return () if np.ndim(usual) == 0 else tuple(str(u) for u in usual)


def row_order(texts: pd.Series, usual: tuple[str, ...]) -> list[str]:
    """The rows from the bottom up: numbers by size, words by the date they came up."""
    counts = texts.value_counts()
    common = set(counts.index[:_MOST_ROWS])
    kept = [t for t in dict.fromkeys([*(u for u in usual if u in counts.index), *texts]) if t in common]
    if pd.to_numeric(pd.Series(kept), errors="coerce").notna().all():
        kept.sort(key=float)
    return [*kept, OTHERS] if len(counts) > len(kept) else kept


def _draw_usual(ax: Axes, rows: list[int]) -> list[Artist]:
    mark = Mark(MARKS["usual"].colour, line=MARKS["usual"].line, words="usual value")
    legend: list[Artist] = []
    for row in rows:
        ax.axhspan(row - 0.38, row + 0.38, color=mark.colour, alpha=0.10, linewidth=0, zorder=0.5)
        edges = [ax.axhline(row + d, label=mark.words, zorder=2, **usual_line(mark)) for d in (-0.38, 0.38)]
        legend = list(edges[:1])
    return legend


def _draw_ticks(ax: Axes, at: np.ndarray, row: np.ndarray, points: pd.DataFrame) -> list[Artist]:
    alarm = points["is_alarm"].fillna(False).astype(bool).to_numpy()
    legend: list[Artist] = []
    # Ticks of one row overlap to a band: its density is the work load, its end the last use.
    many = len(points) > 400
    for name, chosen, size in (("point", ~alarm, 9), ("alarm", alarm, 11)):
        if not chosen.any():
            continue
        (line,) = ax.plot(
            at[chosen],
            row[chosen],
            linestyle="",
            marker="|",
            markersize=size,
            markeredgewidth=(0.6 if many else 1.0) * (1.3 if name == "alarm" else 1.0),
            color="#4d4d4d" if name == "point" else MARKS["alarm"].colour,
            alpha=0.7,
            label=MARKS[name].words,
            zorder=3 if name == "point" else 4,
        )
        legend += [line] if name == "point" else []
    if alarm.any():
        (dot,) = ax.plot(
            at[alarm][:1], row[alarm][:1], linestyle="", marker=MARKS["alarm"].marker, markersize=4.5
        )
        dot.set(color=MARKS["alarm"].colour, label=MARKS["alarm"].words, zorder=6)
        legend.append(dot)
    return legend


def _write_shares(ax: Axes, points: pd.DataFrame, n_rows: int, changes: pd.DataFrame) -> None:
    """Beside each row: its share of the acquisitions, before and after the last change."""
    after = days(points["date"]) >= (one_day(changes["onset"].iloc[-1]) if len(changes) else -np.inf)
    for row in range(n_rows):
        here = (points["row"] == row).to_numpy()
        words = _share(here[after])
        if len(changes) and (~after).any():
            words = f"{_share(here[~after])} \u2192 {words}"
        ax.text(1.008, row, words, transform=ax.get_yaxis_transform(), va="center", fontsize=7.2, color=SOFT)


def _share(here: np.ndarray) -> str:
    if not len(here):
        return ""
    share = 100 * here.mean()
    return f"{share:.0f} %" if share == 0 or share >= 1 else "<1 %"

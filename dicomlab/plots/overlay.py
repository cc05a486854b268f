"""Where the points of a control chart lie on its picture: what answers a pointer and a brush."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dicomlab.plots import levels, rows
from dicomlab.plots.axis import days
from dicomlab.plots.charts import of_signal
from dicomlab.plots.words import day, is_absent, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dicomlab.drift.base import Drift


def chart_points(drift: Drift, signal: pd.Series, *, raw: bool = False) -> pd.DataFrame:
    """The points that `control_chart` draws of a signal, by date, with `shown`: the value drawn.

    `signal` is a row of `drift.signals`, as `pick_signal` gives it; `raw` as for the chart.
    """
    points = of_signal(drift.points, signal).dropna(subset=["date"]).sort_values("date")
    if signal["kind"] == "setting":
        _, row = rows.setting_rows(points, signal)
        return points.assign(shown=row.astype(float)).reset_index(drop=True)
    known, _ = levels.comparable_values(points, raw=raw)
    return known.assign(shown=known["value"].astype(float)).reset_index(drop=True)


def point_positions(ax: Axes, points: pd.DataFrame) -> pd.DataFrame:
    """Where the points of `chart_points` lie: x and y in pixels from the top left of the figure.

    The figure must have been drawn, and be saved as it is: cut to its content (bbox_inches "tight"),
    it is another picture. Points beyond the frame have is_inside false, and lie on its edge.
    """
    if points.empty:
        kinds = {"x": float, "y": float, "is_inside": bool}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    low, high = ax.get_ylim()
    shown = points["shown"].to_numpy(dtype=float)
    at = np.column_stack([days(points["date"]), np.clip(shown, low, high)])
    places = ax.transData.transform(at)
    height = ax.figure.get_figure(root=True).bbox.height
    return pd.DataFrame(
        {
            "x": places[:, 0],
            "y": height - places[:, 1],
            "is_inside": (shown >= low) & (shown <= high),
        },
        index=points.index,
    )


def within(positions: pd.DataFrame, box: tuple[float, float, float, float]) -> np.ndarray:
    """The numbers of the points in a box drawn over the picture: x, y, x, y of two corners."""
    (left, right), (top, bottom) = sorted((box[0], box[2])), sorted((box[1], box[3]))
    is_in = positions["x"].between(left, right) & positions["y"].between(top, bottom)
    return np.flatnonzero(is_in.to_numpy())


def point_words(points: pd.DataFrame, unit: object) -> list[str]:
    """What is said of each point: date, time, value, and whether an alarm lies on its day.

    >>> point_words(pd.DataFrame({"date": pd.to_datetime(["2025-03-04 09:05"]), "value": [8.1],
    ...     "text": ["8.1"], "is_baseline": [False], "is_alarm": [True]}), "mGy")
    ['4 Mar 2025 09:05, 8.1 mGy, alarm that day']
    """
    tail = "" if is_absent(unit) else f" {unit}"
    said = []
    for date, value, text, is_alarm, is_baseline in zip(
        points["date"],
        points["value"],
        points["text"],
        points["is_alarm"].fillna(False),
        points["is_baseline"].fillna(False),
        strict=True,
    ):
        what = f"{number(value)}{tail}" if not is_absent(value) else rows.EMPTY if is_absent(text) else text
        mark = ", alarm that day" if is_alarm else ", baseline" if is_baseline else ""
        said.append(f"{day(date)} {date:%H:%M}, {what}{mark}")
    return said

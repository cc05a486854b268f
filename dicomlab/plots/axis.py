"""Dates along the bottom, labels that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicomlab.plots.style import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Span = tuple[float, float]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each as a dict."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def days(dates: Any) -> NDArray[np.float64]:
    """Dates as matplotlib counts them; NaN where there is none."""
    stamps = pd.to_datetime(pd.Series(dates)).to_numpy(dtype="datetime64[ns]")
    return np.asarray(mdates.date2num(stamps), dtype=np.float64)


def one_day(date: Any) -> float:
    """One date as matplotlib counts it; NaN where there is none."""
    return float(days([date])[0])


def date_axis(ax: Axes, span: Span) -> None:
    """Label the dates along the bottom, with the year said once."""
    margin = max(1.0, 0.015 * (span[1] - span[0]))
    ax.set_xlim(span[0] - margin, span[1] + margin)
    locator = mdates.AutoDateLocator(minticks=4, maxticks=10)
    ax.xaxis.set_major_locator(locator)
    # The year is bold enough at each January; "Mar" needs no year beside it.
    is_short = span[1] - span[0] < 400
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=is_short))
    ax.xaxis.get_offset_text().set_fontsize(7.5)


def axes_points(ax: Axes) -> tuple[float, float]:
    """Width and height of the axes in points."""
    box, size = ax.get_position(), ax.figure.get_figure(root=True).get_size_inches()
    return float(size[0]) * 72 * box.width, float(size[1]) * 72 * box.height


def settle(ax: Axes) -> None:
    """Let the layout find the width of the axes, before labels are fitted into it."""
    figure = ax.figure.get_figure(root=True)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)


def share_of_axis(ax: Axes, at: float) -> float:
    """Where a date lies between the left (0) and the right end (1) of the axis."""
    low, high = ax.get_xlim()
    return (at - low) / (high - low)


@dataclass(frozen=True)
class Label:
    """A text for a mark, or for marks that stand together from `first` to `last`."""

    text: str
    first: float
    last: float


@dataclass(frozen=True)
class Place:
    """Where a label goes: in which tier, and on which side of which date."""

    tier: int
    at: float
    is_left: bool


def place_labels(
    ax: Axes,
    labels: Sequence[Label],
    *,
    size: float,
    tiers: int,
    weight: str = "normal",
    blocked: Iterable[float] = (),
) -> list[Place | None]:
    """Give each label a tier and a side, so that none covers another.

    The most important label comes first; `blocked` are dates whose marks must stay visible in
    every tier. None where there was no room left.
    """
    width = axes_points(ax)[0]
    marks = [(at, share_of_axis(ax, at) * width) for at in blocked]
    taken: list[list[Span]] = [[] for _ in range(tiers)]
    placed: list[Place | None] = []
    for label in labels:
        first, last = (share_of_axis(ax, at) * width for at in (label.first, label.last))
        needed = text_width(label.text, size, weight=weight) + 11
        sides = ((last, last + needed), (first - needed, first))
        others = [mark for at, mark in marks if not label.first <= at <= label.last]
        free = _first_free(taken, [_is_clear(side, others, width) for side in sides], sides)
        placed.append(Place(free[0], label.first if free[1] else label.last, free[1]) if free else None)
    return placed


def _is_clear(side: Span, marks: list[float], width: float) -> bool:
    low, high = side
    return low >= -4 and high <= width + 4 and all(mark + 4 <= low or mark - 4 >= high for mark in marks)


def _first_free(
    taken: list[list[Span]], is_clear: list[bool], sides: tuple[Span, Span]
) -> tuple[int, bool] | None:
    for tier, spans in enumerate(taken):
        for is_left, (low, high) in enumerate(sides):
            if is_clear[is_left] and all(high <= a or low >= b for a, b in spans):
                spans.append((low, high))
                return tier, bool(is_left)
    return None

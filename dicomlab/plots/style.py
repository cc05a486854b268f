"""How every picture looks: paper, ink, and marks that differ without colour.

Colours are from the Okabe-Ito set, which people with a colour vision deficiency can tell
apart; each series also has a marker, line style or hatch of its own, so a grey print says the
same as the screen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import matplotlib as mpl

from dicomlab.errors import DicomlabError
from dicomlab.isolation import SetAside, set_aside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Drawn = TypeVar("Drawn")
_NOTED: ContextVar[list[SetAside] | None] = ContextVar("noted", default=None)
"""Where panels that are set aside are noted; None where nobody asks."""

INK = "#1a1a1a"
SOFT = "#5c5c5c"
FAINT = "#d4d4d4"
WASH = "#efefef"

WIDTH = 7.1
"""Inches: an A4 page less its margins."""


@dataclass(frozen=True)
class Mark:
    """How one kind of thing is drawn: never by colour alone."""

    colour: str
    marker: str = ""
    line: str = ""
    hatch: str = ""
    words: str = ""
    """What the legend calls it."""


MARKS: dict[str, Mark] = {
    "point": Mark("#8c8c8c", marker="o", words="one acquisition"),
    "alarm": Mark("#d55e00", marker="D", words="alarm"),
    "median": Mark(INK, line="-", words="weekly median"),
    "usual": Mark("#0072b2", line="--", words="usual range"),
    "change": Mark("#a63d00", marker="v", line=(0, (7, 1)), words="change"),  # type: ignore[arg-type]
    "baseline": Mark(WASH, hatch="....", words="baseline"),
}

EVENT_MARKS: dict[str, Mark] = {
    "software": Mark("#0072b2", marker="^", words="software"),
    "calibration": Mark("#009e73", marker="|", words="calibration"),
    "detector": Mark("#cc79a7", marker="d", words="detector"),
    "station": Mark("#e69f00", marker="s", words="station"),
    "service": Mark(INK, marker="P", words="service"),
}
_OTHER_EVENTS = ("X", "p", "h", "*", "<", ">")


def event_mark(kind: str, kinds: tuple[str, ...] = ()) -> Mark:
    """The mark of a kind of event; kinds without one of their own get a free marker."""
    if kind in EVENT_MARKS:
        return EVENT_MARKS[kind]
    free = [k for k in kinds if k not in EVENT_MARKS]
    place = free.index(kind) if kind in free else 0
    return Mark(SOFT, marker=_OTHER_EVENTS[place % len(_OTHER_EVENTS)], words=kind)


_PAPER: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.0,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.facecolor": "white",
    "axes.unicode_minus": True,
    "axes.titleweight": "bold",
    "axes.titlesize": 9.5,
    "axes.formatter.useoffset": False,
    "figure.facecolor": "white",
    "legend.fontsize": 7.0,
    "hatch.linewidth": 0.5,
    "text.usetex": False,
    # Text as shapes: a picture looks the same on every machine and holds no markup.
    "svg.fonttype": "path",
    "svg.hashsalt": "dicomlab",
    "timezone": "UTC",
}
# Style settings live in one place for all threads, and widget callbacks run in another thread.
_DRAWING = threading.RLock()


@contextmanager
def paper() -> Iterator[None]:
    """Draw in the style of dicomlab, then put back the settings of matplotlib."""
    with _DRAWING:
        with mpl.rc_context(_PAPER):
            yield
            is_interactive = mpl.is_interactive()
        # A notebook makes matplotlib interactive when pyplot is first imported, which may be just
        # now; without that it would show the first chart and none of the others.
        mpl.interactive(is_interactive)


def new_axes(height: float) -> Axes:
    """Axes on a figure of A4 width that a notebook will show; `height` in inches."""
    from matplotlib import pyplot

    _, ax = pyplot.subplots(figsize=(WIDTH, height), layout="constrained")
    return ax


def dress(ax: Axes) -> None:
    """Give axes made by anyone the spines and ticks of the style."""
    ax.set_facecolor("white")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(colors=INK, labelsize=7.5, length=3, width=0.6)
    ax.set_axisbelow(True)


def say(ax: Axes, sentence: str) -> Axes:
    """Show a sentence where there is nothing to draw."""
    ax.set_axis_off()
    place: dict[str, Any] = {"ha": "center", "va": "center", "transform": ax.transAxes, "wrap": True}
    ax.text(0.5, 0.5, plain(sentence, 300), fontsize=9, color=SOFT, **place)
    return ax


@contextmanager
def noting() -> Iterator[list[SetAside]]:
    """Give a list of the panels and lanes that are set aside while this lasts, beside what they say."""
    noted: list[SetAside] = []
    before = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(before)


def alone(
    ax: Axes, item: str, work: Callable[[], Drawn], otherwise: Drawn, *, lane: float | None = None
) -> Drawn:
    """What `work` gives; where it raises, a sentence stands in the panel, or in the lane, of the item."""
    try:
        return work()
    except DicomlabError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one panel raises, the others are drawn
        aside = set_aside(item, error)
    if (noted := _NOTED.get()) is not None:
        noted.append(aside)
    words = plain(aside.in_words, 110)
    at: dict[str, Any] = {"transform": ax.transAxes if lane is None else ax.get_yaxis_transform()}
    ax.text(0.01, 0.5 if lane is None else lane, words, fontsize=7.5, color=SOFT, va="center", zorder=9, **at)
    return otherwise


def plain(text: object, width: int = 40) -> str:
    """A text that a chart can hold: one line, no markup, known letters only."""
    letters = _letters()
    kept = ((c if ord(c) in letters else "\u25a1") if c.isprintable() else " " for c in str(text))
    line = " ".join("".join(kept).split())
    line = line if len(line) <= width else line[: width - 1].rstrip() + "\u2026"
    # A dollar sign would start a formula; escaped, it is drawn as itself.
    return line.replace("$", r"\$")


def text_width(text: str, size: float, *, weight: str = "normal") -> float:
    """Width of a text in points, without drawing it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    if not text.strip():
        return 0.0
    font = FontProperties(family="DejaVu Sans", weight=weight)
    return float(TextPath((0, 0), text, size=size, prop=font).get_extents().width)


@cache
def _letters() -> frozenset[int]:
    from matplotlib import font_manager

    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    return frozenset(font.get_charmap())

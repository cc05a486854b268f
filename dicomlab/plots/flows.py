"""How a cohort came to be: who was there, who left at which step and why, who stayed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from dicomlab.arguments import checked_arguments
from dicomlab.plots.axis import axes_points
from dicomlab.plots.style import INK, SOFT, WASH, WIDTH, new_axes, paper, plain, text_width
from dicomlab.plots.words import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Points, as all lengths here.
_LINE = 1.42
"""From one line of text to the next, in sizes of its letters."""
_INSET, _GAP, _AIR = 7.0, 9.0, 30.0
"""From a box's edge to its text; around a box beside the way; between the columns."""
_STAYED = 0.5
"""Share of the width that the boxes on the way take."""
_BLUE, _BLUE_EDGE = "#e8f1f7", "#0072b2"
_NOUNS = (("patients", "patient"), ("studies", "study"), ("series", "series"), ("instances", "instance"))


class Flowing(Protocol):
    """What can be drawn: a cohort, or whatever else says who left it."""

    @property
    def flow(self) -> pd.DataFrame:
        """One row a step, as `Cohort.flow` has them."""


@dataclass(frozen=True)
class _Words:
    """One line or paragraph in a box."""

    text: str
    size: float = 7.5
    weight: str = "normal"
    colour: str = INK
    family: str = "DejaVu Sans"


@dataclass(frozen=True)
class _Box:
    """A box with its lines, already wrapped."""

    lines: tuple[_Words, ...]
    width: float
    is_way: bool = True
    is_end: bool = False

    @property
    def height(self) -> float:
        """From its upper to its lower edge."""
        below_last = self.lines[-1].size * (_LINE - 1)
        return 2 * _INSET + sum(line.size * _LINE for line in self.lines) - below_last


@checked_arguments
def flow(cohort: Flowing, *, ax: Axes | None = None) -> Axes:
    """Show who left a cohort at each step, and why, as in a CONSORT diagram.

    On the left who is there, from the whole catalog to the cohort; on the right who left on the
    way: the reason, how many patients, studies, series and instances, and the condition. Where a
    condition could not be told of some, since a value is missing, that is said. Numbers are those of
    `cohort.flow`. Without `ax` the figure is as high as it needs to be.

    >>> from matplotlib.figure import Figure
    >>> ct = dl.select(catalog, "Modality = 'CT'").drop("n_instances < 3", why="localiser")
    >>> ax = flow(ct, ax=Figure(figsize=(7, 4)).subplots())
    >>> [text.get_text() for text in ax.texts if "localiser" in text.get_text()]
    ['localiser']
    """
    table = cohort.flow
    steps = table.assign(n_unknown=table["n_unknown"].fillna(0)).to_dict("records")
    with paper():
        width = WIDTH * 72 if ax is None else max(axes_points(ax)[0], 200.0)
        stayed = [_stayed(row, n, len(steps), width * _STAYED) for n, row in enumerate(steps)]
        left = [_left(row, width * (1 - _STAYED) - _AIR) for row in steps[1:]]
        height = sum(box.height for box in stayed) + sum(box.height + 2 * _GAP for box in left) + 2.0
        ax = ax or new_axes(height / 72 + 0.1)
        ax.set_axis_off()
        ax.set_xlim(-1, width + 1)
        ax.set_ylim(-height - 1, 1)
        _draw(ax, stayed, left, width)
        return ax


def _draw(ax: Axes, stayed: Sequence[_Box], left: Sequence[_Box], width: float) -> None:
    middle, y = stayed[0].width / 2, 0.0
    for n, box in enumerate(stayed):
        _draw_box(ax, box, 0.0, y)
        y -= box.height
        if n == len(left):
            break
        beside = left[n]
        below = y - beside.height - 2 * _GAP
        _draw_arrow(ax, (middle, y), (middle, below))
        _draw_arrow(ax, (middle, (y + below) / 2), (width - beside.width, (y + below) / 2))
        _draw_box(ax, beside, width - beside.width, y - _GAP)
        y = below


def _draw_box(ax: Axes, box: _Box, x: float, y: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    face, edge = (
        (WASH, "#c9c9c9") if not box.is_way else (_BLUE, _BLUE_EDGE) if box.is_end else ("white", SOFT)
    )
    shape = "round,pad=0,rounding_size=3"
    size: dict[str, Any] = {"facecolor": face, "edgecolor": edge, "linewidth": 0.8, "zorder": 3}
    ax.add_patch(FancyBboxPatch((x, y - box.height), box.width, box.height, boxstyle=shape, **size))
    top = y - _INSET
    for line in box.lines:
        style: dict[str, Any] = {"fontsize": line.size, "fontweight": line.weight, "color": line.colour}
        ax.text(x + _INSET + 1, top, line.text, va="top", family=line.family, zorder=4, **style)
        top -= line.size * _LINE


def _draw_arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style: dict[str, Any] = {
        "arrowstyle": "-|>,head_width=0.22,head_length=0.4",
        "color": SOFT,
        "linewidth": 0.9,
    }
    ax.annotate("", end, start, arrowprops={**style, "shrinkA": 0, "shrinkB": 0}, zorder=2)


def _stayed(row: Mapping[Any, Any], n: int, steps: int, width: float) -> _Box:
    """The box of who is there after a step."""
    title = "In the catalog" if n == 0 else "In the cohort" if n == steps - 1 else ""
    lines = [_Words(title, 8.5, "bold")] if title else []
    return _Box(_wrapped([*lines, _Words(_counts(row, "n_"))], width), width, is_end=bool(title))


def _left(row: Mapping[Any, Any], width: float) -> _Box:
    """The box of who left in a step."""
    is_drop, where, why = row["what"] == "drop", str(row["where"]), str(row["why"])
    title = {"sample": "Not drawn", "split": f"Not in {why}"}.get(row["what"], why if is_drop else "")
    if not title:
        title = f"Not: {why}" if why else "Does not fit"
    lines = [_Words(title, 8.0, "bold")]
    gone = _counts(row, "left_", leave_out_none=True)
    lines.append(_Words(gone or "nobody", colour=INK if gone else SOFT))
    lines.append(_Words(where, 6.6, colour=SOFT, family="DejaVu Sans Mono"))
    if row["n_unknown"]:
        words = (
            "stay, since it cannot be told of them" if is_drop else "among them of which it cannot be told"
        )
        lines.append(_Words(f"{_of(row)} {words}", 6.8, colour="#a63d00"))
    return _Box(_wrapped(lines, width), width, is_way=False)


def _of(row: Mapping[Any, Any]) -> str:
    """How many rows of the step's level it could not be told of."""
    if row["level"] == "frame":
        return counted(int(row["n_unknown"]), "frame", "frames")
    many, one = next((many, one) for many, one in _NOUNS if row["level"] == one)
    return counted(int(row["n_unknown"]), one, many)


def _counts(row: Mapping[Any, Any], prefix: str, *, leave_out_none: bool = False) -> str:
    parts = [counted(int(row[f"{prefix}{many}"]), one, many) for many, one in _NOUNS]
    kept = [
        p for p, (many, _) in zip(parts, _NOUNS, strict=True) if row[f"{prefix}{many}"] or not leave_out_none
    ]
    return "  \u00b7  ".join(kept)


def _wrapped(lines: Sequence[_Words], width: float) -> tuple[_Words, ...]:
    """The lines, each parted where it would leave a box of this width."""
    room = width - 2 * _INSET - 2
    return tuple(replace(line, text=part) for line in lines for part in _parted(line, room))


def _parted(line: _Words, room: float) -> list[str]:
    parts = [""]
    # A number stays with its noun, and a dot with what is before it.
    text = re.sub(r"(\d) (\w)", "\\1\u00a0\\2", plain(line.text, 400)).replace(" \u00b7 ", "\u00a0\u00b7 ")
    for word in text.split(" "):
        for piece in _pieces(word, line, room):
            longer = f"{parts[-1]} {piece}" if parts[-1] else piece
            if parts[-1] and _width(longer, line) > room:
                parts.append(piece)
            else:
                parts[-1] = longer
    return parts


def _pieces(word: str, line: _Words, room: float) -> list[str]:
    """A word in pieces that fit, if it does not as a whole."""
    if _width(word, line) <= room:
        return [word]
    n = max(int(len(word) * room / _width(word, line)), 1)
    return [word[k : k + n] for k in range(0, len(word), n)]


def _width(text: str, line: _Words) -> float:
    wide = 0.602 * line.size * len(text)
    return wide if "Mono" in line.family else text_width(text, line.size, weight=line.weight)

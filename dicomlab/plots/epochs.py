"""Software epochs: the spans between one software version and the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dicomlab.plots.axis import axes_points, one_day
from dicomlab.plots.style import INK, plain, text_width
from dicomlab.plots.words import is_absent

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_SHADES = ("#e4e4e4", "#c6c6c6")
_HATCHES = ("", "////")
_LABEL = 6.8
_ARROWS = ("\u2192", "->")


@dataclass(frozen=True)
class Epoch:
    """A span in which the software of a device did not change."""

    first: float
    last: float
    software: str


def find_epochs(machine: dict[str, Any], events: pd.DataFrame) -> list[Epoch]:
    """The epochs of one device: as `fleet` tells them, else from its events.

    An event says `old → new` or only the new version; the last epoch has the latest software.
    """
    told = machine.get("software_epochs")
    if isinstance(told, list | tuple | np.ndarray) and len(told):
        starts, names = [one_day(e["from"]) for e in told], [str(e["version"]) for e in told]
        return _spans([*starts, one_day(machine["last"])], names)
    return _spans(*_from_events(machine, events))


def _from_events(machine: dict[str, Any], events: pd.DataFrame) -> tuple[list[float], list[str]]:
    updates = events[events["kind"] == "software"].sort_values("date")
    starts = [one_day(date) for date in updates["date"]]
    texts = [split_update(text) for text in updates["text"]]
    latest = "" if is_absent(machine.get("software")) else str(machine["software"])
    ends = [one_day(machine["first"]), *starts, one_day(machine["last"])]
    names = [texts[0][0] if texts else latest, *(new for _, new in texts)]
    if texts and latest:
        names[-1] = latest
    return ends, names


def _spans(ends: list[float], names: list[str]) -> list[Epoch]:
    spans = zip(ends[:-1], ends[1:], names, strict=True)
    return [Epoch(a, b, name) for a, b, name in spans if np.isfinite([a, b]).all() and b >= a]


def split_update(text: object) -> tuple[str, str]:
    """The versions before and after that the text of an update names."""
    words = "" if is_absent(text) else str(text)
    for arrow in _ARROWS:
        old, found, new = words.partition(arrow)
        if found:
            return _version(old), _version(new)
    return "", _version(words)


def _version(text: str) -> str:
    kept = text.strip()
    for prefix in ("SoftwareVersions", "software"):
        kept = kept.removeprefix(prefix).strip(" :")
    return kept


def draw_epochs(
    ax: Axes,
    lane: float,
    machine: dict[str, Any],
    events: pd.DataFrame,
    half: float = 0.13,
    named: bool = True,
) -> None:
    """Draw the epochs of a device as bands whose shade and hatch alternate, `named` where it fits."""
    low, high = ax.get_xlim()
    points_per_day = axes_points(ax)[0] / (high - low)
    for i, epoch in enumerate(find_epochs(machine, events)):
        length = max(epoch.last - epoch.first, 1.0)
        style: dict[str, Any] = {
            "facecolor": _SHADES[i % 2],
            "hatch": _HATCHES[i % 2],
            "edgecolor": "#9a9a9a",
        }
        ax.barh(lane, length, left=epoch.first, height=2 * half, linewidth=0.5, zorder=2, **style)
        label = plain(epoch.software, 30) if named else ""
        if label and text_width(label, _LABEL) + 6 < length * points_per_day:
            box: dict[str, Any] = {"facecolor": _SHADES[i % 2], "edgecolor": "none", "pad": 0.8}
            place: dict[str, Any] = {
                "ha": "center",
                "va": "center_baseline",
                "fontsize": _LABEL,
                "color": INK,
            }
            ax.text(epoch.first + length / 2, lane, label, zorder=4, bbox=box, **place)


def legend() -> list[Artist]:
    """The legend's entry for the bands."""
    from matplotlib.patches import Patch

    return [Patch(facecolor=_SHADES[1], edgecolor="#9a9a9a", hatch=_HATCHES[1], label="software epoch")]

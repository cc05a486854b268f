"""What every control chart carries: baseline, changes, events, and the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dicomlab.plots.axis import Label, Place, axes_points, days, one_day, place_labels, records
from dicomlab.plots.style import FAINT, INK, MARKS, SOFT, Mark, event_mark, plain
from dicomlab.plots.words import effect, is_absent, when

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_LABEL = 7.5
_EVENT_LABEL = 6.8
_TIERS = 3
_MOST_IN_LINE = 7
# A calibration each month would cover everything else with its name; its mark is enough.
_UNNAMED = frozenset({"calibration"})


def draw_baseline(ax: Axes, signal: pd.Series) -> list[Artist]:
    """Shade the span from which the usual range was learned."""
    low, high = one_day(signal["baseline_from"]), one_day(signal["baseline_to"])
    if not np.isfinite([low, high]).all():
        return []
    mark = MARKS["baseline"]
    style: dict[str, Any] = {"facecolor": mark.colour, "edgecolor": "#c2c2c2", "hatch": mark.hatch}
    return [ax.axvspan(low, high, linewidth=0, zorder=0, label=mark.words, **style)]


def draw_changes(ax: Axes, changes: pd.DataFrame) -> None:
    """Draw a line at the onset of each change, with its effect and date."""
    if changes.empty:
        return
    mark = MARKS["change"]
    for change in records(changes):
        at = one_day(change["onset"])
        low, high = one_day(change["onset_low"]), one_day(change["onset_high"])
        if np.isfinite([low, high]).all() and high > low:
            ax.axvspan(low, high, color=mark.colour, alpha=0.13, linewidth=0, zorder=1)
        ax.axvline(at, color=mark.colour, linestyle=mark.line, linewidth=1.3, zorder=5)
    _name_changes(ax, records(changes))


def change_label(change: dict[str, Any]) -> str:
    """The effect of a change and its date: "+18 % from 4 Sep 2024"."""
    return f"{plain(effect(change), 46)} {when(change)}"


def _name_changes(ax: Axes, changes: list[dict[str, Any]]) -> None:
    worst_first = sorted(changes, key=lambda c: (-float(c["severity"]), c["onset"]))
    labels = [Label(f"{change_label(c)} \u25b8", *[one_day(c["onset"])] * 2) for c in worst_first]
    places = place_labels(ax, labels, size=_LABEL, tiers=_TIERS, weight="bold")
    n_tiers = 1 + max((p.tier for p in places if p), default=-1)
    _make_room(ax, 0.13 * n_tiers)
    box: dict[str, Any] = {
        "facecolor": "white",
        "edgecolor": MARKS["change"].colour,
        "linewidth": 0.7,
        "pad": 2.0,
    }
    for change, place in zip(worst_first, places, strict=True):
        if place is None:
            continue
        text = change_label(change)
        ax.annotate(
            f"{text} \u25b8" if place.is_left else f"\u25c2 {text}",
            (place.at, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(-4 if place.is_left else 4, -8 - 14 * place.tier),
            textcoords="offset points",
            ha="right" if place.is_left else "left",
            va="center",
            fontsize=_LABEL,
            fontweight="bold",
            color=MARKS["change"].colour,
            bbox=box,
            zorder=8,
        )


def _make_room(ax: Axes, share: float) -> None:
    low, high = ax.get_ylim()
    ax.set_ylim(low, low + (high - low) / (1 - share))


def draw_events(ax: Axes, events: pd.DataFrame, changes: pd.DataFrame) -> tuple[int, list[Artist]]:
    """Mark events above the axes; give the lines of labels and the legend."""
    shown = _in_view(ax, events)
    if shown.empty:
        return 0, []
    kinds = tuple(sorted(shown["kind"].astype(str).unique()))
    onsets = days(changes["onset"]) if len(changes) else np.array([])
    legend = [_draw_kind(ax, shown[shown["kind"].astype(str) == kind], kind, kinds) for kind in kinds]
    return _name_events(ax, shown, onsets), legend


def _in_view(ax: Axes, events: pd.DataFrame) -> pd.DataFrame:
    if events.empty:
        return events
    shown = events.assign(at=days(events["date"]))
    low, high = ax.get_xlim()
    return shown[(shown["at"] >= low) & (shown["at"] <= high)]


def _draw_kind(ax: Axes, events: pd.DataFrame, kind: str, kinds: tuple[str, ...]) -> Artist:
    mark = event_mark(kind, kinds)
    (line,) = ax.plot(
        events["at"].to_numpy(),
        np.full(len(events), 1.035),
        transform=ax.get_xaxis_transform(),
        clip_on=False,
        linestyle="",
        marker=mark.marker,
        markersize=7 if mark.marker == "|" else 5,
        markeredgecolor=INK if mark.marker != "|" else mark.colour,
        markeredgewidth=1.4 if mark.marker == "|" else 0.5,
        color=mark.colour,
        label=plain(mark.words, 24),
        zorder=7,
    )
    return line


def _name_events(ax: Axes, events: pd.DataFrame, onsets: np.ndarray) -> int:
    named = one_a_day(events[~events["kind"].astype(str).isin(_UNNAMED)])
    near = [float(np.min(np.abs(onsets - at))) if len(onsets) else 0.0 for at in named["at"]]
    named = named.assign(near=near).sort_values(["near", "at"], kind="stable")
    labels = [Label(plain(short_event(r), 34), *[float(r["at"])] * 2) for r in records(named)]
    places = place_labels(ax, labels, size=_EVENT_LABEL, tiers=_TIERS)
    for label, place in zip(labels, places, strict=True):
        if place is not None and label.text:
            _name_event(ax, label.text, place)
    return 1 + max((p.tier + 1 for p in places if p), default=0)


def one_a_day(events: pd.DataFrame) -> pd.DataFrame:
    """One event per device, day and kind.

    Headers and a service log often tell of the same event. The text with an arrow is kept, else the first.
    """
    has_arrow = events["text"].astype(str).str.contains("\u2192")
    ranked = events.assign(plain_words=~has_arrow).sort_values("plain_words", kind="stable")
    unique = ranked.drop_duplicates(["device", "date", "kind"]).drop(columns="plain_words")
    return unique.sort_index()


def short_event(event: dict[str, Any]) -> str:
    """The text of an event without the name of the tag it was read from."""
    return "" if is_absent(event["text"]) else str(event["text"]).removeprefix("SoftwareVersions ")


def _name_event(ax: Axes, text: str, place: Place) -> None:
    ax.annotate(
        text,
        (place.at, 1.035),
        xycoords=("data", "axes fraction"),
        xytext=(-1 if place.is_left else 1, 11 + 10 * place.tier),
        textcoords="offset points",
        ha="right" if place.is_left else "left",
        va="center",
        fontsize=_EVENT_LABEL,
        color=SOFT,
        arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 3}
        | {"relpos": (1.0 if place.is_left else 0.0, 0.5)},
        annotation_clip=False,
    )


def draw_legend(ax: Axes, handles: list[Artist], words: str = "") -> None:
    """Explain every mark under the dates, below what `words` say of the whole."""
    if handles:
        style: dict[str, Any] = {
            "frameon": False,
            "handlelength": 1.8,
            "columnspacing": 1.3,
            "handletextpad": 0.5,
        }
        below = -22 / axes_points(ax)[1]
        place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (-0.005, below), "borderaxespad": 0.0}
        n_lines = -(-len(handles) // _MOST_IN_LINE)
        if words:
            style |= {"title": plain(words, 110), "title_fontsize": _LABEL, "alignment": "left"}
        ax.legend(handles=handles, ncols=-(-len(handles) // n_lines), **place, **style)


def usual_line(mark: Mark) -> dict[str, Any]:
    """How the edges of the usual range are drawn."""
    return {"color": mark.colour, "linestyle": mark.line, "linewidth": 0.9}

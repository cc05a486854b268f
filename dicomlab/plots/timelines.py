"""Timelines: software epochs, events and changes, for the fleet or for one device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.errors import WrongArgument
from dicomlab.plots import epochs
from dicomlab.plots.axis import Label, date_axis, days, one_day, place_labels, records, settle
from dicomlab.plots.marks import draw_legend, one_a_day, short_event
from dicomlab.plots.style import INK, MARKS, SOFT, alone, dress, event_mark, new_axes, paper, plain, say
from dicomlab.plots.words import comparable, counted, effect

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from dicomlab.drift.base import Drift

_LABEL = 6.8
_SIZE = {"|": 8.0}
_ROOMY = 16
"""Devices up to which a lane has room for events below its software."""
MOST_LANES = 90


@checked_arguments
def timeline(drift: Drift, *, device: str | None = None, ax: Axes | None = None) -> Axes:
    """Show when software, events and changes came, per device or for one.

    Without `device`, one lane per device: its software epochs as bands, events below them,
    changes above; lanes of more than 16 devices are narrow, with events on the bands, and of more
    than 90 those with the most changes are shown. With `device`, one lane per kind of event and
    per changed parameter.

    Raises WrongArgument for a device that is not in the fleet.

    >>> from matplotlib.figure import Figure
    >>> lanes = timeline(drift, device="CT-01", ax=Figure().subplots())
    """
    with paper():
        if drift.fleet.empty:
            return say(ax or new_axes(1.5), "There is no device to show.")
        if device is None:
            ax = ax if ax is not None else new_axes(fleet_height(drift))
            return _draw_fleet(ax, drift)
        known = drift.fleet["device"].astype(str)
        if device not in set(known):
            raise WrongArgument("device", device, sorted(known)[:12])
        ax = ax if ax is not None else new_axes(device_height(drift, device))
        return _draw_device(ax, drift, device)


def fleet_height(drift: Drift) -> float:
    """Inches that the lanes of a fleet need."""
    lane = 0.62 if len(drift.fleet) <= _ROOMY else 0.27
    return 0.9 + lane * min(max(len(drift.fleet), 1), MOST_LANES)


def device_height(drift: Drift, device: str) -> float:
    """Inches that the lanes of one device need."""
    return 0.95 + 0.30 * len(_lanes(drift, device))


def _span(drift: Drift, device: str | None = None) -> tuple[float, float]:
    tables = [(drift.fleet, ("first", "last")), (drift.events, ("date",)), (drift.changes, ("onset",))]
    dates = []
    for table, columns in tables:
        chosen = table if device is None else table[table["device"] == device]
        dates += [at for column in columns for at in days(chosen[column])]
    known = np.array([at for at in dates if np.isfinite(at)])
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def _draw_fleet(ax: Axes, drift: Drift) -> Axes:
    fleet = _shown(drift)
    is_roomy = len(fleet) <= _ROOMY
    dress(ax)
    date_axis(ax, _span(drift))
    devices = [str(d) for d in fleet["device"]]
    ax.set_ylim(len(devices) - 0.42, -0.62)
    ax.set_yticks(range(len(devices)), [plain(d, 24) for d in devices])
    settle(ax)
    for lane, machine in enumerate(records(fleet)):
        work = partial(_machine_lane, ax, drift, lane, machine, is_roomy=is_roomy)
        alone(ax, "this lane", work, None, lane=lane)
    below = 0.26 if is_roomy else 0.0
    legend = _draw_events(ax, drift.events, {d: lane + below for lane, d in enumerate(devices)})
    draw_legend(ax, [*epochs.legend(), *_change_legend(ax), *legend])
    more = len(drift.fleet) - len(fleet)
    left_out = f" ({counted(more, 'device')} with fewer changes not shown)" if more else ""
    ax.set_title(f"Software, events and changes per device{left_out}", loc="left")
    return ax


def _machine_lane(ax: Axes, drift: Drift, lane: int, machine: dict[str, Any], *, is_roomy: bool) -> None:
    events = drift.events[drift.events["device"] == machine["device"]]
    changes = drift.changes[drift.changes["device"] == machine["device"]]
    epochs.draw_epochs(ax, lane, machine, events, *(() if is_roomy else (0.14, False)))
    _draw_changes(ax, lane - (0.25 if is_roomy else 0.42), changes)


def _shown(drift: Drift) -> pd.DataFrame:
    """The devices that get a lane: all, or those with the most changes."""
    n_changes = drift.fleet["device"].map(drift.changes["device"].value_counts()).fillna(0)
    most = n_changes.sort_values(ascending=False, kind="stable").index[:MOST_LANES]
    return drift.fleet.loc[sorted(most)]


def _draw_changes(ax: Axes, lane: float, changes: pd.DataFrame) -> None:
    onsets = days(changes["onset"])
    for at in onsets:
        _change_mark(ax, at, lane)
    labels = [_group_label(group) for group in together(changes)]
    _label_lane(ax, lane - 0.02, labels, onsets, MARKS["change"].colour)


def together(changes: pd.DataFrame, within: float = 10.0) -> list[list[dict[str, Any]]]:
    """Groups of changes that began within days of each other, the worst first."""
    groups: list[list[dict[str, Any]]] = []
    for change in records(changes.sort_values("onset")):
        near = groups and one_day(change["onset"]) - one_day(groups[-1][-1]["onset"]) <= within
        if near:
            groups[-1].append(change)
        else:
            groups.append([change])
    ranked = [sorted(g, key=lambda c: -float(c["severity"])) for g in groups]
    return sorted(ranked, key=lambda g: -float(g[0]["severity"]))


def _group_label(group: list[dict[str, Any]]) -> Label:
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    onsets = days([change["onset"] for change in group])
    return Label(f"{_change_words(group[0])}{more}", float(onsets.min()), float(onsets.max()))


def _change_words(change: dict[str, Any]) -> str:
    return f"{plain(change['parameter'], 22)} {plain(effect(change), 24)}"


def _change_mark(ax: Axes, at: float, y: float) -> None:
    mark = MARKS["change"]
    style: dict[str, Any] = {"color": mark.colour, "markeredgecolor": "white", "markeredgewidth": 0.4}
    ax.plot([at], [y], linestyle="", marker=mark.marker, markersize=6.5, zorder=6, **style)


def _change_legend(ax: Axes) -> Sequence[Artist]:
    mark = MARKS["change"]
    return ax.plot(
        [], [], linestyle="", marker=mark.marker, markersize=6, color=mark.colour, label=mark.words
    )


def _draw_events(ax: Axes, events: pd.DataFrame, height: dict[str, float]) -> list[Artist]:
    kinds = tuple(sorted(events["kind"].astype(str).unique()))
    legend: list[Artist] = []
    for kind in kinds:
        mark = event_mark(kind, kinds)
        chosen = events[(events["kind"].astype(str) == kind) & events["device"].isin(list(height))]
        thick = mark.marker == "|"
        legend += ax.plot(
            days(chosen["date"]),
            [height[d] for d in chosen["device"]],
            linestyle="",
            marker=mark.marker,
            markersize=_SIZE.get(mark.marker, 5),
            color=mark.colour,
            markeredgecolor=mark.colour if thick else INK,
            markeredgewidth=1.4 if thick else 0.5,
            label=plain(mark.words, 24),
            zorder=5,
        )
    return legend


def _lanes(drift: Drift, device: str) -> list[tuple[str, str]]:
    events = drift.events[drift.events["device"] == device]
    changes = drift.changes[drift.changes["device"] == device].sort_values(["onset", "parameter"])
    kinds = sorted(k for k in events["kind"].astype(str).unique() if k != "software")
    parameters = list(dict.fromkeys(changes["parameter"].astype(str)))
    return [("software", ""), *(("event", k) for k in kinds), *(("change", p) for p in parameters)]


def _draw_device(ax: Axes, drift: Drift, device: str) -> Axes:
    lanes = _lanes(drift, device)
    dress(ax)
    date_axis(ax, _span(drift, device))
    ax.set_ylim(len(lanes) - 0.4, -0.6)
    ax.set_yticks(range(len(lanes)), [plain(name or what, 30) for what, name in lanes])
    settle(ax)
    events = drift.events[drift.events["device"] == device]
    changes = drift.changes[drift.changes["device"] == device]
    machine = records(drift.fleet[drift.fleet["device"] == device])[0]
    for lane, (what, name) in enumerate(lanes):
        work: Callable[[], None]
        if what == "software":
            work = partial(epochs.draw_epochs, ax, lane, machine, events, half=0.32)
        elif what == "event":
            work = partial(_event_lane, ax, lane, events[events["kind"].astype(str) == name])
        else:
            work = partial(_change_lane, ax, lane, changes[changes["parameter"] == name])
        alone(ax, "this lane", work, None, lane=lane)
        ax.axhline(lane + 0.5, color="#e8e8e8", linewidth=0.6, zorder=0)
    ax.set_title(f"{plain(device, 40)}  \u00b7  timeline", loc="left")
    return ax


def _event_lane(ax: Axes, lane: int, events: pd.DataFrame) -> None:
    kind = str(events["kind"].iloc[0])
    _draw_events(ax, events, dict.fromkeys(events["device"], float(lane)))
    if kind != "calibration":
        named = records(one_a_day(events))
        labels = [Label(plain(short_event(e), 34), *[one_day(e["date"])] * 2) for e in named]
        _label_lane(ax, lane, labels, days(events["date"]))


def _change_lane(ax: Axes, lane: int, changes: pd.DataFrame) -> None:
    rows = records(changes.sort_values(["severity", "onset"], ascending=[False, True]))
    for change in rows:
        low, high = one_day(change["onset_low"]), one_day(change["onset_high"])
        if np.isfinite([low, high]).all():
            ax.hlines(lane, low, high, color=MARKS["change"].colour, linewidth=4, alpha=0.35, zorder=3)
        _change_mark(ax, one_day(change["onset"]), lane)
    labels = [Label(_effect_words(c), *[one_day(c["onset"])] * 2) for c in rows]
    _label_lane(ax, lane, labels, days(changes["onset"]), MARKS["change"].colour)


def _effect_words(change: dict[str, Any]) -> str:
    return f"{plain(effect(change), 34)}, {plain(comparable(change['stratum']), 24)}"


def _label_lane(
    ax: Axes, lane: float, labels: list[Label], blocked: Iterable[float], colour: str = SOFT
) -> None:
    places = place_labels(ax, labels, size=_LABEL, tiers=1, blocked=blocked)
    for label, place in zip(labels, places, strict=True):
        if place is not None:
            where: dict[str, Any] = {"xytext": (-7 if place.is_left else 7, -0.5), "va": "center"}
            side = "right" if place.is_left else "left"
            style: dict[str, Any] = {"fontsize": _LABEL, "color": colour, "zorder": 6}
            ax.annotate(label.text, (place.at, lane), ha=side, textcoords="offset points", **where, **style)

"""Pictures of a report: drawn off screen, kept inside the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from dicomlab.drift.base import Drift
from dicomlab.isolation import SetAside
from dicomlab.plots import calendars, charts, fleet, timelines
from dicomlab.plots.axis import records
from dicomlab.plots.style import WIDTH, noting, paper
from dicomlab.plots.words import comparable, counted, day, effect, part_of, when
from dicomlab.report.left_out import LeftOut

DPI = 180
_HALF = 2
"""Devices up to which a map needs half the width only."""


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI, with what it shows in words."""

    src: str
    alt: str
    width: int
    height: int

    @property
    def share(self) -> int:
        """Per cent of the width of the page that it was drawn for."""
        return round(100 * self.width / (WIDTH * DPI))


def draw_pictures(
    drift: Drift, summary: dict[str, Any], left_out: LeftOut | None = None
) -> dict[str, Picture]:
    """Every picture that the summary names, by key; what cannot be drawn is noted in `left_out`."""
    noted, pictures = left_out or LeftOut(), {}
    for key, work in _drawings(drift, summary).items():
        with noting() as panels:
            picture = noted.make(f"picture {key}", work, None)
        noted.found += [SetAside(f"{panel.item} in picture {key}", panel.reason) for panel in panels]
        if picture is not None:
            pictures[key] = picture
    return pictures


def _drawings(drift: Drift, summary: dict[str, Any]) -> dict[str, Callable[[], Picture]]:
    """How each picture is drawn, by key."""
    work: dict[str, Callable[[], Picture]] = {}
    for modality in summary["modalities"]:
        work[f"map-{modality}"] = partial(draw_map, drift, modality)
    if len(drift.fleet):
        work["timeline"] = partial(draw_timeline, drift)
    with_days = set(drift.points.loc[drift.points["date"].notna(), "device"].astype(str))
    for device in summary["devices"]:
        work[device["anchor"]] = partial(draw_device, drift, device["device"])
        if device["device"] in with_days:
            work[f"{device['anchor']}-days"] = partial(draw_days, drift, device["device"])
        for finding in device["findings"]:
            for chart in finding["charts"]:
                work[chart["key"]] = partial(draw_chart, drift, chart["signal"])
    return work


def draw_timeline(drift: Drift) -> Picture:
    """The timeline of the fleet."""
    height = timelines.fleet_height(drift)
    alt = f"Timeline of {counted(len(drift.fleet), 'device')}: software, events and changes."
    return draw(lambda ax: timelines.timeline(drift, ax=ax), height, alt)


def draw_map(drift: Drift, modality: str) -> Picture:
    """The map of the devices of one modality."""
    tables = {name: getattr(drift, name) for name in ("signals", "changes", "fleet")}
    part = replace(drift, **{n: t[t["modality"].astype(str) == modality] for n, t in tables.items()})
    cells = fleet.fleet_cells(part)
    states = "; ".join(
        counted(n, f"cell {state}", f"cells {state}") for state, n in cells["state"].value_counts().items()
    )
    alt, width = f"{modality} map: {states}.", WIDTH / 2 if len(part.fleet) <= _HALF else WIDTH
    return draw(lambda ax: fleet.fleet_map(part, ax=ax), fleet.map_height(part), alt, width=width)


def draw_device(drift: Drift, device: str) -> Picture:
    """The timeline of one device."""
    events = int((drift.events["device"] == device).sum())
    changes = int((drift.changes["device"] == device).sum())
    alt = f"Timeline of {device}: {counted(events, 'event')}, {counted(changes, 'change')}."
    height = timelines.device_height(drift, device)
    return draw(lambda ax: timelines.timeline(drift, device=device, ax=ax), height, alt)


def draw_days(drift: Drift, device: str) -> Picture:
    """The calendar of one device."""
    dates = pd.to_datetime(drift.points.loc[drift.points["device"] == device, "date"]).dropna()
    n_days = dates.dt.normalize().nunique()
    span = f"from {day(dates.min())} to {day(dates.max())}"
    alt = f"Calendar of {device}: acquisitions on {counted(n_days, 'day')}, {span}."
    height = calendars.calendar_height(pd.Series(0.0, index=[dates.min(), dates.max()]))
    return draw(lambda ax: calendars.calendar(drift, device=device, ax=ax), height, alt)


def draw_chart(drift: Drift, signal_id: str) -> Picture:
    """The control chart of one signal."""
    signal = drift.signals[drift.signals["signal_id"] == signal_id].iloc[0]
    device, parameter = str(signal["device"]), str(signal["parameter"])
    changes = charts.of_signal(drift.changes, signal)
    said = "; ".join(f"{effect(c)} {when(c)}" for c in records(changes.sort_values("onset")))
    quiet = "no change" if signal["is_monitored"] else "not monitored"
    part = part_of(drift, signal)
    what = f"{parameter} of {part}" if part else parameter
    alt = f"Control chart of {what} in {comparable(signal['stratum'])} on {device}: {said or quiet}."
    return draw(
        lambda ax: charts.control_chart(
            drift, device=device, parameter=parameter, signal_id=signal_id, ax=ax
        ),
        charts.HEIGHT,
        alt,
    )


def draw(paint: Callable[[Axes], object], height: float, alt: str, *, width: float = WIDTH) -> Picture:
    """Draw on a figure of its own that no notebook knows, and keep the pixels only."""
    with paper():
        figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        paint(figure.add_subplot())
        canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    return _picture(image, alt)


def _picture(image: Image.Image, alt: str) -> Picture:
    # Charts have few colours, and a palette makes the file three times smaller; this method keeps
    # the colour of the smallest mark, which a palette of the commonest colours would lose.
    store = io.BytesIO()
    palette = image.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    palette.save(store, format="PNG", optimize=True)
    src = "data:image/png;base64," + base64.b64encode(store.getvalue()).decode("ascii")
    return Picture(src, alt, image.width, image.height)

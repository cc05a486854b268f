"""Equipment drift at a glance: the fleet, a device, a parameter, and the rows behind a point."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets
import pandas as pd
import traitlets

from dicomlab.arguments import checked_methods
from dicomlab.drift.base import Drift
from dicomlab.errors import WrongArgument
from dicomlab.schema.masks import mask_table
from dicomlab.widgets.base import View
from dicomlab.widgets.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dicomlab.catalog.catalog import Catalog

WIDTH = 8.4
"""Inches that a chart is drawn for; the page scales it."""
_MOST_POINTS = 5_000
"""Points that answer to the pointer; a brush takes all."""


@checked_methods
class DriftDashboard(View, page="dashboard"):
    """See what changed on which machine; `value` is the change or place shown.

    From the map of the fleet to a device, to a parameter, to the acquisitions behind a point. `value`
    is a change ("C003"), a device ("CT-03"), a device and parameter ("CT-03/CTDIvol"), or empty; set
    it to go there. `selected` are the SeriesInstanceUIDs of the points that were picked or brushed,
    `rows()` says what they are; with a `catalog`, also of whom.

    What is accepted or rejected is kept in the CSV file `decisions`: that of `dicomlab drift` for a
    catalog on disk unless another is given. `drift` is the result with these decisions.

    >>> dashboard = dl.widgets.DriftDashboard(drift, catalog)
    >>> dashboard.value = "CT-01/CTDIvol"
    >>> dashboard.device, dashboard.parameter
    ('CT-01', 'CTDIvol')
    """

    gestures: ClassVar = {
        "fleet": "_fleet",
        "detail": "_detail",
        "open": "_open",
        "brush": "_brush",
        "pick": "_pick",
        "decide": "_decide",
    }

    value = traitlets.Unicode("").tag(sync=True)
    stratum = traitlets.Unicode("").tag(sync=True)
    signal = traitlets.Unicode("", help="The `signal_id` of what is shown.").tag(sync=True)
    raw = traitlets.Bool(False, help="Values as they are written.").tag(sync=True)
    selected = traitlets.List(traitlets.Unicode()).tag(sync=True)
    device = traitlets.Unicode("", read_only=True).tag(sync=True)
    parameter = traitlets.Unicode("", read_only=True).tag(sync=True)
    change = traitlets.Unicode("", read_only=True).tag(sync=True)
    decided = traitlets.Int(0, read_only=True).tag(sync=True)
    """How many decisions were made here."""
    table = traitlets.Instance(Table, allow_none=True, read_only=True).tag(
        sync=True, **ipywidgets.widget_serialization
    )
    """The rows behind what is selected."""

    def __init__(
        self,
        drift: Drift,
        catalog: Catalog | None = None,
        *,
        decisions: str | Path | None = None,
        **settings: Any,
    ):
        if not isinstance(drift, Drift):
            raise WrongArgument("drift", type(drift).__name__, ["what find_drift gives"])
        self.drift = drift
        self._catalog = catalog
        self._decisions = Path(decisions) if decisions is not None else _kept(catalog)
        self._shown = ("", "")  # the signal and stratum that are shown
        self._points = pd.DataFrame()
        self._positions = pd.DataFrame()
        asked = {name: settings.pop(name) for name in ("value", "selected") if name in settings}
        super().__init__(**settings)
        self.observe(self._go, "value")
        self.observe(self._redraw, ["stratum", "signal", "raw"])
        self.observe(self._tabulate, "selected")
        for name, wanted in asked.items():
            setattr(self, name, wanted)

    def show(self, device: str = "", parameter: str = "", *, stratum: str = "", change: str = "") -> None:
        """Go to the fleet, a device, a parameter of it, or a change by its number.

        Raises WrongArgument for what the drift does not have.
        """
        signal = ""
        if change:
            row = _one(self.drift.changes, "change_id", change)
            device, parameter, signal = (str(row[key]) for key in ("device", "parameter", "signal_id"))
        if device:
            _one(self.drift.fleet, "device", device)
        signals = self.drift.signals[self.drift.signals["device"] == device]
        if parameter and parameter not in set(signals["parameter"]):
            # A change of no signal, such as a gap in the work of a machine, is shown with its device.
            parameter = "" if change else str(_one(signals, "parameter", parameter)["parameter"])
        where = f"{device}/{parameter}" if parameter else device
        with self.lock, self.hold_trait_notifications():
            self.set_trait("device", device)
            self.set_trait("parameter", parameter)
            self.set_trait("change", change)
            self._shown = self._picked(device, parameter, stratum=stratum, signal=signal)
            self.signal, self.stratum = self._shown
            self.value = change or where
            self.selected = []
            self.revision += 1

    def rows(self) -> pd.DataFrame:
        """The acquisitions that are selected, one row each, with what the catalog knows of them."""
        from dicomlab.report.behind import rows_behind

        with self.lock:
            points, catalog = self._points_here(), self._catalog
            chosen = points[points["series"].isin(self.selected)]
        if catalog is not None and self.is_masked:
            catalog = catalog.masked
        return rows_behind(chosen, catalog)

    # --- what is shown ---

    @property
    def _seen(self) -> Drift:
        """The drift as it may be shown."""
        return replace(self.drift, fleet=mask_table(self.drift.fleet)) if self.is_masked else self.drift

    def _fleet(self) -> dict[str, Any]:
        from dicomlab.report.overview import fleet_overview

        kept = str(self._decisions) if self._decisions is not None else ""
        return {**fleet_overview(self.drift), "decisions_file": kept}

    def _detail(self) -> dict[str, Any]:
        with self.lock:  # the place stays the same while it is drawn
            if self.parameter:
                return {"kind_of": "signal", **self._signal()}
            if self.device:
                return {"kind_of": "device", **self._device()}
            return {"kind_of": "fleet", "picture": self.alone("the timeline", self._timeline, None)}

    def _device(self) -> dict[str, Any]:
        from dicomlab.report.overview import device_overview
        from dicomlab.report.pictures import draw_device

        draw = partial(draw_device, self.drift, self.device)
        picture = self.alone("the picture of the device", draw, None) if len(self.drift.signals) else None
        return {"picture": _sent(picture), **device_overview(self._seen, self.device)}

    def _timeline(self) -> dict[str, Any] | None:
        from dicomlab.plots.timelines import fleet_height, timeline
        from dicomlab.report.pictures import draw

        if self.drift.fleet.empty:
            return None
        alt = "Timeline of the fleet: software, events and changes of each device."
        return _sent(draw(lambda ax: timeline(self.drift, ax=ax), fleet_height(self.drift), alt, width=WIDTH))

    def _signal(self) -> dict[str, Any]:
        from dicomlab.plots import charts
        from dicomlab.plots.overlay import chart_points, point_positions, point_words
        from dicomlab.report.overview import signal_overview, signals_of
        from dicomlab.report.pictures import draw

        signal = charts.pick_signal(self.drift, self.device, self.parameter, signal_id=self.signal)
        drawn: list[Any] = []
        points = chart_points(self.drift, signal, raw=self.raw)
        about = signal_overview(self.drift, signal, points)
        alt = f"Control chart of {self.parameter} on {self.device}. {' '.join(about['sentences'])}"
        picture = draw(
            lambda ax: drawn.append(self._control_chart(ax)),
            charts.HEIGHT + 0.2,
            alt,
            width=WIDTH,
        )
        positions = point_positions(drawn[0], points)
        self._points, self._positions = points, positions
        shown = positions.loc[_thinned(points, positions)].round(1)
        words = point_words(points.loc[shown.index], signal["unit"])
        return {
            "picture": _sent(picture),
            "points": [
                [at.Index, at.x, at.y, text, at.is_inside]
                for at, text in zip(shown.itertuples(), words, strict=True)
            ],
            "n_points": len(points),
            "strata": signals_of(self.drift, self.device, self.parameter),
            "chosen": self._numbers(),
            **about,
        }

    def _control_chart(self, ax: Axes) -> Axes:
        from dicomlab.plots.charts import control_chart

        return control_chart(
            self.drift,
            device=self.device,
            parameter=self.parameter,
            signal_id=self.signal,
            raw=self.raw,
            ax=ax,
        )

    # --- gestures ---

    def _open(self, device: str = "", parameter: str = "", stratum: str = "", change: str = "") -> None:
        self.show(str(device), str(parameter), stratum=str(stratum), change=str(change))

    def _brush(self, box: list[float], more: bool = False) -> dict[str, Any]:
        from dicomlab.plots.overlay import within

        x, y, x2, y2 = (float(at) for at in box)
        with self.lock:
            return self._pick(within(self._positions, (x, y, x2, y2)).tolist(), more)

    def _pick(self, points: list[int], more: bool = False) -> dict[str, Any]:
        with self.lock:
            chosen = self._points.iloc[[int(i) for i in points if 0 <= int(i) < len(self._points)]]
            uids = [str(uid) for uid in chosen["series"]] if len(chosen) else []
            before = list(self.selected) if more else []
            # What was picked is let go when it is picked again.
            is_again = bool(uids) and set(uids) <= set(before)
            self.selected = (
                [uid for uid in before if uid not in uids] if is_again else list(dict.fromkeys(before + uids))
            )
            return {"chosen": self._numbers()}

    def _decide(self, decision: str, changes: list[str], note: str = "") -> None:
        from dicomlab.drift.kept import decisions

        verbs = {"accept": decisions.accept, "reject": decisions.reject}
        if decision not in verbs:
            raise WrongArgument("decision", decision, list(verbs))
        if self._decisions is None:
            raise WrongArgument("decisions", None, ["the path of a CSV file to keep them in"])
        with self.lock:
            for change in changes:
                path = verbs[decision](self.drift, str(change), to=self._decisions, note=str(note))
            kept = decisions.read_decisions(path)
            self.drift = replace(self.drift, changes=decisions.with_decisions(self.drift.changes, kept))
            self.set_trait("decided", self.decided + 1)

    # --- how it works ---

    def _go(self, _: Any = None) -> None:
        shown = self.change or self._here()
        if self.value == shown:
            return
        with self.explained():
            try:
                self.show(**self._place(self.value))
            except WrongArgument:
                self.value = shown
                raise

    def _place(self, value: str) -> dict[str, str]:
        if value in set(self.drift.changes["change_id"].astype(str)):
            return {"change": value}
        devices = sorted((str(d) for d in self.drift.fleet["device"]), key=len, reverse=True)
        device = next((d for d in devices if value == d or value.startswith(f"{d}/")), value)
        return {"device": device, "parameter": value[len(device) + 1 :]}

    def _here(self) -> str:
        return f"{self.device}/{self.parameter}" if self.parameter else self.device

    def _picked(self, device: str, parameter: str, *, stratum: str = "", signal: str = "") -> tuple[str, str]:
        """The signal that these mean, and its stratum."""
        from dicomlab.plots.charts import pick_signal

        if not parameter:
            return "", ""
        found = pick_signal(self.drift, device, parameter, stratum or None, signal_id=signal or None)
        return str(found["signal_id"]), str(found["stratum"])

    def _redraw(self, change: Any) -> None:
        with self.lock, self.explained():
            name = change["name"]
            if name != "raw":
                if (self.signal, self.stratum) == self._shown:
                    return
                try:
                    self._shown = self._picked(self.device, self.parameter, **{name: getattr(self, name)})
                finally:
                    self.signal, self.stratum = self._shown
            self.selected = []
            self.revision += 1

    def _points_here(self) -> pd.DataFrame:
        points = self.drift.points
        return points[points["signal_id"] == self.signal] if self.signal else points.iloc[:0]

    def _numbers(self) -> list[int]:
        if self._points.empty:
            return []
        return [int(i) for i in self._points.index[self._points["series"].isin(self.selected)]]

    def _tabulate(self, _: Any = None) -> None:
        with self.lock, self.explained():
            before = self.table
            made = None
            if self.selected:
                made = Table(_readable(self.rows()), key="SeriesInstanceUID", title="acquisitions chosen")
            self.set_trait("table", made)
            if before is not None:
                before.close()


def _kept(catalog: Catalog | None) -> Path | None:
    """Where `dicomlab drift` looks for what was decided of a catalog."""
    path = getattr(catalog, "path", None)
    return Path(f"{path}.drift") / "decisions.csv" if isinstance(path, Path) else None


def _readable(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as a person reads them: seconds, and six digits."""
    numbers = [name for name in ("value", "adjusted") if name in rows]
    if "SoftwareVersions" in rows:  # several values, as DICOM writes them
        rows = rows.assign(SoftwareVersions=rows["SoftwareVersions"].map(_joined, na_action="ignore"))
    return rows.assign(
        date=rows["date"].dt.floor("s"),
        **{name: rows[name].map(lambda v: float(f"{v:.6g}"), na_action="ignore") for name in numbers},
    )


def _joined(values: Any) -> str:
    return values if isinstance(values, str) else "\\".join(map(str, values))


def _one(table: pd.DataFrame, column: str, wanted: str) -> pd.Series:
    found = table[table[column].astype(str) == wanted]
    if found.empty:
        raise WrongArgument(column, wanted, [str(name) for name in table[column].unique()[:12]])
    return found.iloc[0]


def _sent(picture: Any) -> dict[str, Any] | None:
    if picture is None:
        return None
    return {"src": picture.src, "alt": picture.alt, "width": picture.width, "height": picture.height}


def _thinned(points: pd.DataFrame, positions: pd.DataFrame) -> pd.Index:
    """Points that answer to the pointer: all, or alarms, those beyond the frame, and every nth."""
    if len(points) <= _MOST_POINTS:
        return points.index
    special = points["is_alarm"].fillna(False).astype(bool) | ~positions["is_inside"]
    step = -(-len(points) // _MOST_POINTS)
    return points.index[special.to_numpy() | (points.index % step == 0)]

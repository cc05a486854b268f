"""The fleet at a glance: which parameter of which device is quiet, changed or not watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.plots.axis import axes_points, records, settle
from dicomlab.plots.style import INK, MARKS, SOFT, new_axes, paper, plain, say, text_width
from dicomlab.plots.words import counted

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from dicomlab.drift.base import Drift

QUIET, CHANGED, UNWATCHED = "quiet", "changed", "not monitored"
MOST_PARAMETERS = 40
MOST_COLUMNS = 16
"""Devices that stand side by side at most; more of them stand below each other."""
MOST_ROWS = 90
"""Devices below each other at most."""
_CELL = 62
"""Points that a cell is wide at most."""
_WORDY = 26
"""Points that a cell needs for a mark beside its number."""
_WIDE = 290
"""Points that a legend in one line needs."""
_LABEL = 7.5


@checked_arguments
def fleet_map(drift: Drift, ax: Axes | None = None) -> Axes:
    """Show devices by parameters: quiet, changed (how often), or not monitored.

    An empty cell means that the device does not write the parameter. Parameters that changed
    anywhere come first. Up to 16 devices are columns; more of them are rows, by modality. At most
    40 parameters and 90 devices are shown, those with the most changes, and a line says what is not.

    >>> from matplotlib.figure import Figure
    >>> map_of_all = fleet_map(drift, ax=Figure().subplots())
    """
    with paper():
        cells = fleet_cells(drift)
        if cells.empty:
            return say(ax or new_axes(1.5), "Nothing was analysed, so there is no map.")
        ax = ax if ax is not None else new_axes(map_height(drift))
        _draw(ax, cells, _devices(drift, cells))
    return ax


def fleet_cells(drift: Drift) -> pd.DataFrame:
    """One row per device and parameter: state, and the number of changes."""
    keys = ["device", "parameter"]
    # Rows without a kind tell of series that could not be judged at all.
    signals = drift.signals[drift.signals["kind"].astype(str) != ""]
    watched = signals.groupby(keys, sort=False)["is_monitored"].any().astype(bool)
    n_changes = drift.changes.groupby(keys).size().reindex(watched.index, fill_value=0)
    state = watched.map({True: QUIET, False: UNWATCHED}).mask(n_changes > 0, CHANGED)
    return pd.DataFrame({"state": state, "n_changes": n_changes}).reset_index()


def map_height(drift: Drift) -> float:
    """Inches that the map needs."""
    cells = fleet_cells(drift)
    n_parameters, n_devices = min(cells["parameter"].nunique(), MOST_PARAMETERS), cells["device"].nunique()
    if n_devices <= MOST_COLUMNS:
        return 0.95 + 0.175 * n_parameters
    longest = max(text_width(plain(name, 34), _LABEL) for name in cells["parameter"].unique())
    return 0.75 + longest / 72 + 0.155 * min(n_devices, MOST_ROWS)


def _devices(drift: Drift, cells: pd.DataFrame) -> list[str]:
    """The devices in the order of the fleet, or by modality where they are many."""
    known = drift.fleet[drift.fleet["device"].isin(cells["device"])]
    if len(known) > MOST_COLUMNS:
        known = known.sort_values(["modality", "device"], kind="stable")
    return [str(device) for device in known["device"]]


def _draw(ax: Axes, cells: pd.DataFrame, devices: list[str]) -> None:
    parameters = _most_changed(cells, "parameter", sorted(cells["parameter"].unique()))
    most = set(_most_changed(cells, "device", devices)[:MOST_ROWS])
    shown = ([d for d in devices if d in most], parameters[:MOST_PARAMETERS])
    is_upright = len(devices) <= MOST_COLUMNS
    columns, rows = shown if is_upright else shown[::-1]
    width = _frame(ax, columns, rows)
    across, down = ("device", "parameter") if is_upright else ("parameter", "device")
    for cell in records(cells[cells[across].isin(columns) & cells[down].isin(rows)]):
        _cell(ax, columns.index(cell[across]), rows.index(cell[down]), cell, is_wordy=width >= _WORDY)
    left_out = ((len(parameters) - len(shown[1]), "parameter"), (len(devices) - len(shown[0]), "device"))
    words = " and ".join(counted(n, f"more {what}") for n, what in left_out if n)
    if words:
        below_legend = 26 if axes_points(ax)[0] > _WIDE else 48
        ax.set_xlabel(
            f"{words}, the quietest, not shown",
            fontsize=_LABEL,
            color=SOFT,
            loc="left",
            labelpad=below_legend,
        )


def _most_changed(cells: pd.DataFrame, what: str, names: list[str]) -> list[str]:
    """The names, those that changed most often first."""
    n_changes = cells.groupby(what)["n_changes"].sum()
    return sorted(names, key=lambda name: -int(n_changes[name]))


def _cell(ax: Axes, column: int, row: int, cell: dict[str, object], *, is_wordy: bool) -> None:
    from matplotlib.patches import Rectangle

    style, is_changed = _STYLES[str(cell["state"])], cell["state"] == CHANGED
    ax.add_patch(Rectangle((column - 0.46, row - 0.42), 0.92, 0.84, linewidth=0.5, **style))
    words = f"\u25bc {cell['n_changes']}" if is_wordy else str(cell["n_changes"])
    words = words if is_changed else "\u00b7" if cell["state"] == QUIET else ""
    white: dict[str, Any] = {"color": "white", "fontweight": "bold"} if is_changed else {"color": SOFT}
    ax.text(column, row, words, ha="center", va="center_baseline", fontsize=_LABEL, clip_on=True, **white)


_STYLES: dict[str, dict[str, Any]] = {
    QUIET: {"facecolor": "#f4f7f9", "edgecolor": "#b5c4cf"},
    CHANGED: {"facecolor": MARKS["change"].colour, "edgecolor": INK},
    UNWATCHED: {"facecolor": "white", "edgecolor": "#b0b0b0", "hatch": "////"},
}


def _frame(ax: Axes, columns: list[str], rows: list[str]) -> float:
    """Name columns and rows, and give the width of a cell in points."""
    ax.set_ylim(len(rows) - 0.4, -0.6)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0, labelsize=_LABEL, colors=INK)
    ax.xaxis.tick_top()
    steep = 90 if len(columns) > MOST_COLUMNS else 60 if len(columns) > 8 else 0
    ax.set_xticks(range(len(columns)), [plain(name, 34 if steep == 90 else 16) for name in columns])
    for label in ax.get_xticklabels():
        upright: dict[str, Any] = {"ha": "left", "va": "center" if steep == 90 else "baseline"}
        label.set(rotation=steep, **({"rotation_mode": "anchor"} | upright if steep else {}))
    ax.set_yticks(range(len(rows)), [plain(name, 34) for name in rows])
    settle(ax)
    width = axes_points(ax)[0]
    ax.set_xlim(-0.6, max(len(columns), width / _CELL) - 0.4)
    style: dict[str, Any] = {"frameon": False, "fontsize": 7.0, "handlelength": 1.6, "columnspacing": 1.6}
    # Under few columns the legend is wider than they are: it stands at their right end.
    place: dict[str, Any] = {"loc": "upper right", "bbox_to_anchor": (1.0, -0.01), "ncols": 1}
    if width > _WIDE:
        place = {"loc": "upper left", "bbox_to_anchor": (0.0, -0.01), "ncols": 3}
    ax.legend(handles=_legend(), **place, **style)
    return width / max(len(columns), width / _CELL)


def _legend() -> list[Artist]:
    from matplotlib.patches import Patch

    words = {QUIET: "monitored, quiet", CHANGED: "changed (how often)", UNWATCHED: "not monitored"}
    return [Patch(label=words[state], linewidth=0.5, **style) for state, style in _STYLES.items()]

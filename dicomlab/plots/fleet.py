"""The fleet at a glance: which parameter of which device is quiet, changed or not watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from dicomlab.plots.axis import axes_points, records, settle
from dicomlab.plots.style import INK, MARKS, SOFT, new_axes, paper, plain, say
from dicomlab.plots.words import counted

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from dicomlab.drift.base import Drift

QUIET, CHANGED, UNWATCHED = "quiet", "changed", "not monitored"
MOST_ROWS = 40
_CELL = 62
"""Points that a cell is wide at most."""
_WIDE = 290
"""Points that a legend in one line needs."""


def fleet_map(drift: Drift, ax: Axes | None = None) -> Axes:
    """Show devices by parameters: quiet, changed (how often), or not monitored.

    An empty cell means that the device does not write the parameter. Parameters that changed
    anywhere come first.

    >>> from matplotlib.figure import Figure
    >>> map_of_all = fleet_map(drift, ax=Figure().subplots())
    """
    with paper():
        if drift.signals.empty:
            return say(ax or new_axes(1.5), "Nothing was analysed, so there is no map.")
        cells = fleet_cells(drift)
        ax = ax if ax is not None else new_axes(map_height(drift))
        _draw(ax, cells, [d for d in drift.fleet["device"] if d in set(cells["device"])])
    return ax


def fleet_cells(drift: Drift) -> pd.DataFrame:
    """One row per device and parameter: state, and the number of changes."""
    keys = ["device", "parameter"]
    # Rows without a kind tell of series that could not be judged at all.
    signals = drift.signals[drift.signals["kind"].astype(str) != ""]
    watched = signals.groupby(keys, sort=False)["is_monitored"].any()
    n_changes = drift.changes.groupby(keys).size().reindex(watched.index, fill_value=0)
    state = watched.map({True: QUIET, False: UNWATCHED}).mask(n_changes > 0, CHANGED)
    return pd.DataFrame({"state": state, "n_changes": n_changes}).reset_index()


def map_height(drift: Drift) -> float:
    """Inches that the map needs."""
    return 0.95 + 0.175 * min(drift.signals["parameter"].nunique(), MOST_ROWS)


def _draw(ax: Axes, cells: pd.DataFrame, devices: list[str]) -> None:
    order = (
        cells.groupby("parameter", sort=True)["n_changes"].sum().sort_values(ascending=False, kind="stable")
    )
    parameters = list(order.index[:MOST_ROWS])
    shown = cells[cells["parameter"].isin(parameters) & cells["device"].isin(devices)]
    for cell in records(shown):
        _cell(ax, devices.index(cell["device"]), parameters.index(cell["parameter"]), cell)
    _frame(ax, devices, parameters)
    left_out = len(order) - len(parameters)
    if left_out:
        words = f"{counted(left_out, 'more parameter')}, the quietest, not shown"
        below_legend = 26 if axes_points(ax)[0] > _WIDE else 48
        ax.set_xlabel(words, fontsize=7.5, color=SOFT, loc="left", labelpad=below_legend)


def _cell(ax: Axes, column: int, row: int, cell: dict[str, object]) -> None:
    from matplotlib.patches import Rectangle

    style = _STYLES[str(cell["state"])]
    ax.add_patch(Rectangle((column - 0.46, row - 0.42), 0.92, 0.84, linewidth=0.5, **style))
    words = {QUIET: "\u00b7", UNWATCHED: "", CHANGED: f"\u25bc {cell['n_changes']}"}[str(cell["state"])]
    white: dict[str, Any] = (
        {"color": "white", "fontweight": "bold"} if cell["state"] == CHANGED else {"color": SOFT}
    )
    ax.text(column, row, words, ha="center", va="center_baseline", fontsize=7.5, **white)


_STYLES: dict[str, dict[str, Any]] = {
    QUIET: {"facecolor": "#f4f7f9", "edgecolor": "#b5c4cf"},
    CHANGED: {"facecolor": MARKS["change"].colour, "edgecolor": INK},
    UNWATCHED: {"facecolor": "white", "edgecolor": "#b0b0b0", "hatch": "////"},
}


def _frame(ax: Axes, devices: list[str], parameters: list[str]) -> None:
    ax.set_ylim(len(parameters) - 0.4, -0.6)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0, labelsize=7.5, colors=INK)
    ax.xaxis.tick_top()
    steep = len(devices) > 8
    ax.set_xticks(range(len(devices)), [plain(d, 16) for d in devices], rotation=60 if steep else 0)
    if steep:
        for label in ax.get_xticklabels():
            label.set(ha="left", rotation_mode="anchor")
    ax.set_yticks(range(len(parameters)), [plain(p, 34) for p in parameters])
    settle(ax)
    width = axes_points(ax)[0]
    ax.set_xlim(-0.6, max(len(devices), width / _CELL) - 0.4)
    style: dict[str, Any] = {"frameon": False, "fontsize": 7.0, "handlelength": 1.6, "columnspacing": 1.6}
    # Under few columns the legend is wider than they are: it stands at their right end.
    place: dict[str, Any] = {"loc": "upper right", "bbox_to_anchor": (1.0, -0.01), "ncols": 1}
    if width > _WIDE:
        place = {"loc": "upper left", "bbox_to_anchor": (0.0, -0.01), "ncols": 3}
    ax.legend(handles=_legend(), **place, **style)


def _legend() -> list[Artist]:
    from matplotlib.patches import Patch

    words = {QUIET: "monitored, quiet", CHANGED: "changed (how often)", UNWATCHED: "not monitored"}
    return [Patch(label=words[state], linewidth=0.5, **style) for state, style in _STYLES.items()]

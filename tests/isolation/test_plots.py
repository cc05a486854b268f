"""Each panel and each lane that raises costs only itself."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from matplotlib.figure import Figure

from dicomlab.plots import charts, epochs, textbook, timelines
from dicomlab.report import pictures
from dicomlab.report.left_out import LeftOut
from tests.plots import made_drift

pytestmark = pytest.mark.usefixtures("setting_aside")
SAID = "was set aside: ValueError"


def raising(*_: Any, **__: Any) -> Any:
    raise ValueError("Doe^John")


@pytest.fixture(scope="module")
def drift() -> Any:
    faults = (
        made_drift.Fault("CT-01", "CTDIvol", 300),
        made_drift.Fault("CT-02", "XRayTubeCurrent", 240, 1.3),
    )
    events = (("CT-01", 300, "software", "1 \u2192 2"), ("CT-01", 303, "service", "tube replaced"))
    return made_drift.make_drift(made_drift.Made(faults=faults, events=events))


def words_of(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.texts]


def lines_of(ax: Any) -> list[tuple[float, ...]]:
    return [tuple(line.get_ydata()) for line in ax.lines]


@pytest.mark.parametrize("chart", textbook.CHARTS)
def test_each_panel_that_raises_says_so_and_the_other_is_drawn(
    chart: Any, drift: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, about = textbook.draw_panel, {"device": "CT-01", "parameter": "CTDIvol", "chart": chart}
    whole = charts.control_chart(drift, **about, ax=Figure().subplots()).figure.axes
    for bad_panel in range(len(whole)):
        seen: list[Any] = []

        def bad(ax: Any, panel: Any, seen: list[Any] = seen, bad_panel: int = bad_panel) -> Any:
            seen.append(panel)
            return raising() if len(seen) - 1 == bad_panel else draw(ax, panel)

        monkeypatch.setattr(textbook, "draw_panel", bad)
        panels = charts.control_chart(drift, **about, ax=Figure().subplots()).figure.axes
        assert len(panels) == len(whole)
        assert [any(SAID in one for one in words_of(ax)) for ax in panels] == [
            number == bad_panel for number in range(len(panels))
        ]
        for number, (ax, before) in enumerate(zip(panels, whole, strict=True)):
            assert number == bad_panel or repr(lines_of(ax)) == repr(lines_of(before))
        assert not any("Doe" in one for ax in panels for one in words_of(ax))


def lane_words(ax: Any) -> dict[float, int]:
    """How many texts each lane has."""
    heights = [
        round(float(text.xy[1] if hasattr(text, "xy") else text.get_position()[1])) for text in ax.texts
    ]
    return {height: heights.count(height) for height in heights}


def test_each_machine_whose_lane_raises_leaves_the_other_lanes(
    drift: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, draw = timelines.timeline(drift, ax=Figure().subplots()), epochs.draw_epochs
    for lane, device in enumerate(drift.fleet["device"]):

        def bad(ax: Any, at: int, machine: Any, *more: Any, device: str = device, **how: Any) -> None:
            return raising() if machine["device"] == device else draw(ax, at, machine, *more, **how)

        monkeypatch.setattr(epochs, "draw_epochs", bad)
        ax = timelines.timeline(drift, ax=Figure().subplots())
        assert [text.get_position()[1] for text in ax.texts if SAID in text.get_text()] == [lane]
        others = {at: n for at, n in lane_words(whole).items() if at != lane}
        assert {at: n for at, n in lane_words(ax).items() if at != lane} == others
        assert [t.get_text() for t in ax.get_yticklabels()] == [t.get_text() for t in whole.get_yticklabels()]


@pytest.mark.parametrize("step", ["_event_lane", "_change_lane"])
def test_each_lane_of_a_machine_that_raises_says_so(
    step: str, drift: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes = timelines._lanes(drift, "CT-01")
    whole = timelines.timeline(drift, device="CT-01", ax=Figure().subplots())
    monkeypatch.setattr(timelines, step, raising)
    ax = timelines.timeline(drift, device="CT-01", ax=Figure().subplots())
    bad = [at for at, (what, _) in enumerate(lanes) if f"_{what}_lane" == step]
    assert bad
    assert [text.get_position()[1] for text in ax.texts if SAID in text.get_text()] == bad
    others = {at: n for at, n in lane_words(whole).items() if at not in bad}
    assert {at: n for at, n in lane_words(ax).items() if at not in bad} == others


def test_a_report_lists_the_lanes_that_its_pictures_leave_out(
    drift: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that whoever wrote it ends with the exit code for a partial result."""
    only = {"timeline": partial(pictures.draw_timeline, drift)}
    monkeypatch.setattr(pictures, "_drawings", lambda *_: only)
    draw, whole, partly = epochs.draw_epochs, LeftOut(), LeftOut()
    assert set(pictures.draw_pictures(drift, {}, whole)) == {"timeline"}
    assert whole.found == []

    def bad(ax: Any, at: int, machine: Any, *more: Any, **how: Any) -> None:
        return raising() if machine["device"] == "CT-02" else draw(ax, at, machine, *more, **how)

    monkeypatch.setattr(epochs, "draw_epochs", bad)
    assert set(pictures.draw_pictures(drift, {}, partly)) == {"timeline"}
    assert [one.item for one in partly.found] == ["this lane in picture timeline"]
    assert SAID in partly.remark
    assert "Doe" not in partly.remark

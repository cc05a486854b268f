import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.text import Text

from dicomlab.errors import WrongArgument
from dicomlab.plots import fleet_map, timeline
from dicomlab.plots.axis import records
from dicomlab.plots.epochs import find_epochs, split_update
from dicomlab.plots.fleet import CHANGED, QUIET, UNWATCHED, fleet_cells
from dicomlab.plots.marks import one_a_day, short_event
from dicomlab.plots.timelines import together


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_every_device_has_a_lane(drift):
    ax = timeline(drift)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["CT-01", "CT-02"]


def test_linked_changes_are_named_once_and_counted(drift):
    assert any("CTDIvol +18 % and 1 more" in text for text in texts(timeline(drift)))


def test_one_device_has_a_lane_per_kind_of_event_and_parameter(drift):
    lanes = [label.get_text() for label in timeline(drift, device="CT-01").get_yticklabels()]
    assert lanes == ["software", "calibration", "service", "CTDIvol", "ConvolutionKernel"]


def test_software_versions_are_written_on_their_epochs(drift):
    assert {"VA40", "VA50"} <= set(texts(timeline(drift, device="CT-01")))


def test_neighbouring_epochs_differ_without_colour(drift):
    ax = timeline(drift, device="CT-01")
    hatches = [bar.get_hatch() or "" for bar in ax.patches]
    assert len(set(hatches)) == 2


def test_epochs_are_as_the_fleet_tells_them():
    told = [{"version": "A", "from": "2024-01-01"}, {"version": "B", "from": "2024-03-01"}]
    machine = {"software_epochs": told, "first": "2024-01-01", "last": "2024-06-01", "software": "B"}
    epochs = find_epochs(machine, pd.DataFrame(columns=["device", "date", "kind", "text"]))
    assert [(e.software, e.last - e.first) for e in epochs] == [("A", 60), ("B", 92)]


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("VA40 \u2192 VA50", ("VA40", "VA50")),
        ("SoftwareVersions VA40 -> VA50", ("VA40", "VA50")),
        ("VA50", ("", "VA50")),
        (None, ("", "")),
    ],
)
def test_the_text_of_an_update_names_the_versions(text, versions):
    assert split_update(text) == versions


def test_what_two_sources_tell_of_one_day_is_named_once():
    texts = ["Software A to B.", "SoftwareVersions A \u2192 B"]
    events = pd.DataFrame({"device": "CT", "date": "2024-01-01", "kind": "software", "text": texts})
    assert [short_event(e) for e in records(one_a_day(events))] == ["A \u2192 B"]


def test_changes_of_one_week_stand_together(drift):
    groups = together(drift.changes)
    assert [len(group) for group in groups] == [2, 1]
    assert groups[0][0]["parameter"] == "CTDIvol"


@pytest.fixture(scope="module")
def large(made):
    """A hundred CTs, of which the last one changed."""
    names = tuple(f"CT-{n:03d}" for n in range(1, 101))
    faults = (made.Fault("CT-100", "CTDIvol", 300),)
    return made.make_drift(made.Made(devices=names, faults=faults, n_points=20, strata=("Abdomen",)))


def test_a_large_fleet_stands_in_rows_with_those_that_changed(large):
    ax = fleet_map(large)
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert len(rows) == 90
    assert rows[-1] == "CT-100"
    assert "10 more devices" in ax.get_xlabel()
    assert "CTDIvol" in [label.get_text() for label in ax.get_xticklabels()]


@pytest.mark.slow
def test_a_large_fleet_has_narrow_lanes_with_those_that_changed(large):
    ax = timeline(large)
    lanes = [label.get_text() for label in ax.get_yticklabels()]
    assert len(lanes) == 90
    assert lanes[-1] == "CT-100"
    assert "10 devices with fewer changes not shown" in ax.get_title(loc="left")
    assert ax.figure.get_size_inches()[1] < 30


@pytest.mark.slow
@pytest.mark.parametrize("draw", [timeline, fleet_map])
def test_names_of_a_large_fleet_do_not_overlap(large, draw):
    ax = draw(large)
    ax.figure.draw_without_rendering()
    for names in (ax.get_yticklabels(), ax.get_xticklabels()):
        boxes = [name.get_window_extent() for name in names if name.get_text()]
        assert not any(a.overlaps(b) for a, b in itertools.pairwise(boxes))


def test_unknown_devices_are_told_with_what_there_is(drift):
    with pytest.raises(WrongArgument, match="CT-01"):
        timeline(drift, device="nowhere")


def test_empty_tables_give_sentences(made):
    empty = made.make_drift(made.Made(devices=(), faults=()))
    assert texts(timeline(empty)) == ["There is no device to show."]
    assert texts(fleet_map(empty)) == ["Nothing was analysed, so there is no map."]


def test_pictures_on_given_axes_open_no_other_figure(drift):
    for draw in (timeline, fleet_map):
        ax = Figure().add_subplot()
        assert draw(drift, ax=ax) is ax
    assert pyplot.get_fignums() == []


def test_a_cell_is_changed_quiet_or_unwatched(drift):
    drift.signals.loc[drift.signals["parameter"] == "KVP", "is_monitored"] = False
    state = fleet_cells(drift).set_index(["device", "parameter"])["state"]
    assert state["CT-01", "CTDIvol"] == CHANGED
    assert state["CT-02", "CTDIvol"] == QUIET
    assert state["CT-01", "KVP"] == UNWATCHED


def test_the_map_tells_the_states_apart_without_colour(drift):
    handles = fleet_map(drift).get_legend().legend_handles
    grey = [round(float(np.dot(h.get_facecolor()[:3], [0.3, 0.6, 0.1])), 1) for h in handles]
    assert len({(g, h.get_hatch()) for g, h in zip(grey, handles, strict=True)}) == 3


def test_parameters_that_changed_come_first_in_the_map(drift):
    labels = [label.get_text() for label in fleet_map(drift).get_yticklabels()]
    assert set(labels[:3]) == {"CTDIvol", "ConvolutionKernel", "XRayTubeCurrent"}
    assert labels[3] == "KVP"


def test_labels_in_a_lane_leave_the_marks_of_others_visible(made):
    faults = tuple(made.Fault("CT-01", p, 200 + 15 * i) for i, p in enumerate(("CTDIvol", "XRayTubeCurrent")))
    ax = timeline(made.make_drift(made.Made(faults=faults)))
    ax.figure.canvas.draw()
    labels = [Text.get_window_extent(t) for t in ax.texts if "%" in t.get_text()]
    marks = [line for line in ax.lines if line.get_marker() == "v" and len(line.get_xdata())]
    spots = [ax.transData.transform((line.get_xdata()[0], line.get_ydata()[0])) for line in marks]
    assert (len(labels) > 0, len(spots)) == (True, 2)
    assert not [1 for box in labels for x, y in spots if box.contains(x, y)]

"""The steps from the fleet to a signal, as plain data."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from dicomlab.plots.charts import pick_signal
from dicomlab.plots.overlay import chart_points
from dicomlab.report.behind import rows_behind
from dicomlab.report.overview import device_overview, fleet_overview, signal_overview, signals_of
from tests.widgets.made import make_faults


@pytest.fixture
def drift():
    return make_faults()


def test_the_map_tells_open_changes_from_decided_ones(drift):
    seen = fleet_overview(drift)
    assert seen["devices"] == ["CT-01", "CT-02"]
    assert seen["parameters"][:3] == ["CTDIvol", "ConvolutionKernel", "XRayTubeCurrent"]
    assert seen["cells"][0] == [["changed", 1], ["quiet", 0]]
    drift.changes.loc[drift.changes["parameter"] == "CTDIvol", "decision"] = "accepted"
    cells = dict(zip(fleet_overview(drift)["parameters"], fleet_overview(drift)["cells"], strict=True))
    assert cells["CTDIvol"][0] == ["decided", 0]
    assert [f["device"] for f in seen["findings"]] == ["CT-01", "CT-02"]
    json.dumps(seen)


def test_a_signal_says_how_many_lie_outside(drift):
    signal = pick_signal(drift, "CT-01", "CTDIvol", "Abdomen")
    seen = signal_overview(drift, signal, chart_points(drift, signal))
    assert seen["n_beyond"] == len(seen["beyond"]) > 0
    assert seen["sentences"][0].startswith("120 acquisitions from ")
    assert seen["sentences"][1].startswith("Usual range: ")
    setting = pick_signal(drift, "CT-01", "ConvolutionKernel", "Abdomen")
    other = signal_overview(drift, setting, chart_points(drift, setting))
    assert {row[1] for row in other["beyond"]} == {"Br40d"}
    assert signals_of(drift, "CT-01", "CTDIvol")[0] == (signal["signal_id"], "Abdomen")


def test_a_device_says_what_it_is_and_what_of_it_is_followed(drift):
    seen = device_overview(drift, "CT-01")
    assert seen["parameters"][0]["n_changes"] == 1
    assert any("VA50" in event["text"] for event in seen["events"])
    json.dumps(seen)


def test_nothing_analysed_is_no_error(drift):
    tables = ("signals", "points", "changes", "events", "fleet", "causes")
    empty = replace(drift, **{name: getattr(drift, name).iloc[:0] for name in tables})
    seen = fleet_overview(empty)
    assert (seen["devices"], seen["cells"], seen["findings"]) == ([], [], [])
    assert seen["headline"] == "No device could be judged."


class OneSeries:
    """A catalog that knows of one series, seen under two patients."""

    def read(self, table, columns=None, where=None):
        self.where = where
        rows = pd.DataFrame(
            {"SeriesInstanceUID": ["a", "a"], "PatientID": ["P1", "P2"], "SeriesDescription": ["x", "x"]}
        )
        return rows if columns is None else rows[columns]


def test_rows_say_what_the_catalog_knows_and_keep_what_it_does_not(drift):
    points = drift.points.head(3).assign(series=["b'; --", "a", "a"])
    catalog = OneSeries()
    rows = rows_behind(points, catalog)
    assert len(rows) == 3
    assert rows["PatientID"].fillna("").tolist().count("P1") == 2
    assert "'b''; --'" in catalog.where
    assert rows.columns[-1] == "SeriesInstanceUID"
    assert rows_behind(points).columns.tolist()[0] == "date"
    assert rows_behind(points.iloc[:0], catalog).empty

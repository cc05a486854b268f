"""DriftDashboard without a browser."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

import dicomlab as dl
from dicomlab.drift.kept.decisions import read_decisions
from dicomlab.errors import UnknownSetting, WrongArgument
from tests.widgets.made import make_faults
from tests.widgets.test_views import gesture


@pytest.fixture(scope="module")
def drift():
    return make_faults()


@pytest.fixture
def dashboard(drift, tmp_path):
    return dl.widgets.DriftDashboard(drift, decisions=tmp_path / "decisions.csv")


def test_a_value_leads_to_a_place_and_a_place_has_a_value(dashboard):
    dashboard.value = "C001"
    assert (dashboard.device, dashboard.parameter, dashboard.stratum) == ("CT-01", "CTDIvol", "Abdomen")
    dashboard.show("CT-02", "KVP", stratum="Head")
    assert (dashboard.value, dashboard.stratum, dashboard.change) == ("CT-02/KVP", "Head", "")
    gesture(dashboard, kind="open", device="CT-02")
    assert (dashboard.value, dashboard.parameter) == ("CT-02", "")
    gesture(dashboard, kind="open", change="C003")
    assert (dashboard.value, dashboard.device) == ("C003", "CT-02")
    dashboard.value = ""
    assert dashboard.device == ""


def test_a_place_that_is_not_there_is_said_and_changes_nothing(dashboard):
    dashboard.value = "CT-01/KVP"
    dashboard.value = "CT-01/KVPP"
    assert "KVPP" in dashboard.problem
    assert dashboard.value == "CT-01/KVP"
    with pytest.raises(WrongArgument):
        dashboard.show(change="C999")
    with pytest.raises(WrongArgument):
        dl.widgets.DriftDashboard("drift")
    with pytest.raises(UnknownSetting):
        dl.widgets.DriftDashboard(make_faults(), decision="x")


def test_a_brush_chooses_points_and_the_rows_behind_them(dashboard):
    dashboard.value = "C001"
    seen = gesture(dashboard, kind="detail")
    width, height = seen["picture"]["width"], seen["picture"]["height"]
    assert len(seen["points"]) == seen["n_points"] == 120
    assert all(0 <= x <= width and 0 <= y <= height for _, x, y, *_ in seen["points"])
    answer = gesture(dashboard, kind="brush", box=[0, 0, width / 2, height])
    assert 0 < len(answer["chosen"]) == len(dashboard.selected) < 120
    rows = dashboard.rows()
    assert sorted(rows["SeriesInstanceUID"]) == sorted(dashboard.selected)
    assert dashboard.table.total == len(rows)
    one = answer["chosen"][0]
    assert one not in gesture(dashboard, kind="pick", points=[one], more=True)["chosen"]
    gesture(dashboard, kind="pick", points=[])
    assert (dashboard.selected, dashboard.table) == ([], None)
    dashboard.selected = [rows["SeriesInstanceUID"][0]]
    assert len(dashboard.rows()) == 1


def test_a_decision_is_kept_and_shown(dashboard, tmp_path):
    note = "=cmd() new\nprotocol"
    gesture(dashboard, kind="decide", decision="accept", changes=["C001", "C002"], note=note)
    assert dashboard.problem == ""
    assert read_decisions(tmp_path / "decisions.csv")["decision"].tolist() == ["accepted", "accepted"]
    fleet = gesture(dashboard, kind="fleet")
    assert [f["is_decided"] for f in fleet["findings"]] == [False, True]
    assert fleet["cells"][fleet["parameters"].index("CTDIvol")][0] == ["decided", 0]
    assert dashboard.drift.changes["decision"].tolist() == ["accepted", "accepted", ""]
    gesture(dashboard, kind="decide", decision="reject", changes=["C001"])
    assert dashboard.drift.changes["decision"][0] == "rejected"
    gesture(dashboard, kind="decide", decision="burn", changes=["C001"])
    assert "burn" in dashboard.problem
    assert dashboard.decided == 2


def test_without_a_file_nothing_is_decided(drift, small_catalog):
    dashboard = dl.widgets.DriftDashboard(drift)
    assert gesture(dashboard, kind="fleet")["decisions_file"] == ""
    gesture(dashboard, kind="decide", decision="accept", changes=["C001"])
    assert "decisions" in dashboard.problem
    beside = gesture(dl.widgets.DriftDashboard(drift, small_catalog), kind="fleet")["decisions_file"]
    assert beside.endswith("catalog.drift/decisions.csv")


@pytest.mark.slow
def test_every_step_is_plain_data(dashboard):
    for value in ("", "CT-01", "CT-01/ConvolutionKernel", "C003"):
        dashboard.value = value
        seen = gesture(dashboard, kind="detail")
        assert seen["kind_of"] == {"": "fleet", "CT-01": "device"}.get(value, "signal")
        assert seen["picture"]["src"].startswith("data:image/png;base64,")
        json.dumps(seen)
    dashboard.raw = True
    assert gesture(dashboard, kind="detail")["points"]
    assert dashboard.problem == ""


def test_nothing_analysed_can_be_looked_at(drift):
    tables = ("signals", "points", "changes", "events", "fleet", "causes")
    empty = replace(drift, **{name: getattr(drift, name).iloc[:0] for name in tables})
    dashboard = dl.widgets.DriftDashboard(empty)
    assert gesture(dashboard, kind="fleet")["headline"] == "No device could be judged."
    assert gesture(dashboard, kind="detail")["picture"] is None
    assert dashboard.rows().empty


def test_many_points_stay_few_for_the_page(drift, monkeypatch):
    from dicomlab.widgets import dashboard as module

    monkeypatch.setattr(module, "_MOST_POINTS", 30)
    dashboard = dl.widgets.DriftDashboard(drift, value="C001")
    seen = gesture(dashboard, kind="detail")
    assert 25 <= len(seen["points"]) < seen["n_points"]
    width, height = seen["picture"]["width"], seen["picture"]["height"]
    assert len(gesture(dashboard, kind="brush", box=[0, 0, width, height])["chosen"]) == 120


class _Told:
    """A lock that says when somebody comes for it."""

    def __init__(self):
        self.own, self.wanted = threading.RLock(), threading.Event()

    def __enter__(self):
        self.wanted.set()
        self.own.acquire()

    def __exit__(self, *_):
        self.own.release()


@pytest.mark.parametrize(("there", "seen"), [("", "fleet"), ("CT-01", "device")])
def test_what_is_drawn_is_where_one_is_when_it_is_drawn(dashboard, there, seen):
    dashboard.value = "C001"
    assert dashboard.parameter
    dashboard.lock, answers = _Told(), []
    drawing = threading.Thread(target=lambda: answers.append(dashboard._detail()["kind_of"]))
    with dashboard.lock.own:
        drawing.start()
        assert dashboard.lock.wanted.wait(60)
        dashboard.value = there  # after it was asked for, before it is drawn
    drawing.join()
    assert answers == [seen]


def test_what_the_browser_changes_waits_for_what_a_cell_changes(dashboard):
    dashboard.lock = _Told()
    moving = threading.Thread(target=dashboard.set_state, args=({"value": "CT-01"},))
    with dashboard.lock.own:
        moving.start()
        assert dashboard.lock.wanted.wait(60)
        assert dashboard.value == ""
    moving.join()
    assert (dashboard.value, dashboard.device) == ("CT-01", "CT-01")


@pytest.mark.slow
def test_gestures_may_come_from_another_thread(dashboard):
    errors = []

    def browse(places):
        try:
            for value in places:
                dashboard.set_state({"value": value})
                dashboard._detail()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=browse, args=([p, "CT-01"],)) for p in ("C001", "C003")]
    for one in threads:
        one.start()
    dashboard.rows()
    for one in threads:
        one.join()
    assert (errors, dashboard.problem) == ([], "")


@pytest.mark.slow
def test_rows_of_a_masked_dashboard_name_no_patient(drift, small_catalog):
    own = replace(drift, points=drift.points.assign(series="1.2.1.0"))
    dashboard = dl.widgets.DriftDashboard(own, small_catalog, value="C001")
    dashboard.selected = ["1.2.1.0"]
    assert dashboard.rows()["PatientID"].unique().tolist() == ["P00"]
    with dl.options.masked():
        dashboard.selected = []
        dashboard.selected = ["1.2.1.0"]
        rows = dashboard.table._rows(0, 5)["rows"]
    assert "P00" not in str(rows)
    assert dashboard.rows()["PatientID"].str.startswith("patient-").all()  # it stays masked

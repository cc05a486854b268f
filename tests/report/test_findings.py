import base64
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dicomlab.drift.signals.signal import signal_id
from dicomlab.report.findings import rank_findings
from dicomlab.report.pictures import draw, draw_chart
from dicomlab.report.sections import MOST_FINDINGS, device_years, headline, summarise, unwatched, watched
from dicomlab.schema.columns import may_identify


def test_linked_changes_are_one_finding_led_by_the_worst(drift):
    first, second = rank_findings(drift)
    assert [c["parameter"] for c in first["changes"]] == ["CTDIvol", "ConvolutionKernel"]
    assert first["title"] == "CTDIvol in Abdomen: +18 % from 27 Oct 2024"
    assert [first["number"], second["number"]] == [1, 2]


def test_without_links_each_change_is_a_finding(made):
    drift = made.make_drift(made.Made(faults=tuple(made.Fault("CT-01", "CTDIvol", d) for d in (250, 400))))
    unlinked = replace(drift, changes=drift.changes.drop(columns="finding"))
    assert len(rank_findings(unlinked)) == 2


@pytest.mark.parametrize(
    ("severity", "words"), [(3, "look now"), (2, "look soon"), (1, "worth a look"), (7, "look now")]
)
def test_severity_is_said_in_words(made, severity, words):
    drift = made.make_drift(made.Made(faults=(made.Fault("CT-01", "CTDIvol", 250, severity=severity),)))
    assert rank_findings(drift)[0]["severity_words"] == words


def test_more_findings_than_a_reader_takes_in_are_counted(made):
    faults = tuple(made.Fault("CT-01", "CTDIvol", 200 + 20 * i) for i in range(MOST_FINDINGS + 3))
    device = summarise(made.make_drift(made.Made(faults=faults)))["devices"][0]
    assert (len(device["findings"]), len(device["more"])) == (MOST_FINDINGS, 3)


def test_a_signal_that_changed_twice_is_drawn_once(made):
    faults = tuple(made.Fault("CT-01", "CTDIvol", d) for d in (250, 400))
    findings = summarise(made.make_drift(made.Made(faults=faults)))["devices"][0]["findings"]
    assert [len(finding["charts"]) for finding in findings] == [1, 0]


def test_a_summary_is_plain_data_that_can_be_kept(drift):
    import json

    assert json.loads(json.dumps(summarise(drift), default=str))["first"] == "CT-01"


def test_the_headline_counts_one_as_one(made):
    drift = made.make_drift(made.Made(devices=("CT-01",)))
    assert headline(drift, rank_findings(drift)) == "1 device, 1 change since 1 Jan 2024"


def test_reasons_are_grouped_with_the_commonest_first():
    rows = [("too few", "A"), ("too few", "B"), ("", "C"), ("ok", "D")]
    signals = pd.DataFrame(rows, columns=["reason", "parameter"]).assign(is_monitored=[False] * 3 + [True])
    assert unwatched(signals) == [
        {"reason": "too few", "n_signals": 2, "parameters": "A, B"},
        {"reason": "no reason given", "n_signals": 1, "parameters": "C"},
    ]


def test_reasons_that_differ_in_name_and_number_are_one():
    rows = [("SAR is empty in all 12 series", "SAR"), ("dBdt is empty in all 3,475 series", "dBdt")]
    signals = pd.DataFrame(rows, columns=["reason", "parameter"]).assign(is_monitored=False)
    reason = "the parameter is empty in all \u2026 series"
    assert unwatched(signals) == [{"reason": reason, "n_signals": 2, "parameters": "SAR, dBdt"}]


def test_parameters_that_were_followed_alike_stand_together(drift):
    rows = watched(drift.signals[drift.signals["device"] == "CT-01"])
    assert [(row["kind"], row["parameters"], row["n_signals"]) for row in rows] == [
        ("level", "CTDIvol, XRayTubeCurrent", 2),
        ("setting", "ConvolutionKernel, KVP", 4),
    ]


def test_the_only_event_is_not_said_twice(made):
    fault = made.Fault("CT-01", "CTDIvol", 300, cause="coincides with VA50 on 2024-10-27")
    drift = made.make_drift(made.Made(faults=(fault,)))
    assert len(rank_findings(drift)[0]["causes"]) == 1
    told = drift.changes.assign(text=f"CTDIvol rose; {fault.cause}.")
    finding = rank_findings(replace(drift, changes=told))[0]
    assert finding["causes"] == []
    assert finding["cause"] == "Coincides with VA50 on 27 Oct 2024."
    assert finding["text"].endswith("on 27 Oct 2024.")


def test_what_headers_and_service_log_both_tell_is_one_entry(made):
    events = tuple(("CT-01", day, "calibration", text) for day in (50, 110, 170) for text in ("tag", "log"))
    entries = summarise(made.make_drift(made.Made(events=events)))["devices"][0]["events"]
    assert entries == [
        {"when": "20 Feb 2024 to 19 Jun 2024", "kind": "calibration", "text": "tag; log", "times": "3 times"}
    ]


def test_device_years_count_from_the_end_of_the_baseline(made):
    # From day 180 to day 539 at most: just under a year for each device.
    assert device_years(made.make_drift(made.Made(devices=("CT-01",)))) == pytest.approx(0.98, abs=0.01)


def test_a_small_mark_keeps_its_colour_in_the_palette():
    def paint(ax):
        ax.set_axis_off()
        ax.scatter(range(400), range(400), c=np.linspace(0, 1, 400), cmap="gray")
        ax.plot([0], [399], marker="s", color="#009e73", markersize=3)

    src = draw(paint, 2.0, "a picture").src
    image = Image.open(io.BytesIO(base64.b64decode(src.partition(",")[2]))).convert("RGB")
    red, green, blue = np.asarray(image).astype(int).transpose(2, 0, 1)
    assert (((green - red) > 60) & ((green - blue) > 20)).sum() >= 10


def test_a_chart_is_told_in_words_too(drift):
    alt = draw_chart(drift, signal_id("CT-02", "CT", "XRayTubeCurrent", "Abdomen")).alt
    assert alt.startswith("Control chart of XRayTubeCurrent in Abdomen on CT-02: +30 % from 28 Aug 2024 to")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("PatientID", True),
        ("OtherPatientIDs", True),
        ("KVP", False),
        ("busy_minutes", False),
        ("Modality", False),
    ],
)
def test_what_may_identify_is_known_by_name(column, expected):
    assert may_identify(column) is expected

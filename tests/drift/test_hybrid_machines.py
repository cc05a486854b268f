"""A PET/CT is one machine of two modalities, which share names of parameters and protocols."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dicomlab.drift.engine import find_drift
from dicomlab.drift.export import export_points
from dicomlab.drift.kept.decisions import (
    accept,
    is_known,
    mark_seen,
    new_changes,
    read_decisions,
    with_decisions,
)
from dicomlab.drift.retrospect import retrospect
from dicomlab.drift.signals.signal import signal_id
from dicomlab.plots.charts import control_chart, pick_signal
from dicomlab.report.findings import rank_findings
from dicomlab.report.overview import signals_of
from dicomlab.report.rows import finding_rows
from dicomlab.widgets.dashboard import DriftDashboard
from tests.drift.machines import START, day_number, make_ct

CT_DAY, PT_DAY = 300, 330


def make_pet_ct() -> pd.DataFrame:
    """Kernels of both halves change, a month apart; the halves have software of their own."""
    ct = make_ct(name="PETCT").assign(SoftwareVersions="CT VB20")
    pt = ct.assign(
        Modality="PT",
        SoftwareVersions="PT 2.1",
        SeriesInstanceUID=ct["SeriesInstanceUID"].astype(str) + ".9",
        KVP=None,
        XRayTubeCurrent=None,
        CTDIvol=None,
    )
    for half, day, kernel in ((ct, CT_DAY, "Br40d"), (pt, PT_DAY, "XYZ Gauss")):
        is_late = (day_number(half) >= day) & (half["ProtocolName"] == "Head")
        half["ConvolutionKernel"] = half["ConvolutionKernel"].where(~is_late, kernel)
        half.loc[~is_late, "ConvolutionKernel"] = [f"{k}" for k in half.loc[~is_late, "ProtocolName"]]
    return pd.concat([ct, pt], ignore_index=True)


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return make_pet_ct()


@pytest.fixture(scope="module")
def drift(series):
    return find_drift(series, parameters=["ConvolutionKernel"])


@pytest.fixture
def halves(drift) -> dict[str, pd.Series]:
    changes = drift.changes[drift.changes["stratum"].str.startswith("Head")]
    assert sorted(changes["modality"]) == ["CT", "PT"]
    return {row["modality"]: row for _, row in changes.iterrows()}


def test_it_is_one_machine_that_is_judged(drift):
    assert len(drift.fleet) == 1
    assert set(drift.signals.loc[drift.signals["is_monitored"], "modality"]) == {"CT", "PT"}


def test_each_half_has_its_own_change(halves):
    onsets = {name: (change["onset"] - START).days for name, change in halves.items()}
    assert 0 <= onsets["CT"] - CT_DAY <= 12  # it rests for 12 days
    assert 0 <= onsets["PT"] - PT_DAY <= 12
    assert " of CT in Head" in halves["CT"]["text"]
    assert " of PT in Head" in halves["PT"]["text"]


def test_signals_have_one_id_in_every_table(drift):
    signals = drift.signals[drift.signals["signal_id"] != ""]
    assert signals["signal_id"].is_unique
    for table in (drift.points, drift.alarms, drift.changes):
        assert set(table["signal_id"]) <= set(signals["signal_id"])
    names = signals[["device", "modality", "parameter", "stratum"]].astype(str)
    assert list(signals["signal_id"]) == [signal_id(*row) for row in names.itertuples(index=False)]


def test_the_evidence_of_a_change_is_of_its_half(drift, halves, series):
    of = series.set_index("SeriesInstanceUID")["Modality"]
    for name, change in halves.items():
        rows = finding_rows(drift, change["change_id"])
        assert set(rows["side"]) == {"before", "after"}
        assert set(of[rows["series"]]) == {name}
        assert set(rows["modality"]) == {name}


def test_accepting_one_half_leaves_the_other_open(drift, halves, tmp_path):
    path = accept(drift, halves["CT"]["change_id"], to=tmp_path / "decisions.csv", note="New kernel")
    decided = with_decisions(drift.changes, read_decisions(path)).set_index("change_id")["decision"]
    assert decided[halves["CT"]["change_id"]] == "accepted"
    assert decided[halves["PT"]["change_id"]] == ""


def test_a_decision_of_an_older_file_holds_for_both(drift, halves):
    row = halves["CT"]
    old = pd.DataFrame([row[["device", "parameter", "stratum", "kind", "onset"]]])
    near = drift.changes.assign(**dict.fromkeys(("onset", "onset_low", "onset_high"), row["onset"]))
    heads = near[near["stratum"] == row["stratum"]]
    assert is_known(heads, old).all()
    ct_only = old.assign(modality="CT")
    assert is_known(heads, ct_only).tolist() == [modality == "CT" for modality in heads["modality"]]


def test_a_decision_follows_a_signal_whose_stratum_has_another_name(drift, halves, tmp_path):
    path = accept(drift, halves["CT"]["change_id"], to=tmp_path / "decisions.csv")
    renamed = drift.changes.assign(stratum=drift.changes["stratum"].str.replace("Head", "Head neu"))
    decided = with_decisions(renamed, read_decisions(path)).set_index("change_id")["decision"]
    assert decided[halves["CT"]["change_id"]] == "accepted"


def test_what_was_seen_of_one_half_is_news_of_the_other(drift, halves, tmp_path):
    ct_only = replace(drift, changes=drift.changes[drift.changes["modality"] == "CT"])
    seen = mark_seen(ct_only, seen=tmp_path / "seen.csv")
    assert set(new_changes(drift, seen=seen)["modality"]) == {"PT"}


def test_charts_and_choices_keep_the_halves_apart(drift, halves):
    from matplotlib.figure import Figure

    for name in halves:
        signal = pick_signal(drift, "PETCT", "ConvolutionKernel", modality=name)
        assert signal["modality"] == name
        chart = control_chart(
            drift,
            device="PETCT",
            parameter="ConvolutionKernel",
            stratum=halves[name]["stratum"],
            modality=name,
            ax=Figure().subplots(),
        )
        assert f"\u00b7  {name}  \u00b7" in chart.get_title(loc="left")
    words = [text for _, text in signals_of(drift, "PETCT", "ConvolutionKernel")]
    assert len(set(words)) == len(words)
    titles = [finding["title"] for finding in rank_findings(drift)]
    assert any("of PT" in title for title in titles)


def test_the_dashboard_goes_to_the_half_of_a_change(drift, halves):
    dashboard = DriftDashboard(drift)
    for change in halves.values():
        dashboard.value = change["change_id"]
        assert dashboard.signal == change["signal_id"]
    other = next(c for c in halves.values() if c["signal_id"] != dashboard.signal)
    dashboard.signal = other["signal_id"]
    assert dashboard.stratum == other["stratum"]
    dashboard.signal = "S000"
    assert dashboard.signal == other["signal_id"]


def test_what_is_handed_on_keeps_them_apart(drift, tmp_path):
    path = export_points(drift, to=tmp_path / "points.csv")
    table = pd.read_csv(path)
    monitored = drift.signals[drift.signals["is_monitored"]]
    counts = table.groupby("signal_id").size()
    assert counts.to_dict() == monitored.set_index("signal_id")["n"].to_dict()
    back = retrospect(drift)
    assert back["signal_id"].is_unique
    assert set(back["modality"]) == {"CT", "PT"}


def test_two_versions_of_software_are_no_shifted_dates(series):
    assert len(find_drift(series, parameters=["ConvolutionKernel"]).changes)

"""`dicomlab drift` and `dicomlab report`: what changed, in words, as JSON, as a file."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

ONSET = pd.Timestamp("2024-09-09")


def make_series(step: float) -> pd.DataFrame:
    """Head CTs of one machine over a year; CTDIvol is another from ONSET on."""
    rng = np.random.default_rng(1)
    hours = pd.Timedelta(hours=1) * np.tile([8, 10, 12], 260)
    moments = np.repeat(pd.bdate_range("2024-01-01", periods=260), 3) + hours
    dose = 50 * np.exp(rng.normal(0, 0.02, len(moments))) * np.where(moments >= ONSET, 1 + step, 1)
    number = np.arange(len(moments)).astype(str)
    return pd.DataFrame(
        {
            "SeriesInstanceUID": np.char.add("1.2.3.", number),
            "StudyInstanceUID": np.char.add("1.2.4.", number),
            "PatientID": np.char.add("P", number),
            "Modality": "CT",
            "Manufacturer": "Aurora Imaging",
            "ManufacturerModelName": "Vega 64",
            "DeviceSerialNumber": "0077123",
            "StationName": "CT-01",
            "ProtocolName": "Head",
            "KVP": 120.0,
            "first_acquired_at": moments,
            "CTDIvol": dose,
            "n_instances": 1,
        }
    )


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drift")
    make_series(0.2).to_parquet(folder / "step.parquet")
    make_series(0.2).to_csv(folder / "step.csv", index=False)
    make_series(0.2).to_csv(folder / "step.tsv", index=False, sep="\t")
    make_series(0.0).to_parquet(folder / "flat.parquet")
    return folder


@pytest.mark.parametrize("name", ["step.parquet", "step.csv", "step.tsv"])
def test_a_change_is_told_with_its_day_and_ends_with_1(tables, dicomlab, name):
    ran = dicomlab("drift", tables / name, "--json")
    changes = json.loads(ran.out)["changes"]
    assert ran.code == 1
    assert [(c["parameter"], c["device"]) for c in changes] == [("CTDIvol", "CT-01")]
    assert abs(pd.Timestamp(changes[0]["onset"]) - ONSET) <= pd.Timedelta(days=3)
    assert changes[0]["effect"] == pytest.approx(0.2, abs=0.02)


def test_a_serial_number_keeps_its_zeros_in_a_csv(tables, dicomlab):
    fleet = json.loads(dicomlab("drift", tables / "step.csv", "--json").out)["fleet"]
    assert fleet[0]["DeviceSerialNumber"] == "0077123"


def test_the_sentence_names_machine_parameter_and_size(tables, dicomlab):
    out = dicomlab("drift", tables / "step.parquet").out
    assert "CT-01 (Aurora Imaging Vega 64, serial 0077123)" in out
    assert "*** C001  CTDIvol in Head rose by 20 %" in out
    assert max(len(line) for line in out.splitlines() if str(tables) not in line) <= 80


def test_nothing_changed_ends_with_0(tables, dicomlab):
    ran = dicomlab("drift", tables / "flat.parquet")
    assert ran.code == 0
    assert "no change on 1 machine" in " ".join(ran.out.split())


def test_too_little_to_judge_is_not_told_as_no_change(tables, dicomlab):
    make_series(0.0).head(20).to_parquet(tables / "short.parquet")
    ran = dicomlab("drift", tables / "short.parquet")
    assert ran.code == 3
    assert "too little to tell" in " ".join(ran.out.split())
    assert "no change" not in ran.out


def test_changes_before_a_day_are_left_out(tables, dicomlab):
    assert dicomlab("drift", tables / "step.parquet", "--since", "2024-12-01").code == 0
    assert dicomlab("drift", tables / "step.parquet", "--since", "2024-06").code == 1


def test_only_the_parameter_that_is_named_is_judged(tables, dicomlab):
    assert dicomlab("drift", tables / "step.parquet", "--parameter", "KVP").code == 0


def test_a_service_event_of_that_day_is_told_with_the_change(tables, dicomlab):
    log = tables / "log.csv"
    log.write_text(f"device,date,kind,text\nCT-01,{ONSET:%Y-%m-%d},service,X-ray tube replaced\n")
    out = dicomlab("drift", tables / "step.parquet", "--events", log).out
    assert "X-ray tube replaced" in " ".join(out.split())


def test_the_report_is_written_beside_the_answer(tables, dicomlab, tmp_path):
    ran = dicomlab("drift", tables / "step.parquet", "--report", tmp_path / "out.html", "--json")
    assert ran.code == json.loads(ran.out)["exit_code"] == 1
    assert "CTDIvol" in (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "Report written" in ran.err


def test_a_report_that_was_written_ends_with_0(tables, dicomlab, tmp_path):
    to = tmp_path / "ct.html"
    said = json.loads(
        dicomlab("report", tables / "step.parquet", "--to", to, "--title", "CT in May", "--json").out
    )
    assert (said["exit_code"], said["changes"], said["report"]) == (0, 1, str(to))
    assert "CT in May" in to.read_text(encoding="utf-8")
    assert said["bytes"] == to.stat().st_size


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.csv"], "does not exist"),
        (["broken.parquet"], "cannot be read as a table"),
        (["notes.docx"], "is neither a catalog nor a table"),
        (["step.parquet", "--since", "yesterdax"], "dates in 'since'"),
        (["step.parquet", "--events", "nowhere.csv"], "does not exist"),
        (["step.parquet", "--parameter", "CTDIvoll"], "Did you mean 'CTDIvol'?"),
    ],
)
def test_what_cannot_be_judged_is_a_wrong_call(tables, dicomlab, monkeypatch, words, said):
    monkeypatch.chdir(tables)
    (tables / "broken.parquet").write_text("no table")
    (tables / "notes.docx").write_text("no table")
    ran = dicomlab("drift", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


def test_a_change_is_told_once_to_a_job_that_runs_every_night(tables, dicomlab, tmp_path):
    words = ("drift", tables / "step.parquet", "--new", "--keep", tmp_path / "kept")
    assert dicomlab(*words).code == 1
    again = dicomlab(*words, "--json")
    assert again.code == 0
    assert json.loads(again.out)["changes"] == []
    assert dicomlab("drift", tables / "step.parquet").code == 1


def test_what_is_kept_lies_beside_the_catalog(tables, dicomlab):
    source = tables / "kept.parquet"
    make_series(0.2).to_parquet(source)
    assert dicomlab("drift", source, "--new", "--freeze").code == 1
    assert sorted(p.name for p in (tables / "kept.parquet.drift").iterdir()) == ["baselines.json", "seen.csv"]
    assert dicomlab("drift", source).code == 1


def test_a_month_without_a_tag_is_told_once_and_is_no_finding(tables, dicomlab, tmp_path):
    series = make_series(0.0)
    lost = series["first_acquired_at"].between(ONSET, ONSET + pd.Timedelta(days=29))
    series.assign(CTDIvol=series["CTDIvol"].mask(lost)).to_parquet(tables / "month.parquet")
    words = ("drift", tables / "month.parquet", "--new", "--keep", tmp_path / "kept")
    first = dicomlab(*words)
    assert first.code == 0
    assert "CTDIvol is absent from" in " ".join(first.out.split())
    again = json.loads(dicomlab(*words, "--json").out)
    assert again["notices"] == []
    told = json.loads(dicomlab("drift", tables / "month.parquet", "--json").out)["notices"]
    assert [(n["kind"], n["parameter"]) for n in told] == [("missing-tag", "CTDIvol")]


def test_limits_that_are_given_are_told_with_their_citation(tables, dicomlab, tmp_path):
    limits = tmp_path / "limits.csv"
    limits.write_text("parameter,action,unit,citation\nCTDIvol,10,%,QC manual 3.1\n")
    ran = dicomlab("drift", tables / "step.parquet", "--tolerances", limits, "--json")
    told = json.loads(ran.out)
    broken = [c for c in told["changes"] if c["kind"] == "tolerance"]
    assert [c["citation"] for c in broken] == ["QC manual 3.1"]
    assert [v["verdict"] for v in told["limits"]] == ["outside action"]
    ran = dicomlab("drift", tables / "step.parquet", "--tolerances", tmp_path / "none.csv")
    assert ran.code not in (0, 1)
    assert "citation" in ran.err


def test_points_are_written_as_csv_and_as_quaac(tables, dicomlab, tmp_path):
    for name in ("points.csv", "points.json"):
        ran = dicomlab("drift", tables / "flat.parquet", "--points", tmp_path / name)
        assert ran.code == 0
        assert "Points written" in ran.err
    table = pd.read_csv(tmp_path / "points.csv")
    assert {"device", "parameter", "date", "value", "unit", "center"} <= set(table)
    document = json.loads((tmp_path / "points.json").read_text(encoding="utf-8"))
    machine = document["equipment"][0]
    assert machine["serial_number"] == "0077123"
    one = document["datapoints"][0]
    assert one["primary_equipment"] == machine["hash"]
    assert one["measurement_unit"] == "mGy"
    assert one["measurement_value"] == pytest.approx(50, rel=0.1)


def test_points_in_another_format_are_a_wrong_call(tables, dicomlab, tmp_path):
    ran = dicomlab("drift", tables / "flat.parquet", "--points", tmp_path / "points.xlsx")
    assert ran.code == 2
    assert "points.csv" in ran.err


def test_the_user_says_which_machine_is_which(tables, dicomlab, tmp_path):
    (tmp_path / "machines.csv").write_text("device,StationName\nHead CT,ct-01\n")
    out = dicomlab("drift", tables / "step.parquet", "--devices", tmp_path / "machines.csv", "--json").out
    assert json.loads(out)["changes"][0]["device"] == "Head CT"


def test_a_finding_is_accepted_by_its_name_and_then_counts_as_none(tables, dicomlab, tmp_path):
    words = ("drift", tables / "step.parquet", "--keep", tmp_path / "kept")
    first = dicomlab(*words)
    assert first.code == 1
    assert "--accept F01" in first.out
    accepted = dicomlab(*words, "--accept", "F01", "--note", "New protocol, as planned")
    assert accepted.code == 0
    assert "Decided before" in accepted.out
    assert "C001 accepted: New protocol, as planned." in " ".join(accepted.out.split())
    again = dicomlab(*words, "--json")
    assert again.code == 0
    content = json.loads(again.out)
    assert content["changes"][0]["decision"] == "accepted"
    assert content["findings"][0]["is_decided"]
    assert "1 change decided before" in content["verdict"]


def test_a_change_is_rejected_by_its_name(tables, dicomlab, tmp_path):
    words = ("drift", tables / "step.parquet", "--keep", tmp_path / "kept")
    assert dicomlab(*words, "--reject", "C001").code == 0
    assert pd.read_csv(tmp_path / "kept" / "decisions.csv")["decision"].tolist() == ["rejected"]


def test_decisions_on_nothing_are_wrong_calls(tables, dicomlab, tmp_path):
    words = ("drift", tables / "step.parquet", "--keep", tmp_path / "kept")
    unknown, alone = dicomlab(*words, "--accept", "F77"), dicomlab(*words, "--note", "why")
    assert (unknown.code, alone.code) == (2, 2)
    assert "F77" in unknown.err
    assert "--note needs a decision" in alone.err
    assert not (tmp_path / "kept").exists()


def test_a_finding_says_what_to_check_and_what_chance_would_give(tables, dicomlab):
    out = " ".join(dicomlab("drift", tables / "step.parquet").out.split())
    assert "Check: Compare the dose modulation of the protocol" in out
    assert "0.5 false alarms per device and year" in out


def test_json_has_findings_and_what_was_not_monitored(tables, dicomlab):
    content = json.loads(dicomlab("drift", tables / "step.parquet", "--json").out)
    (finding,) = content["findings"]
    assert finding["id"] == "F01"
    assert finding["change_ids"] == ["C001"]
    assert finding["title"].startswith("CTDIvol in ")
    assert sum(group["n_signals"] for group in content["not_monitored"]) == (
        content["signals"] - content["monitored"]
    )


def test_the_report_tells_of_decisions_that_lie_beside(tables, dicomlab, tmp_path):
    source = tables / "decided.parquet"
    make_series(0.2).to_parquet(source)
    dicomlab("drift", source, "--accept", "F01", "--note", "as planned")
    ran = dicomlab("report", source, "--to", tmp_path / "r.html", "--no-rows")
    assert "1 change decided before" in ran.out
    assert "C001 accepted: as planned." in (tmp_path / "r.html").read_text("utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]

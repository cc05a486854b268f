"""`dicomlab protocol`: learn, check and lint from a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from dicomlab.protocols.reference import Protocol
from dicomlab.protocols.rules import Exact, Within
from tests.protocols.tables import reference, series

HOSTILE = '<script>alert(1)</script>, "T1"\x1b[31m\x00;\'=1+1'


@pytest.fixture
def table(tmp_path) -> Path:
    """Ten series of one protocol; the last four have another flip angle."""
    path = tmp_path / "series.parquet"
    series(10, FlipAngle=[8.0] * 6 + [12.0] * 4, EchoTime=3.0).to_parquet(path)
    return path


def test_learn_writes_a_reference_and_tells_what_was_changed(dicomlab, table, tmp_path):
    ran = dicomlab("protocol", "learn", table, "--to", tmp_path / "agreed.json", columns=100)
    assert ran.code == 0
    assert "1 protocol in 10 series; 1 setting changed for good." in " ".join(ran.out.split())
    assert "2024-01-07  MR-1, t1: FlipAngle 12 deg where it was 8 deg" in ran.out
    assert ran.err.split() == ["Reference", "written:", str(tmp_path / "agreed.json")]
    assert len(Protocol.load(tmp_path / "agreed.json").acquisitions) == 1


def test_check_says_who_deviates_and_exits_with_1(dicomlab, table, tmp_path):
    agreed = Protocol.from_majority(pd.read_parquet(table)).save(tmp_path / "agreed.json")
    ran = dicomlab("protocol", "check", table, agreed, "--by", "device", columns=120)
    assert ran.code == 1
    words = " ".join(ran.out.split())
    assert "10 series: 6 comply, 4 deviate." in words
    assert (
        "FlipAngle should be 8 deg ± 0.5 deg; 4 of 10 series have 12 deg [MR-1; 2024-01-07 to 2024-01-10]"
        in words
    )
    said = json.loads(dicomlab("protocol", "check", table, agreed, "--json", "--by", "month").out)
    assert (said["command"], said["exit_code"]) == ("protocol check", 1)
    assert said["verdicts"] == {"complies": 6, "deviates": 4}
    assert len(said["deviations"]) == 4
    assert said["by"][0]["month"] == "2024-01"


def test_check_exits_with_0_where_all_comply_and_3_where_not_all_could_be_judged(dicomlab, table, tmp_path):
    fine = reference(Within("EchoTime", 3, absolute=0.1)).save(tmp_path / "fine.json")
    assert dicomlab("protocol", "check", table, fine).code == 0
    other = reference(Exact("EchoTime", 3), protocol="other").save(tmp_path / "other.json")
    assert dicomlab("protocol", "check", table, other).code == 3
    more = reference(Exact("EchoTime", 3), Exact("InversionTime", 1)).save(tmp_path / "more.json")
    ran = dicomlab("protocol", "check", table, more)
    assert ran.code == 2
    assert "has no column 'InversionTime'" in ran.err
    ran = dicomlab("protocol", "check", table, more, "--skip-missing")
    assert ran.code == 3
    assert "rules about InversionTime: the table has no such column" in " ".join(ran.out.split())


def test_a_study_that_does_not_go_together_is_a_finding_if_asked_for(dicomlab, tmp_path):
    table = pd.concat(
        [series(3, FlipAngle=8.0)] * 2 + [series(3, FlipAngle=[8.0, 9.0, 8.0])], ignore_index=True
    )
    table.to_parquet(tmp_path / "s.parquet")
    agreed = reference(Within("FlipAngle", 8, absolute=5)).save(tmp_path / "a.json")
    assert dicomlab("protocol", "check", tmp_path / "s.parquet", agreed).code == 0
    ran = dicomlab("protocol", "check", tmp_path / "s.parquet", agreed, "--studies", columns=100)
    assert ran.code == 1
    assert "1 study whose series do not go together" in ran.out


def test_lint_exits_with_1_for_errors_only(dicomlab, table, tmp_path):
    warned = reference(Exact("EchoTime", 3, unit="ms")).save(tmp_path / "w.json")
    ran = dicomlab("protocol", "lint", warned)
    assert ran.code == 0
    assert "w.json: 0 errors, 1 warning." in " ".join(ran.out.split())
    assert "brittle" in ran.out
    wrong = reference(Exact("FlipAngel", 3)).save(tmp_path / "e.json")
    assert dicomlab("protocol", "lint", wrong).code == 0
    ran = dicomlab("protocol", "lint", wrong, table, "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["problems"][0]["problem"] == "no-column"


def test_a_table_of_rules_does_as_a_reference(dicomlab, table, tmp_path):
    (tmp_path / "rules.csv").write_text("acquisition,field,value,absolute\nall,FlipAngle,10,5\n")
    assert dicomlab("protocol", "check", table, tmp_path / "rules.csv").code == 0


def test_what_is_not_there_or_none_is_a_wrong_call(dicomlab, table, tmp_path):
    (tmp_path / "bad.json").write_text("{")
    for name, words in (("bad.json", "it is not JSON"), ("none.json", "there is no such file")):
        ran = dicomlab("protocol", "check", table, tmp_path / name)
        assert ran.code == 2
        assert words in " ".join(ran.err.split())
    assert dicomlab("protocol", "learn", tmp_path / "nowhere").code == 2
    assert dicomlab("protocol", "unlearn", table).code == 2
    assert dicomlab("protocol").code == 2 or "Usage" in dicomlab("protocol").out


@pytest.mark.slow
def test_hostile_names_reach_neither_terminal_nor_page(dicomlab, tmp_path):
    table = series(
        8, name=HOSTILE, FlipAngle=[8.0] * 7 + [9.0], SequenceName=[HOSTILE] * 7 + ["\x1b]0;x\x07"]
    )
    table["StationName"] = HOSTILE
    table.to_parquet(tmp_path / "s.parquet")
    page, kept = tmp_path / "page.html", tmp_path / "agreed.json"
    learn = dicomlab("protocol", "learn", tmp_path / "s.parquet", "--to", kept, "--report", page)
    html = page.read_text(encoding="utf-8")
    check = dicomlab(
        "protocol", "check", tmp_path / "s.parquet", kept, "--report", page, "--by", "device", "--studies"
    )
    html += page.read_text(encoding="utf-8")
    as_json = dicomlab("protocol", "check", tmp_path / "s.parquet", kept, "--json")
    lint = dicomlab("protocol", "lint", kept, tmp_path / "s.parquet")
    assert (learn.code, check.code, as_json.code) == (0, 1, 1)
    for ran in (learn, check, as_json, lint):
        assert not set("\x1b\x00\x07") & set(ran.out + ran.err)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html
    assert not set("\x1b\x00\x07") & set(html)
    # What was learned of a hostile name is found again by it.
    assert json.loads(as_json.out)["verdicts"] == {"complies": 7, "deviates": 1}


def test_values_of_patients_are_shown_nowhere(dicomlab, tmp_path):
    table = series(6, FlipAngle=8.0, PatientName="Example^Anna", SeriesDescription="t1", PatientWeight=71.25)
    table.to_parquet(tmp_path / "s.parquet")
    rules = (Exact("PatientName", "Nobody"), Exact("PatientWeight", 50.0), Exact("FlipAngle", 9))
    agreed = reference(*rules).save(tmp_path / "a.json")
    page = tmp_path / "page.html"
    runs = [
        dicomlab("protocol", "check", tmp_path / "s.parquet", agreed, "--report", page),
        dicomlab("protocol", "check", tmp_path / "s.parquet", agreed, "--json"),
        dicomlab("protocol", "lint", agreed, tmp_path / "s.parquet"),
        dicomlab("protocol", "learn", tmp_path / "s.parquet", "--json"),
    ]
    said = " ".join(ran.out + ran.err for ran in runs) + page.read_text(encoding="utf-8")
    assert "Anna" not in said
    assert "71.25" not in said

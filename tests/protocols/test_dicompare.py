"""References of dicompare: read by the format that it documents, judged as ours are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dicomlab.protocols.engine import check_protocol
from dicomlab.protocols.reference import Acquisition, Protocol
from dicomlab.protocols.rules import Between, Contains, ContainsAll, ContainsAny, Exact, Present, Within
from tests.protocols.tables import series

CODE = "import os; os.system('touch /tmp/never'); raise ValidationError('no')"


def published(path: Path, *fields: dict[str, Any], **more: Any) -> Path:
    """A file of dicompare with one acquisition."""
    said = {"name": "Study", "version": "1.0", "acquisitions": {"T1w": {"fields": list(fields), **more}}}
    path.write_text(json.dumps(said))
    return path


def test_each_constraint_becomes_the_rule_that_means_the_same(tmp_path):
    path = published(
        tmp_path / "p.json",
        {"field": "RepetitionTime", "tag": "0018,0080", "value": 2000, "tolerance": 5, "notes": "why"},
        {"field": "FlipAngle", "tag": "0018,1314", "min": 7, "max": 9},
        {"field": "PixelSpacing", "tag": "0028,0030", "value": [1, 1]},
        {"field": "ScanningSequence", "tag": "0018,0020", "value": ["GR", "IR"], "severity": "warning"},
        {"field": "ProtocolName", "tag": "0018,1030", "contains": "mprage"},
        {"field": "ImageType", "tag": "0008,0008", "contains_any": ["M", "FFE"]},
        {"field": "SequenceVariant", "tag": "0018,0021", "contains_all": ["SP", "MP"]},
        {"field": "ReceiveCoilName", "tag": "0018,1250"},
    )
    agreed = Protocol.load(path)
    assert (agreed.name, agreed.version) == ("Study", "1.0")
    assert agreed.acquisitions[0].rules == (
        Within("RepetitionTime", 2000, absolute=5, unit="ms", note="why"),
        Between("FlipAngle", low=7, high=9, unit="deg"),
        Exact("PixelSpacing", (1, 1), unit="mm"),
        Exact("ScanningSequence", ("GR", "IR"), severity="warning"),
        Contains("ProtocolName", "mprage"),
        ContainsAny("ImageType", ("M", "FFE")),
        ContainsAll("SequenceVariant", ("SP", "MP")),
        Present("ReceiveCoilName"),
    )
    assert agreed.not_understood == ()


def test_it_gives_the_same_verdicts_as_the_same_rules_of_ours(tmp_path):
    path = published(
        tmp_path / "p.json",
        {"field": "RepetitionTime", "value": 2000, "tolerance": 5},
        {"field": "EchoTime", "value": 3, "tolerance": 0.1},
        {"field": "FlipAngle", "min": 7, "max": 9},
        {"field": "ScanningSequence", "value": ["GR", "IR"]},
        {"field": "ReceiveCoilName", "contains": "head"},
    )
    ours = (
        Within("RepetitionTime", 2, absolute=0.005, unit="s"),
        Within("EchoTime", 3, absolute=0.1),
        Between("FlipAngle", low=7, high=9),
        Exact("ScanningSequence", ["GR", "IR"]),
        Contains("ReceiveCoilName", "head"),
    )
    rng = np.random.default_rng(3)
    n = 300
    table = series(
        n,
        RepetitionTime=rng.choice([1994.9, 1995.0, 2000.0, 2005.0, 2006.0], n).tolist(),
        EchoTime=rng.choice([2.9, 3.0, 3.11], n).tolist(),
        FlipAngle=rng.choice([6.9, 7.0, 9.0, 9.1], n).tolist(),
        ScanningSequence=[["GR", "IR"] if one else ["IR", "GR"] for one in rng.random(n) < 0.5],
        ReceiveCoilName=rng.choice(["HEAD 32", "Body"], n).tolist(),
    )
    published_ = check_protocol(table, path)
    native = check_protocol(table, Protocol("ours", (Acquisition("T1w", ours),)))
    assert (
        published_.series["verdict"].value_counts().to_dict()
        == native.series["verdict"].value_counts().to_dict()
    )
    assert published_.series["n_deviations"].tolist() == native.series["n_deviations"].tolist()
    assert set(published_.series["verdict"]) == {"complies", "deviates", "no rules"}


def test_series_of_an_acquisition_are_acquisitions_of_their_own(tmp_path):
    path = published(
        tmp_path / "p.json",
        {"field": "FlipAngle", "value": 8},
        series=[
            {"name": "magnitude", "fields": [{"field": "ImageType", "contains_any": ["M"]}]},
            {"name": "phase", "fields": [{"field": "ImageType", "contains_any": ["P"]}]},
        ],
    )
    table = series(2, FlipAngle=8.0, ImageType=[["ORIGINAL", "PRIMARY", "M"], ["ORIGINAL", "PRIMARY", "P"]])
    found = check_protocol(table, path).series
    assert found["acquisition"].tolist() == ["T1w / magnitude", "T1w / phase"]
    assert found["verdict"].tolist() == ["complies", "complies"]


def test_an_edge_of_warning_and_one_of_error_are_both_kept(tmp_path):
    path = published(
        tmp_path / "p.json",
        {"field": "EchoTime", "value": 30, "tolerance": 1, "errorTolerance": 5},
        {"field": "FlipAngle", "min": 7, "errorMin": 5},
        {"field": "EchoTrainLength", "value": 1},
    )
    table = series(3, EchoTime=[30.0, 33.0, 40.0], FlipAngle=[8.0, 6.0, 6.0], EchoTrainLength=1)
    found = check_protocol(table, path)
    assert found.series["verdict"].tolist() == ["complies", "complies", "deviates"]
    assert found.deviations[["field", "severity"]].to_numpy().tolist() == [
        ["EchoTime", "warning"],
        ["FlipAngle", "warning"],
        ["EchoTime", "error"],
        ["FlipAngle", "warning"],
    ]


def test_python_code_is_listed_and_not_run(tmp_path):
    rule = {"id": "validate", "name": "Echo spacing", "implementation": CODE, "fields": ["EchoTime"]}
    path = published(tmp_path / "p.json", {"field": "FlipAngle", "value": 8}, rules=[rule])
    agreed = Protocol.load(path)
    assert [(one.acquisition, one.what, one.why) for one in agreed.not_understood] == [
        ("T1w", "rule Echo spacing", "it is Python code, which is not run")
    ]
    found = check_protocol(series(1, FlipAngle=8.0), agreed)
    assert "T1w: rule Echo spacing" in found.not_judged["what"].tolist()
    assert not Path("/tmp/never").exists()
    assert "os.system" not in json.dumps(agreed.to_dict())


def test_fields_that_no_column_stands_for_are_listed(tmp_path):
    path = published(
        tmp_path / "p.json",
        {"field": "MultibandFactor", "tag": "derived", "value": 8},
        {"field": "DirectionsPerShell", "tag": "derived", "value": [6, 64]},
        {"field": "EchoTime", "value": "three", "tolerance": 1},
    )
    agreed = Protocol.load(path)
    assert [rule.field for rule in agreed.acquisitions[0].rules] == ["siemens_multiband"]
    assert [(one.what, one.why) for one in agreed.not_understood] == [
        ("field DirectionsPerShell", "no column of dicomlab stands for it"),
        ("field EchoTime", "its values are not of the format"),
    ]


def test_what_was_imported_can_be_kept_as_ours(tmp_path):
    rule = {"id": "x", "name": "x", "implementation": CODE, "fields": []}
    agreed = Protocol.load(published(tmp_path / "p.json", {"field": "KVP", "value": 120}, rules=[rule]))
    assert Protocol.load(agreed.save(tmp_path / "ours.json")) == agreed


@pytest.mark.parametrize(
    "fields", [None, "EchoTime", [3], [{}], [{"field": None}], [{"field": "KVP", "contains_any": 3}]]
)
def test_a_file_that_is_not_quite_of_the_format_is_read_as_far_as_it_goes(tmp_path, fields):
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"acquisitions": {"a": {"fields": fields, "series": None, "rules": "x"}}}))
    assert len(Protocol.load(path).acquisitions) == 1

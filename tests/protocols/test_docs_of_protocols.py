"""docs/protocols.md says what the code does."""

from __future__ import annotations

import json
import re

import dicomlab as dl
from dicomlab.protocols import lint
from dicomlab.protocols.fields import fields, why_not_set
from dicomlab.protocols.rules import RULES
from dicomlab.protocols.units import is_known
from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "protocols.md").read_text(encoding="utf-8")


def test_the_example_is_a_reference_without_a_problem():
    said = json.loads(re.search(r"```json\n(.+?)```", PAGE, re.S)[1])
    agreed = dl.Protocol.from_dict(said)
    assert agreed.to_dict() == said
    assert agreed.lint().empty


def test_every_kind_of_rule_and_every_problem_is_documented():
    assert [kind.kind for kind in RULES if f"`{kind.kind}`" not in PAGE] == []
    source = (REPOSITORY / "dicomlab" / "protocols" / "lint.py").read_text(encoding="utf-8")
    told = set(re.findall(r'Problem\(\s*"([a-z-]+)"', source))
    assert len(told) > 10
    assert [problem for problem in told if f"`{problem}`" not in PAGE] == []
    assert lint.LINTS


def test_default_fields_are_columns_that_a_protocol_sets():
    sidecar = {"PhaseEncodingDirection", "MultibandAccelerationFactor", "PartialFourier"}  # names of BIDS
    assert [field.name for field in fields() if not is_known(field.name) and field.name not in sidecar] == []
    assert [field.name for field in fields() if why_not_set(field.name)] == []
    assert [
        field.name for field in fields() if field.absolute and not (field.unit or field.name in sidecar)
    ] == [
        "SpiralPitchFactor",
        "ParallelReductionFactorInPlane",
    ]

"""What every check promises."""

from __future__ import annotations

import inspect
import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pandas as pd
import pytest

from dicomlab.checks.base import FINDING_COLUMNS, LEVEL_KEYS, SEVERITIES
from dicomlab.checks.engine import CHECKS, list_checks
from dicomlab.checks.tables import SOURCES


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.name)
class TestEveryCheck:
    def test_is_frozen(self, check):
        with pytest.raises(FrozenInstanceError):
            check.anything = 1

    def test_says_in_one_line_what_it_finds(self, check):
        first = type(check).__doc__.splitlines()[0]
        assert first.endswith(".")
        assert len(first) <= 79

    def test_has_words_beside_each_setting(self, check):
        source = Path(inspect.getfile(type(check))).read_text(encoding="utf-8")
        for field in fields(check):
            assert re.search(rf'^    {field.name}: .*\n    """', source, re.MULTILINE), field.name

    def test_promises_what_the_engine_asks_for(self, check):
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.name)
        assert check.severity in SEVERITIES
        assert check.level in LEVEL_KEYS
        assert check.table in SOURCES
        assert check.needs
        assert check.fix.endswith(".")

    def test_leaves_findings_to_checks_that_tell_of_the_same_thing(self, check):
        levels = {one.name: one.level for one in CHECKS}
        assert {levels[name] for name in check.unless} <= {check.level}
        assert check.name not in check.unless

    def test_leaves_what_it_is_given_as_it_was(self, check, block_of):
        rows = block_of(check)
        before = rows.copy(deep=True)
        check(rows)
        pd.testing.assert_frame_equal(rows, before)

    def test_gives_no_findings_of_no_rows(self, check, block_of):
        found = check(block_of(check, empty=True))
        assert found.columns.tolist() == FINDING_COLUMNS
        assert len(found) == 0

    def test_gives_the_columns_that_all_findings_have(self, check, block_of):
        found = check(block_of(check))
        assert found.columns.tolist() == FINDING_COLUMNS
        assert set(found["check"]) <= {check.name}
        assert set(found["severity"]) <= set(SEVERITIES)


def test_names_of_checks_are_their_own():
    names = list_checks()["check"]
    assert len(names) == len(CHECKS)
    assert names.is_unique

"""The columns are what they say."""

from __future__ import annotations

import re

import pytest
from pydicom.datadict import dictionary_VM, tag_for_keyword

from dicomlab.schema.columns import LEVELS, Columns, default_columns
from dicomlab.schema.levels import literal, quoted
from dicomlab.schema.tables import DEFAULT_ROWS


@pytest.mark.parametrize("column", default_columns(), ids=lambda c: c.name)
def test_each_column_says_what_it_is(column):
    assert tag_for_keyword(column.path.rsplit(".", 1)[-1] or column.name) == column.tag
    assert column.level in LEVELS
    assert re.fullmatch(r"[A-Zx0-9].{4,100}\.", column.meaning)
    assert column.type
    may_repeat = dictionary_VM(column.tag) != "1" and column.vr not in ("LT", "ST", "UT", "UR")
    assert column.is_list == (may_repeat or "[*]" in column.path)


def test_no_column_comes_twice():
    assert len(Columns()) == len(DEFAULT_ROWS)


def test_what_names_a_patient_is_marked():
    marked = {c.name for c in Columns() if c.phi}
    assert {"PatientName", "PatientID", "PatientBirthDate", "AccessionNumber", "StudyDescription"} <= marked
    assert not {"KVP", "Modality", "StationName", "SoftwareVersions"} & marked


def test_only_picks_columns_and_keeps_the_tree():
    assert Columns.only("KVP", "SliceThickness").names == ["KVP", "SliceThickness"]


def test_names_and_texts_are_quoted_for_sql():
    assert quoted('a"b') == '"a""b"'
    assert literal("it's") == "'it''s'"

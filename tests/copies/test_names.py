"""Names for files that no system stumbles over."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from dicomlab.copies.names import MOST_LETTERS, TEMPLATES, Template, distinct, template_of
from dicomlab.errors import WrongArgument

HOSTILE = [
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "C:\\x",
    "a/b",
    "a\x00b",
    "\u202egnp",
    "con",
    "NUL.txt",
]
HOSTILE += ["NUL.txt", "-rf", "~root", ".hidden", " ", "", "x" * 500, "é" * 300, "name. ", "a\nb"]
HOSTILE += ["*?|<>", "\ud800"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_stays_one_part_of_a_path(value):
    name = Template("{PatientID}/{PatientID}.dcm").name({"PatientID": value})
    folder, file = name.split("/")
    for part in (folder, file):
        assert part not in ("", ".", "..")
        assert not set(part) & set('\\:*?"<>|\x00\n\u202e')
        assert not part.startswith(("-", "~", "."))
        assert not part.endswith((" ", "."))
        assert len(part) <= MOST_LETTERS + 1
        part.encode()
    assert folder.split(".")[0].lower() not in ("con", "nul")
    assert file.endswith(".dcm")


def test_fields_take_digits_labels_dates_and_nothing():
    row = {"A": 7, "B": "sub-01 (Müller)", "C": datetime.date(2024, 1, 31), "D": pd.NA, "E": 2.5}
    row |= {"F": ["x", "y"], "G": float("nan")}
    template = Template("{A:4}_{B:label}_{C}_{D}_{E}_{F}_{G}.dcm")
    assert template.name(row) == "0007_sub01Muller_20240131_unknown_2.5_x-y_unknown.dcm"


def test_names_that_are_taken_get_a_number_also_where_case_does_not_count():
    assert distinct(["a/x.dcm", "a/x.dcm", "A/X.dcm", "a/x-2.dcm", "a/x"]) == [
        "a/x.dcm",
        "a/x-2.dcm",
        "A/X-3.dcm",
        "a/x-2-2.dcm",
        "a/x",
    ]
    many = distinct(["same.dcm"] * 20_000)
    assert len(set(many)) == 20_000


@pytest.mark.parametrize(
    "text",
    ["", "/abs/{PatientID}", "../{PatientID}", "a//{PatientID}", "{PatientID", "{PatientID!r}", "fixed.dcm",
     "{PatientID}\\x", "{PatientID:}x}", "{PatientID:word}", "c:/{PatientID}", "{a.b}"],
)  # fmt: skip
def test_a_template_that_leads_elsewhere_or_is_none_is_refused(text):
    with pytest.raises(WrongArgument, match="template="):
        template_of(text)


def test_the_templates_that_are_there_by_name_are_templates():
    for name in TEMPLATES:
        assert template_of(name).fields

"""Tables are read whatever program saved them."""

from __future__ import annotations

import pytest

from dicomlab.spreadsheets.text_files import read_text_table

ROWS = "device{0}date{0}text\nCT1{0}03.11.2024{0}Röhre\n"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_any_separator_in_any_usual_encoding(tmp_path, separator, encoding):
    path = tmp_path / "log.csv"
    path.write_bytes(ROWS.format(separator).encode(encoding))
    assert read_text_table(path).to_dict("records") == [
        {"device": "CT1", "date": "03.11.2024", "text": "Röhre"}
    ]


def test_the_line_by_which_excel_names_the_separator_is_no_header(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("sep=;\n" + ROWS.format(";"), encoding="utf-8")
    assert read_text_table(path).columns.tolist() == ["device", "date", "text"]


def test_a_comma_within_quotes_separates_nothing(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text('device;"what, why";date\nCT1;"tube, old";2024-11-03\n', encoding="utf-8")
    assert read_text_table(path).loc[0, "what, why"] == "tube, old"

"""Tables are read whatever program saved them."""

from __future__ import annotations

import pytest

from dicomlab.spreadsheets.text_files import ColumnTwice, read_text_table

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


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end(tmp_path, end):
    (tmp_path / "a.csv").write_bytes(end.join(["a;b", "1;x", ""]).encode())
    assert read_text_table(tmp_path / "a.csv").to_dict("list") == {"a": ["1"], "b": ["x"]}


def test_rows_with_more_cells_than_the_header_are_never_read_one_column_off(tmp_path):
    (tmp_path / "a.csv").write_text("a;b\n1;x;\n2;y;\n")
    assert read_text_table(tmp_path / "a.csv")["a"].tolist() == ["1", "2"]
    (tmp_path / "a.csv").write_text("a;b\n1;x;more\n2;y;more\n")
    with pytest.raises(ValueError, match="more cells"):
        read_text_table(tmp_path / "a.csv")


def test_a_column_twice_is_refused_by_its_name(tmp_path):
    (tmp_path / "a.csv").write_text("a; b;b \n1;x;y\n")
    with pytest.raises(ColumnTwice, match="'b'"):
        read_text_table(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("a;;\n1;x;y\n")
    assert read_text_table(tmp_path / "a.csv")["a"].tolist() == ["1"]

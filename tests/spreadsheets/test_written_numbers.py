"""Numbers are read with decimal commas, separators and units."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.spreadsheets.written_numbers import read_numbers


def read(*cells: str, **how: object) -> list[float]:
    return read_numbers(pd.Series(list(cells), dtype="str"), **how).numbers.tolist()


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (("11,20", "8,1", "5"), [11.2, 8.1, 5.0]),
        (("1.234,5", "1,2"), [1234.5, 1.2]),
        (("1,234.5", "12"), [1234.5, 12.0]),
        (("0,123",), [0.123]),
        (("123,250", "1234,5"), [123.25, 1234.5]),
        (("1'234.5", "1 234"), [1234.5, 1234.0]),
        (("1e3", "-2"), [1000.0, -2.0]),
    ],
)
def test_a_comma_is_what_the_column_shows(cells, numbers):
    assert read(*cells) == numbers


def test_a_comma_that_may_stand_between_thousands_is_not_decided():
    found = read_numbers(pd.Series(["1,234", "2,345"]))
    assert found.is_open
    assert found.is_unread.all()
    assert np.isnan(found.numbers).all()
    assert read("1,234", comma_is_decimal=True) == [1.234]


def test_units_are_left_off_or_converted():
    assert read("11.2 mGy", "1.12cGy", unit="mGy") == pytest.approx([11.2, 11.2])
    assert read("0,096 s", "96 ms", unit="ms") == [96.0, 96.0]


def test_a_number_of_another_kind_of_unit_is_not_read():
    found = read_numbers(pd.Series(["120 kV", "11 mGy", "n/a", "high"]), unit="mGy")
    assert found.is_unread.tolist() == [True, False, False, True]

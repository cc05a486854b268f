"""Dates are read as people and programs write them, or named as not understood."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dicomlab.dates.written_dates import AmbiguousDates, UnreadableDates, read_dates, read_day


def read(*cells: object, **how: bool) -> list[str]:
    return [str(day)[:16] for day in read_dates(pd.Series(list(cells), dtype=object), **how).when]


@pytest.mark.parametrize(
    "cell",
    [
        *(20241103, 20241103.0, "20241103", "20241103.0", 45599, 45599.0, "45599", "03.11.2024", "3.11.24"),
        *(
            "2024-11-03",
            "2024/11/03",
            "2024.11.03",
            "3 Nov 2024",
            "03-Nov-2024",
            "Nov 3, 2024",
            "3. Nov. 2024",
        ),
        *(
            "Sun, 03 Nov 2024 00:00:00 +0100",
            "So 03.11.2024",
            "2024-11-03T00:00:00Z",
            "2024-11-03T00:00+02:00",
        ),
        *("20241103000000.0+0100", 20241103000000, 1730592000, 1730592000000, dt.date(2024, 11, 3)),
        *(dt.datetime(2024, 11, 3, tzinfo=dt.UTC), pd.Timestamp("2024-11-03", tz="Europe/Berlin")),
        *(
            "2024:11:03 00:00:00",
            "03NOV2024:00:00:00",
            "2024. 11. 03.",
            "2024年11月3日",
            "3 de noviembre de 2024",
        ),
        *(
            "3 novembre 2024",
            "3. November 2024 um 0:00 Uhr",
            "2024-11-03 kl. 00:00",
            "'2024-11-03",
            b"20241103",
        ),
        *('"2024-11-03"', "2024\u201011\u201003", "3 nov. 2024 à 00:00"),
        *("2024-11-03 00:00:00 CET", "2024-11-03T00:00:00+01:00[Europe/Berlin]", np.datetime64("2024-11-03")),
    ],
)
def test_one_day_in_many_forms(cell):
    assert read(cell) == ["2024-11-03 00:00"]


MONTHS = {
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "German, short": "Jan. Feb. Mrz. Apr. Mai Jun. Jul. Aug. Sep. Okt. Nov. Dez.",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "French, short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "French, without accents": "jan fev mars avr mai juin juil aout sept oct nov dec",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Portuguese": "jan. fev. março abril maio junho julho agosto setembro outubro novembro dezembro",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre nov. dic.",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november december",
    "Swedish": "januari februari mars april maj juni juli augusti september oktober november december",
}


@pytest.mark.parametrize("language", list(MONTHS))
def test_every_month_is_known_by_its_name(language):
    names = MONTHS[language].split()
    days = read(*[f"3 {name} 2024" for name in names])
    assert days == [f"2024-{month:02d}-03 00:00" for month in range(1, 13)]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64(), pa.timestamp("ms"), pa.timestamp("us", "UTC")])
def test_dates_of_arrow_are_read(kind):
    cells = pa.array([dt.datetime(2024, 11, 3), None], pa.timestamp("us")).cast(kind)
    when = read_dates(pd.Series(pd.array(cells, dtype=pd.ArrowDtype(kind)))).when
    assert when.dtype == "datetime64[us]"
    assert when.tolist() == [pd.Timestamp("2024-11-03"), pd.NaT]


def test_a_day_that_no_calendar_has_is_not_called_ambiguous():
    read_31 = read_dates(pd.Series(["31.11.2024"]))
    assert (read_31.is_unread.tolist(), read_31.is_ambiguous) == ([True], False)
    assert read_dates(pd.Series(["11/03/2024"])).is_ambiguous


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        *[
            ("03.11.2024 14:05", "14:05"),
            ("13/11/2024 2:05 PM", "14:05"),
            ("11/13/2024 12:05:01 am", "00:05"),
        ],
        *[(45599.5, "12:00"), ("45599,5", "12:00"), ("2024-11-03T14:05:06.5", "14:05")],
    ],
)
def test_the_time_of_day_is_read_with_the_date(cell, time):
    assert read(cell)[0].endswith(time)


def test_one_number_above_twelve_decides_for_the_column():
    assert read("11/03/2024", "13/12/2024") == ["2024-03-11 00:00", "2024-12-13 00:00"]
    assert read("11/03/2024", "12/13/2024") == ["2024-11-03 00:00", "2024-12-13 00:00"]


def test_a_column_that_stays_ambiguous_is_not_read_unless_the_caller_decides():
    assert read_dates(pd.Series(["11/03/2024", "05/06/2024"])).is_ambiguous
    assert read("11/03/2024", dayfirst=True) == ["2024-03-11 00:00"]
    assert read("11/03/2024", dayfirst=False) == ["2024-11-03 00:00"]
    assert not read_dates(pd.Series(["03/03/2024"])).is_ambiguous


def test_a_year_of_two_digits_may_stand_first():
    assert read("24-11-03", "25-11-30") == ["2024-11-03 00:00", "2025-11-30 00:00"]


def test_what_is_no_date_is_counted_by_its_form_and_never_quoted():
    found = read_dates(pd.Series(["20241103", "Miller", "n/a", None, "2024-02-30"]))
    assert found.is_unread.tolist() == [False, True, False, False, True]
    assert "AAAAAA" in found.forms
    assert "Miller" not in found.forms


def test_a_column_with_mixed_offsets_is_read_on_the_clock_of_the_machine():
    summer_and_winter = ["2024-07-01T10:00:00+02:00", "2024-12-01T10:00:00+01:00"]
    assert read(*summer_and_winter) == ["2024-07-01 10:00", "2024-12-01 10:00"]


def test_an_argument_is_read_or_refused():
    assert read_day("01.12.2024", "since") == pd.Timestamp("2024-12-01")
    assert read_day("2024-12", "since") == pd.Timestamp("2024-12-01")
    with pytest.raises(AmbiguousDates, match=r"since.*dayfirst"):
        read_day("01/12/2024", "since")
    with pytest.raises(UnreadableDates, match="since"):
        read_day("soon", "since")

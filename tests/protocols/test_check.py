"""check_protocol: which series deviate, in what, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.errors import MissingColumn, WrongArgument
from dicomlab.protocols.engine import check_protocol
from dicomlab.protocols.reference import Acquisition, Protocol
from dicomlab.protocols.results import DEVIATION_COLUMNS, SERIES_COLUMNS
from dicomlab.protocols.rules import Absent, Between, Exact, OneOf, Present, Within
from tests.protocols.tables import reference, series


def test_a_series_that_deviates_is_told_with_what_was_agreed_and_found():
    table = series(3, RepetitionTime=[2000.0, 2000.4, 2200.0])
    found = check_protocol(table, reference(Within("RepetitionTime", 2000, absolute=1, unit="ms")))
    assert found.series["verdict"].tolist() == ["complies", "complies", "deviates"]
    assert list(found.series) == SERIES_COLUMNS
    assert list(found.deviations) == DEVIATION_COLUMNS
    row = found.deviations.iloc[0]
    assert (row["expected"], row["found"], row["unit"]) == ("2000 ms ± 1 ms", "2200 ms", "ms")
    assert row["series"] == table["SeriesInstanceUID"][2]
    assert row["date"] == pd.Timestamp("2024-01-03")
    assert found.in_words == "3 series: 2 comply, 1 deviate"


def test_what_is_empty_is_unknown_and_no_deviation():
    table = series(2, KVP=[None, 120.0], modality="CT")
    found = check_protocol(table, reference(Exact("KVP", 120)))
    assert found.series["verdict"].tolist() == ["cannot tell", "complies"]
    assert found.series["n_unknown"].tolist() == [1, 0]
    assert found.deviations.empty


def test_present_and_absent_judge_what_is_empty():
    table = series(2, InversionTime=[None, 900.0])
    assert check_protocol(table, reference(Present("InversionTime"))).series["verdict"].tolist() == [
        "deviates",
        "complies",
    ]
    assert check_protocol(table, reference(Absent("InversionTime"))).series["verdict"].tolist() == [
        "complies",
        "deviates",
    ]


def test_a_field_that_differs_within_a_series_is_a_warning():
    table = series(2, SliceThickness=[None, 1.0], varies=[["SliceThickness"], []])
    found = check_protocol(table, reference(Exact("SliceThickness", 1)))
    assert found.deviations[["found", "severity"]].to_numpy().tolist() == [
        ["differs within the series", "warning"]
    ]
    assert found.series["verdict"].tolist() == ["cannot tell", "complies"]


def test_a_warning_is_told_and_the_series_complies():
    found = check_protocol(series(1, FlipAngle=12.0), reference(Exact("FlipAngle", 8, severity="warning")))
    assert found.series[["verdict", "n_warnings"]].to_numpy().tolist() == [["complies", 1]]
    assert found.deviations["severity"].tolist() == ["warning"]


def test_of_a_warning_and_an_error_about_one_field_the_worse_is_told():
    rules = (Within("EchoTime", 30, absolute=1, severity="warning"), Between("EchoTime", low=20, high=40))
    found = check_protocol(series(3, EchoTime=[30.0, 35.0, 50.0]), reference(*rules))
    assert found.series["verdict"].tolist() == ["complies", "complies", "deviates"]
    assert found.deviations["severity"].tolist() == ["warning", "error"]


def test_lists_numbers_and_texts_of_the_catalog_are_judged_as_they_are():
    table = series(
        2,
        PixelSpacing=[np.array([0.5, 0.5]), np.array([0.5, 0.6])],
        ScanningSequence=[["GR", "IR"], ["IR", "GR"]],
        ReceiveCoilName=["HEAD", "head"],
    )
    rules = (
        Within("PixelSpacing", (0.5, 0.5), absolute=0.001),
        Exact("ScanningSequence", ("GR", "IR")),
        Exact("ReceiveCoilName", "Head"),
    )
    found = check_protocol(table, reference(*rules))
    assert found.deviations[["field", "found"]].to_numpy().tolist() == [["PixelSpacing", "0.5, 0.6 mm"]]


def test_a_series_belongs_where_the_conditions_say():
    two = Protocol(
        "two",
        (
            Acquisition(
                "a", (Exact("FlipAngle", 8),), {"protocol": ("t1", "t1 new"), "Manufacturer": ("Acme",)}
            ),
            Acquisition("b", (Exact("FlipAngle", 90),), {"protocol": ("t2",)}),
        ),
    )
    table = pd.concat(
        [series(1, name=name, FlipAngle=8.0) for name in ("t1", "T1_NEW", "t2", "dwi")], ignore_index=True
    )
    found = check_protocol(table, two).series
    assert found["acquisition"].fillna("none").tolist() == ["a", "a", "b", "none"]
    assert found["verdict"].tolist() == ["complies", "complies", "deviates", "no rules"]


def test_makers_are_compared_by_their_short_name():
    where = {"Manufacturer": "GE"}
    table = series(1, KVP=120.0, modality="CT").assign(Manufacturer="GE MEDICAL SYSTEMS")
    assert check_protocol(table, reference(Exact("KVP", 120), **where)).series["verdict"].tolist() == [
        "complies"
    ]


def test_without_conditions_the_nearest_acquisition_counts():
    rules = {
        te: (Exact("EchoTime", te), Exact("FlipAngle", 90), Exact("EchoTrainLength", 9)) for te in (30, 80)
    }
    both = Protocol("near", tuple(Acquisition(f"te{te}", r) for te, r in rules.items()))
    table = series(3, EchoTime=[80.0, 30.0, 5.0], FlipAngle=[90.0, 80.0, 7.0], EchoTrainLength=[9, 9, 1])
    found = check_protocol(table, both).series
    assert found["acquisition"].fillna("none").tolist() == ["te80", "te30", "none"]
    assert found["verdict"].tolist() == ["complies", "deviates", "no rules"]


def test_the_nearest_known_protocol_is_explained():
    both = Protocol(
        "near",
        (
            Acquisition("t1", (Exact("EchoTime", 3, unit="ms"), Exact("FlipAngle", 8)), {"protocol": ("x",)}),
            Acquisition(
                "t2", (Exact("EchoTime", 90, unit="ms"), Exact("FlipAngle", 90)), {"protocol": ("y",)}
            ),
        ),
    )
    found = both.nearest(series(2, EchoTime=[90.0, None], FlipAngle=[80.0, None]))
    assert found["nearest"].tolist() == ["t2", "t1"]
    assert found["distance"].iloc[0] == 0.5
    assert np.isnan(found["distance"].iloc[1])
    assert found["differs"].tolist() == ["FlipAngle 80 deg, not 90 deg", ""]
    assert found[["second", "second_distance"]].iloc[0].tolist() == ["t1", 1.0]


def test_the_nearest_protocol_is_one_of_the_same_modality():
    both = Protocol(
        "near",
        (
            Acquisition("ct", (Exact("SliceThickness", 1),), {"Modality": ("CT",), "protocol": ("x",)}),
            Acquisition("mr", (Exact("SliceThickness", 5),), {"Modality": ("MR",), "protocol": ("y",)}),
            Acquisition("any", (Exact("SliceThickness", 5), Exact("FlipAngle", 8))),
        ),
    )
    found = both.nearest(series(1, SliceThickness=1.0, FlipAngle=9.0))
    assert found[["nearest", "second"]].to_numpy().tolist() == [["any", "mr"]]


def test_derived_images_are_not_judged_and_counted():
    table = series(2, KVP=80.0, modality="CT", ImageType=[["ORIGINAL"], ["DERIVED", "SECONDARY"]])
    found = check_protocol(table, reference(Exact("KVP", 120)))
    assert len(found.series) == 1
    assert found.not_judged[["what", "n"]].iloc[0].tolist() == ["series", 1]


def test_a_field_without_a_column_is_refused_or_left_out_as_asked():
    rules = reference(Exact("EchoTime", 30), Exact("FlipAngel", 8))
    with pytest.raises(MissingColumn, match=r"no column 'FlipAngel'\. Did you mean 'FlipAngle'"):
        check_protocol(series(1, EchoTime=30.0, FlipAngle=8.0), rules)
    found = check_protocol(series(1, EchoTime=30.0), rules, lacking="skip")
    assert found.series["verdict"].tolist() == ["complies"]
    assert found.not_judged["what"].tolist() == ["rules about FlipAngel"]
    with pytest.raises(WrongArgument):
        check_protocol(series(1), rules, lacking="maybe")


def test_a_condition_without_a_column_is_refused():
    with pytest.raises(MissingColumn, match="'BodyPart'"):
        check_protocol(series(1), reference(Exact("EchoTime", 1), BodyPart="HEAD"), lacking="skip")


def test_values_that_may_identify_a_patient_are_judged_and_not_shown():
    table = series(1, SeriesDescription="Anna Example", PatientName="Example^Anna")
    rules = reference(Exact("PatientName", "Test"), Exact("SeriesDescription", "x"), Modality="MR")
    found = check_protocol(table, rules)
    assert found.deviations["found"].unique().tolist() == ["(not shown: may identify a patient)"]
    shown = " ".join(found.deviations.astype(str).to_numpy().ravel()) + found.fields.to_csv()
    assert "Anna" not in shown


def test_the_horizontal_view_tells_who_deviates():
    tables = [series(4, FlipAngle=[8.0, 8.0, 9.0, 8.0], first=day) for day in ("2024-01-30", "2024-05-01")]
    table = pd.concat(tables, ignore_index=True)
    table["SoftwareVersions"] = ["A"] * 4 + ["B"] * 4
    found = check_protocol(table, reference(Exact("FlipAngle", 8)))
    by = found.by("SoftwareVersions")
    assert by[["SoftwareVersions", "n_series", "n_deviating", "fields"]].to_numpy().tolist() == [
        ["A", 4, 1, "FlipAngle"],
        ["B", 4, 1, "FlipAngle"],
    ]
    assert found.by("month")["month"].tolist() == ["2024-02", "2024-05", "2024-01"]
    assert found.by("study")["n_deviating"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    with pytest.raises(MissingColumn):
        found.by("PatientName")


def test_each_rule_is_told_over_all_patients():
    table = series(5, FlipAngle=[8.0, 9.0, 9.0, 7.0, None])
    row = check_protocol(table, reference(Exact("FlipAngle", 8))).fields.iloc[0]
    assert (row["n_series"], row["n_deviating"], row["n_unknown"]) == (5, 3, 1)
    assert row["found"] == "9 deg (2); 7 deg (1)"
    assert (row["first"], row["last"]) == (pd.Timestamp("2024-01-02"), pd.Timestamp("2024-01-04"))


def test_an_acquisition_that_no_series_is_for_is_listed():
    found = check_protocol(series(1, KVP=1.0), reference(Exact("KVP", 1), protocol="other"))
    assert found.not_judged["why"].tolist() == ["no series is for it"]
    assert found.series["verdict"].tolist() == ["no rules"]


def test_an_empty_table_gives_empty_tables_with_their_columns():
    found = check_protocol(series(0, FlipAngle=[]), reference(OneOf("FlipAngle", (8,))))
    assert list(found.series) == SERIES_COLUMNS
    assert list(found.deviations) == DEVIATION_COLUMNS
    assert found.series.empty


def test_what_was_given_is_not_changed():
    table = series(3, FlipAngle=[8.0, 9.0, 9.0])
    before = table.copy(deep=True)
    check_protocol(table, reference(Exact("FlipAngle", 8)))
    pd.testing.assert_frame_equal(table, before)


def test_every_modality_is_judged_alike():
    for modality, field, value in (
        ("CT", "KVP", 120.0),
        ("PT", "SliceThickness", 2.0),
        ("US", "TransducerData", "L12"),
    ):
        table = series(2, modality=modality, **{field: [value, 99.0 if isinstance(value, float) else "C5"]})
        table["modality"] = "taken"
        agreed = Protocol.from_series(table.iloc[:1])
        assert agreed.acquisitions[0].rules, modality
        assert check_protocol(table, agreed).series["verdict"].tolist() == ["complies", "deviates"]

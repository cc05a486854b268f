"""learn_protocols: the usual settings, variants beside them, and changes with their dates."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from dicomlab.demo.base import Fault
from dicomlab.demo.faults import FAULTS
from dicomlab.demo.fleet import simulate
from dicomlab.demo.machines import machines
from dicomlab.demo.studies import days_of
from dicomlab.errors import MissingColumn, NothingToJudge
from dicomlab.protocols.engine import check_protocol
from dicomlab.protocols.learning import Variants, learn_protocols
from dicomlab.protocols.rules import OneOf, Within
from dicomlab.protocols.timeline import find_changes
from tests.conftest import SHARED
from tests.protocols.tables import series

TABLES = SHARED / "tables"


@cache
def fleet(seed: int, faults: tuple[Fault, ...] = FAULTS) -> pd.DataFrame:
    """The series of the simulated fleet, as its machines would write them."""
    days = days_of(18)
    parts = []
    for machine in machines(6):
        own = [f.fitted(machine.station, len(days)) for f in faults if f.meets(machine.station)]
        table = simulate(machine, days, seed=seed, faults=own)
        upright = [name for name in table if name[:1].isupper()]
        about = {
            "Modality": machine.modality,
            "StationName": machine.station,
            "DeviceSerialNumber": f"serial of {machine.station}",
            "Manufacturer": machine.maker,
            "ManufacturerModelName": machine.model,
            "StudyInstanceUID": machine.station + " " + table["study"].astype(str),
            "first_acquired_at": table["date"] + pd.to_timedelta(table["second"], unit="s"),
        }
        parts.append(table[upright].assign(**about)[~table["is_localiser"]])
    return pd.concat(parts, ignore_index=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_protocol_edits_of_the_fleet_are_found_on_their_day_and_nothing_else(seed):
    found = learn_protocols(fleet(seed)).changes
    assert found[["device", "field", "before", "after"]].to_numpy().tolist() == [
        ["MR-02", "ReceiveCoilName", "SENSE-Head-8", "Q-BODY"],
        ["CT-02", "ConvolutionKernel", "FC52", "FC56"],
        ["MR-02", "FlipAngle", "30 deg", "24 deg"],
    ]
    planted = pd.to_datetime(["2024-12-09", "2025-02-05", "2025-03-03"])
    assert ((found["since"] - planted).dt.days.abs() <= 3).all()


def test_a_fleet_without_faults_has_no_change():
    learned = learn_protocols(fleet(4, faults=()))
    assert learned.changes.empty
    assert set(learned.variants["kind"]) <= {"usual", "now and then", "once"}


def test_the_edited_protocol_is_a_variant_with_its_date_and_words():
    learned = learn_protocols(fleet(1))
    variants = learned.variants
    edited = variants[(variants["protocol"] == "T1W_FFE_3D") & (variants["kind"] == "change")].iloc[0]
    assert edited["differs"] == "FlipAngle 24 deg, not 30 deg"
    assert edited["since"] == edited["first"] == pd.Timestamp("2025-03-03")
    assert edited["devices"] == "MR-02"
    assert learned.groups["share"].between(0.5, 1).all()


@pytest.mark.slow
def test_the_reference_of_the_majority_flags_the_edits_first():
    table = fleet(1)
    found = check_protocol(table, learn_protocols(table).reference)
    worst = found.fields.head(3)[["field", "found"]].to_numpy().tolist()
    assert [field for field, _ in worst] == ["ConvolutionKernel", "ReceiveCoilName", "FlipAngle"]
    assert (found.series["verdict"] == "complies").mean() > 0.9


def test_values_within_the_tolerance_are_one_setting():
    te = [30.0, 30.01, 29.99, 30.0, 30.02, 30.0]
    learned = learn_protocols(series(6, EchoTime=te, RepetitionTime=[2000.0] * 6))
    assert len(learned.variants) == 1
    rule = learned.reference.acquisitions[0].rules[1]
    assert isinstance(rule, Within)
    assert (rule.value, rule.unit) == (30.0, "ms")


def test_an_empty_cell_is_taken_for_the_usual_setting():
    learned = learn_protocols(series(6, EchoTime=[30.0, None, 30.0, 30.0, None, 30.0]))
    assert len(learned.variants) == 1
    assert learned.fields.set_index("field").loc["EchoTime", "n_series"] == 4


def test_an_empty_cell_is_a_setting_where_it_says_that_nothing_was_chosen():
    learned = learn_protocols(series(6, ScanOptions=["FS", "FS", None, "FS", "FS", "FS"], EchoTime=30.0))
    assert learned.variants["differs"].tolist() == ["", "ScanOptions nothing, not FS"]


def test_two_echoes_of_every_study_are_one_setting():
    table = pd.concat([series(5, EchoTime=te) for te in (4.92, 7.38)], ignore_index=True)
    learned = learn_protocols(table)
    assert len(learned.variants) == 1
    rule = learned.reference.acquisitions[0].rules[0]
    assert isinstance(rule, OneOf)
    assert sorted(rule.values) == [4.92, 7.38]
    assert check_protocol(table, learned.reference).series["verdict"].eq("complies").all()


def test_a_repeat_with_another_setting_in_one_study_is_a_variant():
    table = pd.concat([series(6, EchoTime=30.0), series(1, EchoTime=35.0)], ignore_index=True)
    assert learn_protocols(table).variants["differs"].tolist() == ["", "EchoTime 35 ms, not 30 ms"]


def test_what_follows_the_patient_gets_no_rule():
    table = series(40, modality="CT", KVP=120.0, SpiralPitchFactor=list(np.linspace(0.5, 1.5, 40)))
    told = learn_protocols(table).fields.set_index("field")
    assert told.loc["SpiralPitchFactor", "rule"] == ""
    assert told.loc["SpiralPitchFactor", "why"] == "takes 40 values, and none of them is usual"
    assert told.loc["KVP", "rule"] == "within"


def test_a_few_values_that_are_all_usual_are_all_agreed():
    kv = [120.0] * 30 + [100.0] * 6 + [140.0] * 4
    shuffled = np.random.default_rng(1).permutation(kv).tolist()
    told = learn_protocols(series(40, modality="CT", KVP=shuffled)).fields.set_index("field")
    assert told.loc["KVP", ["rule", "expected"]].tolist() == ["one of", "120 kV or 100 kV or 140 kV"]


def test_one_odd_session_does_not_become_usual():
    angle = [75.0] * 14 + [65.0] * 6
    table = series(20, FlipAngle=angle)
    table.loc[14:, "StudyInstanceUID"] = "odd session"
    told = learn_protocols(table).fields.set_index("field")
    assert told.loc["FlipAngle", "expected"] == "75 deg ± 0.5 deg"


def test_slicing_finer_compares_within_a_model_a_release_or_a_machine():
    table = series(12, FlipAngle=[8.0] * 6 + [9.0] * 6)
    table["SoftwareVersions"] = ["A"] * 6 + ["B"] * 6
    assert len(learn_protocols(table).groups) == 1
    finer = learn_protocols(table, by=("SoftwareVersions",))
    assert finer.groups["n_variants"].tolist() == [1, 1]
    assert finer.groups["group"].tolist() == ["MR t1 (A)", "MR t1 (B)"]
    found = check_protocol(table, finer.reference)
    assert found.series["verdict"].eq("complies").all()
    with pytest.raises(MissingColumn, match="'Softwareversion'"):
        learn_protocols(table, by=("Softwareversion",))


def test_named_fields_take_the_place_of_the_default_ones():
    table = series(6, FlipAngle=8.0, SAR=[1.0, 1.0, 1.0, 1.0, 1.0, 2.0])
    assert learn_protocols(table, ["SAR"]).variants["differs"].tolist() == ["", "SAR 2 W/kg, not 1 W/kg"]
    with pytest.raises(MissingColumn, match="'FlipAngel'"):
        learn_protocols(table, ["FlipAngel"])


def test_what_was_left_out_is_counted():
    table = pd.concat([series(6, FlipAngle=8.0), series(2, name="rare", FlipAngle=8.0)], ignore_index=True)
    left = learn_protocols(table).left_out
    assert left[["n", "why"]].to_numpy().tolist() == [[2, "fewer than 5 are of one protocol"]]
    with pytest.raises(NothingToJudge, match="no protocol has 50 series"):
        learn_protocols(table, least=50)


def test_makers_that_write_several_names_are_one():
    table = series(6, FlipAngle=8.0, SliceThickness=1.0)
    table["Manufacturer"] = ["SIEMENS", "Siemens Healthineers"] * 3
    assert learn_protocols(table).groups["Manufacturer"].tolist() == ["Siemens"]


def test_what_was_given_is_not_changed():
    table = series(8, FlipAngle=8.0, ImageType=[["ORIGINAL"]] * 8)
    before = table.copy(deep=True)
    learn_protocols(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("codes", "changes"),
    [
        ([1] * 10, []),
        ([1] * 5 + [2] * 5, [(5, 1, 2)]),
        ([1] * 5 + [2] * 2, []),
        ([1] * 5 + [2] * 5 + [3] * 5, [(5, 1, 2), (10, 2, 3)]),
        ([1] * 8 + [2] * 8 + [1] * 8, [(8, 1, 2), (16, 2, 1)]),
        ([1] * 50 + [2] * 3, [(50, 1, 2)]),
        ([1, 2] * 10, []),
        ([1] * 20 + [2, 2, 1] + [2] * 20, [(20, 1, 2)]),
        ([], []),
    ],
)
def test_when_a_setting_became_another(codes, changes):
    found = find_changes(np.array(codes, int))
    assert [(c.place, c.before, c.after) for c in found] == changes


def test_settings_that_come_and_go_are_no_change():
    rng = np.random.default_rng(7)
    rows = [
        (rng.random(n) < share).astype(int)
        for n in (20, 100, 500)
        for share in (0.05, 0.2, 0.5)
        for _ in range(100)
    ]
    false = sum(bool(find_changes(codes)) for codes in rows)
    assert false <= 0.01 * len(rows)


@pytest.fixture(scope="module")
def myconnectome() -> Variants:
    return learn_protocols(_real("myconnectome_ds000031_series.parquet"), least=3)


def _real(name: str) -> pd.DataFrame:
    return pd.read_parquet(TABLES / name)


@pytest.mark.real_files
def test_the_edits_of_a_real_study_are_found_on_their_days(myconnectome):
    rest = myconnectome.changes[myconnectome.changes["protocol"].str.startswith("Resting State")]
    told = rest.assign(since=rest["since"].dt.strftime("%Y-%m-%d"))
    assert told[["since", "field", "before", "after"]].to_numpy().tolist() == [
        ["2012-12-03", "Columns", "864", "768"],
        ["2012-12-03", "Rows", "864", "768"],
        ["2014-01-07", "EchoTrainLength", "48", "47"],
        ["2014-01-07", "NumberOfPhaseEncodingSteps", "96", "95"],
    ]


@pytest.mark.real_files
def test_the_two_echoes_of_a_real_field_map_are_one_setting(myconnectome):
    told = myconnectome.fields.set_index(["protocol", "field"])
    row = told.loc[("gre_field_mapping", "EchoTime")]
    assert row[["rule", "expected"]].tolist() == ["one of", "7.38 ms or 4.92 ms"]


@pytest.mark.real_files
def test_pilot_scans_of_a_real_study_are_its_variants(myconnectome):
    t1 = myconnectome.variants[myconnectome.variants["protocol"] == "T1w_MPR1_PMC"]
    assert t1["n_series"].tolist() == [15, 1, 1]
    assert "SliceThickness 0.7 mm, not 0.8 mm" in t1["differs"].iloc[1]


@pytest.mark.real_files
def test_a_real_scanner_that_was_left_alone_has_no_change():
    learned = learn_protocols(_real("things_ds004192_series.parquet"), least=3)
    assert learned.changes.empty
    # One session was run with another flip angle.
    odd = learned.variants[learned.variants["fields"] == "FlipAngle"]
    assert odd["first"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2019-04-07"]

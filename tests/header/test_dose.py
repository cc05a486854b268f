"""Dose reports: one row an event, in the units of the columns, whoever wrote them."""

from __future__ import annotations

import datetime as dt
import math
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicomlab.header import content, dose
from dicomlab.header.engine import HeaderReader
from dicomlab.schema.arrow import dose_schema
from dicomlab.schema.dose import dose_columns
from tests.build import write
from tests.conftest import shared_files
from tests.reports import (
    COMPREHENSIVE_SR,
    biplane_report,
    box,
    code,
    ct_event,
    ct_report,
    mammography_report,
    num,
    radiopharmaceutical_report,
    report,
    text,
    uid,
)

READER = HeaderReader()
ALONE = HeaderReader(use_kernel=False)
BUILT = {
    "CT": ct_report,
    "mammography": mammography_report,
    "two planes": biplane_report,
    "radiopharmaceutical": radiopharmaceutical_report,
}


def rows(path: Path | str, reader: HeaderReader = READER) -> list[dict]:
    batch = next(reader.read([str(path)]))
    return [] if batch.dose is None else batch.dose[1].to_pylist()


def read(ds: Dataset, to: Path, syntax: str = ExplicitVRLittleEndian):
    """The rows of dose, without what is null, and the problems."""
    batch = next(READER.read([str(write(ds, to / "f", syntax))]))
    found = [] if batch.dose is None else batch.dose[1].to_pylist()
    return [{k: v for k, v in row.items() if v is not None} for row in found], batch.problems


# --- an independent reading of reports, on pydicom and on dcmtk ------------------------------

EVENTS = {"113819", "113706", "113502"}
# What the standard's unit of a code is, times what, gives the unit of our column.
ORACLE = {
    "113830": ("mean_ctdivol_mgy", {"mGy": 1.0}),
    "113838": ("dlp_mgy_cm", {"mGy.cm": 1.0, "mGycm": 1.0}),
    "113825": ("scanning_length_mm", {"mm": 1.0}),
    "113828": ("pitch_factor", {"{ratio}": 1.0}),
    "122130": ("dose_area_product_gy_m2", {"Gym2": 1.0, "Gy.cm2": 1e-4}),
    "113738": ("dose_rp_gy", {"Gy": 1.0, "mGy": 1e-3}),
    "113824": ("exposure_time_s", {"s": 1.0, "ms": 1e-3}),
    "113735": ("exposure_time_s", {"s": 1.0, "ms": 1e-3}),
    "113733": ("kvp_kv", {"kV": 1.0}),
    "113734": ("x_ray_tube_current_ma", {"mA": 1.0}),
    "113736": ("exposure_uas", {"uAs": 1.0, "mA.s": 1e3}),
    "113758": ("x_ray_filter_thickness_minimum_mm", {"mm": 1.0}),
    "111631": ("average_glandular_dose_mgy", {"mGy": 1.0}),
    "112011": ("positioner_primary_angle_deg", {"deg": 1.0}),
    "113507": ("administered_activity_mbq", {"GBq": 1e3}),
}


def below(ds: Dataset) -> Iterator[Dataset]:
    for inner in ds.get("ContentSequence") or []:
        yield inner
        yield from below(inner)


def name_of(ds: Dataset) -> str:
    names = ds.get("ConceptNameCodeSequence")
    return str(names[0].CodeValue) if names else ""


def said(ds: Dataset) -> list[dict[str, list[float]]]:
    """Event by event, the numbers of each column, as pydicom has them."""
    events = []
    for container in below(ds):
        if name_of(container) in EVENTS:
            event: dict[str, list[float]] = {}
            for one in below(container):
                column, units = ORACLE.get(name_of(one), ("", {}))
                measured = one.get("MeasuredValueSequence")
                if column and measured:
                    unit = measured[0].MeasurementUnitsCodeSequence[0].CodeValue
                    number = float(measured[0].NumericValue) * units[unit]
                    event.setdefault(column, []).append(number)
            events.append(event)
    return events


def is_same(ours: object, theirs: list[float]) -> bool:
    ours = ours if isinstance(ours, list) else [ours]
    ours = [value for value in ours if value is not None]
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(math.isclose(a, b, rel_tol=1e-12) for a, b in pairs)


def check_against_pydicom(path: Path) -> int:
    events = [row for row in rows(path) if row["level"] == "event"]
    expected = said(pydicom.dcmread(path))
    assert len(events) == len(expected)
    assert [row["event"] for row in events] == list(range(1, len(events) + 1))
    for ours, theirs in zip(events, expected, strict=True):
        for column in {name for name, _ in ORACLE.values()}:
            assert is_same(ours[column], theirs.get(column, [])), column
    return sum(len(event) for event in expected)


@pytest.mark.parametrize("kind", BUILT)
def test_every_number_is_the_one_that_pydicom_finds(tmp_path, kind):
    assert check_against_pydicom(write(BUILT[kind](), tmp_path / "f")) > 0


def real_reports() -> list[Path]:
    return [p for p in shared_files() if "SR" in p.name and "odd" not in p.parts and p.suffix == ".dcm"]


@pytest.mark.real_files
def test_real_reports_of_many_makers_are_what_pydicom_finds(quiet):
    checked = 0
    for path in real_reports():
        if rows(path):
            checked += check_against_pydicom(path)
    assert checked > 250


_LINE = re.compile(r'NUM:\((\d+),DCM,"[^"]*"\)="([^"]*)" \(([^,]*),UCUM')


@pytest.mark.skipif(not shutil.which("dsrdump"), reason="dcmtk is not installed")
@pytest.mark.parametrize("path", ["CT", "two planes", *real_reports()], ids=lambda p: Path(p).name)
def test_dcmtk_finds_the_same_numbers(tmp_path, path):
    if path in BUILT:
        path = write(BUILT[path](), tmp_path / "f")
    command = ["dsrdump", "--print-all-codes", "-Ei", "-Er", "-Ee", str(path)]
    run = subprocess.run(command, capture_output=True, check=False)
    found = _LINE.findall(run.stdout.decode("utf-8", "replace"))
    events = [row for row in rows(path) if row["level"] == "event"]
    if not events:
        return
    assert found
    for column in {name for name, _ in ORACLE.values()}:
        theirs = [
            float(value) * ORACLE[code][1][unit]
            for code, value, unit in found
            if ORACLE.get(code, ("", {}))[0] == column
        ]
        values = [row[column] for row in events]
        ours = [v for value in values for v in (value if isinstance(value, list) else [value])]
        assert is_same(ours, theirs), column


# --- what the templates say -----------------------------------------------------------------


SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("kind", BUILT)
def test_rows_are_the_same_in_every_transfer_syntax_and_by_pydicom(tmp_path, kind, syntax):
    plain = rows(write(BUILT[kind](), tmp_path / "plain"))
    path = write(BUILT[kind](), tmp_path / "f", SYNTAXES[syntax])
    assert plain
    assert rows(path) == plain
    assert rows(path, ALONE) == plain


def test_ct_events_and_their_total_are_rows(tmp_path):
    (total, first, second), problems = read(ct_report(2), tmp_path)
    assert (total["level"], first["level"], first["event"], second["event"]) == ("total", "event", 1, 2)
    assert (first["mean_ctdivol_mgy"], first["dlp_mgy_cm"], second["dlp_mgy_cm"]) == (10.0, 100.0, 200.0)
    assert total["ct_dose_length_product_total_mgy_cm"] == 300.0
    assert "dlp_mgy_cm" not in total
    assert (first["ctdiw_phantom_type"], first["ctdiw_phantom_type_code"]) == (
        "IEC Body Dosimetry Phantom",
        "113691 DCM",
    )
    assert (first["target_region"], first["target_region_code"]) == ("Chest", "T-D3000 SRT")
    assert first["irradiation_event_uid"] == "1.2.9.1"
    assert first["acquisition_protocol"] == "Protocol 1"
    assert first["number_of_x_ray_sources"] == 1
    assert not problems


def test_what_the_report_says_of_itself_is_in_every_row(tmp_path):
    found, _ = read(ct_report(2), tmp_path)
    assert {row["device_observer_name"] for row in found} == {"CONSOLE"}
    assert {row["device_observer_serial_number"] for row in found} == {"4711"}
    assert found[0]["start_of_x_ray_irradiation"] == dt.datetime(2024, 3, 1, 10, 15, 0, 250_000)
    assert found[0]["start_of_x_ray_irradiation_utc_offset_minutes"] == 60


def test_each_tube_has_its_place_in_the_lists(tmp_path):
    event = ct_event(sources=[("A", 100), ("B", 140)])
    second = event.ContentSequence[4].ContentSequence[5]
    del second.ContentSequence[2]  # the current of tube B is not said
    (row,), _ = read(report(event), tmp_path)
    assert row["identification_of_the_x_ray_source"] == ["A", "B"]
    assert row["kvp_kv"] == [100.0, 140.0]
    assert row["x_ray_tube_current_ma"] == [300.0, None]
    assert "maximum_x_ray_tube_current_ma" not in row


def test_planes_have_events_and_totals_of_their_own(tmp_path):
    found, problems = read(biplane_report(), tmp_path)
    assert [(r["level"], r["acquisition_plane"]) for r in found] == [
        ("total", "Plane A"),
        ("total", "Plane B"),
        ("event", "Plane A"),
        ("event", "Plane B"),
    ]
    assert [r["dose_area_product_total_gy_m2"] for r in found[:2]] == [2e-4, 3e-4]
    event = found[2]
    assert math.isclose(event["dose_area_product_gy_m2"], 2e-4)
    assert math.isclose(event["dose_rp_gy"], 2e-4)
    assert event["kvp_kv"] == [70.0, 72.0, 71.0]
    assert (event["exposure_time_s"], event["pulse_rate_per_s"]) == (0.1008, 7.5)
    assert event["x_ray_filter_material"] == ["Copper", "Aluminum"]
    assert event["x_ray_filter_thickness_minimum_mm"] == [0.2, None]
    assert event["irradiating_device_serial_number"] == "SN-7"
    assert not problems


def test_totals_of_each_breast_are_rows(tmp_path):
    (left, right, event), _ = read(mammography_report(), tmp_path)
    assert (left["laterality"], left["accumulated_average_glandular_dose_mgy"]) == ("Left breast", 1.3)
    assert (right["laterality"], right["accumulated_average_glandular_dose_mgy"]) == ("Right breast", 1.28)
    assert left["acquisition_plane"] == right["acquisition_plane"]
    assert (event["laterality"], event["anatomical_structure"]) == ("Left", "Breast")
    assert (event["exposure_time_s"], event["exposure_uas"]) == (0.854, [90200.0])


def test_an_administration_is_an_event(tmp_path):
    (row,), problems = read(radiopharmaceutical_report(), tmp_path)
    assert (row["level"], row["irradiation_event_uid"]) == ("event", "1.2.9.5")
    assert (row["radionuclide"], row["radionuclide_half_life_s"]) == ("^18^Fluorine", 6586.2)
    assert (row["administered_activity_mbq"], row["radiopharmaceutical_volume_cm3"]) == (250.0, 2.0)
    assert row["route_of_administration_code"] == "47625008 SCT"
    assert not problems


def test_a_dose_report_in_another_kind_of_report_is_read(tmp_path):
    assert len(read(ct_report(sop_class=COMPREHENSIVE_SR), tmp_path)[0]) == 3


def test_other_reports_have_no_rows_and_no_problems(tmp_path):
    other = report(ct_event(), name="126000", sop_class=COMPREHENSIVE_SR)
    assert read(other, tmp_path) == ([], [])


def test_names_in_other_alphabets_are_decoded(tmp_path):
    ds = report(box("113819", text("125203", "Thorax über α")), SpecificCharacterSet="ISO_IR 192")
    assert read(ds, tmp_path)[0][0]["acquisition_protocol"] == "Thorax über α"


def test_codes_too_long_for_a_code_value_are_found(tmp_path):
    ds = ct_report(1)
    region = ds.ContentSequence[5].ContentSequence[1].ConceptCodeSequence[0]
    del region.CodeValue
    region.LongCodeValue, region.CodingSchemeDesignator = "11000000000000000001234", "SCT"
    assert read(ds, tmp_path)[0][1]["target_region_code"] == "11000000000000000001234 SCT"


# --- what is wrong in reports ---------------------------------------------------------------


def test_an_unknown_unit_is_a_problem_and_the_cell_is_null(tmp_path):
    (row,), problems = read(report(box("113819", num("113838", 541.1, "furlong"))), tmp_path)
    assert "dlp_mgy_cm" not in row
    assert [(p.column.name, p.column.source) for p in problems] == [("dlp_mgy_cm", "(113838, DCM)")]
    assert problems[0].raw.startswith(b"541.1")
    assert problems[0].raw.endswith(b"furlong ")
    assert "541" not in problems[0].reason


def test_a_number_that_is_none_is_a_problem(tmp_path):
    ds = ct_report(2)
    path = write(ds, tmp_path / "f")
    data = path.read_bytes()
    at = data.index(b"100.0 ", data.index(b"113838"))
    path.write_bytes(data[:at] + b"10/ 15" + data[at + 6 :])
    batch = next(READER.read([str(path)]))
    assert batch.dose[1]["dlp_mgy_cm"].to_pylist() == [None, None, 200.0]
    assert [(p.row, p.column.name, p.raw) for p in batch.problems] == [(0, "dlp_mgy_cm", b"10/ 15")]


def test_of_two_values_where_one_is_expected_the_first_counts(tmp_path):
    event = box("113819", num("113838", 10, "mGy.cm"), num("113838", 20, "mGy.cm"))
    (row,), problems = read(report(event), tmp_path)
    assert row["dlp_mgy_cm"] == 10.0
    assert [(p.column.name, p.raw.strip()) for p in problems] == [("dlp_mgy_cm", b"20")]


def test_a_value_that_is_not_there_is_null_and_no_problem(tmp_path):
    event = box("113819", num("113838", 10, "mGy.cm"), num("113830", 5, "mGy"))
    event.ContentSequence[0].MeasuredValueSequence = []
    (row,), problems = read(report(event), tmp_path)
    assert "dlp_mgy_cm" not in row
    assert row["mean_ctdivol_mgy"] == 5.0
    assert not problems


def test_a_report_of_nothing_that_is_read_says_so(tmp_path):
    found, problems = read(report(text("121106", "nothing")), tmp_path)
    assert found == []
    assert [p.column.name for p in problems] == ["dose"]
    assert "nothing" not in problems[0].reason


def test_private_codes_do_not_pass_for_those_of_the_standard(tmp_path):
    event = box("113819", num(("113838", "99ACME", "DLP"), 10, "mGy.cm"), num("113830", 5, "mGy"))
    (row,), _ = read(report(event), tmp_path)
    assert "dlp_mgy_cm" not in row


def test_more_events_than_any_report_has_are_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(dose, "MOST_ROWS", 10)
    found, problems = read(report(*(box("113819", num("113838", n, "mGy.cm")) for n in range(30))), tmp_path)
    assert len(found) == 10
    assert [p.column.name for p in problems] == ["dose"]


def test_more_values_than_any_report_has_are_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(content, "MOST_VALUES", 200)
    monkeypatch.setattr(content, "_ROOM", 64)
    path = str(write(ct_report(20), tmp_path / "f"))
    batch = next(HeaderReader().read([path]))
    assert 1 < batch.dose[1].num_rows < 21
    assert [p.column.name for p in batch.problems] == ["dose"]


def test_a_long_report_is_read_whole_where_there_was_room_for_a_short_one(tmp_path, monkeypatch):
    monkeypatch.setattr(content, "_ROOM", 64)
    path = str(write(ct_report(20), tmp_path / "f"))
    assert next(HeaderReader().read([path])).dose[1].num_rows == 21


def test_many_reports_are_taken_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(dose, "_ROWS_AT_ONCE", 4)
    paths = [str(write(ct_report(n + 1), tmp_path / str(n))) for n in range(4)]
    of, table = next(READER.read(paths)).dose
    assert of.tolist() == [0, 0, *[1] * 3, *[2] * 4, *[3] * 5]
    assert table["event"].to_pylist() == [None, 1, None, 1, 2, None, 1, 2, 3, None, 1, 2, 3, 4]


def test_items_in_items_without_end_do_no_harm(tmp_path):
    deep = num("113838", 1, "mGy.cm")
    for _ in range(30):
        deep = box("113822", deep)
    found, _ = read(report(box("113819", deep)), tmp_path)
    assert len(found) == 1


def test_a_report_cut_short_keeps_what_could_be_read(tmp_path):
    path = write(ct_report(3), tmp_path / "f")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    batch = next(READER.read([str(path)]))
    assert batch.status[0] == "partial"
    assert 1 < batch.dose[1].num_rows < 4


HEALTHY: list[bytes] = []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5000), st.binary(min_size=1, max_size=4)), max_size=6))
def test_broken_bytes_make_rows_or_none_and_never_an_error(changes):
    if not HEALTHY:
        from io import BytesIO

        ds = ct_report(2)
        ds.file_meta = pydicom.dataset.FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = "1.2", "1.2"
        out = BytesIO()
        ds.save_as(out, enforce_file_format=True)
        HEALTHY.append(out.getvalue())
    data = bytearray(HEALTHY[0])
    for at, new in changes:
        begin = 400 + at % (len(data) - 400)
        data[begin : begin + len(new)] = new
    batch = READER.parse(pa.array([bytes(data)], pa.large_binary()))
    if batch.dose is not None:
        assert batch.dose[1].num_rows <= 4
    assert all(isinstance(p.raw, bytes) for p in batch.problems)


# --- the table ------------------------------------------------------------------------------


def test_the_table_has_the_columns_of_its_schema(tmp_path):
    batch = next(READER.read([str(write(ct_report(), tmp_path / "f"))]))
    assert batch.dose[1].schema.equals(pa.schema(list(dose_schema())[1:]))


def test_columns_have_names_of_their_own_and_a_source():
    names = [column.name for column in dose_columns()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in names)
    assert all(column.meaning.endswith(".") or "`" in column.meaning for column in dose_columns())
    assert all(column.source.startswith("(") for column in dose_columns())


def test_a_pulse_rate_may_lack_its_braces(tmp_path):
    for unit in ("{pulse}/s", "pulse/s", "pulses/s", "1/s"):
        found, problems = read(report(box("113706", num("113791", 7.5, unit))), tmp_path)
        assert (found[0]["pulse_rate_per_s"], problems) == (7.5, [])
    found, problems = read(report(box("113706", num("113791", 7.5, "impulse/s"))), tmp_path)
    assert "pulse_rate_per_s" not in found[0]
    assert [p.column.name for p in problems] == ["pulse_rate_per_s"]


def test_several_numbers_in_one_value_are_one_for_each_pulse(tmp_path):
    event = box(
        "113706",
        several("113733", ["70", "72.5", "71"], "kV"),
        several("113793", ["5", "6"], "ms"),
        num("113793", 7, "ms"),
        several("113734", ["0.1", "", "0.2"], "A"),
        several("113738", ["1", "2"], "Gy"),
    )
    found, problems = read(report(event), tmp_path)
    assert found[0]["kvp_kv"] == [70, 72.5, 71]
    assert found[0]["pulse_width_ms"] == [5, 6, 7]
    assert found[0]["x_ray_tube_current_ma"] == [100, None, 200]
    assert "dose_rp_gy" not in found[0]
    assert {p.column.name: p.raw for p in problems} == {"dose_rp_gy": b"1\\2 "}


def several(name: str, values: list[str], unit: str) -> Dataset:
    ds = num(name, 0, unit)
    ds.MeasuredValueSequence[0].NumericValue = values
    return ds


ENHANCED_SR, PATIENT_SR = "1.2.840.10008.5.1.4.1.1.88.76", "1.2.840.10008.5.1.4.1.1.88.75"


def test_an_enhanced_report_gives_events_totals_and_details(tmp_path):
    ds = report(
        box("130500", code("113764", "113622"), num("113722", 3, "Gy.cm2"), num("113812", 2, "{events}")),
        box("130501", uid("113769", "1.2.9.1"), box("130502", num("113738", 4, "mGy"))),
        box("130501", uid("113769", "1.2.9.2"), num("122130", 2, "Gy.cm2")),
        box(
            "130505",
            uid("113769", "1.2.9.2"),
            box("130511", num("113733", 80, "kV"), num("113734", 300, "mA"), num("113791", 15, "{pulse}/s")),
            box("130512", code("113757", ("66925006", "SCT", "Copper"))),
        ),
        sop_class=ENHANCED_SR,
    )
    found, problems = read(ds, tmp_path)
    assert not problems
    assert [row["level"] for row in found] == ["total", "event", "event"]
    assert found[0]["dose_area_product_total_gy_m2"] == pytest.approx(3e-4)
    assert found[0]["total_number_of_irradiation_events"] == 2
    assert found[1]["dose_rp_gy"] == 0.004
    assert "kvp_kv" not in found[1]
    assert (found[2]["kvp_kv"], found[2]["x_ray_tube_current_ma"]) == ([80], [300])
    assert (found[2]["pulse_rate_per_s"], found[2]["x_ray_filter_material"]) == (15, ["Copper"])


def test_a_patient_dose_report_gives_a_row_for_each_organ(tmp_path):
    site = ("363698007", "SCT", "Finding Site")
    liver, skin = ("10200004", "SCT", "Liver"), ("39937001", "SCT", "Skin")
    ds = report(
        box(
            "128402",
            text("128403", "After CT"),
            uid("128429", "1.2.9.1"),
            uid("128429", "1.2.9.2"),
            num("113839", 2.5, "mSv"),
            box(
                "128412",
                num("128533", 0.004, "Gy", code(site, liver)),
                num("128531", 9, "mGy", code(site, liver)),
            ),
            box("128412", code(site, skin), num("128513", 12, "mGy"), num("128512", 11, "mSv")),
            box("128415", box("128476", code("128477", ("128480", "DCM", "Analytical Algorithm")))),
        ),
        name="128401",
        sop_class=PATIENT_SR,
    )
    found, problems = read(ds, tmp_path)
    assert not problems
    assert [row["level"] for row in found] == ["estimate"] * 3
    assert {row["radiation_dose_estimate_name"] for row in found} == {"After CT"}
    assert all(row["event_uid_used"] == ["1.2.9.1", "1.2.9.2"] for row in found)
    assert {row["radiation_dose_estimate_method"] for row in found} == {"Analytical Algorithm"}
    by_organ = {row.get("organ"): row for row in found}
    assert by_organ[None]["effective_dose_estimate_msv"] == 2.5
    assert by_organ["Liver"]["absorbed_dose_mgy"] == 4
    assert by_organ["Liver"]["maximum_absorbed_dose_mgy"] == 9
    assert (by_organ["Skin"]["absorbed_dose_mgy"], by_organ["Skin"]["equivalent_dose_msv"]) == (12, 11)
    assert by_organ["Skin"]["organ_code"] == "39937001 SCT"

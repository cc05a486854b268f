"""Columns in one unit: hand-computed, on real files, up the tree, and after columns were added."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pydicom
import pytest

import dicomlab as dl
from dicomlab.header.engine import HeaderReader
from dicomlab.header.units import RULES, Given, with_units
from dicomlab.schema.columns import Columns, may_identify
from dicomlab.schema.units import UNIT_ROWS, frame_unit_columns, unit_columns
from tests.build import dataset, write
from tests.conftest import pydicom_files, shared_files
from tests.header.test_frames import enhanced


def worked_out(name: str, **values: object):
    """One column in one unit, of a row with these values."""
    table = pa.table({key: [value] for key, value in values.items()})
    wanted = [found for found in unit_columns(table.column_names) if found.column.name == name]
    return with_units(table, Given(table), wanted)[0][name].to_pylist()[0]


def approx(value):
    return value if value is None else pytest.approx(value, rel=1e-12)


HAND_COMPUTED = [
    ("imaging_frequency_mhz", {"ImagingFrequency": 127.696749}, 127.696749),
    ("imaging_frequency_mhz", {"ImagingFrequency": 128176060.0}, 128.17606),  # UIH writes Hz
    ("imaging_frequency_mhz", {"ImagingFrequency": 2.692619}, 2.692619),
    ("imaging_frequency_mhz", {"ImagingFrequency": 63860.0}, None),  # kHz, or nothing at all
    ("imaging_frequency_mhz", {"ImagingFrequency": 0.0}, None),
    ("magnetic_field_strength_t", {"MagneticFieldStrength": 1.494}, 1.494),
    ("magnetic_field_strength_t", {"MagneticFieldStrength": 15000.0}, 1.5),
    ("magnetic_field_strength_t", {"MagneticFieldStrength": 7000.0}, None),
    ("magnetic_field_strength_t", {"MagneticFieldStrength": 7000.0, "ImagingFrequency": 297.2}, 7.0),
    ("magnetic_field_strength_t", {"MagneticFieldStrength": 7000.0, "ImagingFrequency": 29.8}, 0.7),
    ("magnetic_field_strength_t", {"MagneticFieldStrength": 640.0, "ImagingFrequency": 2692619.0}, 0.064),
    (
        "magnetic_field_strength_t",
        {"MagneticFieldStrength": 7000.0, "ImagingFrequency": 120.3, "ImagedNucleus": "31P"},
        None,
    ),
    ("exposure_mas", {"Exposure": 120.0}, 120.0),
    ("exposure_mas", {"Exposure": 0.0}, None),
    ("exposure_mas", {"Exposure": 0.0, "ExposureInuAs": 400.0}, 0.4),
    ("exposure_mas", {"Exposure": 6.0, "ExposureInuAs": 6240.0}, 6.24),
    ("exposure_mas", {"Exposure": 60.0, "ExposureInuAs": 60.0}, 60.0),
    ("exposure_mas", {"Exposure": 60.0, "ExposureInuAs": 900.0}, None),
    ("exposure_mas", {"ExposureInuAs": 250.0}, 0.25),
    ("exposure_time_ms", {"ExposureTime": 300.0, "ExposureTimeInuS": 300400.0}, 300.4),
    ("exposure_time_ms", {"ExposureTimeInuS": 850.0}, 0.85),
    ("x_ray_tube_current_ma", {"XRayTubeCurrent": 2.0, "XRayTubeCurrentInuA": 2480.0}, 2.48),
    ("revolution_time_ms", {"RevolutionTime": 0.28}, 280.0),
    ("revolution_time_ms", {"RevolutionTime": 500.0}, 500.0),
    ("revolution_time_ms", {"RevolutionTime": 80.0}, None),
    ("ctdivol_mgy", {"CTDIvol": 29.769628}, 29.769628),
    ("ctdivol_mgy", {"CTDIvol": 0.0}, None),
    ("dose_area_product_gy_cm2", {"ImageAndFluoroscopyAreaDoseProduct": 10.157}, 1.0157),
    ("dose_area_product_gy_cm2", {"AcquiredImageAreaDoseProduct": 4.0}, 0.4),
    ("entrance_dose_mgy", {"EntranceDoseInmGy": 0.42, "EntranceDose": 0}, 0.42),
    ("entrance_dose_mgy", {"EntranceDose": 3, "Modality": "XA"}, 300.0),
    ("entrance_dose_mgy", {"EntranceDose": 3, "Modality": "MG"}, None),
    ("entrance_dose_mgy", {"EntranceDose": 0, "Modality": "XA"}, None),
    ("organ_dose_mgy", {"OrganDose": 0.0026}, 0.26),
    ("organ_dose_mgy", {"OrganDose": 0.015}, 1.5),
    ("organ_dose_mgy", {"OrganDose": 1.5}, 1.5),
    ("organ_dose_mgy", {"OrganDose": 0.2}, None),
    ("repetition_time_ms", {"RepetitionTime": 2000.0, "EchoTime": 30.0}, 2000.0),
    ("repetition_time_ms", {"RepetitionTime": 3.5, "EchoTime": 1.2}, 3.5),
    ("repetition_time_ms", {"RepetitionTime": 0.25, "EchoTime": 0.005}, 250.0),
    ("repetition_time_ms", {"RepetitionTime": 2.0, "EchoTime": 0.03}, None),
    ("repetition_time_ms", {"RepetitionTime": 2_500_000.0, "EchoTime": 30_000.0}, 2500.0),
    ("repetition_time_ms", {"RepetitionTime": 20_000.0, "EchoTime": 5_000.0}, 20.0),
    ("repetition_time_ms", {"RepetitionTime": 550.0}, 550.0),
    ("echo_time_ms", {"RepetitionTime": 0.25, "EchoTime": 0.005}, 5.0),
    ("echo_time_ms", {"EchoTime": 30.0}, 30.0),
    ("echo_time_ms", {"EchoTime": 0.03}, None),
    ("radionuclide_total_dose_mbq", {"RadionuclideTotalDose": 173_530_000.0}, 173.53),
    ("radionuclide_total_dose_mbq", {"RadionuclideTotalDose": 740.0}, 740.0),
    ("radionuclide_total_dose_mbq", {"RadionuclideTotalDose": 0.37}, None),
    ("radionuclide_total_dose_mbq", {"RadionuclideTotalDose": 50_000.0}, None),
    ("patient_size_m", {"PatientSize": 1.75}, 1.75),
    ("patient_size_m", {"PatientSize": 175.0}, 1.75),
    ("patient_size_m", {"PatientSize": 1750.0}, 1.75),
    ("patient_size_m", {"PatientSize": 69.0}, None),
    ("patient_size_m", {"PatientSize": 0.0}, None),
    ("focus_depth_mm", {"FocusDepth": 4.5, "DepthOfScanField": 160}, 45.0),
    ("focus_depth_mm", {"FocusDepth": 45.0, "DepthOfScanField": 160}, 45.0),
    ("focus_depth_mm", {"FocusDepth": 450.0, "DepthOfScanField": 160}, None),
    ("focus_depth_mm", {"DepthsOfFocus": [62.0]}, 62.0),
    ("focus_depth_mm", {"DepthsOfFocus": [40.0, 62.0]}, None),
    ("transducer_frequency_mhz", {"TransducerFrequency": 3500}, 3.5),
    ("transducer_frequency_mhz", {"TransducerFrequency": 3_500_000}, 3.5),
    ("transducer_frequency_mhz", {"TransducerFrequency": 7}, 7.0),
    ("transducer_frequency_mhz", {"TransducerFrequency": 0}, None),
]


@pytest.mark.parametrize(("name", "values", "expected"), HAND_COMPUTED)
def test_values_come_out_in_one_unit_or_not_at_all(name, values, expected):
    assert worked_out(name, **values) == approx(expected)


def test_every_column_in_one_unit_has_a_rule_and_examples_of_it():
    names = {row[0] for row in UNIT_ROWS}
    assert names == set(RULES)
    for name in names:
        results = [expected for found, _, expected in HAND_COMPUTED if found == name]
        assert any(r is not None for r in results)
        assert None in results or name in (
            "dose_area_product_gy_cm2",
            "exposure_time_ms",
            "x_ray_tube_current_ma",
        )


@pytest.mark.parametrize("found", unit_columns(Columns().names), ids=lambda f: f.column.name)
def test_each_says_what_it_is(found):
    assert set(found.sources) <= set(Columns().names)
    assert found.column.meaning.endswith(".")
    assert found.column.name.endswith("_" + found.column.unit.lower().replace(".", "_"))
    assert may_identify(found.column.name) == found.column.phi
    assert found.column.phi == any(Columns()[source].phi for source in found.sources)


def test_a_table_has_them_as_far_as_it_has_what_they_are_made_from():
    assert [f.column.name for f in unit_columns(Columns.only("CTDIvol").names)] == ["ctdivol_mgy"]
    own = Columns.only("CTDIvol").add_path("CTExposureSequence[0].CTDIvol", "ctdivol_mgy")
    assert unit_columns(own.names) == ()  # the name is taken by what the user asked for
    assert "radionuclide_total_dose_mbq" not in {f.column.name for f in frame_unit_columns(Columns())}
    assert "echo_time_ms" in {f.column.name for f in frame_unit_columns(Columns())}


def test_frames_have_them_and_instances_what_all_frames_share(tmp_path):
    ds = enhanced(
        2,
        shared={"MRTimingAndRelatedParametersSequence": {"RepetitionTime": 500.0}},
        frame=lambda i: {"MREchoSequence": {"EffectiveEchoTime": 10.0 * (i + 1)}},
        MagneticFieldStrength="15000",
    )
    batch = next(HeaderReader().read([str(write(ds, tmp_path / "f"))]))
    frames = batch.frames[1]
    assert frames["echo_time_ms"].to_pylist() == [10.0, 20.0]
    assert frames["repetition_time_ms"].to_pylist() == [500.0, 500.0]
    assert frames["magnetic_field_strength_t"].to_pylist() == [1.5, 1.5]
    assert batch.table["echo_time_ms"].to_pylist() == [None]
    assert batch.table["repetition_time_ms"].to_pylist() == [500.0]


def test_a_frame_borrows_from_its_instance_what_only_that_has(tmp_path):
    paths = []
    for modality in ("MG", "XA"):
        ds = enhanced(2, EntranceDose=3)
        ds.Modality = modality
        paths.append(str(write(ds, tmp_path / modality)))
    batch = next(HeaderReader().read(paths))
    assert batch.frames[1]["entrance_dose_mgy"].to_pylist() == [None, None, 300.0, 300.0]


def archive(folder: Path) -> Path:
    for i, frequency in enumerate(("128176060", "128176070", "128.17609")):
        ds = dataset(
            PatientID="P",
            PatientSize="180",
            StudyInstanceUID="1.2",
            SeriesInstanceUID="1.2.1",
            SOPInstanceUID=f"1.2.1.{i}",
            Modality="MR",
            ImagingFrequency=frequency,
            MagneticFieldStrength="30000",
            RepetitionTime="2000",
            EchoTime=str(10 * (i + 1)),
        )
        write(ds, folder / str(i))
    return folder


def test_they_roll_up_to_the_series_and_the_study(tmp_path):
    catalog = dl.scan(archive(tmp_path / "a"), tmp_path / "c", progress=False)
    series = catalog.series.iloc[0]
    assert series["imaging_frequency_mhz"] == pytest.approx(128.17607)
    assert series["echo_time_ms"] == 20.0
    assert series["magnetic_field_strength_t"] == 3.0
    assert series["patient_size_m"] == catalog.studies["patient_size_m"].iloc[0] == 1.8
    assert "patient_size_m" not in catalog.patients


def test_a_series_of_frames_has_the_middle_of_its_frames(tmp_path):
    ds = enhanced(
        3,
        frame=lambda i: {"MREchoSequence": {"EffectiveEchoTime": 10.0 * (i + 1)}},
        StudyInstanceUID="1.2",
        SeriesInstanceUID="1.2.1",
    )
    write(ds, tmp_path / "a" / "f")
    catalog = dl.scan(tmp_path / "a", tmp_path / "c", progress=False)
    assert catalog.series["echo_time_ms"].tolist() == [20.0]


def test_a_column_that_is_added_brings_its_twin_in_one_unit(tmp_path):
    few = Columns.only("RepetitionTime")
    catalog = dl.scan(archive(tmp_path / "a"), tmp_path / "c", columns=few, progress=False)
    assert "imaging_frequency_mhz" not in catalog.instances
    wider = catalog.add_columns(["ImagingFrequency"], progress=False)
    assert sorted(wider.instances["imaging_frequency_mhz"].round(6)) == [128.17606, 128.17607, 128.17609]
    assert wider.series["imaging_frequency_mhz"].iloc[0] == pytest.approx(128.17607)


# --- real files --------------------------------------------------------------------------------

FACTOR = {  # from what pydicom reads, for files whose values are in DICOM's unit
    "imaging_frequency_mhz": ("ImagingFrequency", 1),
    "magnetic_field_strength_t": ("MagneticFieldStrength", 1),
    "ctdivol_mgy": ("CTDIvol", 1),
    "organ_dose_mgy": ("OrganDose", 100),
    "entrance_dose_mgy": ("EntranceDoseInmGy", 1),
    "dose_area_product_gy_cm2": ("ImageAndFluoroscopyAreaDoseProduct", 0.1),
    "revolution_time_ms": ("RevolutionTime", 1000),
    "repetition_time_ms": ("RepetitionTime", 1),
    "exposure_mas": ("Exposure", 1),
    "exposure_time_ms": ("ExposureTime", 1),
}
NOT_IN_DICOMS_UNIT = {15000.0: 1.5}


def test_real_files_come_out_as_a_reader_of_the_standard_works_them_out(quiet):
    paths = [*pydicom_files(), *shared_files()]
    at, checked, wrong = 0, set(), []
    for batch in HeaderReader().read([str(p) for p in paths]):
        for row, cells in enumerate(batch.table.select([*FACTOR, "TransferSyntaxUID"]).to_pylist()):
            if batch.status[row] != "read" or not any(cells[name] is not None for name in FACTOR):
                continue
            ds = pydicom.dcmread(paths[at + row], stop_before_pixels=True, force=True)
            for name, (keyword, factor) in FACTOR.items():
                said = ds.get(keyword)
                if said in (None, "") or float(said) <= 0 or cells[name] is None:
                    continue
                checked.add(name)
                expected = NOT_IN_DICOMS_UNIT.get(float(said), float(said) * factor)
                if cells[name] != pytest.approx(expected, rel=1e-9):
                    wrong.append((paths[at + row].name, name))
        at += len(batch.status)
    assert not wrong
    assert checked >= ({"imaging_frequency_mhz", "repetition_time_ms"} if not shared_files() else set(FACTOR))


def test_few_real_values_are_given_up(quiet):
    """What real machines write is nearly always told; the rest is zero, or in no unit at all."""
    given_up = []
    for batch in HeaderReader().read([str(p) for p in [*pydicom_files(), *shared_files()]]):
        for name, (keyword, _) in FACTOR.items():
            said, found = batch.table[keyword].to_pylist(), batch.table[name].to_pylist()
            varies = batch.table["varies"].to_pylist()  # EchoTime, of one: so its frames have the unit
            given_up += [
                (name, a)
                for a, b, v in zip(said, found, varies, strict=True)
                if a is not None and a > 0 and b is None and "EchoTime" not in (v or [])
            ]
    assert not given_up

"""Default columns of what stands in sequences."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicomlab.header.engine import HeaderReader
from dicomlab.schema.columns import Columns
from tests.build import dataset, write
from tests.header.test_frames import enhanced

READER = HeaderReader()
SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian)


def item(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def read(ds: Dataset, to: Path, syntax: str = ExplicitVRLittleEndian) -> dict:
    return next(READER.read([str(write(ds, to / "f", syntax))])).table.to_pylist()[0]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_what_was_given_to_a_patient_of_a_pet_scan(tmp_path, syntax):
    given = item(
        RadiopharmaceuticalVolume="1.5",
        RadiopharmaceuticalRoute="IV",
        RadionuclideTotalDose="3.5e8",
        RadionuclideHalfLife="6586.2",
        RadionuclidePositronFraction="0.967",
        RadiopharmaceuticalSpecificActivity="1e12",
        RadiopharmaceuticalStartDateTime="20240301093000",
        RadiopharmaceuticalStopDateTime="20240301093010",
        RadiopharmaceuticalAdministrationEventUID="1.2.9.5",
        RadiopharmaceuticalCodeSequence=[item(CodeValue="C-B1031", CodeMeaning="FDG")],
        RadionuclideCodeSequence=[item(CodeValue="C-111A1", CodeMeaning="^18^Fluorine")],
    )
    row = read(dataset(RadiopharmaceuticalInformationSequence=[given]), tmp_path, syntax)
    assert (row["radiopharmaceutical_agent"], row["radionuclide"]) == ("FDG", "^18^Fluorine")
    assert (row["RadiopharmaceuticalVolume"], row["RadiopharmaceuticalRoute"]) == (1.5, "IV")
    assert (row["RadionuclideTotalDose"], row["RadionuclidePositronFraction"]) == (3.5e8, 0.967)
    assert row["RadiopharmaceuticalStopDateTime"] == dt.datetime(2024, 3, 1, 9, 30, 10)
    assert row["RadiopharmaceuticalAdministrationEventUID"] == "1.2.9.5"


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_region_of_an_ultrasound_image_has_its_place(tmp_path, syntax):
    regions = [
        item(
            RegionSpatialFormat=1,
            RegionDataType=1,
            PhysicalUnitsXDirection=3,
            PhysicalUnitsYDirection=3,
            PhysicalDeltaX=0.05,
            PhysicalDeltaY=0.04,
            TransducerFrequency=5000,
        ),
        item(
            RegionSpatialFormat=3,
            RegionDataType=3,
            PhysicalUnitsXDirection=4,
            PhysicalUnitsYDirection=7,
            PhysicalDeltaX=0.01,
            PhysicalDeltaY=-0.5,
        ),
    ]
    row = read(dataset(SequenceOfUltrasoundRegions=regions), tmp_path, syntax)
    assert row["RegionSpatialFormat"] == [1, 3]
    assert (row["PhysicalUnitsXDirection"], row["PhysicalUnitsYDirection"]) == ([3, 4], [3, 7])
    assert (row["PhysicalDeltaX"], row["PhysicalDeltaY"]) == ([0.05, 0.01], [0.04, -0.5])
    assert row["TransducerFrequency"] == 5000


def test_codes_of_view_region_and_derivation_are_their_meanings(tmp_path):
    modifiers = [item(CodeMeaning="Magnification"), item(CodeMeaning="Spot compression")]
    ds = dataset(
        ViewCodeSequence=[item(CodeMeaning="cranio-caudal", ViewModifierCodeSequence=modifiers)],
        AnatomicRegionSequence=[item(CodeMeaning="Breast")],
        DerivationCodeSequence=[item(CodeMeaning="Multiplanar"), item(CodeMeaning="Lossy")],
    )
    row = read(ds, tmp_path)
    assert (row["image_view"], row["anatomic_region"]) == ("cranio-caudal", "Breast")
    assert row["image_view_modifier"] == ["Magnification", "Spot compression"]
    assert row["derivation"] == ["Multiplanar", "Lossy"]


def test_the_region_of_an_enhanced_object_is_that_of_its_frames(tmp_path):
    region = {"AnatomicRegionSequence": [item(CodeMeaning="Heart")]}
    assert read(enhanced(2, shared={"FrameAnatomySequence": region}), tmp_path)["anatomic_region"] == "Heart"


def test_more_of_a_region_is_added_by_path(tmp_path):
    columns = Columns().add_path("SequenceOfUltrasoundRegions[*].ReferencePixelX0", "origin")
    regions = [item(ReferencePixelX0=-3), item(ReferencePixelX0=7)]
    path = str(write(dataset(SequenceOfUltrasoundRegions=regions), tmp_path / "f"))
    assert next(HeaderReader(columns).read([path])).table["origin"].to_pylist() == [[-3, 7]]


def test_an_item_without_a_value_stands_out_in_none_of_the_lists(tmp_path):
    row = read(dataset(SequenceOfUltrasoundRegions=[]), tmp_path)
    assert row["RegionSpatialFormat"] is None

"""Where a value stands: other names, acquisitions, functional groups; and what several items say."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicomlab.header.engine import HeaderReader
from dicomlab.schema.columns import Columns
from tests.build import dataset, write

SEVERAL = "several items say different things where one value is expected"
READERS = {use_kernel: HeaderReader(use_kernel=use_kernel) for use_kernel in (True, False)}


def item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def read(path: Path, use_kernel: bool = True, reader: HeaderReader | None = None):
    """The row of a file, its frames, and its problems."""
    batch = next((reader or READERS[use_kernel]).read([str(path)]))
    frames = batch.frames[1] if batch.frames is not None else None
    return batch.table.to_pylist()[0], frames, [(p.column.name, p.reason) for p in batch.problems]


def enhanced(shared: Dataset, *frames: Dataset, **values: object) -> Dataset:
    frames = frames or (item(FrameContentSequence=[item(StackID="1")]),)
    groups = {"SharedFunctionalGroupsSequence": [shared], "PerFrameFunctionalGroupsSequence": list(frames)}
    return dataset(NumberOfFrames=len(frames), **groups, **values)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("use_kernel", [True, False])
def test_exposure_of_a_tomosynthesis_stands_in_its_acquisition(tmp_path, syntax, use_kernel):
    acquisition = item(
        KVP="29",
        ExposureInmAs=61.5,
        ExposureTimeInms=3700.0,
        XRayTubeCurrentInmA=16.6,
        AnodeTargetMaterial="RHODIUM",
        FilterMaterial="SILVER",
        BodyPartThickness="48",
        CompressionForce="88",
        OrganDose="0.021",
    )
    shared = item(PixelMeasuresSequence=[item(PixelSpacing=[0.1, 0.1])])
    ds = enhanced(shared, XRay3DAcquisitionSequence=[acquisition], Modality="MG")
    row, frames, problems = read(write(ds, tmp_path / "f", syntax), use_kernel)
    assert [row[name] for name in ("KVP", "Exposure", "ExposureTime", "XRayTubeCurrent")] == [
        29,
        61.5,
        3700,
        16.6,
    ]
    assert [row[name] for name in ("exposure_mas", "exposure_time_ms", "x_ray_tube_current_ma")] == [
        61.5,
        3700,
        16.6,
    ]
    assert (row["AnodeTargetMaterial"], row["FilterMaterial"]) == ("RHODIUM", ["SILVER"])
    assert (row["BodyPartThickness"], row["CompressionForce"]) == (48, 88)
    assert row["organ_dose_mgy"] == pytest.approx(2.1)
    assert (frames["KVP"].to_pylist(), frames["Exposure"].to_pylist(), problems) == ([29], [61.5], [])


def test_two_acquisitions_that_agree_are_one_value_and_those_that_do_not_are_none(tmp_path):
    both = [
        item(KVP="29", ExposureInmAs=61.5, FilterMaterial="SILVER", FocalSpots="0.3"),
        item(KVP="29", ExposureInmAs=55.0, FilterMaterial="RHODIUM", FocalSpots="0.3"),
    ]
    row, _, problems = read(write(dataset(XRay3DAcquisitionSequence=both), tmp_path / "f"))
    assert (row["KVP"], row["Exposure"], row["exposure_mas"]) == (29, None, None)
    assert (row["FilterMaterial"], row["FocalSpots"]) == (["SILVER", "RHODIUM"], [0.3])
    assert problems == [("Exposure", SEVERAL)]


def test_the_attribute_itself_counts_before_its_other_names(tmp_path):
    ds = dataset(Exposure="7", ExposureInmAs=8.0, KVP="70", SequenceName="own", PulseSequenceName="other")
    ds.XRay3DAcquisitionSequence = [item(KVP="29", ExposureInmAs=9.0)]
    row, _, problems = read(write(ds, tmp_path / "f"))
    assert (row["Exposure"], row["KVP"], row["SequenceName"], problems) == (7, 70, "own", [])
    ds.Exposure, ds.SequenceName = None, ""  # empty counts as not there
    row, _, problems = read(write(ds, tmp_path / "g"))
    assert (row["Exposure"], row["SequenceName"], problems) == (8, "other", [])


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_other_names_at_the_top_of_the_file(tmp_path, syntax):
    ds = dataset(
        PulseSequenceName="fid",
        ResonantNucleus="31P",
        TransmitterFrequency=49.9,
        DecayCorrected="YES",
        XRayTubeCurrentInmA=4.25,
        ExposureTimeInms=80.5,
        ExposureInmAs=0.34,
    )
    row, _, problems = read(write(ds, tmp_path / "f", syntax))
    assert [row[n] for n in ("SequenceName", "ImagedNucleus", "DecayCorrection")] == ["fid", "31P", "YES"]
    assert (row["ImagingFrequency"], row["imaging_frequency_mhz"]) == (49.9, 49.9)
    assert [row[n] for n in ("XRayTubeCurrent", "ExposureTime", "Exposure")] == [4.25, 80.5, 0.34]
    assert problems == []


def test_two_nuclei_have_no_single_frequency(tmp_path):
    row, _, problems = read(write(dataset(TransmitterFrequency=[49.9, 123.2]), tmp_path / "f"))
    assert row["ImagingFrequency"] is None
    assert problems == [("ImagingFrequency", "2 values where one is expected")]


def test_spectroscopy_and_breast_projections(tmp_path):
    shared = item(
        MRSpectroscopyFOVGeometrySequence=[item(PercentSampling="75", PercentPhaseFieldOfView="80")],
        MREchoSequence=[item(EffectiveEchoTime=30.0, EchoNumbers=2)],
        XRayAcquisitionDoseSequence=[item(ExposureTimeInms=900.0, ExposureInmAs=41.0)],
    )
    row, frames, problems = read(write(enhanced(shared), tmp_path / "f"))
    assert [row[n] for n in ("PercentSampling", "PercentPhaseFieldOfView", "EchoTime")] == [75, 80, 30]
    assert row["EchoNumbers"] == [2]
    assert (row["ExposureTime"], row["Exposure"], problems) == (900, 41, [])
    assert frames["Exposure"].to_pylist() == [41]


def energies() -> dict[str, list[Dataset]]:
    return {
        "CTExposureSequence": [
            item(CTDIvol=3.5, ExposureInmAs=90.0, ExposureTimeInms=500.0),
            item(CTDIvol=4.5, ExposureInmAs=45.0, ExposureTimeInms=500.0),
        ],
        "CTXRayDetailsSequence": [
            item(KVP="80", FocalSpots="0.7", FilterMaterial=["ALUMINUM", "TITANIUM"]),
            item(KVP="140", FocalSpots="0.9", FilterMaterial="TIN"),
        ],
    }


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("use_kernel", [True, False])
@pytest.mark.parametrize("is_enhanced", [True, False])
def test_two_energies_are_lists_or_nothing(tmp_path, syntax, use_kernel, is_enhanced):
    groups = item(**energies())
    ds = enhanced(groups) if is_enhanced else dataset(MultienergyCTAcquisitionSequence=[groups])
    row, frames, problems = read(write(ds, tmp_path / "f", syntax), use_kernel)
    assert [row[n] for n in ("KVP", "CTDIvol", "ctdivol_mgy", "Exposure", "ExposureTime")] == [
        None,
        None,
        None,
        None,
        500,
    ]
    assert row["FocalSpots"] == [0.7, 0.9]
    assert row["FilterMaterial"] == ["ALUMINUM", "TITANIUM", "TIN"]
    assert sorted(problems) == [("CTDIvol", SEVERAL), ("Exposure", SEVERAL), ("KVP", SEVERAL)]
    if is_enhanced:
        assert (frames["KVP"].to_pylist(), frames["FocalSpots"].to_pylist()) == ([None], [[0.7, 0.9]])


def test_each_frame_with_two_energies_of_its_own(tmp_path):
    one = item(CTXRayDetailsSequence=[item(KVP="80", FocalSpots="0.7"), item(KVP="140", FocalSpots="0.9")])
    other = item(CTXRayDetailsSequence=[item(KVP="100", FocalSpots="0.7")])
    row, frames, problems = read(write(enhanced(item(), one, other, one), tmp_path / "f"))
    assert frames["KVP"].to_pylist() == [None, 100, None]
    assert frames["FocalSpots"].to_pylist() == [[0.7, 0.9], [0.7], [0.7, 0.9]]
    assert (row["KVP"], problems) == (None, [("KVP", SEVERAL)])


def test_a_frame_of_its_own_wins_over_several_shared_items(tmp_path):
    shared = item(CTXRayDetailsSequence=[item(KVP="80"), item(KVP="140")])
    own = item(CTXRayDetailsSequence=[item(KVP="100")])
    _, frames, problems = read(write(enhanced(shared, own, item()), tmp_path / "f"))
    assert frames["KVP"].to_pylist() == [100, None]
    assert problems == [("KVP", SEVERAL)]


def test_two_sources_have_no_single_voltage(tmp_path):
    shared = item(
        CTXRayDetailsSequence=[item(KVP="100", FocalSpots="0.7")],
        CTExposureSequence=[item(XRayTubeCurrentInmA=200.0)],
        CTAdditionalXRaySourceSequence=[item(KVP="150", FocalSpots="0.9", XRayTubeCurrentInmA=110.0)],
    )
    row, frames, problems = read(write(enhanced(shared), tmp_path / "f"))
    assert (row["KVP"], row["XRayTubeCurrent"], sorted(row["FocalSpots"])) == (None, None, [0.7, 0.9])
    assert frames["KVP"].to_pylist() == [None]
    assert sorted(problems) == [("KVP", SEVERAL), ("XRayTubeCurrent", SEVERAL)]


def mapping(unit: str, label: str, slope: float) -> Dataset:
    made = item(RealWorldValueSlope=slope, RealWorldValueIntercept=0.0, LUTLabel=label)
    made.MeasurementUnitsCodeSequence = [item(CodeValue=unit, CodingSchemeDesignator="UCUM")]
    return made


@pytest.mark.parametrize("at_top", [True, False])
def test_two_mappings_to_real_values_have_units_and_labels(tmp_path, at_top):
    both = [mapping("Bq/ml", "activity", 2.0), mapping("g/ml", "SUV", 0.5)]
    shared = item(MREchoSequence=[item(EffectiveEchoTime=3.0)])
    if at_top:
        ds = enhanced(shared, RealWorldValueMappingSequence=both)
    else:
        shared.RealWorldValueMappingSequence = both
        ds = enhanced(shared)
    _, frames, problems = read(write(ds, tmp_path / "f"))
    assert frames["real_world_units"].to_pylist() == [["Bq/ml", "g/ml"]]
    assert frames["real_world_labels"].to_pylist() == [["activity", "SUV"]]
    assert frames["RealWorldValueIntercept"].to_pylist() == [0]
    assert (frames["RealWorldValueSlope"].to_pylist(), problems) == (
        [None],
        [("RealWorldValueSlope", SEVERAL)],
    )
    ds = enhanced(shared, RealWorldValueMappingSequence=both[1:]) if at_top else enhanced(item())
    _, frames, problems = read(write(ds, tmp_path / "g"))
    assert (frames["RealWorldValueSlope"].to_pylist(), problems) == ([0.5 if at_top else None], [])


def test_labels_of_mappings_that_share_a_unit_stay_beside_their_units(tmp_path):
    shared = item(RealWorldValueMappingSequence=[mapping("1", "a", 1.0), mapping("1", "b", 2.0)])
    _, frames, _ = read(write(enhanced(shared), tmp_path / "f"))
    assert frames["real_world_units"].to_pylist() == [["1", "1"]]
    assert frames["real_world_labels"].to_pylist() == [["a", "b"]]


def test_two_radiopharmaceuticals(tmp_path):
    both = [
        item(Radiopharmaceutical="FDG", RadionuclideTotalDose="250e6", RadiopharmaceuticalVolume="2"),
        item(Radiopharmaceutical="NaF", RadionuclideTotalDose="180e6", RadiopharmaceuticalVolume="2"),
    ]
    row, _, problems = read(write(dataset(RadiopharmaceuticalInformationSequence=both), tmp_path / "f"))
    assert (row["Radiopharmaceutical"], row["RadionuclideTotalDose"]) == (None, None)
    assert row["radionuclide_total_dose_mbq"] is None
    assert row["RadiopharmaceuticalVolume"] == 2
    assert sorted(problems) == [("RadionuclideTotalDose", SEVERAL), ("Radiopharmaceutical", SEVERAL)]
    ds = dataset(RadiopharmaceuticalInformationSequence=both[:1])
    row, _, problems = read(write(ds, tmp_path / "g"))
    assert (row["Radiopharmaceutical"], row["RadionuclideTotalDose"], problems) == ("FDG", 250e6, [])


def test_a_path_with_a_number_is_the_item_that_one_asked_for(tmp_path):
    both = [item(RadionuclideTotalDose="250e6"), item(RadionuclideTotalDose="180e6")]
    path = write(dataset(RadiopharmaceuticalInformationSequence=both), tmp_path / "f")
    columns = Columns.only().add_path(
        "RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose", "first"
    )
    row, _, problems = read(path, reader=HeaderReader(columns))
    assert (row["first"], problems) == (250e6, [])


def test_what_only_frames_have_may_stand_at_the_top(tmp_path):
    ds = dataset(
        NumberOfFrames=2,
        TriggerTime="412",
        DiffusionGradientOrientation=[0.0, 0.6, 0.8],
        DiffusionDirectionality="DIRECTIONAL",
        TemporalPositionIdentifier="3",
        AcquisitionContrast="DIFFUSION",
        PositionerPrimaryAngle="-30",
        RealWorldValueMappingSequence=[mapping("mm2/s", "ADC", 1e-6)],
    )
    _, frames, problems = read(write(ds, tmp_path / "f"))
    expected = {
        "NominalCardiacTriggerDelayTime": 412,
        "DiffusionGradientOrientation": [0, 0.6, 0.8],
        "DiffusionDirectionality": "DIRECTIONAL",
        "TemporalPositionIndex": 3,
        "AcquisitionContrast": "DIFFUSION",
        "PositionerPrimaryAngle": -30,
        "RealWorldValueSlope": 1e-6,
        "real_world_units": ["mm2/s"],
    }
    assert {name: frames[name].to_pylist() for name in expected} == {n: [v, v] for n, v in expected.items()}
    assert problems == []


@pytest.mark.parametrize(
    ("increments", "angles"),
    [
        (["2.5"], [-90, -87.5, -85]),
        (["0", "1", "4"], [-90, -89, -86]),
        ([], [-90, -90, -90]),
        (["1", "2"], [None, None, None]),
    ],
)
def test_an_arm_that_turns(tmp_path, increments, angles):
    ds = dataset(NumberOfFrames=3, PositionerPrimaryAngle="-90", PositionerSecondaryAngle="5")
    ds.PositionerPrimaryAngleIncrement, ds.PositionerSecondaryAngleIncrement = increments or None, ["0"]
    row, frames, problems = read(write(ds, tmp_path / "f"))
    assert frames["PositionerPrimaryAngle"].to_pylist() == angles
    assert frames["PositionerSecondaryAngle"].to_pylist() == [5, 5, 5]
    is_wrong = len(increments) == 2
    assert row["varies"] == (["PositionerPrimaryAngle"] if increments and not is_wrong else None)
    assert problems == ([("PositionerPrimaryAngle", "2 increments for 3 frames")] if is_wrong else [])


def test_frames_with_angles_of_their_own_have_no_increments(tmp_path):
    frames = [item(PositionerPositionSequence=[item(PositionerPrimaryAngle=a)]) for a in (1.0, 2.0)]
    ds = enhanced(item(), *frames, PositionerPrimaryAngle="-90", PositionerPrimaryAngleIncrement="5")
    _, found, problems = read(write(ds, tmp_path / "f"))
    assert (found["PositionerPrimaryAngle"].to_pylist(), problems) == ([1, 2], [])


def test_files_of_a_batch_do_not_lend_each_other_values(tmp_path):
    paths = []
    for number, kvp in enumerate((["80", "140"], ["100"], [])):
        ds = dataset(XRay3DAcquisitionSequence=[item(KVP=one, FocalSpots=one) for one in kvp])
        paths.append(str(write(ds, tmp_path / str(number))))
    batch = next(READERS[True].read(paths))
    assert batch.table["KVP"].to_pylist() == [None, 100, None]
    assert batch.table["FocalSpots"].to_pylist() == [[80, 140], [100], None]
    assert [(p.row, p.column.name) for p in batch.problems] == [(0, "KVP")]

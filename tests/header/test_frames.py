"""One row a frame: what the standard says of functional groups, vectors and concatenations."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pyarrow as pa
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicomlab.header import kernel
from dicomlab.header.engine import HeaderReader
from dicomlab.header.frames import MAX_FRAMES
from dicomlab.schema.arrow import frame_schema
from dicomlab.schema.columns import Columns
from tests.build import dataset, write
from tests.conftest import pydicom_files, shared_files

READER = HeaderReader()


def item(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def enhanced(n: int, *, shared: dict | None = None, frame=lambda _: {}, **values: object) -> Dataset:
    """An enhanced object: sequences of the shared item, and of each frame's, by keyword."""
    ds = dataset(SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", Modality="MR", NumberOfFrames=n, **values)
    ds.SharedFunctionalGroupsSequence = [item(**{k: [item(**v)] for k, v in (shared or {}).items()})]
    ds.PerFrameFunctionalGroupsSequence = [
        item(**{k: [item(**v)] for k, v in frame(i).items()}) for i in range(n)
    ]
    return ds


def read(ds: Dataset, to: Path, columns: Columns | None = None, syntax: str = ExplicitVRLittleEndian):
    """The instance row and the rows of frames."""
    batch = next(HeaderReader(columns).read([str(write(ds, to / "f", syntax))]))
    frames = [] if batch.frames is None else batch.frames[1].to_pylist()
    return batch.table.to_pylist()[0], frames, batch.problems


def test_geometry_at_the_top_of_an_enhanced_object_is_stale(tmp_path):
    shared = {"PixelMeasuresSequence": {"PixelSpacing": [0.5, 0.5], "SliceThickness": 3}}

    def place(i: int) -> dict:
        return {"PlanePositionSequence": {"ImagePositionPatient": [0, 0, 4 * i]}}

    stale = {"PixelSpacing": [9, 9], "SliceThickness": 99, "ImagePositionPatient": [7, 7, 7]}
    instance, frames, _ = read(
        enhanced(2, shared=shared, frame=place, SpacingBetweenSlices=4, KVP=120, **stale), tmp_path
    )
    assert (instance["PixelSpacing"], instance["SliceThickness"]) == ([0.5, 0.5], 3)
    assert instance["ImagePositionPatient"] is None
    assert "ImagePositionPatient" in instance["varies"]
    assert [f["ImagePositionPatient"] for f in frames] == [[0, 0, 0], [0, 0, 4]]
    # What no functional group says is taken from the top.
    assert (instance["SpacingBetweenSlices"], instance["KVP"]) == (4, 120)
    assert [f["PixelSpacing"] for f in frames] == [[0.5, 0.5]] * 2


# --- a resolver straight from PS3.3 C.7.6.16, C.8.13 and C.8.15, on pydicom ------------------

TIMING, FOV, MODIFIER = "MRTimingAndRelatedParametersSequence", "MRFOVGeometrySequence", "MRModifierSequence"
IMAGING, MEASURES, CT_X = "MRImagingModifierSequence", "PixelMeasuresSequence", "CTExposureSequence"
STANDARD = {
    "ImagePositionPatient": ("PlanePositionSequence", "ImagePositionPatient"),
    "ImageOrientationPatient": ("PlaneOrientationSequence", "ImageOrientationPatient"),
    "PixelSpacing": (MEASURES, "PixelSpacing"),
    "SliceThickness": (MEASURES, "SliceThickness"),
    "SpacingBetweenSlices": (MEASURES, "SpacingBetweenSlices"),
    "RescaleSlope": ("PixelValueTransformationSequence", "RescaleSlope"),
    "RescaleIntercept": ("PixelValueTransformationSequence", "RescaleIntercept"),
    "RescaleType": ("PixelValueTransformationSequence", "RescaleType"),
    "WindowCenter": ("FrameVOILUTSequence", "WindowCenter"),
    "WindowWidth": ("FrameVOILUTSequence", "WindowWidth"),
    "RepetitionTime": (TIMING, "RepetitionTime"),
    "FlipAngle": (TIMING, "FlipAngle"),
    "EchoTime": ("MREchoSequence", "EffectiveEchoTime"),
    "ImagingFrequency": (IMAGING, "TransmitterFrequency"),
    "PixelBandwidth": (IMAGING, "PixelBandwidth"),
    "PercentSampling": (FOV, "PercentSampling"),
    "PercentPhaseFieldOfView": (FOV, "PercentPhaseFieldOfView"),
    "InPlanePhaseEncodingDirection": (FOV, "InPlanePhaseEncodingDirection"),
    "NumberOfPhaseEncodingSteps": (FOV, "MRAcquisitionPhaseEncodingStepsInPlane"),
    "ParallelReductionFactorInPlane": (MODIFIER, "ParallelReductionFactorInPlane"),
    "NumberOfAverages": ("MRAveragesSequence", "NumberOfAverages"),
    "ReceiveCoilName": ("MRReceiveCoilSequence", "ReceiveCoilName"),
    "TransmitCoilName": ("MRTransmitCoilSequence", "TransmitCoilName"),
    "StackID": ("FrameContentSequence", "StackID"),
    "InStackPositionNumber": ("FrameContentSequence", "InStackPositionNumber"),
    "TemporalPositionIndex": ("FrameContentSequence", "TemporalPositionIndex"),
    "DimensionIndexValues": ("FrameContentSequence", "DimensionIndexValues"),
    "ReferencedSegmentNumber": ("SegmentIdentificationSequence", "ReferencedSegmentNumber"),
    "IrradiationEventUID": ("IrradiationEventIdentificationSequence", "IrradiationEventUID"),
    "RealWorldValueSlope": ("RealWorldValueMappingSequence", "RealWorldValueSlope"),
    "KVP": ("CTXRayDetailsSequence", "KVP"),
    "XRayTubeCurrent": (CT_X, "XRayTubeCurrentInmA"),
    "CTDIvol": (CT_X, "CTDIvol"),
    "ColumnPositionInTotalImagePixelMatrix": (
        "PlanePositionSlideSequence",
        "ColumnPositionInTotalImagePixelMatrix",
    ),
}


BY_ORDER = ("ColumnPositionInTotalImagePixelMatrix", "ReferencedSegmentNumber")
"""What TILED_FULL tells by the order of frames: tests/header/test_vectors.py."""


def resolved(ds: Dataset, frame: int, name: str):
    """What the standard says the value is: the frame's own group, the shared one, the top."""
    macro, keyword = STANDARD[name]
    groups = []
    if "PerFrameFunctionalGroupsSequence" in ds:
        groups.append(ds.PerFrameFunctionalGroupsSequence[frame])
    groups += list(ds.get("SharedFunctionalGroupsSequence") or [])[:1]
    for group in groups:
        found = group.get(macro)
        if found and keyword in found[0]:
            return plain(found[0][keyword].value)
    return plain(ds.get(name))


def plain(value):
    if value is None or value == "":
        return None
    if isinstance(value, str | pydicom.uid.UID):
        return str(value)
    if hasattr(value, "__iter__"):
        return [plain(v) for v in value] or None
    return float(value)


def is_same(ours, theirs) -> bool:
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(is_same, ours, theirs))
    if isinstance(ours, list):  # the standard allows many; this file has one
        return len(ours) == 1 and is_same(ours[0], theirs)
    if isinstance(ours, int | float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-15)
    return ours == theirs


def enhanced_files() -> list[Path]:
    found = []
    for path in [*pydicom_files(), *shared_files()]:
        try:
            ds = pydicom.dcmread(path, stop_before_pixels=True, force=True)
        except Exception:
            continue
        if "SharedFunctionalGroupsSequence" in ds or "PerFrameFunctionalGroupsSequence" in ds:
            found.append(path)
    return found


@pytest.mark.slow
def test_every_frame_of_every_real_file_is_what_the_standard_says(quiet):
    paths = enhanced_files()
    assert paths
    wrong, checked, at = [], 0, 0
    for batch in READER.read([str(p) for p in paths]):
        rows = batch.table.to_pylist()
        of_file: list[list] = [[] for _ in rows]
        for row, frame in zip(batch.frames[0], batch.frames[1].to_pylist(), strict=True):
            of_file[row].append(frame)
        odd = {(p.row, p.column.name) for p in batch.problems}
        for row, cells in enumerate(rows):
            path = paths[at + row]
            ds = pydicom.dcmread(path, stop_before_pixels=True, force=True)
            n = len(ds.get("PerFrameFunctionalGroupsSequence") or []) or int(ds.get("NumberOfFrames") or 1)
            if len(of_file[row]) != n:
                wrong.append((path.name, "frames", len(of_file[row]), n))
                continue
            by_order = BY_ORDER if ds.get("DimensionOrganizationType") == "TILED_FULL" else ()
            for name in STANDARD:
                if (row, name) in odd or name in by_order:
                    continue
                said = [resolved(ds, k, name) for k in range(n)]
                checked += sum(v is not None for v in said)
                if not all(is_same(f[name], v) for f, v in zip(of_file[row], said, strict=True)):
                    wrong.append((path.name, name))
                # The instance has what all frames share, and says what they do not.
                if name in cells and plain(ds.get(name)) is None:
                    is_one = all(v == said[0] for v in said)
                    if not is_same(cells[name], said[0] if is_one else None):
                        wrong.append((path.name, name, "instance"))
                    if is_one == (name in (cells["varies"] or [])):
                        wrong.append((path.name, name, "varies"))
        at += len(rows)
    assert checked > (100 if shared_files() else 30)  # cells with a value, of the files that are here
    assert not wrong


# --- situations --------------------------------------------------------------------------------


SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_frames_come_out_in_every_transfer_syntax(tmp_path, syntax):
    ds = enhanced(
        3,
        shared={TIMING: {"RepetitionTime": 2000.0, "FlipAngle": 9.0}},
        frame=lambda i: {
            "MREchoSequence": {"EffectiveEchoTime": 10.5 * (i + 1)},
            "PlanePositionSequence": {"ImagePositionPatient": [0, 0, 2.5 * i]},
            "PlaneOrientationSequence": {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
        },
    )
    instance, frames, problems = read(ds, tmp_path, syntax=SYNTAXES[syntax])
    assert [f["EchoTime"] for f in frames] == [10.5, 21.0, 31.5]
    assert [f["RepetitionTime"] for f in frames] == [2000.0] * 3
    assert [f["slice_position_mm"] for f in frames] == [0.0, 2.5, 5.0]
    assert [f["frame"] for f in frames] == [1, 2, 3]
    assert (instance["RepetitionTime"], instance["FlipAngle"], instance["EchoTime"]) == (2000.0, 9.0, None)
    assert set(instance["varies"]) == {"EchoTime", "ImagePositionPatient"}
    assert not problems


def test_a_frames_own_group_counts_before_the_shared_one_and_the_top(tmp_path):
    ds = enhanced(
        2,
        shared={"PixelMeasuresSequence": {"SliceThickness": 5.0}},
        frame=lambda i: {"PixelMeasuresSequence": {"SliceThickness": 1.0}} if i == 0 else {},
        SliceThickness=9.0,
    )
    instance, frames, _ = read(ds, tmp_path)
    assert [f["SliceThickness"] for f in frames] == [1.0, 5.0]
    assert instance["SliceThickness"] is None
    assert instance["varies"] == ["SliceThickness"]


def test_values_that_are_written_differently_and_are_the_same_do_not_vary(tmp_path):
    ds = enhanced(
        2,
        frame=lambda i: {
            "PixelMeasuresSequence": {"SliceThickness": "5" if i else "5.00", "PixelSpacing": [1, 1]}
        },
    )
    instance, _, _ = read(ds, tmp_path)
    assert instance["SliceThickness"] == 5.0
    assert instance["PixelSpacing"] == [1.0, 1.0]
    assert instance["varies"] is None


def test_an_enhanced_name_counts_only_where_the_own_one_is_missing(tmp_path):
    both = enhanced(1, shared={TIMING: {"EchoTrainLength": 4, "RFEchoTrainLength": 8}})
    other = enhanced(1, shared={TIMING: {"RFEchoTrainLength": 8}})
    assert read(both, tmp_path)[0]["EchoTrainLength"] == 4
    assert read(other, tmp_path)[0]["EchoTrainLength"] == 8


def test_what_was_converted_without_a_better_place_is_found(tmp_path):
    ds = enhanced(
        2,
        shared={"UnassignedSharedConvertedAttributesSequence": {"SequenceName": "*tfl"}},
        frame=lambda i: {"UnassignedPerFrameConvertedAttributesSequence": {"EchoTime": 3.0 + i}},
    )
    instance, frames, _ = read(ds, tmp_path)
    assert instance["SequenceName"] == "*tfl"
    assert [f["EchoTime"] for f in frames] == [3.0, 4.0]


def test_what_philips_keeps_of_the_classic_frame_counts_last(tmp_path):
    ds = enhanced(2, frame=lambda i: {"MREchoSequence": {"EffectiveEchoTime": 3.0 + i}})
    for group in ds.PerFrameFunctionalGroupsSequence:
        inner = item(ScanningSequence="GR", EchoTime=99.0, ImagePositionPatient=[1, 2, 3])
        group.add_new(0x20050014, "LO", "Philips MR Imaging DD 005")
        group.add_new(0x2005140F, "SQ", [inner])
    instance, frames, _ = read(ds, tmp_path)
    assert instance["ScanningSequence"] == ["GR"]
    assert [f["EchoTime"] for f in frames] == [3.0, 4.0]
    assert [f["ImagePositionPatient"] for f in frames] == [None, None]


def test_a_column_that_is_added_is_looked_for_in_all_functional_groups(tmp_path):
    ds = enhanced(
        2, frame=lambda i: {"MRVelocityEncodingSequence": {"VelocityEncodingMaximumValue": 100.0 + i}}
    )
    _, frames, _ = read(ds, tmp_path, Columns().add("VelocityEncodingMaximumValue"))
    assert [f["VelocityEncodingMaximumValue"] for f in frames] == [100.0, 101.0]


def test_ct_exposure_in_decimals_is_kept_whole(tmp_path):
    values = {"XRayTubeCurrentInmA": 123.5, "ExposureTimeInms": 500.25, "ExposureInmAs": 61.78}
    instance, _, problems = read(enhanced(1, shared={"CTExposureSequence": values}), tmp_path)
    assert [instance[n] for n in ("XRayTubeCurrent", "ExposureTime", "Exposure")] == [123.5, 500.25, 61.78]
    assert not problems


def test_siemens_values_in_private_sequences_of_frames_are_found_by_creator(tmp_path):
    ds = enhanced(2)
    for number, (block, group) in enumerate(
        zip((0x10, 0x13), ds.PerFrameFunctionalGroupsSequence, strict=True)
    ):
        # The block is another one in each frame, as blocks may be.
        inner = Dataset()
        inner.add_new(0x00210000 | block, "LO", "SIEMENS MR SDI 02")
        inner.add_new(0x00210059 | block << 8, "IS", str(700 + number))
        group.add_new(0x00210000 | block, "LO", "SIEMENS MR SDI 02")
        group.add_new(0x002100FE | block << 8, "SQ", [inner])
    columns = Columns().add_private("SIEMENS MR SDI 02", 0x0021, 0x59, "b_value", vr="IS")
    instance, frames, _ = read(ds, tmp_path, columns)
    assert [f["b_value"] for f in frames] == [700, 701]
    assert instance["varies"] == ["b_value"]


def test_times_of_frames_are_their_own(tmp_path):
    ds = enhanced(
        2,
        frame=lambda i: {"FrameContentSequence": {"FrameAcquisitionDateTime": f"2024030110000{i}.5"}},
        AcquisitionDateTime="20240301100000",
    )
    instance, frames, _ = read(ds, tmp_path)
    assert instance["acquired_at"] == dt.datetime(2024, 3, 1, 10, 0, 0)
    assert [f["acquired_at"] for f in frames] == [
        dt.datetime(2024, 3, 1, 10, 0, 0, 500_000),
        dt.datetime(2024, 3, 1, 10, 0, 1, 500_000),
    ]


def test_frames_of_a_concatenation_count_on(tmp_path):
    ds = enhanced(2, ConcatenationUID="1.2.9", InConcatenationNumber=2, ConcatenationFrameOffsetNumber=40)
    _, frames, _ = read(ds, tmp_path)
    assert [f["frame_of_concatenation"] for f in frames] == [41, 42]


def test_a_wrong_number_of_frames_is_a_problem_and_the_groups_count(tmp_path):
    ds = enhanced(3, frame=lambda i: {"PixelMeasuresSequence": {"SliceThickness": float(i)}})
    ds.NumberOfFrames = 5
    _, frames, problems = read(ds, tmp_path)
    assert len(frames) == 3
    assert [p.column.name for p in problems] == ["NumberOfFrames"]


def test_frames_of_a_cine_come_after_each_other(tmp_path):
    ds = dataset(NumberOfFrames=3, FrameTime=40.0, AcquisitionDate="20240301", AcquisitionTime="100000")
    instance, frames, _ = read(ds, tmp_path)
    assert [f["frame_time_ms"] for f in frames] == [0.0, 40.0, 80.0]
    assert frames[2]["acquired_at"] == instance["acquired_at"] + dt.timedelta(milliseconds=80)


def test_a_vector_of_times_is_summed_up_and_may_be_short(tmp_path):
    _, frames, _ = read(dataset(NumberOfFrames=4, FrameTimeVector=[0, 30, 50]), tmp_path)
    assert [f["frame_time_ms"] for f in frames] == [0.0, 30.0, 80.0, None]


def test_planes_of_a_dose_grid_lie_along_its_normal(tmp_path):
    ds = dataset(
        NumberOfFrames=3,
        GridFrameOffsetVector=[0, 3, 6],
        ImagePositionPatient=[0, 0, -10],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
    )
    _, frames, _ = read(ds, tmp_path)
    assert [f["slice_position_mm"] for f in frames] == [-10.0, -7.0, -4.0]


def test_a_classic_single_frame_has_no_rows_of_frames(tmp_path):
    assert read(dataset(NumberOfFrames=1), tmp_path)[1] == []
    assert read(dataset(), tmp_path)[1] == []


@pytest.mark.slow
def test_frames_that_nobody_could_store_are_a_problem(tmp_path):
    path = write(dataset(NumberOfFrames=2_000_000_000), tmp_path / "file.dcm")
    batch = HeaderReader().parse(pa.array([Path(path).read_bytes()], pa.large_binary()))
    frames, problems = batch.frames[1], batch.problems  # how long the file is is not known here
    assert len(frames) == MAX_FRAMES
    assert [p.column.name for p in problems] == ["NumberOfFrames"]


def test_what_is_wrong_in_many_frames_is_one_problem(tmp_path):
    ds = enhanced(50, shared={"MRModifierSequence": {"InversionTimes": [100.0, 200.0]}})
    instance, frames, problems = read(ds, tmp_path)
    assert instance["InversionTime"] is None
    assert len(frames) == 50
    assert [(p.row, p.column.name) for p in problems] == [(0, "InversionTime")]


def test_more_values_than_there_is_room_for_are_read_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("dicomlab.header.engine._ROOM_FOR_MANY", 1000)
    paths = []
    for number in range(3):
        ds = enhanced(
            900,
            frame=lambda i: {
                "MREchoSequence": {"EffectiveEchoTime": float(i)},
                "PlanePositionSequence": {"ImagePositionPatient": [0, 0, i]},
                "FrameVOILUTSequence": {"WindowCenter": "1", "WindowWidth": "2"},
                "FrameContentSequence": {"StackID": "1", "InStackPositionNumber": i + 1},
            },
        )
        paths.append(str(write(ds, tmp_path / str(number))))
    batches = list(HeaderReader().read(paths))
    assert len(batches) == 2  # the room that the first file needed is too small for all three
    assert sum(b.frames[1].num_rows for b in batches) == 2700
    slow = list(HeaderReader().read_heads(_heads(paths)))
    assert [b.frames[1].to_pylist()[-1] for b in slow][-1] == batches[-1].frames[1].to_pylist()[-1]
    kept = pa.array([Path(p).read_bytes() for p in paths], pa.large_binary())
    parsed = list(HeaderReader().parse_in_batches(kept))
    assert sum(len(b.status) for b in parsed) == 3
    assert sum(b.frames[1].num_rows for b in parsed) == 2700


def _heads(paths):
    from dicomlab.sources.folder import FileHead

    return [FileHead(path) for path in paths]


def test_a_file_with_more_values_than_any_should_have_is_still_a_row(tmp_path, monkeypatch):
    monkeypatch.setattr("dicomlab.header.engine._ROOM_FOR_MANY", 64)
    monkeypatch.setattr(kernel, "MOST_MANY", 64)
    ds = enhanced(100, frame=lambda i: {"MREchoSequence": {"EffectiveEchoTime": float(i)}})
    path = str(write(ds, tmp_path / "f"))
    batch = next(HeaderReader().read_heads(_heads([path])))
    assert batch.status[0] == "read"
    assert batch.is_alone[0]
    assert batch.frames[1].num_rows == 100


def test_the_frames_table_has_the_columns_of_its_schema(tmp_path):
    ds = enhanced(2, frame=lambda i: {"MREchoSequence": {"EffectiveEchoTime": 1.0 * i}})
    batch = next(HeaderReader().read([str(write(ds, tmp_path / "f"))]))
    schema = frame_schema(Columns())
    assert batch.frames[1].schema.equals(pa.schema(list(schema)[1:]))

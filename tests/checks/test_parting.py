"""What tells volumes at one place apart, from bytes; and orientations and places that are wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

import dicomlab as dl
from dicomlab.checks.geometry import ImpossibleOrientation, PlaceholderPosition, ShearedVolume
from dicomlab.checks.holdings import OrientationsMixed
from dicomlab.checks.numbers import FewerThanSisters
from tests.build import dataset
from tests.checks import twins

OF_SLICES = ["several-volumes", "duplicate-positions", "missing-slices", "incomplete-volume", "number-gap"]


@pytest.fixture
def found_in(tmp_path):
    """What checks of slices find in these images, from bytes."""

    def found(images):
        folder = twins.write_series(images, tmp_path / "dicom")
        columns = dl.Columns().add("TemporalPositionIdentifier")  # not there unless it is asked for
        catalog = dl.scan(folder, into=tmp_path / "catalog", columns=columns, progress=False)
        return dl.check(catalog, OF_SLICES)

    return found


def twice(**values: tuple) -> list[Dataset]:
    """Eight places, twice, in turn; the first images have the first value, the others the second."""
    images = twins.series("MR", 16)
    for k, image in enumerate(images):
        twins.place(image, 3.0 * (k // 2))
        for keyword, pair in values.items():
            setattr(image, keyword, pair[k % 2])
    return images


@pytest.mark.parametrize(
    ("keyword", "pair"), [("TemporalPositionIdentifier", (1, 2)), ("InversionTime", (150, 900))]
)
def test_volumes_are_told_apart_by(found_in, keyword, pair):
    found = found_in(twice(**{keyword: pair}))
    assert found["check"].tolist() == ["several-volumes"]
    assert found["evidence"].iloc[0] == {"n_volumes": 2, "n_orientations": 1, "apart_by": keyword}


@pytest.mark.slow
def test_a_slice_lost_of_one_inversion_time_is_found(found_in):
    images = twice(InversionTime=(150, 900))
    del images[7]
    assert found_in(images)["check"].tolist() == ["missing-slices", "several-volumes"]


def enhanced(n: int = 8, *, stacks: tuple[str, ...] = ("1",), without: tuple[int, ...] = ()) -> Dataset:
    """An enhanced MR image whose frames lie 3 mm apart, in stacks at the same places."""
    ds = dataset(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1",
        SOPInstanceUID=generate_uid(entropy_srcs=["enhanced"]),
        StudyInstanceUID="1.2.5",
        SeriesInstanceUID="1.2.5.1",
        PatientID="P",
        Modality="MR",
        ImageType=["ORIGINAL", "PRIMARY", "M", "NONE"],
        InstanceNumber=1,
        Rows=8,
        Columns=8,
    )
    ds.SharedFunctionalGroupsSequence = Sequence(
        [_group("PlaneOrientationSequence", ImageOrientationPatient=[1, 0, 0, 0, 1, 0])]
    )
    places = [(stack, k) for stack in stacks for k in range(n)]
    frames = [_frame(stack, k) for number, (stack, k) in enumerate(places) if number not in without]
    ds.PerFrameFunctionalGroupsSequence = Sequence(frames)
    ds.NumberOfFrames = len(frames)
    return ds


def _group(keyword: str, **values: object) -> Dataset:
    item, group = Dataset(), Dataset()
    for name, value in values.items():
        setattr(item, name, value)
    setattr(group, keyword, Sequence([item]))
    return group


def _frame(stack: str, k: int) -> Dataset:
    frame = _group("PlanePositionSequence", ImagePositionPatient=[0, 0, 3.0 * k])
    frame.update(_group("FrameContentSequence", StackID=stack, InStackPositionNumber=k + 1))
    return frame


def test_frames_of_one_stack_are_one_volume(found_in):
    assert found_in([enhanced()])["check"].tolist() == []


def test_stacks_of_frames_are_volumes(found_in):
    found = found_in([enhanced(stacks=("1", "2"))])
    assert found["check"].tolist() == ["several-volumes"]
    assert found["evidence"].iloc[0]["apart_by"] == "StackID"


def test_a_lost_frame_is_found_by_its_place(found_in):
    found = found_in([enhanced(stacks=("1", "2"), without=(12,))])
    assert found["check"].tolist() == ["missing-slices", "several-volumes"]
    assert found["slices"].iloc[0] == [12]


def of_sisters(*counts: int, **more: object) -> pd.DataFrame:
    """Series of one machine and protocol, with so many slices each."""
    rows = pd.DataFrame({"n_distinct_instances": counts}).assign(
        SeriesInstanceUID=[f"1.{k}" for k in range(len(counts))],
        Modality="CT",
        ManufacturerModelName="Vega",
        ProtocolName="Head",
        SeriesDescription="Thin",
    )
    return rows.assign(**more)


def test_a_series_shorter_than_its_sisters_is_found():
    found = FewerThanSisters()(of_sisters(*[40] * 6, 31))
    assert found["uid"].tolist() == ["1.6"]
    assert found["evidence"].tolist() == [{"n_slices_found": 31, "usual": 40, "n_sisters": 6}]


@pytest.mark.parametrize(
    "rows",
    [
        of_sisters(*[40] * 6, 52),
        of_sisters(*[40] * 4, 31),
        of_sisters(40, 38, 44, 51, 36, 47, 31),
        of_sisters(*[40] * 6, 31, SeriesDescription=["Thin"] * 6 + ["Other"]),
        of_sisters(*[40] * 6, 31, SeriesDescription=None),
    ],
    ids=["longer", "too few sisters", "counts that vary", "another description", "no description"],
)
def test_what_is_no_short_series(rows):
    assert FewerThanSisters()(rows).empty


def with_odd(slices_of, n: int, odd: int) -> pd.DataFrame:
    """A series of n slices, the last of them in another orientation."""
    turned = np.arange(n) >= n - odd
    return slices_of(3.0 * np.arange(n), row_x=np.where(turned, 0.0, 1.0), row_z=np.where(turned, 1.0, 0.0))


def test_a_few_slices_in_another_orientation_are_found(slices_of):
    found = OrientationsMixed()(with_odd(slices_of, 20, 2))
    assert found["slices"].tolist() == [[19, 20]]


def test_two_stacks_or_a_small_turn_are_no_odd_slices(slices_of):
    assert OrientationsMixed()(with_odd(slices_of, 20, 10)).empty
    small = np.where(np.arange(20) >= 18, 0.005, 0.0)
    assert OrientationsMixed()(slices_of(3.0 * np.arange(20), row_z=small)).empty


def images(**columns: object) -> pd.DataFrame:
    usual = {
        "SeriesInstanceUID": "1",
        "Modality": "CT",
        "Rows": 8,
        "ImageType": [["ORIGINAL"]] * 4,
        "ImagePositionPatient": [np.array([0.0, 0.0, 3.0 * k]) for k in range(4)],
        "ImageOrientationPatient": [np.array([1.0, 0, 0, 0, 1, 0])] * 4,
    }
    return pd.DataFrame({"file_key": [f"f{k}" for k in range(4)], **(usual | columns)})


@pytest.mark.parametrize("six", [[1, 0, 0, 1, 0, 0], [0] * 6, [2, 0, 0, 0, 1, 0], [1, 0, 0], [np.nan] * 6])
def test_an_impossible_orientation_is_found(six):
    turns = [np.array([1.0, 0, 0, 0, 1, 0])] * 3 + [np.array(six, float)]
    assert ImpossibleOrientation()(images(ImageOrientationPatient=turns))["files"].tolist() == [["f3"]]


def test_an_oblique_rounded_or_missing_orientation_is_possible():
    oblique = np.array([0.86603, 0.5, 0, -0.35355, 0.61237, 0.70711])
    assert ImpossibleOrientation()(images(ImageOrientationPatient=[oblique] * 3 + [None])).empty


def test_slices_without_a_position_or_all_at_zero_are_found(slices_of):
    check = PlaceholderPosition()
    lost = slices_of([0, 3, 6, np.nan])
    assert check(lost)["files"].tolist() == [["1.2/3"]]
    assert check(slices_of([0, 0, 0, 0]))["n_files"].tolist() == [4]
    steps = slices_of([0, 0, 0, 0], AcquisitionNumber=[1, 2, 3, 4])
    assert check(steps)["n_files"].tolist() == [4]


def test_one_slice_at_zero_captures_and_radiographs_are_no_placeholder(slices_of):
    check, nothing = PlaceholderPosition(), [0.0] * 4
    assert check(slices_of([0, 3, 6, 9])).empty
    assert check(slices_of([np.nan] * 4)).empty
    assert check(slices_of(nothing, modality="DX")).empty
    assert check(slices_of(nothing, SOPClassUID="1.2.840.10008.5.1.4.1.1.7")).empty


def test_a_slice_at_zero_in_each_volume_is_no_placeholder(slices_of):
    z = np.tile(2.0 * np.arange(10), 3)
    b_values = np.repeat([0.0, 700.0, 2500.0], 10)
    assert PlaceholderPosition()(slices_of(z, modality="MR", DiffusionBValue=b_values)).empty
    assert PlaceholderPosition()(slices_of(z, modality="MR")).empty
    passes = np.r_[3.0 * np.arange(-9, 1), 3.0 * np.arange(10)]
    rows = slices_of(passes, AcquisitionNumber=np.repeat([1, 2], 10))
    assert PlaceholderPosition()(rows).empty
    assert rows["volume"].nunique() == 2
    assert PlaceholderPosition()(slices_of([0, 0], modality="MR", EchoTime=[10.0, 90.0])).empty


def test_a_slice_at_zero_that_is_too_many_or_off_the_line_is_a_placeholder(slices_of):
    again = slices_of([0, 3, 6, 9, 12, 0])
    assert PlaceholderPosition()(again)["slices"].tolist() == [[1, 6]]
    z = 3.0 * np.arange(6)
    x = np.where(np.arange(6) == 4, 0.0, -120.0)
    off = slices_of(np.where(x == 0, 0.0, z + 30), place_x=x)
    assert PlaceholderPosition()(off)["slices"].tolist() == [[5]]
    for shift, is_found in ((0.9, False), (1.1, True)):
        near = slices_of(z, place_x=np.where(z == 0, 0.0, shift))
        assert len(PlaceholderPosition()(near)) == is_found


def test_a_tilted_volume_through_zero_is_no_placeholder(slices_of):
    tilt = np.radians(20)
    rows = slices_of(
        np.zeros(8), direction=(1, 0, 0, 0, np.cos(tilt), np.sin(tilt)), place_z=5.0 * np.arange(8)
    )
    assert PlaceholderPosition()(rows).empty


@pytest.mark.parametrize(("degrees", "n"), [(0.9, 0), (1.1, 1), (20.0, 1)])
def test_a_sheared_volume_is_a_note(slices_of, degrees, n):
    z = 5.0 * np.arange(8)
    rows = slices_of(z, place_y=z * np.tan(np.radians(degrees)))
    found = ShearedVolume()(rows)
    assert len(found) == n
    assert found["severity"].tolist() == ["note"] * n


def test_a_slice_out_of_line_is_no_shear(slices_of):
    z = 5.0 * np.arange(8)
    assert ShearedVolume()(slices_of(z, place_y=np.where(z == 35, 40.0, 0.0))).empty

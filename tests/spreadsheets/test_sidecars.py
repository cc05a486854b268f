"""Tables of BIDS sidecars without prefixes: names, and times in seconds, by what only sidecars have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.series import read_series

N = 6
WHEN = [f"2024-01-{day:02d}T08:15:00.250000" for day in range(8, 8 + N)]
READ_AS_SECONDS = "was read as seconds, as BIDS has it"


def sidecars(**columns: object) -> pd.DataFrame:
    """A table of MR sidecars, one a day."""
    return pd.DataFrame({"Modality": "MR", "AcquisitionDateTime": WHEN} | columns)


@pytest.mark.parametrize(
    "mark",
    [
        *(
            {"ManufacturersModelName": "Skyra"},
            {"ConversionSoftware": "dcm2niix"},
            {"TotalReadoutTime": 0.05},
        ),
        *({"EchoTime1": 0.005, "EchoTime2": 0.007}, {"acq_time": WHEN}, {"TxRefAmp": 242.9}),
    ],
    ids=lambda mark: next(iter(mark)),
)
@pytest.mark.parametrize(
    ("echo", "repetition"),
    [
        (0.096, 4.5),
        ("0.096", "4.5"),
        ("0,096", "4,5"),
        (pd.Series([[0.096]] * N), pd.Series([[4.5]] * N)),
    ],
    ids=["numbers", "texts", "decimal commas", "lists of one"],
)
def test_times_are_seconds_where_a_column_is_of_sidecars(mark, echo, repetition):
    read = read_series(sidecars(EchoTime=echo, RepetitionTime=repetition, **mark))
    assert read.series["EchoTime"].tolist() == [96.0] * N
    assert read.series["RepetitionTime"].tolist() == [4500.0] * N
    assert read.series["first_acquired_at"].notna().all()
    assert [remark.text.partition(",")[0] for remark in read.remarks] == [
        f"{name} was read as seconds" for name in ("RepetitionTime", "EchoTime")
    ]


def test_sidecars_that_have_milliseconds_keep_them():
    read = read_series(sidecars(EchoTime=96.0, RepetitionTime=4500.0, ConversionSoftware="dcm2niix"))
    assert read.series["EchoTime"].tolist() == [96.0] * N
    assert read.remarks == ()


def test_rows_of_headers_beside_rows_of_sidecars_keep_their_milliseconds():
    is_sidecar = np.arange(N) % 2 == 0
    table = sidecars(
        EchoTime=np.where(is_sidecar, 0.096, 96.0),
        RepetitionTime=np.where(is_sidecar, 4.5, 4500.0),
        ConversionSoftware=pd.Series(np.where(is_sidecar, "dcm2niix", None), dtype=object),
    )
    read = read_series(table)
    assert read.series["EchoTime"].tolist() == [96.0] * N
    assert read.series["RepetitionTime"].tolist() == [4500.0] * N
    assert [remark.text for remark in read.remarks] == [
        f"{name} {READ_AS_SECONDS}, in 3 series" for name in ("RepetitionTime", "EchoTime")
    ]


@pytest.mark.parametrize(
    ("echo", "repetition", "milliseconds", "words"),
    [
        (0.096, 4.5, 0.096, "may be in seconds"),
        (0.003, 1.9, 3.0, "would be too short"),
        (0.019, 4.5, 19.0, "would be too short"),
        (0.021, 4.5, 0.021, "may be in seconds"),
        (96.0, 4500.0, 96.0, None),
        (0.51, 8.0, 0.51, None),
    ],
)
def test_times_without_a_sign_of_sidecars_are_seconds_only_where_milliseconds_cannot_be(
    echo, repetition, milliseconds, words
):
    read = read_series(sidecars(EchoTime=echo, RepetitionTime=repetition))
    assert read.series["EchoTime"].tolist() == [milliseconds] * N
    said = [remark.text for remark in read.remarks if remark.column == "EchoTime"]
    assert len(said) == (words is not None)
    assert all(words in text for text in said)


def test_names_become_those_of_dicom_and_what_dicom_has_comes_first():
    both = sidecars(
        ManufacturersModelName="Skyra", ManufacturerModelName=pd.Series(["Prisma", None] * 3), TxRefAmp=242.9
    )
    series = read_series(both).series
    assert series["ManufacturerModelName"].tolist() == ["Prisma", "Skyra"] * 3
    assert series["reference_amplitude_volt"].tolist() == [242.9] * N
    assert not {"ManufacturersModelName", "TxRefAmp"} & set(series)

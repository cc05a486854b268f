"""A small archive whose numbers are known, scanned."""

from __future__ import annotations

import pytest

import dicomlab as dl
from tests.build import dataset, write


def file(folder, patient, study, series, instance, **values):
    """One instance, named after where it belongs."""
    uid = f"1.2.{patient}.{study}"
    ds = dataset(
        PatientID=f"P{patient}",
        PatientName=f"Invented^{patient}",
        StudyInstanceUID=uid,
        SeriesInstanceUID=f"{uid}.{series}",
        SOPInstanceUID=f"{uid}.{series}.{instance}",
        InstanceNumber=instance,
        **{"Modality": "MR", "StudyDate": f"20240{study}1{patient}", "StudyTime": "101500", **values},
    )
    return write(ds, folder / f"p{patient}" / f"s{study}" / f"e{series}" / f"i{instance}")


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """Three patients: P1 with two MR studies, P2 with MR and CT, P3 with CT only.

    13 series; a localiser of 3 instances in each MR study, T1 of 5, T2 of 4; the T2 of P2 lacks its
    SliceThickness.
    """
    folder = tmp_path_factory.mktemp("cohorts") / "archive"
    for patient, study in ((1, 1), (1, 2), (2, 1)):
        for instance in (1, 2, 3):
            file(folder, patient, study, 1, instance, SeriesDescription="localizer", SliceThickness="8")
        for instance in (1, 2, 3, 4, 5):
            file(folder, patient, study, 2, instance, SeriesDescription="T1 mprage", SliceThickness="1")
        for instance in (1, 2, 3, 4):
            thick = {} if patient == 2 else {"SliceThickness": "3"}
            file(folder, patient, study, 3, instance, SeriesDescription="T2 tse", **thick)
    for patient, study in ((2, 2), (3, 1)):
        for series in (1, 2):
            file(folder, patient, study, series, 1, Modality="CT", SliceThickness=str(series), KVP="120")
    return folder


@pytest.fixture(scope="session")
def catalog(archive):
    """The archive, scanned."""
    return dl.scan(archive, into=archive.parent / "catalog", progress=False)

"""Datasets built by keyword, and files of them."""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

MR = "1.2.840.10008.5.1.4.1.1.4"


def dataset(**values: object) -> Dataset:
    """A data set with what every instance has, and the given attributes."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = MR, "1.2.3"
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def write(ds: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write a Part 10 file; gives its path."""
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.get("SOPClassUID", "1.2")
    ds.file_meta.MediaStorageSOPInstanceUID = ds.get("SOPInstanceUID", "1.2")
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


def write_archive(folder: Path, *, patients: int = 2, series: int = 2, instances: int = 3) -> Path:
    """A small archive: folders by patient and series, files without extension."""
    for p in range(patients):
        for s in range(series):
            for i in range(instances):
                ds = dataset(
                    PatientID=f"P{p}",
                    PatientName=f"Invented^{p}",
                    Modality="MR" if s % 2 else "CT",
                    Manufacturer="ACME",
                    StudyInstanceUID=f"1.2.{p + 1}",
                    SeriesInstanceUID=f"1.2.{p + 1}.{s + 1}",
                    SOPInstanceUID=f"1.2.{p + 1}.{s + 1}.{i + 1}",
                    InstanceNumber=i + 1,
                    StudyDate=f"202401{p % 28 + 1:02d}",
                    StudyTime="101500",
                    SliceThickness="2.5",
                    KVP=str(100 + 20 * i),
                    EchoTime=str(s),
                )
                write(ds, folder / f"p{p}" / f"s{s}" / f"i{i}")
    return folder

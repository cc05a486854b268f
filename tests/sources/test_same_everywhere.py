"""The same files give the same tables, wherever they lie; docs/sources.md lists the exceptions."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest

import dicomlab as dl
from tests.build import dataset, write, write_archive

NAMES = (
    "CT_small.dcm",
    "MR_small.dcm",
    "MR_small_implicit.dcm",
    "MR_small_bigendian.dcm",
    "JPEG2000.dcm",
    "rtplan.dcm",
    "rtdose.dcm",
    "liver_1frame.dcm",
    "eCT_Supplemental.dcm",
    "emri_small.dcm",
    "waveform_ecg.dcm",
    "test-SR.dcm",
    "color-px.dcm",
    "examples_overlay.dcm",
    "examples_ybr_color.dcm",
    "mlut_18.dcm",
)
# What a DICOMweb server does not give, or gives otherwise: see docs/sources.md.
WEB_LACKS = {"MediaStorageSOPClassUID", "TransferSyntaxUID", "SpecificCharacterSet"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Files of pydicom with all their UIDs, one with an umlaut, and a small archive."""
    root = tmp_path_factory.mktemp("same") / "in"
    write_archive(root, patients=1)
    shipped = Path(pydicom.data.__file__).parent / "test_files"
    seen = set()
    for name in NAMES:
        ds = pydicom.dcmread(shipped / name, stop_before_pixels=True)
        assert ds.SOPInstanceUID
        if ds.SOPInstanceUID not in seen and "SeriesInstanceUID" in ds:
            shutil.copy(shipped / name, root / name)
        seen.add(ds.SOPInstanceUID)
    named = dataset(
        PatientID="ä", PatientName="Größe^Jörg", StudyInstanceUID="1.7", SeriesInstanceUID="1.7.1"
    )
    named.SpecificCharacterSet, named.SOPInstanceUID = "ISO_IR 100", "1.7.1.1"
    write(named, root / "named.dcm")
    return root


@pytest.fixture(scope="module")
def plain(folder):
    """The catalog of the folder."""
    return dl.scan(folder, into=folder.parent / "plain", progress=False)


def values(catalog: dl.Catalog, table: str, leave_out: set[str] = frozenset()) -> pd.DataFrame:
    """A table's rows by their UIDs, without where the files lie."""
    found = catalog.read(table)
    keys = catalog.read("instances")[["file_key", "SOPInstanceUID"]]
    if table == "frames":
        found = found.merge(keys, on="file_key")
    found = found.drop(columns=["file_key", *leave_out], errors="ignore")
    by = [c for c in ("SeriesInstanceUID", "SOPInstanceUID", "frame", "frame_number") if c in found]
    return found.sort_values(by).reset_index(drop=True)


def differences(
    ours: dl.Catalog, theirs: dl.Catalog, table: str, leave_out: set[str] = frozenset()
) -> list[str]:
    """Columns in which two tables differ."""
    one, two = values(ours, table, leave_out), values(theirs, table, leave_out)
    assert list(one.columns) == list(two.columns)
    assert len(one) == len(two)
    return [c for c in one if not all(_same(a, b) for a, b in zip(one[c], two[c], strict=True))]


def _same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray | list) or isinstance(b, np.ndarray | list):
        return repr(np.asarray(a).tolist()) == repr(np.asarray(b).tolist())
    return (pd.isna(a) and pd.isna(b)) or a == b


TABLES = ("instances", "series", "studies", "patients", "frames")


def test_a_zip_gives_what_the_folder_gives(folder, plain, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as out:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            out.write(path, path.relative_to(folder))
    ours = dl.scan(tmp_path / "all.zip", into=tmp_path / "c", progress=False)
    assert {t: differences(ours, plain, t) for t in TABLES} == dict.fromkeys(TABLES, [])


def test_a_bucket_gives_what_the_folder_gives(folder, plain, tmp_path, s3):
    url = s3.fill(folder, "same-everywhere")
    ours = dl.scan(url, into=tmp_path / "c", progress=False, storage_options=s3.options)
    assert {t: differences(ours, plain, t) for t in TABLES} == dict.fromkeys(TABLES, [])
    assert ours.counts == plain.counts


def test_dicomweb_gives_what_the_folder_gives(folder, plain, tmp_path, orthanc):
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    assert orthanc.store(*files) == len(files)
    how = {"headers": {"Authorization": orthanc.authorization}, "page": 5}
    ours = dl.scan(orthanc.url, into=tmp_path / "c", progress=False, storage_options=how)
    assert ours.counts["instances"] == plain.counts["instances"] == len(files)
    found = {t: differences(ours, plain, t, WEB_LACKS) for t in TABLES}
    assert found == dict.fromkeys(TABLES, [])

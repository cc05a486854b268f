"""The same files give the same tables, wherever they lie; docs/sources.md lists the exceptions."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from pydicom.errors import InvalidDicomError

import dicomlab as dl
from dicomlab.errors import SourceFailed
from tests.build import dataset, write, write_archive
from tests.conftest import pydicom_files

# What a DICOMweb server does not give, or gives otherwise: see docs/sources.md.
WEB_LACKS = {"MediaStorageSOPClassUID", "TransferSyntaxUID", "SpecificCharacterSet"}


def _whole(path: Path) -> str:
    """The SOPInstanceUID of a file that has all that every instance has, and is not cut."""
    try:
        ds = pydicom.dcmread(path)
    except (InvalidDicomError, EOFError, OSError, UserWarning):
        return ""
    uids = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
    is_whole = "truncated" not in path.name and "TransferSyntaxUID" in ds.file_meta
    return str(ds.SOPInstanceUID) if is_whole and all(ds.get(name) for name in uids) else ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Files of pydicom with all their UIDs, one with an umlaut, and a small archive."""
    root = tmp_path_factory.mktemp("same") / "in"
    write_archive(root, patients=1)
    seen = set()
    for path in pydicom_files():
        if uid := _whole(path):
            if uid not in seen:
                shutil.copy(path, root / path.name)
            seen.add(uid)
    assert len(seen) > 30
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
    if leave_out and "varies" in found:
        found["varies"] = [
            sorted({*(() if names is None else names)} - leave_out) for names in found["varies"]
        ]
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
        return np.array_equal(np.asarray(a), np.asarray(b))
    return (pd.isna(a) and pd.isna(b)) or a == b


TABLES = ("instances", "series", "studies", "patients", "frames")


@pytest.mark.slow
def test_a_zip_gives_what_the_folder_gives(folder, plain, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as out:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            out.write(path, path.relative_to(folder))
    ours = dl.scan(tmp_path / "all.zip", into=tmp_path / "c", progress=False)
    assert {t: differences(ours, plain, t) for t in TABLES} == {t: [] for t in TABLES}


@pytest.mark.slow
def test_a_bucket_gives_what_the_folder_gives(folder, plain, tmp_path, s3):
    url = s3.fill(folder, "same-everywhere")
    ours = dl.scan(url, into=tmp_path / "c", progress=False, storage_options=s3.options)
    assert {t: differences(ours, plain, t) for t in TABLES} == {t: [] for t in TABLES}
    assert ours.counts == plain.counts


@pytest.mark.slow
def test_dicomweb_gives_what_the_folder_gives(folder, tmp_path, orthanc, quiet):
    some = tmp_path / "some"
    for path in folder.rglob("*"):
        if path.is_file() and _is_decoded_by_orthanc(path):
            (some / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, some / path.relative_to(folder))
    files = [path for path in some.rglob("*") if path.is_file()]
    orthanc.delete_all()
    assert orthanc.store(*files) == len(files) > 120
    plain = dl.scan(some, into=tmp_path / "plain", progress=False)
    how = {"headers": {"Authorization": orthanc.authorization}, "page": 5}
    ours = dl.scan(orthanc.url, into=tmp_path / "c", progress=False, storage_options=how)
    assert ours.counts == plain.counts | {"problems": 0}
    assert {t: differences(ours, plain, t, WEB_LACKS) for t in TABLES} == {t: [] for t in TABLES}
    assert ours.instances["TransferSyntaxUID"].isna().all()


def _is_decoded_by_orthanc(path: Path) -> bool:
    """Whether the texts of a file are in one character set: Orthanc does not follow PS3.5 6.1.2.5."""
    names = pydicom.dcmread(path, stop_before_pixels=True).get("SpecificCharacterSet") or ""
    return not {"ISO_IR 13", "ISO 2022 IR 13", "ISO 2022 IR 87", "ISO 2022 IR 149"} & {
        *([names] if isinstance(names, str) else names)
    }


@pytest.mark.parametrize("wrong", [{}, {"headers": {"Authorization": "Basic bm86bm8="}}])
def test_a_real_server_lets_nobody_in_without_a_password(orthanc, tmp_path, wrong):
    with pytest.raises(SourceFailed, match="access is denied, 401"):
        dl.scan(orthanc.url, into=tmp_path / "c", progress=False, storage_options=wrong)


@pytest.mark.slow
def test_a_study_that_arrives_at_a_real_server_is_read_alone(orthanc, folder, tmp_path):
    orthanc.delete_all()
    files = sorted((folder / "p0").rglob("i*"))
    options = {"storage_options": {"headers": {"Authorization": orthanc.authorization}}, "progress": False}
    orthanc.store(*files[:3])
    assert dl.scan(orthanc.url, into=tmp_path / "c", **options).counts["instances"] == 3
    orthanc.store(*files)
    assert dl.scan(orthanc.url, into=tmp_path / "c", **options).counts["instances"] == len(files) == 6
    study = f"{orthanc.url}/studies/1.2.1/series/1.2.1.2"
    assert dl.scan(study, into=tmp_path / "part", **options).counts["instances"] == 3
    orthanc.delete_all()
    orthanc.store(files[0])
    assert dl.scan(orthanc.url, into=tmp_path / "c", **options).counts["instances"] == 1

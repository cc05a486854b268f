"""DICOMDIRs: what they name is set beside what is there, and never believed."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from pydicom import config, dcmread
from pydicom.dataset import Dataset

import dicomlab as dl
from dicomlab.header.directory import MEDIA_STORAGE_DIRECTORY, leads_out, records
from tests.build import dataset, write, write_archive

SHARED = Path(__file__).parents[3] / "shared" / "data" / "dicom"
COUNTS = ["n_named", "n_missing", "n_unreadable", "n_other", "n_leading_out", "n_unnamed"]


def scan(source: Path, into: Path) -> dl.Catalog:
    return dl.scan(source, into=into, progress=False)


def found(catalog: dl.Catalog) -> tuple[dict[str, int], str]:
    """What differs from zero, and the verdict, of the only DICOMDIR."""
    (row,) = catalog.media.to_dict("records")
    return {name: row[name] for name in COUNTS if row[name]}, row["verdict"]


def write_directory(medium: Path, named: dict[str, tuple[str, ...]]) -> None:
    """A DICOMDIR that names files, by SOPInstanceUID."""
    ds = Dataset()
    ds.SOPClassUID = MEDIA_STORAGE_DIRECTORY
    ds.FileSetID = "TEST"
    patient = dataset(DirectoryRecordType="PATIENT", PatientID="P1", PatientName="Invented^1")
    records = [patient]
    for uid, names in named.items():
        record = Dataset()
        record.DirectoryRecordType, record.RecordInUseFlag = "IMAGE", 0xFFFF
        record.ReferencedFileID = list(names)
        record.ReferencedSOPInstanceUIDInFile = uid
        records.append(record)
    ds.DirectoryRecordSequence = records
    write(ds, medium / "DICOMDIR")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A medium of twelve files."""
    medium = tmp_path_factory.mktemp("made") / "medium"
    archive = write_archive(medium / "DICOM")
    named = {}
    for number, path in enumerate(sorted(p for p in archive.rglob("*") if p.is_file())):
        names = ("DICOM", f"IM{number:06d}")
        path.rename(medium.joinpath(*names))
        named[dcmread(medium.joinpath(*names)).SOPInstanceUID] = names
    write_directory(medium, named)
    return medium


@pytest.fixture
def medium(made, tmp_path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(made, tmp_path / "medium"))


def images(medium: Path) -> list[Path]:
    return sorted(p for p in medium.rglob("*") if p.is_file() and p.name != "DICOMDIR")


def test_a_dicomdir_stands_for_its_folder(medium, tmp_path):
    catalog = scan(medium / "DICOMDIR", tmp_path / "catalog")
    assert len(catalog) == 12
    assert found(catalog) == ({"n_named": 12}, "complete")
    named = catalog.directory.dropna(subset=["names"])
    assert set(named["names"]) == {str(p) for p in images(medium)} == set(catalog.instances["file_key"])
    both = named.merge(catalog.instances, left_on="names", right_on="file_key")
    assert (both["sop_instance_uid"] == both["SOPInstanceUID"]).all()


def test_the_directory_holds_nothing_of_a_patient(medium, tmp_path):
    catalog = scan(medium, tmp_path / "catalog")
    assert "Invented" not in catalog.directory.to_csv()


def test_stale_and_partial_ones_are_findings(medium, tmp_path):
    gone, broken, other = images(medium)[:3]
    gone.unlink()
    broken.write_text("no DICOM at all")
    write(dataset(SOPInstanceUID="9.9", SeriesInstanceUID="9", StudyInstanceUID="9"), other)
    write(dataset(SOPInstanceUID="9.8", SeriesInstanceUID="9", StudyInstanceUID="9"), medium / "more" / "one")
    catalog = scan(medium, tmp_path / "catalog")
    counts = {"n_named": 12, "n_missing": 1, "n_unreadable": 1, "n_other": 1, "n_unnamed": 1}
    assert found(catalog) == (counts, "partial")
    assert len(catalog) == 11  # all that is there, named or not


def test_what_comes_back_is_no_finding_any_more(medium, tmp_path):
    away = images(medium)[0]
    held = away.read_bytes()
    away.unlink()
    assert found(scan(medium, tmp_path / "catalog"))[1] == "partial"
    away.write_bytes(held)
    assert found(scan(medium, tmp_path / "catalog")) == ({"n_named": 12}, "complete")


def test_a_dicomdir_without_its_files_is_stale(medium, tmp_path):
    (tmp_path / "other").mkdir()
    shutil.copy(medium / "DICOMDIR", tmp_path / "other")
    write_archive(tmp_path / "other" / "more", patients=1, series=1)
    counts = {"n_named": 12, "n_missing": 12, "n_unnamed": 3}
    assert found(scan(tmp_path / "other", tmp_path / "catalog")) == (counts, "stale")


def test_names_in_another_case_and_with_versions_are_the_same(medium, tmp_path):
    for path in images(medium):
        path.rename(path.with_name(f"{path.name.lower()};1"))
    for folder in sorted((p for p in medium.rglob("*") if p.is_dir()), reverse=True):
        folder.rename(folder.with_name(folder.name.lower()))
    assert found(scan(medium, tmp_path / "catalog")) == ({"n_named": 12}, "complete")


def test_each_file_counts_for_the_nearest_dicomdir(medium, tmp_path):
    shutil.copytree(medium, medium / "INNER" / "DISC2")
    catalog = scan(medium, tmp_path / "catalog")
    assert catalog.media["verdict"].tolist() == ["complete", "complete"]
    assert catalog.media["n_unnamed"].tolist() == [0, 0]


def test_a_medium_in_an_archive_is_checked_there(medium, tmp_path):
    images(medium)[0].unlink()
    packed = tmp_path / "disc.zip"
    with zipfile.ZipFile(packed, "w") as out:
        for path in medium.rglob("*"):
            out.write(path, path.relative_to(medium))
    assert found(scan(packed, tmp_path / "catalog")) == ({"n_named": 12, "n_missing": 1}, "partial")


def test_names_do_not_lead_out_of_the_folder(medium, tmp_path, monkeypatch):
    outside = write_archive(tmp_path / "outside", patients=1, series=1, instances=1) / "p0" / "s0" / "i0"
    ds = dcmread(medium / "DICOMDIR")
    monkeypatch.setattr(config.settings, "writing_validation_mode", config.IGNORE)
    monkeypatch.setattr(config.settings, "reading_validation_mode", config.IGNORE)
    record = next(r for r in ds.DirectoryRecordSequence if "ReferencedFileID" in r)
    record.ReferencedFileID = ["..", "outside", "p0", "s0", "i0"]
    ds.save_as(medium / "DICOMDIR")
    catalog = scan(medium, tmp_path / "catalog")
    counts, verdict = found(catalog)
    assert (counts["n_leading_out"], counts["n_missing"], verdict) == (1, 1, "partial")
    assert catalog.directory["reason"].dropna().tolist() == ["the name leads out of the folder"]
    assert str(outside) not in set(catalog.files["file_key"])


@pytest.mark.parametrize(
    "names", [("..", "A"), ("A", "..", "B"), ("/etc",), ("C:", "A"), ("A\\B",), ("",), ("A/B",)]
)
def test_what_leads_out(names):
    assert leads_out(names)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_dicomdir_does_not_stop_the_scan(medium, tmp_path, share):
    whole = (medium / "DICOMDIR").read_bytes()
    (medium / "DICOMDIR").write_bytes(whole[: int(len(whole) * share)])
    assert len(scan(medium, tmp_path / "catalog")) == 12


def test_bytes_that_are_no_directory_have_a_reason():
    with pytest.raises(ValueError, match="cannot be read"):
        records(b"\0" * 500)


def test_a_changed_dicomdir_replaces_its_records(medium, tmp_path):
    before = scan(medium, tmp_path / "catalog").directory
    write_directory(medium, {"1.2.1.1.1": ("DICOM", "IM000000")})
    after = scan(medium, tmp_path / "catalog")
    assert (before["names"].notna().sum(), after.directory["names"].notna().sum()) == (12, 1)
    assert found(after)[0] == {"n_named": 1, "n_unnamed": 11}


@pytest.mark.real_files
def test_real_media_are_complete(tmp_path):
    catalog = scan(SHARED / "pydicom-3.0.2" / "test_files" / "dicomdirtests", tmp_path / "catalog")
    media = catalog.media.set_index(catalog.media["file_key"].str.rpartition("/")[2])
    assert media["verdict"].value_counts().to_dict() == {"complete": 7, "names nothing": 1}
    assert media.loc["DICOMDIR-bigEnd", "n_named"] == 31

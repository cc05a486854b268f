"""Who refers to whom: the table `references`, from the headers that a catalog keeps."""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pydicom
import pytest
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

import dicomlab as dl
from dicomlab.errors import BadQuery, NoSuchTable
from dicomlab.header import instance_references, reference_walk
from dicomlab.header.engine import HeaderReader
from tests.build import dataset, write
from tests.conftest import pydicom_files, shared_files
from tests.header.test_frames import enhanced

CT, RTSTRUCT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.481.3"
SYNTAXES = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)


def item(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def image(uid: str, **values: object) -> Dataset:
    return item(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID=uid, **values)


def coded(value: str) -> list[Dataset]:
    return [item(CodeValue=value, CodingSchemeDesignator="DCM", CodeMeaning=value)]


def structures() -> Dataset:
    """A structure set of two images, the first of which has two contours."""
    series = item(SeriesInstanceUID="1.2.2", ContourImageSequence=[image("1.2.2.1"), image("1.2.2.2")])
    study = item(
        ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1",
        ReferencedSOPInstanceUID="1.2.1",
        RTReferencedSeriesSequence=[series],
    )
    contours = [item(ContourImageSequence=[image(uid)]) for uid in ("1.2.2.1", "1.2.2.1", "1.2.2.2")]
    ds = dataset(
        SOPInstanceUID="1.9.1",
        Modality="RTSTRUCT",
        PatientID="P1",
        StudyInstanceUID="1.2.1",
        SeriesInstanceUID="1.9",
        ReferencedStudySequence=[item(ReferencedSOPClassUID="1.2.3", ReferencedSOPInstanceUID="1.2.1")],
        ReferencedFrameOfReferenceSequence=[item(RTReferencedStudySequence=[study])],
        ROIContourSequence=[item(ContourSequence=contours)],
    )
    ds.SOPClassUID = RTSTRUCT
    return ds


def rows(ds: Dataset, to: Path, syntax: str = ExplicitVRLittleEndian) -> list[dict]:
    path = str(write(ds, to / "f", syntax))
    found = [next(HeaderReader(use_kernel=k).read([path])).references() for k in (True, False)]
    tables = [[] if f is None else f[0][1].to_pylist() for f in found]
    key = lambda row: sorted((k, str(v)) for k, v in row.items())  # noqa: E731
    assert sorted(tables[0], key=key) == sorted(tables[1], key=key)
    return tables[0]


@pytest.mark.slow
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_structure_set_names_its_images_and_their_series(tmp_path, syntax):
    found = rows(structures(), tmp_path, syntax)
    of_series = "ReferencedFrameOfReferenceSequence.RTReferencedStudySequence.RTReferencedSeriesSequence"
    said = {(r["path"], r["ReferencedSOPInstanceUID"], r["n_items"]) for r in found}
    assert said == {
        (f"{of_series}.ContourImageSequence", "1.2.2.1", 1),
        (f"{of_series}.ContourImageSequence", "1.2.2.2", 1),
        ("ROIContourSequence.ContourSequence.ContourImageSequence", "1.2.2.1", 2),
        ("ROIContourSequence.ContourSequence.ContourImageSequence", "1.2.2.2", 1),
    }
    assert {r["sequence"] for r in found} == {"ContourImageSequence"}
    assert {(r["referenced_series_uid"]) for r in found if r["path"].startswith("Referenced")} == {"1.2.2"}
    assert {r["ReferencedSOPClassUID"] for r in found} == {CT}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_reasons_series_and_frames_are_told(tmp_path, syntax):
    localiser = image("1.5.1", PurposeOfReferenceCodeSequence=coded("121311"))
    source = item(DerivationImageSequence=[item(SourceImageSequence=[image("1.5.2")])])
    ds = enhanced(2, StudyInstanceUID="1.2", SeriesInstanceUID="1.3")
    ds.PerFrameFunctionalGroupsSequence = [source, source]
    ds.ReferencedImageSequence = [localiser, image("1.5.3")]
    ds.RelatedSeriesSequence = [item(StudyInstanceUID="1.7", SeriesInstanceUID="1.7.1")]
    ds.ReferencedSeriesSequence = [
        item(ReferencedInstanceSequence=[image("1.8.1.1")], SeriesInstanceUID="1.8.1")
    ]
    found = {(r["sequence"], r["ReferencedSOPInstanceUID"]): r for r in rows(ds, tmp_path, syntax)}
    assert found["ReferencedImageSequence", "1.5.1"]["purpose"] == "121311 DCM"
    assert found["ReferencedImageSequence", "1.5.3"]["purpose"] is None
    assert found["SourceImageSequence", "1.5.2"]["n_items"] == 2
    related = found["RelatedSeriesSequence", None]
    assert (related["referenced_series_uid"], related["referenced_study_uid"]) == ("1.7.1", "1.7")
    # SeriesInstanceUID comes behind what it is of.
    assert found["ReferencedInstanceSequence", "1.8.1.1"]["referenced_series_uid"] == "1.8.1"
    assert len(found) == 5


def test_content_of_a_report_names_its_images(tmp_path):
    leaf = item(
        RelationshipType="CONTAINS",
        ValueType="IMAGE",
        ConceptNameCodeSequence=coded("113795"),
        ReferencedSOPSequence=[image("1.5.1")],
    )
    for _ in range(30):
        leaf = item(RelationshipType="CONTAINS", ValueType="CONTAINER", ContentSequence=[leaf])
    found = rows(dataset(Modality="SR", ContentSequence=[leaf]), tmp_path)
    assert [(r["ReferencedSOPInstanceUID"], r["purpose"]) for r in found] == [("1.5.1", "113795 DCM")]
    assert found[0]["path"].count("ContentSequence") == 31


def test_patients_studies_and_steps_are_no_files(tmp_path):
    ds = dataset(
        ReferencedPerformedProcedureStepSequence=[image("1.5.1")],
        ReferencedPatientSequence=[image("1.5.2")],
        RequestAttributesSequence=[item(ReferencedStudySequence=[image("1.5.3")])],
        ReferencedImageSequence=[
            item(ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.3", ReferencedSOPInstanceUID="1.5.4")
        ],
    )
    assert rows(ds, tmp_path) == []
    assert rows(dataset(PatientID="1155"), tmp_path) == []


def test_a_broken_sequence_costs_what_is_in_it(tmp_path):
    path = write(dataset(ReferencedImageSequence=[image("1.5.1")]), tmp_path / "f")
    raw = path.read_bytes()
    mark = struct.pack("<HH", 0x0008, 0x1140)
    head = raw.index(mark)
    whole = (
        raw[:head] + raw[head:] + struct.pack("<HH2sHI", 0x0008, 0x2112, b"SQ", 0, 16) + b"no items, though"
    )
    later = write(dataset(SourceImageSequence=[image("1.5.2")]), tmp_path / "g").read_bytes()
    headers = pa.chunked_array(
        [pa.array([whole, raw[:head] + raw[head : head + 20], later], pa.large_binary())]
    )
    (of, table), problems = instance_references.references_of(headers, pd.Series([False] * 3).to_numpy())
    assert of.tolist() == [0, 2]
    assert table["ReferencedSOPInstanceUID"].to_pylist() == ["1.5.1", "1.5.2"]
    assert not problems


def test_more_items_than_are_looked_at_are_a_problem_of_their_file_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(reference_walk, "MOST_SLOTS", 40)
    monkeypatch.setattr(instance_references, "_ROOM", 8)
    paths = []
    for n, count in enumerate((3, 41, 40, 1)):
        ds = dataset(ReferencedImageSequence=[image(f"1.5.{k}") for k in range(count)])
        paths.append(str(write(ds, tmp_path / str(n))))
    found = next(HeaderReader().read(paths)).references()
    assert Counter(found[0][0].tolist()) == {0: 3, 2: 40, 3: 1}
    assert [(p.row, p.column.name) for p in found[1]] == [(1, "references")]


# --- in a catalog --------------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path) -> Path:
    for k in (1, 2):
        ds = dataset(
            PatientID="P1",
            StudyInstanceUID="1.2.1",
            SeriesInstanceUID="1.2.2",
            SOPInstanceUID=f"1.2.2.{k}",
            Modality="CT",
        )
        ds.SOPClassUID = CT
        write(ds, tmp_path / "in" / f"ct{k}")
    write(structures(), tmp_path / "in" / "rt")
    return tmp_path / "in"


WHICH = """
SELECT DISTINCT i.SeriesInstanceUID, i.Modality
FROM references r JOIN instances i ON i.SOPInstanceUID = r.ReferencedSOPInstanceUID
WHERE r.file_key IN (SELECT file_key FROM instances WHERE Modality = 'RTSTRUCT')
"""


@pytest.mark.slow
def test_which_ct_a_structure_set_needs_is_a_query(archive, tmp_path):
    catalog = dl.scan(archive, tmp_path / "catalog", progress=False)
    assert catalog.sql(WHICH).to_dict("records") == [{"SeriesInstanceUID": "1.2.2", "Modality": "CT"}]
    assert len(catalog.references) == len(catalog.read("references")) == 4
    assert catalog.counts["references"] == 4
    with dl.options.masked():
        assert catalog.sql(WHICH)["SeriesInstanceUID"].tolist() == ["1.2.2"]
    assert catalog.read(
        "series", where="SeriesInstanceUID IN (FROM references SELECT referenced_series_uid)"
    ).shape[0]
    # Scanning again reads what is new and takes out what is gone.
    (archive / "rt").unlink()
    assert len(dl.scan(archive, tmp_path / "catalog", progress=False).references) == 0
    write(structures(), archive / "again")
    again = dl.scan(archive, tmp_path / "catalog", progress=False)
    assert len(again.references) == 4
    wider = again.add_columns(["PatientOrientation"], progress=False)
    assert len(wider.compact(progress=False).references) == 4


def test_a_catalog_without_headers_has_no_references_and_says_why(archive, tmp_path):
    catalog = dl.scan(archive, tmp_path / "catalog", keep_headers=False, progress=False)
    assert "references" not in catalog.tables
    assert "references" not in catalog.counts
    for ask in (lambda: catalog.references, lambda: catalog.export(tmp_path / "a.csv", table="references")):
        with pytest.raises(NoSuchTable, match="keeps none"):
            ask()
    with pytest.raises(BadQuery, match="keeps none"):
        catalog.sql("FROM references")
    assert catalog.export(tmp_path / "all.sqlite").exists()


# --- real files, counted out on pydicom ----------------------------------------------------------------


def oracle(ds: Dataset, path: tuple = ()) -> Counter:
    """Path and instance of each item with ReferencedSOPInstanceUID."""
    found: Counter = Counter()
    uid, kind = ds.get("ReferencedSOPInstanceUID"), str(ds.get("ReferencedSOPClassUID") or "")
    last = path[-1] if path else ""
    is_file = last not in ("ReferencedStudySequence", "ReferencedPerformedProcedureStepSequence")
    is_file &= last not in ("ReferencedPatientSequence", "ReferencedVisitSequence")
    if path and uid and is_file and not kind.startswith("1.2.840.10008.3.1."):
        found[".".join(path), str(uid)] += 1
    for element in ds:
        if element.VR == "SQ":
            name = keyword_for_tag(element.tag) or f"({element.tag.group:04X},{element.tag.element:04X})"
            for one in element.value:
                found += oracle(one, (*path, name))
    return found


@pytest.mark.real_files
def test_references_of_real_files_are_what_pydicom_finds(quiet):
    paths = [*pydicom_files(), *shared_files()]
    at, n = 0, 0
    for batch in HeaderReader().read([str(p) for p in paths]):
        said: dict[int, Counter] = {}
        if found := batch.references():
            (of, table), _ = found
            for row, one in zip(of.tolist(), table.to_pylist(), strict=True):
                if one["ReferencedSOPInstanceUID"]:
                    key = one["path"], one["ReferencedSOPInstanceUID"]
                    said.setdefault(row, Counter())[key] += one["n_items"]
        for row in range(len(batch.status)):
            if batch.status[row] != "read":
                continue
            try:
                expected = oracle(pydicom.dcmread(paths[at + row], stop_before_pixels=True, force=True))
            except Exception:  # what pydicom cannot take apart is no witness
                continue
            assert said.get(row, Counter()) == expected, paths[at + row]
            n += sum(expected.values())
        at += len(batch.status)
    assert n > 100

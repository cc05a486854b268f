"""`dicomlab compact` says what became of the files and the versions."""

from __future__ import annotations

import json
import shutil

import pytest

from .conftest import make_archive


@pytest.mark.slow
def test_a_grown_catalog_becomes_small_and_says_so(dicomlab, tmp_path):
    archive, into = make_archive(tmp_path / "archive", "CT_small.dcm"), tmp_path / "catalog"
    for number in range(2):
        shutil.copy(archive / "0" / "CT_small.dcm", archive / f"again{number}")
        dicomlab("scan", archive, "--into", into, "--quiet")
    said = json.loads(dicomlab("compact", into, "--keep", 1, "--json").out)
    assert (said["before"]["versions"], said["after"]["versions"]) == (2, 1)
    assert said["after"]["parquet_files"] == len(list(into.glob("*/*.parquet"))) == 8
    assert said["after"]["bytes"] < said["before"]["bytes"]
    out = " ".join(dicomlab("compact", into).out.split())
    assert "8 Parquet files became 8" in out
    assert "1 version of 1 can still be opened" in out
    assert dicomlab("compact", into, "--quiet").out == ""


def test_no_version_at_all_cannot_be_kept(dicomlab, tmp_path):
    assert dicomlab("compact", tmp_path, "--keep", 0).code == 2

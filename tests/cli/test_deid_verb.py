"""`dicomlab deid` writes copies, and says what was not written."""

from __future__ import annotations

import json

from .conftest import make_archive


def test_copies_are_written_and_what_is_withheld_is_listed(dicomlab, tmp_path):
    archive = make_archive(tmp_path / "archive", "CT_small.dcm")
    whole = next(p for p in archive.rglob("*") if p.is_file())
    (archive / "cut").write_bytes(whole.read_bytes()[:2000])
    key, to = tmp_path / "project.key", tmp_path / "out"
    said = dicomlab("deid", archive, "--to", to, "--key", key, "--make-key", "--json")
    assert said.code == 3
    content = json.loads(said.out)
    assert {row["outcome"]: row["files"] for row in content["counts"]} == {"deidentified": 1, "withheld": 1}
    assert [row["reason"] for row in content["not_written"]] == ["the file ends inside an element"]
    assert (to / "catalog" / "catalog.json").exists()
    again = dicomlab("deid", archive, "--to", to, "--key", key)
    assert "1 file deidentified" in again.out
    assert dicomlab("deid", archive, "--to", to, "--key", key, "--recipe", "strict").code == 2


def test_without_a_key_it_says_that_a_second_run_differs(dicomlab, tmp_path):
    archive = make_archive(tmp_path / "archive", "CT_small.dcm")
    assert "--make-key" in dicomlab("deid", archive, "--to", tmp_path / "out", "--quiet").err
    dry = dicomlab("deid", archive, "--to", tmp_path / "dry", "--dry-run")
    assert "would be deidentified" in dry.out
    assert not (tmp_path / "dry").exists()

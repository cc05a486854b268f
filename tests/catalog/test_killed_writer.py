"""What a killed writer left is found by the next one, and nothing else is touched."""

from __future__ import annotations

import pytest

import dicomlab as dl
from dicomlab.catalog.lock import WRITING, writing
from dicomlab.catalog.place import LEFT, Folder
from tests.build import write_archive


class Killed(BaseException):
    """Stands for a kill: nothing is tidied up for it."""


@pytest.fixture
def catalog(tmp_path):
    return dl.scan(write_archive(tmp_path / "in", patients=1), into=tmp_path / "catalog", progress=False)


def test_a_file_that_got_its_name_and_was_not_committed_goes_with_the_next_run(catalog, tmp_path):
    """Between these two steps a kill leaves a whole Parquet file that no version has."""
    (part,) = (catalog.path / "files").glob("*.parquet")
    stray = part.with_name("stray.parquet")
    stray.write_bytes(part.read_bytes())
    with pytest.raises(Killed), writing(catalog.path):
        raise Killed
    assert (catalog.path / WRITING).exists()
    again = dl.scan(tmp_path / "in", into=catalog.path, progress=False)
    assert not stray.exists()
    assert part.exists()
    assert again.counts == catalog.counts
    assert not {WRITING, LEFT} & {path.name for path in catalog.path.iterdir()}


def test_after_a_clean_end_nobody_looks_at_all_files(catalog):
    with writing(catalog.path):
        assert not Folder(catalog.path).was_left
    with pytest.raises(Killed), writing(catalog.path):
        raise Killed
    with writing(catalog.path):
        assert Folder(catalog.path).was_left
    assert not Folder(catalog.path).was_left


def test_a_scan_that_is_killed_before_there_is_a_catalog_can_be_run_again(tmp_path):
    folder = tmp_path / "catalog"
    folder.mkdir()
    for name in (WRITING, LEFT):
        (folder / name).touch()
    archive = write_archive(tmp_path / "in", patients=1)
    assert dl.scan(archive, into=folder, progress=False).is_complete

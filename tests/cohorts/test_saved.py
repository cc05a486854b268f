"""A cohort is saved, made again, and says what has changed."""

from __future__ import annotations

import json
import os
import shutil

import pytest

import dicomlab as dl
from dicomlab.errors import MissingColumn, NotACohort
from tests.cohorts.conftest import file


@pytest.fixture
def own(archive, tmp_path):
    """An archive of one's own, scanned; it may be changed."""
    folder = shutil.copytree(archive, tmp_path / "archive")
    return folder, dl.scan(folder, into=tmp_path / "catalog", progress=False)


def thin(catalog):
    return dl.select(catalog, "Modality = 'MR'").drop("n_instances < 4", why="localiser")


def rescan(folder):
    return dl.scan(folder, into=folder.parent / "catalog", progress=False)


def test_what_is_saved_is_made_again(catalog, tmp_path):
    cohort = thin(catalog).sample(1, seed=4, why="a look").split({"train": 0.9}, seed=1)["train"]
    again = dl.Cohort.load(cohort.save(tmp_path / "c.json"), catalog)
    assert again.steps == cohort.steps
    assert again.flow.equals(cohort.flow)
    assert again.changes.empty


def test_the_file_is_for_its_owner_and_names_nobody(catalog, tmp_path):
    path = thin(catalog).save(tmp_path / "new" / "c.json")
    text = path.read_text()
    assert oct(os.stat(path).st_mode & 0o777) == "0o600"
    assert "1.2.1" not in text
    assert "P1" not in text
    found = json.loads(text)
    assert found["schema"] == 1
    assert found["catalog_version"] == catalog.version
    assert found["counts"] == thin(catalog).counts
    assert found["digest"].startswith("sha256:")
    assert found["steps"][1] == {
        "what": "drop",
        "level": "series",
        "where": "n_instances < 4",
        "why": "localiser",
    }


def test_a_cohort_of_an_archive_that_moved_is_the_same(own, tmp_path):
    folder, catalog = own
    path = thin(catalog).save(tmp_path / "c.json")
    moved = dl.scan(folder.rename(tmp_path / "moved"), into=tmp_path / "second", progress=False)
    assert dl.Cohort.load(path, moved).changes.empty


@pytest.mark.slow
def test_a_newer_catalog_says_what_entered_left_and_why(own, tmp_path):
    folder, catalog = own
    path = thin(catalog).save(tmp_path / "c.json")
    file(folder, 9, 1, 1, 1, SeriesDescription="new")
    for n in (2, 3, 4):
        file(folder, 9, 1, 1, n, SeriesDescription="new")  # new in the catalog
    file(folder, 1, 1, 1, 4, SeriesDescription="localizer")  # long enough now
    file(folder, 1, 1, 2, 6, SeriesDescription="T1 mprage")  # grew
    shutil.rmtree(folder / "p1" / "s2" / "e2")  # gone
    (folder / "p1" / "s2" / "e3" / "i4").unlink()  # too short now
    changes = dl.Cohort.load(path, rescan(folder)).changes
    assert changes[["change", "SeriesInstanceUID", "n_before", "n_now", "why"]].fillna(0).values.tolist() == [
        ["entered", "1.2.1.1.1", 0, 4, "step 2 (drop: n_instances < 4) left it out before"],
        ["entered", "1.2.9.1.1", 0, 4, "new in the catalog"],
        ["grew", "1.2.1.1.2", 5, 6, "it has more instances"],
        ["left", "1.2.1.2.2", 5, 0, "not in the catalog any more"],
        ["left", "1.2.1.2.3", 4, 0, "left out by step 2 (drop: n_instances < 4)"],
    ]
    assert set(changes["PatientID"]) == {"P1", "P9"}


@pytest.mark.slow
def test_other_instances_in_their_place_are_a_change(own, tmp_path):
    folder, catalog = own
    path = thin(catalog).save(tmp_path / "c.json")
    (folder / "p1" / "s1" / "e2" / "i5").unlink()
    file(folder, 1, 1, 2, 7, SeriesDescription="T1 mprage")
    assert dl.Cohort.load(path, rescan(folder)).changes["change"].tolist() == ["replaced"]


@pytest.mark.slow
def test_when_the_version_is_not_kept_it_says_so(own, tmp_path):
    folder, catalog = own
    path = thin(catalog).save(tmp_path / "c.json")
    for n in (1, 2, 3, 4):
        file(folder, 9, 1, 1, n)
    shutil.rmtree(folder / "p1" / "s2" / "e2")
    changes = dl.Cohort.load(path, rescan(folder).compact(keep=1, progress=False)).changes
    assert changes["change"].tolist() == ["entered", "left"]
    assert "not kept" in changes["why"][0]
    assert changes["why"][1] == "not in the catalog any more"
    assert changes["SeriesInstanceUID"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no JSON", "is not a cohort"),
        ("[]", "is not a cohort"),
        ('{"kind": "dicomlab cohort", "schema": 99}', "newer dicomlab"),
        ('{"kind": "dicomlab cohort", "schema": 1}', "'steps' is missing"),
        (
            '{"kind": "dicomlab cohort", "schema": 1, "steps": [], "series": {}, "catalog_version": null}',
            "was changed after it was saved",
        ),
    ],
)
def test_a_file_that_is_no_cohort_is_refused(catalog, tmp_path, text, message):
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(NotACohort, match=message):
        dl.Cohort.load(tmp_path / "c.json", catalog)


def test_a_file_that_is_not_there_is_told(catalog, tmp_path):
    with pytest.raises(NotACohort, match="does not exist"):
        dl.Cohort.load(tmp_path / "none.json", catalog)


def test_members_changed_by_hand_are_seen(catalog, tmp_path):
    path = thin(catalog).save(tmp_path / "c.json")
    found = json.loads(path.read_text())
    found["series"].popitem()
    path.write_text(json.dumps(found))
    with pytest.raises(NotACohort, match="was changed after it was saved"):
        dl.Cohort.load(path, catalog)


def test_a_catalog_without_a_column_of_the_recipe_says_which(archive, catalog, tmp_path):
    path = dl.select(catalog, "SliceThickness > 2").save(tmp_path / "c.json")
    narrow = dl.Columns.from_list([c for c in dl.Columns().to_list() if c["name"] != "SliceThickness"])
    other = dl.scan(archive, into=tmp_path / "narrow", columns=narrow, progress=False)
    with pytest.raises(MissingColumn, match="SliceThickness"):
        dl.Cohort.load(path, other)

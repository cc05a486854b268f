"""The files of a cohort, copied and linked."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

import dicomlab as dl
from dicomlab.errors import MissingColumn, WrongArgument
from tests.build import write_archive


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Two patients with a CT of three instances each; an MR series lies in a zip."""
    folder = tmp_path_factory.mktemp("copies")
    write_archive(folder / "archive")
    with zipfile.ZipFile(folder / "archive" / "more.zip", "w") as out:
        for path in sorted((folder / "archive" / "p1" / "s1").iterdir()):
            out.write(path, f"inner/{path.name}")
            path.unlink()
    return dl.select(dl.scan(folder / "archive", into=folder / "catalog", progress=False), "true")


def files_below(folder):
    return sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())


def test_each_file_is_copied_whole_under_its_name(cohort, tmp_path):
    done = dl.copy_files(cohort, tmp_path / "out", progress=False)
    assert done.columns.tolist() == ["file_key", "to", "outcome", "reason"]
    assert done["outcome"].tolist() == ["copied"] * 12
    assert files_below(tmp_path / "out") == sorted(done["to"])
    again = dl.scan(tmp_path / "out", into=tmp_path / "catalog", progress=False)
    assert set(again.instances["SOPInstanceUID"]) == set(cohort.instances["SOPInstanceUID"])
    for row in done.itertuples():
        if "!/" not in row.file_key:
            assert (tmp_path / "out" / row.to).read_bytes() == Path(row.file_key).read_bytes()


def test_copies_are_for_their_owner(cohort, tmp_path):
    done = dl.copy_files(cohort, tmp_path / "out", template="bids", progress=False)
    assert done["to"].str.startswith("sourcedata/sub-P").all()
    for path in (tmp_path / "out").rglob("*"):
        assert oct(os.stat(path).st_mode & 0o777) == ("0o700" if path.is_dir() else "0o600")


def test_a_dry_run_writes_nothing_and_plans_the_same(cohort, tmp_path):
    plan = dl.copy_files(cohort, tmp_path / "out", dry_run=True)
    assert plan["outcome"].unique().tolist() == ["planned"]
    assert not (tmp_path / "out").exists()
    assert plan["to"].tolist() == dl.copy_files(cohort, tmp_path / "out", progress=False)["to"].tolist()


def test_files_of_one_name_are_told_apart(cohort, tmp_path):
    done = dl.copy_files(cohort, tmp_path / "out", template="{Modality}.dcm", progress=False)
    assert done["outcome"].eq("copied").all()
    assert len(files_below(tmp_path / "out")) == 12


def test_what_is_there_stays(cohort, tmp_path):
    first = dl.copy_files(cohort, tmp_path / "out", progress=False)
    (tmp_path / "out" / first["to"][0]).write_bytes(b"another")
    second = dl.copy_files(cohort, tmp_path / "out", progress=False)
    assert second["outcome"].tolist() == ["failed"] + ["there already"] * 11
    assert second["reason"][0] == "another file has that name"
    assert (tmp_path / "out" / first["to"][0]).read_bytes() == b"another"
    assert not [name for name in files_below(tmp_path / "out") if name.endswith(".part")]


@pytest.mark.parametrize("how", ["link", "symlink"])
def test_links_lead_to_the_files_and_archives_say_why_not(cohort, tmp_path, how):
    done = dl.copy_files(cohort, tmp_path / "out", how=how, progress=False)
    inside = done["file_key"].str.contains("!/")
    assert done.loc[~inside, "outcome"].eq("linked").all()
    assert set(done.loc[inside, "reason"]) == {"it lies in an archive, and cannot be linked"}
    one = done[~inside].iloc[0]
    assert os.path.samefile(tmp_path / "out" / one["to"], one["file_key"])
    assert set(dl.copy_files(cohort, tmp_path / "out", how=how, progress=False)["outcome"]) == {
        "there already",
        "failed",
    }


def test_what_is_gone_is_a_row_with_a_reason(tmp_path):
    folder = write_archive(tmp_path / "archive")
    cohort = dl.select(dl.scan(folder, into=tmp_path / "catalog", progress=False), "Modality = 'CT'")
    Path(cohort.files()["file_key"][0]).unlink()
    done = dl.copy_files(cohort, tmp_path / "out", progress=False)
    assert done["outcome"].tolist() == ["failed"] + ["copied"] * 5
    assert done["reason"][0] == "the system refused (No such file or directory)"


def test_an_archive_that_lost_a_member_says_so(cohort, tmp_path):
    folder = write_archive(tmp_path / "archive", patients=1, series=1)
    with zipfile.ZipFile(tmp_path / "archive" / "a.zip", "w") as out:
        out.write(folder / "p0" / "s0" / "i0", "one")
    (folder / "p0" / "s0" / "i0").unlink()
    cohort = dl.select(dl.scan(folder, into=tmp_path / "catalog", progress=False), "true")
    with zipfile.ZipFile(tmp_path / "archive" / "a.zip", "w") as out:
        out.writestr("other", b"x")
    done = dl.copy_files(cohort, tmp_path / "out", progress=False)
    assert done.loc[done["outcome"] == "failed", "reason"].tolist() == [
        "the archive has no such file any more"
    ]


def test_files_in_buckets_are_copied_and_not_linked(cohort, tmp_path):
    import fsspec

    memory = fsspec.filesystem("memory")
    for path in sorted((cohort.catalog.path.parent / "archive").rglob("*")):
        if path.is_file():
            memory.pipe_file(f"/copies/{path.parent.name}/{path.name}", path.read_bytes())
    far = dl.select(dl.scan("memory://copies", into=tmp_path / "catalog", progress=False), "true")
    done = dl.copy_files(far, tmp_path / "out", progress=False)
    memory.rm("/copies", recursive=True)
    assert set(done["outcome"]) == {"copied"}
    assert len(files_below(tmp_path / "out")) == len(far) > 0
    linked = dl.copy_files(far, tmp_path / "links", how="link", progress=False)
    assert linked["outcome"].eq("failed").all()
    assert "it lies elsewhere, and cannot be linked" in set(linked["reason"])


def test_what_cannot_be_done_is_told(cohort, tmp_path):
    with pytest.raises(MissingColumn, match="Did you mean 'PatientID'"):
        dl.copy_files(cohort, tmp_path, template="{PatienID}.dcm")
    with pytest.raises(WrongArgument, match="how="):
        dl.copy_files(cohort, tmp_path, how="move")
    with pytest.raises(WrongArgument, match="template="):
        dl.copy_files(cohort, tmp_path, template="../{PatientID}")
    with pytest.raises(WrongArgument, match="unmasked"):
        dl.copy_files(dl.select(cohort.catalog.masked, "true"), tmp_path)


def test_an_empty_cohort_copies_nothing(cohort, tmp_path):
    assert len(dl.copy_files(cohort.drop("true", why="all"), tmp_path / "out", progress=False)) == 0

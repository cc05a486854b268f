from __future__ import annotations

from pathlib import Path

import pytest

from dicomlab.demo.oddities import ODDITIES, DuplicateSeries, EmptyFile, Oddity, TextFile, TruncatedFile


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Nine studies of two files each."""
    for study in range(9):
        folder = tmp_path / "dicom" / "CT-01" / "2024-01" / f"ST{study}"
        folder.mkdir(parents=True)
        for number in range(2):
            (folder / f"{number}.dcm").write_bytes(bytes([study, number]) * 500)
    return tmp_path / "dicom"


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("part", ODDITIES, ids=repr)
def test_a_part_says_in_one_line_what_it_plants(part: Oddity) -> None:
    line = (type(part).__doc__ or "").splitlines()[0]
    assert line.endswith(".")
    assert len(line) <= 79


@pytest.mark.parametrize("part", [TextFile, EmptyFile, TruncatedFile, DuplicateSeries])
def test_what_is_planted_is_in_the_answer_key(part: type[Oddity], archive: Path) -> None:
    before = contents(archive)
    row = part("CT-01")(archive)
    assert row is not None
    assert row["kind"] == part.kind != ""
    assert not row["must_alarm"]
    assert (archive.parent / row["path"]).exists()
    assert contents(archive) != before


@pytest.mark.parametrize("part", [TextFile, EmptyFile, TruncatedFile, DuplicateSeries])
def test_nothing_is_planted_where_the_device_is_not(part: type[Oddity], archive: Path) -> None:
    before = contents(archive)
    assert part("MR-09")(archive) is None
    assert contents(archive) == before


def test_a_truncated_file_is_the_beginning_of_what_it_was(archive: Path) -> None:
    before = contents(archive.parent)
    row = TruncatedFile("CT-01", kept=0.4)(archive)
    assert row is not None
    after = contents(archive.parent)
    changed = [path for path in before if before[path] != after[path]]
    assert changed == [row["path"]]
    assert before[changed[0]][:400] == after[changed[0]]


def test_a_duplicate_has_the_same_bytes_in_another_folder(archive: Path) -> None:
    before = contents(archive.parent)
    row = DuplicateSeries("CT-01")(archive)
    assert row is not None
    added = contents(archive.parent).keys() - before.keys()
    after = contents(archive.parent)
    assert {path.rsplit("/", 1)[0] for path in added} == {row["path"]}
    assert sorted(after[p] for p in added) == sorted(
        before[p] for p in before if p.startswith(row["path"].removesuffix("_copy") + "/")
    )

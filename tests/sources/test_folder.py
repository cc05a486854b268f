"""Folders as people have them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dicomlab.errors import NoSuchSource
from dicomlab.sources import folder as folder_module
from dicomlab.sources.engine import open_source
from dicomlab.sources.folder import FolderSource, key_of, path_of


def listed(root: Path, **options) -> dict[str, str | None]:
    rows = [row for table in FolderSource(root, **options).listing() for row in table.to_pylist()]
    assert len({row["file_key"] for row in rows}) == len(rows)
    return {os.path.relpath(row["file_key"], root): row["reason"] for row in rows}


def test_every_file_is_listed_whatever_its_name(tmp_path):
    names = ["a.dcm", "b", "with space", "line\nbreak", "quote'\"", "<b>bold</b>", "sub/c", "sub/.hidden"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert listed(tmp_path) == dict.fromkeys(names)


def test_size_and_stamp_are_those_of_the_file(tmp_path):
    (tmp_path / "a").write_text("hello")
    (row,) = next(FolderSource(tmp_path).listing()).to_pylist()
    found = (tmp_path / "a").stat()
    assert (row["size"], row["stamp"]) == (5, found.st_mtime_ns)


def test_a_loop_of_links_ends_and_is_listed(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_text("x")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    assert listed(tmp_path) == {"sub/a": None, "sub/up": "a link to a folder that is already listed"}


def test_links_to_files_are_followed_and_broken_ones_listed(tmp_path):
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "c").symlink_to(tmp_path / "gone")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    found = listed(tmp_path)
    assert found["b"] is None
    assert found["c"] == "the link leads nowhere"
    assert found["self"] == "the file cannot be seen (Too many levels of symbolic links)"


def test_what_is_no_regular_file_is_listed_and_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert listed(tmp_path) == {"pipe": "not a regular file"}


def test_a_folder_that_cannot_be_opened_is_listed(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "a").write_text("x")
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(folder_module.os, "scandir", refusing)
    assert listed(tmp_path) == {"a": None, "closed": "the folder cannot be opened (Permission denied)"}


def test_names_that_are_no_text_come_back_as_they_were(tmp_path):
    raw = os.fsencode(tmp_path) + b"/caf\xe9 %41"
    with open(raw, "w") as out:
        out.write("x")
    (row,) = next(FolderSource(tmp_path).listing()).to_pylist()
    assert row["file_key"].startswith("file://")
    assert os.fsencode(path_of(row["file_key"])) == raw
    assert path_of(key_of("/plain")) == "/plain"


def test_the_catalog_inside_the_archive_is_left_out(tmp_path):
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "x").write_text("x")
    (tmp_path / "a").write_text("x")
    assert listed(tmp_path, leave_out=tmp_path / "catalog") == {"a": None}


def test_one_file_can_be_a_source(tmp_path):
    (tmp_path / "a").write_text("x")
    source = open_source(tmp_path / "a")
    assert [t["file_key"].to_pylist() for t in source.listing()] == [[str(tmp_path / "a")]]


def test_a_source_that_is_not_there_is_refused():
    with pytest.raises(NoSuchSource, match="Give the path of a folder"):
        open_source("/no/such/folder")

"""A small archive of files that pydicom ships, and the program run in this process."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

WHOLE = ("CT_small.dcm", "MR_small.dcm", "MR_small_bigendian.dcm", "rtdose.dcm", "ExplVR_BigEnd.dcm")
CUT = "rtplan_truncated.dcm"


def make_archive(folder: Path, *names: str) -> Path:
    """Copy files of pydicom into a folder, each into one of its own."""
    import pydicom.data

    shipped = Path(pydicom.data.__file__).parent / "test_files"
    for number, name in enumerate(names):
        (folder / f"{number}").mkdir(parents=True)
        shutil.copy(shipped / name, folder / f"{number}" / name)
    return folder


@dataclass
class Ran:
    """What one call gave."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def dicomlab():
    """Run the program with these words, and give the code and what it printed."""
    from dicomlab.cli.main import app

    def run(*words: object, columns: int = 80, stdin: str | None = None) -> Ran:
        result = CliRunner().invoke(app, [str(w) for w in words], env={"COLUMNS": str(columns)}, input=stdin)
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def archive(tmp_path_factory) -> Path:
    """Five whole files, one that was cut, and a text."""
    folder = make_archive(tmp_path_factory.mktemp("cli") / "archive", *WHOLE, CUT)
    (folder / "note.txt").write_text("no DICOM at all")
    return folder


@pytest.fixture(scope="session")
def catalog(archive, dicomlab) -> Path:
    """The archive, scanned."""
    assert dicomlab("scan", archive, "--into", archive.parent / "catalog").code == 3
    return archive.parent / "catalog"

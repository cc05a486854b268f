"""Names and values made to deceive reach no terminal, no spreadsheet and no page as what they are."""

from __future__ import annotations

import csv
import io
import os
import shlex
import subprocess
import unicodedata

import pytest

from dicomlab.cli.terminal import width_of
from dicomlab.errors import UnusableFolder
from dicomlab.scanner.engine import scan
from tests.build import dataset, write
from tests.fuzz.make_corpus import part10, plain

RED, BELL, C1, RTL, MARK = "\x1b[31m", "\x07", "\x9b2J", "\u202e", "<img src=x onerror=alert(1)>"
NAME = f"{RED}x\n  forged line{BELL}{C1}{RTL}{MARK}"
CALLS = [
    ("doctor", "{in}"),
    ("doctor", "{in}", "--json"),
    ("scan", "{in}", "--into", "{to}"),
    ("scan", "{in}", "--into", "{to}", "--json"),
    ("show", "{to}"),
    ("show", "{to}", "errors"),
    ("show", "{to}", "files", "--columns", "file_key,reason"),
    ("show", "{to}", "instances", "--phi"),
    ("show", "{to}", "instances", "--phi", "--limit", "1"),
    ("show", "{to}", "series", "--csv"),
    ("show", "{to}", "patients", "--phi", "--json"),
    ("show", "{to}", "problems", "--phi"),
    ("show", "{in}"),
    ("scan", "{in}/nowhere"),
    ("scan", "{in}", "--into", f"{{to}}{NAME}"),
    ("show", "{to}", "{in}"),
    ("doctor", "{in}", "{in}"),
]


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    top = tmp_path_factory.mktemp("hostile")
    folder = top / NAME.replace("/", "")
    uids = {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.2.3"}
    write(dataset(StationName=RED, **uids), folder / NAME / "good")
    (folder / NAME / f"{RED}cut\nforged").write_bytes(part10(plain())[:300])
    (folder / f"text{RTL}").write_text("no DICOM")
    os.rename(write(dataset(**uids), folder / "x"), os.fsencode(folder) + b"/\xff\x1b")
    hostile = f"{RED}{BELL}=1+1{MARK}".encode()
    (folder / "values").write_bytes(part10(plain(name=hostile, frames=b"many\x1b")))
    return {"in": str(folder), "to": str(top / f"{RTL}{MARK}c")}


def forged_lines(said: str, columns: int = 80) -> list[str]:
    """The lines that begin with the forged words, unless they did not fit on the line before."""
    lines = said.splitlines()
    begins = [n for n, line in enumerate(lines) if line.lstrip().startswith("forged")]
    return [lines[n] for n in begins if n == 0 or width_of(lines[n - 1]) + len(" forged") <= columns]


def test_a_forged_line_is_told_from_a_wrapped_one():
    assert forged_lines("a name\n  forged line")
    assert not forged_lines("a" * 76 + "\n  forged line")


@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_no_control_character_reaches_the_terminal(dicomlab, places, call):
    dicomlab("scan", places["in"], "--into", places["to"])
    ran = dicomlab(*(word.format(**places) for word in call))
    said = ran.out + ran.err
    assert said.strip()
    assert ran.code != 4, said
    assert not {c for c in said if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}
    if "--csv" not in call:
        assert not forged_lines(said)


@pytest.mark.slow
def test_a_spreadsheet_runs_nothing(dicomlab, places):
    dicomlab("scan", places["in"], "--into", places["to"])
    out = dicomlab(
        "show", places["to"], "instances", "--phi", "--csv", "--columns", "PatientName,file_key"
    ).out
    rows = list(csv.reader(io.StringIO(out)))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@")]


def test_the_call_to_type_next_is_one_that_works(dicomlab, tmp_path):
    folder = tmp_path / "my archive; echo $HOME"
    write(dataset(StudyInstanceUID="1", SeriesInstanceUID="1"), folder / "a")
    said = dicomlab("doctor", folder, columns=200).out.splitlines()[-1]
    assert shlex.split(said) == ["dicomlab", "scan", str(folder)]
    strange = tmp_path / "it's \x1b[31m\n\u202e \\"
    write(dataset(StudyInstanceUID="1", SeriesInstanceUID="1"), strange / "a")
    call = dicomlab("doctor", strange, columns=200).out.splitlines()[-1].removeprefix("  dicomlab scan ")
    typed = subprocess.run(
        ["bash", "-c", f"printf %s {call}"], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    assert os.fsdecode(typed.stdout) == str(strange)
    into = tmp_path / "it's"
    said = dicomlab("scan", folder, "--into", into, columns=200).out
    assert f"dicomlab show {shlex.quote(str(into))} " in said


@pytest.mark.parametrize("name", ["\x1bc", "a\nb", "%41", "a\\b"])
def test_a_catalog_is_not_made_where_its_tables_would_be_lost(tmp_path, name):
    write(dataset(StudyInstanceUID="1", SeriesInstanceUID="1"), tmp_path / "in" / "a")
    with pytest.raises(UnusableFolder, match="Choose another folder"):
        scan(tmp_path / "in", tmp_path / name, progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]

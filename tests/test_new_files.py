"""A file is complete or absent, for its owner only, and no link is followed; whoever writes it."""

from __future__ import annotations

import ast
import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab import new_files
from dicomlab.copies.engine import copy_files
from dicomlab.drift.base import Drift
from dicomlab.drift.export import export_points
from dicomlab.drift.kept.baselines import freeze_baselines
from dicomlab.drift.kept.decisions import accept, mark_seen, reject
from dicomlab.protocols.reference import Protocol
from dicomlab.report.engine import write_report
from dicomlab.report.rows import write_rows
from tests.build import write_archive

PACKAGE = Path(dl.__file__).parent
KILLED = """
import os, sys
from pathlib import Path
from dicomlab.new_files import new_file
with new_file(Path(sys.argv[1])) as part:
    part.write_text("half")
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory) -> dl.Catalog:
    home = tmp_path_factory.mktemp("made")
    return dl.scan(write_archive(home / "archive", patients=1), home / "catalog", progress=False)


@pytest.fixture(scope="module")
def drift() -> Drift:
    """A machine whose dose rises by a third."""
    dates = pd.date_range("2024-01-01 09:00", periods=200, freq="D")
    series = pd.DataFrame(
        {
            "SeriesInstanceUID": [f"1.2.{n}" for n in range(200)],
            "Modality": "CT",
            "Manufacturer": "Acme",
            "ManufacturerModelName": "One",
            "DeviceSerialNumber": "1",
            "StationName": "CT1",
            "ProtocolName": "Head",
            "acquired_at": dates,
            "KVP": [100.0 if n < 120 else 120.0 for n in range(200)],
        }
    )
    return dl.find_drift(series, ["KVP"])


Write = Callable[[dl.Catalog, Drift, Path], object]
WRITERS: dict[str, Write] = {
    "new_file": lambda _c, _d, path: new_files.write_text(path, "text"),
    "cohort": lambda c, _d, path: dl.select(c, "Modality = 'CT'").save(path),
    **{
        f"export {name}": lambda c, _d, path, name=name: c.export(path.with_suffix(".csv"), format=name)
        for name in ("csv", "jsonl", "parquet", "sqlite", "dicom-json")
    },
    "export folder": lambda c, _d, path: c.export(path.with_name("tables"), format="csv"),
    "report": lambda _c, d, path: write_report(d, to=path),
    "rows of a report": lambda _c, d, path: write_rows(d, path),
    "points": lambda _c, d, path: export_points(d, to=path.with_suffix(".csv")),
    "points as QuAAC": lambda _c, d, path: export_points(d, to=path.with_suffix(".json")),
    "baselines": lambda _c, d, path: freeze_baselines(d, to=path),
    "accepted": lambda _c, d, path: accept(d, d.changes["change_id"].iloc[0], to=path),
    "rejected": lambda _c, d, path: reject(d, d.changes["change_id"].iloc[0], to=path),
    "seen": lambda _c, d, path: mark_seen(d, seen=path),
    "protocol": lambda _c, _d, path: Protocol("Head", ()).save(path),
}
KEEPS_ROWS = {"accepted", "rejected", "seen"}
"""These read the earlier file first, which must be one of theirs."""


@pytest.fixture(params=WRITERS)
def write(request, catalog, drift) -> Callable[[Path], object]:
    """Each writer of the package."""
    chosen = WRITERS[request.param]

    def writing(path: Path) -> object:
        if request.param in KEEPS_ROWS and path.exists():
            path.write_text("device,modality,stratum,parameter,kind,onset,decision,decided,note\n")
        return chosen(catalog, drift, path)

    return writing


def is_private(path: Path) -> bool:
    """Whether it is a file, and no link, that its owner alone may read."""
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) and stat.S_IMODE(mode) == 0o600


def targets(folder: Path) -> list[Path]:
    """What a writer may call its files in a folder."""
    (folder / "tables").mkdir(exist_ok=True)
    return [
        *(folder / f"out{ending}" for ending in ("", ".csv", ".json")),
        folder / "tables" / "series.csv",
        folder / "tables" / "frames.csv",
    ]


@pytest.mark.slow
def test_a_link_is_replaced_and_what_it_points_to_is_not_written(write, tmp_path):
    other = tmp_path / "other"
    other.write_text("device,modality,stratum,parameter,kind,onset,decision,decided,note\n")
    before = other.read_text()
    for link in targets(tmp_path):
        link.symlink_to(other)
    write(tmp_path / "out")
    assert other.read_text() == before
    written = [path for path in targets(tmp_path) if not path.is_symlink()]
    assert written
    assert all(map(is_private, written))


@pytest.mark.slow
def test_an_older_file_that_all_may_read_becomes_private(write, tmp_path):
    for path in targets(tmp_path):
        path.write_text("device,modality,stratum,parameter,kind,onset,decision,decided,note\n")
        path.chmod(0o644)
    write(tmp_path / "out")
    assert any(map(is_private, targets(tmp_path)))
    assert not list(tmp_path.glob(".*"))


def test_a_new_folder_is_private_and_holds_what_was_asked_for(write, tmp_path):
    write(tmp_path / "new" / "er" / "out")
    folder = tmp_path / "new" / "er"
    assert {stat.S_IMODE(one.stat().st_mode) for one in (folder, folder.parent)} == {0o700}
    assert all(is_private(path) for path in folder.rglob("*") if not path.is_dir())


@pytest.mark.slow
def test_a_full_disk_leaves_the_earlier_file_and_nothing_else(write, tmp_path, monkeypatch):
    header = "device,modality,stratum,parameter,kind,onset,decision,decided,note\n"
    for path in targets(tmp_path):
        path.write_text(header)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(new_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / "out")
    assert [path.read_text() for path in targets(tmp_path)] == [header] * 5
    assert not list(tmp_path.rglob(".*"))
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / "new" / "out")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_what_a_killed_process_left_is_removed_by_the_next_one(write, tmp_path):
    (tmp_path / "earlier").write_text("good")
    run = subprocess.run([sys.executable, "-S", "-c", _left(tmp_path)], check=False)
    assert run.returncode == -9
    assert len(list(tmp_path.glob(".earlier.*.part"))) == 1
    assert (tmp_path / "earlier").read_text() == "good"
    write(tmp_path / "out")
    if not (tmp_path / "tables").exists():
        assert not list(tmp_path.glob(".*"))


def _left(folder: Path) -> str:
    """A program that is killed while it writes; it loads the one module that it needs."""
    load = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('new_files', {new_files.__file__!r})\n"
        "module = importlib.util.module_from_spec(spec); sys.modules['new_files'] = module\n"
        "spec.loader.exec_module(module); new_file = module.new_file\n"
    )
    body = KILLED.replace("from dicomlab.new_files import new_file\n", load)
    return body.replace("sys.argv[1]", repr(str(folder / "earlier")))


def test_a_copied_file_is_private_and_replaces_nothing(catalog, tmp_path):
    cohort = dl.select(catalog, "Modality = 'CT'")
    first = copy_files(cohort, tmp_path / "to", progress=False)
    assert set(first["outcome"]) == {"copied"}
    files = [path for path in (tmp_path / "to").rglob("*") if path.is_file()]
    assert all(map(is_private, files))
    other = tmp_path / "other"
    other.write_text("mine")
    files[0].unlink()
    files[0].symlink_to(other)
    again = copy_files(cohort, tmp_path / "to", progress=False)
    assert sorted(again["outcome"].value_counts().to_dict().items()) == [
        ("failed", 1),
        ("there already", len(files) - 1),
    ]
    assert other.read_text() == "mine"


def test_a_link_among_the_folders_that_headers_name_is_not_followed(catalog, tmp_path):
    cohort = dl.select(catalog, "Modality = 'CT'")
    name = copy_files(cohort, tmp_path / "to", dry_run=True)["to"].iloc[0]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / Path(name).parts[0]).symlink_to(elsewhere)
    found = copy_files(cohort, tmp_path / "to", progress=False)
    assert set(found["reason"]) == {"a folder on the way is a link"}
    assert not list(elsewhere.iterdir())


def test_a_file_that_is_being_written_is_not_taken_for_a_leftover(tmp_path):
    with new_files.new_file(tmp_path / "a") as part:
        part.write_text("a")
        new_files.write_text(tmp_path / "b", "b")
        assert part.exists()
    assert (tmp_path / "a").read_text() == "a"


def test_others_files_and_links_with_such_names_stay(tmp_path):
    (tmp_path / "mine").write_text("mine")
    link = tmp_path / f".out.1-{'0' * 16}.part"
    link.symlink_to(tmp_path / "mine")
    (tmp_path / ".out.part").write_text("mine")
    new_files.write_text(tmp_path / "out", "text")
    assert link.is_symlink()
    assert (tmp_path / "mine").read_text() == (tmp_path / ".out.part").read_text() == "mine"


def test_a_link_that_is_planted_where_a_file_is_being_written_is_found(tmp_path):
    (tmp_path / "other").write_text("other")
    with (  # noqa: PT012 - the error comes at the end of the block
        pytest.raises(OSError, match="replaced while it was written"),
        new_files.new_file(tmp_path / "out") as part,
    ):
        part.unlink()
        part.symlink_to(tmp_path / "other")
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "other").read_text() == "other"


def test_nobody_can_plant_a_link_under_the_name_of_a_new_file(tmp_path):
    (tmp_path / "planted").symlink_to(tmp_path / "other")
    with pytest.raises(FileExistsError):
        new_files.create(tmp_path / "planted")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_a_folder_or_a_pipe_is_not_replaced(make, tmp_path):
    make(tmp_path / "out")
    with pytest.raises(OSError, match=r"directory|pipe"):
        new_files.write_text(tmp_path / "out", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_of_several_files_none_changes_when_one_fails(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text("old")
    with (  # noqa: PT012 - all of them are written in one block
        pytest.raises(ZeroDivisionError),
        new_files.new_files([tmp_path / "a", tmp_path / "b"]) as (first, _),
    ):
        first.write_text("new")
        raise ZeroDivisionError
    assert [path.read_text() for path in sorted(tmp_path.iterdir())] == ["old", "old"]


# Where the package writes in another way, and why.
ELSEWHERE = {
    "new_files.py": "the one way itself",
    "catalog/bucket.py": "objects in a bucket, which have no links and appear when they are whole",
    "demo/oddities.py": "invented files in a folder that the demo has made",
    "demo/fleet.py": "the same; the tables beside them are written in the one way",
    "pixels.py": "a picture in memory",
    "report/pictures.py": "a picture in memory",
    "cli/survey.py": "a Parquet file in memory, to know its size",
    # The path is a file that `new_file` or `create` has made.
    "catalog/export.py": "writes to the path of new_file",
    "catalog/store.py": "writes to the path of create",
    "scanner/plan.py": "writes to the path of create",
    "catalog/place.py": "renames Parquet files whose names nobody can guess, in the catalog's own folder",
    "catalog/lock.py": "opens the lock without following a link, and writes nothing",
    "copies/engine.py": "writes to the path of new_file",
    "catalog/query_child.py": "answers through pipes",
    "catalog/query_process.py": "asks through pipes, and keeps rows in memory",
    "catalog/groups.py": "streams in a folder from mkdtemp",
    "sources/archive.py": "opens archives for reading",
    "sources/folder.py": "opens files for reading by flags of the system",
    "deid/running.py": "opens what new_file made, in folders that are looked through once at the end",
    "cli/engine.py": "opens os.devnull",
}
DIRECT = {"write_text", "write_bytes", "touch", "savefig", "to_parquet", "write_table", "save_as", "dcmwrite"}
OF_OS = {"open", "replace", "rename", "link", "symlink", "fdopen"}
MAKERS = {"ParquetWriter", "CSVWriter", "ZipFile", "NamedTemporaryFile", "mkstemp", "OSFile", "new_stream"}


def writes(call: ast.Call) -> bool:
    """Whether a call may write a file."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    owner = getattr(function.value, "id", "") if isinstance(function, ast.Attribute) else ""
    if owner in ("os", "shutil", "sqlite3"):
        return name in OF_OS | {"copyfile", "copy", "copy2", "copyfileobj", "move", "connect"}
    if name in ("write_text", "write_bytes") and isinstance(function, ast.Name):
        return False  # those of new_files
    if name in DIRECT | MAKERS:
        return True
    if name in ("to_csv", "to_json", "to_html", "to_excel", "save"):
        return bool(call.args) and name.startswith("to_") and name != "to_html"
    modes = [
        arg.value for arg in [*call.args, *(k.value for k in call.keywords)] if isinstance(arg, ast.Constant)
    ]
    return name == "open" and any(isinstance(m, str) and m[:1] in "wax" and len(m) <= 3 for m in modes if m)


@pytest.mark.slow
def test_nothing_else_in_the_package_writes_files():
    direct = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        if lines := [call.lineno for call in calls if writes(call)]:
            direct[path.relative_to(PACKAGE).as_posix()] = lines
    assert {name: lines for name, lines in direct.items() if name not in ELSEWHERE} == {}


@pytest.mark.parametrize(
    "line",
    [
        "open(path, 'w')",
        "path.open('wb')",
        "open(path, mode='x')",
        "path.write_text('a')",
        "os.replace(a, b)",
        "sqlite3.connect(path)",
        "table.to_csv(path)",
        "pq.write_table(table, path)",
    ],
)
def test_a_new_way_to_write_is_noticed(line):
    assert writes(ast.parse(line).body[0].value)  # type: ignore[attr-defined]

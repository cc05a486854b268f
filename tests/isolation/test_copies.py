"""Each file of a cohort that raises fails alone, wherever it lies and however it is brought."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.copies import engine
from dicomlab.copies.names import Template
from tests.build import write_archive

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("setting_aside")]
STEPS = {"copy": ("_place", "_written"), "link": ("_place", "_linked"), "symlink": ("_place", "_linked")}


def raising(*_: Any, **__: Any) -> Any:
    raise ValueError("Doe^John")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> dl.Cohort:
    """Six files, three of them in a zip."""
    folder = tmp_path_factory.mktemp("copies")
    write_archive(folder / "in", patients=1)
    with zipfile.ZipFile(folder / "in" / "more.zip", "w") as out:
        for path in sorted((folder / "in" / "p0" / "s1").iterdir()):
            out.write(path, f"inner/{path.name}")
            path.unlink()
    return dl.select(dl.scan(folder / "in", into=folder / "catalog", progress=False), "true")


@pytest.mark.parametrize(("how", "step"), [(how, step) for how, steps in STEPS.items() for step in steps])
def test_each_file_that_raises_fails_alone(
    how: Any, step: str, cohort: dl.Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = dl.copy_files(cohort, tmp_path / "whole", how=how, progress=False)
    work = getattr(engine, step)
    for number, name in enumerate(whole["to"]):

        def bad(*given: Any, name: str = name) -> Any:
            return raising() if any(str(one).endswith(name) for one in given) else work(*given)

        monkeypatch.setattr(engine, step, bad)
        to = tmp_path / f"{number}"
        done = dl.copy_files(cohort, to, how=how, progress=False)
        pd.testing.assert_frame_equal(done.drop(number), whole.drop(number))
        assert done["outcome"][number] == "failed"
        is_reached = whole["outcome"][number] != "failed"
        assert done["reason"][number].startswith("set aside: ValueError in copies/engine.py") == is_reached
        there = {
            p.relative_to(tmp_path / f"{number}").as_posix() for p in (tmp_path / f"{number}").rglob("*.dcm")
        }
        assert there == set(done.loc[done["outcome"] != "failed", "to"])


def test_each_file_that_gets_no_name_fails_alone(
    cohort: dl.Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, name = dl.copy_files(cohort, tmp_path / "whole", progress=False), Template.name
    for number, key in enumerate(whole["file_key"]):
        uid = Path(whole["to"][number]).stem

        def bad(template: Template, row: Any, uid: str = uid) -> str:
            return raising() if row["SOPInstanceUID"] == uid else name(template, row)

        monkeypatch.setattr(Template, "name", bad)
        done = dl.copy_files(cohort, tmp_path / f"{number}", progress=False)
        pd.testing.assert_frame_equal(done.drop(number), whole.drop(number))
        assert done.loc[number, ["file_key", "outcome"]].tolist() == [key, "failed"]
        assert done["reason"][number].startswith("its name was set aside: ValueError")


def test_an_archive_that_raises_costs_only_what_is_in_it(
    cohort: dl.Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "members", raising)
    done = dl.copy_files(cohort, tmp_path / "out", progress=False)
    inside = done["file_key"].str.contains("!/")
    assert done.loc[~inside, "outcome"].eq("copied").all()
    assert done.loc[inside, "reason"].str.startswith("set aside: ValueError").tolist() == [True] * 3

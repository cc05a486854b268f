"""Each probe of `dicomlab doctor` that raises costs only itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dicomlab.cli import doctor, machine, survey
from tests.build import write_archive

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("setting_aside")]
PROBES = ("try_reader", "memory", "versions")
PARTS = ("_size", "_kinds", "_machines", "_syntaxes", "_broken", "_time")


def raising(*_: Any, **__: Any) -> Any:
    raise ValueError("Doe^John")


def run(*words: object) -> Any:
    from dicomlab.cli.main import app

    return CliRunner().invoke(app, ["doctor", *map(str, words)])


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_TRIAL_SECONDS", 0.05)


@pytest.mark.parametrize("probe", PROBES)
def test_each_probe_of_the_computer_that_raises_is_named(probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = json.loads(run("--json").stdout)
    monkeypatch.setattr(doctor, probe, raising)
    ran = run("--json")
    found = json.loads(ran.stdout)
    assert ran.exit_code == 3
    assert "was set aside: ValueError in cli/probes.py" in " ".join(ran.stderr.split())
    about = {"try_reader": {"reader", "worries"}, "memory": {"memory_bytes", "memory_free_bytes"}}
    own = about.get(probe, {"versions"}) | {"exit_code", "reader", "memory_free_bytes"}
    assert {name: value for name, value in found.items() if name not in own} == {
        name: value for name, value in whole.items() if name not in own
    }


@pytest.mark.parametrize("part", PARTS)
def test_each_part_about_a_folder_that_raises_is_named(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_archive(tmp_path / "in")
    monkeypatch.setattr(survey, "_disk", lambda _: "")
    whole = run(tmp_path / "in")

    def bad(seen: Any) -> Any:
        return raising()

    bad.__name__ = part
    monkeypatch.setattr(doctor, part, bad)
    ran = run(tmp_path / "in")
    assert (whole.exit_code, ran.exit_code) == (0, 3)
    assert f"Left out: {part[1:]} was set aside: ValueError" in " ".join(ran.stderr.split())
    # What the others say stays, but for the times that they name.
    said = {line for line in ran.stdout.splitlines() if line and not any(c.isdigit() for c in line)}
    assert said <= set(whole.stdout.splitlines())


def test_each_file_that_raises_is_a_broken_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, note = write_archive(tmp_path / "in"), survey.note
    whole = survey.survey(folder)
    for bad_key in sorted(whole.listed.sample()):

        def bad(read: Any, batch: Any, keys: list[str], bad_key: str = bad_key) -> Any:
            return raising() if bad_key in keys[: len(batch.status)] else note(read, batch, keys)

        monkeypatch.setattr(survey, "note", bad)
        found = survey.survey(folder)
        assert [key for key, _ in found.read.broken] == [bad_key]
        assert found.read.broken[0][1].startswith("set aside: ValueError in cli/survey.py")
        assert found.read.files == whole.read.files
        assert found.read.status == {"read": whole.read.status["read"] - 1, "unreadable": 1}
        assert sum(found.read.machines.values()) == sum(whole.read.machines.values()) - 1

"""The program as a whole: exit codes, JSON, help, errors, pipes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import warnings
from functools import wraps
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dicomlab import __version__
from dicomlab.cli.base import Answer, Verb
from dicomlab.cli.engine import Program
from dicomlab.cli.main import VERBS, add_verbs
from dicomlab.errors import CannotWrite

REPOSITORY = Path(__file__).parents[2]
NAMES = [verb.name for verb in VERBS]


def program_of(work, name: str = "work") -> typer.Typer:
    app = typer.Typer(cls=Program, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    add_verbs(app, [Verb(name, work, ())])
    return app


def run(work, *words: str):
    return CliRunner().invoke(program_of(work), ["work", *words])


def in_a_shell(call: str, **more) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "80"}
    dicomlab = f"{shlex.quote(sys.executable)} -m dicomlab"
    script = call.replace("dicomlab", dicomlab, 1)
    return subprocess.run(
        ["bash", "-c", script], env=env, capture_output=True, text=True, timeout=120, check=False, **more
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_each_verb_fits_and_has_examples(dicomlab, name):
    ran = dicomlab(*name.split(), "--help")
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 80
    examples = ran.out.partition("Examples:")[2].strip().splitlines()
    assert len(examples) >= 2
    assert all(line.strip().startswith(f"dicomlab {name}") for line in examples)


@pytest.mark.parametrize("verb", VERBS, ids=NAMES)
def test_every_example_is_a_call_that_is_understood(verb):
    ran = []

    def work(**settings):
        ran.append(settings)
        return Answer([])

    app = program_of(wraps(verb.work)(work), verb.name)
    for example in verb.examples:
        words = shlex.split(example.partition(" > ")[0].partition(" < ")[0])[1:]
        assert CliRunner().invoke(app, words).exit_code == 0, example
    assert len(ran) == len(verb.examples)


def test_the_help_lists_every_verb_and_exit_code(dicomlab):
    out = dicomlab("--help").out
    assert [name for name in NAMES if f"\n  {name.split()[0]} " not in out] == []
    assert [code for code in range(5) if f"\n    {code}  " not in out] == []
    assert "..." not in out.partition("Commands:")[2]  # no verb's first line is cut


def test_the_version_is_told(dicomlab):
    assert dicomlab("--version").out == f"dicomlab {__version__}\n"


def test_json_is_one_object_with_schema_command_and_code():
    ran = run(lambda: Answer(["text"], {"rows": 3}, 1, ("a note",)), "--json")
    assert json.loads(ran.stdout) == {"schema": 1, "command": "work", "exit_code": 1, "rows": 3}
    assert ran.stderr == "a note\n"
    assert ran.exit_code == 1


@pytest.mark.parametrize("verb", ["show", "sql", "drift", "report", "doctor", "scan", "compact"])
def test_a_path_that_is_not_there_is_a_wrong_call(dicomlab, tmp_path, verb):
    words = [verb, tmp_path / "nowhere", *(["SELECT 1"] if verb == "sql" else [])]
    ran = dicomlab(*words, "--json")
    said = json.loads(ran.out)
    assert (ran.code, said["exit_code"], said["command"]) == (2, 2, verb)
    assert " ".join(ran.err.split()) == said["error"]
    assert said["error"].endswith((".", f"--into {tmp_path / 'nowhere'}"))


def test_a_call_that_is_not_understood_is_a_wrong_call(dicomlab):
    ran = dicomlab("show", "--nothing", "--json")
    assert ran.code == json.loads(ran.out)["exit_code"] == 2
    assert dicomlab("nothing").code == 2
    assert "Usage: " in dicomlab("show").err


def test_a_disk_that_is_full_is_no_wrong_call():
    def work() -> Answer:
        raise CannotWrite("catalog", "the disk is full", "Make room.")

    ran = run(work, "--json")
    assert (ran.exit_code, json.loads(ran.stdout)["exit_code"]) == (4, 4)
    assert ran.stderr == "catalog cannot be written: the disk is full. Make room.\n"


def fail_on_a_value() -> Answer:
    patient = bytes.fromhex("444f45").decode()  # the source line is shown with --debug
    try:
        int(patient)
    except ValueError as error:
        raise KeyError(patient) from error
    return Answer([])


@pytest.mark.parametrize("words", [(), ("--debug",), ("--json",), ("--debug", "--json")])
def test_what_fails_unexpectedly_is_one_sentence_without_values(words):
    ran = run(fail_on_a_value, *words)
    assert ran.exit_code == 4
    assert "DOE" not in ran.output
    assert "KeyError" in ran.stderr
    if "--json" in words:
        assert json.loads(ran.stdout)["exit_code"] == 4


def test_only_debug_shows_where_it_happened():
    assert "fail_on_a_value" not in run(fail_on_a_value).stderr
    shown = run(fail_on_a_value, "--debug").stderr
    assert "in fail_on_a_value" in shown
    assert shown.index("ValueError") < shown.index("KeyError")


def test_lines_that_fail_while_they_are_printed_end_with_a_sentence():
    def lines():
        yield "first"
        raise ValueError("DOE^JOHN")

    ran = run(lambda: Answer(lines()))
    assert (ran.exit_code, ran.stdout) == (4, "first\n")
    assert "ValueError" in ran.stderr
    assert "DOE" not in ran.stderr


def test_ctrl_c_ends_with_130_and_no_traceback():
    def work() -> Answer:
        raise KeyboardInterrupt

    ran = run(work)
    assert ran.exit_code == 130
    assert ran.stderr.startswith("Stopped.")


def test_our_warnings_are_sentences_and_others_are_not_shown():
    def work() -> Answer:
        warnings.warn_explicit("Dates were shifted.", UserWarning, "x", 1, module="dicomlab.drift.engine")
        warnings.warn_explicit("value DOE^JOHN", UserWarning, "x", 1, module="pydicom.valuerep")
        return Answer(["fine"])

    ran = run(work)
    assert (ran.stdout, ran.stderr, ran.exit_code) == ("fine\n", "Dates were shifted.\n", 0)


def test_a_file_name_cannot_paint_the_terminal(dicomlab, tmp_path):
    ran = dicomlab("show", tmp_path / "\x1b[31mred")
    assert ran.code == 2
    assert "\x1b" not in ran.err


def test_the_program_runs_as_a_module():
    ran = in_a_shell("dicomlab --version")
    assert (ran.stdout, ran.returncode) == (f"dicomlab {__version__}\n", 0)


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_failure(catalog):
    query = "SELECT * FROM range(200000)"
    ran = in_a_shell(f"dicomlab sql {shlex.quote(str(catalog))} '{query}' --csv | head -2")
    assert ran.stdout == "range\n0\n"
    assert ran.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_in_one_sentence(catalog):
    ran = in_a_shell(f"dicomlab sql {shlex.quote(str(catalog))} 'SELECT 1 AS one' > /dev/full")
    assert ran.returncode == 4
    assert ran.stderr.startswith("The system refused: No space left on device.")


def test_the_help_loads_none_of_the_heavy_packages():
    code = (
        "import sys, dicomlab.cli.main; "
        "heavy = {'pandas', 'numpy', 'pyarrow', 'numba', 'pydicom', 'duckdb', 'matplotlib', 'rich'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"

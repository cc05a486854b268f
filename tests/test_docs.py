"""What the pages say is true of the code."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

import dicomlab
from tests.conftest import REPOSITORY


@pytest.mark.slow
def test_generated_pages_are_fresh():
    run = subprocess.run(
        [sys.executable, "tools/write_docs.py", "--check"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    cited = re.search(r"^version: (.+)$", (REPOSITORY / "CITATION.cff").read_text(), re.M)
    assert project["version"] == dicomlab.__version__ == cited[1]
    assert f"## {dicomlab.__version__}" in (REPOSITORY / "CHANGELOG.md").read_text()


def test_environment_and_project_ask_for_the_same_packages():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[><=\[]", line)[0] for line in project["dependencies"]}
    wanted |= {re.split(r"[><=\[]", line)[0] for line in project["optional-dependencies"]["notebook"]}
    lines = re.findall(r"^  - ([a-z0-9_-]+)", (REPOSITORY / "environment.yml").read_text(), re.M)
    named = {"python-duckdb": "duckdb"}
    assert {named.get(line, line) for line in lines} - {"python", "pip", "conda-forge"} == wanted


PAGES = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md"), REPOSITORY / "data" / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_what_the_makefile_offers_is_what_the_readme_says():
    makefile = (REPOSITORY / "Makefile").read_text()
    for target in re.findall(r"make ([a-z]+)", (REPOSITORY / "README.md").read_text()):
        assert re.search(rf"^{target}:", makefile, re.M), target

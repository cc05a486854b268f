"""`dicomlab check`: what is wrong with an archive, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicomlab.cli.base import FINDINGS, FINE, PARTIAL, Answer, CatalogPlace, Verb
from dicomlab.cli.cells import records
from dicomlab.cli.pages import write_page
from dicomlab.cli.terminal import as_typed, plural, wrapped

if TYPE_CHECKING:
    import pandas as pd


def check_catalog(
    catalog: CatalogPlace,
    severity: Annotated[
        str,
        typer.Option(
            metavar="error|warning|note", help="The least grave ones to tell, and to exit with 1 for."
        ),
    ] = "warning",
    only: Annotated[
        str | None, typer.Option(metavar="A,B", help="Run these checks only.", show_default=False)
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE.html", help="Write all findings there, too.", show_default=False),
    ] = None,
) -> Answer:
    """Tell what is wrong with an archive, and what to do about it.

    Files and slices are named. The tables of the catalog are read, no file is opened.
    docs/checks.md says what is looked for.
    Exit code 1: findings of that severity; 3: a check raised an error and was set aside, a part of the
    report could not be made, or there are no findings, but a check could not run, there was nothing to
    look at, or the last scan did not come to its end.
    """
    from dicomlab.catalog.catalog import open_catalog
    from dicomlab.checks.engine import check
    from dicomlab.checks.summary import summarise_findings

    opened = open_catalog(catalog)
    findings = check(opened, None if only is None else [name.strip() for name in only.split(",")])
    summary = summarise_findings(findings, least=severity)  # type: ignore[arg-type]
    partial = bool(summary["not_run"]) or not summary["n_looked_at"] or not opened.is_complete
    code = FINDINGS if summary["groups"] else PARTIAL if partial else FINE
    aside = findings.attrs["set_aside"]
    code = PARTIAL if aside else code
    page = write_page(findings, to=report)
    lines = [*_lines(summary, catalog), *([] if page.path is None else ["", f"Report: {page.path}"])]
    notes = (*_notes(aside, is_complete=opened.is_complete), *page.remarks)
    return Answer(lines, _content(findings, summary), page.code(code), notes)


_UNFINISHED = "The last scan did not come to its end: what it did not reach was not checked. Scan again."


def _notes(aside: Sequence[str], *, is_complete: bool) -> list[str]:
    notes = [] if is_complete else [_UNFINISHED]
    if aside:
        verb = "was" if len(aside) == 1 else "were"
        notes.append(
            f"{plural(len(aside), 'check')} raised an error and {verb} set aside: what it would have found "
            "is not among the findings."
        )
    return notes


def _lines(summary: dict[str, Any], catalog: str) -> list[str]:
    idle = f", {len(summary['not_run'])} could not" if summary["not_run"] else ""
    lines = wrapped(f"{summary['headline']}. {plural(summary['n_run'], 'check')} ran{idle}.")
    for group in summary["groups"]:
        files = plural(group["n_files"], "file")
        lines.append(f"  {group['severity']}  {group['check']}: {plural(group['n'], 'finding')}, {files}")
    for group in summary["groups"]:
        head = f"{group['severity']}  {group['check']}: {plural(group['n'], 'finding')}"
        lines += ["", *wrapped(head)]
        for found in group["findings"]:
            sure = "" if found["confidence"] == "high" else f" (confidence {found['confidence']})"
            lines += wrapped(found["message"] + sure, first="  ", rest="    ")
            if found["about"]:
                lines += wrapped(found["about"], first="    ", rest="    ")
            if found["file"]:
                more = f" and {plural(found['n_files'] - 1, 'more file')}" if found["n_files"] > 1 else ""
                lines.append(f"    {found['file']}{more}")
        if group["n"] > len(group["findings"]):
            lines.append(f"  and {plural(group['n'] - len(group['findings']), 'more finding')}")
        lines += wrapped(f"To do: {group['fix']}", first="  ", rest="    ")
    if summary["not_run"]:
        lines += ["", "Not run"]
        for one in summary["not_run"]:
            lines += wrapped(f"{one['check']}: {one['reason']}", first="  ", rest="    ")
    if summary["n_left_out"]:
        typed = f"dicomlab check {as_typed(catalog)} --severity note"
        lines += [
            "",
            *wrapped(f"{plural(summary['n_left_out'], 'finding')} of less weight left out: {typed}"),
        ]
    return lines


def _content(findings: pd.DataFrame, summary: dict[str, Any]) -> dict[str, Any]:
    """All findings as plain data, whatever their severity."""
    return {
        "counts": summary["counts"],
        "run": findings.attrs["run"],
        "not_run": summary["not_run"],
        "findings": records(findings),
    }


VERB = Verb(
    "check",
    check_catalog,
    examples=(
        "dicomlab check catalog",
        "dicomlab check catalog --severity note --report checks.html",
        "dicomlab check catalog --only missing-slices,changed-parameter",
        "dicomlab check catalog --json > findings.json",
    ),
)

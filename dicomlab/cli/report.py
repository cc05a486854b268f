"""`dicomlab report`: the drift of a fleet as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dicomlab.cli.base import FINE, PARTIAL, Answer, Verb
from dicomlab.cli.drift import (
    Events,
    Machines,
    Since,
    SourceOfSeries,
    Tolerances,
    aside_notes,
    find,
    is_partial,
    kept_files,
    kept_folder,
)
from dicomlab.cli.findings import verdict
from dicomlab.cli.terminal import in_bytes, wrapped


def make_report(
    source: SourceOfSeries,
    to: Annotated[Path, typer.Option(metavar="FILE.html", help="Where to write it.")] = Path("report.html"),
    title: Annotated[str | None, typer.Option(help="What stands at its head.", show_default=False)] = None,
    events: Events = None,
    since: Since = None,
    devices: Machines = None,
    tolerances: Tolerances = None,
    rows: Annotated[
        bool, typer.Option("--rows/--no-rows", help="Write which series stand behind the findings, as CSV.")
    ] = True,
) -> Answer:
    """Write the drift of a fleet into one HTML file.

    The file opens offline and prints on A4; which series stand behind its findings is in a CSV
    beside it. Decisions and baselines in SOURCE.drift are used. The exit code tells of the writing, not
    of what was found: `dicomlab drift` tells that. It is 3 where a
    machine could not be judged or a section not be made.
    """
    from dicomlab.report.engine import write_pages

    given = {"events": events, "devices": devices, "tolerances": tolerances}
    drift = find(source, since=since, **{**given, **kept_files(kept_folder(source))})
    path, left_out = write_pages((drift,), to=to, title=title, rows=rows)
    size = path.stat().st_size
    content = {"report": str(path), "bytes": size, "changes": len(drift.changes), "devices": len(drift.fleet)}
    lines = [*wrapped(verdict(drift).capitalize()), f"Report: {path} ({in_bytes(size)})"]
    code = PARTIAL if left_out.found or is_partial(drift) else FINE
    remarks = (left_out.remark,) if left_out.found else ()
    return Answer(lines, content, code, (*remarks, *aside_notes(drift)))


VERB = Verb(
    "report",
    make_report,
    examples=(
        "dicomlab report catalog --to drift.html",
        'dicomlab report catalog --to ct.html --title "CT, spring 2025"',
        "dicomlab report catalog --events service-log.csv --since 2025-01-01",
        "dicomlab report catalog --tolerances limits.csv",
    ),
)

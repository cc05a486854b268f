"""`dicomlab demo`: a simulated fleet with known faults, scanned, judged and reported."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicomlab.cli.base import Answer, Verb
from dicomlab.cli.findings import finding_lines, verdict
from dicomlab.cli.scan import Scanned, run_scan
from dicomlab.cli.terminal import in_time, plural, wrapped

if TYPE_CHECKING:
    from dicomlab.drift.base import Drift

_FINDINGS = 3


def make_demo(
    path: Annotated[Path, typer.Argument(help="A folder that is new or empty.")] = Path("demo"),
    scanners: Annotated[int, typer.Option(min=1, help="How many machines.")] = 6,
    months: Annotated[int, typer.Option(min=1, help="For how long they work.")] = 18,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Scan, judge and report it, too.")
    ] = True,
) -> Answer:
    """Make a simulated fleet, and see what is found in it.

    Nothing in it is real: makers, hospitals, patients. Its faults are in truth.csv, so what
    is found can be compared with what was planted.
    """
    from dicomlab.demo.fleet import make_fleet

    start = time.monotonic()
    show = sys.stderr.isatty()
    fleet = make_fleet(path, scanners, months, seed, progress=show)
    places = {
        "images": f"{fleet / 'dicom'}",
        "truth": f"{fleet / 'truth.csv'}",
        "log": f"{fleet / 'service-log.csv'}",
    }
    made = time.monotonic() - start
    if not report:
        lines = [
            "Made a fleet of " + plural(scanners, "machine") + f" in {in_time(made)}",
            "",
            *_places(places),
        ]
        call = f"dicomlab scan {fleet / 'dicom'} --into {fleet / 'catalog'}"
        return Answer([*lines, "", "Next", f"  {call}"], {"places": places, "seconds": round(made, 3)})
    done, drift = _judge(fleet, show)
    return _answer(fleet, places, done, drift, time.monotonic() - start)


def _judge(fleet: Path, show: bool) -> tuple[Scanned, Drift]:
    from dicomlab.drift.engine import find_drift
    from dicomlab.report.engine import write_report

    done = run_scan(fleet / "dicom", fleet / "catalog", progress=show)
    drift = find_drift(done.catalog, events=fleet / "service-log.csv")
    write_report(drift, to=fleet / "report.html", title="A simulated fleet")
    return done, drift


def _answer(fleet: Path, places: dict[str, str], done: Scanned, drift: Drift, seconds: float) -> Answer:
    places = {**places, "catalog": f"{fleet / 'catalog'}", "report": f"{fleet / 'report.html'}"}
    files = plural(sum(done.status.values()), "file")
    odd = sum(done.status.values()) - done.status["read"]
    head = f"A simulated fleet of {plural(len(drift.fleet), 'machine')}, {files} ({odd} odd on purpose): "
    lines = [*wrapped(head + verdict(drift)), *finding_lines(drift, _FINDINGS), "", *_places(places)]
    lines += ["", f"All of it took {in_time(seconds)}", "", "Next", *_next(fleet)]
    content: dict[str, Any] = {
        "places": places,
        "files": sum(done.status.values()),
        "status": dict(done.status),
        "devices": len(drift.fleet),
        "changes": len(drift.changes),
        "seconds": round(seconds, 3),
    }
    return Answer(lines, content)


_WORDS = {
    "images": "the images, a folder a study",
    "truth": "what was planted",
    "log": "the service log",
    "catalog": "the tables",
    "report": "open it in a browser",
}


def _places(places: dict[str, str]) -> list[str]:
    wide = max(len(place) for place in places.values())
    return [f"  {place:<{wide}}  {_WORDS[name]}" for name, place in places.items()]


def _next(fleet: Path) -> list[str]:
    catalog = fleet / "catalog"
    return [
        f"  dicomlab show {catalog}",
        f"  dicomlab drift {catalog} --events {fleet / 'service-log.csv'}",
    ]


VERB = Verb(
    "demo",
    make_demo,
    examples=("dicomlab demo", "dicomlab demo small --scanners 2 --months 12", "dicomlab demo --no-report"),
)

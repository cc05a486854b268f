"""`dicomlab drift`: which machines changed, when, and by how much, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicomlab.cli.base import FINDINGS, FINE, PARTIAL, Answer, Json, Verb
from dicomlab.cli.findings import (
    content,
    finding_lines,
    next_lines,
    notice_lines,
    verdict,
    watched_lines,
    watched_machines,
)
from dicomlab.cli.pages import Page, write_page
from dicomlab.cli.terminal import plural, wrapped
from dicomlab.errors import DicomlabError

if TYPE_CHECKING:
    import pandas as pd

    from dicomlab.catalog.catalog import Catalog
    from dicomlab.drift.base import Drift

Events = Annotated[
    Path | None,
    typer.Option(
        metavar="LOG.csv", help="A service log: columns device, date, kind, text.", show_default=False
    ),
]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="Leave out changes before that day.")]
Machines = Annotated[
    Path | None,
    typer.Option(
        metavar="MACHINES.csv", help="Which machine is which: see list_devices.", show_default=False
    ),
]
Tolerances = Annotated[
    Path | None,
    typer.Option(
        metavar="LIMITS.csv",
        help="Limits to keep to: parameter, warn, action, unit, citation.",
        show_default=False,
    ),
]
SourceOfSeries = Annotated[
    str, typer.Argument(help="A catalog, or a table of series (.parquet, .csv, .tsv).", show_default=False)
]

_KEPT = {"decisions": "decisions.csv", "baselines": "baselines.json"}
_GIVEN = {
    "events": "device, date, kind, text",
    "devices": "device and what its headers say",
    "tolerances": "parameter, warn, action, unit, citation",
}
"""Tables that a call may name, with their columns."""
_TABLES = (".parquet", ".csv", ".tsv")


class NoTable(DicomlabError):
    """A table of series is not there, or cannot be read."""

    def __init__(self, path: Path, why: str):
        super().__init__(f"{path} {why}. Give a catalog, or a table that ends in {', '.join(_TABLES)}.")


class NothingDecided(DicomlabError):
    """A note was given for a decision that was not."""

    def __init__(self) -> None:
        super().__init__("--note needs a decision: say --accept F01 or --reject C003, too.")


class NoSuchLog(DicomlabError):
    """A CSV file that was named is not there."""

    def __init__(self, path: Path, columns: str):
        super().__init__(f"{path} does not exist. Give a CSV with the columns {columns}.")


def judge_drift(
    source: SourceOfSeries,
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Judge this parameter only; may come again.")
    ] = None,
    events: Events = None,
    since: Since = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write the report, too.", show_default=False)
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Tell each change once; for a job that runs every night.")
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where seen.csv, decisions.csv and baselines.json lie; SOURCE.drift if not given.",
            show_default=False,
        ),
    ] = None,
    freeze: Annotated[
        bool, typer.Option("--freeze", help="Freeze the baselines: they stay as they are from now on.")
    ] = False,
    points: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv|json", help="Write the points, as CSV or as QuAAC.", show_default=False
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Keep that a finding or change was meant; may come again."),
    ] = None,
    reject: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Keep that it is none to act on; may come again.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why, for --accept and --reject.", show_default=False)] = "",
    devices: Machines = None,
    tolerances: Tolerances = None,
    as_json: Json = False,
) -> Answer:
    """Find out which machines changed, when, and by how much.

    Like is compared with like: per machine, protocol and parameter. Each finding has a name (F02),
    and so has each of its changes (C003); --accept and --reject take either. Notices (tags that go
    missing, gaps, fewer examinations) are told below, and are no changes.

    Exit code 0: no change, or each was accepted or rejected. 1: a change that nobody decided on; with
    --new, one that was not told before. 2: the call was wrong. 3: too little is there to tell, a
    machine was set aside, or a part of the report could not be made. 4: failed.
    """
    kept = keep if keep is not None else kept_folder(source)
    given = kept_files(kept)
    if freeze:
        given.pop("baselines", None)
    drift = find(
        source,
        parameters=parameter,
        events=events,
        since=since,
        devices=devices,
        tolerances=tolerances,
        **given,
    )
    if note and not (accept or reject):
        raise NothingDecided
    drift = _decided(drift, kept / "decisions.csv", accept=accept or (), reject=reject or (), note=note)
    page = write_page(drift, to=report)
    notes = (*_written(drift, page, points=points, freeze=kept if freeze else None), *aside_notes(drift))
    told = _told_once(drift, kept / "seen.csv") if new else drift
    is_open = bool((told.changes["decision"] == "").any())
    code = FINDINGS if is_open else FINE if watched_machines(drift) else PARTIAL
    code = PARTIAL if is_partial(drift) else code
    return Answer(summary(told, source), content(told) if as_json else {}, page.code(code), notes)


def is_partial(drift: Drift) -> bool:
    """Whether a machine could not be judged, so that it was set aside."""
    from dicomlab.drift.findings.notices import NOT_JUDGED

    return bool((drift.notices["kind"] == NOT_JUDGED).any())


def aside_notes(drift: Drift) -> tuple[str, ...]:
    """A sentence where machines could not be judged; the notices name them."""
    from dicomlab.drift.findings.notices import NOT_JUDGED

    n = int(drift.notices.loc[drift.notices["kind"] == NOT_JUDGED, "device"].nunique())
    if not n:
        return ()
    were = "was" if n == 1 else "were"
    return (
        f"{plural(n, 'machine')} {were} set aside, and nothing is said of changes there: see the notices.",
    )


def kept_folder(source: str | Path) -> Path:
    """Where what is kept of a catalog or table lies unless the call says otherwise."""
    return Path(f"{source}.drift")


def kept_files(folder: Path) -> dict[str, Path]:
    """The files of decisions and baselines that are there, by their names in `find_drift`."""
    files = {name: folder / ending for name, ending in _KEPT.items()}
    return {name: path for name, path in files.items() if path.is_file()}


def _decided(drift: Drift, path: Path, *, accept: Iterable[str], reject: Iterable[str], note: str) -> Drift:
    """Keep decisions on findings and changes, and give the drift with them."""
    from dataclasses import replace

    from dicomlab.drift.kept import decisions

    verbs = [(decisions.accept, name) for name in accept] + [(decisions.reject, name) for name in reject]
    for decide, name in verbs:
        # Of a finding, each change; a name that is none of one is told by the verb itself.
        found = drift.changes.loc[drift.changes["finding"] == name, "change_id"].tolist()
        for change_id in found or [name]:
            decide(drift, change_id, to=path, note=note)
    if not verbs:
        return drift
    changes = decisions.with_decisions(drift.changes, decisions.read_decisions(path))
    return replace(drift, changes=changes)


def _written(drift: Drift, page: Page, *, points: Path | None, freeze: Path | None) -> tuple[str, ...]:
    """Write what was asked for; a sentence on each file, and on what was left out."""
    notes = []
    if page.path is not None:
        notes.append(f"Report written: {page.path}, with the rows of its findings beside")
    notes += page.remarks
    if points is not None:
        from dicomlab.drift.export import export_points

        notes.append(f"Points written: {export_points(drift, to=points)}")
    if freeze is not None:
        from dicomlab.drift.kept.baselines import freeze_baselines

        notes.append(f"Baselines frozen: {freeze_baselines(drift, to=freeze / 'baselines.json')}")
    return tuple(notes)


def _told_once(drift: Drift, seen: Path) -> Drift:
    """The same with the changes that nobody was told of, which are then told."""
    from dataclasses import replace

    from dicomlab.drift.kept.decisions import mark_seen, new_changes, new_notices

    fresh, notices = new_changes(drift, seen=seen), new_notices(drift, seen=seen)
    mark_seen(drift, seen=seen)
    causes = drift.causes[drift.causes["change_id"].isin(fresh["change_id"])]
    return replace(drift, changes=fresh, causes=causes, notices=notices)


def find(source: str | Path, *, since: str | None = None, **settings: Any) -> Drift:
    """Run find_drift over what was named. Raises NoCatalog, NoTable or NoSuchLog."""
    from dicomlab.drift.engine import find_drift

    for name, columns in _GIVEN.items():
        path = settings.get(name)
        if path is not None and not path.is_file():
            raise NoSuchLog(path, columns)
    return find_drift(open_series(source), since=_day(since), **settings)


def _day(since: str | None) -> pd.Timestamp | None:
    from dicomlab.dates.written_dates import read_day

    return None if since is None else read_day(since, "since")


def open_series(where: str | Path) -> Catalog | pd.DataFrame:
    """The catalog or the table of series at a path, or the catalog at an address."""
    import pandas as pd

    from dicomlab.catalog.catalog import open_catalog

    if "://" in str(where):
        return open_catalog(where)
    source = Path(where)
    if source.is_dir() or not source.suffix:
        return open_catalog(source)
    if source.suffix not in _TABLES:
        raise NoTable(source, "is neither a catalog nor a table")
    if not source.exists():
        raise NoTable(source, "does not exist")
    try:
        if source.suffix == ".parquet":
            return pd.read_parquet(source)
        return _read_text(source)
    except (ValueError, UnicodeError):  # what pandas and Arrow raise for a file that is none
        raise NoTable(source, "cannot be read as a table") from None


def _read_text(source: Path) -> pd.DataFrame:
    """A table from text: numbers that are names stay texts; dates are read with the table."""
    from dicomlab.schema.columns import default_columns
    from dicomlab.spreadsheets.text_files import read_text_table

    names = {column.name: str for column in default_columns() if column.kind == "text"}
    return read_text_table(source, types=names)


def summary(drift: Drift, source: str | Path) -> list[str]:
    """The changes in plain words, the worst first, what was watched, and how to go on."""
    told = [*wrapped(f"{source}: {verdict(drift)}"), *finding_lines(drift), *notice_lines(drift)]
    return [*told, "", *watched_lines(drift), *next_lines(drift, source)]


VERB = Verb(
    "drift",
    judge_drift,
    examples=(
        "dicomlab drift catalog",
        "dicomlab drift catalog --parameter CTDIvol --since 2025-01-01",
        "dicomlab drift catalog --events service-log.csv --report drift.html",
        "dicomlab drift catalog --new --json",
        "dicomlab drift catalog --tolerances limits.csv",
        'dicomlab drift catalog --accept F02 --note "New protocol, as planned"',
        "dicomlab drift catalog --freeze --points points.csv",
    ),
)

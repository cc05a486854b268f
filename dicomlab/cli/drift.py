"""`dicomlab drift`: which machines changed, when, and by how much, in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicomlab.cli.base import FINDINGS, FINE, PARTIAL, Answer, Json, Verb
from dicomlab.cli.cells import records
from dicomlab.cli.terminal import counted, plural, wrapped
from dicomlab.errors import DicomlabError, WrongArgument

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
SourceOfSeries = Annotated[
    str, typer.Argument(help="A catalog, or a table of series (.parquet, .csv, .tsv).", show_default=False)
]

_TABLES = (".parquet", ".csv", ".tsv")
_MARKS = {3: "***", 2: "** ", 1: "*  "}
_LEGEND = "*** large, ** clear, * small. Changes of a machine within 7 days go together."


class NoTable(DicomlabError):
    """A table of series is not there, or cannot be read."""

    def __init__(self, path: Path, why: str):
        super().__init__(f"{path} {why}. Give a catalog, or a table that ends in {', '.join(_TABLES)}.")


class NoSuchLog(DicomlabError):
    """A CSV file that was named is not there."""

    def __init__(self, path: Path, columns: str = "device, date, kind, text"):
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
    devices: Annotated[
        Path | None,
        typer.Option(
            metavar="MACHINES.csv", help="Which machine is which: see list_devices.", show_default=False
        ),
    ] = None,
    tolerances: Annotated[
        Path | None,
        typer.Option(
            metavar="LIMITS.csv",
            help="Limits to keep to: parameter, warn, action, unit, citation.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> Answer:
    """Find out which machines changed, when, and by how much.

    Like is compared with like: per machine, protocol and parameter. Exit code 1 says that
    there are changes, 0 that there are none, 3 that too little is there to tell. With --new, changes
    that were told before, accepted or rejected count as none. Notices (tags that go missing, gaps,
    fewer examinations) are told below, and are no changes.
    """
    kept = keep if keep is not None else Path(f"{source}.drift")
    had = {name: path for name in ("decisions.csv", "baselines.json") if (path := kept / name).is_file()}
    given = {name.partition(".")[0]: path for name, path in had.items() if not (freeze and "base" in name)}
    if devices is not None and not devices.is_file():
        raise NoSuchLog(devices, "device and what its headers say")
    if tolerances is not None and not tolerances.is_file():
        raise NoSuchLog(tolerances, "parameter, warn, action, unit, citation")
    drift = find(
        source,
        parameters=parameter,
        events=events,
        since=since,
        devices=devices,
        tolerances=tolerances,
        **given,
    )
    notes = _written(drift, report=report, points=points, freeze=kept if freeze else None)
    told = _told_once(drift, kept / "seen.csv") if new else drift
    code = FINDINGS if len(told.changes) else FINE if watched_machines(drift) else PARTIAL
    return Answer(summary(told, source), content(told) if as_json else {}, code, notes)


def _written(
    drift: Drift, *, report: Path | None, points: Path | None, freeze: Path | None
) -> tuple[str, ...]:
    """Write what was asked for; a sentence on each file."""
    notes = []
    if report is not None:
        from dicomlab.report.engine import write_report

        notes.append(f"Report written: {write_report(drift, to=report)}")
    if points is not None:
        from dicomlab.drift.export import export_points

        notes.append(f"Points written: {export_points(drift, to=points)}")
    if freeze is not None:
        from dicomlab.drift.baselines import freeze_baselines

        notes.append(f"Baselines frozen: {freeze_baselines(drift, to=freeze / 'baselines.json')}")
    return tuple(notes)


def _told_once(drift: Drift, seen: Path) -> Drift:
    """The same with the changes that nobody was told of, which are then told."""
    from dataclasses import replace

    from dicomlab.drift.decisions import mark_seen, new_changes, new_notices

    fresh, notices = new_changes(drift, seen=seen), new_notices(drift, seen=seen)
    mark_seen(drift, seen=seen)
    causes = drift.causes[drift.causes["change_id"].isin(fresh["change_id"])]
    return replace(drift, changes=fresh, causes=causes, notices=notices)


def find(
    source: str | Path, *, since: str | None = None, events: Path | None = None, **settings: Any
) -> Drift:
    """Run find_drift over what was named. Raises NoCatalog, NoTable or NoSuchLog."""
    from dicomlab.drift.engine import find_drift

    if events is not None and not events.is_file():
        raise NoSuchLog(events)
    return find_drift(open_series(source), since=_day(since), events=events, **settings)


def _day(since: str | None) -> pd.Timestamp | None:
    import pandas as pd

    if since is None:
        return None
    try:
        return pd.Timestamp(since)
    except ValueError:
        raise WrongArgument("since", since, ["2025-01-31", "2025-01"]) from None


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
        return _read_text(source, separator="\t" if source.suffix == ".tsv" else ",")
    except (ValueError, UnicodeError):  # what pandas and Arrow raise for a file that is none
        raise NoTable(source, "cannot be read as a table") from None


def _read_text(source: Path, *, separator: str) -> pd.DataFrame:
    """A table from text: numbers that are names stay texts, moments become moments."""
    import pandas as pd

    from dicomlab.schema.columns import default_columns

    names = {column.name: str for column in default_columns() if column.kind == "text"}
    table = pd.read_csv(source, sep=separator, dtype=names, low_memory=False)
    moments = [name for name in table.columns if name.endswith("acquired_at")]
    return table.assign(**{m: pd.to_datetime(table[m], format="ISO8601", errors="coerce") for m in moments})


def summary(drift: Drift, source: str | Path) -> list[str]:
    """The changes in plain words, the worst first, and what was watched."""
    lines = [*wrapped(f"{source}: {verdict(drift)}"), *finding_lines(drift), *notice_lines(drift)]
    return [*lines, "", *_watched(drift)]


def verdict(drift: Drift) -> str:
    """In one sentence, whether anything changed."""
    machines = plural(len(drift.fleet), "machine")
    watched = watched_machines(drift)
    rest = len(drift.fleet) - watched
    if not watched:
        return f"too little to tell whether anything changed: none of {machines} could be watched."
    if not len(drift.changes):
        return f"no change on {plural(watched, 'machine')}" + (
            f"; {rest} could not be watched." if rest else "."
        )
    touched = drift.changes["device"].nunique()
    changes, findings = len(drift.changes), drift.changes["finding"].nunique()
    together = f" in {plural(findings, 'finding')}" if findings < changes else ""
    return f"{plural(changes, 'change')}{together} on {touched} of {machines}."


def watched_machines(drift: Drift) -> int:
    """How many machines have a signal that could be watched."""
    return int(drift.signals.loc[drift.signals["is_monitored"], "device"].nunique())


def finding_lines(drift: Drift, most: int | None = None) -> list[str]:
    """Each finding with its changes, the worst first."""
    groups = ranked(drift.changes)
    lines: list[str] = [] if not groups else ["", *wrapped(_LEGEND)]
    for group in groups[:most]:
        lines += ["", *_finding(group)]
    if most is not None and len(groups) > most:
        lines += ["", f"and {plural(len(groups) - most, 'more finding')}"]
    return lines


def notice_lines(drift: Drift, most: int = 10) -> list[str]:
    """What is worth knowing and is no change, the latest first."""
    if not len(drift.notices):
        return []
    latest = drift.notices.sort_values("date", ascending=False, kind="stable")
    lines = ["", "Worth knowing"]
    for text in latest["text"].head(most):
        lines += wrapped(str(text), first="  ", rest="    ")
    return lines + ([f"  and {len(latest) - most:,} more, in --json"] if len(latest) > most else [])


def ranked(changes: pd.DataFrame) -> list[pd.DataFrame]:
    """The findings, those with the worst change first, then the latest."""
    groups = [group for _, group in changes.groupby("finding", sort=False)]
    return sorted(groups, key=lambda g: (-int(g["severity"].max()), -g["onset"].min().value))


def _finding(group: pd.DataFrame) -> list[str]:
    changes = records(group.sort_values("severity", ascending=False, kind="stable"))
    machine = _parted(changes[0])[0]
    lines = wrapped(f"{machine}, from {group['onset'].min():%Y-%m-%d}")
    for change in changes:
        mark = _MARKS.get(int(change["severity"]), "   ")
        lines += wrapped(_parted(change)[1], first=f"  {mark} ", rest=" " * 6)
    return lines


def _parted(change: dict[str, Any]) -> tuple[str, str]:
    """The machine of a change, and what its sentence says beside."""
    head, colon, rest = str(change["text"]).partition("): ")
    if colon and head.startswith(str(change["device"])):
        return f"{head})", rest
    return str(change["device"]), str(change["text"])


def _watched(drift: Drift) -> list[str]:
    signals = drift.signals
    watched = int(signals["is_monitored"].sum())
    lines = wrapped(f"{watched:,} of {plural(len(signals), 'signal')} watched (machine, stratum, parameter).")
    left = signals.loc[~signals["is_monitored"], "reason"].value_counts()
    if len(left):
        lines += ["Not watched", *counted([(int(n), str(why)) for why, n in left.items()], most=5)]
    return lines


def content(drift: Drift) -> dict[str, Any]:
    """The same as plain data: the tables without the single acquisitions."""
    signals = drift.signals
    counts = {"signals": len(signals), "monitored": int(signals["is_monitored"].sum())}
    tables = ("changes", "causes", "alarms", "notices", "limits", "fleet", "settings")
    return {**counts, **{name: records(getattr(drift, name)) for name in tables}}


VERB = Verb(
    "drift",
    judge_drift,
    examples=(
        "dicomlab drift catalog",
        "dicomlab drift catalog --parameter CTDIvol --since 2025-01-01",
        "dicomlab drift catalog --events service-log.csv --report drift.html",
        "dicomlab drift catalog --new --json",
        "dicomlab drift catalog --tolerances limits.csv",
        "dicomlab drift catalog --freeze --points points.csv",
    ),
)

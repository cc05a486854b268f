"""`dicomlab scan`: read a folder into a catalog, and account for every file."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicomlab.cli.base import FINE, PARTIAL, Answer, Verb
from dicomlab.cli.server_limits import MaxBytes, MaxPages, MaxRequests, MaxTime, limits_given
from dicomlab.cli.terminal import as_typed, counted, in_time, plural, wrapped

if TYPE_CHECKING:
    from dicomlab.catalog.catalog import Catalog

_MEANINGS = {
    "read": "DICOM, the whole header was read",
    "partial": "DICOM, cut short or broken; what could be read is kept",
    "not DICOM": "something else",
    "unreadable": "could not be opened or seen",
    "DICOMDIR": "an index: the files it names are read themselves",
}
_NOT_LIMITED = "--max-bytes, --max-requests, --max-pages and --max-time hold for servers, not for folders."
_ALWAYS = ("read", "partial", "not DICOM", "unreadable")


class Backend(StrEnum):
    """What the workers of a scan are."""

    threads = "threads"
    processes = "processes"
    dask = "dask"
    ray = "ray"


@dataclass(frozen=True)
class Scanned:
    """What a scan did to a catalog."""

    catalog: Catalog
    seconds: float
    fresh: int
    """Files that were new or had changed."""
    gone: int
    """Files of the catalog that are there no more."""
    status: Counter[str]
    reasons: list[tuple[int, str]]
    n_aside: int = 0
    """Values, and frames or dose of files, that were left out since reading them raised an error."""

    @property
    def exit_code(self) -> int:
        """Whether every DICOM file could be read wholly."""
        is_partial = self.status["partial"] or self.status["unreadable"] or self.n_aside
        return PARTIAL if is_partial else FINE

    @property
    def rate(self) -> float:
        """Files a second, those that did not have to be read again left out."""
        return self.fresh / self.seconds if self.seconds else 0.0


def scan_folder(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder or a file, s3://bucket/folder, or dicomweb+https://host/dicom-web.",
            show_default=False,
        ),
    ],
    into: Annotated[str, typer.Option(help="The catalog's folder, or s3://bucket/folder.")] = "catalog",
    jobs: Annotated[int | None, typer.Option(min=1, help="Workers; one a core if not given.")] = None,
    backend: Annotated[Backend | None, typer.Option(help="What the workers are.")] = None,
    headers: Annotated[
        bool, typer.Option("--headers/--no-headers", help="Keep whole headers, for columns asked for later.")
    ] = True,
    add: Annotated[
        list[str] | None,
        typer.Option(metavar="KEYWORD", help="A column beside the usual ones; may come again."),
    ] = None,
    max_bytes: MaxBytes = None,
    max_requests: MaxRequests = None,
    max_pages: MaxPages = None,
    max_time: MaxTime = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress bar, and no text if all is fine.")
    ] = False,
) -> Answer:
    """Read every header below a folder into a catalog of tables.

    Buckets and DICOMweb servers are read too; docs/sources.md says where their credentials
    come from, and how much is taken from them at most. Scanning again into the same catalog reads
    only what is new or has changed. Exit code 3 says that some files could not be read, or not
    wholly, or that values were set aside since reading them raised an error; they are listed.
    """
    from dicomlab.schema.columns import Columns

    columns = Columns().add(*add) if add else None
    show = not quiet and sys.stderr.isatty()
    how: dict[str, Any] = {"columns": columns, "jobs": jobs, "backend": backend and backend.value}
    limits = limits_given(total_bytes=max_bytes, requests=max_requests, pages=max_pages, seconds=max_time)
    if limits:
        how["storage_options"] = {"limits": limits}
    done = run_scan(source, into, keep_headers=headers, progress=show, **how)
    lines = [] if quiet and done.exit_code == FINE else summary(source, into, done)
    notes = (_NOT_LIMITED,) if limits and "://" not in source else ()
    return Answer(lines, content(done), done.exit_code, (*notes, *_notes(into, done)))


def run_scan(source: str | Path, into: str | Path, **settings: Any) -> Scanned:
    """Scan, and find out what it changed."""
    from dicomlab.catalog.catalog import open_catalog
    from dicomlab.catalog.place import place_of
    from dicomlab.catalog.versions import FILE
    from dicomlab.scanner.engine import scan
    from dicomlab.sources.engine import open_source

    root = open_source(source).root
    place = place_of(into)
    with place.reaching():
        before = open_catalog(into) if place.exists(FILE) else None
    start = time.monotonic()
    catalog = scan(source, into, **settings)
    seconds = time.monotonic() - start
    fresh, gone = _changes(before, catalog)
    return Scanned(catalog, seconds, fresh, gone, *_account(catalog, root), _n_aside(catalog, root))


def _changes(before: Catalog | None, after: Catalog) -> tuple[int, int]:
    if before is None:
        return after.counts["files"], 0
    what = "SELECT file_key, size, stamp FROM"
    earlier = f"({before.view('files')})"
    fresh = f"SELECT count(*) FROM ({what} files EXCEPT {what} {earlier})"
    gone = f"SELECT count(*) FROM (SELECT file_key FROM {earlier} EXCEPT SELECT file_key FROM files)"
    row = after.unmasked._query(f"SELECT ({fresh}) AS fresh, ({gone}) AS gone").to_pylist()[0]
    return int(row["fresh"]), int(row["gone"])


def _account(catalog: Catalog, root: str) -> tuple[Counter[str], list[tuple[int, str]]]:
    """Every file below the folder by status, and the reasons of those that were not wholly read."""
    query = (
        "SELECT status, CASE WHEN status <> 'read' THEN reason END AS reason, count(*) AS n FROM files "
        f"WHERE {_below(root)} GROUP BY ALL ORDER BY n DESC, reason"
    )
    status: Counter[str] = Counter()
    reasons: list[tuple[int, str]] = []
    for kind, reason, n in catalog.sql(query).itertuples(index=False, name=None):
        status[kind] += int(n)
        if isinstance(reason, str):
            reasons.append((int(n), reason))
    return status, reasons


def _below(root: str) -> str:
    """The condition that a file lies in the source."""
    from dicomlab.schema.levels import literal

    return f"(source = {literal(root)} OR starts_with(file_key, {literal(root + '/')}))"


def _n_aside(catalog: Catalog, root: str) -> int:
    """How many values of files in the source were set aside."""
    from dicomlab.isolation import WORDS
    from dicomlab.schema.levels import literal

    query = (
        f"SELECT count(*) AS n FROM problems WHERE starts_with(reason, {literal(WORDS)}) "
        f"AND file_key IN (SELECT file_key FROM files WHERE {_below(root)})"
    )
    return int(catalog.unmasked._query(query).to_pylist()[0]["n"])


def summary(source: str | Path, into: str | Path, done: Scanned) -> list[str]:
    """What was met and what became of it, in lines."""
    from dicomlab.cli.card import tree

    head = wrapped(
        f"{shown(source)}: {_what_was_new(done)}, in {in_time(done.seconds)}{_rate(done)}.", rest="  "
    )
    lines = [*head, "", *_accounts(done)]
    if done.reasons:
        lines += ["", "Not read, or not wholly", *counted(done.reasons)]
    lines += ["", *wrapped(f"{into} now holds {tree(done.catalog)}.")]
    return [*lines, *_problems(into, done.catalog), "", *_next(into, done)]


def shown(source: str | Path) -> str:
    """A source as it is shown: what a server is asked for may name a patient."""
    text = str(source)
    return text.partition("?")[0] if "://" in text else text


def _what_was_new(done: Scanned) -> str:
    met = sum(done.status.values())
    if done.fresh == done.catalog.counts["files"]:
        return plural(met, "file")
    news = f"{done.fresh:,} new or changed" if done.fresh else "nothing new"
    return f"{plural(met, 'file')}, {news}" + (f", {done.gone:,} gone" if done.gone else "")


def _rate(done: Scanned) -> str:
    return f" ({done.rate:,.0f} files/s)" if done.fresh else ""


def _accounts(done: Scanned) -> list[str]:
    names = [*_ALWAYS, *(name for name in done.status if name not in _ALWAYS)]
    rows = [
        ("files met", sum(done.status.values()), ""),
        *((n, done.status[n], _MEANINGS.get(n, "")) for n in names),
    ]
    wide = max(len(f"{count:,}") for _, count, _ in rows)
    lines = []
    for name, count, meaning in rows:
        indent = "  " if meaning == "" and name == "files met" else "    "
        head = f"{indent}{name:<{16 - len(indent)}}{count:>{wide},}  "
        lines += wrapped(meaning if count else "", first=head, rest=" " * len(head))
    return lines


def _problems(into: str | Path, catalog: Catalog) -> list[str]:
    lines = []
    if count := catalog.counts["problems"]:
        lines += wrapped(
            f"{plural(count, 'value')} did not parse or are missing: dicomlab show {as_typed(into)} problems"
        )
    met = catalog.counts["media"]
    wrong = len(catalog.read("media", ["file_key"], where="verdict <> 'complete'")) if met else 0
    if wrong:
        verb = "does" if wrong == 1 else "do"
        words = f"{wrong:,} of {plural(met, 'DICOMDIR')} {verb} not name what is there"
        lines += wrapped(f"{words}: dicomlab show {as_typed(into)} media")
    return lines


def _notes(into: str | Path, done: Scanned) -> tuple[str, ...]:
    """What is said on stderr, where what is piped on does not hide it."""
    left = done.status["partial"] + done.status["unreadable"]
    notes = []
    if left:
        verb = "was" if left == 1 else "were"
        listed = f"they are listed by: dicomlab show {as_typed(into)} errors"
        notes.append(f"{plural(left, 'file')} {verb} not read, or not wholly; {listed}")
    if done.n_aside:
        verb = "was" if done.n_aside == 1 else "were"
        listed = f"dicomlab show {as_typed(into)} problems"
        notes.append(
            f"{plural(done.n_aside, 'value')} {verb} set aside, since reading them raised an error: {listed}"
        )
    return tuple(notes)


def _next(into: str | Path, done: Scanned) -> list[str]:
    name = as_typed(into)
    calls = [(f"dicomlab show {name}", "what is in it"), (f"dicomlab drift {name}", "has equipment drifted?")]
    if done.reasons:
        calls.append((f"dicomlab show {name} errors", "the files that were not wholly read"))
    wide = max(len(call) for call, _ in calls)
    return ["Next", *(f"  {call:<{wide}}  {what}" for call, what in calls)]


def content(done: Scanned) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "catalog": str(done.catalog.path),
        "files": sum(done.status.values()),
        "status": {name: done.status[name] for name in [*_ALWAYS, *done.status]},
        "set_aside": done.n_aside,
        "reasons": [{"files": count, "reason": why} for count, why in done.reasons],
        "new_or_changed": done.fresh,
        "gone": done.gone,
        "seconds": round(done.seconds, 3),
        "files_per_second": round(done.rate, 1),
        "counts": done.catalog.counts,
    }


VERB = Verb(
    "scan",
    scan_folder,
    examples=(
        "dicomlab scan archive/",
        "dicomlab scan archive/ --into hospital --jobs 8",
        "dicomlab scan archive/ --add TemporalPositionIndex --json",
        "dicomlab scan s3://bucket/archive --into s3://bucket/catalog",
        "dicomlab scan dicomweb+https://host/dicom-web --into catalog",
        "dicomlab scan https://host/images --max-bytes 20GB --max-time 2h",
    ),
)

"""Scan a source into a catalog: only what is new, in parallel, a step at a time."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dicomlab.arguments import checked_arguments
from dicomlab.catalog.catalog import Catalog
from dicomlab.catalog.compaction import merge_small
from dicomlab.catalog.lock import LISTING, LOCK, MARK, WRITING, refused, writing
from dicomlab.catalog.place import LEFT, Folder, Place, place_of
from dicomlab.catalog.rebuild import add_columns, open_for_writing
from dicomlab.catalog.rollup import roll_up
from dicomlab.catalog.store import PLAIN_TABLES, SPLIT_TABLES, Part, Store, damage_explained
from dicomlab.catalog.versions import FILE, UNFINISHED, State, missing_state, read_state, write_state
from dicomlab.errors import (
    EmptyScan,
    NoCatalog,
    NoSuchSource,
    SourceFailed,
    UnusableFolder,
    WrongArgument,
)
from dicomlab.new_files import make_folder
from dicomlab.progress import progress_bar
from dicomlab.scanner.backends import BACKENDS, Backend, read_units
from dicomlab.scanner.batch import Done, Work
from dicomlab.scanner.plan import Plan
from dicomlab.scanner.unit_pace import UnitPace
from dicomlab.schema.columns import Columns
from dicomlab.sources.base import Grouping, Mounting, Source
from dicomlab.sources.engine import open_source

COMMIT_SHARE = 0.25
"""Share of the time scanned so far that what was read may wait until it is committed."""
COMMIT_SECONDS = (1.0, 10.0)
"""The shortest and the longest time that it waits."""


@checked_arguments
def scan(
    source: str | Path,
    into: str | Path | None = None,
    *,
    columns: Columns | None = None,
    jobs: int | None = None,
    backend: Backend | None = None,
    keep_headers: bool = True,
    progress: bool = True,
    storage_options: Mapping[str, Any] | None = None,
    catalog_options: Mapping[str, Any] | None = None,
) -> Catalog:
    """Read every header below a folder into a catalog, and give the catalog.

    The source is a folder, a file, a bucket such as "s3://name/folder", or a DICOMweb server
    such as "dicomweb+https://host/dicom-web"; docs/sources.md says what each gives.

    Scanning again into the same catalog reads only what is new or has changed, and takes out
    what is gone. Every file becomes a row of `files`; one that cannot be read has the reason
    there. A scan that was killed is completed by the next one.

    `into` is the catalog's folder, or a bucket such as "s3://name/catalog" (docs/scale.md); without
    it a temporary folder lives as long as the session.
    `columns` are the columns of a new catalog, or ones to add to an old one. `jobs` is the
    number of workers (default: one a core, or all that a cluster has), `backend` "threads",
    "processes", or the workers of a "dask" or "ray" cluster that see the same folders or buckets
    (docs/scale.md).
    `keep_headers=False` saves space, and means that columns cannot be added later without
    the files. `storage_options` says how to get at a bucket or a server: what is in it is
    written nowhere. `catalog_options` is the same for the catalog's bucket, where
    other settings lead there.

    Raises NoSuchSource, SourceFailed when a bucket or a server does not answer, EmptyScan when no
    file is DICOM, CatalogBusy when another scan writes into the catalog, CannotWrite when the disk
    is full or for reading only, UnusableFolder when Delta tables cannot lie in `into`,
    CatalogUnreached when the catalog's bucket does not answer, LostWorkers when a cluster gives up:
    scanning again goes on.

    >>> catalog = scan(folder / "dicom", into=to / "catalog", progress=False)
    >>> sorted(catalog.read("series", ["Modality"])["Modality"].unique())
    ['CT']
    """
    if backend is not None and backend not in BACKENDS:
        raise WrongArgument("backend", backend, BACKENDS)
    place = _place(into, catalog_options or _options_for_both(source, storage_options))
    opened = open_source(source, leave_out=place.path, options=storage_options)
    _prepare(place)
    with writing(place), damage_explained(place):
        work = _Scan(place, opened, columns, keep_headers, progress)
        try:
            work.run(jobs, backend)
        except (EmptyScan, NoSuchSource, SourceFailed):
            if work.is_new:
                place.clear_all()
            raise
    return Catalog(place, read_state(place))


def _place(into: str | Path | None, options: Mapping[str, Any] | None) -> Place:
    if into is not None:
        place = place_of(into, options)
        return Folder(place.path.absolute()) if isinstance(place, Folder) else place
    temporary = tempfile.mkdtemp(prefix="dicomlab-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    return Folder(Path(temporary) / "catalog")


# What Delta Lake's paths refuse, or take for something else.
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f]|%[0-9A-Fa-f]{2}" + (r"|\\" if os.sep == "/" else ""))


def _options_for_both(source: str | Path, options: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What holds for the catalog, too: the options of a folder or of S3, and not those of a server."""
    scheme, is_address, _ = str(source).partition("://")
    if options is None or (is_address and scheme.lower() not in ("s3", "s3a", "file")):
        return None
    return {name: option for name, option in options.items() if name != "limits"}


def _prepare(place: Place) -> None:
    try:
        with place.reaching():
            is_new = not place.exists(FILE)
            if is_new and isinstance(place, Folder) and _UNUSABLE.search(str(place.path)):
                raise UnusableFolder(str(place.path))
            if is_new and not all(map(_is_ours, place.top())):
                is_folder = "is a folder with other things in it"
                raise missing_state(place) or NoCatalog(str(place.path), is_folder)
        if isinstance(place, Folder):
            make_folder(place.path)
    except OSError as error:
        sentence = refused(place.path, error) if isinstance(place, Folder) else None
        raise sentence or error from None


def _is_ours(name: str) -> bool:
    """Whether a scan leaves this that was killed before there was a catalog."""
    ours = {*PLAIN_TABLES, LOCK, MARK, LISTING, WRITING, LEFT, ".spill"}
    return name in ours or name.startswith(UNFINISHED)


class CommitPace:
    """Says when a scan commits: at first each second, later every ten.

    A killed scan so loses no more than a quarter of what it read. The number of commits grows with the
    logarithm of the time, and after 40 seconds by one in ten seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._began = self._last = clock()

    def is_due(self) -> bool:
        """Whether the oldest of what is not committed has waited long enough."""
        now = self._clock()
        shortest, longest = COMMIT_SECONDS
        return now - self._last >= min(max(COMMIT_SHARE * (now - self._began), shortest), longest)

    def committed(self) -> None:
        """Note that all is committed."""
        self._last = self._clock()


class _Scan:
    """One scan, under the catalog's lock."""

    def __init__(
        self, place: Place, source: Source, columns: Columns | None, keep_headers: bool, progress: bool
    ):
        self._began = time.monotonic()
        self._store = Store(place)
        self._place, self._source, self._progress = place, source, progress
        self.is_new = not place.exists(FILE)
        self._state = self._open(columns, keep_headers)
        self._columns = Columns.from_list(self._state.columns)

    def _open(self, columns: Columns | None, keep_headers: bool) -> State:
        if self.is_new:
            columns = (columns or Columns()).with_tree_keys()
            state = State(
                columns=tuple(columns.to_list()),
                keep_headers=keep_headers,
                tables=self._store.create(columns),
                is_complete=False,
                made_by=_version(),
            )
            write_state(self._place, state)
            return state
        state = open_for_writing(self._place, read_state(self._place))
        have = Columns.from_list(state.columns)
        if columns is not None and any(c.name not in have for c in columns):
            add_columns(self._place, columns, progress=self._progress)
            state = read_state(self._place)
        return state

    def run(self, jobs: int | None, backend: Backend | None) -> None:
        """Do what the plan says; the catalog is in a good state after each step."""
        files = self._store.paths("files", self._state.tables["files"])
        if isinstance(self._source, Mounting):
            self._source.mounts = _mounts(self._state)
        plan = Plan(self._place, self._source, files, progress=self._progress)
        try:
            if not plan.listed:  # a share that is not mounted looks like that too: nothing is taken out
                raise EmptyScan(self._source.root, 0)
            has_volumes = all(table in self._state.tables for table in SPLIT_TABLES)
            if not plan.to_read and not plan.vanished and self._state.is_complete and has_volumes:
                if self._mounts() != self._state.sources.get(self._source.root, {}).get("mounts", []):
                    write_state(self._place, self._with_source(self._state))
                return
            self._remove(plan)
            total = self._read(plan, jobs, backend)
        finally:
            plan.close()
        if not files and not total.status["read"] and not total.status["partial"]:
            raise EmptyScan(self._source.root, plan.listed, _reasons(total))
        self._finish()

    def _remove(self, plan: Plan) -> None:
        """Take out the rows of files that are gone, and the old rows of changed ones."""
        keys = plan.gone()
        if not len(keys):
            return
        parts: list[Part] = []
        gone: dict[str, list[str]] = {}
        for table in PLAIN_TABLES:
            touched = self._store.holding(table, self._state.tables[table], keys)
            if touched:
                gone[table] = [os.path.basename(path) for path in touched]
                parts += self._store.without(table, touched, keys, f"{_tag()}-kept")
        self._pin(self._store.commit(self._state, parts, gone=gone))

    def _read(self, plan: Plan, jobs: int | None, backend: Backend | None) -> Done:
        total = Done()
        waiting: list[Part] = []
        pace, unit_pace = CommitPace(), UnitPace()
        # A series' metadata come as a whole: in several units they would be asked for several times.
        units = plan.units() if isinstance(self._source, Grouping) else plan.units(lambda: unit_pace.rows)
        work = Work(self._place, self._source, self._columns, self._state.keep_headers, _tag())
        # The first scan on a machine compiles the reader, which takes some 15 seconds.
        with progress_bar("Preparing the reader", total=plan.to_read, show=self._progress) as bar:
            for done in read_units(work, units, jobs, backend):
                bar.set_description("Reading headers", refresh=False)
                total.status.update(done.status)
                total.reasons.update(done.reasons)
                unit_pace.note(done.listed, done.seconds)
                waiting += done.parts
                bar.update(done.listed)
                if waiting and pace.is_due():
                    self._pin(self._store.commit(self._state, waiting))
                    waiting = []
                    pace.committed()
        if waiting:
            self._pin(self._store.commit(self._state, waiting))
        return total

    def _pin(self, state: State) -> None:
        self._state = replace(state, is_complete=False)
        write_state(self._place, self._state)

    def _finish(self) -> None:
        state = roll_up(self._place, merge_small(self._store, self._state), _tag())
        state = replace(self._with_source(state), is_complete=True)
        state = state.with_version(self._source.root, round(time.monotonic() - self._began, 3))
        write_state(self._place, state)

    def _with_source(self, state: State) -> State:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        about = {"scanned": now, "mounts": self._mounts()}
        return replace(state, sources={**state.sources, self._source.root: about})

    def _mounts(self) -> list[str]:
        return list(self._source.mounts) if isinstance(self._source, Mounting) else []


def _mounts(state: State) -> tuple[str, ...]:
    """Folders where something was mounted when they were last scanned."""
    return tuple(key for about in state.sources.values() for key in about.get("mounts", ()))


def _reasons(done: Done) -> str:
    return "; ".join(f"{count:,} {reason}" for reason, count in done.reasons.most_common(3))


def _tag() -> str:
    import secrets

    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def _version() -> str:
    return str(sys.modules["dicomlab"].__version__)

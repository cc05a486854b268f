"""A catalog: what a scan read, as tables."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dicomlab.arguments import as_list, checked_arguments, checked_methods
from dicomlab.catalog import database
from dicomlab.catalog.admitted_sql import admitted, admitted_condition, named_tables, with_quoted_names
from dicomlab.catalog.card import card_html, card_text
from dicomlab.catalog.guarded_queries import Snapshot, collected
from dicomlab.catalog.kept import parsed, read_kept
from dicomlab.catalog.lock import writing
from dicomlab.catalog.media import MEDIA_SQL
from dicomlab.catalog.place import Folder, Place, place_of
from dicomlab.catalog.query_advice import advised
from dicomlab.catalog.store import (
    PLAIN_TABLES,
    ROLLED_TABLES,
    SPLIT_TABLES,
    Store,
    damage_explained,
    plain_schema,
    with_times,
)
from dicomlab.catalog.versions import FILE, State, read_state
from dicomlab.errors import (
    BadFile,
    BadQuery,
    DamagedCatalog,
    MissingColumn,
    NoCatalog,
    NoHeaders,
    NoSuchKey,
    NoSuchTable,
    StateGone,
    WrongArgument,
    WrongKind,
)
from dicomlab.masking import is_pseudonym, options
from dicomlab.schema.columns import Columns
from dicomlab.schema.levels import literal, patients_sql, quoted, series_sql, studies_sql, with_frames_sql
from dicomlab.schema.masks import mask_dataset, mask_sql, mask_table

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    from pydicom.dataset import Dataset

    from dicomlab.catalog.cells import Nested
    from dicomlab.catalog.export import Format

SHOWN_TABLES = (
    "patients",
    "studies",
    "series",
    "instances",
    "frames",
    "dose",
    "references",
    "files",
    "errors",
    "problems",
    "directory",
    "media",
    "volumes",
    "slices",
)


def _live_series(columns: Columns) -> str:
    return series_sql(columns, f"({with_frames_sql(columns)})", has_frames=True)


_ROLLUPS = {"series": _live_series, "studies": studies_sql, "patients": patients_sql}


@checked_methods
class Catalog:
    """The tables of one state of a catalog; what is scanned later does not change it.

    `patients`, `studies`, `series`, `instances`, `frames`, `dose`, `references`, `volumes`, `slices`,
    `files`, `errors`, `problems`, `directory` and `media` are pandas DataFrames, read when asked for.
    docs/columns.md says what the columns mean.
    """

    def __init__(self, where: str | Path | Place, state: State):
        self._place = place_of(where)
        self._state = state
        self._store = Store(self._place)
        self._masks: bool | None = None
        self._masked_with: tuple[str, duckdb.DuckDBPyConnection] | None = None
        self._snapshots: list[Snapshot] = []

    @property
    def path(self) -> Path | str:
        """The folder of the catalog, or its address in a bucket."""
        return self._place.path

    @property
    def columns(self) -> Columns:
        """The columns that the instances table has."""
        try:
            return Columns.from_list(self._state.columns)
        except WrongKind:
            raise DamagedCatalog(str(self.path), f"{FILE} lists columns that no scan wrote") from None

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables; without kept headers there is none of references.

        >>> "references" in catalog.tables
        True
        """
        return tuple(name for name in SHOWN_TABLES if name != "references" or self.keeps_headers)

    @property
    def patients(self) -> pd.DataFrame:
        """One row a patient."""
        return self.read("patients")

    @property
    def studies(self) -> pd.DataFrame:
        """One row a study."""
        return self.read("studies")

    @property
    def series(self) -> pd.DataFrame:
        """One row a series: shared values, medians, and `varies` for what differs inside."""
        return self.read("series")

    @property
    def instances(self) -> pd.DataFrame:
        """One row a DICOM file, keyed by file_key; the same SOPInstanceUID may come twice."""
        return self.read("instances")

    @property
    def frames(self) -> pd.DataFrame:
        """One row a frame of a multi-frame instance, with what is shared and what is its own."""
        return self.read("frames")

    @property
    def dose(self) -> pd.DataFrame:
        """One row an irradiation event of a dose report, and one for what it adds up: see `level`."""
        return self.read("dose")

    @property
    def references(self) -> pd.DataFrame:
        """One row per instance or series that a file names: file_key, sequence, purpose and UIDs.

        Raises NoSuchTable when the catalog keeps no headers.
        """
        return self.read("references")

    @property
    def files(self) -> pd.DataFrame:
        """One row for every file that was met, DICOM or not, with status and reason."""
        return self.read("files")

    @property
    def errors(self) -> pd.DataFrame:
        """The files that were not read, or not wholly, each with the reason."""
        return self.read("errors")

    @property
    def problems(self) -> pd.DataFrame:
        """One row a value that did not parse, or a missing UID: file_key, column, tag, reason, raw."""
        return self.read("problems")

    @property
    def directory(self) -> pd.DataFrame:
        """One row a record of a DICOMDIR: which file it names, and as which instance."""
        return self.read("directory")

    @property
    def media(self) -> pd.DataFrame:
        """One row a DICOMDIR: how many files it names, and how many of them are not what it says.

        `verdict` is complete, partial, stale (nothing it names is there) or names nothing.
        """
        return self.read("media")

    @property
    def volumes(self) -> pd.DataFrame:
        """One row per volume of a series: an echo, a phase, a b-value, a pass, an orientation.

        Made when a scan comes to its end; without rows before that, and in catalogs of an older dicomlab
        until they are scanned again: see `has_volumes`.
        """
        return self.read("volumes")

    @property
    def slices(self) -> pd.DataFrame:
        """One row per image or frame, with the volume that it is of and where in it; as `volumes` is made."""
        return self.read("slices")

    @property
    def has_volumes(self) -> bool:
        """Whether the tables volumes and slices were made of what the catalog holds now."""
        return self._is_rolled_up and all(table in self._state.tables for table in SPLIT_TABLES)

    def read(
        self, table: str, columns: Iterable[str] | None = None, where: str | None = None
    ) -> pd.DataFrame:
        """Read a table, or some columns of it, or the rows that fit an SQL condition.

        Raises NoSuchTable, MissingColumn, and BadQuery for a condition that is none.

        >>> rows = catalog.read("series", ["Modality", "n_instances"], where="n_instances > 1")
        >>> rows.columns.tolist()
        ['Modality', 'n_instances']
        """
        if table not in self.tables:
            raise NoSuchTable(table, self.tables)
        condition = f" WHERE (\n{self.condition(where)}\n)" if where else ""
        have = self._shown_names(table)
        wanted = list(columns) if columns is not None else have
        for name in wanted:
            if name not in have:
                raise MissingColumn(name, have)
        query = f"SELECT {', '.join(map(quoted, wanted))} FROM {quoted(table)}"
        found = self._query_apart(query + condition) if condition else self._query(query)
        return database.to_pandas(found)

    def condition(self, where: str | None) -> str:
        """An SQL condition over the tables as it was given, or `true`; raises BadQuery if it is none.

        >>> catalog.condition("KVP > 100"), catalog.condition(None)
        ('KVP > 100', 'true')
        """
        if where is None:
            return "true"
        where = with_quoted_names(where)
        admitted_condition(where, self._views)
        return where

    def admitted(self, query: str, beside: Iterable[str] = ()) -> str:
        """A query as it can be run, if it only reads the tables, or those `beside`; raises BadQuery if not.

        >>> catalog.admitted("FROM series;")
        'FROM series'
        """
        return admitted(query, [*self._views, *beside]).text

    @property
    def is_masked(self) -> bool:
        """Whether tables and headers come out with pseudonyms in place of what may identify."""
        return options.mask if self._masks is None else self._masks

    @property
    def unmasked(self) -> Catalog:
        """The same catalog with its true values, whatever `dl.options` says: for what is worked out."""
        return self._masking(False)

    @property
    def masked(self) -> Catalog:
        """The same catalog with pseudonyms, whatever `dl.options` says: for what stays masked.

        >>> catalog.masked.read("series", ["PatientID"])["PatientID"].str.startswith("patient-").tolist()[:1]
        [True]
        """
        return self._masking(True)

    def _masking(self, masks: bool | None) -> Catalog:
        other = copy(self)
        other._masks = masks
        return other

    def sql(self, query: str) -> pd.DataFrame:
        """Run one query in DuckDB's SQL over the tables; nothing can be changed by it.

        A query works out values from the tables and reaches nothing else. It runs in a process of its
        own, for at most `dl.options.query_seconds` and with at most `dl.options.query_memory_mb` of memory.

        Raises BadQuery for what is not a single SELECT, or one that DuckDB refuses; QueryTooLarge,
        QueryTooSlow.

        >>> catalog.sql("SELECT DISTINCT Modality FROM series")["Modality"].tolist()
        ['CT']
        """
        return database.to_pandas(self.arrow(query))

    def blocks(
        self, query: str, *, together: Iterable[str] = (), rows: int = 100_000
    ) -> Iterator[pd.DataFrame]:
        """Run one query and give its rows block by block, so that they need not fit into memory.

        Rows that agree in the columns `together` come in one block, which may make it longer than
        `rows`. Raises what `sql` raises.

        >>> query = "SELECT SeriesInstanceUID, KVP FROM instances"
        >>> parts = catalog.blocks(query, together=["SeriesInstanceUID"], rows=100)
        >>> uids = catalog.series["SeriesInstanceUID"].nunique()
        >>> sum(part["SeriesInstanceUID"].nunique() for part in parts) == uids
        True
        """
        yield from map(database.to_pandas, self.arrow_blocks(query, together=together, rows=rows))

    def arrow_blocks(
        self,
        query: str,
        *,
        together: Iterable[str] = (),
        rows: int = 100_000,
        beside: Mapping[str, pa.Table] | None = None,
    ) -> Iterator[pa.Table]:
        """Run one query as `blocks` does, and give Arrow tables; `beside` as in `arrow`.

        A query without rows gives one table without rows.

        >>> [block.num_rows for block in catalog.arrow_blocks("SELECT 1 AS one LIMIT 0")]
        [0]
        """
        yield from self._blocks_apart(self.admitted(query, beside or {}), together, rows, beside)

    def arrow(self, query: str, beside: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """Run one query as `sql` does, and give an Arrow table.

        `beside` are Arrow tables by name that the query sees besides those of the catalog.

        >>> ages = pa.table({"PatientID": ["nobody"], "age": [42]})
        >>> catalog.arrow("SELECT count(*) AS n FROM patients JOIN ages USING (PatientID)", {"ages": ages})
        pyarrow.Table
        n: int64
        ----
        n: [[0]]
        """
        return self._query_apart(self.admitted(query, beside or {}), beside)

    def header(self, key: str) -> Dataset:
        """The whole header of one file as pydicom sees it, from the catalog, without the file.

        Of a deflated file that is cut short, and of its first 2 MiB, it has what stands before the end.

        Raises NoHeaders when the catalog keeps none, NoSuchKey for an unknown file key, BadFile when
        pydicom cannot take the header apart.

        >>> key = catalog.read("instances", ["file_key"])["file_key"].iloc[0]
        >>> catalog.header(key).Modality
        'CT'
        """
        if not self._state.keep_headers:
            raise NoHeaders
        whole = self.unmasked
        true_key = self.true_key(key)
        found = whole._query(f"SELECT header FROM headers WHERE file_key = {literal(true_key)}")
        if not found.num_rows:
            raise NoSuchKey
        try:
            return self._parsed_whole(found["header"][0].as_py())[0]
        except Exception as error:  # noqa: BLE001 - pydicom raises whatever its parts raise
            raise BadFile(key, _not_read(error)) from None

    def kept_headers(
        self,
        where: str | None = None,
        *,
        beside: Mapping[str, pa.Table] | None = None,
        missing: Callable[[str, str], None] | None = None,
    ) -> Iterator[tuple[str, Dataset]]:
        """The file key and the header of each instance, or of those that fit an SQL condition.

        `beside` is as in `arrow`. `missing` is called with the file key and the reason for each header
        that cannot be read and is passed over, or of which some is missing; without it a warning
        counts them. Raises NoHeaders when the catalog keeps none.

        >>> key, header = next(catalog.kept_headers("Modality = 'CT'"))
        >>> header.Modality
        'CT'
        """
        if not self._state.keep_headers:
            raise NoHeaders
        admitted_condition(where or "true", [*self._views, *(beside or {})])
        chosen = self.arrow(f"SELECT file_key FROM instances WHERE (\n{where or 'true'}\n)", beside)
        shown = mask_sql("file_key", "VARCHAR") if self.is_masked else "file_key"
        query = (
            f"SELECT c.file_key, h.header FROM (SELECT {shown} AS shown, header FROM headers) h "
            "JOIN chosen_keys c ON h.shown = c.file_key"
        )
        short = 0
        for block in self.unmasked._query_blocks(query, 1_000, {"chosen_keys": chosen}):
            for key, raw in zip(block["file_key"].to_pylist(), block["header"], strict=True):
                header, reason = self._parsed(raw.as_py())
                if reason:
                    short += 1
                    if missing is not None:
                        missing(key, reason)
                if header is not None:
                    yield key, header
        if short and missing is None:
            warnings.warn(f"{short:,} headers could not be read, or not wholly.", stacklevel=2)

    def _parsed_whole(self, raw: bytes) -> tuple[Dataset, str]:
        from dicomlab.quiet_pydicom import quiet_pydicom

        header, reason = parsed(raw)
        if not self.is_masked:
            return header, reason
        with quiet_pydicom():
            return mask_dataset(header), reason

    def _parsed(self, raw: bytes) -> tuple[Dataset | None, str]:
        """A kept header, None where it cannot be read, and why some of it is missing."""
        try:
            return self._parsed_whole(raw)
        except Exception as error:  # noqa: BLE001 - pydicom raises whatever its parts raise
            return None, _not_read(error)

    def export(
        self,
        path: str | Path,
        *,
        table: str | None = None,
        columns: Iterable[str] | None = None,
        where: str | None = None,
        format: Format | None = None,  # noqa: A002 - the word people type
        nested: Nested = "keep",
    ) -> Path:
        """Write tables to a file for other programs, readable for its owner only; gives the path.

        The ending says the format: .csv (opens in Excel; no cell is run as a formula), .jsonl,
        .parquet, .sqlite (with keys and indices; opens in datasette), or .json for the headers in the
        DICOM JSON model (PS3.18 Annex F). `table` is "series" if not given; SQLite, and a path
        without ending with a `format`, take all tables. `columns` and `where` choose some of it. Lists
        stay lists with `nested="keep"`, and are texts with backslashes with "flat", as always in CSV.
        Rows are written as they are read, so that memory stays small.

        A value that the DICOM JSON model cannot hold is listed in a file beside, that ends in
        .problems.csv, and a warning says so. Raises WrongArgument, NoSuchTable, MissingColumn,
        BadQuery, and NoHeaders.

        >>> catalog.export(to / "ct.csv", where="Modality = 'CT'", columns=["StationName", "KVP"]).name
        'ct.csv'
        """
        from dicomlab.catalog.export import export

        self.condition(where or None)
        wishes = {"table": table, "columns": columns, "where": where, "format": format, "nested": nested}
        return export(self, path, self.tables, **wishes)

    def true_key(self, key: str) -> str:
        """The file key behind a masked one; one that is not masked stays as it is.

        >>> key = catalog.masked.read("files", ["file_key"])["file_key"].iloc[0]
        >>> catalog.true_key(key) in set(catalog.files["file_key"])
        True
        """
        if not is_pseudonym(key):
            return key
        masked = mask_sql("file_key", "VARCHAR")
        query = f"SELECT file_key FROM files WHERE {masked} = {literal(key)} OR file_key = {literal(key)}"
        found = self.unmasked._query(query)
        return str(found["file_key"][0].as_py()) if found.num_rows else key

    def presence(self, keywords: Iterable[str], *, jobs: int | None = None) -> pd.DataFrame:
        """Which of some attributes each file lacks, has without a value, or has written wrongly.

        One row a kept header: file_key, absent, empty, other_vr (another VR than PS3.6 has) and
        too_long (a DS over 16, an IS over 12 characters), each keywords with spaces between. All
        are null for a header that is cut short or broken before the last of them. Attributes at the
        top of a data set are looked at; a sequence counts as absent unless it has an item. A
        million files take seconds.

        Raises NoHeaders when the catalog keeps none, UnknownColumn for a word that is no keyword.

        >>> catalog.presence(["KVP", "EchoTime"])["absent"].unique().tolist()
        ['EchoTime']
        """
        from dicomlab.catalog.presence import find_presence

        if not self._state.keep_headers:
            raise NoHeaders
        names = as_list(keywords)
        if not names:
            raise WrongArgument("keywords", names, (["KVP"], "other lists of keywords"))
        with self._explained():
            return find_presence(self._place, self._state, names, jobs=jobs)

    def read_headers(self, columns: Columns, where: str | None = None) -> Iterator[pd.DataFrame]:
        """Read columns that no table has from the kept headers, some files at a time.

        Of the instances that fit an SQL condition: file_key and `columns`, which may be paths and
        private elements. The catalog stays as it is. Raises NoHeaders when it keeps none.

        >>> columns = dl.Columns.only("PatientOrientation")
        >>> sum(map(len, catalog.read_headers(columns, "Modality = 'CT'"))) == len(catalog)
        True
        """
        if not self._state.keep_headers:
            raise NoHeaders
        query = f"SELECT file_key FROM instances WHERE (\n{self.condition(where)}\n)"
        keys = self._true_keys(self.arrow(query)) if where else self.unmasked._query(query)["file_key"]
        with self._explained():
            for table in read_kept(self._place, self._state, keys, columns):
                rows = database.to_pandas(table)
                yield mask_table(rows, columns) if self.is_masked else rows

    @property
    def versions(self) -> pd.DataFrame:
        """The states one can come back to: id, made, source, seconds, and counts of rows."""
        import pandas as pd

        rows = [
            {"id": v.id, "made": pd.Timestamp(v.made), "source": v.source, "seconds": v.seconds, **v.counts}
            for v in self._state.versions
        ]
        names = ["id", "made", "source", "seconds", "files", "instances", "series", "studies", "patients"]
        return pd.DataFrame(rows, columns=names)

    @property
    def version(self) -> str | None:
        """The id of the version that this is; None while a scan has not come to its end."""
        found = [v.id for v in self._state.versions if v.tables == self._state.tables]
        return found[-1] if found else None

    def at_version(self, version: str) -> Catalog:
        """The same catalog as it was at a version; raises NoCatalog for one that is not kept.

        >>> catalog.at_version(catalog.version).counts == catalog.counts
        True
        """
        return _opened(self._place, version)._masking(self._masks)

    @property
    def is_complete(self) -> bool:
        """Whether the last scan came to its end."""
        return self._state.is_complete

    @property
    def keeps_headers(self) -> bool:
        """Whether the whole headers are kept."""
        return self._state.keep_headers

    def __len__(self) -> int:
        return self.counts["instances"]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        of = {t: quoted(t) for t in self.tables} | {"media": "files WHERE status = 'DICOMDIR'"}
        names = ", ".join(f"(SELECT count(*) FROM {what}) AS {quoted(t)}" for t, what in of.items())
        return {k: int(v) for k, v in self._query(f"SELECT {names}").to_pylist()[0].items()}

    def __repr__(self) -> str:
        return card_text(self)

    def _repr_html_(self) -> str:
        return card_html(self)

    # --- how the tables come together ---

    def _query(self, query: str, beside: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """Run a query of our own, here."""
        with self._explained():
            return database.run(self._asked, query, beside)

    def _query_blocks(
        self, query: str, rows: int, beside: Mapping[str, pa.Table] | None = None
    ) -> Iterator[pa.Table]:
        """Run a query of our own, here, and give tables of so many rows."""
        with self._explained():
            yield from database.in_blocks(database.run_in_blocks(self._asked, query, rows, beside), rows)

    def _query_apart(self, query: str, beside: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """Run a query that is admitted, or made of what is, in a process of its own."""
        with self._explained(query):
            if self._is_guarded:
                return collected(self._rows_apart(query, beside))
            return database.run(self._asked, query, beside)

    def _blocks_apart(
        self, query: str, together: Iterable[str], rows: int, beside: Mapping[str, pa.Table] | None = None
    ) -> Iterator[pa.Table]:
        """The same, in tables of so many rows, or more where rows belong `together`."""
        query = database.sorted_by_group(query, together)
        with self._explained(query):
            if self._is_guarded:
                found = self._rows_apart(query, beside, rows)
            else:
                found = database.run_in_blocks(self._asked, query, rows, beside)
            yield from database.in_blocks(found, rows)

    def _rows_apart(
        self, query: str, beside: Mapping[str, pa.Table] | None, rows: int = 100_000
    ) -> Iterator[pa.Table]:
        tables = named_tables(query, self._views) if self.is_masked else ()
        return self._snapshot.rows(
            query, masked=self.is_masked, tables=tables, beside=beside or {}, rows=rows
        )

    @property
    def _is_guarded(self) -> bool:
        """Whether queries of users run apart; over a bucket, those with true values run here."""
        return self.is_masked or self._snapshot.can_be_read_apart

    @contextmanager
    def _explained(self, query: str = "") -> Iterator[None]:
        """Raise DamagedCatalog or StateGone where that is why a query fails; else say what was meant."""
        with self._place.reaching():
            try:
                yield
            except BadQuery as error:
                self._check(deeply=error.may_be_damage)
                if error.missing is None or not query:
                    raise
                raise advised(error, query, self._names_in(query)) from None
            except Exception as error:
                self._check(deeply=True)
                if type(error).__module__ in ("duckdb", "_duckdb"):
                    what = f"its tables and {FILE} do not fit together"
                    raise DamagedCatalog(str(self.path), what) from None
                raise

    def _names_in(self, query: str) -> list[str]:
        """The columns of the tables that a query names."""
        named = sorted(named_tables(query, self._views))
        return list(dict.fromkeys(name for table in named for name in self._shown_names(table)))

    def _true_keys(self, chosen: pa.Table) -> pa.ChunkedArray:
        """The file keys behind those of a query, which are masked while the catalog is."""
        if not self.is_masked:
            return chosen["file_key"]
        query = (
            f"SELECT file_key FROM instances SEMI JOIN chosen_keys c ON {mask_sql('file_key', 'VARCHAR')} "
            "= c.shown"
        )
        return self.unmasked._query(query, {"chosen_keys": chosen.rename_columns(["shown"])})["file_key"]

    def _check(self, *, deeply: bool = False) -> None:
        """Raise DamagedCatalog or StateGone when files of this state are missing, or cannot be read."""
        if not isinstance(self._place, Folder):
            read_state(self._place)  # what cannot be reached is not damaged
        try:
            self._store.check(self._state.tables, deeply=deeply)
        except DamagedCatalog:
            self._store.check(read_state(self._place).tables, deeply=deeply)
            raise StateGone(str(self.path)) from None

    def view(self, table: str) -> str:
        """The query that gives a table from the files of this state."""
        if table not in self._views:
            raise NoSuchTable(table, self._views)
        return self._views[table]

    def rolled_view(self, table: str, paths: list[str]) -> str:
        """The query that shows stored files of a rolled-up table."""
        try:
            schema = self._store.schema_of(paths[0])
        except (OSError, pa.ArrowException, IndexError):
            raise DamagedCatalog(str(self.path), f"a file of {table} cannot be read") from None
        return database.view_sql(paths, schema, with_times(schema, self.columns))

    @cached_property
    def _views(self) -> dict[str, str]:
        views = {t: self._stored_view(t) for t in PLAIN_TABLES if t in self.tables or t == "headers"}
        views["errors"] = (
            "SELECT file_key, status, reason, size, source FROM files WHERE status NOT IN "
            "('read', 'archive') AND NOT (status = 'DICOMDIR' AND reason LIKE 'a DICOMDIR:%')"
        )
        views["media"] = MEDIA_SQL
        for table in ROLLED_TABLES:
            views[table] = self._stored_view(table) if self._is_rolled_up else _ROLLUPS[table](self.columns)
        for table in SPLIT_TABLES:
            schema = plain_schema(table, self.columns)
            empty = database.view_sql([], schema, schema)
            views[table] = self._stored_view(table) if self.has_volumes else empty
        return views

    @property
    def _is_rolled_up(self) -> bool:
        return self._state.is_complete and all(t in self._state.tables for t in ROLLED_TABLES)

    def _stored_view(self, table: str) -> str:
        version = self._state.tables.get(table)
        if version is None:  # a table that catalogs of an older format do not have
            schema = plain_schema(table, self.columns)
            return database.view_sql([], schema, schema)
        paths, schema = self._stored[table]
        shown = schema
        if table not in ROLLED_TABLES:
            shown = plain_schema(table, self.columns)
        else:
            shown = with_times(schema, self.columns)
        return database.view_sql(paths, schema, shown)

    @cached_property
    def _stored(self) -> dict[str, tuple[list[str], pa.Schema]]:
        return self._store.stored_as(self._state.tables)

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        return self.unmasked._connect()

    @property
    def _snapshot(self) -> Snapshot:
        """The tables for queries of users; one for all that are masked or not of this catalog."""
        if not self._snapshots:
            self._snapshots.append(Snapshot(self._absolute, self._views, self.columns))
        return self._snapshots[0]

    def _connect(self) -> duckdb.DuckDBPyConnection:
        """A database of one's own with the tables in it, for work that keeps something there."""
        masked_as = self.columns if self.is_masked else None
        return database.connect(self._absolute, self._views, masked_as=masked_as)

    @property
    def _asked(self) -> duckdb.DuckDBPyConnection:
        return self._masked if self.is_masked else self._database

    @property
    def _masked(self) -> duckdb.DuckDBPyConnection:
        """The tables with pseudonyms; made anew when the key is another one."""
        if self._masked_with is None or self._masked_with[0] != options.key:
            self._masked_with = (options.key, self.masked._connect())
        return self._masked_with[1]

    @property
    def _absolute(self) -> Place:
        place = self._place
        return Folder(place.path.absolute()) if isinstance(place, Folder) else place

    def _shown_names(self, table: str) -> list[str]:
        return self._query(f"SELECT * FROM {quoted(table)} LIMIT 0").column_names

    def add_columns(
        self, columns: Columns | Iterable[str], *, jobs: int | None = None, progress: bool = True
    ) -> Catalog:
        """Add columns from the kept headers, without opening the archive; gives the new catalog.

        Takes keywords, or a `Columns` with private elements and paths in it. The catalog changes at
        the end, in one step; after a kill the next call goes on where this one was.

        Raises NoHeaders when the catalog keeps none, UnknownColumn for a word that is no
        keyword, CatalogBusy when a scan writes into the catalog.

        >>> wider = catalog.add_columns(["PatientOrientation"], progress=False)
        >>> "PatientOrientation" in wider.columns
        True
        """
        from dicomlab.catalog.rebuild import add_columns

        wanted = columns if isinstance(columns, Columns) else self.columns.add(*columns)
        with writing(self._place), damage_explained(self._place):
            add_columns(self._place, wanted, jobs=jobs, progress=progress)
        return _opened(self._place)

    def compact(self, *, keep: int = 10, progress: bool = True) -> Catalog:
        """Write small Parquet files together and let earlier versions go; gives the new catalog.

        The last `keep` versions can be opened afterwards as before; earlier ones are forgotten,
        and files that none of the kept ones needs are deleted. `keep=1` frees most. No row
        changes. A `Catalog` that was opened before should be opened anew. A compaction that
        was killed leaves the catalog as it was, and is done by the next one.

        Raises WrongArgument for a `keep` below 1, CatalogBusy when a scan writes into the
        catalog, CannotWrite when the system does not let it.

        >>> from shutil import copytree
        >>> own = dl.open_catalog(copytree(catalog.path, to / "catalog"))
        >>> own.compact(keep=1, progress=False).counts == catalog.counts
        True
        """
        from dicomlab.catalog.compaction import compact

        if keep < 1:
            raise WrongArgument("keep", keep, (1, 2, "more"))
        with writing(self._place), damage_explained(self._place):
            compact(self._place, keep=keep, progress=progress)
        return _opened(self._place)


@checked_arguments
def open_catalog(
    path: str | Path, *, version: str | None = None, storage_options: Mapping[str, Any] | None = None
) -> Catalog:
    """Open a catalog, as it is now or as it was at a version.

    A catalog lies in a folder, or in a bucket such as "s3://name/folder"; `storage_options` says
    how to get at that, and is written nowhere (docs/scale.md).

    Raises NoCatalog when there is none, or none of that version, CatalogUnreached when the bucket
    does not answer, NoSuchPlace for an address of another kind.

    >>> first = open_catalog(catalog.path, version=catalog.versions["id"].iloc[0])
    >>> len(first) == len(catalog)
    True
    """
    return _opened(place_of(path, storage_options), version)


def _opened(place: Place, version: str | None = None) -> Catalog:
    from dataclasses import replace

    state = read_state(place)
    if version is not None:
        chosen = next((v for v in state.versions if v.id == version), None)
        if chosen is None:
            raise NoCatalog(str(place.path), f"has no version {version!r}")
        state = replace(state, tables=chosen.tables, counts=chosen.counts, is_complete=True)
    return Catalog(place, state)


def _not_read(error: Exception) -> str:
    """Why a kept header is not there, without the message, which may quote it."""
    return f"pydicom cannot read the header ({type(error).__name__})"

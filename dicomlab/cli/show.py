"""`dicomlab show`: look at a catalog, or at one of its tables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dicomlab.cli.base import Answer, CatalogPlace, Json, Verb
from dicomlab.cli.card import card_content, card_lines
from dicomlab.cli.cells import csv_lines, listing, records, with_remarks
from dicomlab.cli.terminal import plural
from dicomlab.errors import DicomlabError, MissingColumn, NoSuchTable
from dicomlab.schema.columns import may_identify
from dicomlab.schema.levels import quoted
from dicomlab.schema.looks import FIRST_LOOK

if TYPE_CHECKING:
    import pandas as pd

    from dicomlab.catalog.catalog import Catalog

LIMIT = 20
Style = Literal["text", "csv", "json"]


class Shown(StrEnum):
    """What of a catalog can be shown."""

    card = "card"
    patients = "patients"
    studies = "studies"
    series = "series"
    instances = "instances"
    frames = "frames"
    dose = "dose"
    references = "references"
    files = "files"
    errors = "errors"
    problems = "problems"
    directory = "directory"
    media = "media"


class Identifying(DicomlabError):
    """A column that may identify a patient was asked for without saying so."""

    def __init__(self, names: list[str]):
        verb = "identify" if len(names) > 1 else "identifies"
        super().__init__(f"{', '.join(names)} possibly {verb} a patient. Add --phi to see it all the same.")


class NeedsTable(DicomlabError):
    """An option about rows was given for the card, which has none."""

    def __init__(self) -> None:
        super().__init__("The card has no rows or columns to choose. Name a table, such as: series")


def show_table(
    catalog: CatalogPlace,
    table: Annotated[str, typer.Argument(help=f"What to show of it: {', '.join(Shown)}.")] = "card",
    columns: Annotated[str | None, typer.Option(metavar="A,B", help="Columns, with commas between.")] = None,
    where: Annotated[str | None, typer.Option(metavar="SQL", help="A condition that rows fulfil.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help=f"Rows at most; {LIMIT} if not given, all with --csv or --json.")
    ] = None,
    phi: Annotated[bool, typer.Option("--phi", help="Show what may identify a patient, too.")] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, with all columns if none are named.")
    ] = False,
    as_json: Json = False,
) -> Answer:
    """Show what a catalog holds: its card, or rows of a table.

    Columns that may identify a patient, dates of acquisition among them, are left out unless
    --phi is given; with --mask pseudonyms stand for them.
    """
    from dicomlab.catalog.catalog import open_catalog

    opened = open_catalog(catalog)
    if table not in list(Shown):
        raise NoSuchTable(table, Shown)
    if table == Shown.card:
        if columns or where or as_csv or limit is not None:
            raise NeedsTable
        return Answer(card_lines(opened), card_content(opened) if as_json else {})
    style: Style = "json" if as_json else "csv" if as_csv else "text"
    view = View(opened, table, _named(columns), where, phi, style)
    most = LIMIT if limit is None and style == "text" else limit
    return _answer(view, most)


def _named(columns: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (columns or "").split(",") if name.strip())


@dataclass(frozen=True)
class View:
    """Some columns and rows of a table, without what may identify unless it is asked for."""

    catalog: Catalog
    table: str
    named: tuple[str, ...]
    where: str | None
    phi: bool
    style: Style

    @cached_property
    def have(self) -> list[str]:
        """The columns of the table."""
        return [str(name) for name in self._run(["*"], "LIMIT 0").columns]

    @cached_property
    def identifying(self) -> list[str]:
        """The columns that may tell who the patient is."""
        known = self.catalog.columns
        return [name for name in self.have if may_identify(name, known)]

    @property
    def hidden(self) -> list[str]:
        """The columns that are left out because of that."""
        return [] if self.phi or self.catalog.is_masked else self.identifying

    @cached_property
    def names(self) -> list[str]:
        """The columns to show. Raises MissingColumn, and Identifying where --phi is missing."""
        for name in self.named:
            if name not in self.have:
                raise MissingColumn(name, self.have)
        if asked := [name for name in self.named if name in self.hidden]:
            raise Identifying(asked)
        wanted = list(self.named or self.have)
        if not self.named and self.style == "text":
            wanted = [name for name in FIRST_LOOK[self.table] if name in self.have]
        return [name for name in wanted if name not in self.hidden]

    def rows(self, limit: int | None) -> pd.DataFrame:
        """The rows, so many at most."""
        return self._run([quoted(name) for name in self.names], "" if limit is None else f"LIMIT {limit}")

    @cached_property
    def count(self) -> int:
        """How many rows fulfil the condition."""
        return int(self._run(["count(*) AS n"], "")["n"].iloc[0])

    def _run(self, what: list[str], end: str) -> pd.DataFrame:
        # The condition may end in a comment, so the bracket closes on a line of its own.
        condition = f"WHERE ({self.catalog.condition(self.where)}\n)" if self.where else ""
        return self.catalog.sql(f"SELECT {', '.join(what)} FROM {quoted(self.table)} {condition} {end}")


def _answer(view: View, limit: int | None) -> Answer:
    rows = view.rows(limit)
    if view.style == "json":
        about = {"table": view.table, "rows": len(rows), "rows_in_all": view.count, "hidden": view.hidden}
        return Answer((), {**about, "data": records(rows)})
    if view.style == "csv":
        return Answer(csv_lines(rows), notes=tuple(_hidden(view)))
    lines, n = listing(rows)
    return Answer(with_remarks(lines, [*_left_out(view, len(rows), n), *_hidden(view)]))


def _left_out(view: View, rows: int, columns: int) -> list[str]:
    said = []
    if rows < view.count:
        said.append(f"{rows:,} of {view.count:,} rows: --limit takes another number.")
    visible = len(view.names) if view.named else len(view.have) - len(view.hidden)
    if columns < visible:
        said.append(f"{columns} of {visible} columns: choose with --columns, or take --csv.")
    return said


def _hidden(view: View) -> list[str]:
    if view.named or not view.hidden:
        return []
    hidden = plural(len(view.hidden), "column")
    return [
        f"{hidden} that may identify a patient {'is' if len(view.hidden) == 1 else 'are'} left out: --phi."
    ]


VERB = Verb(
    "show",
    show_table,
    examples=(
        "dicomlab show catalog",
        "dicomlab show catalog series --where \"Modality = 'CT'\"",
        "dicomlab show catalog instances --columns Modality,KVP --csv",
        "dicomlab show catalog errors --limit 100",
    ),
)

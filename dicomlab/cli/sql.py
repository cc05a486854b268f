"""`dicomlab sql`: ask a catalog anything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dicomlab.cli.base import Answer, CatalogPlace, Json, Verb
from dicomlab.cli.cells import csv_lines, listing, records, with_remarks

if TYPE_CHECKING:
    import pandas as pd

LIMIT = 200


def run_query(
    catalog: CatalogPlace,
    query: Annotated[
        str, typer.Argument(help="One SELECT in DuckDB's SQL; - reads it from stdin.", show_default=False)
    ],
    limit: Annotated[
        int | None, typer.Option(min=0, help=f"Rows at most; {LIMIT} if not given, all with --csv or --json.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Json = False,
) -> Answer:
    """Run one query over the tables of a catalog, and print the rows.

    The tables are patients, studies, series, instances, files, errors, problems and headers.
    Nothing can be changed by a query. What it selects is shown, also what may identify a
    patient.
    """
    from dicomlab.catalog.catalog import open_catalog

    rows = open_catalog(catalog).sql(sys.stdin.read() if query == "-" else query)
    is_text = not as_csv and not as_json
    most = LIMIT if limit is None and is_text else limit
    if as_json:
        return Answer((), _content(rows, most))
    return Answer(csv_lines(rows.head(_least(rows, most))) if as_csv else _lines(rows, most))


def _least(rows: pd.DataFrame, most: int | None) -> int:
    return len(rows) if most is None else min(most, len(rows))


def _content(rows: pd.DataFrame, most: int | None) -> dict[str, object]:
    shown = rows.head(_least(rows, most))
    names = [str(name) for name in rows.columns]
    return {"columns": names, "rows": len(shown), "rows_in_all": len(rows), "data": records(shown)}


def _lines(rows: pd.DataFrame, most: int | None) -> list[str]:
    shown = rows.head(_least(rows, most))
    lines, n = listing(shown)
    remarks = []
    if len(shown) < len(rows):
        remarks.append(f"{len(shown):,} of {len(rows):,} rows: --limit takes another number.")
    if n < len(rows.columns):
        remarks.append(f"{n} of {len(rows.columns)} columns: name fewer, or take --csv.")
    return with_remarks(lines, remarks)


VERB = Verb(
    "sql",
    run_query,
    examples=(
        'dicomlab sql catalog "SELECT Modality, count(*) AS n FROM series GROUP BY 1"',
        'dicomlab sql catalog "SELECT StationName, KVP FROM series" --csv > kv.csv',
        "dicomlab sql catalog - < query.sql",
    ),
)

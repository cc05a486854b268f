"""`dicomlab export`: tables of a catalog as files for other programs."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dicomlab.cli.base import FINE, PARTIAL, Answer, CatalogPlace, Verb
from dicomlab.cli.terminal import plural


class As(StrEnum):
    """The formats."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"
    sqlite = "sqlite"
    dicom_json = "dicom-json"


class Lists(StrEnum):
    """What becomes of lists."""

    keep = "keep"
    flat = "flat"


def export_catalog(
    catalog: CatalogPlace,
    path: Annotated[
        Path,
        typer.Argument(
            help="A file: .csv, .jsonl, .parquet, .sqlite, or .json for headers in the DICOM JSON model. "
            "A folder, with --format.",
            show_default=False,
        ),
    ],
    table: Annotated[
        str | None, typer.Option(help="Which table; series if not given, all for SQLite and folders.")
    ] = None,
    columns: Annotated[str | None, typer.Option(metavar="A,B", help="Columns, with commas between.")] = None,
    where: Annotated[str | None, typer.Option(metavar="SQL", help="A condition that rows fulfil.")] = None,
    format: Annotated[As | None, typer.Option(help="If the ending does not say it.")] = None,  # noqa: A002
    nested: Annotated[Lists, typer.Option(help="Keep lists, or make texts of them.")] = Lists.keep,
) -> Answer:
    """Write tables to files for other programs.

    What is written may identify patients, and is readable for its owner only. Cells of CSV are
    never run as formulas.
    """
    from dicomlab.catalog.catalog import open_catalog
    from dicomlab.catalog.export import export_as

    opened = open_catalog(catalog)
    done = export_as(
        opened,
        path,
        opened.tables,
        table=table,
        columns=None if columns is None else [name.strip() for name in columns.split(",")],
        where=where,
        format=None if format is None else format.value,  # type: ignore[arg-type]
        nested=nested.value,  # type: ignore[arg-type]
    )
    lines = [f"{plural(n, 'row')} of {name}" for name, n in done.rows.items()]
    content = {"path": str(done.path), "rows": done.rows, "problems": done.shortcomings}
    content |= {"left_out": done.left_out, "set_aside": [one.in_words for one in done.aside]}
    return Answer(
        [*lines, f"in {shlex.quote(str(done.path))}"],
        content | {"listed": None if done.listed is None else str(done.listed)},
        PARTIAL if done.is_partial else FINE,
        (done.remark,) if done.is_partial else (),
    )


VERB = Verb(
    "export",
    export_catalog,
    examples=(
        "dicomlab export catalog series.csv --where \"Modality = 'CT'\"",
        "dicomlab export catalog catalog.sqlite",
        "dicomlab export catalog tables --format parquet",
        "dicomlab export catalog headers.json --where \"PatientID = 'P1'\"",
    ),
)

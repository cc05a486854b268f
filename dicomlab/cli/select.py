"""`dicomlab select`: choose part of a catalog, and count it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicomlab.cli.base import FINDINGS, FINE, Answer, CatalogPlace, Verb
from dicomlab.cli.cells import records, table_lines
from dicomlab.cli.terminal import plural, wrapped
from dicomlab.errors import WrongArgument

if TYPE_CHECKING:
    from dicomlab.cohorts.cohort import Cohort

_SHOWN = ["what", "why", "n_patients", "n_studies", "n_series", "n_instances", "left_series"]


class Rung(StrEnum):
    """Whose table a condition is about."""

    patient = "patient"
    study = "study"
    series = "series"
    instance = "instance"
    frame = "frame"


def select_cohort(
    catalog: CatalogPlace,
    where: Annotated[
        str | None,
        typer.Argument(help="A condition in DuckDB's SQL, or one SELECT of UIDs.", show_default=False),
    ] = None,
    level: Annotated[Rung, typer.Option(help="Whose table the condition is about.")] = Rung.series,
    again: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A saved cohort, to choose it again and compare.")
    ] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to save the cohort.")] = None,
    files: Annotated[bool, typer.Option("--files", help="Print the file keys, one a line.")] = False,
) -> Answer:
    """Choose part of a catalog: who is in, and who is not.

    With --again the steps of a saved cohort are done on the catalog as it is now; the exit code is
    1 if something entered, left or changed since.
    """
    from dicomlab.catalog.catalog import open_catalog
    from dicomlab.cohorts.cohort import Cohort
    from dicomlab.cohorts.engine import select

    if (where is None) == (again is None):
        raise WrongArgument("WHERE", where, ("a condition", "--again FILE"))
    opened = open_catalog(catalog)
    cohort = select(opened, where, level=level.value) if where is not None else None
    if cohort is None:
        assert again is not None
        cohort = Cohort.load(again, opened)
    changes = cohort.changes
    if save is not None:
        cohort.save(save)
    content = {
        "counts": cohort.counts,
        "flow": records(cohort.flow),
        "changes": records(changes),
        "saved": None if save is None else str(save),
    }
    code = FINDINGS if len(changes) else FINE
    if files:
        keys = cohort.files()["file_key"].tolist()
        return Answer(keys, content | {"files": keys}, code)
    return Answer(_lines(cohort), content, code)


def _lines(cohort: Cohort) -> list[str]:
    lines, _ = table_lines(cohort.flow[_SHOWN])
    changes = cohort.changes
    if len(changes):
        counts = changes.groupby(["change", "why"]).size().reset_index(name="n")
        lines += ["", f"{plural(len(changes), 'series', 'series')} since it was saved:"]
        for change, why, n in counts.itertuples(index=False, name=None):
            lines += wrapped(f"{n:,} {change}: {why}", first="  ", rest="    ")
    return lines


VERB = Verb(
    "select",
    select_cohort,
    examples=(
        'dicomlab select catalog "SliceThickness <= 1.5" --save thin.json',
        'dicomlab select catalog "n_studies >= 2" --level patient --files > files.txt',
        "dicomlab select catalog --again thin.json",
    ),
)

"""Writing a report: results in, one HTML file out that needs nothing else."""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dicomlab.arguments import checked_arguments
from dicomlab.checks.summary import is_findings
from dicomlab.drift.base import Drift
from dicomlab.errors import WrongArgument
from dicomlab.masking import options
from dicomlab.new_files import write_text
from dicomlab.report.checks import summarise_checks
from dicomlab.report.frames import summarise_frame
from dicomlab.report.left_out import LeftOut
from dicomlab.report.origin import origin
from dicomlab.report.pictures import draw_pictures
from dicomlab.report.rows import write_rows
from dicomlab.report.sections import summarise
from dicomlab.schema.masks import shown_table


@checked_arguments
def write_report(
    *results: Drift | pd.DataFrame, to: str | Path, title: str | None = None, rows: bool = True
) -> Path:
    """Write results into one HTML file that opens offline and prints on A4.

    A `Drift` becomes a first page for the fleet and a section per device; the findings of `check`
    become a table a check, with what to do; another DataFrame becomes a table, under the title in its
    `attrs["title"]`. Columns that may identify a patient are left out of tables, and the report says
    which.

    The report of a Drift names no series. Which ones stand behind its findings is in a CSV beside it
    (drift-rows.csv beside drift.html, see `dicomlab.report.finding_rows`), unless `rows` is false or
    `dl.options.mask` is on: SeriesInstanceUIDs are no names, but lead to the patient in an archive.

    Each file is replaced in one step, so a reader never sees half of it. Gives the path of the page.
    A section or picture that cannot be made is left out; the end of the report and a warning say which.

    >>> write_report(drift, to=to / "drift.html").name
    'drift.html'
    """
    path, left_out = write_pages(results, to=to, title=title, rows=rows)
    if left_out.found:
        warnings.warn(left_out.remark, stacklevel=3)
    return path


def write_pages(
    results: tuple[Drift | pd.DataFrame, ...], *, to: str | Path, title: str | None, rows: bool
) -> tuple[Path, LeftOut]:
    """Write what `write_report` writes; gives the path, and what was left out."""
    left_out = LeftOut()
    path, rows = Path(to), rows and not options.mask
    beside = [_rows_file(path, i) if rows and isinstance(r, Drift) else "" for i, r in enumerate(results)]
    for result in results:
        if not isinstance(result, Drift | pd.DataFrame):
            raise WrongArgument("results", type(result).__name__, ["Drift", "DataFrame"])
    sections = [
        left_out.make(f"result {i}", partial(_section, result, f"r{i}", file, left_out), _nothing(i))
        for i, (result, file) in enumerate(zip(results, beside, strict=True), start=1)
    ]
    if not sections:
        raise WrongArgument("results", results, ["write_report(drift, to=...)"])
    summary: dict[str, Any] = {"title": title or _title(results), "sections": sections}
    summary["origin"] = origin(path.name, [s for s in sections if s["kind"] == "drift"])
    for result, file in zip(results, beside, strict=True):
        if file and isinstance(result, Drift):
            left_out.make("the CSV of rows", partial(write_rows, result, path.with_name(file)), None)
    return _replace(path, to_html(summary, made=date.today(), left_out=left_out)), left_out


def _nothing(number: int) -> dict[str, Any]:
    """The section of a result that could not be shown."""
    return {"kind": "left out", "name": f"r{number}"}


def _rows_file(path: Path, number: int) -> str:
    """The name of the CSV beside a report, for the result of that number."""
    return f"{path.stem}-rows{f'-{number + 1}' if number else ''}.csv"


def to_html(summary: dict[str, Any], *, made: date, left_out: LeftOut | None = None) -> str:
    """The page for a summary, which is plain data; what cannot be rendered is noted in `left_out`."""
    noted = left_out or LeftOut()
    environment = _environment()

    def alone(template: str, item: str, **facts: Any) -> Markup:
        """One section, or nothing where rendering it raises: then it is noted."""
        page = environment.get_template(template)
        return noted.make(item, lambda: Markup(page.render(alone=alone, **facts)), Markup(""))  # noqa: S704

    page = environment.get_template("page.html.jinja")
    return page.render(**summary, made=made, alone=alone, left_out=noted.found)


def _section(
    result: Drift | pd.DataFrame, name: str, rows_file: str = "", left_out: LeftOut | None = None
) -> dict[str, Any]:
    if isinstance(result, pd.DataFrame) and is_findings(result):
        return summarise_checks(result, name=name)
    if isinstance(result, pd.DataFrame):
        return summarise_frame(shown_table(result), name=name)
    result = replace(result, fleet=shown_table(result.fleet))
    summary = summarise(result, name=name, rows_file=rows_file, left_out=left_out)
    return {**summary, "pictures": draw_pictures(result, summary, left_out)}


def _title(results: tuple[Drift | pd.DataFrame, ...]) -> str:
    if any(isinstance(r, Drift) for r in results):
        return "Equipment drift"
    return "Checks" if any(is_findings(r) for r in results if isinstance(r, pd.DataFrame)) else "Report"


def _replace(path: Path, html: str) -> Path:
    return write_text(path, html)


_UNIT = re.compile(r"(?<=\d) (?=%)")
"""The blank of "19 %", at which no line may end."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("dicomlab.report", "templates"),
        autoescape=True,
        finalize=_cell,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _cell(value: Any) -> Any:
    """What a template prints: no control characters, nothing for what is absent."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        # Direction marks, NUL and lone surrogates could hide or break what stands around them.
        line = "".join(c if c.isprintable() else " " for c in value)
        return _UNIT.sub("\u00a0", line)
    return value

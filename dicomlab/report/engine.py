"""Writing a report: results in, one HTML file out that needs nothing else."""

from __future__ import annotations

import math
import os
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dicomlab.drift.base import Drift
from dicomlab.errors import WrongArgument
from dicomlab.report.frames import summarise_frame
from dicomlab.report.origin import origin
from dicomlab.report.pictures import draw_pictures
from dicomlab.report.sections import summarise


def write_report(*results: Drift | pd.DataFrame, to: str | Path, title: str | None = None) -> Path:
    """Write results into one HTML file that opens offline and prints on A4.

    A `Drift` becomes a first page for the fleet and a section per device; a DataFrame becomes a
    table, under the title in its `attrs["title"]`. Columns that may identify a patient are left
    out of tables, and the report says which.

    The file is replaced in one step, so a reader never sees half of it. Gives its path.

    >>> write_report(drift, to=to / "drift.html").name
    'drift.html'
    """
    path = Path(to)
    sections = [_section(result, name=f"r{i}") for i, result in enumerate(results, start=1)]
    if not sections:
        raise WrongArgument("results", results, ["write_report(drift, to=...)"])
    summary: dict[str, Any] = {"title": title or _title(results), "sections": sections}
    summary["origin"] = origin(path.name, [s for s in sections if s["kind"] == "drift"])
    return _replace(path, to_html(summary, made=date.today()))


def to_html(summary: dict[str, Any], *, made: date) -> str:
    """The page for a summary, which is plain data."""
    return _environment().get_template("page.html.jinja").render(**summary, made=made)


def _section(result: Drift | pd.DataFrame, name: str) -> dict[str, Any]:
    if isinstance(result, pd.DataFrame):
        return summarise_frame(result, name=name)
    if isinstance(result, Drift):
        summary = summarise(result, name=name)
        return {**summary, "pictures": draw_pictures(result, summary)}
    raise WrongArgument("results", type(result).__name__, ["Drift", "DataFrame"])


def _title(results: tuple[Drift | pd.DataFrame, ...]) -> str:
    return "Equipment drift" if any(isinstance(r, Drift) for r in results) else "Report"


def _replace(path: Path, html: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(html, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


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
        return "".join(c if c.isprintable() else " " for c in value)
    return value

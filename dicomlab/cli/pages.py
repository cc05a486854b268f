"""Reports that verbs write beside their answers, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dicomlab.cli.base import PARTIAL


@dataclass(frozen=True)
class Page:
    """A report that was written, or that nobody asked for."""

    path: Path | None = None
    remarks: tuple[str, ...] = ()
    """Sentences for stderr: what was left out."""

    def code(self, code: int) -> int:
        """The exit code of the verb, given the one of its answer."""
        return PARTIAL if self.remarks else code


def write_page(*results: Any, to: Path | None, title: str | None = None) -> Page:
    """Write results into one HTML file; nothing where `to` is None."""
    if to is None:
        return Page()
    from dicomlab.report.engine import write_pages

    path, left_out = write_pages(results, to=to, title=title, rows=True)
    return Page(path, (left_out.remark,) if left_out.found else ())

"""What findings say of themselves in a notebook: how many, of which check, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from dicomlab import cards
from dicomlab.checks.base import FINDING_COLUMNS
from dicomlab.checks.summary import about_of, summarise_findings
from dicomlab.printable_text import printable

_GROUPS, _ROWS = 12, 20


class Findings(pd.DataFrame):
    """What `check` gives: a DataFrame that a notebook shows as a card.

    Whatever is made of it, such as a part of its rows, is a plain DataFrame.
    """

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame

    def named(self, labels: Mapping[str, Mapping[str, Any]]) -> Findings:
        """The same findings, which know what to call their series; no column or copy has that."""
        object.__setattr__(self, "_labels", dict(labels))
        return self

    def __repr__(self) -> str:
        return printable(super().__repr__())

    def _repr_html_(self) -> str:
        if list(self.columns) != FINDING_COLUMNS:
            return str(pd.DataFrame(self).to_html(max_rows=60, max_cols=20))
        return findings_html(self)


def findings_html(findings: pd.DataFrame) -> str:
    """Findings as a card: counts, a row a check, and the first findings of all."""
    summary = summarise_findings(findings, least="note", most=1)
    groups: list[dict[str, Any]] = [
        {
            "severity": group["severity"],
            "check": group["check"],
            "findings": group["n"],
            "files": group["n_files"],
            "such as": group["findings"][0]["message"],
            "what to do": group["fix"],
        }
        for group in summary["groups"]
    ]
    left = ("severity", "check", "such as", "what to do")
    parts = [
        cards.line(summary["headline"] + "."),
        cards.table(groups[:_GROUPS], left=left),
    ]
    if len(groups) > _GROUPS:
        parts.append(cards.line(f"and {len(groups) - _GROUPS} more checks", quiet=True))
    if len(findings):
        names = ["severity", "check", "message", "level", "n_files"]
        rows: list[Any] = pd.DataFrame(findings)[names].head(_ROWS).to_dict("records")
        rows = [
            {**row, "about": about_of(findings, uid)}
            for row, uid in zip(rows, findings["uid"].head(_ROWS), strict=True)
        ]
        words = f"The first {len(rows):,} of {len(findings):,} findings"
        parts.append(cards.folded(words, cards.table(rows, left=(*names[:4], "about"))))
    if summary["not_run"]:
        missing: list[Any] = summary["not_run"]
        words = f"{len(missing):,} checks could not run"
        parts.append(cards.folded(words, cards.table(missing, left=("check", "reason"))))
    return cards.card("dicomlab findings", *parts)

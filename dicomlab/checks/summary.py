"""What checks found, in short: for people in a shell and in a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dicomlab.checks.base import FINDING_COLUMNS, SEVERITIES, Severity
from dicomlab.checks.labels import in_words
from dicomlab.errors import WrongArgument


def is_findings(table: pd.DataFrame) -> bool:
    """Whether a table is one that `check` gave."""
    return list(table.columns) == FINDING_COLUMNS


def summarise_findings(
    findings: pd.DataFrame, *, least: Severity = "warning", most: int = 5
) -> dict[str, Any]:
    """Count findings, and gather those of each check, as plain data.

    headline; counts by severity; groups, one a check and severity, the gravest first, with name,
    severity, n, n_files, fix and `most` findings, each with `about`, the series or study as people know it;
    n_left_out (less grave than `least`); n_run;
    n_looked_at (checks that had any row to look at); not_run.

    Raises WrongArgument for a severity that there is not.
    """
    if least not in SEVERITIES:
        raise WrongArgument("severity", least, SEVERITIES)
    told = SEVERITIES[: SEVERITIES.index(least) + 1]
    shown = findings[findings["severity"].isin(told)]
    counts: dict[str, int] = {
        severity: int((findings["severity"] == severity).sum()) for severity in SEVERITIES
    }
    return {
        "headline": headline(counts) or _nothing(findings.attrs),
        "counts": counts,
        "groups": [
            _group(own, most, findings)
            for _, own in shown.groupby(["severity", "check"], sort=False, observed=True)
        ],
        "n_left_out": len(findings) - len(shown),
        "n_run": len(findings.attrs.get("run", [])),
        "n_looked_at": len(_looked_at(findings.attrs)),
        "not_run": list(findings.attrs.get("not_run", [])),
    }


def about_of(findings: pd.DataFrame, uid: str | None) -> str:
    """Which series or study a finding is about, in words; nothing where that is not known."""
    label = getattr(findings, "_labels", {}).get(uid)
    return in_words(label) if label else ""


def headline(counts: dict[str, int]) -> str:
    """The counts in words, such as: 1 error, 2 warnings, 20 notes; no words where all are zero."""
    return ", ".join(f"{n:,} {severity}{'' if n == 1 else 's'}" for severity, n in counts.items() if n)


def _looked_at(attrs: Mapping[Any, Any]) -> list[str]:
    """The checks that had any row to look at."""
    return list(attrs.get("looked_at", attrs.get("run", [])))


def _nothing(attrs: Mapping[Any, Any]) -> str:
    """What is said where there is no finding: that nothing is wrong only where something was looked at."""
    if "run" not in attrs:
        return "No findings, and the table does not say which checks ran"
    if not attrs["run"]:
        return "No check could run, so nothing can be said"
    return "Nothing found" if _looked_at(attrs) else "There was nothing to look at, so nothing can be said"


def _group(own: pd.DataFrame, most: int, findings: pd.DataFrame) -> dict[str, Any]:
    first = own.iloc[0]
    return {
        "check": first["check"],
        "severity": first["severity"],
        "n": len(own),
        "n_files": int(own["n_files"].sum()),
        "fix": first["fix"],
        "findings": [
            {
                **{name: row[name] for name in ("message", "confidence", "uid", "n_files")},
                "file": row["files"][0] if row["files"] else "",
                "about": about_of(findings, row["uid"]),
            }
            for row in own.head(most).to_dict("records")
        ],
    }

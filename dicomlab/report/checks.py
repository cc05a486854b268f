"""What a report says about the findings of checks, as plain data."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dicomlab.checks.summary import summarise_findings

MOST_ROWS = 200
"""Findings of one check that a report shows."""
_WEIGHTS = {"error": 3, "warning": 2, "note": 1}


def summarise_checks(findings: pd.DataFrame, *, name: str) -> dict[str, Any]:
    """All that a report says about findings: a group a check, the gravest first."""
    summary = summarise_findings(findings, least="note", most=MOST_ROWS)
    groups = [{**group, "weight": _WEIGHTS[group["severity"]]} for group in summary["groups"]]
    return {
        **summary,
        "kind": "checks",
        "name": name,
        "groups": groups,
        "scope": f"{summary['n_run']} checks ran. An error: do not use it as it is. A warning: look before "
        "you use it. A note: worth knowing, and may well be meant.",
    }

"""How grave a change is: its size against what matters."""

from __future__ import annotations

from dicomlab.drift.findings.changes import Change, relative

UNIT_SEVERITY = 2
"""A change of unit is a table to mend, however large the factor: it says nothing of the machine."""


_WEIGHT = {"dose": 1.0, "safety": 1.0, "image": 0.8, "timing": 0.6}


def severity(change: Change) -> int:
    """From 1 (worth a look) to 3 (act): size against what matters."""
    weight = _WEIGHT[change.signal.parameter.weight]
    if change.kind == "unit":
        return UNIT_SEVERITY
    if change.kind == "tolerance":
        return 3 if change.detail.startswith("action") else 2
    if change.kind in ("share", "identity"):
        return 2 if abs(change.shares[1] - change.shares[0]) >= 0.25 else 1
    if change.is_exact:
        return 3 if weight == 1.0 and abs(relative(change)[0]) >= 0.1 else 2
    if change.kind == "spread":
        return 2 if change.after >= 1.6 * change.before else 1
    size = abs(change.after - change.before)
    floor = max(change.signal.parameter.floor, 1e-12)
    score = weight * max(size / (4 * floor), size / max(change.scatter, 1e-12) / 2)
    return 3 if score >= 1.5 else 2 if score >= 0.6 else 1

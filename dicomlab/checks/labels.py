"""Which series or study a finding is about, as people know it: patient, day, number and description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from dicomlab.checks.base import Readable
from dicomlab.masking import options
from dicomlab.printable_text import printable
from dicomlab.schema.levels import quoted
from dicomlab.schema.masks import is_masked, mask_value

MOST_LABELS = 2_000
"""Series and studies that have a label, of the gravest findings."""
_NAMES = ("PatientID", "StudyDate", "Modality", "SeriesNumber", "SeriesDescription", "StudyDescription")
_LEVELS = {"series": "SeriesInstanceUID", "study": "StudyInstanceUID"}
_LONGEST = 64


def labels_of(catalog: Readable, findings: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What the catalog says of the series and studies that findings are about, by UID."""
    found: dict[str, dict[str, Any]] = {}
    have = [str(name) for name in catalog.sql("SELECT * FROM series LIMIT 0").columns]
    for level, key in _LEVELS.items():
        uids = findings.loc[(findings["level"] == level) & findings["uid"].notna(), "uid"].unique()
        names = [name for name in _NAMES if name in have and (level == "series" or "Series" not in name)]
        if not len(uids) or key not in have:
            continue
        chosen = pa.table({key: pa.array(uids[:MOST_LABELS], pa.string())})
        values = ", ".join(f"min({quoted(name)}) AS {quoted(name)}" for name in names)
        query = f"SELECT {key}, {values} FROM series SEMI JOIN _about USING ({key}) GROUP BY {key}"
        for row in catalog.arrow(query, {"_about": chosen}).to_pylist():
            found[row.pop(key)] = row
    return found


def in_words(label: Mapping[str, Any]) -> str:
    """A label as text, with pseudonyms while masked.

    >>> in_words({"PatientID": "P1", "Modality": "CT", "SeriesNumber": 5, "SeriesDescription": "Head"})
    'patient P1, CT, series 5 "Head"'
    """
    seen = {name: _seen(name, value) for name, value in label.items() if value is not None}
    parts = [seen[name] for name in ("StudyDate", "Modality") if name in seen]
    if "PatientID" in seen:
        word = "" if seen["PatientID"].startswith("patient") else "patient "
        parts.insert(0, word + seen["PatientID"])
    number = f"series {seen['SeriesNumber']}" if "SeriesNumber" in seen else ""
    words = seen.get("SeriesDescription") or seen.get("StudyDescription", "")
    parts.append(" ".join(part for part in (number, f'"{words}"' if words else "") if part))
    return ", ".join(part for part in parts if part)


def _seen(name: str, value: Any) -> str:
    if options.mask and is_masked(name):
        value = mask_value(name, value)
    return "" if value is None else printable(str(value))[:_LONGEST]

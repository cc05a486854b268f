"""Tables of series, written by keyword."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dicomlab.protocols.reference import Acquisition, Protocol
from dicomlab.protocols.rules import Rule


def series(
    n: int = 1, *, modality: str = "MR", name: str = "t1", first: str = "2024-01-01", **values: Any
) -> pd.DataFrame:
    """Some series of one protocol, one a day; a list of `n` is a value for each."""
    table = pd.DataFrame(
        {
            "Modality": modality,
            "ProtocolName": name,
            "SeriesInstanceUID": [f"1.{abs(hash((name, first))) % 10**6}.{i}" for i in range(n)],
            "StudyInstanceUID": [f"2.{abs(hash((name, first))) % 10**6}.{i}" for i in range(n)],
            "Manufacturer": "ACME",
            "ManufacturerModelName": "Magna",
            "DeviceSerialNumber": "S4711",
            "StationName": "MR-1",
            "first_acquired_at": pd.date_range(first, periods=n, unit="us"),
        }
    )
    for column, value in values.items():
        table[column] = pd.Series(value if isinstance(value, list) else [value] * n, dtype=_type(value))
    return table


def _type(value: Any) -> str | None:
    one = next((v for v in value if v is not None), None) if isinstance(value, list) else value
    return "object" if isinstance(one, list | tuple) else None


def reference(*rules: Rule, **applies_to: str) -> Protocol:
    """A reference of one acquisition, for series named t1 unless said otherwise."""
    where = {name: (text,) for name, text in (applies_to or {"protocol": "t1"}).items()}
    return Protocol("test", (Acquisition("t1", rules, where),))

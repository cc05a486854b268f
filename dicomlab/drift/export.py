"""Hand the points of charts on: as CSV, or as QuAAC for programs of quality assurance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.drift.base import Drift
from dicomlab.errors import WrongArgument
from dicomlab.new_files import write_text
from dicomlab.schema.formulas import harmless_table

_FORMATS = (".csv", ".json")
_NOBODY = ("dicomlab", "nobody@example.org")


@checked_arguments
def export_points(
    drift: Drift, *, to: str | Path, performer: tuple[str, str] = _NOBODY, parameters: Sequence[str] = ()
) -> Path:
    """Write the points of watched signals to a file; gives its path.

    `.csv` has a row for each acquisition: the columns of `drift.points` with modality, unit, center,
    lower and upper of the signal; a text that a spreadsheet would run as a formula begins with a quote
    mark. `.json` is a QuAAC document (version 1.0) with the median of each day; QuAAC wants a
    `performer` with name and e-mail address. `parameters` names those to write, all if empty. Raises
    WrongArgument for another ending. The rows name machines, not patients; the column `series` holds
    SeriesInstanceUIDs.

    >>> path = export_points(drift, to=to / "points.csv", parameters=["CTDIvol"])
    >>> path.name
    'points.csv'
    """
    path = Path(to)
    if path.suffix not in _FORMATS:
        raise WrongArgument("to", path.name, [f"points{ending}" for ending in _FORMATS])
    signals = drift.signals[drift.signals["is_monitored"]]
    if len(parameters):
        signals = signals[signals["parameter"].isin(list(parameters))]
    facts = signals[["signal_id", "modality", "unit", "center", "lower", "upper"]]
    points = drift.points.merge(facts, on="signal_id")
    if path.suffix == ".csv":
        return write_text(path, harmless_table(points).to_csv(index=False))
    text = json.dumps(_document(points, drift.fleet, performer), indent=1, ensure_ascii=False)
    return write_text(path, text + "\n")


def _document(points: pd.DataFrame, fleet: pd.DataFrame, performer: tuple[str, str]) -> dict[str, Any]:
    """A QuAAC document; parts name each other by the MD5 of their JSON, as its format says."""
    user = _with_hash(dict(zip(("name", "email"), performer, strict=True)))
    machines = {str(row["device"]): _equipment(row) for row in fleet.to_dict("records")}
    levels = points[np.isfinite(points["value"]) & points["center"].notna()]
    used = {device: machines[device] for device in levels["device"].unique()}
    return {
        "version": "1.0",
        "datapoints": _datapoints(levels, used, user["hash"]),
        "equipment": list(used.values()),
        "users": [user],
        "attachments": [],
    }


def _equipment(row: dict[Any, Any]) -> dict[str, str]:
    names = {
        "name": "device",
        "type": "modality",
        "serial_number": "DeviceSerialNumber",
        "manufacturer": "Manufacturer",
        "model": "ManufacturerModelName",
    }
    return _with_hash({key: row[of] if isinstance(row[of], str) else "" for key, of in names.items()})


def _with_hash(entry: dict[str, str]) -> dict[str, str]:
    text = json.dumps(entry, sort_keys=True).encode()
    return entry | {"hash": hashlib.md5(text, usedforsecurity=False).hexdigest()}


def _datapoints(levels: pd.DataFrame, machines: dict[str, dict[str, str]], user: str) -> list[dict[str, Any]]:
    day = levels["date"].dt.normalize().rename("day")
    keys = ["device", "parameter", "stratum", "modality", day]
    daily = levels.groupby(keys, sort=True).agg(
        value=("value", "median"),
        n=("value", "size"),
        unit=("unit", "first"),
        **{name: (name, "first") for name in ("center", "lower", "upper")},
        is_alarm=("is_alarm", "any"),
    )
    return [_datapoint(row, machines, user) for row in daily.reset_index().to_dict("records")]


def _datapoint(row: dict[Any, Any], machines: dict[str, dict[str, str]], user: str) -> dict[str, Any]:
    return {
        "name": f"{row['parameter']} ({row['stratum']})",
        "perform datetime": f"{row['day']:%Y-%m-%dT00:00:00}",
        "measurement_value": float(f"{row['value']:.9g}"),
        "measurement_unit": row["unit"],
        "reference_value": float(f"{row['center']:.9g}"),
        "description": "Median of the day, from DICOM headers.",
        "procedure": "",
        "performer": user,
        "performer_comment": "",
        "primary_equipment": machines[row["device"]]["hash"],
        "reviewer": None,
        "parameters": {name: float(row[name]) for name in ("n", "lower", "upper")}
        | {"is_alarm": bool(row["is_alarm"])},
        "ancillary_equipment": [],
        "attachments": [],
    }

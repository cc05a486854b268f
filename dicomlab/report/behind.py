"""The series behind points of a chart, with what the catalog knows of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dicomlab.schema.levels import literal

if TYPE_CHECKING:
    from dicomlab.catalog.catalog import Catalog

_TOLD = "PatientID SeriesDescription ProtocolName StationName SoftwareVersions n_instances".split()
_MOST = 2000
"""Series that the catalog is asked for at once."""


def rows_behind(points: pd.DataFrame, catalog: Catalog | None = None) -> pd.DataFrame:
    """One row a point: its date and value, and the series it is from, in order of date.

    `points` are rows of `Drift.points`. Columns: date, value, adjusted (where it differs), text (of a
    value that is no number), those of the catalog's series that say what was done, SeriesInstanceUID.

    >>> rows_behind(drift.points.head(3), catalog)["StationName"].nunique()
    1
    """
    columns = ["date", "value"]
    if points["value"].isna().any():
        columns.append("text")
    adjusted = points["adjusted"] if "adjusted" in points else points["value"]
    if (adjusted.notna() & ((adjusted - points["value"]).abs() > 1e-9 * adjusted.abs())).any():
        columns.append("adjusted")
    told = points[[*columns, "series"]].rename(columns={"series": "SeriesInstanceUID"})
    told = told.sort_values("date", kind="stable")
    if catalog is not None and len(told):
        told = told.merge(_of_catalog(catalog, told["SeriesInstanceUID"]), how="left", on="SeriesInstanceUID")
    last = told.pop("SeriesInstanceUID")
    return told.assign(SeriesInstanceUID=last).reset_index(drop=True)


def _of_catalog(catalog: Catalog, uids: pd.Series) -> pd.DataFrame:
    have = set(catalog.read("series", where="false").columns)
    wanted = ["SeriesInstanceUID", *(name for name in _TOLD if name in have)]
    names = list(dict.fromkeys(uids.astype(str)))
    parts = [
        catalog.read(
            "series",
            wanted,
            where=f"SeriesInstanceUID IN ({', '.join(map(literal, names[at : at + _MOST]))})",
        )
        for at in range(0, len(names), _MOST)
    ]
    # A series that turns up under two patients is one acquisition all the same.
    return pd.concat(parts).drop_duplicates("SeriesInstanceUID")

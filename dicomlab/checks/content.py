"""What the table `slices` is made of: classic images and frames, with the volume that each is of.

Which volume that is was worked out when the catalog was made, and stands in its table `slices`; where it has
none, as of a scan that did not come to its end, it is worked out here.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dicomlab.checks.base import Readable
from dicomlab.schema.levels import quoted
from dicomlab.volumes.base import APART, PASSES, READ, WORKED_OUT
from dicomlab.volumes.rows import slices_sql
from dicomlab.volumes.splitting import split_series


def columns(catalog: Readable) -> list[str]:
    """The columns of `slices`."""
    names = [*_types(catalog, "instances"), *_types(catalog, "frames"), *WORKED_OUT]
    return list(dict.fromkeys(names))


def _types(catalog: Readable, table: str) -> dict[str, str]:
    found = catalog.sql(f"SELECT column_name, column_type FROM (DESCRIBE {quoted(table)})")
    return dict(zip(found["column_name"].astype(str), found["column_type"].astype(str), strict=True))


def query(catalog: Readable, names: Sequence[str]) -> str:
    """One SELECT of images and frames, with their volumes where the catalog has those."""
    is_split = catalog.has_volumes
    wanted = names if is_split else [*READ, *APART, *PASSES, *names]
    return slices_sql(wanted, _types(catalog, "instances"), _types(catalog, "frames"), is_split=is_split)


def with_volumes(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what WORKED_OUT lists, worked out unless they have it."""
    if "volume" not in rows:
        return split_series(rows)
    numbers = dict.fromkeys(("stack", "slab", "volume", "place", "n_lost"), "float64")
    return rows.astype(numbers).astype({"series": "int64", "gap_kind": "object", "apart_by": "object"})

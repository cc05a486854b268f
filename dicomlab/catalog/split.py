"""The tables `slices` and `volumes`: what each series holds, worked out when the upper levels are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from dicomlab.catalog import database as queries
from dicomlab.catalog.store import SLICES, VOLUMES, Part, Store
from dicomlab.isolation import SetAside, in_pieces, set_aside
from dicomlab.schema.levels import quoted
from dicomlab.volumes.base import APART, KEYS, PARTS, PASSES, READ, WORKED_OUT
from dicomlab.volumes.rows import slices_sql
from dicomlab.volumes.splitting import split_series

if TYPE_CHECKING:
    import duckdb

_ROWS = 50_000
_NEEDED = {*KEYS, *PARTS, "Rows"}
"""Columns of instances without which nothing can be split."""
_NUMBERS = ("series", "stack", "slab", "volume")


def split_tables(database: duckdb.DuckDBPyConnection, store: Store, tag: str) -> list[Part]:
    """Write both tables from the views instances and frames; gives the parts that are not committed yet.

    A catalog without the columns that are needed gets none of them.
    """
    if not _types(database, "instances").keys() >= _NEEDED:
        return []
    name = f"{tag}.parquet"
    with store.writer("slices", name) as slices, store.writer("volumes", name) as volumes:
        for block in _blocks(database):
            slices.write(_as_table(block[block["content"].notna()], SLICES))
            volumes.write(_as_table(_volumes(block), VOLUMES))
    return [part for part in (slices.part, volumes.part) if part is not None]


def _blocks(database: duckdb.DuckDBPyConnection) -> Iterator[pd.DataFrame]:
    """Whole series, split, with numbers that no other block has."""
    own, of_frames = _types(database, "instances"), _types(database, "frames")
    query = slices_sql([*READ, *APART, *PASSES, "acquired_at"], own, of_frames)
    found = queries.run_in_blocks(database, queries.sorted_by_group(query, KEYS), _ROWS)
    first = dict.fromkeys(_NUMBERS, 0)
    for table in queries.in_blocks(found, _ROWS):
        rows = queries.to_pandas(table)
        by = [name for name in ("InstanceNumber", "file_key") if name in rows]
        block = _split(rows.sort_values(by, kind="stable", ignore_index=True))
        for number in _NUMBERS:
            block[number] = block[number].astype("float64") + first[number]
            last = block[number].max()
            first[number] = first[number] if pd.isna(last) else int(last) + 1
        yield block


def _types(database: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    found = database.execute(f"SELECT column_name, column_type FROM (DESCRIBE {quoted(table)})").fetchall()
    return {str(name): str(kind) for name, kind in found}


def _split(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows split; series that the splitting raises for are in no volume."""
    try:
        return split_series(rows)
    except Exception as error:  # noqa: BLE001 - one series must not cost the others
        set_aside("The splitting", error)
    series = rows.groupby(list(KEYS), dropna=False, sort=False).ngroup().to_numpy()

    def some(first: int, last: int) -> pd.DataFrame:
        own = split_series(rows[(series >= first) & (series < last)].reset_index(drop=True))
        return own.assign(series=own["series"] + first)

    def alone(first: int, last: int, _: SetAside) -> pd.DataFrame:
        own = rows[(series >= first) & (series < last)].reset_index(drop=True)
        own[list(WORKED_OUT)] = np.nan
        return own.assign(series=first, content="image", apart_by="", gap_kind="")

    pieces = pd.concat(in_pieces(some, int(series.max(initial=-1)) + 1, alone), ignore_index=True)
    for name in ("stack", "slab", "volume"):  # each piece counts from 0
        number = pieces.groupby(["series", name], sort=False).ngroup()
        pieces[name] = number.where(pieces[name].notna())
    return pieces


def _volumes(block: pd.DataFrame) -> pd.DataFrame:
    """One row per volume: where it lies, how even it is, and what its slices share."""
    slices = block[block["volume"].notna()]
    of_volume = slices.groupby("volume", sort=True)
    found = of_volume[["series", "slab", "stack", "apart_by", "Modality", *KEYS]].first()
    found["n_slices"] = of_volume.size()
    found["n_instances"] = of_volume["file_key"].nunique()
    found["n_places"] = of_volume["place"].nunique()
    found["first_position_mm"] = of_volume["position_mm"].min()
    found["last_position_mm"] = of_volume["position_mm"].max()
    found["spacing_mm"] = of_volume["gap_mm"].median()
    found["n_odd_gaps"] = slices["gap_kind"].ne("").groupby(slices["volume"]).sum()
    if "acquired_at" in slices:
        found["first_acquired_at"] = of_volume["acquired_at"].min()
    _, first, volume = np.unique(slices["volume"], return_index=True, return_inverse=True)
    for name in (name for name in VOLUMES.names if name in slices and name not in found and name != "volume"):
        code = pd.factorize(slices[name])[0]
        differs = np.unique(volume[code != code[first][volume]])
        found[name] = slices[name].iloc[first].set_axis(found.index)
        found.loc[found.index[differs], name] = None
    return found.reset_index()


def _as_table(rows: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """The rows in the columns and types of a table; what they lack, or does not fit, is null."""
    columns = []
    for field in schema:
        if field.name not in rows:
            columns.append(pa.nulls(len(rows), field.type))
            continue
        values = rows[field.name]
        if pa.types.is_floating(field.type) or pa.types.is_integer(field.type):
            values = pd.to_numeric(values, errors="coerce").astype("Float64")
            values = values.astype("Int64") if pa.types.is_integer(field.type) else values
        columns.append(pa.Array.from_pandas(values, type=field.type, safe=False))
    return pa.table(columns, schema=schema)

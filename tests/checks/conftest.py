"""Blocks of rows as the engine gives them to checks."""

from __future__ import annotations

import pytest

from dicomlab.checks.tables import SOURCES


@pytest.fixture(scope="session")
def block_of(small_fleet):
    """The rows of the small fleet that a check would get; none of them with `empty`."""
    catalog = small_fleet["catalog"]

    def block(check, *, empty: bool = False):
        source = SOURCES[check.table]
        have = source.columns(catalog)
        names = ["file_key", "SeriesInstanceUID", *check.together, *check.needs, *check.wants]
        query = source.query(catalog, [name for name in dict.fromkeys(names) if name in have])
        rows = next(catalog.blocks(query, together=check.together, rows=10**6))
        rows = source.prepare(rows) if source.prepare else rows
        return rows.head(0) if empty else rows

    return block

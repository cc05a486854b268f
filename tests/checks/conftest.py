"""Blocks of rows as the engine gives them to checks."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from dicomlab.checks.tables import SOURCES
from dicomlab.volumes.splitting import split_series


@pytest.fixture(scope="session")
def block_of(small_fleet):
    """The rows of the small fleet that a check would get; none of them with `empty`."""
    catalog = small_fleet["catalog"]

    @cache
    def whole(check):
        source = SOURCES[check.table]
        have = source.columns(catalog)
        names = ["file_key", "SeriesInstanceUID", *check.together, *check.needs, *check.wants]
        wanted = [name for name in dict.fromkeys(names) if name in have]
        blocks = source.blocks(catalog, wanted, together=check.together, rows=10**6)
        rows = next(filter(check.takes, blocks), None)
        if rows is None:  # nothing is odd in this fleet
            rows = catalog.sql(source.query(catalog, wanted))
        return rows

    return lambda check, *, empty=False: whole(check).head(0) if empty else whole(check)


@pytest.fixture(scope="session")
def slices_of():
    """A block of `slices` written out: positions in mm, and what else each slice says."""
    return make_slices


def make_slices(positions_mm, *, direction=(1, 0, 0, 0, 1, 0), series="1.2", modality="CT", **more):
    """One series whose slices lie along the normal of `direction`; lists in `more` are one a slice."""
    n = len(positions_mm)
    normal = np.cross(direction[:3], direction[3:])
    rows = pd.DataFrame(
        {
            "file_key": [f"{series}/{i}" for i in range(n)],
            "PatientID": "P",
            "StudyInstanceUID": "1",
            "SeriesInstanceUID": series,
            "SOPInstanceUID": [f"{series}.{i}" for i in range(n)],
            "Modality": modality,
            "ImageType": "[ORIGINAL, PRIMARY, AXIAL]",
            "InstanceNumber": pd.array(range(1, n + 1), dtype="Int64"),
            **dict(
                zip(
                    ["row_x", "row_y", "row_z", "column_x", "column_y", "column_z"],
                    map(float, direction),
                    strict=True,
                )
            ),
            **{
                name: np.array(positions_mm, float) * normal[i]
                for i, name in enumerate(["place_x", "place_y", "place_z"])
            },
            **more,
        }
    )
    return split_series(rows)

"""What the table `slices` is made of: classic images and frames, with the volume that each is of.

A row is a classic image or a frame; `dicomlab.volumes` says which volume it is of, and where in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from dicomlab.checks.base import Readable
from dicomlab.schema.levels import quoted
from dicomlab.volumes.base import APART, PARTS, PASSES, READ, WORKED_OUT


def columns(catalog: Readable) -> list[str]:
    """The columns of `slices`."""
    names = [*_types(catalog, "instances"), *_types(catalog, "frames"), *WORKED_OUT]
    return list(dict.fromkeys(names))


def _types(catalog: Readable, table: str) -> dict[str, str]:
    found = catalog.sql(f"SELECT column_name, column_type FROM (DESCRIBE {quoted(table)})")
    return dict(zip(found["column_name"].astype(str), found["column_type"].astype(str), strict=True))


def query(catalog: Readable, names: Sequence[str]) -> str:
    """Images without frames, and frames; lists as text, positions and directions by component."""
    own, of_frames = _types(catalog, "instances"), _types(catalog, "frames")
    wanted = [n for n in dict.fromkeys([*READ, *APART, *PASSES, *names]) if n not in WORKED_OUT]
    classic = [_shown("i", n, own[n]) for n in wanted if n in own]
    framed = [
        _shown("f", n, of_frames[n]) if n in of_frames else _shown("i", n, own[n])
        for n in wanted
        if n in own or n in of_frames
    ]
    return (
        f"SELECT {', '.join(classic)} FROM instances i ANTI JOIN frames f USING (file_key) "
        f"WHERE {_IMAGES} UNION ALL BY NAME "
        f"SELECT {', '.join(framed)} FROM frames f JOIN instances i USING (file_key) WHERE {_IMAGES}"
    )


_IMAGES = 'i.SeriesInstanceUID IS NOT NULL AND i."Rows" IS NOT NULL'


def _shown(table: str, name: str, kind: str) -> str:
    column = f"{table}.{quoted(name)}"
    if name in PARTS:
        return ", ".join(f"{column}[{i + 1}] AS {part}" for i, part in enumerate(PARTS[name]))
    if kind == "DOUBLE[]":
        column = f"list_transform({column}, lambda x: round(x, 4))"
    return f"{column}::VARCHAR AS {quoted(name)}" if kind.endswith("[]") else f"{column} AS {quoted(name)}"

"""Images and frames as rows to be split: one query over instances and frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dicomlab.schema.levels import quoted
from dicomlab.volumes.base import PARTS, WORKED_OUT

_IMAGES = 'i.SeriesInstanceUID IS NOT NULL AND i."Rows" IS NOT NULL'


def slices_sql(
    names: Iterable[str], own: Mapping[str, str], of_frames: Mapping[str, str], *, is_split: bool = False
) -> str:
    """Images without frames, and frames; lists as text, positions and directions by component.

    `own` and `of_frames` are the types of the columns of instances and frames. With `is_split` what was
    worked out when the catalog was made is read with them, from the table slices.
    """
    wanted = [name for name in dict.fromkeys(names) if name not in WORKED_OUT]
    more = [f"s.{quoted(name)}" for name in WORKED_OUT] if is_split else []
    classic = [_shown("i", n, own[n]) for n in wanted if n in own] + more
    framed = [
        _shown("f", n, of_frames[n]) if n in of_frames else _shown("i", n, own[n])
        for n in wanted
        if n in own or n in of_frames
    ] + more
    of_classic = "JOIN slices s ON s.file_key = i.file_key AND s.frame IS NULL" if is_split else ""
    of_framed = "JOIN slices s ON s.file_key = f.file_key AND s.frame = f.frame" if is_split else ""
    left_out = "" if is_split else "ANTI JOIN frames f USING (file_key)"
    return (
        f"SELECT {', '.join(classic)} FROM instances i {left_out} {of_classic} "
        f"WHERE {_IMAGES} UNION ALL BY NAME "
        f"SELECT {', '.join(framed)} FROM frames f JOIN instances i ON i.file_key = f.file_key {of_framed} "
        f"WHERE {_IMAGES}"
    )


def _shown(table: str, name: str, kind: str) -> str:
    column = f"{table}.{quoted(name)}"
    if name in PARTS:
        return ", ".join(f"{column}[{i + 1}] AS {part}" for i, part in enumerate(PARTS[name]))
    if kind == "DOUBLE[]":
        column = f"list_transform({column}, lambda x: round(x, 4))"
    return f"{column}::VARCHAR AS {quoted(name)}" if kind.endswith("[]") else f"{column} AS {quoted(name)}"

"""What a series holds, parted before it is judged: the table `slices`.

A series is not a volume: it may hold a localiser, several orientations, echoes, phases, b-values
or acquisitions, each of which is a volume of its own. A row of `slices` is a classic image or a
frame; `part_content` says which volume it is of, and where in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dicomlab.checks.base import Readable
from dicomlab.checks.queries import is_secondary
from dicomlab.checks.spacing import SAME_PLACE_MM, with_gaps
from dicomlab.schema.levels import quoted

TOMOGRAPHIC = ("CT", "MR", "PT", "NM")
"""Modalities whose images are slices of a volume."""

_KEYS = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")
_READ = (
    *_KEYS,
    *("file_key", "SOPInstanceUID", "SOPClassUID", "Modality", "ImageType", "InstanceNumber", "Rows"),
    *("ImagePositionPatient", "ImageOrientationPatient", "slice_position_mm", "frame", "acquired_at"),
)
"""What the parting takes, besides what tells volumes apart."""

APART = (
    *("StackID", "FrameOfReferenceUID", "EchoNumbers", "EchoTime", "DiffusionBValue", "b_value"),
    *("TemporalPositionIndex", "TemporalPositionIdentifier", "CardiacTrigger", "TriggerTime"),
    *("NominalPercentageOfCardiacPhase", "InversionTime", "FlipAngle", "RepetitionTime", "ImageType"),
    *("KVP", "ConvolutionKernel", "AcquisitionNumber", "nm_energy_window", "nm_phase", "nm_time_slot"),
)
"""What tells volumes at one place apart, in the order in which it is tried."""

WORKED_OUT = (
    *("slice", "content", "series", "stack", "volume", "position_mm", "place"),
    *("gap_mm", "usual_gap_mm", "gap_kind", "n_lost"),
)
"""Columns of `slices` that `part_content` adds.

series, stack: numbers, in the block, of the series and of the orientation in it.
slice: number of the frame, else InstanceNumber. content: image, localiser, secondary.
volume: which volume it is of, a number of the block; null where it is of none. position_mm: along
the normal of the volume's first slice. place: number of the position in its orientation, from 0.
gap_mm: distance to the next position of the volume; usual_gap_mm: what it is nearby; gap_kind: lost,
close, uneven or empty; n_lost: how many slices would fit into a gap that lost some.
"""

_DIRECTIONS = 24
"""Orientations told apart in a series; more are one each, as in a radial stack."""
_FEW = 3
"""Places of a larger stack that repeat and are still mistakes, and no second volume."""
_SAME_DIRECTION = float(np.cos(np.radians(1.0)))


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
    wanted = [n for n in dict.fromkeys([*_READ, *APART, *names]) if n not in WORKED_OUT]
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
    if name in _PARTS:
        return ", ".join(f"{column}[{i + 1}] AS {part}" for i, part in enumerate(_PARTS[name]))
    if kind == "DOUBLE[]":
        column = f"list_transform({column}, lambda x: round(x, 4))"
    return f"{column}::VARCHAR AS {quoted(name)}" if kind.endswith("[]") else f"{column} AS {quoted(name)}"


_PARTS = {
    "ImagePositionPatient": ("place_x", "place_y", "place_z"),
    "ImageOrientationPatient": ("row_x", "row_y", "row_z", "column_x", "column_y", "column_z"),
}


def part_content(rows: pd.DataFrame) -> pd.DataFrame:
    """Say of each slice what it is, which volume it is of, and where in it; see WORKED_OUT.

    Slices of a file that came twice count once.
    """
    parted = _once(rows)
    parted = parted.assign(slice=_numbers(parted), content=_content(parted))
    parted = _with_positions(parted)
    parted = parted.assign(volume=_volumes(parted))
    return with_gaps(parted)


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the copies of an instance that lie in the same place under the same numbers."""
    same = [*_KEYS, "SOPInstanceUID", "InstanceNumber", "frame", *_PARTS["ImagePositionPatient"]]
    known = rows["SOPInstanceUID"].notna() if "SOPInstanceUID" in rows else False
    again = rows.duplicated([name for name in same if name in rows]) & known
    return rows[~again].reset_index(drop=True)


def _numbers(rows: pd.DataFrame) -> pd.Series:
    nothing = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    frame = rows.get("frame", nothing)
    number = rows.get("InstanceNumber", nothing)
    several = frame.notna() & rows.duplicated("file_key", keep=False)
    return number.where(~several, frame).astype("Int64")


def _content(rows: pd.DataFrame) -> pd.Series:
    what = pd.Series("image", index=rows.index, dtype=object)
    if "SOPClassUID" in rows:
        what = what.mask(is_secondary(rows["SOPClassUID"]), "secondary")
    if "ImageType" in rows:
        kinds = rows["ImageType"].str.upper()
        is_localiser = kinds.str.contains(r"LOCALI[SZ]ER|SCOUT|TOPOGRAM", regex=True)
        what = what.mask(is_localiser.fillna(False).astype(bool), "localiser")
    return what


def _with_positions(rows: pd.DataFrame) -> pd.DataFrame:
    """Add `stack` (slices of one orientation of a series), `position_mm` and `place` in the stack."""
    series = rows.groupby([k for k in _KEYS if k in rows], dropna=False, sort=False).ngroup().to_numpy()
    is_slice = (rows["content"] == "image") & rows["Modality"].isin(TOMOGRAPHIC)
    direction, normal = _directions(rows, series)
    position = _projected(rows, normal)
    is_slice = is_slice.to_numpy() & np.isfinite(position) & (direction >= 0)
    stack = pd.Series(np.where(is_slice, series * (_DIRECTIONS + 2) + direction + 1, -1), index=rows.index)
    table = pd.DataFrame({"stack": stack, "position": position})[is_slice].sort_values(["stack", "position"])
    is_new = table["stack"].ne(table["stack"].shift()) | (table["position"].diff() > SAME_PLACE_MM)
    number = is_new.cumsum()
    place = number - number.groupby(table["stack"]).transform("min")
    return rows.assign(
        series=series,
        stack=stack.where(is_slice),
        position_mm=np.where(is_slice, position, np.nan),
        place=place.reindex(rows.index),
    )


def _directions(rows: pd.DataFrame, series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The number of each slice's orientation in its series, and the normal of that orientation."""
    number, shared = np.full(len(rows), _DIRECTIONS), np.full((len(rows), 3), np.nan)
    if not set(_PARTS["ImageOrientationPatient"]) <= set(rows.columns):
        return number, shared
    six = rows[list(_PARTS["ImageOrientationPatient"])].to_numpy(float)
    normal = np.cross(six[:, :3], six[:, 3:])
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = np.divide(normal, length, out=np.full_like(normal, np.nan), where=length > 0.5)
    left = np.flatnonzero(np.isfinite(normal).all(axis=1))
    for turn in range(_DIRECTIONS):
        if not len(left):
            break
        _, first, which = np.unique(series[left], return_index=True, return_inverse=True)
        lead = normal[left[first]][which]
        like = (normal[left] * lead).sum(axis=1) > _SAME_DIRECTION
        number[left[like]], shared[left[like]] = turn, lead[like]
        left = left[~like]
    number[left] = -1
    return number, shared


def _projected(rows: pd.DataFrame, normal: np.ndarray) -> np.ndarray:
    position = np.full(len(rows), np.nan)
    if set(_PARTS["ImagePositionPatient"]) <= set(rows.columns):
        position = (rows[list(_PARTS["ImagePositionPatient"])].to_numpy(float) * normal).sum(axis=1)
    if "slice_position_mm" in rows:
        position = np.where(np.isnan(position), rows["slice_position_mm"].to_numpy(float), position)
    return position


def _volumes(rows: pd.DataFrame) -> pd.Series:
    """The number of the volume that each slice is of: a stack, parted where its places repeat."""
    slices = rows[rows["stack"].notna()]
    volume = slices["stack"].astype("int64")
    n_places = slices["place"].groupby(slices["stack"]).transform("max") + 1
    open_ones = slices.duplicated(["stack", "place"]).groupby(slices["stack"]).transform("any")
    for name in (n for n in APART if n in rows):
        if not open_ones.any():
            break
        own = slices[open_ones]
        finer = own.groupby([volume[open_ones], own[name]], dropna=False, sort=False).ngroup()
        helps = _helps(own, volume[open_ones], finer, n_places[open_ones])
        top = int(volume.max()) + 1
        volume = volume.mask(volume.index.isin(helps.index[helps]), finer.reindex(volume.index) + top).astype(
            "int64"
        )
        repeats = pd.DataFrame({"v": volume, "p": slices["place"]}).duplicated()
        open_ones = repeats.groupby(slices["stack"]).transform("any")
    return _by_turn(slices, volume, open_ones).reindex(rows.index)


def _helps(own: pd.DataFrame, volume: pd.Series, finer: pd.Series, n_places: pd.Series) -> pd.Series:
    """Whether parting a stack makes fewer places repeat and leaves volumes of a sensible size."""
    before = (
        pd.DataFrame({"v": volume, "p": own["place"]}).duplicated().groupby(own["stack"]).transform("sum")
    )
    after = pd.DataFrame({"v": finer, "p": own["place"]}).duplicated().groupby(own["stack"]).transform("sum")
    n_rows = own.groupby("stack")["place"].transform("size")
    n_volumes = finer.groupby(own["stack"]).transform("nunique")
    is_many = (before > _FEW) | (before >= n_places / 2)
    return is_many & (after < before) & (n_rows / n_volumes >= n_places / 2)


def _by_turn(slices: pd.DataFrame, volume: pd.Series, open_ones: pd.Series) -> pd.Series:
    """Part what still repeats by turn: most places come as often, as in a series through time."""
    own = slices[open_ones]
    if own.empty:
        return volume
    order = own.sort_values(
        [n for n in ("InstanceNumber", "frame", "acquired_at") if n in own], kind="stable"
    )
    turn = order.groupby([volume[order.index], order["place"]]).cumcount().reindex(own.index)
    times = own.groupby([volume[own.index], own["place"]])["stack"].transform("size")
    usual = times.groupby(volume[own.index]).transform("median")
    turn = turn.where(usual >= 2, 0)
    parted = pd.DataFrame({"v": volume[own.index], "t": turn}).groupby(["v", "t"], sort=False).ngroup()
    return volume.mask(open_ones, parted.reindex(volume.index) + int(volume.max()) + 1).astype("int64")

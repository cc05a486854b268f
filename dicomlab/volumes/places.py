"""Where slices lie: their orientation in the series, and their position along its normal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dicomlab.volumes.base import KEYS, PARTS, TOMOGRAPHIC
from dicomlab.volumes.spacing import SAME_PLACE_MM

_DIRECTIONS = 24
"""Orientations told apart in a series; more are one each, as in a radial stack."""
_SAME_DIRECTION = float(np.cos(np.radians(1.0)))


def with_positions(rows: pd.DataFrame) -> pd.DataFrame:
    """Add `stack` (slices of one orientation of a series), `position_mm` and `place` in the stack."""
    series = rows.groupby([k for k in KEYS if k in rows], dropna=False, sort=False).ngroup().to_numpy()
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
    if not set(PARTS["ImageOrientationPatient"]) <= set(rows.columns):
        return number, shared
    six = rows[list(PARTS["ImageOrientationPatient"])].to_numpy(float)
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
    if set(PARTS["ImagePositionPatient"]) <= set(rows.columns):
        position = (rows[list(PARTS["ImagePositionPatient"])].to_numpy(float) * normal).sum(axis=1)
    if "slice_position_mm" in rows:
        position = np.where(np.isnan(position), rows["slice_position_mm"].to_numpy(float), position)
    return position

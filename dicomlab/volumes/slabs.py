"""Slices of one orientation that lie apart, or in two grids: two joints, two breasts, two passes.

A gap that is wider than others has lost slices, unless something says that it is meant: an attribute
that tells the slices on either side apart, or numbers that run on across it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dicomlab.volumes.base import PASSES
from dicomlab.volumes.spacing import LEAST_PLACES, with_gaps

LEAST_LOST = 5
"""Slices that a gap must have room for, to be one between slabs where only the numbers say so."""
LEAST_LOST_EQUAL = 3
"""The same where all slabs have as many slices."""
_EVEN = 1.3
_LEAST_OF_SLAB = 3
_MOST_PARTS = 12
_OF_GAPS = ["gap_mm", "usual_gap_mm", "gap_kind", "n_lost"]


def split_where_apart(slices: pd.DataFrame) -> pd.DataFrame:
    """Split volumes whose gaps are meant; gives the slices with other `volume`, `slab` and gaps.

    `slices` have the columns that `with_gaps` adds. Slices that lie apart are in slabs of their own, so that
    volumes of different places are not compared.
    """
    repeats = slices["volume"].notna() & slices.duplicated(["volume", "place"])
    gaps = slices["gap_mm"].groupby(slices["volume"]).agg(["min", "max"])
    uneven = gaps.index[gaps["max"] > _EVEN * gaps["min"]]
    odd = slices["gap_kind"].ne("") | repeats | slices["volume"].isin(uneven)
    own = slices[slices["volume"].isin(slices.loc[odd, "volume"].unique())]
    if own.empty:
        return slices
    absent = _absent_numbers(slices, own["series"].unique())
    parts = {}
    for _, rows in own.groupby("volume", sort=False):
        found = _by_attribute(rows, absent) or _by_place(rows, absent)
        if found is not None:
            parts[rows["volume"].iloc[0]] = found
    return _with_parts(slices, parts) if parts else slices


def _with_parts(slices: pd.DataFrame, parts: dict[int, tuple[str, pd.Series]]) -> pd.DataFrame:
    """The slices with volumes and slabs that are split, and their gaps worked out anew."""
    number = pd.concat([part for _, part in parts.values()])
    words = slices.loc[number.index, "volume"].map({volume: word for volume, (word, _) in parts.items()})
    volume, slab, apart = slices["volume"].copy(), slices["slab"].copy(), slices["apart_by"].copy()
    for column in (volume, slab):
        finer = pd.DataFrame({"whole": column[number.index], "part": number})
        new = finer.groupby(["whole", "part"], sort=False).ngroup() + int(column.max()) + 1
        column.loc[number.index] = new
    apart.loc[number.index] = (apart.loc[number.index] + " " + words).str.strip()
    out = slices.assign(volume=volume, slab=slab, apart_by=apart)
    again = with_gaps(out.loc[number.index].drop(columns=_OF_GAPS))
    for name in _OF_GAPS:
        out.loc[number.index, name] = again[name]
    return out


def _absent_numbers(slices: pd.DataFrame, series: np.ndarray) -> dict[int, int]:
    """How many InstanceNumbers are missing between the first and the last one of each series."""
    if "InstanceNumber" not in slices:
        return {}
    own = slices.loc[slices["series"].isin(series), ["series", "InstanceNumber"]].dropna()
    found = own["InstanceNumber"].astype("int64").groupby(own["series"])
    absent = found.max() - found.min() + 1 - found.nunique()
    return dict(zip(absent.index.astype(int).tolist(), absent.astype(int).tolist(), strict=True))


def _n_absent(rows: pd.DataFrame, absent: dict[int, int]) -> int | None:
    """How many numbers are missing; None where nothing counts the slices.

    Frames are always numbered through, so that only their numbers in the stack say anything.
    """
    if "frame" in rows and rows["frame"].notna().any():
        number = rows["InStackPositionNumber"].dropna() if "InStackPositionNumber" in rows else ()
        return int(np.ptp(number)) + 1 - len(set(number)) if len(number) else None
    return absent.get(int(rows["series"].iloc[0]))


def _by_attribute(rows: pd.DataFrame, absent: dict[int, int]) -> tuple[str, pd.Series] | None:
    """The parts by an attribute, each of them even and with one slice a place, where the whole is not."""
    n_lost = rows["n_lost"].sum()
    for name in (n for n in PASSES if n in rows):
        value = rows[name]
        if not value.notna().all() or not 1 < value.nunique() <= _MOST_PARTS:
            continue
        part = pd.Series(pd.factorize(value)[0], index=rows.index)
        if rows["place"].groupby(part).nunique().min() < LEAST_PLACES:
            continue
        again = with_gaps(rows.drop(columns=_OF_GAPS).assign(volume=part))
        if again.duplicated(["volume", "place"]).any():
            continue
        if again["gap_kind"].ne("").any():
            continue
        if name == "StackID" or not _says_lost(_n_absent(rows, absent), n_lost):
            return name, part
    return None


def _says_lost(n_absent: int | None, n_lost: float) -> bool:
    """Whether as many numbers are missing as there is room for slices."""
    if n_absent is None:
        return n_lost == 1
    return 0.5 * n_lost <= n_absent <= 1.5 * n_lost + 1 and n_lost > 0


def _by_place(rows: pd.DataFrame, absent: dict[int, int]) -> tuple[str, pd.Series] | None:
    """The slabs between wide gaps, where the numbers of the slices run on across them."""
    spots = rows.drop_duplicates("place").sort_values("place")
    lost = spots["n_lost"].where(spots["gap_kind"].eq("lost"), 0).to_numpy()
    n_absent = _n_absent(rows, absent)
    if n_absent is None:
        return None
    for least, is_equal in ((LEAST_LOST_EQUAL, True), (LEAST_LOST, False)):
        is_wide = lost >= least
        slab: np.ndarray = np.cumsum(is_wide) - is_wide
        size = np.bincount(slab.astype(int))
        fits = len(size) > 1 and size.min() >= _LEAST_OF_SLAB and (size.min() == size.max() or not is_equal)
        if fits and 2 * n_absent < lost[is_wide].sum():
            number = dict(zip(spots["place"], slab, strict=True))
            return "place", rows["place"].map(number).astype(int)
    return None

"""Distances between the slices of a volume, and which of them are unusual."""

from __future__ import annotations

import pandas as pd

SAME_PLACE_MM = 0.01
"""Positions no further apart are the same: what is left of writing numbers as text."""
LEAST_PLACES = 4
"""Positions of a volume below which nothing is usual."""
LOST = 1.5
"""A gap this many times as wide as the gaps on either side has lost slices."""
CLOSE = 0.6
"""A gap below this share of the usual one is a slice too many."""
UNEVEN = 0.05
"""Share of the usual gap by which gaps may differ."""
ROUNDED_MM = 0.11
"""What gaps may differ by because positions were written with one decimal."""
_NEAR = 5
"""Gaps on one side that say what is usual there."""


def with_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Add gap_mm, usual_gap_mm, gap_kind and n_lost; see `base.WORKED_OUT`."""
    slices = rows.loc[rows["volume"].notna(), ["volume", "position_mm", "place"]]
    spots = slices.drop_duplicates(["volume", "place"]).sort_values(["volume", "place"])
    gap = spots["position_mm"].shift(-1) - spots["position_mm"]
    gap = gap.where(spots["volume"].eq(spots["volume"].shift(-1)))
    usual = gap.groupby(spots["volume"]).transform("median")
    kind = pd.Series("", index=spots.index, dtype=object)
    off = (gap - usual).abs() > _allowed(usual)
    n_places = spots.groupby("volume")["place"].transform("size")
    odd = off.groupby(spots["volume"]).transform("any") & (n_places >= LEAST_PLACES)
    if odd.any():
        near, kinds = _kinds(spots.loc[odd, "volume"], gap[odd])
        usual, kind = usual.mask(odd, near.reindex(usual.index)), kind.mask(odd, kinds.reindex(kind.index))
    lost = ((gap / usual).round() - 1).clip(lower=1).where(kind == "lost")
    found = pd.DataFrame({"gap_mm": gap, "usual_gap_mm": usual, "gap_kind": kind, "n_lost": lost})
    return rows.join(found.reindex(rows.index)).fillna({"gap_kind": ""})


def _allowed(usual: pd.Series) -> pd.Series:
    """By how much a gap may differ from the usual one; rounding counts only where slices are thick."""
    return (UNEVEN * usual).clip(lower=(0.4 * usual).clip(upper=ROUNDED_MM))


def _kinds(volume: pd.Series, gap: pd.Series) -> tuple[pd.Series, pd.Series]:
    """What is usual beside each gap, and what is unusual about it."""
    before = _rolling(volume, gap).groupby(volume).shift(1)
    after = _rolling(volume[::-1], gap[::-1]).groupby(volume[::-1]).shift(1).reindex(gap.index)
    beside = pd.DataFrame({"before": before, "after": after})
    wide = beside.max(axis=1)
    narrow = beside.assign(overall=gap.groupby(volume).transform("median")).min(axis=1)
    kind = pd.Series("", index=gap.index, dtype=object)
    kind = kind.mask((gap - wide > _allowed(wide)) | (narrow - gap > _allowed(narrow)), "uneven")
    kind = kind.mask(gap < CLOSE * narrow, "close").mask(gap > LOST * wide, "lost")
    usual = wide.where(gap >= wide, narrow.where(gap <= narrow, gap))
    return usual, _of_one_slice(volume, gap, usual, kind)


def _of_one_slice(volume: pd.Series, gap: pd.Series, usual: pd.Series, kind: pd.Series) -> pd.Series:
    """The kinds, with both gaps beside one slice told alike: out of place, or a slice too many."""
    both = gap + gap.shift(1)
    is_pair = kind.ne("") & kind.shift(1).fillna("").ne("") & volume.eq(volume.shift(1))
    for name, whole in (("uneven", 2 * usual), ("close", usual)):
        fits = is_pair & ((both - whole).abs() <= _allowed(usual))
        kind = kind.mask(fits | fits.shift(-1, fill_value=False), name)
    return kind


def _rolling(volume: pd.Series, gap: pd.Series) -> pd.Series:
    found = gap.groupby(volume, sort=False).rolling(_NEAR, min_periods=1).median()
    return found.droplevel(0).reindex(gap.index)

"""What a series holds, split before it is judged or counted.

A series is not a volume: it may hold a localiser, several orientations, echoes, phases, b-values
or acquisitions, each of which is a volume of its own. A row is a classic image or a frame;
`split_series` says which volume it is of, and where in it.
"""

from __future__ import annotations

import pandas as pd

from dicomlab.volumes.base import APART, KEYS, OF_A_RUN, PARTS, is_secondary
from dicomlab.volumes.places import with_positions
from dicomlab.volumes.slabs import split_where_apart
from dicomlab.volumes.spacing import with_gaps

_FEW = 3
"""Places of a larger stack that repeat and are still mistakes, and no second volume."""
_LEAST = 2
"""Places that a volume has at least which is told apart by what a run takes several values of."""
_WHOLE = 0.9
"""Share of the places of a stack from which on a volume counts as whole."""


def split_series(rows: pd.DataFrame) -> pd.DataFrame:
    """Say of each slice what it is, which volume it is of, and where in it; see WORKED_OUT.

    Slices of a file that came twice count once.
    """
    slices = _once(rows)
    slices = slices.assign(slice=_numbers(slices), content=_content(slices))
    slices = with_positions(slices)
    volume, apart = _volumes(slices)
    slices = slices.assign(volume=volume, slab=slices["stack"], apart_by=apart)
    return split_where_apart(with_gaps(slices))


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the copies of an instance that lie in the same place under the same numbers."""
    same = [*KEYS, "SOPInstanceUID", "InstanceNumber", "frame", *PARTS["ImagePositionPatient"]]
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


def _volumes(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The number of the volume that each slice is of, and what tells volumes apart, as text.

    A volume is a stack, split where its places repeat.
    """
    slices = rows[rows["stack"].notna()]
    volume = slices["stack"].astype("int64")
    apart = pd.Series("", index=rows.index, dtype=object)
    n_places = slices["place"].groupby(slices["stack"]).transform("max") + 1
    repeated = slices.loc[slices.duplicated(["stack", "place"]), "stack"].unique()
    open_ones = slices["stack"].isin(repeated)
    for name in (n for n in APART if n in rows):
        if not open_ones.any():
            break
        own = slices[open_ones]
        finer = own.groupby([volume[open_ones], own[name]], dropna=False, sort=False).ngroup()
        helps = _helps(own, volume[open_ones], finer, n_places[open_ones], of_a_run=name in OF_A_RUN)
        changed = helps.index[helps]
        volume.loc[changed] = finer[changed] + int(volume.max()) + 1
        apart.loc[changed] += f" {name}"
        repeats = pd.DataFrame({"v": volume[own.index], "p": own["place"]}).duplicated()
        open_ones &= slices["stack"].isin(own.loc[repeats, "stack"].unique())
    volume, by_turn = _by_turn(slices, volume, open_ones)
    apart.loc[by_turn] += " turn"
    return volume.reindex(rows.index), apart.str.lstrip()


def _helps(
    own: pd.DataFrame, volume: pd.Series, finer: pd.Series, n_places: pd.Series, *, of_a_run: bool
) -> pd.Series:
    """Whether splitting a stack makes fewer places repeat and leaves volumes of a sensible size.

    What a run takes several values of (`of_a_run`) may leave a short volume beside a whole one.
    """
    stack = own["stack"]
    before = pd.DataFrame({"v": volume, "p": own["place"]}).duplicated().groupby(stack).transform("sum")
    after = pd.DataFrame({"v": finer, "p": own["place"]}).duplicated().groupby(stack).transform("sum")
    n_rows = own.groupby("stack")["place"].transform("size")
    size = finer.map(finer.value_counts())
    n_volumes = finer.groupby(stack).transform("nunique")
    is_many = (before > _FEW) | (before >= n_places / 2)
    fits = is_many & (n_rows / n_volumes >= n_places / 2)
    if of_a_run:
        whole, least = size.groupby(stack).transform("max"), size.groupby(stack).transform("min")
        fits |= (after == 0) & (whole >= _WHOLE * n_places) & (least >= _LEAST)
    return fits & (after < before)


def _by_turn(
    slices: pd.DataFrame, volume: pd.Series, open_ones: pd.Series
) -> tuple[pd.Series, pd.Index[int]]:
    """Split what still repeats by turn: most places come as often, as in a series through time.

    Gives the volumes, and which slices were split.
    """
    own = slices[open_ones]
    if own.empty:
        return volume, own.index
    order = own.sort_values(
        [n for n in ("InstanceNumber", "frame", "acquired_at") if n in own], kind="stable"
    )
    turn = order.groupby([volume[order.index], order["place"]]).cumcount().reindex(own.index)
    times = own.groupby([volume[own.index], own["place"]])["stack"].transform("size")
    usual = times.groupby(volume[own.index]).transform("median")
    turn = turn.where(usual >= 2, 0)
    parts = pd.DataFrame({"v": volume[own.index], "t": turn}).groupby(["v", "t"], sort=False).ngroup()
    several = usual.index[usual >= 2]
    return volume.mask(open_ones, parts.reindex(volume.index) + int(volume.max()) + 1).astype(
        "int64"
    ), several

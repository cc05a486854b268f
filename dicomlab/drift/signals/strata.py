"""Which series are judged, and what makes two of them comparable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from dicomlab.devices import column, texts
from dicomlab.errors import MissingColumn
from dicomlab.series import is_original, is_phantom, protocol_names, reconstruction_names

ALL = "all"
"""The stratum of everything a machine did, with protocol and size taken out."""

PHANTOM = "phantom: "
"""What the strata of test images begin with."""

_NO_DATE = "{n} series have no date of acquisition"
_NO_DEVICE = "{n} series name no machine: no serial number, station or model"
_STRAY = "{n} series are dated far from the others of their machine"
_NOT_ORIGINAL = "{n} series are localisers or were derived from other images"


@dataclass(frozen=True)
class Judged:
    """The series that are judged, and why others were left out."""

    rows: pd.DataFrame
    left_out: pd.DataFrame

    def by_machine(self) -> Iterator[pd.DataFrame]:
        """The rows of each machine."""
        device = pd.factorize(self.rows["device"])[0]
        edges = np.flatnonzero(np.diff(device, prepend=-1, append=-1))
        return (self.rows.iloc[low:high] for low, high in pairwise(edges))


def judged_series(series: pd.DataFrame, devices: pd.Series, is_stray: pd.Series | None = None) -> Judged:
    """Keep dated originals of a known machine; say what was left out and why.

    The rows of a machine lie together, in order of time. Adds device, day (datetime64), protocol,
    reconstruction and is_phantom. Images derived from others count for projection radiography
    only, where the image for presentation is one.
    """
    rows = series.assign(device=devices)
    reasons = pd.Series(pd.NA, index=rows.index, dtype="object")
    reasons[~is_original(rows)] = _NOT_ORIGINAL
    if is_stray is not None:
        reasons[is_stray] = _STRAY
    reasons[column(rows, "first_acquired_at").isna()] = _NO_DATE
    reasons[rows["device"].isna()] = _NO_DEVICE
    out = rows.assign(reason=reasons)[reasons.notna()]
    counts = out.groupby([out["device"].astype(object).fillna("unidentified"), "reason"]).size()
    left_out = counts.rename("n").reset_index()
    left_out["reason"] = [why.format(n=n) for why, n in zip(left_out["reason"], left_out["n"], strict=True)]
    kept = np.flatnonzero(reasons.isna())
    when, machine = (rows[name].to_numpy()[kept] for name in ("first_acquired_at", "device"))
    kept = kept[np.lexsort((when, pd.factorize(machine, sort=True)[0]))]
    return Judged(_described(rows.iloc[kept]), left_out)


def _described(rows: pd.DataFrame) -> pd.DataFrame:
    protocol = protocol_names(rows)
    return rows.assign(
        day=rows["first_acquired_at"].dt.normalize(),
        protocol=protocol,
        reconstruction=reconstruction_names(rows, protocol),
        is_phantom=is_phantom(rows),
    )


def stratum_of(rows: pd.DataFrame, per: str, strata: Sequence[str] | None) -> pd.Series:
    """The stratum of each row, per device, protocol or reconstruction.

    `strata` names columns that take the place of the protocol. Raises MissingColumn for one
    that the table lacks.
    """
    if per == "device":
        label = pd.Series(ALL, index=rows.index)
    elif strata is None:
        label = rows[per]
    else:
        label = pd.Series("", index=rows.index)
        for name in strata:
            if name not in rows:
                raise MissingColumn(name, rows.columns)
            label = label + " / " + texts(rows[name]).fillna("(empty)")
        label = label.str.removeprefix(" / ")
    is_phantom = rows["is_phantom"].to_numpy(bool)
    return label.where(~is_phantom, PHANTOM + label) if is_phantom.any() else label

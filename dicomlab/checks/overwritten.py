"""Volumes of one run that overwrote each other, since their images share InstanceNumbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dicomlab.checks.base import Check, Level, Severity, no_findings
from dicomlab.volumes.base import OF_A_RUN

_NAMES = (*OF_A_RUN, "ImageType")


@dataclass(frozen=True)
class VolumesOverwritten(Check):
    """Each place has an image of one of several echoes, b-values or phases only."""

    least: int = 3
    """Images of each echo that there must be."""

    share: float = 0.2
    """Share of the places behind which another echo comes, from which on they lie mixed at random."""

    name: ClassVar[str] = "volumes-overwritten"
    table: ClassVar[str] = "slices"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "error"
    needs: ClassVar[tuple[str, ...]] = ("InstanceNumber", "volume")
    wants: ClassVar[tuple[str, ...]] = _NAMES
    unless: ClassVar[tuple[str, ...]] = ("placeholder-position",)
    fix: ClassVar[str] = (
        "Fetch the series again from the scanner, with all images under their own names: an archive that "
        "keeps one image a number threw the others away."
    )

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look at volumes with one slice a place, whose slices take turns without an order."""
        slices = rows[rows["volume"].notna() & ~rows.duplicated("file_key", keep=False)]
        n_volumes = slices.drop_duplicates("volume")["slab"].value_counts()
        slices = slices[slices["slab"].map(n_volumes).eq(1)]
        alone = ~slices.duplicated(["volume", "place"], keep=False).groupby(slices["volume"]).transform("any")
        slices = slices[alone.astype(bool)].sort_values(["volume", "place"])
        names = pd.Series("", index=slices.index, dtype=object)
        n_values = pd.Series(1, index=slices.index)
        for name in (name for name in _NAMES if name in slices):
            found = self._values_mixed(slices[name], slices["volume"])
            names = names.mask(found > 1, names + f" {name}")
            n_values = n_values.mask(found > 1, found)
        odd = slices[names != ""]
        if odd.empty:
            return no_findings()
        n_places = odd["volume"].map(odd["volume"].value_counts())
        return self.find(
            odd,
            "Each place has one of {n_volumes} images that differ in {attribute}: some {n_missing} are lost.",
            attribute=names[odd.index].map(lambda text: tuple(text.split())),
            n_volumes=n_values,
            n_missing=n_places * (n_values - 1),
        )

    def _values_mixed(self, value: pd.Series, volume: pd.Series) -> pd.Series:
        """How many values take turns without an order in the volume of each slice; 1 where they do not."""
        code = pd.Series(pd.factorize(value)[0], index=value.index)
        low, high = code.groupby(volume).transform("min"), code.groupby(volume).transform("max")
        code, volume = code[(low >= 0) & (low < high)], volume[(low >= 0) & (low < high)]
        n = code.groupby(volume).transform("size")
        n_values = code.groupby(volume).transform("nunique")
        least = code.groupby([volume, code]).transform("size").groupby(volume).transform("min")
        turns = (code.ne(code.groupby(volume).shift()).groupby(volume).transform("sum")) - 1
        again = code.groupby(volume).shift(1)
        for k in n_values.unique():  # what comes round in the same order is meant
            again = again.mask(n_values == k, code.groupby(volume).shift(int(k)))
        is_round = (code.eq(again) | again.isna()).groupby(volume).transform("all")
        mixed = (least >= self.least) & (turns >= self.share * n) & (turns >= 2 * n_values) & ~is_round
        return n_values.where(mixed, 1).reindex(value.index, fill_value=1)

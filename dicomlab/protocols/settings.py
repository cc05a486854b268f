"""One field over all groups: which values are one setting, which is usual, and which come in pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.protocols.cells import NOTHING, Cell, Coded, as_number, as_parts, key, written
from dicomlab.protocols.fields import Field
from dicomlab.protocols.rows import DIFFERS, Rows

USUAL = 0.6
"""Share of the series that a value must have to be the usual one, where there are many."""

_FEW = 3
"""So many values may be there without one of them being usual."""

_SPAN = 4.0
"""Tolerances that the values of one setting may span; more is a quantity that varies."""

_TOGETHER = 0.8
_OFTEN = 0.5
LEAST_STUDIES = 3
"""Studies in which a value must be to be more than an accident."""


@dataclass(frozen=True)
class Counts:
    """How many series and studies of each group have each setting; one place for each pair."""

    group: np.ndarray
    setting: np.ndarray
    n_series: np.ndarray
    n_studies: np.ndarray

    @classmethod
    def of(cls, group: np.ndarray, setting: np.ndarray, study: np.ndarray) -> Counts:
        """Count pairs of group and setting."""
        pair, first = _numbered(group, setting)
        _, once = _numbered(pair, study)
        return cls(
            group[first],
            setting[first],
            np.bincount(pair, minlength=len(first)),
            np.bincount(pair[once], minlength=len(first)),
        )


@dataclass(frozen=True)
class Settings:
    """The settings of a field: a code for each row, and what is usual in each group."""

    field: Field
    codes: np.ndarray
    """The setting of each row; an empty one has the usual one of its group, unless it tells something."""

    is_told: np.ndarray
    """Whether each row has a value of its own."""

    cells: list[Cell | None]
    """What the codes stand for; none for nothing."""

    usual: np.ndarray
    n_told: np.ndarray
    n_values: np.ndarray
    share: np.ndarray
    is_free: np.ndarray
    """Whether a group has no usual value."""

    beside: dict[int, list[int]]
    """The settings of a group that come beside the usual one, and have its code."""

    counts: Counts

    @property
    def is_mixed(self) -> np.ndarray:
        """Whether a group has more than one setting and is not free."""
        return np.asarray((self.n_values > 1) & ~self.is_free)

    def words(self, setting: int) -> str:
        """A setting in words, with the unit."""
        return written(self.cells[setting], self.field.unit)

    def companions(self, group: int) -> list[Cell | None]:
        """The usual value of a group, and those that come beside it."""
        return [self.cells[setting] for setting in (int(self.usual[group]), *self.beside.get(group, ()))]

    def common(self, group: int, least: float) -> list[Cell]:
        """The values that so large a share of the series of a group have, in several studies."""
        mine = np.flatnonzero(self.counts.group == group)
        n = self.counts.n_series[mine]
        often = (n >= least * self.n_told[group]) & (self.counts.n_studies[mine] >= LEAST_STUDIES)
        chosen = mine[often][np.argsort(-n[often], kind="stable")]
        found = [self.cells[setting] for setting in self.counts.setting[chosen].tolist()]
        return [one for one in found if one is not None]


def settle(rows: Rows, field: Field, group: np.ndarray, study: np.ndarray, is_for: np.ndarray) -> Settings:
    """Find the settings of one field in all groups at once; `is_for` says for which rows it is one."""
    found = rows.coded(field.name)
    n = int(group.max(initial=-1)) + 1
    told = np.flatnonzero(is_for & (found.codes != NOTHING))
    setting, is_spread = _settings(found, field, group, told)
    cells: list[Cell | None] = [*found.values, None]
    if field.is_empty_told:
        told = np.flatnonzero(is_for)
    counts = Counts.of(group[told], setting[told], study[told])
    usual, n_told = _usual(counts, n)
    beside = _beside(group[told], study[told], setting[told], usual)
    if beside:
        setting = _merged(group, setting, usual, beside)
        counts = Counts.of(group[told], setting[told], study[told])
    is_told = np.zeros(len(group), bool)
    is_told[told] = True
    share = np.zeros(n)
    of_usual = counts.setting == usual[counts.group]
    share[counts.group[of_usual]] = counts.n_series[of_usual] / n_told[counts.group[of_usual]]
    n_values = np.bincount(counts.group, minlength=n)
    is_free = is_spread | ((n_values > _FEW) & (share < USUAL))
    codes = np.where(is_told, setting, usual[group])
    return Settings(field, codes, is_told, cells, usual, n_told, n_values, share, is_free, beside, counts)


def _numbered(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A number for each row by what it holds, and the first row of each number."""
    number = np.zeros(len(columns[0]), np.int64)
    for one in columns:
        number = pd.factorize(number * (int(one.max(initial=0)) + 1) + one)[0]
    return number, np.unique(number, return_index=True)[1]


def _usual(counts: Counts, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The commonest setting of each group, and how many of its series have any."""
    usual, n_told = np.zeros(n, np.int64), np.zeros(n, np.int64)
    np.add.at(n_told, counts.group, counts.n_series)
    order = np.lexsort((-counts.setting, counts.n_series, counts.group))
    usual[counts.group[order]] = counts.setting[order]  # the last of a group counts
    return usual, n_told


def _settings(
    found: Coded, field: Field, group: np.ndarray, told: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A setting for each row: values within the tolerance of a field, in one group, are one.

    The setting is the code of its commonest value; the last code is nothing. Gives also which groups
    have values that spread over more than a few tolerances without a gap.
    """
    number = np.array([*(_size(one) for one in found.values), np.nan])
    setting = _same_texts(found, np.isfinite(number))[found.codes]
    is_spread = np.zeros(int(group.max(initial=-1)) + 1, bool)
    told = told[np.isfinite(number[found.codes[told]])]
    if not len(told):
        return setting, is_spread
    pair, first = _numbered(group[told], found.codes[told])
    of, code, count = group[told][first], found.codes[told][first], np.bincount(pair)
    value, shape = number[code], np.array([len(as_parts(one)) for one in found.values])[code]
    order = np.lexsort((value, shape, of))
    of, code, count, value, shape = (one[order] for one in (of, code, count, value, shape))
    reach = np.maximum(field.absolute, max(field.relative, 1e-6) * np.abs(value)) * (1 + 1e-9) + 1e-12
    is_new = np.ones(len(of), bool)
    is_new[1:] = (np.diff(of) != 0) | (np.diff(shape) != 0) | (np.diff(value) > reach[1:])
    begins = np.flatnonzero(is_new)
    ends = np.append(begins[1:], len(of)) - 1
    is_spread[of[begins[value[ends] - value[begins] > _SPAN * reach[ends]]]] = True
    part = np.cumsum(is_new) - 1
    best = np.lexsort((-code, count, part))
    lead = np.zeros(len(begins), np.int64)
    lead[part[best]] = code[best]
    leads = np.empty(len(of), np.int64)
    leads[order] = lead[part]
    setting = setting.copy()
    setting[told] = leads[pair]
    return setting, is_spread


def _size(value: Cell) -> float:
    """A number to sort by: of several, one that tells them apart."""
    parts = [as_number(one) for one in as_parts(value)]
    if any(one is None for one in parts):
        return np.nan
    return float(sum(one * (1 + 0.37 * i) for i, one in enumerate(parts) if one is not None))


def _same_texts(found: Coded, is_number: np.ndarray) -> np.ndarray:
    """For each code the first one that is the same text, whatever its case and order."""
    first: dict[object, int] = {}
    same = np.arange(len(found.values) + 1)
    for code, value in enumerate(found.values):
        if not is_number[code] and value != DIFFERS:
            same[code] = first.setdefault(frozenset(key(one) for one in as_parts(value)), code)
    return same


def _beside(
    group: np.ndarray, study: np.ndarray, setting: np.ndarray, usual: np.ndarray
) -> dict[int, list[int]]:
    """Settings that come beside the usual one in most studies, such as a second echo."""
    other = setting != usual[group]
    mixed = np.isin(group, np.unique(group[other]))
    if not mixed.any():
        return {}
    table = pd.DataFrame({"group": group[mixed], "study": study[mixed], "setting": setting[mixed]})
    table = table.drop_duplicates()
    is_usual = table["setting"].to_numpy() == usual[table["group"].to_numpy()]
    has = table.loc[is_usual, ["group", "study"]].assign(together=True)
    others = table[~is_usual].merge(has, on=["group", "study"], how="left")
    others["together"] = others["together"].notna()
    found = others.groupby(["group", "setting"])["together"].agg(["size", "sum"]).reset_index()
    n_usual = has["group"].value_counts().reindex(found["group"]).to_numpy()
    often = found["sum"] >= np.maximum(_TOGETHER * found["size"], _OFTEN * n_usual)
    beside: dict[int, list[int]] = {}
    for row in found[often & (found["sum"] >= LEAST_STUDIES)].itertuples():
        beside.setdefault(int(row.group), []).append(int(row.setting))
    return beside


def _merged(
    group: np.ndarray, setting: np.ndarray, usual: np.ndarray, beside: dict[int, list[int]]
) -> np.ndarray:
    """Settings, with those that come beside the usual one under its code."""
    width = int(setting.max(initial=0)) + 1
    known = [of * width + one for of, others in beside.items() for one in others]
    return np.where(np.isin(group.astype(np.int64) * width + setting, known), usual[group], setting)

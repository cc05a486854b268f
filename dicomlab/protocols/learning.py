"""Learn what is usual from the series that are there: protocols, their variants, and since when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.errors import NothingToJudge
from dicomlab.isolation import set_aside
from dicomlab.protocols.fields import Field, field_named
from dicomlab.protocols.fields import fields as default_fields
from dicomlab.protocols.groups import Groups, group_rows
from dicomlab.protocols.making import numbered
from dicomlab.protocols.reference import PROTOCOL, Acquisition, Protocol
from dicomlab.protocols.results import titled
from dicomlab.protocols.rows import Rows, read_rows
from dicomlab.protocols.settings import Settings, settle
from dicomlab.protocols.variants import (
    CHANGE_COLUMNS,
    change_table,
    group_table,
    rule_table,
    variant_table,
)
from dicomlab.series import machines_with_shifted_dates

Found = TypeVar("Found")
BY = ("Manufacturer", "ManufacturerModelName")
LEAST_SERIES = 5
"""Series a protocol must have before something is learned of it."""


_CHANGES_SHOWN = "device protocol field before after since n_before n_after".split()
_VARIANTS_SHOWN = "group differs n_series share devices kind since".split()
_GROUPS_SHOWN = "group n_series n_studies devices first last n_variants share".split()


@dataclass(frozen=True)
class Variants:
    """What `learn_protocols` found, as tables, and the reference that follows from it.

    groups: one row a protocol (of a modality, and of what `by` names). Columns: group (its name here),
        modality, protocol, the columns of `by`, n_series, n_studies, devices, first, last, n_variants,
        share (of the series that have the usual settings).
    variants: one row a set of settings, the usual one of each group first. Columns: group, modality,
        protocol, variant (1 is usual), kind, n_series, n_studies, share, devices, software, first, last,
        since, fields (that differ), differs (in words), series (one that has it). The kind is `usual`;
        `change` where each setting that differs is in `changes`, `change and more` where some are, and
        `since` is the day of the last of these; else `now and then`, or `once`.
    changes: one row a setting that became another one for good, per device. Columns: group, modality,
        protocol, device, field, since (the first acquisition with the new value), before, after,
        n_before, n_after (studies), text.
    fields: one row a field of a group. Columns: group, modality, protocol, field, rule (its kind;
        empty where there is none), expected, n_series (that have it), n_values, share (of the usual
        value), why (there is no rule, or one of several values).
    left_out: what, n, why.
    reference: a Protocol with an acquisition for each group.
    """

    groups: pd.DataFrame
    variants: pd.DataFrame
    changes: pd.DataFrame
    fields: pd.DataFrame
    left_out: pd.DataFrame
    reference: Protocol

    def __repr__(self) -> str:
        n = int((self.variants["variant"] > 1).sum())
        beside = f"{n:,} variants beside the usual"
        return f"<Variants: {len(self.groups):,} protocols, {beside}, {len(self.changes):,} changes>"

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        """The tables with titles, as a report shows them."""
        others = self.variants.loc[self.variants["variant"] > 1, _VARIANTS_SHOWN]
        return (
            titled(self.changes[_CHANGES_SHOWN], "Settings that were changed for good"),
            titled(others.reset_index(drop=True), "Variants beside the usual settings"),
            titled(self.groups[_GROUPS_SHOWN], "Protocols"),
            titled(self.left_out, "Not learned from"),
        )


@checked_arguments
def learn_protocols(
    catalog_or_series: Any,
    fields: Sequence[str] | None = None,
    *,
    by: Sequence[str] = BY,
    least: int = LEAST_SERIES,
    name: str = "learned",
    trust_dates: bool = False,
) -> Variants:
    """The usual settings of each protocol, the variants beside them, and changes.

    Series of one modality, protocol name (with the description where that differs) and of one value
    of each column of `by` are a group: maker and model unless said otherwise; SoftwareVersions or
    device slice finer, `()` not at all. Two numbers within the tolerance of their field are one
    setting; an empty cell is taken for the usual one. Values that come side by side in most studies,
    such as two echoes, are one setting too. A field without a usual value gets no rule in that
    group: `Variants.fields` says so.

    `fields` takes the place of those that the modality sets. `least` is how many series a protocol
    must have. Machines whose dates were shifted patient by patient give no changes and no days, and
    are named in `left_out`, unless `trust_dates`. Raises MissingColumn for a column that is not there,
    NothingToJudge where no protocol has enough series.

    >>> learned = learn_protocols(catalog)
    >>> learned.changes[["device", "field", "before", "after"]].to_numpy().tolist()
    [['CT-02', 'ConvolutionKernel', 'FC52', 'FC56']]
    """
    rows = read_rows(catalog_or_series)
    rows.need([*(fields or ()), *by])
    groups = group_rows(rows, by, least)
    if not len(groups.names):
        why = f"no protocol has {least} series with a name"
        raise NothingToJudge("protocols", why, "Give more series, or a smaller `least`.")
    aside: dict[str, str] = {}
    settled = _settled(groups, _wanted(groups.rows, fields), aside)
    changes, settled = _without_bad(lambda some: change_table(groups, some), settled, aside)
    shifted = {} if trust_dates else machines_with_shifted_dates(groups.rows.table)
    if shifted:
        changes = changes[~groups.named(changes)["device"].isin(shifted).to_numpy()]
    (rules, told), settled = _without_bad(lambda some: rule_table(groups, some, changes), settled, aside)
    variants, settled = _without_bad(lambda some: variant_table(groups, some, changes), settled, aside)
    left_out = [*groups.left_out, *_without_days(groups.rows, shifted)]
    left_out += [(f"the field {name}", len(groups.rows), reason) for name, reason in aside.items()]
    order = ["since", "group", "field", "device"]
    return Variants(
        group_table(groups, variants),
        variants,
        groups.named(changes)[CHANGE_COLUMNS].sort_values(order, ignore_index=True),
        told,
        pd.DataFrame(left_out, columns=["what", "n", "why"]),
        Protocol(name, _acquisitions(groups, rules)),
    )


def _settled(groups: Groups, wanted: Sequence[Field], aside: dict[str, str]) -> list[Settings]:
    """The settings of each field; those that raise are put into `aside`, with the reason."""
    found = []
    for one in wanted:
        try:
            found.append(settle(groups.rows, one, groups.code, groups.study, groups.has(one)))
        except Exception as error:  # noqa: BLE001 - whatever one field raises, the others are learned
            aside[one.name] = set_aside("the field", error).reason
    return found


def _without_bad(
    work: Callable[[Sequence[Settings]], Found], settled: Sequence[Settings], aside: dict[str, str]
) -> tuple[Found, list[Settings]]:
    """What is worked out of all fields, and those that did not raise; the others go into `aside`."""
    try:
        return work(settled), list(settled)
    except Exception as error:  # noqa: BLE001 - which field it was is found one by one
        set_aside("a field", error)
    good = []
    for one in settled:
        try:
            work([one])
        except Exception as error:  # noqa: BLE001 - whatever one field raises, the others are learned
            aside[one.field.name] = set_aside("the field", error).reason
        else:
            good.append(one)
    return work(good), good


def _without_days(rows: Rows, shifted: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """What is said of machines whose changes cannot be dated."""
    counts = rows.table["device"].value_counts()
    why = "the dates seem to have been shifted patient by patient, so that no change can be dated: {}"
    return [
        (f"changes on {device}", int(counts[device]), why.format(reason))
        for device, reason in shifted.items()
    ]


def _wanted(rows: Rows, names: Sequence[str] | None) -> list[Field]:
    if names is not None:
        return [field_named(name) for name in names]
    return [field for field in default_fields() if rows.has(field.name)]


def _acquisitions(groups: Groups, rules: dict[int, list[Any]]) -> tuple[Acquisition, ...]:
    found = []
    for code, row in enumerate(groups.names.to_dict("records")):
        where = {"Modality": (row["modality"],)} if row["modality"] else {}
        where[PROTOCOL] = (row[PROTOCOL],)
        where |= {one: (row[one],) for one in groups.by if row[one]}
        if rules.get(code):
            found.append(Acquisition(row[PROTOCOL], tuple(rules[code]), where))
    return numbered(found)

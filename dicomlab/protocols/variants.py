"""What groups of series have in common: rules, changes for good, and variants, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.protocols.cells import Cell, alike
from dicomlab.protocols.fields import Field
from dicomlab.protocols.groups import Groups
from dicomlab.protocols.making import usual_rule
from dicomlab.protocols.rules import Absent, OneOf, Rule
from dicomlab.protocols.settings import USUAL, Settings
from dicomlab.protocols.timeline import find_changes

GROUP_COLUMNS = "group modality protocol n_series n_studies devices first last n_variants share".split()
VARIANT_COLUMNS = (
    "group modality protocol variant kind n_series n_studies share devices software first last since "
    "fields differs series"
).split()
CHANGE_COLUMNS = "group modality protocol device field since before after n_before n_after text".split()
FIELD_COLUMNS = "group modality protocol field rule expected n_series n_values share why".split()

_ALONE = 0.9
"""Share of the series that a value must have to be the only one that is agreed."""

_RARE = 0.05
_MOST = 4
_FREE = "takes {n} values, and none of them is usual"


def change_table(groups: Groups, settled: Sequence[Settings]) -> pd.DataFrame:
    """Settings that became others for good: code of the group, device, field, when, from what to what."""
    found: list[dict[str, Any]] = []
    device, devices = pd.factorize(groups.rows.table["device"])
    date = groups.rows.table["date"].to_numpy()
    for one in settled:
        mixed = np.flatnonzero(one.is_mixed[groups.code] & (device >= 0) & ~np.isnat(date) & one.is_told)
        for part in _parts(mixed, groups.code, device, groups.study):
            for change in find_changes(one.codes[part]):
                place = part[change.place]
                before, after = one.words(change.before), one.words(change.after)
                found.append(
                    {
                        "code": groups.code[place],
                        "device": devices[device[place]],
                        "field": one.field.name,
                        "since": pd.Timestamp(date[place]),
                        "before": before,
                        "after": after,
                        "n_before": change.n_before,
                        "n_after": change.n_after,
                        "text": f"{one.field.name} {after} where it was {before}",
                        "settings": (change.before, change.after),
                    }
                )
    names = ["code", *CHANGE_COLUMNS[3:], "settings"]
    return pd.DataFrame(found, columns=names).astype({"since": "datetime64[us]"})


def _parts(rows: np.ndarray, group: np.ndarray, device: np.ndarray, study: np.ndarray) -> list[np.ndarray]:
    """Rows by group and device, in order of time; the first of each study only."""
    # A study counts once, so that repeats of one morning are no change.
    first = np.sort(alike([group[rows], device[rows], study[rows]], len(rows))[0])
    rows = rows[first]
    order = rows[np.lexsort((rows, device[rows], group[rows]))]
    edges = np.flatnonzero((np.diff(group[order]) != 0) | (np.diff(device[order]) != 0)) + 1
    return np.split(order, edges) if len(order) else []


def rule_table(
    groups: Groups, settled: Sequence[Settings], changes: pd.DataFrame
) -> tuple[dict[int, list[Rule]], pd.DataFrame]:
    """The rules of each group, and a row for each of its fields."""
    rules: dict[int, list[Rule]] = {}
    told: list[tuple[Any, ...]] = []
    changed = set(zip(changes["code"].tolist(), changes["field"].tolist(), strict=True))
    for one in settled:
        for code in np.flatnonzero(one.n_told).tolist():
            rule, why = _rule(one, code, is_changed=(code, one.field.name) in changed)
            if rule is not None:
                rules.setdefault(code, []).append(rule)
            said = ("", "") if rule is None else (rule.kind, rule.expected)
            counts = (int(one.n_told[code]), int(one.n_values[code]), float(one.share[code]))
            told.append((code, one.field.name, *said, *counts, why))
    table = pd.DataFrame(told, columns=["code", *FIELD_COLUMNS[3:]])
    return rules, groups.named(table)[FIELD_COLUMNS]


def _rule(one: Settings, code: int, *, is_changed: bool) -> tuple[Rule | None, str]:
    """The rule for a field of a group: its usual value, or the few that are usual; and why."""
    free = _FREE.format(n=one.n_values[code])
    if one.is_free[code]:
        return None, free
    usual = one.companions(code)
    if usual[0] is None:
        in_use = one.n_values[code] > 1 and one.share[code] >= _ALONE
        return (Absent(one.field.name), "") if in_use else (None, "always empty")
    if len(usual) > 1:
        return _one_of(one.field, [cell for cell in usual if cell is not None]), "several in a study"
    if one.share[code] >= _ALONE or is_changed:
        return usual_rule(one.field, usual[0]), "changed for good" if is_changed else ""
    common = one.common(code, _RARE)
    if 1 < len(common) <= _MOST:
        return _one_of(one.field, common), "several are usual"
    if one.share[code] >= USUAL:
        return usual_rule(one.field, usual[0]), "others are rare"
    return None, free


def _one_of(field: Field, values: Sequence[Cell]) -> Rule:
    return OneOf(field.name, tuple(values), field.absolute, field.relative, unit=field.unit)


def variant_table(groups: Groups, settled: Sequence[Settings], changes: pd.DataFrame) -> pd.DataFrame:
    """The sets of settings of each group, the commonest first, and how the others differ from it."""
    codes = [np.where(one.is_free[groups.code], 0, one.codes) for one in settled]
    first, kind = alike([groups.code, *codes], len(groups.code))
    facts = groups.per(kind).assign(code=groups.code[first], place=first)
    facts["series"] = groups.rows.table["series"].to_numpy()[first]
    facts = facts.sort_values(["code", "n_series", "place"], ascending=[True, False, True], ignore_index=True)
    facts["variant"] = facts.groupby("code").cumcount() + 1
    facts["share"] = facts["n_series"] / facts.groupby("code")["n_series"].transform("sum")
    return groups.named(_with_differences(facts, settled, codes, changes))[VARIANT_COLUMNS]


def _with_differences(
    facts: pd.DataFrame, settled: Sequence[Settings], codes: Sequence[np.ndarray], changes: pd.DataFrame
) -> pd.DataFrame:
    """What tells each variant from the usual one of its group, and since when."""
    differing: list[list[tuple[str, str, Any]]] = [[] for _ in range(len(facts))]
    group, place = facts["code"].tolist(), facts["place"].to_numpy()
    usual = facts.groupby("code")["place"].transform("first").to_numpy()
    known = _known(changes)
    for one, code in zip(settled, codes, strict=True):
        for i in np.flatnonzero(code[place] != code[usual]).tolist():
            ours, theirs = int(code[place[i]]), int(code[usual[i]])
            words = f"{one.field.name} {one.words(ours)}, not {one.words(theirs)}"
            differing[i].append((one.field.name, words, known.get((group[i], one.field.name, ours))))
    days = [[day for _, _, day in parts if day is not None] for parts in differing]
    return facts.assign(
        fields=[", ".join(name for name, _, _ in parts) for parts in differing],
        differs=["; ".join(words for _, words, _ in parts) for parts in differing],
        kind=[
            _kind(len(parts), len(d), n)
            for parts, d, n in zip(differing, days, facts["n_series"], strict=True)
        ],
        since=pd.Series([max(d, default=pd.NaT) for d in days], index=facts.index, dtype="datetime64[us]"),
    )


def _kind(n_differing: int, n_changed: int, n_series: int) -> str:
    if not n_differing:
        return "usual"
    if not n_changed:
        return "once" if n_series == 1 else "now and then"
    return "change" if n_changed == n_differing else "change and more"


def _known(changes: pd.DataFrame) -> dict[tuple[int, str, int], pd.Timestamp]:
    """The day of each change by group, field and setting, of the setting before it too.

    What was usual before is the variant where the new setting has become the commoner one.
    """
    known: dict[tuple[int, str, int], pd.Timestamp] = {}
    latest_first = changes.sort_values("since", ascending=False).to_dict("records")
    for place in (0, 1):
        for row in latest_first:
            known[(row["code"], row["field"], row["settings"][place])] = row["since"]
    return known


def group_table(groups: Groups, variants: pd.DataFrame) -> pd.DataFrame:
    """One row a group: how large it is, and how much of it has the usual settings."""
    table = groups.names.assign(group=groups.labels, **groups.per(groups.code).drop(columns="software"))
    per = variants.groupby("group").agg(n_variants=("variant", "size"), share=("share", "first"))
    table = table.merge(per.reset_index(), on="group", how="left")
    names = dict.fromkeys([*GROUP_COLUMNS[:3], *groups.by, *GROUP_COLUMNS[3:]])
    order = ["modality", "n_series", "group"]
    return table.sort_values(order, ascending=[True, False, True], ignore_index=True)[list(names)]

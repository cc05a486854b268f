"""Hold series against a reference, and tell what deviates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.devices import column, texts
from dicomlab.errors import DicomlabError, MissingColumn, WrongArgument
from dicomlab.isolation import set_aside
from dicomlab.protocols.judging import (
    DIFFERING,
    NOT_MET,
    Assigned,
    Judge,
    shown_value,
)
from dicomlab.protocols.reference import Acquisition, Protocol
from dicomlab.protocols.results import (
    DEVIATION_COLUMNS,
    FIELD_COLUMNS,
    NOT_JUDGED_COLUMNS,
    SERIES_COLUMNS,
    Compliance,
)
from dicomlab.protocols.rows import Rows, read_rows
from dicomlab.protocols.rules import Rule

_COUNTS = ("n_fields", "n_deviations", "n_warnings", "n_unknown")
_MODEL = ("Manufacturer", "ManufacturerModelName", "SoftwareVersions")


@checked_arguments
def check_protocol(
    catalog_or_series: Any, reference: Protocol | str | Path, *, lacking: Literal["raise", "skip"] = "raise"
) -> Compliance:
    """Which series were not acquired as agreed, in which fields, and what was found.

    `reference` is a Protocol or the path of one. A series is held against the acquisition that its
    conditions name; against the nearest of several; and where acquisitions have no conditions,
    against the nearest one if no more than half of the fields differ. Localisers and derived
    images are not judged. A field that is empty is unknown, and no deviation; so is a value that judging
    raises for, and `not_judged` says why.

    `lacking="skip"` leaves out rules about fields that the table has no column for, and says so in
    `not_judged`; otherwise such a field raises MissingColumn. Raises WrongUnit for a rule in a unit
    that its field cannot be in.

    >>> agreed = Protocol.from_majority(catalog)
    >>> check_protocol(catalog, agreed).series["verdict"].value_counts().idxmax()
    'complies'
    """
    if lacking not in ("raise", "skip"):
        raise WrongArgument("lacking", lacking, ["raise", "skip"])
    if not isinstance(reference, Protocol):
        reference = Protocol.load(reference)
    rows = read_rows(catalog_or_series)
    absent = [name for name in _fields_of(reference) if not rows.has(name)]
    if absent and lacking == "raise":
        raise MissingColumn(absent[0], rows.table.columns)
    left: list[tuple[str, Any, str]]
    left = [(f"rules about {name}", None, "the table has no such column") for name in absent]
    bad = _unreadable(rows, [name for name in _fields_of(reference) if name not in absent])
    left += [(f"rules about {name}", None, reason) for name, reason in bad.items()]
    judge = Judge(rows, reference.without(*absent, *bad))
    best = judge.assign()
    return _compliance(judge, best, [*left, *_not_judged(rows, reference, best)])


def _unreadable(rows: Rows, names: Iterable[str]) -> dict[str, str]:
    """Columns that raise when they are read, each with the reason."""
    bad: dict[str, str] = {}
    for name in names:
        try:
            rows.coded(name)
        except DicomlabError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one column raises, rules about others count
            bad[name] = set_aside("the column", error).reason
    return bad


def find_nearest(catalog_or_series: Any, reference: Protocol) -> pd.DataFrame:
    """See `Protocol.nearest`."""
    rows = read_rows(catalog_or_series)
    known = [name for name in _fields_of(reference) if rows.has(name)]
    loose = [replace(one, applies_to=_modality(one)) for one in reference.acquisitions]
    asked = replace(reference, acquisitions=tuple(loose))
    judge = Judge(rows, asked.without(*set(_fields_of(reference)) - set(known)))
    first, second = judge.nearest_two()
    names = np.array([*(one.name for one in reference.acquisitions), None], dtype=object)
    out = rows.table[["series", "device", "protocol"]].copy()
    out["nearest"], out["distance"] = names[first.acquisition], first.distance
    out["n_fields"] = first.n_judged
    out["differs"] = judge.differences(first)
    out["second"], out["second_distance"] = names[second.acquisition], second.distance
    return out.reset_index(drop=True)


def _modality(one: Acquisition) -> dict[str, tuple[str, ...]]:
    return {name: texts for name, texts in one.applies_to.items() if name == "Modality"}


def _fields_of(reference: Protocol) -> list[str]:
    return list(dict.fromkeys(rule.field for one in reference.acquisitions for rule in one.rules))


def _compliance(judge: Judge, best: Assigned, left: list[tuple[str, Any, str]]) -> Compliance:
    kinds, fields = [], []
    counts = {
        name: np.zeros(len(judge.first), int)
        for name in ("n_fields", "n_deviations", "n_warnings", "n_unknown")
    }
    size = np.bincount(judge.kind, minlength=len(judge.first))
    order = np.argsort(best.acquisition, kind="stable")
    starts = np.searchsorted(best.acquisition[order], np.arange(len(judge.rules) + 1))
    for i in range(len(judge.rules)):
        mine = order[starts[i] : starts[i + 1]]
        if len(mine):
            found, told = _of_acquisition(judge, i, mine, counts, size)
            kinds += found
            fields += told
    series = _series(judge, best, counts)
    deviations = _deviations(judge, kinds, series)
    left = [*left, *judge.left_out()]
    return Compliance(
        series[SERIES_COLUMNS],
        deviations,
        _fields(fields, deviations),
        pd.DataFrame(left, columns=NOT_JUDGED_COLUMNS).astype({"n": "Int64"}),
    )


Found = tuple[np.ndarray, str, Rule, Rule, str]
"""Kinds of rows that deviate, their acquisition, the rule as judged and as written, the severity."""


def _of_acquisition(
    judge: Judge, i: int, mine: np.ndarray, counts: Mapping[str, np.ndarray], size: np.ndarray
) -> tuple[list[Found], list[dict[str, Any]]]:
    """The deviations of one acquisition, and a row for each of its rules; adds to the counts."""
    name = judge.reference.acquisitions[i].name
    found: list[Found] = []
    told = []
    off_by_field: dict[str, np.ndarray] = {}
    # Errors first: of a field with an edge of warning and one of error, the worse is told.
    pairs = sorted(zip(judge.rules[i], judge.said[i], strict=True), key=lambda pair: pair[0].severity)
    for rule, said in pairs:
        outcome = judge.outcome(rule, mine)
        before = off_by_field.get(rule.field, np.zeros(len(mine), bool))
        is_new = rule.field not in off_by_field
        off = (outcome == NOT_MET) & ~before
        differing = (outcome == DIFFERING) & ~before
        off_by_field[rule.field] = before | off | differing
        counts["n_deviations" if rule.severity == "error" else "n_warnings"][mine] += off
        counts["n_warnings"][mine] += differing
        counts["n_fields"][mine] += (outcome >= NOT_MET) & is_new
        counts["n_unknown"][mine] += (outcome < NOT_MET) & is_new
        found += [
            (mine[off], name, rule, said, rule.severity),
            (mine[differing], name, rule, said, "warning"),
        ]
        told.append(
            {
                "acquisition": name,
                "field": rule.field,
                "expected": said.expected,
                "severity": rule.severity,
                "n_series": int(size[mine].sum()),
                "n_deviating": int(size[mine[off]].sum()),
                "n_unknown": int(size[mine[outcome < NOT_MET]].sum()),
            }
        )
    return found, told


def _series(judge: Judge, best: Assigned, counts: Mapping[str, np.ndarray]) -> pd.DataFrame:
    names = np.array([*(one.name for one in judge.reference.acquisitions), None], dtype=object)
    table = judge.rows.table
    about = {
        name: texts(column(table, name))
        for name in ("Manufacturer", "ManufacturerModelName", "SoftwareVersions")
    }
    verdict = np.select(
        [best.acquisition < 0, counts["n_deviations"] > 0, counts["n_fields"] == 0],
        ["no rules", "deviates", "cannot tell"],
        "complies",
    )
    own = {name: values[judge.kind] for name, values in counts.items()}
    series = table[["series", "study", "device", "date", "modality", "protocol"]].assign(**about, **own)
    return series.assign(acquisition=names[best.acquisition[judge.kind]], verdict=verdict[judge.kind])


def _deviations(judge: Judge, kinds: list[Found], series: pd.DataFrame) -> pd.DataFrame:
    """A row a series and rule; made of numbers first, since there may be millions."""
    kinds = [one for one in kinds if len(one[0])]
    if not kinds:
        return pd.DataFrame(columns=DEVIATION_COLUMNS)
    order = np.argsort(judge.kind, kind="stable")
    starts = np.searchsorted(judge.kind[order], np.arange(len(judge.first) + 1))
    parts: list[np.ndarray] = []
    found: list[np.ndarray] = []
    words: list[str] = []
    for mine, _, rule, _, _ in kinds:
        rows = np.concatenate([order[starts[k] : starts[k + 1]] for k in mine.tolist()])
        codes, back = np.unique(judge.fields[rule.field].codes[rows], return_inverse=True)
        parts.append(rows)
        found.append(back + len(words))
        words += [shown_value(rule, judge.fields[rule.field], code) for code in codes.tolist()]
    which = np.repeat(np.arange(len(kinds)), [len(rows) for rows in parts])
    rules = pd.DataFrame([_about(*one[1:]) for one in kinds])
    place = np.concatenate(parts)
    table = rules.iloc[which].reset_index(drop=True)
    table["found"] = pd.Series(words, dtype="str").to_numpy()[np.concatenate(found)]
    table = table.assign(row=place).sort_values(["row", "severity", "field"], kind="stable")
    own = series[["series", "study", "device", "date"]].iloc[table["row"].to_numpy()].reset_index(drop=True)
    return pd.concat([own, table.drop(columns="row").reset_index(drop=True)], axis=1)[DEVIATION_COLUMNS]


def _about(acquisition: str, rule: Rule, said: Rule, severity: str) -> dict[str, str]:
    about = {"acquisition": acquisition, "field": rule.field, "rule": rule.kind, "expected": said.expected}
    return about | {
        "unit": rule.in_words,
        "severity": severity,
        "note": rule.note,
        "citation": rule.citation,
    }


def _fields(told: list[dict[str, Any]], deviations: pd.DataFrame) -> pd.DataFrame:
    """The rules with the values that deviate, over all patients."""
    table = pd.DataFrame(told, columns=FIELD_COLUMNS[:7])
    keys = ["acquisition", "field", "expected"]
    if not len(deviations):
        never = pd.Series(pd.NaT, index=table.index, dtype="datetime64[us]")
        return table.assign(found="", devices="", first=never, last=never)[FIELD_COLUMNS]
    counts = deviations.groupby([*keys, "found"]).size().rename("n").reset_index()
    counts = counts.sort_values(["n", "found"], ascending=[False, True])
    counts["found"] = counts["found"] + counts["n"].map(" ({:,})".format)
    parts = deviations.groupby(keys)
    more = pd.DataFrame(
        {
            "found": counts.groupby(keys)["found"].agg(
                lambda values: "; ".join(values[:5]) + ("; …" if len(values) > 5 else "")
            ),
            "devices": parts["device"].agg(
                lambda values: ", ".join(sorted({str(v) for v in values.dropna()}))
            ),
            "first": parts["date"].min(),
            "last": parts["date"].max(),
        }
    )
    table = table.merge(more.reset_index(), on=keys, how="left")
    table[["found", "devices"]] = table[["found", "devices"]].fillna("")
    order = ["n_deviating", "acquisition", "field"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)[FIELD_COLUMNS]


def _first_few(values: pd.Series) -> str:
    return "; ".join(values[:5]) + ("; …" if len(values) > 5 else "")


def _not_judged(rows: Rows, reference: Protocol, best: Assigned) -> list[tuple[str, Any, str]]:
    left: list[tuple[str, Any, str]] = [("series", n, why) for why, n in rows.left_out]
    left += [
        (f"{one.acquisition}: {one.what}" if one.acquisition else one.what, None, one.why)
        for one in reference.not_understood
    ]
    used = set(np.unique(best.acquisition).tolist())
    left += [
        (f"acquisition {one.name}", None, "no series is for it")
        for i, one in enumerate(reference.acquisitions)
        if i not in used
    ]
    return left

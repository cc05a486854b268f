"""Run checks over a catalog: one pass a table, in blocks of what is judged together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, cast

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.checks.attributes import (
    MissingExpected,
    MissingInSome,
    MissingRequired,
    OtherVr,
    TooLongNumber,
    UnreadValue,
)
from dicomlab.checks.base import FINDING_COLUMNS, SEVERITIES, Check, OneRun, Readable, joined, no_findings
from dicomlab.checks.card import Findings
from dicomlab.checks.clocks import ClockOff, SeriesTimeLate
from dicomlab.checks.conditions import MissingConditional
from dicomlab.checks.geometry import (
    ImpossibleOrientation,
    PlaceholderPosition,
    PlaceholderSize,
    ShearedVolume,
)
from dicomlab.checks.holdings import LocaliserInside, OrientationsMixed, SeveralVolumes
from dicomlab.checks.identity import (
    PatientWithSeveralNames,
    SameFileTwice,
    SameUidOtherContent,
    SeriesInSeveralPlaces,
    SharedFrameOfReference,
    StudyOfSeveralPatients,
    UidInSeveralSeries,
)
from dicomlab.checks.items import IncompleteItems, NoPrivateCreator
from dicomlab.checks.kinds import BrokenFiles, OtherKindInside, StaleDirectory
from dicomlab.checks.labels import labels_of
from dicomlab.checks.numbers import FewerThanSisters, NumberGap, NumberRepeated
from dicomlab.checks.overwritten import VolumesOverwritten
from dicomlab.checks.pixels_described import PixelDescription, PixelsTooFew, PixelsTooMany
from dicomlab.checks.placeholders import PlaceholderNumber, PlaceholderText
from dicomlab.checks.privacy import BurnedIn, IdentityInText, IdentityLeft, LikelyBurnedIn, PrivateNamesLeft
from dicomlab.checks.references import MissingReference, ReferenceElsewhere
from dicomlab.checks.runs import RunInSeveralSeries
from dicomlab.checks.same_content import Repeats
from dicomlab.checks.settings import ChangedIdentity, ChangedParameter
from dicomlab.checks.slices import (
    DuplicatePositions,
    IncompleteVolume,
    MissingSlices,
    OverlappingSlices,
    UnevenSpacing,
    VariableSpacing,
)
from dicomlab.checks.tables import SOURCES, WHOLE, Source
from dicomlab.checks.timing import (
    AgeDisagrees,
    BirthAfterStudy,
    DatesApart,
    DateTimeDoubted,
    ImpossibleDate,
    PlaceholderDate,
    StudyDatesDiffer,
)
from dicomlab.checks.tracers import InjectionAfter, MissingWeight, OffsetsDisagree
from dicomlab.checks.uids import BadUid, MetaMismatch
from dicomlab.errors import DicomlabError, WrongArgument
from dicomlab.isolation import SetAside, in_pieces, set_aside
from dicomlab.schema.masks import shown_table

CHECKS: tuple[Check, ...] = (
    MissingSlices(),
    IncompleteVolume(),
    VolumesOverwritten(),
    DuplicatePositions(),
    OverlappingSlices(),
    UnevenSpacing(),
    VariableSpacing(),
    NumberGap(),
    NumberRepeated(),
    FewerThanSisters(),
    ChangedParameter(),
    ChangedIdentity(),
    LocaliserInside(),
    OrientationsMixed(),
    SeveralVolumes(),
    ImpossibleOrientation(),
    PlaceholderSize(),
    PlaceholderPosition(),
    ShearedVolume(),
    SameFileTwice(),
    SameUidOtherContent(),
    UidInSeveralSeries(),
    RunInSeveralSeries(),
    SeriesInSeveralPlaces(),
    StudyOfSeveralPatients(),
    SharedFrameOfReference(),
    PatientWithSeveralNames(),
    BadUid(),
    MetaMismatch(),
    MissingReference(),
    ReferenceElsewhere(),
    PixelDescription(),
    PixelsTooFew(),
    PixelsTooMany(),
    MissingRequired(),
    MissingExpected(),
    MissingInSome(),
    MissingConditional(),
    IncompleteItems(),
    NoPrivateCreator(),
    OtherVr(),
    TooLongNumber(),
    UnreadValue(),
    ImpossibleDate(),
    PlaceholderDate(),
    DateTimeDoubted(),
    StudyDatesDiffer(),
    DatesApart(),
    BirthAfterStudy(),
    AgeDisagrees(),
    PlaceholderNumber(),
    PlaceholderText(),
    BurnedIn(),
    LikelyBurnedIn(),
    IdentityLeft(),
    IdentityInText(),
    PrivateNamesLeft(),
    OtherKindInside(),
    BrokenFiles(),
    StaleDirectory(),
    ClockOff(),
    SeriesTimeLate(),
    OffsetsDisagree(),
    InjectionAfter(),
    MissingWeight(),
)
"""The checks of a call that names none."""

BLOCK = 50_000
"""Rows of a block; one that would part what is judged together is longer."""


@checked_arguments
def check(catalog: Readable, checks: Iterable[Check | str] | None = None) -> pd.DataFrame:
    """What is wrong with a catalog: one row a finding, the gravest first.

    `checks` are names or checks of your own (default: all of `list_checks()`). Columns: check,
    severity (error, warning, note), confidence (high, medium, low), level (file, instance, series,
    study, patient, device), uid (of that level; null for a patient), n_files, files (file keys, the first
    100), slices (InstanceNumber, or the number of the frame), message (plain words), evidence (a dict of
    numbers and tag names), fix (what to do).

    No finding holds a value that may identify a patient. `attrs["not_run"]` lists checks that had
    no columns to work on or that raised, each with the reason; `attrs["run"]` those that ran,
    `attrs["looked_at"]` those that had any row to look at, and `attrs["set_aside"]` those that raised: what
    they found elsewhere is kept.

    Raises WrongArgument for a name that is no check.

    >>> findings = check(catalog)
    >>> findings.attrs["not_run"]
    []
    """
    catalog = cast("Readable", OneRun(getattr(catalog, "unmasked", catalog)))
    chosen = _chosen(CHECKS if checks is None else checks)
    aside: dict[str, str] = {}
    have = {table: _columns_of(catalog, table, chosen, aside) for table in {one.table for one in chosen}}
    chosen_now = [one for one in chosen if one.name not in aside]
    missing = {one.name: [name for name in one.needs if name not in have[one.table]] for one in chosen_now}
    runnable = [one for one in chosen_now if not missing[one.name]]
    found: list[pd.DataFrame] = []
    met = _always_met(catalog, runnable)
    for (table, together), group in _passes(runnable).items():
        found += _findings_of(catalog, table, together, group, have[table], aside, met)
    findings = _sorted(_told_once(joined(found), runnable))
    reasons = {name: f"The catalog lacks {', '.join(names)}." for name, names in missing.items() if names}
    reasons |= aside
    findings.attrs = {
        "title": "Checks",
        "run": [one.name for one in runnable if one.name not in aside],
        "not_run": [
            {"check": one.name, "reason": reasons[one.name]} for one in chosen if one.name in reasons
        ],
        "set_aside": sorted(aside),
        "looked_at": [one.name for one in runnable if one.name in met],
    }
    seen = Findings(shown_table(findings))
    seen.attrs = findings.attrs
    return seen.named(_labels(catalog, findings))


def _labels(catalog: Readable, findings: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What series and studies are called; nothing where the catalog cannot say."""
    try:
        return labels_of(catalog, findings) if len(findings) else {}
    except DicomlabError:
        raise
    except Exception as error:  # noqa: BLE001 - findings count without the names of what they are about
        set_aside("The names of series", error)
        return {}


def list_checks() -> pd.DataFrame:
    """The checks that there are: one row a check.

    Columns: check, severity, level, finds (in one line), table and needs (what it looks at),
    settings (its fields, with their values), fix.

    >>> list_checks().columns.tolist()
    ['check', 'severity', 'level', 'finds', 'table', 'needs', 'settings', 'fix']
    """
    rows = [
        {
            "check": one.name,
            "severity": one.severity,
            "level": one.level,
            "finds": (type(one).__doc__ or "").splitlines()[0],
            "table": one.table,
            "needs": list(one.needs),
            "settings": {field.name: getattr(one, field.name) for field in fields(one)},
            "fix": one.fix,
        }
        for one in CHECKS
    ]
    return pd.DataFrame(rows, columns="check severity level finds table needs settings fix".split())


def _chosen(checks: Iterable[Check | str]) -> list[Check]:
    known = {one.name: one for one in CHECKS}
    chosen = []
    for one in [checks] if isinstance(checks, str | Check) else checks:
        if isinstance(one, str) and one not in known:
            raise WrongArgument("checks", one, known)
        chosen.append(known[one] if isinstance(one, str) else one)
    return chosen


def _passes(checks: Sequence[Check]) -> dict[tuple[str, tuple[str, ...]], list[Check]]:
    """The checks that can share a pass over a table."""
    passes: dict[tuple[str, tuple[str, ...]], list[Check]] = {}
    for one in checks:
        # What is no query, such as kept headers, comes in one block whatever belongs together.
        together = one.together if isinstance(SOURCES[one.table], Source | Repeats) else ()
        passes.setdefault((one.table, together), []).append(one)
    alone = [key for key in passes if not key[1]]
    for table, _ in alone:  # what looks at single rows goes along with whatever reads the table anyway
        along = next((key for key in passes if key[0] == table and key[1]), None)
        if along:
            passes[along] += passes.pop((table, ()))
    return passes


def _always_met(catalog: Readable, checks: Sequence[Check]) -> set[str]:
    """The checks on tables of what is odd: they look at every file that there is."""
    names = {one.name for one in checks if one.table not in WHOLE}
    return names if names and len(catalog.sql("SELECT file_key FROM files LIMIT 1")) else set()


def _columns_of(catalog: Readable, table: str, checks: Sequence[Check], aside: dict[str, str]) -> set[str]:
    """The columns that a table has; the checks on one that cannot be asked are set aside."""
    try:
        return set(SOURCES[table].columns(catalog))
    except DicomlabError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one table raises, checks on others count
        reason = _sentence(set_aside("The table", error))
        aside.update({one.name: reason for one in checks if one.table == table})
        return set()


def _findings_of(
    catalog: Readable,
    table: str,
    together: tuple[str, ...],
    checks: Sequence[Check],
    have: set[str],
    aside: dict[str, str],
    met: set[str],
) -> list[pd.DataFrame]:
    """What the checks of one pass find.

    Those that raise are put into `aside`, with the reason; those that had a row to look at into `met`.
    """
    source = SOURCES[table]
    wanted = [*together, *("file_key", "SeriesInstanceUID", "StudyInstanceUID", "InstanceNumber")]
    wanted += [name for one in checks for name in (*one.together, *one.needs, *one.wants)]
    columns = [name for name in dict.fromkeys(wanted) if name in have]
    found: list[pd.DataFrame] = []
    try:
        for rows in source.blocks(catalog, columns, together=together, rows=BLOCK):
            for one in checks:
                if one.takes(rows):
                    met |= {one.name} if len(rows) else set()
                    found += _of_check(one, rows, aside)
    except DicomlabError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one table raises, checks on others count
        reason = _sentence(set_aside("The rest of the table", error))
        aside.update({one.name: reason for one in checks})
    return found


def _of_check(one: Check, rows: pd.DataFrame, aside: dict[str, str]) -> list[pd.DataFrame]:
    """What one check finds in a block; groups that it raises for are found by halving."""
    try:
        return [_findings(one, rows)]
    except Exception as error:  # noqa: BLE001 - whatever one check raises, the others count
        reason = set_aside("The check", error)
    keys = [name for name in one.together if name in rows]
    number = rows.groupby(keys, sort=False, dropna=False).ngroup() if keys else pd.Series(range(len(rows)))
    groups = number.to_numpy()
    n, bad = int(groups.max(initial=-1)) + 1, 0

    def some(first: int, last: int) -> pd.DataFrame:
        return _findings(one, rows[(groups >= first) & (groups < last)])

    def alone(first: int, last: int, _: SetAside) -> pd.DataFrame:
        nonlocal bad
        bad += last - first
        return no_findings()

    found = in_pieces(some, n, alone)
    of = f"for {bad:,} of {n:,} groups of rows that are judged together, " if bad < n else ""
    aside[one.name] = f"The check was {of}{reason.reason}."
    return found


def _findings(one: Check, rows: pd.DataFrame) -> pd.DataFrame:
    """What a check finds, in the columns and words that all findings have."""
    found = one(rows)
    if len(found):
        found["severity"].map(SEVERITIES.index)
    return found[FINDING_COLUMNS]


def _sentence(aside: SetAside) -> str:
    return f"{aside.in_words}."


def _told_once(findings: pd.DataFrame, checks: Sequence[Check]) -> pd.DataFrame:
    """The findings without those whose cause another check tells; see `Check.unless`."""
    unless = {one.name: one.unless for one in checks if one.unless}
    attributes = [_attributes(evidence) for evidence in findings["evidence"]]
    told = {
        (name, uid, attribute)
        for name, uid, names in zip(findings["check"], findings["uid"], attributes, strict=True)
        for attribute in names
    }
    again = [
        pd.notna(uid)
        and all(any((other, uid, one) in told for other in unless.get(name, ())) for one in names)
        for name, uid, names in zip(findings["check"], findings["uid"], attributes, strict=True)
    ]
    return findings[~np.array(again, dtype=bool)]


def _attributes(evidence: dict[str, Any]) -> list[str]:
    """The attributes that a finding names; one that stands for none where it names none."""
    named = evidence.get("attribute")
    return [str(one) for one in named] if isinstance(named, list) else [str(named)]


def _sorted(findings: pd.DataFrame) -> pd.DataFrame:
    """The gravest first, then by check and by what is concerned."""

    def rank(column: pd.Series) -> Any:
        return column.map(SEVERITIES.index) if column.name == "severity" else column

    order = findings[FINDING_COLUMNS].sort_values(["severity", "check", "uid"], key=rank, kind="stable")
    return order.reset_index(drop=True)

"""What will go wrong with a reference: rules that no series can keep to, or only some by chance.

Each part looks at one acquisition and gives problems; LINTS lists those that need no series,
LINTS_WITH_SERIES those that hold the rules against some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.errors import DicomlabError
from dicomlab.isolation import SetAside, set_aside
from dicomlab.protocols.cells import Cell, as_number, as_parts, written
from dicomlab.protocols.fields import MAKERS_WORDS, field_named, why_not_set
from dicomlab.protocols.judging import MET, NOT_MET, Judge
from dicomlab.protocols.reference import Acquisition, NotUnderstood, Protocol
from dicomlab.protocols.rows import read_rows
from dicomlab.protocols.rules import Absent, Between, Exact, OneOf, Rule, Severity, Within
from dicomlab.protocols.units import WrongUnit, unit_of
from dicomlab.schema.columns import may_identify

SET_ASIDE = "set-aside"
"""The problem of what could not be looked at since looking raised."""
LINT_COLUMNS = "acquisition field problem severity text advice".split()

_WIDE = 1e-3
"""Share of the value that a tolerance must have for what a machine measures."""

_LEAST = 5
"""Series that a rule must be held against before something is said of how many keep to it."""

_SELDOM = 0.5
_ASK = "Ask whether the series or the rule is wrong."
_SLIPS = {1e3: "a thousand times", 1e-3: "a thousandth of", 10.0: "ten times", 0.1: "a tenth of"}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a rule, or with an acquisition where the field is empty."""

    problem: str
    severity: Severity
    text: str
    advice: str
    field: str = ""


def lint_protocol(reference: Protocol, catalog_or_series: Any = None) -> pd.DataFrame:
    """See `Protocol.lint`."""
    found = [(one.acquisition, _left(one)) for one in reference.not_understood]
    found += [(one.name, p) for one in reference.acquisitions for lint in LINTS for p in _of_lint(lint, one)]
    if catalog_or_series is not None:
        found += _with_series(reference, catalog_or_series)
    rows = [(name, p.field, p.problem, p.severity, p.text, p.advice) for name, p in found]
    table = pd.DataFrame(rows, columns=LINT_COLUMNS).astype("str").drop_duplicates()
    return table.sort_values(["severity", "acquisition", "field"], kind="stable", ignore_index=True)


def _of_lint(lint: Callable[[Acquisition], Iterator[Problem]], one: Acquisition) -> list[Problem]:
    """What one part says of an acquisition; where it raises, that it does."""
    try:
        return list(lint(one))
    except DicomlabError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one part raises, the others count
        return [_aside(set_aside("A part of the lint", error))]


def _aside(aside: SetAside) -> Problem:
    return Problem(SET_ASIDE, "warning", f"{aside.in_words}.", "What it would say is not here.")


def _left(one: NotUnderstood) -> Problem:
    text = f"The {one.what} is not judged: {one.why}."
    return Problem("not-understood", "warning", text, "Write it as a rule of ours.")


def _brittle(one: Acquisition) -> Iterator[Problem]:
    """A number that must be met exactly, where machines round and patients vary."""
    for rule in one.rules:
        field = field_named(rule.field)
        if isinstance(rule, OneOf) and (rule.absolute or rule.relative):
            continue
        if isinstance(rule, Exact | OneOf) and field.has_tolerance and _has_number(rule):
            far = written(field.absolute, field.unit) if field.absolute else f"{field.relative * 100:g} %"
            why = f" {field.why}" if field.why else ""
            text = f"{rule.field} must be {rule.expected} exactly.{why}"
            yield Problem("brittle", "warning", text, f"Allow {far}: the rule `within`.", rule.field)


def _has_number(rule: Rule) -> bool:
    return any(as_number(part) is not None for one in _values(rule) for part in as_parts(one))


def _values(rule: Rule) -> tuple[Cell, ...]:
    """The values that a rule names."""
    if isinstance(rule, OneOf):
        return rule.values
    return (rule.value,) if isinstance(rule, Exact | Within) else ()


def _not_set(one: Acquisition) -> Iterator[Problem]:
    """A field that no protocol decides: the patient, the moment, or one machine does."""
    for rule in one.rules:
        reason = why_not_set(rule.field)
        if reason is None or isinstance(rule, Between):
            continue
        kind, words = reason
        if kind == "machine" and isinstance(rule, Within) and _is_wide(rule):
            continue
        severity: Severity = "error" if kind == "identifier" and rule.severity == "error" else "warning"
        advice = "Leave it out, or give a wide range." if kind != "identifier" else "Leave it out."
        yield Problem(f"depends-on-{kind}", severity, f"{rule.field} {words}.", advice, rule.field)
        if may_identify(rule.field):
            text = f"Values of {rule.field} are judged, and are not shown in any result."
            yield Problem("not-shown", "warning", text, "Use a field that names nobody.", rule.field)


def _is_wide(rule: Within) -> bool:
    sizes = [abs(number) for part in as_parts(rule.value) if (number := as_number(part)) is not None]
    return rule.relative >= _WIDE or rule.absolute >= _WIDE * max(sizes, default=0.0)


def _makers_words(one: Acquisition) -> Iterator[Problem]:
    """A word of one maker, in a reference for all of them."""
    told = {"Manufacturer", "ManufacturerModelName", "device", "protocol"}
    if told & {*one.applies_to, *(rule.field for rule in one.rules)}:
        return
    for rule in one.rules:
        if rule.field in MAKERS_WORDS and not isinstance(rule, Absent):
            text = f"{rule.field} is in the words of one maker or site."
            advice = "Say in `applies_to` for which Manufacturer it holds."
            yield Problem("makers-words", "warning", text, advice, rule.field)


def _units(one: Acquisition) -> Iterator[Problem]:
    """A number without its unit, or in one that the field cannot be in."""
    for rule in one.rules:
        usual = unit_of(rule.field)
        try:
            rule.in_table_unit()
        except WrongUnit as error:
            yield Problem("wrong-unit", "error", str(error), f"Write it in {usual or 'no unit'}.", rule.field)
            continue
        if usual and not rule.unit and (_has_number(rule) or isinstance(rule, Between)):
            text = f"{rule.field} has no unit; it is taken to be in {usual}."
            yield Problem("missing-unit", "warning", text, f'Add "unit": "{usual}".', rule.field)


def _display_strings(one: Acquisition) -> Iterator[Problem]:
    """What a console shows and DICOM does not store."""
    for rule in one.rules:
        shown = [part for part in as_parts(getattr(rule, "value", "")) if isinstance(part, str)]
        if any(mark in part for part in shown for mark in (">>", "<<", "->", "→")):
            text = f"{rule.field} is written as a console shows it, which DICOM does not store."
            yield Problem("display-string", "warning", text, "Take the value from a header.", rule.field)


def _contradictions(one: Acquisition) -> Iterator[Problem]:
    """Rules about one field that no value can meet together."""
    by_field: dict[str, list[Rule]] = {}
    for rule in one.rules:
        if rule.severity == "error":
            by_field.setdefault(rule.field, []).append(rule)
    for name, rules in by_field.items():
        if not _can_be_met(rules):
            said = " and ".join(rule.expected for rule in rules)
            text = f"No value of {name} can be {said}."
            yield Problem("contradiction", "error", text, "Keep one of the rules.", name)
        elif len(rules) > len(set(rules)):
            yield Problem(
                "repeated", "warning", f"A rule about {name} stands there twice.", "Keep one.", name
            )


def _can_be_met(rules: list[Rule]) -> bool:
    """Whether some value meets all rules; undecided counts as yes."""
    if all(rule.of_nothing for rule in rules):
        return True
    if any(isinstance(rule, Absent) for rule in rules):
        return False
    try:
        rules = [rule.in_table_unit() for rule in rules]
    except WrongUnit:
        return True
    tried = [value for rule in rules for value in _edges(rule)]
    return not tried or any(all(rule.meets(value) for rule in rules) for value in tried)


def _edges(rule: Rule) -> Iterator[Cell]:
    """Values at which a rule begins or ends to be met: if all rules can be met, then by one of these."""
    if isinstance(rule, Between):
        yield from (end for end in (rule.low, rule.high) if end is not None)
    for value in _values(rule):
        yield value
        number = as_number(value)
        far = max(getattr(rule, "absolute", 0.0), getattr(rule, "relative", 0.0) * abs(number or 0.0))
        if number is not None and far:
            yield from (number - far, number + far)


def _no_rules(one: Acquisition) -> Iterator[Problem]:
    """An acquisition that nothing can deviate from."""
    if not one.rules:
        yield Problem("no-rules", "warning", "The acquisition has no rule.", "Write rules, or leave it out.")


LINTS: tuple[Callable[[Acquisition], Iterator[Problem]], ...] = (
    *(_brittle, _not_set, _makers_words, _units, _display_strings, _contradictions, _no_rules),
)


def _with_series(reference: Protocol, catalog_or_series: Any) -> list[tuple[str, Problem]]:
    """What the series say of the rules; those that cannot be judged at all are told above."""
    rows = read_rows(catalog_or_series)
    rules = [(one, rule) for one in reference.acquisitions for rule in one.rules]
    absent = {rule.field for _, rule in rules if not rows.has(rule.field)}
    found = [(one.name, _lacking(rule)) for one, rule in rules if rule.field in absent]
    bad_units = {rule.field for _, rule in rules if _is_bad(rule)}
    judge = Judge(rows, reference.without(*absent, *bad_units))
    best = judge.assign()
    for i, one in enumerate(judge.reference.acquisitions):
        mine = np.flatnonzero(best.acquisition == i)
        if not len(mine):
            text = "No series is for it."
            found.append((one.name, Problem("no-series", "warning", text, "Look at its `applies_to`.")))
        found += [(one.name, p) for r in judge.rules[i] for p in _held_against(judge, r, mine)]
    return found


def _is_bad(rule: Rule) -> bool:
    try:
        rule.in_table_unit()
    except WrongUnit:
        return True
    return False


def _lacking(rule: Rule) -> Problem:
    text = f"The table has no column {rule.field}."
    return Problem("no-column", "error", text, f'Scan again with Columns().add("{rule.field}").', rule.field)


def _met(judge: Judge, rule: Rule, mine: np.ndarray) -> int:
    """How many series meet a rule."""
    size = np.bincount(judge.kind, minlength=len(judge.first))[mine]
    return int(size[judge.outcome(rule, mine) == MET].sum())


def _held_against(judge: Judge, rule: Rule, mine: np.ndarray) -> Iterator[Problem]:
    """How many series keep to a rule."""
    size = np.bincount(judge.kind, minlength=len(judge.first))[mine]
    outcome = judge.outcome(rule, mine)
    n, met = int(size[outcome >= NOT_MET].sum()), int(size[outcome == MET].sum())
    if len(mine) and not n:
        text = f"{rule.field} is empty in all {int(size.sum()):,} series."
        advice = "Leave it out, or add the column that has it."
        yield Problem("never-told", "warning", text, advice, rule.field)
    if n < _LEAST or met >= _SELDOM * n:
        return
    if met:
        text = f"{met:,} of {n:,} series keep to {rule.field} {rule.expected}."
        yield Problem("seldom-met", "warning", text, _ASK, rule.field)
        return
    text = f"None of {n:,} series keeps to {rule.field} {rule.expected}."
    is_open = isinstance(rule, Between) and (rule.low is None or rule.high is None)
    slips = [] if is_open else [s for s in _SLIPS if _met(judge, rule.times(s), mine) >= _SELDOM * n]
    advice = f"Series have {_SLIPS[slips[0]]} that: look at the unit." if slips else _ASK
    yield Problem("never-met", rule.severity, text, advice, rule.field)

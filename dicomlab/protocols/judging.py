"""Which acquisition of a reference each series belongs to, and how far it is from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from dicomlab.isolation import SetAside, in_pieces
from dicomlab.protocols.cells import NOTHING, Coded, alike, written
from dicomlab.protocols.reference import Acquisition, Protocol
from dicomlab.protocols.rows import DIFFERS, Rows, condition_key
from dicomlab.protocols.rules import Rule
from dicomlab.schema.columns import may_identify

MET, NOT_MET, UNKNOWN, DIFFERING = 1, 0, -1, -2
FARTHEST = 0.5
"""Share of the fields that may deviate for a series to belong to an acquisition without conditions."""

LEAST_KNOWN = 0.5
"""Share of the fields that must be told for the same."""

WARNING = 0.5
"""How much a warning counts beside an error."""

_HIDDEN = "(not shown: may identify a patient)"


@dataclass(frozen=True)
class Assigned:
    """For each series the acquisition it is held against (-1 for none), and how far it is from it."""

    acquisition: np.ndarray
    distance: np.ndarray
    n_judged: np.ndarray

    @classmethod
    def nothing(cls, n: int) -> Assigned:
        """Nothing assigned yet."""
        return cls(np.full(n, -1), np.full(n, np.nan), np.zeros(n, int))


class Judge:
    """A reference over rows; rows that are alike in all that matters are judged once."""

    def __init__(self, rows: Rows, reference: Protocol):
        self.rows, self.reference = rows, reference
        self.aside: dict[tuple[str, int], str] = {}  # why a value of a field could not be judged
        self.rules = [tuple(rule.in_table_unit() for rule in one.rules) for one in reference.acquisitions]
        self.said = [one.rules for one in reference.acquisitions]
        conditions = list(dict.fromkeys(name for one in reference.acquisitions for name in one.applies_to))
        rows.need(conditions)
        self.conditions = {name: rows.condition(name) for name in conditions}
        self.codes = {
            name: {str(text): code for code, text in enumerate(found.values)}
            for name, found in self.conditions.items()
        }
        self.fields = {rule.field: rows.coded(rule.field) for rules in self.rules for rule in rules}
        columns = [*self.conditions.values(), *self.fields.values()]
        self.first, self.kind = alike([one.codes for one in columns], len(rows))

    def assign(self) -> Assigned:
        """The acquisition of each kind of row."""
        best = Assigned.nothing(len(self.first))
        named = np.zeros(len(self.first), bool)
        for i, kinds in self._by_conditions():
            named[kinds] = True
            self._take(best, i, kinds, farthest=np.inf)
        free = np.flatnonzero(~named)
        for i, one in enumerate(self.reference.acquisitions):
            if not one.applies_to and len(free):
                self._take(best, i, free, farthest=FARTHEST)
        return best

    def nearest_two(self) -> tuple[Assigned, Assigned]:
        """The nearest acquisition of each row, and the one after it."""
        n = len(self.first)
        best, other = Assigned.nothing(n), Assigned.nothing(n)
        anywhere = [
            (i, np.arange(n)) for i, one in enumerate(self.reference.acquisitions) if not one.applies_to
        ]
        for i, kinds in (*self._by_conditions(), *anywhere):
            distance, judged = self._distance(i, kinds)
            before = Assigned(*(values.copy() for values in vars(best).values()))
            won = self._put(best, i, kinds, distance, judged)
            for name in vars(other):
                getattr(other, name)[won] = getattr(before, name)[won]
            lost = ~np.isin(kinds, won)
            self._put(other, i, kinds[lost], distance[lost], judged[lost])
        return tuple(  # type: ignore[return-value]
            Assigned(*(values[self.kind] for values in vars(one).values())) for one in (best, other)
        )

    def _take(self, best: Assigned, i: int, kinds: np.ndarray, *, farthest: float) -> None:
        distance, judged = self._distance(i, kinds)
        if np.isfinite(farthest):
            n_fields = len({rule.field for rule in self.rules[i]})
            known = judged >= max(1, LEAST_KNOWN * n_fields)
            near = known & (distance <= farthest)
            kinds, distance, judged = kinds[near], distance[near], judged[near]
        self._put(best, i, kinds, distance, judged)

    def _distance(self, i: int, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The share of the fields that deviate from an acquisition, and how many could be judged."""
        off: dict[str, np.ndarray] = {}
        told: dict[str, np.ndarray] = {}
        for rule in self.rules[i]:
            outcome = self.outcome(rule, kinds)
            worth = np.where(outcome == NOT_MET, 1.0 if rule.severity == "error" else WARNING, 0.0)
            off[rule.field] = np.maximum(off.get(rule.field, 0.0), worth)
            told[rule.field] = (outcome >= NOT_MET) | told.get(rule.field, False)
        judged = np.sum([*told.values(), np.zeros(len(kinds))], axis=0).astype(int)
        share = np.sum([*off.values(), np.zeros(len(kinds))], axis=0) / np.maximum(judged, 1)
        return np.where(judged > 0, share, np.nan), judged

    @staticmethod
    def _put(
        best: Assigned, i: int, kinds: np.ndarray, distance: np.ndarray, judged: np.ndarray
    ) -> np.ndarray:
        """Keep an acquisition where it is nearer than what was there; gives where that was."""
        ours = np.where(np.isnan(distance), 2.0, distance)
        theirs = np.where(np.isnan(best.distance[kinds]), 2.0, best.distance[kinds])
        theirs[best.acquisition[kinds] < 0] = 3.0
        won = (ours < theirs) | ((ours == theirs) & (judged > best.n_judged[kinds]))
        best.acquisition[kinds[won]] = i
        best.distance[kinds[won]] = distance[won]
        best.n_judged[kinds[won]] = judged[won]
        return kinds[won]

    def outcome(self, rule: Rule, kinds: np.ndarray) -> np.ndarray:
        """Whether kinds of rows meet a rule: MET, NOT_MET, UNKNOWN or DIFFERING."""
        found = self.fields[rule.field]
        used, back = np.unique(found.codes[self.first[kinds]], return_inverse=True)
        codes = used.tolist()

        def some(first: int, last: int) -> list[int]:
            return [_outcome(rule, found, code) for code in codes[first:last]]

        def alone(first: int, last: int, aside: SetAside) -> list[int]:
            for code in codes[first:last]:
                self.aside[rule.field, code] = aside.reason
            return [UNKNOWN] * (last - first)

        pieces = in_pieces(some, len(codes), alone)
        return np.array([outcome for piece in pieces for outcome in piece], np.int8)[back]

    def left_out(self) -> list[tuple[str, int, str]]:
        """The values of fields that no rule could be held against: what, how many series, why."""
        told: dict[tuple[str, str], int] = {}
        for (name, code), reason in self.aside.items():
            n = int((self.fields[name].codes == code).sum())
            told[name, reason] = told.get((name, reason), 0) + n
        return [(f"values of {name}", n, reason) for (name, reason), n in told.items()]

    def _by_conditions(self) -> Iterator[tuple[int, np.ndarray]]:
        """Each acquisition with conditions, and the kinds of rows that meet them."""
        shapes: dict[tuple[str, ...], list[int]] = {}
        for i, one in enumerate(self.reference.acquisitions):
            if one.applies_to:
                shapes.setdefault(tuple(one.applies_to), []).append(i)
        for names, members in shapes.items():
            places = self._places(names)
            for i in members:
                found = [places[k] for k in self._keys(self.reference.acquisitions[i], names) if k in places]
                if found:
                    yield i, np.concatenate(found)

    def _places(self, names: tuple[str, ...]) -> dict[tuple[int, ...], np.ndarray]:
        codes = [self.conditions[name].codes[self.first] for name in names]
        _, group = alike(codes, len(self.first))
        order = np.argsort(group, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else []
        return {tuple(int(c[part[0]]) for c in codes): part for part in parts}

    def _keys(self, one: Acquisition, names: tuple[str, ...]) -> Iterator[tuple[int, ...]]:
        choices = []
        for name in names:
            wanted = {condition_key(name, text) for text in one.applies_to[name]}
            choices.append([self.codes[name][text] for text in wanted if text in self.codes[name]])
        return product(*choices)

    def differences(self, assigned: Assigned) -> np.ndarray:
        """In words, what differs between each row and its acquisition."""
        said = np.full(len(self.rows), "", dtype=object)
        for i in np.unique(assigned.acquisition[assigned.acquisition >= 0]).tolist():
            mine = np.flatnonzero(assigned.acquisition == i)
            for rule, shown in zip(self.rules[i], self.said[i], strict=True):
                kinds, back = np.unique(self.kind[mine], return_inverse=True)
                off = mine[(self.outcome(rule, kinds) == NOT_MET)[back]]
                found = self.fields[rule.field]
                for code in np.unique(found.codes[off]).tolist():
                    words = f"{rule.field} {shown_value(rule, found, code)}, not {shown.expected}; "
                    said[off[found.codes[off] == code]] += words
        return np.array([text.removesuffix("; ") for text in said], dtype=object)


def _outcome(rule: Rule, found: Coded, code: int) -> int:
    if code == NOTHING:
        return UNKNOWN if rule.of_nothing is None else int(rule.of_nothing)
    value = found.values[code]
    if value == DIFFERS and rule.of_nothing is None:
        return DIFFERING
    return int(rule.meets(value))


def shown_value(rule: Rule, found: Coded, code: int) -> str:
    """A value that was found, unless it may identify a patient."""
    if code == NOTHING:
        return "nothing"
    value = found.values[code]
    if value == DIFFERS:
        return DIFFERS
    return _HIDDEN if may_identify(rule.field) else written(value, rule.in_words)

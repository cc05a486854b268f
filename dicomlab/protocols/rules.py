"""The kinds of rules: each says of one value whether it is as agreed, and what was agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, replace
from math import isfinite
from typing import ClassVar, Literal, Self

from dicomlab.errors import DicomlabError, WrongArgument
from dicomlab.protocols.cells import Cell, as_number, as_parts, cell, key, written
from dicomlab.protocols.units import factor, unit_of

Severity = Literal["error", "warning"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning")
NOISE = 1e-6
"""Numbers that differ by less than this share are the same: makers write rounded floats."""


class BadRule(DicomlabError, ValueError):
    """A rule does not say what it would have to."""

    def __init__(self, field: str, why: str, instead: str):
        super().__init__(f"The rule for {field or 'a field'} cannot be used: {why}. {instead}")


@dataclass(frozen=True)
class Rule:
    """What one field of a series must be."""

    field: str
    _: KW_ONLY
    unit: str = ""
    """The unit of the numbers; that of the column where empty."""

    severity: Severity = "error"
    """A `warning` is told, and does not make a series deviate."""

    note: str = ""
    citation: str = ""

    kind: ClassVar[str] = ""
    of_nothing: ClassVar[bool | None] = None
    """Whether an empty cell is as agreed; none where that cannot be told."""

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise WrongArgument("severity", self.severity, SEVERITIES)

    def meets(self, value: Cell) -> bool:
        """Whether a value is as agreed."""
        return self._meets(value)

    @property
    def expected(self) -> str:
        """What was agreed, in words and with the unit."""
        return self._expected()

    def _meets(self, value: Cell) -> bool:
        raise NotImplementedError

    def _expected(self) -> str:
        raise NotImplementedError

    @property
    def in_words(self) -> str:
        """The unit as it is shown: the rule's own, else that of the column."""
        return self.unit or unit_of(self.field)

    def in_table_unit(self) -> Self:
        """The same rule in the unit of the column. Raises WrongUnit."""
        times = factor(self.field, self.unit)
        return replace(self, unit="") if times == 1.0 else self._times(times)

    def times(self, factor: float) -> Self:
        """The same rule with its numbers that many times as large, in the unit of the column."""
        return self._times(factor)

    def _times(self, times: float) -> Self:
        return self


@dataclass(frozen=True)
class Exact(Rule):
    """The value is this one; texts without regard to case, lists of texts to order."""

    value: Cell

    kind: ClassVar[str] = "exact"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "value", _given(self.field, self.value))

    def _meets(self, value: Cell) -> bool:
        return same(value, self.value)

    def _expected(self) -> str:
        return written(self.value, self.in_words)

    def _times(self, times: float) -> Self:
        return replace(self, value=_times(self.value, times), unit="")


@dataclass(frozen=True)
class Within(Rule):
    """Each number is as near to the value as the wider of two tolerances says."""

    value: Cell
    absolute: float = 0.0
    """How far it may be, in the unit."""

    relative: float = 0.0
    """How far it may be, as a share of the value."""

    kind: ClassVar[str] = "within"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "value", _given(self.field, self.value))
        if any(as_number(part) is None for part in as_parts(self.value)):
            raise BadRule(self.field, "a tolerance needs a number", "Write `exact` for a text.")
        if self.absolute < 0 or self.relative < 0:
            raise BadRule(self.field, "a tolerance is below zero", "Write it without a sign.")

    def _meets(self, value: Cell) -> bool:
        return near(value, self.value, self.absolute, self.relative)

    def _expected(self) -> str:
        share = f"{self.relative * 100:.6g} %" if self.relative else ""
        far = written(self.absolute, self.in_words) if self.absolute else ""
        both = " or ".join(part for part in (far, share) if part)
        return written(self.value, self.in_words) + (f" ± {both}" if both else "")

    def _times(self, times: float) -> Self:
        return replace(self, value=_times(self.value, times), absolute=self.absolute * times, unit="")


@dataclass(frozen=True)
class Between(Rule):
    """Each number lies in a range, its ends included; an end may be open."""

    low: float | None = None
    high: float | None = None

    kind: ClassVar[str] = "range"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low is None and self.high is None:
            raise BadRule(self.field, "a range needs an end", "Give low, high or both.")
        if any(end is not None and not is_number(end) for end in (self.low, self.high)):
            raise BadRule(self.field, "an end of the range is no number", "Write it without quotes and unit.")

    def _meets(self, value: Cell) -> bool:
        found = [as_number(part) for part in as_parts(value)]
        low = float("-inf") if self.low is None else self.low - NOISE * abs(self.low)
        high = float("inf") if self.high is None else self.high + NOISE * abs(self.high)
        return all(one is not None and low <= one <= high for one in found)

    def _expected(self) -> str:
        unit = self.in_words
        if self.low is None or self.high is None:
            return (
                f"at most {written(self.high, unit)}"
                if self.low is None
                else f"at least {written(self.low, unit)}"
            )
        return f"{written(self.low)} to {written(self.high, unit)}"

    def _times(self, times: float) -> Self:
        low, high = (None if end is None else end * times for end in (self.low, self.high))
        return replace(self, unit="", low=low, high=high)


@dataclass(frozen=True)
class OneOf(Rule):
    """The value is one of these, to within a tolerance if they are numbers."""

    values: tuple[Cell, ...]
    absolute: float = 0.0
    relative: float = 0.0

    kind: ClassVar[str] = "one of"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "values", tuple(_given(self.field, one) for one in self.values))
        if not self.values:
            raise BadRule(self.field, "it names no value", "Give at least one.")

    def _meets(self, value: Cell) -> bool:
        return any(same(value, one) or near(value, one, self.absolute, self.relative) for one in self.values)

    def _expected(self) -> str:
        return " or ".join(written(one, self.in_words) for one in self.values)

    def _times(self, times: float) -> Self:
        values = tuple(_times(one, times) for one in self.values)
        return replace(self, values=values, absolute=self.absolute * times, unit="")


@dataclass(frozen=True)
class Contains(Rule):
    """A text, or one of several, holds these letters."""

    part: str

    kind: ClassVar[str] = "contains"

    def _meets(self, value: Cell) -> bool:
        return any(isinstance(one, str) and key(self.part) in key(one) for one in as_parts(value))

    def _expected(self) -> str:
        return f"with '{self.part}' in it"


@dataclass(frozen=True)
class ContainsAny(Rule):
    """At least one of these is among the values, or in the text where there is one text."""

    parts: tuple[Cell, ...]

    kind: ClassVar[str] = "contains any"
    over: ClassVar[Callable[[Iterable[bool]], bool]] = any
    between: ClassVar[str] = " or "

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "parts", tuple(_given(self.field, one) for one in self.parts))
        if not self.parts:
            raise BadRule(self.field, "it names no value", "Give at least one.")

    def _meets(self, value: Cell) -> bool:
        return type(self).over(_holds(value, part) for part in self.parts)

    def _expected(self) -> str:
        return f"with {self.between.join(written(one) for one in self.parts)} in it"


@dataclass(frozen=True)
class ContainsAll(ContainsAny):
    """All of these are among the values, or in the text where there is one text."""

    kind: ClassVar[str] = "contains all"
    over: ClassVar[Callable[[Iterable[bool]], bool]] = all
    between: ClassVar[str] = " and "


@dataclass(frozen=True)
class Present(Rule):
    """There is a value, whichever it is."""

    kind: ClassVar[str] = "present"
    of_nothing: ClassVar[bool | None] = False

    def _meets(self, value: Cell) -> bool:
        return True

    def _expected(self) -> str:
        return "any value"


@dataclass(frozen=True)
class Absent(Rule):
    """There is no value."""

    kind: ClassVar[str] = "absent"
    of_nothing: ClassVar[bool | None] = True

    def _meets(self, value: Cell) -> bool:
        return False

    def _expected(self) -> str:
        return "nothing"


RULES: tuple[type[Rule], ...] = (
    *(Exact, Within, Between, OneOf, Contains, ContainsAny, ContainsAll, Present, Absent),
)
"""Every kind of rule."""


def _given(field: str, value: object) -> Cell:
    """A value of a rule as cells have it."""
    found = cell(value)
    if found is None:
        raise BadRule(field, "it has no value", "Give one, or the rule `present` or `absent`.")
    return found


def _times(value: Cell, times: float) -> Cell:
    if isinstance(value, tuple):
        return tuple(one if isinstance(one, str) else one * times for one in value)
    return value if isinstance(value, str) else value * times


def same(found: Cell, wanted: Cell) -> bool:
    """Whether two values are one: numbers in order, texts in any case and order.

    >>> same(("GR", "IR"), ("IR", "GR")), same((0.0, 256.0), (256.0, 0.0)), same("head", "HEAD")
    (True, False, True)
    """
    ours, theirs = as_parts(found), as_parts(wanted)
    if all(isinstance(one, str) for one in (*ours, *theirs)) and not _are_numbers(theirs):
        return {key(one) for one in ours} == {key(one) for one in theirs}
    return near(found, wanted, 0.0, NOISE)


def _are_numbers(parts: tuple[float | str, ...]) -> bool:
    return all(as_number(one) is not None for one in parts)


def near(found: Cell, wanted: Cell, absolute: float, relative: float) -> bool:
    """Whether numbers agree one by one; several may all be near a single one."""
    ours, theirs = as_parts(found), as_parts(wanted)
    if len(theirs) == 1:
        theirs = theirs * len(ours)
    if len(ours) != len(theirs):
        return False
    pairs = [(as_number(one), as_number(other)) for one, other in zip(ours, theirs, strict=True)]
    return all(
        one is not None
        and other is not None
        and abs(one - other) <= max(absolute, relative * abs(other)) + NOISE * abs(other)
        for one, other in pairs
    )


def _holds(value: Cell, part: Cell) -> bool:
    if isinstance(value, str) and isinstance(part, str):
        return key(part) in key(value)
    return any(same(one, part) for one in as_parts(value))


def is_number(value: object) -> bool:
    """Whether a value is a number that a rule can be made of."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)

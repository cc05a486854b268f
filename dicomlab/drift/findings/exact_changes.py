"""Changes of what is compared as it is written: settings, shares of their values, attributes that agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dicomlab.drift.findings.changes import NOTHING, UNIT_SEVERITY, Change, Three, weight

_MANY = 0.25
"""A share that moves by so much is worth more than a look."""


@dataclass(frozen=True, kw_only=True)
class Switch(Change):
    """A setting that has other usual values."""

    before_text: str
    after_text: str

    kind: ClassVar[str] = "setting"
    is_exact: ClassVar[bool] = True

    @property
    def levels(self) -> tuple[float, float]:
        """The values as numbers, where they are such."""
        return number(self.before_text), number(self.after_text)

    @property
    def texts(self) -> tuple[str, str]:
        """The usual values before and after."""
        return self.before_text, self.after_text

    @property
    def effect(self) -> Three:
        """The relative change of a number above zero."""
        before, after = self.levels
        is_usable = np.isfinite(before) and np.isfinite(after) and before > 0 < after
        return (after / before - 1 if is_usable else NOTHING), NOTHING, NOTHING

    @property
    def severity(self) -> int:
        """Act where a number that matters for dose moved by a tenth."""
        return 3 if weight(self) == 1.0 and abs(self.effect[0]) >= 0.1 else 2


@dataclass(frozen=True, kw_only=True)
class Rewriting(Switch):
    """A setting whose values are the same in another unit, or written another way (a factor of 1)."""

    factor: float
    kind: ClassVar[str] = "unit"

    @property
    def severity(self) -> int:
        """The same for every factor."""
        return UNIT_SEVERITY

    @property
    def what(self) -> tuple[str, ...]:
        """The factor."""
        return (f"{self.factor:g}",)


@dataclass(frozen=True, kw_only=True)
class MixShift(Change):
    """A value of a setting whose share of examinations moved."""

    value: str
    shares: tuple[float, float]
    error: float
    """Standard error of the difference of the shares."""

    kind: ClassVar[str] = "share"
    is_exact: ClassVar[bool] = True
    has_unit: ClassVar[bool] = False

    @property
    def texts(self) -> tuple[str, str]:
        """The value with its share before and after."""
        before, after = (f"{self.value} {100 * share:.0f} %" for share in self.shares)
        return before, after

    @property
    def severity(self) -> int:
        """By how far the share moved."""
        return 2 if abs(self.shares[1] - self.shares[0]) >= _MANY else 1

    @property
    def what(self) -> tuple[str, ...]:
        """The value."""
        return (self.value,)


@dataclass(frozen=True, kw_only=True)
class Disagreement(MixShift):
    """Attributes that ought to agree, and do so in another share of examinations than before."""

    kind: ClassVar[str] = "identity"


@dataclass(frozen=True, kw_only=True)
class OtherAgreement(Disagreement):
    """Attributes that agree as often as before, in another way."""

    before_text: str
    after_text: str

    @property
    def texts(self) -> tuple[str, str]:
        """How they agreed before and after."""
        return self.before_text, self.after_text

    @property
    def what(self) -> tuple[str, ...]:
        """How they agree now."""
        return (self.value or self.after_text,)


def number(text: str) -> float:
    """A text as a number, null where it is none."""
    try:
        return float(text)
    except ValueError:
        return NOTHING

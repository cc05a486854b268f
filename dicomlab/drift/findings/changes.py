"""Changes of a signal: a type for each kind, which carries its levels, effect and severity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dicomlab.drift.signals.signal import Signal

UNIT_SEVERITY = 2
"""A change of unit is a table to mend, however large the factor: it says nothing of the machine."""

NOTHING = float("nan")
_WEIGHT = {"dose": 1.0, "safety": 1.0, "image": 0.8, "timing": 0.6}

Three = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What all changes have; `onset`, `low`, `high` and `reached` are numbers of days.

    `low` to `high` is the 95 % interval of the onset; a change is `reached` where a ramp ends.
    """

    signal: Signal
    onset: int
    low: int
    high: int
    reached: int
    n_before: int
    n_after: int
    detector: str
    is_common: bool = False
    """Whether it is one of all protocols that most of them share."""
    earliest: int | None = None
    """For a step that may as well be a ramp: the day on which that would have begun at the earliest."""

    kind: ClassVar[str] = ""
    is_exact: ClassVar[bool] = False
    """Whether values were compared as they are written."""
    stands_alone: ClassVar[bool] = False
    """Whether it is told beside changes of the same parameter, and never in place of one."""
    has_unit: ClassVar[bool] = True

    @property
    def levels(self) -> tuple[float, float]:
        """The level before and after in the unit of the parameter; null where there is none."""
        return NOTHING, NOTHING

    @property
    def texts(self) -> tuple[str, str]:
        """What was and what is, as texts."""
        before, after = self.levels
        return f"{before:.6g}", f"{after:.6g}"

    @property
    def effect(self) -> Three:
        """The relative change with its 95 % interval; null where a ratio makes no sense."""
        return NOTHING, NOTHING, NOTHING

    @property
    def effect_sd(self) -> float:
        """The change in standard deviations of one acquisition."""
        return NOTHING

    @property
    def severity(self) -> int:
        """From 1 (worth a look) to 3 (act): size against what matters."""
        return 1

    @property
    def what(self) -> tuple[str, ...]:
        """What it is that sister machines may share: direction, or what is now."""
        return (self.texts[1],)

    @property
    def citation(self) -> str:
        """Where a limit is from that it breaks."""
        return ""


@dataclass(frozen=True, kw_only=True)
class Step(Change):
    """A level that went over at once; levels and scatter are on the scale of the signal."""

    before: float
    after: float
    error: float
    """Standard error of their difference."""
    scatter: float
    """Standard deviation of one acquisition."""

    kind: ClassVar[str] = "step"

    @property
    def levels(self) -> tuple[float, float]:
        """The level before and after, in the unit of the parameter."""
        levels = np.array([self.before, self.after]) + self.signal.typical
        low, high = np.exp(levels) if self.is_log else levels
        return float(low), float(high)

    @property
    def is_log(self) -> bool:
        """Whether changes are relative."""
        return self.signal.parameter.scale == "log"

    @property
    def effect(self) -> Three:
        """The relative change with its interval, on a log scale."""
        if not self.is_log:
            return NOTHING, NOTHING, NOTHING
        return ratio(self.after - self.before, self.error)

    @property
    def effect_sd(self) -> float:
        """The change in standard deviations of one acquisition."""
        return (self.after - self.before) / self.scatter

    @property
    def severity(self) -> int:
        """By the size against the floor of the parameter and against scatter."""
        size = abs(self.after - self.before)
        floor = max(self.signal.parameter.floor, 1e-12)
        score = weight(self) * max(size / (4 * floor), size / max(self.scatter, 1e-12) / 2)
        return 3 if score >= 1.5 else 2 if score >= 0.6 else 1

    @property
    def what(self) -> tuple[str, ...]:
        """The direction."""
        return "level", "up" if self.after > self.before else "down"


@dataclass(frozen=True, kw_only=True)
class Ramp(Step):
    """A level that went over gradually, from `onset` to `reached`."""

    kind: ClassVar[str] = "ramp"


@dataclass(frozen=True, kw_only=True)
class UnitStep(Step):
    """A level that is a power of ten times what it was: another unit or encoding."""

    factor: float
    kind: ClassVar[str] = "unit"

    @property
    def severity(self) -> int:
        """The same for every factor."""
        return UNIT_SEVERITY


@dataclass(frozen=True, kw_only=True)
class Spread(Change):
    """A scatter that grew: the standard deviation of one acquisition on either side."""

    before: float
    after: float
    error: float
    """Standard error of the logarithm of their ratio."""

    kind: ClassVar[str] = "spread"
    stands_alone: ClassVar[bool] = True

    @property
    def texts(self) -> tuple[str, str]:
        """The scatter before and after, as a share or in the unit."""
        parameter = self.signal.parameter
        if parameter.scale == "log":
            return f"SD {100 * self.before:.2g} %", f"SD {100 * self.after:.2g} %"
        unit = f" {parameter.unit}" if parameter.unit else ""
        return f"SD {self.before:.3g}{unit}", f"SD {self.after:.3g}{unit}"

    @property
    def effect(self) -> Three:
        """How much more values scatter."""
        return ratio(float(np.log(self.after / self.before)), self.error)

    @property
    def effect_sd(self) -> float:
        """The growth in standard deviations before it."""
        return (self.after - self.before) / self.before

    @property
    def severity(self) -> int:
        """By the ratio."""
        return 2 if self.after >= 1.6 * self.before else 1

    @property
    def what(self) -> tuple[str, ...]:
        """The direction."""
        return "spread", "up" if self.after > self.before else "down"


@dataclass(frozen=True, kw_only=True)
class Excursion(Change):
    """A level outside a limit that was given, all in the unit of the parameter."""

    reference: float
    level: float
    interval: tuple[float, float]
    """The 95 % interval of the level."""
    limit: str
    """The limit in words."""
    is_action: bool
    """Whether the limit for action is broken, not that for warning alone."""
    source: str
    until: int | None = None
    """The last day outside, none where it goes on."""

    kind: ClassVar[str] = "tolerance"
    stands_alone: ClassVar[bool] = True

    @property
    def levels(self) -> tuple[float, float]:
        """The reference, and the level outside."""
        return self.reference, self.level

    @property
    def effect(self) -> Three:
        """The distance from a reference above zero."""
        if not self.reference > 0:
            return NOTHING, NOTHING, NOTHING
        level, low, high = (x / self.reference - 1 for x in (self.level, *self.interval))
        return level, low, high

    @property
    def severity(self) -> int:
        """Act where the limit for action is broken."""
        return 3 if self.is_action else 2

    @property
    def what(self) -> tuple[str, ...]:
        """The direction."""
        return "level", "up" if self.is_above else "down"

    @property
    def is_above(self) -> bool:
        """Whether the level lies above the reference."""
        return self.level > self.reference

    @property
    def citation(self) -> str:
        """Where the limit is from."""
        return self.source


def weight(change: Change) -> float:
    """How much the parameter matters."""
    return _WEIGHT[change.signal.parameter.weight]


def ratio(size: float, error: float) -> Three:
    """A difference of logarithms as a relative change, with its 95 % interval."""
    reach = 1.96 * error
    effect, low, high = (float(np.expm1(x)) for x in (size, size - reach, size + reach))
    return effect, low, high


def to_timestamp(day: int) -> pd.Timestamp:
    """The date of a day's number."""
    return pd.Timestamp(day, unit="D").as_unit("us")

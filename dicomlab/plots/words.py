"""How dates, sizes and effects are said, in charts and in reports alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from dicomlab.drift.base import Drift

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUS = "\u2212"
_LEVELS = ("step", "ramp", "unit")
"""Kinds of change that go from one level to another."""
_KNOWN = (*_LEVELS, "spread", "setting", "share")
"""Kinds of change that need not be named, since their effect shows what they are."""


def day(date: object) -> str:
    """A date as people write it, the same in every locale: 4 Sep 2024."""
    stamp = pd.Timestamp(date) if not is_absent(date) else pd.NaT  # type: ignore[arg-type]
    return "no date" if pd.isna(stamp) else f"{stamp.day} {_MONTHS[stamp.month - 1]} {stamp.year}"


def is_absent(value: Any) -> bool:
    """Whether a cell holds nothing."""
    return (isinstance(value, str) and value == "") or bool(np.ndim(value) == 0 and pd.isna(value))


def number(value: object, digits: int = 4) -> str:
    """A number with a few significant digits and never an exponent.

    >>> number(0.015), number(1234567.0), number(-2.50)
    ('0.015', '1,234,567', '−2.5')
    """
    if is_absent(value):
        return ""
    size = float(value)  # type: ignore[arg-type]
    if not math.isfinite(size) or size == 0:
        return "0" if size == 0 else str(size)
    places = max(0, digits - 1 - math.floor(math.log10(abs(size))))
    text = f"{size:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", _MINUS)


def pair(before: float, after: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see the difference."""
    for digits in range(3, 12):
        first, second = number(before, digits), number(after, digits)
        gap = abs(float(f"{before:.{digits}g}") - float(f"{after:.{digits}g}"))
        if first != second and abs(gap - abs(after - before)) <= 0.1 * abs(after - before):
            break
    return first, second


def percent(effect: float) -> str:
    """A relative change: +18 %, −0.4 %, +1.2 ppm, or a factor when it is large.

    >>> percent(0.18), percent(-0.0042), percent(1.2e-6), percent(9.0)
    ('+18 %', '−0.42 %', '+1.2 ppm', '×10')
    """
    if effect >= 2:
        return f"\u00d7{number(1 + effect, 2)}"
    sign = "+" if effect >= 0 else _MINUS
    if abs(effect) < 0.0001:
        return f"{sign}{number(abs(effect) * 1e6, 2)} ppm"
    return f"{sign}{number(abs(effect) * 100, 2)} %"


def effect(change: Mapping[str, Any]) -> str:
    """What a change did: a share where one makes sense, else from what to what.

    >>> effect({"kind": "step", "effect": 0.18})
    '+18 %'
    >>> effect({"kind": "tolerance", "before": 120.0, "after": 126.5, "unit": "kV"})
    'outside the limit given, at 126.5 kV'
    >>> effect({"kind": "missing-tag", "before_text": "0 %", "after_text": "100 %"})
    'missing-tag: 0 % → 100 %'
    """
    kind, size = str(change.get("kind") or "change"), change.get("effect")
    if kind in (*_LEVELS, "spread") and size is not None and not is_absent(size):
        return f"{'scatter ' if kind == 'spread' else ''}{percent(float(size))}"
    if kind == "tolerance" and not is_absent(change.get("after")):
        unit = "" if is_absent(change.get("unit")) else f" {change['unit']}"
        return f"outside the limit given, at {number(change['after'])}{unit}"
    words = from_to(change)
    return words if kind in _KNOWN or words == kind else f"{kind}: {words}"


def is_ramp(change: Mapping[str, Any]) -> bool:
    """Whether a level moved slowly to where it is, not in one step."""
    return change.get("kind") == "ramp" and not is_absent(change.get("reached"))


def when(change: Mapping[str, Any]) -> str:
    """When a change came: "from 4 Sep 2024", and until when for a ramp."""
    until = f" to {day(change['reached'])}" if is_ramp(change) else ""
    return f"from {day(change['onset'])}{until}"


def part_of(drift: Drift, row: Mapping[Any, Any] | pd.Series) -> str:
    """The modality of a signal or change whose machine has several, such as PET/CT; else nothing."""
    signals = drift.signals
    mine = signals.loc[(signals["device"] == row["device"]) & (signals["signal_id"] != ""), "modality"]
    return str(row["modality"]) if len(set(mine)) > 1 else ""


def comparable(stratum: object) -> str:
    """A stratum in words: which acquisitions were compared with each other."""
    return "all protocols" if is_absent(stratum) or stratum == "all" else str(stratum)


def from_to(change: Mapping[str, Any]) -> str:
    """The level or setting before and after, with its unit; the kind where neither is told."""
    kind = str(change.get("kind") or "change")
    old, new = change.get("before_text"), change.get("after_text")
    before, after = change.get("before"), change.get("after")
    has_numbers = not (before is None or after is None or is_absent(before) or is_absent(after))
    has_texts = not (is_absent(old) and is_absent(new))
    if has_numbers and (kind in _LEVELS or not has_texts):
        old, new = pair(float(before), float(after))  # type: ignore[arg-type]
    elif not has_texts:
        return kind
    is_share = str(new).endswith("%")
    unit = "" if is_share or is_absent(change.get("unit")) else f" {change['unit']}"
    return f"{_or_empty(old)} \u2192 {_or_empty(new)}{unit}"


def counted(n: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 device, 6 devices, no devices."""
    noun = one if n == 1 else many or f"{one}s"
    return f"{'no' if n == 0 else format(n, ',')} {noun}"


def _or_empty(text: object) -> str:
    return "(empty)" if is_absent(text) else str(text)

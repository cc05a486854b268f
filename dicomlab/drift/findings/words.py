"""Say a change in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch

import numpy as np
import pandas as pd

from dicomlab.drift.findings.causes import RARE
from dicomlab.drift.findings.changes import Change, Excursion, Ramp, Spread, Step, UnitStep, to_timestamp
from dicomlab.drift.findings.exact_changes import Disagreement, MixShift, Rewriting, Switch
from dicomlab.drift.findings.sisters import FleetEvent
from dicomlab.drift.signals.identities import identity_named
from dicomlab.drift.signals.strata import ALL

_SIZES = {"PatientWeight": "patient weight", "BodyPartThickness": "breast thickness"}


def sentence(change: Change, machine: str, cause: str, sisters: str = "", *, part: str = "") -> str:
    """What changed where, from when, by how much, and what else changed then.

    `part` is the modality, for a machine of several.
    """
    signal = change.signal
    where = (
        f" in {signal.stratum}"
        if signal.stratum != ALL
        else " over all protocols"
        if signal.is_pooled
        else ""
    )
    when = f"from {to_timestamp(change.onset):%Y-%m-%d}{_give_or_take(change)}"
    verb = _verb(change)
    what = "examinations" if change.is_exact else "acquisitions"
    of = f" of {part}" if part else ""
    parts = [
        f"{signal.device} ({machine}): {signal.parameter.name}{of}{where} {verb} {when}{_adjusted(change)}",
        f"{change.n_before:,} {what} before, {change.n_after:,} after",
    ]
    is_uneven = signal.is_pooled and not change.is_common and not isinstance(change, Spread)
    parts += ["not in all protocols alike"] if is_uneven else []
    parts += [_other_unit(change.factor)] if isinstance(change, UnitStep | Rewriting) else []
    parts += [words for words in (sisters, cause) if words]
    return "; ".join(parts) + "."


def cause_words(causes: pd.DataFrame) -> str:
    """What the change coincides with, with how often that would be so by chance."""
    if not len(causes):
        return ""
    best = causes.iloc[0]
    sure = "coincides with" if best["coincidence"] < RARE else "possibly with"
    chance = f"such coincidence by chance {_percent(best['coincidence'])}"
    what = str(best["text"]).rstrip(". ")
    return f"{sure} {what} on {best['date']:%Y-%m-%d} ({chance})"


def fleet_words(event: FleetEvent | None, models: Mapping[str, str], device: str) -> str:
    """On which sisters of a machine the same was seen, or that it was not."""
    sisters = [name for name, model in models.items() if model and model == models.get(device)]
    if len(sisters) < 2:
        return ""
    if event is None:
        return f"not seen on {len(sisters) - 1} other machine{'s' if len(sisters) > 2 else ''} of the model"
    return f"seen on {len(event.devices)} of {len(sisters)} machines of the model within two weeks"


def machine_words(device: pd.Series) -> str:
    """Maker, model and serial number of a machine, as far as they are known."""
    names = [device["Manufacturer"], device["ManufacturerModelName"]]
    words = " ".join(str(name) for name in names if isinstance(name, str))
    serial = device["DeviceSerialNumber"]
    return f"{words}, serial {serial}" if isinstance(serial, str) else words or "machine not named"


@singledispatch
def _verb(change: Change) -> str:
    """What the parameter did."""
    raise TypeError(type(change).__name__)


@_verb.register
def _(change: Step) -> str:
    verb = "rose" if change.after > change.before else "fell"
    is_slow = isinstance(change, Ramp)
    slowly = f" gradually until {to_timestamp(change.reached):%Y-%m-%d}" if is_slow else ""
    effect, low, high = change.effect
    before, after = change.levels
    unit = f" {change.signal.parameter.unit}" if change.signal.parameter.unit else ""
    if np.isfinite(effect):
        factor, name = (1e6, "ppm") if abs(effect) < 1e-4 else (100.0, "%")
        ends = sorted(abs(end) * factor for end in (low, high))
        size = f"{_short(abs(effect) * factor)} {name} (95 % CI {_short(ends[0])} to {_short(ends[1])})"
    else:
        reach = 1.96 * change.error
        off = abs(after - before)
        size = f"{_short(off)}{unit} (95 % CI {_short(off - reach)} to {_short(off + reach)})"
    digits = 7 if abs(effect) < 1e-4 else 4
    return f"{verb}{slowly} by {size}, {before:.{digits}g} to {after:.{digits}g}{unit},"


@_verb.register
def _(change: UnitStep) -> str:
    factor = change.factor
    size = f"{factor:,.0f} times" if factor > 1 else f"1/{1 / factor:,.0f} of"
    unit = f" {change.signal.parameter.unit}" if change.signal.parameter.unit else ""
    before, after = change.levels
    return f"is {size} what it was, {before:,.4g} to {after:,.4g}{unit},"


@_verb.register
def _(change: Disagreement) -> str:
    identity = identity_named(change.signal.parameter.name)
    assert identity is not None
    before, after = (100 * share for share in change.shares)
    if round(before) == round(after):
        ways = f"is told another way, {change.texts[0]} to {change.texts[1]}"
        return f"({identity.formula}; {identity.source}) {ways},"
    return (
        f"({identity.formula}; {identity.source}) fails in {after:.0f} % of examinations, "
        f"{before:.0f} % before,"
    )


@_verb.register
def _(change: Excursion) -> str:
    unit = f" {change.signal.parameter.unit}" if change.signal.parameter.unit else ""
    low, high = change.interval
    reach = f" (95 % CI {low:.4g} to {high:.4g})" if np.isfinite(low) else ""
    until = "" if change.until is None else f" until {to_timestamp(change.until):%Y-%m-%d}"
    return (
        f"is outside the {change.limit} that is given by {change.citation or 'no one named'}, "
        f"at {change.level:.4g}{unit}{reach},{until}"
    )


def _is_slow(change: Change) -> bool:
    return change.reached > change.high


@_verb.register
def _(change: MixShift) -> str:
    before, after = (100 * share for share in change.shares)
    size, reach = abs(after - before), 196 * change.error
    often = "more" if after > before else "less"
    slowly = f" gradually until {to_timestamp(change.reached):%Y-%m-%d}" if _is_slow(change) else ""
    low, high = max(size - reach, 0), min(size + reach, 100)
    return (
        f"is {change.value} {often} often{slowly}, in {before:.0f} % of examinations before and "
        f"{after:.0f} % after ({size:.0f} points, 95 % CI {low:.0f} to {high:.0f}),"
    )


@_verb.register
def _(change: Switch) -> str:
    unit = f" {change.signal.parameter.unit}" if change.signal.parameter.unit else ""
    return f"changed from {change.before_text} to {change.after_text}{unit}"


@_verb.register
def _(change: Spread) -> str:
    effect, low, high = (100 * x for x in change.effect)
    before, after = change.texts
    return f"scatters {effect:.0f} % more (95 % CI {low:.0f} to {high:.0f}), {before} to {after},"


def _give_or_take(change: Change) -> str:
    reach = max(change.onset - change.low, change.high - change.onset)
    told = [f"± {reach} d"] if reach else []
    if change.earliest is not None and change.earliest < change.low:
        told.append(f"or slowly since {to_timestamp(change.earliest):%Y-%m-%d} at the earliest")
    return f" ({', '.join(told)})" if told else ""


def _adjusted(change: Change) -> str:
    if not change.signal.removed:
        return ""
    column = change.signal.parameter.adjust[0]
    return f", adjusted for {_SIZES.get(column, 'patient size')}"


def _other_unit(factor: float) -> str:
    if factor == 1:
        return "the values are the same, written another way"
    times = f"{max(factor, 1 / factor):,.0f}"
    return f"a factor of {times} points to another unit or encoding, not to the machine"


def _short(value: float) -> str:
    return f"{value:.1f}" if abs(value) < 10 else f"{value:.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"

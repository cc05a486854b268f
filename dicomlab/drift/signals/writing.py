"""Tell another unit or way of writing from another machine."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

FACTORS = (10.0, 100.0, 1000.0, 1e6)
"""Between units of DICOM and what is written in their place: cm and mm, s and ms, mA and uA, Bq and MBq."""

_NEAR = 0.04
_FARTHEST = 0.12
_ROUNDED = 0.005


def unit_factor(before: float, after: float, *, error: float = 0.0) -> float | None:
    """The power of ten by which a level went over, None where there is none.

    `error` is the standard error of the logarithm of their ratio. The factor is above 1 for a rise,
    below for a fall.

    >>> unit_factor(250.0, 251_000.0), unit_factor(0.3, 0.003), unit_factor(250.0, 300.0)
    (1000.0, 0.01, None)
    """
    if not (np.isfinite(before) and np.isfinite(after)) or min(before, after) <= 0:
        return None
    reach = float(np.clip(1.96 * error, _NEAR, _FARTHEST))
    size = abs(float(np.log(after / before)))
    for factor in FACTORS:
        if abs(size - np.log(factor)) <= reach:
            return factor if after > before else 1 / factor
    return None


def rewritten(before: Sequence[str], after: Sequence[str]) -> float | None:
    """The factor between two sets of values that are the same but for unit or writing.

    1 where they differ in capitals, blanks and marks only; None where they differ in more.

    >>> rewritten(("1.25", "5"), ("1250", "5000")), rewritten(("Br 40",), ("BR40",))
    (1000.0, 1.0)
    >>> rewritten(("Br40",), ("Br44",)) is None
    True
    """
    if not before or len(before) != len(after):
        return None
    old, new = (_numbers(values) for values in (before, after))
    if old is None or new is None:
        same = sorted(map(_plain, before)) == sorted(map(_plain, after)) and all(map(_plain, before))
        return 1.0 if same and old is None and new is None else None
    factors = {unit_factor(a, b) for a, b in zip(old, new, strict=True)}
    factor = factors.pop()
    if factors or factor is None or not np.allclose(np.array(old) * factor, new, rtol=_ROUNDED):
        return None
    return factor


def _numbers(values: Sequence[str]) -> list[float] | None:
    try:
        return sorted(float(value) for value in values)
    except ValueError:
        return None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())

"""Whether a change is one of all protocols or of one."""

from types import SimpleNamespace

import numpy as np
import pytest

from dicomlab.drift.findings.shared import is_common
from dicomlab.drift.signals.days import gather

ONSET = 200


def protocol(move: float, seed: int):
    rng = np.random.default_rng(seed)
    day = np.arange(100, 300)
    return gather(day, move * (day >= ONSET) + rng.normal(0, 0.01, len(day)), np.ones(len(day)))


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ((0.030, 0.035, 0.028, 0.040), True),
        ((0.15, 0.0, 0.0, 0.0), False),
        ((0.147, 0.012, 0.020, 0.006, 0.021), False),
        ((0.03, 0.0, 0.0), False),
    ],
)
def test_a_change_is_common_if_it_stays_without_the_protocol_that_moved_most(moves, expected):
    change = SimpleNamespace(onset=ONSET, reached=ONSET, before=0.0, after=float(np.mean(moves)))
    parts = [protocol(move, seed) for seed, move in enumerate(moves)]
    assert is_common(change, parts) == expected

"""A signal: comparable values of one parameter of a machine, with the span its baseline is learned from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from dicomlab.drift.signals.parameters import Parameter
from dicomlab.drift.signals.strata import ALL

Spans = Mapping[tuple[str, str, str, str], tuple[int, int]]
"""First and last day of the baseline by device, modality, parameter and stratum."""


@dataclass(frozen=True)
class Rules:
    """What a baseline needs before a signal is watched."""

    least_rows: int = 25
    least_days: int = 60
    most_days: int = 180
    least_dates: int = 10

    def window(self, span: int) -> int:
        """Days a baseline takes in an archive of so many days: a third, within bounds."""
        return int(np.clip(span // 3, self.least_days, self.most_days))


@dataclass(frozen=True)
class Signal:
    """Values of one parameter in one stratum of one machine, in order of time.

    `rows` are positions in the table of judged series; `y` is the value on the parameter's scale
    with protocol and size taken out; `typical` the level it had; `learn_until` the number of the
    last day of the baseline, which `is_frozen` where a file says so. A `reason` says why it is not watched.
    `signal_id` is made of machine, modality, parameter and stratum, once: a signal that is given
    another stratum later keeps it.
    """

    device: str
    modality: str
    parameter: Parameter
    stratum: str
    kind: str
    rows: np.ndarray
    day: np.ndarray
    value: np.ndarray
    text: np.ndarray
    reason: str = ""
    y: np.ndarray = field(default_factory=lambda: np.empty(0))
    weight: np.ndarray = field(default_factory=lambda: np.empty(0))
    typical: float = float("nan")
    mix_error: float = 0.0
    removed: float = 0.0
    by_operator: bool = False
    is_frozen: bool = False
    learn_until: int = 0
    exam: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    cell: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    signal_id: str = ""

    def __post_init__(self) -> None:
        if not self.signal_id:
            made = signal_id(self.device, self.modality, self.parameter.name, self.stratum)
            object.__setattr__(self, "signal_id", made)

    @property
    def is_monitored(self) -> bool:
        """Whether the signal is watched."""
        return not self.reason

    @property
    def is_pooled(self) -> bool:
        """Whether it holds several protocols with their levels taken out."""
        return self.stratum == ALL and self.parameter.per != "device"

    def bare(self) -> Signal:
        """The same without its values: what a change needs to be told."""
        arrays = {
            name: value[:0].copy() for name, value in vars(self).items() if isinstance(value, np.ndarray)
        }
        return replace(self, **arrays)  # type: ignore[arg-type]


def signal_id(device: str, modality: str, parameter: str, stratum: str) -> str:
    """What a signal is known by in every table, and in the next run.

    >>> signal_id("CT-01", "CT", "KVP", "Abdomen") == signal_id("CT-01", "PT", "KVP", "Abdomen")
    False
    """
    names = "\0".join((device, modality, parameter, stratum))
    return f"S{hashlib.sha256(names.encode(errors='backslashreplace')).hexdigest()[:12]}"

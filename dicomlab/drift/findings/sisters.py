"""Changes that sister machines share: one event of the fleet rather than one of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dicomlab.drift.findings.changes import Change

SISTER_DAYS = 14
"""Changes of sisters that begin within so many days of each other may be one event."""

SHARE = 0.5
"""Share of the machines of a model that must show it, two at the least."""


@dataclass(frozen=True)
class FleetEvent:
    """A change that most machines of a model share: its name and the machines."""

    name: str
    devices: frozenset[str]


def fleet_events(changes: Sequence[Change], models: Mapping[str, str]) -> list[FleetEvent | None]:
    """The fleet event that each change belongs to, None for one of its own.

    `models` names what makes machines sisters; a machine with an empty one has none.
    """
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for n, change in enumerate(changes):
        if models.get(change.signal.device):
            places[models[change.signal.device], *_what(change)].append(n)
    found: list[FleetEvent | None] = [None] * len(changes)
    number = 0
    for key, mine in sorted(places.items()):
        size = sum(model == key[0] for model in models.values())
        for group in _near(sorted(mine, key=lambda n: changes[n].onset), changes):
            devices = frozenset(changes[n].signal.device for n in group)
            if len(devices) >= max(2, SHARE * size):
                number += 1
                for n in group:
                    found[n] = FleetEvent(f"E{number:02d}", devices)
    return found


def _what(change: Change) -> tuple[str, ...]:
    """Modality, parameter and direction, or the new value of a setting."""
    return change.signal.modality, change.signal.parameter.name, *change.what


def _near(places: Sequence[int], changes: Sequence[Change]) -> list[list[int]]:
    groups: list[list[int]] = []
    for n in places:
        if groups and changes[n].onset - changes[groups[-1][0]].onset <= SISTER_DAYS:
            groups[-1].append(n)
        else:
            groups.append([n])
    return groups

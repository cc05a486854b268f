"""Probes that are asked one by one: one that raises is left out, and named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from dicomlab.errors import DicomlabError
from dicomlab.isolation import SetAside, set_aside

Found = TypeVar("Found")


def probe(name: str, work: Callable[[], Found], otherwise: Found, aside: list[SetAside]) -> Found:
    """What one probe finds; where it raises, `otherwise`, and `aside` says why."""
    try:
        return work()
    except DicomlabError:
        raise
    except Exception as error:  # noqa: BLE001 - a doctor tells the rest, whatever one probe raises
        aside.append(set_aside(name, error))
        return otherwise


def said_of(aside: Sequence[SetAside]) -> tuple[str, ...]:
    """A sentence for each probe that was left out."""
    return tuple(f"Left out: {one.in_words}." for one in aside)

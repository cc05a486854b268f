"""How much `dicomlab scan` takes from a server at most, as a person types it."""

from __future__ import annotations

import re
from typing import Annotated

import typer

_UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*(?:([kmgt]?)(i?)b?)?", re.IGNORECASE)
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([smhd]?)", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def size_in_bytes(text: str) -> int:
    """A size as people write it: a number of bytes, or with a unit. Raises BadParameter.

    >>> size_in_bytes("500000"), size_in_bytes("20 GB"), size_in_bytes("1.5GiB")
    (500000, 20000000000, 1610612736)
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter("a size is a number of bytes, or one like 500MB, 20GB or 1.5TiB")
    number, unit, is_binary = found[1], (found[2] or "").lower(), found[3]
    return int(_above_0(float(number) * (1024 if is_binary else 1000) ** _UNITS[unit]))


def time_in_seconds(text: str) -> float:
    """A time as people write it: a number of seconds, or with a unit. Raises BadParameter.

    >>> time_in_seconds("90"), time_in_seconds("30m"), time_in_seconds("1.5h")
    (90.0, 1800.0, 5400.0)
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter("a time is a number of seconds, or one like 90s, 30m, 2h or 3d")
    return _above_0(float(found[1]) * _SECONDS[found[2].lower()])


def _above_0(number: float) -> float:
    if number <= 0:
        raise typer.BadParameter("it must be above 0")
    return number


MaxBytes = Annotated[
    int | None,
    typer.Option(
        parser=size_in_bytes, metavar="SIZE", help="Take at most so much from a server, such as 20GB."
    ),
]
MaxRequests = Annotated[int | None, typer.Option(min=1, help="Ask a server at most so often.")]
MaxPages = Annotated[int | None, typer.Option(min=1, help="Ask a server for at most so many pages of lists.")]
MaxTime = Annotated[
    float | None,
    typer.Option(
        parser=time_in_seconds, metavar="TIME", help="Ask a server for at most so long, such as 30m or 2h."
    ),
]


def limits_given(**limits: float | None) -> dict[str, float]:
    """Those limits that were given."""
    return {name: limit for name, limit in limits.items() if limit is not None}

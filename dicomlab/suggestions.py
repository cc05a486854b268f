"""The name that somebody meant who mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LIKENESS = 0.6
_MOST = 20_000
"""Names to look through; comparing more would take seconds."""


def nearest_name(name: str, known: Iterable[object]) -> str | None:
    """The known name that is most like a given one; None where none is like it.

    Capitals, blanks and underscores do not count.

    >>> nearest_name("slicethicknes", ["KVP", "SliceThickness"])
    'SliceThickness'
    """
    plain: dict[str, str] = {}
    for one in list(known)[:_MOST]:
        plain.setdefault(_plain(str(one)), str(one))
    close = get_close_matches(_plain(name[:200]), list(plain), n=1, cutoff=_LIKENESS)
    return plain[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[object]) -> str:
    """A sentence with the known name that is most like a given one; empty where none is like it.

    >>> did_you_mean("kvp", ["KVP", "SliceThickness"])
    " Did you mean 'KVP'?"
    """
    found = nearest_name(name, known)
    return f" Did you mean {found!r}?" if found is not None else ""


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace(" ", "").replace("-", "")

"""One bad item costs only itself: what raised is set aside with a reason, and the others go on.

A loop over files, columns, checks, sections or exports catches what one item raises, gives it to
`set_aside`, and shows the reason beside its results. Whoever runs the loop says that the result is partial.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

RAISE_ALL = "DICOMLAB_RAISE_ALL"
"""The environment variable under which nothing is set aside: what an item raises is raised, as in tests."""
WORDS = "set aside: "
"""How each reason begins."""
MOST_ALONE = 256
"""After so many items that raised, and none that did not, the others are not tried one by one."""

_PACKAGE = Path(__file__).parent
Result = TypeVar("Result")


@dataclass(frozen=True)
class SetAside:
    """An item that was left out of a result, and why."""

    item: str
    """The name of a column, check, section, table or machine, or a file key: no value of a header."""
    reason: str
    """The class of the error and where in dicomlab it was raised; never its message."""

    @property
    def in_words(self) -> str:
        """The item with its reason."""
        return f"{self.item} was {self.reason}"


def set_aside(item: str, error: Exception) -> SetAside:
    """Say that an item is left out, and why; call it from the `except` that caught the error.

    Args:
        item: What was left out, without a value of a header.
        error: What it raised. Its message is not used, since it may quote a header.

    Returns:
        SetAside: The item with its reason.

    Raises:
        MemoryError: What was caught is one; the next item would meet it too.
        Exception: `error` itself, where the environment has DICOMLAB_RAISE_ALL.

    >>> try:
    ...     {}["Doe^John"]
    ... except KeyError as error:
    ...     set_aside("the fleet map", error).in_words
    'the fleet map was set aside: KeyError'
    """
    if isinstance(error, MemoryError) or os.environ.get(RAISE_ALL):
        raise error
    return SetAside(item, f"{WORDS}{type(error).__name__}{_place(error)}")


def _place(error: Exception) -> str:
    """The last line of dicomlab that the error passed."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_relative_to(_PACKAGE) and file != Path(__file__):
            return f" in {file.relative_to(_PACKAGE).as_posix()}, line {frame.lineno}"
    return ""


def in_pieces(
    work: Callable[[int, int], Result], n: int, alone: Callable[[int, int, SetAside], Result]
) -> list[Result]:
    """Do work that takes rows at once; rows that it raises for are found by halving, and set aside.

    Args:
        work: What is done with the rows from a first number up to, and without, a last one.
        n: The number of rows.
        alone: Gives what stands for rows that `work` raises for, mostly one row.

    Returns:
        list: What was given for all rows, in their order; one piece where nothing raises.

    >>> share = lambda first, last: [12 // number for number in (1, 0, 3)[first:last]]
    >>> in_pieces(share, 3, lambda first, last, aside: [aside.reason])
    [[12], ['set aside: ZeroDivisionError'], [4]]
    """
    done: list[Result] = []
    waiting, n_alone, n_worked = [(0, n)], 0, 0
    while waiting:
        first, last = waiting.pop()
        try:
            done.append(work(first, last))
            n_worked += last - first
        except Exception as error:  # noqa: BLE001 - whatever some rows raise, the others count
            aside = set_aside("a row", error)
            if last - first <= 1 or (n_alone >= MOST_ALONE and not n_worked):
                done.append(alone(first, last, aside))
                n_alone += last - first
            else:
                middle = (first + last) // 2
                waiting += [(middle, last), (first, middle)]
    return done


def bad_rows(work: Callable[[int, int], object], n: int) -> list[tuple[int, SetAside]]:
    """The rows that work raises for, each with its reason; what work gives is not kept.

    Args:
        work: What is done with the rows from a first number up to, and without, a last one.
        n: The number of rows.

    Returns:
        list: Numbers of rows, each with why it is set aside.

    >>> share = lambda first, last: [12 // number for number in (1, 0)[first:last]]
    >>> [(row, aside.reason) for row, aside in bad_rows(share, 2)]
    [(1, 'set aside: ZeroDivisionError')]
    """
    found: list[tuple[int, SetAside]] = []

    def note(first: int, last: int, aside: SetAside) -> None:
        found.extend((row, aside) for row in range(first, last))

    in_pieces(work, n, note)
    return found

"""What the system refuses, as sentences: a path that is not there, a folder where a file is meant.

Each is still the error that Python has for it, so that `except FileNotFoundError` goes on working.
"""

from __future__ import annotations

import os

from dicomlab.errors import DicomlabError


class Refused(DicomlabError, OSError):
    """The system does not let a file or folder be used as it was asked for."""

    def __init__(self, call: str, error: OSError):
        why = error.strerror or type(error).__name__
        advice = "Look at the path, and at who may use it."
        super().__init__(f"{call}: {os.fsdecode(error.filename)} cannot be used: {why}. {advice}")
        self.errno, self.strerror, self.filename = error.errno, error.strerror, error.filename

    def __str__(self) -> str:
        return str(self.args[0])


class NotThere(Refused, FileNotFoundError):
    """There is no such file or folder."""


class IsFolder(Refused, IsADirectoryError):
    """A folder is where a file is meant."""


class IsNoFolder(Refused, NotADirectoryError):
    """A file is where a folder is meant."""


class NotAllowed(Refused, PermissionError):
    """Whoever runs this may not use the file or folder."""


_KINDS: tuple[tuple[type[OSError], type[Refused]], ...] = (
    (FileNotFoundError, NotThere),
    (IsADirectoryError, IsFolder),
    (NotADirectoryError, IsNoFolder),
    (PermissionError, NotAllowed),
)


def refused(call: str, error: OSError) -> OSError:
    """The sentence for what the system refused; the error itself where it names no path, or is one of ours.

    >>> try:
    ...     open(to / "nowhere" / "x")
    ... except OSError as error:
    ...     isinstance(refused("open", error), FileNotFoundError)
    True
    """
    if isinstance(error, DicomlabError) or not isinstance(error.filename, str | bytes | os.PathLike):
        return error
    kind = next((ours for theirs, ours in _KINDS if isinstance(error, theirs)), Refused)
    return kind(call, error)

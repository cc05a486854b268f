"""From what a person names to the source that lists it."""

from __future__ import annotations

import os
from pathlib import Path

from dicomlab.errors import NoSuchSource
from dicomlab.sources.base import Source
from dicomlab.sources.folder import FolderSource


def open_source(source: str | Path, *, leave_out: Path | None = None) -> Source:
    """Give the source for a path. Raises NoSuchSource when nothing is there.

    A DICOMDIR stands for the folder it lies in. `leave_out` is a folder that is not listed: the
    catalog itself, if it lies in the archive.
    """
    text = os.fspath(source)
    if "://" in text:
        raise NoSuchSource(text, "is of no kind that can be scanned")
    if not os.path.exists(text):
        raise NoSuchSource(text)
    if os.path.isfile(text) and os.path.basename(text).upper() == "DICOMDIR":
        text = os.path.dirname(os.path.abspath(text))  # what it names, and what it does not
    return FolderSource(text, leave_out=leave_out)

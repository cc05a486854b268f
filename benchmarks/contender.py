"""What a reader promises, so that all can be run side by side."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from dicomlab.schema.columns import Column

Table = dict[str, Sequence[Any]]
"""Columns by name; the values are whatever the reader gives."""
Read = Callable[[list[str]], Table]


class Contender(Protocol):
    """A reader of headers."""

    @property
    def name(self) -> str:
        """How the tables call it."""

    @property
    def package(self) -> str:
        """What pip calls it; dcmtk is a system package."""

    def start(self, columns: Sequence[Column]) -> Read:
        """Do what is done once; give what is timed."""


def version_of(contender: Contender) -> str:
    """The installed version, or nothing where the contender cannot run."""
    if contender.package == "dcmtk":
        return _dcmtk_version()
    try:
        return version(contender.package)
    except PackageNotFoundError:
        return ""


def _dcmtk_version() -> str:
    if shutil.which("dcmdump") is None:
        return ""
    said = subprocess.run(["dcmdump", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"dcmdump v(\S+)", said)
    return found[1] if found else "unknown"


def next_tags(columns: Sequence[Column], n: int) -> list[int]:
    """Tags that follow the last wanted one: where a reader may stop."""
    from pydicom.datadict import DicomDictionary  # type: ignore[attr-defined]

    last = max(column.tag for column in columns)
    return sorted(tag for tag in DicomDictionary if tag > last)[:n]


def pair(tag: int) -> tuple[int, int]:
    """Group and element."""
    return tag >> 16, tag & 0xFFFF

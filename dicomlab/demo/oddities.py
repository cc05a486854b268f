"""What lies in a real archive beside good files; a scan must account for each.

Each part is a frozen dataclass; calling it on the folder of the files plants one thing and gives
its row of the answer key. ODDITIES lists what every fleet gets.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from dicomlab.demo.base import Fault


@dataclass(frozen=True)
class Oddity:
    """Something in the folder of one device that is no good file; none where that device is not."""

    device: str
    kind: ClassVar[str] = ""

    def __call__(self, folder: Path) -> dict[str, Any] | None:
        """Plant it in the fleet's folder of files and give the row of the answer key."""
        home = folder / self.device
        planted = self._plant(home) if home.is_dir() else None
        if planted is None:
            return None
        path, text = planted
        where = path.relative_to(folder.parent).as_posix()
        return Fault(self.device).row(None, kind=self.kind, path=where, text=text)

    def _plant(self, home: Path) -> tuple[Path, str] | None:
        raise NotImplementedError


@dataclass(frozen=True)
class TextFile(Oddity):
    """A text file that somebody left."""

    kind: ClassVar[str] = "not-dicom"
    name: str = "README.txt"

    def _plant(self, home: Path) -> tuple[Path, str]:
        path = home / self.name
        path.write_text("Exported for the workshop. No patient in here is real.\n", encoding="utf-8")
        return path, "A text file: no DICOM, to be counted as such."


@dataclass(frozen=True)
class EmptyFile(Oddity):
    """A file of zero bytes, as a full disk leaves it."""

    kind: ClassVar[str] = "empty-file"

    def _plant(self, home: Path) -> tuple[Path, str]:
        path = home / "IM999999"
        path.write_bytes(b"")
        return path, "A file of zero bytes: to be counted, not read."


@dataclass(frozen=True)
class TruncatedFile(Oddity):
    """A file that a broken transfer cut within its header."""

    kind: ClassVar[str] = "truncated"
    kept: float = 0.4

    def _plant(self, home: Path) -> tuple[Path, str] | None:
        files = _images(home)
        if not files:
            return None
        path = files[len(files) // 2]
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * self.kept)])
        return path, "Cut within the header: to be listed as an error."


@dataclass(frozen=True)
class DuplicateSeries(Oddity):
    """A study that was sent twice: the same instances in a second folder."""

    kind: ClassVar[str] = "duplicate-series"

    def _plant(self, home: Path) -> tuple[Path, str] | None:
        files = _images(home)
        if not files:
            return None
        study = files[len(files) // 3].parent
        copy = study.with_name(f"{study.name}_copy")
        shutil.copytree(study, copy)
        return copy, "The same instances as in the folder beside it: to count once, and to be found."


ODDITIES: tuple[Oddity, ...] = (
    TextFile("CT-01"),
    EmptyFile("CT-02"),
    TruncatedFile("CT-01"),
    DuplicateSeries("CT-01"),
)
"""What every fleet has beside good files."""


def _images(home: Path) -> list[Path]:
    return sorted(path for path in home.glob("*/*/*") if path.is_file())

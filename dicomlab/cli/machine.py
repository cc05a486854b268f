"""What `dicomlab doctor` finds out about this computer: versions, memory, and the reader."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dicomlab import __version__
from dicomlab.isolation import set_aside

PACKAGES = (
    *("pydicom", "numba", "numpy", "pyarrow", "deltalake", "duckdb", "pandas", "joblib", "scipy"),
    *("matplotlib", "jinja2", "ipywidgets", "anywidget", "jupyterlab"),
)
_TRIAL_SECONDS = 1.0


@dataclass(frozen=True)
class Reader:
    """How the compiled reader does here."""

    works: bool
    why: str
    """The kind of error when it does not."""
    load_seconds: float
    cache: str
    cache_is_writable: bool
    files_per_second: float
    files: int
    """How many different files the trial read."""


NO_READER = Reader(False, "an error", 0.0, "", False, 0.0, 0)
"""A reader that could not be tried."""


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that the work rests on."""
    found = {"dicomlab": __version__, "Python": platform.python_version()}
    return found | {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
    except Exception as error:  # noqa: BLE001 - what one package says of itself may be broken
        return set_aside("the version", error).reason


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> tuple[int | None, int | None]:
    """Bytes of memory in all and free for use; None where the system does not say."""
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total = page * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None, None
    return total, _available()


def _available() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def try_reader() -> Reader:
    """Load the compiled reader, and read the files that pydicom ships for a second."""
    import pydicom.data

    root = Path(pydicom.data.__file__).parent / "test_files"
    paths = sorted(str(path) for path in root.glob("*.dcm"))
    start = time.monotonic()
    try:
        from dicomlab.header.engine import HeaderReader

        reader = HeaderReader(keep=True)
        next(reader.read(paths[:1]))
    except Exception as error:  # noqa: BLE001 - a doctor tells what is wrong, whatever it is
        return replace(NO_READER, why=type(error).__name__)
    loaded = time.monotonic() - start
    cache = _cache()
    rate = _rate(reader, [path for path in paths if _is_plain(reader, path)])
    return Reader(True, "", loaded, cache, os.access(cache, os.W_OK), rate, len(paths))


def _is_plain(reader: object, path: str) -> bool:
    """Whether a file is whole and left to the kernel, as nearly all files of an archive are."""
    batch = next(reader.read([path]))  # type: ignore[attr-defined]
    return bool(batch.status[0] == "read" and not batch.is_alone[0])


def _rate(reader: object, paths: list[str]) -> float:
    many = paths * (1 + 2000 // len(paths))
    files, start = 0, time.monotonic()
    while time.monotonic() - start < _TRIAL_SECONDS:
        for batch in reader.read(many):  # type: ignore[attr-defined]
            files += len(batch.status)
    return files / (time.monotonic() - start)


def _cache() -> str:
    """Where numba keeps what it compiled, so that it need not compile at each start."""
    from dicomlab.header import kernel

    return str(kernel.walk_many.stats.cache_path)

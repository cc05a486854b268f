"""Where a report comes from, and how its reader can make it again."""

from __future__ import annotations

import hashlib
import platform
import shlex
from importlib.metadata import PackageNotFoundError, version
from typing import Any

_PACKAGES = ("numpy", "pandas", "scipy", "matplotlib")


def origin(file: str, drifts: list[dict[str, Any]]) -> dict[str, Any]:
    """Versions, the commands that rebuild the report, and a fingerprint to compare."""
    return {
        "dicomlab": _version("dicomlab"),
        "python": platform.python_version(),
        "packages": [(name, _version(name)) for name in _PACKAGES],
        "shell": f"dicomlab report CATALOG --to {shlex.quote(file)}",
        "notebook": f'dl.write_report(dl.find_drift(dl.open_catalog("CATALOG")), to={file!r})',
        "fingerprint": fingerprint([d["fingerprint_of"] for d in drifts]),
        "is_drift": bool(drifts),
    }


def fingerprint(texts: list[str]) -> str:
    """Twelve letters that are the same when the findings and the settings are."""
    return hashlib.sha256("\f".join(texts).encode("utf-8", "replace")).hexdigest()[:12]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed as a package"

"""Turn any pile of DICOM into tables one can trust, and see when equipment has drifted.

>>> import dicomlab as dl
>>> dl.Columns().names[:2]
['MediaStorageSOPClassUID', 'TransferSyntaxUID']
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Catalog": "dicomlab.catalog.catalog",
    "Columns": "dicomlab.schema.columns",
    "Drift": "dicomlab.drift.base",
    "find_drift": "dicomlab.drift.engine",
    "list_devices": "dicomlab.devices",
    "list_parameters": "dicomlab.drift.signals",
    "open_catalog": "dicomlab.catalog.catalog",
    "read_header": "dicomlab.header.engine",
    "scan": "dicomlab.scanner.engine",
    "write_report": "dicomlab.report.engine",
}
_ROOMS = ("demo", "plots")

__all__ = ["__version__", "demo", "plots", *_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _ROOMS:
        return import_module(f"dicomlab.{name}")
    raise AttributeError(f"dicomlab has no '{name}'. It has: {', '.join(sorted(__all__))}.")


def __dir__() -> list[str]:
    return sorted(__all__)

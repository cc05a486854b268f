"""A progress bar for terminals and notebooks."""

from __future__ import annotations

import sys
from typing import Any


def progress_bar(what: str, *, total: int | None, show: bool, unit: str = "files") -> Any:
    """Give a tqdm bar with rate and time left; a silent one when `show` is off.

    It shows counts only, never a name or a value: both may name a patient.
    """
    from tqdm.auto import tqdm

    return tqdm(
        desc=what,
        total=total,
        unit=f" {unit}",
        unit_scale=False,
        disable=not show,
        mininterval=0.2,
        smoothing=0.1,
        leave=False,
        file=sys.stderr,
        dynamic_ncols=True,
    )

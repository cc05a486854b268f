"""Geometry that no image can have, or that nobody filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dicomlab.checks.base import Check, Level, Severity


@dataclass(frozen=True)
class ImpossibleOrientation(Check):
    """ImageOrientationPatient is not two directions at right angles."""

    tolerance: float = 0.001
    """How far the lengths may be from 1, and their product from 0 (PS3.3 C.7.6.2.1.1); no unit."""

    name: ClassVar[str] = "impossible-orientation"
    level: ClassVar[Level] = "series"
    severity: ClassVar[Severity] = "error"
    together: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("ImageOrientationPatient",)
    fix: ClassVar[str] = "Do not trust positions, sizes or sides of these images; ask for them anew."

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Look at the six cosines of each image."""
        told = rows[rows["ImageOrientationPatient"].notna()]
        six = np.array([_six(value) for value in told["ImageOrientationPatient"]], dtype=float).reshape(-1, 6)
        along, down = six[:, :3], six[:, 3:]
        off = np.abs(
            np.column_stack(
                [
                    np.linalg.norm(along, axis=1) - 1,
                    np.linalg.norm(down, axis=1) - 1,
                    (along * down).sum(axis=1),
                ]
            )
        ).max(axis=1)
        wrong = ~(off <= self.tolerance)  # NaN is wrong, too
        return self.find(
            told[wrong],
            "The directions of rows and columns of {n_files} files are impossible.",
            off=off[wrong],
        )


def _six(value: np.ndarray) -> np.ndarray:
    return value if len(value) == 6 else np.full(6, np.nan)

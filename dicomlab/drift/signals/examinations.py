"""The values of a signal by examination."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dicomlab.drift.signals.signal import Signal


def by_examination(signal: Signal) -> tuple[np.ndarray, np.ndarray]:
    """The day and the most common value of each examination, in order of time."""
    if len(np.unique(signal.exam)) == len(signal.exam):
        return signal.day, signal.text
    table = pd.DataFrame({"exam": signal.exam, "text": signal.text, "day": signal.day})
    count = (
        table.groupby(["exam", "text"], sort=False).agg(n=("day", "size"), day=("day", "min")).reset_index()
    )
    count = count.sort_values(["n", "text"], ascending=[False, True], kind="stable")
    exams = count.drop_duplicates("exam").sort_values(["day", "exam"], kind="stable")
    return exams["day"].to_numpy(), exams["text"].to_numpy(object)

"""Leave out machines whose dates were shifted patient by patient (see `dates.shifted_dates`)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from dicomlab.drift.findings.notices import Notice
from dicomlab.drift.signals.strata import Judged
from dicomlab.errors import DicomlabError
from dicomlab.series import machines_with_shifted_dates

_LEFT_OUT = "{n} series of a machine whose dates seem to be shifted patient by patient"


class ShiftedDates(DicomlabError):
    """Dates were shifted patient by patient, so nothing can be dated."""

    def __init__(self, reasons: list[str]):
        super().__init__(
            "The dates seem to have been shifted patient by patient: "
            + "; ".join(reasons)
            + ". No change can be dated in them. Judge the originals, or give trust_dates=True if you know "
            "that the dates are right."
        )


def without_shifted_dates(judged: Judged) -> tuple[Judged, list[Notice]]:
    """The series of the other machines, and a notice for each that was left out.

    Raises:
        ShiftedDates: No machine is left.
    """
    rows = judged.rows
    why = machines_with_shifted_dates(rows)
    if not why:
        return judged, []
    n_machines = rows["device"].nunique()
    if len(why) == n_machines:
        counts = pd.Series(list(why.values())).value_counts().sort_index()
        raise ShiftedDates([f"on {n} of {n_machines} machines {reason}" for reason, n in counts.items()])
    is_shifted = rows["device"].isin(why)
    counts = rows.loc[is_shifted, "device"].value_counts().sort_index()
    out = pd.DataFrame(
        {"device": counts.index, "reason": [_LEFT_OUT.format(n=n) for n in counts], "n": counts.to_numpy()}
    )
    left_out = pd.concat([judged.left_out, out], ignore_index=True)
    notices = [_notice(device, reason, int(counts[device])) for device, reason in sorted(why.items())]
    return replace(judged, rows=rows[~is_shifted], left_out=left_out), notices


def _notice(device: str, reason: str, n: int) -> Notice:
    words = (
        f"its dates seem to have been shifted patient by patient, since {reason}; its {n:,} series were not "
        "judged. Give trust_dates=True if you know that the dates are right"
    )
    nothing = float("nan")
    return Notice(device, "", "shifted-dates", (), 0, None, nothing, nothing, n, "dates", words=words)

"""Identifiers that a file should have and has not: it is read whole, and a problem says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from dicomlab.header.directory import MEDIA_STORAGE_DIRECTORY
from dicomlab.header.fallback import READ
from dicomlab.header.values import Problem
from dicomlab.schema.columns import public_column

if TYPE_CHECKING:
    from dicomlab.header.engine import Batch

UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
"""What every instance of a patient has (PS3.3 C.7.2.1, C.7.3.1, C.12.1)."""
MISSING = "the attribute is missing or empty"
# Hanging protocols, palettes, implant templates, defined protocols (PS3.4 GG.3): objects of no patient.
_NON_PATIENT = r"^1\.2\.840\.10008\.5\.1\.4\.(38\.1|39\.1|43\.1|44\.1|45\.1|1\.1\.20[01]\.\d+)$"


def missing_uids(batch: Batch) -> list[Problem]:
    """The UIDs that files of a batch lack, as problems, one for each file and UID.

    Files that are cut short are left out, since what they lack may have been in the rest, and so are
    DICOMDIRs, objects of no patient, and UIDs for which there is a problem already.
    """
    table = batch.table
    is_asked = (batch.status == READ) & ~_is("SOPClassUID", batch, _NON_PATIENT)
    is_asked &= ~_is("MediaStorageSOPClassUID", batch, f"^{MEDIA_STORAGE_DIRECTORY}$")
    known = {(problem.row, problem.column.name) for problem in batch.problems}
    found = []
    for name in UIDS:
        if name not in table.column_names or not table[name].null_count:
            continue
        rows = np.flatnonzero(is_asked & table[name].is_null().to_numpy()).tolist()
        column = public_column(name)
        found += [Problem(row, column, MISSING, b"") for row in rows if (row, name) not in known]
    return found


def _is(name: str, batch: Batch, pattern: str) -> np.ndarray:
    """Where a column of UIDs fits a pattern."""
    if name not in batch.table.column_names:
        return np.zeros(batch.table.num_rows, np.bool_)
    fits = pc.match_substring_regex(batch.table[name], pattern)
    return np.asarray(pc.fill_null(fits, False).to_numpy())

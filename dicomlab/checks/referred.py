"""What instances refer to, and what the catalog has of it: the table `references`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from dicomlab.checks.base import Readable
from dicomlab.checks.queries import instance_columns
from dicomlab.schema.columns import Columns
from dicomlab.schema.levels import literal, quoted

FACTS = (
    *("refers_to", "n_referenced", "n_missing", "n_series", "n_missing_series"),
    *("n_other_patient", "n_other_study"),
)
_OWN = ("file_key", "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_REFERRING = ("11.", "30", "66.1", "66.2", "66.3", "66.4", "66.5", "66.6", "67", "88.", "91.1", "481.")
"""Presentation states, maps, registrations, fiducials, segmentations, reports, annotations, radiotherapy."""
_ROWS = 200_000
"""References that are looked up at once."""


class _Path(NamedTuple):
    """Where UIDs of one kind of reference stand; what comes earlier in `_PATHS` goes first."""

    refers_to: str
    path: str
    is_series: bool = False
    is_own_study: bool = False


_SERIES = "ReferencedSeriesSequence[*]"
_OTHER = f"StudiesContainingOtherReferencedInstancesSequence[*].{_SERIES}"
_RT_SERIES = (
    "ReferencedFrameOfReferenceSequence[*].RTReferencedStudySequence[*].RTReferencedSeriesSequence[*]"
)
_EVIDENCE = tuple(
    f"{name}[*].{_SERIES}"
    for name in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence")
)
_PATHS = (
    # Instances of ReferencedSeriesSequence are of the same study (PS3.3 C.12.2), others have their own.
    _Path("images", f"{_SERIES}.ReferencedInstanceSequence[*].ReferencedSOPInstanceUID", is_own_study=True),
    _Path("images", f"{_SERIES}.ReferencedImageSequence[*].ReferencedSOPInstanceUID"),
    _Path("images", f"{_OTHER}.ReferencedInstanceSequence[*].ReferencedSOPInstanceUID"),
    _Path("images", f"{_RT_SERIES}.ContourImageSequence[*].ReferencedSOPInstanceUID"),
    *(
        _Path("images", f"{above}.SeriesInstanceUID", is_series=True)
        for above in (_SERIES, _OTHER, _RT_SERIES)
    ),
    *(_Path("evidence", f"{above}.ReferencedSOPSequence[*].ReferencedSOPInstanceUID") for above in _EVIDENCE),
    *(_Path("evidence", f"{above}.SeriesInstanceUID", is_series=True) for above in _EVIDENCE),
    _Path("plans", "ReferencedRTPlanSequence[*].ReferencedSOPInstanceUID"),
    _Path("structure sets", "ReferencedStructureSetSequence[*].ReferencedSOPInstanceUID"),
    _Path("doses", "ReferencedDoseSequence[*].ReferencedSOPInstanceUID"),
    _Path("source images", "SourceImageSequence[*].ReferencedSOPInstanceUID"),
    _Path("source images", "ReferencedImageSequence[*].ReferencedSOPInstanceUID"),
    _Path(
        "contour images",
        "ROIContourSequence[*].ContourSequence[*].ContourImageSequence[*].ReferencedSOPInstanceUID",
    ),
)


class References:
    """One row a referring instance and kind of what it refers to, as far as not all of that is at hand.

    refers_to: images, evidence, plans, structure sets, doses, source images or contour images;
    n_referenced: instances; n_missing: those that the catalog lacks; n_series and n_missing_series:
    series that are named with them; n_other_patient: those found under another PatientID only;
    n_other_study: those said to be of the same study, and found in another one only. An instance
    that is referred to twice counts once, as the first of these.
    """

    def columns(self, catalog: Readable) -> list[str]:
        """The columns; without kept headers those of the instances only."""
        have = instance_columns(catalog)
        facts = ["kept_headers", *FACTS] if catalog.keeps_headers and set(_OWN) <= set(have) else []
        return [*have, *facts]

    def blocks(
        self, catalog: Readable, names: Sequence[str], *, together: Sequence[str], rows: int
    ) -> Iterator[pd.DataFrame]:
        """All rows in one block: those with nothing to tell are left out."""
        parts = [_looked_up(catalog, found, names) for found in _found(catalog)]
        none = pd.DataFrame(columns=[*names])
        yield (pd.concat(parts, ignore_index=True) if parts else none).assign(kept_headers=True)


def _found(catalog: Readable) -> Iterator[pd.DataFrame]:
    """The UIDs that instances refer to, so many at a time: file_key, place in _PATHS, uid."""
    columns = Columns.only(*(one.path for one in _PATHS))
    kinds = [
        f"SOPClassUID LIKE {literal(_STORAGE + kind + ('%' if kind[-1] == '.' else ''))}"
        for kind in _REFERRING
    ]
    waiting: list[pd.DataFrame] = []
    for some in catalog.read_headers(columns, " OR ".join(kinds)):
        files = some.set_index("file_key")
        for place, name in enumerate(columns.names):
            uids = files[name].dropna().explode().dropna().rename("uid").reset_index()
            waiting.append(uids.assign(place=place).drop_duplicates())
        if sum(map(len, waiting)) >= _ROWS:
            yield pd.concat(waiting, ignore_index=True)
            waiting = []
    if any(map(len, waiting)):
        yield pd.concat(waiting, ignore_index=True)


def _looked_up(catalog: Readable, found: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Set references beside the instances that there are, and count them."""
    first = found.sort_values("place", kind="stable").drop_duplicates(["file_key", "uid"])
    place = first["place"].map(_PATHS.__getitem__)
    first = first.assign(
        refers_to=[one.refers_to for one in place],
        is_series=[one.is_series for one in place],
        is_own_study=[one.is_own_study for one in place],
    )
    patient = "PatientID" if "PatientID" in instance_columns(catalog) else "NULL"
    own = [f"i.{quoted(name)}" for name in names if name != "kept_headers" and name not in FACTS]
    query = _QUERY.format(patient=patient, own=", ".join(own), facts=", ".join(f"c.{name}" for name in FACTS))
    table = pa.Table.from_pandas(first.astype({"file_key": "str", "uid": "str"}), preserve_index=False)
    return catalog.arrow(query, {"referred": table}).to_pandas()


_QUERY = """
WITH instance AS (
  SELECT file_key, SOPInstanceUID AS uid, SeriesInstanceUID AS series, StudyInstanceUID AS study,
    nullif(trim({patient}), '') AS patient FROM instances
), one AS (
  SELECT r.file_key, r.refers_to, r.uid, count(i.uid) > 0 AS is_here,
    bool_and(coalesce(i.patient <> o.patient, false)) AS is_other_patient,
    bool_and(coalesce(r.is_own_study AND i.study <> o.study, false)) AS is_other_study
  FROM referred r JOIN instance o USING (file_key) LEFT JOIN instance i ON i.uid = r.uid
  WHERE NOT r.is_series AND r.uid IS DISTINCT FROM o.uid GROUP BY ALL
), series AS (
  SELECT r.file_key, r.refers_to, count(*) AS n_series, count(*) FILTER (s.series IS NULL) AS n_missing_series
  FROM referred r LEFT JOIN (SELECT DISTINCT series FROM instance) s ON s.series = r.uid
  WHERE r.is_series GROUP BY ALL
), counted AS (
  SELECT file_key, refers_to, count(*) AS n_referenced, count(*) FILTER (NOT is_here) AS n_missing,
    count(*) FILTER (is_here AND is_other_patient) AS n_other_patient,
    count(*) FILTER (is_here AND is_other_study AND NOT is_other_patient) AS n_other_study
  FROM one GROUP BY ALL
), c AS (
  SELECT counted.*, coalesce(n_series, 0) AS n_series, coalesce(n_missing_series, 0) AS n_missing_series
  FROM counted LEFT JOIN series USING (file_key, refers_to)
  WHERE n_missing + n_other_patient + n_other_study > 0
)
SELECT {own}, {facts} FROM c JOIN instances i USING (file_key) ORDER BY i.file_key, c.refers_to
"""

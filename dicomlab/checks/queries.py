"""Tables for checks that the catalog does not have as they stand, each as one query.

They give few rows of a large catalog: the files that share what ought to be their own, or of which
something is odd. The checks look again, and say what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dicomlab.checks.base import Readable
from dicomlab.schema.levels import quoted


def instance_columns(catalog: Readable) -> list[str]:
    """The columns that the instances of a catalog have."""
    return [str(name) for name in catalog.sql("SELECT * FROM instances LIMIT 0").columns]


def device_sql(have: Sequence[str]) -> str:
    """What stands for the machine that made an instance: model and serial number, else station."""

    def text(name: str) -> str:
        return f"nullif(trim(i.{quoted(name)}), '')" if name in have else "NULL"

    name = f"coalesce({text('DeviceSerialNumber')}, {text('StationName')})"
    model = f"coalesce({text('ManufacturerModelName')}, {text('Manufacturer')})"
    return f"coalesce(nullif(concat_ws(' ', {model}, {name}), ''), 'unnamed machine')"


class Instances:
    """Instances, with columns of other tables, and only those that a condition chooses.

    `more` are columns and their SQL; `body` is what follows FROM instances i.
    """

    def __init__(self, more: Mapping[str, str], body: str):
        self._more, self._body = dict(more), body

    def columns(self, catalog: Readable) -> list[str]:
        """The columns that the table has."""
        return [*instance_columns(catalog), *self._more, "device"]

    def query(self, catalog: Readable, names: Sequence[str]) -> str:
        """One SELECT that gives these columns."""
        have = instance_columns(catalog)
        more = self._more | {"device": device_sql(have)}
        shown = [f"{more[name]} AS {quoted(name)}" if name in more else f"i.{quoted(name)}" for name in names]
        return f"SELECT {', '.join(shown)} FROM instances i {self._body}"


# Which instances have a SOPInstanceUID that is not theirs alone, and where else it is.
_REPEATED = """
JOIN (
  SELECT SOPInstanceUID, count(DISTINCT SeriesInstanceUID)::BIGINT AS n_series,
    list_aggregate(list_sort(list(DISTINCT SeriesInstanceUID)), 'string_agg', ' ') AS series_together
  FROM instances WHERE SOPInstanceUID IN (
    SELECT SOPInstanceUID FROM instances WHERE SOPInstanceUID IS NOT NULL GROUP BY 1 HAVING count(*) > 1
  ) GROUP BY 1
) r USING (SOPInstanceUID)
"""
_DIGEST = "(SELECT md5(h.header) FROM headers h WHERE h.file_key = i.file_key)"
REPEATS = Instances(
    {
        "n_series": "r.n_series",
        "series_together": "r.series_together",
        "size": "(SELECT f.size FROM files f WHERE f.file_key = i.file_key)",
        "header_digest": _DIGEST,
    },
    _REPEATED,
)
"""Instances whose SOPInstanceUID comes more than once.

n_series: series in which the UID is; series_together: those series; size: bytes of the file; header_digest:
of the kept header, null where none is kept.
"""


def _several(key: str, parents: str) -> str:
    return (
        f"WHERE i.{key} IN (SELECT {key} FROM series WHERE {key} IS NOT NULL GROUP BY 1 "
        f"HAVING count(DISTINCT {parents}) > 1)"
    )


SHARED_SERIES = Instances({}, _several("SeriesInstanceUID", "(PatientID, StudyInstanceUID)"))
"""Instances of series that lie in several studies, or of several patients."""
SHARED_STUDIES = Instances({}, _several("StudyInstanceUID", "PatientID"))
"""Instances of studies that are of several patients."""
SHARED_FRAMES = Instances({}, _several("FrameOfReferenceUID", "PatientID"))
"""Instances with a FrameOfReferenceUID that several patients have."""
PATIENTS_APART = Instances(
    {},
    "WHERE i.PatientID IN (SELECT PatientID FROM patients WHERE list_has_any(varies, "
    "['PatientName', 'PatientBirthDate', 'PatientSex']))",
)
"""Instances of patients whose name, birth date or sex differs between files."""

UID_PATTERN = r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*"
"""What a UID looks like (PS3.5 9.1), but for its length."""
UIDS = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID", "SOPClassUID")
_ODD_UID = " OR ".join(
    f"NOT coalesce(regexp_full_match(i.{name}, '{UID_PATTERN}') AND length(i.{name}) <= 64, true)"
    for name in UIDS
)
ODD_UIDS = Instances({}, f"WHERE {_ODD_UID}")
"""Instances with a UID that is none."""
OTHER_META = Instances({}, "WHERE i.MediaStorageSOPClassUID <> i.SOPClassUID")
"""Instances whose file meta group says another kind of object than the data set."""
PIXELS = Instances(
    {"size": "f.size", "header_bytes": "f.header_bytes", "status": "f.status"},
    'JOIN files f USING (file_key) WHERE i."Rows" IS NOT NULL',
)
"""Images, with the lengths of their files and headers."""
PROBLEM_ROWS = Instances(
    {"column": 'p."column"', "tag": "p.tag", "reason": "p.reason"}, "JOIN problems p USING (file_key)"
)
"""Instances, once for each value that did not parse."""

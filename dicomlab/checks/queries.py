"""Tables for checks that the catalog does not have as they stand, each as one query.

They give few rows of a large catalog: the files that share what ought to be their own, or of which
something is odd. The checks look again, and say what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dicomlab.checks.base import Readable
from dicomlab.checks.bounds import (
    FIRST_IMAGES,
    NUMBER_RULES,
    OF_IMAGES,
    PLACEHOLDER_DATES,
    PLACEHOLDER_TEXT,
    TEXTS,
    NumberRule,
)
from dicomlab.schema.levels import literal, quoted
from dicomlab.volumes.base import SECONDARY


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


Condition = tuple[tuple[str, ...], str]
"""Columns of the instances, and SQL over them."""


class Instances:
    """Instances, with columns of other tables, and only those that a condition chooses.

    `more` are columns and their SQL; `body` is what follows FROM instances i. `any_of` are conditions of
    which one must hold, each with the columns that it takes; those without their columns are left out.
    """

    def __init__(self, more: Mapping[str, str], body: str = "", any_of: Sequence[Condition] = ()):
        self._more, self._body, self._any_of = dict(more), body, tuple(any_of)

    def columns(self, catalog: Readable) -> list[str]:
        """The columns that the table has."""
        return [*instance_columns(catalog), *self._more, "device"]

    def query(self, catalog: Readable, names: Sequence[str]) -> str:
        """One SELECT that gives these columns."""
        have = instance_columns(catalog)
        more = self._more | {"device": device_sql(have)}
        shown = [f"{more[name]} AS {quoted(name)}" if name in more else f"i.{quoted(name)}" for name in names]
        usable = [f"({text})" for columns, text in self._any_of if set(columns) <= set(have)]
        where = f"WHERE {' OR '.join(usable) or 'false'}" if self._any_of else ""
        return f"SELECT {', '.join(shown)} FROM instances i {self._body} {where}"


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
_FILES = """
LEFT JOIN (
  SELECT file_key, md5(header) AS header_digest FROM headers WHERE file_key IN (
    SELECT file_key FROM instances WHERE SOPInstanceUID IN (
      SELECT SOPInstanceUID FROM instances WHERE SOPInstanceUID IS NOT NULL GROUP BY 1 HAVING count(*) > 1
    )
  )
) h USING (file_key)
"""
REPEATS = Instances(
    {
        "n_series": "r.n_series",
        "series_together": "r.series_together",
        "size": "f.size",
        "header_bytes": "f.header_bytes",
        "status": "f.status",
        "header_digest": "h.header_digest",
    },
    _REPEATED + "LEFT JOIN files f USING (file_key)" + _FILES,
)
"""Instances whose SOPInstanceUID comes more than once.

n_series: series in which the UID is; series_together: those series; size, header_bytes and status: of the
file; header_digest: of the kept header, null where none is kept.
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


class ProblemRows(Instances):
    """Instances, once for each value that did not parse.

    has_value: whether the cell has a value all the same, or those of all frames have.
    """

    def query(self, catalog: Readable, names: Sequence[str]) -> str:
        """One SELECT that gives these columns."""
        own, of_frames = instance_columns(catalog), _frame_columns(catalog)
        listed = list(map(str, catalog.sql('SELECT DISTINCT "column" AS name FROM problems')["name"]))
        cases = [
            f"WHEN {literal(name)} THEN {' OR '.join(_has_value(name, own, of_frames))}"
            for name in sorted(listed)
            if name in own or name in of_frames
        ]
        has_value = f'CASE p."column" {" ".join(cases)} ELSE false END' if cases else "false"
        join = "JOIN problems p USING (file_key)"
        if every := [quoted(name) for name in sorted(listed) if name in of_frames]:
            filled = ", ".join(f"bool_and({name} IS NOT NULL) AS {name}" for name in every)
            frames = f"SELECT file_key, {filled} FROM frames GROUP BY file_key"
            join += f" LEFT JOIN ({frames}) f ON f.file_key = i.file_key"
        return Instances(self._more | {"has_value": has_value}, join).query(catalog, names)


def _has_value(name: str, own: Sequence[str], of_frames: Sequence[str]) -> list[str]:
    found = [f"i.{quoted(name)} IS NOT NULL"] if name in own else []
    return [*found, f"coalesce(f.{quoted(name)}, false)"] if name in of_frames else found


def _frame_columns(catalog: Readable) -> list[str]:
    return [str(name) for name in catalog.sql("SELECT * FROM frames LIMIT 0").columns]


PROBLEM_ROWS = ProblemRows(
    {"column": 'p."column"', "tag": "p.tag", "reason": "p.reason", "has_value": "false"}
)

_DAYS = ", ".join(f"DATE {literal(day)}" for day in PLACEHOLDER_DATES)
DOUBTED_MOMENTS = Instances(
    {"days_away": "abs(date_diff('day', i.acquired_at, i.AcquisitionDateTime))"},
    any_of=[
        (
            ("AcquisitionDateTime", "acquired_at"),
            "abs(date_diff('day', i.acquired_at, i.AcquisitionDateTime)) >= 2 "
            "OR (i.AcquisitionDateTime_utc_offset_minutes IS NULL AND i.acquired_at <> i.AcquisitionDateTime "
            "AND i.AcquisitionDateTime = date_trunc('day', i.AcquisitionDateTime))",
        )
    ],
)
"""Instances whose AcquisitionDateTime is not what acquired_at says, since it was not believed.

days_away: how many days lie between the two, 0 for a date-time that only lacks its time.
"""

ODD_DATES = Instances(
    {},
    any_of=[
        *(
            (
                (name,),
                f"i.{name} < DATE {literal(FIRST_IMAGES)} OR i.{name} > current_date "
                f"OR i.{name} IN ({_DAYS})",
            )
            for name in OF_IMAGES
        ),
        (("PatientBirthDate",), f"i.PatientBirthDate IN ({_DAYS})"),
    ],
)
"""Instances with a date that none has."""


def _out_of_bounds(rule: NumberRule) -> Condition:
    value = f"(i.{quoted(rule.name)} <= {rule.low} OR i.{quoted(rule.name)} > {rule.high})"
    if not rule.modalities:
        return (rule.name,), value
    return (rule.name, "Modality"), f"{value} AND i.Modality IN ({', '.join(map(literal, rule.modalities))})"


ODD_VALUES = Instances(
    {},
    any_of=[
        *map(_out_of_bounds, NUMBER_RULES),
        *(
            ((name,), f"regexp_full_match(trim(i.{quoted(name)}), {literal(PLACEHOLDER_TEXT)}, 'i')")
            for name in TEXTS
        ),
    ],
)
"""Instances with a number out of its bounds, or a word that stands for none."""

ENCAPSULATED = "1.2.840.10008.5.1.4.1.1.104."
"""SOP classes of encapsulated documents begin with it."""
SCREEN_WORDS = r"SCREEN ?S|SCREEN_S|SNAPSHOT|SCREEN CAPTURE"
HINTS = Instances(
    {"image_type": 'i."ImageType"::VARCHAR'},
    any_of=[
        (("BurnedInAnnotation",), "upper(i.BurnedInAnnotation) = 'YES'"),
        (("PatientIdentityRemoved",), "upper(i.PatientIdentityRemoved) = 'YES'"),
        (
            ("SOPClassUID",),
            f"i.SOPClassUID = {literal(SECONDARY)} OR starts_with(i.SOPClassUID, {literal(SECONDARY + '.')}) "
            f"OR starts_with(i.SOPClassUID, {literal(ENCAPSULATED)})",
        ),
        (("Modality",), "i.Modality IN ('US', 'IVUS')"),
        (("ImageType",), f"regexp_matches(upper(i.ImageType::VARCHAR), {literal(SCREEN_WORDS)})"),
    ],
)
"""Instances that may tell who the patient is in their pixels, or say that they do not."""

MIXED_KINDS = Instances(
    {},
    "WHERE i.SeriesInstanceUID IN (SELECT SeriesInstanceUID FROM instances "
    "WHERE SeriesInstanceUID IS NOT NULL GROUP BY 1 HAVING count(DISTINCT SOPClassUID) > 1)",
)
"""Instances of series with several SOP classes."""


def broken_files(_: Readable, names: Sequence[str]) -> str:
    """The query of files that were not read, or not wholly."""
    return f"SELECT {', '.join(map(quoted, names))} FROM files WHERE status IN ('partial', 'unreadable')"


CLOCKS = (
    "device",
    "file_key",
    "SeriesInstanceUID",
    "StudyInstanceUID",
    "day",
    "content_after_s",
    "study_before_s",
    "series_after_s",
    "Modality",
)
"""One row a series: a file of it, when it was acquired, and how its times lie to each other.

content_after_s: seconds from acquisition to content, the median of its images; study_before_s: from
StudyTime to its first acquisition; series_after_s: from its first acquisition to SeriesTime, of original
images.
"""
_TIMES = (
    "Modality",
    "SeriesDate",
    "SeriesTime",
    "ImageType",
    "StudyDate",
    "StudyTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "ContentDate",
    "ContentTime",
)


def clock_columns(catalog: Readable) -> list[str]:
    """The columns of `clocks`; none where the instances lack a date or a time."""
    return list(CLOCKS) if set(_TIMES) <= set(instance_columns(catalog)) else []


def clocks(catalog: Readable, names: Sequence[str]) -> str:
    """The query of CLOCKS."""
    acquired = "(i.AcquisitionDate + i.AcquisitionTime)"
    device = device_sql(instance_columns(catalog))
    inner = (
        f"SELECT {device} AS device, i.SeriesInstanceUID, i.StudyInstanceUID, min(i.file_key) AS file_key, "
        f"min(i.AcquisitionDate) AS day, "
        f"median(epoch(i.ContentDate + i.ContentTime) - epoch({acquired}))::DOUBLE AS content_after_s, "
        f"min(epoch({acquired}) - epoch(i.StudyDate + i.StudyTime))::DOUBLE AS study_before_s, "
        f"(max(epoch(i.SeriesDate + i.SeriesTime) - epoch({acquired})) "
        f"FILTER (i.ImageType[1] = 'ORIGINAL'))::DOUBLE AS series_after_s, "
        f"any_value(i.Modality) AS Modality "
        f"FROM instances i WHERE {acquired} IS NOT NULL GROUP BY ALL"
    )
    return f"SELECT {', '.join(map(quoted, names))} FROM ({inner})"

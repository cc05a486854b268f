"""Items that lack what they must have, and private elements without a creator: `header_faults`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

from dicomlab.checks.base import Readable, whole_headers
from dicomlab.checks.queries import Instances, device_sql, instance_columns
from dicomlab.quiet_pydicom import quiet_pydicom

MOST_FILES = 1_000
"""Instances up to which every header is looked at; of more, one of each machine and kind."""
_INSTANCES = Instances({}, "JOIN faulty USING (file_key)")
_FAULTS = ("file_key", "fault", "place")
_CODES = ("CodeValue", "LongCodeValue", "URNCodeValue")
_TABLES = ("ModalityLUTSequence", "VOILUTSequence")
_REFERENCES = (
    "ReferencedImageSequence SourceImageSequence ReferencedInstanceSequence ReferencedSOPSequence "
    "ReferencedStudySequence ReferencedPerformedProcedureStepSequence ContourImageSequence "
    "ReferencedStructureSetSequence ReferencedRTPlanSequence"
).split()


class HeaderFaults:
    """One row for each place of a header at which something is wrong that no column shows.

    fault: no creator (of a private element), no code, no meaning (of a code), no reference, no table; place:
    the tag of the element, or the keyword of the sequence. Headers of up to MOST_FILES instances are looked
    at, else one of each machine, kind of file and software, since what made them writes them all alike.
    """

    def columns(self, catalog: Readable) -> list[str]:
        """The columns; without kept headers those of the instances only."""
        own = ("kept_headers", "fault", "place") if catalog.keeps_headers else ()
        return [*_INSTANCES.columns(catalog), *own]

    def blocks(
        self, catalog: Readable, names: Sequence[str], *, together: Sequence[str], rows: int
    ) -> Iterator[pd.DataFrame]:
        """All rows in one block."""
        found = [
            (key, fault, place)
            for key, header in whole_headers(catalog, f"file_key IN ({_chosen(catalog)})")
            for fault, place in faults_of(header)
        ]
        faulty = pd.DataFrame(found, columns=_FAULTS).astype("str")
        keys = pa.table({"file_key": pa.array(faulty["file_key"].unique(), pa.string())})
        own = [
            name for name in dict.fromkeys(("file_key", *names)) if name not in ("kept_headers", *_FAULTS[1:])
        ]
        about = catalog.arrow(_INSTANCES.query(catalog, own), {"faulty": keys}).to_pandas()
        yield faulty.merge(about, on="file_key").assign(kept_headers=True)


def _chosen(catalog: Readable) -> str:
    """The query of the files whose headers are looked at."""
    have = instance_columns(catalog)
    if len(catalog.sql(f"SELECT file_key FROM instances LIMIT {MOST_FILES + 1}")) <= MOST_FILES:
        return "SELECT file_key FROM instances"
    by = [
        f"i.{name}" for name in ("SOPClassUID", "SoftwareVersions", "PatientIdentityRemoved") if name in have
    ]
    return (
        f"SELECT min(i.file_key) FROM instances i GROUP BY {', '.join([device_sql(have), *by])} "
        f"ORDER BY 1 LIMIT {MOST_FILES}"
    )


def faults_of(header: Dataset) -> list[tuple[str, str]]:
    """What is wrong in a header, and where; nothing for one that cannot be read to its end."""
    try:
        with quiet_pydicom():
            return list(dict.fromkeys(_faults(header)))
    except Exception:  # noqa: BLE001 - pydicom raises whatever its parts raise; other checks name such files
        return []


def _faults(ds: Dataset) -> Iterator[tuple[str, str]]:
    for tag in sorted(ds.keys()):
        if tag.is_private and tag.element > 0xFF:
            creator = (tag.group << 16) + (tag.element >> 8)
            if creator not in ds or not ds[creator].value:
                yield "no creator", f"({tag.group:04X},{tag.element:04X})"
        raw = ds.get_item(tag)
        if raw.VR not in ("SQ", None) and not (raw.VR == "UN" and not tag.is_private):
            continue
        element = ds[tag]
        if element.VR != "SQ":
            continue
        name = keyword_for_tag(tag) or f"({tag.group:04X},{tag.element:04X})"
        for item in element.value or ():
            if not tag.is_private:
                yield from ((fault, name) for fault in _of_item(name, item))
            yield from _faults(item)


def _of_item(name: str, item: Dataset) -> Iterator[str]:
    """What an item of a code (PS3.3 8.8), a reference (10.3) or a lookup table (C.11) lacks."""
    if name.endswith("CodeSequence"):
        codes = [code for code in _CODES if item.get(code)]
        if not codes or ("URNCodeValue" not in codes and not item.get("CodingSchemeDesignator")):
            yield "no code"
        if not item.get("CodeMeaning"):
            yield "no meaning"
    elif name in _REFERENCES and not (
        item.get("ReferencedSOPClassUID") and item.get("ReferencedSOPInstanceUID")
    ):
        yield "no reference"
    elif name in ("ModalityLUTSequence", "VOILUTSequence") and not (
        "LUTDescriptor" in item and "LUTData" in item
    ):
        yield "no table"

"""The records of a DICOMDIR (PS3.3 F.3): which files a medium says it has. Nothing of a patient is taken."""

from __future__ import annotations

import io
from typing import NamedTuple

from dicomlab.quiet_pydicom import quiet_pydicom

MOST_BYTES = 256 * 1024 * 1024
"""A larger DICOMDIR is not read: it would name more than a million files."""
MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"


class Record(NamedTuple):
    """One directory record; `names` leads from the folder of the DICOMDIR to the file, if it has one."""

    number: int
    record_type: str | None
    names: tuple[str, ...]
    sop_class_uid: str | None
    sop_instance_uid: str | None
    transfer_syntax_uid: str | None
    is_in_use: bool


def records(data: bytes) -> list[Record]:
    """The records of a DICOMDIR, given whole. Raises ValueError with the reason where it cannot be read."""
    from pydicom import dcmread

    try:
        with quiet_pydicom():
            whole = dcmread(io.BytesIO(data), force=True, specific_tags=["DirectoryRecordSequence"])
            return [_record(number, item) for number, item in enumerate(whole.DirectoryRecordSequence, 1)]
    except Exception:  # noqa: BLE001 - pydicom raises whatever it meets in broken bytes
        raise ValueError("its records cannot be read") from None


def _record(number: int, item: object) -> Record:
    named = _values(item, "ReferencedFileID")
    return Record(
        number,
        _one(item, "DirectoryRecordType"),
        tuple(named),
        _one(item, "ReferencedSOPClassUIDInFile"),
        _one(item, "ReferencedSOPInstanceUIDInFile"),
        _one(item, "ReferencedTransferSyntaxUIDInFile"),
        _in_use(item),
    )


def _in_use(item: object) -> bool:
    flag = getattr(item, "RecordInUseFlag", 0xFFFF)
    return bool(flag != 0)


def _values(item: object, keyword: str) -> list[str]:
    found = getattr(item, keyword, None)
    if found is None or found == "":
        return []
    return [str(found)] if isinstance(found, str) else [str(value) for value in found]


def _one(item: object, keyword: str) -> str | None:
    found = _values(item, keyword)
    return found[0] if found else None


def leads_out(names: tuple[str, ...]) -> bool:
    """Whether names would lead out of the folder, or are none.

    >>> leads_out(("DICOM", "IMG1")), leads_out(("..", "IMG1"))
    (False, True)
    """
    return any(name in ("", ".", "..") or any(sign in name for sign in "/\\\0:") for name in names)

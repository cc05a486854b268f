"""Files to benchmark on: found in a folder, and multiplied into an archive of any size."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

_SERIES = 200
"""Files in one folder of a multiplied archive."""
_DIRECTORY = b"1.2.840.10008.1.3.10"
"""SOP class of a DICOMDIR (PS3.6)."""
_PIXELS = 16 * 1024
"""Bytes after the header that a copy keeps, so that reading it costs what a real file costs."""


def dicom_files(folder: Path | None) -> list[str]:
    """Files with the DICOM mark at byte 128, in order; those that pydicom brings if no folder is named.

    pydicom's are the ones in its package; none is downloaded. DICOMDIRs are left out: they are lists of
    other files, and an archive has one of them for thousands of images.
    """
    if folder is None:
        import pydicom.data

        folder = Path(pydicom.data.__file__).parent / "test_files"
    found = sorted(str(p) for p in folder.rglob("*") if p.is_file())
    return [path for path in found if _is_image(path)]


def _is_image(path: str) -> bool:
    with open(path, "rb") as file:
        head = file.read(512)
    return head[128:132] == b"DICM" and _DIRECTORY not in head


def hard_links(files: Sequence[str], into: Path, count: int) -> None:
    """Make `count` names for copies of the files, in folders as an archive has them.

    Each file is copied once, so that the originals stay as they are.
    """
    own = into / "originals"
    own.mkdir(parents=True)
    copies = [str(shutil.copy(path, own / f"{i:06d}.dcm")) for i, path in enumerate(files)]
    for number, place in enumerate(_places(into / "archive", count)):
        which = number % len(copies)
        try:
            os.link(copies[which], place)
        except OSError as error:
            if error.errno != errno.EMLINK:
                raise
            copies[which] = str(shutil.copy(files[which], place))  # a file has so many names, and no more


def distinct_copies(files: Sequence[str], into: Path, count: int) -> None:
    """Make `count` files of their own, with study, series and instance UIDs of their own.

    The pixels are cut off a little behind the header.
    """
    whole = [_head_and_uids(path) for path in files]
    for number, place in enumerate(_places(into / "archive", count)):
        head, uids = whole[number % len(whole)]
        for uid in uids:
            head = head.replace(uid, _another(uid, number // len(whole)))
        Path(place).write_bytes(head)


def _places(root: Path, count: int) -> Iterator[str]:
    for number in range(count):
        series, image = divmod(number, _SERIES)
        folder = root / f"patient-{series // 20:05d}" / f"study-{series // 5:05d}" / f"series-{series:05d}"
        if not image:
            folder.mkdir(parents=True)
        yield f"{folder}/IM{image:05d}.dcm"


def _head_and_uids(path: str) -> tuple[bytes, list[bytes]]:
    from pydicom import dcmread

    with open(path, "rb") as file:
        dataset = dcmread(file, stop_before_pixels=True)
        end = file.tell()
        file.seek(0)
        head = file.read(end + _PIXELS)
    names = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    uids = [str(dataset.get(name, "")).encode() for name in names]
    return head, [uid for uid in uids if len(uid) > 12]


def _another(uid: bytes, copy: int) -> bytes:
    """A UID of the same length, whose last digits hang on it and on the copy."""
    digits = int.from_bytes(hashlib.blake2b(b"%s/%d" % (uid, copy), digest_size=8).digest()) % 10**9
    return uid[:-10] + b"1%09d" % digits

"""Whether kept headers say the same, however they are encoded: the table `repeats`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from dicomlab.checks.base import Readable, whole_headers
from dicomlab.checks.queries import REPEATS
from dicomlab.quiet_pydicom import quiet_pydicom

MOST_READ = 5_000
"""Headers of a block that are read to compare them; beyond that, other bytes count as other content."""
_AT_ONCE = 500
_CHOSEN = "file_key IN (SELECT file_key FROM chosen)"


class Repeats:
    """Instances whose SOPInstanceUID comes more than once, with a digest of what their headers say.

    content_digest: of the elements of the kept header, sequences of any encoding and without the file meta
    group; header_digest where it was not read, since no other file of that UID has other bytes.
    """

    def columns(self, catalog: Readable) -> list[str]:
        """The columns of the table."""
        return [*REPEATS.columns(catalog), "content_digest"]

    def blocks(
        self, catalog: Readable, names: Sequence[str], *, together: Sequence[str], rows: int
    ) -> Iterator[pd.DataFrame]:
        """The rows block by block, those that agree in `together` in one."""
        own = [name for name in dict.fromkeys((*names, "header_digest")) if name != "content_digest"]
        for block in catalog.blocks(REPEATS.query(catalog, own), together=together, rows=rows):
            in_order = block.sort_values("file_key", kind="stable", ignore_index=True)
            yield in_order.assign(content_digest=_digests(catalog, in_order))


def _digests(catalog: Readable, rows: pd.DataFrame) -> pd.Series:
    n_headers = rows.groupby("SOPInstanceUID")["header_digest"].transform("nunique")
    keys = rows.loc[n_headers > 1, "file_key"].unique()[:MOST_READ]
    found: dict[str, str] = {}
    for first in range(0, len(keys), _AT_ONCE):
        chosen = pa.table({"file_key": pa.array(keys[first : first + _AT_ONCE], pa.string())})
        for key, header in whole_headers(catalog, _CHOSEN, {"chosen": chosen}):
            digest = content_digest(header)
            if digest is not None:
                found[key] = digest
    both = zip(rows["file_key"], rows["header_digest"], strict=True)
    return pd.Series([found.get(key, own) for key, own in both], index=rows.index, dtype="str")


def content_digest(header: Dataset) -> str | None:
    """A digest of what a header says, whatever the lengths of its sequences; None where it cannot be read."""
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with quiet_pydicom():
            for part in _content(header):
                digest.update(part)
    except Exception:  # noqa: BLE001 - pydicom raises whatever its parts raise; the bytes are compared then
        return None
    return digest.hexdigest()


def _content(ds: Dataset) -> Iterator[bytes]:
    """Tags and values in order, items of sequences between marks, without group lengths."""
    for tag in sorted(ds.keys()):
        if tag.element == 0:
            continue
        yield int(tag).to_bytes(4, "big")
        raw = ds.get_item(tag)
        value = getattr(raw, "value", None)
        if isinstance(value, bytes) and not _is_sequence(tag, raw.VR):
            yield value.rstrip(b" \0")
            continue
        element = ds[tag]
        if element.VR != "SQ":
            yield repr(element.value).encode()
            continue
        for item in element.value:
            yield b"<"
            yield from _content(item)
            yield b">"


def _is_sequence(tag: BaseTag, vr: str | None) -> bool:
    if vr in (None, "UN"):
        try:
            return dictionary_VR(tag) == "SQ"
        except KeyError:
            return False
    return vr == "SQ"

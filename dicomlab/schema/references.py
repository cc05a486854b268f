"""The table of references: which file names which other instance or series, and where it does."""

from __future__ import annotations

import pyarrow as pa

REFERENCE_ROWS: tuple[tuple[str, str, str], ...] = (
    ("file_key", "string", "The file that refers."),
    ("sequence", "string", "Keyword of the sequence in which it does, such as ContourImageSequence."),
    ("path", "string", "That sequence and those around it, from the top of the file, joined by dots."),
    (
        "purpose",
        "string",
        "Code and scheme of PurposeOfReferenceCodeSequence, such as `121311 DCM` for a localiser; in an SR "
        "document the name of the content item.",
    ),
    ("ReferencedSOPClassUID", "string", "What kind of object it refers to (0008,1150)."),
    (
        "ReferencedSOPInstanceUID",
        "string",
        "The instance it refers to (0008,1155); null where only the series is named.",
    ),
    ("referenced_series_uid", "string", "SeriesInstanceUID beside it or around it; null where not said."),
    ("referenced_study_uid", "string", "StudyInstanceUID beside it or around it; null where not said."),
    ("n_items", "int64", "How many items of the file say the same, such as contours of one image."),
)
"""Column, type and meaning."""

REFERENCES = pa.schema(
    [(name, pa.int64() if kind == "int64" else pa.string()) for name, kind, _ in REFERENCE_ROWS]
)

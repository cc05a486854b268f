"""Private elements that hold names of people, in files that say they name nobody: `private_names`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa

from dicomlab.checks.base import Readable
from dicomlab.checks.queries import Instances, instance_columns
from dicomlab.schema.columns import Columns

_INSTANCES = Instances({}, "JOIN named USING (file_key)")
# One file a series: what made it writes the same elements into all of them.
ONE_OF_A_SERIES = """upper(trim(PatientIdentityRemoved)) = 'YES' AND file_key IN (
  SELECT min(file_key) FROM instances WHERE upper(trim(PatientIdentityRemoved)) = 'YES'
  GROUP BY SeriesInstanceUID
)"""


class PrivateNames:
    """One row a series whose identity was removed, and private element of a name that has a value in it.

    element: its creator and what pydicom's dictionary calls it; value: what it holds.
    """

    def columns(self, catalog: Readable) -> list[str]:
        """The columns; without kept headers those of the instances only."""
        have = instance_columns(catalog)
        can = catalog.keeps_headers and {"PatientIdentityRemoved", "SeriesInstanceUID"} <= set(have)
        return [*_INSTANCES.columns(catalog), *(["kept_headers", "element", "value"] if can else [])]

    def blocks(
        self, catalog: Readable, names: Sequence[str], *, together: Sequence[str], rows: int
    ) -> Iterator[pd.DataFrame]:
        """All rows in one block: most series have none."""
        columns = _of_people()
        parts = [pd.DataFrame(columns=["file_key", "element", "value"], dtype="str")]
        for some in catalog.read_headers(columns, ONE_OF_A_SERIES):
            cells = some.melt("file_key", var_name="element").dropna(subset=["value"])
            parts.append(cells.astype({"value": "str"}))
        found = pd.concat(parts, ignore_index=True)
        own = [name for name in names if name not in ("file_key", "kept_headers", "element", "value")]
        keys = pa.table({"file_key": pa.array(found["file_key"].unique(), pa.string())})
        about = catalog.arrow(_INSTANCES.query(catalog, ["file_key", *own]), {"named": keys}).to_pandas()
        yield found.merge(about, on="file_key").assign(kept_headers=True)


def _of_people() -> Columns:
    """Private elements with the VR of names of people (PN) and a meaning that is known."""
    from pydicom._private_dict import private_dictionaries

    columns = Columns.only()
    for creator, elements in private_dictionaries.items():
        for tag, (vr, _, meaning, _) in elements.items():
            # A few are written under even groups, which a private creator cannot have.
            if vr == "PN" and meaning != "Unknown" and int(tag[3], 16) % 2:
                group, element = int(tag[:4], 16), int(tag[-2:], 16)
                columns = columns.add_private(creator, group, element, f"{creator}: {meaning}", vr="PN")
    return columns

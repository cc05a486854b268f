"""What tables do not have, read from the headers that a catalog keeps, file by file or in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.catalog.place import Place
from dicomlab.catalog.store import Store
from dicomlab.catalog.versions import State
from dicomlab.schema.columns import Columns

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from dicomlab.header.engine import HeaderReader


_ROWS = 4096


def read_kept(place: Place, state: State, keys: pa.ChunkedArray, columns: Columns) -> Iterator[pa.Table]:
    """The file key and these columns of the kept headers of some files, some files at a time.

    Headers lie in groups of a few tens of megabytes: those that have none of the files are passed over.
    """
    from dicomlab.header.engine import HeaderReader

    if not len(keys):
        return
    store, reader = Store(place), HeaderReader(columns)
    wanted = keys.unique()
    with place.reaching():
        for path in store.paths("headers", state.tables["headers"]):
            with store.open(path) as file:
                for group in range(file.num_row_groups):
                    here = file.read_row_group(group, columns=["file_key"])["file_key"]
                    is_wanted = pc.is_in(here, wanted)
                    if not pc.any(is_wanted).as_py():
                        continue
                    headers = file.read_row_group(group, columns=["header"])["header"].filter(is_wanted)
                    yield from _read(reader, here.filter(is_wanted), headers.combine_chunks(), columns)


def _read(
    reader: HeaderReader, keys: pa.ChunkedArray, headers: pa.Array, columns: Columns
) -> Iterator[pa.Table]:
    for batch in reader.parse_in_batches(headers, _ROWS):
        n = len(batch.status)
        yield batch.table.select(columns.names).add_column(0, "file_key", keys.slice(0, n))
        keys = keys.slice(n)


def parsed(header: bytes) -> tuple[Dataset, str]:
    """A kept header as a data set, and why some of it is missing, or nothing.

    Raises whatever pydicom raises for bytes that it cannot take apart.
    """
    from dicomlab.header.fallback import whole_header

    return whole_header(header)

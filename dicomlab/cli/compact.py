"""`dicomlab compact`: make a catalog that has grown over many scans small and quick again."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dicomlab.cli.base import Answer, CatalogPlace, Verb
from dicomlab.cli.terminal import in_bytes, plural, wrapped


def compact_catalog(
    catalog: CatalogPlace,
    keep: Annotated[int, typer.Option(min=1, help="How many versions can still be opened.")] = 10,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar, and no text.")] = False,
) -> Answer:
    """Write small files together, and let earlier versions go.

    No row changes. The last versions can be opened as before; earlier ones are forgotten, and
    what none of the kept ones needs is deleted. --keep 1 frees most.
    """
    from dicomlab.catalog.catalog import open_catalog
    from dicomlab.catalog.place import place_of
    from dicomlab.catalog.store import Store

    opened, store = open_catalog(catalog), Store(place_of(catalog))
    versions, (files, size) = len(opened.versions), store.on_disk()
    compacted = opened.compact(keep=keep, progress=not quiet and sys.stderr.isatty())
    now, (files_now, size_now) = len(compacted.versions), store.on_disk()
    text = (
        f"{catalog}: {plural(files, 'Parquet file')} became {files_now:,}, {in_bytes(size)} became "
        f"{in_bytes(size_now)}. {plural(now, 'version')} of {versions:,} can still be opened."
    )
    before = {"parquet_files": files, "bytes": size, "versions": versions}
    after = {"parquet_files": files_now, "bytes": size_now, "versions": now}
    content = {"catalog": str(catalog), "before": before, "after": after}
    return Answer([] if quiet else wrapped(text, rest="  "), content)


VERB = Verb(
    "compact",
    compact_catalog,
    examples=("dicomlab compact catalog", "dicomlab compact catalog --keep 1"),
)

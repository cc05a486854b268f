"""The promise of a source: which items there are, each with a key, a size and a stamp."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Protocol, runtime_checkable

import pyarrow as pa

LISTING = pa.schema(
    [
        ("file_key", pa.string()),
        ("size", pa.int64()),
        ("stamp", pa.int64()),
        ("reason", pa.string()),
    ]
)
"""What a source lists: `stamp` changes when the content may have (mtime in nanoseconds for
files); `reason` says why an item cannot be read at all, and is null for the others."""


CLOSED = "the folder cannot be opened"
"""How the reason of a folder begins that could not be looked into."""
BROKEN_LINK = "the link leads nowhere"
UNSEEN = "the file cannot be seen"
HIDING = (CLOSED, BROKEN_LINK, UNSEEN)
"""How the reasons begin of items below which there may be more than can be seen today."""


class Unreached(OSError):
    """An item is there, but could not be had today: the next scan tries again."""

    def __init__(self, why: str):
        super().__init__(0, why)


class Head(Protocol):
    """The beginning of one item, good until the next one is taken from its source."""

    def read(self, size: int) -> tuple[bytes, int | None]:
        """Give the first `size` bytes, fewer only where the item ends, and how long it is.

        The length is None as long as it is not known. May be called again for more. Raises
        OSError, whose `strerror` becomes the reason in the item's row.
        """


class Source(Protocol):
    """Somewhere files lie. Sources are sent to workers, so they can be pickled."""

    @property
    def root(self) -> str:
        """What all keys of this source have in common, as the catalog writes it down."""

    def listing(self) -> Iterator[pa.Table]:
        """Give what is there, a table of LISTING at a time; never raises for one bad item."""

    def paths(self, keys: Sequence[str]) -> list[str] | None:
        """Where the items lie on disk; None for a source whose items are no files on disk."""

    def open(self, key: str) -> IO[bytes]:
        """Open one item to read it on, such as an archive. Raises OSError."""

    def heads(self, keys: Sequence[str], sizes: Sequence[int | None]) -> Iterator[Head]:
        """Give the beginnings of listed items, in their order, one a key.

        `sizes` are those of the listing, for sources that would have to ask for them again.
        """


@runtime_checkable
class Mounting(Protocol):
    """A source that can tell whether something is mounted where something was."""

    mounts: tuple[str, ...]
    """Keys of folders where something else is mounted. Before the listing, those known from
    earlier: one of them that is empty, with nothing mounted, is listed as CLOSED."""


@runtime_checkable
class Grouping(Protocol):
    """A source that gives items of a group, such as a series, in one answer."""

    def group_of(self, key: str) -> str:
        """What an item is given together with."""


@dataclass
class ListingRows:
    """Rows of a listing as they are met, handed over a chunk at a time."""

    keys: list[str] = field(default_factory=list)
    sizes: list[int | None] = field(default_factory=list)
    stamps: list[int | None] = field(default_factory=list)
    reasons: list[str | None] = field(default_factory=list)

    def add(self, key: str, size: int | None, stamp: int | None, reason: str | None = None) -> None:
        """Add one item."""
        self.keys.append(key)
        self.sizes.append(size)
        self.stamps.append(stamp)
        self.reasons.append(reason)

    def extend(self, others: ListingRows) -> None:
        """Add the items of others behind."""
        self.keys += others.keys
        self.sizes += others.sizes
        self.stamps += others.stamps
        self.reasons += others.reasons

    def __len__(self) -> int:
        return len(self.keys)

    def as_table(self) -> pa.Table:
        """The rows as Arrow."""
        return pa.table([self.keys, self.sizes, self.stamps, self.reasons], schema=LISTING)

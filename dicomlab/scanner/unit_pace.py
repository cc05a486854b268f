"""How many files a worker takes at a time: as many as it reads in about a second."""

from __future__ import annotations

UNIT_SECONDS = 1.0
"""How long a worker is at a unit: what it has read is not committed before the unit is done."""
FIRST_ROWS, LEAST_ROWS = 512, 64
"""How many files the first units have, and any unit has at least; a bucket is asked for 64 at a time."""
_GROWTH = 4


class UnitPace:
    """Finds out how many files a unit should have from how long earlier ones took.

    A local disk gives thousands of headers in a second, a server that is far away a hundred. Units of
    one size would make one slow, or leave a minute of the other's work uncommitted.

    >>> pace = UnitPace()
    >>> pace.note(512, seconds=4.0)
    >>> pace.rows
    128
    """

    def __init__(self) -> None:
        self.rows = FIRST_ROWS

    def note(self, files: int, seconds: float) -> None:
        """Take into account a unit that is done."""
        if files:
            wanted = int(files * UNIT_SECONDS / max(seconds, 1e-6))
            # A unit of few files, or of files that were at hand by chance, says little.
            self.rows = max(LEAST_ROWS, min(wanted, _GROWTH * max(files, self.rows)))

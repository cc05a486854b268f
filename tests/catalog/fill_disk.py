"""Scan where no file may grow beyond a bound, which rises until the scan fits.

Run by test_disks.py in a process of its own: python fill_disk.py ARCHIVE CATALOG
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import dicomlab as dl
from dicomlab.errors import CannotWrite


def bound(size: int) -> None:
    """Let no file grow beyond `size` bytes: the system answers as it does for a full disk."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


def main() -> None:
    """Print what was said at each bound, and what the catalog then held."""
    archive, into = sys.argv[1], Path(sys.argv[2])
    said = []
    for step in range(12):
        bound(300 * 3**step)
        try:
            dl.scan(archive, into, progress=False, jobs=1)
            said.append(["", len(dl.open_catalog(into)), 0])
            break
        except CannotWrite as error:
            catalog = dl.open_catalog(into)
            strays = [p for p in into.rglob("*") if ".part" in p.name or p.name.startswith(".catalog")]
            said.append([str(error), len(catalog.instances), len(strays)])
    print(json.dumps(said))


if __name__ == "__main__":
    main()

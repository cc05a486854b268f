"""The main job with base dependencies only: python tests/base_install.py FOLDER

Run by .ci/run in an environment that has nothing of the dev and notebook extras.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def main() -> None:
    """Make a small fleet, scan it, judge it, report it."""
    import dicomlab as dl

    for extra in ("pytest", "hypothesis", "jupyterlab"):
        assert importlib.util.find_spec(extra) is None, f"{extra} is installed: this is no base install"
    folder = Path(sys.argv[1])
    dl.demo.make_fleet(folder, scanners=2, months=9, progress=False)
    catalog = dl.scan(folder / "dicom", into=folder / "catalog", progress=False)
    assert catalog.counts["instances"] > 1000
    drift = dl.find_drift(catalog)
    assert len(drift.changes)
    report = dl.write_report(drift, to=folder / "report.html")
    assert report.stat().st_size > 10_000
    assert dl.widgets.Table(catalog, "series").matched == catalog.counts["series"]
    print(catalog, drift, sep="\n")


if __name__ == "__main__":
    main()

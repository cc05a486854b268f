"""The main job with base dependencies only: python tests/base_install.py FOLDER

Run by .ci/run where nothing of the dev and notebook extras is installed: once with the newest versions that
pyproject.toml allows, once with the oldest.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dicomlab as dl

COMMANDS = (
    ("--help",),
    ("scan", "--help"),
    ("show", "catalog"),
    ("sql", "catalog", "SELECT Modality, count(*) AS n FROM series GROUP BY ALL"),
    ("check", "catalog"),
    ("drift", "catalog"),
    ("export", "catalog", "series.csv"),
    ("report", "catalog", "--to", "drift.html"),
)
"""What people type first."""


def main() -> None:
    """Make a small fleet, scan it, judge it, report it: in Python, then in the shell."""
    for extra in ("pytest", "hypothesis", "jupyterlab"):
        assert importlib.util.find_spec(extra) is None, f"{extra} is installed: this is no base install"
    folder = Path(sys.argv[1])
    catalog = _in_python(folder)
    _with_nothing_to_judge(catalog)
    for command in COMMANDS:
        words = [sys.executable, "-m", "dicomlab", *command]
        code = subprocess.run(words, cwd=folder, check=False).returncode
        # 1: there are findings; 3: some files could not be read. Both are true of this fleet.
        assert code in {0, 1, 3}, f"dicomlab {' '.join(command)} ended with exit code {code}"


def _in_python(folder: Path) -> dl.Catalog:
    import dicomlab as dl

    dl.demo.make_fleet(folder, scanners=2, months=9, progress=False)
    catalog = dl.scan(folder / "dicom", into=folder / "catalog", progress=False)
    assert catalog.counts["instances"] > 1000
    assert len(dl.check(catalog))
    assert catalog.header(catalog.instances["file_key"][0]).Modality
    drift = dl.find_drift(catalog)
    assert len(drift.changes)
    report = dl.write_report(drift, to=folder / "report.html")
    assert report.stat().st_size > 10_000
    assert dl.widgets.Table(catalog, "series").matched == catalog.counts["series"]
    print(catalog, drift, sep="\n")
    return catalog


def _with_nothing_to_judge(catalog: dl.Catalog) -> None:
    """Three series are too few to monitor, and so are none: no change, and no library complains."""
    import dicomlab as dl

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for some in (catalog.series.head(3), catalog.series.head(0)):
            drift = dl.find_drift(some)
            assert drift.changes.empty
            assert not drift.signals["is_monitored"].any()
            print(drift)


if __name__ == "__main__":
    main()

"""What the examples in docstrings may use: `catalog`, `drift` and `folder` of a small fleet."""

from __future__ import annotations

import os
from typing import Any

import pytest


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: tests wait for servers, disks and other processes."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def small_fleet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Two simulated machines over nine months, scanned and judged."""
    import dicomlab as dl

    folder = dl.demo.make_fleet(
        tmp_path_factory.mktemp("fleet") / "demo", scanners=2, months=9, progress=False
    )
    catalog = dl.scan(folder / "dicom", into=folder / "catalog", progress=False)
    return {"folder": folder, "catalog": catalog, "drift": dl.find_drift(catalog), "dl": dl}


@pytest.fixture(autouse=True)
def _names_of_examples(
    request: pytest.FixtureRequest, doctest_namespace: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.delenv("DICOMLAB_RAISE_ALL", raising=False)  # examples run as for users
        doctest_namespace |= request.getfixturevalue("small_fleet")
        doctest_namespace["to"] = request.getfixturevalue("tmp_path")

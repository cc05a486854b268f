"""The same batches on the workers of a cluster: the same rows, and none lost with a worker."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import cloudpickle
import pytest

import dicomlab as dl
from dicomlab.errors import LostWorkers, MissingPackage
from dicomlab.scanner import engine, plan
from dicomlab.sources.folder import FolderSource
from tests.build import write_archive

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


class DeadlyFolder(FolderSource):
    """A folder that kills who reads it, so many times."""

    def __init__(self, root: Path, marks: Path, times: int):
        super().__init__(str(root))
        self._marks, self._times = marks, times

    def paths(self, keys: Sequence[str]) -> list[str]:
        met = len(list(self._marks.iterdir()))
        if met < self._times and any(key.endswith("p1/s0/i0") for key in keys):
            (self._marks / str(met)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().paths(keys)


@pytest.fixture(scope="module", autouse=True)
def known_to_workers():
    """Workers import nothing of the tests: what they need is sent along."""
    module = sys.modules[DeadlyFolder.__module__]
    cloudpickle.register_pickle_by_value(module)
    yield
    cloudpickle.unregister_pickle_by_value(module)


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes, which are started again when they die."""
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_archive(tmp_path_factory.mktemp("in") / "archive", instances=6)


@pytest.fixture(autouse=True)
def small_units(monkeypatch):
    monkeypatch.setattr(plan, "UNIT_ROWS", 4)


def rows(catalog: dl.Catalog) -> list[str]:
    instances = catalog.instances.sort_values("file_key")
    return [repr(row) for row in instances.itertuples(index=False)]


def deadly(monkeypatch, folder: Path, marks: Path, times: int) -> None:
    marks.mkdir()
    source = DeadlyFolder(folder, marks, times)
    monkeypatch.setattr(engine, "open_source", lambda *_, **__: source)


def test_dask_workers_give_the_same_rows(cluster, folder, tmp_path):
    ours = dl.scan(folder, tmp_path / "a", backend="dask", progress=False)
    theirs = dl.scan(folder, tmp_path / "b", jobs=1, progress=False)
    assert rows(ours) == rows(theirs)
    assert len(ours.files) == 24


def test_a_worker_that_is_killed_loses_nothing(cluster, folder, tmp_path, monkeypatch):
    deadly(monkeypatch, folder, tmp_path / "marks", 1)
    catalog = dl.scan(folder, tmp_path / "a", backend="dask", progress=False)
    assert len(list((tmp_path / "marks").iterdir())) == 1  # it did die
    assert sorted(catalog.instances["file_key"]) == sorted(catalog.files["file_key"])
    assert catalog.instances["SOPInstanceUID"].nunique() == len(catalog) == 24


def test_a_cluster_that_gives_up_leaves_what_was_read(cluster, folder, tmp_path, monkeypatch):
    deadly(monkeypatch, folder, tmp_path / "marks", 99)
    with pytest.raises(LostWorkers, match="scan again to go on"):
        dl.scan(folder, tmp_path / "a", backend="dask", progress=False)
    monkeypatch.undo()
    catalog = dl.scan(folder, tmp_path / "a", progress=False)
    assert catalog.is_complete
    assert len(catalog) == 24


def test_ray_workers_give_the_same_rows_though_one_is_killed(folder, tmp_path, monkeypatch):
    pytest.importorskip("ray")
    theirs = dl.scan(folder, tmp_path / "b", jobs=1, progress=False)
    deadly(monkeypatch, folder, tmp_path / "marks", 1)
    ours = dl.scan(folder, tmp_path / "a", backend="ray", jobs=2, progress=False)
    assert len(list((tmp_path / "marks").iterdir())) == 1
    assert rows(ours) == rows(theirs)


@pytest.mark.parametrize("backend", ["dask", "ray"])
def test_a_backend_that_is_not_installed_says_what_to_install(backend, folder, tmp_path, monkeypatch):
    for name in ("dask", "distributed", "ray"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingPackage, match=r'pip install "dicomlab\[cluster\]"'):
        dl.scan(folder, tmp_path / "a", backend=backend, progress=False)

"""Who reads the units of a scan: threads, processes, or the workers of a dask or ray cluster.

All of them run the same function on the same units: joblib shares them among threads and processes.
Clusters get them by their own calls, since joblib's dask backend waits for ever for a unit whose
workers died, and its ray backend hands results over only when all are there. A unit that is read
twice, since its first worker died, leaves files that nobody commits; the next scan clears them away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from dicomlab.errors import LostWorkers, MissingPackage
from dicomlab.scanner.batch import Done, Work, read_unit

if TYPE_CHECKING:
    from dicomlab.scanner.plan import Unit

Backend = Literal["threads", "processes", "dask", "ray"]
BACKENDS: tuple[Backend, ...] = ("threads", "processes", "dask", "ray")
_AHEAD = 2
"""How many units a worker of a cluster has waiting or in work."""


def read_units(
    work: Work, units: Iterator[Unit], jobs: int | None, backend: Backend | None
) -> Iterator[Done]:
    """What became of the units, as they are done, in whatever order.

    `jobs` is the number of workers; None is one a core, or all that a cluster has. Raises
    LostWorkers when a cluster loses its workers again and again, and MissingPackage.
    """
    if backend == "dask":
        return _on_dask(work, units, jobs)
    if backend == "ray":
        return _on_ray(work, units, jobs)
    if (jobs or os.cpu_count() or 1) == 1:
        return (read_unit(work, unit) for unit in units)
    from joblib import Parallel, delayed

    parallel = Parallel(
        n_jobs=jobs or os.cpu_count(),
        return_as="generator_unordered",
        pre_dispatch="2*n_jobs",
        batch_size=1,
        # The kernel holds no lock while it reads and walks: threads are enough on most machines.
        backend="loky" if backend == "processes" else "threading",
    )
    found: Iterator[Done] = parallel(delayed(read_unit)(work, unit) for unit in units)
    return found


def _on_dask(work: Work, units: Iterator[Unit], jobs: int | None) -> Iterator[Done]:
    with ExitStack() as stack:
        client = _join_dask(stack, jobs)
        from distributed import as_completed

        ahead = _AHEAD * (jobs or sum(client.ncores().values()))
        waiting = as_completed([client.submit(read_unit, work, u, pure=False) for u in islice(units, ahead)])
        try:
            for future in waiting:
                yield future.result()
                for unit in islice(units, 1):
                    waiting.add(client.submit(read_unit, work, unit, pure=False))
        except Exception as error:
            _raise_lost(error, "dask")
            raise


def _on_ray(work: Work, units: Iterator[Unit], jobs: int | None) -> Iterator[Done]:
    with ExitStack() as stack:
        ray = _join_ray(stack, jobs)
        read = ray.remote(read_unit)
        ahead = _AHEAD * int(jobs or ray.cluster_resources().get("CPU", 1))
        waiting = [read.remote(work, unit) for unit in islice(units, ahead)]
        try:
            while waiting:
                ready, waiting = ray.wait(waiting)
                waiting += [read.remote(work, unit) for unit in islice(units, len(ready))]
                yield from ray.get(ready)
        except Exception as error:
            _raise_lost(error, "ray")
            raise


def _raise_lost(error: Exception, cluster: str) -> None:
    """Say in one sentence that workers died; what our own code raised goes on as it is."""
    if type(error).__name__ in _LOST:
        raise LostWorkers(cluster) from None


_LOST = frozenset(
    "KilledWorker CancelledError FutureCancelledError CommClosedError NoValidWorkerError "
    "WorkerCrashedError NodeDiedError OutOfMemoryError RaySystemError".split()
)


def _join_dask(stack: ExitStack, jobs: int | None) -> Any:
    """Use the session's client; else the scheduler that dask's settings name; else workers of our own."""
    try:
        import dask
        import distributed
    except ImportError:
        raise MissingPackage("The dask backend", "dask and distributed", "cluster") from None
    try:
        return distributed.get_client()
    except ValueError:
        if dask.config.get("scheduler-address", None):
            client = distributed.Client()
        else:
            client = distributed.Client(
                n_workers=jobs or os.cpu_count(), threads_per_worker=1, dashboard_address=None
            )
        return stack.enter_context(client)


def _join_ray(stack: ExitStack, jobs: int | None) -> Any:
    """Use the session's cluster; else the one that RAY_ADDRESS names; else workers of our own."""
    try:
        import ray
    except ImportError:
        raise MissingPackage("The ray backend", "ray", "cluster") from None
    if not ray.is_initialized():
        how: dict[str, Any] = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": jobs or os.cpu_count()}
        ray.init(log_to_driver=False, include_dashboard=False, **how)
        stack.callback(ray.shutdown)
    return ray

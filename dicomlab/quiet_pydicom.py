"""pydicom kept quiet: what it warns and logs may quote values of a patient."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.RLock()


class _Quiet(logging.Filter):
    """Passes nothing on of what is logged."""

    def filter(self, _: logging.LogRecord) -> bool:
        """Drop the record."""
        return False


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Keep pydicom from warning and logging: what it says may quote values of a patient.

    The filters are one for the whole process, so threads take turns.
    """
    logger = logging.getLogger("pydicom")
    quiet = _Quiet()
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.addFilter(quiet)
        try:
            yield
        finally:
            logger.removeFilter(quiet)

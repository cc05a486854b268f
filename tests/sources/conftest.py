"""Servers for the sources that lie elsewhere."""

from __future__ import annotations

import logging

import pytest

from .served import s3_server


@pytest.fixture(scope="session")
def s3():
    """An S3 server on this computer."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with s3_server() as server:
        yield server

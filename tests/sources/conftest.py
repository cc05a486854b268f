"""Servers for the sources that lie elsewhere."""

from __future__ import annotations

import logging
from contextlib import ExitStack

import pytest

from .served import ORTHANC, PLUGIN, odd_server, orthanc_server, s3_server


@pytest.fixture(scope="session")
def s3():
    """An S3 server on this computer."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with s3_server() as server:
        yield server


@pytest.fixture(scope="session")
def orthanc(tmp_path_factory):
    """An Orthanc with its DICOMweb plugin on this computer, and nothing in it."""
    pytest.importorskip("httpx")
    if ORTHANC is None or not PLUGIN.exists():
        pytest.skip("Orthanc and its DICOMweb plugin are not installed")
    with orthanc_server(tmp_path_factory.mktemp("orthanc")) as server:
        yield server


@pytest.fixture
def odd(monkeypatch):
    """Make a DICOMweb server with the ways that are named."""
    pytest.importorskip("httpx")
    from dicomlab.sources import webserver

    monkeypatch.setattr(webserver, "FIRST_WAIT", 0.001)
    with ExitStack() as stack:
        yield lambda **ways: stack.enter_context(odd_server(**ways))

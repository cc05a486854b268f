"""From what a person names to the source that lists it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dicomlab.errors import NoSuchSource
from dicomlab.sources.base import Source
from dicomlab.sources.folder import FolderSource

SCHEMES = ("s3", "gs", "az", "http", "https", "memory", "dicomweb+https", "dicomweb+http")
"""What can be scanned besides a folder; whatever else fsspec can list is tried too."""


def open_source(
    source: str | Path, *, leave_out: Path | str | None = None, options: Mapping[str, Any] | None = None
) -> Source:
    """Give the source for a path or an address.

    A DICOMDIR stands for the folder it lies in. `leave_out` is a folder or an address that is
    not listed: the catalog itself, if it lies in the archive. `options` are settings of a bucket
    or a server. Raises NoSuchSource when nothing is there or the scheme is not known,
    MissingPackage when a package is not installed.
    """
    text = os.fspath(source)
    scheme, is_url, rest = text.partition("://")
    if not is_url:
        return _folder(text, leave_out)
    if "://" in rest or "::" in text:
        raise NoSuchSource(_shown(text), "names more than one address", "Give one address alone.")
    _refuse_secrets(text)
    scheme = scheme.lower()
    if scheme == "file":
        return _folder(unquote(rest), leave_out)
    if scheme in ("dicomweb+https", "dicomweb+http"):
        from dicomlab.sources.dicomweb import DicomwebSource

        return DicomwebSource(text, options=options)
    return _bucket(scheme, text, options, leave_out if isinstance(leave_out, str) else None)


def _folder(path: str, leave_out: Path | str | None) -> FolderSource:
    if not os.path.exists(path):
        raise NoSuchSource(path)
    if os.path.isfile(path) and os.path.basename(path).upper() == "DICOMDIR":
        path = os.path.dirname(os.path.abspath(path))  # what it names, and what it does not
    return FolderSource(path, leave_out=leave_out if isinstance(leave_out, Path) else None)


def _bucket(scheme: str, url: str, options: Mapping[str, Any] | None, leave_out: str | None) -> Source:
    from dicomlab.sources.bucket import PACKAGES, BucketSource

    if scheme not in PACKAGES and not _is_known(scheme):
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise NoSuchSource(url, "is of no kind that can be scanned", f"Give a folder, or one of {known}")
    return BucketSource(url, options=options, leave_out=leave_out)


def _is_known(scheme: str) -> bool:
    """Whether fsspec has something for a scheme; without fsspec nothing is known."""
    try:
        from fsspec.registry import known_implementations
    except ImportError:
        return scheme == "memory"
    return scheme in known_implementations


def _refuse_secrets(url: str) -> None:
    """Refuse an address with a password or a signature in it: the catalog keeps addresses."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        instead = "Give it without, and the rest as storage_options (docs/sources.md)."
        raise NoSuchSource(_shown(url), "holds a user name or a password", instead)
    if parts.query and parts.scheme in ("http", "https"):
        instead = "Give the address before the question mark."
        raise NoSuchSource(_shown(url), "has a query, which may hold a secret", instead)


def _shown(url: str) -> str:
    """An address without what may be a secret."""
    return re.sub(r"//[^/]*@", "//", url.partition("?")[0])

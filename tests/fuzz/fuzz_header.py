"""Look for bytes of which the promise does not hold, guided by what they reach in the code.

Needs atheris (pip install atheris), which is no dependency of dicomlab. From the top of the repository:

    NUMBA_DISABLE_JIT=1 python -m tests.fuzz.fuzz_header FOLDER tests/fuzz/corpus -max_len=4096
    NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=/tmp/n python -m tests.fuzz.fuzz_header FOLDER tests/fuzz/corpus

The first runs the kernel as Python, slow and with its branches seen; the second as it is compiled, with
bounds checked. FOLDER takes what is new. What is found and mended belongs into tests/fuzz/corpus,
named after what was wrong: the test runs over it from then on.
"""

from __future__ import annotations

import os
import sys

import atheris

_SEEN = [
    *("dicomlab.header.engine", "dicomlab.header.fallback", "dicomlab.header.values"),
    *("dicomlab.header.charsets", "dicomlab.header.derived", "dicomlab.header.many"),
    *("dicomlab.sources.archive", "zipfile", "tarfile"),
    *("pydicom.filereader", "pydicom.dataset", "pydicom.charset", "pydicom.fileutil"),
]
# Compiled functions must not be touched; as Python they are what matters most.
_COMPILED = ["dicomlab.header.kernel", "dicomlab.header.cells", "dicomlab.header.frames"]


def main() -> None:
    """Fuzz until something is found or the time is up."""
    seen = [*_SEEN, *_COMPILED] if os.environ.get("NUMBA_DISABLE_JIT") == "1" else _SEEN
    with atheris.instrument_imports(include=seen):
        from tests.fuzz.promise import check

    def one(data: bytes) -> None:
        check(bytes(data))

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

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
from pathlib import Path

_SEEN = ["dicomlab.header", "dicomlab.sources", "pydicom", "zipfile", "tarfile"]


def main() -> None:
    """Fuzz until something is found or the time is up."""
    import atheris

    if os.environ.get("NUMBA_DISABLE_JIT") != "1":
        import dicomlab.header.frames  # noqa: F401 - what is compiled must not be touched by atheris

    with atheris.instrument_imports(include=_SEEN, enable_loader_override=False):
        from tests.fuzz.promise import check

    for path in sorted(Path(__file__).with_name("corpus").iterdir()):
        check(path.read_bytes())  # compiles what is compiled, which would count as a hang

    def one(data: bytes) -> None:
        check(bytes(data))

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

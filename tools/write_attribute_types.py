"""Write the attributes that the standard wants in each kind of file.

python tools/write_attribute_types.py FOLDER

FOLDER is `highdicom/_standard` of an installed highdicom 0.28.2 (MIT), whose tables were made from PS3.3
and PS3.4. The package does not name the edition; it has the classes of 2024, so that it is of that year
or later. Only what stands at the top of a data set is taken, and only from modules that are mandatory
for a class: what is conditional or optional is left out. Where modules differ, the stricter type counts.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.uid import UID

TARGET = Path(__file__).parents[1] / "dicomlab" / "checks" / "_attribute_types.py"
_STEM = "1.2.840.10008.5.1.4.1.1."
COMMON = (
    "1 1.1 1.1.1 1.2 1.2.1 1.3 1.3.1 2 2.1 2.2 3.1 4 4.1 4.2 4.3 4.4 6.1 6.2 7 7.1 7.2 7.3 7.4 "
    "11.1 12.1 12.1.1 12.2 12.2.1 13.1.1 13.1.2 13.1.3 20 30 66 66.1 66.4 66.7 67 77.1.1 77.1.4 77.1.5.1 "
    "77.1.5.4 77.1.6 88.11 88.22 88.33 88.34 88.59 88.67 88.68 "
    "104.1 128 128.1 130 481.1 481.2 481.3 481.5 481.8"
).split()
"""The classes that are written, without their stem: images, RT objects, reports, documents."""
# Tables of content items lie there as if their attributes stood at the top.
_LEFT_OUT = {"sr-document-content", "key-object-document"}
# The SC Equipment module makes the Modality of secondary captures optional (PS3.3 C.8.6.1).
_WEAKER = {f"{_STEM}7{end}": {"Modality"} for end in ("", ".1", ".2", ".3", ".4")}
# What follows PixelData, or is its own element of any length, is not in a kept header.
_NOT_IN_HEADERS = {"PixelData", "FloatPixelData", "DoubleFloatPixelData", "EncapsulatedDocument"}


def types_of(folder: Path) -> dict[str, dict[str, list[str]]]:
    """The keywords of type 1 and type 2 by SOP class, in the order of their tags."""
    names = ("sop_class_iod_map", "iod_module_map", "module_attribute_map")
    classes, modules, attributes = (json.loads((folder / f"{name}.json").read_text()) for name in names)
    made = {}
    for end in COMMON:
        uid = _STEM + end
        wanted = [m["key"] for m in modules[classes[uid]] if m["usage"] == "M" and m["key"] not in _LEFT_OUT]
        found = {"1": set(), "2": set()}
        for row in (row for name in wanted for row in attributes[name]):
            if not row["path"] and row["type"] in found and row["keyword"] not in _NOT_IN_HEADERS:
                found[row["type"]].add(row["keyword"])
        found["1"] -= _WEAKER.get(uid, set())
        found["2"] -= found["1"]
        # The kernel tells that a sequence has an item, not that it is there and empty.
        found["2"] = {word for word in found["2"] if dictionary_VR(word) != "SQ"}
        made[uid] = {kind: sorted(words, key=tag_for_keyword) for kind, words in found.items()}
    return made


def module_of(types: dict[str, dict[str, list[str]]]) -> str:
    """The module as text: classes with the same attributes are one row."""
    shared: dict[str, list[str]] = {}
    for uid, kinds in types.items():
        shared.setdefault(json.dumps(kinds), []).append(uid)
    rows = []
    for words, uids in shared.items():
        kinds = json.loads(words)
        lines = [f'        "{uid}",  # {UID(uid).name}' for uid in uids]
        texts = [_text(kinds[kind]) for kind in ("1", "2")]
        rows.append("\n".join(["    (", "      (", *lines, "      ),", *texts, "    ),"]))
    head = [
        '"""Attributes that must be there by kind of file: SOP classes, type 1, type 2 (PS3.3).',
        "",
        "Written by tools/write_attribute_types.py from the tables of highdicom 0.28.2 (MIT). Attributes at",
        "the top of a data set, of mandatory modules; without conditional ones, sequences of type 2, and the",
        "content of reports.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "ATTRIBUTE_TYPES: tuple[tuple[tuple[str, ...], str, str], ...] = (",
    ]
    return "\n".join([*head, *rows, ")", ""])


def _text(words: list[str]) -> str:
    lines = textwrap.wrap(" ".join(words), 92)
    if len(lines) < 2:
        return f'        "{" ".join(lines)}",'
    inner = "\n".join(f'        "{line} "' for line in lines[:-1])
    return f'      (\n{inner}\n        "{lines[-1]}"\n      ),'


if __name__ == "__main__":
    TARGET.write_text(module_of(types_of(Path(sys.argv[1]))))

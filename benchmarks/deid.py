"""Identifiers that are left after de-identification, and processor time per file: dicomlab beside its peers.

    python benchmarks/deid.py [FOLDER] [--files 50] [--peers PYTHON]

Takes files of FOLDER, or those that pydicom ships, and plants a word that stands nowhere else in each
element of a text that pydicom's dictionary has: at the top, in items, four levels deep, in private
elements, overlays, curves, UN, the preamble, the file meta information, in comments of JPEG and in the
content of reports. Then each contender cleans all files with its defaults, and the words are looked for
in the bytes that it wrote. PYTHON is an interpreter with deid, dicom-anonymizer and dicognito; those that
are not installed are left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median

# In place of the folder of this script, which would hide the package deid.
sys.path[0] = str(Path(__file__).parents[1])

from pydicom import dcmread  # noqa: E402

from tests.deid.plants import Plant, Planter, as_file, left, planted_dataset, report  # noqa: E402

Clean = Callable[[Path, Path], None]
SR_CLASS = "1.2.840.10008.5.1.4.1.1.88."
PEERS = ("deid", "dicom-anonymizer", "dicognito")
OURS = ("basic", "strict")


def clean_with(name: str) -> Clean:
    """What cleans one file into another. Raises ImportError where a package is missing."""
    if name in OURS:
        return _ours(name)
    return {"deid": _deid, "dicom-anonymizer": _dicom_anonymizer, "dicognito": _dicognito}[name]()


def _ours(name: str) -> Clean:
    from dicomlab.deid.files import cleaned_file
    from dicomlab.deid.keys import Key
    from dicomlab.deid.recipe import Recipe

    key, recipe = Key(), Recipe.load(name)
    return lambda old, new: _write(new, cleaned_file(old.read_bytes(), recipe, key).data)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _deid() -> Clean:
    from deid.config import DeidRecipe
    from deid.dicom import get_identifiers, replace_identifiers

    recipe = DeidRecipe()

    def clean(old: Path, new: Path) -> None:
        found = get_identifiers([str(old)])
        replace_identifiers(
            [str(old)], ids=found, deid=recipe, save=True, output_folder=str(new.parent), overwrite=True
        )
        (new.parent / old.name).rename(new)

    return clean


def _dicom_anonymizer() -> Clean:
    from dicomanonymizer import anonymize

    return lambda old, new: anonymize(str(old), str(new), {}, True)


def _dicognito() -> Clean:
    from dicognito.anonymizer import Anonymizer

    anonymizer = Anonymizer()

    def clean(old: Path, new: Path) -> None:
        with dcmread(old, force=True) as ds:
            anonymizer.anonymize(ds)
            ds.save_as(new)

    return clean


def plant(files: list[Path], to: Path, listed: frozenset[int]) -> dict[str, list[Plant]]:
    """Planted copies of files, and the plants of each by its name."""
    made = {}
    for number, path in enumerate(files):
        planter = Planter(number)
        try:
            before = dcmread(path, force=True)
            ds = planted_dataset(before, planter, listed)
            if before.SOPClassUID.startswith(SR_CLASS):
                ds.update(report(planter))
            syntax = before.file_meta.TransferSyntaxUID
            data = as_file(ds, syntax, planter, sop_class=before.SOPClassUID)
        except Exception:
            continue  # a file that pydicom does not write again
        name = f"{number:04d}.dcm"
        (to / name).write_bytes(_with_comment(data, planter))
        found = {p.word for p in left((to / name).read_bytes(), planter.plants)}
        made[name] = [p for p in planter.plants if p.word in found]
    return made


def _with_comment(data: bytes, planter: Planter) -> bytes:
    """A word in a comment of the first JPEG codestream, where there is one in one fragment."""
    at = data.rfind(b"\xfe\xff\x00\xe0", 0, data.find(b"\xff\xd8\xff") + 1)
    if at < 0 or data[at + 8 : at + 11] != b"\xff\xd8\xff" or b"\xe0\x7f\x10\x00OB" not in data[at - 64 : at]:
        return data
    word = planter.word("comment in JPEG").encode()
    comment = b"\xff\xfe" + (len(word) + 3).to_bytes(2, "big") + word + b" "
    length = int.from_bytes(data[at + 4 : at + 8], "little") + len(comment)
    return data[: at + 4] + length.to_bytes(4, "little") + data[at + 8 : at + 10] + comment + data[at + 10 :]


def run_one(name: str, source: Path, to: Path) -> dict[str, object]:
    """Clean all files of a folder with one contender: milliseconds of processor time by file."""
    warnings.simplefilter("ignore")
    clean, took, failed = clean_with(name), [], 0
    for path in sorted(source.iterdir()):
        begun = time.process_time()
        try:
            clean(path, to / path.name)
        except Exception:
            failed += 1
            (to / path.name).unlink(missing_ok=True)
        else:
            took.append(1000 * (time.process_time() - begun))
    return {"took": took, "failed": failed}


def main() -> None:
    """Print a row per contender."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--one", nargs=3, metavar=("NAME", "FROM", "TO"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        name, source, to = given.one
        print(json.dumps(run_one(name, Path(source), Path(to))))
        return
    _compare(given.folder, given.files, given.peers)


def _compare(folder: Path | None, n: int, peers: str) -> None:
    from dicomlab.deid.profile import attribute_rules

    warnings.simplefilter("ignore")
    files = _files(folder, n)
    with tempfile.TemporaryDirectory() as work:
        plain, planted = Path(work) / "plain", Path(work) / "planted"
        plain.mkdir(), planted.mkdir()
        plants = plant(files, planted, frozenset(attribute_rules()))
        for number, path in enumerate(files):
            (plain / f"{number:04d}.dcm").write_bytes(path.read_bytes())
        n_all = sum(map(len, plants.values()))
        n_must = sum(p.must_go for some in plants.values() for p in some)
        print(f"{len(plants)} planted files, {n_all:,} words, {n_must:,} of them must go\n")
        print("| tool | written | must go, left | files | all left | ms, mean | ms, median |")
        print("|---|---|---|---|---|---|---|")
        for name in (*OURS, *PEERS):
            print(_row(name, sys.executable if name in OURS else peers, plain, planted, plants, Path(work)))


def _row(
    name: str, python: str, plain: Path, planted: Path, plants: dict[str, list[Plant]], work: Path
) -> str:
    results = []
    for source in (plain, planted):
        to = work / f"{name} {source.name}"
        to.mkdir()
        run = subprocess.run(
            [python, __file__, "--one", name, source, to], capture_output=True, text=True, check=False
        )
        lines = [line for line in run.stdout.splitlines() if line.startswith('{"took"')]
        if not lines:
            return f"| {name} | cannot run | | | | | |"
        results.append((to, json.loads(lines[-1])))
    (_, timed), (to, _) = results
    must, every, files, written = 0, 0, 0, 0
    for file, some in plants.items():
        if not (to / file).exists():
            continue
        written += 1
        there = _left(to / file, some)
        must += sum(p.must_go for p in there)
        every += len(there)
        files += any(p.must_go for p in there)
    took = timed["took"] or [float("nan")]
    cells = (f"{written} of {len(plants)}", f"{must:,}", files, f"{every:,}")
    cells += (f"{mean(took):.1f}", f"{median(took):.1f}")
    return f"| {name} | " + " | ".join(map(str, cells)) + " |"


def _left(path: Path, plants: list[Plant]) -> list[Plant]:
    try:
        return left(path.read_bytes(), plants)
    except Exception:  # what pydicom does not read is searched as it is
        data = path.read_bytes()
        return [p for p in plants if p.word.encode() in data]


def _files(folder: Path | None, n: int) -> list[Path]:
    """The first files of a folder that are DICOM instances with a transfer syntax."""
    if folder is None:
        import pydicom.data

        folder = Path(pydicom.data.__file__).parent / "test_files"
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            ds = dcmread(path, stop_before_pixels=True)
            if "SOPInstanceUID" in ds and ds.file_meta.TransferSyntaxUID and len(found) < n:
                found.append(path)
        except Exception:
            continue
    return found


if __name__ == "__main__":
    main()

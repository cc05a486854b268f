"""`dicomlab doctor`: is this computer ready, and what is in that folder, archive, bucket or server?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from dicomlab.cli.base import FINDINGS, FINE, PARTIAL, Answer, Verb
from dicomlab.cli.machine import NO_READER, Reader, cores, memory, try_reader, versions
from dicomlab.cli.probes import probe, said_of
from dicomlab.cli.survey import SECONDS, Survey, survey
from dicomlab.cli.terminal import aligned, as_typed, counted, in_bytes, in_time, plural, wrapped
from dicomlab.isolation import SetAside

_REASONS, _MACHINES = 10, 15
_LONG_WAIT = 0.005
"""Seconds a file; a local disk gives thousands of files a second."""


def examine(
    folder: Annotated[
        str | None,
        typer.Argument(
            help="A folder, archive, bucket or server to look into; without one, this computer.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long to look, at most.")] = SECONDS,
) -> Answer:
    """Check this computer, or look into a folder before a scan.

    Of a large folder, one file of each folder below is read, then others while there is time;
    zip, tar and other packed files are looked into.
    Exit code 1 says that something is not as it should be, 3 that files are broken, or that something raised
    an error and was left out.
    """
    return _computer() if folder is None else _folder(folder, seconds)


def _computer() -> Answer:
    aside: list[SetAside] = []
    reader = probe("the compiled reader", try_reader, NO_READER, aside)
    unknown: tuple[int | None, int | None] = (None, None)
    nothing: dict[str, str] = {}
    total, free = probe("the memory", memory, unknown, aside)
    found = probe("the versions", versions, nothing, aside)
    wide = max(map(len, found), default=0)
    lines = ["Versions", *(f"  {name:<{wide}}  {text}" for name, text in found.items())]
    lines += ["", "Computer", f"  cores   {cores()}", f"  memory  {_memory(total, free)}"]
    lines += ["", "Compiled reader", *(f"  {line}" for line in _reader(reader))]
    worries = _worries(reader)
    for worry in worries:
        lines += ["", *wrapped(worry)]
    content = {
        "versions": found,
        "cores": cores(),
        "memory_bytes": total,
        "memory_free_bytes": free,
        "reader": vars(reader),
        "worries": worries,
    }
    return Answer(lines, content, PARTIAL if aside else FINDINGS if worries else FINE, said_of(aside))


def _memory(total: int | None, free: int | None) -> str:
    if total is None:
        return "unknown"
    return in_bytes(total) + (f", {in_bytes(free)} of it free" if free is not None else "")


def _reader(reader: Reader) -> list[str]:
    if not reader.works:
        return ["does not work"]
    home = str(Path.home())
    cache = "~" + reader.cache[len(home) :] if reader.cache.startswith(home + "/") else reader.cache
    return [
        f"works   {reader.files_per_second:,.0f} files/s on one core, with pydicom's test files",
        f"start   {in_time(reader.load_seconds)}",
        *wrapped(cache, first="cache   ", rest=" " * 8),
    ]


def _worries(reader: Reader) -> list[str]:
    if not reader.works:
        return [
            f"The compiled reader fails with {reader.why}: nothing can be scanned. Install numba and numpy "
            'as dicomlab asks for: pip install --upgrade "numba" "dicomlab"'
        ]
    if not reader.cache_is_writable:
        return [
            "The reader's cache cannot be written, so each start compiles it again. Set NUMBA_CACHE_DIR "
            "to a folder that can."
        ]
    return []


def _folder(folder: str, seconds: float) -> Answer:
    seen = survey(folder, seconds=seconds)
    aside: list[SetAside] = []
    of_dicom = (_machines, _syntaxes) if seen.read.dicom else ()
    lines: list[str] = []
    for part in (_size, _kinds, *of_dicom, _broken, _time):
        lines += probe(part.__name__.removeprefix("_"), partial(part, seen), [], aside)
    is_partial = seen.read.broken or seen.listed.unseen or aside
    code = PARTIAL if is_partial else FINE if seen.read.dicom else FINDINGS
    return Answer(lines, _content(seen), code, said_of(aside))


def _size(seen: Survey) -> list[str]:
    listed = seen.listed
    files = plural(listed.files, "file")
    size = f"{in_bytes(listed.bytes)}, the largest {in_bytes(listed.largest)}"
    size = size if listed.bytes or not listed.files else "sizes not told"
    head = f"{seen.folder}: {files} in {plural(listed.folders, 'folder')}, {size}."
    if seen.is_file:
        head = f"{seen.folder}: one file, {in_bytes(listed.bytes)}."
    if not listed.is_whole:
        head += f" Listing was stopped after {in_time(listed.seconds)}: there is more."
    how = f"read {plural(seen.read.files, 'file')} of them" if seen.is_sample else "read all of them"
    how = "read it" if seen.is_file else how
    disk = f" on {seen.disk}" if seen.disk else ""
    packed = seen.read.packed
    inside = f", and {plural(packed.files, 'file')} in {plural(packed.archives, 'archive')}"
    took = in_time(seen.read.seconds + packed.seconds)
    sentence = f"{how}{inside if packed.archives else ''}{disk} in {took}."
    return [*wrapped(head, rest="  "), *wrapped(sentence.capitalize(), rest="  ")]


_WORDS = {
    "read": "DICOM",
    "partial": "DICOM, cut short or broken",
    "archive": "archives; what is in them counts by itself",
    "DICOMDIR": "DICOMDIR, an index of other files",
}


def _kinds(seen: Survey) -> list[str]:
    read = seen.read
    if not read.files:
        return []
    pairs = [(n, _WORDS.get(s, s)) for s, n in read.status.most_common()]
    lines = ["", "What they are", *counted(pairs)]
    if read.other_kinds:
        lines += ["", "Not DICOM", *counted(_pairs(read.other_kinds))]
    return lines


def _pairs(counts: Mapping[str, int]) -> list[tuple[int, str]]:
    return sorted(((n, name) for name, n in counts.items()), key=lambda pair: (-pair[0], pair[1]))


def _machines(seen: Survey) -> list[str]:
    found = seen.read.by_machine
    rows = [
        [modality or "(none)", maker, model, f"{n:,}"] for (modality, maker, model), n in found[:_MACHINES]
    ]
    names = ["modality", "maker", "model", "files"]
    lines = ["", *aligned(names, rows, right=[False, False, False, True])]
    if len(found) > _MACHINES:
        lines.append(f"  and {len(found) - _MACHINES} more models")
    return lines


def _syntaxes(seen: Survey) -> list[str]:
    from pydicom.uid import UID

    names = {uid: UID(uid).name if uid else "none written" for uid in seen.read.syntaxes}
    pairs = [(n, names[uid]) for uid, n in seen.read.syntaxes.most_common()]
    return ["", "Transfer syntaxes", *counted(pairs)]


def _broken(seen: Survey) -> list[str]:
    lines: list[str] = []
    if seen.listed.unseen:
        lines += ["", "Could not be seen", *counted(_pairs(seen.listed.unseen))]
    if broken := seen.read.broken:
        lines += ["", f"Cut short or broken: {plural(len(broken), 'file')} of those read"]
        first_of = {reason: key for key, reason in reversed(broken)}
        pairs = Counter(reason for _, reason in broken).most_common(_REASONS)
        examples = [(n, f"{why}; such as {_relative(first_of[why], seen)}") for why, n in pairs]
        lines += counted(examples, most=_REASONS)
    return lines


def _relative(key: str, seen: Survey) -> str:
    if seen.is_file:
        return seen.root.rpartition("/")[2] + key.removeprefix(seen.root)
    return key.removeprefix(seen.root).lstrip("/")


def _time(seen: Survey) -> list[str]:
    if not seen.read.dicom:
        said = "no DICOM file" + (" among those read" if seen.is_sample else "")
        return ["", *wrapped(f"There is {said}. Check the path.")]
    fast, alone = seen.seconds(cores())
    least = "" if seen.listed.is_whole else "at least "
    about = f"about {in_time(fast)} with {plural(cores(), 'core')}, {in_time(alone)} with one"
    size = f"its catalog about {in_bytes(seen.catalog_bytes)} with whole headers"
    lines = ["", *wrapped(f"A whole scan takes {least}{about}; {size}.", rest="  ")]
    for worry in slow(seen):
        lines += wrapped(worry, first="  - ", rest="    ")
    # What a server is asked for may name a patient, and is not shown again.
    asked = "?..." if seen.is_remote and "?" in seen.root else ""
    return [*lines, "", "Next", f"  dicomlab scan {as_typed(seen.folder + asked)}"]


def slow(seen: Survey) -> list[str]:
    """What will make a whole scan slow, or leave something out."""
    listed, read, said = seen.listed, seen.read, []
    if read.read_alone > 0.02 * read.dicom:
        share = f"{read.read_alone / read.dicom:.0%}"
        said.append(f"{share} are deflated, broken or without preamble: these are read one by one.")
    if read.long_headers > 0.05 * read.dicom:
        share = f"{read.long_headers / read.dicom:.0%}"
        said.append(f"{share} have headers beyond 16 KiB: more of each file is read.")
    if read.frames > 5 * read.dicom:
        each = read.frames / read.dicom
        said.append(f"Multi-frame objects: about {each:,.0f} rows of frames a file.")
    if listed.folders > 100 and listed.files < 4 * listed.folders:
        said.append(
            f"Many small folders: {listed.files / listed.folders:.1f} files in each. Listing them is much "
            "of the work."
        )
    if seen.is_far:
        said.append(f"The files come over a network ({seen.disk}): more --jobs than cores may help.")
    elif read.files >= 100 and read.waited > max(_LONG_WAIT * read.files, 0.5 * read.seconds):
        wait = 1000 * read.waited / read.files
        whose = "server, or a long way to it" if seen.is_remote else "disk"
        said.append(f"Each file is waited for {wait:.0f} ms: a slow or busy {whose}. More --jobs may help.")
    return [*said, *_packed(seen)]


def _packed(seen: Survey) -> list[str]:
    packed = seen.read.packed
    if not packed.files:
        return []
    files = plural(seen.packed_files, "file")
    about = files if packed.is_whole else f"about {files}"
    all_of_them = max(packed.archives, seen.listed.packed_files)
    count = plural(all_of_them, "archive")
    return [f"{count} with {about} in {'it' if all_of_them == 1 else 'them'}: each is read by one worker."]


def _content(seen: Survey) -> dict[str, Any]:
    listed, read = seen.listed, seen.read
    fast, alone = seen.seconds(cores())
    return {
        "folder": seen.folder,
        "files": listed.files,
        "folders": listed.folders,
        "bytes": listed.bytes,
        "largest_bytes": listed.largest,
        "listing_is_whole": listed.is_whole,
        "unseen": dict(listed.unseen),
        "sample": read.files,
        "is_sample": seen.is_sample,
        "status": dict(read.status),
        "not_dicom": dict(read.other_kinds),
        "broken": [{"file_key": key, "reason": reason} for key, reason in read.broken],
        "machines": [
            {"modality": modality, "maker": maker, "model": model, "files": n}
            for (modality, maker, model), n in read.by_machine
        ],
        "transfer_syntaxes": dict(read.syntaxes),
        "archives": {
            "looked_into": read.packed.archives,
            "files": read.packed.files,
            "is_whole": read.packed.is_whole,
            "estimated_files": seen.packed_files,
        },
        "frames": read.frames,
        "mean_header_bytes": round(read.header_bytes / read.dicom) if read.dicom else None,
        "file_system": seen.disk,
        "files_per_second_and_core": round(read.rate, 1),
        "scan_seconds": {"all_cores": round(fast, 1), "one_core": round(alone, 1)},
        "catalog_bytes": seen.catalog_bytes,
        "slow": slow(seen),
    }


VERB = Verb(
    "doctor",
    examine,
    examples=(
        "dicomlab doctor",
        "dicomlab doctor archive/",
        "dicomlab doctor export.zip --seconds 20",
        "dicomlab doctor archive/ --json",
    ),
)

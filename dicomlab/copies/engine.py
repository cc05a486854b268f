"""Bring the files of a cohort to a folder: copied or linked, under names from a template."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from dicomlab.arguments import checked_arguments
from dicomlab.copies.names import MISSING, Template, distinct, template_of
from dicomlab.errors import DicomlabError, MissingColumn, WrongArgument
from dicomlab.isolation import SetAside, in_pieces, set_aside
from dicomlab.new_files import clear_leftovers, make_folder, new_file
from dicomlab.progress import progress_bar
from dicomlab.sources.archive import INSIDE, BrokenArchive, kind_of, members
from dicomlab.sources.base import Source
from dicomlab.sources.engine import open_source
from dicomlab.sources.folder import path_of

if TYPE_CHECKING:
    import pandas as pd

    from dicomlab.cohorts.cohort import Cohort

How = Literal["copy", "link", "symlink"]
_DONE = {"copy": "copied", "link": "linked", "symlink": "linked"}
_COLUMNS = ("file_key", "to", "outcome", "reason")
_BLOCK = 1024 * 1024


class _Failed(Exception):
    """One file could not be brought; the reason holds no value."""


@checked_arguments
def copy_files(
    cohort: Cohort,
    to: str | Path,
    *,
    template: str = "uids",
    how: How = "copy",
    dry_run: bool = False,
    storage_options: Mapping[str, Any] | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Copy or link the files of a cohort into a folder, under names from headers.

    `template` is "uids", "readable" or "bids", or a text with columns of `instances` in braces, such
    as `"{PatientID}/{SeriesNumber:3}/{InstanceNumber:5}.dcm"`; what no system takes in a name is
    replaced, and two files never get the same one. Names made of headers may name patients.
    `how` is "copy", "link" (a hard link) or "symlink". Files in archives and buckets are copied;
    `storage_options` is as for `scan`. A file that is there already is left as it is.

    One row a file: file_key, to (below the folder), outcome (copied, linked, there already, failed;
    planned with `dry_run`), reason. A file that cannot be brought, whatever that raises, fails alone. Files
    are brought as they are, and not de-identified; they and folders are for their owner only.

    Raises WrongArgument, and MissingColumn for a field that is no column.

    >>> plan = copy_files(dl.select(catalog, "Modality = 'CT'"), to / "ct", template="bids", dry_run=True)
    >>> plan["outcome"].unique().tolist()
    ['planned']
    """
    if how not in _DONE:
        raise WrongArgument("how", how, _DONE)
    if cohort.catalog.is_masked:
        raise WrongArgument("cohort", "one that is masked", ("a cohort of catalog.unmasked",))
    plan = _planned(cohort, template)
    if dry_run:
        return plan[[*_COLUMNS]]
    target, wanted = Path(to), plan[plan["outcome"] == "planned"]
    for folder in {target, *((target / name).parent for name in wanted["to"])}:
        clear_leftovers(folder)  # once, and not again for each of the files
    with progress_bar("Copying", total=len(wanted), show=progress) as bar:
        for container, rows in wanted.groupby("container", dropna=False, sort=False):
            inside = container if isinstance(container, str) else None
            for number, outcome, reason in _brought(rows, inside, target, how, storage_options):
                plan.loc[number, ["outcome", "reason"]] = outcome, reason
                bar.update(1)
    return plan[[*_COLUMNS]]


def _planned(cohort: Cohort, template: str) -> pd.DataFrame:
    """What goes where, in the order of patients, studies, series and files."""
    chosen = template_of(template)
    known = cohort.catalog.columns.names
    for field in chosen.fields:
        if field not in known:
            raise MissingColumn(field, known)
    plan = cohort.files()[["file_key", "source", "container"]]
    fields = list(dict.fromkeys(["file_key", *chosen.fields]))
    values = cohort.read("instances", fields).set_index("file_key", drop=False)
    rows = values.loc[plan["file_key"]].to_dict("records")
    names, reasons = _names(chosen, rows)
    plan["to"] = distinct(names)
    plan["outcome"] = ["failed" if n in reasons else "planned" for n in range(len(plan))]
    plan["reason"] = [reasons.get(n, "") for n in range(len(plan))]
    return plan


def _names(template: Template, rows: Sequence[Mapping[Any, Any]]) -> tuple[list[str], dict[int, str]]:
    """The name of each file; and the reasons of those for which none can be made."""
    reasons: dict[int, str] = {}

    def some(first: int, last: int) -> list[str]:
        return [template.name({str(k): v for k, v in row.items()}) for row in rows[first:last]]

    def alone(first: int, last: int, aside: SetAside) -> list[str]:
        reasons.update(dict.fromkeys(range(first, last), f"its name was {aside.reason}"))
        return [MISSING] * (last - first)

    pieces = in_pieces(some, len(rows), alone)
    return [name for piece in pieces for name in piece], reasons


def _brought(
    rows: pd.DataFrame, container: str | None, target: Path, how: How, options: Mapping[str, Any] | None
) -> Iterator[tuple[Any, str, str]]:
    """Bring files that lie side by side, or in one archive; the outcome of each."""
    if container is not None:
        yield from _out_of_archive(rows, container, target, how, options)
        return
    for number, row in rows.iterrows():
        yield number, *_one(row, target, how, options)


def _one(row: Any, target: Path, how: How, options: Mapping[str, Any] | None) -> tuple[str, str]:
    try:
        to = _place(target, row["to"])
        if how == "copy":
            with _source(row["source"], options).open(row["file_key"]) as file:
                return _written(file, to), ""
        key = row["file_key"]
        if "://" in key and not key.startswith("file://"):
            raise _Failed("it lies elsewhere, and cannot be linked")
        return _linked(path_of(key), to, how), ""
    except (_Failed, DicomlabError) as error:
        return "failed", str(error)
    except OSError as error:
        return "failed", f"the system refused ({error.strerror or type(error).__name__})"
    except Exception as error:  # noqa: BLE001 - whatever one file raises, the others are brought
        return "failed", set_aside("a file", error).reason


def _place(target: Path, name: str) -> Path:
    """Where a file goes; the folders below the target are named by headers, and no link may stand in."""
    to = target / name
    for folder in to.parents:
        if folder == target:
            return to
        if folder.is_symlink():
            raise _Failed("a folder on the way is a link")
    raise _Failed("its name leads out of the folder")


def _source(root: str, options: Mapping[str, Any] | None) -> Source:
    if root.startswith("dicomweb+"):
        raise _Failed("a DICOMweb server gave its metadata, and no file")
    return open_source(root, options=options)


def _linked(path: str, to: Path, how: How) -> str:
    make_folder(to.parent)
    try:
        (os.link if how == "link" else os.symlink)(os.path.abspath(path), to)
    except FileExistsError:
        if os.path.exists(to) and os.path.samefile(path, to):
            return "there already"
        raise _Failed("another file has that name") from None
    return "linked"


def _written(file: IO[bytes], to: Path) -> str:
    """Copy a stream to a name that is free, whole or not at all."""
    if os.path.lexists(to):
        return _same_or_fail(file, to)
    with new_file(to, remove_leftovers=False) as part:
        with open(part, "wb") as out:
            shutil.copyfileobj(file, out, _BLOCK)
        if os.path.lexists(to):
            raise _Failed("another file has that name")
    return "copied"


def _same_or_fail(file: IO[bytes], to: Path) -> str:
    if to.is_file():
        with open(to, "rb") as there:
            while (block := file.read(_BLOCK)) and block == there.read(len(block)):
                pass
            if not block and not there.read(1):
                return "there already"
    raise _Failed("another file has that name")


def _out_of_archive(
    rows: pd.DataFrame, container: str, target: Path, how: How, options: Mapping[str, Any] | None
) -> Iterator[tuple[Any, str, str]]:
    """Bring members of an archive, which is read once, from its beginning."""
    wanted = {row["file_key"]: (number, row["to"]) for number, row in rows.iterrows()}
    why = "the archive has no such file any more"
    try:
        if how != "copy":
            raise _Failed("it lies in an archive, and cannot be linked")
        with _source(rows["source"].iloc[0], options).open(container) as archive:
            kind = kind_of(archive.read(512)) or ""
            archive.seek(0)
            for member in members(archive, kind, container.rpartition("/")[2]):
                found = wanted.pop(f"{container}{INSIDE}{member.name}", None)
                if found is not None:
                    yield found[0], *_member(member, target, found[1])
                if not wanted:
                    return
    except BrokenArchive as error:
        why = error.reason
    except (_Failed, DicomlabError) as error:
        why = str(error)
    except OSError as error:
        why = f"the archive cannot be opened ({error.strerror or type(error).__name__})"
    except Exception as error:  # noqa: BLE001 - whatever one archive raises, the others are read
        why = set_aside("an archive", error).reason
    for number, _ in wanted.values():
        yield number, "failed", why


def _member(member: Any, target: Path, name: str) -> tuple[str, str]:
    import io

    try:
        to = _place(target, name)
        data, _ = member.read(1 << 40)
        return _written(io.BytesIO(data), to), ""
    except _Failed as error:
        return "failed", str(error)
    except OSError as error:
        return "failed", error.strerror or "the member of the archive cannot be read"
    except BrokenArchive:  # the rest of the archive cannot be read either
        raise
    except Exception as error:  # noqa: BLE001 - whatever one member raises, the others are brought
        return "failed", set_aside("a member", error).reason

"""De-identify a folder, a catalog or a cohort into a new folder, which is a catalog too."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicomlab.arguments import checked_arguments
from dicomlab.deid.keys import Key
from dicomlab.deid.outcomes import CATALOG, DONE, FILES, Journal, Outcome
from dicomlab.deid.recipe import Recipe
from dicomlab.deid.running import Work, original_hash, run_unit
from dicomlab.deid.units import SIZE, Item, items_of, refuse_overlap, units_of
from dicomlab.errors import EmptyScan, UnusableKey
from dicomlab.new_files import clear_leftovers, make_folder
from dicomlab.progress import progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from dicomlab.catalog.catalog import Catalog
    from dicomlab.cohorts.cohort import Cohort

_COLUMNS = ("file_key", "to", "outcome", "reason", "removed", "repeated")
_ALONE = 4 * SIZE
"""Up to so many files workers cost more than they save."""


@checked_arguments
def deidentify(
    source: str | Path | Catalog | Cohort,
    to: str | Path,
    *,
    recipe: str | Path | Recipe = "basic",
    key: str | Path | Key | None = None,
    dry_run: bool = False,
    jobs: int | None = None,
    progress: bool = True,
    storage_options: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Write de-identified copies of files to a new folder, by PS3.15 Annex E.

    What cannot be cleaned with certainty is withheld with a reason. Originals are not changed. A run
    that was stopped goes on when it is called again with the same key and recipe. `to` gets the
    folders `files` and `catalog`, which `dl.open_catalog` opens, and a journal without names.
    docs/deid.md says what is done, and what is not.

    Args:
        source: A folder, a bucket, a catalog or a cohort; archives are looked into.
        to: A new folder, outside of the source.
        recipe: "basic", "strict", "equipment QC", a Recipe, or the path of one.
        key: The secret of the project, a Key or its file. Without one, a key is made that nobody gets:
            a second run then gives other UIDs and pseudonyms.
        dry_run: Whether to say only what would become of each file. Nothing is written.
        jobs: How many processes work; by default one per core.
        progress: Whether to show a progress bar.
        storage_options: Settings of a bucket, as for `scan`.

    Returns:
        pandas.DataFrame: One row per file: file_key, to, outcome (deidentified, withheld, left out,
        failed), reason, removed (attributes left out), repeated (texts that repeated what was removed).

    Raises:
        WrongArgument: The output lies in the input, or holds other things.
        BadRecipe: The recipe is not understood.
        UnusableKey: The key is no key, is not secret, or lies in the output.
        NoSuchSource: The source does not exist.

    >>> rows = dl.deidentify(folder / "dicom", to / "shared", progress=False)
    >>> sorted(set(rows["outcome"]))  # what is no DICOM file is left out
    ['deidentified', 'left out']
    >>> dl.open_catalog(to / "shared" / "catalog").instances["PatientIdentityRemoved"].unique().tolist()
    ['YES']
    """
    target = Path(to)
    refuse_overlap(source, target)
    chosen = recipe if isinstance(recipe, Recipe) else Recipe.load(recipe)
    secret = _key(key, target)
    root = os.path.abspath(source) if isinstance(source, str | Path) and "://" not in str(source) else ""
    work = Work(chosen, secret, target, root, dry_run, storage_options)
    items = items_of(source, target, storage_options)
    first = list(islice(items, 1))  # a source that is not there is an error before anything is written
    journal = None if dry_run else Journal(target, secret, chosen)
    found: list[Outcome] = []
    with progress_bar("De-identifying", total=None, show=progress) as bar:
        for outcomes, new in _done(work, _chained(first, items), journal, jobs):
            if journal is not None:
                journal.add(new)
            found += outcomes
            bar.update(len(outcomes))
    if journal is not None:
        _finish(target, found, progress)
    return _table(found)


def _chained(first: list[Item], rest: Iterator[Item]) -> Iterator[Item]:
    yield from first
    yield from rest


def _done(
    work: Work, items: Iterator[Item], journal: Journal | None, jobs: int | None
) -> Iterator[tuple[list[Outcome], list[Outcome]]]:
    """The outcomes of all items, a unit at a time, in their order."""
    few = list(islice(items, _ALONE + 1))
    units = ((unit, _known(work, unit, journal)) for unit in units_of(_chained(few, items)))
    if len(few) <= _ALONE or (jobs or os.cpu_count() or 1) == 1:
        yield from (run_unit(work, unit, known) for unit, known in units)
        return
    from joblib import Parallel, delayed

    jobs = jobs or os.cpu_count()
    parallel = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
    yield from parallel(delayed(run_unit)(work, unit, known) for unit, known in units)


def _known(work: Work, unit: list[Item], journal: Journal | None) -> dict[str, Outcome]:
    return {} if journal is None else journal.known_of([original_hash(work, item) for item in unit])


def _key(key: str | Path | Key | None, target: Path) -> Key:
    if key is None or isinstance(key, Key):
        return key or Key()
    where, around = Path(os.path.realpath(key)), Path(os.path.realpath(target))
    if around in where.parents:
        raise UnusableKey(os.fspath(key), "lies in the folder that is to be shared")
    return Key.open(key)


def _finish(target: Path, found: list[Outcome], progress: bool) -> None:
    """Make the catalog of what was written."""
    from dicomlab.scanner.engine import scan

    if any(row.outcome == DONE for row in found):
        folder = target / FILES
        for parent, _, _ in os.walk(folder):
            clear_leftovers(Path(parent))
        try:
            scan(folder, into=target / CATALOG, progress=progress)
        except EmptyScan:  # nothing among the files that a catalog has a row for
            make_folder(folder)


def _table(found: list[Outcome]) -> pd.DataFrame:
    import pandas as pd

    rows = [(row.file_key, row.to, row.outcome, row.reason, row.removed, row.repeated) for row in found]
    return pd.DataFrame(rows, columns=list(_COLUMNS))

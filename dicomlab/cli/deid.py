"""`dicomlab deid`: write de-identified copies, and say what was withheld."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicomlab.cli.base import FINE, PARTIAL, Answer, Verb
from dicomlab.cli.cells import records
from dicomlab.cli.terminal import plural, wrapped

if TYPE_CHECKING:
    import pandas as pd

_MADE_AGAIN = (
    "No key was given: one was made and forgotten. A second run gives other UIDs and pseudonyms; "
    "--key FILE --make-key keeps one."
)
_BAD = ("withheld", "failed")


def deidentify_files(
    source: Annotated[
        str, typer.Argument(help="A folder, a bucket, or a catalog's folder.", show_default=False)
    ],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="A new folder, outside of the source.")],
    recipe: Annotated[
        str, typer.Option(metavar="RECIPE", help='"basic", "strict", "equipment QC", or a file.')
    ] = "basic",
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The secret of the project, outside of FOLDER.")
    ] = None,
    make_key: Annotated[bool, typer.Option("--make-key", help="Make the key's file first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="How many processes work.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar, and no text.")] = False,
) -> Answer:
    """Write de-identified copies, by PS3.15 Annex E.

    What cannot be cleaned with certainty is withheld with a reason. Originals are not changed. A run
    that was stopped goes on when it is called again with the same key and recipe. docs/deid.md says
    what is done, and what is not: pixels are not looked at.
    """
    from dicomlab.catalog.catalog import open_catalog
    from dicomlab.catalog.versions import FILE
    from dicomlab.deid.engine import deidentify
    from dicomlab.deid.keys import Key
    from dicomlab.errors import WrongArgument

    if make_key:
        if key is None:
            raise WrongArgument("--make-key", True, ("--key FILE --make-key",))
        Key.make(key)
    is_catalog = "://" not in source and (Path(source) / FILE).is_file()
    rows = deidentify(
        open_catalog(source).unmasked if is_catalog else source,
        to,
        recipe=recipe,
        key=key,
        dry_run=dry_run,
        jobs=jobs,
        progress=not quiet and sys.stderr.isatty(),
    )
    bad = rows[rows["outcome"].isin(_BAD)]
    counts = rows.groupby(["outcome", "reason"], sort=False).size().reset_index(name="files")
    content = {
        "source": source,
        "to": str(to),
        "counts": records(counts),
        "not_written": records(bad[["file_key", "outcome", "reason"]]),
    }
    notes = () if key is not None or dry_run else (_MADE_AGAIN,)
    return Answer([] if quiet else _lines(counts), content, PARTIAL if len(bad) else FINE, notes)


def _lines(counts: pd.DataFrame) -> list[str]:
    lines = []
    for outcome, reason, n in counts.itertuples(index=False, name=None):
        why = f": {reason}" if reason else ""
        lines += wrapped(f"{plural(n, 'file')} {outcome}{why}", rest="  ")
    return lines


VERB = Verb(
    "deid",
    deidentify_files,
    examples=(
        "dicomlab deid archive --to shared --key project.key --make-key",
        'dicomlab deid catalog --to fleet --recipe "equipment QC" --key project.key',
        "dicomlab deid archive --to shared --dry-run",
    ),
)

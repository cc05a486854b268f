"""The program `dicomlab`: the same verbs as in a notebook, from a shell."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from dicomlab import __version__
from dicomlab.cli import (
    check,
    compact,
    deid,
    demo,
    doctor,
    drift,
    export,
    protocol,
    report,
    scan,
    select,
    show,
    sql,
    tags,
)
from dicomlab.cli.base import EXIT_WORDS, Verb
from dicomlab.cli.engine import Program, command

VERBS: tuple[Verb, ...] = (
    demo.VERB,
    scan.VERB,
    show.VERB,
    sql.VERB,
    tags.TAGS,
    tags.DIFF,
    select.VERB,
    check.VERB,
    drift.VERB,
    *protocol.VERBS,
    report.VERB,
    export.VERB,
    deid.VERB,
    compact.VERB,
    doctor.VERB,
)

GROUPS = {"protocol": "Learn protocols, and hold series to them."}
"""What the first words of verbs with two words stand for."""

_EXAMPLES = ("dicomlab demo", "dicomlab scan archive/ --into catalog", "dicomlab drift catalog")


def _epilog() -> str:
    lines = ["\b", "Begin with:", *(f"  {example}" for example in _EXAMPLES)]
    codes = (f"  {code}  {words}" for code, words in EXIT_WORDS.items())
    return "\n".join([*lines, "", "\b", "Exit codes:", *codes])


def make_app() -> typer.Typer:
    """The program with all of its verbs."""
    # Typer's own tracebacks would print local variables, and with them header values.
    app = typer.Typer(
        cls=Program,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        epilog=_epilog(),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_program)
    add_verbs(app, VERBS)
    return app


def add_verbs(app: typer.Typer, verbs: Iterable[Verb]) -> None:
    """Add verbs to a program; those of two words become verbs of a group."""
    groups: dict[str, typer.Typer] = {}
    for verb in verbs:
        group, _, name = verb.name.rpartition(" ")
        if group and group not in groups:
            groups[group] = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help=GROUPS[group])
            app.add_typer(groups[group], name=group)
        groups.get(group, app).command(name, epilog=verb.epilog)(command(verb))


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"dicomlab {__version__}")
        raise typer.Exit


def _program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Turn any pile of DICOM into tables, and see when the equipment has drifted."""


app = make_app()


def main() -> None:
    """Run the program with the arguments of the shell."""
    # Without a handler Python prints what packages log, and pydicom logs values of headers.
    logging.getLogger().addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="dicomlab")

"""The promise of a verb: settings in, an `Answer` out; it prints nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

FINE, FINDINGS, WRONG_CALL, PARTIAL, FAILED, STOPPED = 0, 1, 2, 3, 4, 130
"""Exit codes: fine, findings or alarms, wrong call, not all could be read, failed, Ctrl-C."""

EXIT_WORDS = {
    FINE: "fine",
    FINDINGS: "there are findings",
    WRONG_CALL: "the call was wrong",
    PARTIAL: "not everything could be read; what could not is listed",
    FAILED: "failed unexpectedly",
}


Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
"""Every verb has it; one that works differently for it takes a parameter `as_json: Json`."""


CatalogPlace = Annotated[
    str, typer.Argument(help="The catalog's folder, or s3://bucket/folder.", show_default=False)
]


@dataclass(frozen=True)
class Answer:
    """What a verb found: lines for people, the same as plain data, and an exit code."""

    lines: Iterable[str]
    content: Mapping[str, Any] = field(default_factory=dict)
    exit_code: int = FINE
    notes: tuple[str, ...] = ()
    """Sentences for stderr, so that what is piped on stays clean."""


@dataclass(frozen=True)
class Verb:
    """One verb of the shell: its name, the function that does it, and calls to learn from.

    The function's signature becomes the arguments and options, its docstring the help; --json,
    --mask and --debug are added.
    """

    name: str
    work: Callable[..., Answer]
    examples: tuple[str, ...]

    @property
    def epilog(self) -> str:
        """The examples as the help ends with them."""
        # \b keeps typer from filling the lines into a paragraph.
        return "\n".join(["\b", "Examples:", *(f"  {example}" for example in self.examples)])

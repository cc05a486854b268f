"""Run a verb: print its answer as text or as JSON, and turn what goes wrong into an exit code."""

from __future__ import annotations

import inspect
import json
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import wraps
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from dicomlab.cli.base import FAILED, FINE, STOPPED, WRONG_CALL, Answer, Json, Verb
from dicomlab.cli.terminal import wrapped
from dicomlab.errors import CannotWrite, DicomlabError, SourceFailed
from dicomlab.masking import options
from dicomlab.tags.text import printable

SCHEMA = 1
"""Raised when a reader of the JSON would have to be changed."""

_Mask = Annotated[
    bool, typer.Option("--mask", help="Show pseudonyms for what may identify a patient (docs/masking.md).")
]
_Debug = Annotated[bool, typer.Option("--debug", help="Show where it happened if something fails.")]


def command(verb: Verb) -> Callable[..., None]:
    """The verb as typer takes it, with --json, --mask and --debug beside its own options."""
    own = inspect.signature(verb.work, eval_str=True)

    @wraps(verb.work)
    def run(*, as_json: bool, debug: bool, mask: bool, **settings: Any) -> None:
        if "as_json" in own.parameters:
            settings["as_json"] = as_json
        with _warnings_as_notes(), options.masked() if mask else nullcontext():
            answer = _answer(verb, settings, as_json=as_json, debug=debug)
            code = _printed(answer, debug=debug)
        raise typer.Exit(code)

    all_have = {"as_json": Json, "mask": _Mask, "debug": _Debug}
    switches = {n: a for n, a in all_have.items() if n not in own.parameters}
    kind = inspect.Parameter.KEYWORD_ONLY
    more = [inspect.Parameter(n, kind, default=False, annotation=a) for n, a in switches.items()]
    run.__signature__ = own.replace(parameters=[*own.parameters.values(), *more])  # type: ignore[attr-defined]
    run.__annotations__ = {**inspect.get_annotations(verb.work, eval_str=True), **switches, "return": None}
    return run


def _answer(verb: Verb, settings: Mapping[str, Any], *, as_json: bool, debug: bool) -> Answer:
    """What the verb answers, or why it does not; as the line of JSON if that is wanted."""
    try:
        answer = verb.work(**settings)
        return _as_json(verb.name, answer) if as_json else answer
    except (CannotWrite, SourceFailed) as error:
        answer = failure(str(error), FAILED)
    except DicomlabError as error:
        answer = failure(str(error), WRONG_CALL)
    except KeyboardInterrupt:
        answer = failure("Stopped. Call again to complete it.", STOPPED)
    except Exception as error:  # noqa: BLE001 - whatever it is, its message may hold a header value
        answer = _unexpected(error, debug=debug)
    return _as_json(verb.name, answer) if as_json else answer


def failure(sentence: str, code: int) -> Answer:
    """The answer when there is none: a sentence for stderr, and an exit code."""
    return Answer((), {"error": sentence}, code, (sentence,))


def _unexpected(error: Exception, *, debug: bool) -> Answer:
    trace = _trace(error) if debug else ()
    if isinstance(error, OSError) and error.strerror:
        what = f"The system refused: {error.strerror}" + (f" ({error.filename})." if error.filename else ".")
        advice = "Mend that and call again, or see where it happened with --debug."
    else:
        what = f"This should not have happened: {type(error).__name__} in {_place(error)}."
        advice = (
            "Please report it with what --debug shows." if debug else "See where it happened with --debug."
        )
    answer = failure(f"{what} {advice}", FAILED)
    return Answer((), answer.content, FAILED, (*trace, *answer.notes))


def _place(error: BaseException) -> str:
    """The innermost line of ours that was at work."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f"{os.sep}dicomlab{os.sep}" in f.filename] or list(frames)
    name = ours[-1].filename.replace(os.sep, "/").rpartition("/dicomlab/")[2]
    return f"dicomlab/{name}, line {ours[-1].lineno}"


def _trace(error: BaseException) -> tuple[str, ...]:
    """The stack with the types of the errors, without their messages: they may quote a header."""
    lines: list[str] = []
    chain: list[BaseException] = [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) is not None and before not in chain:
        chain.append(before)
    for one in reversed(chain):
        frames = traceback.format_tb(one.__traceback__)
        lines += [line for frame in frames for line in frame.rstrip("\n").split("\n")]
        lines.append(f"{type(one).__name__}: (message left out, it may quote a header)")
    return tuple(lines)


@contextmanager
def _warnings_as_notes() -> Iterator[None]:
    """Show our own warnings as sentences; those of other packages may quote a header."""

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        _say(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("always", category=UserWarning, module=r"dicomlab\.")
        warnings.showwarning = show
        yield


def _as_json(name: str, answer: Answer) -> Answer:
    """The answer as one JSON object; ASCII only, so no terminal is painted by it."""
    whole = {"schema": SCHEMA, "command": name, "exit_code": answer.exit_code, **answer.content}
    return replace(answer, lines=[json.dumps(whole, indent=1, allow_nan=False)])


def _printed(answer: Answer, *, debug: bool) -> int:
    """Print an answer; gives the exit code, another one if the printing fails."""
    try:
        for note in answer.notes:
            _say(note)
        _write(answer.lines)
    except BrokenPipeError:  # `| head` has seen enough
        _close_quietly(sys.stdout)
    except KeyboardInterrupt:
        return STOPPED
    except Exception as error:  # noqa: BLE001 - lines are made while they are printed
        for note in _unexpected(error, debug=debug).notes:
            _say(note)
        _close_quietly(sys.stdout)
        return FAILED
    return answer.exit_code


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(printable(line) + "\n")
    sys.stdout.flush()


def _say(sentence: str) -> None:
    is_code = sentence.startswith("  ")
    for line in [sentence] if is_code else wrapped(sentence):
        print(printable(line), file=sys.stderr)


def _close_quietly(stream: TextIO) -> None:
    # Python flushes stdout once more at its end, and would complain there.
    with suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Program(TyperGroup):
    """The whole program: also a call that is not understood ends as one sentence, or as JSON."""

    def main(  # type: ignore[override]
        self, args: Any = None, prog_name: str | None = None, *, standalone_mode: bool = True, **more: Any
    ) -> Any:
        """Run the call in `args`, or the one from the shell, and exit with its code."""
        given = sys.argv[1:] if args is None else list(args)
        try:
            code = super().main(given, prog_name, standalone_mode=False, **more)
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            code = self._misunderstood(error, given)
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else FINE)

    @staticmethod
    def _misunderstood(error: Any, given: list[str]) -> int:
        # It quotes the call, and a shell may have put a name there.
        error.message = printable(str(error.message))
        error.show()
        if "--json" in given:
            name = next((word for word in given if not word.startswith("-")), "")
            _write(_as_json(name, failure(error.format_message(), WRONG_CALL)).lines)
        return WRONG_CALL

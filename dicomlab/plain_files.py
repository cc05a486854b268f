"""Read JSON files that people may have edited: bounded in size and nesting, each fault named by its key.

The files are small and ours: catalog.json, saved cohorts, references, baselines. What raises `NotPlain`
says why in words that fit behind the name of the file, and quotes no value.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from dicomlab.arguments import came

MOST_BYTES = 64 << 20
"""Larger files are none that dicomlab wrote."""
MOST_NESTED = 64
"""Lists and objects within each other; ours have up to ten."""

Kept = TypeVar("Kept")

_KINDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


class NotPlain(ValueError):
    """A file does not hold what it should; `why` says so, to stand behind the name of the file."""

    def __init__(self, why: str):
        self.why = why
        super().__init__(why)


def read_json(path: str | Path, *, most_bytes: int = MOST_BYTES) -> Any:
    """What a JSON file holds, whatever it is.

    Args:
        path: The file, in UTF-8.
        most_bytes: How large it may be.

    Raises:
        FileNotFoundError: There is no such file.
        NotPlain: It cannot be read, is too large, is no JSON, or is nested too deeply.

    >>> _ = (to / "broken.json").write_text('{"steps": [')
    >>> read_json(to / "broken.json")
    Traceback (most recent call last):
    dicomlab.plain_files.NotPlain: is not JSON: line 1, column 12
    """
    try:
        with Path(path).open("rb") as file:
            raw = file.read(most_bytes + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:  # a name with NUL is a ValueError
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "no such path"
        raise NotPlain(f"cannot be opened: {reason}") from None
    return parse_json(raw, most_bytes=most_bytes)


def parse_json(raw: bytes, *, most_bytes: int = MOST_BYTES) -> Any:
    """What JSON in bytes holds. Raises NotPlain as `read_json` does.

    >>> parse_json(b'{"kind": "dicomlab cohort"}')
    {'kind': 'dicomlab cohort'}
    """
    if len(raw) > most_bytes:
        raise NotPlain(f"is larger than {most_bytes >> 20} MiB")
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except RecursionError:
        raise NotPlain(f"is nested deeper than {MOST_NESTED} levels") from None
    except json.JSONDecodeError as error:
        raise NotPlain(f"is not JSON: line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError:
        raise NotPlain("is not text in UTF-8") from None
    except ValueError:  # a number with thousands of digits
        raise NotPlain("holds a number that is too long") from None
    if any(depth > MOST_NESTED for depth in _depths(found)):
        raise NotPlain(f"is nested deeper than {MOST_NESTED} levels")
    return found


def _depths(found: Any) -> Iterator[int]:
    waiting = [(found, 1)]
    while waiting:
        one, depth = waiting.pop()
        yield depth
        if depth <= MOST_NESTED and isinstance(one, dict | list):
            waiting += [(inner, depth + 1) for inner in (one.values() if isinstance(one, dict) else one)]


def is_object(found: Any, what: str = "") -> dict[str, Any]:
    """The object that is meant. Raises NotPlain for a list, a text or a number.

    >>> is_object([1], "steps[0]")
    Traceback (most recent call last):
    dicomlab.plain_files.NotPlain: is not as dicomlab wrote it: 'steps[0]' must be an object, not a list
    """
    if not isinstance(found, dict):
        raise NotPlain(_not_so(what, dict, found))
    return found


def member(found: Mapping[str, Any], key: str, kind: type[Kept], *, within: str = "") -> Kept:
    """What an object has under a key, if it is of the kind that is meant.

    Args:
        found: The object.
        key: The key.
        kind: str, int, float, bool, list or dict.
        within: Where the object stands in the file, such as `steps[0]`.

    Raises:
        NotPlain: The key is missing, or holds something else.

    >>> member({"digest": 1}, "digest", str)
    Traceback (most recent call last):
    dicomlab.plain_files.NotPlain: is not as dicomlab wrote it: 'digest' must be a text, not a number
    """
    where = f"{within}.{key}" if within else key
    if key not in found:
        raise NotPlain(f"is not as dicomlab wrote it: '{where}' is missing")
    value = found[key]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)  # type: ignore[return-value]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise NotPlain(_not_so(where, kind, value))
    return value


def _not_so(where: str, kind: type, value: Any) -> str:
    subject = f"'{where}'" if where else "all of it"
    return f"is not as dicomlab wrote it: {subject} must be {_KINDS[kind]}, not {_came(value)}"


def _came(value: Any) -> str:
    return "null" if value is None else "an object" if isinstance(value, dict) else came(value)

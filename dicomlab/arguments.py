"""What public functions are called with: a wrong argument becomes one sentence, before any work is done.

`checked_arguments` reads what a function takes from its annotations, so that a new function needs one line.
A text where several are meant is taken as one, and the path of a catalog for the catalog there.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from numbers import Integral, Real
from types import FunctionType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from dicomlab.errors import WrongCall, WrongKind
from dicomlab.refusals import refused
from dicomlab.suggestions import did_you_mean

Work = TypeVar("Work", bound=Callable[..., Any])
Kind = TypeVar("Kind", bound=type)

_BY_NAME = {"catalog_or_series": "Catalog | Cohort | pd.DataFrame"}
"""What parameters take whose annotation says Any."""


def checked_arguments(*works: Work, **takes: str) -> Any:
    """Make a function refuse a wrong argument with a sentence, by its annotations.

    Args:
        works: The function; none where `takes` is given.
        takes: Annotations in place of those of the function, by parameter.

    Returns:
        The function, or what makes it.

    >>> @checked_arguments
    ... def twice(number: int) -> int:
    ...     return 2 * number
    >>> twice("21")
    Traceback (most recent call last):
    dicomlab.errors.WrongKind: twice: 'number' must be a whole number, not a text.
    """
    if works:
        return _checked(works[0], {})
    return lambda work: _checked(work, takes)


def checked_methods(kind: Kind) -> Kind:
    """Give all public methods of a class, and the making of one, `checked_arguments`.

    >>> @checked_methods
    ... class Counter:
    ...     def add(self, number: int) -> int:
    ...         return number
    >>> Counter().add(None)
    Traceback (most recent call last):
    dicomlab.errors.WrongKind: Counter.add: 'number' must be a whole number, not None.
    """
    for name, own in list(vars(kind).items()):
        if name.startswith("_") and name != "__init__":
            continue
        if isinstance(own, classmethod | staticmethod):
            setattr(kind, name, type(own)(_checked(own.__func__, {})))
        elif inspect.isfunction(own):
            setattr(kind, name, _checked(own, {}))
    return kind


def as_list(given: Iterable[str] | str) -> list[str]:
    """Several texts as a list; a single text is one of them, not its letters.

    >>> as_list("KVP"), as_list(("KVP", "Modality"))
    (['KVP'], ['KVP', 'Modality'])
    """
    return [given] if isinstance(given, str) else list(given)


def _checked(work: Any, takes: Mapping[str, str]) -> Any:
    if hasattr(work, "takes_checked"):
        return work
    signature = inspect.signature(work)
    parts = {name: _parts(takes.get(name) or _annotated(p)) for name, p in signature.parameters.items()}
    name = work.__qualname__.removesuffix(".__init__")

    def taken(args: tuple[Any, ...], kwargs: dict[str, Any]) -> inspect.BoundArguments:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise _wrong_call(name, signature, kwargs, error) from None
        for argument, value in bound.arguments.items():
            if parts[argument]:
                what = signature.parameters[argument].kind
                bound.arguments[argument] = _taken(_Asked(name, argument, work), parts[argument], value, what)
        return bound

    def said(error: OSError) -> OSError:
        return refused(name, error)

    def call(*args: Any, **kwargs: Any) -> Any:
        bound = taken(args, kwargs)
        try:
            return work(*bound.args, **bound.kwargs)
        except OSError as error:
            raise said(error) from None

    # It lives in the module of the function, where doctest and others look for it.
    own = wraps(work)(FunctionType(call.__code__, work.__globals__, work.__name__, None, call.__closure__))
    own.takes_checked = parts  # type: ignore[attr-defined]
    return own


def _annotated(parameter: inspect.Parameter) -> object:
    """The annotation of a parameter; where it says Any, what its name stands for everywhere."""
    if parameter.annotation not in ("Any", Any) or parameter.name not in _BY_NAME:
        return parameter.annotation
    return _BY_NAME[parameter.name] + (" | None" if parameter.default is None else "")


def _wrong_call(
    name: str, signature: inspect.Signature, given: Mapping[str, Any], error: TypeError
) -> WrongCall:
    """The sentence for an argument that is missing, or that there is not."""
    known = [p for p in signature.parameters if p not in ("self", "cls")]
    for word in given:
        if word not in known and not any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
            hint = did_you_mean(word, known) or f" It takes: {', '.join(known)}."
            return WrongCall(f"{name} has no argument '{word}'.{hint}")
    return WrongCall(f"{name}: {error}. It takes: {', '.join(known)}.")


@dataclass(frozen=True)
class _Asked:
    """Which argument of which function is looked at."""

    function: str
    argument: str
    work: Any

    def wrong(self, parts: tuple[str, ...], came: str, instead: str = "") -> WrongKind:
        meant = " or ".join(dict.fromkeys(_meant(part, self.work) for part in parts if part != "None"))
        return WrongKind(self.function, self.argument, meant, came, instead)


def _taken(asked: _Asked, parts: tuple[str, ...], value: Any, what: Any) -> Any:
    """An argument as the function gets it; raises WrongKind for one that it cannot take."""
    if what is inspect.Parameter.VAR_KEYWORD:
        return value
    if what is inspect.Parameter.VAR_POSITIONAL:
        if "str" in parts:
            value = [text for one in value for text in (one if isinstance(one, list | tuple) else [one])]
        for one in value:
            _one(asked, parts, one)
        return tuple(value)
    return _one(asked, parts, value)


def _one(asked: _Asked, parts: tuple[str, ...], value: Any) -> Any:
    if "Path" in parts and isinstance(value, str) and "\0" in value:
        raise asked.wrong(parts, "a text with a NUL in it")
    for part in parts:
        if _fits(part, value, asked.work):
            return value
    for part in parts:
        if (whole := _whole_of(part)) and whole[0] in _MANY:
            found = _items(asked, parts, whole[1], value)
            if found is not None:
                return found
    if {"Catalog", "Readable"} & set(parts) and isinstance(value, str | os.PathLike):
        return _opened(value)
    raise asked.wrong(parts, came(value), _instead(parts, value))


def _items(asked: _Asked, parts: tuple[str, ...], inner: str, value: Any) -> list[Any] | None:
    """Several items as a list, each of a kind that is meant; None for what holds no items."""
    within = _parts(inner)
    if any(_fits(part, value, asked.work) for part in within):
        return [value]
    if isinstance(value, str | bytes | type) or _is_named(value, "DataFrame"):
        return None
    if not hasattr(value, "__iter__"):
        return None
    found = list(value)
    for number, one in enumerate(found, start=1):
        if not any(_fits(part, one, asked.work) for part in within):
            raise asked.wrong(parts, f"{came(value)} in which item {number} is {came(one)}")
    return found


# --- kinds ---

_MANY = ("Iterable", "Sequence", "list", "Collection")


@cache
def _parts(annotation: object) -> tuple[str, ...]:
    """The alternatives of an annotation; empty for one that takes anything."""
    if annotation is inspect.Parameter.empty:
        return ()
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    found, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and not depth:
            found.append(text[start:at].strip())
            start = at + 1
    found.append(text[start:].strip())
    return () if "Any" in found or "object" in found else tuple(found)


def _whole_of(part: str) -> tuple[str, str] | None:
    match = re.fullmatch(r"(?:\w+\.)*(\w+)\[(.*)\]", part, re.DOTALL)
    return (match[1], match[2]) if match else None


def _fits(part: str, value: Any, work: Any) -> bool:
    """Whether a value is of one kind; what holds several items is looked at in `_items`."""
    if part in _PLAIN:
        return _PLAIN[part][1](value)
    whole = _whole_of(part)
    if whole and whole[0] in _MANY:
        return isinstance(value, _containers(whole[0])) and _all_fit(_parts(whole[1]), value, work)
    if whole and whole[0] == "tuple":
        return isinstance(value, tuple)
    if whole and whole[0] == "Mapping":
        return isinstance(value, Mapping)
    if whole and whole[0] in ("dict",):
        return isinstance(value, dict)
    if whole and whole[0] == "Callable":
        return callable(value)
    if _choices(part, work) is not None:
        return isinstance(value, str)
    if (inner := _alias(part, work)) is not None:
        return any(_fits(one, value, work) for one in _parts(inner))
    if (promise := _promise(part, work)) is not None:
        return all(hasattr(value, name) for name in promise)
    name = part.rsplit(".", 1)[-1]
    return _is_named(value, name) or all(hasattr(value, one) for one in _STAND_INS.get(name, ("",)))


_STAND_INS = {"Catalog": ("arrow", "columns", "is_masked")}
"""What an object has that may stand in for one of a class."""


def _containers(name: str) -> tuple[type, ...]:
    return (list,) if name == "list" else (list, tuple)


def _all_fit(within: tuple[str, ...], value: Any, work: Any) -> bool:
    return not within or all(any(_fits(part, one, work) for part in within) for one in value)


def _is_named(value: Any, name: str) -> bool:
    """By the name of its class, so that no heavy package is imported only to look."""
    return not isinstance(value, type) and any(kind.__name__ == name for kind in type(value).__mro__)


def _named(part: str, work: Any) -> Any:
    return getattr(inspect.unwrap(work), "__globals__", {}).get(part)


def _choices(part: str, work: Any) -> tuple[Any, ...] | None:
    """The words of a Literal, or of a name for one."""
    if part in _WORDS:
        return _WORDS[part]
    if part.startswith("Literal["):
        return tuple(re.findall(r"[\"']([^\"']*)[\"']", part))
    found = _named(part, work)
    return get_args(found) if get_origin(found) is Literal else None


def _alias(part: str, work: Any) -> str | None:
    """What a name for several kinds stands for."""
    found = _named(part, work)
    if isinstance(found, type) or found is None or not get_args(found):
        return None
    return " | ".join(_in_words(one) for one in get_args(found))


def _in_words(one: Any) -> str:
    return "None" if one is type(None) else one.__name__ if isinstance(one, type) else str(one)


def _promise(part: str, work: Any) -> tuple[str, ...] | None:
    """The names that whatever keeps a promise has."""
    found = _named(part, work)
    if not isinstance(found, type) or not getattr(found, "_is_protocol", False):
        return None
    return tuple(name for name in vars(found) if not name.startswith("_"))


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not _is_switch(value)


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool) or _is_named(value, "bool_")


_PLAIN: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "None": ("None", lambda value: value is None),
    "str": ("a text", lambda value: isinstance(value, str)),
    "Path": ("a path", lambda value: isinstance(value, os.PathLike)),
    "int": ("a whole number", lambda value: isinstance(value, Integral) and not _is_switch(value)),
    "float": ("a number", _is_number),
    "bool": (
        "True or False",
        lambda value: _is_switch(value) or (isinstance(value, Integral) and value in (0, 1)),
    ),
}
_MEANT = {
    "Catalog": "a catalog",
    "Cohort": "a cohort",
    "Drift": "what find_drift gives",
    "Readable": "a catalog",
    "Flowing": "a cohort",
    "Columns": "dl.Columns",
    "Protocol": "a Protocol",
    "DataFrame": "a DataFrame",
    "Table": "an Arrow table",
    "Timestamp": "a date",
    "Axes": "the axes of a plot",
}
_WORDS: dict[str, tuple[str, ...]] = {
    "Format": ("csv", "jsonl", "parquet", "sqlite", "dicom-json"),
    "Nested": ("keep", "flat"),
}
"""Names for choices that are known to a function's reader only, not while it runs."""


def _meant(part: str, work: Any) -> str:
    """A kind in plain words."""
    if part in _PLAIN:
        return _PLAIN[part][0]
    if (choices := _choices(part, work)) is not None:
        return "one of " + ", ".join(map(repr, choices))
    whole = _whole_of(part)
    if whole and whole[0] in _MANY:
        return "a list of " + " or ".join(_several(one, work) for one in _parts(whole[1]))
    if whole and whole[0] in ("Mapping", "dict"):
        return "a dict"
    if whole and whole[0] == "tuple":
        return "a tuple"
    if whole and whole[0] == "Callable":
        return "a function"
    if (inner := _alias(part, work)) is not None:
        return " or ".join(_meant(one, work) for one in _parts(inner))
    bare = part.rsplit(".", 1)[-1]
    return _MEANT.get(bare, f"a {bare}")


def _several(part: str, work: Any) -> str:
    words = _meant(part, work)
    plain = words.removeprefix("a ").removeprefix("an ").removeprefix("the ")
    return plain if plain.endswith("s") else f"{plain}s"


def came(value: Any) -> str:
    """What was given, by its kind and never by its value.

    >>> came("Doe^John"), came(None), came([1])
    ('a text', 'None', 'a list')
    """
    if value is None:
        return "None"
    if isinstance(value, bool):
        return "True or False"
    for kinds, words in _CAME:
        if isinstance(value, kinds):
            return words
    name = type(value).__name__
    if isinstance(value, type):
        return "a class"
    return _MEANT.get(name, f"{'an' if name[:1] in 'AEIOU' else 'a'} {name}")


_CAME: tuple[tuple[Any, str], ...] = (
    (str, "a text"),
    (os.PathLike, "a path"),
    (bytes, "bytes"),
    (Real, "a number"),
    (list, "a list"),
    (tuple, "a tuple"),
    (Mapping, "a dict"),
)


def _instead(parts: tuple[str, ...], value: Any) -> str:
    """What to give in place of what came, where that is known."""
    bare = {part.rsplit(".", 1)[-1] for part in parts}
    if bare & {"Catalog", "Readable"}:
        if _is_named(value, "Cohort"):
            return "Give cohort.catalog."
        return "Open one with dl.open_catalog(path)."
    if bare & {"Cohort", "Flowing"}:
        return "Make one with dl.select(catalog, where)."
    if "Drift" in bare:
        return "Make it with dl.find_drift(catalog)."
    if "Columns" in bare:
        return 'Write dl.Columns().add("EchoTime") or dl.Columns.only("EchoTime").'
    if "Protocol" in bare:
        return "Make one with dl.Protocol.from_majority(catalog), or give the path of one."
    return ""


def _opened(path: Any) -> Any:
    """The catalog at a path, where a catalog is meant."""
    import dicomlab

    return cast(Any, dicomlab).open_catalog(path)

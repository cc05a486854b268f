"""Rules as plain data, as they are written to a file and read from one."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from dicomlab.protocols.rules import RULES, BadRule, Rule, is_number


def to_dict(rule: Rule) -> dict[str, Any]:
    """A rule as it is written to a file: what differs from the default."""
    said: dict[str, Any] = {"field": rule.field, "rule": rule.kind}
    for one in fields(rule):
        value = getattr(rule, one.name)
        if one.name != "field" and value not in (one.default, ""):
            said[one.name] = _plain(value)
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def from_dict(said: Any) -> Rule:
    """A rule as it was written to a file. Raises BadRule where it is none."""
    if not isinstance(said, dict) or not isinstance(said.get("field"), str) or not said["field"]:
        raise BadRule("", "it names no field", 'Write {"field": "KVP", "rule": "exact", "value": 120}.')
    kinds = {kind.kind: kind for kind in RULES}
    kind = kinds.get(str(said.get("rule", "exact")))
    if kind is None:
        raise BadRule(said["field"], "its kind is not known", f"Use one of: {', '.join(kinds)}.")
    settings = {name: value for name, value in said.items() if name != "rule"}
    names = sorted(one.name for one in fields(kind))
    takes = f"It takes: {', '.join(names)}."
    if unknown := sorted(set(settings) - set(names)):
        raise BadRule(said["field"], f"'{unknown[0]}' is no part of it", takes)
    for name, value in settings.items():
        within = value if isinstance(value, list) else [value]
        if any(isinstance(one, list | dict) for one in within):
            raise BadRule(said["field"], f"'{name}' is nested", "Write a value, or a list of values.")
    for name in ("severity", "unit", "note", "citation"):
        if not isinstance(settings.get(name, ""), str):
            raise BadRule(said["field"], f"'{name}' is no text", takes)
    for name in ("absolute", "relative", "low", "high"):
        if settings.get(name) is not None and not is_number(settings.get(name, 0)):
            raise BadRule(said["field"], f"'{name}' is no number", "Write it without quotes and unit.")
    for name in ("values", "parts"):
        if name in settings:
            settings[name] = tuple(settings[name]) if isinstance(settings[name], list) else (settings[name],)
    try:
        return kind(**settings)
    except TypeError:
        raise BadRule(said["field"], "it does not say which value", takes) from None

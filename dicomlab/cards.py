"""Cards: what an object says of itself in a notebook, as HTML that lives without scripts and styles.

A saved notebook that nobody trusts yet loses style sheets, scripts and ids: what is left are tables,
`details` and inline styles, so a card is made of these. Colours come from the page, light or dark.
Every text is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

STYLE = {
    "box": "font-family:system-ui,sans-serif;font-size:13px;line-height:1.5;max-width:60em;"
    "border:1px solid rgba(128,128,128,.45);border-radius:6px;padding:.8em 1em;margin:.3em 0",
    "title": "font-weight:600;font-size:14px",
    "quiet": "opacity:.75",
    "number": "display:inline-block;margin:.5em 1.6em .3em 0",
    "big": "font-size:19px;font-weight:600;font-variant-numeric:tabular-nums",
    "table": "border-collapse:collapse;margin:.4em 0;font-size:13px",
    "row": "background:none",
    "left": "text-align:left;vertical-align:top;padding:.15em 1.2em .15em 0;background:none",
    "right": "text-align:right;vertical-align:top;padding:.15em 1.2em .15em 0;"
    "font-variant-numeric:tabular-nums;background:none",
}
MOST_LETTERS = 300
"""Letters of one cell that are shown."""


SHORT = 22
"""Letters up to which a cell is not broken into lines."""


def card(title: str, *parts: str) -> str:
    """A card: its title, and parts that the functions here made."""
    return (
        f'<div style="{STYLE["box"]}"><div style="{STYLE["title"]}">{text(title)}</div>{"".join(parts)}</div>'
    )


def line(words: str, *, quiet: bool = False) -> str:
    """A line of text."""
    style = f' style="{STYLE["quiet"]}"' if quiet else ""
    return f"<div{style}>{text(words)}</div>"


def numbers(counts: Mapping[str, int]) -> str:
    """Numbers one sees from afar, each with what it counts.

    >>> ">3</span> series" in numbers({"series": 3})
    True
    """
    parts = (
        f'<span style="{STYLE["number"]}"><span style="{STYLE["big"]}">{count:,}</span> {text(name)}</span>'
        for name, count in counts.items()
    )
    return f"<div>{''.join(parts)}</div>"


def table(rows: Sequence[Mapping[Any, Any]], *, left: Iterable[str] = ()) -> str:
    """Rows as a table; columns named `left` are words, the others numbers.

    >>> table([{"name": "<b>", "n": 1234}], left=["name"]).count("&lt;b&gt;")
    1
    """
    if not rows:
        return ""
    words = set(left)
    head = "".join(f'<th scope="col" style="{_side(name, words)}">{text(name)}</th>' for name in rows[0])
    body = "".join(
        f'<tr style="{STYLE["row"]}">'
        + "".join(
            f'<td style="{_side(name, words, value)}">{text(value)}</td>' for name, value in row.items()
        )
        + "</tr>"
        for row in rows
    )
    head = f'<thead><tr style="{STYLE["row"]}">{head}</tr></thead>'
    return f'<table style="{STYLE["table"]}">{head}<tbody>{body}</tbody></table>'


def folded(summary: str, *parts: str) -> str:
    """Parts that one opens; `summary` is what is seen before."""
    return f"<details><summary>{text(summary)}</summary>{''.join(parts)}</details>"


def text(value: object) -> str:
    """A value as HTML: escaped, cut, on one line, nothing where there is none.

    >>> text("<script>"), text(None), text(1234)
    ('&lt;script&gt;', '', '1,234')
    """
    if value is None or str(value) in ("nan", "NaT", "<NA>"):
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    # Control characters and marks of direction could hide or turn what stands around them.
    shown = "".join(c if c.isprintable() else " " for c in str(value)[: MOST_LETTERS + 1])
    return escape(shown if len(shown) <= MOST_LETTERS else shown[: MOST_LETTERS - 1] + "…")


def _side(name: object, words: set[str], value: object = "") -> str:
    style = STYLE["left"] if str(name) in words else STYLE["right"]
    return f"{style};white-space:nowrap" if len(str(value)) <= SHORT else style

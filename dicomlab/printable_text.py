"""Values as text that no screen is upset by."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""The text with control characters written out, so that none reaches a screen.

    >>> printable("CT\x1b[31m 1")
    'CT\\x1b[31m 1'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _written_out(c) for c in text)


def _written_out(character: str) -> str:
    if character == "\t":
        return " "
    if character.isspace() and ord(character) > 0xFF:  # kinds of blanks
        return " "
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def on_one_line(text: str) -> str:
    r"""The text with its line breaks shown, and no control character.

    >>> on_one_line("first\r\nsecond")
    'first ⏎ second'
    """
    if text.isprintable():
        return text
    return printable(" ⏎ ".join(line.rstrip() for line in text.replace("\r", "\n").split("\n") if line))

"""Values as text that no screen is upset by: see `dicomlab.printable_text`."""

from __future__ import annotations

from dicomlab.printable_text import on_one_line, printable

__all__ = ["on_one_line", "printable"]

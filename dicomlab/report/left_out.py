"""What a report leaves out since making it raised: noted here, and listed at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dicomlab.isolation import SetAside, set_aside


@dataclass
class LeftOut:
    """What was set aside while one report was made."""

    found: list[SetAside] = field(default_factory=list)

    def make(self, item: str, work: Callable[[], Any], otherwise: Any) -> Any:
        """What `work` gives, or `otherwise` where it raises; then the item is noted."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - whatever one part of a report raises, the others count
            self.found.append(set_aside(item, error))
            return otherwise

    @property
    def remark(self) -> str:
        """The items with their reasons, in one sentence."""
        return f"Left out of the report: {'; '.join(one.in_words for one in self.found)}."

"""How far a signal is looked at, and how long it is learned again, in days: all in one place."""

from __future__ import annotations

LOOK_LEVEL = 21
"""About the rise of a chart, for where a level began."""
LOOK_RAMP = 120
"""The same, for a level that may have gone over slowly."""
LOOK_SHARE = 60
"""The same, for the shares of settings and of tags, and for scatter."""

LEARN_LEVEL = 60
"""From a change of level on, it is learned again."""
LEARN_SETTING = 60
"""From a change of a setting on, what is usual is learned again."""
LEARN_SCATTER = 90
"""From a growth of scatter on, it is learned again."""

SAME_CHANGE = 21
"""Changes of one parameter that lie no farther apart may be the same."""
SAME_EXCURSION = 30
"""Days before an excursion within which one beyond a wider limit says the same."""

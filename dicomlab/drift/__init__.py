"""Judge acquisition parameters over time, like with like.

>>> from dicomlab.drift import accept, freeze_baselines, retrospect
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "kept.baselines": ["changed_baselines", "freeze_baselines", "read_baselines"],
        "dates": ["ShiftedDates"],
        "kept.decisions": ["accept", "mark_seen", "new_changes", "new_notices", "reject"],
        "export": ["export_points"],
        "kept.limits": ["NoLimits", "read_tolerances"],
        "retrospect": ["retrospect"],
    },
)

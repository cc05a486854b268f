"""One self-contained HTML file that says what was found.

>>> from dicomlab.report import finding_rows, write_report
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"engine": ["write_report"], "rows": ["finding_rows"]},
)

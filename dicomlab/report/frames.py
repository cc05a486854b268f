"""A table of a report, without what may identify a patient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dicomlab.plots.words import is_absent, number
from dicomlab.schema.columns import may_identify

MOST_ROWS = 500


def summarise_frame(table: pd.DataFrame, *, name: str) -> dict[str, Any]:
    """What the report of a DataFrame says; its title is in `attrs["title"]`."""
    whole = table if isinstance(table.index, pd.RangeIndex) else table.reset_index()
    hidden = [str(column) for column in whole.columns if may_identify(str(column))]
    shown = whole.loc[:, [str(column) not in hidden for column in whole.columns]]
    numeric = [pd.api.types.is_numeric_dtype(shown.iloc[:, i]) for i in range(shown.shape[1])]
    return {
        "kind": "table",
        "name": name,
        "title": str(table.attrs.get("title", "Table")),
        "columns": [str(column) for column in shown.columns],
        "numeric": numeric,
        "rows": [[_cell(v) for v in row] for row in shown.head(MOST_ROWS).itertuples(index=False, name=None)],
        "n_rows": len(whole),
        "hidden": hidden,
    }


def _cell(value: Any) -> str:
    if is_absent(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, float | np.floating):
        return number(value, 6)
    return f"{value:,}" if isinstance(value, int | np.integer) and not isinstance(value, bool) else str(value)

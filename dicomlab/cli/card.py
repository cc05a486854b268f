"""A catalog at a glance: counts, makers and months only, nothing of one patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dicomlab.cli.cells import records, table_lines
from dicomlab.cli.terminal import as_typed, counted, plural

if TYPE_CHECKING:
    import pandas as pd

    from dicomlab.catalog.catalog import Catalog

_TREE = (("patients", "patient"), ("studies", "study"), ("series", "series"), ("instances", "instance"))
_BY_MODALITY = """
SELECT coalesce(Modality, '(none)') AS modality, count(*) AS series, sum(n_instances)::BIGINT AS instances,
       count(DISTINCT coalesce(Manufacturer, '') || ' ' || coalesce(ManufacturerModelName, '')) AS models,
       strftime(min(first_acquired_at), '%Y-%m') AS first, strftime(max(last_acquired_at), '%Y-%m') AS last
FROM series GROUP BY 1 ORDER BY instances DESC, modality
"""
_BY_REASON = "SELECT count(*) AS files, reason FROM errors GROUP BY 2 ORDER BY files DESC, reason"
_BY_COLUMN = 'SELECT count(*) AS n, "column", reason FROM problems GROUP BY 2, 3 ORDER BY n DESC, 2, 3'
_MODALITIES = 12


def tree(catalog: Catalog) -> str:
    """How many patients, studies, series and instances, in words."""
    return ", ".join(_counted(catalog.counts[name], name, one) for name, one in _TREE)


def _counted(count: int, many: str, one: str) -> str:
    return plural(count, one, many)


def reasons(catalog: Catalog) -> list[tuple[int, str]]:
    """Why files were not read, or not wholly, most often first."""
    return [(row["files"], row["reason"] or "") for row in records(catalog.sql(_BY_REASON))]


def card_lines(catalog: Catalog) -> list[str]:
    """The card of a catalog for a terminal."""
    counts = catalog.counts
    lines = [f"Catalog {as_typed(catalog.path)}", tree(catalog), *_last_scan(catalog)]
    modalities = _modalities(catalog)
    if len(modalities):
        lines += ["", *table_lines(modalities.head(_MODALITIES), indent="  ")[0]]
    if len(modalities) > _MODALITIES:
        lines.append(f"  and {plural(len(modalities) - _MODALITIES, 'more modality', 'more modalities')}")
    if counts["errors"]:
        share = f"{counts['errors']:,} of {plural(counts['files'], 'file')}"
        lines += ["", f"{share} not read, or not wholly", *counted(reasons(catalog))]
    if counts["problems"]:
        lines += [
            "",
            f"{plural(counts['problems'], 'value')} that did not parse or are missing",
            *counted(_problems(catalog)),
        ]
    return lines


def _last_scan(catalog: Catalog) -> list[str]:
    if not catalog.is_complete:
        return ["The last scan did not come to its end: scan again to complete it."]
    versions = catalog.versions
    if not len(versions):
        return []
    many = f", {len(versions)} versions" if len(versions) > 1 else ""
    kept = "whole headers kept" if catalog.keeps_headers else "headers not kept"
    return [f"last scanned {versions['made'].iloc[-1]:%Y-%m-%d %H:%M} UTC{many}, {kept}"]


def _modalities(catalog: Catalog) -> pd.DataFrame:
    import pandas as pd

    if not {"Modality", "Manufacturer", "ManufacturerModelName"} <= set(catalog.columns.names):
        return pd.DataFrame()
    return catalog.sql(_BY_MODALITY)


def _problems(catalog: Catalog) -> list[tuple[int, str]]:
    return [(row["n"], f"{row['column']}: {row['reason']}") for row in records(catalog.sql(_BY_COLUMN))]


def card_content(catalog: Catalog) -> dict[str, Any]:
    """The card as plain data."""
    return {
        "catalog": str(catalog.path),
        "counts": catalog.counts,
        "is_complete": catalog.is_complete,
        "keeps_headers": catalog.keeps_headers,
        "modalities": records(_modalities(catalog)),
        "reasons": [{"files": count, "reason": why} for count, why in reasons(catalog)],
    }

"""Choose the part of a catalog that a study is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomlab.arguments import checked_arguments
from dicomlab.cohorts.cohort import Cohort, made
from dicomlab.cohorts.steps import Level, Step, checked_level

if TYPE_CHECKING:
    from dicomlab.catalog.catalog import Catalog


@checked_arguments
def select(catalog: Catalog, where: str, *, level: Level = "series", why: str = "") -> Cohort:
    """Choose what fits a condition in DuckDB's SQL, as a cohort.

    `where` is a condition on the columns of the table of `level`: patient, study, series, instance
    or frame (an instance is chosen if any of its frames fits). What a condition cannot be told of,
    since a value is missing, is not chosen; `flow` counts it as n_unknown. Or `where` is one whole
    SELECT over the catalog's tables that gives PatientID, StudyInstanceUID, SeriesInstanceUID,
    SOPInstanceUID or file_key: what it names is chosen, whatever `level` says.

    Raises MissingColumn for a name that no column has, BadCondition for what is neither a condition
    nor such a query, BadQuery for what DuckDB refuses.

    >>> adults = dl.select(catalog, "Modality = 'CT' AND patient_age_years >= 18")
    >>> adults.counts["series"] == len(adults.series)
    True
    """
    return made(catalog, Step("select", checked_level(level), where, why))

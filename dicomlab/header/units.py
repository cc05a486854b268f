"""The columns in one unit, worked out as schema.units says; null where it cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header.values import Problem
from dicomlab.isolation import SetAside, in_pieces
from dicomlab.schema.columns import Column
from dicomlab.schema.units import UnitColumn

_MHZ_PER_TESLA = 42.577478518
"""Of 1H: the shielded proton's gyromagnetic ratio is 26 ppm less, which does not matter here."""
_SINGLE_EXPOSURES = ("CR", "DX", "MG")


class Given:
    """The columns of a table as rules see them: floats, NaN where there is no value.

    `beside` has the columns that `table` lacks, one row for many: `row` says which is whose.
    """

    def __init__(self, table: pa.Table, beside: pa.Table | None = None, row: np.ndarray | None = None):
        self._table, self._beside, self._row = table, beside, row
        self._columns: dict[str, pa.ChunkedArray | None] = {}
        self._numbers: dict[str, np.ndarray] = {}

    def rows(self, first: int, last: int) -> Given:
        """Some rows, as if there were no others."""
        row = None if self._row is None else self._row[first:last]
        return Given(self._table.slice(first, last - first), self._beside, row)

    def column(self, name: str) -> pa.ChunkedArray | None:
        """A column, or None where nothing is in it."""
        if name not in self._columns:
            self._columns[name] = self._found(name)
        return self._columns[name]

    def _found(self, name: str) -> pa.ChunkedArray | None:
        for table in (self._table, self._beside):
            if table is not None and (at := table.schema.get_field_index(name)) >= 0:
                found = table.column(at)
                if found.null_count == len(found):
                    return None
                return found if table is self._table else found.take(pa.array(self._row))
        return None

    def has(self, names: Sequence[str]) -> bool:
        """Whether any of some columns has a value."""
        return any(self.column(name) is not None for name in names)

    def number(self, name: str) -> np.ndarray:
        """A column of numbers; of lists, the number of those that have one."""
        if name not in self._numbers:
            found = self.column(name)
            if found is None:
                self._numbers[name] = np.full(self._table.num_rows, np.nan)
            else:
                found = found.combine_chunks()
                found = _only(found) if pa.types.is_list(found.type) else found
                # A whole number beyond 2**53 is rounded, which changes nothing that a rule finds.
                self._numbers[name] = found.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return self._numbers[name]

    def is_one_of(self, name: str, texts: Sequence[str | None]) -> np.ndarray:
        """Where a column of texts has one of these, or nothing where None is among them."""
        found = self.column(name)
        if found is None:
            return np.full(self._table.num_rows, None in texts)
        return pc.is_in(found, pa.array(texts, pa.string())).to_numpy()


def _only(lists: pa.ListArray) -> pa.Array:
    is_one = pc.equal(pc.list_value_length(lists), 1)
    return pc.list_element(pc.if_else(is_one, lists, pa.scalar([None], lists.type)), 0)


def with_units(
    table: pa.Table, given: Given, wanted: Sequence[UnitColumn]
) -> tuple[pa.Table, list[tuple[str, int, SetAside]]]:
    """Add the wanted columns to a table.

    Gives the table, and which column was set aside for which row since working it out raised.
    """
    names = [found.column.name for found in wanted]
    nothing = pa.nulls(table.num_rows, pa.float64())
    arrays = []
    bad: list[tuple[str, int, SetAside]] = []
    for found in wanted:
        if not given.has(found.sources):
            arrays.append(nothing)
            continue
        arrays.append(_in_unit(given, found.column.name, table.num_rows, bad))
    return pa.Table.from_arrays([*table.columns, *arrays], names=[*table.column_names, *names]), bad


def as_problems(bad: Iterable[tuple[str, int, SetAside]]) -> list[Problem]:
    """Cells of our own columns that were set aside, as problems."""
    return [
        Problem(row, Column(name, "", "instance", "DS", 0), aside.reason, b"") for name, row, aside in bad
    ]


def _in_unit(given: Given, name: str, n: int, bad: list[tuple[str, int, SetAside]]) -> pa.Array:
    """One column in its unit; rows that it cannot be worked out for are added to `bad`."""

    def some(first: int, last: int) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return RULES[name](given if last - first == n else given.rows(first, last))

    def alone(first: int, last: int, aside: SetAside) -> np.ndarray:
        bad.extend((name, row, aside) for row in range(first, last))
        return np.full(last - first, np.nan)

    values = np.concatenate(in_pieces(some, n, alone))
    return pa.array(values, mask=~np.isfinite(values))


def _by_size(values: np.ndarray, *bands: tuple[float, float, float]) -> np.ndarray:
    """Values times the factor of the band that they lie in: (least, greatest, factor); else NaN."""
    out = np.full(len(values), np.nan)
    for least, greatest, factor in bands:
        np.copyto(out, values * factor, where=(values >= least) & (values <= greatest))
    return out


def _positive(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, np.nan)


def _or_else(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(first), second, first)


def _finer(thousandths: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The same quantity twice: in thousandths, and in the unit itself, mostly rounded to whole numbers."""
    thousandths = _positive(thousandths)
    fine = thousandths / 1000
    room = 0.05 * whole
    is_same_number = (whole > 0) & (np.abs(thousandths - whole) <= room)
    agree = (np.abs(fine - whole) <= 1 + room) & (whole >= 0)
    both = np.select([is_same_number, agree], [whole, fine], np.nan)
    return np.select([np.isnan(thousandths), np.isnan(whole)], [_positive(whole), fine], both)


def _patient_size(given: Given) -> np.ndarray:
    return _by_size(given.number("PatientSize"), (0.2, 2.5, 1.0), (100, 250, 0.01), (1000, 2500, 0.001))


def _dose_area_product(given: Given) -> np.ndarray:
    both = _positive(given.number("ImageAndFluoroscopyAreaDoseProduct"))
    return _or_else(both, _positive(given.number("AcquiredImageAreaDoseProduct"))) / 10


def _entrance_dose(given: Given) -> np.ndarray:
    whole = np.where(
        given.is_one_of("Modality", _SINGLE_EXPOSURES), np.nan, _positive(given.number("EntranceDose"))
    )
    return _or_else(_positive(given.number("EntranceDoseInmGy")), 100 * whole)


def _organ_dose(given: Given) -> np.ndarray:
    return _by_size(_positive(given.number("OrganDose")), (0, 0.1, 100.0), (0.3, 30, 1.0))


def _frequency(given: Given) -> np.ndarray:
    return _by_size(given.number("ImagingFrequency"), (0.01, 1000, 1.0), (1e6, 1e9, 1e-6))


def _field_strength(given: Given) -> np.ndarray:
    said = given.number("MagneticFieldStrength")
    plain = _by_size(said, (0.001, 25, 1.0), (1e4, 2.5e5, 1e-4))
    unclear = np.isnan(plain) & (said > 25)
    if not unclear.any():
        return plain
    of_protons = given.is_one_of("ImagedNucleus", ["1H", None])
    expected = np.where(of_protons, _frequency(given) / _MHZ_PER_TESLA, np.nan)
    for factor in (1e-4, 1e-3):
        fits = unclear & (np.abs(said * factor / expected - 1) <= 0.1)
        plain = np.where(fits, said * factor, plain)
    return plain


def _milliseconds(given: Given) -> np.ndarray:
    """The factor that makes milliseconds of RepetitionTime and EchoTime; NaN where it cannot be told."""
    repetition, echo = (_positive(given.number(name)) for name in ("RepetitionTime", "EchoTime"))
    return np.select(
        [
            (repetition > 1e5) | (echo > 3000),
            (repetition < 0.5) & ~(echo > repetition),
            (repetition < 0.5),
            (echo >= 0.5) | (repetition >= 20),
        ],
        [1e-3, 1e3, np.nan, 1.0],
        np.nan,
    )


def _activity(given: Given) -> np.ndarray:
    return _by_size(given.number("RadionuclideTotalDose"), (1, 2e4, 1.0), (1e5, 1e11, 1e-6))


def _focus_depth(given: Given) -> np.ndarray:
    said, depth = _positive(given.number("FocusDepth")), _positive(given.number("DepthOfScanField"))
    deepest = _or_else(depth, np.full(len(depth), 300.0))
    found = np.select([10 * said <= deepest, said <= deepest], [10 * said, said], np.nan)
    return np.where(np.isnan(said), _positive(given.number("DepthsOfFocus")), found)


RULES: dict[str, Callable[[Given], np.ndarray]] = {
    "patient_size_m": _patient_size,
    "exposure_mas": lambda g: _finer(g.number("ExposureInuAs"), g.number("Exposure")),
    "exposure_time_ms": lambda g: _finer(g.number("ExposureTimeInuS"), g.number("ExposureTime")),
    "x_ray_tube_current_ma": lambda g: _finer(g.number("XRayTubeCurrentInuA"), g.number("XRayTubeCurrent")),
    "revolution_time_ms": lambda g: _by_size(
        g.number("RevolutionTime"), (0.05, 60, 1000.0), (100, 60_000, 1.0)
    ),
    "ctdivol_mgy": lambda g: _by_size(_positive(g.number("CTDIvol")), (0, 1e4, 1.0)),
    "dose_area_product_gy_cm2": _dose_area_product,
    "entrance_dose_mgy": _entrance_dose,
    "organ_dose_mgy": _organ_dose,
    "imaging_frequency_mhz": _frequency,
    "magnetic_field_strength_t": _field_strength,
    "repetition_time_ms": lambda g: _milliseconds(g) * _positive(g.number("RepetitionTime")),
    "echo_time_ms": lambda g: _milliseconds(g) * _positive(g.number("EchoTime")),
    "radionuclide_total_dose_mbq": _activity,
    "focus_depth_mm": _focus_depth,
    "transducer_frequency_mhz": lambda g: _by_size(
        g.number("TransducerFrequency"), (0.5, 100, 1.0), (500, 1e5, 1e-3), (5e5, 1e8, 1e-6)
    ),
}
"""How each column of schema.units is worked out."""

"""Mosaics: images of Siemens and United Imaging that show the slices of a volume as tiles.

A mosaic of n slices has ceil(sqrt(n)) tiles a side, filled row by row. Its ImagePositionPatient is that
of an image as large as the mosaic around the first slice, so that the first slice begins half the
difference in size further in; the others follow along the slice normal of the CSA header
(nibabel: Siemens mosaic format).

A grid of United Imaging calls itself VFRAME; its private sequence has an item for each slice, with the
ImagePositionPatient of that slice (dcm2niix, issue 225).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header.derived import fixed_lists
from dicomlab.schema.columns import public_column

GRID_POSITIONS = public_column(
    '(0065,xx51,"Image Private Header")[*].ImagePositionPatient', name="positions of the slices of a grid"
)
"""x, y, z of each slice of a grid, one after the other."""
MOST_SLICES = 4096
"""A mosaic that claims more slices is taken for a plain image."""


@dataclass(frozen=True)
class Mosaics:
    """How many slices each file shows as tiles, 0 for none; and what tells where they lie."""

    counts: np.ndarray
    helpers: pa.Table
    is_grid: np.ndarray
    """Which of these are grids of United Imaging."""

    def positions(self, row: np.ndarray, number: np.ndarray) -> np.ndarray:
        """ImagePositionPatient of slice `number` of file `row`; NaN where it is not known.

        Where the file has no slice normal or spacing, that of the first slice only is known.
        """
        corner = self._corners()
        step = self._steps()
        with np.errstate(invalid="ignore"):
            ahead = np.where((number == 0)[:, None], 0.0, number[:, None] * step[row])
        found = corner[row] + ahead
        for file in np.flatnonzero(self.is_grid).tolist():
            of_file = np.flatnonzero(row == file)
            found[of_file] = self._of_grid(file)[number[of_file]]
        return found

    def _of_grid(self, file: int) -> np.ndarray:
        """The positions of the slices of a grid; NaN where the file does not say three numbers for each."""
        count, said = int(self.counts[file]), self.helpers[GRID_POSITIONS.name][file].as_py() or []
        if len(said) != 3 * count:
            return np.full((count, 3), np.nan)
        return np.array(said, np.float64).reshape(-1, 3)

    def _corners(self) -> np.ndarray:
        """Where the first pixel of the first slice is."""
        n = len(self.counts)
        position, axes = self._list("ImagePositionPatient", 3), self._list("ImageOrientationPatient", 6)
        spacing = self._list("PixelSpacing", 2)
        tiles = np.ceil(np.sqrt(np.maximum(self.counts, 1)))
        rows, columns = (self._number(name) for name in ("Rows", "Columns"))
        right = axes[:, :3] * (spacing[:, 1] * (columns - columns / tiles) / 2).reshape(n, 1)
        down = axes[:, 3:] * (spacing[:, 0] * (rows - rows / tiles) / 2).reshape(n, 1)
        return position + right + down

    def _steps(self) -> np.ndarray:
        """From one slice to the next."""
        normal = self._list("siemens_slice_normal", 3)
        return normal * np.abs(self._number("SpacingBetweenSlices"))[:, None]

    def _list(self, name: str, width: int) -> np.ndarray:
        found = fixed_lists(self.helpers, name, width)
        return np.full((len(self.counts), width), np.nan) if found is None else found.T

    def _number(self, name: str) -> np.ndarray:
        return self.helpers[name].cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy()


def is_mosaic(image_type: pa.Array, word: str = "MOSAIC") -> np.ndarray:
    """Which files call themselves a mosaic: ImageType has the word."""
    found = np.zeros(len(image_type), np.bool_)
    words = pc.fill_null(pc.equal(pc.list_flatten(image_type), word), False)
    found[pc.list_parent_indices(image_type).filter(words).to_numpy()] = True
    return found


def find_mosaics(helpers: pa.Table) -> Mosaics | None:
    """The mosaics among files; None where there are none.

    A file counts that calls itself a mosaic, is no multi-frame object, says how many slices it
    has, and whose rows and columns that number of tiles divides. A grid may have fewer rows of tiles than
    columns.
    """
    counts, of_grid = (
        helpers[name].cast(pa.float64()).fill_null(0).to_numpy()
        for name in ("siemens_mosaic_images", "uih_grid_images")
    )
    if not (counts > 1).any() and not (of_grid > 1).any():
        return None
    tiles = np.ceil(np.sqrt(np.clip(counts, 1, MOST_SLICES))).astype(np.int64)
    rows, columns = (helpers[name].fill_null(0).to_numpy() for name in ("Rows", "Columns"))
    image_type = helpers["ImageType"].combine_chunks()
    is_image = (rows > 0) & (columns > 0) & (helpers["NumberOfFrames"].fill_null(1).to_numpy() <= 1)
    fits = (counts > 1) & (counts <= MOST_SLICES) & is_image
    fits &= (rows % tiles == 0) & (columns % tiles == 0)
    fits &= is_mosaic(image_type)
    is_grid = (of_grid > 1) & (of_grid <= MOST_SLICES) & (of_grid % 1 == 0) & is_image & ~fits
    is_grid &= is_mosaic(image_type, "VFRAME")
    whole = np.where(fits, counts, np.where(is_grid, of_grid, 0)).astype(np.int64)
    return Mosaics(whole, helpers, is_grid) if whole.any() else None

"""A peek at the pictures of a file or a series. It is no viewer for diagnosis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import traitlets

from dicomlab.arguments import checked_methods
from dicomlab.catalog.catalog import Catalog
from dicomlab.cohorts.cohort import Cohort
from dicomlab.errors import WrongArgument
from dicomlab.masking import options
from dicomlab.pixels import NoPicture, Pixels, Preset
from dicomlab.widgets.base import View, series_uid
from dicomlab.widgets.browser import as_source, file_keys

SIZES = (64, 1024)
"""Pixels that a picture may be wide and high."""


@checked_methods
class Viewer(View, page="viewer"):
    """Peek at the pictures of a file or a series; `value` is where one is.

    Takes a file, several, or a catalog or cohort and a `series` of it: its UID, or its row of the
    series table. `value` has `index` (which file) and `frame`, both from 0 on, `preset` (which of the windows
    of the file) and
    `window` (centre and width of one's own; empty for that of the preset). Pictures have the
    proportions of the body, and no overlays. They are not for diagnosis.

    Raises WrongArgument where there is nothing to look at.

    >>> from pydicom.data import get_testdata_file
    >>> viewer = dl.widgets.Viewer(get_testdata_file("CT_small.dcm", download=False))
    >>> viewer.presets[0]
    'Range of values'
    >>> viewer.value = {"window": [40, 400]}
    >>> viewer.value["frame"], viewer.problem
    (0, '')
    """

    gestures: ClassVar[Mapping[str, str]] = {"picture": "_picture"}

    value = traitlets.Dict().tag(sync=True)
    title = traitlets.Unicode("Pictures").tag(sync=True)
    size = traitlets.Int(384, min=SIZES[0], max=SIZES[1]).tag(sync=True)
    n_files = traitlets.Int(0, read_only=True).tag(sync=True)
    n_frames = traitlets.Int(1, read_only=True).tag(sync=True)
    presets = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    is_colour = traitlets.Bool(False, read_only=True).tag(sync=True)

    def __init__(
        self,
        source: str | Path | Iterable[str | Path] | Catalog | Cohort,
        series: Any = None,
        **settings: Any,
    ):
        self._files = _files(source, series_uid("Viewer", series))
        if not self._files:
            raise WrongArgument("series", "this", ("the UID of a series that has files",))
        self._is_masked = options.mask or (isinstance(source, Catalog) and source.is_masked)
        self._at: tuple[int, Pixels] | None = None
        super().__init__(**settings)
        self.set_trait("n_files", len(self._files))
        self.value = self.value or {"index": 0}
        self.observe(self._move, ["value", "size"])
        self._move()

    @traitlets.validate("value")
    def _valid(self, proposal: Any) -> dict[str, Any]:
        """What is asked for, within what there is."""
        given = dict(proposal["value"])
        unknown = set(given) - {"index", "frame", "preset", "window"}
        if unknown:
            raise WrongArgument("value", sorted(map(str, unknown))[0], ("index", "frame", "preset", "window"))
        window = [float(x) for x in given.get("window") or ()]
        if len(window) not in (0, 2) or any(abs(x) > 1e9 for x in window):
            raise WrongArgument("window", "this", ("[centre, width]", "[]"))
        if window:
            window[1] = max(window[1], 1e-6)
        index = min(max(int(given.get("index", 0)), 0), len(self._files) - 1)
        return {
            "index": index,
            "frame": max(int(given.get("frame", 0)), 0),
            "preset": max(int(given.get("preset", 0)), 0),
            "window": window,
        }

    def picture(self) -> bytes:
        """What is shown now, as PNG. Raises NoPicture."""
        with self.lock:
            pixels, frame, preset = self._chosen()
            return pixels.png(frame, preset, size=self.size)

    # --- how it comes about ---

    def _move(self, _: Any = None) -> None:
        with self.lock, self.explained(), self.hold_sync():
            self.revision += 1
            pixels = self._pixels()
            frame = min(self.value["frame"], pixels.n_frames - 1)
            self.set_trait("n_frames", pixels.n_frames)
            self.set_trait("is_colour", pixels.is_colour)
            self.set_trait("presets", self._names(pixels.presets(frame)))

    def _names(self, presets: Iterable[Preset]) -> list[str]:
        """The names of presets; what people wrote into the file is not shown while masked."""
        ours = {"Range of values", "Colours", "Brain", "Abdomen", "Lung", "Bone"}
        is_masked = self._is_masked or options.mask
        return [
            f"Window {n} of the file" if is_masked and one.name not in ours else one.name[:60]
            for n, one in enumerate(presets, start=1)
        ]

    def _pixels(self) -> Pixels:
        index = self.value["index"]
        if self._at is None or self._at[0] != index:
            self._at = None
            self._at = (index, Pixels(self._files[index]))
        pixels = self._at[1]
        if (self._is_masked or options.mask) and pixels.may_name_somebody:
            raise NoPicture("a name may be burned into it", "Turn dl.options.mask off to see it.")
        return pixels

    def _chosen(self) -> tuple[Pixels, int, Preset]:
        pixels = self._pixels()
        frame = min(self.value["frame"], pixels.n_frames - 1)
        presets = pixels.presets(frame)
        preset = presets[min(self.value["preset"], len(presets) - 1)]
        if self.value["window"] and not pixels.is_colour:
            preset = Preset("own", *self.value["window"])
        return pixels, frame, preset

    def _picture(self) -> dict[str, Any]:
        with self.lock:
            revision = self.revision
            pixels, frame, preset = self._chosen()
            used = pixels.window(frame, preset)
            data = pixels.png(frame, preset, size=self.size)
            return {
                "src": as_source(data),
                "window": None if used is None else [round(used.center, 4), round(used.width, 4)],
                "facts": _facts(pixels, frame),
                "revision": revision,
            }


def _files(source: Any, series: str) -> list[str]:
    if isinstance(source, Catalog | Cohort):
        if not series:
            raise WrongArgument("series", None, ("the UID of a series",))
        return file_keys(source, series)
    if series:
        raise WrongArgument("series", "a series", ("None, where files are given",))
    many = [source] if isinstance(source, str | Path) else source
    return [str(one) for one in many]


def _facts(pixels: Pixels, frame: int) -> str:
    """Modality, size and proportions: nothing that may identify."""
    rows, columns = pixels.shape
    modality = str(pixels.header.get("Modality", "")).strip()
    words = [modality if modality.isalnum() else "", f"{columns} × {rows} pixels"]
    aspect = pixels.aspect(frame)
    words.append("" if abs(aspect - 1) < 0.001 else f"pixels {aspect:.3g} times as high as wide")
    return ", ".join(word for word in words if word)

"""The one door to pixel data: a frame of an instance as values, and as a picture to look at.

One frame is read at a time, however many a file has. Pictures are for finding one's way: eight bits
of grey or colour, in a window, without overlays. They are not for diagnosis.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import numpy as np

from dicomlab.errors import DicomlabError, WrongArgument

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

Function = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]

MOST_VALUES = 1 << 27
"""Values that one frame may have: a gigabyte while it is made into a picture."""
MOST_BYTES = 1 << 30
"""How long a file in an archive may be, since it is held in memory."""
_GROUPS = ("FrameVOILUTSequence", "PixelValueTransformationSequence", "PixelMeasuresSequence")
_SPACINGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
_DECODERS = 'pip install "dicomlab[pixels]"'
# Windows that people expect of CT, in HU: centre and width.
_CT = (("Brain", 40, 80), ("Abdomen", 50, 400), ("Lung", -600, 1500), ("Bone", 500, 2000))


class NoPicture(DicomlabError):
    """An instance has no pixels that can be shown."""

    def __init__(self, reason: str, instead: str = "Choose another one."):
        super().__init__(f"There is no picture to show: {reason}. {instead}")


@dataclass(frozen=True)
class Preset:
    """A way of making values brightness: a window, or a table of the file (PS3.3 C.11.2)."""

    name: str
    center: float = 0.0
    width: float = 0.0
    function: Function = "LINEAR"
    table: int | None = None
    """Which item of the VOI LUT Sequence, where it is one."""


class Pixels:
    r"""The frames of one instance, read when asked for.

    `file` is a path, or the file key of a file in an archive.

    Raises NoPicture for what has no pixels or cannot be opened.

    >>> from pydicom.data import get_testdata_file
    >>> pixels = Pixels(get_testdata_file("CT_small.dcm", download=False))
    >>> pixels.n_frames, pixels.shape, pixels.values(0).shape
    (1, (128, 128), (128, 128))
    >>> pixels.png(0, size=64)[:4]
    b'\x89PNG'
    """

    def __init__(self, file: str | Path):
        self._file = os.fspath(file)
        self._last: tuple[int, Any] | None = None
        with _told(), self._open() as stream:
            self.header = _header(stream)
            if any(self.header.get(name) is None for name in ("Rows", "Columns", "BitsAllocated")):
                raise NoPicture("it holds no pixels")
            _ = self.n_frames, self.shape, self.presets()  # pydicom warns of odd values when they are read

    @cached_property
    def n_frames(self) -> int:
        """How many frames there are."""
        return max(1, _whole(self.header.get("NumberOfFrames")) or 1)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a frame."""
        return _whole(self.header.get("Rows")) or 0, _whole(self.header.get("Columns")) or 0

    @property
    def is_colour(self) -> bool:
        """Whether pixels are colours, which no window changes."""
        return (_whole(self.header.get("SamplesPerPixel")) or 1) > 1 or self._is_palette

    @property
    def may_name_somebody(self) -> bool:
        """Whether a name may be burned into the pixels: the file says so, or is of a kind that has them.

        Kinds: ultrasound, captures of screens, and scanned papers, unless BurnedInAnnotation is NO.
        """
        said = str(self.header.get("BurnedInAnnotation", "")).strip().upper()
        if said in ("YES", "NO"):
            return said == "YES"
        kind = "\\".join(map(str, _listed(self.header.get("ImageType")))).upper()
        is_captured = "SECONDARY" in kind or "SCREEN" in kind
        return is_captured or str(self.header.get("Modality", "")) in (
            "US",
            "SC",
            "OT",
            "XC",
            "ES",
            "DOC",
            "",
        )

    def aspect(self, frame: int = 0) -> float:
        """How high a pixel is, measured in its width; 1 where the file does not say."""
        groups = self._groups(frame)
        for name in _SPACINGS:
            if pair := _positive_pair(groups.get(name)):
                return pair[0] / pair[1]
        if pair := _positive_pair(self.header.get("PixelAspectRatio")):
            return pair[0] / pair[1]
        region = next(iter(self.header.get("SequenceOfUltrasoundRegions") or ()), None)
        if region is not None:
            deltas = [region.get("PhysicalDeltaY"), region.get("PhysicalDeltaX")]
            if pair := _positive_pair([abs(_real(d) or 0) for d in deltas]):
                return pair[0] / pair[1]
        return 1.0

    def presets(self, frame: int = 0) -> tuple[Preset, ...]:
        """Ways of showing a frame, the one that the file suggests first.

        Windows of the file with their explanations, its tables, the range of the values, and for CT
        the usual windows. Colours have one.
        """
        if self.is_colour:
            return (Preset("Colours"),)
        groups = self._groups(frame)
        found = [*_windows(groups), *_tables(groups), Preset("Range of values")]
        if str(self.header.get("Modality", "")) == "CT":
            found += [Preset(name, center, width) for name, center, width in _CT]
        return tuple(found)

    def values(self, frame: int = 0) -> NDArray[Any]:
        """The values of a frame as the modality means them (HU in CT), or its colours as RGB.

        Raises NoPicture where they cannot be had.
        """
        if not 0 <= frame < self.n_frames:
            raise WrongArgument("frame", frame, (0, f"up to {self.n_frames - 1}"))
        if self._last is None or self._last[0] != frame:
            self._last = (frame, self._read(frame))
        values: NDArray[Any] = self._last[1]
        return values

    def shown(self, frame: int = 0, preset: Preset | None = None) -> NDArray[np.uint8]:
        """A frame as brightness from 0 to 255, or as RGB; what is white on film is light."""
        values = self.values(frame)
        if self.is_colour:
            return _eight_bits(values)
        chosen = preset or self.presets(frame)[0]
        if chosen.table is not None:
            light = _through_table(values, self._groups(frame), chosen.table)
        else:
            light = windowed(values, chosen if chosen.width > 0 else self._range(values))
        if str(self.header.get("PhotometricInterpretation", "")).strip() == "MONOCHROME1":
            light = 1 - light
        return np.asarray((light * 255).round(), dtype=np.uint8)

    def window(self, frame: int = 0, preset: Preset | None = None) -> Preset | None:
        """The window that a frame is shown in; none for colours, and for tables of the file."""
        chosen = preset or self.presets(frame)[0]
        if self.is_colour or chosen.table is not None:
            return None
        return chosen if chosen.width > 0 else self._range(self.values(frame))

    def png(self, frame: int = 0, preset: Preset | None = None, *, size: int = 512) -> bytes:
        """A frame as PNG in its physical proportions; the longer side has `size` pixels."""
        from PIL import Image

        picture = Image.fromarray(self.shown(frame, preset))
        high, wide = picture.height * self.aspect(frame), float(picture.width)
        scale = size / max(high, wide)
        new = (max(1, round(wide * scale)), max(1, round(high * scale)))
        if new != picture.size:
            picture = picture.resize(new, Image.Resampling.BILINEAR)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()

    # --- how it is read ---

    @property
    def _is_palette(self) -> bool:
        return str(self.header.get("PhotometricInterpretation", "")).strip() == "PALETTE COLOR"

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        with open_item(self._file) as stream:
            yield stream

    def _groups(self, frame: int) -> Dataset:
        """What concerns brightness and size of one frame, wherever the file has it."""
        from pydicom.dataset import Dataset

        out = Dataset()
        out.file_meta = self.header.file_meta  # which end of a word comes first
        for name in (*_SPACINGS, "WindowCenter", "WindowWidth", "WindowCenterWidthExplanation"):
            _take(out, self.header, name)
        for name in ("VOILUTFunction", "VOILUTSequence", "ModalityLUTSequence"):
            _take(out, self.header, name)
        for name in ("RescaleSlope", "RescaleIntercept", "PixelRepresentation", "BitsStored"):
            _take(out, self.header, name)
        shared = next(iter(self.header.get("SharedFunctionalGroupsSequence") or ()), None)
        own = self.header.get("PerFrameFunctionalGroupsSequence") or ()
        for group in (shared, own[frame] if frame < len(own) else None):
            for name in _GROUPS:
                item = next(iter((group.get(name) if group is not None else None) or ()), None)
                for element in item or ():
                    out[element.tag] = element
        return out

    def _read(self, frame: int) -> NDArray[Any]:
        rows, columns = self.shape
        samples = _whole(self.header.get("SamplesPerPixel")) or 1
        if not 0 < rows * columns * samples <= MOST_VALUES:
            raise NoPicture("one frame has too many pixels, or none")
        with _told(), self._open() as stream:
            raw = self._decoded(stream, frame)
            return self._meant(raw, frame)

    def _decoded(self, stream: BinaryIO, frame: int) -> NDArray[Any]:
        from pydicom.pixels.decoders.base import get_decoder
        from pydicom.pixels.utils import pixel_array

        syntax = self.header.file_meta.get("TransferSyntaxUID")
        if syntax is None:
            raise NoPicture("the file does not say how its pixels are packed")
        if syntax.is_deflated:
            stream.seek(0)
            return np.asarray(pixel_array(_whole_dataset(stream), index=frame))
        if syntax.is_compressed and not get_decoder(syntax).is_available:
            raise NoPicture(f"its pixels are packed as {syntax.name}", f"Add what unpacks them: {_DECODERS}")
        try:
            return np.asarray(pixel_array(stream, index=frame))
        except RuntimeError:  # each decoder that is installed has given up
            if not syntax.is_compressed:
                raise
            instead = f"Add other decoders: {_DECODERS}"
            raise NoPicture(f"its pixels, packed as {syntax.name}, could not be unpacked", instead) from None

    def _meant(self, raw: NDArray[Any], frame: int) -> NDArray[Any]:
        from pydicom.pixels.processing import apply_color_lut, apply_modality_lut

        if self._is_palette:
            return np.asarray(apply_color_lut(raw, self.header))
        if self.is_colour:
            return raw
        groups = self._groups(frame)
        if "ModalityLUTSequence" in groups:
            return np.asarray(apply_modality_lut(raw, groups), np.float32)
        slope, intercept = _real(groups.get("RescaleSlope")), _real(groups.get("RescaleIntercept"))
        if slope is None or slope == 0 or intercept is None:
            return raw
        return np.asarray(raw, np.float32) * np.float32(slope) + np.float32(intercept)

    def _range(self, values: NDArray[Any]) -> Preset:
        """A window over nearly all values, without those that pad."""
        finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values.ravel()
        padding = _real(self.header.get("PixelPaddingValue"))
        if padding is not None:
            slope = _real(self.header.get("RescaleSlope")) or 1.0
            kept = finite[finite != padding * slope + (_real(self.header.get("RescaleIntercept")) or 0.0)]
            finite = kept if len(kept) else finite
        if not len(finite):
            return Preset("Range of values", 0, 1, "LINEAR_EXACT")
        low, high = np.percentile(finite[:: max(1, len(finite) // 250_000)], [0.2, 99.8])
        return Preset("Range of values", (low + high) / 2, max(high - low, 1e-6), "LINEAR_EXACT")


def windowed(values: NDArray[Any], window: Preset) -> NDArray[np.float32]:
    """Values in a window as brightness from 0 to 1 (PS3.3 C.11.2.1.2).

    >>> windowed(np.array([0, 50, 100]), Preset("own", 50.5, 101)).tolist()
    [0.0, 0.5, 1.0]
    """
    x = np.asarray(values, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        if window.function == "SIGMOID":
            light = 1 / (1 + np.exp(-4 * (x - window.center) / window.width))
        elif window.function == "LINEAR_EXACT" or window.width <= 1:
            light = (x - window.center) / window.width + 0.5
        else:
            light = (x - (window.center - 0.5)) / (window.width - 1) + 0.5
    return np.asarray(np.nan_to_num(light, nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1), np.float32)


def thumbnail(file: str | Path, *, size: int = 96) -> bytes:
    """The middle frame of an instance as a small PNG; raises NoPicture."""
    pixels = Pixels(file)
    return pixels.png(pixels.n_frames // 2, size=size)


@contextmanager
def open_item(key: str) -> Iterator[BinaryIO]:
    """Open a file by its key: on disk, or in an archive on disk. Raises NoPicture."""
    from dicomlab.sources.archive import INSIDE

    path, _, name = key.partition(INSIDE)
    if "://" in path:
        raise NoPicture("the file is not on this machine", "Copy it here, and scan that.")
    try:
        with open(path, "rb") as file:
            yield _member(file, path, name) if name else file
    except OSError as error:
        reason = f"the file cannot be opened ({error.strerror or type(error).__name__})"
        raise NoPicture(reason, "See whether its disk is there.") from None


def _member(file: BinaryIO, path: str, name: str) -> BinaryIO:
    from dicomlab.sources.archive import BrokenArchive, kind_of, members

    kind = kind_of(file.read(512))
    file.seek(0)
    try:
        for member in members(file, kind or "", os.path.basename(path)):
            if member.name == name:
                data, _ = member.read(MOST_BYTES + 1)
                if len(data) > MOST_BYTES:
                    raise NoPicture("the file in the archive is too long to be held in memory")
                return io.BytesIO(data)
    except BrokenArchive as error:
        raise NoPicture(error.reason) from None
    raise NoPicture("the archive has no such file any more", "Scan again.")


@contextmanager
def _told() -> Iterator[None]:
    """Raise NoPicture, without a word of other packages, which may quote a header."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except DicomlabError:
            raise
        except MemoryError:
            raise NoPicture("it does not fit into memory") from None
        except Exception as error:  # noqa: BLE001 - decoders raise whatever their parts raise
            reason = f"its pixels are broken or cut short ({type(error).__name__})"
            raise NoPicture(reason) from None


def _header(stream: BinaryIO) -> Dataset:
    from pydicom import dcmread

    return dcmread(stream, force=True, stop_before_pixels=True)


def _whole_dataset(stream: BinaryIO) -> Dataset:
    from pydicom import dcmread

    return dcmread(stream)


def _windows(groups: Dataset) -> Iterator[Preset]:
    centers, widths = (_listed(groups.get(name)) for name in ("WindowCenter", "WindowWidth"))
    names = [str(n).strip() for n in _listed(groups.get("WindowCenterWidthExplanation"))]
    said = str(groups.get("VOILUTFunction", "LINEAR")).strip().upper()
    function: Function = said if said in ("LINEAR_EXACT", "SIGMOID") else "LINEAR"  # type: ignore[assignment]
    for n, (c, w) in enumerate(zip(centers, widths, strict=False)):
        center, width = _real(c), _real(w)
        if center is not None and width is not None and width > 0:
            name = names[n] if n < len(names) and names[n] else f"Window {n + 1} of the file"
            yield Preset(name, center, width, function)


def _tables(groups: Dataset) -> Iterator[Preset]:
    for n, item in enumerate(groups.get("VOILUTSequence") or ()):
        if item.get("LUTDescriptor") is not None and item.get("LUTData") is not None:
            yield Preset(str(item.get("LUTExplanation", "")).strip() or f"Table {n + 1} of the file", table=n)


def _through_table(values: NDArray[Any], groups: Dataset, number: int) -> NDArray[np.float32]:
    from pydicom.pixels.processing import apply_voi

    bits = _whole(groups.VOILUTSequence[number].LUTDescriptor[2]) or 16
    with _told():
        out = apply_voi(np.asarray(np.rint(values), np.int64), groups, index=number)
    return np.asarray((np.asarray(out, np.float32) / (2**bits - 1)).clip(0, 1), np.float32)


def _eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return values
    most = float(np.iinfo(values.dtype).max) if values.dtype.kind in "ui" else float(values.max() or 1)
    return np.asarray((np.asarray(values, np.float32) / most * 255).clip(0, 255), np.uint8)


def _take(out: Dataset, given: Dataset, name: str) -> None:
    if name in given:
        out[name] = given[name]


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if not isinstance(value, str | int | float) and hasattr(value, "__len__") else [value]


def _real(value: Any) -> float | None:
    try:
        number = float(_listed(value)[0])
    except (IndexError, TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _whole(value: Any) -> int | None:
    number = _real(value)
    return None if number is None else int(number)


def _positive_pair(value: Any) -> tuple[float, float] | None:
    """Two sizes of which one can take the ratio: not of one another's hundredfold."""
    pair = [_real(part) for part in _listed(value)[:2]]
    if len(pair) < 2 or not all(part and part > 0 for part in pair):
        return None
    first, second = float(pair[0] or 1), float(pair[1] or 1)
    return (first, second) if 0.01 <= first / second <= 100 else None

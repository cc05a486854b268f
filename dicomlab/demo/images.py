"""Small pictures that look like what the acquisition parameters say."""

from __future__ import annotations

from functools import cache

import numpy as np

SIDE = {"CT": 20, "MR": 20, "DX": 24, "MG": 24}
"""Rows and columns of the pictures, small so that a fleet fits on a laptop."""


def picture(modality: str, *, size: float, noise: float, rng: np.random.Generator) -> bytes:
    """The pixels of one image, unsigned 16 bit, row by row.

    `size` is the patient's in standard deviations: the body fills more of the picture. `noise` is
    the standard deviation of the pixels in stored values.
    """
    x, y = _grid(SIDE[modality])
    radius = float(np.clip(0.72 + 0.06 * size, 0.45, 0.95))
    draw = {"CT": _slice, "MR": _brain, "DX": _chest, "MG": _breast}[modality]
    pixels = draw(x / radius, y / radius)
    pixels += noise * rng.standard_normal(pixels.shape, dtype=np.float32)
    return bytes(np.clip(pixels, 0, 4095).astype("<u2").tobytes())


@cache
def _grid(side: int) -> tuple[np.ndarray, np.ndarray]:
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    x, y = np.meshgrid(axis, axis)
    return x, y


def _slice(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Stored values of a CT slice: air 0, water 1024, with a spine and a rounder organ."""
    r = x**2 + (1.25 * y) ** 2
    pixels = np.where(r < 1, np.float32(1070), np.float32(24))
    pixels += 45 * ((x + 0.3) ** 2 + y**2 < 0.1)
    pixels += 700 * (x**2 + (y - 0.5) ** 2 < 0.03)
    return pixels


def _brain(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A head in MR: bright rim, grey inside, dark ventricles."""
    r = (1.15 * x) ** 2 + y**2
    pixels = np.where(r < 1, np.float32(420), np.float32(8))
    pixels += 300 * ((r < 1) & (r > 0.8))
    pixels -= 260 * ((np.abs(x) < 0.25) & (np.abs(y) < 0.3))
    return pixels


def _chest(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A radiograph: two dark lungs beside a bright middle."""
    pixels = np.where(np.abs(x) < 1, np.float32(2200), np.float32(300))
    pixels -= 1200 * (((np.abs(x) - 0.5) / 0.33) ** 2 + (y / 0.75) ** 2 < 1)
    return pixels


def _breast(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A half disc against the chest wall, denser in its middle."""
    r = (0.55 * (x + 1.0)) ** 2 + y**2
    pixels = np.where(r < 1, np.float32(1500), np.float32(60))
    pixels += 600 * (r < 0.35)
    return pixels

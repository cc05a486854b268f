"""Arrow arrays of bytes as numpy sees them."""

from __future__ import annotations

import ctypes

import numpy as np
import pyarrow as pa


def binary_buffers(headers: pa.LargeBinaryArray) -> tuple[np.ndarray, np.ndarray]:
    """Where each value of an array begins, and the bytes they lie in, for as long as it lives.

    The bytes are of the type that numpy has for writable ones, though nothing may write: so
    the compiler has one type to compile for, not two.
    """
    _, offsets, data = headers.buffers()
    starts = np.frombuffer(offsets, np.int64)[headers.offset : headers.offset + len(headers) + 1]
    if not data or not data.size:
        return starts, np.zeros(1, np.uint8)
    return starts, np.ctypeslib.as_array((ctypes.c_uint8 * data.size).from_address(data.address))

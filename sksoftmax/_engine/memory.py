# SPDX-License-Identifier: BSD-3-Clause
"""Arrays that begin on a cache line: vector instructions that straddle two lines take up to twice as long."""

import math

import numpy as np

CACHE_LINE = 64


def empty(shape, dtype):
    """A C-ordered array of arbitrary values."""
    return _aligned(shape, np.dtype(dtype), np.empty)


def _aligned(shape, dtype, allocate):
    size = math.prod(shape) * dtype.itemsize
    memory = allocate(size + CACHE_LINE, np.uint8)
    start = -memory.__array_interface__["data"][0] % CACHE_LINE
    return np.ndarray(shape, dtype, memory, start)


def zeros(shape, dtype):
    """Zeros, which take no memory before they are written to."""
    return _aligned(shape, np.dtype(dtype), np.zeros)

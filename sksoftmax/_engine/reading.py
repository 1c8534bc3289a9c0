# SPDX-License-Identifier: BSD-3-Clause
"""How samples of any type and layout in memory are read: a part at a time, never copied as a whole."""

import math
from functools import partial

import numpy as np
from scipy import sparse

from sksoftmax._engine.blocks import Blocks, Pass
from sksoftmax._engine.half_precision import is_half, to_single
from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.reading_ahead import ReadingAhead

# Values that are looked at together: they stay in the second cache.
PART_VALUES = 2**18
# Rows that are gathered, then converted while they are in the cache.
PIECE_ROWS = 128
# Rows of an array whose features lie apart are gathered so many bytes at a time. A cache line holds values of one
# feature and of several rows; the more rows are gathered together, the more of it is used.
WINDOW_BYTES = 2**23


def computed_in(dtype):
    """The type that numbers of a type are computed in: float32 where it holds all of them exactly, else float64."""
    return np.dtype(np.float32 if np.can_cast(dtype, np.float32) else np.float64)


def parts(X, rows=None):
    """Yield the rows (m,) of X (n, d), dense or Blocks, or all of them, as (place of the first in `rows`, those rows of
    X), in the byte order of the machine and, where they are floats, no narrower than float32."""
    dtype = computed_in(X.dtype) if X.dtype.kind == "f" else X.dtype.newbyteorder("=")
    length, done = max(1, PART_VALUES // max(X.shape[1], 1)), 0
    if rows is None and not isinstance(X, Blocks):
        # Slices, which are no copies.
        for start in range(0, X.shape[0], length):
            yield start, X[start : start + length].astype(dtype, copy=False)
        return
    for array, places in one_pass(X)(np.arange(X.shape[0]) if rows is None else rows, length):
        for start in range(0, len(places), length):
            part = array[places[start : start + length]]
            yield done, part.astype(dtype, copy=False)
            done += len(part)


def check_finite(X):
    """Raise ValueError for the first row of X (n, d), dense or CSR, that holds a number that is not finite."""
    if X.dtype.kind != "f":
        return
    if sparse.issparse(X):
        places = np.flatnonzero(~np.isfinite(X.data))
        if len(places):
            row = np.searchsorted(X.indptr, places[0], side="right") - 1
            raise _not_finite(X.data[places[0]], row, X.indices[places[0]])
        return
    for start, part in parts(X):
        _check_part(start, part)


def feature_extremes(X, rows=None):
    """The smallest and the largest value (2, d) float64 of each feature over the rows (m,) of X (n, d), dense or
    Blocks, or over all; raises as `check_finite`, in the same pass."""
    found = np.full((2, X.shape[1]), np.inf)
    lowest, highest = found
    highest[:] = -np.inf

    def look():
        for start, part in parts(X, rows):
            np.minimum(lowest, part.min(axis=0), out=lowest)
            np.maximum(highest, part.max(axis=0), out=highest)
            # Both are nan where one value is.
            if not np.isfinite(found).all():
                _check_part(start, part)

    quietly(look, invalid="ignore")
    return found


def _check_part(start, part):
    finite = np.isfinite(part)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise _not_finite(part[row, column], start + row, column)


def _not_finite(value, row, column):
    what = "NaN" if np.isnan(value) else "infinity"
    return ValueError(
        f"Input X contains {what} in row {row}, column {column}, must hold finite numbers: impute the value, or leave "
        "the sample out."
    )


class Window:
    """Memory for rows that are gathered, which the next gathering overwrites; passes that share it take turns."""

    def __init__(self):
        self._memory = np.empty(0, np.uint8)

    def array(self, shape, dtype):
        size = math.prod(shape) * dtype.itemsize
        if self._memory.size < size:
            self._memory = np.empty(size, np.uint8)
        return self._memory[:size].view(dtype).reshape(shape)


def one_pass(X, ahead=None, window=None):
    """A function ``windows(rows, multiple)`` that yields (array, places) whose rows, one after the other, are these
    rows of X (n, d), dense, CSR or Blocks; all but the last are a multiple of a number. Rows of Blocks must go on from
    call to call.

    ahead : None, or (rows, length) of all calls together, of which that many are brought into memory ahead of time
    window : Window to gather rows into, or None for a new one
    """
    if isinstance(X, Blocks):
        return Pass(X).windows
    if not sparse.issparse(X) and not _rows_lie_together(X):
        return partial(_gathered, X, window or Window())
    if ahead is not None and not sparse.issparse(X):
        return ReadingAhead(X, *ahead).windows
    return lambda rows, _: [(X, rows)]


def _rows_lie_together(X):
    row, column = np.abs(X.strides)
    return column <= row


def _gathered(X, window, rows, multiple):
    """Windows that lie row by row, in one array that the next overwrites."""
    length = max(1, WINDOW_BYTES // (multiple * X.shape[1] * X.dtype.itemsize)) * multiple
    array = window.array((min(length, len(rows)), X.shape[1]), X.dtype)
    for start in range(0, len(rows), length):
        chunk = rows[start : start + length]
        # In the order of memory, and from there in the order that was asked for.
        order = np.argsort(chunk)
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        take_rows(X, chunk[order], array[: len(chunk)])
        yield array, places


def take_rows(X, rows, out):
    """Overwrite `out` (m, d), C-ordered, with rows (m,) of X (n, d), dense, of any type that is computed in its."""
    if X.flags.c_contiguous and X.dtype == out.dtype:
        # Without mode="clip" NumPy would gather into a second buffer first.
        X.take(rows, axis=0, out=out, mode="clip")
        return
    for start in range(0, len(rows), PIECE_ROWS):
        place = slice(start, start + PIECE_ROWS)
        # `take` would copy an X of another layout as a whole.
        convert(X.take(rows[place], axis=0) if X.flags.c_contiguous else X[rows[place]], out[place])


def convert(X, out):
    """Overwrite `out` with numbers of another type."""
    if is_half(X.dtype) and out.dtype == np.float32:
        to_single(X, out)
    else:
        np.copyto(out, X)

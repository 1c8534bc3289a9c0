# SPDX-License-Identifier: BSD-3-Clause
"""Samples that come in blocks, one after the other, in each pass anew: they need not fit into memory."""

import numpy as np


class Blocks:
    """The rows (n, d) of dense blocks, which are read in their order only.

    Parameters
    ----------
    read : function that returns an iterator of arrays, those of the given lengths
    lengths : how many rows each has
    n_columns : d
    dtype : that all numbers are read as
    """

    ndim = 2

    def __init__(self, read, lengths, n_columns, dtype):
        self._read, self.dtype = read, np.dtype(dtype)
        self._stops = np.cumsum(lengths)
        self.shape = int(self._stops[-1]), n_columns

    def arrays(self):
        """Yield (number of the first row, rows) of each block."""
        blocks, start = self._read(), 0
        for number, stop in enumerate(self._stops):
            X = next(blocks, None)
            _check_shape(number, X, (int(stop) - start, self.shape[1]))
            if stop == self._stops[-1]:
                _check_shape(number + 1, next(blocks, None), None)
            yield start, X.astype(self.dtype, copy=False)
            start = int(stop)

    def __getitem__(self, rows):
        """Those rows, ascending (m,) or a slice of them, as an array; it takes a pass."""
        rows = np.arange(self.shape[0])[rows]
        windows = Pass(self).windows(rows, 1)
        return np.concatenate([X[places] for X, places in windows] or [np.empty((0, self.shape[1]), self.dtype)])

    def shuffled(self, rows, random_state):
        """Ascending rows (m,) in a new order within each block."""
        parts = np.split(rows, np.searchsorted(rows, self._stops[:-1]))
        return np.concatenate([part[random_state.permutation(len(part))] for part in parts])


def _check_shape(number, X, before):
    """Raise ValueError where a block X, or None, is not of the shape that it had, or None."""
    shape = None if X is None else X.shape
    if shape == before:
        return
    now = "is missing" if shape is None else f"has shape {shape}"
    then = "was not there" if before is None else f"had shape {before}"
    raise ValueError(f"Block {number} of blocks {now}, {then} in the first pass: each pass must give the same blocks.")


class Pass:
    """One pass over Blocks, which goes on from call to call."""

    def __init__(self, blocks):
        self._arrays = blocks.arrays()
        self._start, self._X = 0, np.empty((0, blocks.shape[1]), blocks.dtype)

    def windows(self, rows, multiple):
        """As `reading.windows` for the next rows, those of each block together."""
        left_over = self._X[:0]
        while len(rows):
            stop = self._start + len(self._X)
            count = np.count_nonzero(rows[: len(self._X)] < stop)
            places, rows = rows[:count] - self._start, rows[count:]
            if len(left_over):
                missing = multiple - len(left_over)
                left_over = np.concatenate([left_over, self._X[places[:missing]]])
                places = places[missing:]
                if len(left_over) == multiple or not len(rows):
                    yield left_over, np.arange(len(left_over))
                    left_over = left_over[:0]
            whole = len(places) - (len(places) % multiple if len(rows) else 0)
            if whole:
                yield self._X, places[:whole]
            if whole < len(places):
                left_over = self._X[places[whole:]]
            if len(rows):
                self._start, self._X = next(self._arrays)

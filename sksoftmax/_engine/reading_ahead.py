# SPDX-License-Identifier: BSD-3-Clause
"""Samples of a memory map that another thread brings into memory while those before them train."""

import threading

import numpy as np

# Memory is read from a disk in pages of at least so many bytes.
PAGE = 2**12


class ReadingAhead:
    """One pass over X (n, d) in the order of rows (m,), which goes on from call to call; the order is one of windows of
    `length` rows, the next of which is read while the rows of one are served."""

    def __init__(self, X, rows, length):
        self._X, self._rows, self._length = X, rows, length
        # Rows of the order that have been served, that have been read, and who reads the window after them.
        self._served = self._read = 0
        self._reader = self._begin()

    def windows(self, rows, multiple):
        """As `reading.one_pass` for the next rows of the order."""
        length = max(1, self._length // multiple) * multiple
        for start in range(0, len(rows), length):
            part = rows[start : start + length]
            self._served += len(part)
            while self._read < min(self._served, len(self._rows)):
                self._reader.join()
                self._read += self._length
                self._reader = self._begin()
            yield self._X, part

    def _begin(self):
        rows = np.sort(self._rows[self._read : self._read + self._length])
        reader = threading.Thread(target=read, args=(self._X, rows), daemon=True)
        reader.start()
        return reader


def read(X, rows):
    """Bring rows (m,) of X, dense, into memory, in one call that other threads need not wait for."""
    X[rows[:, None], np.arange(0, X.shape[1], max(1, PAGE // X.itemsize))]

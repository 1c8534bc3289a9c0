# SPDX-License-Identifier: BSD-3-Clause
"""The columns that rows of a CSR matrix store, by which much that is said of (n, d) shrinks to what the rows have."""

import numpy as np
from scipy import sparse

# Values that are read together, or as many as there are columns.
FEWEST_VALUES = 2**18


def parts_of(X):
    """Parts of a CSR matrix (n, d) that are few, and of little memory beside it: (slice of rows, those rows)."""
    values = max(FEWEST_VALUES, X.shape[1])
    start = 0
    while start < X.shape[0]:
        stop = max(start + 1, int(np.searchsorted(X.indptr, X.indptr[start] + values, side="right")) - 1)
        part = slice(X.indptr[start], X.indptr[stop])
        indptr = X.indptr[start : stop + 1] - X.indptr[start]
        shape = stop - start, X.shape[1]
        yield slice(start, stop), sparse.csr_matrix((X.data[part], X.indices[part], indptr), shape=shape)
        start = stop


class Columns:
    """Finds the columns of some rows in a time that does not depend on d.

    Parameters
    ----------
    n_columns : int, d
    """

    def __init__(self, n_columns):
        dtype = np.int32 if n_columns < np.iinfo(np.int32).max else np.int64
        # Scratch, for the place of each column among those of the rows.
        self._places = np.empty(n_columns, dtype)

    def of(self, indices, but=()):
        """The different columns (m,) among the indices of values, without those in `but`."""
        places = self._places
        order = np.arange(len(indices), dtype=places.dtype)
        # The last value of a column stands for it.
        places[indices] = order
        places[np.asarray(but, places.dtype)] = -1
        return indices[places.take(indices) == order]

    def places(self, indices, columns):
        """The place of the column of each value among these columns."""
        self._places[columns] = np.arange(len(columns), dtype=self._places.dtype)
        return self._places.take(indices)


class ColumnsInUse:
    """Those columns of (n, d) that count: X stores a value there, or an array that goes with it is not zero.

    Training on these alone leads to the same: weights of zero whose features are always zero stay so.

    Parameters
    ----------
    X : (n, d) CSR
    others : arrays (..., d)
    """

    def __init__(self, X, others):
        used = np.zeros(X.shape[1], bool)
        used[X.indices] = True
        for values in others:
            used |= values.reshape(-1, X.shape[1]).any(axis=0)
        self.n_columns, self._used, self._indices = X.shape[1], used, np.flatnonzero(used)

    def __len__(self):
        return len(self._indices)

    def of_rows(self, X):
        """X (n, d) as CSR of these columns, which shares its values where all of them are in these columns."""
        if not self._used.take(X.indices).all():
            return type(X)(X[:, self._indices])
        places = np.cumsum(self._used, dtype=X.indices.dtype) - 1
        return type(X)((X.data, places.take(X.indices), X.indptr), shape=(X.shape[0], len(self)))

    def of(self, values):
        """Values (..., d), or None, of these columns."""
        return None if values is None else values[..., self._indices]

    def restrict(self, parameters):
        """Parameters of networks of these features only."""
        restricted = parameters.like((len(self), *parameters.sizes[1:]))
        matrix = parameters.layers[0].matrix
        # Zeros take no memory yet.
        if matrix.any():
            restricted.layers[0].matrix[:] = matrix[:, self._indices]
        restricted.above_first[:] = parameters.above_first
        return restricted

    def expand(self, parameters):
        """The inverse of `restrict`, not by feature: zeros for the others."""
        expanded = parameters.like((self.n_columns, *parameters.sizes[1:]), is_by_feature=False)
        expanded.layers[0].matrix[:, self._indices] = parameters.layers[0].matrix
        expanded.above_first[:] = parameters.above_first
        return expanded

# SPDX-License-Identifier: BSD-3-Clause
"""What a trained network makes of rows that it has not seen."""

import numpy as np
from scipy import sparse

from sksoftmax._engine.products import DenseRows, SparseRows

# Rows at a time: few enough for little memory, many enough that a part costs little beside its products.
READ_ROWS = 1024


def _forward(network, X):
    """Pass X (n, d), dense or CSR, through a network in parts; yield the place of each and the units of its layers."""
    sizes, dtype = network.parameters.sizes, network.parameters.dtype
    for start in range(0, X.shape[0], READ_ROWS):
        place = slice(start, start + READ_ROWS)
        rows = X[place].astype(dtype, copy=False)
        if sparse.issparse(X):
            inputs = SparseRows(rows.shape[0], sizes[1])
            inputs.X = rows
        else:
            inputs = DenseRows(np.ascontiguousarray(rows), sizes[1])
        yield place, network.forward(inputs, rows.shape[0])


def outputs(network, X, finish=None):
    """Logits (n, K) of one network; `finish` overwrites each part of them (1, K, b)."""
    result = np.empty((X.shape[0], network.parameters.sizes[-1]), network.parameters.dtype)
    for place, (*_, Z) in _forward(network, X):
        if finish is not None:
            finish(Z)
        result[place] = Z[0].T
    return result


def hidden_units(network, X):
    """Activations (n, units) of each hidden layer of one network."""
    results = [np.empty((X.shape[0], size), network.parameters.dtype) for size in network.parameters.sizes[1:-1]]
    for place, (*hidden, _) in _forward(network, X):
        for result, A in zip(results, hidden):
            result[place] = A[0].T
    return results

# SPDX-License-Identifier: BSD-3-Clause
"""Outputs of a trained network for rows that it has not seen."""

import numpy as np
from scipy import sparse

from sksoftmax._engine.minibatches import PART_ROWS
from sksoftmax._engine.products import DenseRows, SparseRows


def outputs(network, X, finish=None):
    """Logits (n, K) of one network for X (n, d), dense or CSR; `finish` overwrites each block of logits (1, K, b)."""
    sizes, dtype = network.parameters.sizes, network.parameters.dtype
    result = np.empty((X.shape[0], sizes[-1]), dtype)
    for start in range(0, X.shape[0], PART_ROWS):
        rows = X[start : start + PART_ROWS].astype(dtype, copy=False)
        inputs = SparseRows(rows) if sparse.issparse(X) else DenseRows(np.ascontiguousarray(rows), sizes[1])
        Z = network.forward(inputs, rows.shape[0])
        if finish is not None:
            finish(Z)
        result[start : start + PART_ROWS] = Z[0].T
    return result

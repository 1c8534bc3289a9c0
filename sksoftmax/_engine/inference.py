# SPDX-License-Identifier: BSD-3-Clause
"""What trained layers (W, b), W (fan_out, fan_in), make of rows that they have not seen."""

import numpy as np
from scipy import sparse

from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.calls import run
from sksoftmax._engine.products import cut

# Rows at a time: few enough for little memory, many enough that a part costs little beside its products.
READ_ROWS = 1024


def _parts(n_samples, length):
    return (slice(start, start + length) for start in range(0, n_samples, length))


def _forward(layers, activation, X):
    """Pass X (n, d), dense or CSR, through the layers in parts; yield the place of each and its units (b, fan_out)."""
    (first, _), length = layers[0], READ_ROWS
    if not sparse.issparse(X):
        _, samples = cut(*first.shape, READ_ROWS)
        length = samples[0].stop or READ_ROWS
    for place in _parts(X.shape[0], length):
        A, units = X[place].astype(first.dtype, copy=False), []
        for W, b in layers:
            if units:
                run(ACTIVATIONS[activation].value(A))
            A = A @ W.T + b
            units.append(A)
        yield place, units


def outputs(layers, activation, X, finish=None):
    """Logits (n, K); `finish` overwrites a part of them, (K, b)."""
    result = np.empty((X.shape[0], len(layers[-1][1])), layers[0][0].dtype)
    for place, (*_, logits) in _forward(layers, activation, X):
        result[place] = logits
    if finish is not None:
        for place in _parts(len(result), READ_ROWS):
            # NumPy reduces a first axis faster than a short last one.
            Z = result[place].T.copy()
            finish(Z)
            result[place] = Z.T
    return result


def hidden_units(layers, activation, X):
    """Activations (n, units) of each hidden layer."""
    results = [np.empty((X.shape[0], len(b)), layers[0][0].dtype) for _, b in layers[:-1]]
    for place, (*hidden, _) in _forward(layers, activation, X):
        for result, A in zip(results, hidden):
            result[place] = A
    return results

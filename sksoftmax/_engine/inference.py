# SPDX-License-Identifier: BSD-3-Clause
"""What trained layers (W, b), W (fan_out, fan_in), make of rows that they have not seen."""

from functools import partial

import numpy as np
from scipy import sparse

from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.calls import run
from sksoftmax._engine.columns import Columns
from sksoftmax._engine.cross_entropy import log_softmax
from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.products import samples_at_once
from sksoftmax._engine.reading import one_pass

# Rows at a time: few enough for little memory, many enough that a part costs little beside its products.
READ_ROWS = 1024
# Values of sparse rows at a time: many enough that their columns repeat.
READ_VALUES = 2**18
# Sparse rows with more values for each column are read with a transposed copy of W, which others would cost more than
# the product.
VALUES_WORTH_A_COPY = 4


def _product(W, A):
    return A @ W.T


def _parts(n_samples, length):
    return (slice(start, start + length) for start in range(0, n_samples, length))


def _first_product(W, X):
    """How many rows of X (n, d), dense or CSR, to read at a time, and a function that makes their products (b, fan_out)
    with W, dense or sparse."""
    if not sparse.issparse(X):
        return samples_at_once(*W.shape, READ_ROWS), lambda part: _dense(part @ W.T)
    if sparse.issparse(W):
        return READ_ROWS, lambda part: (part @ W.T).toarray()
    if X.nnz > VALUES_WORTH_A_COPY * X.shape[1]:
        # SciPy would copy it for each part.
        WT = np.ascontiguousarray(W.T)
        return READ_ROWS, lambda part: part @ WT
    columns = Columns(X.shape[1])

    def of_columns(part):
        used = columns.of(part.indices)
        places = columns.places(part.indices, used)
        local = sparse.csr_matrix((part.data, places, part.indptr), shape=(part.shape[0], len(used)))
        return local @ np.ascontiguousarray(W[:, used].T)

    return max(READ_ROWS, READ_VALUES * X.shape[0] // max(X.nnz, 1)), of_columns


def _dense(product):
    return product.toarray() if sparse.issparse(product) else product


def _forward(layers, activation, X, dtype, results):
    """Pass X (n, d), dense or CSR, through the layers in parts, and write what each makes of it into its result
    (n, fan_out), unless that is None. The first W may be sparse too."""
    (first, _), value = layers[0], ACTIVATIONS[activation].value
    length, first_product = _first_product(first, X)
    products = [first_product, *(partial(_product, W) for W, _ in layers[1:])]
    for place in _parts(X.shape[0], length):
        A = X[place].astype(dtype, copy=False)
        for index, (product, (_, b), result) in enumerate(zip(products, layers, results)):
            A = product(A) + b
            if index < len(layers) - 1:
                run(value(A))
            if result is not None:
                result[place] = A


def dtype_of_outputs(layers):
    """The type of the logits of layers (W, b)."""
    # Coefficients of users may be integers.
    return np.result_type(layers[0][0].dtype, np.float32)


def outputs(layers, activation, X, finish=None):
    """Logits (n, K), or what `finish` leaves where it overwrites a part of them, (K, b)."""
    dtype = dtype_of_outputs(layers)
    logits = np.empty((X.shape[0], len(layers[-1][1])), dtype)

    def fill():
        _forward(layers, activation, X, dtype, [None] * (len(layers) - 1) + [logits])
        _complete(logits, layers, activation, X)
        if finish is not None:
            for place in _parts(len(logits), READ_ROWS):
                # NumPy reduces a first axis faster than a short last one.
                Z = logits[place].T.copy()
                finish(Z)
                logits[place] = Z.T

    # Infinite logits are replaced, and some BLAS libraries set flags for finite products.
    quietly(fill, divide="ignore", over="ignore", invalid="ignore")
    return logits


def _complete(logits, layers, activation, X):
    """Overwrite the rows of logits (n, K) that overflowed with what wider numbers give, scaled to be finite."""
    rows = np.flatnonzero(~np.isfinite(logits).all(axis=1))
    if not len(rows):
        return
    # SciPy has no sparse matrices of them.
    of_rows = X[rows].toarray() if sparse.issparse(X) else X[rows]
    dense = [(W.toarray() if sparse.issparse(W) else W, b) for W, b in layers]
    wide = [(W.astype(np.longdouble), b.astype(np.longdouble)) for W, b in dense]
    again = np.empty((len(rows), logits.shape[1]), np.longdouble)
    _forward(wide, activation, of_rows, np.longdouble, [None] * (len(layers) - 1) + [again])
    # Half of it, so that the difference of two is finite.
    limit = np.finfo(logits.dtype).max / 2
    logits[rows] = again * np.minimum(1, limit / np.abs(again).max(axis=1, keepdims=True))


def mean_loss(layers, activation, samples, window=None):
    """Weighted mean cross-entropy of Samples, a float; `window` as of `one_pass`."""
    total = weight = 0.0
    done = 0
    for X, places in one_pass(samples.X, window=window)(samples.rows, READ_ROWS):
        for place in _parts(len(places), READ_ROWS):
            part = X[places[place]]
            rows = samples.rows[done : done + part.shape[0]]
            done += len(rows)
            Z = outputs(layers, activation, part, log_softmax)
            weights = 1.0 if samples.weights is None else samples.weights[rows]
            total -= float(np.sum(weights * Z[np.arange(len(rows)), samples.targets[rows]], dtype=np.float64))
            weight += len(rows) if samples.weights is None else float(weights.sum(dtype=np.float64))
    return total / weight


def hidden_units(layers, activation, X):
    """Activations (n, units) of each hidden layer."""
    dtype = dtype_of_outputs(layers)
    results = [np.empty((X.shape[0], len(b)), dtype) for _, b in layers[:-1]]
    quietly(lambda: _forward(layers, activation, X, dtype, [*results, None]), over="ignore", invalid="ignore")
    return results

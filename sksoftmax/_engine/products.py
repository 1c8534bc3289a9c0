# SPDX-License-Identifier: BSD-3-Clause
"""The inputs of a layer, and the products that a layer makes with them.

Every kind of input offers the calls of ``multiply(layer, out)``: out <- W @ inputs, and of ``accumulate(layer, delta,
keep, step)``: layer.W <- keep * layer.W + step * delta @ inputs.T, for a stack of M layers (``Layer``) and buffers of a
value for each unit and sample (``Units``). ``keep`` and ``step`` are Python floats; ``keep=0`` assigns.

Weights are C-ordered: the transpose of (fan_out, fan_in) is the Fortran matrix that BLAS overwrites in place.
"""

from functools import lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np

from sksoftmax._engine import memory
from sksoftmax._engine.blas import blas, multiplies_unpacked
from sksoftmax._engine.calls import bound
from sksoftmax._engine.parameters import by_model

# Where OpenBLAS multiplies without packing, it does so up to this many multiply-adds, which is faster unless it takes
# many parts; and fastest with a multiple of its vectors. Elsewhere parts are up to four times slower than the whole.
UNPACKED_PRODUCT = 1_000_000
VECTOR = 8
MOST_PARTS = 16
SMALLEST_PART = 4
# So few outputs stay together, and the samples are cut.
FEW_OUTPUTS = 48


@lru_cache
def cut(n_outputs, n_inputs, n_samples):
    """Slices of the outputs and of the samples such that the product of (n_outputs, n_inputs) with n_samples, taken
    part by part, has shapes that BLAS runs fast. At most one of the two is in several parts."""
    whole = (slice(None),)
    if not multiplies_unpacked():
        return whole, whole
    if n_outputs <= FEW_OUTPUTS:
        return whole, _slices(n_samples, UNPACKED_PRODUCT // (n_outputs * n_inputs)) or whole
    outputs = _slices(n_outputs, UNPACKED_PRODUCT // (n_samples * n_inputs))
    return (outputs if len(outputs) <= MOST_PARTS else ()) or whole, whole


def samples_at_once(n_outputs, n_inputs, most):
    """How many samples, up to `most`, are in a part of such a product."""
    _, (first, *_) = cut(n_outputs, n_inputs, most)
    return first.stop or most


def _slices(total, longest):
    """Slices of about equal length, of multiples of VECTOR where they can be; none where they would be too short."""
    if longest < SMALLEST_PART:
        return ()
    longest -= longest % VECTOR if longest > VECTOR else 0
    length = ceil(total / ceil(total / longest))
    length = min(VECTOR * ceil(length / VECTOR), longest)
    return tuple(slice(start, min(start + length, total)) for start in range(0, total, length))


class Units(NamedTuple):
    """A value for each unit and sample: rows (fan_out * M, b), and stack (M, fan_out, b), a strided view of them."""

    stack: np.ndarray
    rows: np.ndarray

    @classmethod
    def empty(cls, n_models, fan_out, n_samples, dtype):
        rows = memory.empty((fan_out * n_models, n_samples), dtype)
        return cls(by_model(rows, n_models), rows)


class BiasInput:
    """The input of a layer's biases: 1 for each of b samples."""

    def __init__(self, n_samples, dtype):
        self._ones = np.ones(n_samples, dtype)
        self._gemv, self._ger = blas("gemv", dtype), blas("ger", dtype)

    def add(self, layer, out):
        """Calls: out <- out + layer.b for each sample."""
        # One call of BLAS; NumPy's broadcasting takes a loop for each unit.
        return [bound(self._ger, 1.0, self._ones, layer.vector, 1, 1, out.rows.T, 0, 0, 1)]

    def accumulate(self, layer, delta, keep, step):
        """Calls: layer.b <- keep * layer.b + step * delta summed over the samples."""
        # BLAS may scale what is there, and 0 * nan stays nan.
        clear = [bound(layer.vector.fill, 0)] if keep == 0 else []
        return [*clear, bound(self._gemv, step, delta.rows.T, self._ones, keep or 1.0, layer.vector, 0, 1, 0, 1, 1, 1)]


class Centring:
    """What the samples X - 1 mean' add to products with X: rank-one terms, so that X itself stays as it is.

    Parameters
    ----------
    mean : (d,), or None for no term
    n_outputs : fan_out * M
    n_samples : int
    """

    def __init__(self, mean, n_outputs, n_samples):
        self._mean = mean
        if mean is not None:
            self._ones = np.ones(n_samples, mean.dtype)
            self._of_outputs = memory.empty((n_outputs,), mean.dtype)
            self._gemv, self._ger = blas("gemv", mean.dtype), blas("ger", mean.dtype)

    def multiply(self, layer, out):
        """Calls: out <- out - W mean 1'"""
        if self._mean is None:
            return []
        product, ones = self._of_outputs, self._ones
        return [
            # Not of BLAS itself, which would copy a matrix that lies by feature.
            bound(np.dot, layer.matrix, self._mean, product),
            bound(self._ger, -1.0, ones, product, 1, 1, out.rows.T, 0, 0, 1),
        ]

    def accumulate(self, layer, delta, step):
        """Calls: layer.W <- layer.W - step * delta 1 mean'"""
        if self._mean is None:
            return []
        total, ones = self._of_outputs, self._ones
        return [
            bound(self._gemv, 1.0, delta.rows.T, ones, 0.0, total, 0, 1, 0, 1, 1, 1),
            bound(self._ger, -step, self._mean, total, 1, 1, layer.matrix.T, 0, 0, 1),
        ]


class DenseRows:
    """Samples X - 1 mean' (b, d) that all models share, so that the stack is one matrix (fan_out * M, d).

    Parameters
    ----------
    X : (b, d), C-ordered; its values may change between calls
    n_outputs : fan_out * M
    mean : (d,) or None for zeros
    """

    def __init__(self, X, n_outputs, mean=None):
        self._XT, self._gemm = X.T, blas("gemm", X.dtype)
        self._centring = Centring(mean, n_outputs, X.shape[0])
        self._outputs, samples = cut(n_outputs, X.shape[1], X.shape[0])
        # BLAS reads and writes whole buffers only: the columns of the units of each of several parts are in one.
        samples = samples if len(samples) > 1 else ()
        widths = [part.stop - part.start for part in samples]
        columns = {width: memory.empty((n_outputs, width), X.dtype) for width in set(widths)}
        self._parts = [(part, X[part].T, columns[width]) for part, width in zip(samples, widths)]

    def multiply(self, layer, out):
        calls = []
        for part, XT, columns in self._parts:
            calls.append(bound(self._gemm, 1.0, XT, layer.matrix.T, 0.0, columns.T, 1, 0, 1))
            calls.append(bound(np.copyto, out.rows[:, part], columns))
        if not self._parts:
            for part in self._outputs:
                calls.append(bound(self._gemm, 1.0, self._XT, layer.matrix[part].T, 0.0, out.rows[part].T, 1, 0, 1))
        return calls + self._centring.multiply(layer, out)

    def accumulate(self, layer, delta, keep, step):
        calls = []
        for part, XT, columns in self._parts:
            calls.append(bound(np.copyto, columns, delta.rows[:, part]))
            calls.append(bound(self._gemm, step, XT, columns.T, keep, layer.matrix.T, 0, 0, 1))
            keep = 1.0
        if not self._parts:
            for part in self._outputs:
                into = layer.matrix[part].T
                calls.append(bound(self._gemm, step, self._XT, delta.rows[part].T, keep, into, 0, 0, 1))
        return calls + self._centring.accumulate(layer, delta, step)


def _add_to(into, gradient, keep, step):
    gradient *= step
    if keep == 0:
        into[:] = gradient
    else:
        into *= keep
        into += gradient


class SparseRows:
    """Samples X - 1 mean' (b, d) that all models share, X CSR.

    Parameters
    ----------
    n_samples : int
    n_outputs : fan_out * M
    mean : (d,) or None for zeros

    Attributes
    ----------
    X : (b, d), may be replaced between calls
    """

    def __init__(self, n_samples, n_outputs, mean=None):
        self.X, self._centring = None, Centring(mean, n_outputs, n_samples)

    def read(self, X, start, stop):
        """Take these rows of X."""
        self.X = X[start:stop]

    def multiply(self, layer, out):
        return [bound(self._multiply, layer, out), *self._centring.multiply(layer, out)]

    def accumulate(self, layer, delta, keep, step):
        calls = self._centring.accumulate(layer, delta, step)
        return [bound(self._accumulate, layer, delta, keep, step), *calls]

    def _multiply(self, layer, out):
        np.copyto(out.rows, (self.X @ layer.matrix.T).T)

    def _accumulate(self, layer, delta, keep, step):
        _add_to(layer.matrix, (self.X.T @ delta.rows.T).T, keep, step)


class HiddenUnits:
    """Activations (M, fan_in, b) of the layer below, one matrix a model."""

    def __init__(self, units, fan_out):
        A = units.stack
        self._A, self._AT = A, A.transpose(0, 2, 1)
        self._single = A.shape[0] == 1
        self._gemm = blas("gemm", A.dtype)
        self._gradient = None if self._single else Units.empty(len(A), fan_out, A.shape[1], A.dtype).stack

    def multiply(self, layer, out):
        if self._single:
            return [bound(self._gemm, 1.0, self._AT[0], layer.matrix.T, 0.0, out.rows.T, 0, 0, 1)]
        return [bound(np.matmul, layer.W, self._A, out.stack)]

    def accumulate(self, layer, delta, keep, step):
        if self._single:
            return [bound(self._gemm, step, self._AT[0], delta.rows.T, keep, layer.matrix.T, 1, 0, 1)]
        return [
            bound(np.matmul, delta.stack, self._AT, self._gradient),
            bound(_add_to, layer.W, self._gradient, keep, step),
        ]

    def pass_down(self, layer, delta, below):
        """Calls: below <- layer.W^T @ delta"""
        if self._single:
            return [bound(self._gemm, 1.0, delta.rows.T, layer.matrix.T, 0.0, below.rows.T, 0, 1, 1)]
        return [bound(np.matmul, layer.W.transpose(0, 2, 1), delta.stack, below.stack)]

# SPDX-License-Identifier: BSD-3-Clause
"""The inputs of a layer, and the products that a layer makes with them.

Every kind of input offers ``multiply(layer, out)``: out <- W @ inputs, and ``accumulate(layer, delta, keep, step)``:
layer.W <- keep * layer.W + step * delta @ inputs.T, for a stack of M layers (``Layer``) and buffers of a value for each
unit and sample (``Units``). ``keep`` and ``step`` are Python floats; ``keep=0`` assigns.

Weights are C-ordered: the transpose of (fan_out, fan_in) is the Fortran matrix that BLAS overwrites in place.
"""

from math import ceil
from typing import NamedTuple

import numpy as np
from scipy.linalg import get_blas_funcs

# OpenBLAS multiplies without packing up to this many multiply-adds; with few outputs that is three times as fast.
UNPACKED_PRODUCT = 1_000_000
FEW_OUTPUTS = 48
FEWEST_SAMPLES = 16


def sample_slices(n_outputs, n_inputs, n_samples):
    """Cut the samples so that the product of (n_outputs, n_inputs) with each slice has a shape that BLAS runs fast."""
    length = ceil(n_samples / ceil(n_outputs * n_inputs * n_samples / UNPACKED_PRODUCT))
    if n_outputs > FEW_OUTPUTS or length < FEWEST_SAMPLES:
        length = n_samples
    return [slice(start, min(start + length, n_samples)) for start in range(0, n_samples, length)]


class Units(NamedTuple):
    """A value for each unit and sample: stack (M, fan_out, b), and rows (M * fan_out, b), a view of the same."""

    stack: np.ndarray
    rows: np.ndarray

    @classmethod
    def empty(cls, n_models, fan_out, n_samples, dtype):
        stack = np.empty((n_models, fan_out, n_samples), dtype)
        return cls(stack, stack.reshape(-1, n_samples))


class BiasInput:
    """The input of a layer's biases: 1 for each of b samples."""

    def __init__(self, n_samples, dtype):
        self._ones = np.ones(n_samples, dtype)
        self._gemv = get_blas_funcs("gemv", dtype=dtype)

    def accumulate(self, layer, delta, keep, step):
        """layer.b <- keep * layer.b + step * delta summed over the samples."""
        if keep == 0:
            # BLAS may scale what is there, and 0 * nan stays nan.
            layer.vector[:] = 0
            keep = 1.0
        self._gemv(step, delta.rows.T, self._ones, keep, layer.vector, 0, 1, 0, 1, 1, 1)


class DenseRows:
    """Samples X (b, d) that all models share, so that the stack is one matrix (M * fan_out, d).

    Parameters
    ----------
    X : (b, d), C-ordered; its values may change between calls
    n_outputs : M * fan_out
    """

    def __init__(self, X, n_outputs):
        self._XT, self._gemm = X.T, get_blas_funcs("gemm", dtype=X.dtype)
        slices = sample_slices(n_outputs, X.shape[1], X.shape[0])
        # BLAS reads and writes whole buffers only, so each of several parts has one for its columns of the units.
        self._parts = [
            (part, X[part].T, np.empty((n_outputs, part.stop - part.start), X.dtype))
            for part in (slices if len(slices) > 1 else [])
        ]

    def multiply(self, layer, out):
        if not self._parts:
            np.matmul(layer.matrix, self._XT, out=out.rows)
            return
        for part, XT, columns in self._parts:
            np.matmul(layer.matrix, XT, out=columns)
            out.rows[:, part] = columns

    def accumulate(self, layer, delta, keep, step):
        if not self._parts:
            self._gemm(step, self._XT, delta.rows.T, keep, layer.matrix.T, 0, 0, 1)
            return
        for part, XT, columns in self._parts:
            columns[:] = delta.rows[:, part]
            self._gemm(step, XT, columns.T, keep, layer.matrix.T, 0, 0, 1)
            keep = 1.0


def _add_to(into, gradient, keep, step):
    gradient *= step
    if keep == 0:
        into[:] = gradient
    else:
        into *= keep
        into += gradient


class SparseRows:
    """Samples X - 1 mean' that all models share, X (b, d) CSR; the centring stays implicit, so nothing is densified."""

    def __init__(self, X, mean=None):
        self._X, self._mean = X, mean

    def multiply(self, layer, out):
        np.copyto(out.rows, (self._X @ layer.matrix.T).T)
        if self._mean is not None:
            np.subtract(out.rows, (layer.matrix @ self._mean)[:, None], out=out.rows)

    def accumulate(self, layer, delta, keep, step):
        gradient = (self._X.T @ delta.rows.T).T
        if self._mean is not None:
            gradient -= np.outer(delta.rows.sum(axis=1), self._mean)
        _add_to(layer.matrix, gradient, keep, step)


class HiddenUnits:
    """Activations (M, fan_in, b) of the layer below, one matrix a model."""

    def __init__(self, units, fan_out):
        A = units.stack
        self._A, self._AT = A, A.transpose(0, 2, 1)
        self._gemm = get_blas_funcs("gemm", dtype=A.dtype)
        self._gradient = np.empty((A.shape[0], fan_out, A.shape[1]), A.dtype) if A.shape[0] > 1 else None

    def multiply(self, layer, out):
        np.matmul(layer.W, self._A, out=out.stack)

    def accumulate(self, layer, delta, keep, step):
        if self._gradient is None:
            self._gemm(step, self._AT[0], delta.rows.T, keep, layer.matrix.T, 1, 0, 1)
            return
        np.matmul(delta.stack, self._AT, out=self._gradient)
        _add_to(layer.W, self._gradient, keep, step)

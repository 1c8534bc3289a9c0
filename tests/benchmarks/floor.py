# SPDX-License-Identifier: BSD-3-Clause
"""The floor of an epoch: gathering the rows of every batch, and the matrix products, two for the first layer and three
for each other one. No implementation does without them.

The products go through BLAS in place, each cut, and its units laid out, as runs fastest on this machine: in one, in
parts of the outputs, or in parts of the samples. So does the gathering, a batch or several at a time. All arrays begin
on a cache line, with which BLAS is up to twice as fast.
"""

from functools import partial
from itertools import pairwise

import numpy as np
from scipy.linalg import get_blas_funcs

from tests.benchmarks.measure import seconds

N_PARTS = (1, 2, 3, 4, 6, 8, 12, 16)
BLOCK_ROWS = (1, 64, 128, 256, 512, 1024)
TRIAL_SAMPLES = 20_000
TRIAL_CALLS = 30
CACHE_LINE = 64


def zeros(shape, dtype, order="C"):
    """An array that begins on a cache line."""
    memory = np.zeros(int(np.prod(shape)) * dtype.itemsize + CACHE_LINE, np.uint8)
    return np.ndarray(shape, dtype, memory, -memory.ctypes.data % CACHE_LINE, order=order)


def product(alpha, A, B, beta, C):
    """A call without arguments: C <- alpha * A @ B + beta * C in place. Arrays are contiguous, in either order."""
    if not C.flags.f_contiguous:
        A, B, C = B.T, A.T, C.T
    (A, transpose_A), (B, transpose_B) = ((M, 0) if M.flags.f_contiguous else (M.T, 1) for M in (A, B))
    return partial(get_blas_funcs("gemm", dtype=C.dtype), alpha, A, B, beta, C, transpose_A, transpose_B, 1)


def forward(W, X, Z):
    """Z <- W X^T"""
    return product(1.0, W, X.T, 0.0, Z)


def backward(W, X, Z):
    """X^T <- W^T Z"""
    return product(1.0, W.T, Z, 0.0, X.T)


def gradient(W, X, Z):
    """W <- W - eta Z X"""
    return product(-1e-3, Z, X, 1.0, W)


def calls(kind, W, X, order, outputs, samples):
    """The calls of a product of W (m, d) with X (b, d), cut in parts whose units Z (outputs, samples) have an order."""
    return [
        kind(W[rows], X[columns], zeros((rows.stop - rows.start, columns.stop - columns.start), X.dtype, order))
        for rows in outputs
        for columns in samples
    ]


def ways(n_outputs, n_samples, kind):
    """Arguments of `calls` to choose from."""
    whole = [slice(0, n_outputs)], [slice(0, n_samples)]
    cuts = [whole]
    cuts += [(whole[0], _slices(n_samples, parts)) for parts in N_PARTS[1:] if parts <= n_samples]
    if kind is not backward:
        # Parts of the outputs would each have a share of the result.
        cuts += [(_slices(n_outputs, parts), whole[1]) for parts in N_PARTS[1:] if parts <= n_outputs]
    return [(order, *cut) for cut in cuts for order in "CF"]


def _slices(total, n_parts):
    edges = np.linspace(0, total, n_parts + 1).astype(int)
    return [slice(start, stop) for start, stop in pairwise(edges)]


def fastest(kind, W, X):
    """The way in which a product takes least time."""
    return min(ways(len(W), len(X), kind), key=lambda way: _trial(calls(kind, W, X, *way)))


def _trial(parts):
    def run():
        for _ in range(TRIAL_CALLS):
            for call in parts:
                call()

    return min(seconds(run) for _ in range(5))


class Floor:
    """Gathering and products for X (n, d), as run(n_epochs).

    Parameters
    ----------
    X : samples, C-ordered
    batch_size : samples of a batch; a short last one is left out
    layers : (fan_in, fan_out) of each layer
    """

    def __init__(self, X, batch_size, layers):
        self.X, self.batch_size = X, batch_size
        self._random_state = np.random.RandomState(0)
        rows = zeros((batch_size, X.shape[1]), X.dtype)
        self._weights = [zeros((fan_out, fan_in), X.dtype) for fan_in, fan_out in layers]
        units = [zeros((batch_size, fan_out), X.dtype) for _, fan_out in layers[:-1]]
        inputs = [rows, *units]
        self._plan = [(kind, layer, fastest(kind, W, inputs[layer])) for kind, layer, W in self._products()]
        self._units = units
        blocks = [self._block(max(1, rows // batch_size)) for rows in BLOCK_ROWS]
        trial = np.arange(len(X))[:TRIAL_SAMPLES]
        self._block_of_batches = min(
            blocks, key=lambda block: min(seconds(self._epoch, self._shuffled(trial), *block) for _ in range(3))
        )

    def _products(self):
        """In the order of a step: forward through the layers, back through them."""
        numbered = list(enumerate(self._weights))
        yield from ((forward, layer, W) for layer, W in numbered)
        for layer, W in reversed(numbered):
            if layer:
                yield backward, layer, W
            yield gradient, layer, W

    def _block(self, n_batches):
        """A buffer for the rows of some batches, and the calls of each."""
        buffer = zeros((n_batches * self.batch_size, self.X.shape[1]), self.X.dtype)
        steps = [
            [
                call
                for kind, layer, way in self._plan
                for call in calls(kind, self._weights[layer], self._units[layer - 1] if layer else rows, *way)
            ]
            for rows in buffer.reshape(n_batches, self.batch_size, -1)
        ]
        return buffer, steps

    def _shuffled(self, rows):
        return self._random_state.permutation(rows)[: len(rows) - len(rows) % self.batch_size]

    def _epoch(self, order, buffer, steps):
        for start in range(0, len(order), len(buffer)):
            rows = order[start : start + len(buffer)]
            self.X.take(rows, axis=0, out=buffer[: len(rows)], mode="clip")
            for step in steps[: len(rows) // self.batch_size]:
                for call in step:
                    call()

    def __call__(self, n_epochs):
        for _ in range(n_epochs):
            self._epoch(self._shuffled(np.arange(len(self.X))), *self._block_of_batches)

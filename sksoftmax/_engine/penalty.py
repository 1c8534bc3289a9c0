# SPDX-License-Identifier: BSD-3-Clause
"""The penalty (l2 / 2) * sum_layers ||W||^2 of each model of a stack; biases are never penalised."""

import numpy as np

from sksoftmax._engine import memory
from sksoftmax._engine.blas import blas
from sksoftmax._engine.calls import bound
from sksoftmax._engine.parameters import per_model


class Penalty:
    """
    Parameters
    ----------
    l2 : (M,)
    parameters : Parameters
        Only their shape is used.
    """

    def __init__(self, l2, parameters):
        self._l2 = np.asarray(l2, dtype=np.float64)
        self._dtype = parameters.dtype
        self._axpy = blas("axpy", self._dtype)
        self._scratch = [memory.empty(layer.W.shape, self._dtype) for layer in parameters.layers]

    def factors(self, step):
        """step * l2: a float, or an array that broadcasts against W."""
        each = per_model(step * self._l2, self._dtype)
        return each if isinstance(each, float) else each[:, None, None]

    def add_gradient(self, parameters, into, step):
        """Calls: into.W += step * l2 * parameters.W; step (M,)"""
        factor, calls = self.factors(step), []
        for ours, theirs, scratch in zip(parameters.layers, into.layers, self._scratch):
            if isinstance(factor, float):
                # BLAS does it in one pass.
                calls.append(bound(self._axpy, ours.W.reshape(-1), theirs.W.reshape(-1), None, factor))
            else:
                calls += [bound(np.multiply, ours.W, factor, scratch), bound(np.add, theirs.W, scratch, theirs.W)]
        return calls

    def value(self, parameters):
        """(M,) float64."""
        total = np.zeros(len(self._l2))
        for layer, scratch in zip(parameters.layers, self._scratch):
            np.multiply(layer.W, layer.W, out=scratch)
            total += scratch.sum(axis=(1, 2), dtype=np.float64)
        return 0.5 * self._l2 * total

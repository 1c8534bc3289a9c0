# SPDX-License-Identifier: BSD-3-Clause
"""The penalty (l2 / 2) * sum_layers ||W||^2 of each model of a stack; biases are never penalised."""

import numpy as np

from sksoftmax._engine import memory
from sksoftmax._engine.blas import blas
from sksoftmax._engine.calls import bound
from sksoftmax._engine.parameters import by_model, multiply_units, per_model


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
        self._scratch = [memory.empty(layer.matrix.shape, self._dtype) for layer in parameters.layers]

    def factors(self, step):
        """step * l2: a float, or (M,) for one a model."""
        return per_model(step * self._l2, self._dtype)

    def add_gradient(self, parameters, into, step):
        """Calls: into.W += step * l2 * parameters.W; step (M,)"""
        factors, calls = parameters.spread(self.factors(step)), []
        for ours, theirs, scratch, (factor, _) in zip(parameters.layers, into.layers, self._scratch, factors):
            if isinstance(factor, float):
                # BLAS does it in one pass.
                calls.append(bound(self._axpy, ours.matrix.reshape(-1), theirs.matrix.reshape(-1), None, factor))
            else:
                calls += multiply_units(ours.matrix, factor, scratch)
                calls.append(bound(np.add, theirs.matrix, scratch, theirs.matrix))
        return calls

    def value(self, parameters):
        """(M,) float64."""
        total = np.zeros(len(self._l2))
        for layer, scratch in zip(parameters.layers, self._scratch):
            np.square(layer.matrix, out=scratch)
            total += by_model(scratch, len(total)).sum(axis=(1, 2), dtype=np.float64)
        return 0.5 * self._l2 * total

# SPDX-License-Identifier: BSD-3-Clause
"""The penalty (l2 / 2) * sum_layers ||W||^2 of each model of a stack; biases are never penalised."""

import numpy as np
from scipy.linalg import get_blas_funcs

from sksoftmax._engine import memory
from sksoftmax._engine.calls import bound
from sksoftmax._engine.parameters import per_model


class Penalty:
    """In coordinates of the features, the first layer's norm has a weight for each feature.

    Parameters
    ----------
    l2 : (M,)
    parameters : Parameters
        Only their shape is used.
    feature_weights : (d,) or None for ones
    """

    def __init__(self, l2, parameters, feature_weights=None):
        self._l2 = np.asarray(l2, dtype=np.float64)
        self._dtype = parameters.dtype
        self._feature_weights = None if feature_weights is None else feature_weights.astype(parameters.dtype)
        self._axpy = get_blas_funcs("axpy", dtype=self._dtype)
        self._scratch = [memory.empty(layer.W.shape, self._dtype) for layer in parameters.layers]

    def factors(self, step):
        """For each layer, step * l2 * feature weights: a float, or an array that broadcasts against W."""
        each = per_model(step * self._l2, self._dtype)
        each = each if isinstance(each, float) else each[:, None, None]
        first = each if self._feature_weights is None else each * self._feature_weights
        return [first] + [each] * (len(self._scratch) - 1)

    def add_gradient(self, parameters, into, factors):
        """Calls: into.W += factors * parameters.W"""
        calls = []
        for ours, theirs, factor, scratch in zip(parameters.layers, into.layers, factors, self._scratch):
            if isinstance(factor, float):
                # BLAS does it in one pass.
                calls.append(bound(self._axpy, ours.W.reshape(-1), theirs.W.reshape(-1), None, factor))
            else:
                calls += [bound(np.multiply, ours.W, factor, scratch), bound(np.add, theirs.W, scratch, theirs.W)]
        return calls

    def value(self, parameters):
        """(M,) float64."""
        total = np.zeros(len(self._l2))
        for index, (layer, scratch) in enumerate(zip(parameters.layers, self._scratch)):
            np.multiply(layer.W, layer.W, out=scratch)
            if index == 0 and self._feature_weights is not None:
                scratch *= self._feature_weights
            total += scratch.sum(axis=(1, 2), dtype=np.float64)
        return 0.5 * self._l2 * total

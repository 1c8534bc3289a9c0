# SPDX-License-Identifier: BSD-3-Clause
"""The penalty (l2 / 2) * sum_layers ||W||^2 of each model of a stack; biases are never penalised."""

import numpy as np

from sksoftmax._engine import memory
from sksoftmax._engine.blas import blas
from sksoftmax._engine.calls import bound
from sksoftmax._engine.parameters import by_model, multiply_units, per_model

FEATURES_AT_ONCE = 4096


class Penalty:
    """
    Parameters
    ----------
    l2 : (M,)
    parameters : Parameters
        Only their shape is used.
    pull : Parameters or None
        Of the only model: a gradient that is added to that of the penalty.
    """

    def __init__(self, l2, parameters, pull=None):
        self._pull = pull
        self.l2 = np.asarray(l2, dtype=np.float64)
        self._dtype = parameters.dtype
        self._axpy = blas("axpy", self._dtype)
        self._scratch = [
            None if parameters.is_by_feature and index == 0 else memory.empty(layer.matrix.shape, self._dtype)
            for index, layer in enumerate(parameters.layers)
        ]

    def factors(self, step):
        """step * l2: a float, or (M,) for one a model."""
        return per_model(step * self.l2, self._dtype)

    def add_gradient(self, parameters, into, step):
        """Calls: into.W += step * l2 * parameters.W; step (M,)"""
        factors, calls = parameters.spread(self.factors(step)), []
        for ours, theirs, scratch, (factor, _) in zip(parameters.layers, into.layers, self._scratch, factors):
            if not ours.matrix.size:
                continue
            if isinstance(factor, float):
                # BLAS does it in one pass.
                calls.append(bound(self._axpy, ours.matrix.reshape(-1), theirs.matrix.reshape(-1), None, factor))
            else:
                calls += multiply_units(ours.matrix, factor, scratch)
                calls.append(bound(np.add, theirs.matrix, scratch, theirs.matrix))
        if self._pull is not None:
            calls.append(bound(self._axpy, self._pull.flat, into.flat, None, float(step[0])))
        return calls

    def value(self, parameters):
        """(M,) float64."""
        total = np.zeros(len(self.l2))
        for layer, scratch in zip(parameters.layers, self._scratch):
            if scratch is None:
                total += self._of_features(parameters.by_feature)
                continue
            np.square(layer.matrix, out=scratch)
            total += by_model(scratch, len(total)).sum(axis=(1, 2), dtype=np.float64)
        return 0.5 * self.l2 * total

    def _of_features(self, rows):
        """Sum of squares (M,) of weights (d, fan_out * M), a part at a time."""
        total = np.zeros(rows.shape[1])
        for start in range(0, len(rows), FEATURES_AT_ONCE):
            total += np.square(rows[start : start + FEATURES_AT_ONCE]).sum(axis=0, dtype=np.float64)
        return total.reshape(-1, len(self.l2)).sum(axis=0)

# SPDX-License-Identifier: BSD-3-Clause
"""The objective of samples that lie in parts, perhaps in other processes: what is evaluated on each part adds up."""

from typing import NamedTuple

import numpy as np

from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.lbfgs import Objective
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.stopping import standard_errors
from sksoftmax._engine.threads import with_blas_threads


class Sums(NamedTuple):
    """Sums over the samples of a part.

    n_samples : of positive weight
    loss, square : sum_i w_i CE_i and sum_i w_i CE_i^2
    value, gradient : n_samples times the part's objective, and its gradient (N,), float64
    """

    n_samples: int
    loss: float
    square: float
    value: float
    gradient: np.ndarray

    def plus(self, other):
        return Sums(*(ours + theirs for ours, theirs in zip(self, other)))


def sums_of(network, samples, settings, mean=None, vector=None):
    """The Sums of samples at a vector as of `Objective.vectors`, or where the only network is."""
    n = len(samples.rows)
    if not n:
        return Sums(0, 0.0, 0.0, 0.0, np.zeros(Parameters.count(network.parameters.sizes)))
    objective = Objective(network, samples, [settings], mean)
    vectors = objective.vectors() if vector is None else vector[None]

    def evaluate():
        return quietly(lambda: objective(vectors), over="ignore", invalid="ignore", divide="ignore")

    (value,), (gradient,) = with_blas_threads(evaluate, network.parameters, objective.part_rows)
    return Sums(n, *objective.loss_sums(), value * n, gradient * n)


class PartedObjective(Objective):
    """The objective of all samples as a function of the vector of one network.

    Parameters
    ----------
    network : Network
    settings : Settings
    n_equal : as of `Samples.n_equal`, of all samples
    total_of : called with a vector (N,); returns the Sums of all parts
    """

    def __init__(self, network, settings, n_equal, total_of):
        self._held_out, self._n_equal, self._total_of = None, n_equal, total_of
        self._set_models(network, [settings])

    def _standard_errors(self):
        total = self._total
        return standard_errors(total.loss, total.square, total.n_samples, self._n_equal)

    def __call__(self, vectors):
        self.set(vectors)
        self._total = total = self._total_of(vectors[0])
        value = np.array([total.value / total.n_samples])
        self.data_loss = np.array([total.loss / total.n_samples])
        self.penalty = value - self.data_loss
        return value, total.gradient[None] / total.n_samples

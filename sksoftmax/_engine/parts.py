# SPDX-License-Identifier: BSD-3-Clause
"""The objective of samples that lie in parts, perhaps in other processes: what is evaluated on each part adds up."""

from typing import NamedTuple

import numpy as np

from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.lbfgs import Objective
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.stopping import standard_errors
from sksoftmax._engine.threads import with_blas_threads

# Momentum of rounds with many parts: more would swing for too long.
MOST_MOMENTUM = 0.9
# A round that leaves more than this part of the objective has lowered it by little.
FAST = 0.9
# The objective is that of the very parameters: this many times the smallest tells that steps have gone too far.
STEEP = 1.1
# Part of the learning rate that is left where larger ones go too far.
LEAST_RATE = 2.0**-6


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


class Pass(NamedTuple):
    """Where an epoch on a part leads: vectors of parameters, of moments, and of the mean of the iterates, or None."""

    parameters: np.ndarray
    moments: list
    mean: np.ndarray | None


class Rounds:
    """Samples in parts as a stream for the loop of SGD: an epoch is a round of local SGD (McDonald, Hall and Mann 2010;
    Stich 2019).

    On each part an epoch of steps begins with the common parameters and moments, and the means of where they lead,
    weighted as the parts weigh, are the new common ones. Two things are added.

    The mean of w epochs goes about as far as one of them, though all samples have been visited. So the change of a
    round is a gradient to momentum, of 1 - 1 / w for equal parts, with which it counts as much as if the epochs had
    come one after the other (Chen and Huo 2016). It is lost where the objective rises.

    Steps on a part know only its own samples: they would go on where those of all are at rest. So once rounds lower
    the objective by little, each step is corrected by how the gradients of all and of the part differ where the round
    begins (Karimireddy et al. 2020, "SCAFFOLD", option I), and comes to rest at the optimum however samples are dealt
    out.

    Parameters
    ----------
    shares : (n_parts,) of the weight of each part in that of all
    n_steps : of an epoch of the largest part
    batch_size : int
    n_equal : as of `Samples.n_equal`, of all samples
    total_at : called with a vector (N,) of parameters; returns the Sums of the cross-entropy of all parts, without
        penalty
    passes_from : called with the learning rate, the number of updates before, the vectors of parameters and moments,
        the gradient (N,) of the cross-entropy there or None for steps without correction, and whether the mean of the
        iterates is wanted; returns the Pass of each part
    """

    # What a Minibatches has too. The objective is that where a round begins, and its samples stay where they are.
    n_points, divisor, first = 1, 1, None
    growth_limits = LEAST_RATE, STEEP

    def __init__(self, shares, n_steps, batch_size, n_equal, total_at, passes_from):
        self.n_steps, self.batch_size, self._n_equal = n_steps, batch_size, n_equal
        self._shares, self._total_at, self._passes_from = shares, total_at, passes_from
        self._momentum = min(1 - float(np.square(shares).sum()), MOST_MOMENTUM)
        self.epochs_remembered = 1 / (1 - self._momentum)
        self._velocity, self._left, self._objective, self._corrects = None, None, np.inf, False

    def go_through(self, rule, n_updates, mean=None):
        """A round; return how many steps it counts for."""
        parameters, rate = rule.network.parameters, float(rule.rates[0][0])
        total = self._look(parameters)
        self._compare(parameters, total.loss / total.n_samples + float(rule.penalty.value(parameters)[0]))
        gradient = (total.gradient / total.n_samples).astype(parameters.dtype) if self._corrects else None
        moments = [moment.flat for moment in rule.moments]
        passes = self._passes_from(rate, n_updates, parameters.flat, moments, gradient, mean is not None)
        self._move(parameters, self._mean_of([each.parameters for each in passes]) - parameters.flat)
        for flat, *theirs in zip(moments, *(each.moments for each in passes)):
            flat[:] = self._mean_of(theirs)
        if mean is not None:
            mean.add_vector(self._mean_of([each.mean for each in passes]))
        return self.n_steps

    def _compare(self, parameters, objective):
        moved = self._left is not None and not np.array_equal(parameters.flat, self._left)
        if self._left is None or moved or objective > self._objective:
            self._velocity = np.zeros(len(parameters.flat))
        self._corrects |= not objective < FAST * self._objective
        self._objective = objective

    def _move(self, parameters, step):
        self._velocity = self._momentum * self._velocity + step
        parameters.flat[:] += self._velocity
        self._left = parameters.flat.copy()

    def _mean_of(self, vectors):
        # In the order of the parts, so that it is the same whoever is ready first.
        return sum(share * vector.astype(np.float64) for share, vector in zip(self._shares, vectors))

    def _look(self, parameters):
        self._total = total = self._total_at(parameters.flat.astype(np.float64))
        self.n_samples, self.loss_sum = total.n_samples, np.array([total.loss])
        return total

    def standard_errors(self):
        total = self._total
        return standard_errors(total.loss, total.square, total.n_samples, self._n_equal)

    def mean_loss(self, parameters, activation):
        """Weighted mean cross-entropy of all samples, a float."""
        total = self._total_at(parameters.flat.astype(np.float64))
        return total.loss / total.n_samples


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

# SPDX-License-Identifier: BSD-3-Clause
"""Update rules: how one step moves the parameters. A rule never decides the learning rate or when to stop.

Each is made for a stack of M models; ``set_rates`` is called when a learning rate changes, ``step(parts, share, t)``
for each batch: its parts, its share of the divisor, the updates made before.
A short last batch has a share below 1: its step counts by that share, in the data and in the penalty,
so that an epoch weighs the two as the objective does.
eta: learning rate, mu: momentum, each (M,) or equal for the stack; J: the objective, t: updates made before.
"""

import math
from functools import partial

import numpy as np

from sksoftmax._engine.blas import blas
from sksoftmax._engine.calls import bound, run
from sksoftmax._engine.lazy import FirstLayer
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import per_model
from sksoftmax._engine.penalty import Penalty


class Rule:
    """What the rules share.

    Parameters
    ----------
    network : Network
    penalty : Penalty
    divisor : int
        The data gradient of a step is the sum over its samples divided by this.
    moments : list of Parameters or None
        What an earlier run of the same rule remembered.
    inverse_scale : (M, 1, d) or None
        For each model one over the scale of the features in whose coordinates x / scale it takes its steps; None where
        these are those of the network. The gradient in the first W times this is the one in the model's own
        coordinates, and a step there times this is the step of the first W.

    Attributes
    ----------
    rates : learning rates and momenta, (M,) each, as they were last set
    """

    n_moments = 0
    # Changes from step to step where buffers change places.
    _turn = 0
    # What sparse batches are the inputs of where that is no matrix.
    first = None

    def __init__(self, network, penalty, divisor, moments=None, inverse_scale=None):
        self.network, self.penalty, self.divisor = network, penalty, divisor
        parameters = network.parameters
        fits = moments and len(moments) == self.n_moments
        self.moments = moments if fits else [parameters.zeros_like() for _ in range(self.n_moments)]
        self._dtype = parameters.dtype
        self._inverse_scale = None if inverse_scale is None else inverse_scale.astype(self._dtype)
        self.rates = None

    def set_rates(self, eta, mu):
        """Learning rates (M,) and momenta (M,) from now on."""
        eta, mu = np.asarray(eta, dtype=np.float64), np.asarray(mu, dtype=np.float64)
        if self.rates is not None and np.array_equal(self.rates, (eta, mu)):
            # Epochs on few samples are as quick as collecting the calls anew.
            return
        self.rates = eta, mu
        self._eta, self._mu = eta, self._per_model(mu)
        self._step = self._per_model(-eta / self.divisor)
        self._recorded = {}

    def step(self, parts, share, t):
        key = share, self._turn
        if key not in self._recorded:
            self._recorded[key] = self._record(share)
        before, accumulate, after = self._recorded[key]
        run(before)
        accumulate(parts)
        run(after)

    def _record(self, share):
        """What a step on a batch of that share, of which there are two at most, consists of with these rates: calls
        before the gradient, the function that accumulates it, calls after it."""
        raise NotImplementedError

    def restart(self, models):
        """Forget, for the given models, what would carry them on in the old direction."""

    def settle(self):
        """Do what steps have put off."""

    def keep_sum(self, total):
        """From now on add, after each step, what is not `eager` of the parameters to `total`."""

    def _keep(self, of_W, of_b):
        spread = self.network.parameters.spread
        return [(W, b) for (W, _), (_, b) in zip(spread(of_W), spread(of_b))]

    def _per_model(self, values):
        return per_model(values, self._dtype)


def _multiply_first(direction, factors):
    """Calls that overwrite a direction (Parameters) with itself, its first W times the factors (M, 1, d) where there
    are any."""
    W = direction.layers[0].W
    return [] if factors is None else [bound(np.multiply, W, factors, W)]


def _squared(factors):
    """What to multiply by in place of the squares, of which some may be too small for their type."""
    squares = np.square(factors)
    return [squares] if squares.min() >= np.finfo(factors.dtype).tiny else [factors, factors]


class Descent(Rule):
    """theta <- theta - eta dJ/dtheta, as one product that decays, differentiates and updates."""

    def _record(self, share):
        keep = self._keep(1.0 + self.penalty.factors(-share * self._eta), 1.0)
        return [], self.network.accumulation(self.network.parameters, keep, self._step), []


class Momentum(Rule):
    """v <- mu v - eta dJ/dtheta; theta <- theta + v (Polyak 1964)."""

    n_moments = 1

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._scratch = self.network.parameters.zeros_like()
        # The velocity adds up gradients; its step is what they are in the model's own coordinates, and back.
        self._metric = [] if self._inverse_scale is None else _squared(self._inverse_scale)

    def restart(self, models):
        for layer in self.moments[0].layers:
            layer.W[models] = layer.b[models] = 0

    def _record(self, share):
        (velocity,) = self.moments
        return [], self._accumulation(), [*self._add_penalty(share), *self._add(velocity)]

    def _accumulation(self):
        return self.network.accumulation(self.moments[0], self._keep(self._mu, self._mu), self._step)

    def _add_penalty(self, share):
        return self.penalty.add_gradient(self.network.parameters, self.moments[0], -share * self._eta)

    def _add(self, step, factor=1.0):
        """Calls that add factor * step (Parameters) to the parameters; the step may be scratch, value by value."""
        theta, scratch, axpy = self.network.parameters, self._scratch, blas("axpy", self._dtype)
        if not isinstance(factor, float):
            return [*step.multiply(factor, scratch), *self._add(scratch)]
        if not self._metric:
            return [bound(axpy, step.flat, theta.flat, None, factor)]
        first, *others = self._metric
        return [
            bound(np.multiply, step.layers[0].W, first * factor, scratch.layers[0].W),
            *(call for factors in others for call in _multiply_first(scratch, factors)),
            bound(np.add, theta.layers[0].W, scratch.layers[0].W, theta.layers[0].W),
            bound(axpy, step.above_first, theta.above_first, None, factor),
        ]


class Nesterov(Momentum):
    """v <- mu v - eta dJ/dtheta; theta <- theta + mu v - eta dJ/dtheta (Nesterov 1983).

    theta is the point that Sutskever et al. (2013) take the gradient at, one mu v ahead of theirs. The last term is v
    less mu times the old v, so no second gradient buffer is needed.
    """

    def _record(self, share):
        (velocity,), scratch = self.moments, self._scratch
        # (1 + mu) (v - mu / (1 + mu) old v)
        before = velocity.multiply(self._mu / (1 + self._mu), scratch)
        after = [
            *self._add_penalty(share),
            bound(np.subtract, velocity.flat, scratch.flat, scratch.flat),
            *self._add(scratch, 1 + self._mu),
        ]
        return before, self._accumulation(), after


class Lazy:
    """A rule for sparse samples: Momentum or Nesterov, in the first W of the features alone that a batch has.

    Parameters
    ----------
    rule : Momentum or Nesterov
    network, penalty, divisor, moments, inverse_scale : as of Rule; their Parameters lie by feature
    """

    def __init__(self, rule, network, penalty, divisor, moments=None, inverse_scale=None):
        parameters = network.parameters
        self.moments = moments or [parameters.zeros_like()]
        above = Network(parameters.without_features(), network.activation, network.fit_intercept)
        velocities = [moment.without_features() for moment in self.moments]
        self._above = rule(above, Penalty(penalty.l2, above.parameters), divisor, velocities)
        self.first = FirstLayer(parameters, self.moments[0], penalty.l2, inverse_scale, rule is Nesterov)
        self.keep_sum, self.settle = self.first.keep_sum, self.first.settle

    def restart(self, models):
        for layer in self.moments[0].layers:
            layer.W[models] = layer.b[models] = 0

    def set_rates(self, eta, mu):
        self._above.set_rates(eta, mu)
        self.first.set_rates(eta, mu)

    def step(self, parts, share, t):
        self.first.begin(share)
        self._above.step(parts, share, t)
        self.first.end()


class Adam(Rule):
    """Kingma and Ba (2015), algorithm 1 in the order of its section 2, with their beta_1, beta_2 and epsilon.

    The first moment is kept as its multiple m / (1 - beta_1), the second as v / (1 - beta_2): each then needs a pass
    over the parameters less. A number far below epsilon is added to gradients before they are squared, so that no
    square is subnormal.
    """

    n_moments = 2
    beta_1, beta_2, epsilon = 0.9, 0.999, 1e-8
    # Fewer than the first moment takes from where it is cleared to where it is subnormal.
    clearing_steps = 64

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # For the gradient and its square, which become the moments; the old ones are spare then.
        self._spare = [self.network.parameters.zeros_like() for _ in self.moments]
        self._vanishing = np.empty(self.network.parameters.flat.shape, bool)
        self._smallest = self._smallest_parameters()
        self._axpy = blas("axpy", self._dtype)

    def set_rates(self, eta, mu):
        super().set_rates(eta, mu)
        self._rate = self._per_model(-(1 - self.beta_1) / math.sqrt(1 - self.beta_2) * self._eta)

    def _smallest_parameters(self):
        """What each parameter has vanished below: less for coefficients of features of a large scale."""
        limits, smallest = np.finfo(self._dtype), self.network.parameters.zeros_like()
        smallest.flat[:] = limits.tiny / limits.eps
        if self._inverse_scale is not None:
            W = smallest.layers[0].W
            np.multiply(W, np.minimum(self._inverse_scale, 1), out=W)
            np.maximum(W, limits.tiny, out=W)
        return smallest.flat

    def _clear_vanishing(self):
        """Set to zero what has nearly vanished, such as the coefficients of a feature that is never on: arithmetic on
        subnormal numbers takes a hundred times as long."""
        limits, scratch = np.finfo(self._dtype), self._spare[1].flat
        of_moments = [(moment.flat, limits.tiny / limits.eps) for moment in self.moments]
        for values, smallest in [(self.network.parameters.flat, self._smallest), *of_moments]:
            np.abs(values, out=scratch)
            np.less(scratch, smallest, out=self._vanishing)
            np.copyto(values, 0, where=self._vanishing)

    def step(self, parts, share, t):
        if t % self.clearing_steps == 0:
            self._clear_vanishing()
        super().step(parts, share, t)
        _, direction = self.moments
        rate = math.sqrt(1 - self.beta_2 ** (t + 1)) / (1 - self.beta_1 ** (t + 1))
        rate *= self._rate if isinstance(self._rate, float) else 1.0
        self._axpy(direction.flat, self.network.parameters.flat, None, rate)
        self.moments, self._spare = self._spare, self.moments
        self._turn ^= 1

    def _record(self, share):
        # Without intercepts the gradient's b is not assigned: there the moments are 0 and stay so.
        (first, second), (gradient, square) = self.moments, self._spare
        direction, numbers = second, self._dtype.type
        offset = numbers(8 * math.sqrt(np.finfo(self._dtype).tiny))
        # A rate for each model comes before the step's own part of the rate, a number, which comes with the addition.
        each = [] if isinstance(self._rate, float) else direction.multiply(self._rate, direction)
        after = [
            # The rate comes after the moments.
            *self.penalty.add_gradient(self.network.parameters, gradient, np.full_like(self._eta, share)),
            *_multiply_first(gradient, self._inverse_scale),
            bound(np.add, gradient.flat, offset, square.flat),
            bound(np.square, square.flat, square.flat),
            bound(self._axpy, first.flat, gradient.flat, None, self.beta_1),
            bound(self._axpy, second.flat, square.flat, None, self.beta_2),
            bound(np.sqrt, square.flat, direction.flat),
            bound(np.add, direction.flat, numbers(self.epsilon / math.sqrt(1 - self.beta_2)), direction.flat),
            bound(np.divide, gradient.flat, direction.flat, direction.flat),
            *_multiply_first(direction, self._inverse_scale),
            *each,
        ]
        return [], self.network.accumulation(gradient, self._keep(0.0, 0.0), 1.0 / self.divisor), after


def choose_rule(solver, momentum, nesterov, at_once, lazily=False):
    """The rule that a solver's name and its momentum ask for.

    `at_once`: whether a step may decay, differentiate and update in one product: it comes in one part, and no model has
    coordinates of its own.
    `lazily`: whether SGD leaves features alone that a batch does not have.
    """
    if solver == "adam":
        return Adam
    if lazily:
        return partial(Lazy, Nesterov if nesterov and np.any(momentum) else Momentum)
    if np.any(momentum):
        return Nesterov if nesterov else Momentum
    return Descent if at_once else Momentum

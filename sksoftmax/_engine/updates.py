# SPDX-License-Identifier: BSD-3-Clause
"""Update rules: how one step moves the parameters. A rule never decides the learning rate or when to stop.

Each is made for a stack of M models; ``set_rates`` is called when a learning rate changes, ``step(parts, share, t)``
for each batch: its parts, its share of the divisor, the updates made before.
A short last batch has a share below 1: its step counts by that share, in the data and in the penalty,
so that an epoch weighs the two as the objective does.
eta: learning rate, mu: momentum, J: the objective, t: updates made, all (M,) or equal for the stack.
"""

import math

import numpy as np

from sksoftmax._engine.parameters import per_model


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
    relative_scale : (M, 1, d) or None
        For each model, the scale of the features' coordinates over that of the coordinates in which the model takes its
        steps; None where they are the same. The gradient in the first W times this is the one in the model's own
        coordinates, and a step there times this is the step of the first W.
    """

    n_moments = 0

    def __init__(self, network, penalty, divisor, moments=None, relative_scale=None):
        self.network, self.penalty, self.divisor = network, penalty, divisor
        parameters = network.parameters
        fits = moments and len(moments) == self.n_moments
        self.moments = moments if fits else [parameters.zeros_like() for _ in range(self.n_moments)]
        self._dtype, self._n_layers = parameters.dtype, len(parameters.layers)
        self._relative_scale = None if relative_scale is None else relative_scale.astype(self._dtype)

    def set_rates(self, eta, mu):
        """Learning rates (M,) and momenta (M,) from now on."""
        self._eta, self._mu = np.asarray(eta, dtype=np.float64), self._per_model(mu)
        self._step = self._per_model(-self._eta / self.divisor)
        self._by_share = {}

    def _at(self, share):
        """What the rule derives from the rates for a batch of that share: there are two at most."""
        if share not in self._by_share:
            self._by_share[share] = self._derive(share)
        return self._by_share[share]

    def _derive(self, share):
        """-share * eta * l2 * feature weights of each layer."""
        return self.penalty.factors(-share * self._eta)

    def restart(self, models):
        """Forget, for the given models, what would carry them on in the old direction."""

    def _keep(self, factor):
        if isinstance(factor, float):
            return [(factor, factor)] * self._n_layers
        return [(factor[:, None, None], factor[:, None])] * self._n_layers

    def _per_model(self, values):
        return per_model(values, self._dtype)


def _multiply_first(direction, factors):
    """Overwrite a direction (Parameters) with itself, its first W times the factors (M, 1, d) where there are any."""
    if factors is not None:
        W = direction.layers[0].W
        np.multiply(W, factors, out=W)


class Descent(Rule):
    """theta <- theta - eta dJ/dtheta, as one product that decays, differentiates and updates."""

    def _derive(self, share):
        return [(1.0 + factor, 1.0) for factor in super()._derive(share)]

    def step(self, parts, share, t):
        self.network.accumulate(parts, self.network.parameters, self._at(share), self._step)


class Momentum(Rule):
    """v <- mu v - eta dJ/dtheta; theta <- theta + v (Polyak 1964)."""

    n_moments = 1

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._scratch = self.network.parameters.zeros_like()
        # The velocity adds up gradients; its step is what they are in the model's own coordinates, and back.
        self._metric = None if self._relative_scale is None else np.square(self._relative_scale)

    def step(self, parts, share, t):
        (velocity,), parameters, step = self.moments, self.network.parameters, self._scratch
        self._accelerate(velocity, parts, share)
        if self._metric is None:
            step = velocity
        else:
            np.copyto(step.flat, velocity.flat)
            _multiply_first(step, self._metric)
        parameters.flat += step.flat

    def restart(self, models):
        for layer in self.moments[0].layers:
            layer.W[models] = layer.b[models] = 0

    def _accelerate(self, velocity, parts, share):
        self.network.accumulate(parts, velocity, self._keep(self._mu), self._step)
        self.penalty.add_gradient(self.network.parameters, velocity, self._at(share))


class Nesterov(Momentum):
    """v <- mu v - eta dJ/dtheta; theta <- theta + mu v - eta dJ/dtheta (Nesterov 1983).

    theta is the point that Sutskever et al. (2013) take the gradient at, one mu v ahead of theirs. The last term is v
    less mu times the old v, so no second gradient buffer is needed.
    """

    def step(self, parts, share, t):
        (velocity,), parameters, scratch = self.moments, self.network.parameters, self._scratch
        velocity.multiply(self._mu / (1 + self._mu), out=scratch)
        self._accelerate(velocity, parts, share)
        np.subtract(velocity.flat, scratch.flat, out=scratch.flat)
        scratch.multiply(1 + self._mu, out=scratch)
        _multiply_first(scratch, self._metric)
        parameters.flat += scratch.flat


class Adam(Rule):
    """Kingma and Ba (2015), algorithm 1 in the order of its section 2, with their beta_1, beta_2 and epsilon."""

    n_moments = 2
    beta_1, beta_2, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._gradient = self.network.parameters.zeros_like()
        self._scratch = self.network.parameters.zeros_like()

    def _derive(self, share):
        """share * l2 * feature weights of each layer: the rate comes after the moments."""
        return self.penalty.factors(np.full_like(self._eta, share))

    def step(self, parts, share, t):
        parameters, gradient, scratch = self.network.parameters, self._gradient, self._scratch
        first, second = self.moments
        self.network.accumulate(parts, gradient, self._keep(0.0), 1.0 / self.divisor)
        self.penalty.add_gradient(parameters, gradient, self._at(share))
        _multiply_first(gradient, self._relative_scale)
        first.flat *= self.beta_1
        gradient.multiply(1 - self.beta_1, out=scratch)
        first.flat += scratch.flat
        second.flat *= self.beta_2
        np.square(gradient.flat, out=scratch.flat)
        scratch.flat *= 1 - self.beta_2
        second.flat += scratch.flat
        correction = math.sqrt(1 - self.beta_2 ** (t + 1)) / (1 - self.beta_1 ** (t + 1))
        np.sqrt(second.flat, out=scratch.flat)
        scratch.flat += self.epsilon
        np.divide(first.flat, scratch.flat, out=scratch.flat)
        scratch.multiply(self._per_model(-correction * self._eta), out=scratch)
        _multiply_first(scratch, self._relative_scale)
        parameters.flat += scratch.flat


def choose_rule(solver, momentum, nesterov, at_once):
    """The rule that a solver's name and its momentum ask for.

    `at_once`: whether a step may decay, differentiate and update in one product: it comes in one part, and no model has
    coordinates of its own.
    """
    if solver == "adam":
        return Adam
    if np.any(momentum):
        return Nesterov if nesterov else Momentum
    return Descent if at_once else Momentum

# SPDX-License-Identifier: BSD-3-Clause
"""How smooth the objective is for minibatches, and the learning rate that this admits."""

import math
from typing import NamedTuple

import numpy as np
from scipy import sparse

from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.columns import parts_of
from sksoftmax._engine.conditioning import Coordinates, subsample_rows
from sksoftmax._engine.inference import hidden_units

POWER_ITERATIONS = 8
# Samples whose third moments are a smaller part of what they might be lie symmetrically, but for rounding.
SYMMETRIC = 1e-8
# A longer step makes more noise, of which the mean of the iterates is free.
AVERAGED_STRETCH = 1.5
# Learning rate of Adam for a full batch.
ADAM_STEP = 0.05
# A stream that starts with fewer samples than this tells little of those to come; one that starts with fewer than this
# many batches is taken for endless, and another for as long as it is so far.
FEW_SAMPLES = 30
FEW_BATCHES = 10
# What Adam takes a stream for, whose length nobody knows.
USUAL_SAMPLES = 10_000


class Moments(NamedTuple):
    """Second moments of the inputs a_i of a layer, the constant input of its biases included.

    largest_eigenvalue : of the mean of w_i a_i a_i^T
    largest_square : max_i w_i ||a_i||^2
    """

    largest_eigenvalue: float
    largest_square: float


class Smoothness(NamedTuple):
    """What bounds the learning rate.

    moments : of each layer of the network, from the first
    steepest : slope of the activation
    smallest_scale : of the coordinates of the features
    n_samples : int
    streaming : whether more samples will come, of which these are the first
    """

    moments: list
    steepest: float
    smallest_scale: float
    n_samples: int
    streaming: bool

    @classmethod
    def of(cls, numbers):
        """What `plain` made."""
        moments, *others = numbers
        return cls([Moments(*each) for each in moments], *others)

    @classmethod
    def of_parts(cls, parts):
        """That of steps on any of some parts of the samples, each with a Smoothness of its own."""
        moments = [Moments(*np.max(layer, axis=0).tolist()) for layer in zip(*(part.moments for part in parts))]
        return parts[0]._replace(moments=moments, n_samples=sum(part.n_samples for part in parts))

    def plain(self):
        """As tuples of numbers, to be kept in files."""
        return [tuple(each) for each in self.moments], *self[1:]

    def learning_rate(self, solver, batch_size, l2, momentum, stretch=1.0):
        """The learning rate that ``learning_rate_init="auto"`` stands for; `stretch` is what the smoothness of the
        cross-entropy, but not that of the penalty, is divided by.

        SGD: 1 / L_b. L_b is the expected smoothness of minibatches (Gower et al. 2019, Prop. 3.8; their Theorem 3.1
        proves convergence for half of this step) and the largest curvature of the penalty. The factor 1/2 is the
        largest eigenvalue of the Hessian of the cross-entropy in the logits (Boehning 1992). Each layer adds its
        inputs' share of the Gauss-Newton matrix, as if the weights above it had norm 1 and the slopes of the activation
        were steepest. Weights grow in training, and what a layer sees is their product: the sum is multiplied by half
        the number of hidden layers, where there are any. Momentum multiplies the noise of single samples by
        1 / (1 - momentum), but is stable for the curvature (Polyak 1964).
        Adam moves a coefficient by about its learning rate in each step, and the noise of the n / b steps of an
        epoch adds up like their square root: ADAM_STEP * sqrt(b / n).
        """
        endless = self.streaming and self.n_samples < FEW_BATCHES * batch_size
        n = math.inf if endless else self.n_samples
        b = min(batch_size, n)
        if solver == "adam":
            return ADAM_STEP * math.sqrt(b / n if math.isfinite(n) else min(b / USUAL_SAMPLES, 1.0))
        # Of b samples drawn from n without replacement; the limit where n is infinite.
        single = (1 / b - 1 / n) / (1 - 1 / n) if n > 1 else 0.0
        whole, n_hidden = 1 - single, len(self.moments) - 1
        smoothness = 0.0
        for above, layer in enumerate(reversed(self.moments)):
            share = 0.5 * (whole * layer.largest_eigenvalue + single * layer.largest_square / (1 - momentum))
            smoothness += self.steepest ** (2 * above) * share
        penalty = l2 * max(self.smallest_scale**-2, float(n_hidden > 0))
        curvature = smoothness * (n_hidden / 2 if n_hidden else 1.0) / stretch + penalty
        return 1 / curvature if curvature > 0 else 1.0


def measure(network, conditioning, streaming=False):
    """The Smoothness of steps in the conditioned coordinates, for a network of centred samples."""
    moments, n_samples = input_moments(network, conditioning), conditioning.moments.n_samples
    if streaming and n_samples < FEW_SAMPLES:
        # They tell little of how far from them others lie: as far as unit variance in each input.
        mean_weight, widths = conditioning.moments.subsample.mean_weight, network.parameters.sizes[:-1]
        moments = [
            m._replace(largest_square=max(m.largest_square, mean_weight * (width + network.fit_intercept)))
            for m, width in zip(moments, widths)
        ]
    return Smoothness(
        moments,
        ACTIVATIONS[network.activation].steepest,
        float(conditioning.coordinates.scale.min()),
        n_samples,
        streaming,
    )


def input_moments(network, conditioning):
    """The Moments of each layer of a network of centred samples, those of the first in the conditioned coordinates."""
    mean, scale = conditioning.coordinates
    X, weights, gradient_weights, mean_weight = conditioning.moments.subsample
    constant = float(network.fit_intercept)
    eigenvalue, square = _largest_moments(X, weights, gradient_weights, mean, scale, constant)
    # The constant input is orthogonal to centred features, and its moment is 1.
    moments = [Moments(mean_weight * max(eigenvalue, constant), square)]
    if len(network.parameters.layers) == 1:
        return moments
    step = math.ceil(X.shape[0] / subsample_rows(max(network.parameters.sizes[1:])))
    layers = Coordinates(mean).to_raw(network.parameters.pairs())
    for A in hidden_units(layers, network.activation, X[::step]):
        A = np.hstack([A, np.full((len(A), 1), constant)])
        eigenvalue, square = _largest_moments(A, weights[::step], gradient_weights[::step])
        moments.append(Moments(mean_weight * eigenvalue, square))
    return moments


def _largest_moments(X, weights, gradient_weights, mean=None, scale=None, constant=0.0):
    """Largest eigenvalue of the weighted mean of x' x'^T by power iteration, and the largest
    gradient_weights_i (||x'_i||^2 + constant)."""
    weights, centre = weights / weights.sum(), np.zeros(X.shape[1])
    if sparse.issparse(X):
        centre = centre if mean is None else mean / scale
        squares = _squares_of_rows(X, scale) - 2 * (X @ (centre / scale)) + centre @ centre
        unit = scale
    else:
        if scale is not None:
            # Implicit centring would lose digits where the mean is far larger than the spread.
            X = X - (0.0 if mean is None else mean)
            X /= scale
        squares = np.einsum("ij,ij->i", X, X)
        unit = 1.0
    squares = np.maximum(squares, 0)
    v = _start(X, weights, squares, centre, unit)
    eigenvalue = 0.0
    for _ in range(POWER_ITERATIONS):
        v /= np.linalg.norm(v)
        projections = X @ (v / unit) - centre @ v
        v = X.T @ (weights * projections) / unit - (weights @ projections) * centre
        eigenvalue = float(np.linalg.norm(v))
        if eigenvalue == 0:
            break
    return eigenvalue, float((gradient_weights * (squares + constant)).max())


def _start(X, weights, squares, centre, unit):
    """Where power iterations start, (d,): the weighted mean of ||x'_i||^2 x'_i. It goes with the features where these
    are permuted or change their signs, and leans towards the first eigenvector more than random numbers do."""
    heights = weights * squares
    start = X.T @ heights / unit - heights.sum() * centre
    if np.linalg.norm(start) > SYMMETRIC * (heights @ np.sqrt(squares)):
        return start
    return np.random.RandomState(0).normal(size=X.shape[1])


def _squares_of_rows(X, scale):
    """||x_i / scale||^2 (n,) of rows of a CSR matrix."""
    squares = np.empty(X.shape[0])
    for rows, part in parts_of(X):
        part.data = np.square(part.data / scale.take(part.indices))
        squares[rows] = part @ np.ones(X.shape[1])
    return squares

# SPDX-License-Identifier: BSD-3-Clause
"""What the engine's tests share: small problems, and the textbook's formulas written out as the oracle."""

import numpy as np

from sksoftmax._engine.conditioning import condition, feature_moments, moments_of
from sksoftmax._engine.lbfgs import Objective
from sksoftmax._engine.minibatches import Samples
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters, stacked

ACTIVATION = {
    "identity": lambda Z: Z,
    "logistic": lambda Z: 1 / (1 + np.exp(-Z)),
    "tanh": np.tanh,
    "relu": lambda Z: np.where(Z > 0, Z, 0),
}


def problem(rng, n_samples=40, n_features=6, n_classes=3, dtype=np.float64):
    X = rng.normal(size=(n_samples, n_features)).astype(dtype)
    return X, rng.randint(0, n_classes, n_samples)


def samples(X, y, weights=None, rows=None):
    return Samples(X, y.astype(np.intp), weights, rows)


def conditioning_of(data, l2, fit_intercept, random_state):
    return condition(feature_moments(moments_of(data, random_state.randint(2**31 - 1)), fit_intercept), l2)


def network(sizes, n_models=1, dtype=np.float64, activation="identity", rng=None, scale=0.5):
    parameters = Parameters(sizes, n_models, dtype)
    if rng is not None:
        parameters.flat[:] = rng.normal(scale=scale, size=parameters.flat.size)
    return Network(parameters, activation)


def repeated(net, n_models):
    """A stack of copies of one network."""
    return Network(stacked([net.parameters] * n_models), net.activation, net.fit_intercept)


class ObjectiveOfOne:
    """J (float) and dJ/dtheta of one network as functions of a flat vector theta (float64)."""

    def __init__(self, net, data, settings, mean=None):
        self._objective = Objective(net, data, [settings], mean)

    def theta(self):
        return self._objective.vectors()[0]

    def __call__(self, theta):
        (value,), (gradient,) = self._objective(theta[None])
        return value, gradient


def textbook_logits(parameters, X, activation="identity"):
    """Logits (n, K) of the first network, row by row as in a textbook."""
    A = X
    for index, layer in enumerate(parameters.layers):
        if index > 0:
            A = ACTIVATION[activation](A)
        A = A @ layer.W[0].T + layer.b[0]
    return A


def textbook_objective(parameters, X, y, l2, weights=None, activation="identity"):
    """J of the first network."""
    Z = textbook_logits(parameters, X, activation)
    losses = np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y]
    penalty = 0.5 * l2 * sum((layer.W[0] ** 2).sum() for layer in parameters.layers)
    return np.average(losses, weights=weights) + penalty


def textbook_gradient(W, b, X, y, l2, weights=None):
    """dJ/dW, dJ/db of softmax regression."""
    Z = X @ W.T + b
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    w = np.ones(len(y)) if weights is None else weights
    P *= (w / w.sum())[:, None]
    return P.T @ X + l2 * W, P.sum(axis=0)

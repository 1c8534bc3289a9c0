# SPDX-License-Identifier: BSD-3-Clause
"""How far a model without hidden layers may be from the minimum of its objective."""

from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax

from sksoftmax._engine.inference import outputs
from sksoftmax._engine.lbfgs import Objective
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.result import Settings
from sksoftmax._held_out import all_samples, encode
from sksoftmax._validated import features_and_labels

# Newton's method for the intercepts converges quadratically; halvings of its step are rare.
NEWTON_STEPS, HALVINGS = 50, 30
# A gradient that small is rounding.
NO_GRADIENT = 1e-14


class OptimalityGap(NamedTuple):
    """Norm of the gradient of the objective, and a bound on its excess over the minimum (floats)."""

    gradient_norm: float
    bound: float


def optimality_gap(model, X, y, sample_weight):
    """The OptimalityGap of a fitted SoftmaxRegression on its training data."""
    X, y, _ = features_and_labels(model, X, y, reset=False)
    targets = encode(model.classes_, y)
    samples = all_samples(model, X, targets, sample_weight)
    ((W, b),) = model._layers_to_go_on_from()
    W, b = W.astype(np.float64), b.astype(np.float64)
    objective = Objective(
        Network(Parameters.of([(W, b)], np.float64), fit_intercept=model.fit_intercept), samples, [Settings(model.l2_)]
    )
    (value,), (gradient,) = objective(objective.vectors())
    norm, excess = float(np.linalg.norm(gradient)), 0.0
    if model.fit_intercept:
        _check_all_classes(model.classes_, targets[samples.rows])
        best = _best_intercepts(W, b, samples)
        (lowest,), (gradient,) = objective(_theta(W, best)[None])
        excess = max(0.0, value - lowest)
    squared = float(np.square(gradient[: W.size]).sum())
    return OptimalityGap(norm, float(excess + (squared / (2 * model.l2_) if model.l2_ else np.inf)))


def _theta(W, b):
    return Parameters.of([(W, b)], np.float64).flat


def _check_all_classes(classes, targets):
    absent = classes[np.bincount(targets, minlength=len(classes)) == 0]
    if len(absent):
        raise ValueError(f"y has no sample of positive weight of the classes {absent.tolist()}, must have one of each.")


def _best_intercepts(W, b, samples):
    """The intercepts (K,) that minimise the weighted cross-entropy beside coefficients W (K, d)."""
    rows, targets = samples.rows, samples.targets[samples.rows]
    Z = outputs([(W, b)], "identity", samples.X if samples.all_in_order else samples.X[rows]).astype(np.float64)
    weights = np.ones(len(rows)) if samples.weights is None else samples.weights[rows]
    weights = weights / weights.sum()
    frequencies = np.bincount(targets, weights, minlength=len(b))

    def loss(shift):
        log_p = log_softmax(Z + shift, axis=1)
        return -weights @ log_p[np.arange(len(rows)), targets], np.exp(log_p)

    shift = np.zeros_like(b)
    value, P = loss(shift)
    for _ in range(NEWTON_STEPS):
        means = weights @ P
        gradient = means - frequencies
        if np.abs(gradient).max() <= NO_GRADIENT:
            break
        # A constant added to all intercepts changes nothing: the Hessian is singular along it.
        step = np.linalg.lstsq(np.diag(means) - (P * weights[:, None]).T @ P, gradient, rcond=None)[0]
        for _ in range(HALVINGS):
            lower, P_there = loss(shift - step)
            if lower <= value + np.finfo(np.float64).eps * abs(value):
                break
            step /= 2
        shift, value, P = shift - step, lower, P_there
    return b + shift

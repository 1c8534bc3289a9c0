# SPDX-License-Identifier: BSD-3-Clause
"""What went wrong in a training, and what to do about it."""

import numpy as np
from scipy import sparse

from sksoftmax._engine.conditioning import Coordinates
from sksoftmax._engine.interrupts import quietly
from sksoftmax._engine.reading import feature_extremes
from sksoftmax._engine.shortfall import FAR, is_far_above, is_small

# An objective of that many times the one of zero coefficients is a failure.
FAR_ABOVE = 2.0
# A slope of that part of an earlier one is about as large.
STEADY = 0.75
# Weights, as of `partial_fit`, starts and penalties beyond it are taken for the cause.
LARGE = 1e6


def divergence(estimator, result, X, largest_weight=1.0):
    """The ValueError of a training whose objective is not finite, on X with weights (1 on average in `fit`) up to
    `largest_weight`."""
    what = f"Training diverged in epoch {result.n_epochs}: the objective is not finite with "
    if largest_weight > LARGE:
        return ValueError(f"{what}sample_weight times class_weight up to {largest_weight:.3g}. Use smaller weights.")
    if estimator.init_scale is not None and estimator.init_scale > LARGE:
        return ValueError(f"{what}init_scale == {estimator.init_scale}. Use a smaller init_scale.")
    if estimator.l2_ > LARGE:
        return ValueError(f"{what}l2 == {estimator.l2_:.3g}. Use a smaller l2.")
    feature, value = _largest_feature(X)
    seen = f"values up to {value:.3g} in feature {feature}"
    if estimator.learning_rate_init == "auto":
        return ValueError(f"{what}{seen}. Scale the features, or set a small learning_rate_init.")
    return ValueError(
        f"{what}learning_rate_init == {estimator.learning_rate_init}, l2 == {estimator.l2_} and {seen}. "
        "Use a smaller learning_rate_init or learning_rate_init='auto', or scale the features."
    )


def _largest_feature(X):
    """The number of the feature with the largest absolute value, and that value."""
    if sparse.issparse(X):
        columns = np.maximum(X.max(axis=0).toarray().ravel(), -X.min(axis=0).toarray().ravel())
    else:
        columns = np.abs(feature_extremes(X)).max(axis=0)
    return int(columns.argmax()), float(columns.max())


def start_of(estimator, network):
    """About the objective that the training of a network begins with: that of zero coefficients, and the penalty of
    those that hidden layers start from."""
    objective, (hidden, _) = float(np.log(len(estimator.classes_))), estimator._hidden_shape()
    if hidden:
        norm = quietly(network.parameters.squared_norm, over="ignore")
        objective += 0.5 * estimator.l2_ * norm
    return objective


def advice(estimator, result, start):
    """What a warning should say of a finished training that began with an objective of `start`, or None."""
    zero, end, name = np.log(len(estimator.classes_)), estimator.loss_, type(estimator).__name__
    # A random start of the user's own may be as far off.
    is_far = end > FAR_ABOVE * zero and not estimator.init_scale
    rate = "auto" if estimator.solver == "lbfgs" else estimator.learning_rate_init
    creeps = rate != "auto" and _creeps(estimator.loss_curve_, estimator.learning_rate_curve_)
    comes_down = end < FAR_ABOVE * start and not (result.converged or result.message)
    if is_far and (creeps or not comes_down):
        cause = _cause(estimator, rate, creeps)
        return f"{name} ends with an objective of {end:.3g}; zero coefficients have {zero:.3g}. {cause}"
    may_end = estimator.tol is not None and (estimator.solver == "lbfgs" or estimator.n_iter_no_change < np.inf)
    if may_end and not (result.converged or result.stopped):
        reason = f" ({result.message})" if result.message else ""
        others = "" if is_far else " or tol, or set tol=None to train for max_iter epochs"
        return (
            f"{name} has not converged after {result.n_epochs} of max_iter={estimator.max_iter} iterations{reason}. "
            f"Increase max_iter{others}."
        )
    return None


def _cause(estimator, rate, creeps):
    """Why a training ends far above the objective of zero coefficients, and what to change."""
    if creeps:
        return (
            f"learning_rate_init == {rate} is too small to get there from a random start: use a larger one or "
            "learning_rate_init='auto'."
        )
    # The gradient of the cross-entropy is bounded, so too large steps wander far off but seldom overflow.
    if rate != "auto":
        return (
            f"learning_rate_init == {rate} is too large for these features and l2 == {estimator.l2_}: use a smaller "
            "one, learning_rate_init='auto', or scaled features."
        )
    if estimator.penalty_curve_[-1] > estimator.data_loss_curve_[-1]:
        return f"l2 == {estimator.l2_:.3g} is more than training can follow: use a smaller l2."
    return "The learning rate is too large for these features: scale them, or set a small learning_rate_init."


def _creeps(curve, rates):
    """Whether an objective falls in all epochs, for its learning rate by about as much in the last as in the first, and
    yet is more than half of what it was."""
    falls = -np.diff(curve)
    if len(falls) < 2 or falls.min() <= 0 or curve[-1] <= curve[0] / 2:
        return False
    return bool(falls[-1] * rates[1] >= STEADY * falls[0] * rates[-1])


def shortfall(estimator, result, samples, state):
    """What a warning should say of a training on Samples that has converged far above the minimum of its objective, or
    None. It is looked for on small problems without hidden layers, where the objective decides the end, and a `tol`
    that does not allow for it.

    state : its training state
    """
    hidden, _ = estimator._hidden_shape()
    if hidden or estimator.early_stopping or not result.converged or estimator.tol is None or estimator.tol >= FAR:
        return None
    if estimator.loss_ <= FAR or not is_small(samples, len(estimator.classes_)):
        return None
    coordinates = Coordinates(state["mean"], state["scale"])
    if not is_far_above(result.parameters, samples, estimator.l2_, coordinates, estimator.fit_intercept):
        return None
    nearer = "tol=1e-6 and max_iter=10000"
    if estimator.solver != "lbfgs":
        nearer = f"solver='lbfgs', {nearer}"
        if estimator.learning_rate_init != "auto":
            nearer = f"learning_rate_init='auto', or {nearer}"
    return (
        f"{type(estimator).__name__} ends with an objective of {estimator.loss_:.3g}, more than {FAR} above its "
        f"minimum: with l2 == {estimator.l2_:.3g} it falls too slowly for tol == {estimator.tol}. New samples are "
        f"often predicted better for it. For the minimum set {nearer}; a larger l2 brings it nearer."
    )

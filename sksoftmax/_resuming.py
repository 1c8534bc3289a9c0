# SPDX-License-Identifier: BSD-3-Clause
"""Going on with a `fit` of ``warm_start=True`` where it ended, to the same bits as one longer fit."""

import copy
from typing import NamedTuple

import numpy as np
from joblib import hash as hash_of

from sksoftmax import _curves as curves
from sksoftmax._engine.network import Network
from sksoftmax._engine.parameters import Parameters
from sksoftmax._engine.result import Course, TrainingResult
from sksoftmax._training import coordinates_of

# Parameters that a longer fit may have changed.
MAY_CHANGE = ("max_iter", "verbose")
# Rows by which samples are known again.
MOST_ROWS = 256


class Earlier(NamedTuple):
    """A training to go on with: its state and network, and its result so far."""

    begun: tuple
    result: TrainingResult


def key_of(estimator, X, y, sample_weight, own):
    """Equal for fits of the same parameters to the same samples, whose rows are looked at here and there."""
    parameters = {
        name: value
        for name, value in estimator.get_params(deep=False).items()
        if name not in MAY_CHANGE and not callable(value) and not isinstance(value, np.random.RandomState)
    }
    held_out = () if own is None else (*_looks(own.X), own.y, own.sample_weight)
    return hash_of((type(estimator).__name__, parameters, _looks(X), y, sample_weight, held_out))


def _looks(X):
    rows = np.linspace(0, X.shape[0] - 1, min(MOST_ROWS, X.shape[0])).astype(int)
    return X.shape, X.dtype.str, X[rows]


def with_course(state, result):
    """The state of a finished training, with its course where it has one and has not come to an end of its own."""
    if result.course is None:
        return state
    state = {**state, "moments": [moment.flat for moment in result.moments], "n_updates": result.n_updates}
    if not result.converged:
        vectors = {name: vector.flat for name, vector in result.course.vectors.items()}
        state["course"] = {"vectors": vectors, "numbers": result.course.numbers}
    return state


def remember(estimator, key):
    """Note what the course, if there is one, belongs to."""
    if "course" in getattr(estimator, "_training_state", {}):
        estimator._training_state["course"]["key"] = key


def forget(state):
    """Take the course out of a training state that goes on otherwise; return it."""
    return state.pop("course", None)


def earlier_training(estimator, key):
    """The Earlier training of a fitted estimator, or None where a fit with that key would not have come by there."""
    state = copy.deepcopy(getattr(estimator, "_training_state", {}))
    course = forget(state)
    if course is None or course["key"] != key or estimator.max_iter <= estimator.n_iter_:
        return None
    published = estimator._layers_to_go_on_from()
    sizes = Parameters.sizes_of(published)
    vectors = {name: Parameters(sizes, 1, flat.dtype, flat) for name, flat in course["vectors"].items()}
    kept = coordinates_of(state).to_raw(vectors.get("best", vectors["parameters"]).pairs())
    for ours, theirs in zip(kept, published):
        if not all(np.array_equal(a.astype(b.dtype), b) for a, b in zip(ours, theirs)):
            # Somebody has changed the coefficients.
            return None
    _, activation = estimator._hidden_shape()
    network = Network(vectors["parameters"].take([0]), activation, estimator.fit_intercept)
    result = curves.recorded(estimator)
    result.course = Course(vectors, course["numbers"])
    return Earlier((state, network), result)

# SPDX-License-Identifier: BSD-3-Clause
"""The constructor's parameters: what each allows, and what it means to the engine."""

from functools import partial

import numpy as np
from joblib import hash as hash_of

from sksoftmax._engine import schedules
from sksoftmax._engine.batch_size import automatic_batch_size
from sksoftmax._engine.growth import most_growth
from sksoftmax._engine.result import Settings
from sksoftmax._engine.smoothness import AVERAGED_STRETCH, Smoothness
from sksoftmax._validation import (
    BOOLEAN,
    DICT,
    INFINITE,
    NONE,
    SEED,
    Kind,
    check_parameters,
    integer,
    options,
    real,
)

# Others call the rate itself so.
SCHEDULE = Kind("a callable (its initial value is called learning_rate_init)", callable)
CONSTRAINTS = {
    "l2": [real(0)],
    "solver": [options("sgd", "adam", "lbfgs")],
    "batch_size": [options("auto"), integer(1)],
    "learning_rate": [
        options("constant", "exponential", "inverse_time", "invscaling", "step", "cosine", "adaptive"),
        SCHEDULE,
    ],
    "learning_rate_init": [options("auto"), real(0, closed="neither")],
    "decay": [real(0, closed="neither"), NONE],
    "decay_epochs": [integer(1)],
    "power_t": [real(0)],
    "momentum": [real(0, 1)],
    "nesterovs_momentum": [BOOLEAN],
    "max_iter": [integer(1)],
    "tol": [real(0), NONE],
    "n_iter_no_change": [integer(1), INFINITE],
    "shuffle": [options("blocks"), BOOLEAN],
    "fit_intercept": [BOOLEAN],
    "class_weight": [options("balanced"), DICT, NONE],
    "early_stopping": [BOOLEAN],
    "validation_fraction": [real(0, 1, "neither")],
    "scoring": [options("loss", "accuracy")],
    "warm_start": [BOOLEAN],
    "init_scale": [real(0), NONE],
    "random_state": SEED,
    "store_minibatch_loss": [BOOLEAN],
    "verbose": [integer(0), BOOLEAN],
}

# What each model of a stack may have for itself: nothing of it changes the samples, their order or their coordinates
# but for the scale. A number and "auto" for the learning rate do not mix.
STACKABLE = frozenset(
    {
        "l2",
        "learning_rate",
        "learning_rate_init",
        "decay",
        "decay_epochs",
        "power_t",
        "momentum",
        "max_iter",
        "tol",
        "n_iter_no_change",
        "init_scale",
        "warm_start",
    }
)

# What L-BFGS does not have.
OF_MINIBATCHES = frozenset(
    {
        "batch_size",
        "learning_rate",
        "learning_rate_init",
        "decay",
        "decay_epochs",
        "power_t",
        "momentum",
        "nesterovs_momentum",
        "n_iter_no_change",
        "shuffle",
        "early_stopping",
        "validation_fraction",
    }
)

# They have no effect before they end a training.
ENDING = ("max_iter", "tol", "n_iter_no_change")

# Of a stream, whose length nobody knows.
STREAM_BATCH_SIZE = 32

# The penalty of networks that is "auto": a network fits a small table until it is sure of all it says, the more so the
# more features there are.
WEAK_PENALTY, STRONG_PENALTY = 1e-4, 1e-2
PENALTY_OF_FEATURE, PENALISED_FEATURES = 0.1, 15

DEFAULT_DECAY = {"exponential": 0.95, "inverse_time": 1.0, "step": 0.5, "adaptive": 0.2}


def check(estimator):
    """Raise for the first parameter, or pair of parameters, that is not allowed."""
    check_parameters(estimator, estimator._constraints)
    if estimator.learning_rate in ("exponential", "step", "adaptive") and decay(estimator) >= 1:
        raise ValueError(f"decay == {decay(estimator)}, must be < 1 with learning_rate={estimator.learning_rate!r}.")
    if estimator.solver == "lbfgs" and estimator.early_stopping:
        raise ValueError("early_stopping=True needs solver='sgd' or solver='adam', got solver='lbfgs'.")


def stack_key(estimator):
    """Equal for estimators that train together on the same samples."""
    shared = {name: value for name, value in estimator.get_params(deep=False).items() if name not in STACKABLE}
    return type(estimator), hash_of(shared), estimator.learning_rate_init == "auto"


def training_key(estimator):
    """Equal for estimators of one stack between which nothing differs that has an effect on their training."""
    without = {"warm_start"}
    if estimator.solver != "sgd":
        without.add("momentum")
    if estimator.solver == "lbfgs":
        without |= OF_MINIBATCHES
    if estimator.learning_rate != "step":
        without.add("decay_epochs")
    if estimator.learning_rate != "invscaling":
        without.add("power_t")
    if estimator.tol is None:
        without.add("n_iter_no_change")
    values = {name: getattr(estimator, name) for name in sorted(STACKABLE - without)}
    if "decay" in values:
        fades = estimator.learning_rate in DEFAULT_DECAY if isinstance(estimator.learning_rate, str) else False
        values["decay"] = decay(estimator) if fades and not averages(estimator) else None
    # Functions are compared by identity.
    return tuple((name, id(value) if callable(value) else value) for name, value in values.items())


def course_key(estimator):
    """Equal for estimators of one stack that train alike until one of them ends."""
    periodic = estimator.learning_rate == "cosine" and estimator.solver != "lbfgs"
    ending = ENDING[1:] if periodic else ENDING
    return tuple((name, value) for name, value in training_key(estimator) if name not in ending)


def batch_size(estimator, samples, sizes, streaming=False):
    """Samples in a minibatch for a network of layer sizes; `streaming`: whether more samples will come."""
    if estimator.batch_size != "auto":
        return int(estimator.batch_size)
    if streaming:
        return STREAM_BATCH_SIZE
    return automatic_batch_size(len(samples.rows), sizes, samples.mean_values)


def penalty(estimator, n_samples):
    """The weight of the penalty that `l2` stands for; n_samples as of `Samples.n_equal`, or None of a stream."""
    if not isinstance(estimator.l2, str):
        return float(estimator.l2)
    hidden, _ = estimator._hidden_shape()
    if not hidden:
        return WEAK_PENALTY
    if n_samples is None:
        # After `fit` a stream goes on with the same.
        return getattr(estimator, "l2_", WEAK_PENALTY)
    per_sample = PENALTY_OF_FEATURE * min(estimator.n_features_in_, PENALISED_FEATURES)
    return min(max(per_sample / n_samples, WEAK_PENALTY), STRONG_PENALTY)


def averages(estimator):
    """Whether training ends at the first plateau, with the mean of its iterates."""
    is_automatic = estimator.learning_rate_init == "auto" and estimator.learning_rate == "adaptive"
    return is_automatic and estimator.solver != "lbfgs" and not estimator.early_stopping


def decay(estimator):
    if estimator.decay is not None:
        return float(estimator.decay)
    return DEFAULT_DECAY.get(estimator.learning_rate, 1.0) if isinstance(estimator.learning_rate, str) else 1.0


def schedule(estimator):
    """The learning rate's factor as a function of the epoch."""
    if callable(estimator.learning_rate):
        return partial(schedules.custom, function=estimator.learning_rate)
    return {
        "constant": schedules.constant,
        "exponential": partial(schedules.exponential, decay=decay(estimator)),
        "inverse_time": partial(schedules.inverse_time, decay=decay(estimator)),
        "invscaling": partial(schedules.power, exponent=float(estimator.power_t)),
        "step": partial(schedules.step, decay=decay(estimator), every=int(estimator.decay_epochs)),
        "cosine": partial(schedules.cosine, period=int(estimator.max_iter)),
        "adaptive": schedules.constant,
    }[estimator.learning_rate]


def settings(estimator, smoothness, scale, batch_size, streaming=False):
    """The engine's Settings of one model.

    smoothness, scale : of its training state, or None
    streaming : whether this is one epoch of many calls
    """
    hidden, _ = estimator._hidden_shape()
    averaged = averages(estimator) and not streaming
    growing = averaged and estimator.solver == "sgd" and not hidden
    l2, momentum = estimator.l2_, float(estimator.momentum)
    if smoothness is not None:
        stretch = AVERAGED_STRETCH if growing else 1.0
        rate = Smoothness.of(smoothness).learning_rate(estimator.solver, batch_size, l2, momentum, stretch)
    else:
        # L-BFGS needs none.
        rate = 0.0 if estimator.learning_rate_init == "auto" else float(estimator.learning_rate_init)
    return Settings(
        l2=l2,
        scale=scale,
        learning_rate=rate,
        schedule=schedule(estimator),
        shrink=decay(estimator) if estimator.learning_rate == "adaptive" and not averaged else None,
        momentum=momentum,
        max_epochs=1 if streaming else int(estimator.max_iter),
        averaged=averaged,
        most_growth=most_growth(rate, l2, scale) if growing else 1.0,
        tolerance=-np.inf if estimator.tol is None else float(estimator.tol),
        patience=float(estimator.n_iter_no_change),
    )

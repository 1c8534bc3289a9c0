# SPDX-License-Identifier: BSD-3-Clause
"""Default settings: the time of the whole fit, and that until a test accuracy of 0.92.

Every estimator as its constructor makes it, on the same float32 samples, on one core. The second is the time of a fit
whose max_iter is the smallest with which the accuracy on the test samples is reached, for all alike, though nobody
knows it beforehand; one that does not reach it before it has converged has no row. "iterations" are epochs of SGD.
"""

from functools import partial

import numpy as np
from sklearn.linear_model import LogisticRegression

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.benchmarks.measure import interleaved, seconds
from tests.benchmarks.recipe import reached
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

LEVEL = 0.92
N_WARM_UP = 500
OURS, PEER = "SoftmaxRegression()", "LogisticRegression()"
MODELS = {
    OURS: partial(SoftmaxRegression, random_state=0),
    PEER: LogisticRegression,
    "TinyMLPClassifier()": partial(TinyMLPClassifier, random_state=0),
}
TARGETS = {PEER: ">= 10"}


def rows(conditions, level=LEVEL):
    """Rows of the time to the accuracy and of the whole fit, as multiples of SoftmaxRegression."""
    data = conditions.data
    with one_core():
        whole = {name: make() for name, make in MODELS.items()}
        for model in whole.values():
            model.fit(data.X[:N_WARM_UP], data.y[:N_WARM_UP])
        yield from compare("whole fit", whole, data, conditions.repeats)
        limited = {name: shortest(MODELS[name], data, level, np.max(model.n_iter_)) for name, model in whole.items()}
        limited = {name: model for name, model in limited.items() if model is not None}
        if OURS in limited:
            yield from compare(f"test accuracy {level}", limited, data, conditions.repeats)


def compare(case, models, data, repeats):
    """Rows of fits of estimators."""
    times = interleaved({name: partial(seconds, model.fit, data.X, data.y) for name, model in models.items()}, repeats)
    for name, value in times.items():
        found = {
            "test accuracy": reached(models[name]).accuracy(data.X_test, data.y_test),
            "iterations": int(np.max(models[name].n_iter_)),
        }
        yield Row(case, name, "times ours", value / times[OURS], TARGETS.get(name, ""), found)


def shortest(make, data, level, n_iter):
    """The estimator with the smallest max_iter up to n_iter that reaches a test accuracy, or None."""
    for max_iter in range(1, n_iter + 1):
        model = make(max_iter=max_iter).fit(data.X, data.y)
        if reached(model).accuracy(data.X_test, data.y_test) >= level:
            return model
    return None

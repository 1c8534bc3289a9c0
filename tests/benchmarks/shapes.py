# SPDX-License-Identifier: BSD-3-Clause
"""Default settings on data of every shape, raw, beside scikit-learn's.

Every estimator as its constructor makes it, on one core. "log-loss" is that of the held-out samples: a fifth of small
sets, the test samples of others. LogisticRegression, whose default penalty is stronger than ours up to 10,000 samples
and weaker beyond, also behind a StandardScaler, and by its Newton method where its Hessian is small; ours also by
"lbfgs". MLPClassifier is compared on the small sets. The last rows are the geometric means over all sets.
"""

from functools import partial

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.benchmarks.measure import Repeated, interleaved, seconds
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

OURS, PEER = "SoftmaxRegression()", "LogisticRegression()"
NEWTON = 'LogisticRegression(solver="newton-cholesky")'
LINEAR = {
    OURS: partial(SoftmaxRegression, random_state=0),
    PEER: LogisticRegression,
    "StandardScaler, LogisticRegression()": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
    NEWTON: partial(LogisticRegression, solver="newton-cholesky"),
    'SoftmaxRegression(solver="lbfgs")': partial(SoftmaxRegression, solver="lbfgs", random_state=0),
}
OUR_NETWORK, PEER_NETWORK = "TinyMLPClassifier()", "MLPClassifier()"
NETWORKS = {
    OUR_NETWORK: partial(TinyMLPClassifier, random_state=0),
    PEER_NETWORK: partial(MLPClassifier, random_state=0),
}
TARGETS = {PEER: ">= 1", PEER_NETWORK: ">= 3"}
MEAN_TARGETS = {PEER: ">= 2"}
# Coefficients up to which the Hessian is quick to factor.
LARGEST_HESSIAN = 1_000
N_WARM_UP = 100


def data_sets(images):
    """{name: a function that returns X, y, X_test, y_test}; the first SMALL ones are small."""

    def loaded(load):
        X, y = load(return_X_y=True)
        X, X_test, y, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
        return X, y, X_test, y_test

    def made(n_samples, n_features, n_classes, n_test, **shape):
        X, y = make_classification(
            n_samples + n_test, n_features, n_redundant=0, n_classes=n_classes, random_state=0, **shape
        )
        return X[:n_samples], y[:n_samples], X[n_samples:], y[n_samples:]

    return {
        "digits": partial(loaded, load_digits),
        "wine": partial(loaded, load_wine),
        "breast cancer": partial(loaded, load_breast_cancer),
        "200 x 10,000, 4 classes": partial(made, 200, 10_000, 4, 1_000, n_informative=200, class_sep=3),
        "100,000 x 54, 7 classes": partial(made, 100_000, 54, 7, 10_000, n_informative=20),
        "1,000,000 x 20, 5 classes": partial(made, 1_000_000, 20, 5, 10_000, n_informative=10),
        images.name: lambda: (images.X * np.float32(255), images.y, images.X_test * np.float32(255), images.y_test),
    }


SMALL = 3


def rows(conditions, sets=None):
    """Rows of each set, and of the means over all."""
    sets = data_sets(conditions.data) if sets is None else sets
    ratios = {PEER: [], PEER_NETWORK: []}
    for number, (name, load) in enumerate(sets.items()):
        data = load()
        n_coefficients = data[0].shape[1] * len(np.unique(data[1]))
        linear = {n: make for n, make in LINEAR.items() if n != NEWTON or n_coefficients <= LARGEST_HESSIAN}
        for models, ours, peer in [(linear, OURS, PEER), (NETWORKS, OUR_NETWORK, PEER_NETWORK)][: 1 + (number < SMALL)]:
            compared = compare(models, *data, conditions.repeats)
            for contestant, (times, found) in compared.items():
                value = times / compared[ours][0]
                yield Row(name, contestant, "times ours", value, TARGETS.get(contestant, ""), found)
                if contestant == peer:
                    ratios[peer].append(value)
    for peer, values in ratios.items():
        yield Row("geometric mean", peer, "times ours", Repeated.mean_of(values), MEAN_TARGETS.get(peer, ""))


def compare(models, X, y, X_test, y_test, repeats):
    """{name: (Repeated seconds of a fit, what it came to)}."""
    fitted = {name: make() for name, make in models.items()}
    with one_core():
        for model in fitted.values():
            model.fit(X[:N_WARM_UP], y[:N_WARM_UP])
        times = interleaved({name: partial(seconds, model.fit, X, y) for name, model in fitted.items()}, repeats)
    return {name: (times[name], came_to(model, X_test, y_test)) for name, model in fitted.items()}


def came_to(model, X, y):
    """Log-loss and accuracy on held-out samples, and the iterations (epochs of SGD)."""
    last = model[-1] if hasattr(model, "steps") else model
    return {
        "log-loss": log_loss(y, model.predict_proba(X), labels=model.classes_),
        "test accuracy": model.score(X, y),
        "iterations": int(np.max(last.n_iter_)),
    }

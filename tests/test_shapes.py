# SPDX-License-Identifier: BSD-3-Clause
"""Data of every shape: the default fit gets near the optimum of the objective that is promised."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.parameters import few_quick


def objective(clf, X, y, l2):
    return log_loss(y, clf.predict_proba(X)) + l2 / 2 * np.sum(clf.coef_**2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_wide_data_are_not_given_up_half_way(solver, seed):
    X, y = make_classification(
        1200, 10_000, n_informative=200, n_redundant=0, n_classes=4, class_sep=3, random_state=seed
    )
    train, test = slice(200), slice(200, None)
    clf = SoftmaxRegression(solver=solver, random_state=0).fit(X[train], y[train])
    theirs = LogisticRegression(C=1 / (200 * clf.l2), max_iter=1000).fit(X[train], y[train])
    assert clf.score(X[test], y[test]) > theirs.score(X[test], y[test]) - 0.01
    gap = objective(clf, X[train], y[train], clf.l2) - objective(theirs, X[train], y[train], clf.l2)
    assert gap < 1e-3


def random_shape(seed):
    """X, y and l2: few samples for each feature or many, features of different units, classes apart or not."""
    rng = np.random.RandomState(seed)
    n_classes, n_features = rng.randint(2, 7), int(10 ** rng.uniform(0.3, 2))
    n_samples = int(n_features * rng.choice([0.3, 5, 30])) + 20
    y = np.arange(n_samples) % n_classes
    centres = rng.choice([0.3, 1, 3]) * rng.normal(size=(n_classes, n_features)) * 2 / np.sqrt(n_features)
    X = centres[y] + rng.normal(size=(n_samples, n_features))
    return X * 10 ** rng.uniform(-1, 1, n_features) + rng.choice([0, 10]), y, 10 ** rng.uniform(-4, -1)


@pytest.mark.parametrize("seed", few_quick(range(60), 4))
def test_a_fit_that_does_not_warn_is_near_the_optimum(seed):
    X, y, l2 = random_shape(seed)
    best = SoftmaxRegression(l2=l2, solver="lbfgs", tol=1e-8, max_iter=10_000).fit(X, y)
    for solver, multiple in (("sgd", 30), ("lbfgs", 10)):
        # Warnings are errors in this suite.
        clf = SoftmaxRegression(l2=l2, solver=solver, max_iter=1000, random_state=0).fit(X, y)
        gap = objective(clf, X, y, l2) - objective(best, X, y, l2)
        assert -1e-9 < gap < multiple * clf.tol


@pytest.mark.slow
def test_many_classes_are_not_given_up_half_way(rng):
    y = np.arange(900) % 300
    X = rng.normal(size=(900, 20)) + rng.normal(size=(300, 20))[y]
    clf = SoftmaxRegression(solver="lbfgs").fit(X, y)
    best = SoftmaxRegression(solver="lbfgs", tol=1e-7, max_iter=10_000).fit(X, y)
    assert objective(clf, X, y, clf.l2) - objective(best, X, y, clf.l2) < clf.tol


@pytest.mark.parametrize("name", few_quick(["iris", "wine", "breast cancer", "digits"], 2))
def test_the_default_is_near_the_optimum(name, datasets, standardised):
    X, y = datasets[name]
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    theirs = SoftmaxRegression(solver="lbfgs", tol=1e-7, max_iter=20_000).fit(X, y)
    gap = objective(clf, X, y, clf.l2) - objective(theirs, X, y, clf.l2)
    assert -1e-9 < gap < 0.02


def test_what_is_published_is_what_the_last_entry_of_the_curve_tells(datasets):
    X, y = datasets["digits"]
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    assert clf.n_iter_ < clf.max_iter
    assert clf.loss_ == clf.loss_curve_[-1]
    assert clf.loss_ == pytest.approx(objective(clf, X, y, clf.l2), rel=1e-9)


def test_the_mean_of_the_iterates_is_nearer_to_the_optimum_than_the_epochs_were(datasets):
    X, y = datasets["digits"]
    noise = np.random.RandomState(0).randint(0, 10, len(y)) == 0
    y = np.where(noise, (y + 1) % 10, y)
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    assert clf.loss_curve_[-1] < min(clf.loss_curve_[:-1])


def test_batches_are_equal_for_dense_and_sparse_data_of_as_many_values(datasets):
    X, y = datasets["digits"]
    clf = SoftmaxRegression(max_iter=1, tol=None, random_state=0)
    n_updates = [clf.fit(data, y).n_updates_ for data in (X + 1, sparse.csr_array(X + 1))]
    assert n_updates[0] == n_updates[1] < len(y) / 32
    # Half of the pixels are not stored.
    assert clf.fit(sparse.csr_array(X), y).n_updates_ <= n_updates[0]


@pytest.mark.parametrize(
    ("n_samples", "n_features", "l2"), [(50, 3, 0.3 / 50), (50, 20, 1e-2), (400, 20, 1.5 / 400), (10**5, 2, 1e-4)]
)
def test_the_automatic_penalty_of_networks_falls_with_the_samples(n_samples, n_features, l2, rng):
    X, y = rng.normal(size=(n_samples, n_features)), np.arange(n_samples) % 2
    fit = {"max_iter": 1, "tol": None, "random_state": 0}
    assert TinyMLPClassifier((2,), **fit).fit(X, y).l2_ == pytest.approx(l2)
    assert TinyMLPClassifier((), **fit).fit(X, y).l2_ == 1e-4
    assert TinyMLPClassifier((2,), l2=1e-3, **fit).fit(X, y).l2_ == 1e-3


def test_a_stream_keeps_the_penalty_of_the_fit_before_it(iris):
    X, y = iris
    clf = TinyMLPClassifier((3,), max_iter=2, tol=None, random_state=0)
    # Also of a call that trains nothing.
    assert clf.partial_fit(X, y, classes=[0, 1, 2], sample_weight=np.zeros(150)).l2_ == 1e-4
    assert clf.partial_fit(X, y, classes=[0, 1, 2]).l2_ == 1e-4
    l2 = clf.fit(X, y).l2_
    assert l2 == pytest.approx(0.4 / 150)
    assert clf.partial_fit(X[:10], y[:10]).l2_ == l2


def test_wide_data_of_different_units_are_not_given_up_half_way(rng):
    X, y = rng.normal(size=(60, 100)) * 10 ** rng.uniform(-2, 2, 100), np.arange(60) % 4
    X[:, :10] += y[:, None] * X[:, :10].std(axis=0)
    clf = SoftmaxRegression(l2=0.01, random_state=0).fit(X, y)
    best = SoftmaxRegression(l2=0.01, solver="lbfgs", tol=1e-8, max_iter=20_000).fit(X, y)
    assert objective(clf, X, y, 0.01) - objective(best, X, y, 0.01) < 0.06

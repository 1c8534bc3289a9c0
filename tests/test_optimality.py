# SPDX-License-Identifier: BSD-3-Clause
"""The bound on the excess of the objective over its minimum holds, and is tight near it."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import approx_fprime
from sklearn.datasets import make_classification

from sksoftmax import SoftmaxRegression
from tests.parameters import slow

L2 = 0.01


@pytest.fixture(scope="module")
def problem():
    return make_classification(200, 8, n_informative=5, n_classes=3, random_state=0)


def objective(W, b, X, y, l2, weights=None):
    Z = X @ W.T + b
    losses = np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1)) + Z.max(axis=1) - Z[np.arange(len(y)), y]
    return np.average(losses, weights=weights) + l2 / 2 * np.sum(W**2)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("max_iter", [1, slow(5), slow(200)])
def test_the_excess_is_within_the_bound(problem, fit_intercept, weighted, max_iter, rng):
    X, y = problem
    weights = rng.rand(len(y)) if weighted else None
    settings = {"l2": L2, "fit_intercept": fit_intercept}
    exact = SoftmaxRegression(**settings, solver="lbfgs", tol=1e-10, max_iter=5000).fit(X, y, weights)
    clf = SoftmaxRegression(**settings, max_iter=max_iter, tol=None, random_state=0).fit(X, y, weights)
    gap = clf.optimality_gap(X, y, weights)
    lowest, reached = (objective(m.coef_, m.intercept_, X, y, L2, weights) for m in (exact, clf))
    assert lowest - 1e-12 <= reached <= lowest + gap.bound
    assert exact.optimality_gap(X, y, weights).bound < 1e-8


def test_the_norm_is_that_of_the_gradient(problem):
    X, y = problem
    clf = SoftmaxRegression(l2=L2, max_iter=2, tol=None, random_state=0).fit(X, y)
    theta = np.column_stack([clf.coef_, clf.intercept_]).ravel()

    def of(theta):
        theta = theta.reshape(3, -1)
        return objective(theta[:, :-1], theta[:, -1], X, y, L2)

    # Central differences would be nearer; forward ones of step 1.5e-8 are good to about 1e-7.
    slopes = approx_fprime(theta, of, 1.5e-8)
    assert clf.optimality_gap(X, y).gradient_norm == pytest.approx(np.linalg.norm(slopes), rel=1e-5)


def test_wrong_intercepts_count_in_full(problem):
    X, y = problem
    clf = SoftmaxRegression(l2=L2, solver="lbfgs", tol=1e-10, max_iter=5000).fit(X, y)
    lowest = objective(clf.coef_, clf.intercept_, X, y, L2)
    clf.intercept_ = clf.intercept_ + [3.0, 0.0, -1.0]
    excess = objective(clf.coef_, clf.intercept_, X, y, L2) - lowest
    assert clf.optimality_gap(X, y).bound == pytest.approx(excess, rel=1e-6)


def test_weights_of_zero_sparse_rows_and_single_precision(problem):
    X, y = problem
    clf = SoftmaxRegression(l2=L2, max_iter=3, tol=None, random_state=0).fit(X, y)
    weights = np.r_[np.ones(150), np.zeros(50)]
    some = clf.optimality_gap(X[:150], y[:150])
    assert clf.optimality_gap(X, y, weights) == pytest.approx(some, rel=1e-12)
    assert clf.optimality_gap(sparse.csr_array(X), y, weights) == pytest.approx(some, rel=1e-9)
    single = SoftmaxRegression(l2=L2, max_iter=3, tol=None, random_state=0).fit(X.astype(np.float32), y)
    assert single.optimality_gap(X.astype(np.float32), y).bound == pytest.approx(
        clf.optimality_gap(X, y).bound, rel=1e-3
    )


def test_class_weights_are_those_of_the_fit(problem):
    X, y = problem
    clf = SoftmaxRegression(l2=L2, class_weight={0: 5.0}, solver="lbfgs", tol=1e-10, max_iter=5000).fit(X, y)
    assert clf.optimality_gap(X, y).bound < 1e-8
    assert clf.optimality_gap(X, y, np.where(y == 0, 0.2, 1.0)).bound > 1e-3


def test_without_a_penalty_there_is_no_bound(problem):
    X, y = problem
    gap = SoftmaxRegression(l2=0.0, max_iter=3, tol=None, random_state=0).fit(X, y).optimality_gap(X, y)
    assert gap.bound == np.inf
    assert 0 < gap.gradient_norm < np.inf


def test_bad_calls(problem):
    X, y = problem
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    with pytest.raises(ValueError, match=r"y has no sample of positive weight of the classes \[2\], must have one"):
        clf.optimality_gap(X[y < 2], y[y < 2])
    with pytest.raises(ValueError, match="y contains"):
        clf.optimality_gap(X, y + 1)
    with pytest.raises(ValueError, match="features"):
        clf.optimality_gap(X[:, :3], y)
    with pytest.raises(ValueError, match="sample_weight"):
        clf.optimality_gap(X, y, -np.ones(len(y)))

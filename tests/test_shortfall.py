# SPDX-License-Identifier: BSD-3-Clause
"""A fit that ends far above the minimum of its objective says so, and no other does."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, VectorizedGridSearchCV
from sksoftmax._engine import shortfall
from sksoftmax._engine.conditioning import RAW
from sksoftmax._engine.shortfall import FAR
from tests.engine.helpers import network, problem, samples
from tests.parameters import few_quick

MESSAGE = "more than 0.05 above its minimum"


def harsh_table(seed):
    """X, y and l2: few samples, features of very different units that depend on each other, hardly a penalty."""
    rng = np.random.RandomState(seed)
    n_classes, n_features = rng.randint(2, 5), int(10 ** rng.uniform(0.5, 1.4))
    n_samples = 10 + int(n_features * rng.uniform(2, 5))
    factors = rng.normal(size=(max(2, int(n_features * rng.choice([0.2, 0.5, 1]))), n_features))
    X = rng.normal(size=(n_samples, len(factors))) @ factors / np.sqrt(len(factors))
    X += rng.choice([0.01, 0.1, 1]) * rng.normal(size=X.shape)
    scores = X @ rng.normal(size=(n_features, n_classes)) + rng.choice([0, 1, 3]) * rng.gumbel(
        size=(n_samples, n_classes)
    )
    y = scores.argmax(axis=1)
    y[: 3 * n_classes] = np.tile(np.arange(n_classes), 3)
    return X * 10 ** rng.uniform(-3, 3, n_features), y, 10 ** rng.uniform(-6, -3)


def objective(coef, intercept, X, y, l2):
    log_p = log_softmax(X @ coef.T + intercept, axis=1)
    return -log_p[np.arange(len(y)), y].mean() + l2 / 2 * np.sum(coef**2)


def least(X, y, l2):
    """The minimum of the objective, by the trust regions of SciPy with the Hessian."""
    n, d = X.shape
    mean, scale = X.mean(axis=0), X.std(axis=0)
    Z = np.column_stack([(X - mean) / scale, np.ones(n)])
    Y, penalty = np.eye(y.max() + 1)[y], np.append(l2 / scale**2, 0)
    shape = Y.shape[1], d + 1

    def value(v):
        V = v.reshape(shape)
        return -np.sum(Y * log_softmax(Z @ V.T, axis=1)) / n + np.sum(penalty * V**2) / 2

    def gradient(v):
        V = v.reshape(shape)
        return (np.exp(log_softmax(Z @ V.T, axis=1)) - Y).T.dot(Z).ravel() / n + (penalty * V).ravel()

    def hessian(v):
        P = np.exp(log_softmax(Z @ v.reshape(shape).T, axis=1))
        of_logits = np.einsum("nk,kl->nkl", P, np.eye(shape[0])) - P[:, :, None] * P[:, None]
        H = np.einsum("nkl,ni,nj->kilj", of_logits, Z, Z, optimize=True).reshape(v.size, v.size) / n
        return H + np.diag(np.tile(penalty, shape[0]))

    found = minimize(value, np.zeros(shape).ravel(), jac=gradient, hess=hessian, method="trust-ncg", tol=1e-9)
    return found.fun


def fit_with_messages(clf, X, y, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        clf.fit(X, y, **options)
    return [str(warning.message) for warning in caught]


def sgd(l2, **settings):
    return SoftmaxRegression(l2=l2, random_state=0, **settings)


@pytest.mark.parametrize("seed", few_quick(range(60), 6))
def test_it_warns_where_the_objective_is_far_above_its_minimum_and_nowhere_else(seed):
    X, y, l2 = harsh_table(seed)
    lowest = least(X, y, l2)
    for solver in ("sgd", "lbfgs"):
        clf = sgd(l2, solver=solver, max_iter=2000)
        messages = fit_with_messages(clf, X, y)
        excess = objective(clf.coef_, clf.intercept_, X, y, l2) - lowest
        assert [MESSAGE in message for message in messages] == [True] * int(excess > FAR), (solver, excess)


def test_both_kinds_are_among_the_tables():
    above = [
        fit_with_messages(SoftmaxRegression(l2=l2, random_state=0), X, y) for X, y, l2 in map(harsh_table, range(6))
    ]
    assert 0 < sum(map(bool, above)) < 6


def table_that_warns():
    return next((X, y, l2) for X, y, l2 in map(harsh_table, range(6)) if fit_with_messages(sgd(l2), X, y))


@pytest.mark.slow
def test_what_it_advises_leads_to_the_minimum():
    X, y, l2 = table_that_warns()
    (message,) = fit_with_messages(sgd(l2), X, y)
    assert "set solver='lbfgs', tol=1e-6 and max_iter=10000;" in message
    clf = sgd(l2, solver="lbfgs", tol=1e-6, max_iter=10_000).fit(X, y)
    assert objective(clf.coef_, clf.intercept_, X, y, l2) < least(X, y, l2) + 1e-3
    (message,) = fit_with_messages(sgd(l2, learning_rate_init=1e-6), X, y)
    assert "set learning_rate_init='auto', or solver='lbfgs'" in message
    (message,) = fit_with_messages(sgd(l2, solver="lbfgs", tol=0.04), X, y)
    assert "set tol=1e-6 and max_iter=10000;" in message


def test_sparse_weighted_and_absent_samples_are_told_alike():
    X, y, l2 = table_that_warns()
    (expected,) = fit_with_messages(sgd(l2, solver="adam", tol=0.04), X, y)
    weights = np.append(np.full(len(y), 3.0), np.zeros(5))
    X, y = np.vstack([X, np.full((5, X.shape[1]), 1e3)]), np.append(y, [0] * 5)
    for data in (X, sparse.csr_matrix(X)):
        (message,) = fit_with_messages(sgd(l2, solver="adam", tol=0.04), data, y, sample_weight=weights)
        assert message == expected
    network = TinyMLPClassifier(hidden_layer_sizes=(), l2=l2, solver="adam", tol=0.04, random_state=0)
    (message,) = fit_with_messages(network, X, y, sample_weight=weights)
    assert message == expected.replace("SoftmaxRegression", "TinyMLPClassifier")


@pytest.mark.parametrize(
    "settings",
    [{"tol": None, "max_iter": 20}, {"tol": 0.1}, {"early_stopping": True}],
    ids=["no tolerance", "a large one", "early stopping"],
)
def test_who_asks_for_less_than_the_minimum_is_not_warned(settings):
    X, y, l2 = table_that_warns()
    sgd(l2, **settings).fit(X, y)


def test_an_end_by_max_iter_has_a_warning_of_its_own():
    X, y, l2 = table_that_warns()
    (message,) = fit_with_messages(sgd(l2, max_iter=2), X, y)
    assert "has not converged after 2 of max_iter=2" in message


def test_of_a_search_only_the_last_fit_is_told():
    X, y, l2 = table_that_warns()
    search = VectorizedGridSearchCV(sgd(l2), {"l2": [l2, l2 * 1.01]}, cv=3)
    assert fit_with_messages(search.set_params(refit=False), X, y) == []
    (message,) = fit_with_messages(search.set_params(refit=True), X, y)
    assert MESSAGE in message


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.parametrize("scaled", [False, True], ids=["raw", "scaled"])
@pytest.mark.parametrize("name", ["iris", "wine", "breast cancer", "digits"])
def test_usual_data_are_fitted_in_silence(name, scaled, solver, datasets):
    X, y = datasets[name]
    X = StandardScaler().fit_transform(X) if scaled else X
    assert fit_with_messages(SoftmaxRegression(solver=solver, random_state=0), X, y) == []


def test_six_steps_go_to_the_minimum_of_an_easy_objective(rng):
    X, y = problem(rng, 60, 4)
    model = shortfall._Problem(network((4, 3)).parameters, samples(X, y), 0.1, RAW, True)
    falls = []
    for _ in range(6):
        model.value(model.V)
        step, fall = model.newton_step()
        model.V -= step
        falls.append(fall)
    # Each has twice as many digits as the one before.
    assert falls[0] > 1e-3
    assert falls[-1] < 1e-20
    (coef, intercept), l2 = np.hsplit(model.V, [4]), 0.1
    assert objective(coef, intercept[:, 0], X, y, l2) == pytest.approx(least(X, y, l2), rel=1e-9)


def test_newton_steps_that_go_too_far_are_halved():
    X, y = np.array([[-1.0], [-1], [-1], [1], [1], [1]]), np.array([0, 0, 1, 1, 1, 0])
    # Where the curvature has nearly vanished; the whole step would go some forty times too far.
    far_off = network((1, 2)).parameters
    far_off.layers[0].W[0] = [[3], [-3]]
    assert shortfall.is_far_above(far_off, samples(X, y), 1e-6, RAW, False)


def test_a_singular_hessian_is_no_error():
    # A constant feature without intercept and penalty, twice; float32, whose rounding lets no step fall.
    X = np.ones((30, 2), np.float32)
    clf = SoftmaxRegression(l2=0.0, fit_intercept=False).fit(X, np.arange(30) % 3)
    np.testing.assert_allclose(clf.predict_proba(X), 1 / 3, atol=1e-3)

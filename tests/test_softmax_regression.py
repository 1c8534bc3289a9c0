# SPDX-License-Identifier: BSD-3-Clause
"""What SoftmaxRegression finds, against LogisticRegression and closed forms."""

import pickle
from contextlib import nullcontext

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from sksoftmax import SoftmaxRegression, SoftmaxRegressionCV
from tests.parameters import slow


def centred(coef):
    """Softmax does not change when all classes move together; the optimum of LogisticRegression is centred already."""
    return coef - coef.mean(axis=0)


def objective(clf, X, y, sample_weight=None):
    penalty = 0.5 * clf.l2 * (clf.coef_.astype(float) ** 2).sum()
    return log_loss(y, clf.predict_proba(X), sample_weight=sample_weight) + penalty


def exact(l2, **parameters):
    return SoftmaxRegression(l2=l2, solver="lbfgs", tol=1e-9, max_iter=20_000, **parameters)


def logistic_regression(C):
    # Its default stopping rule on the objective is too loose for the comparison; Newton's method gets to the bottom.
    return LogisticRegression(C=C, tol=1e-10, max_iter=10_000, solver="newton-cg")


@pytest.mark.parametrize("weighted", [False, True], ids=["unit weights", "weights"])
@pytest.mark.parametrize("name", ["digits", "iris", "wine"])
def test_lbfgs_finds_the_optimum_of_logistic_regression(name, weighted, standardised, rng):
    X, y = standardised[name]
    X, y = X[:500], y[:500]
    weights = rng.uniform(0.1, 2, len(y)) if weighted else None
    l2 = 0.01
    total = len(y) if weights is None else weights.sum()
    ours = exact(l2).fit(X, y, sample_weight=weights)
    theirs = logistic_regression(1 / (total * l2)).fit(X, y, sample_weight=weights)
    assert ours.coef_.shape == theirs.coef_.shape
    np.testing.assert_allclose(centred(ours.coef_), centred(theirs.coef_), rtol=0, atol=1e-5)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=0, atol=1e-5)


@pytest.mark.parametrize("weighted", [False, True], ids=["unit weights", "weights"])
def test_two_classes_have_two_rows_and_twice_the_C(weighted, standardised, rng):
    X, y = standardised["breast cancer"]
    weights = rng.uniform(0.1, 2, len(y)) if weighted else None
    l2 = 0.01
    total = len(y) if weights is None else weights.sum()
    ours = exact(l2).fit(X, y, sample_weight=weights)
    theirs = logistic_regression(2 / (total * l2)).fit(X, y, sample_weight=weights)
    assert ours.coef_.shape == (2, X.shape[1])
    np.testing.assert_allclose(ours.coef_[1] - ours.coef_[0], theirs.coef_[0], rtol=0, atol=1e-5)
    np.testing.assert_allclose(ours.coef_[0], -ours.coef_[1], rtol=0, atol=1e-8)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "batch_size", "n_epochs"),
    # A fifth of the tolerance, or less, is left after so many.
    [slow("iris", 1, 80), ("iris", 32, 160), ("iris", 10**6, 160)]
    + [("digits", 32, 80), ("digits", 256, 100), slow("digits", 10**6, 200)],
)
@pytest.mark.parametrize("l2", [0.1, slow(1.0)])
def test_sgd_reaches_the_same_objective_for_every_batch_size(l2, name, batch_size, n_epochs, standardised):
    X, y = standardised[name]
    X, y = X[:600], y[:600]
    lowest = objective(exact(l2).fit(X, y), X, y)
    clf = SoftmaxRegression(
        l2=l2, batch_size=batch_size, learning_rate="cosine", max_iter=n_epochs, tol=None, random_state=0
    ).fit(X, y)
    assert lowest * (1 - 1e-9) <= objective(clf, X, y) <= lowest * (1 + 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [32, 10**6])
def test_adam_reaches_the_same_objective(batch_size, standardised):
    X, y = standardised["iris"]
    lowest = objective(exact(0.1).fit(X, y), X, y)
    clf = SoftmaxRegression(
        l2=0.1, solver="adam", batch_size=batch_size, learning_rate="cosine", max_iter=600, tol=None, random_state=0
    ).fit(X, y)
    assert objective(clf, X, y) <= lowest * (1 + 1e-4)


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_penalty_is_that_of_the_raw_coefficients(solver, datasets):
    X, y = datasets["wine"]
    clf = SoftmaxRegression(l2=0.01, solver=solver, random_state=0, max_iter=500).fit(X, y)
    # The curve of sgd averages over the last epoch, in which little moves any more.
    assert clf.penalty_curve_[-1] == pytest.approx(0.005 * (clf.coef_**2).sum(), rel=1e-2)


def test_without_features_that_inform_the_intercepts_are_the_log_frequencies():
    y = np.repeat([0, 1, 2], [50, 30, 20])
    clf = exact(1e-3).fit(np.zeros((100, 2)), y)
    np.testing.assert_allclose(clf.predict_proba(np.zeros((1, 2))), [[0.5, 0.3, 0.2]], atol=1e-7)
    np.testing.assert_array_equal(clf.coef_, 0)


def test_huge_penalty_leaves_zero_coefficients(standardised):
    X, y = standardised["iris"]
    clf = exact(1e6).fit(X, y)
    assert np.abs(clf.coef_).max() < 1e-5
    np.testing.assert_allclose(clf.predict_proba(X), 1 / 3, atol=1e-5)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_without_intercept_it_stays_zero(solver, datasets):
    X, y = datasets["iris"]
    clf = SoftmaxRegression(solver=solver, fit_intercept=False, max_iter=100, tol=None, random_state=0).fit(X, y)
    np.testing.assert_array_equal(clf.intercept_, 0)
    assert clf.score(X, y) > 0.9


@pytest.mark.parametrize(
    ("solver", "container"), [("sgd", sparse.csr_matrix), ("adam", sparse.csr_array), ("lbfgs", sparse.csc_matrix)]
)
@pytest.mark.parametrize("learning_rate_init", ["auto", 0.01])
def test_sparse_and_dense_give_the_same_model(container, learning_rate_init, solver, datasets):
    X, y = datasets["digits"]
    X, y = X[:300], y[:300]
    clf = SoftmaxRegression(solver=solver, learning_rate_init=learning_rate_init, max_iter=10, tol=None, random_state=0)
    dense = clf.fit(X, y)
    coef, intercept = dense.coef_, dense.intercept_
    sparsely = clf.fit(container(X), y)
    # Adam and L-BFGS divide by small differences, which magnifies rounding.
    np.testing.assert_allclose(sparsely.coef_, coef, rtol=0, atol=1e-8)
    np.testing.assert_allclose(sparsely.intercept_, intercept, rtol=0, atol=1e-8)
    np.testing.assert_allclose(sparsely.predict_proba(container(X)), sparsely.predict_proba(X), atol=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("kind", [slow("dense"), "sparse"])
def test_float32_is_kept_to_the_end(kind, solver, datasets):
    X, y = datasets["digits"]
    X = X.astype(np.float32)
    X = sparse.csr_matrix(X) if kind == "sparse" else X
    clf = SoftmaxRegression(solver=solver, max_iter=5, tol=None, random_state=0).fit(X, y)
    assert clf.coef_.dtype == clf.intercept_.dtype == np.float32
    for method in ("predict_proba", "predict_log_proba", "decision_function"):
        assert getattr(clf, method)(X).dtype == np.float32


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.int64, bool])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_integers_give_the_model_of_the_same_floats(kind, dtype, datasets):
    X, y = datasets["digits"]
    X, y = X[:300].astype(dtype), y[:300]
    computed_in = np.float64 if dtype is np.int64 else np.float32
    floats = X.astype(computed_in)
    if kind == "sparse":
        X, floats = sparse.csr_matrix(X), sparse.csr_matrix(floats)
    clf = SoftmaxRegression(max_iter=5, tol=None, random_state=0)
    expected = clf.fit(floats, y).coef_
    assert expected.dtype == computed_in
    np.testing.assert_array_equal(clf.fit(X, y).coef_, expected)
    np.testing.assert_array_equal(clf.predict(X), clf.predict(floats))


def test_probabilities_of_two_classes_follow_the_decision_function(datasets):
    X, y = datasets["breast cancer"]
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    scores = clf.decision_function(X)
    assert scores.shape == (len(y),)
    np.testing.assert_allclose(clf.predict_proba(X)[:, 1], 1 / (1 + np.exp(-scores)), atol=1e-12)
    np.testing.assert_array_equal(clf.predict(X), clf.classes_[(scores > 0).astype(int)])


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_without_penalty_raw_and_rescaled_features_train_alike(scale, offset, standardised):
    X, y = standardised["iris"]
    clf = SoftmaxRegression(l2=0.0, max_iter=20, tol=None, random_state=0)
    expected = clf.fit(X, y).predict_proba(X)
    moved = X * scale + offset
    # Centring 1e3 beside 1e-3 leaves ten digits.
    np.testing.assert_allclose(clf.fit(moved, y).predict_proba(moved), expected, atol=1e-6)


def test_first_loss_of_a_full_batch_is_log_n_classes(datasets):
    X, y = datasets["digits"]
    clf = SoftmaxRegression(batch_size=len(y), max_iter=1, tol=None).fit(X, y)
    assert clf.loss_curve_ == pytest.approx([np.log(10)], rel=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_curves_have_one_value_an_epoch_and_add_up(solver, datasets):
    X, y = datasets["iris"]
    clf = SoftmaxRegression(solver=solver, max_iter=7, tol=None if solver != "lbfgs" else 0.0, random_state=0)
    not_converged = pytest.warns(ConvergenceWarning, match="after 7 of max_iter=7 iterations")
    with not_converged if solver == "lbfgs" else nullcontext():
        clf.fit(X, y)
    assert len(clf.loss_curve_) == clf.n_iter_ == 7
    np.testing.assert_allclose(clf.loss_curve_, np.add(clf.data_loss_curve_, clf.penalty_curve_), rtol=1e-15)
    assert clf.best_loss_ == min(clf.loss_curve_)
    assert clf.n_updates_ == (7 if solver == "lbfgs" else 7 * 5)
    assert len(clf.learning_rate_curve_) == (0 if solver == "lbfgs" else 7)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_fewer_samples_than_a_batch_are_a_full_batch(solver, datasets):
    X, y = (part[::8] for part in datasets["iris"])
    whole, *others = (
        SoftmaxRegression(solver=solver, batch_size=size, max_iter=5, tol=None, random_state=0).fit(X, y)
        for size in (len(X), "auto", 10 * len(X))
    )
    for other in others:
        np.testing.assert_array_equal(other.coef_, whole.coef_)
        assert other.n_updates_ == 5


def test_lbfgs_curve_ends_at_the_objective(datasets):
    X, y = datasets["wine"]
    clf = SoftmaxRegression(solver="lbfgs", l2=0.01).fit(X, y)
    assert clf.loss_curve_[-1] == pytest.approx(objective(clf, X, y), rel=1e-9)
    assert np.all(np.diff(clf.loss_curve_) <= 0)


@pytest.mark.parametrize(
    ("parameters", "factors"),
    [
        ({"learning_rate": "constant"}, [1, 1, 1, 1]),
        ({"learning_rate": "exponential", "decay": 0.5}, [1, 0.5, 0.25, 0.125]),
        ({"learning_rate": "exponential"}, [1, 0.95, 0.95**2, 0.95**3]),
        ({"learning_rate": "inverse_time"}, [1, 1 / 2, 1 / 3, 1 / 4]),
        ({"learning_rate": "inverse_time", "decay": 2}, [1, 1 / 3, 1 / 5, 1 / 7]),
        ({"learning_rate": "invscaling", "power_t": 1}, [1, 1 / 2, 1 / 3, 1 / 4]),
        ({"learning_rate": "step", "decay_epochs": 2}, [1, 1, 0.5, 0.5]),
        ({"learning_rate": "cosine"}, [1, (2 + 2**0.5) / 4, 0.5, (2 - 2**0.5) / 4]),
        ({"learning_rate": lambda epoch: 1 / (1 + epoch**2)}, [1, 1 / 2, 1 / 5, 1 / 10]),
        ({"learning_rate": "adaptive"}, [1, 1, 1, 1]),
    ],
    ids=lambda value: (
        getattr(value["learning_rate"], "__name__", value["learning_rate"]) if isinstance(value, dict) else ""
    ),
)
def test_learning_rate_curve_follows_the_schedule(parameters, factors, datasets):
    X, y = datasets["iris"]
    clf = SoftmaxRegression(learning_rate_init=0.02, max_iter=4, tol=None, **parameters).fit(X, y)
    np.testing.assert_allclose(clf.learning_rate_curve_, 0.02 * np.array(factors), rtol=1e-12)


def test_initial_coefficients_of_a_given_scale():
    rng = np.random.RandomState(0)
    X, y = rng.normal(size=(30, 2000)), np.arange(30) % 3
    clf = SoftmaxRegression(init_scale=0.1, learning_rate_init=1e-12, max_iter=1, tol=None, random_state=0).fit(X, y)
    assert clf.coef_.std() == pytest.approx(0.1, rel=0.05)
    zeros = SoftmaxRegression(learning_rate_init=1e-12, max_iter=1, tol=None, random_state=0).fit(X, y)
    assert np.abs(zeros.coef_).max() < 1e-9


def test_features_that_are_always_zero_get_no_coefficient(datasets):
    X, y = datasets["digits"]
    dead = X.max(axis=0) == 0
    assert dead.sum() == 3
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    np.testing.assert_array_equal(clf.coef_[:, dead], 0)


@pytest.mark.slow
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("cls", [SoftmaxRegression, SoftmaxRegressionCV])
def test_sparse_coefficients_predict_and_go_on_as_dense_ones(cls, container, datasets):
    X, y = datasets["digits"]
    X, y = container(X[:300]), y[:300]
    clf = cls(max_iter=3, tol=None, random_state=0).fit(X, y)
    dense, labels, log_p = clf.coef_, clf.predict(X), clf.predict_log_proba(X)
    assert clf.sparsify() is clf
    assert sparse.issparse(clf.coef_)
    # Pixels that are never on have coefficients of zero.
    assert clf.coef_.nnz < dense.size
    np.testing.assert_array_equal(clf.predict(X), labels)
    np.testing.assert_allclose(clf.predict_log_proba(X), log_p, atol=1e-11)
    again = pickle.loads(pickle.dumps(clf)).densify()
    np.testing.assert_array_equal(again.coef_, dense)
    np.testing.assert_array_equal(again.densify().coef_, dense)
    if cls is SoftmaxRegression:
        expected = again.partial_fit(X, y).coef_
        np.testing.assert_array_equal(clf.partial_fit(X, y).coef_, expected)


def test_coefficients_of_an_unfitted_estimator_cannot_be_sparse():
    for change in (SoftmaxRegression().sparsify, SoftmaxRegressionCV().densify):
        with pytest.raises(NotFittedError):
            change()


def test_the_last_and_the_best_of_the_curves_are_attributes(iris):
    clf = SoftmaxRegression(early_stopping=True, max_iter=7, tol=None, random_state=0).fit(*iris)
    assert clf.loss_ == clf.loss_curve_[-1]
    assert clf.best_loss_ == min(clf.loss_curve_)
    assert clf.best_validation_score_ == max(clf.validation_scores_)
    clf.set_params(early_stopping=False).partial_fit(*iris)
    assert len(clf.loss_curve_) == 8
    assert clf.loss_ == clf.loss_curve_[-1]
    assert not hasattr(clf, "best_validation_score_")


def test_infinite_patience_never_ends_a_training(iris):
    clf = SoftmaxRegression(n_iter_no_change=np.inf, tol=1.0, max_iter=30, random_state=0).fit(*iris)
    expected = SoftmaxRegression(tol=None, max_iter=30, random_state=0).fit(*iris)
    assert clf.n_iter_ == 30
    np.testing.assert_array_equal(clf.coef_, expected.coef_)
    with pytest.raises(ValueError, match=r"must be an int in the range \[1, inf\) or numpy.inf"):
        clf.set_params(n_iter_no_change=-np.inf).fit(*iris)

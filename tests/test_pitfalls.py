# SPDX-License-Identifier: BSD-3-Clause
"""What other packages have been seen to get wrong, each as a test of ours."""

import pickle
import warnings

import numpy as np
import pytest
from scipy import sparse, special
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from sksoftmax import SoftmaxRegression
from sksoftmax._held_out import train_and_validation
from sksoftmax._weights import class_factors
from tests.parameters import few_quick


def quick(**parameters):
    return SoftmaxRegression(max_iter=5, tol=None, random_state=0, **parameters)


@pytest.fixture
def sure(iris):
    """A model whose logits lie thousands apart."""
    X, y = iris
    clf = quick().fit(X, y)
    clf.coef_ *= 1e4
    clf.intercept_ *= 1e4
    return clf


# Softmax and loss


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_unscaled_data_gives_finite_losses(solver, iris):
    X, y = iris
    clf = SoftmaxRegression(solver=solver, max_iter=30, tol=None, random_state=0).fit(X * 1e4, y)
    assert np.isfinite(clf.loss_curve_).all()


def test_loss_does_not_saturate_on_confident_mistakes():
    # Clipping probabilities at machine precision would end at 36.04.
    X = np.array([[1.0], [-1.0], [1000.0]])
    clf = SoftmaxRegression(learning_rate_init=1.0, fit_intercept=False, batch_size=3, max_iter=3, tol=None, momentum=0)
    with pytest.warns(ConvergenceWarning, match="is too large"):
        clf.fit(X, [0, 1, 1])
    assert max(clf.data_loss_curve_) > 100


def test_log_probabilities_are_never_minus_infinity(sure, iris):
    X, _ = iris
    logits = X @ sure.coef_.T + sure.intercept_
    log_p = sure.predict_log_proba(X)
    assert sure.predict_proba(X).min() == 0
    assert np.isfinite(log_p).all()
    np.testing.assert_allclose(log_p, special.log_softmax(logits, axis=1), rtol=1e-9)


def test_probabilities_of_far_away_samples_are_finite_and_sum_to_one(sure, iris):
    p = sure.predict_proba(iris[0] * 1e6)
    assert np.isfinite(p).all()
    np.testing.assert_allclose(p.sum(axis=1), 1)


def test_softmax_is_applied_once(iris):
    X, y = iris
    clf = quick().fit(X, y)
    np.testing.assert_allclose(
        clf.predict_proba(X), special.softmax(X @ clf.coef_.T + clf.intercept_, axis=1), atol=1e-14
    )


def test_loss_is_the_cross_entropy_not_half_of_it(iris):
    X, y = iris
    clf = quick(batch_size=150).fit(X, y)
    assert clf.data_loss_curve_[0] == pytest.approx(np.log(3))


def test_data_loss_and_penalty_are_kept_apart(iris):
    X, y = iris
    clf = quick(l2=0.1).fit(X, y)
    assert min(clf.penalty_curve_) > 0
    np.testing.assert_allclose(np.subtract(clf.loss_curve_, clf.data_loss_curve_), clf.penalty_curve_, atol=1e-15)


# Penalty, batches, weights


@pytest.mark.parametrize("copies", [1, 2, 5])
def test_l2_means_the_same_for_any_number_of_samples(copies, iris):
    X, y = np.tile(iris[0], (copies, 1)), np.tile(iris[1], copies)
    ours = SoftmaxRegression(l2=0.1, solver="lbfgs", tol=1e-9).fit(X, y)
    theirs = LogisticRegression(C=1 / (len(y) * 0.1), tol=1e-10, solver="newton-cg").fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_intercepts_are_not_penalised(solver):
    y = np.repeat([0, 1], [90, 10])
    clf = SoftmaxRegression(l2=1e3, solver=solver, batch_size=100, max_iter=2000, random_state=0)
    p = clf.set_params(tol=1e-9).fit(np.random.RandomState(0).normal(size=(100, 3)), y).predict_proba(np.zeros((1, 3)))
    np.testing.assert_allclose(p, [[0.9, 0.1]], atol=1e-3)


def test_intercepts_start_at_zero_also_with_random_coefficients(iris):
    clf = SoftmaxRegression(init_scale=1.0, learning_rate_init=1e-12, max_iter=1, tol=None).fit(*iris)
    np.testing.assert_allclose(clf.intercept_, 0, atol=1e-9)


@pytest.mark.parametrize("n_samples", [33, 63])
def test_a_short_last_batch_weighs_data_and_penalty_as_the_objective_does(n_samples):
    # All samples are alike, so a step on one sample more or less of them must not move the balance with the penalty.
    X, y = np.tile([[1.0], [-1.0]], (n_samples, 1))[:n_samples], np.tile([1, 0], n_samples)[:n_samples]
    clf = SoftmaxRegression(l2=0.1, learning_rate="cosine", max_iter=400, tol=None, random_state=0).fit(X, y)
    exact = SoftmaxRegression(l2=0.1, solver="lbfgs", tol=1e-9).fit(X, y)
    np.testing.assert_allclose(clf.coef_, exact.coef_, rtol=0.01)


def test_a_batch_of_weightless_samples_does_not_divide_by_zero(iris):
    X, y = iris
    weights = np.zeros(150)
    weights[[0, 60, 120]] = 1
    clf = quick(batch_size=1).fit(X, y, sample_weight=weights)
    assert np.isfinite(clf.coef_).all()
    assert clf.n_updates_ == 5 * 3


@pytest.mark.parametrize("parameters", [{"batch_size": 1000}, {"solver": "lbfgs"}], ids=str)
@pytest.mark.parametrize("class_weight", few_quick([{0: 2.0, 1: 0.5}, "balanced", None]), ids=str)
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_integer_weights_equal_repeated_samples(kind, class_weight, parameters, iris):
    X, y = iris
    counts = np.random.RandomState(0).randint(0, 4, 150)
    clf = SoftmaxRegression(class_weight=class_weight, max_iter=30, tol=1e-6, random_state=0, **parameters)
    container = sparse.csr_matrix if kind == "sparse" else np.asarray
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weighted = clf.fit(container(X), y, sample_weight=counts).predict_proba(X)
        repeated = clf.fit(container(np.repeat(X, counts, axis=0)), np.repeat(y, counts)).predict_proba(X)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("weights", [[0.2, 1.0], [0.001, 3.0]], ids=str)
def test_fractional_weights_with_minibatches_come_close_to_the_weighted_optimum(weights, standardised):
    X, y = standardised["iris"]
    sample_weight = np.random.RandomState(0).choice(weights, 150)
    exact = SoftmaxRegression(l2=0.01, solver="lbfgs", tol=1e-9).fit(X, y, sample_weight=sample_weight)
    clf = SoftmaxRegression(l2=0.01, batch_size=16, learning_rate="cosine", max_iter=500, tol=None, random_state=0)
    clf.fit(X, y, sample_weight=sample_weight)
    assert np.abs(clf.predict_proba(X) - exact.predict_proba(X)).mean() < 0.005


def test_a_class_without_samples_has_no_part_in_the_balance():
    factors = class_factors(np.array([0, 1, 1]), np.arange(4), np.array([2.0, 1.0, 0.0]), "balanced")
    np.testing.assert_allclose(factors, [3 / (4 * 2), 3 / (4 * 1), 0, 0])


@pytest.mark.parametrize("weights", [{0: 5.0}, "balanced", {0: 1.0, 1: 0.1, 2: 2}], ids=str)
def test_class_weights_equal_sample_weights(weights, iris):
    X, y = iris
    X, y = X[20:], y[20:]
    counts = np.bincount(y)
    factor = len(y) / (3 * counts) if weights == "balanced" else np.array([weights.get(k, 1.0) for k in range(3)])
    by_class = quick(class_weight=weights).fit(X, y)
    by_sample = quick().fit(X, y, sample_weight=factor[y])
    np.testing.assert_allclose(by_class.coef_, by_sample.coef_, atol=1e-12)


def test_stopping_counts_the_weights(iris):
    # The loss that is reported, and stopped by, is that of the weighted samples only.
    X, y = iris
    noisy_X, noisy_y = np.vstack([X, X]), np.concatenate([y, (y + 1) % 3])
    weights = np.repeat([1.0, 0.0], 150)
    clean, weighted = quick().fit(X, y), quick().fit(noisy_X, noisy_y, sample_weight=weights)
    np.testing.assert_allclose(weighted.loss_curve_, clean.loss_curve_, rtol=1e-9)


@pytest.mark.parametrize("learning_rate_init", ["auto", 0.01])
def test_sparse_samples_get_the_same_intercept_steps(learning_rate_init, iris):
    X, y = iris
    dense = quick(learning_rate_init=learning_rate_init).fit(X, y)
    sparsely = quick(learning_rate_init=learning_rate_init).fit(sparse.csr_matrix(X), y)
    np.testing.assert_allclose(sparsely.intercept_, dense.intercept_, atol=1e-10)


# Learning rate


@pytest.mark.parametrize("n_samples", [50, 150])
def test_schedules_count_epochs_not_samples(n_samples, iris):
    X, y = iris[0][::-1][:n_samples], iris[1][::-1][:n_samples]
    y = np.where(y == 2, 2, 0) if n_samples > 50 else np.arange(50) % 2
    clf = quick(learning_rate="invscaling", learning_rate_init=0.1).fit(X, y)
    calls = clone(clf)
    for _ in range(5):
        calls.partial_fit(X, y, classes=np.unique(y))
    for model in (clf, calls):
        np.testing.assert_allclose(model.learning_rate_curve_, 0.1 / np.sqrt(np.arange(1, 6)))


def test_momentum_follows_the_learning_rate(iris):
    # With a learning rate that falls to nothing, momentum carries no step of an old size on for long.
    X, y = iris
    clf = SoftmaxRegression(
        learning_rate=lambda epoch: float(epoch == 0), learning_rate_init=0.01, tol=None, momentum=0.5, random_state=0
    )
    twenty, forty = clone(clf).set_params(max_iter=20).fit(X, y), clone(clf).set_params(max_iter=40).fit(X, y)
    np.testing.assert_allclose(twenty.coef_, forty.coef_, atol=1e-12)


@pytest.mark.parametrize(
    "parameters", [{}, {"momentum": 0.0}, {"solver": "adam"}, {"learning_rate_init": 0.1}], ids=str
)
def test_training_state_of_float32_stays_float32(parameters, iris):
    X, y = iris
    clf = quick(**parameters).partial_fit(X.astype(np.float32), y, classes=[0, 1, 2])
    assert clf.coef_.dtype == np.float32
    assert all(moment.dtype == np.float32 for moment in clf._training_state["moments"])


# Stopping


@pytest.mark.parametrize("n_iter_no_change", [1, 3])
def test_training_ends_after_exactly_n_iter_no_change_epochs(n_iter_no_change, iris):
    clf = SoftmaxRegression(learning_rate="constant", tol=100, n_iter_no_change=n_iter_no_change).fit(*iris)
    assert clf.n_iter_ == 1 + n_iter_no_change


def test_validation_samples_are_stratified_for_many_classes():
    rng = np.random.RandomState(0)
    y = np.repeat(np.arange(5), [400, 40, 20, 20, 20])
    X = np.eye(5)[y] + 0.01 * rng.normal(size=(500, 5))
    clf = SoftmaxRegression(early_stopping=True, validation_fraction=0.1, max_iter=3, tol=None, random_state=0)
    clf._validation_seed = 0
    clf.classes_ = np.unique(y)
    _, validation = train_and_validation(clf, X, np.arange(500), y, None)
    np.testing.assert_array_equal(np.bincount(y[validation.rows]), [40, 4, 2, 2, 2])


def test_a_class_of_one_sample_stays_in_training_with_a_warning(iris):
    X, y = np.vstack([iris[0], [[9, 9, 9, 9]]]), np.append(iris[1], 3)
    clf = SoftmaxRegression(early_stopping=True, random_state=0)
    with pytest.warns(UserWarning, match="1 of 4 classes have a single sample") as caught:
        clf.fit(X, y)
    assert caught[0].filename == __file__
    assert clf.classes_.tolist() == [0, 1, 2, 3]
    assert clf.predict([[9, 9, 9, 9]]) == [3]


def test_divergence_ends_the_fit_at_once_with_a_remedy(iris):
    X, y = iris
    clf = SoftmaxRegression(learning_rate_init=1e4, l2=1.0, max_iter=100_000, random_state=0)
    with pytest.raises(ValueError, match=r"diverged in epoch \d+: .*learning_rate_init == 10000.0.*smaller"):
        clf.fit(X, y)
    assert not hasattr(clf, "coef_")


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.csr_array], ids=["dense", "matrix", "array"])
def test_divergence_names_the_feature_of_the_largest_value(kind, iris):
    X, y = iris[0].copy(), iris[1]
    X[7, 2] = -1e5
    with pytest.raises(ValueError, match=r"values up to 1e\+05 in feature 2"):
        SoftmaxRegression(learning_rate_init=1e300, random_state=0).fit(kind(X), y)


def test_warm_start_keeps_the_validation_samples(iris):
    X, y = iris
    clf = SoftmaxRegression(early_stopping=True, warm_start=True, random_state=np.random.RandomState(0)).fit(X, y)
    seed = clf._validation_seed
    assert clf.fit(X, y)._validation_seed == seed


def test_warm_start_counts_iterations_anew(iris):
    clf = quick(warm_start=True).fit(*iris)
    clf.fit(*iris)
    assert clf.n_iter_ == len(clf.loss_curve_) == 5


def test_partial_fit_draws_a_new_order_in_each_call(iris):
    X, y = iris
    clf = quick(batch_size=10, learning_rate_init=0.01)
    clf.partial_fit(X, y, classes=[0, 1, 2])
    clf_again = quick(batch_size=10, learning_rate_init=0.01).partial_fit(X, y, classes=[0, 1, 2])
    # With the stream set back, the second call would repeat the order of the first.
    clf_again._training_state["random_state"] = np.random.RandomState(0)
    assert not np.array_equal(clf.partial_fit(X, y).coef_, clf_again.partial_fit(X, y).coef_)


def test_best_parameters_are_restored_by_validation_loss(iris):
    rng = np.random.RandomState(0)
    X, y = rng.normal(size=(120, 30)), rng.randint(0, 3, 120)
    clf = SoftmaxRegression(early_stopping=True, validation_fraction=0.3, l2=0.0, max_iter=50, tol=None, random_state=0)
    clf.fit(X, y)
    assert clf.best_epoch_ == 1 + int(np.argmin(clf.validation_loss_curve_)) < 50
    again = clone(clf).set_params(max_iter=clf.best_epoch_).fit(X, y)
    np.testing.assert_array_equal(clf.coef_, again.coef_)


def test_a_batch_larger_than_the_data_is_silently_the_full_batch(iris):
    X, y = iris
    larger, full = quick(batch_size=10_000).fit(X, y), quick(batch_size=150).fit(X, y)
    np.testing.assert_array_equal(larger.coef_, full.coef_)


# Labels and API


def test_a_single_class_is_an_error(iris):
    with pytest.raises(ValueError, match="at least 2 classes in y; got 1 class: 'only'"):
        SoftmaxRegression().fit(iris[0], ["only"] * 150)


@pytest.mark.parametrize("labels", [[0, 5, 10], [-1, 3, 7], ["x", "a", "m"], [0.5, 1.5, 2.5]], ids=str)
def test_any_labels_keep_their_order_and_their_columns(labels, iris):
    X, y = iris
    if isinstance(labels[0], float):
        with pytest.raises(ValueError, match="Unknown label type"):
            quick().fit(X, np.array(labels)[y])
        return
    clf = quick().fit(X, np.array(labels)[y])
    assert clf.classes_.tolist() == sorted(labels)
    assert clf.predict_proba(X).shape == (150, 3)
    assert set(clf.predict(X)) <= set(labels)


def test_parameters_are_never_overwritten(iris):
    clf = SoftmaxRegression(batch_size=10_000, class_weight={0: 2}, random_state=3)
    before = dict(clf.get_params())
    clf.fit(*iris)
    assert clf.get_params() == before


def test_partial_fit_takes_classes_before_sample_weight(iris):
    X, y = iris
    by_position = quick().partial_fit(X, y, [0, 1, 2], np.arange(150))
    by_name = quick().partial_fit(X, y, classes=[0, 1, 2], sample_weight=np.arange(150))
    np.testing.assert_array_equal(by_position.coef_, by_name.coef_)


def test_no_offset_and_no_noise_is_left_on_dead_features(iris):
    X, y = np.hstack([iris[0], np.zeros((150, 2))]), iris[1]
    clf = quick().fit(X, y)
    np.testing.assert_array_equal(clf.coef_[:, 4:], 0)
    np.testing.assert_allclose(clf.coef_.sum(axis=0), 0, atol=1e-12)


def test_two_classes_have_a_row_each(datasets):
    clf = quick().fit(*datasets["breast cancer"])
    assert clf.coef_.shape == (2, 30)
    assert clf.intercept_.shape == (2,)


def test_a_pickled_model_holds_its_weights_once():
    rng = np.random.RandomState(0)
    X, y = rng.normal(size=(40, 5000)), np.arange(40) % 4
    clf = quick().fit(X, y)
    assert len(pickle.dumps(clf)) < 1.1 * clf.coef_.nbytes

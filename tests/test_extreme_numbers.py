# SPDX-License-Identifier: BSD-3-Clause
"""Numbers near the ends of their type: the right answer or an error that says what to do, and no warning of NumPy."""

import warnings
from functools import partial

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, loss_and_gradient, summary
from tests.parameters import slow

LINEAR = [
    {},
    {"solver": "adam"},
    {"momentum": 0},
    {"nesterovs_momentum": False},
    {"solver": "lbfgs"},
    {"fit_intercept": False},
]
MODELS = [*(SoftmaxRegression(random_state=0, **kw) for kw in LINEAR), TinyMLPClassifier((8,), random_state=0)]


@pytest.fixture(scope="module")
def apart():
    """Three classes that are far from each other, and from the origin."""
    y = np.arange(60) % 3
    X = 5 * np.random.RandomState(0).normal(size=(3, 4))[y] + np.random.RandomState(1).normal(size=(60, 4))
    return X, y


def said_of(fit):
    """The messages of the ValueError and of the ConvergenceWarnings of a fit."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fit()
        except ValueError as error:
            return str(error)
    assert all(warning.category is ConvergenceWarning for warning in caught)
    return "; ".join(str(warning.message) for warning in caught)


@pytest.mark.parametrize("clf", MODELS, ids=repr)
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("scale", [slow(1e154), 1e160, slow(1e300)])
def test_features_whose_squares_overflow_train_as_others(scale, container, clf, apart):
    X, y = apart
    X = container(X * scale)
    assert clf.fit(X, y).score(X, y) == 1.0
    assert clf.loss_ < 0.5


@pytest.mark.parametrize("scale", [1e22, 1e34])
@pytest.mark.parametrize("clf", MODELS, ids=repr)
def test_features_whose_squares_overflow_in_single_precision_train_as_others(scale, clf, apart):
    X, y = apart
    X = (X * scale).astype(np.float32)
    assert clf.fit(X, y).score(X, y) == 1.0


@pytest.mark.parametrize("scale", [1e-300, 1e300, slow(1e-163), slow(1e30), slow(1e154)])
@pytest.mark.parametrize("clf", MODELS, ids=repr)
def test_a_column_of_extreme_numbers_leaves_the_others_what_they_tell(scale, clf, apart):
    X, y = apart
    X = X * [scale, 1, 1, 1]
    assert clf.fit(X, y).score(X, y) > 0.95


@pytest.mark.parametrize("clf", MODELS, ids=repr)
def test_features_that_the_penalty_silences_give_the_shares_of_the_classes(clf, apart):
    X, y = apart
    y = np.where(y == 2, 1, y)
    clf.fit(X * 1e-300, y)
    # The optimum has no coefficients, and intercepts that give the shares, or none where there are no intercepts.
    expected = [1 / 3, 2 / 3] if clf.fit_intercept else [0.5, 0.5]
    np.testing.assert_allclose(clf.predict_proba(X[:1] * 1e-300), [expected], atol=0.06)


@pytest.mark.parametrize("scale", [1e-17, 1e-30, 1e-300, 1e-310])
@pytest.mark.parametrize("clf", MODELS, ids=repr)
def test_features_that_are_too_small_without_a_penalty_are_named(scale, clf, apart):
    X, y = apart
    without = clone(clf).set_params(l2=0.0)
    with pytest.raises(ValueError, match=r"All features range over less than 1e-15, too little with l2 == 0: scale"):
        without.fit(X * scale, y)
    assert without.fit(X * [scale, 1, 1, 1], y).score(X * [scale, 1, 1, 1], y) > 0.95


@pytest.mark.parametrize("clf", MODELS, ids=repr)
def test_a_start_that_overflows_is_named(clf, apart):
    with pytest.raises(ValueError, match=r"not finite with init_scale == 1e\+300\. Use a smaller init_scale"):
        clone(clf).set_params(init_scale=1e300).fit(*apart)


def test_what_is_told_of_huge_coefficients_is_finite_or_infinite(apart):
    X, y = apart
    clf = SoftmaxRegression(random_state=0).fit(X, y)
    clf.coef_ *= 1e300
    assert summary(clf)["norm of class 0"].endswith("e+300")
    assert clf.optimality_gap(X, y) == (np.inf, np.inf)


@pytest.mark.parametrize("clf", MODELS, ids=repr)
@pytest.mark.parametrize(("dtype", "value"), [(np.float64, 1e308), (np.float32, 1e38)])
def test_a_feature_too_wide_for_its_type_is_named(dtype, value, clf, apart):
    X, y = apart
    X = X.astype(dtype)
    X[:, 2] = value
    X[0, 2] = -value
    with pytest.raises(
        ValueError, match=r"Feature 2 ranges from -1e\+\d+ to 1e\+\d+, must range over less than .*scale it"
    ):
        clf.fit(X, y)


@pytest.mark.parametrize(
    "clf",
    [
        TinyMLPClassifier(l2=1e300, solver="adam", random_state=0),
        TinyMLPClassifier(l2=1e300, random_state=0),
        TinyMLPClassifier(l2=1e6, random_state=0),
        TinyMLPClassifier(l2=1e300, solver="lbfgs", random_state=0),
        SoftmaxRegression(l2=1e300, random_state=0),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_a_penalty_that_training_cannot_follow_is_named_or_followed(clf, dtype, datasets):
    X, y = datasets["wine"]
    said = said_of(lambda: clf.fit(X.astype(dtype), y))
    if "diverged" in said:
        assert f"l2 == {clf.l2:.3g}. Use a smaller l2" in said
    elif clf.loss_ > 2 * np.log(3):
        assert f"l2 == {clf.l2:.3g} is more than training can follow" in said


def test_weights_that_let_a_stream_diverge_are_named(iris):
    clf = SoftmaxRegression(random_state=0).partial_fit(*iris, classes=[0, 1, 2])
    before = clf.coef_.copy()
    with pytest.raises(ValueError, match=r"with sample_weight times class_weight up to 1e\+300\. Use smaller weights"):
        clf.partial_fit(*iris, sample_weight=1e300)
    np.testing.assert_array_equal(clf.coef_, before)


@pytest.mark.parametrize("rare", [0, 2])
def test_weights_that_overflow_in_one_class_are_named(rare, iris):
    clf = SoftmaxRegression(class_weight={rare: 1e300})
    with pytest.raises(ValueError, match="sample_weight times class_weight overflows: use smaller weights"):
        clf.fit(*iris, sample_weight=1e10)


def test_weights_without_a_sum_are_named_where_they_count_as_they_are(iris):
    X, y = iris
    layers = [(np.zeros((3, 4)), np.zeros(3))]
    for call in (
        lambda: SoftmaxRegression().partial_fit(X, y, classes=[0, 1, 2], sample_weight=1e308),
        lambda: loss_and_gradient(layers, X, y, 1e308, activation="identity", l2=0.0),
    ):
        with pytest.raises(
            ValueError, match=r"holds 1e\+308: 150 such weights have no finite sum. Use smaller weights"
        ):
            call()


def test_balanced_classes_of_the_largest_weights_train_as_others(iris):
    X, y = iris[0][:120], iris[1][:120]
    settings = {"class_weight": "balanced", "max_iter": 3, "tol": None, "random_state": 0}
    # Powers of two times each other, and the factors of the classes are at most 2.
    weights = np.full(120, 2.0**1022)
    expected = SoftmaxRegression(**settings).fit(X, y, sample_weight=np.ones(120))
    np.testing.assert_array_equal(SoftmaxRegression(**settings).fit(X, y, sample_weight=weights).coef_, expected.coef_)


def test_the_automatic_rate_is_not_recommended_to_who_has_it(iris):
    X, y = iris
    # Later samples that the first gave no idea of.
    clf = SoftmaxRegression(random_state=0).partial_fit(X, y, classes=[0, 1, 2])
    said = said_of(lambda: [clf.partial_fit(X * [1, 1e300, 1, 1], y) for _ in range(5)])
    assert "in feature 1. Scale the features" in said
    assert "'auto'" not in said


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_published_predicts_finite_probabilities(dtype, apart):
    X, y = apart
    X = (X * (1e10 if dtype == np.float32 else 1e150)).astype(dtype)
    for max_iter in (1, 2, 3):
        clf = TinyMLPClassifier((8,), "relu", learning_rate_init=0.1, max_iter=max_iter, tol=None, random_state=0)
        if "diverged" not in said_of(lambda clf=clf: clf.fit(X, y)):
            assert np.isfinite(clf.predict_proba(X)).all()
            assert all(np.isfinite(coef).all() for coef in clf.coefs_)


def test_a_last_step_that_overflows_is_a_divergence(apart):
    X, y = apart
    # The first step starts at zero, where the loss is finite.
    clf = SoftmaxRegression(learning_rate_init=1e10, batch_size=60, max_iter=1, tol=None)
    with pytest.raises(ValueError, match="diverged in epoch 1"):
        clf.fit(X * 1e300, y)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("make", [SoftmaxRegression, partial(TinyMLPClassifier, (3,), "logistic")])
def test_numbers_that_vanish_are_zero_whatever_numpy_is_told(make, solver, iris):
    X, y = iris
    before = np.geterr()

    def trained():
        clf = make(solver=solver, max_iter=5, tol=None, random_state=0).fit(X, y)
        if solver != "lbfgs":
            clf.partial_fit(X, y)
        return [clf.predict_proba(X * scale) for scale in (1.0, 1e4, 1e300)]

    plain = trained()
    with np.errstate(all="raise"):
        strict = trained()
    np.testing.assert_array_equal(plain, strict)
    assert np.geterr() == before

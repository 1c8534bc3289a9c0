# SPDX-License-Identifier: BSD-3-Clause
"""Users set coefficients and classes by hand: what fits is taken, what does not is named and left as it is."""

import pickle

import numpy as np
import pytest
from scipy import sparse

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, summary, to_sklearn

QUICK = {"max_iter": 3, "tol": None, "random_state": 0}


def softmax(X, y):
    return SoftmaxRegression(**QUICK).fit(X, y)


def mlp(X, y):
    return TinyMLPClassifier((5,), **QUICK).fit(X, y)


READERS = {
    "predict": lambda clf, X, y: clf.predict(X),
    "predict_proba": lambda clf, X, y: clf.predict_proba(X[:1]),
    "score": lambda clf, X, y: clf.score(X, y),
    "partial_fit": lambda clf, X, y: clf.partial_fit(X, y),
    "warm start": lambda clf, X, y: clf.set_params(warm_start=True).fit(X, y),
    "to_sklearn": lambda clf, X, y: to_sklearn(clf),
    "summary": lambda clf, X, y: summary(clf),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    ("make", "changes", "found"),
    [
        (softmax, {"coef_": lambda value: value.T}, r"coef_ and intercept_ are float64 of shape \(4, 3\) and "),
        (softmax, {"coef_": lambda value: value[:2]}, r"coef_ and intercept_ are float64 of shape \(2, 4\) and "),
        (softmax, {"coef_": lambda value: value.tolist()}, r"coef_ and intercept_ are \[list, list, list\] and float"),
        (softmax, {"coef_": lambda value: value + 0j}, "coef_ and intercept_ are complex128 of shape"),
        (softmax, {"coef_": lambda value: value.astype(object)}, "coef_ and intercept_ are object of shape"),
        (
            softmax,
            {"intercept_": lambda value: value[:, None]},
            r"of shape \(3, 4\) and float64 of shape \(3, 1\), must",
        ),
        (
            softmax,
            {"intercept_": lambda value: value[:2]},
            r"and float64 of shape \(2,\), must be arrays of real numbers",
        ),
        (softmax, {"intercept_": lambda value: 0.0}, "and float, must be arrays of real numbers"),
        (softmax, {"intercept_": lambda value: None}, "and NoneType, must be arrays of real numbers"),
        (softmax, {"classes_": lambda value: np.arange(4)}, "must be .* that lead from 4 features to 4 classes"),
        (softmax, {"classes_": lambda value: value[:2]}, "must be .* that lead from 4 features to 2 classes"),
        (softmax, {"classes_": list}, r"classes_ == \[.*\], must be an array \(n_classes,\) of labels"),
        (
            mlp,
            {"coefs_": lambda value: value[:1]},
            r"coefs_ and intercepts_ are \[float64 of shape \(4, 5\)\] and \[fl",
        ),
        (mlp, {"coefs_": lambda value: [*value, np.eye(3)]}, r"\(5, 3\), float64 of shape \(3, 3\)\] and \["),
        (
            mlp,
            {"coefs_": lambda value: [W.T for W in value]},
            r"are \[float64 of shape \(5, 4\), float64 of shape \(3, 5\)",
        ),
        (mlp, {"coefs_": lambda value: [W.tolist() for W in value]}, r"coefs_ and intercepts_ are \[list, list\]"),
        (mlp, {"coefs_": lambda value: [np.eye(5)] * 9}, "coefs_ and intercepts_ are list and "),
        (mlp, {"intercepts_": lambda value: value[::-1]}, r"and \[float64 of shape \(3,\), float64 of shape \(5,\)\]"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_else_changes(make, changes, found, read, iris):
    clf = make(*iris)
    for name, change in changes.items():
        setattr(clf, name, change(getattr(clf, name)))
    # One that is set up may set parameters.
    fitted = {name: value for name, value in vars(clf).items() if name.endswith("_")}
    before = pickle.dumps(fitted)
    with pytest.raises(ValueError, match=found):
        read(clf, *iris)
    assert pickle.dumps({name: value for name, value in vars(clf).items() if name.endswith("_")}) == before


@pytest.mark.parametrize(
    "container",
    [
        np.asfortranarray,
        lambda W: W.astype(">f8"),
        lambda W: np.repeat(W, 2, axis=1)[:, ::2],
        lambda W: np.broadcast_to(W, W.shape),
        sparse.csc_matrix,
        sparse.coo_array,
    ],
)
def test_coefficients_may_lie_in_any_array(container, iris):
    X, y = iris
    plain, other = softmax(X, y), softmax(X, y)
    other.coef_ = container(other.coef_)
    # Other products sum in another order.
    np.testing.assert_allclose(other.decision_function(X), plain.decision_function(X), rtol=0, atol=1e-12)
    np.testing.assert_allclose(other.partial_fit(X, y).coef_, plain.partial_fit(X, y).coef_, rtol=0, atol=1e-12)


def test_whole_numbers_are_gone_on_from_as_numbers(iris):
    X, y = iris
    whole, real = (SoftmaxRegression(**QUICK).partial_fit(X, y, classes=[0, 1, 2]) for _ in range(2))
    whole.coef_, real.coef_ = np.eye(3, 4, dtype=int), np.eye(3, 4)
    np.testing.assert_array_equal(whole.partial_fit(X, y).coef_, real.partial_fit(X, y).coef_)


def test_classes_in_another_order_are_taught_their_own_samples(iris):
    X, y = iris
    names = np.array(["setosa", "versicolor", "virginica"])
    plain = softmax(X, names[y])
    turned = softmax(X, names[y])
    turned.classes_, turned.coef_, turned.intercept_ = names[::-1], turned.coef_[::-1], turned.intercept_[::-1]
    for clf in (plain, turned):
        clf.partial_fit(X, names[y])
    np.testing.assert_array_equal(turned.predict(X), plain.predict(X))
    # Sums over classes run in another order.
    np.testing.assert_allclose(turned.coef_[::-1], plain.coef_, rtol=0, atol=1e-10)
    with pytest.raises(ValueError, match=r"warm_start=True cannot go on: classes_ == \['virginica'.*, was set by hand"):
        turned.set_params(warm_start=True).fit(X, names[y])

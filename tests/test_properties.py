# SPDX-License-Identifier: BSD-3-Clause
"""What holds for whatever a user passes: samples of any kind, labels, weights and settings, drawn by hypothesis."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone

from sksoftmax import SoftmaxRegression, TinyMLPClassifier
from tests.test_search import assert_same_search

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def spread_out(X):
    buffer = np.full((2 * X.shape[0], 3 * X.shape[1]), np.nan)
    buffer[::2, ::3] = X
    return buffer[::2, ::3]


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def in_parts(X):
    """Two entries for each value."""
    X = sparse.csr_matrix(X)
    return sparse.csr_matrix((np.repeat(X.data / 2, 2), np.repeat(X.indices, 2), 2 * X.indptr), X.shape)


def backwards(X):
    """Columns of each row in descending order."""
    X = sparse.csr_array(X)
    for row in map(slice, X.indptr[:-1], X.indptr[1:]):
        X.indices[row], X.data[row] = X.indices[row][::-1].copy(), X.data[row][::-1].copy()
    X.has_sorted_indices = False
    return X


def with_wide_indices(X):
    X = sparse.csr_array(X)
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


# Each holds the same numbers as the array of doubles.
DENSE = {
    "columns first": np.asfortranarray,
    "spread out": spread_out,
    "negative strides": lambda X: X[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": read_only,
    "other bytes first": lambda X: X.astype(">f8"),
    "long doubles": lambda X: X.astype(np.longdouble),
    "objects": lambda X: X.astype(object),
    "lists": np.ndarray.tolist,
    "frame": pd.DataFrame,
}
SPARSE = {
    "csc": sparse.csc_array,
    "coo": sparse.coo_matrix,
    "lil": sparse.lil_matrix,
    "in parts": in_parts,
    "backwards": backwards,
    "wide indices": with_wide_indices,
}
OTHER_TYPES = {
    "float32": lambda X: X.astype(np.float32),
    "float16": lambda X: X.astype(np.float16),
    "uint8": lambda X: np.abs(X).astype(np.uint8),
    "int16": lambda X: X.astype(np.int16),
    "int64": lambda X: X.astype(np.int64),
    "bool": lambda X: X > 0,
}
FORMATS = {**DENSE, **SPARSE, **OTHER_TYPES}

# Labels of classes 0, 1, ... in their order.
LABELS = {
    "gaps": lambda y: 7 * y + 3,
    "negative": lambda y: (y - 2).astype(np.int8),
    "whole floats": lambda y: y.astype(float),
    "strings": lambda y: np.array([f"klasse {k:02d} é" for k in y]),
    "objects": lambda y: np.array([f"k{k:02d}" for k in y], dtype=object),
    "list": lambda y: [f"k{k:02d}" for k in y],
    "booleans": lambda y: y > 0,
    "categorical": lambda y: pd.Series(pd.Categorical([f"k{k}" for k in y], [f"k{k}" for k in range(9, -1, -1)])),
    "nullable integers": lambda y: pd.Series(y - 2, dtype="Int64", index=y[::-1]),
    "nullable booleans": lambda y: pd.Series(y > 0, dtype="boolean"),
    "nullable strings": lambda y: pd.Series([f"k{k:02d}" for k in y], dtype="string"),
}

# Of n samples, the first of each class among them with a weight above zero.
WEIGHTS = {
    "none": lambda rng, n: None,
    "number": lambda rng, n: 10 ** rng.uniform(-300, 300),
    "some zero": lambda rng, n: np.r_[np.ones(9), rng.randint(0, 2, max(n - 9, 0))][:n],
    "tiny": lambda rng, n: rng.uniform(1e-300, 2e-300, n),
    "huge": lambda rng, n: rng.uniform(1e299, 2e299, n).tolist(),
    "out of all proportion": lambda rng, n: np.where(np.arange(n) % 2, 5e-324, 1e300),
    "series": lambda rng, n: pd.Series(rng.uniform(0.1, 1, n), dtype=np.float32),
}


@st.composite
def problems(draw, most_features=30):
    """X and y; features of very different size, some of them constant, or mostly zero."""
    rng = np.random.RandomState(draw(st.integers(0, 10**6)))
    n_classes, n_features = draw(st.integers(2, 9)), draw(st.integers(1, most_features))
    n_samples = n_classes + draw(st.integers(0, 60))
    y = np.r_[np.arange(n_classes), rng.randint(0, n_classes, n_samples - n_classes)]
    X = 3 * rng.normal(size=(n_samples, n_features)) + 3 * rng.normal(size=(n_classes, n_features))[y]
    X *= draw(st.sampled_from([1.0, 10 ** rng.uniform(-3, 3, n_features)]))
    X[:, 0] = draw(st.sampled_from([X[:, 0], 7.5]))
    X[rng.rand(*X.shape) < draw(st.sampled_from([0.0, 0.7]))] = 0
    return X, y


SETTINGS = {
    "solver": st.sampled_from(["sgd", "adam", "lbfgs"]),
    "l2": st.sampled_from([0.0, 1e-6, 1e-3, 1.0]),
    "batch_size": st.sampled_from([1, 7, 32, 1000]),
    "learning_rate": st.sampled_from(
        [
            "constant",
            "exponential",
            "inverse_time",
            "invscaling",
            "step",
            "cosine",
            "adaptive",
            lambda n: 0.5**n,
        ]
    ),
    "learning_rate_init": st.sampled_from(["auto", 1e-4]),
    "momentum": st.sampled_from([0.0, 0.9, 0.99]),
    "nesterovs_momentum": st.booleans(),
    "shuffle": st.booleans(),
    "fit_intercept": st.booleans(),
    "class_weight": st.sampled_from([None, "balanced"]),
    "max_iter": st.integers(1, 6),
    "tol": st.sampled_from([None, 1e-3]),
    "random_state": st.integers(0, 9),
}
NETWORKS = {
    "hidden_layer_sizes": st.sampled_from([(), (1,), (5, 4)]),
    "activation": st.sampled_from(["identity", "logistic", "tanh", "relu"]),
}


def linear(**fixed):
    return st.builds(SoftmaxRegression, **{**SETTINGS, **fixed})


def estimators(**fixed):
    return st.one_of(linear(**fixed), st.builds(TinyMLPClassifier, **{**SETTINGS, **fixed}, **NETWORKS))


def contents(values):
    """A copy of all that an argument holds."""
    if sparse.issparse(values):
        names = ("data", "indices", "indptr", "row", "col", "rows")
        return [np.array(getattr(values, name), copy=True) for name in names if hasattr(values, name)]
    return [np.array(values, copy=True)]


def assert_unchanged(values, before):
    for now, then in zip(contents(values), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.slow
@settings(max_examples=200)
@given(
    problem=problems(),
    clf=estimators(),
    form=st.sampled_from(list(FORMATS)),
    labels=st.sampled_from(list(LABELS)),
    weights=st.sampled_from(list(WEIGHTS)),
    seed=st.integers(0, 99),
)
def test_whatever_comes_is_classified_with_probabilities(problem, clf, form, labels, weights, seed):
    values, targets = problem
    X, y = FORMATS[form](values), LABELS[labels](targets)
    sample_weight = WEIGHTS[weights](np.random.RandomState(seed), len(targets))
    # A weight may be more than the factor of its class leaves room for.
    clf.class_weight = None if weights in ("huge", "out of all proportion", "number") else clf.class_weight
    given = [argument for argument in (X, y, sample_weight) if argument is not None]
    before, parameters = [contents(argument) for argument in given], clf.get_params()
    clf.fit(X, y, sample_weight)
    p, log_p, scores, predicted = (
        getattr(clf, method)(X) for method in ("predict_proba", "predict_log_proba", "decision_function", "predict")
    )
    # What comes is left alone.
    for argument, then in zip(given, before):
        assert_unchanged(argument, then)
    assert clf.get_params() == parameters
    # Probabilities are some, the largest is predicted, and their logarithms are finite.
    rounding = 1e-5 if p.dtype == np.float32 else 1e-12
    assert clf.classes_.tolist() == sorted(set(y))
    assert p.min() >= 0
    assert p.max() <= 1
    np.testing.assert_allclose(p.sum(axis=1, dtype=float), 1, atol=rounding)
    np.testing.assert_array_equal(p[np.arange(len(p)), np.searchsorted(clf.classes_, predicted)], p.max(axis=1))
    assert np.isfinite(log_p).all()
    np.testing.assert_allclose(np.exp(log_p), p, rtol=100 * rounding, atol=np.finfo(p.dtype).tiny)
    assert np.isfinite(scores).all()
    # The same bits again, for labels of another kind, and for the same numbers in plain arrays.
    numbers = np.searchsorted(clf.classes_, np.asarray(y, dtype=clf.classes_.dtype))
    again = clone(clf).fit(X, numbers, sample_weight)
    np.testing.assert_array_equal(again.predict_proba(X), p)
    if form in DENSE or form in SPARSE:
        plain = values if form in DENSE else sparse.csr_matrix(values)
        again = clone(clf).fit(plain, y, sample_weight)
        np.testing.assert_array_equal(again.predict_proba(plain), clf.predict_proba(plain))


# Of sums in another order. Adam is left out: where a gradient is zero, it makes whole steps of its rounding.
ROUNDING = {"sgd": 1e-8, "lbfgs": 1e-6}
STEADY = st.sampled_from(list(ROUNDING))


def assert_alike(p, expected, clf):
    np.testing.assert_allclose(p, expected, rtol=0, atol=ROUNDING[clf.solver])


@settings(max_examples=60)
@given(problem=problems(), clf=linear(solver=STEADY), seed=st.integers(0, 99))
def test_the_order_of_classes_and_features_has_no_effect(problem, clf, seed):
    X, y = problem
    rng = np.random.RandomState(seed)
    features, classes = rng.permutation(X.shape[1]), rng.permutation(y.max() + 1)
    p = clf.fit(X, y).predict_proba(X)
    assert_alike(clone(clf).fit(X[:, features], classes[y]).predict_proba(X[:, features])[:, classes], p, clf)


@pytest.mark.slow
@settings(max_examples=100)
@given(
    problem=problems(most_features=6), clf=estimators(solver=STEADY, batch_size=st.just(1000)), seed=st.integers(0, 99)
)
def test_weights_are_numbers_of_repetitions_of_a_full_batch(problem, clf, seed):
    X, y = problem
    counts = np.random.RandomState(seed).randint(0, 4, len(y))
    counts[: y.max() + 1] = 1
    # Fewer samples than features have coordinates of their own.
    assume(np.count_nonzero(counts) > X.shape[1])
    p = clf.fit(X, y, counts).predict_proba(X)
    assert_alike(clone(clf).fit(np.repeat(X, counts, axis=0), np.repeat(y, counts)).predict_proba(X), p, clf)


@settings(max_examples=60)
@given(problem=problems(), clf=estimators(solver=STEADY), factor=st.floats(1e-9, 1e9), seed=st.integers(0, 99))
def test_only_ratios_of_weights_matter_and_weights_of_zero_leave_samples_out(problem, clf, factor, seed):
    X, y = problem
    weights = np.random.RandomState(seed).choice([0.0, 0.3, 1.0, 2.5], len(y))
    weights[: y.max() + 1] = 1
    there = weights > 0
    p = clf.fit(X[there], y[there], weights[there]).predict_proba(X)
    X_with_others = np.where(there[:, None], X, 1e6)
    assert_alike(clone(clf).fit(X_with_others, y, factor * weights).predict_proba(X), p, clf)


GRIDS = [
    {"l2": [1e-6, 1e-2, 1.0], "momentum": [0.0, 0.9]},
    {"max_iter": [1, 3, 6], "tol": [None, 0.1, 1e-2]},
    {"learning_rate": ["constant", "cosine"], "l2": [0.0, 0.1]},
]


@pytest.mark.slow
@settings(max_examples=15)
@given(problem=problems(), clf=estimators(), grid=st.sampled_from(GRIDS), form=st.sampled_from(["dense", "csr"]))
def test_models_of_a_search_are_those_that_are_fitted_alone(problem, clf, grid, form):
    X, y = problem
    X, y = np.repeat(X, 2, axis=0), np.repeat(y, 2)
    X = X if form == "dense" else sparse.csr_matrix(X)
    assert_same_search(clf, grid, X, y, cv=2, scoring="neg_log_loss", refit=False)

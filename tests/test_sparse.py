# SPDX-License-Identifier: BSD-3-Clause
"""Sparse samples of many features train what dense ones train, whatever the settings."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sksoftmax import SoftmaxRegression, TinyMLPClassifier, VectorizedGridSearchCV, loss_and_gradient
from tests.parameters import few_quick

# Sums of few numbers in another order, some of them over many steps.
TOLERANCE = 1e-10


def words(rng, n_samples=90, n_features=200, n_classes=3, density=0.02):
    """Rows of rare features, a frequent one and one that all have, so that some are centred and some are not."""
    X = sparse.random(n_samples, n_features, density, "csr", random_state=rng).toarray()
    X[:, 0] = rng.rand(n_samples) < 0.5
    X[:, 1] = 1 + rng.rand(n_samples)
    y = np.arange(n_samples) % n_classes
    X[:, 2] = (y == 0) * (rng.rand(n_samples) < 0.7)
    return X, y


def drawn(rng):
    """An estimator with random settings."""
    settings = {
        "l2": 10 ** rng.uniform(-6, 0),
        "batch_size": int(rng.choice([1, 7, 32, 1000])),
        "learning_rate": rng.choice(["adaptive", "constant", "exponential", "invscaling", "cosine"]),
        "learning_rate_init": "auto" if rng.rand() < 0.7 else 10 ** rng.uniform(-3, -1.5),
        "momentum": rng.choice([0, 0.5, 0.9, 0.97]),
        "nesterovs_momentum": bool(rng.randint(2)),
        "fit_intercept": bool(rng.rand() < 0.8),
        "class_weight": rng.choice([None, "balanced"]),
        "early_stopping": bool(rng.rand() < 0.2),
        "n_iter_no_change": int(rng.randint(1, 4)),
        "max_iter": int(rng.randint(2, 12)),
        "random_state": 0,
    }
    cls = SoftmaxRegression if rng.rand() < 0.7 else TinyMLPClassifier
    hidden = {} if cls is SoftmaxRegression else {"hidden_layer_sizes": (4,), "activation": "tanh"}
    return cls(**{**settings, **hidden})


def layers(clf):
    return clf._published_layers()


def assert_same(one, other):
    for (W, b), (expected_W, expected_b) in zip(layers(one), layers(other), strict=True):
        np.testing.assert_allclose(W, expected_W, rtol=TOLERANCE, atol=TOLERANCE)
        np.testing.assert_allclose(b, expected_b, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("seed", few_quick(range(40), 4))
def test_sparse_and_dense_rows_train_the_same_model(seed):
    rng = np.random.RandomState(seed)
    X, y = words(rng)
    weights = rng.uniform(0.1, 2, len(y)) if rng.rand() < 0.5 else None
    clf = drawn(rng)
    dense, sparsely = clone(clf).fit(X, y, weights), clone(clf).fit(sparse.csr_array(X), y, weights)
    assert sparsely.n_iter_ == dense.n_iter_
    np.testing.assert_allclose(sparsely.loss_curve_, dense.loss_curve_, rtol=TOLERANCE)
    assert_same(sparsely, dense)


@pytest.mark.parametrize("cls", [SoftmaxRegression, TinyMLPClassifier])
def test_a_stream_of_sparse_rows_trains_the_same_model(cls, rng):
    X, y = words(rng, 200)
    # Features that the first calls do not have, and some that only they have.
    X[:80, 100:] = X[80:, 10:50] = 0
    models = [cls(random_state=0) for _ in range(2)]
    for start in range(0, 200, 40):
        part = slice(start, start + 40)
        for clf, rows in zip(models, (X[part], sparse.csr_matrix(X[part]))):
            clf.partial_fit(rows, y[part], classes=[0, 1, 2])
    assert_same(*models)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("settings", [{}, {"solver": "adam"}, {"solver": "lbfgs"}, {"batch_size": 90}], ids=str)
@pytest.mark.parametrize("cls", [SoftmaxRegression, TinyMLPClassifier])
def test_sparse_booleans_are_computed_in_single_precision_as_dense_ones(cls, settings, rng):
    X, y = words(rng)
    X, numbers = sparse.csr_array(X != 0), sparse.csr_array((X != 0).astype(np.float32))
    clf = cls(**settings, max_iter=5, tol=None, random_state=0)
    fitted, expected = clone(clf).fit(X, y), clone(clf).fit(numbers, y)
    for ours, theirs in zip(layers(fitted), layers(expected)):
        for values, same in zip(ours, theirs):
            assert values.dtype == np.float32
            np.testing.assert_array_equal(values, same)
    np.testing.assert_array_equal(fitted.predict_proba(X), expected.predict_proba(numbers))


@pytest.mark.parametrize(
    "settings", [{"warm_start": True}, {"init_scale": 0.1}, {"solver": "adam"}, {"solver": "lbfgs"}]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_features_that_no_sample_has_train_as_in_dense_rows(settings, rng):
    X, y = words(rng)
    models = [SoftmaxRegression(max_iter=5, random_state=0, **settings) for _ in range(2)]
    for missing in (slice(50, 100), slice(100, 150)):
        present = X.copy()
        present[:, missing] = 0
        for clf, rows in zip(models, (present, sparse.csr_matrix(present))):
            clf.fit(rows, y)
    assert_same(*models)


def test_a_stack_of_models_on_sparse_rows_equals_each_alone(rng):
    X, y = words(rng, 120)
    grid = {"l2": [1e-5, 1e-3, 0.1], "momentum": [0.0, 0.9]}
    search = VectorizedGridSearchCV(SoftmaxRegression(batch_size=16, max_iter=4, tol=None, random_state=0), grid, cv=3)
    sparsely, dense = clone(search).fit(sparse.csr_matrix(X), y), clone(search).fit(X, y)
    np.testing.assert_array_equal(sparsely.cv_results_["mean_test_score"], dense.cv_results_["mean_test_score"])
    assert_same(sparsely.best_estimator_, dense.best_estimator_)


def test_hashed_words_of_a_million_columns_take_no_dense_copy_of_the_samples(rng):
    texts = [" ".join(f"w{j}" for j in rng.randint(0, 50, 8) + 50 * (i % 2)) for i in range(60)]
    clf = make_pipeline(HashingVectorizer(), SoftmaxRegression(random_state=0)).fit(texts, np.arange(60) % 2)
    assert clf[-1].coef_.shape == (2, 2**20)
    assert clf.score(texts, np.arange(60) % 2) == 1.0
    assert np.count_nonzero(clf[-1].coef_.any(axis=0)) <= 100


@pytest.mark.slow
def test_text_is_classified_as_by_logistic_regression(rng):
    n, d = 2000, 5000
    y = np.arange(n) % 4
    chances = rng.dirichlet(np.full(d, 0.05), 4) + 4 / np.arange(1, d + 1) / 9
    chances /= chances.sum(axis=1, keepdims=True)
    X = sparse.csr_matrix(np.stack([np.log1p(rng.multinomial(30, chances[k])) for k in y]))
    clf = SoftmaxRegression(random_state=0).fit(X[:1000], y[:1000])
    theirs = LogisticRegression(C=1 / (1000 * clf.l2), max_iter=1000).fit(X[:1000], y[:1000])
    assert clf.score(X[1000:], y[1000:]) > theirs.score(X[1000:], y[1000:]) - 0.01


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.parametrize("offset", [1e6, 1e7, 1e8, 1e10, 1e12])
def test_features_far_from_zero_are_centred_or_refused(offset, solver, iris):
    X, y = iris
    far = X + offset * np.array([0, 1, 0, -1])
    clf = SoftmaxRegression(solver=solver, random_state=0)
    expected = clf.fit(X, y).loss_
    # A constant feature is no harm.
    far = sparse.csr_matrix(np.column_stack([far, np.full(len(y), 1e9)]))
    if offset < 1e7:
        # Three digits are left of the variance, with which the steps and so where they end change a little.
        assert clf.fit(far, y).loss_ == pytest.approx(expected, rel=1e-2)
    elif offset > 2e7:
        with pytest.raises(ValueError, match=r"^Feature 1 of the sparse X ranges over 2\.4 around .*, must be nearer"):
            clf.fit(far, y)
    np.testing.assert_allclose(clf.fit(far.toarray()[:, :4], y).loss_, expected, rtol=1e-3)
    clf.set_params(fit_intercept=False, max_iter=3, tol=None).fit(far, y)


def set_at(X, name, place, value):
    """Sparse X with another number in one of its arrays, as of a damaged file."""
    X = X.copy()
    getattr(X, name)[place] = value
    return X


WEIGHTS = [(np.zeros((3, 4)), np.zeros(3))]


@pytest.mark.parametrize("container", [sparse.csr_matrix, sparse.csc_matrix, sparse.bsr_array])
@pytest.mark.parametrize(
    ("name", "place", "value"),
    [("indices", 7, 10**6), ("indices", 7, -1), ("indptr", 1, 10**6), ("indptr", -1, 10**6), ("indptr", 0, 1)],
)
def test_indices_outside_of_a_sparse_matrix_are_an_error(name, place, value, container, iris):
    X, y = iris
    damaged = set_at(container(X), name, place, value)
    fitted = SoftmaxRegression(max_iter=2, tol=None).fit(X, y)
    for call in (
        lambda: SoftmaxRegression().fit(damaged, y),
        lambda: SoftmaxRegression().partial_fit(damaged, y, classes=[0, 1, 2]),
        lambda: fitted.predict(damaged),
        lambda: loss_and_gradient(WEIGHTS, damaged, y, activation="identity", l2=0.0),
    ):
        # SciPy's words follow.
        with pytest.raises(ValueError, match=r"^X is no valid sparse matrix: .*ind(ex|ices|ptr)"):
            call()


def test_flags_that_are_out_of_date_are_not_believed(iris):
    X, y = iris
    plain = sparse.csr_matrix(np.hstack([X, np.zeros_like(X)]))
    doubled = sparse.csr_matrix(np.repeat(X / 2, 2, axis=1))
    # SciPy looks once and remembers; each entry comes in two parts afterwards.
    assert doubled.has_canonical_format
    doubled.indices[:] = doubled.indices // 2
    assert doubled.has_canonical_format
    fits = [SoftmaxRegression(max_iter=3, tol=None, random_state=0).fit(samples, y) for samples in (plain, doubled)]
    np.testing.assert_array_equal(fits[0].coef_, fits[1].coef_)
    assert doubled.nnz == 2 * plain.nnz


@pytest.mark.parametrize("clf", [SoftmaxRegression(), SoftmaxRegression(solver="lbfgs"), TinyMLPClassifier((3,))])
@pytest.mark.parametrize("n_features", [2**60, 2**62])
def test_more_features_than_any_array_has_room_for_are_an_error(clf, n_features):
    X = sparse.csr_array((np.ones(4), [0, 5, 9, n_features - 1], range(5)), shape=(4, n_features))
    with pytest.raises(ValueError, match=f"must make at most .* with {n_features} features and 2 classes"):
        clf.fit(X, [0, 1] * 2)

# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine.conditioning import DAMPING, Coordinates, condition
from sksoftmax._engine.minibatches import Samples
from tests.engine.helpers import problem, samples


def raw_problem(rng, n_samples=60):
    """Features of very different scales and offsets, one of them constant."""
    X, y = problem(rng, n_samples, 5)
    X = X * [1, 1e3, 1e-3, 1, 1] + [0, 5e3, 2, -7, 0]
    X[:, 4] = 3.0
    return X, y


def test_scale_is_the_damped_standard_deviation(rng):
    X, y = raw_problem(rng)
    coordinates = condition(samples(X, y), 1e-4, True, rng).coordinates
    expected = np.sqrt(X.var(axis=0) + DAMPING * np.ptp(X, axis=0) ** 2 + 1e-4)
    expected[4] = expected[:4].max()
    np.testing.assert_allclose(coordinates.mean, X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(coordinates.scale, expected, rtol=1e-9)


def test_bounds_are_those_of_the_transformed_features(rng):
    X, y = raw_problem(rng)
    weights = rng.uniform(0.5, 2, len(y))
    conditioning = condition(Samples(X, y, weights[None]), 0.0, True, rng)
    Xt = (X - conditioning.coordinates.mean) / conditioning.coordinates.scale
    augmented = np.hstack([Xt, np.ones((len(X), 1))])
    moment = (augmented * weights[:, None]).T @ augmented / weights.sum()
    # Eight power iterations, from below.
    largest = np.linalg.eigvalsh(moment)[-1]
    assert 0.9 * largest <= conditioning.largest_eigenvalue <= largest * (1 + 1e-9)
    squares = weights / weights.mean() * (augmented**2).sum(axis=1)
    assert conditioning.largest_square == pytest.approx(squares.max(), rel=1e-9)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sparse_and_dense_agree(fit_intercept, rng):
    X, y = problem(rng, 50, 6)
    X[rng.rand(*X.shape) < 0.7] = 0
    dense = condition(samples(X, y), 1e-3, fit_intercept, rng)
    csr = condition(samples(sparse.csr_matrix(X), y), 1e-3, fit_intercept, rng)
    np.testing.assert_allclose(csr.coordinates.scale, dense.coordinates.scale, rtol=1e-12)
    assert csr.largest_eigenvalue == pytest.approx(dense.largest_eigenvalue, rel=1e-10)
    assert csr.largest_square == pytest.approx(dense.largest_square, rel=1e-10)
    if fit_intercept:
        np.testing.assert_allclose(csr.coordinates.mean, dense.coordinates.mean, atol=1e-15)
    else:
        assert csr.coordinates.mean is None


def test_weights_equal_repetitions(rng):
    X, y = raw_problem(rng)
    counts = rng.randint(1, 4, len(y))
    weighted = condition(Samples(X, y, counts[None].astype(float)), 1e-3, True, rng)
    again = condition(samples(np.repeat(X, counts, axis=0), np.repeat(y, counts)), 1e-3, True, rng)
    np.testing.assert_allclose(weighted.coordinates.scale, again.coordinates.scale, rtol=1e-11)
    assert weighted.largest_eigenvalue == pytest.approx(again.largest_eigenvalue, rel=1e-9)


@pytest.mark.parametrize(
    "coordinates",
    [Coordinates(), Coordinates(None, np.array([2.0, 0.5])), Coordinates(np.array([1.0, -3.0]), np.array([2.0, 0.5]))],
)
def test_logits_are_the_same_in_both_coordinates(coordinates, rng):
    W, b, X = rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=(4, 2))
    Ww, bw = coordinates.to_working(W, b)
    Xw = X if coordinates.mean is None else X - coordinates.mean
    Xw = Xw if coordinates.scale is None else Xw / coordinates.scale
    np.testing.assert_allclose(Xw @ Ww.T + bw, X @ W.T + b, atol=1e-13)
    back_W, back_b = coordinates.to_raw(Ww, bw)
    np.testing.assert_allclose(back_W, W, atol=1e-14)
    np.testing.assert_allclose(back_b, b, atol=1e-13)


def test_a_feature_seen_once_outside_the_subsample_gets_no_huge_step(rng):
    X = np.zeros((5000, 784), dtype=np.float32)
    X[:, :5] = rng.normal(size=(5000, 5))
    X[4321, 100] = 255
    conditioning = condition(samples(X, rng.randint(0, 2, 5000)), 1e-4, True, rng)
    transformed = (X[4321] - conditioning.coordinates.mean) / conditioning.coordinates.scale
    assert np.abs(transformed).max() <= DAMPING**-0.5 + 1


def test_learning_rate_falls_with_smaller_batches_momentum_and_penalty(rng):
    X, y = problem(rng, 200)
    conditioning = condition(samples(X, y), 1e-3, True, rng)
    rate = conditioning.learning_rate("sgd", 32, 1e-3, 0.0)
    assert conditioning.learning_rate("sgd", 1, 1e-3, 0.0) < rate
    assert conditioning.learning_rate("sgd", 32, 1e-3, 0.9) < rate
    assert conditioning.learning_rate("sgd", 32, 1.0, 0.0) < rate
    full = 1 / (0.5 * conditioning.largest_eigenvalue + 1e-3 * conditioning.coordinates.scale.min() ** -2)
    assert conditioning.learning_rate("sgd", 10**6, 1e-3, 0.9) == pytest.approx(full, rel=1e-12)


def test_samples_of_weight_zero_do_not_count(rng):
    X, y = problem(rng, 2000, 3000)
    weights = np.zeros((1, 2000))
    weights[0, [3, 700, 1500]] = 1
    some = condition(Samples(X, y, weights), 1e-3, True, rng)
    alone = condition(samples(X[[3, 700, 1500]], y[[3, 700, 1500]]), 1e-3, True, rng)
    np.testing.assert_allclose(some.coordinates.mean, alone.coordinates.mean, atol=1e-12)
    assert some.largest_eigenvalue == pytest.approx(alone.largest_eigenvalue, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_a_few_heavy_samples_among_many_are_seen(seed):
    rng = np.random.RandomState(seed)
    X, y = problem(rng, 20_000, 200)
    weights = np.ones(20_000)
    weights[[7, 77, 777]] = 5000
    conditioning = condition(Samples(X, y, weights[None] / weights.mean()), 1e-4, True, rng)
    assert conditioning.largest_square > 0.5 * 5000 / weights.mean() * 100


def test_features_that_are_all_zero_have_a_learning_rate(rng):
    conditioning = condition(samples(np.zeros((5, 2)), np.zeros(5)), 0.0, False, rng)
    assert conditioning.learning_rate("sgd", 32, 0.0, 0.9) == 1.0


def test_one_sample_has_coordinates(rng):
    conditioning = condition(samples(np.array([[2.0, 3.0]]), np.array([0])), 1e-4, True, rng)
    assert np.isfinite(conditioning.coordinates.scale).all()
    assert conditioning.learning_rate("sgd", 32, 1e-4, 0.9) > 0

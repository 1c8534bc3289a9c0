# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest
from scipy import sparse

from sksoftmax._engine.conditioning import (
    DAMPING,
    MEDIANS,
    MOST_APART,
    Coordinates,
    condition,
    feature_moments,
    moments_of,
    together,
)
from sksoftmax._engine.minibatches import Samples
from tests.engine.helpers import conditioning_of, problem, samples


def raw_problem(rng, n_samples=60):
    """Features of very different scales and offsets, one of them constant."""
    X, y = problem(rng, n_samples, 5)
    X = X * [1, 1e3, 1e-3, 1, 1] + [0, 5e3, 2, -7, 0]
    X[:, 4] = 3.0
    return X, y


def test_scale_is_the_damped_standard_deviation(rng):
    X, y = raw_problem(rng)
    coordinates = conditioning_of(samples(X, y), 1e-4, True, rng).coordinates
    expected = np.sqrt(X.var(axis=0) + DAMPING * np.ptp(X, axis=0) ** 2 + 1e-4)
    expected[4] = expected[:4].max()
    np.testing.assert_allclose(coordinates.mean, X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(coordinates.scale, expected, rtol=1e-9)


def test_without_an_intercept_nothing_is_centred_and_features_are_measured_from_zero(rng):
    X, y = problem(rng, 60, 5)
    X += [0, 1, -3, 5, 0]
    coordinates = conditioning_of(samples(X, y), 1e-4, False, rng).coordinates
    assert coordinates.mean is None
    spread = np.maximum(np.ptp(X, axis=0), np.abs(X.mean(axis=0)))
    expected = np.sqrt((X**2).mean(axis=0) + DAMPING * spread**2 + 1e-4)
    np.testing.assert_allclose(coordinates.scale, expected, rtol=1e-9)


def test_a_search_to_the_optimum_of_a_penalised_objective_has_scales_that_are_more_alike(rng):
    X, y = problem(rng, 60, 5)
    data = samples(X * [1, 1.5, 2, 1e2, 1e-3], y)
    moments = feature_moments(moments_of(data, 0), True, to_the_optimum=True)
    for l2 in (0.0, 1e-6):
        own = np.sqrt(moments.deviation**2 + DAMPING * moments.spread**2 + l2)
        expected = np.minimum(np.hypot(own, MEDIANS * np.median(own)), MOST_APART * own) if l2 else own
        np.testing.assert_allclose(condition(moments, l2).coordinates.scale, expected, rtol=1e-12)


def test_a_constant_beside_small_features_has_the_largest_of_their_scales(rng):
    X, y = problem(rng, 40, 4)
    X *= 1e-3
    X[:, 2] = 1e-4
    scale = conditioning_of(samples(X, y), 1e-9, True, rng).coordinates.scale
    assert scale[2] == np.delete(scale, 2).max() < 0.1


def test_more_features_than_samples_share_a_scale_where_theirs_are_alike(rng):
    X, y = problem(rng, 8, 20)
    X *= np.where(np.arange(20) == 19, 1e-3, 1 + np.arange(20) % 2)
    own = np.sqrt(X.var(axis=0) + DAMPING * np.ptp(X, axis=0) ** 2 + 1e-9)
    scale = conditioning_of(samples(X, y), 1e-9, True, rng).coordinates.scale
    np.testing.assert_allclose(scale[:19], np.sqrt(np.mean(own**2)), rtol=1e-9)
    assert scale[19] == pytest.approx(MOST_APART * own[19], rel=1e-9)


def test_a_single_sample_starts_hidden_units_that_are_not_all_zero(rng):
    X, y = problem(rng, 1, 5)
    np.testing.assert_allclose(conditioning_of(samples(X, y), 1e-4, True, rng).gains, np.sqrt(0.5))


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sparse_and_dense_agree(fit_intercept, rng):
    X, y = problem(rng, 50, 6)
    X[rng.rand(*X.shape) < 0.7] = 0
    dense = conditioning_of(samples(X, y), 1e-3, fit_intercept, rng)
    csr = conditioning_of(samples(sparse.csr_matrix(X), y), 1e-3, fit_intercept, rng)
    np.testing.assert_allclose(csr.coordinates.scale, dense.coordinates.scale, rtol=1e-12)
    if fit_intercept:
        np.testing.assert_allclose(csr.coordinates.mean, dense.coordinates.mean, atol=1e-15)
    else:
        assert csr.coordinates.mean is None


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_gains_give_random_sums_of_features_half_of_unit_variance(kind, rng):
    X = rng.normal(size=(4000, 5)) * [1, 1e3, 1e-3, 1, 1]
    X[:, 3] = rng.rand(4000) < 0.001
    X[:, 4] = 3.0
    y = np.zeros(4000)
    conditioning = conditioning_of(samples(sparse.csr_matrix(X) if kind == "sparse" else X, y), 0.0, True, rng)
    transformed = (X - conditioning.coordinates.mean) / conditioning.coordinates.scale
    W = rng.normal(size=(2000, 5)) / np.sqrt(5) * conditioning.gains
    assert (transformed @ W.T).var() == pytest.approx(0.5, rel=0.1)
    assert conditioning.gains[4] == 0
    assert 0 < conditioning.gains[3] < 0.3 * conditioning.gains[0]


def test_a_strong_penalty_starts_small_features_small(rng):
    X, y = problem(rng, 200)
    plain = conditioning_of(samples(X, y), 0.0, True, rng)
    tiny = conditioning_of(samples(1e-4 * X, y), 1e-4, True, rng)
    penalty = 1e-4 * ((tiny.gains / tiny.coordinates.scale) ** 2).mean()
    assert penalty < 0.01 * (plain.gains**2).mean()


@pytest.mark.parametrize("rows", [None, np.arange(0, 60, 2)], ids=["all", "some"])
def test_moments_have_the_same_bits_in_any_layout(rows, rng):
    X, y = raw_problem(rng)
    w = rng.exponential(size=60)
    ours, theirs = (moments_of(samples(each, y, w, rows), 0) for each in (X, np.asfortranarray(X)))
    for name in ("mean", "deviation", "on"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


def test_weights_equal_repetitions(rng):
    X, y = raw_problem(rng)
    counts = rng.randint(1, 4, len(y))
    weighted = conditioning_of(Samples(X, y, counts.astype(float)), 1e-3, True, rng)
    again = conditioning_of(samples(np.repeat(X, counts, axis=0), np.repeat(y, counts)), 1e-3, True, rng)
    np.testing.assert_allclose(weighted.coordinates.scale, again.coordinates.scale, rtol=1e-11)
    np.testing.assert_allclose(weighted.coordinates.mean, again.coordinates.mean, rtol=1e-12)


@pytest.mark.parametrize(
    "coordinates",
    [Coordinates(), Coordinates(None, np.array([2.0, 0.5])), Coordinates(np.array([1.0, -3.0]), np.array([2.0, 0.5]))],
)
def test_logits_are_the_same_in_both_coordinates(coordinates, rng):
    W, b, X = rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=(4, 2))
    ((Ww, bw),) = coordinates.to_working([(W, b)])
    Xw = X if coordinates.mean is None else X - coordinates.mean
    Xw = Xw if coordinates.scale is None else Xw / coordinates.scale
    np.testing.assert_allclose(Xw @ Ww.T + bw, X @ W.T + b, atol=1e-13)
    ((back_W, back_b),) = coordinates.to_raw([(Ww, bw)])
    np.testing.assert_allclose(back_W, W, atol=1e-14)
    np.testing.assert_allclose(back_b, b, atol=1e-13)


def test_a_feature_seen_once_outside_the_subsample_gets_no_huge_step(rng):
    X = np.zeros((5000, 784), dtype=np.float32)
    X[:, :5] = rng.normal(size=(5000, 5))
    X[4321, 100] = 255
    conditioning = conditioning_of(samples(X, rng.randint(0, 2, 5000)), 1e-4, True, rng)
    transformed = (X[4321] - conditioning.coordinates.mean) / conditioning.coordinates.scale
    assert np.abs(transformed).max() <= DAMPING**-0.5 + 1


@pytest.mark.slow
def test_samples_of_weight_zero_do_not_count(rng):
    X, y = problem(rng, 2000, 3000)
    weights = np.zeros(2000)
    weights[[3, 700, 1500]] = 1
    some = conditioning_of(Samples(X, y, weights), 1e-3, True, rng)
    alone = conditioning_of(samples(X[[3, 700, 1500]], y[[3, 700, 1500]]), 1e-3, True, rng)
    np.testing.assert_allclose(some.coordinates.mean, alone.coordinates.mean, atol=1e-12)
    np.testing.assert_allclose(some.coordinates.scale, alone.coordinates.scale, rtol=1e-12)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_samples_that_take_no_part_do_not_count(kind, rng):
    X, y = raw_problem(rng)
    X[7] *= 100
    rows, extremes = np.delete(np.arange(60), 7), np.stack([X.min(axis=0), X.max(axis=0)])
    X = X if kind == "dense" else sparse.csr_matrix(X)
    expected = moments_of(samples(X[rows], y[rows]), 0)
    # The extremes are those of all rows, as a search has them once for all of its splits.
    for known in (None, extremes):
        found = moments_of(samples(X, y, rows=rows), 0, known)
        for name in ("n_samples", "lowest", "highest", "mean", "deviation", "on"):
            np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_features_that_range_so_far_that_sums_of_squares_overflow_are_refused(dtype, rng):
    widest = float(np.finfo(dtype).max) / 1024
    for part in (0.99, 1.01):
        X = np.array([[-0.5], [0.5]]) * (part * widest)
        data = samples(X.astype(dtype), np.array([0, 1]))
        if part < 1:
            assert np.isfinite(conditioning_of(data, 1e-4, True, rng).coordinates.scale).all()
        else:
            with pytest.raises(ValueError, match="Feature 0 ranges from"):
                conditioning_of(data, 1e-4, True, rng)


@pytest.mark.parametrize("l2", [1e-4, 100.0])
@pytest.mark.parametrize(("values", "scale"), [([2.0, -3.0], 3.0), ([0.0, 0.0], 1.0)])
def test_one_sample_has_the_scale_of_its_largest_value(values, scale, l2, rng):
    conditioning = conditioning_of(samples(np.array([values]), np.array([0])), l2, True, rng)
    np.testing.assert_allclose(conditioning.coordinates.scale, scale, rtol=1e-12)


def with_stored_zeros(X):
    n, d = X.shape
    return sparse.csr_matrix((X.ravel(), np.tile(np.arange(d), n), np.arange(n + 1) * d), shape=X.shape)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, with_stored_zeros])
def test_a_feature_that_is_rarely_on_stays_uncentred(kind, rng):
    X, y = problem(rng, 200, 4)
    X[:, 1] *= np.arange(200) < 3
    X[:, 2] *= np.arange(200) < 4
    coordinates = conditioning_of(samples(kind(X), y), 1e-4, True, rng).coordinates
    expected = X.mean(axis=0) * [1, 0, 1, 1]
    np.testing.assert_allclose(coordinates.mean, expected, rtol=1e-12)
    assert (np.abs(X.mean(axis=0)) < coordinates.scale / 7)[1]


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("factor", [1.0, 1e200])
def test_moments_of_parts_together_are_those_of_the_whole(rng, convert, weighted, factor):
    X, y = raw_problem(rng)
    X, w = convert(X * factor), rng.exponential(size=60) if weighted else None
    cuts = [slice(0, 1), slice(1, 40), slice(40, 60)]
    ours = together([moments_of(samples(X[cut], y[cut], w if w is None else w[cut]), 0) for cut in cuts])
    theirs = moments_of(samples(X, y, w), 0)
    for name in ("n_samples", "weight", "lowest", "highest", "mean", "on"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-12, err_msg=name)
    # From sums of squares a deviation is known to about the root of rounding, times the mean.
    tolerance = 1e-7 * np.abs(theirs.mean).max()
    np.testing.assert_allclose(ours.deviation, theirs.deviation, rtol=1e-6, atol=tolerance)

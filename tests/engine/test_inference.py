# SPDX-License-Identifier: BSD-3-Clause
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse, special

from sksoftmax._engine import inference
from sksoftmax._engine.activations import ACTIVATIONS
from sksoftmax._engine.cross_entropy import softmax
from sksoftmax._engine.inference import READ_ROWS, hidden_units, mean_loss, outputs
from sksoftmax._engine.products import samples_at_once
from tests.engine.helpers import ACTIVATION, network, problem, samples, textbook_logits, textbook_objective


def layers_of(rng, *sizes, dtype=np.float64):
    return [
        (rng.normal(size=(fan_out, fan_in)).astype(dtype), rng.normal(size=fan_out).astype(dtype))
        for fan_in, fan_out in pairwise(sizes)
    ]


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.csr_array], ids=["dense", "matrix", "array"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_outputs_equal_the_textbook_formula(kind, activation, rng):
    X, _ = problem(rng, READ_ROWS + 76)
    net = network((6, 5, 3), activation=activation, rng=rng)
    logits = outputs(net.parameters.pairs(), activation, kind(X))
    np.testing.assert_allclose(logits, textbook_logits(net.parameters, X, activation), atol=1e-13)


@pytest.mark.parametrize("n_samples", [3, 200])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.csr_array], ids=["dense", "matrix", "array"])
def test_sparse_coefficients_give_the_outputs_of_dense_ones(kind, n_samples, rng):
    X = rng.binomial(1, 0.4, (n_samples, 30)).astype(np.float64)
    ((W, b),) = layers_of(rng, 30, 4)
    W[:, ::3] = 0
    logits = outputs([(sparse.csr_matrix(W), b)], "identity", kind(X))
    np.testing.assert_allclose(logits, X @ W.T + b, atol=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_hidden_units_equal_the_textbook_formula(activation, rng):
    X, _ = problem(rng, READ_ROWS + 76)
    net = network((6, 5, 4, 3), activation=activation, rng=rng)
    A = X
    units = hidden_units(net.parameters.pairs(), activation, X)
    assert len(units) == 2
    for layer, found in zip(net.parameters.layers, units):
        A = ACTIVATION[activation](A @ layer.W[0].T + layer.b[0])
        np.testing.assert_allclose(found, A, atol=1e-13)


# Where products are cut, parts of 125 samples, of 5, and of READ_ROWS for many classes.
@pytest.mark.parametrize(
    ("d", "K", "n_samples"),
    [
        (d, K, n_samples)
        for d, K, length in ((784, 10, READ_ROWS), (20_000, 10, 5), (30, 60, READ_ROWS))
        for n_samples in (1, length - 1, 2 * length + 1)
    ],
)
def test_parts_join_to_the_whole(d, K, n_samples, rng, in_parts):
    (W, b), *_ = layers = layers_of(rng, d, K)
    assert (samples_at_once(K, d, READ_ROWS) < READ_ROWS) == (in_parts and d > 30)
    X = rng.normal(size=(n_samples, d))
    before = X.copy()
    logits = X @ W.T + b
    # Sums of d products of size 1.
    np.testing.assert_allclose(outputs(layers, "identity", X), logits, atol=1e-14 * d)
    probabilities = outputs(layers, "identity", X, softmax)
    np.testing.assert_allclose(probabilities, special.softmax(logits, axis=1), atol=1e-14 * d)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_a_part_of_the_samples_is_in_hidden_layers_at_a_time(kind, rng):
    X = kind(rng.normal(size=(20 * READ_ROWS, 3)))
    layers = layers_of(rng, 3, 64, 2)
    tracemalloc.start()
    try:
        outputs(layers, "tanh", X, softmax)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # All hidden units would be twenty times as many as those of READ_ROWS.
    assert peak < 20 * READ_ROWS * 64 * 8 / 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sparse_array", [False, True])
def test_logits_beyond_their_type_are_finite_and_keep_their_order(dtype, sparse_array):
    largest = np.finfo(dtype).max
    # The sum of the first class overflows one way and then the other; its logit is 0.
    W = np.array([[largest, -largest], [largest, largest], [-largest, 0], [1, 0]], dtype)
    X = np.array([[1e3, 1e3], [0.5, 0.25], [-1e6, -1e6]], dtype)
    X = sparse.csr_array(X) if sparse_array else X
    layers = [(W, np.zeros(4, dtype))]
    logits = outputs(layers, "identity", X)
    assert logits.dtype == dtype
    # However far a row is beyond the type, its largest logit is half of the largest number.
    beyond = [[0, 0.5, -0.25, 0], [0, -0.5, 0.25, 0]]
    np.testing.assert_allclose(logits[[0, 2]] / largest, beyond, rtol=1e-6, atol=1e-30)
    np.testing.assert_array_equal(logits[1], np.array([0.25 * largest, 0.75 * largest, -0.5 * largest, 0.5], dtype))
    np.testing.assert_array_equal(outputs(layers, "identity", X, softmax), np.eye(4)[[1, 1, 2]])


def test_hidden_units_beyond_their_type_still_decide():
    first, second = np.array([[1e38], [2e38]], np.float32), np.array([[3.0, 0], [0, 1]], np.float32)
    layers = [(first, np.zeros(2, np.float32)), (second, np.zeros(2, np.float32))]
    # Units of 1e41 and 2e41, logits of 3e41 and 2e41.
    probabilities = outputs(layers, "relu", np.array([[1e3]], np.float32), softmax)
    np.testing.assert_array_equal(probabilities, [[1, 0]])


def test_integer_coefficients_are_computed_with_as_numbers():
    logits = outputs([(np.array([[2, 1]]), np.array([1]))], "identity", np.array([[0.25, 0.5]]))
    np.testing.assert_array_equal(logits, [[2.0]])


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("given", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("trained", [np.float32, np.float64])
def test_outputs_have_the_type_of_the_coefficients(trained, given, order, rng):
    X = np.asarray(rng.randint(0, 100, (50, 8)), dtype=given, order=order)
    layers = layers_of(rng, 8, 5, 3, dtype=trained)
    logits = outputs(layers, "tanh", X)
    assert logits.dtype == trained
    (W, b), (V, c) = layers
    expected = np.tanh(X.astype(np.float64) @ W.T + b) @ V.T + c
    # tanh is flat where its argument, up to 1e3, is rounded most.
    np.testing.assert_allclose(logits, expected, atol=1e-3 if trained == np.float32 else 1e-11)


@pytest.mark.parametrize("n_samples", [3, 5000])
def test_wide_sparse_rows_are_read_by_the_features_that_they_have(n_samples, rng, monkeypatch):
    # The many come in several parts.
    monkeypatch.setattr(inference, "READ_VALUES", 1)
    values, columns = rng.normal(size=2 * n_samples), rng.randint(0, 20_000, 2 * n_samples)
    X = sparse.csr_matrix((values, (np.arange(2 * n_samples) // 2, columns)), shape=(n_samples, 20_000))
    layers = layers_of(rng, 20_000, 3)
    tracemalloc.start()
    try:
        found = outputs(layers, "identity", X)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    np.testing.assert_allclose(found, X @ layers[0][0].T + layers[0][1], atol=1e-13)
    # The coefficients would be 480 kB.
    assert n_samples > 3 or peak < 240_000


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_the_mean_loss_is_that_of_the_rows_that_take_part(kind, weighted, rng):
    X, y = problem(rng, 2 * READ_ROWS)
    weights = rng.uniform(0.5, 2, len(y)) if weighted else None
    rows, net = rng.permutation(len(y))[: READ_ROWS + 76], network((6, 3), rng=rng)
    found = mean_loss(net.parameters.pairs(), "identity", samples(kind(X), y, weights, rows))
    expected = textbook_objective(net.parameters, X[rows], y[rows], 0.0, weights[rows] if weighted else None)
    assert found == pytest.approx(expected, rel=1e-12)
